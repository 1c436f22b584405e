"""Location without capacities, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case


def smoke(_: Path) -> None:
    """Sixty places by each problem, proved; the page says that there was no peer."""
    from benchmarks.median import run

    found = {f"{problem}/60": {"ours": run.ours(problem, 60, 20.0)} for problem in run.PROBLEMS}
    assert all(one["ours"]["gap"] <= run.GAP for one in found.values())
    assert run.page(found).count("not run") == len(run.PROBLEMS)


CASES = (
    Case(
        "median",
        "benchmarks.median.run",
        "p-median, p-centre and maximal coverings proved in a fraction of spopt's CPU seconds with CBC",
        ("proof", "seconds"),
        ("spopt with CBC",),
        ("highspy", "numpy", "pulp", "spopt"),
        "benchmarks-median.md",
        "half an hour",
        smoke,
        needs="the extra `bench` for spopt",
    ),
)
