"""Tables written as text in the code, and as CSV files in a region's folder."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

Row = dict[str, object]


Tables = dict[str, list[Row]]


def cells_of(text: str) -> list[list[str]]:
    """The cells of a table written as lines of `a | b | c`."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def rows_of(columns: str, values: Iterable[Sequence[object]]) -> list[Row]:
    """Table rows from a list of column names and the values in that order."""
    return [dict(zip(columns.split(), one, strict=True)) for one in values]


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{round(value, 4):g}" if abs(value) < 1e5 else f"{value:.0f}"
    if isinstance(value, tuple):
        return ";".join(str(v) for v in value)
    return "" if value is None else str(value)


def write_tables(tables: Tables, folder: Path) -> None:
    """One CSV per table, UTF-8, one line feed; a table's columns are those of its first row."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            columns = list(rows[0])
            writer.writerow(columns)
            for row in rows:
                assert list(row) == columns, (name, row)
                writer.writerow([_text(row[c]) for c in columns])
