"""Facts of the shared services: members, links, levels and the load of every open centre.

Items per day, minutes one way, derived from the raw tables and the saved links.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit import queue
from planner.audit.frames import matched, sums

if TYPE_CHECKING:
    from planner.audit.facts import Facts

_SLOT = ["institution", "service"]
_LEVEL = ["service", "centre", "level"]


@dataclass(frozen=True)
class Network:
    """services: by id, defaults filled; members: institution, service, items, peak share, local share, group;
    levels: by (service, centre, level); links: the saved ones with trip, level, wait and items."""

    services: pd.DataFrame
    members: pd.DataFrame
    levels: pd.DataFrame
    links: pd.DataFrame
    groups: dict[tuple[str, str], set[str]]

    def host_groups(self, host: str, service: str) -> set[str]:
        """Groups that a host may serve in a service."""
        return self.groups.get((host, service), set()) | self.groups.get((host, "all"), set()) | self.groups[host, ""]

    def capacity(self, rows: pd.DataFrame) -> pd.Series:
        """Items per day of the level that rows (service, centre, level) name; NaN for an unknown one."""
        return matched(self.levels["items_per_day"], rows, _LEVEL, np.nan)


def network(facts: Facts) -> Network:
    services = facts.region["services"].drop_duplicates("id").set_index("id")
    usual = {
        "quantile": 0.95, "minutes_per_item": 3.0, "verify_minutes_per_item": 0.0, "work_minutes": 0.0,
        "loops_per_week": 5.0, "days_per_year": 250.0, "min_items_per_day": 0.0,
    }  # fmt: skip
    services = services.fillna(usual)
    services["moves"] = services["moves"].replace("", "data")
    groups, spoken = _groups(facts)
    levels = _levels(facts)
    members = _members(facts, services, groups, spoken)
    own = {(str(i), ""): {str(g)} for i, g in facts.institutions["group"].items()}
    every = {key: set(names) for key, names in groups.items()} | own
    return Network(services, members, levels, _links(facts, members), every)


def _levels(facts: Facts) -> pd.DataFrame:
    rows = facts.region["centres"].rename(columns={"institution": "centre"})
    usual = {
        "items_per_day": 0.0, "servers": 1.0, "verifiers": 1.0, "hours_per_day": 8.0, "fixed_cost_per_year": 0.0,
        "cost_per_item": 0.0, "cost_per_item_minute": 0.0, "opening_cost": 0.0, "closing_cost": 0.0,
    }  # fmt: skip
    rows = rows.fillna(usual)
    rows["state"] = rows["state"].replace("", "candidate")
    return rows.drop_duplicates(_LEVEL).set_index(_LEVEL)


def _groups(facts: Facts) -> tuple[dict[tuple[str, str], list[str]], set[str]]:
    """Groups by (institution, service or `all`) on the first day, and the services that any row speaks of."""
    table = facts.region["memberships"]
    start = facts.days.start
    valid = table
    if start is not None:
        valid = table[~(table["from"] > start) & ~(table["to"] < start)]
    groups: dict[tuple[str, str], list[str]] = {}
    for i, s, group in zip(valid["institution"], valid["service"], valid["group"], strict=True):
        groups.setdefault((i, s), []).append(group)
    return groups, set(table["service"])


def _members(
    facts: Facts, services: pd.DataFrame, groups: dict[tuple[str, str], list[str]], spoken: set[str]
) -> pd.DataFrame:
    """Who sends items and, where memberships speak of the service, belongs to it."""
    table = facts.region["volumes"].drop_duplicates(_SLOT, keep="last")
    hosts = set(facts.region["centres"]["service"])
    table = table[(table["items_per_day"] > 0) & table["service"].isin(set(services.index) & hosts)]
    table = table[table["institution"].isin(facts.institutions.index)]
    local = table["local_share"].fillna(0.0)
    peak = table["peak_share"].fillna(facts.number("shared_centres", "peak_share", 0.14))
    table = table.assign(local_share=local, peak_share=peak, items=table["items_per_day"] * (1 - local))
    slots = zip(table["institution"], table["service"], strict=True)
    # A row for the service itself goes before a row for all services.
    table["group"] = [(groups.get((i, s)) or groups.get((i, "all")) or [""])[0] for i, s in slots]
    ruled = table["service"].isin(spoken) | ("all" in spoken)
    return table[~ruled | (table["group"] != "")].drop(columns="items_per_day").reset_index(drop=True)


def _links(facts: Facts, members: pd.DataFrame) -> pd.DataFrame:
    """Saved links with the vehicle's `trip`, the centre's `level` and `wait`, and the member's items."""
    links = facts.plan["service_links"].copy()
    links["stands_in"] = links["backup"].str.lower().isin(["yes", "true", "1"])
    links["share"] = links["share"].fillna(0.0)
    links["trip"] = facts.minutes("vehicle", links["institution"], links["centre"])
    rows = facts.plan["centres"].rename(columns={"institution": "centre", "wait_minutes": "wait"})
    rows = rows.drop_duplicates(["service", "centre"])[["service", "centre", "level", "wait"]]
    links = links.merge(rows, on=["service", "centre"], how="left")
    return links.merge(members[[*_SLOT, "items", "peak_share", "local_share"]], on=_SLOT, how="left")


