"""The monthly return: the form says what goes where, figures are those of the tables, blanks are left blank."""

from __future__ import annotations

import csv
import io
import re
import shutil
import textwrap
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from planner.bundled import find_region
from planner.cli import main
from planner.folder import read_plan
from planner.indicator_words import INDICATORS
from planner.papers.month_form import COUNTED, FormError, form_beside, parse, shipped
from planner.papers.monthly import monthly_return, write_monthly
from planner.roster_views import RosterView
from planner.view import View, text_of

MONTHS = ["2025年12月（29–31日）", "2026年1月", "2026年2月", "2026年3月（1–29日）"]


@pytest.fixture(scope="module")
def table(kedong_plan: Path) -> pd.DataFrame:
    roster = RosterView(View(read_plan(kedong_plan), "zh"))
    return monthly_return(roster, parse(shipped(), "form")).set_index("line")


def test_counts_of_months_add_up_to_the_roster(kedong_plan: Path, table: pd.DataFrame) -> None:
    """Clinics by month are those of roster.csv, and the horizon is their sum."""
    days = pd.to_datetime(read_plan(kedong_plan).table("roster")["date"])
    assert [name for name in table if "月" in str(name)] == MONTHS
    held = table.loc["4.1", MONTHS].astype(float)
    wanted = [
        int(((days.dt.year == y) & (days.dt.month == m)).sum())
        for y, m in ((2025, 12), (2026, 1), (2026, 2), (2026, 3))
    ]
    assert list(held) == wanted and table.at["4.1", "period"] == len(days) == sum(wanted)


def test_visits_of_months_are_the_planned_ones_by_days(kedong_plan: Path, table: pd.DataFrame) -> None:
    """A month has its days' share of the visits a month of visits.csv."""
    visits = read_plan(kedong_plan).table("visits")
    kept = float(visits[["sessions", "posted", "tele"]].sum().sum())
    days = [3, 31, 28, 29]
    assert list(table.loc["4.5", MONTHS]) == pytest.approx([kept * n / (365.25 / 12) for n in days])
    assert table.at["4.5", "period"] == pytest.approx(table.loc["4.5", MONTHS].sum())


def test_the_horizon_is_the_indicator(kedong_plan: Path, table: pd.DataFrame) -> None:
    """Every line with an indicator of the plan shows its value, today's, its target and the published figure."""
    known = read_plan(kedong_plan).table("indicators")
    seen = 0
    for _, row in table.iterrows():
        found = known[(known["indicator"] == row["indicator"]) & (known["scope"].map(text_of) == row["scope"])]
        if len(found):
            seen += 1
            for ours, theirs in (
                ("period", "value"),
                ("current", "current"),
                ("target", "target"),
                ("published", "published"),
            ):
                assert row[ours] == pytest.approx(float(found[theirs].iloc[0]), nan_ok=True), row["name"]
    assert seen > 12


def test_shares_of_months_agree_with_the_horizon(table: pd.DataFrame) -> None:
    """In a horizon of one quarter each month has the share of the whole."""
    for line in ("1.1", "1.2", "1.3"):
        assert list(table.loc[line, MONTHS].astype(float)) == pytest.approx([table.at[line, "period"]] * 4, abs=1e-6)


def test_lines_from_other_systems_stay_blank(table: pd.DataFrame) -> None:
    """What no plan knows is printed with its definition and without a figure."""
    row = table.loc["9.4"]
    assert row["name"] == "床位使用率" and "填报" in row["definition"]
    assert row[[*MONTHS, "period", "current", "target", "published"]].isna().all()


def test_the_shipped_form_is_sound() -> None:
    """Every line has both names and both definitions, and only figures that exist."""
    lines = parse(shipped(), "form")
    assert len(lines) > 35 and all(all(line.names) and all(line.definitions) for line in lines)
    assert all(not line.indicator or line.indicator in COUNTED or line.indicator in INDICATORS for line in lines)


