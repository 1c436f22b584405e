"""Frontiers and what-ifs, as a case of the registry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.registry import Case


def smoke(_: Path) -> None:
    """A budget above that of a plan of the bundled example is answered by the plan itself, with its proof."""
    from benchmarks.questions import run
    from models.allocation import Settings, plan

    instance = run.region_instance("kedong")
    instance = replace(instance, aims=replace(instance.aims, order=("floors", "unmet")))
    base = plan(instance, Settings(seconds=4.0, gap=0.1))
    assert base.model is not None and base.x is not None
    cost = base.model.value("cost", base.x)
    changed = run.changes.budget(instance, 1.05 * cost)
    asked = run.ask(base, changed, 5.0)
    assert asked["answered"] == "old plan" and run.agree(asked, {"aims": run.told(base.aims), "status": "feasible"})


CASES = (
    Case(
        "questions",
        "benchmarks.questions.run",
        "A curve of ten budgets costs less than ten plans, a what-if seconds or less; answers of plans afresh",
        ("seconds", "agreement", "gap at a limit"),
        ("plans afresh",),
        ("highspy", "numpy"),
        "benchmarks-questions.md",
        "half an hour",
        smoke,
    ),
)
