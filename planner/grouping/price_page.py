"""The price of borders as people read it: one row for each case, in real units, and what is proved in a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner.aligned import aligned
from planner.folder import SavedPlan
from planner.grouping.words import told
from planner.money import LARGE
from planner.text import MARKS, amount
from planner.view import View, to_float

#: Sites that would move, shown on the terminal at most; the report and `borders.csv` have all.
MOST_MOVES = 8
#: Amounts below this are rounding.
SMALL = 1e-6
#: Differences of broken promises below this are rounding.
ROUNDING = 1e-4
#: The aim that a case is judged by, and what is shown beside it, for plans and for groupings.
FLOORS, FIRST = ("floors", "group_floors"), ("unmet", "group_travel")
BESIDE = ("floors", "unmet", "group_floors", "group_travel", "group_change", "kept_visits", "cost")
#: Digits after the point: enough that differences can be seen, no more than the proofs have.
DIGITS = {"group_travel": 2, "unmet": 1, "kept_visits": 1, "cost": 2, "group_change": 0}

Row = dict[str, Any]


def price_table(view: View) -> dict[str, Any]:
    """Headings, rows and numeric columns: the first aim with its change, range and gap, then what stands beside it."""
    cases = _cases(view)
    if not cases:
        return {"headings": [], "rows": [], "numeric": []}
    first = _first(cases)
    beside = [name for name in BESIDE if name != first and _matters(cases, name)]
    headings = [view.heading("case"), _heading(view, first, cases), told("price_change", view.lang)]
    headings += [told("price_range", view.lang), view.heading("gap")]
    for name in beside:
        headings += [_heading(view, name, cases), told("price_change", view.lang)]
    rows = []
    for case in cases:
        aims = {str(row["aim"]): row for row in case}
        cells = [case_name(view, case[0]), *_proved(view, case[0], aims.get(first))]
        for name in beside:
            cells += _figures(view, name, aims.get(name))
        rows.append(cells)
    return {"headings": headings, "rows": rows, "numeric": [False, *(True for _ in headings[1:])]}


def price_sentences(view: View) -> list[str]:
    """What is proved of the cases without groups, of today's groups and of each move of a plan."""
    cases = _cases(view)
    found = []
    first = _first(cases) if cases else ""
    for case in cases if first in ("floors", "unmet") else []:
        row = next((one for one in case if one["aim"] == first), None)
        if row is not None and row["case"] != "case_this":
            found.append(_sentence(view, row, _heading(view, first, cases)))
    return found


def price_lines(saved: SavedPlan, lang: str) -> list[str]:
    """The price of borders for the terminal: a small table, and what is proved."""
    view = View(saved, lang)
    table = price_table(view)
    if not table["rows"]:
        return []
    rows, moves = table["rows"], 0
    shown = []
    for row, case in zip(rows, _cases(view), strict=True):
        moves += case[0]["case"] == "case_move"
        if case[0]["case"] != "case_move" or moves <= MOST_MOVES:
            shown.append(row)
    lines = [told("price", lang), *("  " + line for line in aligned(table["headings"], shown, table["numeric"]))]
    if len(rows) > len(shown):
        lines.append("  " + told("price_more", lang, count=len(rows) - len(shown)))
    return [*lines, *("  " + line for line in price_sentences(view))]


def case_name(view: View, row: Mapping[Any, Any]) -> str:
    """What a row of `borders.csv` is about, in words."""
    site = view.name("institutions", row["institution"]) if row["institution"] else ""
    return told(str(row["case"]), view.lang, site=site, group=row["group"])


def _cases(view: View) -> list[list[Row]]:
    """The rows of each case: the plan first, then by number; moved sites of a grouping by what they cost."""
    table = view.saved.table("borders")
    found: dict[float, list[Row]] = {}
    for row in table.to_dict("records"):
        found.setdefault(float(row["number"]), []).append({str(key): value for key, value in row.items()})
    cases = [rows for _, rows in sorted(found.items())]
    first = _first(cases) if cases else ""
    return sorted(cases, key=lambda rows: _rank(rows, first))


