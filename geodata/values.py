"""One cell to one value, by the type of its column. What cannot be read raises `Bad`.

Numbers come in the column's unit (minutes, yuan, persons ...) after 万, % and unit words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache

from geodata.codes import parse_level, parse_title, parse_weekday
from geodata.dates import day_first, parse_date
from geodata.schema import Column
from geodata.sentences import Bad, choice_words, said, words
from geodata.sheets import Formula
from geodata.text import clean, is_missing, key

Value = str | float | int | bool | date | None


_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?)"
    rf"\s*(?P<scale>万|萬|亿|千|%|‰)?\s*(?P<unit>{'|'.join(map(re.escape, words('units')))})?",
    re.IGNORECASE,
)
_SCALES = {"万": 1e4, "萬": 1e4, "亿": 1e8, "千": 1e3, "%": 0.01, "‰": 0.001, None: 1.0}
_SCIENTIFIC = re.compile(r"(\d(?:\.\d+)?)[eE]\+?(\d+)")
_YES, _NO = frozenset(words("yes")), frozenset(words("no"))
_LIST_SPLIT = re.compile(r"[,、|/]")


def _shown(number: float) -> str:
    return f"{number:g}"


def _number(raw: object, text: str, column: Column) -> float:
    """A number in the column's unit, within its least and greatest value."""
    found = None if isinstance(raw, (bool, datetime, date, time)) else _NUMBER.fullmatch(text)
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
    whole = column.type == "integer"
    low, high = column.minimum, column.maximum
    en, zh = ("a whole number" if whole else "a number"), ("整数" if whole else "数字")
    if low is not None and high is not None:
        en, zh = f"{en} from {_shown(low)} to {_shown(high)}", f"{_shown(low)}到{_shown(high)}的{zh}"
    elif low is not None:
        en, zh = f"{en} of {_shown(low)} or more", f"不小于{_shown(low)}的{zh}"
    if column.unit and column.unit not in ("share", "degree"):
        en = f"{en} ({column.unit})"
    return Bad(said("share" if column.unit == "share" else "number", zh=zh, en=en))


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
    zh = "、".join(f"{choice_words()[choice][0]}（{choice}）" for choice in column.choices)
    raise Bad(said("choice", zh=zh, en=", ".join(column.choices)))


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


def _weekday(raw: object, text: str, column: Column) -> int:
    return parse_weekday(text)


def _level(raw: object, text: str, column: Column) -> int:
    return parse_level(text)


def _title(raw: object, text: str, column: Column) -> int:
    return parse_title(text)


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
