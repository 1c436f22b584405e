"""The page: tables, charts and data put into the template, with the libraries that draw them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from planner import __version__, overview
from planner.aim_views import aims_of
from planner.figures.access import GRID
from planner.figures.whole import Figures, facts_of, figures_of
from planner.folder import SavedPlan
from planner.maps import maps_of
from planner.money import cost_scale
from planner.report import scripts
from planner.report.answer import Answer
from planner.report.changes import change_tables
from planner.report.charts import Charts
from planner.report.evidence import audit_section, provenance
from planner.report.grids import Grid
from planner.report.groups_chapter import groups_chapter
from planner.report.map_data import map_data
from planner.report.network_chapter import network_chapter
from planner.report.roster_chapter import roster_chapter
from planner.report.roster_data import roster_data
from planner.report.tables import compared, plan_tables
from planner.report.words import page_words, report_word
from planner.text import joined
from planner.view import SCENARIOS, View

#: Characters of the static maps in the page; they are for print and for readers without scripts.
MOST_PICTURES = 2_000_000
#: In the order of the page.
CHAPTERS = (
    "answer", "map", "people", "roster", "centres", "gains", "access", "flows", "groups", "network", "costs", "rules",
    "provenance",
)  # fmt: skip


def write_report(saved: SavedPlan, path: Path, lang: str) -> None:
    """Write the report of an audited plan as one self-contained file."""
    path.write_text(render(saved, lang), encoding="utf-8", newline="\n")


def render(saved: SavedPlan, lang: str) -> str:
    """The report as HTML text."""
    environment = Environment(
        loader=PackageLoader("planner", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    view = View(saved, lang)
    return environment.get_template("report/page.html.j2").render(_context(view, figures_of(saved)))


def _context(view: View, figures: Figures) -> dict[str, Any]:
    grids = {**plan_tables(view, figures), **change_tables(view, figures)}
    roster = roster_chapter(view)
    grids["roster_table"] = roster["grid"]
    charts = Charts(view, figures).all()
    audit = audit_section(view)
    answer = Answer(view, figures)
    inlined = scripts.inlined()
    page_map, page_roster = map_data(view, figures), roster_data(view)
    groups, network = groups_chapter(view), network_chapter(view, facts_of(view.saved))
    grids |= {one.key: one for one in (*groups.values(), *network.values()) if isinstance(one, Grid)}
    there = {"groups": groups["there"], "network": bool(network["sentences"])}
    return {
        "lang": view.lang,
        "view": view,
        "t": view.say,
        "w": lambda key, **values: report_word(key, view.lang, **values),
        "title": view.say("title", name=view.saved.info.get("region") or view.say("untitled")),
        "subtitle": _subtitle(view),
        "version": __version__,
        "chapters": [key for key in CHAPTERS if there.get(key, True)],
        "groups": groups,
        "network": network,
        "answer": overview.answer(view),
        "first": answer,
        "aims": aims_of(view),
        "scenario_names": [view.say(name) for name in SCENARIOS],
        "scenarios": overview.scenario_bars(view),
        "audit": audit,
        "compared": compared(view),
        "grids": grids,
        "charts": charts,
        "figures": figures,
        "gini": _gini(figures),
        "reach_at": [GRID.index(limit) for limit in (15.0, 30.0, 60.0)],
        "verdicts": _verdicts(figures),
        "roster": roster,
        "dated": bool(page_roster["rows"]),
        "maps": _pictures(view),
        "drawn": page_map["drawn"],
        "missing": page_map["missing"],
        "offers": list(dict.fromkeys(band[0] for band in page_map["travel_bands"])),
        "layers": [name for name in ("boundaries", "roads", "groups", "communities") if page_map[name]],
        "shown": {"boundaries", "roads"} if page_map["boundaries"] else {"roads", "groups"},
        "cost_unit": cost_scale(figures.costs, view.lang).name,
        "cost_lines": _cost_lines(view, figures, answer),
        "provenance": provenance(view),
        "libraries": inlined.libraries,
        "lacking": [view.pick((one.zh, one.en)) for one in inlined.missing],
        "policy": scripts.policy(inlined.scripts),
        "scripts": [Markup(script) for script in inlined.scripts],
        "map_style": Markup(inlined.style),
        "data": _packed({
            "lang": view.lang,
            "words": page_words(view.lang),
            "tables": {key: one.packed() for key, one in grids.items() if one.long},
            "charts": charts,
            "map": page_map,
            "roster": page_roster,
        }),
    }  # fmt: skip


def _pictures(view: View) -> dict[str, Any]:
    """The static maps, as long as they are small; a note says where the others are."""
    maps = maps_of(view)
    kept, size = [], 0
    for picture in maps["pictures"]:
        size += len(picture["svg"])
        if size <= MOST_PICTURES:
            kept.append(picture)
    more = [] if len(kept) == len(maps["pictures"]) else [report_word("map_files", view.lang)]
    return {**maps, "pictures": kept, "notes": [*maps["notes"], *more]}


def _packed(data: Any) -> Markup:
    """JSON that cannot end the element that holds it, whatever names are in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, code in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(sign, code)
    return Markup(text)


def _subtitle(view: View) -> str:
    calendar = view.saved.info.get("settings", {}).get("calendar", {})
    weeks = calendar.get("weeks", 13)
    if not calendar.get("start"):
        return view.say("subtitle_typical", weeks=weeks)
    start = date.fromisoformat(str(calendar["start"]))
    return view.say("subtitle", start=start - timedelta(days=start.isoweekday() - 1), weeks=weeks)


def _gini(figures: Figures) -> dict[str, str]:
    if figures.access is None:
        return {}
    both = {"clinics": figures.access.gini_clinics, "kept": figures.access.gini_kept}
    return {name: f"{value.today:.2f} → {value.plan:.2f}".replace("nan", "–") for name, value in both.items()}


def _verdicts(figures: Figures) -> dict[str, int]:
    return {name: sum(one.verdict == name for one in figures.sites) for name in ("gains", "mixed", "loses", "same")}


def _cost_lines(view: View, figures: Figures, answer: Answer) -> list[str]:
    costs = figures.costs
    if not costs.parts:
        return []
    lines = [answer.cost_line("cost_sentence", "total")]
    if costs.per_kept is not None:
        lines.append(report_word("cost_each", view.lang, each=view.figure(costs.per_kept)))
    if costs.budget is None:
        return [*lines, report_word("cost_no_budget", view.lang)]
    covers = joined((report_word(f"cost_{part}", view.lang) for part in costs.covers), view.lang)
    return [*lines, report_word("cost_budget", view.lang, budget=answer.money(costs.budget), covers=covers)]
