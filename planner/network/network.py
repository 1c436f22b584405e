"""The referral network of a region or a plan, as tables that every measure reads.

Patients are visits per month; minutes are one way, as patients travel. `outside` is care outside the alliance: a
destination, never an institution. What is observed comes from the region's tables, what is planned from
the plan folder; both stand on the audit's facts and know nothing of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from planner import flows, situation
from planner.flows import FLOW, OUTSIDE
from planner.network.links import alliances, no_tele, tele

if TYPE_CHECKING:
    from planner.audit.facts import Facts
    from planner.situation import Situation

CELL = ["institution", "specialty"]
#: Marks of `sources` that mean: worked out or set by whoever made the tables, not counted.
NOT_COUNTED = ("assumed", "derived")


@dataclass(frozen=True)
class Network:
    """places: by id with name, level, kind, group, lead, lon, lat.
    flows: origin, destination, specialty, direction (up, down), patients, slips, minutes; one row a flow.
    cells: institution, specialty, need, own, kept, left, unmet, lost: what the places' residents need and get;
    lost are those who find no place after a closing.
    hosts: hospital, specialty, capacity, stated: who treats referrals, how many beside own residents, and whether
    the tables say so.
    reach: origin, hospital, minutes: the known trips from every place to the hospitals.
    tele: origin, destination, specialty, kind (consultation, reading), amount, unit: links without a trip.
    alliances: institution, alliance, service: memberships, nested ones too.
    max_minutes: the longest trip of a referral that is sent elsewhere; own_group: whether groups are borders.
    slips_known: whether the tables say who carries a referral slip; else every flow counts whole. down_known:
    whether they hold referrals down at all. reconstructed, assumed: whether `sources` marks the flows, the capacities
    as derived or assumed. bypass_minutes: how much nearer a hospital that is passed by must be.
    """

    places: pd.DataFrame
    flows: pd.DataFrame
    cells: pd.DataFrame
    hosts: pd.DataFrame
    reach: pd.DataFrame
    tele: pd.DataFrame
    alliances: pd.DataFrame
    max_minutes: float
    own_group: bool
    planned: bool
    slips_known: bool = True
    down_known: bool = True
    reconstructed: bool = False
    assumed: bool = False
    bypass_minutes: float = 10.0

    @property
    def rank(self) -> pd.Series:
        """By institution: its level, and half a level more for a lead; referrals go up to a greater rank."""
        return self.places["level"] + 0.5 * self.places["lead"].eq(True)

    @property
    def inside(self) -> pd.DataFrame:
        """Flows up and down between institutions."""
        return self.flows[self.flows["destination"] != OUTSIDE]

    @property
    def up(self) -> pd.DataFrame:
        """Flows up that stay inside the alliance."""
        inside = self.inside
        return inside[inside["direction"] == "up"]

    @property
    def out(self) -> pd.DataFrame:
        """Flows out of the alliance."""
        return self.flows[self.flows["destination"] == OUTSIDE]

    def of_place(self, column: str, ids: pd.Series) -> pd.Series:
        """A column of `places` for many ids."""
        return ids.map(self.places[column])


def observed(facts: Facts) -> Network:
    """The network of today, by the region's tables."""
    return _network(facts, flows.observed(facts), situation.today(facts), planned=False)


def planned(facts: Facts) -> Network:
    """The network that a saved plan makes: the mean of its quarters, weighed by their months."""
    return _network(facts, flows.planned(facts), situation.planned(facts), planned=True)


