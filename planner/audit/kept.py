"""The limit on changes: what of today's roster the plan gives up, in dates and in counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit import loads
from planner.audit.finding import Finding, over, together
from planner.audit.frames import sums
from planner.audit.read import items
from planner.audit.roster import placed
from planner.audit.roster_today import possible_today

if TYPE_CHECKING:
    from planner.audit.facts import Facts

_CELL = ["institution", "specialty", "quarter"]
_CLINIC = ["doctor", *_CELL]


def change_limit(facts: Facts) -> Finding:
    """No more than `[roster] change_limit` clinics of today are given up, by the counts and by the dates."""
    limit = facts.option("roster", "change_limit", None)
    if limit is None:
        return Finding()
    return together(_counted(facts, float(limit)), _dated(facts, float(limit)))


def _dated(facts: Facts, limit: float) -> Finding:
    """Clinics of today's roster that are possible, and missing.

    A whole day, and two half-days of one doctor, are one clinic, kept by either half.
    """
    if not facts.saved.dated or facts.days.start is None:
        return Finding()
    today = possible_today(facts)
    keys = [*_CELL, "doctor", "day", "half"]
    now = placed(facts)[keys].drop_duplicates().assign(kept=1.0)
    kept = today.merge(now, on=keys, how="left").fillna({"kept": 0.0})
    moved = float((kept.groupby([*_CELL, "doctor", "day"])["kept"].max() == 0).sum())
    return Finding(len(today), _over(moved, limit, "clinics of today's roster moved").broken)


def _counted(facts: Facts, limit: float) -> Finding:
    """Clinics a quarter that a doctor holds today, also those of the weeks before the start, and does not in the plan.

    Those that he may not hold any more use the limit up first; where they exceed it, all others stay.
    """
    today = loads.sessions(facts, facts.clinics_today)
    now = sums(facts.plan["sessions"], _CLINIC, "sessions").rename(columns={"sessions": "now"})
    both = today.merge(now, on=_CLINIC, how="left").fillna({"now": 0.0})
    lost = (both["sessions"] - both["now"]).clip(lower=0.0)
    able = _able(facts, both)
    left = max(0.0, limit - float(both.loc[~able, "sessions"].sum()))
    return Finding(len(both), _over(float(lost[able].sum()), left, "of today's clinics given up").broken)


def _over(value: float, limit: float, unit: str) -> Finding:
    whole = pd.DataFrame({"who": ["alliance"]})
    return over(whole, pd.Series([value]), pd.Series([limit]), ["who"], unit)


def _able(facts: Facts, table: pd.DataFrame) -> pd.Series:
    """Whether the plan might have the doctor hold the clinic: by the rules about people, where they are hard."""
    needs = pd.MultiIndex.from_frame(facts.region["needs"][["institution", "specialty"]])
    able = pd.Series(pd.MultiIndex.from_frame(table[["institution", "specialty"]]).isin(needs), index=table.index)
    able &= table["trip"].notna()
    longest = table["doctor"].map(facts.doctors["max_minutes"]).fillna(np.inf)
    rules = {
        "scope": pd.Series(pd.MultiIndex.from_frame(table[["doctor", "specialty"]]).isin(facts.scope), table.index),
        "title_floor": ~(table["specialty"].map(facts.specialties["min_title"]) > table["title"]),
        "own_group": facts.same_group(table["home"], table["institution"]),
        "max_minutes": table["trip"] <= longest.clip(upper=facts.number("sessions", "max_minutes", 90)) + 1e-6,
        "equipment": _equipped(facts, table),
    }
    for rule, kept in rules.items():
        if facts.state(rule) == "hard":
            able &= kept
    return able


def _equipped(facts: Facts, table: pd.DataFrame) -> pd.Series:
    """Whether the site has every item that the specialty needs; where there is no table of equipment, all do."""
    if "equipment" not in facts.saved.present:
        return pd.Series(True, index=table.index)
    stock = facts.region["equipment"]
    there = set(zip(stock.loc[stock["count"] > 0, "institution"], stock.loc[stock["count"] > 0, "item"], strict=True))
    wanted = {kind: items(text) for kind, text in facts.specialties["equipment"].items()}
    cells = zip(table["institution"], table["specialty"], strict=True)
    found = [all((site, item) in there for item in wanted.get(kind, ())) for site, kind in cells]
    return pd.Series(found, index=table.index, dtype=bool)
