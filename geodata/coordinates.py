"""Coordinates in degrees: Chinese datums to WGS 84, and points that cannot be right.

Chinese web maps shift every point: GCJ-02 (national maps) by 265 to 595 m, BD-09 (Baidu) by 0.86
to 1.38 km. CGCS2000 equals WGS 84 to better than a metre. Which one a table holds is declared in
`[region] coordinates`, as one word for all tables or one per table or layer:

    coordinates = "bd09"
    coordinates = { institutions = "bd09", communities = "EPSG:4549", boundaries = "gcj02" }

One word is for the tables: layers (`roads`, `boundaries`) carry their own system and are shifted only
where they are named. An EPSG code may be geographic or projected; metres become degrees while the
tables are read (`geodata.projected`), so that every later step sees degrees.

The forward formulas are the public ones (two independent implementations agree to 1 cm); the way
back is a fixed-point iteration, exact to a millimetre. They hold in mainland China only, so points
outside its box are left alone; data of Hong Kong, Macao and Taiwan are WGS 84: declare them so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.crs import crs_of, degrees, epsg_of, is_known, metres

Array = npt.NDArray[np.float64]

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
#: Map layers beside the tables that may have a datum of their own.
LAYERS = ("roads", "boundaries")
#: Degrees: least and greatest longitude, least and greatest latitude of China.
CHINA = (73.0, 135.5, 3.0, 54.0)
_MAINLAND = (
    (79.4462, 42.8899, 96.33, 49.2204), (109.6872, 39.3742, 135.0002, 54.1415), (73.1246, 29.5297, 124.143255, 42.8899),
    (82.9684, 26.7186, 97.0352, 29.5297), (97.0253, 20.414096, 124.367395, 29.5297),
    (107.975793, 17.871542, 111.744104, 20.414096),
)  # fmt: skip
#: Inside those: Taiwan, Laos and Vietnam, the Gulf of Tonkin, Russia in the north and east.
_BESIDE_MAINLAND = (
    (119.921265, 21.785006, 122.497559, 25.398623), (101.8652, 20.0988, 106.665, 22.284),
    (106.4525, 20.4878, 108.051, 21.5422), (109.0323, 50.3257, 119.127, 55.8175),
    (127.4568, 49.5574, 137.0227, 55.8175), (131.2662, 42.5692, 137.0227, 44.8922),
)  # fmt: skip
#: Tables with coordinates, and the names of their two columns.
LOCATED = {
    "institutions": ("lon", "lat"),
    "communities": ("lon", "lat"),
    "doctors": ("lives_lon", "lives_lat"),
}

_AXIS, _FLATTENING = 6378245.0, 0.00669342162296594323  # Krasovsky 1940, as in the formulas
_BAIDU = np.pi * 3000.0 / 180.0
_EARTH_KM = 6371.0088


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: str) -> tuple[Array, Array]:
    """Degrees in `datum` -> degrees in WGS 84. Blank (NaN) and non-Chinese points stay as they are."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if datum in ("wgs84", "cgcs2000"):
        return x, y
    if (code := epsg_of(datum)) is not None:
        return _of_epsg(code, x, y)
    inside = in_china(x, y)
    guess_x, guess_y = x.copy(), y.copy()
    for _ in range(30):
        there_x, there_y = from_wgs84(guess_x, guess_y, datum)
        step_x, step_y = np.where(inside, there_x - x, 0.0), np.where(inside, there_y - y, 0.0)
        guess_x, guess_y = guess_x - step_x, guess_y - step_y
        if max(np.abs(step_x).max(initial=0.0), np.abs(step_y).max(initial=0.0)) < 1e-9:
            break
    return guess_x, guess_y


