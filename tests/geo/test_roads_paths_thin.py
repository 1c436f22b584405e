"""The graph made smaller for the search keeps every distance."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import floyd_warshall

from geodata.roads.thin import thinned


def distances(tail: np.ndarray, head: np.ndarray, weight: np.ndarray, size: int) -> np.ndarray:
    """All distances by Floyd and Warshall, of parallel arcs the least."""
    dense = np.full((size, size), np.inf)
    np.minimum.at(dense, (tail, head), weight)
    np.fill_diagonal(dense, 0)
    return np.asarray(floyd_warshall(dense))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A tree with some arcs more, some one-way, and nodes to keep: full of dead ends and chains."""
    size = draw(st.integers(2, 25))
    parent = [draw(st.integers(max(0, node - 3), node - 1)) for node in range(1, size)]
    pairs = list(zip(range(1, size), parent, strict=True))
    more = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=4))
    pairs += [pair for pair in more if pair[0] != pair[1]]
    arcs = []
    for one, other in pairs:
        ways = draw(st.sampled_from(["both", "both", "there", "back"]))
        if ways != "back":
            arcs.append((one, other, draw(st.integers(1, 50))))
        if ways != "there":
            arcs.append((other, one, draw(st.integers(1, 50))))
    keep = np.zeros(size, bool)
    keep[draw(st.lists(st.integers(0, size - 1), min_size=1))] = True
    tail, head, weight = (np.array(part) for part in zip(*arcs, strict=True))
    return tail, head, weight.astype(float), keep


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_distances_between_kept_nodes_stay(case: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Every distance between two kept nodes is the same, none appears, none is lost."""
    tail, head, weight, keep = case
    whole = distances(tail, head, weight, len(keep))[np.ix_(keep, keep)]
    less = distances(*thinned(tail, head, weight, keep), len(keep))[np.ix_(keep, keep)]
    assert np.array_equal(whole, less)


def test_a_chain_with_dead_ends_becomes_a_few_roads() -> None:
    """Of 200 junctions in a row, each with a dead end, few are left, and the ends are as far apart as before."""
    row = np.arange(199)
    one, other = np.concatenate([row, np.arange(200)]), np.concatenate([row + 1, np.arange(200) + 200])
    keep = np.zeros(400, bool)
    keep[[0, 199]] = True
    arcs = np.concatenate([one, other]), np.concatenate([other, one]), np.ones(2 * len(one))
    tail, head, weight = thinned(*arcs, keep)
    assert len(np.unique(tail)) < 20  # a round that is not worth its time is not done
    assert distances(tail, head, weight, 400)[0, 199] == 199
