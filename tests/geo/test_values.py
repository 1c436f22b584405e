"""One cell at a time: what people write, and what it is read as or why not."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from geodata.dates import parse_date, parse_period
from geodata.schema import columns_of
from geodata.sentences import Bad
from geodata.values import parse


@pytest.mark.parametrize(
    ("place", "raw", "expected"),
    [
        ("institutions.population", "5.3万", 53000.0),
        ("institutions.population", "１，２３４", 1234.0),
        ("institutions.population", "12 345 人", 12345.0),
        ("institutions.beds", "300张", 300.0),
        ("institutions.lon", "119.5°", 119.5),
        ("institutions.lat", "32°30′36″", 32.51),
        ("centres.opening_cost", "¥8,000元", 8000.0),
        ("needs.recoverable_share", "35%", 0.35),
        ("travel.minutes", "1.5小时", 90.0),
        ("travel.minutes", "45分钟", 45.0),
        ("institutions.population", "1.2e5", 120000.0),
        ("institutions.beds", "N/A", None),
        ("institutions.beds", "无", None),
        ("institutions.beds", "／", None),
        ("institutions.beds", "——", None),
        ("institutions.level", "三级甲等", 3),
        ("institutions.level", "三甲", 3),
        ("institutions.level", "二级综合医院", 2),
        ("institutions.level", "一级", 1),
        ("institutions.level", "村级", 0),
        ("institutions.level", "3.0", 3),
        ("institutions.level", "2A", 2),
        ("institutions.level", 0, 0),
        ("institutions.level", "tertiary", 3),
        ("doctors.title", "副主任医师", 3),
        ("doctors.title", "主任中医师", 4),
        ("doctors.title", "主治医师", 2),
        ("doctors.title", "住院医师", 1),
        ("doctors.title", "副高", 3),
        ("doctors.title", 4, 4),
        ("doctors.title", "主任", 4),
        ("duties.weekday", "周一", 1),
        ("duties.weekday", "星期三", 3),
        ("duties.weekday", "礼拜天", 7),
        ("duties.weekday", "5", 5),
        ("duties.weekday", 2.0, 2),
        ("duties.weekday", "Friday", 5),
        ("duties.weekday", "周日", 7),
        ("duties.weekday", "每周二", 2),
        ("duties.slot", "上午", "am"),
        ("duties.slot", "下午", "pm"),
        ("duties.slot", "全天", "day"),
        ("duties.slot", "夜班", "night"),
        ("duties.slot", "AM", "am"),
        ("duties.slot", "上午（8:00-11:30）", "am"),
        ("duties.weeks", "单周", "odd"),
        ("institutions.lead", "是", True),
        ("institutions.lead", "无", False),
        ("institutions.lead", 1, True),
        ("institutions.lead", "FALSE", False),
        ("institutions.kind", "乡镇卫生院", "township_centre"),
        ("needs.pattern", "每两周一次", "fortnightly"),
        ("doctors.scope", "骨科、外科/疼痛科", "骨科;外科;疼痛科"),
        ("doctors.scope", "骨科\n外科", "骨科;外科"),
        ("institutions.id", 441403001.0, "441403001"),
        ("institutions.id", "441403001.0", "441403001"),
        ("institutions.id", "4.41403001E8", "441403001"),
        ("institutions.name", "ＡＢ（南）\u3000院", "AB(南) 院"),
        ("institutions.name", "张　伟", "张伟"),
        ("needs.min_sessions_per_month", ".5", 0.5),
    ],
)
def test_values(place: str, raw: object, expected: object) -> None:
    """What people write is read as what they mean."""
    table, _, column = place.partition(".")
    value = parse(raw, columns_of(table)[column])
    assert value == pytest.approx(expected) if isinstance(expected, float) else value == expected


@pytest.mark.parametrize(
    ("place", "raw"),
    [
        ("institutions.beds", "三十"),
        ("institutions.beds", "约30"),
        ("institutions.beds", "12-15"),
        ("institutions.beds", "1,23"),
        ("institutions.beds", datetime(2026, 3, 1)),
        ("institutions.beds", True),
        ("institutions.beds", "inf"),
        ("institutions.beds", "#REF!"),
        ("institutions.level", "四级"),
        ("institutions.level", "县级"),
        ("duties.weekday", "周八"),
        ("duties.weekday", "周一、周三"),
        ("duties.slot", "傍晚"),
        ("doctors.title", "高级"),
        ("institutions.lead", "可能"),
        ("absences.start", "03/04/2024"),
        ("absences.start", "2026-02-30"),
        ("absences.start", 2026),
        ("absences.start", "明天"),
        ("institutions.id", "4.41E+08"),
        ("institutions.id", 441403001002003004.0),
        ("institutions.kind", "饭店"),
    ],
)
def test_values_that_cannot_be_read(place: str, raw: object) -> None:
    """What is no value of its column is refused with an expectation and a cure in both languages."""
    table, _, column = place.partition(".")
    with pytest.raises(Bad) as caught:
        parse(raw, columns_of(table)[column])
    said = caught.value.said
    assert said.expected_en and said.expected_zh and said.cure_en and said.cure_zh


@pytest.mark.parametrize(
    "text",
    ["2024.1.1", "2024年1月1日", "2024-01-01", "2024/1/1", "20240101", "45292", "2024-01-01 00:00:00", "2024年1月1号"],
)
def test_dates(text: str) -> None:
    """Every way to write a date that offices use is the same day."""
    assert parse_date(text, text) == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024.1.1-6.30", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024.1.1-2024.6.30", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024年1月1日至6月30日", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024-01-01-2024-06-30", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024-01-01~2024-06-30", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024.11.1—2.28", date(2024, 11, 1), date(2025, 2, 28)),
        ("2024年1月至6月", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024.3.4-8", date(2024, 3, 4), date(2024, 3, 8)),
    ],
)
def test_periods(text: str, first: date, last: date) -> None:
    """A period in one cell is its first and last day; a missing year is the first one's, or the next."""
    assert parse_period(text) == (first, last)
