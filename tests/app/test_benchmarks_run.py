"""Benchmarks run on small sizes: a page that cannot be measured again is worth nothing."""

from __future__ import annotations

import pytest

from benchmarks.median import run as median
from benchmarks.network import run as network


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
