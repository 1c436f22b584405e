"""Needs, referrals and capabilities that do not fit together."""

from __future__ import annotations

import pytest
from geo.fault_support import Desk, named, told


def test_parts_above_the_need(desk: Desk) -> None:
    """Own, referred and left visits above the need are told with their sum."""
    desk.set("needs", 2, own_visits_per_month=280)
    problem = desk.sole()
    named(problem, "needs", 2, "visits_per_month")
    assert "360" in problem.expected_en


def test_flows_told_twice(desk: Desk) -> None:
    """Referred visits that differ from the table of referrals are a warning."""
    desk.set("needs", 2, referred_visits_per_month=30)
    problem = desk.sole()
    named(problem, "needs", 2, "referred_visits_per_month", "warning")
    assert "60" in problem.expected_en


def test_yearly_figures(desk: Desk) -> None:
    """Far more visits a month than people asks whether they are a year's."""
    desk.set("needs", 2, visits_per_month=90000)
    problem = desk.sole()
    named(problem, "needs", 2, "visits_per_month", "warning")
    assert "年度" in problem.cure_zh


def test_specialty_that_nobody_holds(desk: Desk) -> None:
    """A need in a specialty whose doctors are all below the title is a warning."""
    desk.set("specialties", 3, min_title=4)
    desk.set("posts", 2, doctors=0)
    problem = told(desk.check(), "needs", 3, "specialty")
    named(problem, "needs", 3, "specialty", "warning")
    assert "第 3、5 行" in problem.cure_zh


def test_gaps_exchanged(desk: Desk) -> None:
    """A least gap above the greatest is told."""
    desk.set("needs", 4, min_gap_days=20, max_gap_days=7)
    named(desk.sole(), "needs", 4, "min_gap_days")


def test_floor_above_the_frequency(desk: Desk) -> None:
    """Eight clinics a month cannot be monthly."""
    desk.set("needs", 4, pattern="monthly", min_sessions_per_month=8)
    problem = desk.sole()
    named(problem, "needs", 4, "min_sessions_per_month")
    assert "pattern" in problem.cure_en


def test_wished_weekday_that_is_closed(desk: Desk) -> None:
    """A wish for Saturdays is a warning where Saturdays are closed."""
    desk.set("needs", 4, weekday="周六")
    named(desk.sole(), "needs", 4, "weekday", "warning")


def test_capture_that_falls_with_frequency(desk: Desk) -> None:
    """A weekly clinic that keeps fewer patients than a fortnightly one is told."""
    desk.set("specialties", 2, capture_weekly=0.2)
    problem = desk.sole()
    named(problem, "specialties", 2, "capture_weekly")
    assert "0.35" in problem.expected_en


@pytest.mark.parametrize(
    ("table", "column"),
    [("specialties", "capture_monthly"), ("needs", "recoverable_share"), ("volumes", "local_share")],
)
def test_share_above_one(desk: Desk, table: str, column: str) -> None:
    """A share written as 35 shows both ways to write 35 per cent."""
    desk.set(table, 2, **{column: 35})
    problem = told(desk.check(), table, 2, column)
    named(problem, table, 2, column)
    assert "35%" in problem.cure_zh


def test_capability_below_the_load(desk: Desk) -> None:
    """A hospital that treats more than it can is a warning with today's load."""
    desk.set("capabilities", 2, visits_per_month=100)
    problem = desk.sole()
    named(problem, "capabilities", 2, "visits_per_month", "warning")
    assert "120" in problem.expected_en


def test_referral_to_itself(desk: Desk) -> None:
    """Patients are not referred to where they are."""
    desk.set("referrals", 2, destination="T1")
    named(told(desk.check(), "referrals", 2, "destination"), "referrals", 2, "destination")


def test_referral_down_to_outside(desk: Desk) -> None:
    """Nobody is referred down out of the county."""
    desk.set("referrals", 3, direction="down")
    named(desk.sole(), "referrals", 3, "direction")


def test_up_referral_to_a_lower_level(desk: Desk) -> None:
    """An up-referral from a hospital to a township is a warning."""
    desk.add("referrals", origin="H2", destination="T3", specialty="K1", direction="up", patients_per_month=4)
    named(desk.sole(), "referrals", 19, "direction", "warning")
