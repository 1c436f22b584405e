"""Posts on offer: what a site asks for, when it may start and what it covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from models.instance import Institution, Post, Specialty
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
    notes: Notes,
) -> dict[Key, Post]:
    """One post per institution and specialty; further rows add their doctors to the first."""
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
        post = _post(row, key, config, calendar, specialties[key[1]], key in locked)
        before = found.get(key)
        if before is not None:
            post = replace(before, doctors=before.doctors + post.doctors)
            notes.add(
                f"岗位 {'/'.join(key)} 有多行，人数相加，其余按第一行",
                f"post {'/'.join(key)} has several rows: doctors are added up, the rest is the first row's",
            )
        found[key] = post
    if found and not config.postings.cohorts and calendar.dated:
        notes.add(
            f"未填 [postings] cohorts：派驻从 {calendar.start} 开始",
            f"no [postings] cohorts: postings start on {calendar.start}",
        )
    return found


def _post(row: Row, key: Key, config: Config, calendar: WorkCalendar, specialty: Specialty, locked: bool) -> Post:
    months = number_or(row, "months", config.postings.months)
    starts = _starts(row, config, calendar)
    return Post(
        institution=key[0],
        specialty=key[1],
        doctors=whole(row, "doctors", 0),
        min_title=max(whole(row, "min_title", 0), specialty.min_title),
        months=months,
        visits_per_month=number_or(row, "visits_per_month", specialty.visits_per_posted_month),
        locked=locked,
        starts=starts,
        cover={start: _cover(calendar, start, add_months(start, months)) for start in starts},
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
