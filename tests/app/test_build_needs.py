"""Today's visits, balanced: own, referred by hospital, left, outreach and unmet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.county import CALENDAR, MONTHS, build, notes, rows

from models.instance import MODES, Need

WEEKLY = {"doctor": "D1", "institution": "S", "slot": "am", "weekday": 1}


def _cell(need: dict[str, Any], options: dict[str, Any] | None = None, **tables: Any) -> Need:
    made = rows() | tables
    made["needs"] = [{"institution": "S", "specialty": "K", "visits_per_month": 200, **need}]
    return build(made, options).instance.needs["S", "K"]


def test_given_flows_leave_the_rest_unmet() -> None:
    """200 = 100 own + 40 referred + 30 left + 30 unmet; the pool is 100."""
    cell = build().instance.needs["S", "K"]
    assert (cell.own, cell.referred, cell.left, cell.outreach, cell.unmet) == (100.0, {"H": 40.0}, 30.0, 0.0, 30.0)
    assert (cell.pool, cell.recoverable, cell.calibration, cell.has_outreach) == (100.0, 0.4, 1.0, False)


def test_blank_own_is_the_rest_and_blank_flows_are_zero() -> None:
    """Nothing is known but the need: it is all own."""
    cell = _cell({})
    assert (cell.own, cell.referred, cell.left, cell.unmet) == (200.0, {}, 0.0, 0.0)
    cell = _cell({"referred_visits_per_month": 150, "left_visits_per_month": 80})
    assert (cell.own, cell.referred, cell.left) == (0.0, {"H": 150.0}, 50.0)


def test_blank_flows_come_from_the_referral_rows() -> None:
    """Rows of the cell give referred by hospital and left; rows down and of other cells do not count."""
    flows = [
        {"origin": "S", "destination": "H", "specialty": "K", "patients_per_month": 30},
        {"origin": "S", "destination": "H2", "specialty": "K", "patients_per_month": 10},
        {"origin": "S", "destination": "outside", "specialty": "K", "patients_per_month": 25},
        {"origin": "S", "destination": "H", "patients_per_month": 1000},
        {"origin": "H", "destination": "S", "specialty": "K", "direction": "down", "patients_per_month": 7},
    ]
    cell = _cell({}, referrals=flows)
    assert (cell.own, cell.referred, cell.left) == (135.0, {"H": 30.0, "H2": 10.0}, 25.0)


def test_given_referrals_are_split_by_the_best_rows_there_are() -> None:
    """Rows of the cell give the shares, else the rows without a specialty, else the nearest hospital."""
    by_cell = {"origin": "S", "destination": "H2", "specialty": "K", "patients_per_month": 1}
    blank = [
        {"origin": "S", "destination": "H", "patients_per_month": 30},
        {"origin": "S", "destination": "H2", "patients_per_month": 10},
    ]
    need = {"referred_visits_per_month": 40}
    assert _cell(need, referrals=[by_cell, *blank]).referred == {"H2": 40.0}
    assert _cell(need, referrals=blank).referred == {"H": 30.0, "H2": 10.0}
    # H2 is nearer (20 minutes) but of another group
    assert _cell(need).referred == {"H": 40.0}


def test_the_nearest_hospital_anywhere_when_the_group_has_none() -> None:
    """No hospital of the group has the specialty: the nearest of another group; nowhere: it is left."""
    made = rows()
    made["doctors"] = [{"id": "D3", "institution": "H2", "specialty": "K"}]
    assert build(made).instance.needs["S", "K"].referred == {"H2": 40.0}
    made["doctors"] = []
    built = build(made)
    cell = built.instance.needs["S", "K"]
    assert (cell.referred, cell.left, cell.unmet) == ({}, 70.0, 30.0)
    assert "count as left: S/K" in notes(built)


def test_too_much_is_cut_from_left_then_referred() -> None:
    """Own 100 of 120 leaves 20: left goes first, then referred; own above the need is the need."""
    flows = {"referred_visits_per_month": 40, "left_visits_per_month": 30}
    cell = _cell({"visits_per_month": 150, "own_visits_per_month": 100, **flows})
    assert (cell.referred, cell.left, cell.unmet) == ({"H": 40.0}, 10.0, 0.0)
    cell = _cell({"visits_per_month": 120, "own_visits_per_month": 100, **flows})
    assert (cell.referred, cell.left) == ({"H": 20.0}, 0.0)
    cell = _cell({"visits_per_month": 50, "own_visits_per_month": 100, **flows})
    assert (cell.own, sum(cell.referred.values()), cell.left) == (50.0, 0.0, 0.0)


def test_outreach_is_what_capture_supply_and_need_allow() -> None:
    """A weekly clinic draws 0.55 x 100 = 55 of 65 seen, but only 30 are left: calibration 30/55."""
    given = {"own_visits_per_month": 100, "referred_visits_per_month": 40, "left_visits_per_month": 30}
    cell = _cell(given, roster=[WEEKLY])
    assert (cell.outreach, cell.unmet) == (30.0, 0.0)
    assert cell.calibration == pytest.approx(30 / 55) and cell.has_outreach
    cell = _cell({**given, "visits_per_month": 300, "own_visits_per_month": 200}, roster=[WEEKLY])
    assert cell.outreach == 30.0
    cell = _cell({**given, "left_visits_per_month": 0}, roster=[WEEKLY])
    assert (cell.outreach, cell.unmet, cell.calibration) == (pytest.approx(55), pytest.approx(5), 1.0)
    cell = _cell({**given, "own_visits_per_month": 0}, roster=[WEEKLY])
    # supply 15 x 13 / months is less than 0.55 x 200
    assert cell.outreach == pytest.approx(15 * 13 / MONTHS)


def test_the_largest_fitting_frequency_counts() -> None:
    """Six clinics are fortnightly (0.35), five still monthly (0.18)."""
    given = {"own_visits_per_month": 190, "referred_visits_per_month": 0, "left_visits_per_month": 0}
    dates = ["2026-03-30", "2026-04-06", "2026-04-13", "2026-04-20", "2026-04-27", "2026-05-04"]
    dated = [{**WEEKLY, "weekday": None, "date": day} for day in dates]
    assert _cell(given, roster=dated).outreach == pytest.approx(3.5)
    assert _cell(given, roster=dated[:5]).outreach == pytest.approx(1.8)


def test_a_posting_today_supplies_and_draws() -> None:
    """A posted doctor alone: min(160, 0.75 x 100) = 75; one who starts later gives nothing today."""
    given = {"own_visits_per_month": 100, "referred_visits_per_month": 0, "left_visits_per_month": 0}
    posting = {"doctor": "D1", "institution": "S", "start": "2026-03-01", "end": "2026-08-31"}
    assert _cell(given, current_postings=[posting]).outreach == pytest.approx(75.0)
    later = {**posting, "start": "2026-07-01"}
    assert not _cell(given, current_postings=[later]).has_outreach


def test_calibration_of_nothing_is_told() -> None:
    """A clinic where every visit is own, referred or left keeps none: calibration 0, with a note."""
    made = rows()
    made["needs"][0] |= {"own_visits_per_month": 130}
    made["roster"] = [WEEKLY]
    built = build(made)
    assert built.instance.needs["S", "K"].calibration == 0.0
    assert "calibration is 0: S/K" in notes(built)


def test_modes_follow_the_pattern_and_who_receives() -> None:
    """A pattern leaves its frequency and posting; a hospital with its own doctors receives nothing unless asked."""
    assert _cell({"pattern": "weekly"}).modes == ("weekly", "posted")
    assert _cell({"pattern": "any"}).modes == MODES
    made = rows()
    made["needs"] = [{"institution": "H2", "specialty": k, "visits_per_month": 50} for k in ("K", "L")]
    needs = build(made).instance.needs
    assert (needs["H2", "K"].modes, needs["H2", "L"].modes) == ((), MODES)
    made["posts"] = [{"institution": "H2", "specialty": "K", "doctors": 1}]
    assert build(made).instance.needs["H2", "K"].modes == MODES


def test_floor_is_rounded_half_up_per_quarter() -> None:
    """2.5 clinics a month are 7.47 a quarter: 7; 3 are 8.97: 9."""
    assert _cell({"min_sessions_per_month": 2.5}).floor == (7.0,)
    assert _cell({"min_sessions_per_month": 3}).floor == (9.0,)


def test_growth_is_unmet_on_top_of_today() -> None:
    """Ten per cent more need is unmet at first; today's flows and calibration stay as observed."""
    made = rows()
    made["roster"] = [WEEKLY]
    cell = build(made, {"scenario": {"demand_growth": 0.1}}).instance.needs["S", "K"]
    assert (cell.need, cell.own, cell.referred, cell.left, cell.outreach) == (
        pytest.approx(220), 100.0, {"H": 40.0}, 30.0, 30.0,
    )  # fmt: skip
    assert cell.unmet == pytest.approx(20.0)
    assert cell.calibration == pytest.approx(30 / 55)


