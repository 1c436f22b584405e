"""How a language writes days, months and numbers, and the order of names in lists that people read.

Tables and CSV files keep ISO days, plain numbers and their own order; this is for sentences, headings and lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from geodata.languages import LOCALES

#: Surnames that are not read as the same character elsewhere.
_SURNAMES: Mapping[str, str] = {
    "万俟": "mo4 qi2", "尉迟": "yu4 chi2", "长孙": "zhang3 sun1", "令狐": "ling2 hu2", "澹台": "tan2 tai2",
    "单": "shan4", "曾": "zeng1", "解": "xie4", "仇": "qiu2", "查": "zha1", "区": "ou1", "朴": "piao2", "盖": "ge3",
    "翟": "zhai2", "乐": "yue4", "覃": "qin2", "冼": "xian3", "缪": "miao4", "任": "ren2", "华": "hua4", "宁": "ning4",
    "燕": "yan1", "纪": "ji3", "曲": "qu1", "牟": "mou4", "员": "yun4", "种": "chong2", "逄": "pang2", "乜": "nie4",
}  # fmt: skip
_HANZI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_PARTS = re.compile(rf"\d+|{_HANZI.pattern}|.", re.DOTALL)
#: Group (0 digits, 1 other writing, 2 Chinese), syllable or letter, number or tone, the writing itself.
_Key = tuple[tuple[int, str, int, str], ...]


def day(on: date, lang: str) -> str:
    """A day as the language writes it: 2026年3月2日, Mar 2, 2026."""
    from babel.dates import format_date

    return format_date(on, "medium", locale=LOCALES[lang])


@cache
def month(year: int, number: int, lang: str) -> str:
    """A month with its year: 2026年3月, Mar 2026."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMM", date(year, number, 1), locale=LOCALES[lang])


@cache
def short_month(number: int, lang: str) -> str:
    """A month alone: 3月, Mar."""
    from babel.dates import format_skeleton

    return format_skeleton("MMM", date(2000, number, 1), locale=LOCALES[lang])


@cache
def short_weekday(number: int, lang: str) -> str:
    """A weekday (Monday 1): 周一, Mon."""
    from babel.dates import format_skeleton

    return format_skeleton("EEE", date(2001, 1, number), locale=LOCALES[lang])


@cache
def _signs(lang: str) -> dict[int, str]:
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = LOCALES[lang]
    return {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale)}


def number(figure: str, lang: str) -> str:
    """A figure written by Python (1,234.5) with the separators of the language; rounding stays Python's."""
    return figure.translate(_signs(lang))


def name_key(name: str, person: bool = False) -> _Key:
    """The place of a name in a list.

    Chinese by pinyin, syllable by syllable, with the reading that words give it (重庆 as Chongqing) and, for a person,
    the surname's; numbers by their size; other writing before, without accents.
    """
    found: list[tuple[int, str, int, str]] = []
    for at, part in enumerate(_PARTS.findall(unicodedata.normalize("NFKC", name).strip())):
        if part.isdecimal():
            found.append((0, "", int(part), part))
        elif _HANZI.fullmatch(part):
            found += [
                (2, *_syllable(read), sign) for sign, read in zip(part, _read(part, person and at == 0), strict=True)
            ]
        else:
            found.append((1, unicodedata.normalize("NFKD", part.casefold())[0], 0, part))
    return tuple(found)


def by_name(names: Iterable[str], person: bool = False) -> list[str]:
    """Names in the order in which people look them up."""
    return sorted(names, key=lambda name: (name_key(name, person), name))


def ranks(names: list[str], person: bool = False) -> list[int]:
    """The place of each name in that order, from 0."""
    order = sorted(range(len(names)), key=lambda at: (name_key(names[at], person), names[at], at))
    place = [0] * len(names)
    for rank, at in enumerate(order):
        place[at] = rank
    return place


@cache
def _read(text: str, person: bool) -> tuple[str, ...]:
    """The reading of each character, with its tone as a number."""
    from pypinyin import Style, pinyin

    for length in (2, 1) if person else ():
        if surname := _SURNAMES.get(text[:length]):
            return (*surname.split(), *_read(text[length:], False)) if text[length:] else tuple(surname.split())
    read = tuple(one[0] for one in pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors=_alone))
    return read if len(read) == len(text) else tuple(text)


def _alone(text: str) -> str:
    """What has no reading stands by itself."""
    return text


def _syllable(read: str) -> tuple[str, int]:
    return (read[:-1], int(read[-1])) if read[-1:].isdigit() else (read, 0)
