"""A doctor's free half-days: open half-days at home, less duties, absences and slack."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from planner.build.tables import Notes, Row, day, number, number_or, rows, text
from planner.calendar import HALVES, Closure, WorkCalendar, closures_by_institution, week_fits

if TYPE_CHECKING:
    from geodata.region import Region
    from planner.config import Config

HalfDay = tuple[date, str]
_NIGHT = timedelta(days=1)


def free_half_days(
    region: Region, config: Config, calendar: WorkCalendar, table: list[Row], notes: Notes
) -> dict[str, tuple[float, ...]]:
    """By doctor, half-days per quarter that may go to clinics and teleconsultation.

    free = floor((1 - slack_share) x min(sessions_per_week x weeks, open half-days outside duties
    and absences)). A half-day that is both on duty and absent is lost once.
    """
    duties, absences = _by_doctor(region, "duties"), _by_doctor(region, "absences")
    closures = closures_by_institution(region.tables.get("closures"))
    keep = 1 - config.sessions.slack_share
    found: dict[str, tuple[float, ...]] = {}
    for row in table:
        code, shut = text(row, "id"), closures.get(text(row, "institution"), ())
        weekly = number_or(row, "sessions_per_week", config.sessions.sessions_per_week)
        free = []
        for q, quarter in enumerate(calendar.quarters):
            spare = _outside(calendar, q, shut, duties.get(code, ()), absences.get(code, ()))
            free.append(float(math.floor(keep * min(weekly * quarter.weeks, spare) + 1e-9)))
        found[code] = tuple(free)
    if absences and not calendar.dated:
        notes.tell("no_start")
    return found


def _outside(
    calendar: WorkCalendar, quarter: int, shut: tuple[Closure, ...], duties: Iterable[Row], absences: Iterable[Row]
) -> int:
    """Open half-days of a quarter that are neither on duty nor absent."""
    if not duties and not absences:
        return calendar.site_quarter(quarter, shut).half_days
    opened = calendar.open_halves(quarter, shut)
    spare = {(date_, half) for date_, halves in opened.items() for half in halves}
    for duty in duties:
        spare -= set(duty_halves(duty, opened))
    for absence in absences:
        spare -= set(absent_halves(absence, opened))
    return len(spare)


def duty_halves(duty: Row, opened: Mapping[date, frozenset[str]]) -> Iterable[HalfDay]:
    """Half-days that a duty takes; a night takes the next morning."""
    slot, weeks = text(duty, "slot"), text(duty, "weeks")
    fixed, weekday = day(duty, "date"), number(duty, "weekday")
    for open_date in opened:
        # a night duty is the evening before the open date, whether that day was open or not
        on = open_date - _NIGHT if slot == "night" else open_date
        if fixed is not None:
            wanted = on == fixed
        else:
            wanted = on.isoweekday() == weekday and week_fits(on, weeks)
        if wanted:
            for half in ("am",) if slot == "night" else HALVES.get(slot, HALVES["day"]):
                yield open_date, half


def absent_halves(absence: Row, opened: Mapping[date, frozenset[str]]) -> Iterable[HalfDay]:
    """Half-days of an absence, both ends included; no end means one day."""
    start = day(absence, "start")
    if start is None:
        return
    end = day(absence, "end") or start
    halves = HALVES.get(text(absence, "slot"), HALVES["day"])
    for open_date in opened:
        if start <= open_date <= end:
            for half in halves:
                yield open_date, half


def _by_doctor(region: Region, table: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows(region, table):
        found[text(row, "doctor")].append(row)
    return dict(found)
