"""Rules about patients: who is held below, who goes up, who leaves, and what hospitals can take.

One function per rule id of `models.rules`; visits per month throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit.finding import ABSOLUTE, Finding, Lacking, flagged, lacking, over, together, unequal
from planner.audit.frames import matched, sums
from planner.audit.loads import home_load

if TYPE_CHECKING:
    from planner.audit.facts import Facts

CELL = ["institution", "specialty", "quarter"]
_KINDS = ("own", "sessions", "posted", "tele", "referred", "left", "unmet")
_DAYS_A_MONTH = 30.4375


def visit_balance(facts: Facts) -> Finding:
    """Every need has its row, its kinds add up to the need of the tables, and the flows are those written apart."""
    table = facts.visits
    total = table[list(_KINDS)].sum(axis=1)
    found = [
        flagged(table, table["missing"], CELL, "no row in visits.csv"),
        unequal(table, total, table["need0"], CELL, "the sum of all visits"),
        unequal(table, table["need"], table["need0"], CELL, "need"),
        unequal(table, table["own"], table["own0"], CELL, "own"),
        flagged(table, table[list(_KINDS)].min(axis=1) < -ABSOLUTE, CELL, "a kind of visits is negative"),
    ]
    ways = facts.plan["referrals"]
    up, out = ways["direction"].eq("up"), ways["destination"].eq("outside")
    for name, part, place in (
        ("referred", ways[up & ~out], "origin"),
        ("left", ways[out], "origin"),
        ("returned", ways[ways["direction"] == "down"], "destination"),
    ):
        sent = part.groupby([place, "specialty", "quarter"])["patients_per_month"].sum()
        written = matched(sent, table, CELL)
        found.append(
            unequal(table, pd.Series(written, index=table.index), table[name], CELL, f"{name} in referrals.csv")
        )
    lost = facts.plan["visits"].merge(table[CELL], on=CELL, how="left", indicator=True)
    found.append(flagged(lost, lost["_merge"] == "left_only", CELL, "visits of a cell without a need"))
    return together(*found)


def drawn(facts: Facts, table: pd.DataFrame) -> pd.Series:
    """The capture of the mode written for each cell; 0 without one."""
    share = pd.Series(0.0, index=table.index)
    for mode in ("monthly", "fortnightly", "weekly", "twice_weekly", "posted"):
        share = share.where(table["mode"] != mode, table[f"capture_{mode}"])
    return share


def capture(facts: Facts) -> Finding:
    """What clinics, postings and teleconsultation keep is drawn by the mode, can be seen, can be won back."""
    table = facts.visits
    kept = table["sessions"] + table["posted"]
    reach = drawn(facts, table) * table["pool"] * table["calibration"]
    tele = table["capture_tele"].where(tele_possible(facts, table), 0.0)
    uncovered = table["mode"].eq("posted") & (table["cover"] < 1e-9)
    return together(
        over(table, table["sessions"], table["session_supply"], CELL, "visits that the clinics can see"),
        over(table, table["posted"], table["posted_supply"], CELL, "visits that posted doctors can see"),
        over(table, kept, reach.clip(upper=table["most"]), CELL, "visits drawn or won back"),
        over(table, table["tele"], tele * table["pool"], CELL, "visits that teleconsultation draws"),
        flagged(table, uncovered, CELL, "the mode is a posting, but there is none in the quarter"),
    )


def tele_doctors(facts: Facts) -> set[tuple[str, str]]:
    """(group, specialty) with a hospital doctor who may give teleconsultations."""
    if not facts.option("referrals", "tele", True):
        return set()
    pairs = facts.scope.to_frame(index=False)
    people = facts.doctors.reindex(pairs["doctor"])
    home = facts.institutions.reindex(people["institution"])
    kind = facts.specialties.reindex(pairs["specialty"])
    able = (home["level"].to_numpy() >= 2) & (people["title"].to_numpy() >= kind["min_title"].to_numpy())
    able &= kind["capture_tele"].to_numpy() > 0
    # With the rule `own_group` off everybody may be asked, as if there were no groups.
    groups = home["group"].to_numpy()[able] if facts.state("own_group") != "off" else [""] * int(able.sum())
    return set(zip(groups, pairs["specialty"][able], strict=True))


def tele_possible(facts: Facts, table: pd.DataFrame) -> pd.Series:
    """Whether somebody of the group (or of no group) can be asked from afar."""
    able = tele_doctors(facts)
    group = table["institution"].map(facts.institutions["group"]).fillna("")
    pairs = zip(group, table["specialty"], strict=True)
    return pd.Series([(g, k) in able or ("", k) in able for g, k in pairs], index=table.index, dtype=bool)


def left_recoverable(facts: Facts) -> Finding:
    table = facts.visits
    tele = table["capture_tele"].where(tele_possible(facts, table), 0.0)
    least = table["left0"] * (1 - table["recoverable"] * (drawn(facts, table) + tele))
    return together(
        over(table, least, table["left"], CELL, "visits that leave"),
        over(table, table["left"], table["left0"], CELL, "visits that leave today"),
    )


def referred_recoverable(facts: Facts) -> Finding:
    table = facts.visits
    least = (1 - table["recoverable"]) * table["referred0"]
    return over(table, least, table["referred"], CELL, "visits referred")


def _extra(facts: Facts) -> pd.DataFrame:
    """Visits referred up beyond today's: institution, hospital, specialty, quarter, `extra`, minutes."""
    ways = facts.plan["referrals"]
    ways = ways[ways["direction"].eq("up") & ways["destination"].ne("outside")]
    keys = ["institution", "hospital", "specialty", "quarter"]
    ways = ways.rename(columns={"origin": "institution", "destination": "hospital", "patients_per_month": "visits"})
    ways = sums(ways, keys, "visits")
    ways = ways.merge(facts.referred, on=keys[:3], how="left", suffixes=("", "_today")).fillna({"visits_today": 0.0})
    ways["extra"] = ways["visits"] - ways["visits_today"]
    ways = ways[ways["extra"] > ABSOLUTE + 1e-5 * ways["visits_today"]].reset_index(drop=True)
    return ways.assign(trip=facts.minutes("patient", ways["institution"], ways["hospital"]))


