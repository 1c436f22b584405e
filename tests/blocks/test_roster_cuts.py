"""What the roster cannot hold goes back to the allocation as proved rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from models.roster import RosterSettings, solve_roster
from models.roster_cuts import cuts_of
from models.roster_instance import LEAST_GAP, LONGEST_GAP, Pair, RosterDoctor, RosterInstance, RosterNeed, RosterSite

WEEKS = 4


def instance(count: int, mondays: int) -> RosterInstance:
    """One doctor, free on the first Monday mornings only, who is asked for clinics at two sites."""
    everything = frozenset(range(14 * WEEKS))
    free = frozenset(14 * week for week in range(mondays))
    doctor = RosterDoctor("D1", "甲", "H1", "H1/x", free, (20,), 2)
    sites = {name: RosterSite(name, name, everything, 1, None) for name in ("T1", "T2")}
    pair = Pair("D1", (count,), True, False, 20.0)
    needs = {
        (site, "K1"): RosterNeed(
            site,
            "K1",
            "fortnightly",
            (count,),
            5.0,
            (pair,),
            (),
            everything,
            LEAST_GAP["weekly"],
            LONGEST_GAP["weekly"],
        )
        for site in sites
    }
    working = frozenset(day for day in range(7 * WEEKS) if day % 7 < 5)
    return RosterInstance(date(2026, 3, 30), WEEKS, (("Q1", 0, WEEKS),), working, {"D1": doctor}, sites, needs, {})


def test_a_doctor_with_too_few_half_days_is_cut_to_them() -> None:
    """Two sites want four clinics of a doctor with three free mornings: the cut says three, and names both."""
    asked = instance(count=2, mondays=3)
    found = solve_roster(asked, RosterSettings(seconds=10))
    assert len(found.visits) == 3 and sum(one.sessions for one in found.unheld) == 1
    (cut,) = cuts_of(asked, found.unheld)
    assert (cut.doctor, cut.quarter, cut.most, cut.unit) == ("D1", 0, 3, "clinics")
    assert cut.pairs == (("T1", "K1"), ("T2", "K1"))


def test_no_cut_where_the_room_is_to_blame() -> None:
    """A clinic that only another doctor's clinic keeps out is no reason to cut this doctor."""
    asked = instance(count=2, mondays=4)
    full = replace(asked, sites={**asked.sites, "T1": replace(asked.sites["T1"], rooms=0)})
    found = solve_roster(full, RosterSettings(seconds=10))
    assert {one.site for one in found.unheld} == {"T1"}
    assert cuts_of(asked, found.unheld) == ()
