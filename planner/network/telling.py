"""Figures and names of a network as text: beside what they were, and what was published."""

from __future__ import annotations

import math

from planner.network.analysis import Analysis
from planner.papers.names import plain
from planner.text import amount

COMMA = ("、", ", ")
#: Names listed at most.
MOST_NAMES = 5


class Figures:
    """Figures and names of an analysis as text of one language."""

    def __init__(self, found: Analysis, lang: str) -> None:
        self.found = found
        self.zh = lang == "zh"

    def pick(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def figure(self, measure: str) -> str:
        """A measure with what it was, and how it stands to the published figure."""
        value, old = self.found.value(measure), self.found.value(measure, "before")
        text = self.shown(measure, value)
        notes = []
        if old == old and self.shown(measure, old) != text:
            notes.append(
                self.pick(f"{self.earlier()}{self.shown(measure, old)}", f"{self.earlier()} {self.shown(measure, old)}")
            )
        figure = self.found.value(measure, "published")
        agrees = str(self.found.measures.set_index("measure")["agrees"][measure])
        if agrees and self.found.before is None:
            spread = f"{self.found.value(measure, 'tolerance'):.0%}"
            told = self.shown(measure, figure)
            ok = agrees == "yes"
            notes.append(
                self.pick(
                    f"公布{told}，{'相差不超过' if ok else '相差超过'}{spread}",
                    f"published {told}, {'within' if ok else 'differs by more than'} {spread}",
                )
            )
        return text + (self.pick(f"（{'；'.join(notes)}）", f" ({'; '.join(notes)})") if notes else "")

    def earlier(self) -> str:
        return self.pick("原为", "was") if self.found.closed else self.pick("现状", "today")

    def shown(self, measure: str, value: float) -> str:
        unit = str(self.found.measures.set_index("measure")["unit"][measure])
        if not math.isfinite(value):
            return self.pick("无数据", "not known")
        return f"{value:.1%}" if unit == "share" else f"{value:.2f}" if unit in ("factor", "index") else amount(value)

    def names(self, keys: list[str]) -> str:
        """Names of institutions, the first few of them."""
        told = COMMA[not self.zh].join(self.place(key) for key in keys[:MOST_NAMES])
        more = len(keys) - MOST_NAMES
        return told + (self.pick(f"等{len(keys)}家", f" and {more} more") if more > 0 else "")

    def place(self, key: object) -> str:
        return plain(self.found.name("institutions", key))

    def specialty(self, key: object) -> str:
        return plain(self.found.name("specialties", key))
