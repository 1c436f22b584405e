"""Location with capacities, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case


def smoke(_: Path) -> None:
    """Thirty hosts and 700 members by the engine, HiGHS beside it for a second, and the page of both."""
    from benchmarks.capacitated import run

    mine, other = run.ours(30, 700, 0, 1.0), run.peer("highs-weak", 30, 700, 0, 1.0, "")
    assert mine["bound"] <= mine["value"] and mine["gap"] < 0.02
    assert "| 30x700" in run.page({"30x700/0": {"ours": mine, "highs-weak": other}})


CASES = (
    Case(
        "capacitated",
        "benchmarks.capacitated.run",
        "Capacities, members in shares, to 500 x 10,000: nearer to the proof than HiGHS in the same CPU seconds",
        ("solve to 1 %", "solve to 0.1 %", "gap at a limit", "bound"),
        ("HiGHS", "SCIP", "CBC", "CP-SAT"),
        ("highspy", "numpy", "ortools", "pulp"),
        "benchmarks-capacitated.md",
        "two hours",
        smoke,
        needs="`pyscipopt` and `pulp` for SCIP and CBC",
    ),
)
