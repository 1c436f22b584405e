"""What every check looks at: the region's tables as plain records, and a short way to state a problem.

A check is a function `View -> Iterator[Problem]`. Checks must bear everything the reader lets
through (it has reported it already), so a value that is blank or unreadable is skipped here and
never reported twice. A problem is an "error" only where planning would be wrong or impossible.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.problems import Problem, Severity
from geodata.region import Region
from geodata.schema import TABLES, columns_of
from geodata.travel_options import CHOICES as TRAVEL_CHOICES
from geodata.travel_options import DEFAULTS as TRAVEL_DEFAULTS
from geodata.travel_options import MAY_BE_ZERO, TravelOptions

#: The same sentence in Chinese and in English.
Say = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """One record of a table; `at` is its position in the frame (0 first)."""

    table: str
    at: int
    cells: Mapping[str, Any]

    def __getitem__(self, column: str) -> str:
        """The cell as text, "" where it is blank."""
        value = self.cells.get(column, "")
        return value if isinstance(value, str) else "" if _blank(value) else str(value)

    def number(self, column: str) -> float:
        """The cell as a number, NaN where it is blank or unreadable."""
        value = self.cells.get(column)
        try:
            return math.nan if _blank(value) else float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return math.nan

    def yes(self, column: str) -> bool:
        """Whether the cell says yes; blank is no."""
        value = self.cells.get(column)
        return not _blank(value) and bool(value) and value not in ("no", "false", "False")

    def said(self, column: str) -> bool:
        """Whether anything stands in the cell."""
        return not _blank(self.cells.get(column))

    def day(self, column: str) -> date | None:
        """The cell as a date, None where it is blank or unreadable."""
        value = self.cells.get(column)
        return None if _blank(value) or not isinstance(value, date) else pd.Timestamp(value).date()

    def list(self, column: str) -> tuple[str, ...]:
        """The parts of an `a;b` cell."""
        return tuple(part.strip() for part in self[column].split(";") if part.strip())


def _blank(value: Any) -> bool:
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return bool(value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)))


class View:
    """A region as the checks see it: every table there (empty if not given), with every column."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self._rows: dict[str, list[Row]] = {}

    def has(self, table: str) -> bool:
        """Whether the table is given and has a row."""
        frame = self.region.tables.get(table)
        return frame is not None and len(frame) > 0

    def rows(self, table: str) -> list[Row]:
        """The table's records (none if the table is not given)."""
        if table not in self._rows:
            frame = self.region.tables.get(table)
            records = [] if frame is None else frame.to_dict("records")
            self._rows[table] = [
                Row(table, at, {str(k): v for k, v in record.items()}) for at, record in enumerate(records)
            ]
        return self._rows[table]

    def row(self, table: str, at: int) -> Row:
        """One record of a table, without making records of all."""
        if table in self._rows:
            return self._rows[table][at]
        return Row(table, at, {str(k): v for k, v in self.region.tables[table].iloc[at].items()})

    def numbers(self, table: str, column: str) -> npt.NDArray[np.float64]:
        """A column as floats, NaN where blank, unreadable, or not given."""
        frame = self.region.tables.get(table)
        if frame is None:
            return np.empty(0)
        if column not in frame.columns:
            return np.full(len(frame), np.nan)
        return pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)

    def texts(self, table: str, column: str) -> list[str]:
        """A column as text, "" where blank; all blank where the column is not given."""
        frame = self.region.tables.get(table)
        if frame is None or column not in frame.columns:
            return [""] * (0 if frame is None else len(frame))
        return [value if isinstance(value, str) else _shown(value) for value in frame[column].tolist()]

    def ids(self, table: str) -> set[str]:
        """The identifiers of a table."""
        return set(self.texts(table, "id")) - {""}

    def by_id(self, table: str) -> dict[str, Row]:
        """The rows of a table by identifier; of two with one identifier the first."""
        found: dict[str, Row] = {}
        for row in self.rows(table):
            found.setdefault(row["id"], row)
        found.pop("", None)
        return found

    def grouped(self, table: str, *columns: str) -> dict[tuple[str, ...], list[Row]]:
        """The rows of a table by their values in some columns."""
        groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in self.rows(table):
            groups[tuple(row[column] for column in columns)].append(row)
        return dict(groups)

    def label(self, table: str, at: int) -> str:
        """The row as the user sees it."""
        return self.region.row(table, at)

    def heading(self, table: str, column: str) -> str:
        """The column as the user's table heads it."""
        return self.region.headings.get(table, {}).get(column, column)

    def labels(self, rows: list[Row]) -> str:
        """Several rows of one table as the user sees them."""
        return "、".join(self.label(row.table, row.at) for row in rows)

    def setting(self, section: str, key: str, default: Any) -> Any:
        """A value of plan.toml."""
        table = self.region.settings.get(section)
        return table.get(key, default) if isinstance(table, Mapping) else default

    def number_setting(self, section: str, key: str, default: float) -> float:
        """A number of plan.toml; anything else there is `planner.config`'s to report."""
        value = self.setting(section, key, default)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default

    @cached_property
    def travel_options(self) -> TravelOptions:
        """[travel] as far as it is usable; what is not is `planner.config`'s to report."""
        given = self.region.settings.get("travel")
        values = given if isinstance(given, Mapping) else {}
        usable = {name: value for name, value in values.items() if _usable(name, value)}
        return TravelOptions.of({"travel": usable})

    def rule_is_hard(self, rule: str) -> bool:
        """Whether plan.toml leaves a rule hard."""
        return bool(self.setting("rules", rule, "hard") == "hard")

    @cached_property
    def horizon(self) -> tuple[date, date] | None:
        """First and last day planned; None for the typical quarter, which has no dates."""
        start = self.setting("calendar", "start", None)
        if isinstance(start, str):
            try:
                start = date.fromisoformat(start)
            except ValueError:
                return None
        if not isinstance(start, date):
            return None
        monday = start - timedelta(days=start.weekday())
        return monday, monday + timedelta(weeks=self.number_setting("calendar", "weeks", 13), days=-1)

    @cached_property
    def open_weekdays(self) -> frozenset[int]:
        """Weekdays (Monday 1) on which institutions are open: `[calendar] open_weekdays`."""
        days = self.setting("calendar", "open_weekdays", [1, 2, 3, 4, 5])
        return frozenset(int(d) for d in days) if isinstance(days, list) else frozenset(range(1, 6))

    def problem(
        self,
        row: Row | None,
        column: str,
        expected: Say,
        cure: Say,
        *,
        severity: Severity = "error",
        value: str | None = None,
        table: str = "",
    ) -> Problem:
        """A problem with a cell, or with a whole table (`row` None, `table` named)."""
        name = row.table if row else table
        shown = value if value is not None else _shown(row.cells.get(column)) if row else ""
        return Problem(
            table=name,
            row=self.label(row.table, row.at) if row else "",
            column=self.heading(name, column),
            value=shown,
            expected_zh=expected[0],
            expected_en=expected[1].replace("、", ", "),
            cure_zh=_sentence(cure[0], "。"),
            cure_en=_sentence(cure[1].replace("、", ", "), "."),
            severity=severity,
        )


def _usable(name: str, value: Any) -> bool:
    """Whether a value of [travel] is of the right kind; ranges are `planner.config`'s to report."""
    default = TRAVEL_DEFAULTS.get(name)
    if isinstance(default, float):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and (0 < value < math.inf or (value == 0 and name in MAY_BE_ZERO))
    if isinstance(default, tuple):
        return isinstance(value, list | tuple) and all(isinstance(part, str) for part in value)
    known = TRAVEL_CHOICES.get(name)
    return isinstance(value, str) and known is not None and value in known


def _sentence(text: str, stop: str) -> str:
    """A cure as a sentence of its own; only an English one has a capital."""
    return (text[:1].upper() + text[1:] if stop == "." else text) + ("" if text[-1:] in ".?!。？！" else stop)


def _shown(value: Any) -> str:
    """A value as the user would write it."""
    if _blank(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return pd.Timestamp(value).date().isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)


def known_columns(table: str) -> set[str]:
    """The columns of a table's schema; none for a table that there is not."""
    return set(columns_of(table)) if table in TABLES else set()


Check = Iterator[Problem]
