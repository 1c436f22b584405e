"""`workbook.xlsx`: the plan as the office passes it on; names instead of ids, one sheet per table.

Every text is written as text: a name that begins with `=` never becomes a formula, and an
address never becomes a link.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from planner import audit_words, overview, workbook_change, workbook_groups
from planner.aim_views import aims_of
from planner.aligned import width as columns_of
from planner.figures.whole import Figures, figures_of
from planner.folder import SavedPlan
from planner.papers.monthly import add_monthly, lines_of, monthly_return
from planner.report.answer import Answer
from planner.roster_sheets import add_roster_sheets
from planner.roster_views import RosterView
from planner.view import SCENARIOS, View, to_float
from planner.words import TABLES, word
from planner.workbook_book import CREATED, MAKER_OPTIONS
from planner.workbook_charts import COLUMNS as CHART_COLUMNS
from planner.workbook_charts import ROWS as CHART_ROWS
from planner.workbook_charts import Charts
from planner.workbook_words import WORDS, workbook_word

FONT = "Microsoft YaHei"
WIDEST, NARROWEST = 44, 7
#: Height of one line of text, points.
LINE = 13.5
#: Figures from here on are shown without decimals; the cell keeps them.
WHOLE_FROM = 1000
#: Columns of plan tables that hold a day as text.
DAYS = ("start", "end", "handover_start", "handover_end", "date")


def write_workbook(saved: SavedPlan, path: Path, lang: str, figures: Figures | None = None) -> None:
    """Write the workbook of a plan; replaces an existing file. figures: where they are known already."""
    view = View(saved, lang)
    if figures is None and saved.info.get("job") != "groups":
        figures = figures_of(saved)
    book = xlsxwriter.Workbook(str(path), MAKER_OPTIONS)
    book.set_properties({"title": _title(view), "created": CREATED})
    writer = _Writer(book, view)
    _summary(writer, figures)
    charts = _charts_sheet(writer, figures)
    writer.sheet("aims", _aims(view), translate=False)
    writer.sheet("scenarios", _scenarios(view), translate=False)
    shown, shares = workbook_change.indicators(view)
    writer.sheet("indicators", shown, translate=False, shares=shares)
    if figures is not None:
        writer.sheet("gains", workbook_change.gains(view, figures), translate=False)
        writer.sheet("hospitals", workbook_change.hospitals(view, figures), translate=False)
        writer.sheet("costs", workbook_change.costs(view, figures), translate=False)
    add_roster_sheets(book, view)
    if figures is not None:
        roster = RosterView(view)
        add_monthly(book, roster, monthly_return(roster, lines_of(saved.path)))
    _site_sessions(writer)
    writer.sheet("sessions", _sessions(view))
    writer.sheet("postings", overview.postings(view))
    writer.sheet("teleconsultations", saved.table("teleconsultations"))
    writer.sheet("centres", overview.centres(view))
    writer.sheet("groups", workbook_groups.groups(view), translate=False)
    writer.sheet("borders", workbook_groups.borders(view), translate=False)
    for name in ("service_links", "referrals", "reserves", "designations", "down_places", "visits"):
        writer.sheet(name, saved.table(name))
    writer.sheet("shortfalls", _with_sentence(view, overview.shortfalls(view)))
    for name in ("audit", "today_audit") if len(saved.table("today_audit")) else ("audit",):
        writer.sheet(name, _with_sentence(view, _in_words(view, saved.table(name))))
    writer.sheet("sources", _sources(view), translate=False)
    writer.sheet("provenance", _provenance(view), translate=False)
    if figures is not None and charts is not None:
        _charts(writer, figures, charts)
    book.close()


@dataclass
class _Writer:
    """Formats of the workbook, and a way to write one table as one sheet."""

    book: Any
    view: View

    def __post_init__(self) -> None:
        base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        add = self.book.add_format
        self.title = add({**base, "font_size": 16, "bold": True, "font_color": "#0F6B6B"})
        self.lead = add({**base, "font_size": 11, "text_wrap": True, "valign": "top"})
        self.quiet = add({**base, "font_color": "#5C6B75", "text_wrap": True, "valign": "top"})
        self.head = add({
            **base, "bold": True, "bg_color": "#E8F3F2", "font_color": "#17242D", "text_wrap": True, "border": 1,
            "border_color": "#B9C7CD", "align": "center",
        })  # fmt: skip
        self.text = add({**base, "text_wrap": True})
        self.whole = add({**base, "num_format": "#,##0"})
        self.part = add({**base, "num_format": "#,##0.0#"})
        self.share = add({**base, "num_format": "0.0%"})
        self.good = add({**base, "font_color": "#12734A"})
        self.bad = add({**base, "font_color": "#B3261E", "bold": True})
        self.bold = add({**base, "bold": True})
        self.day = add({**base, "num_format": "yyyy-mm-dd", "align": "center"})
        self.plain = add(base)
        self.unit = add({**base, "indent": 1})
        self.sign = add({**base, "align": "center"})

    def add_sheet(self, name: str, rows: int, columns: int) -> Any:
        """A sheet that prints on landscape A4, one page wide, with its heading on every page."""
        told = workbook_word(name, self.view.lang) if name in WORDS else word(TABLES, name, self.view.lang)
        sheet = self.book.add_worksheet(told[:31])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L{_header(_title(self.view))}&R{_header(told)}")
        sheet.set_footer("&C&P / &N")
        sheet.print_area(0, 0, max(rows, 0), max(columns - 1, 0))
        return sheet

    def sheet(self, name: str, table: pd.DataFrame, translate: bool = True, shares: list[bool] | None = None) -> None:
        """One table as one sheet; an empty table has none. shares: rows whose figures are shares."""
        if table.empty:
            return
        table = table.copy()
        for key in DAYS:
            if key in table:
                table[key] = pd.Series([_day(one) for one in table[key]], index=table.index, dtype=object)
        shown = self.view.named(table) if translate else table
        sheet = self.add_sheet(name, len(shown), len(shown.columns))
        for at, heading in enumerate(shown.columns):
            sheet.write_string(0, at, str(heading), self.head)
        for line, row in enumerate(shown.itertuples(index=False, name=None), start=1):
            for at, value in enumerate(row):
                self.cell(sheet, line, at, value, self.share if shares and shares[line - 1] else None)
        sheet.set_row(0, 30)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, len(shown), len(shown.columns) - 1)
        widths = [
            _width([str(column), *(_shown(value) for value in shown.iloc[:, at])])
            for at, column in enumerate(shown.columns)
        ]
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        # Programs that open the file do not all find the height of wrapped text by themselves.
        for line, row in enumerate(shown.itertuples(index=False, name=None), start=1):
            if (most := _lines(row, widths)) > 1:
                sheet.set_row(line, LINE * most)

    def cell(self, sheet: Any, line: int, at: int, value: object, style: Any = None) -> None:
        """Write one value: numbers (in `style`) as numbers, days as dates, all else as text, missing as nothing."""
        number = to_float(value) if isinstance(value, int | float) else None
        if number is not None:
            sheet.write_number(line, at, number, style or (self._number(number)))
        elif isinstance(value, dt.date):
            sheet.write_datetime(line, at, dt.datetime(value.year, value.month, value.day), self.day)
        elif value is not None and value == value and value != "":
            sheet.write_string(line, at, str(value), self.sign if value in ("✓", "✗") else self.text)
        else:
            sheet.write_blank(line, at, None, self.text)

    def _number(self, number: float) -> Any:
        """Whole where it is or where parts mean nothing."""
        return self.whole if number == int(number) or abs(number) >= WHOLE_FROM else self.part


def _day(value: object) -> object:
    """A day written as text as a date; anything else as it is."""
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return value


def _title(view: View) -> str:
    return view.say("title", name=view.saved.info.get("region") or view.say("untitled"))


def _header(text: str) -> str:
    """Text for a page header, where `&` begins a code and 255 characters are the limit."""
    return text.replace("&", "&&")[:100]


def _shown(value: object) -> str:
    number = to_float(value) if isinstance(value, int | float) else None
    if number is not None:
        return f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"
    return "" if value is None or value != value else str(value)


def _width(texts: list[str]) -> float:
    """A column's width in characters."""
    return float(min(WIDEST, max(NARROWEST, max((columns_of(text) for text in texts), default=0) + 2)))


