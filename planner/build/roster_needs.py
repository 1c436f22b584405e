"""Clinics that the allocation counted, as needs to be dated: who may hold them, when, how far apart."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from models.instance import FREQUENCIES
from models.roster_instance import Pair, RosterDoctor, RosterNeed
from planner.build.roster_days import fixed_dates, number_of, open_halves
from planner.build.roster_gaps import gaps, pinned_dates
from planner.build.tables import Notes, number, rows, text
from planner.calendar import HALVES, WorkCalendar, closures_by_institution

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from models.instance import Instance
    from planner.config import Config

Key = tuple[str, str]
Tables = Mapping[str, "pd.DataFrame"]
#: Weeks before the start whose clinics are the history of gaps.
HISTORY_WEEKS = 9


def needs(
    region: Region,
    config: Config,
    calendar: WorkCalendar,
    instance: Instance,
    tables: Tables,
    doctors: Mapping[str, RosterDoctor],
    notes: Notes,
) -> dict[Key, RosterNeed]:
    """The needs by (institution, specialty)."""
    held = {key: n for key, n in _counts(calendar, tables).items() if key[0] in doctors and key[1] in instance.sites}
    asked = {(text(row, "institution"), text(row, "specialty")): row for row in rows(region, "needs")}
    closures = closures_by_institution(region.tables.get("closures"))
    history, kept = _history(region, calendar, instance), _kept(instance, tables)
    spare, pinned = _spare(config, calendar, instance, doctors, held), pinned_dates(region, calendar)
    found: dict[Key, RosterNeed] = {}
    crowded = []
    for key in sorted({(site, specialty) for _, site, specialty in held}):
        mine = {doctor: counts for (doctor, *place), counts in held.items() if tuple(place) == key}
        count = tuple(sum(counts[q] for counts in mine.values()) for q in range(len(calendar.quarters)))
        row = asked.get(key, {})
        frequency = _frequency(instance, key, count)
        opened = open_halves(calendar, closures.get(key[0], ()))
        every, gap = gaps(row, frequency, (pinned.get(key, ()), history.get(key, ())), calendar)
        weeks = len({half // 14 for half in opened})
        most = math.ceil(sum(count) * every[1] / max(1, weeks))
        if most > every[0]:
            crowded.append("/".join(key))
            every = (most, every[1])
        found[key] = RosterNeed(
            site=key[0],
            specialty=key[1],
            frequency=frequency,
            count=count,
            weight=_weight(calendar, instance, key, kept.get(key, 0.0), count),
            pairs=_pairs(config, instance, key, mine, doctors, spare),
            equipment=instance.specialties[key[1]].equipment,
            slots=asked_slots(row, calendar, opened),
            every=every,
            gap=gap,
            history=tuple(sorted(history.get(key, ()))),
        )
    notes.some(crowded, "crowded")
    return found


def _counts(calendar: WorkCalendar, tables: Tables) -> dict[tuple[str, str, str], list[int]]:
    """(doctor, institution, specialty) -> clinics per quarter."""
    at = {quarter.name: q for q, quarter in enumerate(calendar.quarters)}
    found: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * len(at))
    for row in tables["sessions"].to_dict("records"):
        key = (str(row["doctor"]), str(row["institution"]), str(row["specialty"]))
        found[key][at[str(row["quarter"])]] += round(float(row["sessions"]))
    return {key: counts for key, counts in sorted(found.items()) if sum(counts)}


def _frequency(instance: Instance, key: Key, count: tuple[int, ...]) -> str:
    """The greatest frequency whose least count the busiest quarter reaches."""
    site, q = instance.sites[key[0]], max(range(len(count)), key=lambda one: count[one])
    reached = [f for f in FREQUENCIES if site.counts_low[f][q] <= count[q]]
    return reached[-1] if reached else FREQUENCIES[0]


def asked_slots(row: Mapping[str, Any], calendar: WorkCalendar, opened: frozenset[int]) -> frozenset[int]:
    """Half-days in which the site asked for the clinic; where its own day is closed, any day of that week."""
    row = dict(row)
    weekday, nth = number(row, "weekday"), number(row, "week_of_month")
    halves = {0 if half == "am" else 1 for half in HALVES.get(text(row, "slot"), HALVES["day"])}
    kept = {half for half in opened if half % 2 in halves}
    if weekday is None and nth is None:
        return frozenset(kept)

    def wished(half: int) -> bool:
        on = calendar.start + timedelta(days=half // 2)
        return (weekday is None or on.isoweekday() == weekday) and (nth is None or (on.day - 1) // 7 + 1 == nth)

    last = max(opened, default=-1)
    due = {half // 14 for half in range(last + 1) if wished(half)}
    met = {half // 14 for half in kept if wished(half)}
    return frozenset(half for half in kept if wished(half) or half // 14 in due - met)


def _pairs(
    config: Config,
    instance: Instance,
    key: Key,
    mine: Mapping[str, list[int]],
    doctors: Mapping[str, RosterDoctor],
    spare: dict[str, float],
) -> tuple[Pair, ...]:
    """Those whom the allocation named, the one with most clinics as main doctor, then stand-ins."""
    limit = config.sessions.half_day_minutes
    main = max(sorted(mine), key=lambda doctor: sum(mine[doctor]))
    found = [
        Pair(doctor, tuple(mine[doctor]), doctor == main, _minutes(instance, doctor, key) > limit,
             _minutes(instance, doctor, key))
        for doctor in sorted(mine)
    ]  # fmt: skip
    none = (0,) * len(next(iter(mine.values())))
    for doctor in _stand_ins(config, instance, key, set(mine), spare):
        minutes = _minutes(instance, doctor, key)
        found.append(Pair(doctor, none, False, minutes > limit, minutes))
    return tuple(found)


def _minutes(instance: Instance, doctor: str, key: Key) -> float:
    return instance.doctors[doctor].minutes.get(key[0], float("inf"))


def _stand_ins(config: Config, instance: Instance, key: Key, named: set[str], spare: dict[str, float]) -> list[str]:
    """Qualified doctors in reach with half-days left: of the main doctors' hospitals first, then nearest."""
    site, specialty = key
    title = instance.specialties[specialty].min_title
    homes = {instance.doctors[doctor].institution for doctor in named}
    able = []
    for code, doctor in instance.doctors.items():
        minutes = _minutes(instance, code, key)
        reach = min(config.sessions.max_minutes, doctor.max_minutes)
        if code in named or doctor.specialties != (specialty,) or doctor.title < title or minutes > reach:
            continue
        if doctor.institution == site or not instance.same_group(doctor.institution, site) or spare.get(code, 0.0) < 2:
            continue
        able.append((doctor.institution not in homes, minutes, code))
    return [code for _, _, code in sorted(able)[: config.roster.stand_ins]]


