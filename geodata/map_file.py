"""`map.gpkg`: the layers of a plan in one GeoPackage, each with its description, names and QGIS style.

The same layers give the same bytes: GDAL's clock is fixed, and the file is packed at the end. It
is written beside its place and moved there whole.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas

#: Instead of the clock's time: the same plan gives the same file.
CREATED = "2000-01-01T00:00:00.000Z"

_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)"""
_ALIASES = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
    constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
)"""
_SCHEMA_URL = "http://www.geopackage.org/spec121/#extension_schema"


@dataclass(frozen=True)
class MapLayer:
    """One layer: its table name, what people call it, its features in EPSG:4326, and its QGIS style.

    aliases: readable names of the fields. style: QML text, "" for none.
    """

    name: str
    title: str
    description: str
    frame: geopandas.GeoDataFrame
    aliases: Mapping[str, str] = field(default_factory=dict)
    style: str = ""


def write_map(path: Path, layers: Sequence[MapLayer]) -> None:
    """Write the layers, in this order, as one GeoPackage; replaces an existing file.

    Layers without features are left out. Raises ValueError for a layer that is not in EPSG:4326.
    """
    for layer in layers:
        if layer.frame.crs is None or not layer.frame.crs.equals("EPSG:4326"):
            raise ValueError(f"layer {layer.name}: expected EPSG:4326, found {layer.frame.crs}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".map-", dir=path.parent) as folder:
        part = Path(folder) / path.name
        kept = [layer for layer in layers if len(layer.frame)]
        _write_layers(part, kept)
        _write_extras(part, kept)
        os.replace(part, path)


def read_layer(path: Path, name: str) -> geopandas.GeoDataFrame | None:
    """One layer of a map file; None where the file or the layer is missing or cannot be read."""
    import geopandas
    import pyogrio

    if not path.is_file():
        return None
    try:
        if name not in {str(row[0]) for row in pyogrio.list_layers(path)}:
            return None
        return geopandas.read_file(path, layer=name, engine="pyogrio")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        return None


def _write_layers(path: Path, layers: Sequence[MapLayer]) -> None:
    import pyogrio

    with _fixed_clock():
        for layer in layers:
            kind = _kind(layer.frame)
            pyogrio.write_dataframe(
                layer.frame, path, layer=layer.name, driver="GPKG", encoding="UTF-8", geometry_type=kind,
                promote_to_multi=kind.startswith("Multi"), dataset_options={"VERSION": "1.2"}, layer_options={
                    "GEOMETRY_NAME": "geom", "FID": "fid", "SPATIAL_INDEX": "YES", "IDENTIFIER": layer.title,
                    "DESCRIPTION": layer.description,
                },
            )  # fmt: skip


def _kind(frame: geopandas.GeoDataFrame) -> str:
    """The geometry type of a layer; a mixture of single and multiple shapes goes as multiple ones."""
    kinds = {str(kind) for kind in frame.geometry.geom_type.unique()}
    if len(kinds) == 1:
        return kinds.pop()
    single = {kind.removeprefix("Multi") for kind in kinds}
    return f"Multi{single.pop()}" if len(single) == 1 else "Unknown"


@contextmanager
def _fixed_clock() -> Iterator[None]:
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": CREATED})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_extras(path: Path, layers: Sequence[MapLayer]) -> None:
    """Styles and readable field names, in the tables where QGIS and GDAL look for them."""
    with closing(sqlite3.connect(path)) as base:
        base.execute(_STYLES)
        base.execute(_ALIASES)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
            (CREATED,),
        )
        if (
            base.execute("SELECT count(*) FROM gpkg_extensions WHERE table_name = 'gpkg_data_columns'").fetchone()[0]
            == 0
        ):
            base.execute(
                "INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope) "
                "VALUES ('gpkg_data_columns', 'gpkg_schema', ?, 'read-write')",
                (_SCHEMA_URL,),
            )
        for layer in layers:
            _name_columns(base, layer)
            if layer.style:
                base.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                    "styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
                    "VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL, ?)",
                    (layer.name, layer.title[:30], layer.style, layer.description, CREATED),
                )
        base.commit()
        base.execute("VACUUM")


def _name_columns(base: sqlite3.Connection, layer: MapLayer) -> None:
    """Field names for readers; the file format wants them different within a layer."""
    used: set[str] = set()
    for column in layer.frame.columns.drop(layer.frame.geometry.name):
        alias = layer.aliases.get(str(column))
        if alias and alias not in used:
            used.add(alias)
            base.execute(
                "INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, name) VALUES (?, ?, ?)",
                (layer.name, str(column), alias),
            )
