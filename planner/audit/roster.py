"""Rules of the dated roster: who is where on which half-day, and what stays at home.

One function per rule id of `models.rules`; each returns a `Finding` from the saved tables. A plan
without a roster breaks none of them; one whose aims tell of a roster that is gone does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit import roster_facts
from planner.audit.finding import Finding, flagged, numbers, over, together
from planner.audit.frames import matched, records, sums
from planner.audit.read import items
from planner.audit.roster_facts import CLINIC

if TYPE_CHECKING:
    from planner.audit.facts import Facts

_CELL = ["institution", "specialty", "quarter"]


def placed(facts: Facts) -> pd.DataFrame:
    """Dated clinics in a half-day of the horizon; the others break `roster_count`."""
    return facts.clinics[facts.clinics["placed"]]


def roster_count(facts: Facts) -> Finding:
    """Clinics dated and clinics told as not held are those allocated, by institution, specialty and quarter."""
    if not facts.saved.dated:
        return Finding()
    held = placed(facts).groupby(_CELL).size().rename("dated").reset_index()
    lost = facts.plan["unheld"]
    table = roster_facts.counts(facts).merge(held, on=_CELL, how="outer")
    table = table.merge(sums(lost, _CELL, "sessions").rename(columns={"sessions": "told"}), on=_CELL, how="outer")
    table[["sessions", "dated", "told"]] = table[["sessions", "dated", "told"]].astype(float).fillna(0.0)
    wrong = (table["dated"] + table["told"] - table["sessions"]).abs() > 1e-6
    text = (
        numbers(table["dated"]) + " dated and " + numbers(table["told"]) + " not held, "
        + numbers(table["sessions"]) + " allocated"
    )  # fmt: skip
    told = (lost["sessions"] < 0) | (lost["rule"] == "") | (lost["reason_zh"] == "") | (lost["reason_en"] == "")
    rows = facts.clinics
    weekday = rows["weekday"].notna() & rows["placed"] & (rows["weekday"] != rows["date"].dt.day_of_week + 1)
    return together(
        flagged(table, wrong, _CELL, text),
        flagged(lost, told, _CELL, "is not held without a rule and a reason"),
        flagged(rows, ~rows["placed"], CLINIC, "is no half-day of the horizon"),
        flagged(rows, weekday, CLINIC, "the weekday written is not that of the date"),
    )


def doctor_free(facts: Facts) -> Finding:
    """The half-day of the clinic itself; what else a far trip takes is the rule `whole_day`."""
    table = placed(facts)
    wrong = ~roster_facts.is_free(facts, table["doctor"], table["day"], table["half"])
    home = table["home"].map(facts.row)
    shut = pd.Series(False, index=table.index)
    known = home.notna()
    shut[known] = ~facts.open[home[known].astype(int), table.loc[known, "day"], table.loc[known, "half"]]
    text = pd.Series(np.where(shut, "the home institution is closed", "on duty, resting, absent or posted"))
    text.index = table.index
    return flagged(table, wrong, CLINIC, text)


def whole_day(facts: Facts) -> Finding:
    """A far trip needs the other half-day of its day as well."""
    table = placed(facts)
    other = 1 - table["half"]
    wrong = table["far"] & ~roster_facts.is_free(facts, table["doctor"], table["day"], other)
    return flagged(table, wrong, CLINIC, "the trip takes the whole day, and the other half-day is not free")


def site_open(facts: Facts) -> Finding:
    """The site is open, and asked for that weekday, week of the month and half-day."""
    table = placed(facts)
    allowed = {
        (site, specialty): roster_facts.asked(facts, site, specialty)
        for site, specialty in table[["institution", "specialty"]].drop_duplicates().itertuples(index=False)
        if site in facts.row
    }
    wrong, text = [], []
    for row in records(table):
        mine = allowed.get((row.institution, row.specialty))
        wrong.append(mine is None or not mine[row.day, row.half])
        shut = mine is None or not facts.open[facts.row[row.institution], row.day, row.half]
        text.append("the site is closed" if shut else "not the weekday, week or half-day that was asked for")
    return flagged(
        table, pd.Series(wrong, index=table.index, dtype=bool), CLINIC, pd.Series(text, index=table.index, dtype=object)
    )


def _names(places: pd.Series) -> str:
    return ", ".join(sorted(set(places.astype(str))))


def one_place(facts: Facts) -> Finding:
    """One clinic in a half-day; a far trip fills both half-days of its day."""
    table, taken = placed(facts), facts.taken
    keys = ["doctor", "on", "slot"]
    where = taken.groupby(keys)["institution"].agg(errands="size", places=_names).reset_index()
    listed = table.groupby(keys).size().rename("clinics").reset_index()
    where = where.merge(listed, on=keys, how="left")
    count = where[["errands", "clinics"]].max(axis=1)
    text = numbers(count) + " at once: " + where["places"]
    return flagged(where, count > 1, keys, text)


def two_sites(facts: Facts) -> Finding:
    """Two sites of one day are close to each other, in either direction."""
    table = placed(facts)
    near = table.loc[~table["far"], ["doctor", "on", "institution"]].drop_duplicates()
    pairs = near.merge(near, on=["doctor", "on"], suffixes=("", "_other"))
    pairs = pairs[pairs["institution"] < pairs["institution_other"]].reset_index(drop=True)
    there = facts.minutes("vehicle", pairs["institution"], pairs["institution_other"])
    back = facts.minutes("vehicle", pairs["institution_other"], pairs["institution"])
    apart = pd.concat([there, back], axis=1).min(axis=1)
    limit = pd.Series(facts.number("roster", "two_sites_minutes", 20), index=pairs.index)
    return over(pairs, apart, limit, ["doctor", "on", "institution", "institution_other"], "minutes between the sites")


def _spent(facts: Facts, by: str) -> pd.DataFrame:
    """Half-days out by doctor and week or quarter; one that is taken twice counts once (see `one_place`)."""
    once = facts.taken.drop_duplicates(["doctor", "day", "half"])
    return once.groupby(["doctor", by]).size().rename("spent").reset_index()


def week_limit(facts: Facts) -> Finding:
    table = _spent(facts, "week")
    own = np.ceil(table["doctor"].map(facts.doctors["sessions_per_week"]).fillna(0.0) - 1e-9)
    limit = own.clip(lower=facts.number("roster", "week_limit", 2))
    monday = facts.days.dates[0] + pd.to_timedelta(7 * table["week"], unit="D")
    table["from"] = monday.dt.strftime("%Y-%m-%d")
    return over(table, table["spent"].astype(float), limit, ["doctor", "from"], "half-days out that week")


def roster_time(facts: Facts) -> Finding:
    """Half-days of a quarter: free time with slack kept, less postings and teleconsultation."""
    table = _spent(facts, "quarter")
    keys = ["doctor", "quarter"]
    share = facts.postings.melt("doctor", list(facts.quarters.index), "quarter", "cover")
    posted = matched(share.groupby(keys)["cover"].sum(), table, keys).clip(upper=1.0)
    tele = matched(facts.plan["teleconsultations"].groupby(keys)["half_days"].sum(), table, keys)
    left = matched(facts.free, table, keys) * (1.0 - posted) - tele
    limit = pd.Series(np.floor(left + 1e-6), index=table.index).clip(lower=0.0)
    return over(table, table["spent"].astype(float), limit, keys, "half-days out in the quarter")


def room_half_day(facts: Facts) -> Finding:
    keys = ["institution", "on", "slot"]
    table = placed(facts).groupby(keys).size().rename("clinics").reset_index()
    rooms = table["institution"].map(facts.institutions["rooms"]).fillna(1.0)
    limit = pd.Series(np.floor(rooms + 0.5 + 1e-9), index=table.index).clip(lower=1.0)
    return over(table, table["clinics"].astype(float), limit, keys, "rooms")


def equipment_half_day(facts: Facts) -> Finding:
    """Where the region has a table of equipment, an item that is absent allows no clinic."""
    if "equipment" not in facts.saved.present:
        return Finding()
    wanted = [(k, item) for k, text in facts.specialties["equipment"].items() for item in items(text)]
    users = placed(facts).merge(pd.DataFrame(wanted, columns=["specialty", "item"]), on="specialty")
    keys = ["institution", "item", "on", "slot"]
    table = users.groupby(keys).size().rename("clinics").reset_index()
    stock = facts.region["equipment"].groupby(["institution", "item"])["count"].sum()
    limit = pd.Series(np.floor(matched(stock, table, keys[:2]) + 0.5 + 1e-9), index=table.index)
    return over(table, table["clinics"].astype(float), limit, keys, "items of equipment")


def home_cover_half_day(facts: Facts) -> Finding:
    keys = ["home", "department", "day", "half"]
    gone = facts.taken.drop_duplicates(["doctor", "day", "half"])
    gone = gone.groupby([*keys, "on", "slot"]).size().rename("away").reset_index()
    table = gone.merge(roster_facts.away_limits(facts), on=keys)
    names = ["home", "department", "on", "slot"]
    return over(table, table["away"].astype(float), table["persons"], names, "doctors away")
