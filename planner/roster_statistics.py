"""月统计: clinics by month of hospitals, departments, sites, specialties and doctors against what was allocated.

The target of a month is the allocated number times the month's share of the horizon's working days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

import pandas as pd

from planner.roster_people import Departments
from planner.roster_views import Month, RosterView
from planner.text import joined
from planner.view import text_of, to_float

KINDS = ("hospital", "department", "site", "specialty", "doctor")
#: What a kind counts by: a function of (doctor, site, specialty).
Keys = dict[str, Callable[[str, str, str], tuple[str, ...]]]


def month_statistics(roster: RosterView) -> pd.DataFrame:
    """One row per unit and kind; blank where a figure has no meaning."""
    keys: Keys = {
        "hospital": lambda d, i, k: (roster.doctor(d, "institution"),),
        "department": lambda d, i, k: (roster.doctor(d, "institution"), roster.doctor(d, "department")),
        "site": lambda d, i, k: (i,),
        "specialty": lambda d, i, k: (k,),
        "doctor": lambda d, i, k: (roster.doctor(d, "institution"), roster.doctor(d, "department"), d),
    }
    shares, headcounts = _shares(roster), Departments(roster).headcounts
    rows: list[tuple[object, ...]] = []
    for kind in KINDS:
        held, allocated = _held(roster, keys[kind]), _allocated(roster, keys[kind])
        for key in sorted({*held, *allocated}, key=lambda key: (roster.place(key[0]), key)):
            counts = [held[key].get(month, 0) for month in roster.months]
            target = allocated.get(key, 0.0)
            heads = _heads(headcounts, kind, key)
            floor = _floor(roster, key[0]) if kind == "site" else None
            row: list[object] = [roster.say(f"by_{kind}"), _name(roster, kind, key), heads]
            for count, share in zip(counts, shares, strict=True):
                row += [count, round(target * share, 1)]
            row += [sum(counts), target, sum(counts) - target, sum(counts) / heads if heads else None]
            row += [floor, _below(roster, counts, shares, floor)]
            rows.append(tuple(row))
    months = [roster.month_name(month, short=True) for month in roster.months]
    headings = [roster.say("unit_kind"), roster.say("unit"), roster.say("headcount")]
    for month in months:
        headings += [month, roster.say("due", month=month)]
    headings += [roster.say(name) for name in ("total", "target", "difference", "per_head", "floor", "below")]
    return pd.DataFrame(rows, columns=headings, dtype=object)


def _shares(roster: RosterView) -> list[float]:
    """Each month's share of the working days."""
    worked = [sum(day.working for day in roster.days_of(month)) for month in roster.months]
    return [count / max(1, sum(worked)) for count in worked]


def _held(
    roster: RosterView, key: Callable[[str, str, str], tuple[str, ...]]
) -> dict[tuple[str, ...], dict[Month, int]]:
    found: dict[tuple[str, ...], dict[Month, int]] = defaultdict(lambda: defaultdict(int))
    for one in roster.clinics:
        found[key(one.doctor, one.site, one.specialty)][one.on.year, one.on.month] += 1
    return found


def _allocated(roster: RosterView, key: Callable[[str, str, str], tuple[str, ...]]) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = defaultdict(float)
    for row in roster.view.saved.table("sessions").to_dict("records"):
        texts = [text_of(row[name]) for name in ("doctor", "institution", "specialty")]
        found[key(*texts)] += float(row["sessions"])
    return found


def _heads(counts: Mapping[tuple[str, str], int], kind: str, key: tuple[str, ...]) -> int | None:
    """Headcount of a department, and of a hospital the sum of those that have one."""
    if kind == "department":
        return counts.get((key[0], key[1]))
    if kind == "hospital":
        return sum(count for (place, _), count in counts.items() if place == key[0]) or None
    return None


def _floor(roster: RosterView, site: str) -> float | None:
    """Least clinics a month at a site: its own, else that of the settings for townships."""
    row = roster.institutions.get(site, {})
    own = to_float(row.get("min_sessions_per_month"))
    if own is not None:
        return own
    return float(roster.config.sessions.min_sessions_per_month) if to_float(row.get("level")) == 1 else None


def _below(roster: RosterView, counts: list[int], shares: list[float], floor: float | None) -> str | None:
    """Months under the least number; months of which the horizon has a part only are left out."""
    if floor is None:
        return None
    whole = max(shares) * 0.7
    low = [
        roster.month_name(month, short=True)
        for month, count, share in zip(roster.months, counts, shares, strict=True)
        if share >= whole and count < floor
    ]
    return joined(low, roster.lang)


def _name(roster: RosterView, kind: str, key: tuple[str, ...]) -> str:
    if kind == "department":
        return f"{roster.view.name('institutions', key[0])} {key[1]}".strip()
    if kind == "doctor":
        return f"{roster.label('doctors', key[2])} {key[1]}".strip()
    return roster.view.name("specialties" if kind == "specialty" else "institutions", key[0])
