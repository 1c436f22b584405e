"""Travel bands: the areas from which residents reach the nearest of several places within so many minutes.

On roads: minutes at points along every road, spread over a grid by walking (at `walk_kmh`, at most
`WALK_METRES` from a road), and the lines of equal minutes drawn through it. Bands of one surface lie
within each other by construction. Where a road is one-way, the minutes are those towards the place.
Without roads: circles, whose radius is what the travel settings make of the minutes.

The grid has at most `MOST_CELLS` cells whatever the region: the work is bounded, and a cell is
about a two-hundredth of the region or `LEAST_CELL`, whichever is more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.crs import metres, metric_crs
from geodata.roads.network import RoadNetwork
from geodata.roads.snap import Snapped

Floats = npt.NDArray[np.float64]

MOST_CELLS = 250_000
#: Metres.
LEAST_CELL = 60.0
WALK_METRES = 500.0
#: Parts and holes smaller than so many cells are the grid's, not the region's.
SPECK_CELLS = 12.0
DIAGONAL = float(np.sqrt(2.0))


@dataclass(frozen=True)
class RoadPoints:
    """Points along every road line, in metres of `crs`: made once, used for every set of places.

    x, y: (P,); line: (P,) its line; share: (P,) 0 to 1 along the line as drawn. first, last: (L,)
    junctions of each line, -1 where no edge runs; ahead, back: (L,) minutes along it in either
    direction, inf where the profile may not go (or a ferry runs: nobody lives on the way).
    """

    crs: Any
    x: Floats
    y: Floats
    line: npt.NDArray[np.int64]
    share: Floats
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    ahead: Floats
    back: Floats
    cell: float


def road_points(network: RoadNetwork, profile: str) -> RoadPoints:
    """Points along the lines, one for each cell that a line crosses. Raises KeyError for an unknown profile."""
    minutes = network.minutes[profile]
    count = len(network.line_offsets) - 1
    first, last = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    ahead, back = np.full(count, np.inf), np.full(count, np.inf)
    dry = ~network.ferry & np.isfinite(minutes)
    for flag, way, start, end in ((False, ahead, network.tail, network.head), (True, back, network.head, network.tail)):
        mine = np.flatnonzero(dry & (network.backward == flag))
        first[network.line[mine]], last[network.line[mine]] = start[mine], end[mine]
        np.minimum.at(way, network.line[mine], minutes[mine])
    crs = metric_crs(network.lon, network.lat)
    x, y = metres(crs, network.line_lon, network.line_lat)
    width, height = float(np.ptp(x)) if len(x) else 0.0, float(np.ptp(y)) if len(y) else 0.0
    margin = 2 * WALK_METRES
    cell = max(LEAST_CELL, float(np.sqrt((width + margin) * (height + margin) / MOST_CELLS)))
    return RoadPoints(crs, *_along(network.line_offsets, x, y, cell), first, last, ahead, back, cell)


def _along(
    offsets: npt.NDArray[np.int64], x: Floats, y: Floats, cell: float
) -> tuple[Floats, Floats, npt.NDArray[np.int64], Floats]:
    """x, y, line and share of points at most a cell apart on every line."""
    sizes = np.diff(offsets)
    line_of = np.repeat(np.arange(len(sizes)), sizes)
    step = np.hypot(np.diff(x, append=x[-1:]), np.diff(y, append=y[-1:]))
    ends = offsets[1:] - 1
    step[ends] = 0.0
    walked = np.cumsum(step) - step
    base = walked[offsets[:-1]]
    length = walked[ends] - base
    pieces = np.maximum(1, np.ceil(step / cell)).astype(np.int64)
    pieces[ends] = 1
    at = np.repeat(np.arange(len(x)), pieces)
    inside = np.arange(len(at)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    part = inside / pieces[at]
    following = np.minimum(at + 1, len(x) - 1)
    following = np.where(step[at] > 0, following, at)
    px, py = x[at] + part * (x[following] - x[at]), y[at] + part * (y[following] - y[at])
    line = line_of[at]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (walked[at] + part * step[at] - base[line]) / length[line]
    return px, py, line.astype(np.int64), np.nan_to_num(share)


def road_bands(
    points: RoadPoints, node_minutes: Floats, snapped: Snapped, limits: Sequence[float], walk_kmh: float = 4.5
) -> list[Any | None]:
    """One (multi)polygon in `points.crs` for each limit in minutes, in the order given; None where nothing is reached.

    node_minutes: (N,) minutes from each junction to the nearest place (`reach.node_minutes`), inf where
    there is no way or beyond the longest limit. snapped: the same places on their roads. Limits are
    positive. Each band holds the shorter ones.
    """
    most = max(limits)
    line = points.line
    some = points.first >= 0
    here = np.where(some, node_minutes[points.first], np.inf)
    there = np.where(some, node_minutes[points.last], np.inf)
    with np.errstate(invalid="ignore"):
        minutes = np.minimum(
            there[line] + points.ahead[line] * (1 - points.share), here[line] + points.back[line] * points.share
        )
    # inf x 0 at the end of a one-way road is no number: its junction has its own minutes
    minutes = np.where(np.isnan(minutes), np.inf, minutes)
    _along_own_road(points, snapped, minutes)
    near = minutes <= most
    if not near.any():
        return [None] * len(limits)
    surface, west, south = _grid(points.x[near], points.y[near], minutes[near], points.cell, most)
    surface = _walked(surface, points.cell / 1000.0 / walk_kmh * 60.0, WALK_METRES / points.cell)
    return _contours(surface, west, south, points.cell, limits)


def _along_own_road(points: RoadPoints, snapped: Snapped, minutes: Floats) -> None:
    """Points on the line where a place stands need not go round by a junction; changes `minutes`."""
    for place in np.flatnonzero(snapped.found):
        line, share, walk = snapped.line[place], snapped.share[place], snapped.walk_minutes[place]
        start, stop = np.searchsorted(points.line, [line, line + 1])
        off = share - points.share[start:stop]
        rate = np.where(off > 0, points.ahead[line], points.back[line])
        with np.errstate(invalid="ignore"):
            way = np.where(off == 0, 0.0, rate * np.abs(off)) + walk
        minutes[start:stop] = np.fmin(minutes[start:stop], way)


def _grid(x: Floats, y: Floats, minutes: Floats, cell: float, most: float) -> tuple[Floats, float, float]:
    """Least minutes in each cell (inf without a road), and the middle of the south-western cell."""
    edge = int(np.ceil(WALK_METRES / cell)) + 2
    west, south = float(x.min()) - edge * cell, float(y.min()) - edge * cell
    column = np.rint((x - west) / cell).astype(np.int64)
    row = np.rint((y - south) / cell).astype(np.int64)
    surface = np.full((int(row.max()) + edge + 1, int(column.max()) + edge + 1), np.inf)
    np.minimum.at(surface, (row, column), minutes)
    return surface, west, south


def _walked(surface: Floats, minutes: float, cells: float) -> Floats:
    """Minutes with a walk from each cell to the best road within reach; `minutes` a cell, straight on."""
    best = surface
    for _ in range(max(1, round(cells))):
        step = best.copy()
        for rows, columns, cost in ((1, 0, 1.0), (0, 1, 1.0), (1, 1, DIAGONAL), (1, -1, DIAGONAL)):
            for sign in (1, -1):
                moved = np.full_like(best, np.inf)
                r, c = sign * rows, sign * columns
                height, width = best.shape
                moved[max(0, r) : height + min(0, r), max(0, c) : width + min(0, c)] = best[
                    max(0, -r) : height + min(0, -r), max(0, -c) : width + min(0, -c)
                ]
                np.minimum(step, moved + cost * minutes, out=step)
        best = step
    return best


def _contours(surface: Floats, west: float, south: float, cell: float, limits: Sequence[float]) -> list[Any | None]:
    import contourpy
    import shapely

    most = max(limits)
    # Beyond the last band: a little more than it, so that its line runs about half a cell outside.
    level = np.where(np.isfinite(surface), surface, most + 2.0)
    level = np.minimum(level, most + 2.0)
    x = west + cell * np.arange(surface.shape[1])
    y = south + cell * np.arange(surface.shape[0])
    maker = contourpy.contour_generator(x, y, level, fill_type=contourpy.FillType.OuterOffset)
    speck = SPECK_CELLS * cell * cell
    found: dict[float, Any] = {}
    for limit in sorted(set(limits)):
        shapes = []
        for points, offsets in zip(*maker.filled(-1.0, limit), strict=True):
            rings = [points[a:b] for a, b in pairwise(offsets)]
            outer = shapely.Polygon(rings[0])
            if outer.area < speck:
                continue
            holes = [ring for ring in rings[1:] if shapely.Polygon(ring).area >= speck]
            shapes.append(shapely.Polygon(rings[0], holes))
        if shapes:
            whole = shapely.make_valid(shapely.simplify(shapely.multipolygons(shapes), cell / 3.0))
            within = found[max(found)] if found else None
            found[limit] = whole if within is None else shapely.union_all([whole, within])
        elif found:
            found[limit] = found[max(found)]
    return [_areas_only(found.get(limit)) for limit in limits]


def circle_bands(lon: Floats, lat: Floats, radii_km: Sequence[float]) -> tuple[Any, list[Any | None]]:
    """CRS, and for each radius what lies within it of any of the places; None for a radius of 0 or less."""
    import shapely

    crs = metric_crs(lon, lat)
    x, y = metres(crs, lon, lat)
    spots = shapely.points(np.unique(np.column_stack([x, y]), axis=0))
    shapes = [
        _areas_only(shapely.union_all(shapely.buffer(spots, radius * 1000.0, quad_segs=12))) if radius > 0 else None
        for radius in radii_km
    ]
    return crs, shapes


def _areas_only(shape: Any | None) -> Any | None:
    """The polygons of a shape as one; None without any."""
    import shapely

    if shape is None:
        return None
    parts = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2]
    parts = [inner for part in parts for inner in shapely.get_parts(part)]
    return shapely.multipolygons(parts) if parts else None
