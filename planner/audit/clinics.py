"""Rules about clinics at a site: how often, in which room, with what, by whom.

One function per rule id of `models.rules`; each returns a `Finding` from the saved tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit.finding import Finding, Lacking, flagged, lacking, over, together
from planner.audit.frames import matched, sums
from planner.audit.read import items

if TYPE_CHECKING:
    from planner.audit.facts import Facts

CELL = ["institution", "specialty", "quarter"]
FREQUENCIES = ("monthly", "fortnightly", "weekly", "twice_weekly")
_FULL = 1.0 - 1e-6


def offers(facts: Facts) -> pd.DataFrame:
    """Cells with clinics: `count`, the site's limits, the mode written in `visits.csv`."""
    counts = sums(facts.sessions, CELL, "sessions").rename(columns={"sessions": "count"})
    counts = counts.merge(facts.sites, on=["institution", "quarter"], how="left")
    modes = facts.plan["visits"][[*CELL, "mode"]]
    return counts.merge(modes, on=CELL, how="left").fillna({"mode": ""})


def _fits(table: pd.DataFrame, mode: str) -> pd.Series:
    """Whether the count lies in the range of a frequency."""
    return (table["count"] >= table[f"low_{mode}"] - 1e-6) & (table["count"] <= table[f"high_{mode}"] + 1e-6)


def frequency(facts: Facts) -> Finding:
    """Whole clinics, as many as some frequency allows, and as many as the mode that is written."""
    table = offers(facts)
    some = np.any([_fits(table, f) for f in FREQUENCIES], axis=0)
    none = flagged(
        table, pd.Series(~some, index=table.index), CELL, table["count"].map("{:g} clinics fit no frequency".format)
    )
    written = pd.Series(True, index=table.index)
    for mode in FREQUENCIES:
        written &= (table["mode"] != mode) | _fits(table, mode)
    written &= table["mode"].isin(FREQUENCIES) | ~some
    other = flagged(
        table,
        ~written,
        CELL,
        table["count"].map("{:g} clinics are not ".format) + table["mode"].replace("", "without a mode"),
    )
    lines = facts.sessions
    whole = (lines["sessions"] >= 1) & ((lines["sessions"] - lines["sessions"].round()).abs() < 1e-6)
    return together(none, other, flagged(lines, ~whole, ["doctor", *CELL], "is no whole number of clinics"))


def pattern(facts: Facts) -> Finding:
    """Clinics only where a need was handed in and visitors are received, at the frequency asked for."""
    table = offers(facts).merge(
        facts.cells[["pattern"]].reset_index(), on=["institution", "specialty"], how="left", indicator=True
    )
    unasked = flagged(table, table["_merge"].eq("left_only"), CELL, "no need of this specialty was handed in")
    asked = table["pattern"].fillna("")
    other = asked.isin(FREQUENCIES)
    for mode in FREQUENCIES:
        other &= ~((asked == mode) & _fits(table, mode))
    other &= np.any([_fits(table, f) for f in FREQUENCIES], axis=0)
    return together(unasked, flagged(table, other, CELL, "asked for " + asked), _receives(facts, table))


def _receives(facts: Facts, table: pd.DataFrame) -> Finding:
    """A hospital with doctors of its own in the specialty receives no clinics, unless it does or asks today."""
    homes = {(facts.doctors["institution"][d], k) for d, k in facts.scope}
    today = [facts.clinics_today, facts.region["current_postings"], facts.region["posts"]]
    open_to = {pair for part in today for pair in zip(part["institution"], part["specialty"], strict=True)}
    pairs = list(zip(table["institution"], table["specialty"], strict=True))
    level = table["institution"].map(facts.institutions["level"]).fillna(0)
    own = pd.Series([pair in homes and pair not in open_to for pair in pairs], index=table.index, dtype=bool)
    return flagged(table, own & (level >= 2), CELL, "the hospital has doctors of its own")


