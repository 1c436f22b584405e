"""Where the lines of a road layer meet.

Lines meet where they share a vertex, where ends lie within a metre of each other, and where an end
lies within a metre of another line (hand-drawn side roads). Lines that merely cross do not meet, nor
do lines of different level (layer, bridge, tunnel) in the middle of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.roads.network import Bools, Floats

Positions = npt.NDArray[np.int64]

#: Metres within which an end is joined.
JOIN_METRES = 1.0
_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class Joined:
    """Lines over shared points. lon, lat: (P,). offsets: (lines + 1,); points: positions.

    first_vertex: (lines,) position of each line's first vertex in the coordinates given.
    """

    lon: Floats
    lat: Floats
    offsets: Positions
    points: Positions
    first_vertex: Positions


def join(lon: Floats, lat: Floats, line: Positions, level: Positions) -> Joined:
    """Join the lines; lon, lat, line, level: (V,) of every vertex, lines in order, level: of its feature."""
    first = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
    is_end = np.zeros(len(line), bool)
    is_end[first] = True
    is_end[np.r_[first[1:] - 1, len(line) - 1]] = True
    spot = np.round(np.stack([lon, lat]), 8)
    _, point = np.unique(spot, axis=1, return_inverse=True)
    point = _by_level(point.ravel(), level, is_end)
    scale = np.cos(np.radians(float(np.median(lat)))) * _METRES_PER_DEGREE
    x, y = lon * scale, lat * _METRES_PER_DEGREE
    point = _merge_ends(point, x, y, is_end)
    after, east, north, at_point = _side_roads(point, x, y, line, level, is_end)
    order = np.argsort(after, kind="stable")
    point = np.insert(point, after[order] + 1, at_point[order])
    all_x = np.insert(lon, after[order] + 1, east[order] / scale)
    all_y = np.insert(lat, after[order] + 1, north[order] / _METRES_PER_DEGREE)
    all_line = np.insert(line, after[order] + 1, line[after[order]])
    kept_end = np.insert(is_end, after[order] + 1, False)
    _, place, points = np.unique(point, return_index=True, return_inverse=True)
    # a point stands where an end stands, so that side roads keep their own place and main roads move < 1 m
    stands = np.flatnonzero(kept_end)
    place[points[stands]] = stands
    starts = np.flatnonzero(np.r_[True, all_line[1:] != all_line[:-1]])
    offsets = np.r_[starts, len(all_line)].astype(np.int64)
    return Joined(all_x[place], all_y[place], offsets, points.astype(np.int64), first)


def _by_level(point: Positions, level: Positions, is_end: Bools) -> Positions:
    """Points of their own for lines that share a vertex in the middle of both at different levels."""
    ends = np.zeros(point.max() + 1, bool)
    ends[point[is_end]] = True
    own = np.where(ends[point], -1, level)
    _, split = np.unique(np.stack([point, own]), axis=1, return_inverse=True)
    return np.asarray(split.ravel(), np.int64)


def _merge_ends(point: Positions, x: Floats, y: Floats, is_end: Bools) -> Positions:
    """Ends within `JOIN_METRES` of a vertex become one point with it."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    size = int(point.max()) + 1
    ends = np.flatnonzero(is_end)
    tree = cKDTree(np.stack([x, y], axis=1))
    near: Any = tree.query_ball_point(np.stack([x[ends], y[ends]], axis=1), JOIN_METRES)
    counts = np.array([len(one) for one in near])
    one = point[np.repeat(ends, counts)]
    other = point[np.concatenate([np.asarray(found, np.int64) for found in near])]
    graph = coo_matrix((np.ones(len(one), np.int8), (one, other)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1][point], np.int64)


def _side_roads(
    point: Positions, x: Floats, y: Floats, line: Positions, level: Positions, is_end: Bools
) -> tuple[Positions, Floats, Floats, Positions]:
    """Loose ends within `JOIN_METRES` of the middle of another line's segment.

    Returns the vertex after which a vertex is to be put in, its place, and the point it becomes.
    """
    import shapely

    uses = np.bincount(point)
    loose = np.flatnonzero(is_end & (uses[point] == 1))
    segment = np.flatnonzero(line[1:] == line[:-1])
    nothing = np.zeros(0, np.int64)
    if not len(loose) or not len(segment):
        return nothing, np.zeros(0), np.zeros(0), nothing
    ends = np.stack([np.stack([x[segment], y[segment]], 1), np.stack([x[segment + 1], y[segment + 1]], 1)], 1)
    tree: Any = shapely.STRtree(shapely.linestrings(ends))
    at, hit = tree.query(shapely.points(x[loose], y[loose]), predicate="dwithin", distance=JOIN_METRES)
    fits = (line[loose[at]] != line[segment[hit]]) & (level[loose[at]] == level[segment[hit]])
    at, hit = at[fits], hit[fits]
    # along one segment several side roads come in the order of the drawing; one end joins one segment
    _, first = np.unique(at, return_index=True)
    at, hit = at[first], hit[first]
    start = segment[hit]
    along = np.hypot(x[loose[at]] - x[start], y[loose[at]] - y[start])
    order = np.lexsort((along, start))
    at, start = at[order], start[order]
    return start, x[loose[at]], y[loose[at]], point[loose[at]]
