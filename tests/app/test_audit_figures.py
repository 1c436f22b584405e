"""Figures that the plan writes for its readers agree with the tables that they come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.plan_folder import clean_plan
from support.planting import Plant, all_of, drop, failing, flow, visits

#: Lies in the plan's own tables that break a rule's accounting: what is changed, and the rule that notices.
LIES: dict[str, tuple[Plant, str]] = {
    "minutes of a clinic": (lambda f: f.plan_put("sessions", {"doctor": "D1"}, minutes=10), "max_minutes"),
    "minutes of a link": (
        lambda f: f.plan_put("service_links", {"institution": "S3"}, minutes=5),
        "service_max_minutes",
    ),
    "turnaround of a link": (
        lambda f: f.plan_put("service_links", {"institution": "S3"}, turnaround_minutes=5),
        "turnaround",
    ),
    "wait of a link": (lambda f: f.plan_put("service_links", {"institution": "S3"}, promised_wait=5), "one_level"),
    "wait not on offer": (
        all_of(
            lambda f: f.plan_put("centres", {"service": "IMG"}, wait_minutes=16),
            lambda f: f.plan_put("service_links", {"service": "IMG"}, promised_wait=16, turnaround_minutes=16),
        ),
        "promised_wait",
    ),
    "use of a centre": (lambda f: f.plan_put("centres", {"service": "IMG"}, used=220), "centre_capacity"),
    "cost of a centre": (lambda f: f.plan_put("centres", {"service": "IMG"}, cost_per_year=1), "budget"),
    "size of a centre": (lambda f: f.plan_put("centres", {"service": "IMG"}, items_per_day=500), "one_level"),
    "mode of a cell": (visits("S1", "K1", mode="twice_weekly"), "frequency"),
    "need of a cell": (visits("S1", "K1", need=199), "visit_balance"),
    "own visits": (visits("S1", "K1", own=101, unmet=-1), "visit_balance"),
    "referrals written apart": (flow("S1", "H1", "K1", 23), "visit_balance"),
    "extra beyond reserves.csv": (
        lambda f: f.plan_put("reserves", {"institution": "H2"}, visits_per_month=1),
        "reserve",
    ),
    "more than today leaves": (
        all_of(visits("S1", "K2", left=23, unmet=0), flow("S1", "outside", "K2", 23)),
        "left_recoverable",
    ),
    "a posting that is not running": (
        lambda f: f.plan_put("postings", {"doctor": "D6"}, state="running"),
        "posting_kept",
    ),
    "a short posting": (lambda f: f.plan_put("postings", {"doctor": "D6"}, end="2026-09-30"), "cohort"),
    "an unknown doctor": (lambda f: f.plan_put("teleconsultations", {"doctor": "D1"}, doctor="D9"), "scope"),
    "a second main doctor": (
        lambda f: f.plan_add(
            "sessions", doctor="D8", institution="S1", specialty="K1", quarter="Q1", sessions=3, main="yes", minutes=30
        ),
        "continuity",
    ),
    "half a clinic": (lambda f: f.plan_put("sessions", {"doctor": "D1"}, sessions="13.5"), "frequency"),
    "a row of visits missing": (drop("visits", institution="S3", specialty="K2"), "visit_balance"),
    "a cell without a need": (
        lambda f: f.plan_add("visits", institution="S3", specialty="K1", quarter="Q1", need=1, own=1, mode=""),
        "visit_balance",
    ),
    "a mode that no posting makes": (drop("postings", institution="S2"), "capture"),
}


@pytest.mark.parametrize("lie", LIES)
def test_false_figures_are_noticed(lie: str, tmp_path: Path) -> None:
    """Columns that the plan writes for its readers agree with the tables."""
    plant, rule = LIES[lie]
    folder = clean_plan()
    plant(folder)
    assert rule in failing(folder, tmp_path, rule)


def test_forced_centre_without_work_promises_nothing(tmp_path: Path) -> None:
    """A centre that must be open although it is too late for everybody has no wait to keep."""
    folder = clean_plan()
    folder.add("services", id="LAB", name="Laboratory", moves="goods", turnaround_minutes=1440, loops_per_week=5)
    folder.add(
        "centres", service="LAB", institution="H1", level="one", items_per_day=100, servers=1, hours_per_day=8,
        fixed_cost_per_year=0, cost_per_item=0, state="forced", opening_cost=0,
    )  # fmt: skip
    folder.plan_add(
        "centres", service="LAB", institution="H1", level="one", wait_minutes=0, items_per_day=100, used=0,
        opens="yes", cost_per_year=0,
    )  # fmt: skip
    assert "promised_wait" not in failing(folder, tmp_path)
