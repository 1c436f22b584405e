"""Specialties, doctors, their free half-days, trips and wishes."""

from __future__ import annotations

from math import floor
from typing import Any

import pytest
from support.county import CALENDAR, build, notes, rows

FULL = {"sessions_per_week": 20}


def _free(settings: dict[str, Any] | None = None, doctor: dict[str, Any] | None = None, **tables: Any) -> float:
    made = rows()
    made["doctors"][0] |= FULL if doctor is None else doctor
    made |= {name: [{"doctor": "D1", **row} for row in table] for name, table in tables.items()}
    return build(made, settings).instance.doctors["D1"].free[0]


def test_free_is_the_weekly_offer_less_slack() -> None:
    """One half-day a week over 13 weeks less 10 % slack: floor(11.7)."""
    assert _free(doctor={}) == 11
    assert _free({"sessions": {"slack_share": 0.0, "sessions_per_week": 2}}, doctor={}) == 26


def test_free_stops_at_the_open_half_days() -> None:
    """Who offers twenty half-days a week has at most the 130 open ones: floor(0.9 x 130)."""
    assert _free() == 117
    assert _free({"calendar": {**CALENDAR, "off": ["2026-06-01"]}}) == floor(0.9 * 128)


@pytest.mark.parametrize(
    ("duty", "lost"),
    [
        ({"weekday": 1, "slot": "am"}, 13),
        ({"weekday": 1, "slot": "day"}, 26),
        ({"weekday": 1, "slot": "day", "weeks": "odd"}, 14),
        ({"weekday": 7, "slot": "night"}, 13),
        ({"weekday": 7, "slot": "night", "weeks": "odd"}, 6),
        ({"weekday": 5, "slot": "night"}, 0),
        ({"weekday": 6, "slot": "day"}, 0),
        ({"date": "2026-06-10", "slot": "pm"}, 1),
        ({"date": "2026-05-31", "slot": "night"}, 1),
    ],
)
def test_duties_take_half_days(duty: dict[str, Any], lost: int) -> None:
    """Duties take open half-days; a night takes the next morning, by the week of the night."""
    assert _free(duties=[duty]) == floor(0.9 * (130 - lost) + 1e-9)


def test_absences_take_half_days_once() -> None:
    """A week's leave takes ten half-days; a duty on a day of leave is not lost twice."""
    week = {"start": "2026-06-01", "end": "2026-06-07"}
    assert _free(absences=[week]) == 108
    assert _free(absences=[{**week, "slot": "pm"}]) == floor(0.9 * 125)
    assert _free(absences=[week], duties=[{"weekday": 1, "slot": "am"}]) == floor(0.9 * 108)


def test_a_typical_quarter_knows_no_absence() -> None:
    """Without a start, leave cannot be placed: it is ignored and told."""
    made = rows()
    made["doctors"][0] |= FULL
    made["absences"] = [{"doctor": "D1", "start": "2026-06-01", "end": "2026-06-07"}]
    built = build(made, {"calendar": {}})
    assert built.instance.doctors["D1"].free == (117,)
    assert "absences" in notes(built)


def test_specialty_rates_come_from_the_table_then_the_options() -> None:
    """Blank rates take the options; a new clinic's mean is full less half the ramp's loss."""
    made = rows()
    made["specialties"] = [
        {"id": "K", "first_session_patients": 6, "ramp_weeks": 6.5, "min_title": 3, "requires": "ecg;lab"},
    ]
    made["needs"].append({"institution": "S", "specialty": "L", "visits_per_month": 10})
    built = build(made, {"sessions": {"patients_per_session": 20}})
    kind, other = built.instance.specialties["K"], built.instance.specialties["L"]
    # 20 - (20 - 6) x 0.5 / 2
    assert (kind.patients_per_session, kind.new_patients_per_session) == (20.0, pytest.approx(16.5))
    assert (kind.min_title, kind.requires) == (3, ("ecg", "lab"))
    # 20 - (20 - 8) x 1 / 2
    assert (other.new_patients_per_session, other.min_title, other.capture["weekly"]) == (pytest.approx(14.0), 2, 0.55)
    assert "1 specialty is not in the table" in notes(built)


