"""What the audit of groups stands on: units, their neighbour graph, their loads and the shares of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pandas as pd

if TYPE_CHECKING:
    from planner.audit.facts import Facts

#: Loads are compared, and what is lacking is listed, in this many.
SCALE = 1_000.0
#: load -> setting with its tolerance, default, unit
TOLERANCES = {
    "population": ("tolerance_population", 0.15, "persons"),
    "need": ("tolerance_need", 0.20, "visits/month"),
    "risk": ("tolerance_risk", 0.20, "risk-weighted insured persons"),
}


def service_of(facts: Facts) -> str:
    return str(facts.option("grouping", "service", ""))


def asked_of(facts: Facts) -> list[str]:
    """Institutions that must be in a group: all, or those of the service that was grouped."""
    known = [str(one) for one in facts.institutions.index]
    service = service_of(facts)
    if not service:
        return known
    sends = facts.region["volumes"].query("service == @service")["institution"]
    hosts = facts.region["centres"].query("service == @service and state != 'forbidden'")["institution"]
    some = {unit_of(facts)[one] for one in {*sends, *hosts} if one in known}
    return [one for one in known if unit_of(facts)[one] in some]


def unit_of(facts: Facts) -> dict[str, str]:
    """The unit of each institution: itself, or the one that it follows (by `groups.csv` where no parent is named)."""
    table = facts.institutions
    leads = set(table.index[table["lead"]])
    told = dict(zip(facts.plan["groups"]["institution"], facts.plan["groups"]["unit"], strict=True))

    level = {str(one): float(value) for one, value in table["level"].to_dict().items()}
    parents = {str(one): str(value) for one, value in table["parent"].to_dict().items()}

    def above(code: str) -> str:
        parent = parents[code]
        below = level[code] == 0 or code in leads or level.get(parent, 2.0) <= 1
        if parent in level and parent != code and parent not in leads and below:
            return parent
        return str(told.get(code, code)) if level[code] == 0 and code not in leads else code

    found = {}
    for code in level:
        seen, at = {code}, code
        while above(at) not in seen:
            at = above(at)
            seen.add(at)
        found[code] = at
    return found


def graph(facts: Facts) -> nx.Graph[str]:
    """Units and who is next to whom, across water too unless the settings say otherwise.

    The table is the region's own. A hospital of level 2 and above that it leaves out hangs on the unit nearest by
    trip, unless several leads stand there.
    """
    units = unit_of(facts)
    made: nx.Graph[str] = nx.Graph()
    made.add_nodes_from(sorted({units[one] for one in asked_of(facts)}))
    links = facts.region["neighbours"]
    if not facts.option("grouping", "water", True):
        links = links[links["kind"] != "water"]
    for one, other in zip(links["institution"], links["neighbour"], strict=True):
        a, b = units.get(one, ""), units.get(other, "")
        if a in made and b in made and a != b:
            made.add_edge(a, b)
    made.add_edges_from(_hanging(facts, units, made))
    return made


def _hanging(facts: Facts, units: dict[str, str], made: nx.Graph[str]) -> list[tuple[str, str]]:
    """Hospitals that the neighbour table leaves out, with the unit that each stands in."""
    links = facts.region["neighbours"]
    told = {units.get(one, "") for one in [*links["institution"], *links["neighbour"]]} & set(made)
    level = facts.institutions["level"]
    guests = [unit for unit in made if unit not in told and level[unit] >= 2]
    if not guests or not told:
        return []
    ways = pd.MultiIndex.from_product([guests, sorted(told)]).to_frame(index=False, name=["guest", "host"])
    trips = ways.assign(minutes=facts.minutes("patient", ways["guest"], ways["host"])).dropna(subset="minutes")
    near = trips.sort_values(["minutes", "host"], kind="stable").drop_duplicates("guest")
    seats = _seats(facts, units)
    led = near[near["guest"].isin(seats)].groupby("host").size().add(pd.Series(1, index=sorted(seats)), fill_value=0)
    several = set(led.index[led >= 2])
    return [(guest, host) for guest, host in zip(near["guest"], near["host"], strict=True) if host not in several]


def _seats(facts: Facts, units: dict[str, str]) -> set[str]:
    """Units where a group may have its seat; none where any unit may be one."""
    if (facts.plan["groups"]["lead"] == "").all():
        return set()
    service = service_of(facts)
    hosts = facts.region["centres"].query("service == @service and state != 'forbidden'")["institution"]
    leads = facts.institutions.index[facts.institutions["lead"]]
    return {units[str(one)] for one in (hosts if service else leads) if one in units}


def loads(facts: Facts) -> pd.DataFrame:
    """population, need and risk of each unit, by unit."""
    table = facts.institutions
    units = pd.Series(unit_of(facts))
    asked = asked_of(facts)
    frame = pd.DataFrame(index=sorted({units[one] for one in asked}))
    service = service_of(facts)
    if service:
        sends = facts.region["volumes"].query("service == @service")
        items = sends.groupby(sends["institution"].map(units))["items_per_day"].sum()
        return frame.assign(population=0.0, need=items.reindex(frame.index).fillna(0.0), risk=0.0)
    needs = facts.region["needs"]
    visits = needs.groupby(needs["institution"].map(units))["visits_per_month"].sum()
    people = facts.region["communities"]
    villages = people.groupby("institution")[["population", "population_65"]].sum()
    persons = _figure(table, units, "population", villages)
    old = _figure(table, units, "population_65", villages)
    insured = _figure(table, units, "insured", None)
    insured = insured.where(insured > 0, persons)
    share = (old / persons).where(persons > 0, 0.0).clip(upper=1.0)
    cost = facts.number("grouping", "elderly_cost", 3.0)
    found = frame.assign(population=persons, need=visits, risk=insured * (1.0 + (cost - 1.0) * share))
    return found.fillna(0.0)


def _figure(table: pd.DataFrame, units: pd.Series, column: str, villages: pd.DataFrame | None) -> pd.Series:
    """A figure per unit: of its head and its leads, else of all members, else of their communities."""
    unit = units.reindex(table.index)
    top = (unit == table.index) | table["lead"]
    first = table[column].where(top).groupby(unit).sum(min_count=1)
    every = table[column].groupby(unit).sum(min_count=1)
    found = first.fillna(every)
    if villages is not None:
        found = found.fillna(villages[column].groupby(units.reindex(villages.index)).sum())
    return found.fillna(0.0)


def shares(facts: Facts, load: str) -> pd.DataFrame:
    """Per group: amount of a load, the share it should have, lowest and highest."""
    table = facts.plan["groups"]
    amount = loads(facts)[load]
    units = table.drop_duplicates("unit").set_index("unit")["group"]
    got = amount.groupby(amount.index.map(units.to_dict())).sum()
    group = sorted(set(table["group"]) - {""})
    lead = table[table["lead"] != ""].drop_duplicates("group").set_index("group")["lead"].reindex(group)
    by = str(facts.option("grouping", "share_by", "equal"))
    able = facts.institutions["lead"].sum()
    fixed = lead.notna().all() and (len(group) == able or bool(service_of(facts)))
    size = lead.map(facts.institutions[by]).fillna(0.0).clip(lower=1e-9) if fixed and by != "equal" else 1.0
    frame = pd.DataFrame({"group": group, "got": got.reindex(group).fillna(0.0).to_numpy()}, index=group)
    weight = pd.Series(size, index=group, dtype=float)
    frame["target"] = amount.sum() * weight / weight.sum()
    name, default, _ = TOLERANCES[load]
    spread = facts.number("grouping", name, default)
    upper = facts.option("grouping", "balance_sides", "both") == "upper"
    frame["low"] = 0.0 if upper else (1.0 - spread) * frame["target"]
    frame["high"] = (1.0 + spread) * frame["target"]
    frame["fixed"] = bool(fixed)
    return frame
