"""A linked county of any size: the bundled county with its townships and doctors multiplied, from a seed.

Rates, centres, posts, departments and travel are those of the bundled county; each further township is as far from
everything as the one it is like, give or take a fifth, and has its needs, give or take a fifth. Hospitals grow with the
townships that they serve, departments with their doctors.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from geodata.read import read_region
from geodata.travel import travel_table
from models.instance import Instance, Need
from planner.build import build_instance
from planner.bundled import find_region
from planner.config import read_config

REGION = "tianchang"


def bundled(quarters: int) -> Instance:
    """The planning problem of the bundled county over so many quarters."""
    region = read_region(find_region(REGION))
    settings = {
        **region.settings,
        "calendar": {**region.settings.get("calendar", {}), "weeks": 13 * quarters, "holidays": "none"},
    }
    config = read_config(settings)
    return build_instance(region, config, travel_table(region, config.to_dict()["travel"])).instance


def county(townships: int, doctors: int, quarters: int, seed: int = 0) -> Instance:
    """The county with `townships` and `doctors` for each of the bundled county's."""
    base, rng = bundled(quarters), np.random.default_rng(seed)
    hospitals = {level.institution for level in base.levels} | {i for i, _ in base.capabilities}
    places = {
        name: [name, *(f"{name}~{n}" for n in range(2, townships + 1))] if name not in hospitals else [name]
        for name in base.institutions
    }
    like = {twin: name for name, twins in places.items() for twin in twins}
    near = {pair: float(rng.uniform(0.8, 1.25)) for pair in product(like, like)}
    people = {name: [name, *(f"{name}~{n}" for n in range(2, doctors + 1))] for name in base.doctors}
    minutes, km, trips = (_ways(found, like, near) for found in (base.minutes, base.km, base.patient_minutes))
    homes: dict[int, tuple[dict[str, float], dict[str, float]]] = {}
    staff = {}
    for name, doctor in base.doctors.items():
        if id(doctor.minutes) not in homes:
            away = [
                {twin: found[one] * near[doctor.institution, twin] for twin, one in like.items() if one in found}
                for found in (doctor.minutes, doctor.km)
            ]
            homes[id(doctor.minutes)] = (away[0], away[1])
        to, far = homes[id(doctor.minutes)]
        staff.update({twin: replace(doctor, id=twin, minutes=to, km=far) for twin in people[name]})
    return replace(
        base,
        institutions={t: _institution(base, like[t], t, townships, doctors) for t in like},
        sites={t: replace(base.sites[name], id=t) for t, name in like.items() if name in base.sites},
        needs={
            (t, k): _need(need, t, near[need.institution, t]) for (i, k), need in base.needs.items() for t in places[i]
        },
        capabilities={
            key: replace(one, visits=one.visits * townships, reserve=one.reserve * townships)
            for key, one in base.capabilities.items()
        },
        doctors=staff,
        departments={key: replace(one, headcount=one.headcount * doctors) for key, one in base.departments.items()},
        posts={(t, k): replace(post, institution=t) for (i, k), post in base.posts.items() for t in places[i]},
        volumes={(t, s): replace(one, institution=t) for (i, s), one in base.volumes.items() for t in places[i]},
        levels=tuple(replace(one, items_per_day=one.items_per_day * townships) for one in base.levels),
        service_groups={(t, s): group for (i, s), group in base.service_groups.items() for t in places[i]},
        members={s: tuple(t for i in those for t in places[i]) for s, those in base.members.items()},
        minutes=minutes,
        km=km,
        patient_minutes=trips,
        outside_minutes={t: base.outside_minutes[name] for t, name in like.items()},
        dateable={
            (d, t, k): count
            for (name, i, k), count in base.dateable.items()
            for d, t in product(people[name], places[i])
        },
        date_cuts=(),
    )


def _ways(found: Any, like: dict[str, str], near: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Trips between all places; two of a kind are a quarter of an hour, or kilometre, apart."""
    return {
        (a, b): found.get((like[a], like[b]), 15.0) * near[a, b]
        for a, b in product(like, like)
        if a != b and (like[a] == like[b] or (like[a], like[b]) in found)
    }


def _institution(base: Instance, name: str, twin: str, townships: int, doctors: int) -> Any:
    place = base.institutions[name]
    grown = name != twin or place.level < 2
    staff = place.staff if place.staff is None or grown else place.staff * doctors
    return replace(place, id=twin, staff=staff, beds=place.beds if grown else place.beds * townships)


def _need(need: Need, twin: str, much: float) -> Need:
    parts = {name: getattr(need, name) * much for name in ("need", "own", "left", "outreach", "unmet")}
    return replace(need, institution=twin, referred={h: v * much for h, v in need.referred.items()}, **parts)
