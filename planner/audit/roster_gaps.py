"""The least gap between clinics of one specialty at one site, across the edge of the period too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planner.audit import roster_crowding
from planner.audit.finding import Finding, flagged, numbers, together
from planner.audit.frames import records
from planner.audit.roster import placed

if TYPE_CHECKING:
    from planner.audit.facts import Facts

_PLACE = ["institution", "specialty"]


def least_gap(facts: Facts) -> Finding:
    """At most so many clinics within so many calendar weeks, and never two on one day."""
    table = placed(facts)
    daily = table.groupby([*_PLACE, "on"]).size().rename("clinics").reset_index()
    twice = flagged(daily, daily["clinics"] > 1, [*_PLACE, "on"], numbers(daily["clinics"]) + " on one day")
    if table.empty:
        return twice
    # One day counts once in the weeks: two clinics on it are told above.
    once = table.drop_duplicates([*_PLACE, "day"])
    weeks, past = roster_crowding.by_week(once, once["week"]), roster_crowding.past_weeks(facts)
    rows = []
    for limit in records(roster_crowding.crowding(facts)):
        key = (limit.institution, limit.specialty)
        held = {**past.get(key, {}), **weeks.get(key, {})}
        rows += _crowded(key, held, int(limit.most), int(limit.length))
    bad = pd.DataFrame(rows, columns=[*_PLACE, "first", "held", "most", "length"])
    monday = facts.days.dates[0] + pd.to_timedelta(7 * bad["first"].astype(int), unit="D")
    bad["from"] = pd.Series(monday, index=bad.index).dt.strftime("%Y-%m-%d")
    text = numbers(bad["held"]) + " > " + numbers(bad["most"]) + " clinics within " + numbers(bad["length"]) + " weeks"
    crowded = flagged(bad, pd.Series(True, index=bad.index, dtype=bool), [*_PLACE, "from"], text)
    found = together(twice, crowded)
    return Finding(len(once), found.broken)


def _crowded(key: tuple[str, str], held: dict[int, int], most: int, length: int) -> list[tuple[object, ...]]:
    """Runs of weeks that hold a clinic of the plan and too many in all; each from its first week with one."""
    found: list[tuple[object, ...]] = []
    for first in sorted(held):
        run = range(first, first + length)
        total = sum(held.get(week, 0) for week in run)
        if total > most and any(week >= 0 and held.get(week) for week in run):
            found.append((*key, first, float(total), float(most), float(length)))
    return found
