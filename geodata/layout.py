"""From a grid of cells to one table: which table it is, where its header is, which rows are data.

Accepts what planners' sheets have: title and unit lines above the header, headers of two rows,
merged cells, total rows, notes under the table, headers repeated on each printed page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from openpyxl.utils import get_column_letter

from geodata.headings import Headings, headings_of
from geodata.schema import tables
from geodata.sentences import words
from geodata.sheets import Cell, Grid
from geodata.text import clean, key

#: Rows searched for a header, counted from the first row that has anything.
_SEARCH = 25
_TOTALS = frozenset(key(word) for word in words("totals"))
_NOTE = re.compile(
    r"^(?:注|备注|说明|填表说明|填报说明|制表|填表|填报|审核|签发|数据来源|资料来源|来源|单位|联系人|联系电话|note|notes|source|remark)"
    r"(?:人|单位|日期|时间)?\s*(?:[:：]|[（(]?[0-9一二三][、.)）]|$)",
    re.IGNORECASE,
)
_PROSE = re.compile(r"[。，；：:;]|,.*,|.{25,}")
_NUMBERED = re.compile(r"^(?:附件|附表|表|sheet)?[0-9一二三四五六七八九十]*[、.\-_ ]*", re.IGNORECASE)
#: Sheets that explain and hold no data.
_TALK = frozenset(key(word) for word in words("talk_sheets"))


@dataclass
class RawTable:
    """The cells of one table, before cleaning.

    columns: canonical name (or "" for an unknown one) per column; headings: as the user wrote
    them. `notes`: the lines above the header. unheaded: letters of columns with
    values but no heading.
    """

    table: str
    file: str
    sheet: str
    columns: list[str]
    headings: list[str]
    rows: list[list[Cell]]
    labels: list[str]
    copied: set[tuple[int, int]] = field(default_factory=set)
    notes: str = ""
    unheaded: list[str] = field(default_factory=list)


@cache
def _sheet_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for table in tables().values():
        for name in (table.name, *table.sheets_zh):
            names.setdefault(key(name), table.name)
    return names


def table_of(name: str) -> str | None:
    """The table that a sheet, file or layer of this name holds: `3.需求申报表`, `附件2 机构`, `needs`."""
    names = _sheet_names()
    stripped = _NUMBERED.sub("", clean(name))
    for form in (name, stripped, re.sub(r"[（(].*?[)）]", "", stripped)):
        compact = key(form)
        for ending in ("", "表", "信息表", "汇总表"):
            if compact.removesuffix(ending) in names:
                return names[compact.removesuffix(ending)]
    return None


def is_talk(name: str) -> bool:
    """Whether a sheet by its name explains rather than holds data."""
    return key(name) in _TALK


def table_from_title(grid: Grid) -> str | None:
    """The table named by a line above the header, for sheets with names such as Sheet1."""
    for row in grid.rows[:3]:
        texts = {clean(cell) for cell in row} - {""}
        if len(texts) == 1:
            title = re.sub(r"^.*?(?:县|市|区|医共体|医联体|集团)(?=.{2,})|\d{4}年(?:度)?", "", (text := texts.pop()))
            for form in (text, title):
                if found := table_of(form):
                    return found
    return None


def lay_out(grid: Grid, table: str) -> RawTable | None:
    """The table in the grid, or None where no header of `table` can be found."""
    headings = headings_of(table)
    found = _structured_header(grid) if grid.structured else _find_header(grid, headings)
    if found is None:
        return None
    first, last, texts = found
    columns, names, positions = headings.assign(texts)
    raw = RawTable(table, grid.file, grid.name, columns, names, [], [])
    headed = set(positions)
    raw.notes = " ".join(dict.fromkeys(clean(cell) for row in grid.rows[:first] for cell in row if clean(cell)))
    stray: set[int] = set()
    for at in _body(grid, last + 1, positions, texts):
        row = grid.rows[at]
        for spot, position in enumerate(positions):
            if (at, position) in grid.copied:
                raw.copied.add((len(raw.rows), spot))
        raw.rows.append([row[position] if position < len(row) else None for position in positions])
        raw.labels.append(grid.labels[at])
        stray.update(spot for spot, cell in enumerate(row) if spot not in headed and clean(cell))
    raw.unheaded = [get_column_letter(spot + 1) for spot in sorted(stray)]
    return raw


def _structured_header(grid: Grid) -> tuple[int, int, list[str]] | None:
    return (0, 0, [str(cell) for cell in grid.rows[0]]) if grid.rows else None


def _texts(grid: Grid, row: int) -> list[str]:
    """The row's cells as headings: line breaks kept, horizontal merges repeated across."""
    cells = ["" if cell is None else (cell if isinstance(cell, str) else clean(cell)) for cell in grid.rows[row]]
    for top, left, bottom, right in grid.spans:
        if top <= row <= bottom and left < len(cells):
            for column in range(left, min(right + 1, len(cells))):
                cells[column] = cells[column] or cells[left]
    return [cell.strip() for cell in cells]


