"""What hospitals can treat, posts on offer, and locks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.county import CALENDAR, MONTHS, build, notes, rows


def test_capability_by_default_is_todays_load_and_a_margin() -> None:
    """Own 500 + referred 40 + a near clinic a week (5 x 13 / months), plus 5 %."""
    made = rows()
    made["needs"].append({"institution": "H", "specialty": "K", "visits_per_month": 500})
    made["roster"] = [{"doctor": "D1", "institution": "S", "slot": "am", "weekday": 1}]
    built = build(made)
    found = built.instance.capabilities["H", "K"]
    assert found.own_load == 500.0
    assert found.visits == pytest.approx(1.05 * (540 + 5 * 13 / MONTHS))
    assert found.reserve == pytest.approx(2.0)
    assert "H/K" in notes(built)


def test_a_far_clinic_takes_a_whole_day_from_home() -> None:
    """T is 50 minutes away (over 45): each clinic costs two half-days; a posting costs the doctor's visits."""
    made = rows()
    made["roster"] = [{"doctor": "D1", "institution": "T", "slot": "am", "weekday": 1}]
    made["current_postings"] = [{"doctor": "D2", "institution": "S", "start": "2026-03-01", "end": "2026-08-31"}]
    made["doctors"][1]["home_visits_per_month"] = 90
    found = build(made, {"referrals": {"capability_margin": 0.0}}).instance.capabilities["H", "K"]
    assert found.visits == pytest.approx(40 + 2 * 5 * 13 / MONTHS + 90)


def test_given_capability_and_reserve() -> None:
    """Rows up and both count, rows down do not; a given reserve replaces the share."""
    made = rows()
    made["capabilities"] = [
        {"institution": "H", "specialty": "K", "visits_per_month": 900},
        {"institution": "H2", "specialty": "L", "visits_per_month": 70, "direction": "both", "beds": 12},
        {"institution": "S", "specialty": "K", "visits_per_month": 60, "direction": "down", "beds": 9},
    ]
    made["reserves"] = [{"institution": "H", "specialty": "K", "visits_per_month": 15}]
    instance = build(made).instance
    assert sorted(instance.capabilities) == [("H", "K"), ("H2", "K"), ("H2", "L")]
    assert (instance.capabilities["H", "K"].visits, instance.capabilities["H", "K"].reserve) == (900.0, 15.0)


def test_free_beds_are_those_that_take_down_referrals() -> None:
    """Beds of rows down and both, summed; else 40 % of the institution's beds."""
    made = rows()
    made["capabilities"] = [
        {"institution": "S", "specialty": "K", "direction": "down", "beds": 9},
        {"institution": "S", "specialty": "L", "direction": "both", "beds": 3},
    ]
    places = build(made).instance.institutions
    assert (places["S"].beds, places["H"].beds) == (12.0, 200.0)
    assert build().instance.institutions["S"].beds == 12.0


def test_slips_of_a_hospital_say_how_many_of_its_referrals_are_booked() -> None:
    """Slips over visits by receiving hospital; one without a count gets the region's; rows down and outside no part."""
    flows = [("S", "H", 40, 4), ("T", "H", 60, 11), ("S", "outside", 9, 9), ("T", "H2", 10, ""), ("H", "S", 50, 50)]
    made = rows()
    made["referrals"] = [
        {
            "origin": origin,
            "destination": to,
            "specialty": "K",
            "patients_per_month": patients,
            "slips_per_month": slips,
        }
        | {"direction": "down" if origin == "H" else "up"}
        for origin, to, patients, slips in flows
    ]
    places = build(made).instance.institutions
    assert places["H"].booked_share == pytest.approx(0.15) and places["H2"].booked_share == pytest.approx(0.15)
    assert build().instance.institutions["H"].booked_share is None


def test_admissions_and_stays_are_the_specialtys_own() -> None:
    """A row's own shares count; blank ones are the settings', and none for diagnostics by their name, which is told."""
    made = rows()
    made["specialties"] = [
        {"id": "K", "name": "骨科", "admission_share": 0.11, "stay_days": 12},
        {"id": "L", "name": "眼科"},
        {"id": "M", "name": "彩色超声诊断"},
        {"id": "N", "name": "心电图室", "admission_share": 0.01},
    ]
    built = build(made, {"referrals": {"admission_share": 0.06, "stay_days": 7.5}})
    kinds = built.instance.specialties
    found = {code: (kinds[code].admission_share, kinds[code].stay_days) for code in "KLMN"}
    assert found == {"K": (0.11, 12.0), "L": (0.06, 7.5), "M": (0.0, 7.5), "N": (0.01, 7.5)}
    assert "彩色超声诊断" in notes(built) and "心电图室" not in notes(built)


def _posts(*posts: dict[str, Any], settings: dict[str, Any] | None = None, **tables: Any) -> Any:
    made = rows() | tables
    made["posts"] = [{"institution": "S", "specialty": "K", "doctors": 1, **post} for post in posts]
    return build(made, settings).instance.posts["S", "K"]


def test_posts_start_on_cohorts_and_cover_whole_weeks() -> None:
    """Six months from the first day cover two quarters; a cohort of July starts in week seven."""
    year = {"calendar": {**CALENDAR, "weeks": 39}}
    post = _posts({}, settings=year)
    # 1 June to 1 December: 26 Mondays, then 30 November is one more
    assert post.cover[date(2026, 6, 1)] == (1.0, 1.0, pytest.approx(1 / 13))
    cohorts = {**year, "postings": {"cohorts": ["2026-07-13", "2026-06-01"], "months": 2, "relief": False}}
    post = _posts({}, settings=cohorts)
    assert post.starts == (date(2026, 6, 1), date(2026, 7, 13))
    assert post.cover[date(2026, 7, 13)] == (pytest.approx(7 / 13), pytest.approx(2 / 13), 0.0)
    assert _posts({"start": "2026-08-03"}, settings=cohorts).starts == (date(2026, 8, 3),)


