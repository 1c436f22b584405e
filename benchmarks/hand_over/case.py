"""Building and handing over, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case


def smoke(_: Path) -> None:
    """Five sites and forty customers by every route of ours: the same model in HiGHS, a line for each."""
    from benchmarks.hand_over import run

    lines = run.siting_lines(5, 40, 3, 1)
    assert len({line.size for line in lines}) == 1 and len(lines) == 4
    assert "Siting: 40 customers" in run.page({"5x40x3": lines}, {}, "")


CASES = (
    Case(
        "hand_over",
        "benchmarks.hand_over.run",
        "A model with its names reaches HiGHS nearly as fast as raw arrays; linopy and Pyomo take many times that",
        ("build", "hand-over"),
        ("raw arrays", "linopy", "Pyomo"),
        ("highspy", "linopy", "numpy", "pyomo", "scipy"),
        "benchmarks-hand-over.md",
        "ten minutes",
        smoke,
        needs="the extra `bench` for linopy",
    ),
)
