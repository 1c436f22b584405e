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

if TYPE_CHECKING:
    from planner.audit.facts import Facts
    from planner.situation import Situation


@dataclass(frozen=True)
class Network:
    """places: by id with name, level, kind, group, lead, lon, lat.
    flows: origin, destination, specialty, direction (up, down), patients, slips, minutes; one row a flow.
    cells: institution, specialty, need, own, kept, left, unmet: what the places' residents need and get.
    hosts: hospital, specialty, capacity: who treats referrals, and how many beside own residents.
    reach: origin, hospital, minutes: the known trips from every place to the hospitals.
    tele: origin, destination, specialty, kind (consultation, reading), amount, unit: links without a trip.
    alliances: institution, alliance, service: memberships, nested ones too.
    max_minutes: the longest trip of a referral that is sent elsewhere; own_group: whether groups are borders.
    slips_known: whether the tables say who carries a referral slip; else every flow counts whole.
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
    hosts = facts.capabilities.reset_index().rename(columns={"institution": "hospital"})
    hosts = hosts.assign(capacity=(hosts["visits"] - hosts["own_load"]).clip(lower=0.0))
    return Network(
        places=_places(facts),
        flows=kept.assign(minutes=_minutes(facts, kept)),
        cells=_cells(now),
        hosts=hosts[["hospital", "specialty", "capacity"]],
        reach=_reach(facts, sorted(set(hosts["hospital"]))),
        tele=_tele(facts, now) if planned else _no_tele(),
        alliances=_alliances(facts),
        max_minutes=facts.number("referrals", "max_minutes", 120.0),
        own_group=facts.state("own_group") != "off",
        planned=planned,
        slips_known=flows.slips_known(facts),
    )


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
    return table.groupby(["institution", "specialty"], as_index=False)[kinds].sum()


def _reach(facts: Facts, hospitals: list[str]) -> pd.DataFrame:
    ids = pd.Series(facts.institutions.index, name="origin")
    pairs = ids.to_frame().merge(pd.DataFrame({"hospital": hospitals}), how="cross")
    pairs = pairs[pairs["origin"] != pairs["hospital"]].reset_index(drop=True)
    pairs["minutes"] = facts.minutes("patient", pairs["origin"], pairs["hospital"])
    return pairs[pairs["minutes"].notna()].reset_index(drop=True)


def _no_tele() -> pd.DataFrame:
    return pd.DataFrame(columns=["origin", "destination", "specialty", "kind", "amount", "unit"])


def _tele(facts: Facts, now: Situation) -> pd.DataFrame:
    """Teleconsultations from hospital to place, shared out as half-days are; films and traces to their reader."""
    given = facts.plan["teleconsultations"]
    given = given.assign(origin=given["doctor"].map(facts.doctors["institution"]))
    half_days = given.groupby(["specialty", "origin"])["half_days"].sum()
    share = (half_days / half_days.groupby("specialty").transform("sum")).rename("part").reset_index()
    visits = now.visits.assign(amount=now.visits["tele"] * now.visits["months"] / now.months)
    seen = visits.groupby(["specialty", "institution"])["amount"].sum().reset_index()
    heard = seen.merge(share, on="specialty").rename(columns={"institution": "destination"})
    heard = heard.assign(amount=heard["amount"] * heard["part"], kind="consultation", unit="visits/month")
    links = facts.network.links
    data = facts.network.services["moves"].eq("data")
    links = links[~links["stands_in"] & links["service"].map(data).fillna(False).astype(bool)]
    read = links.rename(columns={"institution": "origin", "centre": "destination", "service": "specialty"})
    read = read.assign(amount=read["share"] * read["items"].fillna(0.0), kind="reading", unit="items/day")
    read = read[read["origin"] != read["destination"]]
    columns = list(_no_tele().columns)
    both = pd.concat([heard[columns], read[columns]], ignore_index=True)
    return both[both["amount"] > 5e-4].reset_index(drop=True)


def _alliances(facts: Facts) -> pd.DataFrame:
    """Memberships on the first day: the group of the institution (service `group`), and rows by service."""
    places = facts.institutions["group"]
    own = pd.DataFrame({"institution": places.index, "alliance": places.to_numpy(), "service": "group"})
    rows = facts.region["memberships"].rename(columns={"group": "alliance"})
    start = facts.days.start
    if start is not None:
        rows = rows[~(rows["from"] > start) & ~(rows["to"] < start)]
    both = pd.concat([own, rows[["institution", "alliance", "service"]]], ignore_index=True)
    return both[both["alliance"] != ""].drop_duplicates().reset_index(drop=True)


def groups_of(network: Network) -> Mapping[str, str]:
    """The group of every place that has one."""
    return {str(key): str(group) for key, group in network.places["group"].items() if group}
