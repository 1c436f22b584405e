"""The workbook opens in a spreadsheet, shows names, and holds no formula."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from support.hostile import spoil

from planner.folder import SavedPlan, read_plan, write_table
from planner.workbook import write_workbook


@pytest.fixture(params=["zh", "en"])
def book(request: pytest.FixtureRequest, fake_plan: SavedPlan, tmp_path: Path) -> openpyxl.Workbook:
    write_workbook(fake_plan, tmp_path / "workbook.xlsx", request.param)
    return openpyxl.load_workbook(tmp_path / "workbook.xlsx")


def texts(sheet: openpyxl.worksheet.worksheet.Worksheet) -> set[str]:
    return {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}


def test_sheets_are_named_in_the_language(fake_plan: SavedPlan, tmp_path: Path) -> None:
    """Chinese readers get Chinese sheets and headings, English readers English ones."""
    write_workbook(fake_plan, tmp_path / "zh.xlsx", "zh")
    write_workbook(fake_plan, tmp_path / "en.xlsx", "en")
    chinese, english = (openpyxl.load_workbook(tmp_path / f"{lang}.xlsx") for lang in ("zh", "en"))
    assert chinese.sheetnames[:5] == ["总览", "图表", "目标", "情景对比", "指标"]
    assert english.sheetnames[:5] == ["Summary", "Charts", "Aims", "Scenarios", "Indicators"]
    assert "医生" in texts(chinese["派驻名单"]) and "Doctor" in texts(english["Postings"])


def test_every_table_sheet_prints_landscape_with_its_heading(book: openpyxl.Workbook) -> None:
    """Frozen headings, a print area one page wide on landscape A4, headings on every page."""
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes is not None, sheet.title
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9, sheet.title
        assert sheet.print_area and sheet.print_title_rows in ("$1:$1", "$1:$3"), sheet.title
        assert sheet.page_setup.fitToWidth in (None, 1) and sheet.page_setup.fitToHeight == 0


def test_names_not_ids(book: openpyxl.Workbook) -> None:
    """Institutions, doctors, specialties and services appear by name."""
    for sheet in book.worksheets:
        assert not texts(sheet) & {"T01", "H1", "D003", "card", "imaging"}, sheet.title


def test_names_never_become_formulas_or_links(fake_folder: Path, tmp_path: Path) -> None:
    """A name that looks like a formula or an address stays a text."""
    copy = tmp_path / "plan"
    shutil.copytree(fake_folder, copy)
    path = copy / "region" / "doctors.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    evil = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "http://example.org", "{=A1}"]
    write_table(path, table.assign(name=[evil[n % len(evil)] for n in range(len(table))]))
    write_workbook(read_plan(copy), tmp_path / "workbook.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in "snd" for cell in cells) and all(cell.hyperlink is None for cell in cells)
    assert {"=1+1", "http://example.org", "-2"} <= {cell.value for cell in cells if cell.data_type == "s"}
    with zipfile.ZipFile(tmp_path / "workbook.xlsx") as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in parts.read(name) or b"<f " in parts.read(name) for name in sheets)


def test_hostile_names_in_every_column_stay_texts(kedong_plan: Path, tmp_path: Path) -> None:
    """Names that run or leave their place, in every text column of plan and region: no formula, no link, and charts
    refer to cells alone."""
    shutil.copytree(kedong_plan, tmp_path / "plan")
    assert spoil(tmp_path / "plan") > 20
    write_workbook(read_plan(tmp_path / "plan"), tmp_path / "workbook.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in "snd" and cell.hyperlink is None for cell in cells)
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    with zipfile.ZipFile(tmp_path / "workbook.xlsx") as parts:
        for name in parts.namelist():
            text = parts.read(name).decode()
            if name.startswith("xl/worksheets/sheet"):
                assert "<f>" not in text and "<f " not in text, name
            if name.startswith("xl/charts/chart"):
                assert all(re.fullmatch(r"(图表数据|'图表数据')![$A-Z0-9:]+", one) for one in _references(text)), name


def _references(chart: str) -> list[str]:
    """What the series of a chart are drawn from."""
    return re.findall(r"<c:f>([^<]*)</c:f>", chart)


def test_charts_are_drawn_from_numbers_of_the_last_sheet(kedong_plan: Path) -> None:
    """Seven native charts; the values of each series are numbers on the data sheet."""
    with zipfile.ZipFile(kedong_plan / "workbook.xlsx") as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 7
    data = openpyxl.load_workbook(kedong_plan / "workbook.xlsx")["图表数据"]
    values = [one for chart in charts for one in re.findall(r"<c:(?:val|yVal)>.*?<c:f>([^<]+)</c:f>", chart, re.DOTALL)]
    assert len(values) >= 12
    for place in values:
        cells = data[place.rsplit("!", 1)[1].replace("$", "")]
        assert all(isinstance(row[0].value, int | float) for row in cells), place


def test_days_are_dates(kedong_plan: Path) -> None:
    """Begin and end of postings can be sorted and counted with."""
    sheet = openpyxl.load_workbook(kedong_plan / "workbook.xlsx")["派驻名单"]
    head = [cell.value for cell in sheet[1]]
    assert all(sheet.cell(2, head.index(name) + 1).is_date for name in ("开始", "结束"))


def test_numbers_are_numbers(fake_plan: SavedPlan, tmp_path: Path) -> None:
    """Counts and visits can be added up in the spreadsheet."""
    write_workbook(fake_plan, tmp_path / "workbook.xlsx", "en")
    sheet = openpyxl.load_workbook(tmp_path / "workbook.xlsx")["Clinics"]
    headings = [cell.value for cell in sheet[1]]
    counts = [row[headings.index("Clinics")].value for row in sheet.iter_rows(min_row=2)]
    assert sum(counts) == fake_plan.tables["sessions"]["sessions"].sum()


def test_aims_show_gap_in_real_units(fake_plan: SavedPlan, tmp_path: Path) -> None:
    """The aims sheet says by how many visits a plan could be better at most."""
    write_workbook(fake_plan, tmp_path / "workbook.xlsx", "en")
    assert "at most 23.6 weighted visits/month better" in texts(
        openpyxl.load_workbook(tmp_path / "workbook.xlsx")["Aims"]
    )


def test_columns_are_wide_enough(book: openpyxl.Workbook) -> None:
    """No column is left at a default width, none is absurdly wide."""
    for sheet in book.worksheets[1:]:
        for column in range(1, sheet.max_column + 1):
            width = sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width
            assert width is None or 4 <= width <= 50, sheet.title


def test_same_plan_gives_the_same_workbook(fake_plan: SavedPlan, tmp_path: Path) -> None:
    """Nothing in the workbook depends on the clock."""
    write_workbook(fake_plan, tmp_path / "a.xlsx", "zh")
    write_workbook(fake_plan, tmp_path / "b.xlsx", "zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_plan_without_tables_has_a_workbook(fake_folder: Path, tmp_path: Path) -> None:
    """An incumbent without aims and indicators is written too."""
    saved = read_plan(fake_folder)
    info = {"status": "FEASIBLE", "stopped_by": "running", "settings": {}, "aims": []}
    write_workbook(SavedPlan(saved.path, info, {"audit": saved.tables["audit"]}, {}), tmp_path / "w.xlsx", "en")
    assert "Summary" in openpyxl.load_workbook(tmp_path / "w.xlsx").sheetnames
