"""How close together clinics of one specialty at one site may be: frequency, wishes in days, and locks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.audit import roster_facts
from planner.audit.places import FREQUENCIES

if TYPE_CHECKING:
    from planner.audit.facts import Facts

#: Most clinics of a frequency within so many calendar weeks.
CROWD = {"monthly": (1, 2), "fortnightly": (1, 1), "weekly": (1, 1), "twice_weekly": (2, 1)}
#: Weeks before the start whose clinics still count for gaps.
HISTORY_WEEKS = 9
#: (institution, specialty) -> week -> clinics.
ByWeek = dict[tuple[str, str], dict[int, int]]


def crowding(facts: Facts) -> pd.DataFrame:
    """By (institution, specialty): most clinics (`most`) within so many calendar weeks (`length`).

    The frequency is the greatest whose least count the busiest quarter reaches. A least gap of g days
    lets one clinic into floor((g + 2) / 7) weeks where sites open Monday to Friday, floor(g / 7) where they
    open every day. Counts that need more than that loosen it, and so do locks to dates, but not a gap in days.
    """
    needs = facts.region["needs"].drop_duplicates(["institution", "specialty"], keep="last")
    gap = needs.set_index(["institution", "specialty"])["min_gap_days"]
    low = facts.sites.set_index(["institution", "quarter"])[[f"low_{f}" for f in FREQUENCIES]].to_dict("index")
    opening = [int(n) for n in facts.option("calendar", "open_weekdays", [1, 2, 3, 4, 5])]
    shut, fixed, past = 6 - max(opening) + min(opening), locked_weeks(facts), past_weeks(facts)
    rows = []
    for (site, specialty), group in roster_facts.counts(facts).groupby(["institution", "specialty"]):
        if site not in facts.row:
            continue
        held = group.set_index("quarter")["sessions"].reindex(facts.quarters.index).fillna(0.0)
        least = low[site, held.idxmax()]
        reached = [f for f in FREQUENCIES if least[f"low_{f}"] <= held.max() + 1e-9]
        most, length = _with_locks(
            *CROWD[reached[-1] if reached else FREQUENCIES[0]], fixed, past, (str(site), str(specialty))
        )
        days = gap.get((site, specialty), np.nan)
        if not np.isnan(days) and (weeks := math.floor((days + shut) / 7)) > length:
            most, length = 1, weeks
        open_weeks = len({day // 7 for day in np.flatnonzero(facts.open[facts.row[site]].any(axis=1))})
        needed = math.ceil(group["sessions"].sum() * length / max(1, open_weeks) - 1e-9)
        rows.append((site, specialty, max(most, needed), length))
    return pd.DataFrame(rows, columns=["institution", "specialty", "most", "length"])


def _with_locks(most: int, length: int, fixed: ByWeek, past: ByWeek, place: tuple[str, str]) -> tuple[int, int]:
    """The limit of a frequency, or the first wider one that what is locked to dates needs."""
    mine = fixed.get(place, {})
    held = {**past.get(place, {}), **mine}
    for one in ((most, length), CROWD["weekly"], CROWD["twice_weekly"]):
        runs = (range(week - one[1] + 1 + n, week + 1 + n) for week in mine for n in range(one[1]))
        if all(sum(held.get(week, 0) for week in run) <= one[0] for run in runs):
            return one
    return CROWD["twice_weekly"]


def locked_weeks(facts: Facts) -> ByWeek:
    """By place, days in each week to which hard locks fix a clinic."""
    locks = facts.region["locks"]
    table = locks[(locks["kind"] == "session") & locks["must"] & locks["weight"].isna() & locks["date"].notna()]
    if facts.days.start is None:
        return {}
    own = table["doctor"].map(facts.doctors["specialty"]).fillna("")
    table = table.assign(specialty=table["specialty"].where(table["specialty"] != "", own))
    table = table.drop_duplicates(["institution", "specialty", "date"])
    week = (table["date"] - facts.days.dates[0]).dt.days // 7
    inside = week.between(0, facts.days.week.max())
    return by_week(table[inside], week[inside])


def past_weeks(facts: Facts) -> ByWeek:
    """By place, clinics (days with one) of today's roster in each week before the start, weeks below 0."""
    if facts.days.start is None:
        return {}
    first = facts.days.dates[0]
    dates = pd.date_range(first - pd.Timedelta(weeks=HISTORY_WEEKS), first - pd.Timedelta(days=1))
    table = roster_facts.practice(facts, dates).drop_duplicates(["institution", "specialty", "date"])
    return by_week(table, (table["date"] - first).dt.days // 7)


def by_week(table: pd.DataFrame, week: pd.Series) -> ByWeek:
    """By place, the number of rows in each week."""
    found: ByWeek = {}
    for place, specialty, number in zip(table["institution"], table["specialty"], week, strict=True):
        weeks = found.setdefault((str(place), str(specialty)), {})
        weeks[int(number)] = weeks.get(int(number), 0) + 1
    return found