def test_shrinking_need_takes_unmet_then_left_then_referred() -> None:
    """A quarter less of 200: 30 unmet and 20 of the left go; half less: 30, 30 and all 40 referred."""
    cell = build(settings={"scenario": {"demand_growth": -0.25}}).instance.needs["S", "K"]
    assert (cell.need, cell.unmet, cell.left, cell.referred) == (150.0, 0.0, 10.0, {"H": 40.0})
    cell = build(settings={"scenario": {"demand_growth": -0.5}}).instance.needs["S", "K"]
    assert (cell.need, cell.own, cell.left, cell.referred) == (100.0, 100.0, 0.0, {"H": 0.0})


_PATIENTS = st.floats(0, 500)


def _amounts() -> st.SearchStrategy[float | None]:
    return st.one_of(st.none(), st.just(0.0), st.floats(0, 1000, allow_nan=False))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    need=st.floats(0, 1000),
    own=_amounts(),
    referred=_amounts(),
    left=_amounts(),
    rows_to=st.lists(
        st.tuples(st.sampled_from(["H", "H2", "outside"]), st.sampled_from(["K", None]), st.floats(0, 500))
    ),
    weekdays=st.lists(st.integers(1, 5), max_size=4),
    posted=st.booleans(),
    growth=st.floats(-0.5, 1.0),
)
def test_every_cell_balances(
    need: float,
    own: float | None,
    referred: float | None,
    left: float | None,
    rows_to: list[tuple[str, str | None, float]],
    weekdays: list[int],
    posted: bool,
    growth: float,
) -> None:
    """Whatever the tables say, the parts are not negative, add up to the need, and calibrate within 0 and 1."""
    posting = {"doctor": "D2", "institution": "S", "start": "2026-03-01", "end": "2026-08-31"}
    cell = _cell(
        {
            "visits_per_month": need,
            "own_visits_per_month": own,
            "referred_visits_per_month": referred,
            "left_visits_per_month": left,
        },
        {"calendar": CALENDAR, "scenario": {"demand_growth": growth}},
        referrals=[
            {"origin": "S", "destination": to, "specialty": k, "patients_per_month": patients}
            for to, k, patients in rows_to
        ],
        roster=[{**WEEKLY, "weekday": weekday} for weekday in weekdays],
        current_postings=[posting] if posted else [],
    )
    parts = (cell.own, *cell.referred.values(), cell.left, cell.outreach, cell.unmet)
    assert min(parts) >= 0
    assert sum(parts) == pytest.approx(cell.need, abs=1e-6)
    assert cell.need == pytest.approx(need * (1 + growth))
    assert 0 <= cell.calibration <= 1 + 1e-9
