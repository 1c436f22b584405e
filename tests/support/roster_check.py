"""A dated roster checked and priced by the definitions alone: no model, no code of the models' but the data classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from math import ceil
from typing import Any

from models.roster_instance import Pair, RosterInstance, RosterLock, RosterNeed, Visit

KINDS = ("far", "fridays", "holiday_adjacent")


def pair_of(instance: RosterInstance, visit: Visit) -> Pair:
    need = instance.needs[visit[1], visit[2]]
    return next(pair for pair in need.pairs if pair.doctor == visit[0])


def taken(instance: RosterInstance, visit: Visit) -> tuple[int, ...]:
    """Half-days that a clinic takes from its doctor."""
    day = visit[3] // 2
    return (2 * day, 2 * day + 1) if pair_of(instance, visit).far else (visit[3],)


def speaks(lock: RosterLock, visit: Visit) -> bool:
    doctor, site, specialty, half = visit
    named = lock.doctor in ("", doctor) and lock.site in ("", site) and lock.specialty in ("", specialty)
    return named and (not lock.slots or half in lock.slots)


def breaches(instance: RosterInstance, visits: Iterable[Visit]) -> list[str]:
    """Every hard rule that the roster breaks, as sentences. Locks asked for and the change limit are `promises`."""
    visits = sorted(visits)
    found = [f"twice: {visit}" for visit, n in Counter(visits).items() if n > 1]
    away, weekly, spent, rooms, tools = (Counter[Any]() for _ in range(5))
    days: dict[tuple[str, int], set[str]] = defaultdict(set)
    by_need: dict[tuple[str, str], list[int]] = defaultdict(list)
    for visit in visits:
        doctor, site, specialty, half = visit
        need, who, place = instance.needs[site, specialty], instance.doctors[doctor], instance.sites[site]
        if half not in need.slots or half not in place.open:
            found.append(f"site_open: {visit}")
        if any(one not in who.free for one in taken(instance, visit)):
            found.append(f"doctor_free: {visit}")
        if any(not lock.must and lock.weight is None and speaks(lock, visit) for lock in instance.locks):
            found.append(f"lock: {visit}")
        rooms[site, half] += 1
        for item in need.equipment:
            tools[site, item, half] += 1
        days[doctor, half // 2].add(site)
        by_need[site, specialty].append(half)
    # who is where: a far trip of a day is one, however many clinics it has
    where: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    for visit in visits:
        far = pair_of(instance, visit).far
        for one in taken(instance, visit):
            entry = (visit[1], "" if far else visit[2])
            if not far or entry not in where[visit[0], one]:
                where[visit[0], one].append(entry)
    for (doctor, half), places in where.items():
        if len(places) > 1:
            found.append(f"one_place: {doctor} {half}")
        away[instance.doctors[doctor].department, half] += 1
        weekly[doctor, half // 14] += 1
        spent[doctor, instance.quarter(half)] += 1
    for (doctor, site, half), n in Counter((v[0], v[1], v[3]) for v in visits).items():
        if n > 1:
            found.append(f"whole_day: {doctor} {site} {half}")
    for (doctor, day), places_of_day in days.items():
        for a, b in combinations(sorted(places_of_day), 2):
            minutes = min(instance.site_minutes.get(p, 1e9) for p in ((a, b), (b, a)))
            if minutes > instance.two_sites_minutes:
                found.append(f"two_sites: {doctor} {day} {a} {b}")
    found += [f"week_limit: {key}" for key, n in weekly.items() if n > instance.doctors[key[0]].week_limit]
    found += [f"roster_time: {key}" for key, n in spent.items() if n > instance.doctors[key[0]].budget[key[1]]]
    found += [f"room_half_day: {key}" for key, n in rooms.items() if n > instance.sites[key[0]].rooms]
    for (site, item, half), n in tools.items():
        stock = instance.sites[site].equipment
        if stock is not None and n > stock.get(item, 0):
            found.append(f"equipment_half_day: {site} {item} {half}")
    for (home, half), n in away.items():
        limit = instance.departments[home].away.get(half) if home in instance.departments else None
        if limit is not None and n > max(0, limit):
            found.append(f"home_cover_half_day: {home} {half}")
    for key, held in by_need.items():
        found += _crowded(instance, instance.needs[key], held)
    return found


def _crowded(instance: RosterInstance, need: RosterNeed, held: list[int]) -> list[str]:
    most, length = need.every
    days = [half // 2 for half in held]
    found = [f"least_gap: {need.key} twice on day {day}" for day, n in Counter(days).items() if n > 1]
    weeks = [day // 7 for day in days] + [(day - instance.start).days // 7 for day in need.history]
    for first in range(min(weeks), max(weeks) + 1):
        mine = [week for week in weeks if first <= week < first + length]
        before = sum(week < 0 for week in mine)
        # what came before the start cannot be mended: only what is added beyond the limit is a breach
        if len(mine) > most and len(mine) > before:
            found.append(f"least_gap: {need.key} week {first}")
    for q, _ in enumerate(instance.quarters):
        if sum(instance.quarter(half) == q for half in held) > need.count[q]:
            found.append(f"roster_count: {need.key}")
    return found


# --- aims -----------------------------------------------------------------------------------------


def possible(instance: RosterInstance, visit: Visit) -> bool:
    """Whether one clinic could be held with nobody else about."""
    return not breaches_alone(instance, visit)


def breaches_alone(instance: RosterInstance, visit: Visit) -> list[str]:
    """Rules that keep one clinic from being held in its half-day, whatever else is held."""
    kinds = ("site_open", "doctor_free", "lock", "room", "equipment", "home_cover")
    return [text for text in breaches(instance, [visit]) if text.startswith(kinds)]


def every_visit(instance: RosterInstance) -> list[Visit]:
    """Clinics that could be held with nobody else about."""
    listed = [
        (pair.doctor, *key, half) for key, need in instance.needs.items() for pair in need.pairs for half in need.slots
    ]
    return sorted(visit for visit in listed if not breaches_alone(instance, visit))


def moved(instance: RosterInstance, visits: Iterable[Visit]) -> int:
    """Today's clinics, still possible, that the roster does not have."""
    kept = set(visits)
    return sum(visit not in kept for visit in instance.today if possible(instance, visit))


