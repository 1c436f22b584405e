"""Coordinates in degrees: Chinese datums to WGS 84, and points that cannot be right.

Chinese web maps shift every point: GCJ-02 (national maps) by 265 to 595 m, BD-09 (Baidu) by 0.86
to 1.38 km. CGCS2000 equals WGS 84 to better than a metre. Which one a table holds is declared in
`[region] coordinates`, as one word for all tables or one per table:

    coordinates = "bd09"
    coordinates = { institutions = "bd09", communities = "wgs84" }

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

Array = npt.NDArray[np.float64]

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
#: Degrees: least and greatest longitude, least and greatest latitude of China.
CHINA = (73.0, 135.5, 3.0, 54.0)
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
    """Degrees in WGS 84 -> degrees in `datum`, everywhere (the caller keeps it to China)."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if datum in ("wgs84", "cgcs2000"):
        return x, y
    if datum not in DATUMS:
        raise ValueError(f"unknown coordinates {datum!r}; known: {', '.join(DATUMS)}")
    x, y = _gcj02(x, y)
    return (x, y) if datum == "gcj02" else _bd09(x, y)


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
    """The datum that `[region] coordinates` declares for a table, in lower case; "wgs84" without one."""
    region = settings.get("region")
    declared = region.get("coordinates", "wgs84") if isinstance(region, Mapping) else "wgs84"
    if isinstance(declared, Mapping):
        declared = declared.get(table, "wgs84")
    return str(declared).strip().lower().replace("-", "").replace(" ", "").replace("_", "")


def tables_to_wgs84(tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """The tables with every located one in WGS 84; the tables given are not changed.

    Raises ValueError for a datum that is not one of `DATUMS`.
    """
    converted = dict(tables)
    for table, (lon, lat) in LOCATED.items():
        datum = declared_datum(settings, table)
        if datum not in DATUMS:
            raise ValueError(f"unknown coordinates {datum!r} for {table}; known: {', '.join(DATUMS)}")
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
