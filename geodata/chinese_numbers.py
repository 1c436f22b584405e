"""Small numbers as people write them in lists: `2,5,8`, `二、五、八`, `逢五逢十`, `日`."""

from __future__ import annotations

import re

_ONES = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "日": 7, "天": 7, "两": 2}
_WORD = re.compile(
    r"\d+|[一二三四五六七八九两]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九两日天]|初"
)


def digits_of(text: str) -> list[int]:
    """The numbers of a list in their order; [] where there is none."""
    return [_value(word) for word in _WORD.findall(text) if word != "初"]


def _value(word: str) -> int:
    if word.isdigit():
        return int(word)
    if word.startswith("廿"):
        return 20 + _ONES.get(word[1:], 0)
    if "十" in word:
        tens, ones = word.split("十")
        return 10 * _ONES.get(tens, 1) + _ONES.get(ones, 0)
    return _ONES[word]
