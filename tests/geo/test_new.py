"""The starter region: a workbook to type over whose examples are clean."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geodata.checks import check_region
from geodata.errors import RegionExists, RegionNotFound
from geodata.new import new_region, starter
from geodata.read import read_region
from geodata.schema import TABLES, load_schema, tables


@pytest.mark.parametrize("name", ["我的县.xlsx", "my_county"])
def test_examples_read_and_check_cleanly(tmp_path: Path, name: str) -> None:
    """Neither reading nor checking the untouched starter finds anything."""
    region = read_region(new_region(tmp_path / name))
    assert [p.sentence() for p in region.problems + check_region(region)] == []
    for table, frame in starter().tables.items():
        pd.testing.assert_frame_equal(frame, region.tables[table], obj=table)
    assert region.settings == starter().settings


def test_the_workbook_has_every_table_with_headings_notes_and_drop_downs(tmp_path: Path) -> None:
    """Every column has a heading with a comment, a line of meaning, and a list where choices are few."""
    book = openpyxl.load_workbook(new_region(tmp_path / "a.xlsx"))
    for table in TABLES:
        sheet = book[tables()[table].sheet_zh]
        listed = {cell for rule in sheet.data_validations.dataValidation for cell in str(rule.sqref).split()}
        for at, column in enumerate(load_schema(table), start=1):
            head = sheet.cell(3, at)
            assert head.value.rstrip("*") == column.heading_zh and column.meaning_en in head.comment.text
            assert column.meaning_zh in sheet.cell(2, at).value
            assert not column.unit or f"\n单位 unit: {column.unit}" in head.comment.text
            if column.type in ("choice", "yes_no", "level", "title", "weekday"):
                assert any(span.startswith(head.column_letter + "4") for span in listed), (table, column.name)


def test_codes_are_text_cells(tmp_path: Path) -> None:
    """What is typed under an id heading stays text, so that no code becomes 4.41E+08."""
    sheet = openpyxl.load_workbook(new_region(tmp_path / "a.xlsx"))["机构"]
    assert sheet.column_dimensions["A"].number_format == "@" or sheet["A4"].number_format == "@"


@pytest.mark.parametrize("name", ["我的县.xlsx", "my_county"])
def test_without_examples_only_the_rows_are_missing(tmp_path: Path, name: str) -> None:
    """An empty starter has every heading and no row; what is missing is the institutions."""
    region = read_region(new_region(tmp_path / name, examples=False))
    assert all(frame.empty for frame in region.tables.values())
    assert [problem.table for problem in region.problems + check_region(region)] == ["institutions"]
    assert region.settings == starter().settings
    if name.endswith(".xlsx"):
        full = openpyxl.load_workbook(new_region(tmp_path / "full.xlsx"))
        book = openpyxl.load_workbook(tmp_path / name)
        assert [sheet.title for sheet in book] == [sheet.title for sheet in full]
        assert all(book[tables()[t].sheet_zh].max_row == 3 for t in TABLES)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """An existing file or filled folder is refused; an empty folder and a new one are filled."""
    (tmp_path / "a.xlsx").write_text("mine", encoding="utf-8")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for name in ("a.xlsx", "full"):
        with pytest.raises(RegionExists):
            new_region(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_text(encoding="utf-8") == "mine"
    assert (new_region(tmp_path / "empty") / "institutions.csv").is_file()


def test_other_endings_are_refused(tmp_path: Path) -> None:
    """A starter is a workbook or a folder."""
    with pytest.raises(RegionNotFound):
        new_region(tmp_path / "a.pdf")
