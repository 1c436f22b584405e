"""Rosters, as cases of the registry."""

from __future__ import annotations

from pathlib import Path

from benchmarks.registry import Case


def rosters(_: Path) -> None:
    """Twelve doctors and six sites in four weeks: dated with a bound, and described."""
    from benchmarks.roster import run
    from benchmarks.roster.generate import Size, generate
    from models.roster import RosterSettings, solve_roster

    instance = generate(Size(doctors=12, sites=6, weeks=4, hospitals=2, specialties=4), 0)
    found = solve_roster(instance, RosterSettings(seconds=3.0))
    assert all(aim.bound <= aim.value + 1e-6 for aim in found.aims)
    told = run.measured(found, {}) | {"load": 0.0}
    assert "## Seed 0" in run.page({"0": {"nothing": 1.0, "size": run.describe(instance), "ours": told}})


def quarters(folder: Path) -> None:
    """A region prepared for its first quarter, and the least spread of a pool that one of two must carry."""
    import shutil

    from benchmarks.roster.even import Outings, least_spread
    from benchmarks.roster.quarters import prepare, starts
    from planner.bundled import find_region

    shutil.copytree(find_region("kedong"), folder / "region")
    prepare(folder / "region", next(starts()), [], 7.0, False)
    assert "time_limit_s = 7" in (folder / "region" / "plan.toml").read_text(encoding="utf-8")
    cell = ("S", "K")
    trips = {("A", cell): 3}
    both = Outings(trips, {cell: frozenset("AB")}, {"A": 9, "B": 9})
    alone = Outings(trips, {cell: frozenset("A")}, {"A": 9, "B": 9})
    assert (least_spread("AB", [both]), least_spread("AB", [alone])) == (0, 3)


CASES = (
    Case(
        "roster",
        "benchmarks.roster.run",
        "300 doctors and 100 sites dated nearer to a proved bound than CP-SAT comes in the same time",
        ("gap at a limit", "bound"),
        ("CP-SAT",),
        ("highspy", "ortools"),
        "benchmarks-roster.md",
        "half an hour",
        rosters,
    ),
    Case(
        "roster.quarters",
        "benchmarks.roster.quarters",
        "With accounts fed forward far trips even out among doctors who offer as much, over four quarters",
        ("evenness",),
        ("accounts forgotten",),
        ("highspy", "scipy"),
        "benchmarks-quarters.md",
        "ten minutes",
        quarters,
        arguments="tianchang out/quarters",
    ),
)
