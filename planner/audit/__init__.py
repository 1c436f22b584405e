"""The audit: every rule of `models.rules` re-checked from the saved tables, with plain pandas.

It reads `PLAN/*.csv`, `PLAN/region/*.csv` and the settings in `plan.json`, derives its own facts
and shares no code with the model or its builder; of `models` it knows the catalogue of rules
alone. A plan that fails is not reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from models.rules import GROUP_RULES, RULES
from planner.audit.facts import Facts
from planner.audit.finding import Finding, Lacking, against_listed, as_hard
from planner.audit.read import Saved, read_saved, typed
from planner.audit.registry import CHECKS

COLUMNS = ["rule", "subject", "holds", "detail"]

__all__ = ["CHECKS", "audit_plan", "audit_saved", "audit_tables"]


def audit_plan(folder: Path) -> pd.DataFrame:
    """The audit of a plan folder: rule, subject, holds (yes/no), detail.

    One line per rule that holds, with the number of subjects looked at; one line per violation.
    Raises FileNotFoundError when the folder has no `plan.json`.
    """
    return audit_saved(read_saved(folder))


def audit_tables(
    region: Mapping[str, pd.DataFrame], plan: Mapping[str, pd.DataFrame], settings: Mapping[str, Any]
) -> pd.DataFrame:
    """The same for tables in memory: the canonical region with its full travel table, the plan, the settings."""
    return audit_saved(typed(region, plan, settings))


def audit_saved(saved: Saved, rules: Iterable[str] = ()) -> pd.DataFrame:
    """The lines of the named rules; by default of all, or of those about groups where there is nothing else."""
    facts = Facts(saved)
    rules = tuple(rules) or ((*GROUP_RULES, "lock") if saved.alone else tuple(RULES))
    rows: list[tuple[str, str, str, str]] = []
    for rule in rules:
        rows += _lines(facts, rule)
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def _lines(facts: Facts, rule: str) -> list[tuple[str, str, str, str]]:
    """The lines of one rule. A rule that is not hard is reported, but does not fail."""
    state = facts.state(rule)
    finding = _finding(facts, rule, state)
    broken = list(zip(finding.broken["subject"], finding.broken["detail"], strict=True))
    failing = state == "hard" or (RULES[rule].kind == "floor" and state == "soft")
    if not broken:
        return [(rule, "", "yes", f"{finding.checked} checked" + ("" if failing else f" (rule is {state})"))]
    if failing:
        return [(rule, str(subject), "no", str(detail)) for subject, detail in broken]
    return [(rule, str(subject), "yes", f"{detail} (rule is {state})") for subject, detail in broken]


def _finding(facts: Facts, rule: str, state: str) -> Finding:
    found = CHECKS[rule](facts)
    if isinstance(found, Lacking):
        if state == "soft":
            listed = facts.plan["shortfalls"]
            return against_listed(found, listed[listed["rule"] == rule])
        return as_hard(found)
    return found
