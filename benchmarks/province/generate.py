"""A province of generated counties: alliances of different sizes and shapes, a provincial pool and one budget.

County `number` is the same in every province of one seed, so that a small province is the beginning of a large one.
The recipe follows the rates of published alliances: one to three hospitals, 6 to 26 townships along a valley, around
a seat or scattered in mountains, some twelve villages to a township whose visits are first seen in their township,
fifty outreach doctors to a county with few in the small specialties, in which the province lends its own.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.instance import (
    Aims,
    Budget,
    Capability,
    Department,
    Doctor,
    Instance,
    Institution,
    Need,
    Post,
    Quarter,
    Site,
    Specialty,
)
from models.options import Postings, Referrals, Sessions
from models.province import County, Pool, Province

START, WEEKS = date(2026, 6, 1), 13
MONTHS = WEEKS * 7 / (365.25 / 12)
LOW = {"monthly": (3,), "fortnightly": (6,), "weekly": (13,), "twice_weekly": (26,)}
REGULAR = {"monthly": (3,), "fortnightly": (7,), "weekly": (13,), "twice_weekly": (26,)}
HIGH = {"monthly": (5,), "fortnightly": (12,), "weekly": (25,), "twice_weekly": (26,)}
LARGE = {"monthly": 0.18, "fortnightly": 0.35, "weekly": 0.55, "twice_weekly": 0.70, "posted": 0.75, "tele": 0.10}
SMALL = {"monthly": 0.25, "fortnightly": 0.42, "weekly": 0.58, "twice_weekly": 0.65, "posted": 0.70, "tele": 0.05}
#: Specialty: (visits a month for each 1,000 residents, share that the township holds, share of the county's outreach
#: doctors, small).
KINDS: Mapping[str, tuple[float, float, float, bool]] = {
    "internal": (60.0, 0.62, 0.24, False),
    "surgery": (24.0, 0.45, 0.16, False),
    "chinese": (30.0, 0.60, 0.18, False),
    "paediatrics": (22.0, 0.50, 0.14, False),
    "obstetrics": (14.0, 0.40, 0.12, False),
    "cardiology": (12.0, 0.22, 0.05, True),
    "endocrine": (11.0, 0.25, 0.05, True),
    "neurology": (8.0, 0.15, 0.03, True),
    "ophthalmology": (7.0, 0.15, 0.03, True),
}
#: Pool: half-days a quarter that the province lends, for each 1,000 residents.
LENT = {"cardiology": 0.36, "endocrine": 0.33, "neurology": 0.32, "ophthalmology": 0.30}
HOME = "P"
SHAPES = ("around", "valley", "mountains")
#: Yuan a year for each resident, for allowances, trips and subsidies.
MONEY = 2.5


@dataclass(frozen=True)
class Size:
    """How large a province: counties and seed; institutions, doctors and residents follow."""

    counties: int = 60
    seed: int = 1


def generate(size: Size | None = None) -> Province:
    """The province; its pool and budget are in proportion to its residents."""
    asked = size or Size()
    made = [_county(number, asked.seed) for number in range(asked.counties)]
    people = sum(one for _, one in made) / 1000.0
    pool = {kind: Pool(kind, kind, (float(round(rate * people)),)) for kind, rate in LENT.items()}
    return Province(tuple(one for one, _ in made), pool, round(MONEY * 1000.0 * people, -3))


def _county(number: int, seed: int) -> tuple[County, float]:
    rng = random.Random(f"{seed}/{number}")
    shape = SHAPES[number % len(SHAPES)]
    towns = round(min(26.0, max(6.0, rng.lognormvariate(math.log(12.5), 0.4))))
    hospitals = 1 + (towns > 10) + (towns > 18)
    seats = [(0.0, 0.0)] + [(rng.uniform(-8, 8), rng.uniform(-8, 8)) for _ in range(hospitals - 1)]
    places = {f"H{at}": seat for at, seat in enumerate(seats)}
    places |= {f"T{at:02d}": _place(rng, shape, at, towns) for at in range(towns)}
    residents = {i: rng.lognormvariate(math.log(28.0), 0.45) for i in places if i.startswith("T")}
    villages = {f"V{at:03d}": rng.choice(list(residents)) for at in range(round(towns * rng.uniform(17.5, 26.8)))}
    institutions = {
        i: Institution(i, i, 3 if i == "H0" else 2, "", i == "H0", staff=400) for i in places if i[0] == "H"
    }
    institutions |= {i: Institution(i, i, 1, "", False, staff=30) for i in residents}
    institutions |= {i: Institution(i, i, 0, "", False, staff=2) for i in villages}
    institutions[HOME] = Institution(HOME, "Provincial Hospital", 3, "", False, staff=3000)
    pace = {"around": 1.4, "valley": 1.2, "mountains": 2.0}[shape]
    minutes = {(h, t): 6.0 + pace * math.dist(places[h], places[t]) for h in places if h[0] == "H" for t in residents}
    doctors, departments = _doctors(rng, towns, hospitals, minutes)
    needs = _needs(rng, residents, [h for h in places if h[0] == "H"])
    posts = _posts(rng, residents)
    trips = minutes | {(b, a): m for (a, b), m in minutes.items()}
    instance = Instance(
        quarters=(Quarter("Q1", START, WEEKS, MONTHS),),
        institutions=institutions,
        sites={i: Site(i, (65.0,), (130.0,), LOW, HIGH, REGULAR, (8.0,), None) for i in residents},
        specialties={kind: _specialty(kind) for kind in KINDS},
        needs=needs,
        capabilities=_capabilities(needs, doctors),
        doctors=doctors,
        departments=departments,
        posts=posts,
        current_postings=(),
        today_sessions={},
        services={},
        volumes={},
        levels=(),
        usage={},
        service_groups={},
        host_groups={},
        members={},
        minutes=trips,
        km={pair: m * 0.8 for pair, m in trips.items()},
        patient_minutes=dict(trips),
        outside_minutes=dict.fromkeys(places, 120.0),
        locks=(),
        budget=Budget(None, ("postings", "sessions", "travel")),
        aims=Aims(order=("floors", "unmet", "travel", "cost")),
        rules={},
        options={"sessions": Sessions(), "postings": Postings(), "referrals": Referrals()},
    )
    far = {
        t: 45.0 + rng.uniform(10.0, 35.0) + 0.5 * min(m for (_, b), m in minutes.items() if b == t) for t in residents
    }
    reach = {t: min(far[t], 88.0) for t in residents}
    return County(f"C{number:02d}", instance, HOME, reach, {t: m * 0.9 for t, m in reach.items()}), 1000.0 * sum(
        residents.values()
    )


def _place(rng: random.Random, shape: str, at: int, towns: int) -> tuple[float, float]:
    if shape == "valley":
        return (50.0 * (at + 0.5) / towns - 15.0 + rng.uniform(-2, 2), rng.uniform(-4, 4))
    turn, away = rng.uniform(0.0, 2 * math.pi), (rng.uniform(6, 28) if shape == "around" else rng.uniform(10, 38))
    return (away * math.cos(turn), away * math.sin(turn))


def _doctors(
    rng: random.Random, towns: int, hospitals: int, minutes: Mapping[tuple[str, str], float]
) -> tuple[dict[str, Doctor], dict[tuple[str, str], Department]]:
    count = round(3.87 * towns)
    doctors, departments = dict[str, Doctor](), dict[tuple[str, str], Department]()
    for kind, (_, _, share, small) in KINDS.items():
        for at in range(max(1, round(share * count))):
            home = "H0" if small else f"H{rng.choice([0, *range(hospitals)])}"
            own = {t: m for (h, t), m in minutes.items() if h == home}
            name = f"{kind}{at:02d}"
            free = float(rng.choice((9, 11, 11, 11, 14, 22)))
            posting = rng.choice(("no", "may", "may", "wants")) if not small else "no"
            doctors[name] = Doctor(
                name, name, home, kind, (kind,), rng.choice((2, 2, 3, 3, 4)), (free,), posting, 80.0, 90.0,
                own, {t: m * 0.8 for t, m in own.items()}, 0.0 if posting == "wants" else 1.0,
            )  # fmt: skip
            departments.setdefault((home, kind), Department(home, kind, rng.randint(9, 22), None, 0.20))
    return doctors, departments


def _needs(rng: random.Random, residents: Mapping[str, float], hospitals: list[str]) -> dict[tuple[str, str], Need]:
    found = {}
    for town, thousands in residents.items():
        for kind, (rate, held, _, _) in KINDS.items():
            visits = rate * thousands * rng.uniform(0.7, 1.3) / 4.0
            own = visits * held * rng.uniform(0.8, 1.15)
            sent = (visits - own) * rng.uniform(0.25, 0.4)
            left = (visits - own) * rng.uniform(0.25, 0.4)
            hospital = rng.choice(hospitals)
            found[town, kind] = Need(
                town, kind, visits, own, {hospital: sent}, left, 0.0, visits - own - sent - left,
                recoverable=0.4, priority=1.0, calibration=1.0, has_outreach=False, floor=(0.0,),
            )  # fmt: skip
    return found


def _posts(rng: random.Random, residents: Mapping[str, float]) -> dict[tuple[str, str], Post]:
    towns = sorted(rng.sample(sorted(residents), k=max(1, len(residents) // 5)))
    return {(t, "internal"): Post(t, "internal", 1, 2, 6.0, 160.0, False, (START,), {START: (1.0,)}) for t in towns}


def _capabilities(
    needs: Mapping[tuple[str, str], Need], doctors: Mapping[str, Doctor]
) -> dict[tuple[str, str], Capability]:
    """What hospitals treat: today's load and a tenth more."""
    load: dict[tuple[str, str], float] = {}
    for (_, kind), need in needs.items():
        for hospital, visits in need.referred.items():
            load[hospital, kind] = load.get((hospital, kind), 0.0) + visits
    return {
        (h, k): Capability(h, k, 6.0 * visits, 4.9 * visits, 0.05 * 6.0 * visits)
        for (h, k), visits in sorted(load.items())
    }


def _specialty(kind: str) -> Specialty:
    small = KINDS[kind][3]
    return Specialty(
        kind, kind, 15.0, 11.5, 2, (), (), SMALL if small else LARGE, 8.0, 5.0, 160.0, 0.1, 8.0, 0.08, 8.0
    )  # fmt: skip
