"""What is wrong with a region's tables, said so that the person who keeps them can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from geodata.catalogue import Texts
from geodata.schema import tables

SAID = Texts("problem", "geodata", "checks")

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One problem. `table` is a table's name (or a file's, where no table is known).

    `row` is the row as the user sees it (Excel row, line of a CSV file; "" for the whole table;
    `4, 6` for several), `column` the heading as the user wrote it ("" for the whole row), `value` what stands there.
    Errors stop a plan, warnings do not.
    """

    table: str
    row: str
    column: str
    value: str
    expected_zh: str
    expected_en: str
    cure_zh: str
    cure_en: str
    severity: Severity = "error"

    def __post_init__(self) -> None:
        for part in ("expected_zh", "cure_zh"):
            object.__setattr__(self, part, _in_chinese(getattr(self, part)))

    def sentence(self, lang: str = "en") -> str:
        """The whole problem as one line of `lang` ("zh" or "en")."""
        expected, cure = (self.expected_zh, self.cure_zh) if lang == "zh" else (self.expected_en, self.cure_en)
        found = SAID.say("found", lang, value=self.value) if self.value else ""
        return SAID.say("sentence", lang, place=self._place(lang), found=found, expected=expected, cure=cure)

    def _place(self, lang: str) -> str:
        """Table, row and column."""
        known = tables().get(self.table)
        place = SAID.say("table", lang, sheet=known.sheet_zh, table=self.table) if known else self.table
        if self.row:
            rows = self.row.replace(", ", "、") if lang == "zh" else self.row
            place += SAID.say("rows" if "," in self.row else "row", lang, rows=rows)
        return place + (SAID.say("column", lang, column=self.column) if self.column else "")


def errors(problems: list[Problem]) -> list[Problem]:
    """Those that stop a plan."""
    return [problem for problem in problems if problem.severity == "error"]


def together(problems: Iterable[Problem]) -> list[Problem]:
    """Problems that differ by their row alone as one, where the first of them stands: `row` is `4, 6, 9`."""
    rows: dict[Problem, list[str]] = {}
    for problem in problems:
        rows.setdefault(replace(problem, row=""), []).append(problem.row)
    return [replace(problem, row=", ".join(dict.fromkeys(filter(None, at)))) for problem, at in rows.items()]


@cache
def _table_mention() -> re.Pattern[str]:
    return re.compile(rf" ?(?<![\w.\[])({'|'.join(tables())})(?= ?[表中]) ?", re.ASCII)


def _in_chinese(text: str) -> str:
    """A Chinese sentence in which tables have their Chinese names first, as in the place of a problem."""
    return _table_mention().sub(lambda found: f"{tables()[found[1]].sheet_zh}（{found[1]}）", text)
