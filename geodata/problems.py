"""What is wrong with a region's tables, said so that the person who keeps them can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from geodata.schema import tables

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
        return self._zh() if lang == "zh" else self._en()

    def _en(self) -> str:
        rows = "rows" if "," in self.row else "row"
        place = self.table + (f", {rows} {self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
        found = f"“{self.value}”; " if self.value else ""
        return f"{place}: {found}expected {self.expected_en}. {self.cure_en}"

    def _zh(self) -> str:
        known = tables().get(self.table)
        place = f"{known.sheet_zh}（{self.table}）" if known else self.table
        rows = self.row.replace(", ", "、")
        place += (f"第{rows}行" if rows else "") + (f"“{self.column}”列" if self.column else "")
        found = f"“{self.value}”；" if self.value else ""
        return f"{place}：{found}应为{self.expected_zh}。{self.cure_zh}"


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
