"""What the plan costs a year, from the saved tables, and the rules that limit it. Yuan per year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planner.audit.finding import Finding, over, together, unequal
from planner.audit.frames import matched, sums
from planner.audit.network import clinic_items

if TYPE_CHECKING:
    from planner.audit.facts import Facts

PARTS = ("postings", "sessions", "centres", "travel")
_SLOT = ["institution", "service"]
_HOST = ["service", "centre"]


def per_year(facts: Facts) -> float:
    """Horizons in a year."""
    return 365.25 / (7 * float(facts.quarters["weeks"].sum()))


def cost_parts(facts: Facts) -> dict[str, float]:
    """Yuan per year of each part of the plan."""
    return {
        "postings": subsidies(facts),
        "sessions": allowances(facts, facts.away),
        "centres": float(centre_costs(facts)["cost"].sum())
        + hosting_costs(facts)
        + closing_costs(facts)
        + unserved_costs(facts),
        "travel": driving(facts, facts.away),
    }


def subsidies(facts: Facts) -> float:
    """Subsidies of all postings by the share of the horizon that they cover."""
    weeks = facts.quarters["weeks"]
    cover = facts.postings[list(weeks.index)].mul(weeks, axis=1).sum(axis=1) / weeks.sum()
    return float(cover.sum()) * facts.number("postings", "subsidy_per_year", 80_000)


def allowances(facts: Facts, away: pd.DataFrame) -> float:
    """An allowance for every half-day away; a far trip takes two."""
    return float(away["half_days"].sum()) * facts.number("sessions", "allowance_half_day", 150) * per_year(facts)


def driving(facts: Facts, away: pd.DataFrame) -> float:
    """There and back for every trip."""
    km = float((away["trips"] * away["km"].fillna(0.0)).sum())
    return 2 * km * facts.number("sessions", "km_cost", 1.5) * per_year(facts)


def centre_costs(facts: Facts) -> pd.DataFrame:
    """`cost` of each open centre: itself, its opening spread over years, and its items."""
    net = facts.network
    rows = facts.plan["centres"].rename(columns={"institution": "centre", "wait_minutes": "wait"})
    keys = [*_HOST, "level"]
    table = rows.drop_duplicates(_HOST)[[*keys, "cost_per_year"]].merge(net.levels.reset_index(), on=keys, how="left")
    years = facts.number("budget", "annualise_years", 10)
    opening = table["opening_cost"].where(table["state"].isin(["candidate", "forced"]), 0.0) / years
    sent = net.links[~net.links["stands_in"]]
    sent = sent.merge(_mean_extra(facts), on=_SLOT, how="left").fillna({"extra": 0.0, "items": 0.0})
    sent = sent.merge(net.levels[["cost_per_item", "cost_per_item_minute"]].reset_index(), on=keys, how="left")
    each = sent["cost_per_item"] + sent["cost_per_item_minute"] * sent["trip"]
    days = sent["service"].map(net.services["days_per_year"])
    sent["items_cost"] = sent["share"] * (sent["items"] + sent["extra"]) * days * each
    items = matched(sent.groupby(_HOST)["items_cost"].sum(), table, _HOST)
    return table.assign(cost=table["fixed_cost_per_year"] + opening + items)


def _mean_extra(facts: Facts) -> pd.DataFrame:
    """Clinic items per day of a place and service over the horizon's weeks."""
    extra = clinic_items(facts)
    weeks = facts.quarters["weeks"]
    extra["extra"] *= extra["quarter"].map(weeks) / weeks.sum()
    return sums(extra, _SLOT, "extra")


def hosting_costs(facts: Facts) -> float:
    """What hosting costs once at every institution with an open centre."""
    hosts = facts.plan["centres"]["institution"].drop_duplicates()
    return float(hosts.map(facts.institutions["host_cost_per_year"]).fillna(0.0).sum())


def closing_costs(facts: Facts) -> float:
    """Existing centres that the plan gives up, spread over years."""
    levels = facts.network.levels.reset_index()
    existing = levels[levels["state"] == "existing"].groupby(_HOST)["closing_cost"].max()
    rows = facts.plan["centres"]
    open_ = pd.MultiIndex.from_arrays([rows["service"], rows["institution"]])
    closed = existing[~existing.index.isin(open_)]
    return float(closed.sum()) / facts.number("budget", "annualise_years", 10)


def unserved_costs(facts: Facts) -> float:
    """The price on items that no centre takes."""
    members, links = facts.network.members, facts.network.links
    share = links[~links["stands_in"]].groupby(_SLOT)["share"].sum()
    served = matched(share, members, _SLOT)
    price = members["service"].map(facts.network.services["unserved_cost"]).fillna(0.0)
    days = members["service"].map(facts.network.services["days_per_year"])
    return float(((1 - served).clip(lower=0) * members["items"] * price * days).sum())


def budget(facts: Facts) -> Finding:
    """The parts that the budget covers fit it, and centres cost what is written."""
    costs = centre_costs(facts)
    written = unequal(costs, costs["cost_per_year"], costs["cost"].fillna(-1.0), _HOST, "cost_per_year")
    limit = facts.option("budget", "yuan_per_year", None)
    if limit is None:
        return Finding(len(costs), written.broken)
    parts = cost_parts(facts)
    total = sum(parts[part] for part in facts.option("budget", "covers", list(PARTS)) if part in parts)
    table = pd.DataFrame({"what": ["budget"], "spent": [total], "limit": [float(limit)]})
    return together(written, over(table, table["spent"], table["limit"], ["what"], "yuan per year"))


def subsidy_budget(facts: Facts) -> Finding:
    limit = facts.option("postings", "subsidy_budget", None)
    if limit is None:
        return Finding()
    table = pd.DataFrame({"what": ["subsidies"], "spent": [subsidies(facts)], "limit": [float(limit)]})
    return over(table, table["spent"], table["limit"], ["what"], "yuan per year")
