"""A small table for the terminal, in columns that line up also where letters are two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

#: Spaces between two columns.
AIR = 2


def width(text: str) -> int:
    """Columns of the terminal that a text takes: wide letters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> list[str]:
    """The lines of a table: numbers to the right, texts to the left, no blank at the end of a line."""
    lines = [headings, *rows]
    widths = [max(width(line[at]) for line in lines) for at in range(len(headings))]
    return [
        (" " * AIR).join(_padded(line[at], widths[at], numeric[at]) for at in range(len(headings))).rstrip()
        for line in lines
    ]


def _padded(text: str, columns: int, right: bool) -> str:
    blank = " " * (columns - width(text))
    return blank + text if right else text + blank
