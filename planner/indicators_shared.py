"""Indicators of access to shared services: who has a served institution within reach, and how evenly.

Residents go to an institution; its films, samples or packs go on to a centre. So minutes of
residents are those to the nearest institution that has the service, and the capacity of a centre
is laid to the institutions it serves in proportion to their items. Who serves whom today is in no
table: each member is taken to be served by the nearest existing centre that may serve it, which
makes today look no worse than it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.accessibility_shares import share_within
from planner.audit.facts import Facts
from planner.indicators_access import BANDS, E2SFCA_30, Measure, evenly, spread
from planner.indicators_residents import residents

_SLOT = ["institution", "service"]
_HOST = ["service", "centre"]
_BLANK = "blank where that share is not served"
_TODAY = "today: by the nearest existing centre that may serve it"
_REACH = f"residents to the nearest institution with the service; {_TODAY}"
_SUPPLY = f"{E2SFCA_30}; capacity of the centres at the institutions they serve; {_TODAY}"
_TRIP = f"vehicles from institution to centre, by items; {_BLANK}; {_TODAY}"


@dataclass(frozen=True)
class Served:
    """links: institution, service, centre, items (a day, what leaves the institution), trip (minutes);
    centres: service, centre, items_per_day (capacity). A member without a row is not served."""

    links: pd.DataFrame
    centres: pd.DataFrame


def planned(facts: Facts) -> Served:
    """The plan's main links to open centres, and the capacity of their levels."""
    links = facts.network.links
    links = links[~links["stands_in"] & links["level"].notna() & (links["share"] > 0)]
    links = links.assign(items=links["share"] * links["items"].fillna(0.0))
    centres = facts.opened.drop_duplicates(_HOST)[[*_HOST, "items_per_day"]].fillna({"items_per_day": 0.0})
    return Served(links[[*_SLOT, "centre", "items", "trip"]], centres)


def today(facts: Facts) -> Served:
    """Each member with the nearest existing centre of its group, within the service's longest trip."""
    net = facts.network
    levels = net.levels.reset_index()
    levels = levels[levels["state"] == "existing"]
    centres = levels.groupby(_HOST)["items_per_day"].max().reset_index()
    pairs = net.members[[*_SLOT, "items", "group"]].merge(centres[_HOST], on="service")
    pairs["trip"] = facts.minutes("vehicle", pairs["institution"], pairs["centre"])
    allowed = [
        group == "" or group in net.host_groups(centre, service)
        for group, centre, service in zip(pairs["group"], pairs["centre"], pairs["service"], strict=True)
    ]
    limit = pairs["service"].map(net.services["max_minutes"]).fillna(np.inf)
    pairs = pairs[np.array(allowed, dtype=bool) & (pairs["trip"] <= limit).to_numpy()]
    nearest = pairs.sort_values(["trip", "centre"], kind="stable").drop_duplicates(_SLOT)
    return Served(nearest[[*_SLOT, "centre", "items", "trip"]], centres)


def shared(facts: Facts, plan: bool) -> Iterator[Measure]:
    """Per service: minutes of residents and shares in reach, capacity in reach and its evenness, trips of goods."""
    lived = residents(facts)
    members = facts.network.members
    if not len(members) or not len(lived.people):
        return
    now = planned(facts) if plan else today(facts)
    supply = _at_institutions(now)
    for service, own in members.groupby("service"):
        name = str(service)
        nearest = lived.nearest(_having(now, own, name))
        yield from spread("service_minutes", name, nearest, lived.people, _REACH)
        for band, share in zip(BANDS, share_within(nearest, lived.people, BANDS), strict=True):
            yield (f"service_within_{band}_minutes", name, float(share), "share", _REACH)
        mine = supply[supply["service"] == name].groupby("institution")[["items"]].sum()
        found = lived.access(mine, lived.within_30)[:, 0]
        yield from evenly("service", name, found, lived.people, "items/day per 10,000", _SUPPLY)
        if facts.network.services["moves"][service] != "data":
            yield from _trips(now, own, name)


def _having(now: Served, members: pd.DataFrame, service: str) -> set[str]:
    """Institutions that have the service: served ones, open centres, and those that keep all of it to themselves."""
    links, centres = now.links, now.centres
    alone = members[members["local_share"] >= 1]
    return (
        set(links.loc[links["service"] == service, "institution"])
        | set(centres.loc[centres["service"] == service, "centre"])
        | set(alone["institution"])
    )


def _at_institutions(now: Served) -> pd.DataFrame:
    """Capacity (items a day) of each centre at the institutions it serves; at its own where nobody sends anything."""
    links = now.links.merge(now.centres, on=_HOST)
    sent = links.groupby(_HOST)["items"].transform("sum")
    links = links[sent > 0].assign(items=links["items"] * links["items_per_day"] / sent)
    used = pd.MultiIndex.from_frame(links[_HOST].drop_duplicates())
    idle = now.centres[~pd.MultiIndex.from_frame(now.centres[_HOST]).isin(used)]
    idle = idle.rename(columns={"centre": "institution", "items_per_day": "items"})
    return pd.concat([links[[*_SLOT, "items"]], idle[[*_SLOT, "items"]]], ignore_index=True)


def _trips(now: Served, members: pd.DataFrame, service: str) -> Iterator[Measure]:
    """Minutes from the members to their centre, by the items they send; the unserved are out of reach."""
    members = members[members["items"] > 0]
    links = now.links[now.links["service"] == service]
    sent = links.groupby("institution")["items"].sum().reindex(members["institution"]).fillna(0.0)
    lost = (members["items"].to_numpy(dtype=float) - sent.to_numpy(dtype=float)).clip(min=0.0)
    # A rounding of shares in the saved plan is no item that is not served.
    lost = np.where(lost > 1e-6 * members["items"].to_numpy(dtype=float), lost, 0.0)
    minutes = np.concatenate([links["trip"].to_numpy(dtype=float), np.full(len(lost), np.inf)])
    items = np.concatenate([links["items"].to_numpy(dtype=float), lost])
    if items.sum() > 0:
        yield from spread("centre_minutes", service, minutes, items, _TRIP)
