"""Locks that cannot be kept."""

from __future__ import annotations

from typing import Any

import pytest
from geo.fault_support import Desk, named, told


def lock(desk: Desk, **cells: Any) -> str:
    """Add a lock and say which row it is."""
    return desk.add("locks", **{"must": "yes", **cells})


def test_must_and_must_not(desk: Desk) -> None:
    """The same clinic locked yes and no is told at the later row with the earlier."""
    row = lock(desk, kind="session", doctor="D1", institution="T1", specialty="K1", must="no")
    problem = desk.sole()
    named(problem, "locks", row, "must")
    assert "第 2 行" in problem.cure_zh and "Row 2" in problem.cure_en


def test_must_not_covers_everything(desk: Desk) -> None:
    """A doctor forbidden everywhere cannot be locked somewhere; the reverse is no fault."""
    row = lock(desk, kind="session", doctor="D1", institution="", must="no")
    named(told(desk.check(), "locks", row, "must"), "locks", row, "must")
    desk.set("locks", int(row), doctor="D2")
    desk.set("locks", int(row), institution="T1")
    assert desk.check() == []


def test_wish_against_a_lock(desk: Desk) -> None:
    """A lock with a weight is a wish: the clash is a warning."""
    row = lock(desk, kind="session", doctor="D1", institution="T1", specialty="K1", must="no", weight=3)
    named(desk.sole(), "locks", row, "must", "warning")


def test_two_places_at_one_time(desk: Desk) -> None:
    """One doctor locked to two places in one half-day is told."""
    desk.set("locks", 2, weekday="周三", slot="上午")
    row = lock(desk, kind="session", doctor="D1", institution="T2", specialty="K1", weekday=3, slot="day")
    problem = desk.sole()
    named(problem, "locks", row, "institution")
    assert "周三" in problem.expected_zh and "T1" in problem.cure_en


def test_two_places_on_two_days(desk: Desk) -> None:
    """Two places on different weekdays are no fault."""
    desk.set("locks", 2, weekday=3, slot="am")
    lock(desk, kind="session", doctor="D1", institution="T2", specialty="K1", weekday=4, slot="am")
    assert desk.check() == []


def test_posted_and_holding_clinics(desk: Desk) -> None:
    """A doctor posted for the whole horizon has no clinics elsewhere."""
    row = lock(desk, kind="posting", doctor="D1", institution="T2", specialty="K1")
    problem = desk.sole()
    named(problem, "locks", row, "institution")
    assert "D1" in problem.cure_en


def test_posted_later_to_relieve(desk: Desk) -> None:
    """Where somebody leaves the post within the horizon, the lock may mean his relief: clinics come before it."""
    row = lock(desk, kind="posting", doctor="D1", institution="T2", specialty="K1")
    desk.set("current_postings", 2, institution="T2", specialty="", end="2026-07-31")
    assert desk.check() == []
    desk.plan += "\n[postings]\nrelief = false\n"
    named(desk.sole(), "locks", row, "institution")


def test_two_locked_postings(desk: Desk) -> None:
    """One doctor locked to two posts at once is told; one after the other is no fault."""
    lock(desk, kind="posting", doctor="D3", institution="T1", specialty="K2", start="2026-06-01")
    row = lock(desk, kind="posting", doctor="D3", institution="T2", specialty="K2", start="2026-07-01")
    named(desk.sole(), "locks", row, "institution")
    desk.set("locks", int(row), start="2026-12-07")
    assert [p.severity for p in desk.check()] == ["warning"]


def test_lock_of_a_doctor_who_is_posted_already(desk: Desk) -> None:
    """A doctor whose posting runs through the horizon is not locked elsewhere."""
    desk.set("current_postings", 2, end="2026-12-31")
    row = lock(desk, kind="session", doctor="D6", institution="T3", specialty="K2")
    problem = desk.sole()
    named(problem, "locks", row, "doctor")
    assert "T4" in problem.cure_zh


def test_lock_outside_the_group(desk: Desk) -> None:
    """A doctor locked to another group's township is told, unless the rule is off."""
    row = lock(desk, kind="session", doctor="D1", institution="T3", specialty="K1")
    problem = desk.sole()
    named(problem, "locks", row, "institution")
    assert "own_group" in problem.cure_zh
    desk.plan += '\n[rules]\nown_group = "off"\n'
    assert desk.check() == []