def _lines(texts: Iterable[object], widths: Iterable[float]) -> int:
    """Lines that the longest cell of a row needs in columns of these widths."""
    return max(ceil(columns_of(_shown(text)) / (width - 1.5)) for text, width in zip(texts, widths, strict=True))


def _summary(writer: _Writer, figures: Figures | None) -> None:
    """The answer on one page: the sentence, the figures, the round numbers, the aims, and the audit."""
    view = writer.view
    aims, checks = aims_of(view), Answer(view, figures).checks() if figures is not None else []
    sheet = writer.add_sheet("summary", 26 + len(aims) + len(checks), 6)
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 1)
    for at, width in enumerate((34, 16, 16, 18, 34, 14)):
        sheet.set_column(at, at, width)
    sheet.merge_range(0, 0, 0, 5, "", writer.title)
    sheet.write_string(0, 0, _title(view), writer.title)
    sheet.set_row(0, 28)
    sheet.merge_range(1, 0, 1, 5, "", writer.lead)
    sheet.write_string(1, 0, overview.answer(view), writer.lead)
    sheet.set_row(1, 52)
    line = 3
    for at, heading in enumerate((view.heading("measure"), view.say("plan"), view.say("today"), view.heading("unit"))):
        sheet.write_string(line, at, heading, writer.head)
    for tile in overview.headlines(view):
        line += 1
        sheet.write_string(line, 0, tile.label, writer.text)
        writer.cell(sheet, line, 1, tile.numbers[0])
        writer.cell(sheet, line, 2, tile.numbers[1])
        sheet.write_string(line, 3, tile.unit, writer.unit)
    if checks:
        line += 2
        sheet.write_string(line, 0, workbook_word("round_numbers", view.lang), writer.bold)
        for check in checks:
            line += 1
            sheet.write_string(line, 0, check.label, writer.text)
            style = {"good": writer.good, "bad": writer.bad}.get(check.state, writer.text)
            sheet.write_string(line, 1, f"{check.sign} {check.told}", style)
            sheet.write_string(line, 2, check.value, writer.text)
            sheet.merge_range(line, 3, line, 5, "", writer.quiet)
            sheet.write_string(line, 3, check.detail[:160], writer.quiet)
            sheet.set_row(
                line, LINE * max(1, ceil(columns_of(check.detail[:160]) / 62), ceil(columns_of(check.label) / 33))
            )
    line += 2
    sheet.write_string(line, 0, view.say("aims"), writer.bold)
    for aim, raw in zip(aims, view.saved.info.get("aims", []), strict=True):
        line += 1
        share = writer.share if raw.get("unit") == "share" else None
        sheet.write_string(line, 0, aim.label, writer.text)
        for at, scenario in ((1, "plan"), (2, "today")):
            known = view.scenario_value(scenario, aim.name)
            writer.cell(sheet, line, at, to_float(raw["value"]) if known is None and at == 1 else known, share)
        for at, text in ((3, aim.unit), (4, aim.proof), (5, f"{view.heading('gap')} {aim.gap}")):
            sheet.write_string(line, at, text, writer.unit if at == 3 else writer.text)
        sheet.set_row(line, LINE * max(ceil(columns_of(aim.label) / 33), ceil(columns_of(aim.proof) / 33), 1))
    line += 2
    audit = view.saved.table("audit")
    rules, broken = set(audit["rule"]), set(audit.loc[audit["holds"] != "yes", "rule"])
    told = view.say("of_rules", held=len(rules - broken), all=len(rules))
    sheet.write_string(line, 0, told, writer.bad if broken else writer.good)
    status = view.say(f"status_{view.saved.info.get('status', 'FEASIBLE')}")
    sheet.write_string(line + 1, 0, status, writer.plain)
    sheet.write_string(line + 3, 0, view.say("signatures"), writer.plain)


