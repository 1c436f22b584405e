"""A starter region: a workbook to type over, or a CSV folder, with example rows that check cleanly.

The examples are the CSV files of `geodata/starter`. In the workbook every table has a sheet with
a title, a line that says what each column means, Chinese headings, comments, and drop-downs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from geodata.catalogue import Headings, Texts
from geodata.codes import LEVEL_WORDS, TITLE_WORDS, WEEKDAY_WORDS
from geodata.errors import RegionExists, RegionNotFound
from geodata.plan_file import setting_rows, toml_text
from geodata.read import read_region
from geodata.region import Region
from geodata.schema import TABLES, Column, columns_of, load_schema, tables
from geodata.sentences import choice_words, words
from geodata.write import SETTINGS_SHEET, text_table, write_cell

#: Rows of the workbook (from 0): title, meanings, headings, then the first record.
_TITLE, _MEANINGS, _HEADINGS, _FIRST = 0, 1, 2, 3
#: Rows that drop-downs reach down to.
_LAST = 2000
SAID = Texts("new", "geodata", "checks")
_GUIDE = Headings(SAID, "guide.title guide.sheets guide.headings guide.rows guide.names guide.blanks guide.check")


def starter() -> Region:
    """The example region. Its rows read and check cleanly (a test holds it to that)."""
    with as_file(files("geodata").joinpath("starter")) as folder:
        return read_region(folder)


def new_region(path: str | Path, examples: bool = True) -> Path:
    """Writes a starter region: `.xlsx` a workbook, no ending a CSV folder. Returns the path.

    Without `examples` the tables have their headings only; settings are written all the same.
    Raises `RegionExists` rather than overwrite, `RegionNotFound` for another ending.
    """
    path = Path(path)
    region = starter() if examples else _without_rows(starter())
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise RegionExists(path)
    if path.suffix.lower() == ".xlsx":
        path.parent.mkdir(parents=True, exist_ok=True)
        _workbook(region, path)
    elif path.suffix == "":
        _folder(region, path)
    else:
        raise RegionNotFound(path, "starter")
    return path


def _without_rows(region: Region) -> Region:
    return replace(region, tables={}, defaults=[])


def _folder(region: Region, path: Path) -> None:
    """CSV files that Excel opens as UTF-8; tables without examples have their headings only."""
    path.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        given = region.tables.get(table)
        frame = pd.DataFrame(columns=list(columns_of(table))) if given is None else _as_typed(region, table)
        frame.to_csv(path / f"{table}.csv", index=False, lineterminator="\n", encoding="utf-8-sig")
    (path / "plan.toml").write_text(toml_text(region.settings), encoding="utf-8", newline="\n")


def _as_typed(region: Region, table: str) -> pd.DataFrame:
    """The example rows as text, with blanks where only a default would stand."""
    frame = text_table(table, region.tables[table])
    filled = {used.column for used in region.defaults if used.table == table and used.count == len(frame)}
    for column in filled:
        frame[column] = ""
    return frame


def _workbook(region: Region, path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": region.name, "created": datetime(2020, 1, 1)})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "meaning": book.add_format({"font_color": "#7F7F7F", "font_size": 9, "text_wrap": True, "valign": "top"}),
        "head": book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True}),
        "must": book.add_format({"bold": True, "bg_color": "#FCE4D6", "border": 1, "text_wrap": True}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@"}),
    }
    guide = book.add_worksheet(words("talk_sheets")[0])
    guide.set_column(0, 1, 62)
    for row, (zh, en) in enumerate(zip(_GUIDE["zh"], _GUIDE["en"], strict=True)):
        guide.write_string(row, 0, zh, formats["title"] if row == 0 else None)
        guide.write_string(row, 1, en, formats["title"] if row == 0 else None)
    for table in TABLES:
        _sheet(book.add_worksheet(tables()[table].sheet_zh), region, table, formats)
    settings = book.add_worksheet(SETTINGS_SHEET)
    settings.set_column(0, 1, 30)
    for row, pair in enumerate([("key", "value"), *setting_rows(region.settings)]):
        for at, text in enumerate(pair):
            settings.write_string(row, at, text)
    book.close()


def _sheet(sheet: Any, region: Region, table: str, formats: dict[str, Any]) -> None:
    info = tables()[table]
    title = SAID.say("sheet", "zh", sheet=info.sheet_zh, table=table, meaning=info.meaning_zh)
    sheet.write_string(_TITLE, 0, title, formats["title"])
    sheet.set_row(_MEANINGS, 48)
    given = region.tables.get(table)
    typed = None if given is None else _as_typed(region, table)
    for at, column in enumerate(load_schema(table)):
        must = column.required or column.either
        duty = "required" if column.required else "either" if column.either else "optional"
        sheet.write_string(_MEANINGS, at, SAID.say(f"duty.{duty}", "zh", meaning=column.meaning_zh), formats["meaning"])
        heading = column.heading_zh + ("*" if column.required else "")
        sheet.write_string(_HEADINGS, at, heading, formats["must" if must else "head"])
        sheet.write_comment(_HEADINGS, at, _comment(column), {"x_scale": 2.0, "y_scale": 1.6})
        sheet.set_column(at, at, max(12, min(26, 2 * len(heading) + 2)), _column_format(column, formats))
        if (rule := _drop_down(column)) is not None:
            sheet.data_validation(_FIRST, at, _LAST, at, rule)
        if given is not None and typed is not None:
            for row, value in enumerate(given[column.name].tolist()):
                if typed[column.name].iloc[row] != "":
                    write_cell(sheet, row + _FIRST, at, value, column, formats)
    sheet.freeze_panes(_FIRST, 1)


def _column_format(column: Column, formats: dict[str, Any]) -> Any:
    """Text for codes, so that nothing typed becomes 4.41E+08; dates as year-month-day."""
    if column.type in ("id", "text", "list"):
        return formats["text"]
    return formats["date"] if column.type == "date" else None


def _comment(column: Column) -> str:
    """What a reader of either language sees on the heading."""
    lines = [f"{column.name}: {column.meaning_en}", column.meaning_zh]
    if column.unit:
        lines.append(f"{_label('unit')}: {column.unit}")
    if column.default:
        lines.append(f"{_label('default')}: {column.default}")
    if column.choices:
        shown = "、".join(f"{choice_words()[choice][0]} {choice}" for choice in column.choices)
        lines.append(f"{_label('choices')}: {shown}")
    if column.references:
        lines.append(f"{_label('references')}: {', '.join(column.references)}")
    return "\n".join(lines)


def _label(key: str) -> str:
    """A word in both languages, one after the other."""
    return " ".join(SAID[f"label.{key}"])


def _drop_down(column: Column) -> dict[str, Any] | None:
    """The list that a cell offers; other accepted words may still be typed after a question."""
    listed: list[str] = []
    if column.type == "choice":
        listed = [choice_words()[choice][0] for choice in column.choices]
    elif column.type == "yes_no":
        listed = [words("yes")[0], words("no")[0]]
    elif column.type == "level":
        listed = list(LEVEL_WORDS.values())
    elif column.type == "title":
        listed = list(TITLE_WORDS.values())
    elif column.type == "weekday":
        listed = list(WEEKDAY_WORDS.values())
    if listed:
        return {
            "validate": "list",
            "source": listed,
            "error_type": "warning",
            "error_title": SAID.say("unlisted.title", "zh"),
            "error_message": SAID.say("unlisted", "zh", words="、".join(listed)[:180]),
        }
    target = column.references[0].partition(".")[0] if len(column.references) == 1 and column.type == "id" else ""
    if not target:
        return None
    first, last = xl_rowcol_to_cell(_FIRST, 0, True, True), xl_rowcol_to_cell(_LAST, 0, True, True)
    return {
        "validate": "list",
        "source": f"='{tables()[target].sheet_zh}'!{first}:{last}",
        "error_type": "information",
        "error_title": SAID.say("unknown.title", "zh"),
        "error_message": SAID.say("unknown", "zh"),
    }
