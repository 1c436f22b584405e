"""Minutes and km between many places on roads: one search per place of the shorter side.

The search is scipy's Dijkstra with a limit. Origins are searched in blocks, so that memory is bounded
by `PathOptions.memory_mb` and the result; the result holds only the pairs found within the limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geodata.roads.network import RoadNetwork
from geodata.roads.snap import Floats, PathOptions, Snapped, Whole, snap

if TYPE_CHECKING:
    from geodata.roads.graph import SearchGraph

#: A limit is kept to this, in minutes: rounding must not lose a trip of exactly the limit.
SLACK_MINUTES = 1e-3


@dataclass(frozen=True)
class Trips:
    """K pairs of places found within the limit, by origin and then destination; any other pair is absent.

    origin, destination: (K,) positions of the places, never equal. minutes: (K,) of the fastest path,
    with the walk at both ends. km: (K,) along that path on the road, without the walks; 0 only
    between places with the same foot on the road. ferry: (K,) whether the path boards one.
    snapped: how all the places meet the roads.
    """

    origin: Whole
    destination: Whole
    minutes: Floats
    km: Floats
    ferry: npt.NDArray[np.bool_]
    snapped: Snapped

    @property
    def door_km(self) -> Floats:
        """(K,) km with the walks at both ends."""
        metres = self.snapped.metres
        return np.asarray(self.km + (metres[self.origin] + metres[self.destination]) / 1000)


def road_trips(
    network: RoadNetwork,
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    origins: npt.ArrayLike,
    destinations: npt.ArrayLike,
    *,
    profile: str,
    limit_minutes: float,
    options: PathOptions | None = None,
    snapped: Snapped | None = None,
) -> Trips:
    """Trips of `profile` from each origin to each destination within `limit_minutes`.

    lon, lat: (P,) degrees, WGS 84. origins, destinations: positions of places. The limit includes the
    walks. snapped: the result of `snap` for these places and this profile, to save doing it again.
    A pair without a path, or with a place without a road, has no row. Minutes are above 0 unless two
    places share a foot on the road and stand on it. Raises ValueError for a limit that is not positive
    and finite, KeyError for an unknown profile.
    """
    from geodata.roads.graph import search_graph

    options = options or PathOptions()
    if snapped is None:
        snapped = snap(network, lon, lat, profile, options)
    ends = [np.unique(np.asarray(side, np.int64)) for side in (origins, destinations)]
    start, finish = (side[snapped.found[side]] for side in ends)
    reverse = len(start) > len(finish)
    if reverse:
        start, finish = finish, start
    between = np.concatenate([start, finish])
    graph = search_graph(network, profile, snapped, limit_minutes, reverse=reverse, between=between)
    blocks = list(_blocks(graph, start, finish, snapped.walk_minutes, limit_minutes, options))
    one, other = (np.concatenate([np.empty(0, np.int64), *(block[side] for block in blocks)]) for side in (0, 1))
    minutes, km = (np.concatenate([np.empty(0), *(block[value] for block in blocks)]) for value in (2, 3))
    ferry = np.concatenate([np.empty(0, bool), *(block[4] for block in blocks)])
    del blocks
    if reverse:
        one, other = other, one
    order = np.lexsort((other, one))
    minutes = np.minimum(minutes, limit_minutes)
    return Trips(one[order], other[order], minutes[order], km[order], ferry[order], snapped)


Block = tuple[Whole, Whole, Floats, Floats, npt.NDArray[np.bool_]]


def _blocks(
    graph: SearchGraph, start: Whole, finish: Whole, walk: Floats, limit: float, options: PathOptions
) -> Iterator[Block]:
    """The pairs found from each place of `start` in turn: places, minutes with the walks, km, ferry."""
    from scipy.sparse.csgraph import dijkstra

    if not len(start) or not len(finish):
        return
    # places on one foot are searched once
    roots, root_of = np.unique(graph.node[start], return_inverse=True)
    order = np.argsort(root_of, kind="stable")
    place, root_of = start[order], root_of[order]
    rows = max(1, options.memory_mb * 1_000_000 // (8 * (graph.matrix.shape[0] + len(finish))))
    reach = graph.key.reach(limit + SLACK_MINUTES)
    for first in range(0, len(roots), rows):
        block = roots[first : first + rows]
        keys = dijkstra(graph.matrix, directed=True, indices=block, limit=reach)[:, graph.node[finish]]
        low, high = np.searchsorted(root_of, (first, first + len(block)))
        for one, row in zip(place[low:high], root_of[low:high] - first, strict=True):
            hit = np.flatnonzero(np.isfinite(keys[row]) & (finish != one))
            minutes, km, ferry = graph.key.unpack(keys[row, hit])
            minutes += walk[one] + walk[finish[hit]]
            near = minutes <= limit + SLACK_MINUTES
            other = finish[hit[near]]
            yield np.full(len(other), one), other, minutes[near], km[near], ferry[near]
