"""A bundled region as a workbook whose sheet of today's roster looks as offices keep it.

A merged title, a line with office and month, the header in row 4; the places in merged cells over their
rows; names with spaces between the characters; dates as text or as dates; 星期三, 周三, 礼拜三 or 3;
上午 with a space in it; / for blanks; a total and a signature at the end.
"""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import openpyxl

from geodata.read import read_region
from geodata.write import write_xlsx
from planner.bundled import find_region

HEADINGS = ("序号", "坐诊地点", "专业", "专家姓名", "日期", "星期", "上/下午", "单双周", "备注")
SLOTS = {"am": ("上午", "上 午", "上午 "), "pm": ("下午", " 下午", "下 午"), "day": ("全天", "全 天", "全天")}
WEEKS = {"odd": "单周", "even": "双周", "": "/", "all": "每周"}


def messy_workbook(name: str, path: Path) -> Path:
    """Write the bundled region `name` to the .xlsx `path`, and its settings beside it; returns the path."""
    region = read_region(find_region(name))
    write_xlsx(region, path)
    shutil.copy(find_region(name) / "plan.toml", path.with_suffix(".toml"))
    book = openpyxl.load_workbook(path)
    old = next(sheet for sheet in book if sheet.title in ("现行排班", "排班", "roster", "坐诊排班"))
    title = old.title
    book.remove(old)
    sheet = book.create_sheet(title)
    named = {
        table: dict(zip(region.tables[table]["id"], region.tables[table]["name"], strict=True))
        for table in ("institutions", "doctors", "specialties")
    }
    sheet["A1"] = "专家下沉坐诊安排表（现行）"
    sheet.merge_cells("A1:I1")
    sheet["A2"] = "制表单位：医务科　　　2025年12月"
    sheet.merge_cells("A2:I2")
    sheet.append([])
    sheet.append(list(HEADINGS))
    rows = sorted(region.tables["roster"].to_dict("records"), key=lambda row: str(row["institution"]))
    for number, row in enumerate(rows, start=1):
        name_ = named["doctors"][row["doctor"]]
        # Two persons of one name are told apart by their number, as offices do.
        if list(named["doctors"].values()).count(name_) > 1:
            name_ = row["doctor"]
        elif number % 2:
            name_ = ("　" if number % 4 == 1 else " ").join(name_)
        sheet.append([
            number, named["institutions"][row["institution"]], named["specialties"][row["specialty"]], name_,
            _date(row["date"], number), _weekday(row["weekday"], number),
            SLOTS[row["slot"]][number % 3], WEEKS[str(row["weeks"] or "")], "无" if number % 3 else None,
        ])  # fmt: skip
    _merge_places(sheet, [row["institution"] for row in rows])
    sheet.append(["合计", f"{len(rows)}次"])
    sheet.append(["制表人：", None, None, "审核人："])
    book.save(path)
    return path


def _date(value: object, number: int) -> object:
    if value is None or value != value:
        return "/" if number % 2 else None
    on = date.fromisoformat(str(value)[:10])
    return (
        f"{on.year}.{on.month}.{on.day}",
        f"{on.year}年{on.month}月{on.day}日",
        datetime(on.year, on.month, on.day),
    )[number % 3]


def _weekday(value: object, number: int) -> object:
    if value is None or value != value:
        return None
    day = int(float(str(value)))
    sign = "一二三四五六日"[day - 1]
    return (f"星期{sign}", f"周{sign}", f"礼拜{sign}", day)[number % 4]


def _merge_places(sheet: object, places: list[str]) -> None:
    """One merged cell for the rows of each place, below the header in row 4."""
    first = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[first]:
            if at - first > 1:
                sheet.merge_cells(start_row=first + 5, end_row=at + 4, start_column=2, end_column=2)  # type: ignore[attr-defined]
            first = at
