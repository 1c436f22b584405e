"""Reading single values of a region's rows, and the notes that the builder leaves behind."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.catalogue import Texts, texts
from planner.text import MARKS

if TYPE_CHECKING:
    from geodata.region import Region

Row = dict[str, Any]
#: What the builder assumed.
NOTES = texts("notes")


class Notes:
    """Sentences in two languages, each once, in the order in which they were first told."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], None] = {}

    def add(self, zh: str, en: str) -> None:
        self._told[zh, en] = None

    def tell(self, key: str, words: Texts = NOTES, **values: object) -> None:
        """The note of a key, its values filled in."""
        self.add(*words.both(key, **values))

    def some(self, subjects: Iterable[str], key: str, words: Texts = NOTES, **values: object) -> None:
        """One note for many subjects: `{n}` is their number, `{names}` the first five of them; none for none."""
        names = list(dict.fromkeys(subjects))
        if names:
            listed = ", ".join(names[:5])
            shown = MARKS.both("more", names=listed) if len(names) > 5 else listed
            self.tell(key, words, n=len(names), names=shown, **values)

    def told(self) -> tuple[tuple[str, str], ...]:
        return tuple(self._told)


def rows(region: Region, table: str) -> list[Row]:
    """The rows of a table as dicts; none when the region lacks the table."""
    frame = region.tables.get(table)
    return [] if frame is None else [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def labels(region: Region, table: str) -> list[str]:
    """The row numbers as the user sees them, in the order of `rows`."""
    known = region.rows.get(table)
    return [str(label) for label in known] if known else [str(n + 1) for n in range(len(rows(region, table)))]


def lock_name(label: str) -> str:
    """How a lock is called in plans and clashes: by its row, or by the place in a workbook that it comes from."""
    return f"locks row {label}" if label.isdigit() else label


def missing(value: Any) -> bool:
    """Whether a cell is blank: None, "", NaN or NaT (which alone differ from themselves)."""
    return value is None or value == "" or bool(value != value)


def text(row: Row, column: str) -> str:
    """A text value; "" when missing."""
    value = row.get(column)
    return "" if missing(value) else str(value)


def number(row: Row, column: str) -> float | None:
    """A number; None when missing."""
    value = row.get(column)
    return None if missing(value) else float(value)  # type: ignore[arg-type]


def number_or(row: Row, column: str, default: float) -> float:
    """A number, or the default when missing."""
    value = number(row, column)
    return default if value is None else value


def whole(row: Row, column: str, default: int) -> int:
    """A whole number (rounded half up), or the default when missing."""
    value = number(row, column)
    return default if value is None else round_half_up(value)


def yes(row: Row, column: str, default: bool) -> bool:
    """A yes/no value, or the default when missing."""
    value = row.get(column)
    return default if missing(value) else bool(value)


def day(row: Row, column: str) -> date | None:
    """A date; None when missing."""
    value = row.get(column)
    if missing(value):
        return None
    return pd.Timestamp(value).date()  # type: ignore[arg-type]


def words(row: Row, column: str) -> tuple[str, ...]:
    """The parts of an `a;b` list."""
    return tuple(part.strip() for part in text(row, column).split(";") if part.strip())


def round_half_up(value: float) -> int:
    """2.5 is 3, unlike Python's `round`; 1e-9 forgives the rounding of products."""
    return math.floor(value + 0.5 + 1e-9)


def total(pairs: Iterable[tuple[Any, float]]) -> dict[Any, float]:
    """Sums by key, in the order in which keys first appear."""
    sums: Counter[Any] = Counter()
    for key, value in pairs:
        sums[key] += value  # type: ignore[assignment]
    return dict(sums)
