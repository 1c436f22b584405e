"""Sheets as planners keep them: titles, merged cells, totals, notes, units in headings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from geo.read_support import PLACES, book, folder, one

from geodata.errors import RegionNotFound
from geodata.read import read_region
from geodata.region import split_list
from geodata.schema import columns_of


def test_titles_merges_totals_and_notes(tmp_path: Path) -> None:
    """Title rows, merged cells, page headers, totals and notes are told from data."""
    head = ["序号", "机构名称", "机构代码", "级别", "服务人口", "联系人", "备注"]
    rows: list[list[Any]] = [
        ["示例县医疗机构基本情况表"],
        ["填报单位：卫健局", None, None, "单位：人"],
        head,
        [1, "县医院", 441403001, "三级甲等", "556,735", "张", None],
        [2, "东 镇 卫生院", 441403002, "一级", "６５０００", "李", "／"],
        [None, "小计", None, None, 621735],
        head,
        [3, "西村卫生室", 441403003, "村", "无", None, "—"],
        ["合  计", None, None, None, 621735],
        [None],
        ["注：1. 数据截至2024年底；2. 人口为常住人口。"],
        ["制表人：王", None, "审核人：赵"],
    ]
    target = book(
        tmp_path, {"附件1 医疗机构基本情况表": rows}, {"附件1 医疗机构基本情况表": ["A1:G1", "A9:D9", "A11:G11"]}
    )
    region = read_region(target)
    table = region.tables["institutions"]
    assert table["name"].tolist() == ["县医院", "东镇卫生院", "西村卫生室"]
    assert table["id"].tolist() == ["441403001", "441403002", "441403003"]
    assert table["level"].tolist() == [3, 1, 0]
    assert table["population"].tolist()[:2] == [556735.0, 65000.0] and pd.isna(table["population"].iloc[2])
    assert region.rows["institutions"] == ["4", "5", "8"]
    assert [(p.column, p.severity) for p in region.problems] == [("联系人", "warning")]


def test_headers_of_two_rows(tmp_path: Path) -> None:
    """A heading over two columns goes with the headings below it."""
    rows: list[list[Any]] = [
        ["机构代码", "机构名称", "级别", "人口（万人）", None, "坐标", None],
        [None, None, None, "常住人口", "65岁以上", "经度", "纬度"],
        ["H1", "县医院", "二级", 55.6, 8.1, 119.0, 32.7],
    ]
    target = book(tmp_path, {"机构": rows}, {"机构": ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1"]})
    region = read_region(target)
    assert not region.problems
    row = region.tables["institutions"].iloc[0]
    assert (row["population"], row["population_65"], row["lon"], row["lat"]) == (556000.0, 81000.0, 119.0, 32.7)


def test_merged_institutions_are_filled_down_and_merged_numbers_are_not(tmp_path: Path) -> None:
    """A merged name holds for all its rows; a merged number counts once and is told."""
    rows: list[list[Any]] = [
        ["机构名称", "专业", "每月就诊"], ["县医院", "内科", 100], [None, "外科", 50], [None, "儿科", None],
    ]  # fmt: skip
    sheets = {"机构": [["代码", "名称", "级别"], ["H1", "县医院", 2]], "需求": rows}
    region = read_region(book(tmp_path, sheets, {"需求": ["A2:A4", "C3:C4"]}))
    assert region.tables["needs"]["institution"].tolist() == ["H1"] * 3
    assert [p.severity for p in region.problems if p.row == "4"] == ["warning"]


def test_sheets_named_by_their_title(tmp_path: Path) -> None:
    """Sheet1 with a title that names the table is that table; other sheets are told and left."""
    rows: list[list[Any]] = [["示例县2025年医疗机构基本情况表"], ["代码", "名称", "级别"], ["H1", "县医院", 2]]
    target = book(tmp_path, {"Sheet1": rows, "食堂": [["菜", "价"], ["面", 3]], "说明": [["先填机构"]], "Sheet9": [[]]})
    region = read_region(target)
    assert region.tables["institutions"]["id"].tolist() == ["H1"]
    assert [(p.table, p.severity) for p in region.problems] == [("食堂", "warning")]


def test_formulas_without_a_saved_value_are_not_blanks(tmp_path: Path) -> None:
    """A formula that was never calculated is a problem, not a missing number."""
    target = book(tmp_path, {"机构": [["代码", "名称", "级别", "床位数"], ["H1", "县医院", 2, "=100+200"]]})
    assert one(read_region(target).problems, column="床位数").value == "=100+200"


def test_codes_with_leading_zeros_in_number_cells(tmp_path: Path) -> None:
    """A number shown as 000012 by its format is the code 000012."""
    target = book(tmp_path, {"机构": [["代码", "名称", "级别"], [12, "县医院", 2]]})
    made = openpyxl.load_workbook(target)
    made["机构"]["A2"].number_format = "000000"
    made.save(target)
    assert read_region(target).tables["institutions"]["id"].tolist() == ["000012"]


def test_traditional_characters_and_english_headings(tmp_path: Path) -> None:
    """Headings in traditional characters or English with blanks and stars are known."""
    region = folder(tmp_path, {"institutions.csv": "ID *,機構名稱,級別,Min Sessions per Month\nH1,縣醫院,二級,4\n"})
    row = region.tables["institutions"].iloc[0]
    assert not region.problems and (row["level"], row["min_sessions_per_month"]) == (2, 4.0)


def test_unknown_columns_are_kept_and_told(tmp_path: Path) -> None:
    """What the schema does not know stays in the table as text; running numbers and remarks are not told."""
    region = folder(tmp_path, {"institutions.csv": "序号,id,level,法人,备注\n1,H1,2,张三,好\n"})
    assert region.tables["institutions"]["法人"].tolist() == ["张三"]
    assert [(p.column, p.severity) for p in region.problems] == [("法人", "warning")]


def test_two_columns_of_one_kind_are_told(tmp_path: Path) -> None:
    """Of two columns with one meaning the first is used, and the second is named."""
    region = folder(tmp_path, {"institutions.csv": "id,level,床位数,实有床位\nH1,2,30,40\n"})
    assert region.tables["institutions"]["beds"].tolist() == [30.0]
    assert "床位数" in one(region.problems, column="实有床位").cure_en


def test_values_without_a_heading_are_told(tmp_path: Path) -> None:
    """A column that has values but no heading is named by its letter."""
    region = folder(tmp_path, {"institutions.csv": "id,level,\nH1,2,漏了列名\n"})
    assert one(region.problems, column="C").severity == "warning"


def test_two_headings_for_one_column_prefer_the_code(tmp_path: Path) -> None:
    """With 工号 and 姓名 both there, the code is the reference and the name stays beside it."""
    doctors = "工号,姓名,派出单位,专业\n7,张伟,H1,内科\n8,张伟,H1,外科\n"
    region = folder(
        tmp_path,
        {"institutions.csv": PLACES, "医生.csv": doctors, "duties.csv": "姓名,工号,星期,时段\n张伟,8,周一,上午\n"},
    )
    assert region.tables["duties"]["doctor"].tolist() == ["8"]


def test_empty_tables_are_absent_and_institutions_are_required(tmp_path: Path) -> None:
    """A sheet with headings only is no table; a region without institutions says so."""
    region = folder(tmp_path, {"institutions.csv": "id,level\n", "posts.csv": "institution,specialty,doctors\n"})
    assert region.tables == {} and one(region.problems, table="institutions").severity == "error"


def test_a_travel_table_as_a_square(tmp_path: Path) -> None:
    """Minutes in a square of origins and destinations are read row by row; the diagonal says nothing."""
    square = "起点\\终点,县医院,东镇卫生院\n县医院,0,32\n东镇卫生院,35,/\n"
    region = folder(tmp_path, {"institutions.csv": PLACES, "车程表.csv": square})
    table = region.tables["travel"]
    assert table[["origin", "destination", "minutes"]].values.tolist() == [["H1", "T1", 32.0], ["T1", "H1", 35.0]]


def test_periods_fill_start_and_end(tmp_path: Path) -> None:
    """起止时间, or a period in the start with a blank end, fills both columns."""
    doctors = "工号,姓名,派出单位,专业\n7,张伟,H1,内科\n"
    region = folder(
        tmp_path,
        {
            "institutions.csv": PLACES,
            "doctors.csv": doctors,
            "派驻人员轮换表.csv": "姓名,受援单位,起止时间\n张伟,东镇卫生院,2024.1.1-6.30\n张伟,东镇卫生院,下半年\n",
            "absences.csv": "医生,开始,结束\n张伟,2026.3.2-3.6,\n",
        },
    )
    posting, absence = region.tables["current_postings"].iloc[0], region.tables["absences"].iloc[0]
    assert (posting["start"], posting["end"]) == (pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 6, 30))
    assert (absence["start"], absence["end"]) == (pd.Timestamp(2026, 3, 2), pd.Timestamp(2026, 3, 6))
    assert one(region.problems, column="起止时间").row == "3"


def test_units_in_headings(tmp_path: Path) -> None:
    """万人, 小时, 米 and % in a heading turn into the units of the schema; a cell's own 万 is not doubled."""
    region = folder(
        tmp_path,
        {
            "institutions.csv": "id,level,服务人口（万人）\nH1,2,5.5\nT1,1,1.2万\n",
            "travel.csv": "起点,终点,车程（小时）,距离（米）\nH1,T1,0.5,18000\n",
            "departments.csv": "机构,科室,最大外出比例(%)\nH1,内科,20\n",
        },
    )
    assert region.tables["institutions"]["population"].tolist() == [55000.0, 12000.0]
    assert region.tables["travel"][["minutes", "km"]].values.tolist() == [[30.0, 18.0]]
    assert region.tables["departments"]["max_away_share"].tolist() == [0.2]


