"""Which column a heading means: Chinese or English, with units, brackets, traditional characters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from geodata.schema import Column, columns_of
from geodata.sentences import words
from geodata.text import bracketed, clean, forms, key

#: One heading for both ends of a period; the value is `first.last`.
_PERIOD_HEADINGS = words("period_headings")
_PAIRS = (("start", "end"), ("from", "to"))
#: Kept without a remark: running numbers and remarks.
_PLAIN = frozenset(key(word) for word in words("plain_headings"))
_CODE = re.compile(r"代码|编码|编号|工号|id$", re.IGNORECASE)


@dataclass(frozen=True)
class Headings:
    """The headings that one table knows: comparable form -> column."""

    table: str
    columns: dict[str, Column]
    lookup: dict[str, str]

    def column(self, heading: str) -> str:
        """The column that a heading means (or `start+end`), "" if none."""
        if not heading:
            return ""
        form = forms(heading)
        for option in (form.whole, *form.brackets, form.bare):
            if option in self.lookup:
                return self.lookup[option]
        slashed = {self.lookup.get(part, "") for part in form.slashed}
        if len(slashed) == 1:
            return slashed.pop()
        spaced = {self.lookup[part] for part in form.spaced if part in self.lookup} if not form.slashed else set()
        return spaced.pop() if len(spaced) == 1 else ""

    def known(self, texts: list[str]) -> int:
        """How many different columns a row of headings names."""
        return len({column for text in texts if len(text) < 60 and (column := self.column(text))})

    def assign(self, texts: list[str]) -> tuple[list[str], list[str], list[int]]:
        """Columns, headings and positions; "" as column where unknown. A column is given once.

        Where two headings mean one column, a code goes before a name and the earlier before the
        later; the other one stays as an unknown column under its own heading.
        """
        found = [(at, text, self.column(text)) for at, text in enumerate(texts) if clean(text)]
        best: dict[str, int] = {}
        for at, text, column in found:
            if column and (column not in best or (is_code(text) and not is_code(texts[best[column]]))):
                best[column] = at
        columns = [column if column and best[column] == at else "" for at, _, column in found]
        return columns, [" ".join(text.split()) for _, text, _ in found], [at for at, _, _ in found]


def is_code(heading: str) -> bool:
    """Whether a heading names a code (工号, 代码) rather than a name."""
    return _CODE.search(clean(heading)) is not None


@cache
def headings_of(table: str) -> Headings:
    columns = columns_of(table)
    lookup: dict[str, str] = {}
    for column in columns.values():
        for heading in (column.name, *column.headings_zh):
            lookup.setdefault(key(heading), column.name)
    for first, last in _PAIRS:
        if first in columns and last in columns:
            for heading in _PERIOD_HEADINGS:
                lookup.setdefault(key(heading), f"{first}+{last}")
    return Headings(table, columns, lookup)


def is_plain(heading: str) -> bool:
    """Whether an unknown heading needs no remark (序号, 备注)."""
    return key(heading) in _PLAIN


def unit_factor(heading: str, notes: str, column: Column) -> float:
    """What to multiply numbers by so that they are in the column's unit: `人口（万人）` is 10,000.

    notes: lines above the header, where `单位：万人` may stand for the population columns.
    """
    inside = bracketed(heading)
    if column.unit == "share":
        return 0.01 if re.search("[%％]", heading) else 1.0
    if column.unit.startswith("minute"):
        return 60.0 if re.search(r"小时|hour|\bh\b", heading, re.IGNORECASE) else 1.0
    if column.unit == "km":
        return 0.001 if re.fullmatch(r"米|m|meters?|metres?", inside) else 1.0
    if column.unit.startswith(("person", "yuan")):
        if "万" in inside:
            return 1e4
        population = column.name.startswith(("population", "insured"))
        return 1e4 if population and re.search(r"单位[:：]?\s*万人", notes) else 1.0
    return 1.0
