"""From a region's tables and the counts of an allocation to the `RosterInstance` that is dated.

roster_days.py     half-days of doctors, sites and needs, market days, days next to holidays
roster_needs.py    clinics to be dated, who may hold them, and their history
roster_gaps.py     how close together and how far apart they may be
roster_locks.py    locks and today's roster as half-days
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from models.roster_instance import RosterDepartment, RosterDoctor, RosterInstance, RosterSite
from planner.build import roster_days as days
from planner.build.accounts import accounts
from planner.build.roster_locks import locks, today
from planner.build.roster_needs import needs
from planner.build.tables import Notes, number, number_or, round_half_up, rows, text
from planner.calendar import WorkCalendar, closures_by_institution

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from models.instance import Instance
    from planner.config import Config

Tables = Mapping[str, "pd.DataFrame"]


class BuiltRoster(NamedTuple):
    """A roster to be dated, and what was assumed to make it: (zh, en) sentences."""

    instance: RosterInstance
    notes: tuple[tuple[str, str], ...]


def build_roster(
    region: Region, config: Config, calendar: WorkCalendar, instance: Instance, tables: Tables
) -> BuiltRoster:
    """The clinics of an allocation (`tables`: sessions, postings, teleconsultations, visits) to be dated.

    The calendar must have a start date.
    """
    notes = Notes()
    free = days.free(region, calendar, instance, tables)
    absent = days.absent(region, calendar, instance)
    doctors = _doctors(region, config, calendar, instance, tables, free)
    found = needs(region, config, calendar, instance, tables, doctors, notes)
    sites = _sites(region, config, calendar, instance, {site for site, _ in found})
    asked = locks(region, calendar, found, notes)
    built = RosterInstance(
        start=calendar.start,
        weeks=sum(quarter.weeks for quarter in calendar.quarters),
        quarters=days.quarters(calendar),
        working=days.working(calendar),
        doctors=doctors,
        sites=sites,
        needs=found,
        departments=_departments(config, calendar, instance, doctors, absent),
        locks=asked,
        today=today(region, calendar, instance, found, doctors),
        change_limit=config.roster.change_limit,
        site_minutes={pair: m for pair, m in instance.minutes.items() if pair[0] in sites and pair[1] in sites},
        two_sites_minutes=config.roster.two_sites_minutes,
        holiday_adjacent=days.holiday_adjacent(calendar),
        rules=dict(config.rules),
    )
    return BuiltRoster(built, notes.told())


def _doctors(
    region: Region,
    config: Config,
    calendar: WorkCalendar,
    instance: Instance,
    tables: Tables,
    free: Mapping[str, frozenset[int]],
) -> dict[str, RosterDoctor]:
    """Doctors with the half-days they may spend: free time less postings and teleconsultation."""
    posted = days.posted_share(calendar, tables)
    tele: dict[tuple[str, str], float] = defaultdict(float)
    for row in tables["teleconsultations"].to_dict("records") if "teleconsultations" in tables else ():
        tele[str(row["doctor"]), str(row["quarter"])] += float(row["half_days"])
    weekly = {text(row, "id"): number(row, "sessions_per_week") for row in rows(region, "doctors")}
    ledger = accounts(region)
    found = {}
    for code, doctor in sorted(instance.doctors.items()):
        budget = []
        for q, quarter in enumerate(calendar.quarters):
            left = doctor.free[q] * (1.0 - posted.get((code, q), 0.0)) - tele[code, quarter.name]
            budget.append(max(0, math.floor(left + 1e-6)))
        asked = weekly.get(code) or config.sessions.sessions_per_week
        found[code] = RosterDoctor(
            id=code,
            name=doctor.name,
            institution=doctor.institution,
            department=days.department_key(doctor.institution, doctor.department),
            free=free[code],
            budget=tuple(budget),
            week_limit=max(config.roster.week_limit, math.ceil(asked)),
            ledger=ledger.get(code, {}),
        )
    return found


def _sites(
    region: Region, config: Config, calendar: WorkCalendar, instance: Instance, wanted: set[str]
) -> dict[str, RosterSite]:
    closures = closures_by_institution(region.tables.get("closures"))
    market = days.market(region, calendar)
    direction = days.directions(instance, sorted(wanted), config.roster.two_sites_minutes)
    found = {}
    for row in rows(region, "institutions"):
        code = text(row, "id")
        if code not in wanted:
            continue
        opened = days.open_halves(calendar, closures.get(code, ()))
        rooms = max(1, round_half_up(number_or(row, "rooms", 1.0)))
        site = instance.sites[code]
        mornings = frozenset(half for half in market.get(code, ()) if half in opened)
        name = text(row, "name") or code
        found[code] = RosterSite(code, name, opened, rooms, site.equipment, mornings, direction[code])
    return found


def _departments(
    config: Config,
    calendar: WorkCalendar,
    instance: Instance,
    doctors: Mapping[str, RosterDoctor],
    absent: Mapping[str, frozenset[int]],
) -> dict[str, RosterDepartment]:
    """How many of each department may be away in each half-day; posted doctors have a limit of their own."""
    members: dict[str, set[str]] = defaultdict(set)
    for doctor in doctors.values():
        members[doctor.department].add(doctor.id)
    found = {}
    for (place, name), department in sorted(instance.departments.items()):
        key = days.department_key(place, name)
        share = math.floor(config.roster.present_share * department.headcount + 1e-9)
        least = department.min_present if department.min_present is not None else max(2, share)
        if department.headcount < config.sessions.cover_min_headcount:
            least = department.headcount
        away = {}
        for half in range(14 * sum(quarter.weeks for quarter in calendar.quarters)):
            off = sum(half in absent.get(doctor, ()) for doctor in members[key])
            away[half] = max(0, department.headcount - off - least)
        found[key] = RosterDepartment(key, frozenset(members[key]), away)
    return found