def prices(instance: RosterInstance, visits: Iterable[Visit]) -> dict[str, float]:
    """The value of every aim, by its definition."""
    visits = sorted(visits)
    by: dict[tuple[str, str], list[Visit]] = {key: [] for key in instance.needs}
    for visit in visits:
        by[visit[1], visit[2]].append(visit)
    limit = instance.change_limit
    promises = 0.0 if limit is None else 1000.0 * max(0, moved(instance, visits) - limit)
    for lock in instance.locks:
        held = sum(speaks(lock, visit) for visit in visits)
        known = any(_named(lock, need, pair) for need in instance.needs.values() for pair in need.pairs)
        if lock.must and not held and known:
            promises += 1000.0 if lock.weight is None else lock.weight
        elif not lock.must and lock.weight is not None:
            promises += lock.weight * held
    return {
        "roster_promises": promises,
        "roster_unheld": sum(n.weight * (sum(n.count) - len(by[k])) for k, n in instance.needs.items()),
        "roster_windows": float(sum(_missed(instance, n, by[k]) for k, n in instance.needs.items())),
        "roster_regular": sum(_irregular(instance, n, by[k]) for k, n in instance.needs.items()),
        "roster_fair": _fair(instance, visits),
        "roster_travel": _travel(instance, visits),
        "roster_market": float(sum(_off_market(instance, visit) for visit in visits)),
        "roster_change": float(moved(instance, visits)),
    }


