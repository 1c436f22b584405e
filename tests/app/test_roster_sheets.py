"""The roster's sheets: what the office prints, posts and edits."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from support.roster_plan import REGION, dated, roster_plan, roster_rows

from planner.folder import SavedPlan, read_plan, write_table
from planner.roster_grid import page_starts
from planner.roster_print import em, wrapped
from planner.roster_words import DETAIL
from planner.workbook import write_workbook

GREY = "FFD0D0D0"


def book_of(saved: SavedPlan, path: Path, lang: str = "zh") -> Any:
    write_workbook(saved, path, lang)
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> SavedPlan:
    return roster_plan(tmp_path_factory.mktemp("roster") / "plan")


@pytest.fixture(scope="module")
def book(saved: SavedPlan, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return book_of(saved, tmp_path_factory.mktemp("book") / "w.xlsx")


def columns_of(sheet: Any) -> dict[tuple[int, str], int]:
    """(day of the month, 上午 or 下午) -> column, read from the heads as a person does."""
    found, day = {}, 0
    for column in range(2, sheet.max_column + 1):
        day = int(sheet.cell(3, column).value or day)
        if sheet.cell(5, column).value in ("上午", "下午"):
            found[day, sheet.cell(5, column).value] = column
    return found


def test_sheets_of_a_roster(book: Any) -> None:
    """One site view and one department view a month, then lists, the list to edit, and hidden names."""
    months = ["2026年3月", "2026年4月", "2026年5月", "2026年6月"]
    names = [f"坐诊排班表 {month}" for month in months] + ["派驻人员轮换表", "个人派出日程"]
    names += [f"科室视图 {month}" for month in months]
    names += ["科室在岗明细", "公示版", "月统计", "公平统计", "变动清单", "未排定", "排班明细", "名单"]
    at = book.sheetnames.index(names[0])
    assert book.sheetnames[at : at + len(names)] == names
    assert book["名单"].sheet_state == "hidden"


def test_english_sheets(saved: SavedPlan, tmp_path: Path) -> None:
    """Everything in English where the plan's language is English; the list to edit too."""
    english = book_of(saved, tmp_path / "en.xlsx", "en")
    assert {"Site roster Apr 2026", "Public notice", "Month statistics", "Roster"} <= set(english.sheetnames)
    assert tuple(cell.value for cell in english["Roster"][1]) == DETAIL["en"]
    assert "AC·心内科" in str([cell.value for row in english["Site roster Apr 2026"] for cell in row])


def test_roster_sheets_print_on_one_page_width(book: Any) -> None:
    """Landscape, one page wide, heads frozen and repeated, a print area; months on A3 or A4."""
    for name in book.sheetnames[book.sheetnames.index("坐诊排班表 2026年3月") : book.sheetnames.index("名单")]:
        sheet = book[name]
        assert sheet.page_setup.orientation == "landscape" and sheet.sheet_properties.pageSetUpPr.fitToPage, name
        assert sheet.page_setup.fitToWidth in (None, 1) and sheet.page_setup.fitToHeight == 0, name
        assert sheet.print_area and sheet.print_title_rows and sheet.freeze_panes, name
        wide = name.startswith(("坐诊排班表", "科室视图")) and not name.endswith("3月")
        assert sheet.page_setup.paperSize == (8 if wide else 9), name
    assert book["坐诊排班表 2026年4月"].print_title_rows == "$1:$5"


def test_site_view_shows_every_clinic_once(book: Any) -> None:
    """Each clinic stands in the row of its site and the column of its half-day: name, title, department."""
    seen = []
    for sheet in book.worksheets:
        if not sheet.title.startswith("坐诊排班表"):
            continue
        month = int(sheet.title.split("年")[1].rstrip("月"))
        site = ""
        for row in range(6, sheet.max_row + 1):
            site = str(sheet.cell(row, 1).value or site).split("\n")[0]
            for (day, slot), column in columns_of(sheet).items():
                text = str(sheet.cell(row, column).value or "")
                if "(" in text:
                    half = "am" if slot == "上午" else "pm"
                    seen.append((date(2026, month, day).isoformat(), half, site, text.split("\n")[0]))
    names = {key: name for key, name, *_ in REGION["institutions"][1] + REGION["doctors"][1]}
    wanted = [(on, slot, names[site], names[doctor]) for on, _, slot, doctor, site, *_ in roster_rows()]
    assert sorted(seen) == sorted(wanted)


