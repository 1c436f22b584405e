"""Public territory instances, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case, shared


def smoke(folder: Path) -> None:
    """The smallest state: read, grouped in two seconds, and its districts looked at from the file alone."""
    from benchmarks.grouping import run
    from benchmarks.grouping.convert import list_cases

    case = min(list_cases(shared() / "benchmarks"), key=lambda one: one.file.stat().st_size)
    result, groups = run.solve_case(case, 2.0, folder)
    assert not groups or (run.faults(case, groups) == [] and result.bound <= result.ours + 1e-6)
    assert case.id in run.line(result)


CASES = (
    Case(
        "grouping",
        "benchmarks.grouping.run",
        "Public territories through the product's own tables, beside their known values; small ones are proved",
        ("known values", "bound", "gap at a limit"),
        (),
        ("highspy", "networkx"),
        "benchmarks-grouping.md",
        "half an hour",
        smoke,
        needs="ALLIANCE_SHARED",
    ),
)
