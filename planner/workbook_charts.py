"""Native charts of the workbook, and the sheet with the numbers that they are drawn from.

Today is grey, the plan blue; curves of today are dashed: told apart without colours too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from geodata.map_look import BLUE, ORANGE, QUIET, SKY
from planner import overview
from planner.figures.access import GRID, Lorenz
from planner.figures.costs import PARTS
from planner.figures.whole import Figures
from planner.money import cost_scale
from planner.papers.names import short
from planner.report.words import report_word
from planner.view import SCENARIOS, View
from planner.workbook_words import workbook_word

TODAY = "#8B979D"
MOST_SITES, MOST_CENTRES = 12, 12
#: Pixels of a chart, and rows and columns of the sheet that it covers.
WIDE, HIGH, ROWS, COLUMNS = 520, 318, 13, 8
FONT = {"name": "Microsoft YaHei", "size": 9}
PART_COLOURS = (QUIET, BLUE, ORANGE, SKY)


@dataclass(frozen=True)
class Block:
    """Numbers of one chart: headings, then rows of a label and figures."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]]


class Charts:
    """Writes blocks one below the other on the data sheet, and charts over them on theirs."""

    def __init__(self, writer: Any, view: View, figures: Figures, sheet: Any, data: Any) -> None:
        self.writer = writer
        self.view = view
        self.figures = figures
        self.sheet = sheet
        self.data = data
        self.line = 1
        self.count = 0

    def say(self, key: str, **values: object) -> str:
        return workbook_word(key, self.view.lang, **values)

    def all(self) -> int:
        """Draw every chart that has data; how many there are."""
        self._visits()
        self._costs()
        self._reach()
        self._gains()
        self._load()
        self._weeks()
        self._even()
        return self.count

    # --- the charts -----------------------------------------------------------------------

    def _visits(self) -> None:
        kinds = {"kept": overview.HEADLINES["kept"], "left": ("visits:left",), "unmet": ("visits:unmet",)}
        rows: list[list[object]] = []
        for name in SCENARIOS:
            found = [[self.view.scenario_value(name, one) for one in measures] for measures in kinds.values()]
            if all(None not in values for values in found):
                rows.append([self.view.say(name), *(max(0.0, sum(v or 0.0 for v in values)) for values in found)])
        block = Block(self.say("chart_visits"), [self.say("scenario"), *(self.say(kind) for kind in kinds)], rows)
        self._bars("column", block, (BLUE, TODAY, ORANGE), stacked=True)

    def _costs(self) -> None:
        parts, unit = self.figures.costs.parts, cost_scale(self.figures.costs, self.view.lang)
        rows = [
            [self.view.say(name), *(parts.get((name, part), 0.0) / unit.per for part in PARTS)]
            for name in SCENARIOS
            if any((name, part) in parts for part in PARTS)
        ]
        heads = [report_word(f"cost_{part}", self.view.lang) for part in PARTS]
        title = self.say("chart_costs", unit=unit.yearly)
        self._bars("column", Block(title, [self.say("scenario"), *heads], rows), PART_COLOURS, stacked=True)

    def _reach(self) -> None:
        access = self.figures.access
        if access is None or not access.reach:
            return
        mean = access.reach[0]
        rows = [list(row) for row in zip(GRID, mean.today, mean.plan, strict=True) if row[0] <= 90]
        block = Block(self.say("chart_reach"), [self.say("minutes"), self.say("today"), self.say("plan")], rows)
        self._curves(block, self.say("minutes"), self.say("share"), 90)

    def _gains(self) -> None:
        most = sorted(self.figures.sites, key=lambda one: (-abs(one.kept.by), one.institution))[:MOST_SITES]
        rows = [
            [short(self.view.name("institutions", one.institution), 14), one.kept.today, one.kept.plan]
            for one in sorted(most, key=lambda one: (-one.kept.by, one.institution))
        ]
        title = self.say("chart_gains", n=len(rows))
        block = Block(title, [self.say("institution"), self.say("today"), self.say("plan")], rows)
        self._bars("bar", block, (TODAY, BLUE))

    def _load(self) -> None:
        fullest = sorted(self.figures.centres, key=lambda one: (-one.load, one.service, one.institution))
        rows = [
            [self._centre(one.service, one.institution), one.load]
            for one in fullest[:MOST_CENTRES]
            if one.load == one.load
        ]
        block = Block(self.say("chart_load"), [self.say("centre"), self.say("load")], rows)
        self._bars("bar", block, (BLUE,), share=True)

    def _centre(self, service: str, place: str) -> str:
        names = self.view.name("services", service), self.view.name("institutions", place)
        return f"{short(names[0], 6)} {short(names[1], 9)}"

    def _weeks(self) -> None:
        roster = self.view.saved.table("roster")
        if roster.empty:
            return
        days = [date.fromisoformat(str(on)) for on in roster["date"]]
        weeks = Counter(on - timedelta(days=on.weekday()) for on in days)
        rows: list[list[object]] = [[week, weeks[week]] for week in sorted(weeks)]
        self._bars("column", Block(self.say("chart_weeks"), [self.say("week"), self.say("clinics")], rows), (BLUE,))

    def _even(self) -> None:
        access = self.figures.access
        if access is None or access.clinics[1] is None:
            return
        curves = {"today": access.clinics[0], "plan": access.clinics[1]}
        known = {name: curve for name, curve in curves.items() if isinstance(curve, Lorenz)}
        first = self.line
        x_title, y_title = self.say("need"), self.say("held")
        chart = self._new("scatter", self.say("chart_even"), {"subtype": "straight"})
        for name, curve in known.items():
            rows = [list(row) for row in zip(curve.x, curve.y, strict=True)]
            at = self._put(Block(f"{self.say('chart_even')} {self.say(name)}", [x_title, self.say(name)], rows))
            self._series(chart, at, len(rows), 1, self._line(name))
        at = self._put(Block(self.say("even"), [x_title, self.say("even")], [[0, 0], [1, 1]]))
        self._series(chart, at, 2, 1, {"line": {"color": QUIET, "width": 0.75}})
        axis = {"min": 0, "max": 1, "num_format": "0%", "num_font": FONT, "major_gridlines": _GRID}
        chart.set_x_axis({**axis, "name": x_title, "name_font": FONT})
        chart.set_y_axis({**axis, "name": y_title, "name_font": FONT})
        assert self.line > first
        self._place(chart)

    # --- how they are made ----------------------------------------------------------------

    def _put(self, block: Block) -> int:
        """Write a block; the row of its first figures."""
        write, top = self.writer.cell, self.line
        self.data.write_string(top, 0, block.title, self.writer.bold)
        for at, heading in enumerate(block.headings):
            self.data.write_string(top + 1, at, str(heading), self.writer.head)
        for line, row in enumerate(block.rows, start=top + 2):
            for at, value in enumerate(row):
                if isinstance(value, date):
                    moment = datetime(value.year, value.month, value.day)
                    self.data.write_datetime(line, at, moment, self.writer.day)
                else:
                    write(self.data, line, at, value)
        self.line = top + 3 + len(block.rows)
        return top + 2

    def _new(self, kind: str, title: str, more: dict[str, str] | None = None) -> Any:
        chart = self.writer.book.add_chart({"type": kind, **(more or {})})
        chart.set_title({"name": title, "overlay": False, "name_font": {**FONT, "size": 11, "bold": True}})
        chart.set_legend({"position": "bottom", "font": FONT})
        chart.set_size({"width": WIDE, "height": HIGH})
        chart.set_chartarea({"border": {"color": "#CCD5D9"}})
        return chart

    def _series(self, chart: Any, at: int, rows: int, column: int, look: dict[str, Any]) -> None:
        name = self.data.get_name()
        chart.add_series({
            "name": [name, at - 1, column],
            "categories": [name, at, 0, at + rows - 1, 0],
            "values": [name, at, column, at + rows - 1, column],
            **look,
        })  # fmt: skip

    def _bars(
        self, kind: str, block: Block, colours: Sequence[str], stacked: bool = False, share: bool = False
    ) -> None:
        if not block.rows:
            return
        at = self._put(block)
        chart = self._new(kind, block.title, {"subtype": "stacked"} if stacked else None)
        for column, colour in enumerate(colours, start=1):
            look = {"fill": {"color": colour}, "border": {"color": "#FFFFFF", "width": 0.5}, "gap": 60}
            self._series(chart, at, len(block.rows), column, look)
        figures = {"num_font": FONT, "num_format": "0%" if share else "#,##0", "major_gridlines": _GRID, "min": 0}
        names: dict[str, Any] = {"num_font": {**FONT, "size": 8} if kind == "bar" else FONT, "interval_unit": 1}
        if isinstance(block.rows[0][0], date):
            names |= {"num_format": "m/d", "text_axis": True}
        if kind == "bar":
            # The first row on top, as in the table.
            chart.set_y_axis({**names, "reverse": True})
            chart.set_x_axis({**figures, "label_position": "high"})
            chart.set_size({"width": WIDE, "height": HIGH})
        else:
            chart.set_x_axis(names)
            chart.set_y_axis(figures)
        if len(colours) == 1:
            chart.set_legend({"none": True})
        self._place(chart)

    def _curves(self, block: Block, x: str, y: str, most: float) -> None:
        at = self._put(block)
        chart = self._new("scatter", block.title, {"subtype": "straight"})
        for column, name in enumerate(("today", "plan"), start=1):
            self._series(chart, at, len(block.rows), column, self._line(name))
        chart.set_x_axis({
            "name": x, "name_font": FONT, "num_font": FONT, "min": 0, "max": most, "major_unit": 15, "num_format": "0",
            "major_gridlines": _GRID,
        })  # fmt: skip
        chart.set_y_axis({
            "name": y, "name_font": FONT, "num_font": FONT, "min": 0, "max": 1, "num_format": "0%",
            "major_gridlines": _GRID,
        })  # fmt: skip
        self._place(chart)

    @staticmethod
    def _line(name: str) -> dict[str, Any]:
        if name == "today":
            return {"line": {"color": TODAY, "width": 2.25, "dash_type": "dash"}}
        return {"line": {"color": BLUE, "width": 2.5}}

    def _place(self, chart: Any) -> None:
        row, column = divmod(self.count, 2)
        place = {"x_offset": 4, "y_offset": 6, "object_position": 2}
        self.sheet.insert_chart(1 + row * ROWS, column * COLUMNS, chart, place)
        self.count += 1


_GRID = {"visible": True, "line": {"color": "#E3E8EA", "width": 0.75}}
