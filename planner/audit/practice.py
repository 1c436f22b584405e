"""The audit of today's roster on the dates of the horizon: the rules of dates, as if it were the plan's."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from models.rules import RULES
from planner.audit import COLUMNS, audit_saved, roster_facts
from planner.audit.facts import Facts
from planner.audit.read import Saved, typed

#: Rules of a roster that do not ask what was allocated.
_ALLOCATED = ("roster_count", "roster_time", "change_limit")
JUDGED = (
    *(rule.id for rule in RULES.values() if rule.block == "roster" and rule.id not in _ALLOCATED),
    *("whole_day", "title_floor", "scope", "own_group", "max_minutes"),
)
_PLACE = ["doctor", "institution", "specialty"]


def audit_today(saved: Saved) -> pd.DataFrame:
    """The lines of the audit for today's roster, with today's postings; empty where it holds nothing then."""
    facts = Facts(saved)
    if facts.days.start is None:
        return pd.DataFrame(columns=COLUMNS)
    held = roster_facts.practice(facts, facts.days.dates)
    held = held[held["institution"].isin(facts.row)]
    home = facts.doctors["institution"].reindex(held["doctor"]).to_numpy()
    held = _visits(facts, held[held["institution"].to_numpy() != home])
    if held.empty:
        return pd.DataFrame(columns=COLUMNS)
    quarter = [str(facts.quarters.index[(facts.quarters["first"] <= day).sum() - 1]) for day in held["day"]]
    counts = held.assign(quarter=quarter).groupby([*_PLACE, "quarter"]).size().rename("sessions").reset_index()
    tables = {
        "roster": held.assign(
            weekday=held["date"].dt.day_of_week + 1, slot=held["half"].map({0: "am", 1: "pm"}), backup=""
        ),
        "sessions": counts.assign(main="yes"),
        "postings": saved.region["current_postings"],
    }
    plan = typed({}, tables, {}).plan
    changed = {name: plan[name] for name in tables} | {"unheld": plan["unheld"], "shortfalls": plan["shortfalls"]}
    return audit_saved(replace(saved, plan={**saved.plan, **changed}, dated=True), JUDGED)


def _visits(facts: Facts, held: pd.DataFrame) -> pd.DataFrame:
    """One row per clinic: of both half-days of one doctor, site and day, the morning stands for a whole day."""
    held = held.assign(day=(held["date"] - facts.days.dates[0]).dt.days)
    return held.sort_values([*_PLACE, "day", "half"]).drop_duplicates([*_PLACE, "day"]).reset_index(drop=True)
