"""The limit on changes, by the counts of the allocation: what a doctor holds today, and does not in the plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.dated_folder import dated_plan, day, row
from support.plan_folder import PlanFolder, clean_plan
from support.planting import failing, setting

from planner.audit import audit_saved
from planner.audit.read import read_saved


def practice(folder: PlanFolder) -> None:
    """D2 was at S2 six times in the 13 weeks before the start, as often as the plan sends him."""
    for week in range(2, 13, 2):
        row(folder, "roster", doctor="D2", institution="S2", specialty="K1", date=day(-week, 3), slot="am")


def handed_over(count: int) -> PlanFolder:
    """Of D2's six clinics at S2 so many are D1's in the plan; nothing of today's roster lies in the horizon."""
    folder = dated_plan(practice, setting("roster", change_limit=2))
    folder.plan_put("sessions", {"doctor": "D2", "institution": "S2"}, sessions=6 - count)
    folder.plan_add(
        "sessions", doctor="D1", institution="S2", specialty="K1", quarter="Q1", sessions=count, main="no", minutes=60
    )
    return folder


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, {}), (2, {}), (3, {"change_limit": "alliance: 3 > 2"}), (6, {"change_limit": "alliance: 6 > 2"})],
)
def test_clinics_given_up_are_counted(count: int, told: dict[str, str], tmp_path: Path) -> None:
    """Two may change hands, three may not, although no date of today's roster lies in the horizon."""
    found = failing(handed_over(count), tmp_path, "change_limit")
    assert found == {rule: f"{line} of today's clinics given up" for rule, line in told.items()}


def test_the_line_counts_what_was_looked_at(tmp_path: Path) -> None:
    """Where today is in the counts alone, the audit does not say that nothing was checked."""
    audit = audit_saved(read_saved(handed_over(1).save(tmp_path / "plan")), ["change_limit"])
    assert audit["detail"].tolist() == ["1 checked"]


def test_who_may_not_go_any_more_uses_the_limit_up(tmp_path: Path) -> None:
    """D2's title is too low now: his six clinics go, no breach; beside them no other may be given up."""
    folder = handed_over(6)
    folder.put("doctors", {"id": "D2"}, title=0)
    folder.put("specialties", {"id": "K1"}, min_title=1)
    assert failing(folder, tmp_path / "a", "change_limit") == {}
    for week in range(1, 14):
        row(folder, "roster", doctor="D1", institution="S1", specialty="K1", date=day(-week, 2), slot="am")
    assert failing(folder, tmp_path / "b", "change_limit") == {}
    folder.plan_put("sessions", {"doctor": "D1", "institution": "S1"}, sessions=12)
    assert "1 > 0" in failing(folder, tmp_path / "c", "change_limit")["change_limit"]


def test_counts_without_dates_are_limited_too(tmp_path: Path) -> None:
    """A plan without a roster gives up what the counts say."""
    folder = clean_plan()
    practice(folder)
    setting("roster", change_limit=2)(folder)
    folder.plan_drop("sessions", doctor="D2", institution="S2")
    assert "6 > 2" in failing(folder, tmp_path, "change_limit")["change_limit"]
