"""The office edits the printed roster by hand and gives it back: the new plan keeps the edits."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from planner.bundled import find_region
from planner.folder import SavedPlan, read_plan
from planner.inputs import InputError
from planner.plan import make_plan
from planner.progress import Progress

SHORT = {"solver": {"time_limit_s": 8.0}, "roster": {"time_limit_s": 10.0, "rounds": 0}}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> SavedPlan:
    """A dated plan of the small county."""
    folder = tmp_path_factory.mktemp("plan") / "kedong"
    return make_plan(find_region("kedong"), folder, Progress("zh", quiet=True), SHORT)


def edited(plan: SavedPlan, name: str, row: int, **cells: object) -> Path:
    """A copy of the workbook with cells of one row of the detail sheet written over."""
    book = openpyxl.load_workbook(plan.path / "workbook.xlsx")
    sheet = book["排班明细"]
    columns = {"date": 1, "weekday": 2, "slot": 3}
    for cell, value in cells.items():
        sheet.cell(row, columns[cell]).value = value
    book.save(plan.path / name)
    return plan.path / name


def rows(plan: SavedPlan) -> list[tuple[int, datetime, str, str, str]]:
    """(row, date, slot, doctor, site name) of the detail sheet."""
    sheet = openpyxl.load_workbook(plan.path / "workbook.xlsx")["排班明细"]
    found = []
    for at, values in enumerate(sheet.iter_rows(min_row=2, values_only=True), start=2):
        if values[0] is not None:
            found.append((at, values[0], str(values[2]), str(values[4]), str(values[5])))
    return found


def test_an_edit_that_is_possible_is_kept(plan: SavedPlan, tmp_path: Path) -> None:
    """A clinic moved to the other half of its day, where the doctor is free, stands there in the new plan."""
    for row, on, slot, doctor, _ in rows(plan):
        other = "下午" if slot == "上午" else "上午"
        book = edited(plan, "edited.xlsx", row, slot=other)
        try:
            again = make_plan(
                find_region("kedong"), tmp_path / "again", Progress("zh", quiet=True), SHORT, False, "zh", book
            )
        except InputError:
            continue
        half = "pm" if other == "下午" else "am"
        roster = again.table("roster")
        mine = roster[(roster["doctor"] == doctor) & (roster["date"] == on.date().isoformat())]
        assert set(mine["slot"]) == {half}
        assert set(again.table("audit")["holds"]) == {"yes"}
        assert (again.region["locks"]["reason"] == "手工修改").any()
        return
    raise AssertionError("no clinic could be moved to the other half of its day")


def test_an_edit_that_no_plan_can_keep_is_named(plan: SavedPlan, tmp_path: Path) -> None:
    """A clinic moved to a Sunday stops the run with the cell and the rule; nothing is written."""
    row, *_ = rows(plan)[0]
    book = edited(plan, "sunday.xlsx", row, date=datetime(2026, 1, 11), weekday=None)
    with pytest.raises(InputError) as refused:
        make_plan(find_region("kedong"), tmp_path / "p", Progress("zh", quiet=True), SHORT, False, "zh", book)
    told = refused.value.findings[0].zh
    assert "sunday.xlsx" in told and f"A{row}" in told
    assert not (tmp_path / "p").exists()


def test_a_workbook_away_from_its_plan_is_told(plan: SavedPlan, tmp_path: Path) -> None:
    """Without the plan that it was printed from beside it, the sentence says where to put it."""
    lone = tmp_path / "lone.xlsx"
    lone.write_bytes((plan.path / "workbook.xlsx").read_bytes())
    with pytest.raises(InputError) as refused:
        make_plan(find_region("kedong"), tmp_path / "p", Progress("zh", quiet=True), SHORT, False, "zh", lone)
    assert "plan.json" in refused.value.findings[0].zh
    assert read_plan(plan.path).table("roster") is not None


def test_a_workbook_edited_in_its_place_is_not_lost(plan: SavedPlan, tmp_path: Path) -> None:
    """The plan's own workbook, edited and given back for the same folder, stays beside the new one."""
    folder = tmp_path / "again"
    shutil.copytree(plan.path, folder)
    row, *_ = rows(plan)[-1]
    edited(plan, "taken_out.xlsx", row, date=None)
    shutil.copy(plan.path / "taken_out.xlsx", folder / "workbook.xlsx")
    before = (folder / "workbook.xlsx").read_bytes()
    make_plan(find_region("kedong"), folder, Progress("zh", quiet=True), SHORT, True, "zh", folder / "workbook.xlsx")
    assert (folder / "workbook-edited.xlsx").read_bytes() == before
    assert (folder / "workbook.xlsx").read_bytes() != before
