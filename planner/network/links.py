"""Links of a network without a trip, and who belongs to which alliance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from planner.audit.facts import Facts
    from planner.situation import Situation


def no_tele() -> pd.DataFrame:
    """No link, with the columns of all."""
    columns = ["origin", "destination", "specialty", "kind", "amount", "unit"]
    return pd.DataFrame(columns=columns).astype({"amount": float})


def tele(facts: Facts, now: Situation) -> pd.DataFrame:
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
    columns = list(no_tele().columns)
    both = pd.concat([heard[columns], read[columns]], ignore_index=True)
    return both[both["amount"] > 5e-4].reset_index(drop=True)


def alliances(facts: Facts) -> pd.DataFrame:
    """Memberships on the first day: the group of the institution (service `group`), and rows by service."""
    places = facts.institutions["group"]
    own = pd.DataFrame({"institution": places.index, "alliance": places.to_numpy(), "service": "group"})
    rows = facts.region["memberships"].rename(columns={"group": "alliance"})
    start = facts.days.start
    if start is not None:
        rows = rows[~(rows["from"] > start) & ~(rows["to"] < start)]
    both = pd.concat([own, rows[["institution", "alliance", "service"]]], ignore_index=True)
    return both[both["alliance"] != ""].drop_duplicates().reset_index(drop=True)
