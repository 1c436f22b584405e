"""The report: one HTML file that opens without a network, prints, and escapes every name in it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from planner import __version__, audit_words, overview
from planner.folder import SavedPlan
from planner.indicator_words import better, note
from planner.indicator_words import name as name_of
from planner.maps import maps_of
from planner.roster_chapter import roster_chapter
from planner.view import SCENARIOS, View, text_of, to_float

#: Checks on the first screen.
MOST_CHECKS = 9

#: Indicators of which the tables know a part only: shown with their note, not ticked or crossed.
PARTIAL = frozenset({"primary_visit_share", "visits_per_resident_year"})


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
    return environment.get_template("report.html.j2").render(view=view, t=view.say, lang=lang, **_context(view))


def _context(view: View) -> dict[str, Any]:
    saved = view.saved
    return {
        "title": view.say("title", name=saved.info.get("region") or view.say("untitled")),
        "subtitle": _subtitle(view),
        "version": __version__,
        "answer": overview.answer(view),
        "headlines": overview.headlines(view),
        "aims": view.aims(),
        "scenario_names": [view.say(name) for name in SCENARIOS],
        "scenarios": overview.scenario_bars(view),
        "audit": audit_section(view),
        "checks": _checks(view),
        "matrix": _matrix(view),
        "clinics": _clinics(view),
        "roster": roster_chapter(view),
        "postings": _table(view, overview.postings(view)),
        "tele": _table(view, overview.teleconsultations(view)),
        "centres": _table(view, overview.centres(view)),
        "links": _links(view),
        "flows": _flows(view),
        "reserves": _table(view, saved.table("reserves")),
        "maps": maps_of(view),
        "shortfalls": _table(view, _with_rule(view, overview.shortfalls(view))),
        "indicators": _indicators(view),
        "sources": _table(view, saved.region.get("sources", pd.DataFrame())),
        "provenance": provenance(view),
    }


def _subtitle(view: View) -> str:
    calendar = view.saved.info.get("settings", {}).get("calendar", {})
    weeks = calendar.get("weeks", 13)
    if not calendar.get("start"):
        return view.say("subtitle_typical", weeks=weeks)
    start = date.fromisoformat(str(calendar["start"]))
    return view.say("subtitle", start=start - timedelta(days=start.isoweekday() - 1), weeks=weeks)


def _table(view: View, table: pd.DataFrame) -> dict[str, Any]:
    """A table for the template: headings, rows of texts, and which columns are numbers."""
    if table.empty:
        return {"headings": [], "rows": [], "numeric": []}
    shown = view.named(table.dropna(axis=1, how="all"))
    numeric = [pd.api.types.is_numeric_dtype(shown[column]) for column in shown]
    keep = [at for at, column in enumerate(shown) if (~shown[column].isin(["", 0])).any()]
    shown = shown.iloc[:, keep]
    rows = [[view.figure(value) if is_number(value) else value for value in row] for row in shown.to_numpy(object)]
    return {"headings": list(shown.columns), "rows": rows, "numeric": [numeric[at] for at in keep]}


def is_number(value: object) -> bool:
    """Whether a cell is a number (a missing one included)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _with_rule(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """Rule ids replaced by their sentences."""
    return table.assign(rule=[view.rule(str(rule)) for rule in table["rule"]])


def audit_section(view: View) -> dict[str, Any]:
    """Rules with their sentence and whether they hold, and how many do."""
    table = view.saved.table("audit")
    rules = []
    for rule, rows in table.groupby("rule", sort=False):
        held = bool((rows["holds"] == "yes").all())
        detail = "; ".join(
            dict.fromkeys(
                audit_words.detail(str(text), view.lang) for text in rows["detail"] if text and len(rows) == 1
            )
        )
        rules.append({"id": rule, "sentence": view.rule(str(rule)), "held": held, "detail": detail})
    count = sum(bool(rule["held"]) for rule in rules)
    return {"rules": rules, "held": count, "all": len(rules), "told": view.say("of_rules", held=count, all=len(rules))}


def _checks(view: View) -> list[dict[str, Any]]:
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


def _indicators(view: View) -> dict[str, list[dict[str, Any]]]:
    """Indicators of the whole plan or with a figure to compare, and apart the finer ones."""
    whole: list[dict[str, Any]] = []
    fine: list[dict[str, Any]] = []
    for row in view.saved.table("indicators").to_dict("records"):
        compared = to_float(row.get("target")) is not None or to_float(row.get("published")) is not None
        wide = text_of(row.get("scope")) in ("", "all", "region", "alliance", "least", "mean")
        (whole if compared or wide else fine).append(_indicator(view, row))
    return {"whole": whole, "fine": fine}


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
        "definition": told.split("；" if view.lang == "zh" else "; ")[0],
        **figures,
    }


