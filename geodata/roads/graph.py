"""The graph that is searched: edges cut where places stand, one whole number for minutes, km and ferries.

A shortest-path search adds up one number per edge. To know minutes, km and ferries of a fastest path
without storing the path (which would double time and memory), each edge carries one whole number of
53 bits, the most a float adds without rounding: minutes in the leading bits, then km, then ferries.
So paths are compared by minutes, then by km, and sums do not depend on their order: ties are settled
the same way on every machine. The field widths are bounds that no path within the limit can pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from geodata.roads.network import RoadNetwork
from geodata.roads.snap import Snapped, usable_edges
from geodata.roads.thin import thinned

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_BITS = 53
#: km per minute that few edges exceed (150 km/h); what they exceed it by is added to the bound.
_FAST = 2.5


@dataclass(frozen=True)
class Key:
    """How minutes, km and ferries share a whole number.

    minute, km: what one unit of each field stands for, in minutes and km. km_bits, ferry_bits: widths.
    """

    minute: float
    km: float
    km_bits: int
    ferry_bits: int

    @classmethod
    def fitting(cls, minutes: Floats, km: Floats, ferry: npt.NDArray[np.bool_], limit: float) -> Key:
        """The finest key that holds every path of at most `limit` minutes over these edges.

        Units are powers of two. For 12 hours they are about 0.001 seconds and 0.5 m, finer for smaller
        limits; the hundredth added to the bounds leaves room for the rounding of 40,000 edges.
        """
        # a path takes an edge once: no more ferries than the quickest ones that fit into the limit
        ferries = int(np.searchsorted(np.cumsum(np.sort(minutes[ferry])), limit * 1.01, side="right"))
        ferry_bits = int(ferries).bit_length()
        farthest = 1.01 * (limit * _FAST + float(np.maximum(km - _FAST * minutes, 0).sum()))
        km_bits = (_BITS - ferry_bits) // 2 - 2
        minute_bits = _BITS - ferry_bits - km_bits
        exponents = np.ceil(np.log2([limit * 1.01, farthest])) - (minute_bits, km_bits)
        return cls(float(2.0 ** exponents[0]), float(2.0 ** exponents[1]), km_bits, ferry_bits)

    def pack(self, minutes: Floats, km: Floats, ferry: npt.NDArray[np.bool_]) -> Floats:
        """Edges as numbers. At least one unit of minutes: no step is free, so no trip is of 0 minutes."""
        whole = np.maximum(np.rint(minutes / self.minute), 1).astype(np.int64) << self.km_bits
        whole = (whole + np.rint(km / self.km).astype(np.int64)) << self.ferry_bits
        return np.asarray((whole + ferry).astype(np.float64))

    def unpack(self, path: Floats) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
        """Minutes, km and whether a ferry is used, of paths (finite numbers only)."""
        whole = path.astype(np.int64)
        ferry = (whole & ((1 << self.ferry_bits) - 1)) > 0
        whole >>= self.ferry_bits
        km = (whole & ((1 << self.km_bits) - 1)).astype(np.float64) * self.km
        return (whole >> self.km_bits).astype(np.float64) * self.minute, km, ferry

    def reach(self, minutes: float) -> float:
        """The greatest number of a path of at most so many minutes."""
        return float((np.floor(minutes / self.minute) + 1) * 2.0 ** (self.km_bits + self.ferry_bits))


@dataclass(frozen=True)
class SearchGraph:
    """matrix: (V, V) keys of arcs; the nodes are the junctions, then one per foot inside an edge.

    node: (P,) node of each place, -1 without a road. key: how to read a distance.
    """

    matrix: csr_matrix
    node: Whole
    key: Key


def search_graph(
    network: RoadNetwork,
    profile: str,
    snapped: Snapped,
    limit_minutes: float,
    *,
    reverse: bool = False,
    between: Whole | None = None,
) -> SearchGraph:
    """The graph of `profile` with the places as nodes; turned round where `reverse`.

    An edge with places keeps its arc and gains a chain through them: tail, places in order, head.
    limit_minutes: no longer path will be asked for. between: positions of places; where they are given,
    only distances between these are kept, junctions that decide none of them are left out, and the
    nodes are numbered anew. Raises ValueError for a limit that is not positive and finite.
    """
    if not 0 < limit_minutes < np.inf:
        raise ValueError(f"limit_minutes must be positive and finite, not {limit_minutes}")
    minutes = network.minutes[profile]
    usable = usable_edges(network, profile)
    edges = np.flatnonzero(usable & (minutes <= limit_minutes) & (network.tail != network.head))
    node, feet = _nodes(snapped, len(network.lon))
    chain_tail, chain_head, chain_edge, part = _chains(network, snapped, node, feet)
    tail = np.concatenate([network.tail[edges], chain_tail])
    head = np.concatenate([network.head[edges], chain_head])
    edge = np.concatenate([edges, chain_edge])
    share = np.concatenate([np.ones(len(edges)), part])
    arc_minutes, km, ferry = minutes[edge] * share, network.km[edge] * share, network.ferry[edge]
    key = Key.fitting(minutes[usable], network.km[usable], network.ferry[usable], limit_minutes)
    size = len(network.lon) + len(feet)
    if reverse:
        tail, head = head, tail
    weight = key.pack(arc_minutes, km, ferry)
    if between is not None:
        keep = np.zeros(size, bool)
        keep[node[between]] = True
        tail, head, weight = thinned(tail, head, weight, keep)
        keep[tail] = keep[head] = True
        number = np.where(keep, np.cumsum(keep) - 1, -1)
        tail, head, size = number[tail], number[head], int(keep.sum())
        node = np.where(node >= 0, number[node], -1)
    return SearchGraph(_least(tail, head, weight, size), node, key)


def _nodes(snapped: Snapped, junctions: int) -> tuple[Whole, Whole]:
    """The node of each place, and one place of each foot inside an edge (places at one foot share a node)."""
    node = snapped.junction.copy()
    inside = np.flatnonzero(snapped.found & (node < 0))
    order = inside[np.lexsort((snapped.share[inside], snapped.line[inside]))]
    line, share = snapped.line[order], snapped.share[order]
    new = np.ones(len(order), bool)
    new[1:] = (line[1:] != line[:-1]) | (share[1:] != share[:-1])
    node[order] = junctions + np.cumsum(new) - 1
    return node, order[new]


def _chains(network: RoadNetwork, snapped: Snapped, node: Whole, feet: Whole) -> tuple[Whole, Whole, Whole, Floats]:
    """Arcs through the feet of each edge: tail, head, the edge they are part of, and the part of it."""
    pieces = []
    for edge_of, backward in ((snapped.ahead, False), (snapped.back, True)):
        mine = feet[edge_of[feet] >= 0]
        edge = edge_of[mine]
        at = 1 - snapped.share[mine] if backward else snapped.share[mine]
        order = np.lexsort((at, edge))
        edge, at, mine = edge[order], at[order], mine[order]
        first = np.ones(len(edge), bool)
        first[1:] = edge[1:] != edge[:-1]
        last = np.append(first[1:], True)[: len(edge)]
        # into each foot from the one before or from the tail; out of the last to the head
        before = np.where(first, network.tail[edge], np.roll(node[mine], 1))
        step = np.where(first, at, at - np.roll(at, 1))
        pieces.append((before, node[mine], edge, step))
        pieces.append((node[mine][last], network.head[edge[last]], edge[last], 1 - at[last]))
    tail, head, whole, part = (np.concatenate(values) for values in zip(*pieces, strict=True))
    return tail.astype(np.int64), head.astype(np.int64), whole.astype(np.int64), part


def _least(tail: Whole, head: Whole, weight: Floats, size: int) -> csr_matrix:
    """The sparse matrix of arcs; of parallel arcs the least (a plain conversion would add them up)."""
    order = np.lexsort((weight, head, tail))
    tail, head, weight = tail[order], head[order], weight[order]
    keep = np.ones(len(tail), bool)
    keep[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    tail, head, weight = tail[keep], head[keep], weight[keep]
    starts = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=size))])
    return csr_matrix((weight, head.astype(np.int32), starts.astype(np.int32)), shape=(size, size))
