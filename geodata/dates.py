"""Dates and periods as offices write them: 2024.1.1, 2024年1月1日, Excel serials, 2024.1.1-6.30."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_FULL = re.compile(
    r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?")
_SHORT = re.compile(r"(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?")
_DAY = re.compile(r"(\d{1,2})\s*[日号]?")
_DAY_FIRST_UNSURE = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")
_SEPARATOR = re.compile(r"\s*(?:至|到|~|〜|—+|–|―|--+|\s-\s|\sto\s)\s*")
#: Excel's day 0 (its false leap day of 1900 is before every date that a plan needs).
_EXCEL_EPOCH = date(1899, 12, 30)
#: Excel serials read as dates: 1927 to 2119, so that a year such as 2024 is not one.
_SERIALS = (10_000.0, 80_000.0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return made if 1900 <= year <= 2199 else None


def _month_end(year: int, month: int) -> date | None:
    after = _date(year + month // 12, month % 12 + 1, 1) if 1 <= month <= 12 else None
    return after - timedelta(days=1) if after else None


def parse_date(raw: object, text: str, *, last: bool = False) -> date | None:
    """A cell as a date, or None if it is none; `text` is the cleaned cell.

    A month alone (2024年1月) is its first day, or its last with `last`. Numbers, and text that
    is one, are Excel serials (days since 30 December 1899).
    """
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    for pattern in (_FULL, _COMPACT):
        if found := pattern.fullmatch(text):
            return _date(int(found[1]), int(found[2]), int(found[3]))
    if re.fullmatch(r"\d+(\.\d+)?", text) and _SERIALS[0] <= float(text) <= _SERIALS[1]:
        return _EXCEL_EPOCH + timedelta(days=int(float(text)))
    if (found := _MONTH.fullmatch(text)) and not isinstance(raw, (int, float)):
        year, month = int(found[1]), int(found[2])
        return _month_end(year, month) if last else _date(year, month, 1)
    return None


def day_first(text: str) -> bool:
    """Whether a text is a date whose order nobody can tell (03/04/2024)."""
    return _DAY_FIRST_UNSURE.fullmatch(text) is not None


def parse_period(text: str) -> tuple[date, date] | None:
    """`2024.1.1-6.30`, `2024年1月1日至6月30日`, `2024-01-01~2024-06-30`: first and last day, or None.

    A second date without a year takes the year of the first, or the next one if it would be earlier.
    """
    for left, right in _cuts(text):
        start = parse_date(left, left)
        end = _second(right, start) if start else None
        if start and end and start <= end:
            return start, end
    return None


def _cuts(text: str) -> list[tuple[str, str]]:
    sure = _SEPARATOR.split(text)
    if len(sure) == 2:
        return [(sure[0].strip(), sure[1].strip())]
    places = [at for at, letter in enumerate(text) if letter == "-"]
    # The middle hyphen first: 2024-01-01-2024-06-30.
    places.sort(key=lambda at: abs(2 * at - len(text)))
    return [(text[:at].strip(), text[at + 1 :].strip()) for at in places]


def _second(text: str, start: date) -> date | None:
    if whole := parse_date(text, text, last=True):
        return whole
    if found := _SHORT.fullmatch(text):
        month, day = int(found[1]), int(found[2])
        same = _date(start.year, month, day)
        return same if same and same >= start else _date(start.year + 1, month, day)
    if re.fullmatch(r"(\d{1,2})月", text):
        month = int(text[:-1])
        same = _month_end(start.year, month)
        return same if same and same >= start else _month_end(start.year + 1, month)
    if found := _DAY.fullmatch(text):
        return _date(start.year, start.month, int(found[1]))
    return None
