"""One cell to one value, by the type of its column. What cannot be read raises `Bad`.

Numbers come in the column's unit (minutes, yuan, persons ...) after 万, % and unit words.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files

from geodata.codes import Bad, parse_level, parse_title, parse_weekday
from geodata.dates import day_first, parse_date
from geodata.schema import Column
from geodata.sheets import Formula
from geodata.text import clean, is_missing, key

Value = str | float | int | bool | date | None


_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?)\s*(?P<scale>万|萬|亿|千|%|‰)?\s*"
    r"(?P<unit>人次|人|张|床|间|分钟|分|min|minutes?|公里|千米|km|元|yuan|天|日|件|次|个|名|台|辆|周|年|例|包|小时|h|岁|家|户|月|个月|°|度)?",
    re.IGNORECASE,
)
_SCALES = {"万": 1e4, "萬": 1e4, "亿": 1e8, "千": 1e3, "%": 0.01, "‰": 0.001, None: 1.0}
_SCIENTIFIC = re.compile(r"(\d(?:\.\d+)?)[eE]\+?(\d+)")
_YES = frozenset({"是", "有", "对", "可", "可以", "能", "y", "yes", "true", "t", "1", "√", "✓", "✔", "☑", "是的", "必须", "是(必须)"})
_NO = frozenset({"否", "无", "没有", "不", "不是", "不可", "不能", "n", "no", "false", "f", "0", "×", "✗", "✘", "x", "不得", "☐"})
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
    if column.unit == "share":
        return Bad(zh, en, "请写成小数（如0.35）或百分数（如35%）。", "Write a share such as 0.35, or 35%.")
    return Bad(zh, en, "请改为一个数字，未知则留空。", "Write one number, or leave the cell blank if it is unknown.")


def _yes_no(raw: object, text: str, column: Column) -> bool:
    lower = text.lower()
    if lower in _YES or lower in _NO:
        return lower in _YES
    raise Bad("是或否", "yes or no", "请写“是”或“否”。", "Write yes or no.")


def _date(raw: object, text: str, column: Column) -> date:
    found = parse_date(raw, text, last=column.name in ("end", "to"))
    if found is None and day_first(text):
        raise Bad("日期，如2026-03-01", "a date such as 2026-03-01", "日和月的先后不明，请按年-月-日写。",
                  "Day and month cannot be told apart; write year-month-day.")  # fmt: skip
    if found is None:
        raise Bad("日期，如2026-03-01", "a date such as 2026-03-01", "请按年-月-日写，如2026-03-01。",
                  "Write year-month-day, such as 2026-03-01.")  # fmt: skip
    return found


@cache
def choice_words() -> dict[str, tuple[str, ...]]:
    """Synonyms of every choice, from `schema/choices.csv`; the first is the one to show."""
    text = files("geodata").joinpath("schema", "choices.csv").read_text(encoding="utf-8")
    return {row["choice"]: tuple(row["synonyms"].split(";")) for row in csv.DictReader(text.splitlines())}


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
    raise Bad(zh, "one of " + ", ".join(column.choices), "请改为其中一项。", "Write one of them.")


def _id(raw: object, text: str, column: Column) -> str:
    """A code as text. 441403001.0 is 441403001; what a spreadsheet has rounded cannot be known."""
    if found := _SCIENTIFIC.fullmatch(text):
        decimals = len(found[1].partition(".")[2])
        if decimals < int(found[2]):
            raise Bad("完整的代码", "the whole code", "表格软件把代码变成了科学计数，已丢失数字：请把该列设为文本后重新填写。",
                      "A spreadsheet turned the code into a rounded number: format the column as text and type it again.")  # fmt: skip
        return str(int(float(text)))
    if isinstance(raw, (int, float)) and abs(raw) >= 1e15:
        raise Bad("文本格式的代码", "the code as text", "数字超过15位会被表格软件改掉末位：请把该列设为文本后重新填写。",
                  "Spreadsheets round numbers of more than 15 digits: format the column as text and type the code again.")  # fmt: skip
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
        raise Bad("已计算的值", "a value", "公式没有保存结果：请用 Excel 或 WPS 打开后重新保存。",
                  "The formula has no saved result: open the workbook in Excel or WPS and save it again.")  # fmt: skip
    if column.type == "list" and isinstance(raw, str):
        raw = re.sub(r"[\r\n]+", ";", raw)
    text = clean(raw)
    if not text or (is_missing(text) and not (column.type == "yes_no" and text == "无")):
        return None
    return _PARSERS[column.type](raw, text, column)
