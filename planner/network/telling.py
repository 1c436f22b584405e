"""Figures and names of a network as text: beside what they were, and what was published."""

from __future__ import annotations

import math

from planner.catalogue import texts
from planner.network.analysis import Analysis
from planner.papers.names import plain
from planner.text import amount

WORDS = texts("network")
#: Names listed at most.
MOST_NAMES = 5


class Figures:
    """Figures and names of an analysis as text of one language."""

    def __init__(self, found: Analysis, lang: str) -> None:
        self.found = found
        self.lang = lang

    def say(self, key: str, **values: object) -> str:
        return WORDS.say(key, self.lang, **values)

    def figure(self, measure: str) -> str:
        """A measure with what it was, and how it stands to the published figure."""
        value, old = self.found.value(measure), self.found.value(measure, "before")
        text = self.shown(measure, value)
        notes = []
        if old == old and self.shown(measure, old) != text:
            notes.append(self.say("was" if self.found.closed else "today", value=self.shown(measure, old)))
        agrees = str(self.found.measures.set_index("measure")["agrees"][measure])
        if agrees and self.found.before is None:
            told = {
                "value": self.shown(measure, self.found.value(measure, "published")),
                "spread": f"{self.found.value(measure, 'tolerance'):.0%}",
            }
            notes.append(self.say("published_within" if agrees == "yes" else "published_beyond", **told))
        return text + (self.say("aside", notes=self.say("semicolon").join(notes)) if notes else "")

    def shown(self, measure: str, value: float) -> str:
        unit = str(self.found.measures.set_index("measure")["unit"][measure])
        if not math.isfinite(value):
            return self.say("not_known")
        return f"{value:.1%}" if unit == "share" else f"{value:.2f}" if unit in ("factor", "index") else amount(value)

    def names(self, keys: list[str]) -> str:
        """Names of institutions, the first few of them."""
        told = self.say("comma").join(self.place(key) for key in keys[:MOST_NAMES])
        more = len(keys) - MOST_NAMES
        return told + (self.say("and_more", all=len(keys), more=more) if more > 0 else "")

    def place(self, key: object) -> str:
        return plain(self.found.name("institutions", key))

    def specialty(self, key: object) -> str:
        return plain(self.found.name("specialties", key))