def test_types_of_the_canonical_tables(tmp_path: Path) -> None:
    """Every schema column is there in its order and type, defaults are filled and counted."""
    region = folder(tmp_path, {"institutions.csv": PLACES, "duties.csv": "doctor,date,slot\nD1,2026-03-02,am\n"})
    table = region.tables["institutions"]
    assert list(table.columns) == list(columns_of("institutions"))
    assert (
        table["level"].dtype == "int64"
        and table["beds"].tolist() == [0.0, 0.0]
        and table["lead"].tolist() == [False, False]
    )
    assert table["group"].tolist() == ["", ""] and table["rooms"].isna().all() and table["rooms"].dtype == "float64"
    duties = region.tables["duties"]
    assert (
        duties["date"].dtype == "datetime64[ns]"
        and duties["weekday"].isna().all()
        and duties["weeks"].tolist() == ["all"]
    )
    assert ("institutions", "beds", 2, "0") in [(d.table, d.column, d.count, d.value) for d in region.defaults]


def test_split_list() -> None:
    """Lists are split at semicolons; a missing list is empty."""
    assert split_list("a; b;;c") == ("a", "b", "c") and split_list("") == () == split_list(None)


def test_settings_sheet_headed_by_its_name(tmp_path: Path) -> None:
    """A settings sheet whose first row is `设置 | 值` has no setting of that name."""
    rows = {"机构": [["名称", "级别"], ["县医院", 2]], "设置": [["设置", "值"], ["calendar.start", "2026-03-02"]]}
    region = read_region(book(tmp_path, rows))
    assert region.settings["calendar"] and region.problems == []


def test_folder_of_several_workbooks(tmp_path: Path) -> None:
    """Which workbook is meant is not guessed: both are named. A lock file beside them is none."""
    for name in ("a.xlsx", "b.xlsx", "~$a.xlsx"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(RegionNotFound) as told:
        read_region(tmp_path)
    assert "a.xlsx、b.xlsx" in told.value.zh and "~$" not in told.value.zh


def test_empty_workbook_file(tmp_path: Path) -> None:
    """A file of 0 bytes is said to be one."""
    (tmp_path / "a.xlsx").write_bytes(b"")
    assert "0 字节" in read_region(tmp_path / "a.xlsx").problems[0].expected_zh
