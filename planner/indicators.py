"""Indicators of a saved plan: planned, current, target and published values side by side.

`current` is today's practice by the same formula; `target` and `published` come from the region's
`targets`: a row with tolerance 0 is a criterion to be met (target), any other a published figure.
Nothing is read from the model: the figures stand on the audit's facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner import indicators_access as access
from planner import indicators_roster as dated
from planner import indicators_rotation as posts
from planner import indicators_service as service
from planner import indicators_shared, situation
from planner.audit.facts import Facts
from planner.audit.read import read_saved
from planner.grouping import measures as groups
from planner.indicators_access import Measure
from planner.indicators_referrals import referrals
from planner.situation import Situation

COLUMNS = ["indicator", "scope", "value", "unit", "current", "target", "published", "note"]
#: County, township, village: how a surplus is divided (Tianchang: 6 : 3 : 1).
SURPLUS_SPLIT = {"county": 0.6, "township": 0.3, "village": 0.1}
#: Published indicators whose figure counts a period: the monthly indicator that is multiplied up.
COUNTED = {
    "referrals_up": "slips_up_month",
    "referrals_down": "referrals_down_month",
    "expert_visits": "sessions_month",
}


def indicators(folder: Path) -> pd.DataFrame:
    """indicator, scope, value, unit, current, target, published, note of a plan folder."""
    facts = Facts(read_saved(folder))
    plan, before = situation.planned(facts), situation.today(facts)
    table = _beside(_measures(facts, plan, True), _measures(facts, before, False))
    extra = [*service.centres(facts), *service.change(facts, plan, before), *referrals(facts)]
    turns = _beside(*(_frame(posts.rotation(folder, planned)) for planned in (True, False)))
    table = pd.concat([table, _frame(extra).assign(current=np.nan), turns[list(table)]], ignore_index=True)
    if len(facts.plan["groups"]):
        table = pd.concat([table, groups.indicators_of(facts)], ignore_index=True)
    return _with_targets(facts, table)[COLUMNS]


def _measures(facts: Facts, now: Situation, plan: bool) -> pd.DataFrame:
    rows: list[Measure] = []
    for part in (service.posted, service.clinics, service.visits, access.access, access.catchment, access.evenness):
        rows += part(facts, now)
    rows += indicators_shared.shared(facts, plan)
    rows += service.burden(facts, now)
    rows += service.costs(facts, now, plan)
    rows += dated.roster(facts, plan)
    return _frame(rows)


def _frame(rows: Iterable[Measure]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["indicator", "scope", "value", "unit", "note"])


def _beside(plan: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The plan's value and today's, also where only one of them exists."""
    both = plan.merge(before, on=["indicator", "scope"], how="outer", suffixes=("", "_today"), sort=False)
    for name in ("unit", "note"):
        both[name] = both[name].fillna(both[f"{name}_today"])
    both = both.rename(columns={"value_today": "current"})
    order = {key: n for n, key in enumerate(zip(plan["indicator"], plan["scope"], strict=True))}
    rank = [order.get(key, len(order)) for key in zip(both["indicator"], both["scope"], strict=True)]
    return both.iloc[np.argsort(rank, kind="stable")].reset_index(drop=True)


def _with_targets(facts: Facts, table: pd.DataFrame) -> pd.DataFrame:
    """Targets and published figures beside the values; figures that no plan shows in rows of their own."""
    targets = facts.region["targets"]
    table = pd.concat([table, _frame(_derived(facts, table, targets))], ignore_index=True)
    table[["target", "published"]] = np.nan
    place = {key: n for n, key in enumerate(zip(table["indicator"], table["scope"], strict=True))}
    rest: list[dict[str, Any]] = []
    for row in targets.to_dict("records"):
        column = "target" if row["tolerance"] == 0 else "published"
        at = next((place[key] for key in _keys(row) if key in place), None)
        if at is None or table[column].notna()[at]:
            named = {name: row[name] for name in ("indicator", "scope", "unit")}
            rest.append(named | {column: row["value"], "note": _source(row, "not part of a plan")})
            continue
        table.at[at, column] = row["value"]
        said = (str(table.at[at, "note"]), _source(row, _agreement(float(table["value"][at]), row)))
        table.at[at, "note"] = "; ".join(part for part in said if part)
    return pd.concat([table, pd.DataFrame(rest, columns=COLUMNS)], ignore_index=True) if rest else table


def _keys(row: dict[Any, Any]) -> list[tuple[str, str]]:
    """Where a row of `targets` may belong: its own scope, the least of the sites, the whole region."""
    name, scope = str(row["indicator"]), str(row["scope"])
    return [(name, scope), (name, "least"), (name, "")]


def _source(row: dict[Any, Any], what: str) -> str:
    parts = (what, str(row["period"] or ""), str(row["source"] or ""))
    return ", ".join(part for part in parts if part)


def _agreement(value: float, row: dict[Any, Any]) -> str:
    """How the plan's value stands to the figure, within its tolerance (2 % where none is given)."""
    goal = float(row["value"])
    spread = float(row["tolerance"]) if row["tolerance"] == row["tolerance"] else 0.02
    if np.isnan(value):
        return ""
    if spread == 0:
        return f"criterion {goal:g}"
    near = abs(value - goal) <= spread * abs(goal) + 1e-12
    return f"published {goal:g}, " + (f"within {spread:.0%}" if near else f"differs by {value / goal - 1:+.0%}")


def _derived(facts: Facts, table: pd.DataFrame, targets: pd.DataFrame) -> Iterator[Measure]:
    """Figures that exist only to be compared with a published one: period counts and arithmetic."""
    values = {(i, s): v for i, s, v in zip(table["indicator"], table["scope"], table["value"], strict=True)}
    values["sessions_month", ""] = float(facts.sessions["sessions"].sum()) / float(facts.quarters["months"].sum())
    for row in targets.to_dict("records"):
        name, scope = str(row["indicator"]), str(row["scope"])
        if name == "surplus_split" and scope in SURPLUS_SPLIT:
            yield (
                name,
                scope,
                SURPLUS_SPLIT[scope],
                str(row["unit"]),
                "arithmetic of a surplus of 1.00 million by 6 : 3 : 1",
            )
        elif name in COUNTED and (COUNTED[name], "") in values:
            months = months_of(str(row["period"]))
            value = values[COUNTED[name], ""] * months
            yield (name, scope, value, str(row["unit"]), f"monthly figure of the plan x {months} months")
        elif name == "imaging_within_minutes":
            found = [v for (i, s), v in values.items() if i == "quantile_minutes" and s.startswith("imaging ")]
            if found:
                yield (name, scope, max(found), str(row["unit"]), "slowest imaging centre at its quantile, peak hour")
        elif name == "visits_per_resident_year":
            people = float(facts.institutions["population"].sum())
            if people > 0:
                need = float(facts.cells["need"].sum()) * 12 / people
                yield (name, scope, need, str(row["unit"]), "only the visits in the needs table")


def months_of(period: str) -> int:
    """Months of a period `2016-01/2016-10` (both included); 12 for anything else."""
    first, _, last = period.partition("/")
    try:
        (y1, m1), (y2, m2) = (tuple(int(part) for part in text.split("-")[:2]) for text in (first, last))
    except ValueError:
        return 12
    return 12 * (y2 - y1) + m2 - m1 + 1
