"""The tables of a region and their columns, as the CSV files of `geodata/schema` state them.

One CSV per table (column, heading, type, unit, default, required, meaning, references, minimum,
maximum, choices) drives the reader, the checks, the starter workbook and the documentation page;
`tables.csv` has the tables in their order and the names that sheets and files may have.

Types: `id` and `text` are text ("" missing), `list` is `a;b` text, `number` and `integer` are
float64 (NaN missing), `yes_no` is True/False/None, `choice` is one of `choices` ("" missing),
`date` is datetime64[ns] (NaT missing); `weekday` (1 Monday to 7), `level` (3, 2, 1, 0) and
`title` (1 to 4) are int64, or float64 with NaN where a value is missing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TYPES = frozenset({"id", "text", "list", "number", "integer", "yes_no", "choice", "date", "weekday", "level", "title"})
#: Types that are whole codes: int64 where complete.
CODES = frozenset({"weekday", "level", "title"})


@dataclass(frozen=True)
class Column:
    """One column of one table. `default` is text as in the CSV, "" where blank stays blank.

    `either`: at least one of the `either` columns of the table must be filled in each row.
    `references`: `table.column` targets and words that are also allowed (`all`, `outside`).
    """

    name: str
    headings_zh: tuple[str, ...]
    type: str
    unit: str
    default: str
    required: bool
    either: bool
    meaning_en: str
    meaning_zh: str
    references: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]

    @property
    def heading_zh(self) -> str:
        """The Chinese heading that workbooks are written with."""
        return self.headings_zh[0]

    def meaning(self, lang: str) -> str:
        return self.meaning_zh if lang == "zh" else self.meaning_en


@dataclass(frozen=True)
class Table:
    """One table: its names as a sheet or file, and whether a region must have it."""

    name: str
    sheets_zh: tuple[str, ...]
    required: bool
    meaning_en: str
    meaning_zh: str

    @property
    def sheet_zh(self) -> str:
        return self.sheets_zh[0]

    def meaning(self, lang: str) -> str:
        return self.meaning_zh if lang == "zh" else self.meaning_en


def _rows(name: str) -> list[dict[str, str]]:
    text = files("geodata").joinpath("schema", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _number(text: str) -> float | None:
    return float(text) if text else None


def _split(text: str, by: str = ";") -> tuple[str, ...]:
    return tuple(part for part in text.split(by) if part)


@cache
def tables() -> dict[str, Table]:
    """All tables by name, in the order of the documentation."""
    return {
        row["table"]: Table(
            row["table"], _split(row["sheet_zh"]), row["required"] == "yes", row["meaning_en"], row["meaning_zh"]
        )
        for row in _rows("tables")
    }


@cache
def columns_of(table: str) -> dict[str, Column]:
    """Columns of `table` by name, in the order of the schema. KeyError for an unknown table."""
    if table not in tables():
        raise KeyError(table)
    return {
        row["column"]: Column(
            name=row["column"],
            headings_zh=_split(row["heading_zh"]),
            type=row["type"],
            unit=row["unit"],
            default=row["default"],
            required=row["required"] == "yes",
            either=row["required"] == "either",
            meaning_en=row["meaning_en"],
            meaning_zh=row["meaning_zh"],
            references=_split(row["references"], "|"),
            minimum=_number(row["minimum"]),
            maximum=_number(row["maximum"]),
            choices=_split(row["choices"]),
        )
        for row in _rows(table)
    }


def load_schema(table: str) -> list[Column]:
    """Columns of `table` in the order of the schema. KeyError for an unknown table."""
    return list(columns_of(table).values())


#: Names of all tables, in the order of the documentation.
TABLES: tuple[str, ...] = tuple(tables())
