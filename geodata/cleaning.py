"""From raw cells to a canonical table: types, defaults, ids, and every problem met on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geodata.dates import parse_period
from geodata.headings import headings_of, is_code, is_plain, unit_factor
from geodata.layout import RawTable
from geodata.problems import Problem, Severity
from geodata.region import DefaultUsed
from geodata.schema import Column, columns_of
from geodata.sentences import Bad, Said, joined, said
from geodata.sheets import Cell
from geodata.text import clean, is_missing
from geodata.values import Value, as_series, check_range, parse


@dataclass
class CleanTable:
    """A canonical table with what was noticed. headings: column -> as the user wrote it."""

    table: str
    frame: pd.DataFrame
    labels: list[str]
    headings: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    defaults: list[DefaultUsed] = field(default_factory=list)


class _Notes:
    """Collects the problems of one table."""

    def __init__(self, raw: RawTable) -> None:
        self.raw = raw
        self.found: list[Problem] = []

    def add(self, row: int | None, heading: str, value: object, why: Said, severity: Severity = "error") -> None:
        label = "" if row is None else self.raw.labels[row]
        self.found.append(why.problem(self.raw.table, label, heading, clean(value), severity))


def clean_table(raw: RawTable) -> CleanTable:
    """The canonical table: every schema column in order and type, then the unknown ones as text."""
    columns = columns_of(raw.table)
    notes = _Notes(raw)
    at = {name: spot for spot, name in enumerate(raw.columns) if name}
    values: dict[str, list[Value]] = {}
    for name, column in columns.items():
        if name in at:
            values[name] = _parsed(raw, at[name], column, notes)
    _split_periods(raw, at, values, notes)
    headings = {name: raw.headings[spot] for name, spot in at.items() if name in columns}
    _missing_columns(raw, columns, values, notes)
    for name in columns:
        values.setdefault(name, [None] * len(raw.rows))
    labels = {name: headings.get(name, columns[name].heading_zh if _chinese(raw) else name) for name in columns}
    _derive_ids(raw, values, labels, notes)
    _missing_values(raw, columns, values, labels, at, notes)
    defaults = _fill_defaults(raw.table, columns, values)
    frame = pd.DataFrame({name: as_series(values[name], column) for name, column in columns.items()})
    frame = pd.concat([frame, _unknown(raw, columns, notes)], axis=1)
    return CleanTable(raw.table, frame, list(raw.labels), labels, notes.found, defaults)


def _chinese(raw: RawTable) -> bool:
    return any(not heading.isascii() for heading in raw.headings)


def _parsed(raw: RawTable, spot: int, column: Column, notes: _Notes) -> list[Value]:
    heading = raw.headings[spot]
    factor = unit_factor(heading, raw.notes, column)
    numeric = column.type in ("number", "integer")
    memo: dict[tuple[type, Cell], Value | Bad] = {}
    out: list[Value] = []
    for at, row in enumerate(raw.rows):
        cell = row[spot]
        if numeric and (at, spot) in raw.copied:
            notes.add(at, heading, cell, said("merged_number"), "warning")
            out.append(None)
            continue
        slot = (type(cell), cell)
        if slot not in memo:
            memo[slot] = _one(cell, column, factor, numeric)
        value = memo[slot]
        if isinstance(value, Bad):
            notes.add(at, heading, cell, value.said)
            value = None
        out.append(value)
    return out


def _one(cell: Cell, column: Column, factor: float, numeric: bool) -> Value | Bad:
    try:
        value = parse(cell, column)
        if numeric and isinstance(value, float):
            # Texts with their own 万 or % are in the column's unit already.
            scaled = factor != 1.0 and not any(mark in clean(cell) for mark in "万%‰")
            return check_range(round(value * factor, 9) if scaled else value, column)
        return value
    except Bad as bad:
        if column.name in ("start", "from") and parse_period(clean(cell)):
            return clean(cell)
        return bad


def _split_periods(raw: RawTable, at: dict[str, int], values: dict[str, list[Value]], notes: _Notes) -> None:
    """`2024.1.1-6.30` in one column `起止时间`, or in the start where the end is blank."""
    for first, last in (("start", "end"), ("from", "to")):
        spot = at.pop(f"{first}+{last}", None)
        columns = columns_of(raw.table)
        if last not in columns:
            continue
        starts = values.get(first, [None] * len(raw.rows))
        ends = values.get(last, [None] * len(raw.rows))
        for row, cells in enumerate(raw.rows):
            text = clean(cells[spot]) if spot is not None else ""
            if isinstance(starts[row], str):
                text = str(starts[row])
                starts[row] = None
            if not text or is_missing(text) or starts[row] is not None:
                continue
            if (period := parse_period(text)) is None:
                notes.add(row, raw.headings[spot] if spot is not None else first, text, said("period"))
            else:
                starts[row], ends[row] = period[0], ends[row] or period[1]
        if spot is not None or first in values:
            values[first] = starts
        if spot is not None or last in values or any(ends):
            values[last] = ends


def _missing_columns(raw: RawTable, columns: dict[str, Column], values: dict[str, list[Value]], notes: _Notes) -> None:
    for column in columns.values():
        if column.required and column.name not in values and not (column.name == "id" and "name" in values):
            why = said(
                "missing_column",
                column=column.name,
                headings="、".join(column.headings_zh[:3]),
                words=(column.meaning_zh, column.meaning_en),
                has=joined(raw.headings[:12]),
            )
            notes.add(None, column.heading_zh if _chinese(raw) else column.name, "", why)


def _derive_ids(raw: RawTable, values: dict[str, list[Value]], headings: dict[str, str], notes: _Notes) -> None:
    """Blank ids become the name where it is unique; blank names become the id; ids must be unique."""
    ids, names = values.get("id"), values.get("name")
    if ids is None or names is None:
        return
    rows_of: dict[Value, list[int]] = {}
    for row, name in enumerate(names):
        rows_of.setdefault(name, []).append(row)
    for row, name in enumerate(names):
        if ids[row] is None and name is not None:
            ids[row] = name
            if len(rows_of[name]) > 1:
                rows = ", ".join(raw.labels[same] for same in rows_of[name])
                notes.add(
                    row,
                    headings["name"],
                    name,
                    said("same_name", id_word=columns_of(raw.table)["id"].heading_zh, rows=rows),
                )
    seen: dict[Value, int] = {}
    for row, value in enumerate(ids):
        if value is None:
            continue
        # Rows of one name without ids share it as their id: that has been said.
        if value in seen and not (value == names[row] and len(rows_of[names[row]]) > 1):
            notes.add(row, headings["id"], value, said("same_id", row=raw.labels[seen[value]]))
        seen.setdefault(value, row)
        if names[row] is None:
            names[row] = value


def _missing_values(
    raw: RawTable,
    columns: dict[str, Column],
    values: dict[str, list[Value]],
    headings: dict[str, str],
    at: dict[str, int],
    notes: _Notes,
) -> None:
    """Blank cells of required columns, unless the cell was bad (said already) or the column is missing."""
    told = {(problem.row, problem.column) for problem in notes.found}
    for column in columns.values():
        present = column.name in at or any(value is not None for value in values[column.name])
        if column.required and (present or column.name == "id"):
            for row, value in enumerate(values[column.name]):
                if value is None and (raw.labels[row], headings[column.name]) not in told:
                    why = said("missing_value", words=(column.meaning_zh, column.meaning_en))
                    notes.add(row, headings[column.name], "", why)
    either = [name for name, column in columns.items() if column.either]
    for row in range(len(raw.rows) if either else 0):
        if any(values[name][row] is not None or (raw.labels[row], headings[name]) in told for name in either):
            continue
        wanted = joined(((columns[name].heading_zh, name) for name in either), "or")
        notes.add(row, headings[either[0]], "", said("missing_either", words=wanted))


def _fill_defaults(table: str, columns: dict[str, Column], values: dict[str, list[Value]]) -> list[DefaultUsed]:
    used = []
    for column in columns.values():
        if not column.default:
            continue
        blank = [row for row, value in enumerate(values[column.name]) if value is None]
        default = parse(column.default, column)
        for row in blank:
            values[column.name][row] = default
        if blank:
            used.append(DefaultUsed(table, column.name, len(blank), column.default))
    return used


def _unknown(raw: RawTable, columns: dict[str, Column], notes: _Notes) -> pd.DataFrame:
    """Columns that the schema does not have, as text under their own headings."""
    kept: dict[str, pd.Series[Any]] = {}
    told: list[str] = []
    used = {name: raw.headings[spot] for spot, name in enumerate(raw.columns) if name}
    twins = {heading: used.get(headings_of(raw.table).column(heading)) for heading in raw.headings}
    for spot, name in enumerate(raw.columns):
        if name:
            continue
        heading = raw.headings[spot]
        title, count = heading, 2
        while title in columns or title in kept:
            title, count = f"{heading}_{count}", count + 1
        kept[title] = pd.Series([clean(row[spot]) for row in raw.rows], dtype=object)
        first = twins.get(heading)
        if is_plain(heading):
            continue
        if first is None:
            told.append(heading)
        elif is_code(first) == is_code(heading):
            notes.add(None, heading, "", said("second_column", first=first), "warning")
    if told:
        notes.add(None, "、".join(told), "", said("unknown_column"), "warning")
    for letter in raw.unheaded:
        notes.add(None, letter, "", said("unheaded"), "warning")
    return pd.DataFrame(kept, index=range(len(raw.rows)))
