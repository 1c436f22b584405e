"""Roads of a layer (.gpkg, .shp, .geojson) with geopandas: lines in WGS 84 and what each feature is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.coordinates import distance_km, to_wgs84
from geodata.crs import crs_of, degrees, epsg_of, guessed_metres
from geodata.errors import RoadsUnreadable
from geodata.problems import Problem
from geodata.roads.errors import unreadable
from geodata.roads.layer_columns import HEADINGS, Columns, columns_of, tags_of
from geodata.roads.layer_file import line_layers, read_frame
from geodata.roads.layer_join import Joined, join
from geodata.roads.network import PROFILES, Floats
from geodata.roads.rules import duration_minutes, kmh_both
from geodata.roads.speeds import Speeds
from geodata.roads.ways import COLUMNS, RoadOptions, Ways
from geodata.sentences import said

#: Degrees that a layer may lie beyond the area its CRS is made for, and km between layers of one region.
_BESIDE, _APART_KM = 3.0, 300.0


@dataclass(frozen=True)
class _Layer:
    """One layer of lines: name, features with their columns, coordinates in WGS 84.

    feature: (V,) feature of each vertex; part: (V,) line of each vertex (a feature may have several).
    """

    name: str
    frame: pd.DataFrame
    columns: Columns
    lon: Floats
    lat: Floats
    feature: np.ndarray[Any, np.dtype[np.int64]]
    part: np.ndarray[Any, np.dtype[np.int64]]


def read_layer(path: Path, speeds: Speeds, options: RoadOptions, datum: str) -> Ways:
    """The ways of a road layer. Raises `RoadsUnreadable` with what is wrong and what to do."""
    if path.stat().st_size == 0:
        raise unreadable(path, "roads_empty")
    problems: list[Problem] = []
    layers = [_read(path, name, datum) for name in line_layers(path)]
    usable = [layer for layer in layers if layer.columns.usable()]
    if not usable:
        heads = "、".join(str(name) for layer in layers for name in layer.frame.columns)
        wanted = "、".join(HEADINGS["class"][:8]), "、".join((*HEADINGS["speed"][:3], "maxspeed"))
        raise unreadable(path, "roads_no_class", has=heads or "-", classes=wanted[0], speeds=wanted[1])
    unused = [layer.name for layer in layers if not layer.columns.usable()]
    if unused:
        problems.append(said("roads_layer_unused").problem(path.name, value="、".join(unused), severity="warning"))
    _near_each_other(path, usable)
    return _ways(path, usable, speeds, options, problems)


def _read(path: Path, name: str, datum: str) -> _Layer:
    import shapely

    frame = read_frame(path, name)
    if not hasattr(frame, "geometry") or frame.empty:
        raise unreadable(path, "roads_none")
    shape = frame.geometry.to_numpy()
    kinds = shapely.get_type_id(shape)
    lines = np.isin(kinds, (1, 2, 5))  # LineString, LinearRing, MultiLineString
    lines &= ~shapely.is_empty(shape)
    if not lines.any():
        found = sorted({str(one) for one in frame.geometry.geom_type.dropna()})
        raise unreadable(path, "roads_no_lines", kinds="、".join(found) or "-")
    frame = frame[lines].reset_index(drop=True)
    parts, of_feature = shapely.get_parts(frame.geometry.to_numpy(), return_index=True)
    spots, of_part = shapely.get_coordinates(parts, return_index=True)
    lon, lat = _in_degrees(path, name, frame.crs, spots[:, 0], spots[:, 1], datum)
    columns = columns_of([str(one) for one in frame.columns if one != frame.geometry.name])
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return _Layer(name, plain, columns, lon, lat, of_feature[of_part], of_part)


def _in_degrees(path: Path, name: str, crs: Any, x: Floats, y: Floats, datum: str) -> tuple[Floats, Floats]:
    """WGS 84 degrees of a layer's coordinates, after a look whether they can be what the CRS says."""
    declared = epsg_of(datum)
    if crs is None and declared is None:
        raise _no_crs(path, name, x, y)
    system = crs if crs is not None else crs_of(int(declared or 0))
    in_bounds = bool((np.abs(x) <= 180.01).all() and (np.abs(y) <= 90.01).all())
    shown = {"layer": name, "crs": _short(system), "x": f"{x[0]:.6g}", "y": f"{y[0]:.6g}"}
    if bool(system.is_geographic) != in_bounds:
        guess = None if in_bounds else guessed_metres(x, y)
        better = f"EPSG:{guess.code}" if guess else ("EPSG:4490" if in_bounds else "EPSG:4513-4554")
        raise unreadable(path, "roads_crs_contradicts", better=better, **shown)
    lon, lat = degrees(system, x, y)
    if not _fits(system, lon, lat):
        guess = guessed_metres(x, y)
        better = f"EPSG:{guess.code}" if guess else "EPSG:4513-4554"
        raise unreadable(path, "roads_crs_contradicts", better=better, **shown)
    if datum in ("gcj02", "bd09") and system.is_geographic:
        return to_wgs84(lon, lat, datum)
    return lon, lat


def _fits(system: Any, lon: Floats, lat: Floats) -> bool:
    """Whether all points have degrees, and the middle of metres lies where their CRS is made for."""
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return False
    if system.is_geographic:
        return True
    area, x, y = system.area_of_use, float(np.median(lon)), float(np.median(lat))
    return area is None or (_within(area.west, x, area.east) and area.south - _BESIDE <= y <= area.north + _BESIDE)


def _within(west: float, middle: float, east: float) -> bool:
    if west > east:  # across 180 degrees
        return middle >= west - _BESIDE or middle <= east + _BESIDE
    return west - _BESIDE <= middle <= east + _BESIDE