def test_lock_out_of_scope(desk: Desk) -> None:
    """A lock in a specialty that the doctor may not practise is told."""
    row = lock(desk, kind="session", doctor="D3", institution="T1", specialty="K1")
    problem = desk.sole()
    named(problem, "locks", row, "specialty")
    assert "scope" in problem.cure_en


def test_lock_below_the_title(desk: Desk) -> None:
    """A lock of a doctor whose title is too low is told with both titles."""
    desk.set("specialties", 2, min_title=3)
    row = lock(desk, kind="session", doctor="D2", institution="T2", specialty="K1")
    named(told(desk.check(), "locks", row, "doctor"), "locks", row, "doctor")


def test_locked_posting_of_a_doctor_who_cannot(desk: Desk) -> None:
    """A doctor who may not be posted is not locked to a post."""
    desk.set("doctors", 4, posting="不能")
    desk.set("posts", 2, doctors=0)
    row = lock(desk, kind="posting", doctor="D3", institution="T2", specialty="K2")
    problem = desk.sole()
    named(problem, "locks", row, "doctor")
    assert "posting" in problem.cure_zh


def test_lock_at_home(desk: Desk) -> None:
    """A clinic locked at the doctor's own hospital is no outreach."""
    desk.set("locks", 2, institution="H1")
    named(desk.sole(), "locks", 2, "institution")


def test_locked_centre_that_is_no_candidate(desk: Desk) -> None:
    """A centre locked at a township without rows in centres is told."""
    row = lock(desk, kind="centre", service="ecg", host="T1")
    problem = told(desk.check(), "locks", row, "host")
    named(problem, "locks", row, "host")
    assert "centres" in problem.cure_en


@pytest.mark.parametrize(("state", "must"), [("forbidden", "yes"), ("forced", "no")])
def test_locked_centre_against_its_state(desk: Desk, state: str, must: str) -> None:
    """A lock against what table centres says is told."""
    for row in (4, 5):
        desk.set("centres", row, state=state)
    row_of_lock = lock(desk, kind="centre", service="ecg", host="H2", must=must)
    problem = told(desk.check(), "locks", row_of_lock, "host")
    named(problem, "locks", row_of_lock, "host")
    assert state in problem.cure_zh


def test_more_locked_centres_than_allowed(desk: Desk) -> None:
    """Two locked centres where one is allowed are told at the last."""
    desk.set("services", 2, max_centres=1)
    row = lock(desk, kind="centre", service="ecg", host="H2")
    problem = desk.sole()
    named(problem, "locks", row, "service")
    assert "max_centres" in problem.cure_en


def test_service_locked_to_two_centres(desk: Desk) -> None:
    """One institution's service locked to two hosts is told."""
    lock(desk, kind="service", institution="T1", service="ecg", host="H1")
    row = lock(desk, kind="service", institution="T1", service="ecg", host="H2")
    named(desk.sole(), "locks", row, "host")


def test_service_locked_to_a_centre_that_is_locked_shut(desk: Desk) -> None:
    """A service cannot come from a centre that must not open."""
    before = lock(desk, kind="centre", service="ecg", host="H2", must="no")
    row = lock(desk, kind="service", institution="T1", service="ecg", host="H2")
    problem = desk.sole()
    named(problem, "locks", row, "host")
    assert f"Row {before}" in problem.cure_en


def test_institution_locked_into_two_groups(desk: Desk) -> None:
    """One township locked into two groups is told at the second lock."""
    before = lock(desk, kind="group", institution="T1", group="东片")
    row = lock(desk, kind="group", institution="T1", group="西片")
    problem = desk.sole()
    named(problem, "locks", row, "group")
    assert f"Row {before}" in problem.cure_en


def test_lock_that_says_nothing(desk: Desk) -> None:
    """A lock of a service without the service is told."""
    row = lock(desk, kind="service", institution="T1", host="H1")
    named(desk.sole(), "locks", row, "service")


def test_lock_of_another_year(desk: Desk) -> None:
    """A lock on a date outside the horizon is a warning."""
    desk.set("locks", 2, date="2027-06-02", slot="am")
    named(desk.sole(), "locks", 2, "date", "warning")