def _charts_sheet(writer: _Writer, figures: Figures | None) -> Any:
    """The sheet of the charts, second in the book; it is filled last. None for a plan without figures."""
    if figures is None:
        return None
    sheet = writer.add_sheet("charts", 4 * CHART_ROWS, 2 * CHART_COLUMNS)
    sheet.hide_gridlines(2)
    sheet.set_column_pixels(0, 2 * CHART_COLUMNS - 1, 68)
    sheet.set_default_row(20)
    sheet.merge_range(0, 0, 0, 2 * CHART_COLUMNS - 1, "", writer.title)
    sheet.write_string(0, 0, _title(writer.view), writer.title)
    sheet.set_row(0, 28)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    return sheet


def _charts(writer: _Writer, figures: Figures, sheet: Any) -> None:
    """The charts, and at the end of the book the numbers that they are drawn from."""
    data = writer.add_sheet("chart_data", 0, 6)
    data.set_column(0, 0, 40)
    data.set_column(1, 5, 14)
    data.write_string(0, 0, workbook_word("chart_data", writer.view.lang), writer.bold)
    data.freeze_panes(1, 1)
    data.repeat_rows(0)
    charts = Charts(writer, writer.view, figures, sheet, data)
    rows = ceil(charts.all() / 2)
    data.print_area(0, 0, charts.line, 5)
    sheet.print_area(0, 0, max(1, rows * CHART_ROWS), 2 * CHART_COLUMNS - 1)
    # Two rows of charts to a page.
    sheet.set_h_pagebreaks([1 + at * CHART_ROWS for at in range(2, rows, 2)])


