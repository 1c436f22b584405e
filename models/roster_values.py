"""A finished roster priced without any model: the aims by their definitions, locks, clinics in conflict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from models.roster_choices import (
    Key,
    Used,
    both,
    fits,
    gap_windows,
    off_weekday,
    open_weeks,
    pair_of,
    refused_by,
    slots_of,
    today_possible,
    vehicle_of,
    weekdays,
)
from models.roster_fair import fair_value
from models.roster_instance import RosterInstance, RosterLock, Visit
from models.roster_model import BROKEN, OFF_WEEKDAY, SEATS, TAKEN_OVER, VEHICLE_MINUTES


def values_of(instance: RosterInstance, visits: Iterable[Visit]) -> dict[str, float]:
    """Every aim but `roster_promises` (its shortfalls are known to the models alone)."""
    visits = list(visits)
    return values_apart(instance, visits) | values_together(instance, visits)


def values_together(instance: RosterInstance, visits: Iterable[Visit]) -> dict[str, float]:
    """Aims that are not sums over components: accounts of groups, and vehicles."""
    visits = list(visits)
    return {"roster_fair": fair_value(instance, visits), "roster_travel": _travel(instance, visits)}


def values_apart(instance: RosterInstance, visits: Iterable[Visit]) -> dict[str, float]:
    """Aims that are sums over components."""
    visits = list(visits)
    by_need: dict[Key, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_need[visit[1], visit[2]].append(visit)
    found = {"roster_unheld": 0.0, "roster_windows": 0.0, "roster_regular": 0.0, "roster_market": 0.0}
    for key in sorted(instance.needs):
        mine = by_need[key]
        held = Counter(instance.quarter(visit[3]) for visit in mine)
        need = instance.needs[key]
        found["roster_unheld"] += need.weight * sum(n - held[q] for q, n in enumerate(need.count))
        weeks = {instance.week(visit[3]) for visit in mine}
        found["roster_windows"] += sum(not weeks & set(run) for run in gap_windows(instance, need))
        found["roster_regular"] += _irregular(instance, key, mine)
        market = instance.sites[need.site].market
        found["roster_market"] += sum((v[3] not in market) if market else v[3] % 2 for v in mine)
    found["roster_change"] = float(len(moved_of(instance, visits)))
    return found


def _irregular(instance: RosterInstance, key: Key, mine: Sequence[Visit]) -> float:
    """Points of visits taken over, and of those off the best fixed weekday that are no make-ups."""
    need = instance.needs[key]
    by = Counter((visit[0], instance.quarter(visit[3])) for visit in mine)
    points = TAKEN_OVER * sum(max(0, n - pair_of(need, doctor).count[q]) for (doctor, q), n in by.items())
    usual, closed = weekdays(instance, need)
    weeks: dict[int, Counter[int]] = defaultdict(Counter)
    for visit in mine:
        weeks[instance.week(visit[3])][instance.weekday(visit[3])] += 1
    listed = [week for week in open_weeks(instance, need) if week in weeks]
    most = min(2 if need.frequency == "twice_weekly" else 1, len(usual))
    off = min(
        sum(off_weekday(weeks[week], fixed, closed[week]) for week in listed) for fixed in combinations(usual, most)
    )
    return points + OFF_WEEKDAY * off


def _travel(instance: RosterInstance, visits: Iterable[Visit]) -> float:
    """Minutes out and back of each doctor's day at a site, and the vehicles of each direction."""
    minutes = {(p.doctor, site): p.minutes for (site, _), need in instance.needs.items() for p in need.pairs}
    trips = sorted({(doctor, site, half // 2) for doctor, site, _, half in visits})
    riders = Counter((*vehicle_of(instance, doctor, site), day) for doctor, site, day in trips)
    vehicles = sum(-(-n // SEATS) for n in riders.values())
    return sum(2.0 * minutes[doctor, site] for doctor, site, _ in trips) + VEHICLE_MINUTES * vehicles


def moved_of(instance: RosterInstance, visits: Iterable[Visit]) -> list[Visit]:
    """Today's clinics, still possible, that the roster does not have."""
    kept = set(visits)
    possible = today_possible(instance, sorted(instance.needs))
    return sorted(
        (doctor, site, specialty, half)
        for site, specialty, doctor, half in possible
        if (doctor, site, specialty, half) not in kept
    )


def in_conflict(instance: RosterInstance, visits: Iterable[Visit], used: Used) -> list[Visit]:
    """Those of one component's visits for which others' left no room, equipment or person to spare."""
    rooms: Counter[tuple[str, int]] = Counter(used.rooms)
    tools: Counter[tuple[str, str, int]] = Counter(used.equipment)
    away: Counter[tuple[str, int]] = Counter(used.away)
    gone: set[tuple[str, int]] = set()
    found = []
    for doctor, site, specialty, half in sorted(visits):
        need, home, place = instance.needs[site, specialty], instance.doctors[doctor].department, instance.sites[site]
        takes = [one for one in (both(half) if pair_of(need, doctor).far else (half,)) if (doctor, one) not in gone]
        full = instance.state("room_half_day") == "hard" and rooms[site, half] >= place.rooms
        if place.equipment is not None and instance.state("equipment_half_day") == "hard":
            full |= any(tools[site, item, half] >= place.equipment.get(item, 0) for item in need.equipment)
        department = instance.departments.get(home)
        if department is not None and instance.state("home_cover_half_day") == "hard":
            limits = ((one, department.away.get(one)) for one in takes)
            full |= any(limit is not None and away[home, one] >= limit for one, limit in limits)
        if full:
            found.append((doctor, site, specialty, half))
            continue
        rooms[site, half] += 1
        for item in need.equipment:
            tools[site, item, half] += 1
        for one in takes:
            gone.add((doctor, one))
            away[home, one] += 1
    return found


@dataclass(frozen=True)
class Broken:
    """A lock that the roster does not keep, and why: one of WHY."""

    label: str
    why: str

    @property
    def rule(self) -> str:
        """The rule in the way."""
        return "lock" if self.why == "lock_against_lock" else self.why


def broken_of(instance: RosterInstance, visits: Iterable[Visit]) -> list[Broken]:
    """Locks that are not kept: asked for and not held, or forbidden (softly) and held."""
    visits, found = list(visits), []
    for lock in instance.locks:
        held = any(
            fits(lock, instance.needs[site, specialty], doctor) and (not lock.slots or half in lock.slots)
            for doctor, site, specialty, half in visits
        )
        if held != lock.must:
            why = _in_the_way(instance, lock) if lock.must else "search"
            found.append(Broken(lock.label, why))
    return found


def promises_of(instance: RosterInstance, visits: Iterable[Visit]) -> float:
    """The points of `roster_promises` that locks and the change limit cost; other rules are taken as kept."""
    visits, total = list(visits), 0.0
    limit, state = instance.change_limit, instance.state("change_limit")
    if limit is not None and state != "off":
        setting = instance.rules.get("change_limit")
        price = BROKEN if state == "hard" or setting is None else setting.weight
        total += price * max(0, len(moved_of(instance, visits)) - limit)
    for lock in instance.locks:
        held = sum(
            fits(lock, instance.needs[site, specialty], doctor) and (not lock.slots or half in lock.slots)
            for doctor, site, specialty, half in visits
        )
        if lock.must and not held:
            known = any(fits(lock, need, pair.doctor) for need in instance.needs.values() for pair in need.pairs)
            total += known * (BROKEN if lock.weight is None else lock.weight)
        elif not lock.must and lock.weight is not None:
            total += lock.weight * held
    return total


#: Filters in the order in which they are told.
FILTERS = (
    "site_open", "doctor_free", "whole_day", "home_cover_half_day", "room_half_day", "equipment_half_day",
    "lock_against_lock",
)  # fmt: skip
#: Why a lock is not kept: at odds with rules or locks, no such clinic allocated, dearer than without, or a filter.
WHY = ("lock", "roster_count", "search", *FILTERS)


def _in_the_way(instance: RosterInstance, lock: RosterLock) -> str:
    """Why nothing that the lock asks for is held: no such clinic, what took its half-days, or other rules.

    Of the filters, the one that alone takes most half-days; where each half-day has several, the one in most.
    """
    asked = [(need, p) for need in instance.needs.values() for p in need.pairs if fits(lock, need, p.doctor)]
    if not any(sum(need.count) for need, _ in asked):
        return "roster_count"
    forbidden = [other for other in instance.locks if not other.must and other.weight is None]
    alone, every = Counter[str](), Counter[str]()
    for need, pair in asked:
        for half in sorted(lock.slots or slots_of(instance, need)):
            rules = refused_by(instance, need, pair, half, forbidden)
            if not rules:
                return "lock"
            alone.update(rules if len(rules) == 1 else ())
            every.update(rules)
    counts = alone or every
    return max(counts, key=lambda rule: (counts[rule], -FILTERS.index(rule)), default="site_open")
