"""`monthly/`: the monthly return 月报 as `return.csv` and `return.xlsx`, and the form that says what goes where."""

from __future__ import annotations

from calendar import monthrange
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from planner.folder import SavedPlan, write_table
from planner.indicator_words import better
from planner.papers.month_figures import MonthFigures, spans, whole
from planner.papers.month_form import FOLDER, FORM, WORDS, Line, keep_form, parse, shipped
from planner.roster_print import LIGHT, Printer, wrapped
from planner.roster_views import RosterView
from planner.view import View, text_of, to_float
from planner.workbook_book import CREATED, MAKER_OPTIONS

TABLE, BOOK = "return.csv", "return.xlsx"
#: Units of the figures that only the form knows.
UNITS = {
    "clinics_held": "clinics", "doctors_out": "doctors", "sites_served": "institutions", "sent_down": "doctors",
    "townships_unserved": "institutions", "sent_down_share": "share", "posted_at_end": "doctors",
    "posted_days": "days",
}  # fmt: skip
SHOWN = ("period", "current", "target", "published")


def write_monthly(folder: Path, saved: SavedPlan, lang: str) -> None:
    """Write the monthly return of a plan by the form of its folder; the shipped form where it has none.

    Raises:
        planner.papers.month_form.FormError: when the folder's form cannot be used.
    """
    target = folder / FOLDER
    form = target / FORM
    if not form.is_file():
        keep_form(folder, shipped())
    roster = RosterView(View(saved, lang))
    table = monthly_return(roster, parse(form.read_bytes(), f"{FOLDER}/{FORM}"))
    write_table(target / TABLE, table.drop(columns="share"), sort=False)
    book = xlsxwriter.Workbook(str(target / BOOK), MAKER_OPTIONS)
    book.set_properties({"title": WORDS.say("title", lang, name=roster.region), "created": CREATED})
    add_monthly(book, roster, table)
    book.close()


def lines_of(folder: Path) -> tuple[Line, ...]:
    """The lines of a plan folder's form, or of the shipped one."""
    form = folder / FOLDER / FORM
    return parse(form.read_bytes() if form.is_file() else shipped(), f"{FOLDER}/{FORM}")


def monthly_return(roster: RosterView, lines: tuple[Line, ...]) -> pd.DataFrame:
    """A row per line: number, name, unit, a column per month, the whole horizon, today, target, published, definition.

    `share` says whether a row's figures are shares; figures are numbers, NaN where there is none.
    """
    view, lang = roster.view, roster.lang
    at = 0 if lang == "zh" else 1
    figures, known = MonthFigures(roster), _indicators(view.saved)
    months = spans(roster)
    rows: list[dict[str, object]] = []
    for line in lines:
        found = known.get((line.indicator, line.scope), {})
        unit = UNITS.get(line.indicator) or text_of(found.get("unit", ""))
        if line.indicator.startswith("visits_") and not found:
            unit = "visits"
        row: dict[str, object] = {"line": line.number, "name": line.names[at], "unit": view.unit(unit)}
        row |= {_month(roster, month): figures.of(line.indicator, span) for month, span in months.items()}
        value = to_float(found.get("value"))
        if value is None and roster.days:
            value = figures.of(line.indicator, whole(roster))
        row |= {"period": value, **{name: to_float(found.get(name)) for name in SHOWN[1:]}}
        row |= {"better": _way(line.indicator, lang), "definition": line.definitions[at]}
        row |= {"indicator": line.indicator, "scope": line.scope, "share": unit == "share"}
        rows.append(row)
    table = pd.DataFrame(rows)
    figures_in = [*(_month(roster, month) for month in months), *SHOWN]
    return table.astype(dict.fromkeys(figures_in, float))


def _indicators(saved: SavedPlan) -> dict[tuple[str, str], dict[Any, Any]]:
    rows = saved.table("indicators").to_dict("records")
    return {(str(row["indicator"]), text_of(row["scope"])): row for row in rows}


def _month(roster: RosterView, month: tuple[int, int]) -> str:
    """The month, with its days where the horizon has a part of it only."""
    days = roster.days_of(month)
    name = roster.month_name(month)
    if len(days) == monthrange(*month)[1]:
        return name
    return WORDS.say("part_of", roster.lang, month=name, first=days[0].on.day, last=days[-1].on.day)


def _way(indicator: str, lang: str) -> str:
    way = better(indicator) if indicator else ""
    return WORDS.say(way, lang) if way else ""


def add_monthly(book: Any, roster: RosterView, table: pd.DataFrame) -> None:
    """The return as a sheet: figures and their definitions side by side, lines to be filled in by hand left blank."""
    printer = Printer(book, roster)
    say = WORDS.say
    sheet = printer.add(say("sheet", roster.lang))
    heads = [name for name in table.columns if name not in ("share", "scope", "indicator")]
    last = len(heads) - 1
    head = printer.style(bold=True, border=1, align="center", text_wrap=True, bg_color=LIGHT)
    printer.merge(sheet, 0, 0, 0, last, say("title", roster.lang, name=roster.region), _bold(printer, 15))
    note = f"{printer.version}　{printer.span}　{say('note', roster.lang)}"
    printer.merge(sheet, 1, 0, 1, last, note, printer.style(font_size=9, text_wrap=True, align="center"))
    sheet.set_row(0, 26)
    sheet.set_row(1, 27)
    for at, name in enumerate(heads):
        told = say(str(name), roster.lang) if str(name) in WORDS else str(name)
        sheet.write_string(2, at, told, head)
        sheet.set_column(at, at, {"line": 6, "name": 28, "definition": 46, "better": 9, "unit": 10}.get(str(name), 11))
    sheet.set_row(2, 30)
    for at, row in enumerate(table.to_dict("records"), start=3):
        empty = not row["indicator"]
        for column, name in enumerate(heads):
            _cell(printer, sheet, at, column, row[name], bool(row["share"]), empty, name in ("unit", "better"))
        tall = max(wrapped(str(row["definition"]), 24.0), wrapped(str(row["name"]), 14.5))
        sheet.set_row(at, 13.5 * tall + 4)
    end = printer.sign(sheet, len(table) + 3, last, 1200)
    sheet.freeze_panes(3, 2)
    sheet.repeat_rows(0, 2)
    sheet.print_area(0, 0, end, last)


def _bold(printer: Printer, size: int) -> Any:
    return printer.style(bold=True, font_size=size, align="center")


def _cell(
    printer: Printer, sheet: Any, line: int, at: int, value: object, share: bool, empty: bool, centred: bool
) -> None:
    """A figure in its format; a blank to be filled in by hand is tinted."""
    number = to_float(value) if isinstance(value, int | float) else None
    fill: dict[str, object] = {"bg_color": "#FFF8DC"} if empty and not isinstance(value, str) else {}
    if number is None:
        middle: dict[str, object] = {"align": "center"} if centred else {}
        printer.value(sheet, line, at, value if isinstance(value, str) else None, **fill, **middle)
        return
    shown = "0.0%" if share else "#,##0" if number.is_integer() or abs(number) >= 1000 else "#,##0.0#"
    sheet.write_number(line, at, number, printer.style(border=1, num_format=shown, align="right"))
