"""From ways to a network: junctions found, shape points kept as lines, edges in both directions.

A junction is a point that ends a way or that two ways (or one way twice) share; ways that merely
cross on the map, a bridge over a road, share no point and get none. After this every edge has two
different ends and no two edges join the same two junctions in the same direction, so a sparse
matrix of the edges loses nothing: loops and parallel pieces are cut at a middle point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.coordinates import distance_km
from geodata.roads.network import PROFILES, Bools, Floats, Ints, RoadNetwork
from geodata.roads.points import junction_minutes, with_gaps
from geodata.roads.ways import RoadOptions, Ways

Positions = npt.NDArray[np.int64]

#: km; two points on the same spot still are a step, since a trip of zero is no trip.
_LEAST_KM = 1e-5
#: km/h between which a ferry's own duration is believed (a wrong unit shows outside).
_FERRY_KMH = (1.5, 90.0)


@dataclass(frozen=True)
class _Flat:
    """All vertices of all ways in one row: point, way, and km from the start of the row."""

    point: Ints
    way: Ints
    km: Floats


def build_network(ways: Ways, options: RoadOptions) -> RoadNetwork:
    """The network of `ways`; `options` give the wait (minutes), added wherever a ferry is boarded, and the modes."""
    ways = with_gaps(ways)
    flat = _flatten(ways)
    start, end = _pieces(flat, ways)
    start, end, shared = _without_twins(flat, start, end)
    way = flat.way[start]
    km = np.maximum(flat.km[end] - flat.km[start], _LEAST_KM)
    ferry_way = ways.roads["ferry"].to_numpy(bool)
    minutes = {}
    for name in PROFILES:
        one_way = km[:, None] * _pace(ways, flat, name)[way]
        minutes[name] = _shared_minutes(one_way, shared, flat, start)
    kept = ~shared.dropped
    start, end, way, km = start[kept], end[kept], way[kept], km[kept]
    minutes = {name: values[kept] for name, values in minutes.items()}
    return _assemble(ways, flat, start, end, km, minutes, ferry_way[way], options)


def _flatten(ways: Ways) -> _Flat:
    way = np.repeat(np.arange(len(ways.roads), dtype=np.int32), np.diff(ways.offsets))
    point = ways.points
    keep = np.ones(len(point), bool)
    keep[1:] = (point[1:] != point[:-1]) | (way[1:] != way[:-1])
    point, way = point[keep], way[keep]
    step = np.zeros(len(point))
    lon, lat = ways.lon[point], ways.lat[point]
    step[1:] = np.where(way[1:] == way[:-1], distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:]), 0.0)
    return _Flat(point, way, np.cumsum(step))


def _pieces(flat: _Flat, ways: Ways) -> tuple[Positions, Positions]:
    """First and last vertex of each piece between junctions, with loops and parallels cut once."""
    ends = np.ones(len(flat.point), bool)
    ends[1:-1] = (flat.way[1:-1] != flat.way[:-2]) | (flat.way[1:-1] != flat.way[2:])
    uses = np.bincount(flat.point, minlength=len(ways.lon))
    cut = ends | (uses[flat.point] > 1) | ways.joints[flat.point]
    start, end = _between(cut, flat)
    start, end = _cut_middle(cut, flat, start, end, flat.point[start] == flat.point[end])
    pair = np.sort(np.stack([flat.point[start], flat.point[end]]), axis=0)
    _, group, size = np.unique(pair, axis=1, return_inverse=True, return_counts=True)
    return _cut_middle(cut, flat, start, end, size[group.ravel()] > 1)


def _between(cut: Bools, flat: _Flat) -> tuple[Positions, Positions]:
    at = np.flatnonzero(cut)
    same = flat.way[at[:-1]] == flat.way[at[1:]]
    return at[:-1][same], at[1:][same]


def _cut_middle(
    cut: Bools, flat: _Flat, start: Positions, end: Positions, chosen: Bools
) -> tuple[Positions, Positions]:
    chosen = chosen & (end - start > 1)
    if not chosen.any():
        return start, end
    cut[(start[chosen] + end[chosen]) // 2] = True
    return _between(cut, flat)


@dataclass(frozen=True)
class _Twins:
    """Pieces over the same two points: those dropped, and for each piece the one that stands for it."""

    dropped: Bools
    stands: Positions


def _without_twins(flat: _Flat, start: Positions, end: Positions) -> tuple[Positions, Positions, _Twins]:
    """Pieces with different ends, and which of them lie on another one.

    After the cuts only straight pieces (two vertices) can share both ends: the same road drawn twice.
    """
    differs = flat.point[start] != flat.point[end]
    start, end = start[differs], end[differs]
    pair = np.sort(np.stack([flat.point[start], flat.point[end]]), axis=0)
    _, first, group = np.unique(pair, axis=1, return_index=True, return_inverse=True)
    stands = first[group.ravel()]
    return start, end, _Twins(stands != np.arange(len(start)), stands)


def _shared_minutes(minutes: Floats, twins: _Twins, flat: _Flat, start: Positions) -> Floats:
    """(pieces, 2) minutes where each piece that stands for others has the fastest of them."""
    if not twins.dropped.any():
        return minutes
    best = minutes.copy()
    at = np.flatnonzero(twins.dropped)
    into = twins.stands[at]
    turned = flat.point[start[at]] != flat.point[start[into]]
    values = np.where(turned[:, None], minutes[at][:, ::-1], minutes[at])
    np.minimum.at(best, into, values)
    return best


def _pace(ways: Ways, flat: _Flat, profile: str) -> Floats:
    """(W, 2) minutes per km; a ferry with a sound duration has its own."""
    pace = np.array(ways.pace[profile], float)
    timed = np.flatnonzero(np.isfinite(ways.duration))
    if len(timed):
        first = np.searchsorted(flat.way, timed, side="left")
        last = np.searchsorted(flat.way, timed, side="right") - 1
        km = flat.km[last] - flat.km[first]
        own = ways.duration[timed] / np.maximum(km, _LEAST_KM)
        sound = (60 / own >= _FERRY_KMH[0]) & (60 / own <= _FERRY_KMH[1])
        timed, own = timed[sound], own[sound]
        pace[timed] = np.where(np.isfinite(pace[timed]), own[:, None], np.inf)
    return pace


def _assemble(
    ways: Ways,
    flat: _Flat,
    start: Positions,
    end: Positions,
    km: Floats,
    minutes: dict[str, Floats],
    ferry: Bools,
    options: RoadOptions,
) -> RoadNetwork:
    closed = ways.roads["closed"].to_numpy(bool)[flat.way[start]]
    used, ends = np.unique(flat.point[np.concatenate([start, end])], return_inverse=True)
    tail, head = ends[: len(start)], ends[len(start) :]
    open_ = np.any([np.isfinite(values) for values in minutes.values()], axis=0)
    along, against = np.flatnonzero(open_[:, 0]), np.flatnonzero(open_[:, 1])
    piece = np.concatenate([along, against])
    backward = np.arange(len(piece)) >= len(along)
    edge_tail = np.where(backward, head[piece], tail[piece]).astype(np.int32)
    edge_ferry = ferry[piece]
    # Boarding: a ferry edge leaves a junction that also has a road.
    land = np.zeros(len(used), bool)
    land[np.concatenate([tail[~ferry], head[~ferry]])] = True
    boards = edge_ferry & land[edge_tail]
    timed = {}
    edge_head = np.where(backward, tail[piece], head[piece]).astype(np.int32)
    delay = junction_minutes(len(used), tail, head, ways.rank[flat.way[start]], ferry)
    for name, values in minutes.items():
        one = values[piece, backward.astype(int)] + np.where(boards, options.ferry_wait_minutes, 0.0)
        if options.mode(name) == "car":
            one += delay(piece, edge_head)
        stopped = ways.barrier[name][flat.point[start]] | ways.barrier[name][flat.point[end]]
        timed[name] = np.where(closed[piece] | stopped[piece], np.inf, one)
    sizes = end - start + 1
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    vertex = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - start, sizes)
    return RoadNetwork(
        lon=ways.lon[used],
        lat=ways.lat[used],
        tail=edge_tail,
        head=edge_head,
        km=km[piece],
        minutes=timed,
        ferry=edge_ferry,
        line=piece.astype(np.int32),
        backward=backward,
        line_offsets=offsets,
        line_lon=ways.lon[flat.point[vertex]],
        line_lat=ways.lat[flat.point[vertex]],
        road=flat.way[start].astype(np.int32),
        roads=ways.roads,
        problems=list(ways.problems),
    )
