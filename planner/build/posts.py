"""Posts on offer: what a site asks for, when it may start, what it covers, and when it is handed over.

A handover is the last `[postings] overlap_days` working days of a posting: the newcomer comes that
much before the leaver goes, so that the leaver's agreed end holds and nobody stays longer than he
was asked to; the newcomer's months begin with the handover. Who cannot come early (his department
spares one at a time, or his own posting ends then) may come on the day after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from models.instance import CurrentPosting, Institution, Post, Specialty
from planner.build.tables import Notes, Row, day, number_or, rows, text, whole, yes
from planner.calendar import WorkCalendar, add_months

if TYPE_CHECKING:
    from geodata.region import Region
    from planner.config import Config

Key = tuple[str, str]


def posts(
    region: Region,
    config: Config,
    calendar: WorkCalendar,
    specialties: Mapping[str, Specialty],
    places: Mapping[str, Institution],
    running: tuple[CurrentPosting, ...],
    notes: Notes,
) -> dict[Key, Post]:
    """One post per institution and specialty; further rows add their doctors to the first.

    running: today's postings with their handovers (`with_handovers`).
    """
    locked = {
        (text(row, "institution"), text(row, "specialty"))
        for row in rows(region, "locks")
        if text(row, "kind") == "posting" and yes(row, "must", True) and not text(row, "doctor")
    }
    found: dict[Key, Post] = {}
    for row in rows(region, "posts"):
        key = (text(row, "institution"), text(row, "specialty"))
        if key[0] not in places:
            continue
        held = [one for one in running if (one.institution, one.specialty) == key and one.handover]
        ends = tuple(day_ for one in held if one.handover for day_ in (one.handover, one.end + timedelta(days=1)))
        post = _post(row, key, config, calendar, specialties[key[1]], key in locked, ends)
        before = found.get(key)
        if before is not None:
            post = replace(before, doctors=before.doctors + post.doctors)
            notes.tell("post_rows", post="/".join(key))
        found[key] = post
    if found and not config.postings.cohorts and calendar.dated:
        notes.tell("no_cohorts", start=calendar.start.isoformat())
    return found


def with_handovers(
    running: tuple[CurrentPosting, ...], config: Config, calendar: WorkCalendar
) -> tuple[CurrentPosting, ...]:
    """Today's postings, each with the first day of its handover where it ends within the horizon."""
    return tuple(replace(one, handover=_handover(one.end, config, calendar)) for one in running)


def _handover(last: date, config: Config, calendar: WorkCalendar) -> date | None:
    """First day of the handover of a posting with this last day; None where no day of the horizon is left after it."""
    within = calendar.dated and calendar.start <= last < calendar.end - timedelta(days=1)
    return calendar.handover(last, config.postings.overlap_days) if config.postings.relief and within else None


def _reliefs(
    starts: tuple[date, ...], months: float, ends: tuple[date, ...], config: Config, calendar: WorkCalendar
) -> tuple[dict[date, date], tuple[date, ...]]:
    """(start -> first day of its handover, days of reliefs that are further starts).

    ends: first day of the handover and day after the end of those who are there. A relief may itself
    be relieved within a long horizon, and so on.
    """
    handovers: dict[date, date] = {}
    open_, known = [*starts, *ends], set[date]()
    while open_:
        start = open_.pop()
        if start in known:
            continue
        known.add(start)
        after = add_months(start, months)
        day = _handover(after - timedelta(days=1), config, calendar)
        if day is not None and day > start:
            handovers[start] = day
            open_ += [day, after]
    return dict(sorted(handovers.items())), tuple(sorted(known - set(starts)))


def _post(
    row: Row,
    key: Key,
    config: Config,
    calendar: WorkCalendar,
    specialty: Specialty,
    locked: bool,
    ends: tuple[date, ...],
) -> Post:
    months = number_or(row, "months", config.postings.months)
    starts = _starts(row, config, calendar)
    handovers, reliefs = _reliefs(starts, months, ends, config, calendar)
    if calendar.dated and day(row, "start") is not None:
        # Who gives a post its own date has settled when it changes hands.
        handovers, reliefs = {one: handovers[one] for one in starts if one in handovers}, ()
    return Post(
        institution=key[0],
        specialty=key[1],
        doctors=whole(row, "doctors", 0),
        min_title=max(whole(row, "min_title", 0), specialty.min_title),
        months=months,
        visits_per_month=number_or(row, "visits_per_month", specialty.visits_per_posted_month),
        locked=locked,
        starts=tuple(sorted({*starts, *reliefs})),
        cover={start: _cover(calendar, start, add_months(start, months)) for start in sorted({*starts, *reliefs})},
        handover=handovers,
        relief_starts=reliefs,
    )


def _starts(row: Row, config: Config, calendar: WorkCalendar) -> tuple[date, ...]:
    """The post's own start, else the cohorts; a typical quarter knows only its first day."""
    if not calendar.dated:
        return (calendar.start,)
    given = day(row, "start")
    if given is not None:
        return (given,)
    return tuple(sorted(set(config.postings.cohorts))) or (calendar.start,)


def _cover(calendar: WorkCalendar, start: date, end: date) -> tuple[float, ...]:
    return tuple(calendar.cover(q, start, end) for q in range(len(calendar.quarters)))
