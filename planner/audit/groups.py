"""Groups, checked from the tables with pandas and networkx: membership, leads, one piece, balance.

Nothing is asked of a plan without `groups.csv`. Units are found again from `institutions`: a village institution
follows its parent, so does a branch of a township institution and a lead with a parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd

from planner.audit.finding import Finding, Lacking, flagged, over
from planner.audit.group_facts import SCALE, TOLERANCES, asked_of, graph, loads, service_of, shares, unit_of

if TYPE_CHECKING:
    from planner.audit.facts import Facts


def _groups(facts: Facts) -> pd.DataFrame:
    return facts.plan["groups"]


def one_group(facts: Facts) -> Finding:
    """Every institution is there once, with a group."""
    table = _groups(facts)
    if table.empty:
        return Finding()
    count = table[table["group"] != ""].groupby("institution").size()
    asked = pd.DataFrame({"institution": asked_of(facts)}, dtype=object)
    got = asked["institution"].map(count).fillna(0.0)
    extra = table[~table["institution"].isin(asked["institution"])][["institution"]]
    both = pd.concat([asked.assign(got=got), extra.assign(got=-1.0)], ignore_index=True)
    text = both["got"].map(lambda n: "is no institution to be grouped" if n < 0 else f"is in {n:g} groups")
    return flagged(both, both["got"] != 1, ["institution"], text.astype(object))


def follows_parent(facts: Facts) -> Finding:
    """Who follows another is in its group."""
    table = _groups(facts).drop_duplicates("institution")
    group = dict(zip(table["institution"], table["group"], strict=True))
    units = unit_of(facts)
    rows = [(one, units.get(one, one)) for one in table["institution"] if units.get(one, one) != one]
    below = pd.DataFrame(rows, columns=["institution", "unit"])
    wrong = below["institution"].map(group) != below["unit"].map(group)
    return flagged(below, wrong, ["institution"], "is not in the group of " + below["unit"])


def lead_home(facts: Facts) -> Finding:
    """A group's lead is one institution, of that group, that may lead."""
    table = _groups(facts)
    leads = table[table["lead"] != ""].drop_duplicates(["group", "lead"])
    if leads.empty:
        return Finding(table["group"].nunique())
    home = dict(zip(table["institution"], table["group"], strict=True))
    may = facts.institutions["lead"].to_dict()
    service = service_of(facts)
    away = leads["lead"].map(home) != leads["group"]
    cannot = ~leads["lead"].map(may).fillna(False).astype(bool) if not service else away & False
    many = leads["group"].duplicated(keep=False)
    text = pd.Series(
        np.select([many, away], ["is one of several leads", "leads a group that it is not in"], "does not lead"),
        index=leads.index,
        dtype=object,
    )
    return flagged(leads, many | away | cannot, ["group", "lead"], text)


def group_count(facts: Facts) -> Finding:
    """As many groups as the settings ask for, else as there are leads."""
    table = _groups(facts)
    leads = int(facts.institutions["lead"].sum())
    wanted = facts.option("grouping", "count", None if service_of(facts) else leads or None)
    if table.empty or wanted is None:
        return Finding()
    have = table["group"].nunique()
    row = pd.DataFrame({"subject": ["groups"]})
    return flagged(row, pd.Series([have != int(wanted)]), ["subject"], f"{have} groups, not {int(wanted)}")


def contiguous(facts: Facts) -> Finding | Lacking:
    """On every connected part of the neighbour graph, each group is connected, around its seat where it is there."""
    table = _groups(facts).drop_duplicates("institution")
    if table.empty:
        return Finding()
    near = graph(facts)
    home = dict(zip(table["institution"], table["group"], strict=True))
    seat = {group: unit_of(facts).get(lead, lead) for group, lead in zip(table["group"], table["lead"], strict=True)}
    apart = [
        (unit, group)
        for part in nx.connected_components(near)
        for group in sorted({home.get(unit, "") for unit in part} - {""})
        for unit in _off(near, {one for one in part if home.get(one) == group}, seat.get(group, ""))
    ]
    short = pd.DataFrame([(f"{unit} {group}", 1.0) for unit, group in apart], columns=["subject", "amount"])
    if facts.state("contiguous") == "soft":
        return Lacking(len(near), short, "units")
    return Finding(len(near), short.assign(detail="is not joined to its group")[["subject", "detail"]].astype(object))


