"""Random tiny rosters with every feature: a few doctors, sites and weeks, drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

from models.roster_choices import choices
from models.roster_instance import (
    LEAST_GAP,
    LONGEST_GAP,
    Pair,
    RosterDepartment,
    RosterDoctor,
    RosterInstance,
    RosterLock,
    RosterNeed,
    RosterSite,
    Visit,
)

START = date(2026, 3, 30)


def random_roster(seed: int) -> RosterInstance:
    """Two to four weeks, three to five doctors of two hospitals, two or three sites, up to five needs."""
    rng = random.Random(seed)
    weeks = rng.choice([2, 3, 4])
    holidays = {rng.randrange(7 * weeks) for _ in range(2)}
    working = frozenset(day for day in range(7 * weeks) if (day % 7 < 5 or rng.random() < 0.1) and day not in holidays)
    halves = [2 * day + half for day in sorted(working) for half in (0, 1)]
    quarters = (("Q1", 0, weeks),) if rng.random() < 0.6 else (("Q1", 0, 1), ("Q2", 1, weeks - 1))
    kinds = {f"D{n}": f"K{n % 2 + 1}" for n in range(1, rng.randint(3, 5) + 1)}
    doctors = {name: _doctor(rng, name, kind, halves, len(quarters)) for name, kind in kinds.items()}
    sites = {name: _site(rng, name, halves) for name in ("T1", "T2", "T3")[: rng.choice([2, 3])]}
    needs = {}
    for site in sites:
        for kind in ("K1", "K2", "K3"):
            if rng.random() < 0.75 and len(needs) < 5:
                # doctors of K1 hold K3 too: two specialties of one doctor at one site
                able = [d for d, k in kinds.items() if k == kind or (kind == "K3" and k == "K1")]
                if able:
                    needs[site, kind] = _need(rng, site, kind, able, sites[site], weeks, len(quarters))
    far = {(site, doctor): rng.random() < 0.4 for site in sites for doctor in doctors}
    needs = {
        key: replace(
            n, pairs=tuple(replace(p, far=far[n.site, p.doctor], minutes=_minutes(p.doctor, n.site)) for p in n.pairs)
        )
        for key, n in needs.items()
    }
    departments = {
        f"{who.institution}/{kind}": None for who, kind in zip(doctors.values(), kinds.values(), strict=True)
    }
    members = {name: frozenset(d for d, who in doctors.items() if who.department == name) for name in departments}
    instance = RosterInstance(
        start=START,
        weeks=weeks,
        quarters=quarters,
        working=working,
        doctors=doctors,
        sites=sites,
        needs=needs,
        departments={
            name: RosterDepartment(
                name, members[name], {half: rng.choice([-1, 0, 1, 1, 1, 2]) for half in halves if rng.random() < 0.8}
            )
            for name in members
        },
        site_minutes={(a, b): rng.choice([10.0, 30.0]) for a in sites for b in sites if a != b},
        holiday_adjacent=frozenset(day for day in working if day - 1 in holidays or day + 1 in holidays),
    )
    return _with_decisions(rng, instance)


def _minutes(doctor: str, site: str) -> float:
    return 20.0 + 7.0 * int(doctor[1:]) + 11.0 * int(site[1:])


def _doctor(rng: random.Random, name: str, kind: str, halves: list[int], quarters: int) -> RosterDoctor:
    free = frozenset(half for half in halves if rng.random() < 0.75)
    ledger = {"far": float(rng.randint(0, 2)), "fridays": float(rng.randint(0, 2))} if rng.random() < 0.5 else {}
    hospital = rng.choice(["H1", "H2"])
    budget = tuple(rng.randint(1, 5) for _ in range(quarters))
    return RosterDoctor(name, name, hospital, f"{hospital}/{kind}", free, budget, rng.randint(1, 4), ledger)


def _site(rng: random.Random, name: str, halves: list[int]) -> RosterSite:
    opened = frozenset(half for half in halves if rng.random() < 0.8)
    market = (
        frozenset(half for half in opened if half % 2 == 0 and half // 2 % 5 == 1)
        if rng.random() < 0.5
        else frozenset()
    )
    stock = rng.choice([None, {"echo": 0}, {"echo": 1}, {"echo": 1}])
    return RosterSite(name, name, opened, rng.choice([1, 1, 2]), stock, market, rng.choice(["", "north"]))


def _need(
    rng: random.Random, site: str, kind: str, able: list[str], place: RosterSite, weeks: int, quarters: int
) -> RosterNeed:
    frequency = rng.choice(["weekly", "weekly", "fortnightly", "monthly", "twice_weekly"])
    counts = [rng.randint(0, max(1, weeks // quarters)) for _ in range(quarters)]
    main = rng.choice(able)
    share = {d: tuple(n if d == main else 0 for n in counts) for d in able}
    if len(able) > 1 and rng.random() < 0.4:  # the other doctor has a clinic of his own
        other = next(d for d in able if d != main)
        share[other] = tuple(1 for _ in counts)
    slots = place.open
    if rng.random() < 0.3:
        slots = frozenset(half for half in slots if half % 2 == rng.randrange(2))
    history = (START - timedelta(days=rng.randint(1, 30)),) if rng.random() < 0.5 else ()
    pairs = tuple(Pair(d, share[d], d == main, False, 0.0) for d in sorted(able))
    count = tuple(sum(p.count[q] for p in pairs) for q in range(quarters))
    used = ("echo",) if rng.random() < 0.3 else ()
    weight = float(rng.choice([3, 5, 7, 10]))
    return RosterNeed(
        site, kind, frequency, count, weight, pairs, used, slots, LEAST_GAP[frequency], LONGEST_GAP[frequency], history
    )


def _with_decisions(rng: random.Random, instance: RosterInstance) -> RosterInstance:
    """Locks, today's clinics and a change limit, each in some of the rosters."""
    options: list[Visit] = [
        (doctor, *key, half)
        for (key, doctor), halves in choices(instance, sorted(instance.needs)).items()
        for half in halves
    ]
    if not options:
        return instance
    locks = []
    if rng.random() < 0.4:
        doctor, site, kind, half = rng.choice(options)
        locks.append(RosterLock("must", True, doctor, site, kind, frozenset({half, half + 1}), None))
    if rng.random() < 0.4:
        doctor, site, _, half = rng.choice(options)
        locks.append(RosterLock("never", False, doctor, site, "", frozenset({half}), None))
    if rng.random() < 0.3:
        locks.append(RosterLock("rather not", False, rng.choice(options)[0], "", "", frozenset(), 2.0))
    today = frozenset(rng.sample(options, min(len(options), 4))) if rng.random() < 0.6 else frozenset()
    limit = rng.choice([None, 0, 1, 2]) if today else None
    return replace(instance, locks=tuple(locks), today=today, change_limit=limit)
