"""Money as people tell it: yuan where it is little, else 万元 in Chinese and millions in English."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from planner.figures.costs import SCENARIOS, Costs
from planner.report.words import report_word
from planner.text import amount

LARGE = {"zh": 10_000.0, "en": 1_000_000.0}
#: A table is in the large unit from this many of it on, so that its parts keep figures that mean something.
TABLE = 10.0


@dataclass(frozen=True)
class Scale:
    """A unit of money: yuan in it, its name, and its name for amounts a year."""

    per: float
    name: str
    yearly: str


def money(yuan: float, lang: str) -> str:
    """An amount in a sentence."""
    large = LARGE[lang]
    return _told("money", yuan / large, lang) if abs(yuan) >= large else _told("money_small", round(yuan), lang)


def scale(amounts: Iterable[float], lang: str) -> Scale:
    """The one unit of a table or chart, by its greatest amount (yuan; what is not a number counts as nothing)."""
    greatest = max((abs(one) for one in amounts if math.isfinite(one)), default=0.0)
    size = "large" if greatest >= TABLE * LARGE[lang] else "small"
    per = LARGE[lang] if size == "large" else 1.0
    return Scale(per, report_word(f"unit_{size}", lang), report_word(f"unit_{size}_year", lang))


def cost_scale(costs: Costs, lang: str) -> Scale:
    """The unit of everything that shows the costs of the scenarios side by side."""
    return scale((costs.total(scenario) for scenario in SCENARIOS), lang)


def _told(key: str, value: float, lang: str) -> str:
    return report_word(key, lang, n=amount(value))
