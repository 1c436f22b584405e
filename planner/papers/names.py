"""Names from the tables on paper: on one line, cut where space ends, unable to turn what follows them round."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from planner.text import joined

#: Controls, line separators, and the marks that switch the direction of a text.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


def wide(text: str) -> float:
    """Width in square characters: Chinese ones and pictures are 1, others a good half."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" or ord(one) > 0xFFFF else 0.56 for one in text)


def plain(text: object) -> str:
    """A text on one line without controls; letters that are written from right to left stay."""
    return " ".join(_UNSEEN.sub(" ", str(text)).split())


def short(text: object, most: float) -> str:
    """A text that is at most `most` square characters wide, its end replaced by an ellipsis where it is longer."""
    told = plain(text)
    if wide(told) <= most:
        return told
    kept, room = "", most - 1.0
    for one in told:
        room -= wide(one)
        if room < 0:
            break
        kept += one
    return kept.rstrip() + "…"


def listed(names: Iterable[str], lang: str, most: int, each: float, more: str) -> str:
    """The first names of a list, each `each` wide at most, then `more` (with `{n}`) for those left out."""
    found = list(names)
    told = joined((short(name, each) for name in found[:most]), lang)
    left = len(found) - most
    return told if left <= 0 else told + more.format(n=left)