def from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: str) -> tuple[Array, Array]:
    """Degrees in WGS 84 -> degrees in `datum`, everywhere (the caller keeps it to China).

    For a projected EPSG code the degrees stay, as they do in `to_wgs84`.
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if datum in ("wgs84", "cgcs2000"):
        return x, y
    if (code := epsg_of(datum)) is not None:
        return metres(crs_of(code), x, y) if crs_of(code).is_geographic else (x, y)
    if datum not in DATUMS:
        raise ValueError(f"unknown coordinates {datum!r}; known: {', '.join(DATUMS)}, EPSG codes")
    x, y = _gcj02(x, y)
    return (x, y) if datum == "gcj02" else _bd09(x, y)


def _of_epsg(code: int, x: Array, y: Array) -> tuple[Array, Array]:
    """Points in an EPSG system; of a projected one those that are degrees already stay."""
    system = crs_of(code)
    if system.is_geographic:
        return degrees(system, x, y)
    ready = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    lon, lat = degrees(system, x, y)
    return np.where(ready, x, lon), np.where(ready, y, lat)


def _gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    x, y = lon - 105.0, lat - 35.0
    root, pi = np.sqrt(np.abs(x)), np.pi
    waves = (20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20 * np.sin(pi * y) + 40 * np.sin(pi * y / 3)) * 2 / 3
    north += (160 * np.sin(pi * y / 12) + 320 * np.sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20 * np.sin(pi * x) + 40 * np.sin(pi * x / 3)) * 2 / 3
    east += (150 * np.sin(pi * x / 12) + 300 * np.sin(pi * x / 30)) * 2 / 3
    angle = np.radians(lat)
    curve = 1 - _FLATTENING * np.sin(angle) ** 2
    metres_north = _AXIS * (1 - _FLATTENING) / curve**1.5
    metres_east = _AXIS / np.sqrt(curve) * np.cos(angle)
    return lon + np.degrees(east / metres_east), lat + np.degrees(north / metres_north)


def _bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def declared_datum(settings: Mapping[str, Any], table: str) -> str:
    """The datum that `[region] coordinates` declares for a table or layer, in lower case; "wgs84" without one."""
    region = settings.get("region")
    declared = region.get("coordinates", "wgs84") if isinstance(region, Mapping) else "wgs84"
    if isinstance(declared, Mapping):
        declared = declared.get(table, "wgs84")
    elif table in LAYERS:
        declared = "wgs84"
    name = str(declared).strip().lower().replace("-", "").replace(" ", "").replace("_", "")
    return {"epsg:4326": "wgs84", "epsg:4490": "cgcs2000"}.get(name, name)


def is_datum(datum: str) -> bool:
    """Whether a declared datum is one of `DATUMS` or an EPSG code that there is."""
    if datum in DATUMS:
        return True
    code = epsg_of(datum)
    return code is not None and is_known(code)


def tables_to_wgs84(tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """The tables with every located one in WGS 84; the tables given are not changed.

    Raises ValueError for a datum that is neither one of `DATUMS` nor an EPSG code.
    """
    converted = dict(tables)
    for table, (lon, lat) in LOCATED.items():
        datum = declared_datum(settings, table)
        if not is_datum(datum):
            raise ValueError(f"unknown coordinates {datum!r} for {table}; known: {', '.join(DATUMS)}, EPSG codes")
        frame = converted.get(table)
        if frame is None or datum in ("wgs84", "cgcs2000") or not {lon, lat} <= set(frame.columns):
            continue
        x, y = to_wgs84(frame[lon].to_numpy(float), frame[lat].to_numpy(float), datum)
        converted[table] = frame.assign(**{lon: x, lat: y})
    return converted


def in_china(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether points lie in the box around China (a coarse test: it holds parts of neighbours too)."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    west, east, south, north = CHINA
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def in_mainland(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether points lie in one of the rectangles that stand for the mainland of China.

    The rectangles are those in use with the public formulas, good to some 100 km at the border. They
    decide where a shift may be suspected and which metric system fits, never what is converted.
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    inside = np.zeros(np.broadcast(x, y).shape, dtype=bool)
    for boxes, value in ((_MAINLAND, True), (_BESIDE_MAINLAND, False)):
        for west, south, east, north in boxes:
            inside[(x >= west) & (x <= east) & (y >= south) & (y <= north)] = value
    return inside


def distance_km(lon: npt.ArrayLike, lat: npt.ArrayLike, to_lon: npt.ArrayLike, to_lat: npt.ArrayLike) -> Array:
    """Great-circle distance in km between points in degrees (haversine; NaN stays NaN)."""
    x, y, to_x, to_y = (np.radians(np.asarray(v, dtype=float)) for v in (lon, lat, to_lon, to_lat))
    half = np.sin((to_y - y) / 2) ** 2 + np.cos(y) * np.cos(to_y) * np.sin((to_x - x) / 2) ** 2
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def possible(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether points are degrees at all and not the (0, 0) that software writes for "unknown"."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    return np.asarray((np.abs(x) <= 180) & (np.abs(y) <= 90) & ((np.abs(x) > 1e-6) | (np.abs(y) > 1e-6)))


def middle(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[float, float, float] | None:
    """The median point in degrees and the median distance to it in km; None without a possible point.

    Medians, since a few wrong points must not move the measure they are judged by.
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    good = possible(x, y)
    if not good.any():
        return None
    mid_x, mid_y = float(np.median(x[good])), float(np.median(y[good]))
    return mid_x, mid_y, float(np.median(distance_km(x[good], y[good], mid_x, mid_y)))
