"""Faults in a workbook as an office keeps it: title rows, merged cells, totals, full-width, names.

Rows are the workbook's own; two doctors are called 张伟.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from geo.fault_support import Desk, named, problems_of
from geo.workbook_support import HEADINGS, Book, towns_csv

from geodata.problems import Problem
from geodata.schema import columns_of


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A workbook without a fault, to be spoilt."""
    return Book(tmp_path / "office")


def at(book: Book, table: str, row: object, column: str, severity: str = "error") -> Problem:
    """The problem told of the cell that is `row` in the CSV files; its column as headed."""
    heading = HEADINGS.get((table, column), columns_of(table)[column].heading_zh)
    problems = book.check()
    for problem in problems:
        if (problem.table, problem.row) == (table, book.seen(row)) and problem.column == heading:
            named(problem, table, book.seen(row), heading, severity)
            return problem
    raise AssertionError(f"{table} {book.seen(row)} {column}:\n" + "\n".join(p.sentence("zh") for p in problems))


def test_workbook_without_a_fault(book: Book) -> None:
    """Title rows, merged cells, totals, names, full-width digits, 无 and / are no problem."""
    assert book.check() == []


def test_name_of_two_doctors(book: Book) -> None:
    """A name that two doctors share does not say who is meant; the cure gives both numbers."""
    book.set("roster", 2, doctor="张伟")
    problem = at(book, "roster", 2, "doctor")
    assert "D1" in problem.expected_zh and "D6" in problem.expected_zh and "工号" in problem.cure_zh


def test_institution_under_another_name(book: Book) -> None:
    """An institution by an unknown name is told with the nearest known one."""
    book.set("roster", 3, institution="南镇中心卫生院")
    assert "T2" in at(book, "roster", 3, "institution").cure_zh


def test_unknown_specialty_in_merged_rows(book: Book) -> None:
    """The row under a merged institution is the workbook's own."""
    book.set("needs", 5, specialty="肝胆外科")
    assert "specialties" in at(book, "needs", 5, "specialty").cure_zh


def test_weekday_that_there_is_not(book: Book) -> None:
    """周八 is told with how to write a weekday."""
    book.set("duties", 2, weekday="周八")
    assert "周一" in at(book, "duties", 2, "weekday").expected_zh


def test_slot_that_there_is_not(book: Book) -> None:
    """中午 is no half-day."""
    book.set("roster", 2, slot="中午")
    assert "上午" in at(book, "roster", 2, "slot").expected_zh


def test_number_in_words(book: Book) -> None:
    """A number of visits in words is told."""
    book.set("needs", 3, visits_per_month="三百左右")
    at(book, "needs", 3, "visits_per_month")


def test_day_that_there_is_not(book: Book) -> None:
    """30 February is told with how to write a date."""
    book.set("absences", 2, start="2026.2.30")
    at(book, "absences", 2, "start")


def test_title_that_there_is_not(book: Book) -> None:
    """A title outside the four is told with all of them."""
    book.set("doctors", 4, title="护士长")
    assert "副主任" in at(book, "doctors", 4, "title").expected_zh


def test_swapped_point(book: Book) -> None:
    """Longitude and latitude exchanged are named as such."""
    book.set("institutions", 6, lon=32.6, lat=118.88)
    assert "对调" in " ".join(p.cure_zh for p in book.check() if p.row == book.seen(6))


def test_two_places_at_once(book: Book) -> None:
    """One doctor at two places on Thursday afternoon is told in the office's words."""
    row = book.add("roster", doctor="D4", institution="T4", date="", weekday="星期四", slot="下午", weeks="")
    problem = at(book, "roster", row, "institution")
    assert "周四" in problem.cure_zh and book.seen(4) in problem.cure_zh


def test_absence_exchanged(book: Book) -> None:
    """Dates with dots that are exchanged are told."""
    book.set("absences", 2, start="2026.7.10", end="2026.7.6")
    assert "2026-07-10" in at(book, "absences", 2, "end").expected_zh


def test_parts_above_the_need_in_full_width(book: Book) -> None:
    """Full-width digits are summed like any others."""
    book.set("needs", 2, own_visits_per_month="２９０")
    assert "370" in at(book, "needs", 2, "visits_per_month").expected_zh


def test_two_leads(book: Book) -> None:
    """A second 是 among the leads of one group is told with both rows."""
    book.set("institutions", 4, lead="yes", level="二级")
    assert "4、6" in at(book, "institutions", 4, "lead").cure_zh


def test_headcount_below_the_list(book: Book) -> None:
    """A department of one person with two doctors listed is told."""
    book.set("departments", 5, headcount=1, min_present="")
    at(book, "departments", 5, "headcount")


def test_capacity_below_volume(book: Book) -> None:
    """Centres too small for the volumes are told at the largest level."""
    for row in (2, 3, 4, 5):
        book.set("centres", row, items_per_day=80)
    assert "200" in at(book, "centres", 2, "items_per_day").expected_zh


def test_contradicting_locks(book: Book) -> None:
    """是 and 否 for one clinic are told at the second."""
    row = book.add("locks", kind="session", doctor="D1", institution="T1", specialty="K1", must="no")
    assert "第 4 行" in at(book, "locks", row, "must").cure_zh


def test_zero_in_the_square_of_trips(book: Book) -> None:
    """A zero in the square is a warning at the origin's row that names both ends."""
    for pair in (("T1", "T2"), ("T2", "T1")):
        book.set("travel", book.row("travel", origin=pair[0], destination=pair[1]), minutes=0)
    problems = book.check()
    assert [(p.table, p.row, p.severity) for p in problems] == [("travel", "5", "warning"), ("travel", "6", "warning")]
    assert "T1 → T2" in problems[0].value


def test_blank_cell_in_the_square_of_trips(book: Book) -> None:
    """A dash in the square is a missing trip, told with its origin and destination."""
    book.tables["travel"].pop(book.row("travel", origin="H2", destination="T4") - 2)
    problem = book.check()[0]
    named(problem, "travel", "", problem.column, "warning")
    assert problem.value == "H2 → T4"


def test_identity_numbers(book: Book) -> None:
    """A column 身份证号 is a warning that asks to delete it and repeats no number."""
    for row in range(2, 8):
        book.set("doctors", row, 身份证号="44140319800101123X")
    problem = next(p for p in book.check() if "身份证" in p.column and "身份证" in p.expected_zh)
    named(problem, "doctors", "4", "身份证号", "warning")
    assert "删去" in problem.cure_zh and "0101123" not in problem.sentence("zh")


def test_post_that_ends_before_it_starts(book: Book) -> None:
    """The rotation table's 起止 exchanged is told."""
    book.set("current_postings", 2, end="2025-07-05")
    at(book, "current_postings", 2, "end")


def test_export_in_gb18030(tmp_path: Path) -> None:
    """A GB18030 export with a title, a total at the top and a note is read; its faults keep their lines."""
    desk = Desk(tmp_path / "csv")
    desk.set("communities", 2, institution="T9")
    desk.set("communities", 4, population=95000)
    desk.write()
    (desk.folder / "communities.csv").write_bytes(towns_csv(desk))
    problems = problems_of(desk.folder)
    unknown = next(p for p in problems if p.table == "communities")
    named(unknown, "communities", "4", unknown.column)
    assert unknown.value == "T9"
    assert [(p.table, p.row) for p in problems if p.severity == "warning"] == [
        ("institutions", "4"),
        ("institutions", "5"),
    ]
