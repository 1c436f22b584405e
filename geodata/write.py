"""A `Region` back to files: CSV folder, workbook or GeoPackage. What is read again is equal.

Texts are written as texts: a name that begins with `=` is never a formula in a workbook, and no
name is ever part of a path. The same region gives the same bytes in CSV and workbook.
"""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyogrio
import xlsxwriter

from geodata.codes import LEVEL_WORDS, TITLE_WORDS, WEEKDAY_WORDS
from geodata.coordinates import tables_to_wgs84
from geodata.plan_file import setting_rows, toml_text
from geodata.region import Region
from geodata.schema import Column, columns_of, tables
from geodata.sentences import choice_words, words

#: Title rows above the header, so that a workbook looks like those that planners keep.
SETTINGS_SHEET = "设置"
_CODE_WORDS = {"level": LEVEL_WORDS, "title": TITLE_WORDS, "weekday": WEEKDAY_WORDS}
#: A fixed date in the file's properties: the same region gives the same bytes.
_CREATED = datetime(2020, 1, 1)


def canonical(value: Any, column: Column | None = None) -> str:
    """A value of a canonical table as text: shortest exact numbers, ISO dates, yes/no, "" missing."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or (column is not None and column.type == "yes_no"):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    number = float(value)
    if math.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def text_table(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The table as text, columns of the schema first and in its order."""
    columns = columns_of(table)
    order = [name for name in columns if name in frame.columns]
    order += [name for name in frame.columns if name not in columns]
    return pd.DataFrame(
        {name: [canonical(value, columns.get(name)) for value in frame[name].tolist()] for name in order}, dtype=object
    )


def write_csv(region: Region, folder: str | Path) -> None:
    """One UTF-8 CSV per table and, where there are settings, `plan.toml`, in `folder`.

    Raises OSError where the folder cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for table, frame in region.tables.items():
        text_table(table, frame).to_csv(folder / f"{table}.csv", index=False, lineterminator="\n", encoding="utf-8")
    if region.settings:
        (folder / "plan.toml").write_text(toml_text(region.settings), encoding="utf-8", newline="\n")


def write_xlsx(region: Region, path: str | Path) -> None:
    """A workbook with one sheet per table: a title row, Chinese headings, then the rows."""
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    )
    book.set_properties({"created": _CREATED})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@"}),
    }
    for table, frame in region.tables.items():
        sheet = book.add_worksheet(tables()[table].sheet_zh)
        sheet.write_string(0, 0, f"{region.name}　{tables()[table].sheet_zh}", formats["title"])
        _write_rows(sheet, table, frame, formats)
    if region.settings:
        sheet = book.add_worksheet(SETTINGS_SHEET)
        sheet.set_column(0, 1, 36)
        for row, (name, value) in enumerate([("key", "value"), *setting_rows(region.settings)]):
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 1, value)
    book.close()


def headings_for(table: str, frame: pd.DataFrame) -> dict[str, str]:
    """Chinese headings of the schema's columns; unknown columns keep their own."""
    columns = columns_of(table)
    return {name: columns[name].heading_zh if name in columns else name for name in text_order(table, frame)}


def text_order(table: str, frame: pd.DataFrame) -> list[str]:
    columns = columns_of(table)
    return [*(n for n in columns if n in frame.columns), *(n for n in frame.columns if n not in columns)]


def _write_rows(sheet: Any, table: str, frame: pd.DataFrame, formats: dict[str, Any]) -> None:
    columns = columns_of(table)
    for at, (name, heading) in enumerate(headings_for(table, frame).items()):
        sheet.write_string(1, at, heading, formats["head"])
        sheet.set_column(at, at, max(10, min(28, 2 * len(heading) + 2)))
        column = columns.get(name)
        for row, value in enumerate(frame[name].tolist()):
            write_cell(sheet, row + 2, at, value, column, formats)
    sheet.freeze_panes(2, 1)


def write_cell(sheet: Any, row: int, at: int, value: Any, column: Column | None, formats: dict[str, Any]) -> None:
    """One cell as planners write it: Chinese words for choices, real numbers and dates, text as text."""
    text = canonical(value, column)
    if text == "":
        return
    kind = column.type if column else "text"
    if kind in ("number", "integer"):
        sheet.write_number(row, at, float(value))
    elif kind == "date":
        sheet.write_datetime(row, at, value, formats["date"])
    else:
        sheet.write_string(row, at, shown(text, column), formats["text"])


def shown(text: str, column: Column | None) -> str:
    """The Chinese word for a canonical value of a choice, a code or yes/no; other text as it is."""
    if column is None:
        return text
    if column.type == "yes_no":
        return words(text)[0]
    if column.type == "choice":
        return choice_words()[text][0] if text in column.choices else text
    if column.type in _CODE_WORDS:
        return _CODE_WORDS[column.type].get(int(float(text)), text)
    return text


def write_gpkg(region: Region, path: str | Path) -> None:
    """A GeoPackage: point layers (WGS 84) for tables with lon and lat, plain tables for the rest."""
    path = Path(path)
    path.unlink(missing_ok=True)
    placed = tables_to_wgs84(region.tables, region.settings)
    # GDAL writes the time of the last change into the file; a fixed one keeps files comparable.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2020-01-01T00:00:00.000Z"})
    try:
        for table, frame in region.tables.items():
            body: Any = text_table(table, frame)
            for name, column in columns_of(table).items():
                if column.type in ("number", "integer") and name in body:
                    body[name] = frame[name].astype("float64")
            if {"lon", "lat"} <= set(columns_of(table)):
                points = geopandas.points_from_xy(placed[table]["lon"], placed[table]["lat"])
                missing = placed[table]["lon"].isna() | placed[table]["lat"].isna()
                shapes = [None if gone else point for gone, point in zip(missing, points, strict=True)]
                body = geopandas.GeoDataFrame(body, geometry=shapes, crs="EPSG:4326")
            pyogrio.write_dataframe(body, path, layer=table, driver="GPKG", append=path.exists())
        if region.settings:
            rows = pd.DataFrame(setting_rows(region.settings), columns=["key", "value"])
            pyogrio.write_dataframe(rows, path, layer="settings", driver="GPKG", append=path.exists())
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
