"""Which half-days a doctor could hold a need's clinics in: the columns of the dated roster.

A choice is (site, specialty, doctor, half-day). It is there when the need may be held in that
half-day, the doctor is free in it (all day where the trip is far), the department could spare
somebody, and no lock forbids it: these rules are kept by leaving columns out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from models.roster_instance import Pair, RosterInstance, RosterLock, RosterNeed, Visit

Key = tuple[str, str]
#: Rules of a half-day that may be soft or off.
_PHYSICAL = frozenset({"home_cover_half_day", "room_half_day", "equipment_half_day"})
#: (need, doctor) -> half-days in order.
Choices = dict[tuple[Key, str], list[int]]


@dataclass(frozen=True)
class Used:
    """What clinics of other needs already take: rooms (site, half-day), equipment (site, item, half-day),
    people of a department away (department, half-day), half-days of a doctor in a week and in a quarter,
    half-days in which the doctor is gone, sites visited (doctor, day), and vehicles (hospital, direction,
    day) -> travellers; and what they add to the accounts of departments and hospitals (level, id, kind).
    shared: (hospital, direction) whose vehicles others may fill too: priced by the seat, for a bound."""

    rooms: Mapping[tuple[str, int], int] = field(default_factory=dict)
    equipment: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    away: Mapping[tuple[str, int], int] = field(default_factory=dict)
    travellers: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    accounts: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    shared: frozenset[tuple[str, str]] = frozenset()


def used_by(instance: RosterInstance, visits: Iterable[Visit]) -> Used:
    """What the visits take of what components share. Doctors are never shared between components."""
    rooms: dict[tuple[str, int], int] = defaultdict(int)
    equipment: dict[tuple[str, str, int], int] = defaultdict(int)
    away: dict[tuple[str, int], int] = defaultdict(int)
    travellers: dict[tuple[str, str, int], int] = defaultdict(int)
    gone: set[tuple[str, int]] = set()
    trips: set[tuple[str, str, int]] = set()
    for doctor, site, specialty, half in visits:
        need = instance.needs[site, specialty]
        rooms[site, half] += 1
        for item in need.equipment:
            equipment[site, item, half] += 1
        far = pair_of(need, doctor).far
        for taken in both(half) if far else (half,):
            gone.add((doctor, taken))
        if (doctor, site, half // 2) not in trips:
            trips.add((doctor, site, half // 2))
            travellers[*vehicle_of(instance, doctor, site), half // 2] += 1
    for doctor, half in gone:
        away[instance.doctors[doctor].department, half] += 1
    return Used(rooms, equipment, away, travellers)


def vehicle_of(instance: RosterInstance, doctor: str, site: str) -> tuple[str, str]:
    """(hospital, direction): the doctors who can share a vehicle on a day."""
    return instance.doctors[doctor].institution, instance.sites[site].direction or site


def both(half: int) -> tuple[int, int]:
    """The two half-days of the day."""
    return half - half % 2, half - half % 2 + 1


def pair_of(need: RosterNeed, doctor: str) -> Pair:
    """The need's pair of that doctor; raises KeyError."""
    for pair in need.pairs:
        if pair.doctor == doctor:
            return pair
    raise KeyError(doctor)


def choices(
    instance: RosterInstance, keys: Sequence[Key], used: Used | None = None
) -> dict[tuple[Key, str], list[int]]:
    """(need, doctor) -> half-days in order, beside what is `used` already. Hard locks leave choices out."""
    used = used or Used()
    forbidden = [lock for lock in instance.locks if not lock.must and lock.weight is None]
    found: Choices = {}
    for key in keys:
        need = instance.needs[key]
        allowed = sorted(slots_of(instance, need))
        for pair in need.pairs:
            kept = [half for half in allowed if possible(instance, need, pair, half, used)]
            for lock in forbidden:
                if fits(lock, need, pair.doctor):
                    kept = [half for half in kept if lock.slots and half not in lock.slots]
            if kept:
                found[key, pair.doctor] = kept
    return found


def today_possible(instance: RosterInstance, keys: Sequence[Key]) -> list[tuple[str, str, str, int]]:
    """Today's clinics of some needs that are still possible: (site, specialty, doctor, half-day), sorted."""
    mine = [key for key in keys if key in {(visit[1], visit[2]) for visit in instance.today}]
    found = {which: set(halves) for which, halves in choices(instance, mine).items()} if mine else {}
    return sorted(
        (site, specialty, doctor, half)
        for doctor, site, specialty, half in instance.today
        if half in found.get(((site, specialty), doctor), ())
    )


def slots_of(instance: RosterInstance, need: RosterNeed) -> frozenset[int]:
    """Half-days in which the need may be held; those of all working days where `site_open` is not hard."""
    if instance.state("site_open") == "hard":
        return need.slots & instance.sites[need.site].open
    return frozenset(half for day in instance.working for half in both(2 * day))


def possible(instance: RosterInstance, need: RosterNeed, pair: Pair, half: int, used: Used) -> bool:
    """Whether doctor, department, room and equipment leave the half-day to this visit."""
    doctor, site = instance.doctors[pair.doctor], instance.sites[need.site]
    takes = both(half) if pair.far else (half,)
    if instance.state("doctor_free") == "hard" and any(one not in doctor.free for one in takes):
        return False
    department = instance.departments.get(doctor.department)
    if department is not None and instance.state("home_cover_half_day") == "hard":
        for one in takes:
            limit = department.away.get(one)
            if limit is not None and limit - used.away.get((doctor.department, one), 0) < 1:
                return False
    if instance.state("room_half_day") == "hard" and site.rooms - used.rooms.get((site.id, half), 0) < 1:
        return False
    if site.equipment is not None and instance.state("equipment_half_day") == "hard":
        for item in need.equipment:
            if site.equipment.get(item, 0) - used.equipment.get((site.id, item, half), 0) < 1:
                return False
    return True


