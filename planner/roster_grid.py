"""One month on landscape A3: rows of sites or departments, columns of dates by morning and afternoon.

A day off is one narrow grey column. Heights are worked out from the texts, since a spreadsheet does not
do so for rows written by a program, and pages end between two blocks of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.roster_print import A3, A4, GREY, LIGHT, PAGE_MM, PIXELS_PER_MM, POINTS_PER_MM, Printer, em, wrapped
from planner.roster_views import Day, Half
from planner.roster_words import SHORT_WEEKDAYS

NAME_SIZE, REST_SIZE = 7.5, 7.0
HEAD_PIXELS, OFF_PIXELS, WIDE_PIXELS = 142, 15, 110
#: Height of a line of text over its size; fonts for Chinese are tall.
LEADING = 1.4
#: Rows above the table: title, legend, date, weekday, half-day.
HEAD_ROWS = 5
PADDING = 5.0
#: Points of the lines to sign.
FOOT = 58.0
#: Share of a page that is filled before the next block begins a new one.
FILLED = 0.995


@dataclass(frozen=True)
class Cell:
    """A cell of the grid: a name in bold, smaller text below, and whether it is marked as changed."""

    name: str = ""
    rest: str = ""
    marked: bool = False
    hatched: bool = False


@dataclass(frozen=True)
class Block:
    """Rows that belong together: their heading (bold, then small) and one mapping of cells per row."""

    name: str
    rest: str
    lines: Sequence[Mapping[Half, Cell]]


def page_starts(heights: Sequence[float], room: float, foot: float) -> set[int]:
    """Blocks that begin a new page: as few pages as blocks in one piece allow, filled evenly.

    heights: of the blocks; room: of a page; foot: needed below the last block. All in one unit.
    """
    sizes = [*heights[:-1], heights[-1] + foot] if heights else []
    fewest = len(_starts(sizes, room))
    low, high = max([*sizes, 0.0]), max([room, *sizes])
    # The smallest page that takes no more pages.
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_starts(sizes, middle)) <= fewest else (middle, high)
    return _starts(sizes, high)


def _starts(sizes: Sequence[float], room: float) -> set[int]:
    found, used = set(), 0.0
    for at, size in enumerate(sizes):
        if used and used + size > room:
            found.add(at)
            used = 0.0
        used += size
    return found


class Grid:
    """Writes one month."""

    def __init__(self, printer: Printer, days: Sequence[Day], words: Sequence[str]) -> None:
        """words: texts that a half-day's column must be able to hold on one line (names)."""
        self.printer = printer
        self.roster = printer.roster
        self.days = days
        self.small = printer.style(font_size=REST_SIZE, bold=False)
        longest = max((em(text) for text in words), default=3.0)
        wide = min(6.0, max(3.0, longest)) * NAME_SIZE * 96 / 72 + PADDING
        halves = sum(2 for day in days if day.working)
        off = sum(OFF_PIXELS for day in days if not day.working)
        # A few days fit on A4, and then with wider columns and lower rows.
        narrow = HEAD_PIXELS + off + halves * WIDE_PIXELS <= PAGE_MM[A4][0] * PIXELS_PER_MM
        self.paper = A4 if narrow else A3
        page = PAGE_MM[self.paper][0] * PIXELS_PER_MM
        spare = (page - HEAD_PIXELS - off) / max(1, halves)
        self.half_pixels = round(min(max(wide, spare), WIDE_PIXELS))
        self.scale = min(1.0, page / (HEAD_PIXELS + off + halves * self.half_pixels))
        self.columns: dict[Half, int] = {}
        self.off: list[tuple[int, Day]] = []
        at = 1
        for day in days:
            if day.working:
                self.columns[day.on, "am"], self.columns[day.on, "pm"] = at, at + 1
                at += 2
            else:
                self.off.append((at, day))
                at += 1
        self.last = at - 1

    def write(self, name: str, title: str, legend: str, head: str, blocks: Sequence[Block]) -> None:
        """One sheet: heads, blocks, signature lines; pages end between blocks."""
        sheet = self.printer.add(name, self.paper)
        self._heads(sheet, title, legend, head)
        line = HEAD_ROWS
        room = PAGE_MM[self.paper][1] * POINTS_PER_MM / self.scale * FILLED - self.head_height
        every = [self._heights(block) for block in blocks]
        starts = page_starts([sum(heights) for heights in every], room, FOOT)
        breaks = []
        for at, (block, heights) in enumerate(zip(blocks, every, strict=True)):
            if at in starts:
                breaks.append(line)
            self._block(sheet, line, block, heights)
            line += len(heights)
        last = self._foot(sheet, line)
        sheet.freeze_panes(HEAD_ROWS, 1)
        sheet.repeat_rows(0, HEAD_ROWS - 1)
        sheet.repeat_columns(0)
        sheet.print_area(0, 0, last, self.last)
        if breaks:
            sheet.set_h_pagebreaks(breaks)

    # --- heads ----------------------------------------------------------------------------

    def _heads(self, sheet: Any, title: str, legend: str, head: str) -> None:
        style, merge = self.printer.style, self.printer.merge
        sheet.set_column_pixels(0, 0, HEAD_PIXELS)
        for at in self.columns.values():
            sheet.set_column_pixels(at, at, self.half_pixels)
        for at, _ in self.off:
            sheet.set_column_pixels(at, at, OFF_PIXELS)
        total = HEAD_PIXELS + len(self.columns) * self.half_pixels + len(self.off) * OFF_PIXELS
        lines = wrapped(legend, total / (9 * 96 / 72) - 2)
        heights = (27.0, 13.5 * lines + 3, 14.0, 14.0, 25.0)
        for line, height in enumerate(heights):
            sheet.set_row(line, height)
        self.head_height = sum(heights)
        merge(sheet, 0, 0, 0, self.last, title, style(bold=True, font_size=18, align="center"))
        merge(sheet, 1, 0, 1, self.last, legend, style(font_size=9, text_wrap=True))
        top = style(bold=True, border=1, align="center", text_wrap=True, bg_color=LIGHT, font_size=8)
        merge(sheet, 2, 0, 4, 0, head, top)
        weekdays = SHORT_WEEKDAYS[self.roster.lang]
        for day in self.days:
            if not day.working:
                continue
            at = self.columns[day.on, "am"]
            mark = self.roster.say("make_up") if day.make_up else ""
            shown = style(bold=True, border=1, align="center", font_size=8, **({"underline": 1} if mark else {}))
            merge(sheet, 2, at, 2, at + 1, str(day.on.day), shown)
            merge(sheet, 3, at, 3, at + 1, f"{weekdays[day.on.isoweekday() - 1]} {mark}".strip(), shown)
            for slot, place in (("am", at), ("pm", at + 1)):
                sheet.write_string(4, place, self.roster.slot(slot), style(
                    border=1, align="center", font_size=REST_SIZE, right=2 if slot == "pm" else 1, text_wrap=True
                ))  # fmt: skip
        grey = style(border=1, align="center", font_size=7, bg_color=GREY)
        upright = style(border=1, align="center", font_size=6, bg_color=GREY, rotation=270)
        for at, day in self.off:
            sheet.write_string(2, at, str(day.on.day), grey)
            sheet.write_string(3, at, weekdays[day.on.isoweekday() - 1], grey)
            told = day.holiday if self.roster.lang == "zh" else ""
            sheet.write_string(4, at, told or self.roster.say("day_off") * (self.roster.lang == "zh"), upright)

    # --- rows -----------------------------------------------------------------------------

    def _capacity(self, size: float) -> float:
        return (self.half_pixels - PADDING) / (size * 96 / 72)

    def _heights(self, block: Block) -> list[float]:
        """Points of each row; the last ones grow where the heading needs more."""
        heights = []
        for cells in block.lines:
            tall = 0.0
            for cell in cells.values():
                height = wrapped(cell.name, self._capacity(NAME_SIZE)) * LEADING * NAME_SIZE if cell.name else 0.0
                if cell.rest:
                    height += wrapped(cell.rest, self._capacity(REST_SIZE)) * LEADING * REST_SIZE
                tall = max(tall, height)
            heights.append(max(16.0, tall + 3.0))
        inner = (HEAD_PIXELS - PADDING) / (REST_SIZE * 96 / 72)
        asked = wrapped(block.name, inner * REST_SIZE / 9) * LEADING * 9 + 5.0
        asked += wrapped(block.rest, inner) * 1.5 * REST_SIZE if block.rest else 0.0
        short = asked - sum(heights)
        return [height + max(0.0, short) / len(heights) for height in heights]

    def _block(self, sheet: Any, line: int, block: Block, heights: Sequence[float]) -> None:
        style = self.printer.style
        for at, height in enumerate(heights):
            sheet.set_row(line + at, height)
        bottom = line + len(heights) - 1
        head = style(border=1, top=2, text_wrap=True, valign="top", font_size=9, bold=True)
        if bottom > line:
            sheet.merge_range(line, 0, bottom, 0, "", head)
        self._runs(sheet, line, 0, (block.name, style(bold=True)), (block.rest, self.small), head)
        for number, cells in enumerate(block.lines):
            top = 2 if number == 0 else 1
            for half, at in self.columns.items():
                self._cell(sheet, line + number, at, cells.get(half), top, 2 if half[1] == "pm" else 1)
            for at, _ in self.off:
                sheet.write_blank(line + number, at, None, style(border=1, top=top, bg_color=GREY))

    def _cell(self, sheet: Any, line: int, at: int, cell: Cell | None, top: int, right: int) -> None:
        style = self.printer.style
        wanted: dict[str, object] = {
            "border": 1, "top": top, "right": right, "text_wrap": True, "align": "center", "bold": False,
            "font_size": REST_SIZE,
        }  # fmt: skip
        if cell is None:
            sheet.write_blank(line, at, None, style(**wanted))
            return
        if cell.marked:
            wanted |= {"border": 5, "top": 5, "right": 5}
        if cell.hatched:
            wanted |= {"pattern": 14, "fg_color": "#9A9A9A", "bg_color": "#FFFFFF"}
        if cell.name and not cell.rest:
            wanted |= {"bold": True, "font_size": NAME_SIZE}
        bold = style(bold=True, font_size=NAME_SIZE)
        self._runs(sheet, line, at, (cell.name, bold), (cell.rest, self.small), style(**wanted))

    @staticmethod
    def _runs(sheet: Any, line: int, at: int, name: tuple[str, Any], rest: tuple[str, Any], style: Any) -> None:
        """A cell with a bold first line and small text below; either may be missing."""
        if name[0] and rest[0]:
            sheet.write_rich_string(line, at, name[1], name[0], rest[1], f"\n{rest[0]}", style)
        else:
            sheet.write_string(line, at, name[0] or rest[0], style)

    def _foot(self, sheet: Any, line: int) -> int:
        """Signature lines on the left, the place of the seal on the right; returns the last row."""
        style, merge = self.printer.style, self.printer.merge
        sheet.set_row(line, 6)
        sheet.set_row(line + 1, 46)
        cut = max(0, round(self.last * 0.8))
        merge(sheet, line + 1, 0, line + 1, cut, self.roster.say("signatures"), style(font_size=12, text_wrap=True))
        if cut < self.last:
            seal = style(font_size=10, align="center", font_color="#5C6B75", border=4)
            merge(sheet, line + 1, cut + 1, line + 1, self.last, self.roster.say("seal"), seal)
        return line + 1
