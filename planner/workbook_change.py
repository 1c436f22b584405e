"""Tables of the workbook that say what changes: institutions, hospitals, money, indicators against their targets."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planner import indicator_words
from planner.figures.change import Change
from planner.figures.costs import PARTS, SCENARIOS
from planner.figures.whole import Figures
from planner.report.tables import PARTIAL
from planner.report.words import report_word
from planner.text import joined
from planner.view import View, text_of, to_float
from planner.workbook_words import workbook_word


def gains(view: View, figures: Figures) -> pd.DataFrame:
    """Institutions below the hospitals: every figure today and by the plan in columns of their own."""
    rows = []
    for one in figures.sites:
        pairs = {
            "visits_kept": one.kept, "visits_unmet": one.unmet, "visits_left": one.left,
            "visits_referred": one.referred, "clinics_month": one.clinics, "posted": one.posted,
            "minutes_mean": one.minutes,
        }  # fmt: skip
        row: dict[str, object] = {view.heading("institution"): view.name("institutions", one.institution)}
        row[_say(view, "verdict")] = report_word(f"v_{one.verdict}", view.lang)
        row |= _both(view, pairs)
        for key, found in (("added", one.added), ("dropped", one.dropped)):
            row[_say(view, key)] = joined((view.name("specialties", specialty) for specialty in found), view.lang)
        rows.append(row)
    return pd.DataFrame(rows)


def hospitals(view: View, figures: Figures) -> pd.DataFrame:
    """What each hospital gives and gets."""
    rows = []
    for one in figures.hospitals:
        pairs = {
            "half_days": one.half_days, "doctors": one.doctors, "posted_out": one.posted, "hours": one.hours,
            "received": one.received, "forgone": one.forgone,
        }  # fmt: skip
        row = {view.heading("institution"): view.name("institutions", one.institution), **_both(view, pairs)}
        rows.append({**row, _say(view, "room"): _known(one.room)})
    return pd.DataFrame(rows)


def costs(view: View, figures: Figures) -> pd.DataFrame:
    """Yuan a year by part and scenario, and their total."""
    parts = figures.costs.parts
    if not parts:
        return pd.DataFrame()
    rows = [
        [report_word(f"cost_{part}", view.lang), *(parts.get((scenario, part)) for scenario in SCENARIOS)]
        for part in PARTS
    ]
    rows.append([_say(view, "total"), *(figures.costs.total(scenario) for scenario in SCENARIOS)])
    return pd.DataFrame(rows, columns=[_say(view, "part"), *(view.say(name) for name in SCENARIOS)])


def indicators(view: View) -> tuple[pd.DataFrame, list[bool]]:
    """Indicators beside today's, targets and published figures, whether a target is met; and which are shares."""
    table = view.saved.table("indicators").copy()
    if table.empty:
        return table, []
    shares = [text_of(unit) == "share" for unit in table["unit"]]
    table["note"] = [indicator_words.note(text_of(text), view.lang) for text in table["note"]]
    met = [_met(row) for row in table.to_dict("records")]
    shown = view.named(table)
    shown.insert(list(table.columns).index("published") + 1, _say(view, "met"), met)
    return shown, shares


def _met(row: dict[Any, Any]) -> str:
    """A tick or a cross where there is a target that the plan decides whole; else nothing."""
    target, value = to_float(row["target"]), to_float(row["value"])
    way = indicator_words.better(str(row["indicator"]))
    if target is None or value is None or not way or row["indicator"] in PARTIAL:
        return ""
    return "✓" if (value >= target - 1e-9 if way == "up" else value <= target + 1e-9) else "✗"


def _both(view: View, pairs: dict[str, Change]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for key, value in pairs.items():
        name = _say(view, key)
        found[workbook_word("today_of", view.lang, name=name)] = _known(value.today)
        found[workbook_word("plan_of", view.lang, name=name)] = _known(value.plan)
    return found


def _known(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None


def _say(view: View, key: str) -> str:
    return workbook_word(key, view.lang)