def _matrix(view: View) -> dict[str, Any]:
    """Clinics by site and specialty with a tint from 0 (none) to 4 (most)."""
    wide = overview.site_matrix(view)
    if wide.empty:
        return {"headings": [], "rows": []}
    most = max(1, int(wide.drop(columns="total").to_numpy().max()))
    rows = []
    for site, row in wide.iterrows():
        cells = [
            {"text": str(int(n)) if n else "", "tint": 0 if not n else min(4, 1 + int(3.999 * n / most))}
            for column, n in row.items()
            if column != "total"
        ]
        rows.append({"site": view.name("institutions", site), "cells": cells, "total": int(row["total"])})
    headings = [view.name("specialties", column) for column in wide.columns if column != "total"]
    return {"headings": headings, "rows": rows}


def _clinics(view: View) -> list[dict[str, Any]]:
    """Sites with their clinics, one block of rows per site."""
    sites: dict[str, dict[str, Any]] = {}
    for clinic in overview.clinics(view):
        site = sites.setdefault(clinic.site, {"name": view.name("institutions", clinic.site), "rows": []})
        row = {
            "specialty": view.name("specialties", clinic.specialty),
            "mode": clinic.mode,
            "count": clinic.count,
            "main": clinic.main,
            "others": clinic.others,
            "minutes": view.figure(round(clinic.minutes) if clinic.minutes == clinic.minutes else None),
            "kept": view.figure(round(clinic.kept, 1)),
        }
        site["rows"].append(row)
    return list(sites.values())


def _links(view: View) -> dict[str, Any]:
    wide = overview.link_matrix(view)
    rows = [
        [view.name("institutions", site), *row] for site, row in zip(wide.index, wide.to_numpy(object), strict=True)
    ]
    return {"headings": [view.name("services", column) for column in wide.columns], "rows": rows}


def _flows(view: View) -> dict[str, Any]:
    """Institutions in rows; hospitals, outside and what returns in columns."""
    wide = overview.flows(view)
    headings = [view.say("returned") if key == "down" else view.name("institutions", key) for key in wide.columns]
    rows = [
        [view.name("institutions", site), *(view.figure(visits) if visits >= 0.05 else "" for visits in row)]
        for site, row in zip(wide.index, wide.to_numpy(float), strict=True)
    ]
    numeric = [False, *(True for _ in headings)]
    return {"headings": [view.heading("institution"), *headings], "rows": rows, "numeric": numeric}


def provenance(view: View) -> dict[str, Any]:
    """Where a plan comes from: inputs, versions, what ended the search, what was assumed."""
    info = view.saved.info
    return {
        "inputs": sorted(info.get("inputs", {}).items()),
        "versions": sorted(info.get("versions", {}).items()),
        "seconds": view.say("seconds", seconds=float(info.get("seconds", 0.0))),
        "stopped": view.say(f"stopped_{info.get('stopped_by', 'none')}"),
        "seed": info.get("seed", 0),
        "status": view.say(f"status_{info.get('status', 'FEASIBLE')}"),
        "defaults": info.get("defaults", []),
        "notes": [view.pick(note) for note in (*info.get("warnings", []), *info.get("notes", []))],
        "scenario": sorted(info.get("settings", {}).get("scenario", {}).items()),
    }
