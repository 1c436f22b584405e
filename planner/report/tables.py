"""The report's tables of what a plan decides and of how it is judged."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner import overview
from planner.figures.whole import Figures
from planner.indicator_words import better, note
from planner.indicator_words import name as name_of
from planner.money import scale
from planner.report.grids import Cell, Grid, grid, grid_of
from planner.report.words import report_word
from planner.text import MARKS
from planner.view import View, text_of, to_float

#: Checks against criteria and published figures.
MOST_CHECKS = 12
#: Indicators of which the tables know a part only: shown with their note, not ticked or crossed.
PARTIAL = frozenset({"primary_visit_share", "visits_per_resident_year"})
NAN = float("nan")


def plan_tables(view: View, figures: Figures) -> dict[str, Grid]:
    """Every table of the report by key."""
    saved = view.saved
    shortfalls = overview.shortfalls(view)
    shortfalls = shortfalls.assign(rule=[view.rule(str(rule)) for rule in shortfalls["rule"]])
    made = [
        _matrix(view),
        _clinics(view),
        grid_of(view, "postings", overview.postings(view)),
        grid_of(view, "tele", overview.teleconsultations(view)),
        _unheld(view),
        grid_of(view, "fairness", saved.table("fairness")),
        _centres(view, figures),
        _links(view),
        grid_of(view, "reserves", saved.table("reserves")),
        grid_of(view, "shortfalls", shortfalls),
        grid_of(view, "sources", saved.region.get("sources", pd.DataFrame())),
        *_indicators(view),
    ]
    return {one.key: one for one in made}


def _say(view: View, key: str, **values: object) -> str:
    return report_word(key, view.lang, **values)


def number(view: View, value: float | None, unit: str = "", digits: int | None = None) -> Cell:
    """A figure as a cell; `digits` rounds it first."""
    known = to_float(value)
    shown = known if known is None or digits is None else round(known, digits)
    return Cell(view.figure(shown, unit), NAN if known is None else known)


def _matrix(view: View) -> Grid:
    """Clinics by site and specialty with a tint from 0 (none) to 4 (most)."""
    wide = overview.site_matrix(view)
    if wide.empty:
        return Grid("matrix", (), (), ())
    most = max(1, int(wide.drop(columns="total").to_numpy().max()))
    rows = []
    for site, row in wide.iterrows():
        cells = [
            Cell(str(int(n)) if n else "", float(n), 0 if not n else min(4, 1 + int(3.999 * n / most)))
            for column, n in row.items()
            if column != "total"
        ]
        total = int(row["total"])
        rows.append([Cell(view.name("institutions", site)), *cells, Cell(str(total), float(total))])
    names = [view.name("specialties", column) for column in wide.columns if column != "total"]
    headings = [view.heading("institution"), *names, view.say("total")]
    return grid("matrix", headings, rows, view.say("sessions_by_site"), "matrix")


def _clinics(view: View) -> Grid:
    """Clinics of each site and specialty with their doctors."""
    rows = [
        [
            Cell(view.name("institutions", one.site)), Cell(view.name("specialties", one.specialty)), Cell(one.mode),
            number(view, one.count), Cell(one.main), Cell(one.others), number(view, one.minutes, digits=0),
            number(view, one.kept, digits=1),
        ]
        for one in overview.clinics(view)
    ]  # fmt: skip
    columns = ("institution", "specialty", "mode", "sessions", "main", "others", "minutes")
    headings = [*(view.heading(name) for name in columns), view.measure("kept_visits")]
    return grid("clinics", headings, rows)


def _unheld(view: View) -> Grid:
    """Allocated clinics without a date, with the reason."""
    table = view.saved.table("unheld")
    rows = [
        [
            Cell(view.name("institutions", row["institution"])), Cell(view.name("specialties", row["specialty"])),
            number(view, row["sessions"]), Cell(text_of(row[f"reason_{view.lang}"])),
        ]
        for row in table.to_dict("records")
    ]  # fmt: skip
    headings = [view.heading(name) for name in ("institution", "specialty", "sessions")]
    return grid("unheld", [*headings, _say(view, "reason")], rows)


def _centres(view: View, figures: Figures) -> Grid:
    unit = scale((one.cost for one in figures.centres), view.lang)
    rows = [
        [
            Cell(view.name("services", one.service)), Cell(view.name("institutions", one.institution)),
            Cell(f"{one.level} {_say(view, 'opens') if one.opens else ''}".strip()),
            number(view, one.items_per_day), number(view, one.used), number(view, one.load, "share"),
            number(view, one.served), number(view, one.limit), number(view, one.promised), number(view, one.quantile),
            number(view, one.in_time, "share"), number(view, one.cost / unit.per, digits=2),
        ]
        for one in figures.centres
    ]  # fmt: skip
    words = "capacity used load served limit promised quantile in_time cost".split()
    headings = [view.heading(name) for name in ("service", "centre", "level")]
    return grid("centres", [*headings, *(_say(view, f"centre_{name}", unit=unit.name) for name in words)], rows)


def _links(view: View) -> Grid:
    """Who is served by which centre, with minutes and turnaround."""
    table = view.saved.table("service_links")
    rows = [
        [
            Cell(view.name("institutions", row["institution"])), Cell(view.name("services", row["service"])),
            Cell(view.name("institutions", row["centre"])),
            Cell(_say(view, "backup") if row["backup"] == "yes" else ""),
            number(view, row["items_per_day"], digits=1), number(view, row["minutes"], digits=0),
            number(view, row["turnaround_minutes"], digits=0),
        ]
        for row in table.to_dict("records")
    ]  # fmt: skip
    columns = ("institution", "service", "centre", "backup", "items_per_day", "minutes", "turnaround_minutes")
    return grid("links", [view.heading(name) for name in columns], rows)


def compared(view: View) -> list[dict[str, Any]]:
    """Criteria with a tick or a cross, then published figures that the plan can be held against."""
    found = []
    for row in view.saved.table("indicators").to_dict("records"):
        target, published, value = (to_float(row.get(name)) for name in ("target", "published", "value"))
        way = better(str(row["indicator"]))
        if value is None or not way or (target is None and published is None) or row["indicator"] in PARTIAL:
            continue
        met = None
        if target is not None:
            met = value >= target - 1e-9 if way == "up" else value <= target + 1e-9
        elif ", within " in text_of(row.get("note")):
            met = True
        found.append({**_indicator(view, row), "met": met, "criterion": target is not None})
    found.sort(key=lambda one: not one["criterion"])
    return found[:MOST_CHECKS]


def _indicators(view: View) -> tuple[Grid, Grid]:
    """Indicators of the whole plan or with a figure to compare, and apart the finer ones."""
    whole: list[list[Cell]] = []
    fine: list[list[Cell]] = []
    for row in view.saved.table("indicators").to_dict("records"):
        set_beside = to_float(row.get("target")) is not None or to_float(row.get("published")) is not None
        wide = text_of(row.get("scope")) in ("", "all", "region", "alliance", "least", "mean")
        shown = _indicator(view, row)
        cells = [Cell(shown["label"]), Cell(shown["scope"])]
        cells += [
            Cell(shown[name], _or_nan(to_float(row.get(name)))) for name in ("value", "current", "target", "published")
        ]
        (whole if set_beside or wide else fine).append([*cells, Cell(shown["unit"]), Cell(shown["note"])])
    headings = [view.heading("indicator"), view.heading("scope"), view.say("plan")]
    headings += [view.heading(name) for name in ("current", "target", "published", "unit", "note")]
    return grid("indicators", headings, whole), grid("indicators_fine", headings, fine)


def _or_nan(value: float | None) -> float:
    return NAN if value is None else value


def _indicator(view: View, row: dict[Any, Any]) -> dict[str, Any]:
    unit = text_of(row.get("unit"))
    scope = text_of(row.get("scope"))
    told = note(text_of(row.get("note")), view.lang)
    figures = {name: view.figure(to_float(row.get(name)), unit) for name in ("value", "current", "target", "published")}
    return {
        "label": name_of(str(row["indicator"]), view.lang),
        "scope": "" if scope in ("all", "region", "alliance", "") else view.scope(scope),
        "unit": "" if unit in ("share", "ratio") else view.unit(unit),
        "note": told,
        "definition": told.split(MARKS.text("clauses", view.lang))[0],
        **figures,
    }
