"""Locks on sessions and today's roster, as half-days of the horizon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from models.roster_instance import RosterDoctor, RosterLock, RosterNeed, Visit
from planner.build.roster_days import fixed_dates
from planner.build.roster_needs import half_days_of
from planner.build.tables import Notes, Row, day, labels, lock_name, number, rows, text, yes
from planner.calendar import WorkCalendar

if TYPE_CHECKING:
    from geodata.region import Region
    from models.instance import Instance


def locks(
    region: Region, calendar: WorkCalendar, needs: Mapping[tuple[str, str], RosterNeed], notes: Notes
) -> tuple[RosterLock, ...]:
    """The `session` locks of the table. A wish for a weekday also forbids the other half-days of the same clinic."""
    found: list[RosterLock] = []
    unheld = []
    for label, row in zip(labels(region, "locks"), rows(region, "locks"), strict=True):
        if text(row, "kind") != "session":
            continue
        name, slots = lock_name(label), slots_of_lock(row, calendar)
        if slots is None:
            continue
        lock = RosterLock(
            label=name,
            must=yes(row, "must", True),
            doctor=text(row, "doctor"),
            site=text(row, "institution"),
            specialty=text(row, "specialty"),
            slots=slots,
            weight=number(row, "weight"),
            reason=text(row, "reason"),
        )
        if lock.must and not _speaks(lock, needs):
            unheld.append(name)
            continue
        found.append(lock)
        if lock.must and day(row, "date") is None and number(row, "weekday") is not None:
            others = frozenset(range(14 * _weeks(calendar))) - slots
            found.append(RosterLock(
                f"{name} (other days)", False, lock.doctor, lock.site, lock.specialty, others, lock.weight, lock.reason
            ))  # fmt: skip
    notes.some(unheld, "locks_unheld")
    return tuple(found)


def _speaks(lock: RosterLock, needs: Mapping[tuple[str, str], RosterNeed]) -> bool:
    return any(
        lock.site in ("", site)
        and lock.specialty in ("", specialty)
        and (not lock.doctor or any(pair.doctor == lock.doctor for pair in need.pairs))
        for (site, specialty), need in needs.items()
    )


def _weeks(calendar: WorkCalendar) -> int:
    return sum(quarter.weeks for quarter in calendar.quarters)


def slots_of_lock(row: Row, calendar: WorkCalendar) -> frozenset[int] | None:
    """Half-days that a lock speaks of; empty for any, None where all of them are beyond the horizon."""
    dates = [calendar.start + timedelta(days=n) for n in range(7 * _weeks(calendar))]
    timed = day(row, "date") is not None or number(row, "weekday") is not None
    first = day(row, "start")
    chosen = fixed_dates(row, dates) if timed else dates
    if not timed and first is None and text(row, "slot") in ("", "day"):
        return frozenset()
    kept = [on for on in chosen if first is None or on >= first]
    return frozenset(half for on in kept for half in half_days_of(calendar, on, text(row, "slot"))) or None


def today(
    region: Region,
    calendar: WorkCalendar,
    instance: Instance,
    needs: Mapping[tuple[str, str], RosterNeed],
    doctors: Mapping[str, RosterDoctor],
) -> frozenset[Visit]:
    """Today's roster on the working days of the horizon, weekly rows and dated ones.

    A specialty has one clinic a day at a site: of a whole day, and of two half-days of one doctor, the
    first that is still possible stands for both.
    """
    own = {text(row, "id"): text(row, "specialty") for row in rows(region, "doctors")}
    dates = [one for q in range(len(calendar.quarters)) for one in calendar.working_days(q)]
    found: dict[tuple[str, str, str, int], set[int]] = defaultdict(set)
    for row in rows(region, "roster"):
        doctor, site = text(row, "doctor"), text(row, "institution")
        if doctor not in instance.doctors or instance.doctors[doctor].institution == site:
            continue
        specialty = text(row, "specialty") or own[doctor]
        for on in fixed_dates(row, dates):
            for half in half_days_of(calendar, on, text(row, "slot")):
                found[doctor, site, specialty, half // 2].add(half)
    visits: set[Visit] = set()
    for (doctor, site, specialty, _), halves in found.items():
        need = needs.get((site, specialty))
        able = halves & doctors[doctor].free & need.slots if need is not None else set()
        visits.add((doctor, site, specialty, min(able or halves)))
    return frozenset(visits)


def date_of(calendar: WorkCalendar, half: int) -> date:
    """The date of a half-day."""
    return calendar.start + timedelta(days=half // 2)