def test_the_return_is_written_three_times_alike(kedong_plan: Path) -> None:
    """CSV, workbook of its own and the plan's workbook have the same lines and figures, definitions beside them."""
    with (kedong_plan / "monthly" / "return.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sheets = [
        openpyxl.load_workbook(kedong_plan / "monthly" / "return.xlsx").worksheets[0],
        openpyxl.load_workbook(kedong_plan / "workbook.xlsx")["月报"],
    ]
    for sheet in sheets:
        lines = list(sheet.iter_rows(values_only=True))
        head = lines[2]
        assert head[-1] == "口径" and list(head[3:7]) == MONTHS
        for row, line in zip(rows, lines[3:], strict=False):
            assert [row["line"], row["name"], row["definition"]] == [line[0], line[1], line[-1]]
            for told, value in zip(list(row.values())[3:11], line[3:11], strict=True):
                assert (told == "") == (value is None)
                assert not told or float(told) == pytest.approx(float(value), abs=1e-6)
        assert sheet.print_title_rows == "$1:$3" and sheet.freeze_panes == "C4"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("line,indicator\n1,clinics_held\n", "column name_zh is missing"),
        ("line,name_zh,indicator\n1,甲,clinic_held\n", "row 2, indicator: 'clinic_held' is not known; did you mean"),
        ("line,name_zh,indicator\n1,甲,\n1,乙,\n", "row 3: line 1 stands twice"),
        ("line,name_zh,indicator\n,甲,\n", "row 2: line is blank"),
        ("line,name_zh,indicator\n", "no line in it"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_used_says_where_and_how_to_mend_it(text: str, told: str) -> None:
    """Missing column, unknown figure, line twice, blank, empty: each names the row and the cure."""
    with pytest.raises(FormError) as error:
        parse(text.encode(), "month_return.csv")
    assert told in error.value.en and "month_return.csv" in error.value.zh


def test_a_form_saved_by_a_chinese_spreadsheet_is_read() -> None:
    """GB18030 as well as UTF-8 with a mark at its start."""
    text = "line,name_zh,indicator\n1,下沉门诊,clinics_held\n"
    for encoding in ("gb18030", "utf-8-sig"):
        assert parse(text.encode(encoding), "form")[0].names[0] == "下沉门诊"


def test_the_form_of_the_region_is_no_table_and_is_checked(tmp_path: Path) -> None:
    """A form beside the tables is neither read as a table nor passed over when it is wrong."""
    region = tmp_path / "county"
    shutil.copytree(find_region("kedong"), region)
    (region / "month_return.csv").write_text("line,name_zh,indicator\nA1,坐诊,clinics_held\n", encoding="utf-8")
    assert form_beside(region) is not None and form_beside(find_region("kedong")) is None
    result = CliRunner().invoke(main, ["check", str(region), "--lang", "en"])
    assert result.exit_code == 0 and "month_return" not in result.output
    (region / "month_return.csv").write_text("line,name_zh,indicator\nA1,坐诊,nothing\n", encoding="utf-8")
    for command in (["check", str(region)], ["plan", str(region), "-o", str(tmp_path / "plan")]):
        result = CliRunner().invoke(main, [*command, "--lang", "en"])
        assert result.exit_code == 1 and "'nothing' is not known" in result.output
    assert not (tmp_path / "plan").exists()


def test_an_edited_form_is_used_by_the_next_report(kedong_plan: Path, tmp_path: Path) -> None:
    """Lines, names and definitions of the plan folder's form are those of the return; hostile ones stay texts."""
    shutil.copytree(kedong_plan, tmp_path / "plan")
    form = io.StringIO()
    writer = csv.writer(form)
    writer.writerow(["line", "name_zh", "indicator", "scope", "definition_zh"])
    writer.writerow(["=1+1", '=HYPERLINK("http://x","y")', "clinics_held", "", "<script>" + "长" * 300])
    (tmp_path / "plan" / "monthly" / "form.csv").write_text(form.getvalue(), encoding="utf-8")
    write_monthly(tmp_path / "plan", read_plan(tmp_path / "plan"), "zh")
    sheet = openpyxl.load_workbook(tmp_path / "plan" / "monthly" / "return.xlsx").worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in "sn" and cell.hyperlink is None for cell in cells)
    assert {"=1+1", '=HYPERLINK("http://x","y")'} <= {cell.value for cell in cells}


@pytest.mark.parametrize("page", ["monthly-return.md", "monthly-return.zh.md"])
def test_the_form_of_the_how_to_page_works(root: Path, kedong_plan: Path, tmp_path: Path, page: str) -> None:
    """The form printed there is read as it stands, and its lines have the figures that they ask for."""
    text = (root / "docs" / "howto" / page).read_text(encoding="utf-8")
    form = textwrap.dedent(re.search(r"```csv\n(.*?)```", text, re.DOTALL)[1])  # type: ignore[index]
    folder = tmp_path / "plan"
    shutil.copytree(kedong_plan, folder)
    (folder / "monthly" / "form.csv").write_text(form, encoding="gb18030")
    assert CliRunner().invoke(main, ["report", str(folder), "--lang", "zh"]).exit_code == 0
    table = pd.read_csv(folder / "monthly" / "return.csv", dtype={"line": str}).set_index("line")
    assert list(table.index) == ["1", "2", "3", "4"]
    assert table.loc["2", "period"] == len(read_plan(folder).table("roster")) and 0 < table.loc["1", "period"] <= 1
    assert pd.isna(table.loc["4", "period"])


def test_without_dates_there_are_no_months(fake_folder: Path, tmp_path: Path) -> None:
    """A plan of a typical quarter has the horizon's figures and no month columns."""
    saved = read_plan(fake_folder)
    undated = replace(saved, info={**saved.info, "settings": {"calendar": {"weeks": 13}}})
    write_monthly(tmp_path, undated, "en")
    with (tmp_path / "monthly" / "return.csv").open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    assert names[:4] == ["line", "name", "unit", "period"]
