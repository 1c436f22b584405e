"""The benchmark of a province on small sizes, and that a large one has the size that it names."""

from __future__ import annotations

import pytest

from benchmarks.province import generate, page
from benchmarks.province import run as province


def test_the_province_is_generated_to_size() -> None:
    """Sixty counties: some 18,000 institutions, 3,000 outreach doctors, many sizes; a small province begins a large."""
    sixty, two = generate.generate(), generate.generate(generate.Size(2))
    alliances = [one.instance for one in sixty.counties]
    assert abs(sum(len(one.institutions) - 1 for one in alliances) - 18_000) < 100
    assert abs(sum(len(one.doctors) for one in alliances) - 3_000) < 50
    assert len({len(one.sites) for one in alliances}) > 15
    assert [one.instance for one in two.counties] == alliances[:2]


@pytest.mark.slow
def test_the_benchmark_of_a_province_runs() -> None:
    """Two generated counties: within the gap, a pool that is short by more than a tenth has a price, and a page."""
    found = province.plan(2, 0)
    assert found["gap"] <= 0.03 and found["repeatable"]
    assert found["asked"]["cardiology"] > 1.1 * found["available"]["cardiology"] and found["prices"]["cardiology"] > 0
    assert all(found["used"][name] <= there + 1e-5 for name, there in found["available"].items())
    assert "| 2 | " in page.page({"2/0": found})
