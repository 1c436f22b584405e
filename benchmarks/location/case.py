"""Public location instances, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case, shared


def smoke(folder: Path) -> None:
    """The first instance with capacities becomes a region and is planned to its known value."""
    from benchmarks.location import run
    from benchmarks.location.convert import list_cases

    case = next(iter(list_cases(shared() / "benchmarks", ["cflp_orlib"])))
    result = run.solve_case(case, 20.0, folder)
    assert abs(result.gap) < 1e-3 and case.id in run.line(result)


CASES = (
    Case(
        "location",
        "benchmarks.location.run",
        "201 public instances of six kinds through the product's own tables, all but two proved at known values",
        ("known values", "proof", "seconds"),
        (),
        ("highspy", "numpy"),
        "benchmarks.md",
        "three hours",
        smoke,
        needs="ALLIANCE_SHARED",
    ),
)
