"""Gaps across the edge of the period, patterns and market mornings, on rosters small enough to see through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.roster import RosterSettings, solve_roster
from models.roster_choices import gap_windows, least_windows
from models.roster_instance import LEAST_GAP, LONGEST_GAP, Pair, RosterDoctor, RosterInstance, RosterNeed, RosterSite

START, WEEKS = date(2026, 3, 30), 13
WORKING = frozenset(day for day in range(7 * WEEKS) if day % 7 < 5)
HALVES = frozenset(2 * day + half for day in WORKING for half in (0, 1))


def instance(
    frequency: str, count: int, history: tuple[date, ...] = (), market: frozenset[int] = frozenset()
) -> RosterInstance:
    """One doctor who is free all week, and one need."""
    doctor = RosterDoctor("D1", "甲", "H1", "", HALVES, (40,), 2)
    site = RosterSite("T1", "乡", HALVES, 1, None, market)
    pair = Pair("D1", (count,), True, False, 20.0)
    need = RosterNeed(
        "T1", "K1", frequency, (count,), 5.0, (pair,), (), HALVES, LEAST_GAP[frequency], LONGEST_GAP[frequency], history
    )
    return RosterInstance(
        START, WEEKS, (("Q1", 0, WEEKS),), WORKING, {"D1": doctor}, {"T1": site}, {("T1", "K1"): need}, {}
    )


def weeks_of(asked: RosterInstance) -> list[int]:
    found = solve_roster(asked, RosterSettings(seconds=20))
    assert not found.unheld and not found.missed
    return sorted(asked.week(visit[3]) for visit in found.visits)


def before(weeks: int) -> date:
    """The Monday so many weeks before the start."""
    return START - timedelta(weeks=weeks)


@pytest.mark.parametrize(("frequency", "count"), [("weekly", 13), ("fortnightly", 6), ("monthly", 3)])
def test_no_run_of_open_weeks_is_longer_than_the_longest_gap(frequency: str, count: int) -> None:
    """Weekly: one in any 2 open weeks, fortnightly in any 3, monthly in any 6."""
    held = set(weeks_of(instance(frequency, count)))
    gap = LONGEST_GAP[frequency]
    assert all(held & set(range(first, first + gap)) for first in range(WEEKS - gap + 1))


@pytest.mark.parametrize(("idle", "latest"), [(1, 2), (2, 1), (3, 0), (7, 0)])
def test_fortnightly_clinics_continue_the_last_roster(idle: int, latest: int) -> None:
    """After a last clinic `idle` weeks before the start, the next is due before three open weeks are over."""
    asked = instance("fortnightly", 6, history=(before(idle),))
    assert weeks_of(asked)[0] <= latest
    first = gap_windows(asked, asked.needs["T1", "K1"])[0]
    assert first == tuple(range(latest + 1))


def test_a_monthly_clinic_is_not_crowded_across_the_edge() -> None:
    """A clinic in the last week before the start keeps the first week free: one in any two calendar weeks."""
    asked = instance("monthly", 3, history=(before(1) + timedelta(days=2),))
    assert weeks_of(asked)[0] >= 1
    assert ((0,), 0) in least_windows(asked, asked.needs["T1", "K1"])


def test_weekly_clinics_keep_their_weekday_and_their_distance() -> None:
    """Thirteen weekly clinics are one a week, all on one weekday."""
    asked = instance("weekly", 13)
    found = solve_roster(asked, RosterSettings(seconds=20))
    assert sorted(asked.week(v[3]) for v in found.visits) == list(range(13))
    assert len({asked.weekday(v[3]) for v in found.visits}) == 1


def test_market_mornings_are_taken_first() -> None:
    """With a lunar market (2, 5, 8) every fortnightly clinic is on a market morning, off weekday or not."""
    from planner.market_days import market_days

    on = market_days("lunar 2,5,8")
    mornings = frozenset(2 * day for day in WORKING if on(START + timedelta(days=day)))
    asked = instance("monthly", 3, market=mornings)
    found = solve_roster(asked, RosterSettings(seconds=20))
    assert found.visits and all(visit[3] in mornings for visit in found.visits)


def test_a_market_on_tens_across_the_edge_and_a_month_of_29_days() -> None:
    """From 6 April 2026: markets on lunar 10, 20 and 30; the month in which the quarter begins has no thirtieth.

    The fortnightly clinic was held on the market of 28 March (lunar 10), nine days before the start. It goes on
    within three open weeks, on one weekday, that with most market mornings; 17 April, ten days after the market of the
    twentieth, is none.
    """
    from planner.market_days import lunar_day, market_days

    start = date(2026, 4, 6)
    on = market_days("lunar 10")
    assert on(date(2026, 3, 28)) and lunar_day(date(2026, 4, 16)) == 29 and lunar_day(date(2026, 4, 17)) == 1
    mornings = frozenset(2 * day for day in WORKING if on(start + timedelta(days=day)))
    asked = replace(instance("fortnightly", 6, (date(2026, 3, 28),), mornings), start=start)
    found = solve_roster(asked, RosterSettings(seconds=20))
    assert len(found.visits) == 6 and not found.missed
    dates = [asked.date(visit[3]) for visit in found.visits]
    weeks = {(day - start).days // 7 for day in dates}
    assert weeks & {0, 1}  # one week without a clinic lies behind: two of the three are left
    market = [start + timedelta(days=half // 2) for half in mornings]
    assert date(2026, 4, 7) in market and date(2026, 4, 17) not in market
    assert len({day.isoweekday() for day in dates}) == 1
    most = max(sum(day.isoweekday() == n for day in market) for n in range(1, 6))
    assert sum(visit[3] in mornings for visit in found.visits) == most == 2
