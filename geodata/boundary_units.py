"""Which unit a place belongs to: by code, by name, or by lying in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.boundaries import Boundaries
from geodata.place_names import core_of, matches

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Placed:
    """Units of P places; positions are rows of `Boundaries.units`, -1 for none.

    own: (P,) by code or name. inside: (P,) the unit that the point lies in. to_own, to_any: (P,) metres to
    the own unit and to the nearest one, 0 inside, NaN without a point (or an own unit).
    """

    own: Ints
    inside: Ints
    to_own: Array
    to_any: Array

    @property
    def unit(self) -> Ints:
        """(P,) the own unit, else the one around the point."""
        return np.where(self.own >= 0, self.own, self.inside)


def place(
    boundaries: Boundaries,
    rows: Sequence[int],
    names: Sequence[str],
    codes: Sequence[str],
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
) -> Placed:
    """The units (among `rows` of the boundaries) of places in WGS 84 degrees.

    names, codes: of each place, "" for none; a code or a unique name names the own unit.
    """
    import shapely

    from geodata.crs import metres

    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    some = np.asarray(rows, dtype=np.int64)
    units = boundaries.units
    shapes = boundaries.metric.geometry.to_numpy()[some]
    spot = matches(names, codes, [units["name"].iloc[row] for row in some], [units["id"].iloc[row] for row in some])
    own = np.array([some[at] if at >= 0 else -1 for at in spot], dtype=np.int64)
    inside = np.full(len(x), -1, dtype=np.int64)
    to_own, to_any = np.full(len(x), np.nan), np.full(len(x), np.nan)
    good = np.isfinite(x) & np.isfinite(y)
    if len(some) == 0 or not good.any():
        return Placed(own, inside, to_own, to_any)
    points = np.full(len(x), None, dtype=object)
    points[good] = shapely.points(*metres(boundaries.crs, x[good], y[good]))
    tree = shapely.STRtree(shapes)
    place_at, unit_at = tree.query(points[good], predicate="intersects")
    here = np.flatnonzero(good)
    area = shapely.area(shapes)
    for at in np.lexsort((area[unit_at], place_at))[::-1]:  # the smallest unit around a point comes last and stays
        inside[here[place_at[at]]] = some[unit_at[at]]
    nearest = tree.nearest(points[good])
    to_any[good] = shapely.distance(points[good], shapes[nearest])
    known = good & (own >= 0)
    to_own[known] = shapely.distance(points[known], boundaries.metric.geometry.to_numpy()[own[known]])
    return Placed(own, inside, to_own, to_any)


def institution_rows(boundaries: Boundaries) -> list[int]:
    """The units that institutions belong to: townships where there are any."""
    return boundaries.of_level("town", "", "village", "county")


def named_after_town(name: str) -> bool:
    """Whether an institution's name is that of a township: 松口镇卫生院, not 县人民医院."""
    return core_of(name)[0] == "town"


def columns(frame: Any, *names: str) -> list[list[Any]]:
    """Columns of a table as lists."""
    return [frame[name].tolist() for name in names]
