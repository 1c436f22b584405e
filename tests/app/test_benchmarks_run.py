"""Benchmarks run on small sizes: a page that cannot be measured again is worth nothing."""

from __future__ import annotations

import pytest

from benchmarks.hand_over import routes
from benchmarks.hand_over import run as hand_over
from benchmarks.hand_over.county import bundled, county
from benchmarks.median import run as median
from benchmarks.network import run as network
from models.assemble import assemble


def test_the_network_benchmark_runs() -> None:
    """Sixty institutions and three hundred flows: every measure and all files, each with its time."""
    rows = network.run(60, 300, 0)
    assert {"balance", "whole analysis", "sentences, tables, GraphML, GeoPackage, pictures"} <= {row[0] for row in rows}
    assert all(seconds >= 0 and busy >= 0 and told for _, (seconds, busy), told in rows)


@pytest.mark.parametrize("problem", median.PROBLEMS)
def test_the_benchmark_of_location_runs(problem: str) -> None:
    """Sixty places are proved, and the page says by what and that there was no peer."""
    found = median.ours(problem, 60, 30.0)
    assert found["gap"] <= median.GAP and found["proof"] in ("prices", "core")
    (line,) = (
        one for one in median.page({f"{problem}/60": {"ours": found}}).splitlines() if one.startswith(f"| {problem}")
    )
    assert line.count("|") == 10 and "not run" in line


def test_the_benchmark_of_the_hand_over_runs() -> None:
    """Every route leaves the same small siting model in HiGHS, and the page has a line for each."""
    lines = hand_over.siting_lines(5, 40, 3, 1)
    assert {line.size for line in lines} == {(40 + 5 + 120, 120 + 5, 4 * 120 + 5)}
    text = hand_over.page({"5x40x3": lines}, {}, "")
    assert sum(line.startswith("| ") and line.endswith(" 485 |") for line in text.splitlines()) == 4


def test_a_county_grows_with_what_is_asked_for() -> None:
    """Twice the townships and doctors in two quarters: every block is there, and HiGHS holds what the floor passes."""
    found = county(2, 2, 2)
    base = bundled(2)
    assert len(found.doctors) == 2 * len(base.doctors) and len(found.needs) > 1.5 * len(base.needs)
    model = assemble(found)
    assert model.blocks == ("shared_centres", "postings", "sessions", "referrals") and model.matrix.cols > 40_000
    solver, floor = routes.by_county(found), routes.by_arrays(routes.arrays_of(found))
    assert all(getattr(solver, name)() == getattr(floor, name)() for name in ("getNumRow", "getNumCol", "getNumNz"))