def _find_header(grid: Grid, headings: Headings) -> tuple[int, int, list[str]] | None:
    """First and last row of the header, and its texts: the row or pair that knows most columns."""
    filled = [at for at, row in enumerate(grid.rows) if any(clean(cell) for cell in row)][:_SEARCH]
    best: tuple[int, int, list[str]] | None = None
    score = 0
    for at in filled:
        texts = _texts(grid, at)
        if (known := headings.known(texts)) > score:
            best, score = (at, at, texts), known
    if best is None:
        return None
    at = best[0]
    for top in (at - 1, at):
        if top < 0 or top + 1 >= len(grid.rows):
            continue
        upper, crossed = _texts(grid, top), _crossed(grid, top)
        pair = _pair(upper, _texts(grid, top + 1), headings, crossed)
        known = headings.known(pair) if pair else 0
        # The lower row may know as much alone; a row above that is part of the header has the units.
        belongs = top < at and (crossed or headings.known(upper) > 1)
        if pair and (known > score or (belongs and known == score)):
            best, score = (top, top + 1, pair), known
    return best


def _crossed(grid: Grid, row: int) -> set[int]:
    """Columns whose merge goes from `row` into the next one: their heading fills both rows."""
    return {left for top, left, bottom, _ in grid.spans if top <= row < bottom}


def _pair(upper: list[str], lower: list[str], headings: Headings, crossed: set[int]) -> list[str] | None:
    """A header of two rows as one: `人口` over `65岁以上`. None where the lower row is data."""
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    texts, own, strange = [], 0, 0
    carried = ""
    for column, (top, bottom) in enumerate(zip(upper, lower, strict=True)):
        carried = top or (carried if bottom else "")
        if not bottom or bottom == top or column in crossed:
            texts.append(top or bottom)
            continue
        options = (carried + bottom, f"{carried}({bottom})", bottom) if carried else (bottom,)
        match = next((option for option in options if headings.column(option)), None)
        own, strange = own + (match is not None), strange + (match is None)
        texts.append(match or (f"{carried} {bottom}" if carried else bottom))
    return texts if own and own >= strange else None


def _body(grid: Grid, start: int, positions: list[int], texts: list[str]) -> list[int]:
    """Rows that hold data: neither blank, total, note, nor the header again."""
    if grid.structured:
        return list(range(start, len(grid.rows)))
    header = {at: key(text) for at, text in enumerate(texts) if key(text)}
    kept: list[int] = []
    blank_before = False
    for at in range(start, len(grid.rows)):
        cells = [clean(cell) for cell in grid.rows[at]]
        filled = [text for text in cells if text]
        if not filled:
            blank_before = True
            continue
        if _is_total(filled) or _is_note(grid, at, filled, blank_before) or _is_header(cells, header):
            continue
        if any(position < len(cells) and cells[position] for position in positions):
            kept.append(at)
    while kept and _is_closing_remark(grid.rows[kept[-1]]):
        kept.pop()
    return kept


def _is_closing_remark(row: list[Cell]) -> bool:
    filled = [text for text in map(clean, row) if text]
    return len(filled) == 1 and len(row) > 2 and _PROSE.search(filled[0]) is not None


def _is_total(filled: list[str]) -> bool:
    """Whether the first word of a row, after its running number, says that it adds up the others."""
    first = filled[1] if len(filled) > 1 and filled[0].isdigit() else filled[0]
    return key(first) in _TOTALS


def _is_note(grid: Grid, at: int, filled: list[str], blank_before: bool) -> bool:
    if filled[0].startswith("#") and not any(re.fullmatch(r"[-+\d.]+", text) for text in filled):
        return True
    if _NOTE.match(filled[0]):
        return len(set(filled)) <= 3 or all(":" in text for text in filled if len(text) > 1)
    if len(filled) > 1 and len(set(filled)) > 1:
        return False
    spans_row = any(top == at and right > left for top, left, _, right in grid.spans)
    return bool(spans_row or (blank_before and _PROSE.search(filled[0])))


def _is_header(cells: list[str], header: dict[int, str]) -> bool:
    """Whether the row repeats the header, as on every printed page."""
    same = [at < len(cells) and key(cells[at]) == text for at, text in islice(header.items(), 3)]
    return all(same) and len(header) > 1 and all(at < len(cells) and key(cells[at]) == t for at, t in header.items())
