"""Groupings from random trees: in one piece, within their loads, the same by their seed, and good."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from support.grids import graph, grid, instance, ruled

from models.grouping_instance import GroupingInstance
from models.grouping_route import GroupSettings, solve_grouping
from models.grouping_trees import Trees

EDGES = {"order": ("floors", "cut_edges")}


def _parted(x: GroupingInstance, groups: dict[str, str]) -> int:
    return sum(groups[a] != groups[b] for a, b in x.edges)


@pytest.mark.parametrize(("side", "count", "least"), [(4, 2, 4), (4, 4, 8), (6, 4, 12), (6, 2, 6), (6, 3, 10)])
def test_even_squares_are_parted_as_by_hand(side: int, count: int, least: int) -> None:
    """Halves, thirds and quarters of a square, to the unit: as many neighbours parted as a ruler parts."""
    x = grid(side, side, count=count, tolerance_population=0.0, **EDGES)
    groups = Trees(x).best(3_000)
    assert groups is not None and _parted(x, dict(groups)) == least
    for seat in set(groups.values()):
        units = [unit for unit, group in groups.items() if group == seat]
        assert seat in units and len(units) == side * side / count and nx.is_connected(graph(x).subgraph(units))


@pytest.mark.parametrize("seed", range(3))
def test_uneven_loads_stay_in_their_spans(seed: int) -> None:
    """With people drawn at random each group is within 2 % of its share; the same seed gives the same groups."""
    drawn = np.random.default_rng(seed).integers(400, 2_000, 36)
    people = {f"u{r}{c}": float(drawn[6 * r + c]) for r in range(6) for c in range(6)}
    x = grid(6, 6, count=4, people=people, tolerance_population=0.02, **EDGES)
    groups = Trees(x, seed).best(500)
    assert groups is not None and groups == Trees(x, seed).best(500)
    for seat in set(groups.values()):
        units = [unit for unit, group in groups.items() if group == seat]
        low, high = x.span("population", seat)
        assert low <= sum(people[unit] for unit in units) <= high and nx.is_connected(graph(x).subgraph(units))


def test_where_no_tree_can_be_cut_there_are_no_groups() -> None:
    """Two islands are no tree; three units of one load each make no two groups of equal load."""
    apart = instance({"a": (0, 0), "b": (0, 1), "c": (5, 0), "d": (5, 1)}, [("a", "b"), ("c", "d")], count=2, **EDGES)
    assert Trees(apart).best(10) is None
    odd = grid(1, 3, count=2, tolerance_population=0.01, **EDGES)
    assert Trees(odd).best(10) is None


@pytest.mark.slow
def test_the_search_begins_with_them() -> None:
    """Stopped at its first node, the search has the grouping that the trees found; within the rules, told as it is."""
    drawn = np.random.default_rng(5).integers(400, 2_000, 36)
    people = {f"u{r}{c}": float(drawn[6 * r + c]) for r in range(6) for c in range(6)}
    x = ruled(grid(6, 6, count=4, people=people, tolerance_population=0.003, **EDGES), contiguous="hard")
    made = Trees(x).best(800)
    assert made is not None
    found = solve_grouping(x, GroupSettings(seconds=None, nodes=1))
    assert found.aims[-1].value <= _parted(x, dict(made))
