"""The region as it was read: canonical tables with defaults filled, settings, and what was noticed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.problems import Problem


@dataclass(frozen=True)
class DefaultUsed:
    """A default of the schema that was filled into `count` blank cells of `table.column`."""

    table: str
    column: str
    count: int
    value: str


@dataclass(frozen=True)
class Region:
    """One region.

    tables: only those present (with at least one row); every column of the schema is there, in
    its order and type (see `geodata.schema`), unknown columns follow as text.
    settings: `plan.toml` parsed, {} where there is none. sources: file name -> SHA-256 (hex).
    rows: per table, the row of each record as the user sees it, as text.
    headings: per table, column -> its heading as the user wrote it.
    layers: map layers beside the tables (`geodata.beside.LAYERS`), by name: "roads", "boundaries".
    problems: what reading found; `geodata.checks` adds what only several tables together show.
    """

    name: str
    tables: dict[str, pd.DataFrame]
    settings: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    headings: dict[str, dict[str, str]] = field(default_factory=dict)
    defaults: list[DefaultUsed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    layers: dict[str, Path] = field(default_factory=dict)

    def row(self, table: str, position: int) -> str:
        """The row that the user sees for the record at `position` of `table`."""
        labels = self.rows.get(table, [])
        return labels[position] if 0 <= position < len(labels) else ""


def split_list(text: object) -> tuple[str, ...]:
    """The parts of a list cell `a;b`; () for a missing one."""
    if not isinstance(text, str):
        return ()
    return tuple(part for part in (piece.strip() for piece in text.split(";")) if part)
