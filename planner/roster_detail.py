"""The sheet 排班明细: one row per dated clinic, made to be edited by hand and read back.

The heading is row 1, without a title above it. Names that several people bear carry their id in
brackets. Dates are dates. Doctor, slot, site, specialty and backup have drop-down lists, taken from a
hidden sheet; they warn and do not forbid. There are free rows below for further clinics.
"""

from __future__ import annotations

from datetime import date

from geodata import local
from planner.roster_print import LIGHT, Printer, em
from planner.roster_tables import detail
from planner.roster_views import RosterView
from planner.roster_words import DETAIL, SLOTS, WEEKDAYS
from planner.words import TABLES, word

#: Rows below the last clinic that have lists as well.
SPARE_ROWS = 200


def add_detail(printer: Printer) -> None:
    """Add the sheet, and the hidden one with its lists."""
    roster = printer.roster
    table = detail(roster)
    sheet = printer.add(word(TABLES, "roster", roster.lang))
    head = printer.style(bold=True, border=1, align="center", bg_color=LIGHT, font_size=10)
    for at, heading in enumerate(table.columns):
        sheet.write_string(0, at, str(heading), head)
        longest = max(em(str(heading)), *(em(str(value)) for value in table.iloc[:, at]))
        sheet.set_column_pixels(at, at, round(min(30.0, longest + 1) * 10 * 96 / 72 + 9))
    for line, row in enumerate(table.itertuples(index=False, name=None), start=1):
        for at, value in enumerate(row):
            if isinstance(value, date):
                printer.value(sheet, line, at, value, font_size=10)
            else:
                # A staff number stays a text, or 0012 would come back as 12.
                sheet.write_string(line, at, str(value), printer.style(border=1, font_size=10, num_format="@"))
    last = len(table)
    sheet.set_row(0, 22)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, last, len(table.columns) - 1)
    sheet.print_area(0, 0, last, len(table.columns) - 1)
    ranges = _lists(printer)
    for at, source in ranges.items():
        sheet.data_validation(1, at, last + SPARE_ROWS, at, {
            "validate": "list", "source": source, "error_type": "warning", "ignore_blank": True
        })  # fmt: skip


def _lists(printer: Printer) -> dict[int, str]:
    """Column of 排班明细 -> the cells that hold what may be chosen there."""
    roster = printer.roster
    name = roster.say("lists_sheet")
    sheet = printer.add(name)
    sheet.hide()
    columns = {
        1: list(WEEKDAYS[roster.lang]),
        2: [SLOTS.text(slot, roster.lang) for slot in SLOTS],
        3: _labels(roster, "doctors"),
        4: _in_order(roster, "doctors"),
        5: _labels(roster, "institutions"),
        6: _labels(roster, "specialties"),
    }
    headings = DETAIL[roster.lang]
    ranges = {}
    for place, (at, values) in enumerate(columns.items()):
        sheet.write_string(0, place, headings[at])
        for line, value in enumerate(values, start=1):
            sheet.write_string(line, place, value)
        letter = "ABCDEF"[place]
        if values:
            ranges[at] = f"='{name}'!${letter}$2:${letter}${len(values) + 1}"
    if 3 in ranges:
        ranges[7] = ranges[3]
    return ranges


def _labels(roster: RosterView, kind: str) -> list[str]:
    return [roster.label(kind, key) for key in _in_order(roster, kind)]


def _in_order(roster: RosterView, kind: str) -> list[str]:
    """Ids by their names, as people look them up."""
    names = roster.view.names[kind]
    return sorted(names, key=lambda key: (local.name_key(names[key], person=kind == "doctors"), key))
