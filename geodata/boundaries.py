"""Townships and villages as polygons: read, located on the earth, mended, and what is wrong with them said.

`read_boundaries` takes a .gpkg, .geojson or .shp. Polygon layers are units; point layers are seats (the
place of a township's office), which tell a wrong datum. Coordinates end in WGS 84 degrees whatever the
file is in: its own CRS, a declared datum (`[region] coordinates = { boundaries = "gcj02" }`), or metres
whose zone the eastings name. Outlines from Chinese web maps usually are GCJ-02 without saying so.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.boundary_columns import SEATS, tidy_seats, tidy_units
from geodata.boundary_place import in_degrees
from geodata.boundary_repair import areas_of, dissolved, measured, mended
from geodata.coordinates import declared_datum, is_datum
from geodata.crs import metric_crs
from geodata.errors import SAID, GeodataError
from geodata.problems import Problem
from geodata.region import Region
from geodata.sentences import Said, said


class BoundariesUnreadable(GeodataError):
    """The file of boundaries cannot be used at all."""

    def __init__(self, path: Path, sentence: Said) -> None:
        super().__init__(SAID.both("boundaries", file=path.name, expected=sentence.expected, cure=sentence.cure))
        self.path = path
        self.said = sentence


@dataclass(frozen=True)
class Boundaries:
    """Administrative units of a region.

    units: GeoDataFrame in EPSG:4326 with id, name, level ("county", "town", "village" or ""), population,
    population_65 (NaN where not given), parent (id or ""), label (layer and row as the user sees them),
    geometry (valid polygons). seats: name, lon, lat in WGS 84. problems: what reading noticed.
    """

    units: Any
    seats: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def crs(self) -> Any:
        """A metric CRS that fits the units."""
        west, south, east, north = self.units.total_bounds
        return metric_crs([west, east], [south, north])

    @cached_property
    def metric(self) -> Any:
        """The units in metres; areas are km2 after / 1e6."""
        return self.units.to_crs(self.crs)

    def of_level(self, *levels: str) -> list[int]:
        """Rows of the first of `levels` that there are units of; all rows without one."""
        given = self.units["level"].tolist()
        for level in levels:
            rows = [at for at, one in enumerate(given) if one == level]
            if rows:
                return rows
        return list(range(len(given)))

    @property
    def finest(self) -> list[int]:
        """The rows of the smallest units: villages, else townships."""
        return self.of_level("village", "town", "", "county")


def read_boundaries(path: Path, datum: str = "wgs84") -> Boundaries:
    """The units and seats in a .gpkg, .geojson, .json or .shp file; `datum` as `[region] coordinates` says it.

    Raises BoundariesUnreadable for a file that is damaged, has no polygon, or whose place on earth cannot
    be known; ValueError for an unknown datum. Everything else is in `problems`.
    """
    if not is_datum(datum):
        raise ValueError(f"unknown coordinates {datum!r} for boundaries")
    problems: list[Problem] = []
    shapes, points = [], []
    for name, frame in _layers(path):
        located = in_degrees(frame, datum, name, problems)
        if located is None:
            raise BoundariesUnreadable(path, said("bounds_no_place", layer=name))
        kinds = located.geometry.geom_type.fillna("")
        if (mixed := (kinds == "GeometryCollection").to_numpy(bool)).any():
            shapes_here = located.geometry.to_numpy().copy()
            shapes_here[mixed] = [areas_of(shape) for shape in shapes_here[mixed]]
            located = located.set_geometry(shapes_here)
            kinds = located.geometry.geom_type.fillna("")
        if (areas := located[kinds.isin(("Polygon", "MultiPolygon"))]).shape[0]:
            shapes.append(tidy_units(areas, name, problems))
        if (spots := located[kinds == "Point"]).shape[0]:
            points.append(tidy_seats(spots))
        lost = int((~kinds.isin(("Polygon", "MultiPolygon", "Point"))).sum())
        if lost:
            problems.append(said("bounds_no_shape", count=lost).problem("boundaries", value=name, severity="warning"))
    if not shapes and not points:
        raise BoundariesUnreadable(path, said("bounds_empty"))
    units = pd.concat(shapes, ignore_index=True) if shapes else tidy_units(None, "", problems)
    units = dissolved(mended(units, problems), problems)
    seats = pd.concat(points, ignore_index=True) if points else pd.DataFrame(columns=SEATS)
    found = Boundaries(units, seats, problems)
    if len(units):
        problems += measured(found.metric)
    return found


def _layers(path: Path) -> list[tuple[str, Any]]:
    """(layer, GeoDataFrame) of every layer with geometry. Raises BoundariesUnreadable."""
    import geopandas
    import pyogrio

    if path.suffix.lower() == ".shp" and _cut_short(path):
        raise BoundariesUnreadable(path, said("bounds_cut_short"))
    try:
        with warnings.catch_warnings():
            # remarks of GDAL on the file's dialect say nothing that a planner could mend
            warnings.simplefilter("ignore")
            names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
            frames = [(name, _read(path, name)) for name in names if name not in ("layer_styles",)]
    except Exception as error:  # GDAL's errors have no common base besides Exception
        if path.suffix.lower() == ".shp" and not path.with_suffix(".shx").is_file():
            raise BoundariesUnreadable(path, said("bounds_shapefile", stem=path.stem)) from error
        raise BoundariesUnreadable(path, said("bounds_broken", why=type(error).__name__)) from error
    return [(name, frame) for name, frame in frames if isinstance(frame, geopandas.GeoDataFrame) and len(frame)]


def _cut_short(path: Path) -> bool:
    """Whether a .shp is shorter than its header says: GDAL would read what is left without a word."""
    with path.open("rb") as stream:
        head = stream.read(100)
    return len(head) < 100 or 2 * int.from_bytes(head[24:28], "big") > path.stat().st_size


def _read(path: Path, layer: str) -> Any:
    """One layer; the names of a shapefile without a code page are UTF-8, else GB18030."""
    import pyogrio

    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").is_file():
        return pyogrio.read_dataframe(path, layer=layer)
    try:
        return pyogrio.read_dataframe(path, layer=layer, encoding="UTF-8")
    except UnicodeDecodeError:
        return pyogrio.read_dataframe(path, layer=layer, encoding="GB18030")


def boundaries_of(region: Region) -> Boundaries | None:
    """The region's boundaries as its settings declare them; None where there is no such layer.

    Read once for a file that does not change. Raises as `read_boundaries` does.
    """
    path = region.layers.get("boundaries")
    if path is None:
        return None
    state = path.stat()
    return _read_once(path, declared_datum(region.settings, "boundaries"), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _read_once(path: Path, datum: str, changed: int, size: int) -> Boundaries:
    return read_boundaries(path, datum)


def usable_boundaries(region: Region) -> Boundaries | None:
    """The region's boundaries, None also where they cannot be read (which the checks tell)."""
    try:
        found = boundaries_of(region)
    except (BoundariesUnreadable, ValueError, OSError):
        return None
    return found if found is not None and (len(found.units) or len(found.seats)) else None
