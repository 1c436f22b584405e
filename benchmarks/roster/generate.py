"""Rosters of a province's size, generated: 300 doctors, 100 sites, 13 weeks (or fewer), fixed seed.

The recipe follows the size ranges and rates of published alliances: hospitals with departments, of whose
doctors a part goes out; towns on directions around the seats, a third of them a whole day away; needs
weekly, fortnightly or monthly; duties, nights every nine days, leave, examination campaigns, market
mornings. What is asked for is then cut to what the counting stage can hold with each doctor's counts, as
an allocation would: demand that cannot be held measures nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from models.answers import Job, Limits
from models.hand_over import run
from models.roster_choices import components
from models.roster_counts import build_counts
from models.roster_instance import (
    LEAST_GAP,
    LONGEST_GAP,
    Pair,
    RosterDepartment,
    RosterDoctor,
    RosterInstance,
    RosterNeed,
    RosterSite,
)
from models.roster_pieces import part_of

#: Working days of one way over which a trip takes the whole day, minutes.
FAR = 45.0


@dataclass(frozen=True)
class Size:
    """How large: outreach doctors, sites, weeks, hospitals, specialties."""

    doctors: int = 300
    sites: int = 100
    weeks: int = 13
    hospitals: int = 5
    specialties: int = 24
    start: date = date(2026, 3, 30)


def generate(size: Size | None = None, seed: int = 0) -> RosterInstance:
    """The instance, its demand cut to what the counting stage holds."""
    return allocated(_asked(size or Size(), random.Random(seed)))


def _asked(size: Size, rng: random.Random) -> RosterInstance:
    holidays = {rng.randrange(7 * size.weeks) for _ in range(size.weeks // 3)}
    working = frozenset(day for day in range(7 * size.weeks) if day % 7 < 5 and day not in holidays)
    beside = frozenset(day for day in working if day - 1 in holidays or day + 1 in holidays)
    seats = [(rng.uniform(0, 100), rng.uniform(0, 100)) for _ in range(size.hospitals)]
    doctors, kinds = _doctors(size, rng, working)
    sites, places = _sites(size, rng, working, seats)
    needs = _needs(size, rng, doctors, kinds, sites, places, seats)
    members: dict[str, set[str]] = {}
    for doctor in doctors.values():
        members.setdefault(doctor.department, set()).add(doctor.id)
    departments = {}
    for name, who in sorted(members.items()):
        heads = len(who) + rng.randint(2, 8)
        away = {2 * day + half: max(1, heads - max(2, int(0.8 * heads))) for day in working for half in (0, 1)}
        departments[name] = RosterDepartment(
            name, frozenset(who) | {f"{name}/{n}" for n in range(heads - len(who))}, away
        )
    minutes = {
        (a, b): 2.0 * _apart(places[a], places[b])
        for a in places
        for b in places
        if a != b and _apart(places[a], places[b]) < 15
    }
    return RosterInstance(
        start=size.start,
        weeks=size.weeks,
        quarters=(("Q1", 0, size.weeks),),
        working=working,
        doctors=doctors,
        sites=sites,
        needs=needs,
        departments=departments,
        site_minutes=minutes,
        holiday_adjacent=beside,
    )


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _doctors(size: Size, rng: random.Random, working: frozenset[int]) -> tuple[dict[str, RosterDoctor], dict[str, str]]:
    doctors, kinds = {}, {}
    for number in range(size.doctors):
        name, hospital = f"D{number + 1:03d}", f"H{rng.randrange(size.hospitals) + 1}"
        kind = f"K{number % size.specialties + 1:02d}"
        out = {(rng.randrange(5), half) for half in (0, 1)} if rng.random() < 0.6 else set()
        whole = rng.randrange(5)
        out |= {(whole, 0), (whole, 1)} if rng.random() < 0.7 else set()
        while len(out) < 3:
            out.add((rng.randrange(5), rng.randrange(2)))
        night, leave = rng.randrange(9), rng.randrange(7 * size.weeks)
        away = range(leave, leave + 7) if rng.random() < 0.35 else range(0)
        free = frozenset(
            2 * day + half
            for day in working
            for half in (0, 1)
            if (day % 7, half) in out and day not in away and not (half == 0 and (day + night) % 9 == 0)
        )
        limit = rng.choice([2, 2, 2, 3, 4])
        budget = int(0.9 * min(limit * size.weeks, len(free)))
        doctors[name] = RosterDoctor(name, name, hospital, f"{hospital}/{kind}", free, (budget,), limit)
        kinds[name] = kind
    return doctors, kinds


def _sites(
    size: Size, rng: random.Random, working: frozenset[int], seats: list[tuple[float, float]]
) -> tuple[dict[str, RosterSite], dict[str, tuple[float, float]]]:
    sites, places = {}, {}
    for number in range(size.sites):
        name = f"T{number + 1:03d}"
        places[name] = (rng.uniform(0, 100), rng.uniform(0, 100))
        closed = rng.randrange(size.weeks) if rng.random() < 0.35 else -2
        opened = frozenset(
            2 * day + half for day in working for half in (0, 1) if not (half == 0 and closed <= day // 7 <= closed + 1)
        )
        near = min(range(len(seats)), key=lambda at: _apart(seats[at], places[name]))
        angle = np.arctan2(places[name][1] - seats[near][1], places[name][0] - seats[near][0])
        market = frozenset(half for half in opened if half % 2 == 0 and (half // 2) % 5 == number % 5)
        rooms = rng.choice([1, 2, 2, 3])
        sites[name] = RosterSite(
            name,
            name,
            opened,
            rooms,
            None,
            market if rng.random() < 0.4 else frozenset(),
            f"{near}/{int(4 * angle / np.pi)}",
        )
    return sites, places


def _needs(
    size: Size,
    rng: random.Random,
    doctors: dict[str, RosterDoctor],
    kinds: dict[str, str],
    sites: dict[str, RosterSite],
    places: dict[str, tuple[float, float]],
    seats: list[tuple[float, float]],
) -> dict[tuple[str, str], RosterNeed]:
    counts = {"weekly": size.weeks, "fortnightly": size.weeks // 2, "monthly": max(1, round(size.weeks / 4.33))}
    left = {name: 0.85 * doctor.budget[0] for name, doctor in doctors.items()}
    cells = [(site, f"K{number + 1:02d}") for site in sites for number in range(size.specialties)]
    rng.shuffle(cells)
    needs = {}
    for site, kind in cells:
        minutes = {
            name: 10.0 + 1.8 * _apart(places[site], seats[int(doctor.institution[1:]) - 1])
            for name, doctor in doctors.items()
            if kinds[name] == kind
        }
        near = sorted((m, name) for name, m in minutes.items() if m <= 90.0)[:4]
        if not near:
            continue
        able = [name for m, name in near if (m > FAR) == (near[0][0] > FAR)]
        far = near[0][0] > FAR
        frequency = rng.choice(
            ["fortnightly", "monthly", "monthly"] if far else ["weekly", "fortnightly", "fortnightly", "monthly"]
        )
        count = counts[frequency]
        main = max(able, key=lambda name: left[name])
        if left[main] < count * (2 if far else 1):
            continue
        left[main] -= count * (2 if far else 1)
        pairs = tuple(
            Pair(name, (count if name == main else 0,), name == main, far, round(minutes[name], 1))
            for name in sorted(able)
        )
        needs[site, kind] = RosterNeed(
            site, kind, frequency, (count,), float(rng.randint(5, 30)), pairs, (), sites[site].open,
            LEAST_GAP[frequency], LONGEST_GAP[frequency],
        )  # fmt: skip
    return needs


def allocated(instance: RosterInstance, seconds: float = 20.0) -> RosterInstance:
    """The instance with the counts that the counting stage holds, by need and doctor."""
    needs = {}
    for keys in components(instance):
        model = build_counts(part_of(instance, keys), keys)
        cost, constant = model.aims["roster_unheld"]
        limits = Limits(seconds, absolute_gap=0.5, relative_gap=1e-3, nodes=200)
        answer = run(Job(model.matrix, cost, constant, limits), None, lambda _: None)
        assert answer.x is not None
        held: dict[tuple[str, str, str], int] = {}
        columns = model.columns("visits")
        assert columns is not None
        for key, amount in zip(columns.keys, answer.x[model.places("visits")].tolist(), strict=True):
            held[key[:3]] = held.get(key[:3], 0) + round(amount)
        for key in keys:
            need = instance.needs[key]
            counts = {pair.doctor: held.get((*key, pair.doctor), 0) for pair in need.pairs}
            most = max(counts.values())
            if not most:
                continue
            main = max(sorted(counts), key=lambda name: counts[name])
            pairs = tuple(replace(p, count=(counts[p.doctor],), main=p.doctor == main) for p in need.pairs)
            needs[key] = replace(need, count=(sum(counts.values()),), pairs=pairs)
    return replace(instance, needs=dict(sorted(needs.items())))
