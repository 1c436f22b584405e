"""Market days by the lunar calendar, by the week, and every so many days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from planner.market_days import MarketRuleError, lunar_day, market_days


def dates(rule: str, first: date, days: int) -> list[date]:
    on = market_days(rule)
    return [day for day in (first + timedelta(days=n) for n in range(days)) if on(day)]


@pytest.mark.parametrize(
    "rule", ["lunar 2,5,8", "逢二、五、八", "农历逢2、5、8", "逢二五八", "每月逢2；5；8", "逢二逢五逢八"]
)
def test_lunar_days_return_every_ten_days(rule: str) -> None:
    """Markets on lunar days 2, 5 and 8 are held on 2, 5, 8, 12, 15, 18, 22, 25 and 28 of the lunar month."""
    found = [lunar_day(day) for day in dates(rule, date(2026, 4, 17), 30)]  # 17 April 2026 is a lunar first
    assert found[:9] == [2, 5, 8, 12, 15, 18, 22, 25, 28]


def test_a_lunar_month_of_29_days_has_no_thirtieth() -> None:
    """In the second lunar month of 2026 (29 days) a market on fives and tens ends on the 25th, then on the 5th."""
    found = dates("lunar 5,10", date(2026, 4, 7), 20)
    assert [(day.isoformat(), lunar_day(day)) for day in found] == [
        ("2026-04-07", 20), ("2026-04-12", 25), ("2026-04-21", 5), ("2026-04-26", 10),
    ]  # fmt: skip
    assert lunar_day(date(2026, 4, 16)) == 29 and lunar_day(date(2026, 4, 17)) == 1


def test_the_first_and_the_fifteenth_are_days_of_the_month() -> None:
    """初一、十五 means these two days alone, not every tenth day."""
    assert {lunar_day(day) for day in dates("农历初一、十五", date(2026, 4, 1), 60)} == {1, 15}


def test_weekdays_and_rhythms() -> None:
    """A weekday, a Chinese weekday, and every fifth day from a date."""
    assert {day.isoweekday() for day in dates("weekday 6", date(2026, 4, 1), 30)} == {6}
    assert {day.isoweekday() for day in dates("周日", date(2026, 4, 1), 30)} == {7}
    found = dates("every 5 from 2026-01-03", date(2026, 4, 1), 12)
    assert found == [date(2026, 4, 3), date(2026, 4, 8)]
    assert dates("每5天 自2026年1月3日起", date(2026, 4, 1), 12) == found


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "often",
        "weekday 8",
        "every 0 from 2026-01-03",
        "every 5 from someday",
        "lunar 31",
        "逢双日",
        "lunar 2x",
        "周八",
    ],
)
def test_a_rule_that_says_nothing_is_refused(rule: str) -> None:
    """A rule that cannot be read raises, instead of meaning no day."""
    with pytest.raises(MarketRuleError):
        market_days(rule)
