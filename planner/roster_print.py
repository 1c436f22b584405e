"""Formats and page set-up of the roster's sheets: lists with a title, signature lines, widths and heights.

Marks must survive a black-and-white printer: whatever a colour says, a sign or a border says too.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import pandas as pd

from planner.roster_views import RosterView

FONT = "Microsoft YaHei"
A4, A3 = 9, 8
#: Printable size of a landscape page in millimetres within the margins below.
PAGE_MM = {A4: (281.0, 178.0), A3: (404.0, 265.0)}
MARGINS = {"left": 0.3, "right": 0.3, "top": 0.5, "bottom": 0.6}
PIXELS_PER_MM = 96 / 25.4
POINTS_PER_MM = 72 / 25.4
WIDEST_EM, NARROWEST_EM = 26.0, 3.0
GREY, LIGHT, INK = "#D0D0D0", "#EDEDED", "#17242D"


@cache
def _wide(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.56


@lru_cache(maxsize=4096)
def em(text: str) -> float:
    """Width of a text in wide characters."""
    return sum(map(_wide, text))


@lru_cache(maxsize=4096)
def wrapped(text: str, capacity: float) -> int:
    """Lines of a text in a cell that holds `capacity` wide characters a line; breaks anywhere."""
    lines = 0
    for part in text.split("\n"):
        lines += 1
        if em(part) <= capacity:
            continue
        used = 0.0
        for one in part:
            wide = _wide(one)
            if used + wide > capacity and used:
                lines += 1
                used = 0.0
            used += wide
    return max(1, lines)


class Printer:
    """The workbook being written, with formats made once and the sheets of the roster."""

    def __init__(self, book: Any, roster: RosterView) -> None:
        self.book = book
        self.roster = roster
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def style(self, **wanted: object) -> Any:
        """A cell format; the same wishes give the same format."""
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 9, "valign": "vcenter"}
            self._formats[key] = self.book.add_format({**base, **wanted})
        return self._formats[key]

    @property
    def version(self) -> str:
        output = self.roster.config.output
        return self.roster.say("version", number=output.version, code=self.roster.code)

    @property
    def span(self) -> str:
        days = self.roster.days
        return self.roster.say("span", first=days[0].on, last=days[-1].on) if days else ""

    def add(self, name: str, paper: int = A4) -> Any:
        """A landscape sheet, one page wide, with version and page number at the foot."""
        sheet = self.book.add_worksheet(name[:31])
        sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.set_margins(**MARGINS)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        foot = f"{self.roster.region} {self.version}".replace("&", "&&")[:100]
        sheet.set_footer(f"&L&8{foot}&R&8&P / &N", {"margin": 0.25})
        return sheet

    def list(
        self,
        name: str,
        title: str,
        table: pd.DataFrame,
        *,
        group: int | None = None,
        page_per: int | None = None,
        note: str = "",
        size: float = 9.0,
        widest: float = WIDEST_EM,
    ) -> None:
        """One table under a title, heads repeated on every page, signature lines at the end.

        group: a thick line where this column changes; page_per: a new page where this column changes.
        """
        if table.empty:
            return
        sheet = self.add(name)
        last = len(table.columns) - 1
        self._title(sheet, title, note or f"{self.version}　{self.span}", last)
        widths = [
            min(widest, max(NARROWEST_EM, em(str(column)), *(_longest(value) for value in table.iloc[:, at])))
            for at, column in enumerate(table.columns)
        ]
        for at, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
            sheet.set_column_pixels(at, at, round(width * size * 96 / 72 + 9))
            sheet.write_string(2, at, str(column), self.style(
                bold=True, border=1, align="center", text_wrap=True, bg_color=LIGHT, font_size=size
            ))  # fmt: skip
        sheet.set_row(
            2, 2.4 * size if all(em(str(c)) <= w for c, w in zip(table.columns, widths, strict=True)) else 3.6 * size
        )
        before: tuple[object, ...] | None = None
        breaks = []
        for line, row in enumerate(table.itertuples(index=False, name=None), start=3):
            new = before is not None and group is not None and row[group] != before[group]
            if before is not None and page_per is not None and row[page_per] != before[page_per]:
                breaks.append(line)
            for at, value in enumerate(row):
                self.value(sheet, line, at, value, top=2 if new else 1, font_size=size)
            tall = max(wrapped(_text(value), width) for value, width in zip(row, widths, strict=True))
            sheet.set_row(line, max(1.8 * size, tall * 1.38 * size + 3))
            before = row
        end = self.sign(sheet, len(table) + 3, last, sum(width * size * 96 / 72 + 9 for width in widths))
        sheet.freeze_panes(3, 1)
        sheet.repeat_rows(0, 2)
        sheet.autofilter(2, 0, len(table) + 2, last)
        sheet.print_area(0, 0, end, last)
        if breaks:
            sheet.set_h_pagebreaks(breaks)

    def value(self, sheet: Any, line: int, at: int, value: object, **style: object) -> None:
        """A number as a number, a date as a date, everything else as plain text."""
        style = {"border": 1, "text_wrap": True, **style}
        if isinstance(value, date):
            moment = datetime(value.year, value.month, value.day)
            sheet.write_datetime(line, at, moment, self.style(**style, num_format="yyyy-mm-dd", align="center"))
        elif isinstance(value, int | float) and math.isfinite(value):
            shown = "0" if float(value).is_integer() else "0.0#"
            sheet.write_number(line, at, value, self.style(**style, num_format=shown, align="center"))
        elif _text(value):
            sheet.write_string(line, at, _text(value), self.style(**style))
        else:
            sheet.write_blank(line, at, None, self.style(**style))

    def _title(self, sheet: Any, title: str, note: str, last: int) -> None:
        self.merge(sheet, 0, 0, 0, last, title, self.style(bold=True, font_size=15, align="center"))
        self.merge(sheet, 1, 0, 1, last, note, self.style(font_size=9, align="center", text_wrap=True))
        sheet.set_row(0, 26)
        sheet.set_row(1, 15)

    def sign(self, sheet: Any, line: int, last: int, width: float) -> int:
        """Signature lines and the place of the seal below a table `width` pixels wide; returns the last row."""
        sheet.set_row(line, 8)
        signed, style = self.roster.say("signatures"), self.style(font_size=10, text_wrap=True)
        self.merge(sheet, line + 1, 0, line + 1, last, signed, style)
        sheet.set_row(line + 1, 26 if em(signed) * 10 * 96 / 72 < width - 6 else 44)
        seal = self.style(font_size=10, align="right", valign="top", font_color="#5C6B75")
        self.merge(sheet, line + 2, 0, line + 2, last, self.roster.say("seal"), seal)
        sheet.set_row(line + 2, 40)
        return line + 2

    @staticmethod
    def merge(sheet: Any, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
        """A text over several cells, as text whatever it begins with."""
        if (top, left) != (bottom, right):
            sheet.merge_range(top, left, bottom, right, "", style)
        sheet.write_string(top, left, text, style)


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def _longest(value: object) -> float:
    """Width of the longest line of a value, in wide characters."""
    lines: Sequence[str] = _text(value).split("\n")
    return max(em(line) for line in lines) + 0.4
