"""What is wrong with a region's tables, said so that the person who keeps them can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geodata.schema import tables

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One problem. `table` is a table's name (or a file's, where no table is known).

    `row` is the row as the user sees it (Excel row, line of a CSV file; "" for the whole table),
    `column` the heading as the user wrote it ("" for the whole row), `value` what stands there.
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

    def sentence(self, lang: str = "en") -> str:
        """The whole problem as one line of `lang` ("zh" or "en")."""
        return self._zh() if lang == "zh" else self._en()

    def _en(self) -> str:
        place = self.table + (f", row {self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
        found = f"“{self.value}”; " if self.value else ""
        return f"{place}: {found}expected {self.expected_en}. {self.cure_en}"

    def _zh(self) -> str:
        known = tables().get(self.table)
        place = f"{known.sheet_zh}（{self.table}）" if known else self.table
        place += (f"第{self.row}行" if self.row else "") + (f"“{self.column}”列" if self.column else "")
        found = f"“{self.value}”；" if self.value else ""
        return f"{place}：{found}应为{self.expected_zh}。{self.cure_zh}"


def errors(problems: list[Problem]) -> list[Problem]:
    """Those that stop a plan."""
    return [problem for problem in problems if problem.severity == "error"]