def reserve(facts: Facts) -> Finding:
    """Extra referrals fit what hospitals keep for them, and `reserves.csv` keeps as much."""
    extra = sums(_extra(facts), ["hospital", "specialty", "quarter"], "extra")
    keys = ["hospital", "specialty"]
    most = matched(facts.capabilities["reserve"], extra, keys)
    kept = facts.plan["reserves"].groupby(["institution", "specialty"])["visits_per_month"].sum()
    kept = matched(kept, extra, keys)
    names = ["hospital", "specialty", "quarter"]
    return together(
        over(extra, extra["extra"], most, names, "visits reserved"),
        over(extra, extra["extra"], kept + 1e-3, names, "visits in reserves.csv"),
    )


def nearest_upper(facts: Facts) -> Finding:
    """Extra goes to a capable hospital above the site, in its group, and to none farther than the nearest."""
    extra = _extra(facts)
    able = facts.capabilities.reset_index().rename(columns={"institution": "hospital"})
    able = able[able["visits"] > 0][["hospital", "specialty"]]
    pairs = extra[["institution", "specialty"]].drop_duplicates().merge(able, on="specialty")
    pairs = pairs[pairs["hospital"].map(facts.rank) > pairs["institution"].map(facts.rank)]
    if facts.state("own_group") != "off":
        pairs = pairs[facts.same_group(pairs["institution"], pairs["hospital"])]
    pairs = pairs.assign(trip=facts.minutes("patient", pairs["institution"], pairs["hospital"]))
    best = pairs[pairs["trip"].notna()].groupby(["institution", "specialty"])["trip"].min()
    nearest = matched(best, extra, ["institution", "specialty"], np.nan)
    known = pd.MultiIndex.from_frame(extra[["institution", "specialty", "hospital"]])
    capable = known.isin(pd.MultiIndex.from_frame(pairs[["institution", "specialty", "hospital"]]))
    wrong = ~capable | ~(extra["trip"] <= nearest + 1e-6)
    names = ["institution", "hospital", "specialty", "quarter"]
    return flagged(extra, pd.Series(wrong, index=extra.index), names, "is not the nearest capable upper institution")


def referral_max_minutes(facts: Facts) -> Finding:
    extra = _extra(facts)
    most = pd.Series(facts.number("referrals", "max_minutes", 120), index=extra.index)
    return over(extra, extra["trip"], most, ["institution", "hospital", "specialty", "quarter"], "minutes one way")


def tele_capacity(facts: Facts) -> Finding:
    """Visits by teleconsultation fit the half-days that the group's doctors give in that specialty."""
    table = facts.visits[["institution", "specialty", "quarter", "tele", "months"]].copy()
    desks = facts.plan["teleconsultations"].copy()
    group = (
        facts.institutions["group"]
        if facts.state("own_group") != "off"
        else facts.institutions["group"].map(lambda _: "")
    )
    table["group"] = table["institution"].map(group).fillna("")
    desks["group"] = desks["doctor"].map(facts.doctors["institution"]).map(group).fillna("")
    per_half_day = desks["specialty"].map(facts.specialties["tele_per_session"])
    desks["visits"] = desks["half_days"] * per_half_day / desks["quarter"].map(facts.quarters["months"])
    keys = ["group", "specialty", "quarter"]
    seen = sums(table, keys, "tele")
    given = desks.groupby(keys)["visits"].sum()
    own = matched(given, seen, keys)
    # Doctors of no group may serve any group, so they count for each and once for all together.
    free = matched(given, seen.assign(group=""), keys)
    limit = own + free.where(seen["group"] != "", 0.0)
    one = over(seen, seen["tele"], limit, keys, "visits by teleconsultation")
    whole = sums(seen, keys[1:], "tele")
    total = matched(desks.groupby(keys[1:])["visits"].sum(), whole, keys[1:])
    return together(
        one,
        over(whole, whole["tele"], total, keys[1:], "visits by teleconsultation"),
    )


def home_capability(facts: Facts) -> Lacking:
    """Visits that a hospital would have to treat beyond its capability are named, with their amount."""
    table = home_load(facts)
    return lacking(table, table["visits"], table["load"], CELL, "visits per month above the capability")


def down_beds(facts: Facts) -> Finding:
    """Who comes back was referred, and finds a bed below."""
    table = facts.visits
    kind = facts.specialties
    most = table["specialty"].map(kind["down_share"]) * table["referred"]
    stays = table["returned"] * table["specialty"].map(kind["down_bed_days"])
    used = sums(table.assign(days=stays), ["institution", "quarter"], "days")
    beds = down_beds_of(facts, used["institution"])
    return together(
        over(table, table["returned"], most, CELL, "visits that may return"),
        over(used, used["days"], _DAYS_A_MONTH * beds.fillna(0.0), ["institution", "quarter"], "bed-days a month"),
    )


def down_beds_of(facts: Facts, ids: pd.Series) -> pd.Series:
    """Beds for down-referrals: those of `capabilities`, else 40 % of all."""
    rows = facts.region["capabilities"]
    kept = rows[rows["direction"].isin(["down", "both"])].groupby("institution")["beds"].sum(min_count=1)
    return ids.map(kept).fillna(ids.map(0.4 * facts.institutions["beds"].fillna(0.0))).fillna(0.0)