def _off(near: nx.Graph[str], members: set[str], seat: str) -> Iterator[str]:
    """Units that are not in the piece with the seat, or in the first piece where the seat is elsewhere."""
    parts = sorted(nx.connected_components(near.subgraph(members)), key=lambda part: (seat not in part, min(part)))
    for part in parts[1:]:
        yield from sorted(part)


def _balance(facts: Facts, load: str) -> Lacking:
    table = _groups(facts)
    unit = f"1,000 {TOLERANCES[load][2]}"
    nothing = pd.DataFrame({"subject": pd.Series(dtype=object), "amount": pd.Series(dtype=float)})
    if table.empty or loads(facts)[load].sum() <= 0:
        return Lacking(0, nothing, unit)
    frame = shares(facts, load)
    below = (frame["low"] - frame["got"]).clip(lower=0.0) / SCALE
    above = (frame["got"] - frame["high"]).clip(lower=0.0) / SCALE
    side = np.where(frame["fixed"], "", np.where(below > 0, " least", " most"))
    short = pd.DataFrame({"subject": frame["group"] + side, "amount": below + above})
    return Lacking(len(frame), short[short["amount"] > 1e-4].reset_index(drop=True), unit)


def balance_population(facts: Facts) -> Lacking:
    """Persons of a group within the tolerance of its share."""
    return _balance(facts, "population")


def balance_need(facts: Facts) -> Lacking:
    """Visits of a group within the tolerance of its share."""
    return _balance(facts, "need")


def balance_risk(facts: Facts) -> Lacking:
    """Risk-weighted insured persons of a group within the tolerance of its share."""
    return _balance(facts, "risk")


def group_capability(facts: Facts) -> Lacking:
    """What a group's other members send up fits what its lead can take, by specialty, where that is asked."""
    table = _groups(facts)
    nothing = pd.DataFrame({"subject": pd.Series(dtype=object), "amount": pd.Series(dtype=float)})
    if table.empty or not facts.option("grouping", "capability", False):
        return Lacking(0, nothing, "visits/month")
    home = table.drop_duplicates("institution").set_index("institution")
    needs = facts.region["needs"]
    sent = needs.assign(group=needs["institution"].map(home["group"]), lead=needs["institution"].map(home["lead"]))
    sent = sent[sent["lead"].fillna("") != ""]
    sums = sent.groupby(["lead", "group", "specialty"])["referred_visits_per_month"].sum().reset_index()
    given = facts.region["capabilities"].query("direction != 'down'").dropna(subset="visits_per_month")
    able = given.groupby(["institution", "specialty"])["visits_per_month"].sum()
    own = needs.groupby(["institution", "specialty"])["own_visits_per_month"].sum()
    keys = pd.MultiIndex.from_frame(sums[["lead", "specialty"]])
    limit = able.reindex(keys).to_numpy() - own.reindex(keys).fillna(0.0).to_numpy()
    amount = sums["referred_visits_per_month"] - np.clip(limit, 0.0, None)
    short = pd.DataFrame({"subject": sums["group"] + " " + sums["specialty"], "amount": amount})
    return Lacking(len(sums), short[short["amount"] > 1e-4].reset_index(drop=True), "visits/month")


def group_minutes(facts: Facts) -> Finding:
    """Units are within the longest trip of their lead."""
    longest = facts.option("grouping", "max_minutes", None)
    table = _groups(facts)
    table = table[(table["institution"] == table["unit"]) & (table["lead"] != "")]
    if longest is None or table.empty:
        return Finding(len(table))
    seat = table["lead"].map(unit_of(facts))
    trip = facts.minutes("patient", table["unit"], seat)
    return over(table, trip, pd.Series(float(longest), index=table.index), ["institution", "group"], "minutes")
