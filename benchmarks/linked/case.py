"""Services tied together, as a case of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case


def smoke(_: Path) -> None:
    """Two services of 200 members at eight sites: alone, under a budget, HiGHS beside, and the page of all."""
    from benchmarks.linked import run

    size, found = "2x8x200x6", {}
    found["alone"] = run.alone(size, 0, 3.0)
    found["budget/ours"] = run.ours("budget", size, 0, 2.0, found["alone"]["capital"])
    found["budget/highs"] = run.peer("budget", size, 0, 1.0, found["alone"]["capital"])
    mine = found["budget/ours"]
    assert mine["value"] is None or mine["bound"] <= mine["value"] + 1e-6
    assert "one budget" in run.page({f"{size}/0": found})


CASES = (
    Case(
        "linked",
        "benchmarks.linked.run",
        "Services under one budget or at shared sites: smaller gaps than HiGHS on the whole in the same CPU seconds",
        ("solve to 0.1 %", "gap at a limit", "bound"),
        ("HiGHS",),
        ("highspy", "numpy"),
        "benchmarks-linked.md",
        "twenty minutes",
        smoke,
    ),
)
