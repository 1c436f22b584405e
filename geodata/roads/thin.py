"""A smaller graph with the same distances between the nodes that matter.

Half the junctions of a road network decide nothing for a given set of places: dead ends, and points
where only two roads meet. They are taken out round by round, and a road through one becomes one arc
with the sum of its parts. Every distance between nodes that are kept stays what it was, exactly: the
sums are of whole numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

#: A round that takes out less than this share of the junctions left is the last.
_WORTH = 0.02


def thinned(tail: Whole, head: Whole, weight: Floats, keep: npt.NDArray[np.bool_]) -> tuple[Whole, Whole, Floats]:
    """Arcs among the nodes of `keep` (V,) and those where three or more roads meet.

    tail, head, weight: (A,) arcs without loops; parallel arcs may come and may be returned.
    """
    size = len(keep)
    # an order of the nodes that has nothing to do with where they are, the same on every machine
    rank = np.arange(size, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    while True:
        first, last, degree = _neighbours(tail, head, size)
        spare = ~keep & (degree > 0) & (degree <= 2)
        # of two neighbours only one goes in a round
        goes = spare.copy()
        for other in (first, last):
            goes &= ~(spare[other] & (rank[other] > rank))
        if goes.sum() <= _WORTH * (degree > 0).sum():
            return tail, head, weight
        tail, head, weight = _without(tail, head, weight, goes, first, last)


def _neighbours(tail: Whole, head: Whole, size: int) -> tuple[Whole, Whole, Whole]:
    """The first and the last neighbour of each node, in either direction, and how many it has."""
    ends = (np.concatenate([tail, head]), np.concatenate([head, tail]))
    joined = csr_matrix((np.ones(2 * len(tail), bool), ends), shape=(size, size))
    joined.sum_duplicates()
    degree = np.diff(joined.indptr)
    found = np.append(joined.indices, 0)  # a node without neighbours points anywhere
    return found[joined.indptr[:-1]], found[np.maximum(joined.indptr[1:] - 1, 0)], degree


def _without(
    tail: Whole, head: Whole, weight: Floats, goes: npt.NDArray[np.bool_], first: Whole, last: Whole
) -> tuple[Whole, Whole, Floats]:
    """The arcs without some nodes, none beside another, and with arcs between the two neighbours of each."""
    size = len(goes)
    into, out = np.full((2, size), np.inf), np.full((2, size), np.inf)
    enters, leaves = np.flatnonzero(goes[head]), np.flatnonzero(goes[tail])
    node, far = head[enters], tail[enters]
    np.minimum.at(into, ((far != first[node]).astype(np.int64), node), weight[enters])
    node, far = tail[leaves], head[leaves]
    np.minimum.at(out, ((far != first[node]).astype(np.int64), node), weight[leaves])
    gone = np.flatnonzero(goes & (first != last))
    stay = ~(goes[head] | goes[tail])
    there, back = into[0, gone] + out[1, gone], into[1, gone] + out[0, gone]
    one, other = first[gone], last[gone]
    runs, returns = np.isfinite(there), np.isfinite(back)
    return (
        np.concatenate([tail[stay], one[runs], other[returns]]),
        np.concatenate([head[stay], other[runs], one[returns]]),
        np.concatenate([weight[stay], there[runs], back[returns]]),
    )
