"""Market days: on which dates a place holds its market.

Rules of the table `market_days`: `lunar 2,5,8` (lunar days 2, 5, 8, 12, 15, 18, 22 ...: a lunar month
has 29 or 30 days, so a market on the tenth may be missing at its end), `weekday 6`, `every 5 from
2026-01-03`; Chinese ways of saying them are read too. The lunar calendar is that of `lunar_python`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache

from planner.chinese_numbers import digits_of

Market = Callable[[date], bool]
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")


class MarketRuleError(ValueError):
    """A rule that cannot be read."""


def market_days(rule: str) -> Market:
    """Whether a date is a market day under a rule. Raises `MarketRuleError`."""
    text = rule.strip().lower()
    if match := re.fullmatch(r"(?:every|每隔?)\s*(\d+)\s*(?:days?|天)?\s*(?:from|自|从)\s*(.+?)(?:起)?", text):
        return _every(int(match[1]), match[2])
    if match := re.fullmatch(r"(?:weekday|星期|周|礼拜)\s*(.+)", text):
        days = {7 if n == 0 else n for n in digits_of(match[1])}
        if days and all(1 <= n <= 7 for n in days):
            return lambda day: day.isoweekday() in days
    if match := re.fullmatch(r"(?:lunar|农历|阴历|逢|农历逢|阴历逢)\s*(.+)", text):
        ends = digits_of(match[1])
        if ends and all(1 <= n <= 30 for n in ends):
            return _lunar(frozenset(ends), exact="初" in text or max(ends) > 10)
    raise MarketRuleError(rule)


def _every(days: int, start: str) -> Market:
    match = _DATE.search(start)
    if not match or days < 1:
        raise MarketRuleError(start)
    try:
        first = date(*(int(part) for part in match.groups()))
    except ValueError:
        raise MarketRuleError(start) from None
    return lambda day: (day - first).days % days == 0


def _lunar(ends: frozenset[int], exact: bool) -> Market:
    """Days that return every ten days; `exact`: these days of the month alone (the first and the fifteenth)."""
    if exact:
        return lambda day: lunar_day(day) in ends
    return lambda day: (lunar_day(day) - 1) % 10 + 1 in ends


@cache
def lunar_day(day: date) -> int:
    """The day of the lunar month, 1 to 30."""
    from lunar_python import Solar

    return int(Solar.fromYmd(day.year, day.month, day.day).getLunar().getDay())
