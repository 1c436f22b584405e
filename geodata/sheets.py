"""Files as grids of cells: workbooks (.xlsx, .xls, WPS) and CSV in any encoding offices use.

A grid keeps what the user sees: row numbers, line numbers, merged cells. What the cells mean
is for `geodata.layout`.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import openpyxl
import xlrd

from geodata.sentences import Unreadable, said
from geodata.text import clean

Cell = object
Span = tuple[int, int, int, int]


class Formula(str):
    """A formula without a saved value."""

    __slots__ = ()


@dataclass
class Grid:
    """One sheet, CSV file or layer. `labels` are the row numbers that the user sees.

    spans: merged ranges (first row, first column, last row, last column, from 0). The top-left
    value of a range is copied down its first column; `copied` has the cells so filled.
    structured: the first row is the header, nothing is around the table (layers).
    """

    file: str
    name: str
    rows: list[list[Cell]]
    labels: list[str]
    spans: list[Span] = field(default_factory=list)
    copied: set[tuple[int, int]] = field(default_factory=set)
    structured: bool = False
    delimited: bool = False


_DELIMITERS = ",\t;，"
_ZEROS = re.compile(r"0{2,}")


def decode(data: bytes) -> str:
    """Text of a CSV file in UTF-8 (with or without mark), UTF-16 or GB18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data[:200].count(0) > len(data[:200]) // 4:
        encodings = ["utf-16-be" if data[0] == 0 else "utf-16-le"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(said("encoding"))


def _delimiter(text: str) -> str:
    """The delimiter that most of the first lines have, then the one that is there more often; else a comma.

    A cell may hold another (`lunar 2;5;8`), and titles above the header have none.
    """
    lines = text.splitlines()[:20]

    def rank(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        return sum(map(bool, counts)), sum(counts)

    best = max(_DELIMITERS, key=rank)
    return best if any(rank(best)) else ","


def csv_grid(data: bytes, file: str, name: str) -> Grid:
    """A CSV (or tab or semicolon separated) file. Labels are the lines where records begin."""
    text = decode(data)
    mark = _delimiter(text)
    # The limit is csv's own safeguard against files that are no CSV.
    csv.field_size_limit(10_000_000)
    try:
        rows, labels = _records(text, mark, strict=True)
    except _BrokenRecord as broken:
        # Loose quotes inside a field do no harm; an open one would swallow every row after it.
        if "end of data" in broken.why:
            raise Unreadable(said("open_quote", line=broken.line)) from broken
        try:
            rows, labels = _records(text, mark, strict=False)
        except _BrokenRecord as worse:
            raise Unreadable(said("csv", line=worse.line, why=worse.why)) from worse
    return Grid(file, name, rows, labels, delimited=True)


class _BrokenRecord(Exception):
    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


def _records(text: str, mark: str, *, strict: bool) -> tuple[list[list[Cell]], list[str]]:
    """The records and the lines where they begin."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=strict)
    rows: list[list[Cell]] = []
    labels: list[str] = []
    line = 1
    try:
        for record in reader:
            rows.append(list(record))
            labels.append(str(line))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _BrokenRecord(line, str(error)) from error
    return rows, labels


def workbook_grids(data: bytes, file: str) -> list[Grid]:
    """Every visible sheet of a workbook; the kind is told by content, not by the file's name."""
    if data.startswith(b"PK"):
        return list(_xlsx(data, file))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return list(_xls(data, file))
    raise Unreadable(said("not_workbook" if data else "empty_file"))


def _broken(error: Exception) -> Unreadable:
    return Unreadable(said("broken_workbook", why=type(error).__name__))


def _xlsx(data: bytes, file: str) -> Iterator[Grid]:
    try:
        with warnings.catch_warnings():
            # Styles, headers and extensions that openpyxl does not know hold no data.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
            formulas = openpyxl.load_workbook(io.BytesIO(data)) if _has_formulas(data) else None
    except Exception as error:  # openpyxl raises whatever its XML or zip reader meets
        raise _broken(error) from error
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        # Formatting can reach down to row 1,048,576; only cells with a value count.
        last = max((at for (at, _), cell in sheet._cells.items() if cell.value is not None), default=0)
        rows = [[_xlsx_cell(cell) for cell in row] for row in sheet.iter_rows(1, last, 1)] if last else []
        if formulas is not None:
            _mark_formulas(rows, formulas[sheet.title])
        spans = [(r.min_row - 1, r.min_col - 1, r.max_row - 1, r.max_col - 1) for r in sheet.merged_cells.ranges]
        yield _merged(Grid(file, sheet.title, rows, [str(at + 1) for at in range(len(rows))], spans))


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = (name for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
        return any(re.search(rb"<f[ >/]", archive.read(name)) for name in sheets)


def _mark_formulas(rows: list[list[Cell]], sheet: Any) -> None:
    """A formula that was never calculated has no saved value: it must not pass for a blank."""
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            formula = sheet.cell(at + 1, column + 1).value if value is None else None
            if isinstance(formula, str) and formula.startswith("="):
                row[column] = Formula(formula)


def _xlsx_cell(cell: Any) -> Cell:
    value = cell.value
    return _as_shown(value, cell.number_format) if isinstance(value, (int, float)) else value


def _as_shown(value: float, form: str) -> Cell:
    """Numbers that mean what their format shows: codes with leading zeros, percentages."""
    if form == "General" or isinstance(value, bool):
        return value
    if value >= 0 and float(value).is_integer() and _ZEROS.fullmatch(form):
        return str(int(value)).zfill(len(form))
    return f"{value * 100:.12g}%" if form.endswith("%") else value


def _xls(data: bytes, file: str) -> Iterator[Grid]:
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True)
    except NotImplementedError:
        book = xlrd.open_workbook(file_contents=data)
    except Exception as error:  # xlrd raises assertion, struct and own errors alike
        raise _broken(error) from error
    for sheet in book.sheets():
        if sheet.visibility:
            continue
        rows = [[_xls_cell(cell, book) for cell in sheet.row(at)] for at in range(sheet.nrows)]
        spans = [(r0, c0, r1 - 1, c1 - 1) for r0, r1, c0, c1 in sheet.merged_cells]
        yield _merged(Grid(file, sheet.name, rows, [str(at + 1) for at in range(len(rows))], spans))


def _xls_cell(cell: Any, book: Any) -> Cell:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return datetime(*xlrd.xldate_as_tuple(cell.value, book.datemode))
        except (ValueError, xlrd.XLDateError):
            return float(cell.value)
    if cell.ctype == xlrd.XL_CELL_NUMBER and cell.xf_index is not None:
        return _as_shown(cell.value, book.format_map[book.xf_list[cell.xf_index].format_key].format_str)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    return "#ERROR" if cell.ctype == xlrd.XL_CELL_ERROR else cell.value


def _merged(grid: Grid) -> Grid:
    """Copies the value of a vertical merge down its first column."""
    for top, left, bottom, _right in grid.spans:
        if top >= len(grid.rows) or left >= len(grid.rows[top]):
            continue
        value = grid.rows[top][left]
        if clean(value) == "":
            continue
        for row in range(top + 1, min(bottom + 1, len(grid.rows))):
            grid.rows[row][left] = value
            grid.copied.add((row, left))
    return grid