def _rank(rows: list[Row], first: str) -> tuple[int, float]:
    if rows[0]["case"] != "case_move" or first in ("floors", "unmet"):
        return 0, float(rows[0]["number"])
    row = next((one for one in rows if one["aim"] == first), None)
    lost = None if row is None else to_float(row["difference"])
    return 1, math.inf if lost is None else lost


def _first(cases: list[list[Row]]) -> str:
    """The aim that cases are judged by: broken promises where they differ in these, else visits or trips."""
    named = [str(row["aim"]) for row in cases[0]]
    differ = [str(row["aim"]) for case in cases for row in case if abs(to_float(row["difference"]) or 0.0) > ROUNDING]
    floors = [name for name in FLOORS if name in named and name in differ]
    return next((name for name in (*floors, *FIRST) if name in named), named[0])


def _matters(cases: list[list[Row]], name: str) -> bool:
    values = [to_float(row["value"]) or 0.0 for case in cases for row in case if row["aim"] == name]
    return any(abs(value) > SMALL for value in values)


def _heading(view: View, name: str, cases: list[list[Row]]) -> str:
    unit = next((str(row["unit"]) for case in cases for row in case if row["aim"] == name), "")
    shown = told("price_money", view.lang) if name == "cost" else view.unit(unit)
    label = view.measure(name).split(MARKS.text("colon", view.lang))[-1]
    if name == "group_change":
        return label
    if name == "unmet":
        return told("price_unmet", view.lang)
    return told("price_heading", view.lang, name=label, unit=shown)


def _proved(view: View, case: Row, row: Row | None) -> list[str]:
    """Value, change, proved range and gap of the first aim."""
    if row is None:
        return [told("rejected" if case["status"] == "INFEASIBLE" else "price_none", view.lang), "", "", ""]
    gap = to_float(row["gap"])
    own, digits = case["case"] == "case_this", DIGITS.get(str(row["aim"]))
    return [
        amount_told(row["value"], digits),
        "" if own else signed(row["difference"], digits),
        "" if own else _range(view, row),
        "" if gap is None else f"{100 * gap:.1f}%",
    ]


def _figures(view: View, name: str, row: Row | None) -> list[str]:
    if row is None:
        return ["", ""]
    unit = LARGE[view.lang] if name == "cost" else 1.0
    value, by = (to_float(row[column]) for column in ("value", "difference"))
    own = row["case"] == "case_this"
    digits = 0 if name == "cost" and view.lang == "zh" else DIGITS.get(name)
    return [
        amount_told(None if value is None else value / unit, digits),
        "" if own else signed(None if by is None else by / unit, digits),
    ]


def _range(view: View, row: Row) -> str:
    least, most = to_float(row["least"]), to_float(row["most"])
    if least is None or most is None:
        return ""
    digits = DIGITS.get(str(row["aim"]))
    return told("price_between", view.lang, least=signed(least, digits), most=signed(most, digits))


def _sentence(view: View, row: Row, aim: str) -> str:
    least, most = to_float(row["least"]), to_float(row["most"])
    said, digits = {"name": case_name(view, row), "aim": aim}, DIGITS.get(str(row["aim"]))
    if least is None or most is None:
        return told("price_open", view.lang, **said)
    if most <= SMALL:
        key = "price_gain_most" if -most < 0.05 else "price_gain"
        return told(
            key, view.lang, **said, least=amount_told(max(-most, 0.0), digits), most=amount_told(-least, digits)
        )
    if least >= -SMALL:
        return told(
            "price_loss", view.lang, **said, least=amount_told(max(least, 0.0), digits), most=amount_told(most, digits)
        )
    return told("price_either", view.lang, **said, least=amount_told(-least, digits), most=amount_told(most, digits))


def amount_told(value: object, digits: int | None = None) -> str:
    number = to_float(value)
    if number is None:
        return ""
    return amount(number) if digits is None else f"{number:,.{digits}f}"


def signed(value: object, digits: int | None = None) -> str:
    number = to_float(value)
    if number is None:
        return ""
    text = amount_told(abs(number), digits)
    zero = not any(letter in "123456789" for letter in text)
    return "0" if zero else ("+" if number > 0 else "−") + text
