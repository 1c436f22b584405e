"""Small regions made of plain rows, as `geodata.read` would give them, for tests without files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geodata.region import Region
from geodata.schema import load_schema

Rows = list[dict[str, Any]]
_NUMBERS = {"number", "integer", "weekday", "level", "title"}


def table(name: str, rows: Rows) -> pd.DataFrame:
    """A table with every column of the schema, defaults filled, in the canonical types."""
    frame = pd.DataFrame(index=range(len(rows)))
    for column in load_schema(name):
        default = column.default
        values = [row.get(column.name) for row in rows]
        values = [default if value is None and default else value for value in values]
        if column.type in _NUMBERS:
            frame[column.name] = pd.to_numeric(pd.Series(values, dtype=object), errors="raise").astype(float)
        elif column.type == "yes_no":
            words = {"yes": True, "no": False}
            frame[column.name] = pd.Series([words.get(v, v) if isinstance(v, str) else v for v in values], dtype=object)
        elif column.type == "date":
            frame[column.name] = pd.to_datetime(pd.Series(values, dtype=object))
        else:
            frame[column.name] = pd.Series(["" if v is None else str(v) for v in values], dtype=object)
    return frame


def region(tables: Mapping[str, Rows], settings: Mapping[str, Any] | None = None) -> Region:
    """A region of these rows; row labels start at 2, below a heading."""
    return Region(
        name="small",
        tables={name: table(name, rows) for name, rows in tables.items() if rows},
        settings=dict(settings or {}),
        rows={name: [str(n + 2) for n in range(len(rows))] for name, rows in tables.items() if rows},
    )


def trips(minutes: Mapping[tuple[str, str], float], *, both_ways: bool = True, profile: str = "") -> pd.DataFrame:
    """A travel table as `geodata.travel` gives it; km are half the minutes."""
    pairs = dict(minutes)
    if both_ways:
        pairs |= {(b, a): value for (a, b), value in minutes.items() if (b, a) not in minutes and b != "outside"}
    rows = [(a, b, value, value / 2, profile, "table") for (a, b), value in pairs.items()]
    return pd.DataFrame(rows, columns=["origin", "destination", "minutes", "km", "profile", "method"])