def refused_by(
    instance: RosterInstance, need: RosterNeed, pair: Pair, half: int, forbidden: Iterable[RosterLock] = ()
) -> list[str]:
    """The rules that leave a half-day out of the `choices` of a need and doctor beside nobody; [] where none does.

    `whole_day` is the other half of a long trip's day. forbidden: hard locks that forbid.
    """
    doctor, site, found = instance.doctors[pair.doctor], instance.sites[need.site], []
    department, takes = instance.departments.get(doctor.department), both(half) if pair.far else (half,)
    if half not in slots_of(instance, need):
        found.append("site_open")
    if instance.state("doctor_free") == "hard" and any(one not in doctor.free for one in takes):
        found.append("doctor_free" if half not in doctor.free else "whole_day")
    if department is not None and any(department.away.get(one, 1) < 1 for one in takes):
        found.append("home_cover_half_day")
    if site.rooms < 1:
        found.append("room_half_day")
    if site.equipment is not None and any(site.equipment.get(item, 0) < 1 for item in need.equipment):
        found.append("equipment_half_day")
    if any(fits(lock, need, pair.doctor) and (not lock.slots or half in lock.slots) for lock in forbidden):
        found.append("lock_against_lock")
    return [rule for rule in found if rule not in _PHYSICAL or instance.state(rule) == "hard"]


def fits(lock: RosterLock, need: RosterNeed, doctor: str) -> bool:
    """Whether a lock speaks of this need and doctor (blank parts mean any)."""
    return lock.doctor in ("", doctor) and lock.site in ("", need.site) and lock.specialty in ("", need.specialty)


def components(instance: RosterInstance) -> list[tuple[Key, ...]]:
    """Needs that share doctors, in groups; in a fixed order. Groups meet only in rooms, cover and vehicles."""
    parent: dict[Key, Key] = {key: key for key in sorted(instance.needs)}

    def root(key: Key) -> Key:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    first: dict[str, Key] = {}
    for key in sorted(instance.needs):
        for pair in instance.needs[key].pairs:
            if pair.doctor in first:
                parent[root(key)] = root(first[pair.doctor])
            else:
                first[pair.doctor] = key
    groups: dict[Key, list[Key]] = defaultdict(list)
    for key in sorted(instance.needs):
        groups[root(key)].append(key)
    return sorted(tuple(group) for group in groups.values())


def open_weeks(instance: RosterInstance, need: RosterNeed) -> list[int]:
    """Weeks of the horizon in which the need could be held at all, whoever comes."""
    allowed = need.slots & instance.sites[need.site].open
    return sorted({instance.week(half) for half in allowed})


def weekdays(instance: RosterInstance, need: RosterNeed) -> tuple[list[int], dict[int, list[int]]]:
    """(weekdays that can be the fixed one, week -> those of them that are closed in it).

    Only a weekday open in at least half of the open weeks can be the fixed one: else a make-up Saturday
    would make every clinic of the other weeks a free make-up.
    """
    opened: dict[int, set[int]] = defaultdict(set)
    for half in slots_of(instance, need):
        opened[instance.week(half)].add(instance.weekday(half))
    usual = [n for n in range(1, 8) if 2 * sum(n in days for days in opened.values()) >= max(1, len(opened))]
    return usual, {week: [n for n in usual if n not in days] for week, days in opened.items()}


def off_weekday(days: Mapping[int, int], fixed: Sequence[int], closed: Sequence[int]) -> int:
    """Clinics of a week (by weekday) off the fixed weekdays; one for each of these that is closed is a make-up."""
    return max(0, *(n - (day in fixed) - sum(c in fixed for c in closed) for day, n in days.items()))


def gap_windows(instance: RosterInstance, need: RosterNeed) -> list[tuple[int, ...]]:
    """Runs of `gap` open weeks in which one clinic is due; the first ones continue the history.

    After h open weeks without a clinic before the start, one is due within the first gap - h weeks
    (at least in the first one).
    """
    weeks = open_weeks(instance, need)
    runs = [tuple(weeks[at : at + need.gap]) for at in range(len(weeks) - need.gap + 1)]
    if need.history and weeks:
        # whole weeks without a clinic before the start: none when the last one was in the week before
        idle = max(0, ((instance.start - need.history[-1]).days - 1) // 7)
        first = max(1, need.gap - idle)
        if first < need.gap:
            runs.insert(0, tuple(weeks[:first]))
    return runs


def least_windows(instance: RosterInstance, need: RosterNeed) -> list[tuple[tuple[int, ...], int]]:
    """(calendar weeks, most clinics in them); weeks before the start that held clinics count."""
    most, length = need.every
    past: dict[int, int] = defaultdict(int)
    for day in need.history:
        past[(day - instance.start).days // 7] += 1
    found = []
    for first in range(1 - length, instance.weeks - length + 1):
        weeks = range(first, first + length)
        held = sum(past[week] for week in weeks if week < 0)
        inside = tuple(week for week in weeks if week >= 0)
        if first >= 0 or held:
            found.append((inside, max(0, most - held)))
    if instance.weeks < length:
        found.append((tuple(range(instance.weeks)), most))
    return found
