"""Rules about what is kept for referrals: sizes of reserves, designated institutions, places of down-referral.

One function per rule id of `models.rules`, from the saved tables with formulas of its own. Plans made before these
tables existed say nothing about release hours, and have nothing to check.
"""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit.finding import Finding, flagged, together, unequal
from planner.audit.frames import matched, sums
from planner.audit.visits import down_beds_of

if TYPE_CHECKING:
    from planner.audit.facts import Facts

_DAYS_A_MONTH = 30.4375
_SLOT = ["institution", "specialty"]


def _known(facts: Facts) -> bool:
    return facts.option("referrals", "release_hours", None) is not None


def poisson_enough(mean: float, share: float) -> int:
    """The least count whose probability of not being exceeded reaches `share`, by adding up the terms."""
    if mean <= 0:
        return 0
    count, term, total = 0, -mean, exp(-mean)
    while total < share:
        count += 1
        term += log(mean) - log(count)
        total += exp(term)
    return count


def reserve_size(facts: Facts) -> Finding:
    """Visits recomputed for every hospital and specialty that receives referrals, beds as one pool of a hospital;
    nothing is listed besides."""
    if not _known(facts):
        return Finding(0)
    ways = facts.plan["referrals"]
    ways = ways[ways["direction"].eq("up") & ways["destination"].ne("outside")]
    ways = ways.rename(columns={"destination": "institution", "patients_per_month": "visits"})
    cells = sums(ways, [*_SLOT, "quarter"], "visits")
    flows = cells.groupby(_SLOT)["visits"].max()
    flows = flows[flows > 1e-5]
    table = flows.rename("flow").reset_index()
    listed = facts.plan["reserves"].drop_duplicates(_SLOT)
    table = table.merge(listed, on=_SLOT, how="left")
    hours, ahead = (
        facts.number("referrals", name, usual) for name, usual in (("release_hours", 24), ("booking_days", 3))
    )
    quantile = facts.number("referrals", "reserve_quantile", 0.9)
    days = facts.number("referrals", "clinic_days", 20.67)
    share = _booked_shares(facts)
    booked = table["flow"] * table["institution"].map(share)
    slots = pd.Series([poisson_enough(n * exp(-hours / 24 / ahead) / days, quantile) for n in booked], dtype=float)
    pools = _pools(facts, cells, share, quantile).merge(
        listed.groupby("institution", as_index=False)["beds"].sum(min_count=1), on="institution", how="left"
    )
    nobody = listed["beds"].gt(0) & listed["specialty"].map(facts.specialties["admission_share"]).eq(0)
    kept = np.maximum(slots * days, table["extra"].fillna(0.0).to_numpy())
    alone = listed.merge(table[_SLOT], on=_SLOT, how="left", indicator=True)
    return together(
        unequal(table, table["inflow"], table["flow"], _SLOT, "inflow"),
        unequal(table, table["visits_per_month"], pd.Series(kept), _SLOT, "reserved visits"),
        unequal(table, table["booked"], booked, _SLOT, "booked"),
        unequal(pools, pools["beds"].fillna(0.0), pools["needed"], ["institution"], "reserved beds"),
        flagged(listed, nobody, _SLOT, "nobody is admitted by this specialty"),
        flagged(alone, alone["_merge"] == "left_only", _SLOT, "nobody is referred there"),
    )


def _booked_shares(facts: Facts) -> pd.Series:
    """By institution: slips over visits that go up to it today, of the whole region where it has none, else as set."""
    rows = facts.region["referrals"]
    rows = rows[rows["direction"].ne("down") & rows["destination"].ne("outside") & rows["slips_per_month"].notna()]
    counted = rows.groupby("destination")[["slips_per_month", "patients_per_month"]].sum()
    shares = (counted["slips_per_month"] / counted["patients_per_month"])[counted["patients_per_month"] > 0]
    usual, patients = facts.number("referrals", "booked_share", 0.4), float(rows["patients_per_month"].sum())
    rest = usual if patients <= 0 else float(rows["slips_per_month"].sum()) / patients
    return shares.reindex(facts.institutions.index).fillna(rest).clip(upper=1.0)


