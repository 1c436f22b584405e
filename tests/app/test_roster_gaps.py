"""How close together clinics may be: seven-day opening, and clinics that locks put on dates."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from support.dated_folder import dated_plan, day, move, row
from support.plan_folder import PlanFolder
from support.planting import failing

from planner import sections
from planner.build.roster_gaps import gaps
from planner.calendar import work_calendar

START = date(2026, 6, 1)
FIVE, SEVEN = (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7)


def weeks(days: int | None, opening: tuple[int, ...], frequency: str = "weekly") -> tuple[int, int]:
    """(most clinics, calendar weeks) for a least gap of so many days."""
    calendar = work_calendar(sections.Calendar(start=START, weeks=13, holidays="none", open_weekdays=opening))
    return gaps({"min_gap_days": days}, frequency, ((), ()), calendar)[0]


@pytest.mark.parametrize("opening", [FIVE, SEVEN, (2, 3, 4), (1, 2, 3, 4, 5, 6)])
@pytest.mark.parametrize("days", range(5, 40))
def test_the_row_in_weeks_is_the_widest_that_the_gap_in_days_implies(days: int, opening: tuple[int, ...]) -> None:
    """In that many weeks any two open days are closer than the gap; in one more, not all are."""
    _, length = weeks(days, opening)
    farthest = 7 * (length - 1) + max(opening) - min(opening)
    assert farthest < days or length == 1
    assert farthest + 7 >= days


def test_seven_days_and_five_differ() -> None:
    """Twelve days: two weeks of Monday to Friday, one week where sites open every day."""
    assert weeks(12, FIVE) == (1, 2) and weeks(12, SEVEN) == (1, 1)
    assert weeks(14, SEVEN) == (1, 2)


def _locked(*dates: date, past: tuple[date, ...] = (), frequency: str = "monthly", least: int | None = None) -> object:
    calendar = work_calendar(sections.Calendar(start=START, weeks=13, holidays="none"))
    return gaps({"min_gap_days": least}, frequency, (dates, past), calendar)[0]


def test_locks_put_clinics_closer_together() -> None:
    """Monthly clinics locked a week apart, or twice a week, or just after the last one; not against a gap in days."""
    assert _locked(START) == (1, 2)
    assert _locked(START, START + timedelta(days=8)) == (1, 1)
    assert _locked(START, START + timedelta(days=2)) == (2, 1)
    assert _locked(START, past=(START - timedelta(days=4),)) == (1, 1)
    assert _locked(past=(START - timedelta(days=4), START - timedelta(days=11))) == (1, 2)
    assert _locked(START, START + timedelta(days=8), least=19) == (1, 3)


def _seven(folder: PlanFolder) -> None:
    """Open every day, with twelve days asked for between the clinics of D2, of which one comes a week early."""
    folder.settings["calendar"]["open_weekdays"] = list(SEVEN)
    folder.put("needs", {"institution": "S2", "specialty": "K1"}, min_gap_days="12")


def test_the_audit_reads_seven_days_alike(tmp_path: Path) -> None:
    """A clinic moved to the next week breaks twelve days where sites open five days; open every day, only fourteen."""
    early = move("D2", day(2, 3), date=day(1, 3))

    def five(folder: PlanFolder) -> None:
        _seven(folder)
        folder.settings["calendar"]["open_weekdays"] = list(FIVE)

    def fourteen(folder: PlanFolder) -> None:
        _seven(folder)
        folder.put("needs", {"institution": "S2", "specialty": "K1"}, min_gap_days="14")

    assert "least_gap" in failing(dated_plan(five, early), tmp_path / "five", "least_gap")
    assert failing(dated_plan(_seven, early), tmp_path / "seven", "least_gap") == {}
    assert "least_gap" in failing(dated_plan(fourteen, early), tmp_path / "fourteen", "least_gap")


def test_the_audit_lets_locked_clinics_stand_closer(tmp_path: Path) -> None:
    """D4's monthly clinic moved next to another is too close, unless locks put both there."""
    early = move("D4", day(4, 4), date=day(1, 4))
    assert "least_gap" in failing(dated_plan(early), tmp_path / "plain", "least_gap")

    def lock(folder: PlanFolder) -> None:
        who = {"kind": "session", "doctor": "D4", "institution": "S1", "must": "yes"}
        for week in (0, 1):
            row(folder, "locks", **who, date=day(week, 4))

    assert failing(dated_plan(early, lock), tmp_path / "locked", "least_gap") == {}
