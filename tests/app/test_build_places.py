"""Institutions, trips and sites: rooms, open half-days, counts of frequencies, floors, equipment."""

from __future__ import annotations

import pandas as pd
import pytest
from support.county import CALENDAR, MINUTES, build, notes, rows
from support.tables import region, trips

from planner.build import build_instance
from planner.config import read_config


def test_sites_are_receivers_and_homes() -> None:
    """Townships with needs or posts receive; hospitals of doctors are there for their open days; V is not."""
    made = rows()
    made["posts"] = [{"institution": "T", "specialty": "K", "doctors": 1}]
    sites = build(made).instance.sites
    assert set(sites) == {"S", "T", "H", "H2"}
    assert (sites["S"].floor, sites["T"].floor, sites["H"].floor) == ((12.0,), (0.0,), (0.0,))


def test_slots_come_from_open_slots_then_rooms() -> None:
    """Given half-days a week, else five for each room, else five; times the open weeks."""
    for place, slots in (({"open_slots": 3}, 39.0), ({"rooms": 2}, 130.0), ({}, 65.0), ({"rooms": 0}, 65.0)):
        made = rows()
        made["institutions"][2] |= place
        assert build(made).instance.sites["S"].slots == (slots,)


def test_counts_follow_the_open_weeks_of_the_site() -> None:
    """A closed week leaves 12 weeks: N = 3, 6, 12, 24 and Nmin = 3, 6, 12, 24; a lost half-day only half_days."""
    made = rows()
    made["closures"] = [
        {"institution": "S", "start": "2026-06-08", "end": "2026-06-14"},
        {"institution": "S", "start": "2026-06-15", "end": "2026-06-15", "slot": "am"},
    ]
    site = build(made).instance.sites["S"]
    assert site.half_days == (119.0,) and site.slots == (60.0,)
    assert site.counts_regular == {"monthly": (3,), "fortnightly": (6,), "weekly": (12,), "twice_weekly": (24,)}
    assert site.counts_low == {"monthly": (3,), "fortnightly": (6,), "weekly": (12,), "twice_weekly": (24,)}
    assert site.counts_high == {"monthly": (5,), "fortnightly": (11,), "weekly": (23,), "twice_weekly": (24,)}


def test_the_spring_quarter_touches_all_frequencies() -> None:
    """Spring 2026 by the State Council's notice: twelve open weeks, the worst weekday has eleven dates."""
    site = build(settings={"calendar": {"start": "2026-01-05", "holidays": "cn"}}).instance.sites["S"]
    assert [counts[0] for counts in site.counts_low.values()] == [3, 5, 11, 22]
    assert [counts[0] for counts in site.counts_regular.values()] == [3, 6, 12, 24]
    assert [counts[0] for counts in site.counts_high.values()] == [4, 10, 21, 24]


def test_floors_are_given_or_the_townships_default() -> None:
    """Four clinics a month where nothing is given, at townships with needs only."""
    made = rows()
    made["institutions"][2]["min_sessions_per_month"] = 2
    made["needs"].append({"institution": "V", "specialty": "K", "visits_per_month": 10})
    made["needs"].append({"institution": "T", "specialty": "K", "visits_per_month": 10})
    sites = build(made, {"sessions": {"min_sessions_per_month": 1}}).instance.sites
    # 2, 1 and 0 a month x 2.99
    assert (sites["S"].floor, sites["T"].floor, sites["V"].floor) == ((6.0,), (3.0,), (0.0,))


def test_equipment_is_none_without_a_table() -> None:
    """No table: unknown, so not limited; with a table, what is not listed is not there."""
    assert build().instance.sites["S"].equipment is None
    made = rows()
    made["equipment"] = [{"institution": "S", "item": "ultrasound", "count": 2}]
    sites = build(made).instance.sites
    assert (sites["S"].equipment, sites["H"].equipment) == ({"ultrasound": 2}, {})


def test_trips_keep_direction_and_profile() -> None:
    """A pair of one profile overrules the blank one for it; the way back is its own row."""
    travel = pd.concat(
        [
            trips({("S", "H"): 45.0}, both_ways=False, profile="patient"),
            trips(MINUTES),
            trips({("S", "outside"): 75.0}),
        ],
        ignore_index=True,
    )
    built = build_instance(region(rows()), read_config({"calendar": CALENDAR}), travel)
    instance = built.instance
    assert (instance.minutes["S", "H"], instance.patient_minutes["S", "H"]) == (30.0, 45.0)
    assert (instance.patient_minutes["H", "S"], instance.km["S", "H"]) == (30.0, 15.0)
    assert (instance.outside_minutes["S"], instance.outside_minutes["T"]) == (75.0, 90.0)
    assert ("S", "S") not in instance.minutes and ("S", "outside") not in instance.minutes
    assert "4 institutions without minutes to care outside" in notes(built)


def test_unknown_staff_stays_unknown() -> None:
    """Blank staff is None, never zero."""
    places = build().instance.institutions
    assert (places["H"].staff, places["S"].staff, places["H"].lead) == (400, None, True)


def test_missing_kilometres_are_estimated_from_minutes() -> None:
    """A travel row without km gets the distance that its minutes allow at the set speed."""
    travel = trips(MINUTES)
    travel.loc[travel["origin"] == "H", "km"] = float("nan")
    built = build_instance(region(rows()), read_config({"calendar": CALENDAR}), travel)
    # (30 - 2 x 5) minutes at 40 km/h
    assert built.instance.km["H", "S"] == pytest.approx(20 / 60 * 40)
    assert "4 trips without km" in notes(built)
