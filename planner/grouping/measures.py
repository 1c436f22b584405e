"""Indicators of groups: how even they are in people, visits, risk and money, how far the lead is, who moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from planner.audit.facts import Facts
from planner.audit.group_facts import loads, unit_of
from planner.audit.read import read_saved

COLUMNS = ["indicator", "scope", "value", "unit", "current", "target", "published", "note"]
#: indicator, scope, value, unit, note
Measure = tuple[str, str, float, str, str]
#: load -> indicator of its amount in a group, unit, note
AMOUNTS = {
    "population": ("group_population", "persons", "residents of the group's units"),
    "need": ("group_need", "visits/month", "visits in the needs table"),
    "risk": ("group_risk", "weighted persons", "insured persons, those of 65 and over counted as they cost"),
}


def group_indicators(folder: Path) -> pd.DataFrame:
    """The indicators of a folder with `groups.csv`, today's grouping beside the new one."""
    return indicators_of(Facts(read_saved(folder)))


def indicators_of(facts: Facts) -> pd.DataFrame:
    """The same from its facts."""
    now, before = (_frame(measures(facts, column)) for column in ("group", "today"))
    moved = _frame(_moved(facts))
    table = now.merge(
        before[["indicator", "scope", "value"]].rename(columns={"value": "current"}),
        on=["indicator", "scope"],
        how="left",
    )
    table = pd.concat([moved.assign(current=float("nan")), table], ignore_index=True)
    return table.assign(target=float("nan"), published=float("nan"))[COLUMNS]


def _frame(rows: Iterator[Measure]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["indicator", "scope", "value", "unit", "note"])


def _moved(facts: Facts) -> Iterator[Measure]:
    table = facts.plan["groups"]
    known = table[table["today"] != ""]
    if len(known):
        count = float((known["today"] != known["group"]).sum())
        yield "institutions_moved", "", count, "institutions", "other group than today, followers counted"


def measures(facts: Facts, column: str) -> Iterator[Measure]:
    """Measures of the grouping in a column of `groups.csv`: the new one, or today's."""
    table = facts.plan["groups"]
    heads = table[table["institution"] == table["unit"]]
    heads = heads[heads[column] != ""].drop_duplicates("unit").set_index("unit")
    if heads.empty:
        return
    weights = loads(facts)
    group = heads[column]
    for load, (name, unit, note) in AMOUNTS.items():
        amount = weights[load].reindex(heads.index).fillna(0.0).groupby(group).sum()
        if amount.sum() > 0:
            yield from ((name, str(key), float(value), unit, note) for key, value in amount.items())
            spread = float(amount.max() / amount.mean() - 1.0)
            yield f"{name}_spread", "", spread, "share", "largest group above the mean"
    yield from _money(facts, group, weights)
    yield from _trips(facts, heads, column, weights["population"])


def _money(facts: Facts, group: pd.Series, weights: pd.DataFrame) -> Iterator[Measure]:
    """Yuan a year per risk-weighted insured person: where it is low, the group runs a deficit first."""
    units = unit_of(facts)
    fund = facts.institutions["fund_yuan_per_year"]
    by_unit = fund.groupby(fund.index.map(units)).sum().reindex(group.index).fillna(0.0)
    risk = weights["risk"].reindex(group.index).fillna(0.0).groupby(group).sum()
    rate = (by_unit.groupby(group).sum() / risk)[risk > 0]
    if rate.sum() > 0:
        note = "insurance fund over risk-weighted insured persons"
        yield from (("group_fund_rate", str(key), float(value), "yuan/year", note) for key, value in rate.items())
        yield "group_fund_rate_spread", "", float(rate.max() / rate.min() - 1.0), "share", "best over worst group"


def _trips(facts: Facts, heads: pd.DataFrame, column: str, people: pd.Series) -> Iterator[Measure]:
    """Residents' minutes to their lead: the mean, and the farthest unit."""
    leads = facts.plan["groups"]
    lead_of = leads[leads["lead"] != ""].drop_duplicates("group").set_index("group")["lead"]
    units = unit_of(facts)
    seat = heads[column].map(lead_of).map(units)
    known = seat.notna()
    if not known.any():
        return
    frame = pd.DataFrame({"origin": heads.index[known], "seat": seat[known].to_numpy(), "group": heads[column][known]})
    frame["minutes"] = facts.minutes("patient", frame["origin"], frame["seat"])
    frame["people"] = people.reindex(frame["origin"]).fillna(0.0).to_numpy()
    frame = frame.dropna(subset="minutes")
    for key, part in [("", frame), *frame.groupby("group")]:
        total = float(part["people"].sum())
        if total > 0:
            mean = float((part["people"] * part["minutes"]).sum()) / total
            yield "group_minutes", str(key), mean, "minutes", "residents' mean trip to their lead"
            yield "group_minutes_max", str(key), float(part["minutes"].max()), "minutes", "farthest unit"