def continuity(facts: Facts) -> Finding:
    """One main doctor is named for each clinic, and holds the share of its least count."""
    table = offers(facts)
    share = facts.number("sessions", "continuity", 0.7)
    # With ranges that overlap the rarer frequency is the milder reading.
    low = pd.Series(np.nan, index=table.index)
    for mode in FREQUENCIES:
        low = low.where(low.notna() | ~_fits(table, mode), table[f"low_{mode}"])
    wanted = pd.Series(np.ceil(share * low - 1e-9), index=table.index)
    mains = facts.sessions[facts.sessions["main"]].groupby(CELL)["sessions"].agg(["max", "size"])
    held, named = matched(mains["max"], table, CELL), matched(mains["size"], table, CELL)
    known = low.notna()
    few = over(table[known], wanted[known], held[known], CELL, "clinics by the main doctor")
    return together(few, flagged(table[known], named[known] > 1, CELL, "has several main doctors"))


def room(facts: Facts) -> Finding:
    held = sums(facts.sessions, ["institution", "quarter"], "sessions")
    held = held.merge(facts.sites, on=["institution", "quarter"], how="left")
    return over(held, held["sessions"], held["slots"].fillna(0.0), ["institution", "quarter"], "half-days with a room")


def equipment(facts: Facts) -> Finding:
    """Clinics that need an item fit the items at hand; an item that is absent allows none."""
    if "equipment" not in facts.saved.present:
        return Finding()
    wanted = [(k, item) for k, text in facts.specialties["equipment"].items() for item in items(text)]
    held = facts.sessions.merge(pd.DataFrame(wanted, columns=["specialty", "item"]), on="specialty")
    keys = ["institution", "item", "quarter"]
    used = sums(held, keys, "sessions")
    stock = facts.region["equipment"].groupby(["institution", "item"])["count"].sum()
    count = matched(stock, used, keys[:2])
    used = used.merge(facts.sites[["institution", "quarter", "half_days"]], on=["institution", "quarter"], how="left")
    return over(used, used["sessions"], count * used["half_days"], keys, "half-days of the equipment")


def requires_service(facts: Facts) -> Finding:
    """Clinics and postings only where each required service is wholly served; not without any centre."""
    if facts.region["centres"].empty:
        return Finding()
    needed = [(k, service) for k, text in facts.specialties["requires"].items() for service in items(text)]
    needed_by = pd.DataFrame(needed, columns=["specialty", "service"])
    posted = facts.postings[facts.postings["state"] != "running"]
    keys = ["institution", "specialty"]
    seen = facts.plan["visits"]
    seen = seen[seen["sessions"].fillna(0) + seen["posted"].fillna(0) > 1e-4]
    held = (
        pd.concat([facts.sessions[keys], posted[keys], seen[keys]]).drop_duplicates().merge(needed_by, on="specialty")
    )
    links = facts.plan["service_links"]
    share = links[links["centre"] != ""].groupby(["institution", "service"])["share"].sum()
    missing = matched(share, held, ["institution", "service"]) < _FULL - 1e-4
    return flagged(held, missing, [*keys, "service"], "the service is not provided there")


def site_floor(facts: Facts) -> Lacking:
    """Clinics per quarter that a site is promised: its own figure, else the option for townships with needs."""
    table = facts.sites.merge(
        facts.institutions[["min_sessions_per_month", "level"]], left_on="institution", right_index=True
    )
    usual = facts.number("sessions", "min_sessions_per_month", 4)
    asks = table["institution"].isin(facts.cells.index.get_level_values("institution"))
    monthly = table["min_sessions_per_month"].fillna(
        pd.Series(np.where(asks & (table["level"] == 1), usual, 0.0), index=table.index)
    )
    floor = np.floor(monthly * table["months"] + 0.5 + 1e-9)
    held = facts.sessions.groupby(["institution", "quarter"])["sessions"].sum()
    count = matched(held, table, ["institution", "quarter"])
    asked = table[floor > 0]
    return lacking(asked, count[floor > 0], floor[floor > 0], ["institution", "quarter"], "clinics")


def need_floor(facts: Facts) -> Lacking:
    table = facts.visits
    floor = np.floor(table["floor"] * table["months"] + 0.5 + 1e-9)
    asked = table[floor > 0]
    return lacking(asked, asked["count"], floor[floor > 0], CELL, "clinics")