def _pools(facts: Facts, cells: pd.DataFrame, share: pd.Series, quantile: float) -> pd.DataFrame:
    """institution, needed: beds that suffice for the booked of all specialties together in the fullest quarter."""
    kind = facts.specialties
    admitted = cells["visits"] * cells["institution"].map(share) * cells["specialty"].map(kind["admission_share"])
    occupied = cells.assign(beds=admitted * cells["specialty"].map(kind["stay_days"]) / _DAYS_A_MONTH)
    mean = sums(occupied, ["institution", "quarter"], "beds").groupby("institution")["beds"].max()
    return mean.map(lambda beds: float(poisson_enough(beds, quantile))).rename("needed").reset_index()


def designated_upper(facts: Facts) -> Finding:
    """Each cell that has a capable upper institution in reach names the nearest, and the next as second."""
    if not _known(facts):
        return Finding(0)
    able = facts.capabilities.reset_index().rename(columns={"institution": "hospital"})
    able = able[able["visits"] > 0][["hospital", "specialty"]]
    cells = facts.cells.reset_index()[_SLOT]
    pairs = cells.merge(able, on="specialty")
    pairs = pairs[(pairs["hospital"].map(facts.rank) > pairs["institution"].map(facts.rank)).to_numpy()]
    if facts.state("own_group") != "off":
        pairs = pairs[facts.same_group(pairs["institution"], pairs["hospital"])]
    pairs = pairs.assign(trip=facts.minutes("patient", pairs["institution"], pairs["hospital"]))
    pairs = pairs[pairs["trip"] <= facts.number("referrals", "max_minutes", 120)]
    pairs = pairs.sort_values([*_SLOT, "trip"], kind="stable")
    pairs["rank"] = pairs.groupby(_SLOT).cumcount()
    rows = facts.plan["designations"]
    table = pairs[pairs["rank"] == 0].merge(rows.drop_duplicates(_SLOT), on=_SLOT, how="left")
    trips = pairs.set_index([*_SLOT, "hospital"])["trip"]
    found = [
        flagged(table, table["upper"].isna() | table["upper"].eq(""), _SLOT, "no upper institution is designated"),
        flagged(rows, rows.duplicated(_SLOT), _SLOT, "is designated twice"),
    ]
    for column, rank in (("upper", 0), ("second", 1)):
        best = pairs[pairs["rank"] == rank].set_index(_SLOT)["trip"]
        named = rows[rows[column] != ""].rename(columns={column: "hospital", "hospital": "_"})
        trip = pd.Series(matched(trips, named, [*_SLOT, "hospital"], np.nan), index=named.index)
        nearest = pd.Series(matched(best, named, _SLOT, np.nan), index=named.index)
        wrong = ~((trip - nearest).abs() <= 1e-6)
        found.append(flagged(named, wrong, [*_SLOT, "hospital"], f"is not the {column} by nearness"))
    return together(*found)


def down_place(facts: Facts) -> Finding:
    """Places with beds are listed for each quarter with their beds, and with patients and bed-days of `visits.csv`."""
    if not _known(facts):
        return Finding(0)
    keys = ["institution", "quarter"]
    table = facts.visits
    days = table["returned"] * table["specialty"].map(facts.specialties["down_bed_days"])
    use = sums(table.assign(days=days), keys, "returned", "days")
    use["free"] = down_beds_of(facts, use["institution"])
    below = use["institution"].map(facts.institutions["level"]) < 2
    use = use[(use["free"] > 0) & (below | (use["returned"] > 1e-6))].reset_index(drop=True)
    rows = facts.plan["down_places"].drop_duplicates(keys)
    both = use.merge(rows, on=keys, how="left")
    alone = rows.merge(use[keys], on=keys, how="left", indicator=True)
    return together(
        unequal(both, both["beds"], both["free"], keys, "beds"),
        unequal(both, both["patients_per_month"], both["returned"], keys, "patients who come back"),
        unequal(both, both["used_bed_days"], both["days"], keys, "bed-days"),
        flagged(alone, alone["_merge"] == "left_only", keys, "has no bed for down-referrals"),
    )
