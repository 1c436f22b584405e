"""Tables of the report: the first rows are in the page's markup, all rows in its data where there are more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from planner.view import View, to_float

#: Rows in the markup; a page of a longer table in the browser has as many.
FIRST = 60


@dataclass(frozen=True)
class Cell:
    """A text; the number it is sorted by, None for a text; how dark it is tinted, -1 for not at all."""

    text: str
    value: float | None = None
    tint: int = -1

    def packed(self) -> Any:
        """As it is sent to the page."""
        if self.value is None:
            return self.text
        number = self.value if math.isfinite(self.value) else None
        return [self.text, number, self.tint] if self.tint >= 0 else [self.text, number]


@dataclass(frozen=True)
class Grid:
    """A table: headings, which columns are numbers, rows of cells. `key` names it in the page's data."""

    key: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    #: Classes of the table element.
    look: str = ""
    first: tuple[tuple[Cell, ...], ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", self.rows[:FIRST])

    @property
    def long(self) -> bool:
        """Whether the page's data hold rows that the markup does not."""
        return len(self.rows) > FIRST

    @property
    def more(self) -> int:
        return max(0, len(self.rows) - FIRST)

    def packed(self) -> dict[str, Any]:
        """The whole table as it is sent to the page."""
        return {"rows": [[cell.packed() for cell in row] for row in self.rows]}


def grid_of(view: View, key: str, table: pd.DataFrame, caption: str = "") -> Grid:
    """A plan table with names, translated headings and figures; empty columns are left out."""
    if table.empty:
        return Grid(key, (), (), (), caption)
    shown = view.named(table.dropna(axis=1, how="all"))
    keep = [at for at in range(shown.shape[1]) if (~shown.iloc[:, at].isin(["", 0])).any()]
    shown = shown.iloc[:, keep]
    numeric = tuple(bool(pd.api.types.is_numeric_dtype(shown.iloc[:, at])) for at in range(shown.shape[1]))
    rows = tuple(tuple(_cell(view, value) for value in row) for row in shown.to_numpy(object))
    return Grid(key, tuple(str(name) for name in shown.columns), numeric, rows, caption)


def grid(key: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], caption: str = "", look: str = "") -> Grid:
    """A table of cells; a column is of numbers where a cell of it has one."""
    kept = tuple(tuple(row) for row in rows)
    numeric = tuple(any(row[at].value is not None for row in kept) for at in range(len(headings)))
    return Grid(key, tuple(headings), numeric, kept, caption, look)


def _cell(view: View, value: object) -> Cell:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(view.figure(value), to_float(value))
    return Cell(str(value))