def _aims(view: View) -> pd.DataFrame:
    rows = []
    for aim, raw in zip(aims_of(view), view.saved.info.get("aims", []), strict=True):
        figures = (to_float(raw["value"]), to_float(raw.get("bound")), view.unit(raw.get("unit")))
        rows.append((aim.label, *figures, aim.better, aim.gap, aim.given))
    names = ("name", "value", "bound", "unit", "gap_units", "gap", "given")
    return pd.DataFrame(rows, columns=[view.heading(name) for name in names])


def _scenarios(view: View) -> pd.DataFrame:
    table = view.scenarios()
    shown = table[["measure", *SCENARIOS, "unit"]].copy()
    shown["measure"] = [view.measure(str(name)) for name in shown["measure"]]
    shown["unit"] = [view.unit(unit) for unit in shown["unit"]]
    return shown.rename(columns={name: view.heading(str(name)) for name in shown})


def _sessions(view: View) -> pd.DataFrame:
    """Every doctor's clinics with title and home, by site."""
    table = view.saved.table("sessions").copy()
    for place, column in (("title", "title"), ("home", "institution")):
        table[place] = [view.doctors.get(str(key), {}).get(column, "") for key in table["doctor"]]
    table["title"] = [view.title(str(key)) for key in table["title"]]
    columns = ["institution", "specialty", "quarter", "doctor", "title", "home", "sessions", "main", "minutes"]
    return table[columns].sort_values(["institution", "specialty", "quarter", "doctor"], kind="stable")


def _site_sessions(writer: _Writer) -> None:
    """Sites against specialties: the counts over the horizon."""
    view = writer.view
    wide = overview.site_matrix(view)
    if wide.empty:
        return
    shown = wide.astype(object).where(wide != 0, None)
    shown.columns = [view.say("total") if name == "total" else view.name("specialties", name) for name in wide.columns]
    shown.insert(0, view.heading("institution"), [view.name("institutions", key) for key in wide.index])
    writer.sheet("site_sessions", shown, translate=False)


def _with_sentence(view: View, table: pd.DataFrame) -> pd.DataFrame:
    if table.empty:
        return table
    told = table.copy()
    told.insert(1, "sentence", [view.rule(str(rule)) for rule in table["rule"]])
    return told


def _in_words(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """An audit with its subjects and details in the reader's language."""
    subjects = [audit_words.subject(view.subject(str(one)), view.lang) for one in table["subject"]]
    details = [view.subject(audit_words.detail(str(one), view.lang)) for one in table["detail"]]
    return table.assign(subject=subjects, detail=details)


def _sources(view: View) -> pd.DataFrame:
    """What is assumed: marks of the region, defaults used, notes."""
    names = ("table", "column", "row", "mark", "note")
    sources = view.saved.region.get("sources", pd.DataFrame(columns=list(names)))
    rows = [tuple(str(row.get(name, "")) for name in names) for row in sources.to_dict("records")]
    info = view.saved.info
    for used in info.get("defaults", []):
        note = view.say("default_row", **{key: used[key] for key in ("table", "column", "count", "value")})
        rows.append((used["table"], used["column"], "", "default", note))
    rows += [("", "", "", "derived", view.pick(note)) for note in (*info.get("warnings", []), *info.get("notes", []))]
    return view.named(pd.DataFrame(rows, columns=list(names)))


def _provenance(view: View) -> pd.DataFrame:
    info = view.saved.info
    rows = [("status", str(info.get("status", ""))), ("stopped_by", str(info.get("stopped_by", "")))]
    rows += [("seconds", str(info.get("seconds", ""))), ("seed", str(info.get("seed", "")))]
    rows += sorted(info.get("versions", {}).items()) + sorted(info.get("inputs", {}).items())
    for section, settings in info.get("settings", {}).items():
        rows += [(f"[{section}] {key}", str(value)) for key, value in settings.items() if value not in (None, {}, [])]
    return pd.DataFrame(rows, columns=[view.heading("key"), view.heading("value")])