def test_signs_of_the_site_view(book: Any) -> None:
    """Market mornings, closed half-days, days off, the working Saturday, backups, and what differs from today."""
    april, may = book["坐诊排班表 2026年4月"], book["坐诊排班表 2026年5月"]
    columns = columns_of(april)
    assert (6, "上午") not in columns and (11, "上午") not in columns
    grey = [c for c in range(2, april.max_column + 1) if april.cell(3, c).fill.fgColor.rgb == GREY]
    assert [april.cell(3, c).value for c in grey] == ["4", "5", "6", "11", "12", "18", "19", "25", "26"]
    assert april.cell(5, grey[0]).value == "清明"
    sites = {
        str(april.cell(row, 1).value).split("\n")[0]: row for row in range(6, april.max_row) if april.cell(row, 1).value
    }
    east, west = sites["东镇卫生院"], sites["西镇卫生院"]
    assert april.cell(east, columns[21, "上午"]).value == "王伟\n(副主任·心内科)集"
    assert april.cell(west, columns[14, "上午"]).value == "闭"
    assert april.cell(east, 1).value == "东镇卫生院\n心血管内科 王伟/陈静\n中医 赵敏"
    changed = april.cell(east, columns[13, "上午"])
    assert changed.value == "赵敏\n▲(主治·中医科)"
    assert changed.border.left.style == "thick"
    assert april.cell(east, columns[21, "上午"]).border.left.style == "thin"
    at = columns_of(may)[9, "上午"]
    assert may.cell(4, at).value == "六 班"


def test_signature_and_seal(book: Any) -> None:
    """Who made, checked and signed it, the date and the place of the seal stand below the table."""
    sheet = book["坐诊排班表 2026年5月"]
    told = [str(cell.value) for cell in sheet[sheet.max_row] if cell.value]
    assert "制表人" in told[0] and "签发人" in told[0] and told[1] == "（盖章处）"
    assert "测试医共体" in sheet["A1"].value and "2026年5月" in sheet["A1"].value and "第1版" in sheet["A2"].value


def test_department_view_counts_who_remains(book: Any) -> None:
    """Names of those away and how many remain."""
    sheet = book["科室视图 2026年4月"]
    at = columns_of(sheet)[1, "上午"]
    rows = {str(sheet.cell(row, 1).value).split("\n")[0]: row for row in range(6, sheet.max_row)}
    assert sheet.cell(rows["人民医院 心内科"], at).value == "李芳\n余6"


def test_list_to_edit(book: Any) -> None:
    """Headings in row 1, real dates, texts otherwise, lists to choose from for clinics that are there and new ones."""
    sheet = book["排班明细"]
    assert tuple(cell.value for cell in sheet[1]) == DETAIL["zh"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(roster_rows()) and rows[0][0] == datetime(2026, 3, 30)
    assert rows[0][1:] == ("周一", "上午", "王伟（D3）", "D3", "南镇卫生院", "中医", "赵敏")
    lists = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    last = len(rows) + 201
    assert set(lists) == {f"{column}2:{column}{last}" for column in "BCDEFGH"}
    assert all(one.type == "list" and one.errorStyle == "warning" for one in lists.values())
    assert lists[f"D2:D{last}"].formula1 == "'名单'!$C$2:$C$7"
    assert [cell.value for cell in book["名单"]["C"] if cell.value] == [
        "医生",
        "陈静",
        "李芳",
        "王伟（D1）",
        "王伟（D3）",
        "赵敏",
        "周杰",
    ]


def test_public_notice_has_no_ids(book: Any) -> None:
    """Neither ids nor backups nor changes; pages end between sites."""
    sheet = book["公示版"]
    told = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)
    assert not any(key in told for key in ("D1", "D2", "▲", "备用", "全天"))
    assert len(sheet.row_breaks.brk) == 2


