"""The hand-made instance that the models are tested with keeps its own promises."""

from __future__ import annotations

import pytest
from support.tiny import (
    MONTHS,
    running_posting,
    tiny_instance,
    two_quarters,
    with_added,
    with_minutes,
    with_need,
    with_option,
    with_record,
    with_rule,
    without,
)

from planner.calendar import counts


def test_every_need_balances() -> None:
    """Own, referred, left, outreach and unmet add up to the need, also after `with_need`."""
    tiny = with_need(tiny_instance(), "S1", "K1", left=10.0, outreach=5.0)
    assert tiny.needs["S1", "K1"].unmet == 45.0
    for cell in tiny.needs.values():
        assert cell.own + cell.referred_today + cell.left + cell.outreach + cell.unmet == pytest.approx(cell.need)


def test_counts_are_those_of_thirteen_open_weeks() -> None:
    """The sites' counts equal what the calendar derives from W = w = 13."""
    regular, low, high = counts(13, 13)
    site = tiny_instance().sites["S1"]
    for mine, derived in ((site.counts_regular, regular), (site.counts_low, low), (site.counts_high, high)):
        assert {f: n[0] for f, n in mine.items()} == derived
    assert site.floor == (float(round(4 * MONTHS)),)


def test_helpers_change_one_record_in_a_copy() -> None:
    """The original stays as it was."""
    tiny = tiny_instance(groups=2)
    changed = with_record(tiny, "doctors", "D1", title=1)
    changed = with_rule(with_option(changed, "sessions", max_minutes=30.0), "room", "off")
    changed = with_minutes(without(changed, "posts", [("S1", "K1")]), "H1", "S1", 99.0)
    changed = with_added(changed, "current_postings", None, running_posting())
    assert (tiny.doctors["D1"].title, changed.doctors["D1"].title) == (3, 1)
    assert (tiny.minutes["H1", "S1"], changed.minutes["H1", "S1"], changed.doctors["D2"].minutes["S1"]) == (30, 99, 99)
    assert (len(tiny.posts), len(changed.posts), changed.state("room")) == (1, 0, "off")
    assert not tiny.same_group("H1", "S3") and len(changed.current_postings) == 1


def test_two_quarters_double_every_tuple() -> None:
    """Each tuple per quarter has two entries."""
    tiny = two_quarters(tiny_instance())
    assert [quarter.name for quarter in tiny.quarters] == ["Q1", "Q2"]
    assert tiny.sites["S1"].counts_low["weekly"] == (13, 13)
    assert all(len(doctor.free) == 2 for doctor in tiny.doctors.values())
    assert tiny.weeks == 26