def _network(facts: Facts, every: pd.DataFrame, now: Situation, planned: bool) -> Network:
    kept = every[every["patients"] > 5e-4].groupby(FLOW, as_index=False)[["patients", "slips"]].sum()
    hosts = _hosts(facts, kept)
    down = kept["direction"].eq("down").any() or facts.region["referrals"]["direction"].eq("down").any()
    return Network(
        places=_places(facts),
        flows=kept.assign(minutes=_minutes(facts, kept)),
        cells=_cells(now),
        hosts=hosts,
        reach=_reach(facts, sorted(set(hosts["hospital"]))),
        tele=tele(facts, now) if planned else no_tele(),
        alliances=alliances(facts),
        max_minutes=facts.number("referrals", "max_minutes", 120.0),
        own_group=facts.state("own_group") != "off",
        planned=planned,
        slips_known=flows.slips_known(facts),
        down_known=bool(down),
        reconstructed=_not_counted(facts, "referrals", "patients_per_month"),
        assumed=not bool(hosts["stated"].all()) or _not_counted(facts, "capabilities", "visits_per_month"),
        bypass_minutes=facts.number("referrals", "bypass_minutes", 10.0),
    )


def _not_counted(facts: Facts, table: str, column: str) -> bool:
    rows = facts.region["sources"]
    rows = rows[(rows["table"] == table) & rows["column"].isin((column, ""))]
    return bool(rows["mark"].isin(NOT_COUNTED).any())


def _hosts(facts: Facts, flows: pd.DataFrame) -> pd.DataFrame:
    """Who treats what. Where neither capabilities nor doctors say so, whoever receives a specialty today can."""
    table = facts.capabilities.reset_index().rename(columns={"institution": "hospital"})
    rows = facts.region["capabilities"]
    given = rows[(rows["direction"] != "down") & rows["visits_per_month"].notna()]
    stated = pd.MultiIndex.from_frame(table[["hospital", "specialty"]]).isin(pd.MultiIndex.from_frame(given[CELL]))
    table = table.assign(capacity=(table["visits"] - table["own_load"]).clip(lower=0.0), stated=stated)
    if table.empty:
        up = flows[(flows["direction"] == "up") & (flows["destination"] != OUTSIDE)]
        table = up.groupby(["destination", "specialty"])["patients"].sum().rename("capacity").reset_index()
        margin = 1 + facts.number("referrals", "capability_margin", 0.05)
        table = table.assign(capacity=table["capacity"] * margin, stated=False)
        table = table.rename(columns={"destination": "hospital"})
    kinds = {"hospital": object, "specialty": object, "capacity": float, "stated": bool}
    return table[list(kinds)].astype(kinds)


def _places(facts: Facts) -> pd.DataFrame:
    """Institutions with their coordinates in WGS 84."""
    from geodata.coordinates import tables_to_wgs84

    table = facts.institutions[["name", "level", "kind", "group", "lead", "lon", "lat"]].reset_index()
    return tables_to_wgs84({"institutions": table}, facts.saved.settings)["institutions"].set_index("id")


def _minutes(facts: Facts, flows: pd.DataFrame) -> pd.Series:
    known = facts.minutes("patient", flows["origin"], flows["destination"])
    away = flows["destination"] == OUTSIDE
    return known.where(~away, known.fillna(facts.number("referrals", "outside_minutes", 90.0)))


def _cells(now: Situation) -> pd.DataFrame:
    kinds = ["need", "own", "kept", "left", "unmet"]
    table = now.visits[["institution", "specialty", "months", *kinds]].copy()
    table[kinds] = table[kinds].mul(table["months"] / now.months, axis=0)
    return table.groupby(CELL, as_index=False)[kinds].sum().assign(lost=0.0).astype(dict.fromkeys(CELL, object))


def _reach(facts: Facts, hospitals: list[str]) -> pd.DataFrame:
    ids = pd.Series(facts.institutions.index, name="origin")
    pairs = ids.to_frame().merge(pd.DataFrame({"hospital": pd.Series(hospitals, dtype=object)}), how="cross")
    pairs = pairs[pairs["origin"] != pairs["hospital"]].reset_index(drop=True)
    pairs["minutes"] = facts.minutes("patient", pairs["origin"], pairs["hospital"])
    return pairs[pairs["minutes"].notna()].reset_index(drop=True)


def groups_of(network: Network) -> Mapping[str, str]:
    """The group of every place that has one."""
    return {str(key): str(group) for key, group in network.places["group"].items() if group}