def test_postings_are_relieved_in_their_last_working_days() -> None:
    """What ends within the horizon is handed over in its last three working days, reliefs too; the rest is not."""
    year = {"calendar": {**CALENDAR, "weeks": 39}}
    post = _posts({}, settings=year)
    # ends Monday 30 November: Thursday, Friday, Monday
    assert post.handover == {date(2026, 6, 1): date(2026, 11, 26)}
    assert post.starts == (date(2026, 6, 1), date(2026, 11, 26), date(2026, 12, 1))
    assert post.relief_starts == (date(2026, 11, 26), date(2026, 12, 1))
    assert post.cover[date(2026, 11, 26)] == (0.0, 0.0, 1.0)
    # two months from 1 June end on 31 July, from 29 July on Monday 28 and from 1 August on Wednesday 30 September
    short = _posts({"months": 2}, settings=year)
    assert short.relief_starts[:4] == (date(2026, 7, 29), date(2026, 8, 1), date(2026, 9, 24), date(2026, 9, 28))
    assert short.handover[date(2026, 7, 29)] == date(2026, 9, 24)
    off = {**year, "postings": {"relief": False}}
    assert (_posts({}, settings=off).handover, _posts({}, settings=off).relief_starts) == ({}, ())
    one = _posts({}, settings={**year, "postings": {"overlap_days": 0}})
    assert one.handover == {date(2026, 6, 1): date(2026, 12, 1)} and one.relief_starts == (date(2026, 12, 1),)
    dated = _posts({"start": "2026-06-08"}, settings=year)
    assert (dated.starts, dated.relief_starts) == ((date(2026, 6, 8),), ())
    assert dated.handover == {date(2026, 6, 8): date(2026, 12, 3)}  # ends on Monday 7 December


def test_running_postings_are_relieved_where_they_stand() -> None:
    """A running posting that ends within the horizon gives its own post one more start, and no other post."""
    running = {"doctor": "D1", "institution": "S", "specialty": "K", "start": "2026-03-01", "end": "2026-07-31"}
    made = rows() | {
        "posts": [
            {"institution": "S", "specialty": "K", "doctors": 1},
            {"institution": "T", "specialty": "K", "doctors": 1},
        ]
    }
    made["current_postings"] = [running]
    instance = build(made).instance
    assert instance.current_postings[0].handover == date(2026, 7, 29)
    assert instance.posts["S", "K"].starts == (date(2026, 6, 1), date(2026, 7, 29), date(2026, 8, 1))
    assert instance.posts["T", "K"].starts == (date(2026, 6, 1),)
    made["current_postings"] = [running | {"end": "2026-08-30"}]  # the last day planned
    assert build(made).instance.current_postings[0].handover is None


def test_posts_take_the_higher_title_and_their_own_visits() -> None:
    """Titles of post and specialty, whichever is higher; visits from the post, else the specialty."""
    post = _posts({"min_title": 3, "visits_per_month": 120})
    assert (post.min_title, post.visits_per_month, post.months, post.locked) == (3, 120.0, 6.0, False)
    post = _posts({"min_title": 1}, {"doctors": 2})
    assert (post.min_title, post.visits_per_month, post.doctors) == (2, 160.0, 3)


def test_a_lock_without_a_doctor_makes_the_post_a_floor() -> None:
    """A posting lock for the place and specialty locks the post; with a doctor or `no` it does not."""
    lock = {"kind": "posting", "institution": "S", "specialty": "K"}
    assert _posts({}, locks=[lock]).locked
    assert not _posts({}, locks=[{**lock, "doctor": "D1"}]).locked
    assert not _posts({}, locks=[{**lock, "must": "no"}]).locked


def test_a_typical_quarter_has_one_start() -> None:
    """Without a start every post starts on the first day and covers the quarter."""
    post = _posts({"start": "2026-08-03"}, settings={"calendar": {}})
    assert tuple(post.cover.values()) == ((1.0,),)


def test_locks_carry_their_row_and_weight() -> None:
    """A lock is named by the row the user sees; a blank weight is hard."""
    made = rows()
    made["locks"] = [
        {"kind": "session", "doctor": "D1", "institution": "S", "must": "no"},
        {"kind": "centre", "service": "ecg", "host": "H", "weight": 5, "reason": "agreed"},
    ]
    first, second = build(made).instance.locks
    assert (first.label, first.must, first.weight, first.doctor) == ("locks row 2", False, None, "D1")
    assert (second.label, second.must, second.weight, second.reason) == ("locks row 3", True, 5.0, "agreed")


def test_dates_of_a_lock_are_for_the_roster() -> None:
    """A clinic forbidden on a date, a weekday, from a day on or in the mornings may still be counted; one that must
    be on a date is, unless that is beyond the horizon."""
    made = rows()
    start = "2026-06-02"
    lock = {"kind": "session", "doctor": "D1", "institution": "S"}
    made["locks"] = [
        {**lock, "must": "no", "date": start},
        {**lock, "must": "no", "weekday": 2},
        {**lock, "must": "no", "start": start},
        {**lock, "must": "no", "slot": "am"},
        {**lock, "must": "no", "slot": "day"},
        {**lock, "must": "yes", "date": start},
        {**lock, "must": "yes", "date": "2031-01-01"},
    ]
    kept = build(made).instance.locks
    assert [(one.label, one.must) for one in kept] == [("locks row 6", False), ("locks row 7", True)]
