"""The roster sheets of the tiny dated plan as a workbook, edited as an office does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from support.dated_folder import dated_plan
from support.plan_folder import PlanFolder

from planner.folder import read_plan
from planner.roster_sheets import add_roster_sheets
from planner.view import View

DETAIL = {"zh": "排班明细", "en": "Roster"}
VIEW = {"zh": "坐诊排班表 2026年6月", "en": "Site roster Jun 2026"}
Touch = Callable[[Any], None]


def plan_and_book(path: Path, *edits: Callable[[PlanFolder], None], lang: str = "zh") -> tuple[Path, Path]:
    """The saved plan with these edits of its tables, and its workbook."""
    plan = dated_plan(*edits).save(path / "plan")
    saved = read_plan(plan)
    book = xlsxwriter.Workbook(str(path / "book.xlsx"))
    add_roster_sheets(book, View(saved, lang))
    book.close()
    return plan, path / "book.xlsx"


def touch(file: Path, *edits: Touch) -> Path:
    """The workbook edited in place."""
    book = openpyxl.load_workbook(file)
    for edit in edits:
        edit(book)
    book.save(file)
    return file


def line_of(book: Any, doctor: str, on: str) -> int:
    """The row of 排班明细 in which a doctor (by number) holds a clinic on a date."""
    sheet = book[next(name for name in DETAIL.values() if name in book.sheetnames)]
    for line, row in enumerate(sheet.iter_rows(min_row=2, values_only=True), start=2):
        if row[4] == doctor and row[0] is not None and row[0].date() == date.fromisoformat(on):
            return line
    raise AssertionError(f"no row of {doctor} on {on}")


#: Columns of the sheet by field.
AT = dict(zip("date weekday slot doctor id institution specialty backup".split(), range(1, 9), strict=True))


def detail(who: str, day: str, **values: object) -> Touch:
    """Write into the row of a clinic; None clears a cell."""

    def run(book: Any) -> None:
        line = line_of(book, who, day)
        for name, value in values.items():
            book[DETAIL["zh"] if DETAIL["zh"] in book.sheetnames else DETAIL["en"]].cell(line, AT[name]).value = value

    return run


def cleared(doctor: str, on: str) -> Touch:
    return detail(doctor, on, **dict.fromkeys(AT))


def new_row(**values: object) -> Touch:
    """A row below all others."""

    def run(book: Any) -> None:
        sheet = book[DETAIL["zh"]]
        line = max(at for at in range(1, sheet.max_row + 1) if sheet.cell(at, 1).value is not None) + 1
        for name, value in values.items():
            sheet.cell(line, AT[name]).value = value

    return run


def place(book: Any, site: str, on: str, slot: str, lang: str = "zh") -> Any:
    """The cell of a site (by name) and half-day in the view of June."""
    sheet = book[VIEW[lang]]
    day = date.fromisoformat(on).day
    at = next(n for n in range(2, sheet.max_column + 1) if str(sheet.cell(3, n).value) == str(day))
    line = next(n for n in range(6, sheet.max_row + 1) if str(sheet.cell(n, 1).value or "").split("\n")[0] == site)
    return sheet.cell(line, at + (slot == "pm"))


def view(site: str, on: str, slot: str, value: str | None, lang: str = "zh") -> Touch:
    """Write into a cell of the site view."""

    def run(book: Any) -> None:
        place(book, site, on, slot, lang).value = value

    return run
