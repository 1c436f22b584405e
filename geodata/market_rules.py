"""Rules of the table `market_days` as places write them, in English or Chinese.

lunar 2,5,8 · 逢二、五、八 · 逢二五八 · 农历逢五逢十    lunar days that return every ten days
lunar 1,15 · 农历初一、十五                             days of the lunar month (初, or a day above ten)
weekday 6 · 周六 · 每周三、六                           days of the week
every 5 from 2026-01-03 · 每5天 自2026年1月3日起        a rhythm of days
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from geodata.chinese_numbers import digits_of

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
_EVERY = re.compile(r"(?:every|每隔?)\s*(\d+)\s*(?:days?|天|日)?\s*(?:,|，)?\s*(?:from|自|从)\s*(.+?)(?:起|开始)?")
_WEEKDAY = re.compile(r"(?:weekdays?|每?(?:星期|周|礼拜))\s*([\d一二三四五六日天,，、;；\s和周星期礼拜]+)")
_LUNAR = re.compile(
    r"(?:lunar|(?:农历|阴历)?\s*每?月?\s*逢|农历|阴历)\s*([\d初一二三四五六七八九十廿,，、;；.\s和与逢日号]+)"
)


class MarketRuleError(ValueError):
    """A rule that cannot be read."""


@dataclass(frozen=True)
class MarketRule:
    """`lunar`: days that return every ten lunar days; `month`: days of the lunar month; `weekday`: Monday is 1;
    `every`: so many days (the one number) from `first` on."""

    kind: Literal["lunar", "month", "weekday", "every"]
    numbers: frozenset[int]
    first: date | None = None


def market_rule(text: str) -> MarketRule:
    """The rule that a text means. Raises `MarketRuleError`."""
    rule = text.strip().lower()
    if match := _EVERY.fullmatch(rule):
        return _every(int(match[1]), match[2])
    if match := _WEEKDAY.fullmatch(rule):
        days = frozenset(7 if n == 0 else n for n in digits_of(match[1]))
        if days and all(1 <= n <= 7 for n in days):
            return MarketRule("weekday", days)
    if match := _LUNAR.fullmatch(rule):
        numbers = frozenset(digits_of(re.sub("[日号]", "", match[1])))
        if numbers and all(1 <= n <= 30 for n in numbers):
            exact = "初" in rule or max(numbers) > 10
            return MarketRule("month" if exact else "lunar", numbers)
    raise MarketRuleError(text)


def _every(days: int, start: str) -> MarketRule:
    match = _DATE.search(start)
    if not match or days < 1:
        raise MarketRuleError(start)
    try:
        first = date(*(int(part) for part in match.groups()))
    except ValueError:
        raise MarketRuleError(start) from None
    return MarketRule("every", frozenset({days}), first)