def _no_crs(path: Path, name: str, x: Floats, y: Floats) -> RoadsUnreadable:
    shown = {"layer": name, "x": f"{x[0]:.8g}", "y": f"{y[0]:.8g}"}
    if (np.abs(x) <= 180).all() and (np.abs(y) <= 90).all():
        return unreadable(path, "roads_no_crs_degrees", **shown)
    guess = guessed_metres(x, y)
    if guess is not None:
        return unreadable(path, "roads_no_crs_zone", code=guess.code, crs=crs_of(guess.code).name, **shown)
    return unreadable(path, "roads_no_crs_metres", **shown)


def _short(system: Any) -> str:
    code = system.to_epsg()
    return f"EPSG:{code} {system.name}" if code else str(system.name)


def _near_each_other(path: Path, layers: list[_Layer]) -> None:
    """A layer far away from all others has a CRS that is not its own."""
    if len(layers) < 2:
        return
    x = np.array([np.median(layer.lon) for layer in layers])
    y = np.array([np.median(layer.lat) for layer in layers])
    sizes = np.array([len(layer.lon) for layer in layers])
    main = int(sizes.argmax())
    far = distance_km(x, y, x[main], y[main])
    if far.max() > _APART_KM:
        at = int(far.argmax())
        shown = {"layer": layers[at].name, "other": layers[main].name, "km": round(float(far[at]))}
        raise unreadable(path, "roads_layers_apart", **shown)


def _ways(path: Path, layers: list[_Layer], speeds: Speeds, options: RoadOptions, problems: list[Problem]) -> Ways:
    rows: list[tuple[Any, ...]] = []
    kmh, duration, levels, first = [], [], [], []
    several = len(layers) > 1
    for layer in layers:
        tags, unknown = tags_of(layer.frame, layer.columns, speeds)
        if unknown:
            problems.append(_unknown_classes(path, layer, unknown, speeds))
        first.append(len(rows))
        ids = layer.frame[layer.columns.found["osm_id"]].tolist() if "osm_id" in layer.columns.found else None
        for at, tag in enumerate(tags):
            source = f"way/{_id(ids[at])}" if ids else f"{layer.name}/{at + 1}" if several else f"row/{at + 1}"
            ferry = tag.get("route") == "ferry"
            bridge, tunnel = "bridge" in tag, "tunnel" in tag
            kind = "ferry" if ferry else tag["highway"]
            rows.append((source, tag.get("name", ""), tag.get("ref", ""), kind, bridge, tunnel, ferry, False))
            pairs = [kmh_both(tag, options.mode(name), name, speeds) for name in PROFILES]
            kmh.append([value for pair in pairs for value in pair])
            duration.append(duration_minutes(tag.get("duration")) if ferry else float("nan"))
            levels.append((tag.get("layer", "0"), bridge, tunnel))
    feature = np.concatenate([layer.feature + start for layer, start in zip(layers, first, strict=True)])
    count = np.cumsum([0] + [int(layer.part.max()) + 1 for layer in layers[:-1]])
    part = np.concatenate([layer.part + start for layer, start in zip(layers, count, strict=True)])
    roads = pd.DataFrame.from_records(rows, columns=list(COLUMNS))
    fast = np.array(kmh, float)
    level = np.unique(np.array([repr(one) for one in levels]), return_inverse=True)[1]
    lon, lat = (np.concatenate([getattr(layer, name) for layer in layers]) for name in ("lon", "lat"))
    joined = join(lon, lat, part, level[feature])
    return _finished(path, joined, feature, roads, fast, np.array(duration), speeds, problems)


def _finished(
    path: Path,
    joined: Joined,
    feature: np.ndarray[Any, np.dtype[np.int64]],
    roads: pd.DataFrame,
    kmh: Floats,
    duration: Floats,
    speeds: Speeds,
    problems: list[Problem],
) -> Ways:
    """One way for each line of a feature that somebody may use; a feature of several lines has several."""
    of_part = feature[joined.first_vertex]
    usable = np.asarray((kmh > 0).any(axis=1))
    open_ = usable[of_part]
    if not open_.any():
        raise unreadable(path, "roads_none_open")
    sizes = np.diff(joined.offsets)
    keep = np.repeat(open_, sizes)
    points = joined.points[keep]
    used, points = np.unique(points, return_inverse=True)
    row = of_part[open_]
    with np.errstate(divide="ignore"):
        pace = {name: 60.0 / kmh[row, 2 * at : 2 * at + 2] for at, name in enumerate(PROFILES)}
    kept = roads.iloc[row].reset_index(drop=True)
    single = np.bincount(of_part, minlength=len(roads))[row] == 1
    return Ways(
        lon=joined.lon[used],
        lat=joined.lat[used],
        offsets=np.concatenate([[0], np.cumsum(sizes[open_])]).astype(np.int64),
        points=points.astype(np.int32),
        pace=pace,
        duration=np.where(single, duration[row], np.nan),
        roads=kept,
        rank=speeds.ranks(kept["class"]),
        barrier={name: np.zeros(len(used), bool) for name in PROFILES},
        joints=np.zeros(len(used), bool),
        problems=problems,
    )


def _unknown_classes(path: Path, layer: _Layer, unknown: Any, speeds: Speeds) -> Problem:
    listed = "、".join(f"{word} ({count})" for word, count in unknown.most_common(8))
    known = "、".join(speeds.shown())
    told = said("roads_unknown_class", kmh=f"{speeds.of('road', 'car', 'vehicle'):g}", known=known)
    return told.problem(path.name, column=layer.columns.found["class"], value=listed, severity="warning")


def _id(value: Any) -> str:
    text = str(value).rpartition("/")[2].lstrip("w")
    return text.removesuffix(".0")
