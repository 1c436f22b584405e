"""The report of a grouping: one HTML file with the map, the groups, who moves, the proof and the audit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from planner import __version__
from planner.aim_views import aims_of
from planner.folder import SavedPlan
from planner.grouping.price_page import price_table
from planner.grouping.words import told
from planner.maps import maps_of
from planner.report.evidence import audit_section, provenance
from planner.text import amount
from planner.view import View, to_float

#: Columns of the table of groups: indicator, and digits.
GROUPS = (
    "group_population", "group_need", "group_risk", "group_fund_rate", "group_minutes", "group_minutes_max",
)  # fmt: skip


def write_page(saved: SavedPlan, path: Path, lang: str) -> None:
    """Write the report of an audited grouping as one self-contained file."""
    environment = Environment(
        loader=PackageLoader("planner", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    view = View(saved, lang)
    text = environment.get_template("groups.html.j2").render(view=view, t=view.say, lang=lang, **_context(view))
    path.write_text(text, encoding="utf-8", newline="\n")


def _context(view: View) -> dict[str, Any]:
    return {
        "title": told("title", view.lang, name=view.saved.info.get("region") or view.say("untitled")),
        "version": __version__,
        "answer": answer(view),
        "aims": aims_of(view),
        "maps": maps_of(view),
        "audit": audit_section(view),
        "provenance": provenance(view),
        "groups_title": told("groups", view.lang),
        "groups": group_table(view),
        "members_title": told("members", view.lang),
        "members": member_table(view),
        "price_title": told("price", view.lang),
        "price_note": told("price_note", view.lang),
        "price": price_table(view),
    }


def answer(view: View) -> str:
    """The grouping in one sentence, with its proof."""
    saved = view.saved
    table = saved.table("groups")
    aims = saved.info.get("grouping", {}).get("aims", saved.info.get("aims", ()))
    gaps = [(float(aim["gap"]), str(aim["name"])) for aim in aims]
    worst, name = max(gaps, default=(0.0, ""))
    proof = (
        told("proved", view.lang, gap=max(100 * worst, 0.01))
        if worst <= 0.01
        else told("unproved", view.lang, aim=view.measure(name), gap=100 * worst)
    )
    known = table[table["today"] != ""]
    moved = int((known["today"] != known["group"]).sum())
    units = int(table["unit"].nunique())
    return told("found", view.lang, units=units, count=table["group"].nunique(), moved=moved, proof=proof)


def group_table(view: View) -> dict[str, Any]:
    """Groups in rows; their lead, number of institutions and indicators in columns."""
    table, figures = view.saved.table("groups"), view.saved.table("indicators")
    found = {(str(r["indicator"]), str(r["scope"])): r for r in figures.to_dict("records")}
    shown = [name for name in GROUPS if any(key == name for key, _ in found)]
    rows = []
    for group, part in table.groupby("group", sort=True):
        lead = view.name("institutions", part["lead"].iloc[0])
        cells = []
        for name in shown:
            row = found.get((name, str(group)), {})
            value = to_float(row.get("value"))
            cells.append(amount(value) if value is not None else "")
        rows.append([str(group), lead, str(len(part)), *cells])
    headings = [view.heading("group"), view.heading("lead"), told("units", view.lang)]
    headings += [told(f"short_{name}", view.lang) for name in shown]
    return {"headings": headings, "rows": rows, "numeric": [False, False, True, *(True for _ in shown)]}


def member_table(view: View) -> dict[str, Any]:
    """Every unit with its group, today's where it differs, and minutes to the lead."""
    table = view.saved.table("groups")
    heads = table[table["institution"] == table["unit"]].sort_values(["group", "minutes", "institution"], kind="stable")
    rows = []
    for row in heads.to_dict("records"):
        other = str(row["today"]) if str(row["today"]) not in ("", str(row["group"])) else ""
        minutes = to_float(row["minutes"])
        rows.append([
            str(row["group"]), view.name("institutions", row["institution"]),
            other and f"{other} → {row['group']}", "" if minutes is None else amount(minutes),
        ])  # fmt: skip
    headings = [view.heading(name) for name in ("group", "institution", "today", "minutes")]
    return {"headings": headings, "rows": rows, "numeric": [False, False, False, True]}
