"""Coordinate reference systems: EPSG codes, Chinese zones in metres, and a metric system for a region.

CGCS2000 in 3-degree zones is EPSG 4513 + (zone - 25) with the zone in front of the easting (8 digits),
and EPSG 4534 + (central meridian - 75) / 3 without it; in 6-degree zones with prefix it is EPSG
4491 + (zone - 13). A prefix names its zone; without it nothing in the numbers does. Old files may be in
Beijing 54 or Xi'an 80 zones, which look the same and lie up to 100 m off: only a declared code tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: What a number of degrees never exceeds, and a northing or easting in metres always does.
NO_DEGREES = 400.0
#: Metres: northings of China, and eastings in a zone without its number (500 km is the meridian).
_NORTH, _EAST = (300_000.0, 6_100_000.0), (100_000.0, 900_000.0)
#: Degrees by which points may lie outside the area that a system is made for.
_BESIDE = 2.0
_EPSG = re.compile(r"epsg:?(\d{4,6})")


def epsg_of(datum: str) -> int | None:
    """4549 for "EPSG:4549" (in any case); None for a name such as "bd09"."""
    found = _EPSG.fullmatch(datum.strip().lower().replace(" ", ""))
    return int(found[1]) if found else None


@lru_cache(maxsize=64)
def crs_of(code: int) -> Any:
    """The pyproj CRS of an EPSG code. Raises ValueError for a code that there is not."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_epsg(code)
    except CRSError as error:
        raise ValueError(f"EPSG:{code} is not known") from error


def is_known(code: int) -> bool:
    """Whether there is such an EPSG code with two horizontal axes."""
    try:
        system = crs_of(code)
    except ValueError:
        return False
    return bool(system.is_projected or system.is_geographic)


@lru_cache(maxsize=64)
def _to_degrees(system: Any) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(system, 4326, always_xy=True)


def degrees(system: Any, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Array, Array]:
    """x (east) and y (north) in a CRS -> WGS 84 degrees; what cannot be converted is NaN."""
    lon, lat = _to_degrees(system).transform(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    bad = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)


@lru_cache(maxsize=64)
def _from_degrees(system: Any) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(4326, system, always_xy=True)


def metres(system: Any, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """WGS 84 degrees -> x (east) and y (north) in a CRS, in its unit."""
    x, y = _from_degrees(system).transform(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def metric_crs(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Any:
    """A CRS in metres that fits points given in WGS 84 degrees: lengths right to 0.3 %, areas to 0.5 %.

    China: the CGCS2000 zone of 3 degrees of the middle; elsewhere UTM; for regions wider than 4 degrees,
    or beyond 80 degrees north or south, Lambert's azimuthal equal-area projection about the middle.
    Raises ValueError without any point.
    """
    from pyproj import CRS

    x, y = np.asarray(lon, dtype=float).ravel(), np.asarray(lat, dtype=float).ravel()
    good = np.isfinite(x) & np.isfinite(y) & (np.abs(x) <= 180) & (np.abs(y) <= 90)
    if not good.any():
        raise ValueError("no point in degrees to choose a projection for")
    x, y = x[good], y[good]
    # the middle on the circle, so that a region across 180 degrees is not as wide as the earth
    turn = np.radians(x)
    about = float(np.degrees(np.arctan2(np.sin(turn).mean(), np.cos(turn).mean())))
    off = (x - about + 180.0) % 360.0 - 180.0
    mid_x = (about + (off.min() + off.max()) / 2.0 + 180.0) % 360.0 - 180.0
    mid_y, wide = float((y.min() + y.max()) / 2.0), float(off.max() - off.min())
    if wide > 4.0 or abs(mid_y) > 80.0:
        return CRS.from_proj4(f"+proj=laea +lat_0={mid_y:.4f} +lon_0={mid_x:.4f} +datum=WGS84 +units=m")
    from geodata.coordinates import in_mainland

    if bool(in_mainland(mid_x, mid_y)):
        return crs_of(4534 + (round(mid_x / 3.0) * 3 - 75) // 3)
    zone = int((mid_x + 180.0) // 6.0) % 60 + 1
    return crs_of((32600 if mid_y >= 0 else 32700) + zone)


@dataclass(frozen=True)
class Metres:
    """How eastings and northings are to be read. code: EPSG. swapped: the northing stands first.

    added: metres to add to the easting (a zone's number that the code wants, or does not want).
    """

    code: int
    swapped: bool = False
    added: float = 0.0

    def degrees(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Array, Array]:
        """WGS 84 degrees of the two columns as they stand in the table."""
        east, north = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if self.swapped:
            east, north = north, east
        return degrees(crs_of(self.code), east + self.added, north)


def declared_metres(code: int, x: npt.ArrayLike, y: npt.ArrayLike) -> Metres | None:
    """How metres declared as EPSG `code` are to be read; None where they fit its area in no way.

    Tried in turn: as they stand; without or with the zone's number; northing first (the survey's X).
    """
    system = crs_of(code)
    area = system.area_of_use
    prefix = _parameter(system, "false easting") // 1e6 * 1e6
    for swapped in (False, True):
        east = float(np.nanmedian(np.asarray(y if swapped else x, dtype=float)))
        number = east // 1e6 * 1e6
        zone = _zone_of(system)
        for added in (0.0, -number if number / 1e6 == zone else 0.0, prefix if not number else 0.0):
            one = Metres(code, swapped, added)
            with np.errstate(invalid="ignore"):
                lon, lat = one.degrees(x, y)
            if not (np.isfinite(lon).any() and np.isfinite(lat).any()):
                continue
            middle_x, middle_y = float(np.nanmedian(lon)), float(np.nanmedian(lat))
            if area is None or (
                area.west - _BESIDE <= middle_x <= area.east + _BESIDE
                and area.south - _BESIDE <= middle_y <= area.north + _BESIDE
            ):
                return one
    return None


def _zone_of(system: Any) -> int:
    """The number of the 3-degree zone whose meridian a transverse Mercator CRS has; 0 for another."""
    return round(max(0.0, _parameter(system, "longitude of natural origin")) / 3.0)


def _parameter(system: Any, name: str) -> float:
    """A parameter of the projection in its own unit; 0 where it has none of this name."""
    operation = system.coordinate_operation
    found = [one.value for one in operation.params if one.name.lower() == name] if operation else []
    return float(found[0]) if found else 0.0


def guessed_metres(x: npt.ArrayLike, y: npt.ArrayLike) -> Metres | None:
    """Chinese eastings with their zone in front, recognised by their eight digits; None for anything else.

    Zones 13 to 15 are not guessed: web Mercator gives the same numbers in eastern China.
    """
    first, second = float(np.nanmedian(np.asarray(x, dtype=float))), float(np.nanmedian(np.asarray(y, dtype=float)))
    for swapped, east, north in ((False, first, second), (True, second, first)):
        zone, inside = divmod(east, 1e6)
        if not (_NORTH[0] <= north <= _NORTH[1] and _EAST[0] <= inside <= _EAST[1]):
            continue
        if 25 <= zone <= 45:
            return Metres(4513 + int(zone) - 25, swapped)
        if 16 <= zone <= 23:
            return Metres(4491 + int(zone) - 13, swapped)
    return None