def test_scenario_scales_capture_and_home_patients() -> None:
    """The capture factor is capped at 0.95; the home cost factor scales patients lost at home."""
    built = build(settings={"scenario": {"capture_factor": 1.4, "home_cost_factor": 2.0}})
    kind = built.instance.specialties["K"]
    assert kind.capture["weekly"] == pytest.approx(0.77)
    assert kind.capture["posted"] == 0.95
    assert kind.home_patients_per_session == 10.0


def test_doctors_take_defaults_and_options() -> None:
    """Blank title 2, posting may, home visits 80, the sessions' longest trip; each told in a note."""
    made = rows()
    made["doctors"] = [{"id": "D9", "institution": "H", "specialty": "K"}]
    built = build(made)
    doctor = built.instance.doctors["D9"]
    assert (doctor.name, doctor.title, doctor.posting, doctor.home_visits, doctor.max_minutes) == (
        "D9", 2, "may", 80.0, 90.0,
    )  # fmt: skip
    assert "1 doctor without longest trip in minutes" in notes(built)


def test_trips_start_at_home_or_where_the_doctor_lives() -> None:
    """A doctor who lives 0.1 degrees north of S drives 11.12 km x 1.3 at 40 km/h plus ten minutes."""
    made = rows()
    for place, lat in (("S", 30.0), ("T", 31.0)):
        next(row for row in made["institutions"] if row["id"] == place).update(lon=119.0, lat=lat)
    made["doctors"][1] |= {"lives_lon": 119.0, "lives_lat": 30.1}
    staff = build(made).instance.doctors
    assert staff["D1"].minutes["S"] == 30.0 and staff["D1"].km["S"] == 15.0
    assert staff["D2"].km["S"] == pytest.approx(14.456, abs=0.01)
    assert staff["D2"].minutes["S"] == pytest.approx(14.456 / 40 * 60 + 10, abs=0.02)
    # V has no coordinates: the trip from his institution
    assert staff["D2"].minutes["V"] == 60.0


@pytest.mark.parametrize(
    ("doctor", "points"),
    [
        ({"posting": "wants"}, 0.0),
        ({"posting": "may"}, 1.0),
        ({"posting": "may", "promotion_year": 2027, "credit_days": 100}, 0.0),
        ({"posting": "wants", "promotion_year": 2028}, -1.0),
        ({"posting": "may", "promotion_year": 2027, "credit_days": 240}, 1.0),
        ({"posting": "may", "promotion_year": 2029}, 1.0),
        ({"posting": "may", "promotion_year": 2025}, 1.0),
    ],
)
def test_wish_points(doctor: dict[str, Any], points: float) -> None:
    """Wanting costs nothing, being willing a point; a promotion within two years gives one back."""
    made = rows()
    made["doctors"][0] |= doctor
    assert build(made).instance.doctors["D1"].wish_points == points


def test_far_trips_of_earlier_periods_are_on_the_account() -> None:
    """The last four periods add up; who has no history has nothing on the account."""
    made = rows()
    periods = ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1")
    made["history"] = [
        {"doctor": "D1", "period": period, "sessions": 9, "far": far, "fridays": 1, "holiday_adjacent": 0}
        for period, far in zip(periods, (50, 1, 2, 3, 4), strict=True)
    ]
    staff = build(made).instance.doctors
    assert (staff["D1"].far_before, staff["D2"].far_before) == (10.0, 0.0)


def test_departments() -> None:
    """Blank shares take the option; a department without a headcount limits nothing and is told."""
    made = rows()
    made["departments"] = [
        {"institution": "H", "department": "Med", "headcount": 12, "min_present": 3},
        {"institution": "H2", "department": "Med"},
    ]
    built = build(made)
    (department,) = built.instance.departments.values()
    assert (department.headcount, department.min_present, department.max_away_share) == (12, 3, 0.2)
    assert "H2/Med" in notes(built)