def _named(lock: RosterLock, need: RosterNeed, pair: Pair) -> bool:
    return lock.doctor in ("", pair.doctor) and lock.site in ("", need.site) and lock.specialty in ("", need.specialty)


def _weeks_open(instance: RosterInstance, need: RosterNeed) -> list[int]:
    return sorted({half // 14 for half in need.slots & instance.sites[need.site].open})


def _missed(instance: RosterInstance, need: RosterNeed, mine: list[Visit]) -> int:
    """Runs of `gap` open weeks without a clinic; the first run is shorter after weeks without one."""
    weeks, held = _weeks_open(instance, need), {visit[3] // 14 for visit in mine}
    runs = [weeks[at : at + need.gap] for at in range(len(weeks) - need.gap + 1)]
    if need.history and weeks:
        idle = max(0, ((instance.start - max(need.history)).days - 1) // 7)
        first = max(1, need.gap - idle)
        if first < need.gap:
            runs.append(weeks[:first])
    return sum(not held & set(run) for run in runs)


def _irregular(instance: RosterInstance, need: RosterNeed, mine: list[Visit]) -> float:
    by = Counter((visit[0], instance.quarter(visit[3])) for visit in mine)
    over = sum(max(0, n - next(p for p in need.pairs if p.doctor == d).count[q]) for (d, q), n in by.items())
    weeks = _weeks_open(instance, need)
    allowed = need.slots & instance.sites[need.site].open
    opened = {week: {half // 2 % 7 + 1 for half in allowed if half // 14 == week} for week in weeks}
    usual = [n for n in range(1, 8) if 2 * sum(n in days for days in opened.values()) >= max(1, len(opened))]
    best = float("inf")
    for size in range(min(2 if need.frequency == "twice_weekly" else 1, len(usual)) + 1):
        for fixed in combinations(usual, size):
            off = 0
            for week in weeks:
                count = Counter(visit[3] // 2 % 7 + 1 for visit in mine if visit[3] // 14 == week)
                made_up = sum(n in usual and n not in opened[week] for n in fixed)
                off += max([0, *(n - (day in fixed) - made_up for day, n in count.items())])
            best = min(best, off)
    return 40.0 * over + 20.0 * best


def _fair(instance: RosterInstance, visits: list[Visit]) -> float:
    """Squares of ledger and count less those of the ledger, of doctors, departments and hospitals by headcount."""
    total = 0.0
    accounts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, who in instance.doctors.items():
        for account in (("doctor", name), ("department", who.department), ("hospital", who.institution)):
            accounts[account].append(name)
    for (level, account), members in accounts.items():
        heads = len(members)
        if level == "department" and account in instance.departments:
            heads = max(heads, len(instance.departments[account].doctors))
        mine = [visit for visit in visits if visit[0] in members]
        count = {
            "far": len({(v[0], v[1], v[3] // 2) for v in mine if pair_of(instance, v).far}),
            "fridays": sum(v[3] // 2 % 7 == 4 for v in mine),
            "holiday_adjacent": sum(v[3] // 2 in instance.holiday_adjacent for v in mine),
        }
        for kind in KINDS:
            before = sum(instance.doctors[name].ledger.get(kind, 0.0) for name in members)
            total += ((before + count[kind]) ** 2 - before**2) / heads
    return total


def _travel(instance: RosterInstance, visits: list[Visit]) -> float:
    trips = {(v[0], v[1], v[3] // 2): pair_of(instance, v).minutes for v in visits}
    riders = Counter(
        (instance.doctors[doctor].institution, instance.sites[place].direction or place, day)
        for doctor, place, day in trips
    )
    return 2.0 * sum(trips.values()) + 120.0 * sum(ceil(n / 4) for n in riders.values())


def _off_market(instance: RosterInstance, visit: Visit) -> bool:
    market = instance.sites[visit[1]].market
    return visit[3] not in market if market else visit[3] % 2 == 1


def same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return all(abs(one[aim] - other[aim]) < 1e-4 for aim in one)
