"""The report's charts as Vega-Lite and Vega specifications; names are values in them, never expressions.

Today is grey and dashed or hollow, the plan blue and solid: told apart without colours too.
"""

from __future__ import annotations

import math
from typing import Any

from geodata.map_look import BLUE, ORANGE, QUIET, SERIES, SKY
from planner.figures.access import GRID, Lorenz
from planner.figures.costs import PARTS, SCENARIOS
from planner.figures.flows import OUTSIDE
from planner.figures.whole import Figures
from planner.money import cost_scale
from planner.report.sankey import OTHERS, RETURNED, STAYS, diagram
from planner.report.words import report_word
from planner.view import View

Spec = dict[str, Any]
TODAY = "#6b757c"
GREY = "#b9c2c7"
#: Institutions in the chart of gains.
MOST_SITES = 24


class Charts:
    """The charts of one plan in one language."""

    def __init__(self, view: View, figures: Figures) -> None:
        self.view = view
        self.figures = figures
        self.lang = view.lang

    def say(self, key: str, **values: object) -> str:
        return report_word(key, self.lang, **values)

    def all(self) -> dict[str, Spec]:
        """Specifications by id; a chart without data is left out."""
        made = {
            "reach": self.reach(), "lorenz": self.lorenz(), "gains": self.gains(), "centres": self.loads(),
            "flows": self.flow(), "costs": self.cost(),
        }  # fmt: skip
        return {key: spec for key, spec in made.items() if spec}

    def _line_marks(self) -> tuple[Spec, Spec]:
        """Colour and dash of today and the plan."""
        names = [self.say("today"), self.say("plan")]
        colour = {"field": "when", "type": "nominal", "scale": {"domain": names, "range": [TODAY, BLUE]},
                  "legend": {"title": None, "orient": "top", "symbolType": "stroke", "symbolSize": 260}, "sort": names}  # fmt: skip
        dash = {
            "field": "when",
            "type": "nominal",
            "scale": {"domain": names, "range": [[5, 4], [1, 0]]},
            "sort": names,
        }
        return colour, dash

    def reach(self) -> Spec | None:
        """Cumulative residents by minutes, one specialty at a time (parameter `which`)."""
        access = self.figures.access
        if access is None or not access.reach:
            return None
        rows = [
            {"s": at, "m": minutes, "share": round(share, 4), "when": self.say(when)}
            for at, curve in enumerate(access.reach)
            for when in ("today", "plan")
            for minutes, share in zip(GRID, getattr(curve, when), strict=True)
        ]
        colour, dash = self._line_marks()
        x = {"field": "m", "type": "quantitative", "title": self.say("reach_x"), "scale": {"domain": [0, 120], "nice": False},
             "axis": {"values": [0, 15, 30, 45, 60, 90, 120]}}  # fmt: skip
        y = {"field": "share", "type": "quantitative", "title": self.say("reach_y"), "scale": {"domain": [0, 1]},
             "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]}}  # fmt: skip
        tips = [{"field": "when", "type": "nominal", "title": " "}, {"field": "m", "type": "quantitative", "title": self.say("reach_x")},
                {"field": "share", "type": "quantitative", "format": ".1%", "title": self.say("reach_y")}]  # fmt: skip
        return {
            "height": 300,
            "params": [{"name": "which", "value": 0}],
            "data": {"values": rows},
            "transform": [{"filter": "datum.s == which"}],
            "layer": [
                {"mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5},
                 "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash}},
                {"mark": {"type": "point", "opacity": 0, "size": 120, "tooltip": True},
                 "encoding": {"x": x, "y": y, "tooltip": tips}},
            ],
        }  # fmt: skip

    def lorenz(self) -> Spec | None:
        """Lorenz curves of clinics and of visits kept (parameter `which`: 0 clinics, 1 kept)."""
        access = self.figures.access
        if access is None:
            return None
        rows: list[Spec] = []
        for at, pair in enumerate((access.clinics, access.kept)):
            for when, curve in zip(("today", "plan"), pair, strict=True):
                rows += _lorenz_rows(curve, at, self.say(when))
        if not rows:
            return None
        colour, dash = self._line_marks()
        x = {
            "field": "x",
            "type": "quantitative",
            "title": self.say("lorenz_x"),
            "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
            "scale": {"domain": [0, 1]},
        }
        y = {
            "field": "y",
            "type": "quantitative",
            "title": self.say("lorenz_y"),
            "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
            "scale": {"domain": [0, 1]},
        }
        even = {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]}
        return {
            "height": 300,
            "params": [{"name": "which", "value": 0}],
            "layer": [
                {"data": even, "mark": {"type": "line", "color": GREY, "strokeWidth": 1}, "encoding": {"x": x, "y": y}},
                {"data": {"values": rows}, "transform": [{"filter": "datum.s == which"}],
                 "mark": {"type": "line", "strokeWidth": 2.5, "point": {"size": 18}, "tooltip": True},
                 "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash, "order": {"field": "n", "type": "quantitative"}}},
            ],
        }  # fmt: skip

    def gains(self) -> Spec | None:
        """Visits kept local, today hollow and the plan filled, of the institutions that change most."""
        ranked = sorted(self.figures.sites, key=lambda one: -abs(one.kept.by))[:MOST_SITES]
        shown = sorted(ranked, key=lambda one: -one.kept.by)
        if not any(abs(one.kept.by) > 0 for one in shown):
            return None
        names = [self.view.name("institutions", one.institution) for one in shown]
        # Two institutions of one name keep a row each.
        rows = [
            {"n": at, "name": name, "today": round(one.kept.today, 1), "plan": round(one.kept.plan, 1)}
            for at, (one, name) in enumerate(zip(shown, names, strict=True))
        ]
        label = {"labelExpr": "names[datum.value]", "title": None, "labelLimit": 150, "ticks": False, "domain": False}
        y = {"field": "n", "type": "ordinal", "axis": label, "sort": None}
        x_title = f"{self.say('kept')} ({self.view.unit('visits/month')})"
        tips = [{"field": "name", "type": "nominal", "title": " "}, {"field": "today", "type": "quantitative", "title": self.say("today")},
                {"field": "plan", "type": "quantitative", "title": self.say("plan")}]  # fmt: skip
        point = {"type": "point", "size": 70, "tooltip": True}
        x = {"field": "today", "type": "quantitative", "title": x_title, "axis": {"tickCount": 7}}
        return {
            "height": 21 * len(rows),
            "params": [{"name": "names", "value": names}],
            "data": {"values": rows},
            "encoding": {"y": y, "tooltip": tips},
            "layer": [
                {"mark": {"type": "rule", "color": GREY, "strokeWidth": 3},
                 "encoding": {"x": x, "x2": {"field": "plan"}}},
                {"mark": {**point, "filled": False, "color": TODAY, "strokeWidth": 2},
                 "encoding": {"x": x}},
                {"mark": {**point, "filled": True, "color": BLUE, "opacity": 1},
                 "encoding": {"x": {"field": "plan", "type": "quantitative", "title": x_title}}},
            ],
        }  # fmt: skip

    def loads(self) -> Spec | None:
        """How full each centre is; the capacity as a line."""
        centres = [one for one in self.figures.centres if math.isfinite(one.load)]
        if not centres:
            return None
        names = [
            f"{self.view.name('services', one.service)} · {self.view.name('institutions', one.institution)}"
            for one in centres
        ]
        rows = [
            {"n": at, "name": name, "load": round(one.load, 4)}
            for at, (one, name) in enumerate(zip(centres, names, strict=True))
        ]
        label = {"labelExpr": "names[datum.value]", "title": None, "labelLimit": 190, "ticks": False, "domain": False}
        y = {"field": "n", "type": "ordinal", "axis": label, "sort": None}
        top = max(1.05, *(one.load for one in centres))
        x = {
            "field": "load",
            "type": "quantitative",
            "title": None,
            "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
            "scale": {"domain": [0, top]},
        }
        return {
            "height": 26 * len(rows),
            "params": [{"name": "names", "value": names}],
            "data": {"values": rows},
            "encoding": {"y": y, "x": x},
            "layer": [
                {"mark": {"type": "bar", "color": SKY, "height": 15},
                 "encoding": {"tooltip": [{"field": "name", "type": "nominal", "title": " "},
                                          {"field": "load", "type": "quantitative", "format": ".1%", "title": self.say("centre_load")}]}},
                {"mark": {"type": "text", "align": "left", "dx": 4, "color": "#17242d"},
                 "encoding": {"text": {"field": "load", "type": "quantitative", "format": ".0%"}}},
                {"data": {"values": [{"cap": 1}]}, "mark": {"type": "rule", "color": QUIET, "strokeDash": [4, 3]},
                 "encoding": {"y": {"value": 0}, "y2": {"value": "height"}, "x": {"field": "cap", "type": "quantitative"}}},
            ],
        }  # fmt: skip

    def cost(self) -> Spec | None:
        """Cost of the four scenarios by part."""
        parts = self.figures.costs.parts
        if not parts:
            return None
        unit = cost_scale(self.figures.costs, self.lang)
        order = [self.view.say(name) for name in SCENARIOS]
        words = [self.say(f"cost_{part}") for part in PARTS]
        rows = [
            {
                "when": self.view.say(scenario),
                "part": self.say(f"cost_{part}"),
                "yuan": round(value / unit.per, 3),
                "n": PARTS.index(part),
            }
            for (scenario, part), value in parts.items()
        ]
        colour = {"field": "part", "type": "nominal", "scale": {"domain": words, "range": [BLUE, ORANGE, "#009e73", "#cc79a7"]},
                  "legend": {"title": None, "orient": "top", "columns": 4}, "sort": words}  # fmt: skip
        return {
            "height": 38 * len({row["when"] for row in rows}),
            "data": {"values": rows},
            "mark": {"type": "bar", "tooltip": True, "stroke": "#ffffff", "strokeWidth": 1, "height": 24},
            "encoding": {
                "y": {"field": "when", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 110}},
                "x": {"field": "yuan", "type": "quantitative", "title": unit.yearly, "axis": {"tickCount": 5}},
                "color": colour,
                "order": {"field": "n", "type": "quantitative"},
            },
        }

    def flow(self) -> Spec | None:
        """The layered diagram; parameter `which`: 0 today, 1 the plan."""
        boxes, bands = [], []
        for which, moment in enumerate(("today", "plan")):
            found = diagram(self.figures.flows, moment)
            middle = [box.key for box in found.boxes if box.layer == 1]
            colours = {key: GREY if key == OUTSIDE else SERIES[at % len(SERIES)] for at, key in enumerate(middle)}
            for box in found.boxes:
                name = self._box(box.key, found.others)
                boxes.append({"w": which, "layer": box.layer, "y0": round(box.top, 5), "y1": round(box.bottom, 5), "label": round(box.label, 5), "name": name,
                              "text": f"{name} {self.view.figure(box.visits)}", "colour": colours.get(box.key, QUIET) if box.layer == 1 else QUIET})  # fmt: skip
            for band in found.bands:
                hospital = band.target if band.layer == 0 else band.source
                ends = (self._box(band.source, found.others), self._box(band.target, found.others))
                bands.append({"w": which, "layer": band.layer, "a0": round(band.out[0], 5), "a1": round(band.out[1], 5),
                              "b0": round(band.into[0], 5), "b1": round(band.into[1], 5), "colour": colours.get(hospital, GREY),
                              "text": f"{ends[0]} → {ends[1]}: {self.view.figure(band.visits)} {self.view.unit('visits/month')}"})  # fmt: skip
        return _flow_spec(boxes, bands) if boxes else None

    def _box(self, key: str, others: int) -> str:
        words = {OTHERS: self.say("flow_others", n=others), RETURNED: self.say("flow_returned"), STAYS: self.say("flow_stays"), OUTSIDE: self.say("outside")}  # fmt: skip
        return words.get(key) or self.view.name("institutions", key)


def _lorenz_rows(curve: Lorenz | None, at: int, when: str) -> list[Spec]:
    if curve is None:
        return []
    return [
        {"s": at, "n": n, "x": round(x, 4), "y": round(y, 4), "when": when}
        for n, (x, y) in enumerate(zip(curve.x, curve.y, strict=True))
    ]


def _flow_spec(boxes: list[Spec], bands: list[Spec]) -> Spec:
    """Vega, which knows paths: bands from layer to layer as curves as wide as their visits."""
    at = "(left + {0} * (width - left - right - 12) / 2)"
    begin, end = at.format("datum.layer"), at.format("(datum.layer + 1)")
    mid = f"(({begin} + 12 + {end}) / 2)"
    path = (
        f"'M' + ({begin} + 12) + ',' + datum.a0 * height + ' C' + {mid} + ',' + datum.a0 * height + ' ' + {mid} + ',' + datum.b0 * height"
        f" + ' ' + {end} + ',' + datum.b0 * height + ' L' + {end} + ',' + datum.b1 * height + ' C' + {mid} + ',' + datum.b1 * height"
        f" + ' ' + {mid} + ',' + datum.a1 * height + ' ' + ({begin} + 12) + ',' + datum.a1 * height + ' Z'"
    )
    labels = {
        "x": {"signal": f"datum.layer == 0 ? {begin} - 5 : {begin} + 17"},
        "y": {"signal": "datum.label * height"},
        "align": {"signal": "datum.layer == 0 ? 'right' : 'left'"},
        "text": {"signal": "width < 560 && datum.layer == 0 ? datum.name : datum.text"},
        "limit": {
            "signal": "datum.layer == 0 ? left - 8 : datum.layer == 1 ? (width - left - right) / 2 - 30 : right - 8"
        },
        "baseline": {"value": "middle"},
        "fill": {"value": "#17242d"},
        "fontSize": {"signal": "width < 560 ? 10 : 12"},
    }
    return {
        "vega": True,
        "padding": 0,
        "autosize": {"type": "none", "contains": "padding"},
        "height": 460,
        "signals": [
            {"name": "width", "update": "containerSize()[0]", "on": [{"events": {"source": "window", "type": "resize"}, "update": "containerSize()[0]"}]},
            {"name": "left", "update": "width < 560 ? 96 : 190"},
            {"name": "right", "update": "width < 560 ? 70 : 150"},
            {"name": "which", "value": 1},
        ],
        "data": [
            {"name": "bands", "values": bands, "transform": [{"type": "filter", "expr": "datum.w == which"}]},
            {"name": "boxes", "values": boxes, "transform": [{"type": "filter", "expr": "datum.w == which"}]},
        ],
        "marks": [
            {"type": "path", "from": {"data": "bands"}, "encode": {"update": {
                "path": {"signal": path}, "fill": {"field": "colour"}, "fillOpacity": {"value": 0.42}, "tooltip": {"field": "text"}},
                "hover": {"fillOpacity": {"value": 0.75}}}},
            {"type": "rect", "from": {"data": "boxes"}, "encode": {"update": {
                "x": {"signal": begin}, "width": {"value": 12}, "y": {"signal": "datum.y0 * height"}, "y2": {"signal": "datum.y1 * height"},
                "fill": {"field": "colour"}, "tooltip": {"field": "text"}}}},
            {"type": "text", "interactive": False, "from": {"data": "boxes"}, "encode": {"update": labels}},
        ],
    }  # fmt: skip