def _spare(
    config: Config,
    calendar: WorkCalendar,
    instance: Instance,
    doctors: Mapping[str, RosterDoctor],
    held: Mapping[tuple[str, str, str], list[int]],
) -> dict[str, float]:
    """Half-days that the allocation leaves to each doctor over the horizon."""
    left = {code: float(sum(doctor.budget)) for code, doctor in doctors.items()}
    for (doctor, site, _), counts in held.items():
        far = _minutes(instance, doctor, (site, "")) > config.sessions.half_day_minutes
        left[doctor] = left.get(doctor, 0.0) - sum(counts) * (2 if far else 1)
    return left


def _kept(instance: Instance, tables: Tables) -> dict[Key, float]:
    """Visits a month that clinics keep local, summed over the quarters."""
    found: dict[Key, float] = defaultdict(float)
    for row in tables["visits"].to_dict("records") if "visits" in tables else ():
        found[str(row["institution"]), str(row["specialty"])] += float(row["sessions"])
    return found


def _weight(calendar: WorkCalendar, instance: Instance, key: Key, visits: float, count: tuple[int, ...]) -> float:
    """Visits that one clinic keeps local times the need's priority: a whole number, at least one."""
    months = calendar.quarters[0].months
    priority = instance.needs[key].priority if key in instance.needs else 1.0
    return float(max(1, round(visits * months * priority / max(1, sum(count)))))


def _history(region: Region, calendar: WorkCalendar, instance: Instance) -> dict[Key, set[date]]:
    """Dates of clinics in the weeks before the start: dated rows, and weekly rows carried back."""
    own = {text(row, "id"): text(row, "specialty") for row in rows(region, "doctors")}
    first = calendar.start - timedelta(weeks=HISTORY_WEEKS)
    before = [first + timedelta(days=n) for n in range(7 * HISTORY_WEEKS)]
    found: dict[Key, set[date]] = defaultdict(set)
    for row in rows(region, "roster"):
        doctor, site = text(row, "doctor"), text(row, "institution")
        if doctor not in instance.doctors:
            continue
        specialty = text(row, "specialty") or own[doctor]
        found[site, specialty] |= {on for on in fixed_dates(row, before) if _worked(calendar, on)}
    return found


def _worked(calendar: WorkCalendar, on: date) -> bool:
    try:
        return calendar.is_working(on)
    except ValueError:
        return on.isoweekday() in calendar.settings.open_weekdays


def half_days_of(calendar: WorkCalendar, on: date, slot: str) -> list[int]:
    """Numbers of the half-days of a date and slot (`am`, `pm`, `day`)."""
    return [number_of(calendar, on, half) for half in sorted(HALVES.get(slot, HALVES["day"]))]
