"""Public territory instances through the product's tables: known optima with and without contiguity."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.grouping.convert import Case, list_cases, write_region
from benchmarks.grouping.run import faults, solve_case, value
from benchmarks.location.convert import shared_folder
from models.grouping_trees import Trees
from planner.grouping.build import build_grouping
from planner.inputs import read_inputs
from planner.opening import travel_of

FOLDER = shared_folder()
CASES = {case.id: case for case in list_cases(FOLDER)} if FOLDER is not None else {}
FAST = ("ME k=2 one piece", "ME k=2 free")
SLOW = (
    "NM k=3 one piece", "NM k=3 free",
    "grid_5_8 k=4 0.02 one piece", "grid_5_8 k=4 0.02 free", "grid_5_8 k=6 0.03 one piece", "grid_5_8 k=6 0.03 free",
)  # fmt: skip

#: Proved elsewhere; here the trees find it.
TREES = ("WV k=3 one piece", "AL k=7 one piece")

needs_data = pytest.mark.skipif(FOLDER is None, reason="set ALLIANCE_SHARED to the folder with benchmarks/")


def _equals_the_known_value(case: Case, work: Path) -> None:
    found, groups = solve_case(case, 600.0, work)
    assert found.status == "OPTIMAL" and found.ours == pytest.approx(case.known, abs=2e-5 * max(1.0, case.known))
    assert found.bound == pytest.approx(case.known, abs=1e-4 * max(1.0, case.known))
    assert faults(case, groups) == [], "districts checked from the file, with whole populations and networkx"
    assert value(case, groups) == pytest.approx(case.known, abs=2e-5 * max(1.0, case.known))


@needs_data
@pytest.mark.parametrize("name", FAST)
def test_a_small_state_has_its_known_optimum(name: str, tmp_path: Path) -> None:
    """Maine parts 16 neighbours in two pieces and 8 where pieces may lie apart: contiguity is felt, both are proved."""
    _equals_the_known_value(CASES[name], tmp_path)


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_larger_instances_have_their_known_optima(name: str, tmp_path: Path) -> None:
    """Cut edges of New Mexico and sums of distances on the grid are those published, with and without contiguity."""
    _equals_the_known_value(CASES[name], tmp_path)


@needs_data
@pytest.mark.parametrize("name", ["NM k=3 one piece", *(pytest.param(one, marks=pytest.mark.slow) for one in TREES)])
def test_random_trees_find_known_optima(name: str, tmp_path: Path) -> None:
    """Before any proof, cut random trees part as few neighbours as is known to be least, with whole populations."""
    write_region(CASES[name], tmp_path / "region")
    inputs = read_inputs(tmp_path / "region")
    config, _ = inputs.settled()
    groups = Trees(build_grouping(inputs.region, config, travel_of(inputs, config)).instance).best()
    assert groups is not None and faults(CASES[name], groups) == []
    assert value(CASES[name], groups) == CASES[name].known


@needs_data
def test_every_known_value_is_a_case() -> None:
    """All 24 rows of both tables are read: twelve with each objective."""
    assert len(CASES) == 24