def test_statistics_and_notice_can_be_left_out(tmp_path: Path) -> None:
    """[output] public and month_statistics."""
    saved = roster_plan(tmp_path / "plan", output={"public": False, "month_statistics": False})
    names = book_of(saved, tmp_path / "w.xlsx").sheetnames
    assert "公示版" not in names and "月统计" not in names and "排班明细" in names


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    """Names of doctors, sites and the region that look like formulas or codes of a page header are text."""
    folder = roster_plan(tmp_path / "plan").path
    evil = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "http://example.org", "&[Path]&P"]
    for table in ("doctors", "institutions", "specialties"):
        path = folder / "region" / f"{table}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        write_table(
            path, frame.assign(name=evil[: len(frame)], **({"department": "=2+2"} if table == "doctors" else {}))
        )
    saved = read_plan(folder)
    info = {**saved.info, "region": "=1&2&P"}
    book = book_of(SavedPlan(saved.path, info, saved.tables, saved.region), tmp_path / "w.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in "snd" and cell.hyperlink is None for cell in cells)
    with zipfile.ZipFile(tmp_path / "w.xlsx") as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in text or b"<f " in text for text in sheets)
    assert any(b"=1&amp;&amp;2&amp;&amp;P" in text for text in sheets)


def test_many_clinics_at_once_get_rows_of_their_own(tmp_path: Path) -> None:
    """Three clinics of one half-day stand below each other; a merged heading covers the rows."""
    rows = [("2026-04-01", 3, "am", doctor, "S1", "K1", "") for doctor in ("D1", "D2", "D5")]
    sheet = book_of(roster_plan(tmp_path / "plan", rows), tmp_path / "w.xlsx")["坐诊排班表 2026年4月"]
    at = columns_of(sheet)[1, "上午"]
    assert {str(sheet.cell(row, at).value).split("\n")[0] for row in (6, 7, 8)} == {"王伟", "李芳", "陈静"}
    assert "A6:A8" in {str(one) for one in sheet.merged_cells.ranges}


def test_clinic_on_a_day_off_is_shown(tmp_path: Path) -> None:
    """A clinic that stands on a holiday has its column: nothing that is planned is invisible."""
    rows = [("2026-04-06", 1, "am", "D1", "S1", "K1", ""), (dated(3, 2).isoformat(), 2, "am", "D1", "S1", "K1", "")]
    sheet = book_of(roster_plan(tmp_path / "plan", rows), tmp_path / "w.xlsx")["坐诊排班表 2026年4月"]
    assert str(sheet.cell(6, columns_of(sheet)[6, "上午"]).value).startswith("王伟")


def test_plan_without_dates_has_no_roster_sheets(fake_plan: SavedPlan, tmp_path: Path) -> None:
    """Only the rotation of postings, which needs no dated clinics."""
    names = book_of(fake_plan, tmp_path / "w.xlsx").sheetnames
    assert "派驻人员轮换表" in names and "排班明细" not in names and not any("排班表" in name for name in names)


def test_same_roster_gives_the_same_bytes(saved: SavedPlan, tmp_path: Path) -> None:
    """Nothing depends on the clock."""
    write_workbook(saved, tmp_path / "a.xlsx", "zh")
    write_workbook(saved, tmp_path / "b.xlsx", "zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_lines_of_a_wrapped_text() -> None:
    """Wide characters count one, others about half; breaks anywhere, and at line ends."""
    assert em("中文ab") == pytest.approx(3.12)
    assert wrapped("王峰春", 3.0) == 1 and wrapped("王峰春李", 3.0) == 2 and wrapped("一\n二三四五", 3.0) == 3
    assert wrapped("", 3.0) == 1


def test_pages_are_few_and_even() -> None:
    """As few pages as whole blocks allow, none nearly empty; a block taller than a page stands alone."""
    assert page_starts([10.0] * 7, 30.0, 5.0) == {3, 6}
    assert page_starts([10.0] * 16, 55.0, 5.0) == {4, 8, 12}
    assert page_starts([10.0] * 4, 100.0, 5.0) == set() and page_starts([], 100.0, 5.0) == set()
    assert page_starts([10.0, 90.0, 10.0], 50.0, 0.0) == {1, 2}
