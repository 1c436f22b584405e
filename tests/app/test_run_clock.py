"""One time limit for a whole run: what the allocation, a look at the dates and the last search may take."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from support.tiny import tiny_instance

from models.aims import AimResult
from models.allocation import Outcome
from models.answers import Status
from models.instance import DateCut, Instance
from planner.roster_run import NOTHING, Linked, Rostered, link
from planner.run_clock import RunClock


class Watch:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_dates_may_count_on_a_share_and_take_what_is_left(watch: Watch) -> None:
    """Of 100 s 40 are kept for dates; an allocation that needs 30 leaves 40 of the 70, its own limit."""
    clock = RunClock(100.0, 40.0, True, watch)
    assert clock.first() == 60.0
    watch.time = 30.0
    assert clock.last() == 40.0
    watch.time = 75.0
    assert clock.last() == 25.0
    watch.time = 130.0
    assert clock.last() == 2.0


def test_short_limits_keep_four_tenths() -> None:
    """Of 10 s the allocation gets 6, and all of them without dates."""
    assert RunClock(10.0, 40.0, True).first() == 6.0
    assert RunClock(10.0, 40.0, False).first() == 10.0


def test_a_new_allocation_needs_time(watch: Watch) -> None:
    """It gets what a look (10 s) and the last search (20 s) leave; none below a tenth of the limit."""
    clock = RunClock(100.0, 40.0, True, watch)
    watch.time = 40.0
    assert clock.again() == 30.0 and clock.again(looked=False) == 20.0
    watch.time = 61.0
    assert clock.again() == 0.0


def _outcome(unmet: float) -> Outcome:
    aims = (AimResult("floors", 0.0, 0.0, 0.0, "points", ""), AimResult("unmet", unmet, unmet, 0.0, "visits", ""))
    tables = {"sessions": pd.DataFrame({"sessions": [1.0]})}
    return Outcome(Status.FEASIBLE, "gap", aims, tables, pd.DataFrame(), (), 1.0)


def _rostered(unheld: float, *cuts: DateCut) -> Rostered:
    tables = {"unheld": pd.DataFrame({"sessions": [unheld]})}
    return replace(NOTHING, tables=tables, unheld=unheld, allocated=100.0, cuts=cuts)


class Run:
    """Allocations and rosters that take the time they are given, and a record of what was asked."""

    def __init__(self, watch: Watch, rosters: list[Rostered], unmet: float = 90.0) -> None:
        self.watch, self.rosters, self.unmet = watch, iter(rosters), unmet
        self.asked: list[tuple[str, float]] = []
        self.dated: list[tuple[DateCut, ...]] = []

    def allocate(self, instance: Instance, seconds: float) -> Outcome:
        self.asked.append((f"allocate with {len(instance.date_cuts)} cuts", seconds))
        self.watch.time += seconds
        return _outcome(self.unmet)

    def date(self, instance: Instance, outcome: Outcome, roster: Rostered | None, seconds: float) -> Rostered:
        self.asked.append(("look" if roster is None else "dates", seconds))
        self.dated.append(instance.date_cuts)
        self.watch.time += seconds
        return next(self.rosters)

    def link(self, clock: RunClock, rounds: int = 1) -> Linked:
        return link(self.allocate, self.date, tiny_instance(), _outcome(100.0), rounds, clock, lambda *_: None)


CUT = DateCut("D1", (("S1", "K1"),), 0, 3)


def test_what_has_no_date_goes_back_within_the_limit(watch: Watch) -> None:
    """Half a minute of allocation, a look, a new allocation with the cut, a look, dates: 100 s, not more."""
    clock = RunClock(100.0, 40.0, True, watch)
    watch.time = 30.0
    run = Run(watch, [_rostered(20.0, CUT), _rostered(0.0), _rostered(0.0)])
    found = run.link(clock)
    assert run.asked == [("look", 10.0), ("allocate with 1 cuts", 30.0), ("look", 10.0), ("dates", 20.0)]
    assert watch.time == 100.0 and found.rounds == 2


def test_all_dated_needs_one_allocation(watch: Watch) -> None:
    """Where the look finds a date for nearly all, the rest of the time goes to the dates."""
    clock = RunClock(100.0, 40.0, True, watch)
    watch.time = 30.0
    run = Run(watch, [_rostered(1.0, CUT), _rostered(1.0)])
    assert run.link(clock).rounds == 1
    assert run.asked == [("look", 10.0), ("dates", 40.0)]


@pytest.mark.parametrize(("spent", "rounds"), [(60.0, 1), (30.0, 0)])
def test_no_look_where_nothing_could_follow(watch: Watch, spent: float, rounds: int) -> None:
    """An allocation that used its time, or no rounds asked for: dates at once."""
    clock = RunClock(100.0, 40.0, True, watch)
    watch.time = spent
    run = Run(watch, [_rostered(20.0, CUT)])
    assert run.link(clock, rounds).rounds == 1
    assert run.asked == [("dates", 40.0)]


def test_a_worse_allocation_is_not_kept(watch: Watch) -> None:
    """The first plan stands where the new one leaves more unmet."""
    clock = RunClock(100.0, 40.0, True, watch)
    watch.time = 30.0
    run = Run(watch, [_rostered(20.0, CUT), _rostered(0.0), _rostered(20.0)], unmet=1000.0)
    found = run.link(clock)
    assert found.rounds == 1 and found.outcome.aims[1].value == 100.0


def test_the_last_dates_know_the_cuts(watch: Watch) -> None:
    """The plan made with a cut is dated with it, also at the end: hands do not change against what was proved."""
    clock = RunClock(100.0, 40.0, True, watch)
    watch.time = 30.0
    run = Run(watch, [_rostered(20.0, CUT), _rostered(0.0), _rostered(0.0)])
    run.link(clock)
    assert run.dated == [(), (CUT,), (CUT,)]


def test_the_last_dates_lose_nothing(watch: Watch) -> None:
    """A last search that dates fewer clinics than the look did gives way to it."""
    clock = RunClock(100.0, 40.0, True, watch)
    watch.time = 30.0
    looked = _rostered(1.0, CUT)
    assert Run(watch, [looked, _rostered(5.0)]).link(clock).rostered is looked
