"""`alliance check` and `alliance plan` on input with problems: all told, exit code 1, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from geo.fault_support import Desk
from geo.workbook_support import Book

from planner.cli import main

FAULTS: dict[str, tuple[Callable[[Desk], object], str, str]] = {
    "unknown_reference": (lambda d: d.set("needs", 3, specialty="K9"), "needs, row 3, specialty", "K9"),
    "circle_of_parents": (lambda d: d.set("institutions", 4, parent="T1"), "institutions, row 4, parent", "clear"),
    "swapped": (lambda d: d.set("institutions", 4, lon=32.78, lat=119.12), "institutions, row 4, lon", "exchange"),
    "parts_above_need": (lambda d: d.set("needs", 2, own_visits_per_month=290), "needs, row 2", "raise"),
    "two_places": (
        lambda d: d.add("roster", doctor="D1", institution="T2", weekday=1, slot="am", weeks="all"),
        "roster, row 6, institution",
        "correct the time",
    ),
    "contradicting_locks": (
        lambda d: d.add("locks", kind="session", doctor="D1", institution="T1", specialty="K1", must="no"),
        "locks, row 4, must",
        "delete one",
    ),
    "capacity": (
        lambda d: [d.set("centres", row, items_per_day=50) for row in (6, 7, 8, 9)],
        "centres, row 6, items_per_day",
        "larger level",
    ),
    "minutes": (lambda d: d.set("travel", 2, minutes=-1), "travel, row 2, minutes", "number"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_check_of_a_fault(tmp_path: Path, fault: str) -> None:
    """Each fault ends with exit code 1, names table, row and column, says what to do, and writes nothing."""
    desk = Desk(tmp_path / "region")
    spoil, place, cure = FAULTS[fault]
    spoil(desk)
    desk.write()
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(main, ["check", str(desk.folder), "--lang", "en"])
    said = result.stdout + result.stderr
    assert result.exit_code == 1, said
    assert place in said and cure in said
    assert sorted(tmp_path.rglob("*")) == before


def test_check_of_all_faults_in_chinese(tmp_path: Path) -> None:
    """Put together in a workbook, all are told in Chinese in one run."""
    book = Book(tmp_path / "office")
    for spoil, _, _ in FAULTS.values():
        spoil(book)
    path = book.write()
    result = CliRunner().invoke(main, ["check", str(path), "--lang", "zh"])
    said = result.stdout + result.stderr
    assert result.exit_code == 1
    for sheet in ("needs", "institutions", "roster", "locks", "centres", "travel"):
        assert f"（{sheet}）第" in said, said


def test_plan_of_a_fault_writes_nothing(tmp_path: Path) -> None:
    """A plan of input with problems stops before solving: exit code 1 and no folder."""
    desk = Desk(tmp_path / "region")
    FAULTS["two_places"][0](desk)
    result = CliRunner().invoke(main, ["plan", str(desk.write()), "-o", str(tmp_path / "plan"), "--lang", "en"])
    assert result.exit_code == 1, result.stdout + result.stderr
    assert "roster, row 6" in result.stdout + result.stderr
    assert not (tmp_path / "plan").exists()


def test_check_of_a_clean_region(tmp_path: Path) -> None:
    """A region without a fault ends with exit code 0."""
    desk = Desk(tmp_path / "region")
    result = CliRunner().invoke(main, ["check", str(desk.write()), "--lang", "en"])
    assert result.exit_code == 0, result.stdout + result.stderr
