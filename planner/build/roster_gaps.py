"""How close together, and how far apart, clinics of one specialty at one site may be."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from models.roster_instance import LEAST_GAP, LONGEST_GAP
from planner.build.tables import day, number, rows, text, yes
from planner.calendar import WorkCalendar

if TYPE_CHECKING:
    from geodata.region import Region

Key = tuple[str, str]


def gaps(
    row: Mapping[str, Any], frequency: str, dates: tuple[Iterable[date], Iterable[date]], calendar: WorkCalendar
) -> tuple[tuple[int, int], int]:
    """(most clinics, calendar weeks) of the least gap, and open weeks of the longest one.

    dates: of clinics locked to a date, and of those held before the start. What locks put closer together
    than the frequency does is a decision; a gap that the table names stands. A least gap of g days lets one
    clinic into floor((g + 2) / 7) calendar weeks where sites open Monday to Friday, into floor(g / 7) where
    they open every day; a longest gap of G days is ceil(G / 7) open weeks (design section 4).
    """
    fixed, past = (sorted((on - calendar.start).days // 7 for on in one) for one in dates)
    opening = calendar.settings.open_weekdays
    closed = 6 - (max(opening) - min(opening))
    every, gap = LEAST_GAP[frequency], LONGEST_GAP[frequency]
    if _crowded(fixed, past, every):
        once, twice = LEAST_GAP["weekly"], LEAST_GAP["twice_weekly"]
        every = twice if _crowded(fixed, past, once) else once
    least, most = number(dict(row), "min_gap_days"), number(dict(row), "max_gap_days")
    if least is not None and (weeks := math.floor((least + closed) / 7)) > every[1]:
        every = (1, weeks)
    if most is not None and most > 0:
        gap = math.ceil(most / 7)
    return every, gap


def _crowded(fixed: Sequence[int], past: Sequence[int], every: tuple[int, int]) -> bool:
    """Whether some clinic fixed by hand makes too many within so many weeks."""
    most, length = every
    held = Counter([*fixed, *past])
    return any(
        sum(held[week] for week in range(first, first + length)) > most
        for one in fixed
        for first in range(one - length + 1, one + 1)
    )


def pinned_dates(region: Region, calendar: WorkCalendar) -> dict[Key, set[date]]:
    """Dates that hard locks fix, by site and specialty (the doctor's own where none is written)."""
    own = {text(row, "id"): text(row, "specialty") for row in rows(region, "doctors")}
    found: dict[Key, set[date]] = defaultdict(set)
    for row in rows(region, "locks"):
        on = day(row, "date")
        hard = text(row, "kind") == "session" and yes(row, "must", True) and number(row, "weight") is None
        if hard and on is not None and calendar.start <= on < calendar.end:
            specialty = text(row, "specialty") or own.get(text(row, "doctor"), "")
            found[text(row, "institution"), specialty].add(on)
    return found
