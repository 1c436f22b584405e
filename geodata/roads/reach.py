"""How far one gets: minutes of every junction from or to the nearest of several places, and the roads within."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from geodata.roads.network import RoadNetwork
from geodata.roads.snap import Floats, PathOptions, Snapped, Whole, snap, usable_edges

#: "to": minutes from a junction to the nearest place, as patients travel; "from": from it outwards.
Direction = Literal["to", "from"]


def node_minutes(
    network: RoadNetwork,
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    profile: str,
    limit: float,
    options: PathOptions | None = None,
    *,
    direction: Direction = "to",
    snapped: Snapped | None = None,
) -> Floats:
    """(N,) minutes of each junction to the nearest place, or from it; inf beyond `limit` or without a way.

    lon, lat: (P,) degrees, WGS 84. The walk between place and road is included. snapped: the result
    of `snap` for these places and this profile. Raises ValueError for a limit that is not positive and
    finite, KeyError for an unknown profile.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    from geodata.roads.graph import search_graph

    if snapped is None:
        snapped = snap(network, lon, lat, profile, options)
    graph = search_graph(network, profile, snapped, limit, reverse=direction == "to")
    some = np.flatnonzero(snapped.found)
    walk, zero = snapped.walk_minutes[some], np.zeros(len(some))
    # one more node, from which the walk to every place starts: a single search finds the nearest
    order = np.lexsort((walk, graph.node[some]))
    node = graph.node[some][order]
    first = np.diff(node, prepend=-1) > 0
    starts = graph.key.pack(walk, zero, zero.astype(bool))[order][first]
    size, old = graph.matrix.shape[0], graph.matrix
    matrix = csr_matrix(
        (
            np.concatenate([old.data, starts]),
            np.concatenate([old.indices, node[first].astype(np.int32)]),
            np.append(old.indptr, old.nnz + len(starts)).astype(np.int32),
        ),
        shape=(size + 1, size + 1),
    )
    keys = dijkstra(matrix, directed=True, indices=[size], limit=graph.key.reach(limit))[0, : len(network.lon)]
    minutes = np.full(len(network.lon), np.inf)
    hit = np.isfinite(keys)
    minutes[hit] = np.minimum(graph.key.unpack(keys[hit])[0], limit)
    return minutes


def road_pieces(
    network: RoadNetwork, minutes: Floats, snapped: Snapped, profile: str, limit: float, *, direction: Direction = "to"
) -> tuple[Whole, Floats, Floats]:
    """Parts of edges within `limit`: the edge, and where the part begins and ends, 0 to 1 from tail to head.

    minutes: (N,) of `node_minutes` for the same places, profile and direction, with a limit no smaller.
    An edge appears once for the junction it is reached by and once for each place on it; parts may
    overlap. Whole edges are the parts from 0 to 1.
    """
    outwards = direction == "from"
    edges = np.flatnonzero(usable_edges(network, profile))
    took = network.minutes[profile]
    left = limit - minutes[(network.tail if outwards else network.head)[edges]]
    edges, left = edges[left >= 0], left[left >= 0]
    pieces = [(edges, np.zeros(len(edges)) if outwards else np.ones(len(edges)), left)]
    for edge_of, backward in ((snapped.ahead, False), (snapped.back, True)):
        mine = np.flatnonzero((edge_of >= 0) & (limit - snapped.walk_minutes >= 0))
        at = 1 - snapped.share[mine] if backward else snapped.share[mine]
        pieces.append((edge_of[mine], at, limit - snapped.walk_minutes[mine]))
    edge, at, left = (np.concatenate(values) for values in zip(*pieces, strict=True))
    step = np.divide(left, took[edge], out=np.ones(len(edge)), where=took[edge] > 0)
    begin, end = (at, np.minimum(at + step, 1)) if outwards else (np.maximum(at - step, 0), at)
    return edge, begin, end
