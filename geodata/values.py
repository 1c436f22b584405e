"""One cell to one value, by the type of its column. What cannot be read raises `Bad`.

Numbers come in the column's unit (minutes, yuan, persons ...) after 万, % and unit words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from typing import Any

import pandas as pd

from geodata.catalogue import Texts
from geodata.codes import parse_level, parse_title, parse_weekday
from geodata.dates import day_first, parse_date
from geodata.schema import CODES, Column
from geodata.sentences import Bad, choice_words, joined, said, words
from geodata.sheets import Formula
from geodata.text import clean, is_missing, key, simplified

SAID = Texts("values", "geodata", "checks")

Value = str | float | int | bool | date | None


_NUMBER = re.compile(
    r"[¥$]?\s*(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?)"
    rf"\s*(?P<scale>万|萬|亿|千|%|‰)?\s*(?P<unit>{'|'.join(map(re.escape, words('units')))})?",
    re.IGNORECASE,
)
#: 119°30′12″: degrees, minutes, seconds.
_ANGLE = re.compile(
    r"[东北EN]?[经纬]?\s*(\d{1,3})[°度]\s*(\d{1,2})['′分]\s*(?:(\d{1,2}(?:\.\d*)?)(?:[\"″秒]|''|′′))?\s*[EN]?"
)
_SCALES = {"万": 1e4, "萬": 1e4, "亿": 1e8, "千": 1e3, "%": 0.01, "‰": 0.001, None: 1.0}
_SCIENTIFIC = re.compile(r"(\d(?:\.\d+)?)[eE]\+?(\d+)")
_YES, _NO = frozenset(words("yes")), frozenset(words("no"))
_LIST_SPLIT = re.compile(r"[,、|/]")


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _number(raw: object, text: str, column: Column) -> float:
    """A number in the column's unit, within its least and greatest value."""
    found = None if isinstance(raw, (bool, datetime, date, time)) else _NUMBER.fullmatch(text)
    if column.unit == "degree" and (angle := _ANGLE.fullmatch(text)):
        return float(angle[1]) + float(angle[2]) / 60.0 + float(angle[3] or 0) / 3600.0
    if not found or not re.search(r"\d", found["number"]):
        raise _expected_number(column)
    value = float(re.sub("[, ]", "", found["number"])) * _SCALES[found["scale"]]
    if found["unit"] in ("小时", "h", "H") and column.unit.startswith("minute"):
        value *= 60
    return value


def check_range(value: float, column: Column) -> float:
    """The number itself; `Bad` where it is outside the column's range or not whole."""
    low, high = column.minimum, column.maximum
    # Far from any quantity of a region: a slip, and a danger to every later sum.
    if abs(value) > 1e15 or (low is not None and value < low) or (high is not None and value > high):
        raise _expected_number(column)
    if column.type == "integer" and value != round(value):
        raise _expected_number(column)
    return value


def _expected_number(column: Column) -> Bad:
    kind = "whole" if column.type == "integer" else "number"
    low, high = column.minimum, column.maximum
    limits = "any" if low is None else "least" if high is None else "range"
    wanted = SAID.both(f"wanted.{kind}.{limits}", low=_shown(low), high=_shown(high))
    if column.unit and column.unit not in ("share", "degree"):
        wanted = SAID.both("in_unit", words=wanted, unit=column.unit)
    return Bad(said("share" if column.unit == "share" else "number", words=wanted))


def _yes_no(raw: object, text: str, column: Column) -> bool:
    lower = text.lower()
    if lower in _YES or lower in _NO:
        return lower in _YES
    raise Bad(said("yes_no"))


def _date(raw: object, text: str, column: Column) -> date:
    found = parse_date(raw, text, last=column.name in ("end", "to"))
    if found is None:
        raise Bad(said("date_order" if day_first(text) else "date"))
    return found


@cache
def _choice_lookup(choices: tuple[str, ...]) -> dict[str, str]:
    lookup: dict[str, str] = {}
    for choice in choices:
        for word in (choice, *choice_words()[choice]):
            lookup.setdefault(key(word), choice)
    return lookup


def _choice(raw: object, text: str, column: Column) -> str:
    lookup = _choice_lookup(column.choices)
    if (found := lookup.get(key(text))) is not None:
        return found
    if column.choices[0] == "am" and (found := lookup.get(key(re.sub(r"\(.*\)|[\d:：]+[-~至][\d:：]+", "", text)))):
        return found  # 上午(8:00-11:30)
    shown = [SAID.both("choice", word=choice_words()[choice][0], choice=choice) for choice in column.choices]
    raise Bad(said("choice", words=joined(shown)))


def _id(raw: object, text: str, column: Column) -> str:
    """A code as text. 441403001.0 is 441403001; what a spreadsheet has rounded cannot be known."""
    if found := _SCIENTIFIC.fullmatch(text):
        decimals = len(found[1].partition(".")[2])
        if decimals < int(found[2]):
            raise Bad(said("code_rounded"))
        return str(int(float(text)))
    if isinstance(raw, (int, float)) and abs(raw) >= 1e15:
        raise Bad(said("code_long"))
    return re.sub(r"^(\d+)\.0$", r"\1", text)


def split_cell(text: str) -> list[str]:
    """The parts of a list cell, however they are separated."""
    parts = text.split(";") if ";" in text else _LIST_SPLIT.split(text)
    return [part for part in (piece.strip() for piece in parts) if part and not is_missing(part)]


def _list(raw: object, text: str, column: Column) -> str:
    return ";".join(dict.fromkeys(split_cell(text)))


def _text(raw: object, text: str, column: Column) -> str:
    return text


def _code(text: str) -> str:
    """Text of a code column: simplified characters, `3.0` as `3`."""
    return re.sub(r"^(\d)\.0+$", r"\1", simplified(text))


def _weekday(raw: object, text: str, column: Column) -> int:
    return parse_weekday(_code(text))


def _level(raw: object, text: str, column: Column) -> int:
    return parse_level(_code(text))


def _title(raw: object, text: str, column: Column) -> int:
    return parse_title(_code(text))


_PARSERS: dict[str, Callable[[object, str, Column], Value]] = {
    "id": _id, "text": _text, "list": _list, "number": _number, "integer": _number, "yes_no": _yes_no,
    "choice": _choice, "date": _date, "weekday": _weekday, "level": _level, "title": _title,
}  # fmt: skip


def parse(raw: object, column: Column) -> Value:
    """The value of a cell; None where it is missing. Raises `Bad`. Ranges: see `check_range`."""
    if isinstance(raw, Formula):
        raise Bad(said("formula"))
    if column.type == "list" and isinstance(raw, str):
        raw = re.sub(r"[\r\n]+", ";", raw)
    text = clean(raw)
    if not text or (is_missing(text) and not (column.type == "yes_no" and text == "无")):
        return None
    return _PARSERS[column.type](raw, text, column)


def as_series(values: list[Any], column: Column) -> pd.Series[Any]:
    """Values as a series of the column's type (see `geodata.schema`)."""
    if column.type in ("number", "integer"):
        return pd.Series([float("nan") if value is None else float(value) for value in values], dtype="float64")
    if column.type in CODES:
        complete = all(value is not None for value in values)
        filled = [float("nan") if value is None else value for value in values]
        return pd.Series(filled, dtype="int64" if complete else "float64")
    if column.type == "date":
        days: Any = [value if isinstance(value, date) else None for value in values]
        return pd.Series(pd.to_datetime(days), dtype="datetime64[ns]")
    if column.type == "yes_no":
        return pd.Series(values, dtype=object)
    return pd.Series(["" if value is None else value for value in values], dtype=object)
