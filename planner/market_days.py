"""Market days: on which dates a place holds its market.

Rules of the table `market_days`: `lunar 2,5,8` (lunar days 2, 5, 8, 12, 15, 18, 22 ...: a lunar month
has 29 or 30 days, so a market on the tenth may be missing at its end), `weekday 6`, `every 5 from
2026-01-03`; Chinese ways of saying them are read too (`geodata.market_rules`). The lunar calendar is
that of `lunar_python`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

from geodata.market_rules import MarketRuleError, market_rule

__all__ = ["Market", "MarketRuleError", "lunar_day", "market_days"]

Market = Callable[[date], bool]


def market_days(rule: str) -> Market:
    """Whether a date is a market day under a rule. Raises `MarketRuleError`."""
    found = market_rule(rule)
    numbers, first = found.numbers, found.first
    if found.kind == "weekday":
        return lambda day: day.isoweekday() in numbers
    if first is not None:
        days = min(numbers)
        return lambda day: (day - first).days % days == 0
    if found.kind == "month":
        return lambda day: lunar_day(day) in numbers
    return lambda day: (lunar_day(day) - 1) % 10 + 1 in numbers


@cache
def lunar_day(day: date) -> int:
    """The day of the lunar month, 1 to 30."""
    from lunar_python import Solar

    return int(Solar.fromYmd(day.year, day.month, day.day).getLunar().getDay())
