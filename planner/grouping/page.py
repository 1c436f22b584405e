"""The report of a grouping: one HTML file with the map, the groups, who moves, the proof and the audit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from planner import __version__
from planner.folder import SavedPlan
from planner.grouping.words import told
from planner.indicator_words import name as name_of
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
        "aims": view.aims(),
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
    gaps = [(float(aim["gap"]), str(aim["name"])) for aim in saved.info.get("aims", ())]
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
    headings += [name_of(name, view.lang) for name in shown]
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


def price_table(view: View) -> dict[str, Any]:
    """Other borders and what they cost, with the range that both proofs leave open; aims that are 0 throughout go."""
    table = view.saved.table("borders")
    if table.empty:
        return {"headings": [], "rows": [], "numeric": []}
    rows = [[case_name(view, cases[0]), *_cells(view, row)] for cases in _cases(view) for row in cases]
    headings = [view.heading(name) for name in ("case", "aim", "value", "unit", "difference", "least", "most", "gap")]
    return {"headings": headings, "rows": rows, "numeric": [False, False, True, False, True, True, True, True]}


def _cases(view: View) -> list[list[dict[Any, Any]]]:
    """The rows of each case, its aims in the plan's order."""
    table = view.saved.table("borders")
    order = [str(aim["name"]) for aim in view.saved.info.get("aims", ())]
    largest = table.groupby("aim")["value"].apply(lambda values: values.abs().max())
    found: dict[float, list[dict[Any, Any]]] = {}
    for row in table.to_dict("records"):
        aim = str(row["aim"])
        if not aim or largest[aim] > 1e-6:
            found.setdefault(float(row["number"]), []).append(row)
    rank = {name: at for at, name in enumerate(order)}
    return [sorted(rows, key=lambda row: rank.get(str(row["aim"]), 99)) for _, rows in sorted(found.items())]


def _cells(view: View, row: dict[Any, Any]) -> list[str]:
    if not row["aim"]:
        return [told("rejected", view.lang) if row["status"] == "INFEASIBLE" else str(row["status"]), *[""] * 6]
    figures = [to_float(row.get(name)) for name in ("value", "difference", "least", "most")]
    value, difference, least, most = ("" if one is None else amount(one) for one in figures)
    gap = to_float(row.get("gap"))
    told_gap = "" if gap is None else f"{100 * gap:.2g} %"
    return [view.measure(str(row["aim"])), value, view.unit(str(row["unit"])), difference, least, most, told_gap]


def case_name(view: View, row: dict[Any, Any]) -> str:
    """What a row of `borders.csv` is about, in words."""
    site = view.name("institutions", row["institution"]) if row["institution"] else ""
    return told(str(row["case"]), view.lang, site=site, group=row["group"])


def price_lines(saved: SavedPlan, lang: str) -> list[str]:
    """The price of borders as one plain line a case: difference, its proved range, and the gap of the case."""
    view = View(saved, lang)
    if saved.table("borders").empty:
        return []
    lines = [told("price", lang)]
    for rows in _cases(view):
        parts = [part for row in rows if (part := _part(view, row))]
        lines.append(f"  {case_name(view, rows[0])}: " + "; ".join(parts))
    return lines


def _part(view: View, row: dict[Any, Any]) -> str:
    label, value, unit, difference, least, most, gap = _cells(view, row)
    if not row["aim"]:
        return label
    if str(row["case"]) == "case_this":
        return told("price_ours", view.lang, aim=label, value=value, unit=unit, gap=gap)
    if abs(float(row["difference"])) <= 1e-6 and abs(float(row["most"])) <= 1e-6:
        return ""
    sign = "+" if float(row["difference"]) > 0 else ""
    figures = {"difference": sign + difference, "least": least, "most": most, "gap": gap}
    return told("price_part", view.lang, aim=label, unit=unit, **figures)
