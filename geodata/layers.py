"""GeoPackage layers and tables as grids; coordinates from the geometry where columns lack them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyogrio

from geodata.sentences import Unreadable, said
from geodata.sheets import Grid


def layer_grids(path: Path) -> list[Grid]:
    """Every layer and table of a .gpkg, each with its columns as the first row.

    Labels are row numbers from 1. Raises `Unreadable` where the file is no GeoPackage.
    """
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
        return [_grid(path, name) for name in names]
    except Exception as error:  # GDAL's errors have no common base besides Exception
        raise Unreadable(said("geopackage", why=type(error).__name__)) from error


def _grid(path: Path, name: str) -> Grid:
    with warnings.catch_warnings():
        # Remarks on measured geometries and the like say nothing about the tables.
        warnings.simplefilter("ignore")
        frame = pyogrio.read_dataframe(path, layer=name)
    if isinstance(frame, geopandas.GeoDataFrame):
        frame = _with_coordinates(frame)
    columns = [str(column) for column in frame.columns]
    body = [[_cell(value) for value in record] for record in frame.itertuples(index=False, name=None)]
    labels = [""] + [str(at + 1) for at in range(len(body))]
    return Grid(path.name, name, [list(columns), *body], labels, structured=True)


def _cell(value: Any) -> object:
    if value is None or isinstance(value, str):
        return value
    if not pd.api.types.is_scalar(value):
        return str(value)
    if pd.isna(value):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def _with_coordinates(frame: geopandas.GeoDataFrame) -> pd.DataFrame:
    """The layer without geometry; lon and lat (WGS 84 degrees) from it where they are missing."""
    points = frame.geometry
    if frame.crs is not None and not frame.crs.equals("EPSG:4326"):
        points = points.to_crs("EPSG:4326")
    # A point inside the shape: a centroid can fall outside a crescent-shaped township.
    inside = points.representative_point()
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    lower = {str(column).lower(): column for column in plain.columns}
    for name, aliases, values in (("lon", ("lon", "经度"), inside.x), ("lat", ("lat", "纬度"), inside.y)):
        known = next((lower[alias] for alias in aliases if alias in lower), None)
        if known is None:
            plain[name] = values
        else:
            plain[known] = plain[known].where(plain[known].notna(), values)
    return plain