def clinic_items(facts: Facts) -> pd.DataFrame:
    """Items per working day that clinics and posted doctors send: institution, service, quarter, `extra`."""
    net = facts.network
    use = sums(facts.region["usage"], ["specialty", "service"], "items_per_visit")
    seen = facts.plan["visits"].fillna({"sessions": 0.0, "posted": 0.0})
    table = seen.assign(kept=seen["sessions"] + seen["posted"]).merge(use, on="specialty")
    table = table[(table["items_per_visit"] > 0) & table["service"].isin(net.services.index)]
    local = matched(net.members.set_index(_SLOT)["local_share"], table, _SLOT)
    days = table["service"].map(net.services["days_per_year"]) / 12
    table = table.assign(extra=table["items_per_visit"] * table["kept"] / days * (1 - local))
    return sums(table, [*_SLOT, "quarter"], "extra")


def opened(facts: Facts) -> pd.DataFrame:
    """Every open centre and quarter with its level, wait, and recomputed `steady`, `load` and `peak`.

    steady: items of the members; load: with clinic items, which a divided service shares as its
    links; peak: items in the busiest hour.
    """
    net = facts.network
    rows = facts.plan["centres"].rename(columns={"institution": "centre", "wait_minutes": "wait"})
    rows = rows.drop(columns=["items_per_day", "cost_per_year", "quarter"]).drop_duplicates(["service", "centre"])
    table = rows.merge(pd.DataFrame({"quarter": facts.quarters.index}), how="cross")
    table = table.merge(net.levels.reset_index().drop(columns=["staff"], errors="ignore"), on=_LEVEL, how="left")
    mains = net.links[~net.links["stands_in"]]
    sent = mains.merge(pd.DataFrame({"quarter": facts.quarters.index}), how="cross")
    sent = sent.merge(clinic_items(facts), on=[*_SLOT, "quarter"], how="left").fillna({"extra": 0.0, "items": 0.0})
    sent["steady"] = sent["share"] * sent["items"]
    sent["load"] = sent["share"] * (sent["items"] + sent["extra"])
    usual = facts.number("shared_centres", "peak_share", 0.14)
    sent["peak"] = sent["load"] * sent["peak_share"].fillna(usual)
    keys = ["service", "centre", "quarter"]
    table = table.merge(sums(sent, keys, "steady", "load", "peak"), on=keys, how="left")
    return table.fillna({"steady": 0.0, "load": 0.0, "peak": 0.0})


def waits_of(facts: Facts, service: pd.Series) -> list[float]:
    """Waits (minutes) that may be promised for a service."""
    given = facts.option("shared_centres", "waits", {}).get(service.name)
    if given:
        return [float(wait) for wait in given]
    limit = service["turnaround_minutes"]
    if pd.isna(limit):
        return [0.0]
    if service["moves"] == "data":
        return [share * limit for share in (0.5, 0.75, 1.0)]
    spare = limit - service["work_minutes"] - queue.headway_minutes(service["loops_per_week"])
    return [share * spare for share in (0.25, 0.5, 0.75)]
