"""The reconstruction recipe: from a case card's totals to the tables of a region.

Published alliances give totals, rules and place names, seldom tables. This recipe fills the
gap the way a health-services planner would (population x rates, shares by specialty, doctors by
title), writes down where every column comes from (`sources`), and asserts that the region can be
true: today's roster fits rooms, duties, titles and travel, and every need is accounted for.

Only uniform doubles of numpy's PCG64 are drawn, and results are rounded, so the same seed gives
the same files on every machine. Units: visits per month, half-days per quarter, minutes one way,
yuan per year. A month is 365.25 / 12 days.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import asin, ceil, cos, floor, radians, sin, sqrt
from pathlib import Path
from typing import TypeVar

import numpy as np
from chinese_calendar import is_workday

T = TypeVar("T")
Row = dict[str, object]
Tables = dict[str, list[Row]]

MONTH_DAYS = 365.25 / 12
FREQUENCIES = ("monthly", "fortnightly", "weekly", "twice_weekly")
SLACK = 0.10  # [sessions] slack_share
CLINIC_PATIENTS = 15.0  # patients per clinic, domain sheet D9
HOME_PATIENTS = 5.0  # referrals a home half-day would have seen
HOME_VISITS = 80.0  # visits a month that a posted doctor no longer sees at home
VISITS_PER_RESIDENT_YEAR = 1.1  # specialist visits; primary and general visits are only in `targets`


class Dice:
    """Choices from uniform doubles only, whose stream numpy keeps stable."""

    def __init__(self, seed: int) -> None:
        self._draw = np.random.Generator(np.random.PCG64(seed))

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * float(self._draw.random())

    def chance(self, share: float) -> bool:
        return float(self._draw.random()) < share

    def whole(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + min(high - low, int(float(self._draw.random()) * (high - low + 1)))

    def pick(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        if weights is None:
            return options[self.whole(0, len(options) - 1)]
        mark, total = float(self._draw.random()) * sum(weights), 0.0
        for option, weight in zip(options, weights, strict=True):
            total += weight
            if mark < total:
                return option
        return options[-1]

    def some(self, options: Sequence[T], count: int, weights: Sequence[float] | None = None) -> list[T]:
        """`count` different options, drawn one after the other."""
        left, chances, out = list(options), list(weights or [1.0] * len(options)), []
        while left and len(out) < count:
            at = self.pick(range(len(left)), chances)
            out.append(left.pop(at))
            chances.pop(at)
        return out


# --- the specialties -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """Rates of one specialty: share of visits, share held locally, recoverable share, capture."""

    id: str
    name: str
    department: str
    share: float
    own: float
    recoverable: float
    capture: tuple[float, float, float, float]  # monthly, fortnightly, weekly, twice a week
    posted: float
    tele: float
    min_title: int = 2
    requires: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    surgical: bool = False


_LARGE, _SMALL = (0.18, 0.35, 0.55, 0.70), (0.25, 0.42, 0.58, 0.65)
KINDS = (
    Kind("cardiology", "心血管内科", "心血管内科", 0.12, 0.35, 0.45, _LARGE, 0.75, 0.10, 2, ("ecg", "laboratory"), ("心电图机",)),
    Kind("endocrinology", "内分泌科", "内分泌肾病科", 0.09, 0.40, 0.50, (0.20, 0.38, 0.58, 0.70), 0.75, 0.15, 2, ("laboratory",)),
    Kind("tcm", "中医", "中医科", 0.12, 0.60, 0.60, (0.15, 0.30, 0.55, 0.70), 0.80, 0.05),
    Kind("general_practice", "全科医学", "全科医学科", 0.10, 0.75, 0.50, (0.15, 0.30, 0.50, 0.65), 0.80, 0.05),
    Kind("respiratory", "呼吸内科", "呼吸肿瘤科", 0.08, 0.40, 0.40, (0.18, 0.35, 0.55, 0.68), 0.70, 0.10, 2, ("imaging", "laboratory")),
    Kind("neurology", "神经内科", "神经内科", 0.06, 0.25, 0.40, (0.18, 0.35, 0.52, 0.65), 0.70, 0.10, 2, ("imaging",)),
    Kind("orthopaedics", "骨科", "骨科", 0.08, 0.25, 0.35, (0.15, 0.30, 0.48, 0.60), 0.70, 0.03, 2, ("imaging",), (), True),
    Kind("gynaecology", "妇科", "妇产科", 0.06, 0.30, 0.45, (0.18, 0.35, 0.55, 0.68), 0.75, 0.03, 2, ("laboratory", "pathology"), (), True),
    Kind("paediatrics", "儿科", "儿科", 0.08, 0.45, 0.40, (0.10, 0.25, 0.45, 0.60), 0.75, 0.05, 2, ("laboratory",)),
    Kind("rehabilitation", "康复医学", "康复医学科", 0.04, 0.25, 0.50, (0.10, 0.25, 0.50, 0.65), 0.80, 0.02),
    Kind("ultrasound", "超声诊断", "超声科", 0.03, 0.30, 0.60, (0.20, 0.40, 0.60, 0.75), 0.80, 0.00, 2, (), ("彩超",)),
    Kind("ophthalmology", "眼科", "五官科", 0.03, 0.15, 0.40, _SMALL, 0.70, 0.03, 2, (), ("裂隙灯",), True),
    Kind("ent", "耳鼻喉科", "五官科", 0.03, 0.15, 0.40, _SMALL, 0.70, 0.02, 2, ("sterile_supply",), (), True),
    Kind("dermatology", "皮肤科", "皮肤科", 0.03, 0.20, 0.55, _SMALL, 0.70, 0.20),
    Kind("nephrology", "肾内科", "内分泌肾病科", 0.015, 0.15, 0.40, (0.28, 0.45, 0.60, 0.65), 0.65, 0.10, 3, ("laboratory",)),
    Kind("oncology", "肿瘤科", "呼吸肿瘤科", 0.015, 0.10, 0.30, (0.28, 0.45, 0.60, 0.65), 0.65, 0.10, 3, ("imaging", "laboratory")),
    Kind("surgery", "普外科", "普外科", 0.03, 0.25, 0.30, (0.22, 0.40, 0.55, 0.65), 0.70, 0.02, 2, ("sterile_supply",), (), True),
    Kind("psychiatry", "精神心理", "精神心理科", 0.02, 0.15, 0.45, (0.28, 0.45, 0.60, 0.65), 0.70, 0.15),
)
#: Items asked for per clinic visit.
USAGE: Mapping[str, Mapping[str, float]] = {
    "imaging": {"respiratory": 0.30, "orthopaedics": 0.45, "neurology": 0.25, "oncology": 0.30},
    "ecg": {"cardiology": 0.60},
    "laboratory": {"cardiology": 0.40, "endocrinology": 0.70, "respiratory": 0.30, "gynaecology": 0.30, "paediatrics": 0.40, "nephrology": 0.80, "oncology": 0.50},
    "pathology": {"gynaecology": 0.08},
    "sterile_supply": {"ent": 0.50, "surgery": 0.50},
}


def posted_visits(kind: Kind) -> float:
    """Visits a month of a posted doctor: 10 a working day in large specialties, 6 in small ones."""
    return 200.0 if kind.share > 0.05 else 120.0


# --- places and people of one region ---------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """An institution. `villages` is the number of its communities, `radius` (km) how far they lie."""

    id: str
    name: str
    kind: str
    level: int
    lon: float
    lat: float
    group: str
    population: int
    villages: int = 0
    radius: float = 4.5
    open_slots: int = 5
    rooms: int = 2
    beds: int = 20
    staff: int = 40
    vehicles: int = 1
    lead: bool = False
    private: bool = False
    elderly: float = 0.17
    doctors: int = 0
    area: str = ""
    outside_minutes: float = 90.0
    weights: Mapping[str, float] = field(default_factory=dict)  # specialty -> weight; 0 = not offered


@dataclass(frozen=True)
class Trip:
    """[travel] of plan.toml, so that the generator measures as the planner does."""

    circuity: float
    speed_kmh: float
    minutes_each_end: float = 5.0
    season_factor: float = 1.0


def kilometres(a: Place, b: Place) -> float:
    """Straight-line kilometres on a sphere."""
    la, lb = radians(a.lat), radians(b.lat)
    h = sin((lb - la) / 2) ** 2 + cos(la) * cos(lb) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(h))


def minutes(a: Place, b: Place, trip: Trip) -> float:
    """Minutes one way: straight line x circuity / speed and both ends, times the season."""
    driving = kilometres(a, b) * trip.circuity / trip.speed_kmh * 60
    return (driving + 2 * trip.minutes_each_end) * trip.season_factor


def split_whole(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to `weights` that add up to `total` (largest remainder)."""
    exact = [total * w / sum(weights) for w in weights]
    out = [floor(x) for x in exact]
    for at in sorted(range(len(out)), key=lambda j: (out[j] - exact[j], j))[: total - sum(out)]:
        out[at] += 1
    return out


_HEADS = "张王李陈刘高新长双大龙石杨吴周朱徐马胡叶潘汪谢沈曹董宋郑夏江平安福兴金万白黄东西南北"
_TAILS = ("营", "庄", "墩", "桥", "湾", "圩", "岗", "塘", "庙", "坝", "洼", "楼", "巷", "渡", "桥口", "家营", "家洼", "家岗")


def communities(dice: Dice, places: Sequence[Place], urban: Sequence[str], tails: Sequence[str] = _TAILS) -> list[Row]:
    """Villages around each institution; their people add up to the institution's."""
    rows: list[Row] = []
    used: set[str] = set()
    streets = iter(urban)
    for place in places:
        people = split_whole(place.population, [dice.between(0.55, 1.6) for _ in range(place.villages)])
        old = split_whole(round(place.population * place.elderly), [p * dice.between(0.8, 1.2) for p in people])
        for count, elderly in zip(people, old, strict=True):
            angle, reach = dice.between(0, 2 * np.pi), place.radius * sqrt(dice.between(0.01, 1.0))
            name = next(streets, "") if place.area == "seat" else ""
            while not name or name in used:
                name = dice.pick(_HEADS) + dice.pick(tails) + "村"
            used.add(name)
            lat = place.lat + reach * sin(angle) / 111.2
            lon = place.lon + reach * cos(angle) / (111.2 * cos(radians(place.lat)))
            rows.append({"id": f"V{len(rows) + 1:03d}", "name": name, "lon": round(lon, 4), "lat": round(lat, 4),
                         "population": count, "population_65": elderly, "institution": place.id})
    return rows


_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文斌玉兰志海燕晓东红梅春林永生佳怡子涵宇轩雪峰立新宏图"


def person_names(dice: Dice, count: int) -> list[str]:
    """`count` different names."""
    names: list[str] = []
    while len(names) < count:
        given = dice.some(_GIVEN, 2 if dice.chance(0.78) else 1)
        name = dice.pick(_SURNAMES) + "".join(given)
        if name not in names:
            names.append(name)
    return names


# --- the calendar ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quarter:
    """The first 13 weeks of the horizon, counted as the planner does."""

    start: date

    @property
    def months(self) -> float:
        return 13 * 7 / MONTH_DAYS

    def dates(self, weekday: int, weeks: str = "all") -> list[date]:
        days = (self.start + timedelta(days=7 * w + weekday - 1) for w in range(13))
        parity = {"odd": 1, "even": 0}
        return [d for d in days if is_workday(d) and (weeks == "all" or d.isocalendar().week % 2 == parity[weeks])]

    @property
    def half_days(self) -> int:
        """Open half-days; adjusted working Saturdays and Sundays are open too."""
        return 2 * sum(is_workday(self.start + timedelta(days=n)) for n in range(91))

    @property
    def open_weeks(self) -> int:
        return sum(any(is_workday(self.start + timedelta(days=7 * w + d)) for d in range(5)) for w in range(13))

    def modes(self) -> dict[str, tuple[int, int]]:
        """Least and greatest count of each frequency (the modes touch)."""
        weeks, worst = self.open_weeks, min(len(self.dates(w)) for w in range(1, 6))
        regular = [max(1, round(weeks / 4.348125)), ceil(weeks / 2), weeks, 2 * weeks]
        low = [max(1, min(regular[0], round(worst / 4.348125)))]
        for least in (floor(worst / 2), worst, 2 * worst):
            low.append(max(low[-1] + 1, least))
        high = [max(regular[f], low[f + 1] - 1) for f in range(3)] + [regular[3]]
        return dict(zip(FREQUENCIES, zip(low, high, strict=True), strict=True))

    def mode(self, count: int) -> str:
        """The largest frequency whose least count is reached; "" below monthly."""
        return next((f for f in reversed(FREQUENCIES) if self.modes()[f][0] <= count), "")

    def history(self, weekday: int, nth: int) -> list[date]:
        """The nth such weekday of each of the three months before the start (working days only)."""
        out = []
        for back in (3, 2, 1):
            month = self.start.year * 12 + self.start.month - 1 - back + (self.start.day > 15)
            first = date(month // 12, month % 12 + 1, 1)
            day = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))
            while not is_workday(day):
                day += timedelta(days=7)
            out.append(day)
        return out


# --- doctors ------------------------------------------------------------------------------------------


@dataclass
class Doctor:
    """An eligible doctor while the region is being built; `busy` are (weekday, slot) at home."""

    id: str
    name: str
    home: Place
    kind: Kind
    title: int
    per_week: float
    posting: str
    max_minutes: float
    duties: list[Row] = field(default_factory=list)
    busy: set[tuple[int, str]] = field(default_factory=set)
    away: int = 0
    scope: tuple[str, ...] = ()
    off: int = 0

    def free(self, quarter: Quarter) -> int:
        """Half-days per quarter for the alliance, by the planner's formula."""
        duty = 0
        for row in self.duties:
            day = int(str(row["weekday"]))
            weeks = str(row["weeks"])
            night = row["slot"] == "night"
            count = len(quarter.dates(day % 5 + 1 if night else day, weeks))
            duty += count * (2 if row["slot"] == "day" else 1)
        open_half_days = max(0, quarter.half_days - duty - self.off)
        return floor((1 - SLACK) * min(self.per_week * 13, open_half_days) + 1e-9)


#: A second registered scope that some doctors of a specialty hold.
_SECOND_SCOPE = {"cardiology": "general_practice", "endocrinology": "general_practice", "neurology": "rehabilitation",
                 "tcm": "rehabilitation", "respiratory": "general_practice"}


def eligible_doctors(dice: Dice, hospitals: Sequence[Place], kinds: Sequence[Kind], shared_names: int) -> list[Doctor]:
    """Doctors of intermediate title or above by hospital and specialty: 55 / 32 / 13 % by title."""
    doctors: list[Doctor] = []
    names = iter(person_names(dice, sum(h.doctors for h in hospitals)))
    for home in hospitals:
        weights = [k.share**0.75 * home.weights.get(k.id, 1.0) for k in kinds]
        offered = [k for k, w in zip(kinds, weights, strict=True) if w > 0]
        counts = split_whole(home.doctors - len(offered), [w for w in weights if w > 0])
        for kind, count in zip(offered, counts, strict=True):
            for _ in range(count + 1):
                title = dice.pick((2, 3, 4), (0.55, 0.32, 0.13)) if kind.min_title < 3 else dice.pick((3, 4), (0.7, 0.3))
                doctors.append(Doctor(
                    f"D{len(doctors) + 1:03d}", next(names), home, kind, title,
                    dice.pick((0.5, 1.0, 2.0), (0.35, 0.45, 0.20)),
                    dice.pick(("no", "may", "wants"), (0.66, 0.26, 0.08)),
                    dice.pick((45.0, 60.0, 90.0), (0.2, 0.5, 0.3)),
                ))
    for _ in range(shared_names):  # two persons of one name, in different specialties
        one = dice.pick(doctors)
        dice.pick([d for d in doctors if d.kind is not one.kind]).name = one.name
    for doctor in doctors:
        if doctor.kind.id in _SECOND_SCOPE and dice.chance(0.15):
            doctor.scope = (doctor.kind.id, _SECOND_SCOPE[doctor.kind.id])
    return doctors


def give_duties(dice: Dice, doctor: Doctor) -> None:
    """Fixed clinics, operating days, ward rounds: 6 to 8 of 10 half-days a week are taken at home."""
    days = dice.some((1, 2, 3, 4, 5), 5)
    what = ("手术日", "手术日") if doctor.kind.surgical else ("病区", "病区")
    plan = [(days[0], "day", what[0]), (days[1], "day", what[1]), (days[2], dice.pick(("am", "pm")), "专家门诊")]
    plan.append((days[3], dice.pick(("am", "pm")), "教学查房" if doctor.title >= 3 else "普通门诊"))
    if dice.chance(0.6):
        plan.append((days[2], "pm" if plan[2][1] == "am" else "am", "病例讨论"))
    for day, slot, name in sorted(plan):
        doctor.duties.append({"doctor": doctor.id, "weekday": day, "slot": slot, "weeks": "all", "what": name})
        doctor.busy |= {(day, s) for s in (("am", "pm") if slot == "day" else (slot,))}
    if dice.chance(0.12):  # a night in every second week; the morning after is off
        night, weeks = dice.pick((1, 2, 3, 4)), dice.pick(("odd", "even"))
        doctor.duties.append({"doctor": doctor.id, "weekday": night, "slot": "night", "weeks": weeks, "what": "夜班"})
        doctor.busy.add((night + 1, "am"))


def departments(doctors: Sequence[Doctor], share: float = 0.6) -> list[Row]:
    """Whole departments: eligible doctors are about 60 % of a department's physicians."""
    count: dict[tuple[str, str], int] = {}
    for d in doctors:
        key = (d.home.id, d.kind.department)
        count[key] = count.get(key, 0) + 1
    return [{"institution": h, "department": name, "headcount": ceil(n / share - 1e-9),
             "min_present": 2 if 3 <= ceil(n / share) <= 5 else "", "max_away_share": ""}
            for (h, name), n in count.items()]


# --- today's practice -------------------------------------------------------------------------------------


@dataclass
class Today:
    """Today's roster and postings while they are built: counts per (doctor, site, specialty)."""

    quarter: Quarter
    trip: Trip
    half_day: float = 45.0
    roster: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    count: dict[tuple[str, str, str], int] = field(default_factory=dict)
    posted: dict[tuple[str, str], str] = field(default_factory=dict)
    slots: dict[tuple[str, int, str], int] = field(default_factory=dict)

    def cell(self, site: str, kind: str) -> int:
        return sum(n for (_, i, k), n in self.count.items() if (i, k) == (site, kind))

    def site(self, site: str) -> int:
        return sum(n for (_, i, _), n in self.count.items() if i == site)


def can_go(doctor: Doctor, site: Place, trip: Trip, heads: Mapping[tuple[str, str], int]) -> bool:
    """Own group, title, reach and a department that can spare somebody."""
    return (doctor.home.group == site.group and doctor.title >= doctor.kind.min_title
            and minutes(doctor.home, site, trip) <= min(90.0, doctor.max_minutes)
            and heads[doctor.home.id, doctor.kind.department] >= 3)


def add_posting(dice: Dice, today: Today, site: Place, doctors: Sequence[Doctor], heads: Mapping[tuple[str, str], int],
                start: date, end: date, skip: Sequence[str]) -> bool:
    """One doctor lives and works at the site; a department of four or more spares one in five."""
    busy = {str(p["doctor"]) for p in today.postings}
    gone: dict[tuple[str, str], int] = {}
    for d in doctors:
        if d.id in busy:
            gone[d.home.id, d.kind.department] = gone.get((d.home.id, d.kind.department), 0) + 1
    fit = [d for d in doctors if d.id not in busy and d.away == 0 and d.posting != "no" and d.kind.id not in skip
           and can_go(d, site, today.trip, heads)]
    fit = [d for d in fit if heads[d.home.id, d.kind.department] >= 4
           and gone.get((d.home.id, d.kind.department), 0) + 1 <= max(1, floor(0.2 * heads[d.home.id, d.kind.department]))]
    if not fit:
        return False
    doctor = dice.pick(fit)
    doctor.duties.clear()  # nobody keeps a clinic at home while living elsewhere
    doctor.busy.clear()
    today.postings.append({"doctor": doctor.id, "institution": site.id, "specialty": doctor.kind.id, "start": start, "end": end})
    today.posted[site.id, doctor.kind.id] = doctor.id
    return True


def add_clinic(dice: Dice, today: Today, site: Place, kind: Kind, doctors: Sequence[Doctor],
               heads: Mapping[tuple[str, str], int]) -> bool:
    """One regular clinic of today: weekly, fortnightly or monthly, in a half-day free of duties."""
    quarter, posted = today.quarter, {str(p["doctor"]) for p in today.postings}
    if today.cell(site.id, kind.id) or (site.id, kind.id) in today.posted:
        return False
    fit = [d for d in doctors if d.kind is kind and d.id not in posted and can_go(d, site, today.trip, heads)]
    far = any(minutes(d.home, site, today.trip) > today.half_day for d in fit)
    chances = (0.50, 0.50, 1e-9) if far else (0.38, 0.42, 0.20)
    first = FREQUENCIES.index(dice.pick(FREQUENCIES[:3], chances))
    for frequency in reversed(FREQUENCIES[: first + 1]):  # rarer where nobody has the time
        for doctor in dice.some(fit, len(fit)):
            for day, slot, weeks in _free_slots(dice, today, doctor, site, frequency):
                days = quarter.history(day, 2) if frequency == "monthly" else quarter.dates(day, weeks)
                cost = len(days) * (2 if far else 1)
                if doctor.away + cost <= doctor.free(quarter) and quarter.mode(len(days)) == frequency:
                    _enter(today, doctor, site, kind, day, slot, weeks, days, frequency, cost)
                    return True
    return False


def _free_slots(dice: Dice, today: Today, doctor: Doctor, site: Place, frequency: str) -> list[tuple[int, str, str]]:
    """Free (weekday, slot, weeks), mornings first three times of four: townships are seen before noon."""
    first, second = ("am", "pm") if dice.chance(0.75) else ("pm", "am")
    order = [(day, slot) for slot in (first, second) for day in dice.some((1, 2, 3, 4, 5), 5)]
    order = [p for p in order if p not in doctor.busy and today.slots.get((site.id, *p), 0) < site.rooms]
    parity = dice.some(("odd", "even"), 2) if frequency == "fortnightly" else ["all"]
    return [(day, slot, weeks) for day, slot in order for weeks in parity]


def _enter(today: Today, doctor: Doctor, site: Place, kind: Kind, day: int, slot: str, weeks: str,
           days: Sequence[date], frequency: str, cost: int) -> None:
    """Write the clinic: weekday rows if regular in weeks, dated rows of the last quarter if monthly."""
    common: Row = {"doctor": doctor.id, "institution": site.id}
    if frequency == "monthly":
        today.roster += [{**common, "date": d, "weekday": "", "slot": slot, "weeks": "", "specialty": kind.id} for d in days]
    else:
        today.roster.append({**common, "date": "", "weekday": day, "slot": slot, "weeks": weeks, "specialty": kind.id})
    doctor.away += cost
    doctor.busy.add((day, slot))
    today.slots[site.id, day, slot] = today.slots.get((site.id, day, slot), 0) + 1
    today.count[doctor.id, site.id, kind.id] = len(days)


# --- visits -------------------------------------------------------------------------------------------------


@dataclass
class Cell:
    """Visits per month of one institution and specialty, today; `referred` by hospital."""

    need: float
    own: float
    left: float
    referred: dict[str, float]
    outreach: float
    unmet: float
    recoverable: float

    def gap(self) -> float:
        return self.need - self.own - self.left - sum(self.referred.values()) - self.outreach - self.unmet


def outreach_today(today: Today, kind: Kind, site: str, need: float, own: float) -> float:
    """min(patients x clinics / months + posted visits, capture x pool): the planner's formula."""
    n, posted = today.cell(site, kind.id), (site, kind.id) in today.posted
    mode = today.quarter.mode(n)
    capture = max(dict(zip(FREQUENCIES, kind.capture, strict=True)).get(mode, 0.0), kind.posted if posted else 0.0)
    supply = (CLINIC_PATIENTS * n / today.quarter.months if mode else 0.0) + (posted_visits(kind) if posted else 0.0)
    return min(supply, capture * (need - own))


def town_cell(dice: Dice, today: Today, site: Place, kind: Kind, share: float, hospitals: Sequence[Place],
              offers: set[tuple[str, str]]) -> Cell:
    """Need by population and mix; today's outreach by formula; the rest is referred, left or unmet."""
    need = round(site.population * VISITS_PER_RESIDENT_YEAR / 12 * share * dice.between(0.75, 1.25), 1)
    own = round(need * min(0.9, kind.own * dice.between(0.8, 1.2)), 1)
    outreach = outreach_today(today, kind, site.id, need, own)
    if outreach > 0 and dice.chance(0.2):  # some clinics see fewer than the formula says
        outreach *= dice.between(0.7, 0.95)
        short = True
    else:
        short = False
    rest = need - own - outreach
    border = min(1.6, max(0.5, 1.6 - (site.outside_minutes - 60) / 60))
    left = round(min(need * 0.0655 * border * dice.between(0.5, 1.5), 0.35 * rest), 1)
    unmet = 0.0 if short else min(need * 0.03 * dice.between(0.0, 2.0), 0.15 * rest)
    go = [h for h in hospitals if (h.id, kind.id) in offers]
    weights = [0.76 if h.group == site.group else 0.12 for h in go]
    up = rest - left - unmet
    # whole tenths; what rounding leaves over is unmet today (or outreach where nothing is unmet)
    parts = [floor(10 * up * w / sum(weights) + 1e-9) / 10 for w in weights]
    referred = {h.id: p for h, p in zip(go, parts, strict=True) if p > 0}
    slip = need - own - left - sum(referred.values())
    recoverable = round(kind.recoverable * dice.between(0.8, 1.15), 2)
    if short:
        return Cell(need, own, left, referred, slip, 0.0, recoverable)
    return Cell(need, own, left, referred, min(outreach, slip), max(0.0, slip - outreach), recoverable)


def hospital_cell(dice: Dice, home: Place, kind: Kind, share: float, population: float) -> Cell:
    """Residents of the seat whose first contact is the hospital: held there, or gone outside."""
    need = round(population * VISITS_PER_RESIDENT_YEAR / 12 * share * dice.between(0.9, 1.1), 1)
    left = round(need * 0.0655 * dice.between(0.7, 1.3), 1)
    return Cell(need, round(need - left, 1), left, {}, 0.0, 0.0, round(kind.recoverable * dice.between(0.8, 1.15), 2))


def home_load(today: Today, hospital: Place, kind: Kind, cells: Mapping[tuple[str, str], Cell],
              doctors: Sequence[Doctor], places: Mapping[str, Place]) -> float:
    """Visits a month at the hospital today: own, referred to it, and what absent doctors leave."""
    here = {d.id: d for d in doctors if d.home is hospital}
    own = cells[hospital.id, kind.id].own if (hospital.id, kind.id) in cells else 0.0
    sent = sum(c.referred.get(hospital.id, 0.0) for (_, k), c in cells.items() if k == kind.id)
    away = sum(n * (2 if minutes(hospital, places[i], today.trip) > today.half_day else 1)
               for (d, i, k), n in today.count.items() if d in here and k == kind.id)
    posted = sum(1 for (_, k), d in today.posted.items() if d in here and k == kind.id)
    return own + sent + HOME_PATIENTS * away / today.quarter.months + HOME_VISITS * posted


# --- tables from the above ------------------------------------------------------------------------------------


def institution_rows(places: Sequence[Place], insured: float, fund: float) -> list[Row]:
    """`institutions`; insured residents and the fund follow the population."""
    return [{"id": p.id, "name": p.name, "level": p.level, "kind": p.kind, "lon": p.lon, "lat": p.lat, "group": p.group,
             "lead": "yes" if p.lead else "no", "rooms": p.rooms if p.level < 2 else "",
             "open_slots": p.open_slots if p.level < 2 else "", "beds": p.beds, "staff": p.staff, "vehicles": p.vehicles,
             "population": p.population, "population_65": round(p.population * p.elderly),
             "insured": round(p.population * insured), "fund_yuan_per_year": round(p.population * insured * fund, -4),
             "private": "yes" if p.private else "no"} for p in places]


def specialty_rows(kinds: Sequence[Kind]) -> list[Row]:
    """`specialties`; what goes down again after treatment is mostly rehabilitation, TCM and chronic care."""
    down = {"rehabilitation": 0.45, "tcm": 0.25, "neurology": 0.30, "orthopaedics": 0.25, "cardiology": 0.20, "surgery": 0.20}
    days = {"rehabilitation": 16.0, "neurology": 14.0, "orthopaedics": 14.0, "oncology": 12.0}
    return [{"id": k.id, "name": k.name, "patients_per_session": CLINIC_PATIENTS, "first_session_patients": 8.0, "ramp_weeks": 13,
             "min_title": k.min_title, "requires": k.requires, "equipment": k.equipment,
             "capture_twice_weekly": k.capture[3], "capture_weekly": k.capture[2], "capture_fortnightly": k.capture[1],
             "capture_monthly": k.capture[0], "capture_posted": k.posted, "capture_tele": k.tele, "tele_per_session": 8.0,
             "home_patients_per_session": HOME_PATIENTS, "visits_per_posted_month": posted_visits(k),
             "down_share": down.get(k.id, 0.10), "down_bed_days": days.get(k.id, 9.0)} for k in kinds]


def usage_rows(kinds: Sequence[Kind], services: Sequence[str]) -> list[Row]:
    return [{"specialty": k.id, "service": s, "items_per_visit": USAGE[s][k.id]}
            for k in kinds for s in services if k.id in USAGE[s]]


def doctor_rows(dice: Dice, doctors: Sequence[Doctor], year: int, lives: Mapping[str, Place] | None = None) -> list[Row]:
    """`doctors`; `lives` are those who do not live beside their hospital."""
    lives = lives or {}
    rows: list[Row] = []
    for d in doctors:
        near = d.title < 4 and dice.chance(0.35)
        rows.append({"id": d.id, "name": d.name, "institution": d.home.id, "department": d.kind.department,
                     "specialty": d.kind.id, "scope": d.scope, "title": d.title, "sessions_per_week": d.per_week,
                     "posting": d.posting, "home_visits_per_month": HOME_VISITS if dice.chance(0.8) else dice.pick((40.0, 60.0, 120.0)),
                     "max_minutes": "" if d.max_minutes >= 90 else d.max_minutes,
                     "promotion_year": year + dice.whole(0, 4) if near else "",
                     "credit_days": dice.whole(0, 26) * 10 if near else dice.whole(0, 6) * 10,
                     "lives_lon": lives[d.id].lon if d.id in lives else "", "lives_lat": lives[d.id].lat if d.id in lives else ""})
    return rows


def need_row(place: Place, kind: Kind, cell: Cell, pattern: str = "any") -> Row:
    far = place.outside_minutes < 65  # where leaving is easy, keeping visits matters most
    return {"institution": place.id, "specialty": kind.id, "visits_per_month": cell.need, "own_visits_per_month": cell.own,
            "referred_visits_per_month": round(sum(cell.referred.values()), 1), "left_visits_per_month": cell.left,
            "recoverable_share": cell.recoverable, "pattern": pattern, "priority": 1.2 if far and place.level < 2 else 1.0}


def referral_rows(cells: Mapping[tuple[str, str], Cell]) -> list[Row]:
    """Up to each hospital and out of the county, per cell."""
    rows: list[Row] = []
    for (i, k), cell in cells.items():
        flows = [*cell.referred.items(), ("outside", cell.left)]
        rows += [{"origin": i, "destination": to, "specialty": k, "direction": "up", "patients_per_month": round(v, 1)}
                 for to, v in flows if v > 0]
    return rows


def down_rows(cells: Mapping[tuple[str, str], Cell], kinds: Sequence[Kind], total: float) -> list[Row]:
    """Patients sent down today, `total` a month, in proportion to what each hospital treats and sends down."""
    share = {str(r["id"]): float(str(r["down_share"])) for r in specialty_rows(kinds)}
    weights = {(h, i, k): v * share[k] for (i, k), c in cells.items() for h, v in c.referred.items()}
    scale = total / sum(weights.values())
    return [{"origin": h, "destination": i, "specialty": k, "direction": "down", "patients_per_month": round(w * scale, 1)}
            for (h, i, k), w in weights.items() if w * scale >= 0.05]


def neighbour_rows(places: Sequence[Place]) -> list[Row]:
    """Neighbouring institutions: pairs with no third one in the circle over their connection (Gabriel graph)."""
    rows: list[Row] = []
    for at, a in enumerate(places):
        for b in places[at + 1:]:
            others = (c for c in places if c is not a and c is not b)
            if all(kilometres(a, c) ** 2 + kilometres(b, c) ** 2 >= kilometres(a, b) ** 2 for c in others):
                rows.append({"institution": a.id, "neighbour": b.id, "kind": "land"})
    return rows


def history_rows(dice: Dice, today: Today, doctors: Sequence[Doctor], places: Mapping[str, Place], period: str) -> list[Row]:
    """The fairness ledger of the last period: about today's roster, with a clinic more or less."""
    rows: list[Row] = []
    for doctor in doctors:
        held = {i: n for (d, i, _), n in today.count.items() if d == doctor.id}
        if not held:
            continue
        fridays = sum(str(r["weekday"]) == "5" for r in today.roster if r["doctor"] == doctor.id)
        sessions = max(1, sum(held.values()) + dice.whole(-1, 1))
        far = sum(n for i, n in held.items() if minutes(doctor.home, places[i], today.trip) > today.half_day)
        rows.append({"doctor": doctor.id, "period": period, "sessions": sessions, "far": min(far, sessions),
                     "fridays": min(sessions, 5 * fridays), "holiday_adjacent": dice.whole(0, min(2, sessions))})
    return rows


def market_rows(dice: Dice, towns: Sequence[Place]) -> list[Row]:
    """Market days by the lunar ten days, as most townships of the plains keep them."""
    rules = ("lunar 1,4,7", "lunar 2,5,8", "lunar 3,6,9", "lunar 5,10")
    return [{"institution": t.id, "rule": dice.pick(rules)} for t in towns if t.kind == "township_centre"]


def check_today(today: Today, doctors: Sequence[Doctor], places: Mapping[str, Place], heads: Mapping[tuple[str, str], int]) -> None:
    """What the planner requires of today's practice: time, title, group, travel, rooms, cover at home, frequency."""
    quarter = today.quarter
    by_id = {d.id: d for d in doctors}
    away: dict[tuple[str, str], int] = {}
    for (d, i, k), n in today.count.items():
        doctor, site = by_id[d], places[i]
        assert doctor.home.group == site.group and doctor.title >= doctor.kind.min_title and doctor.kind.id == k
        assert minutes(doctor.home, site, today.trip) <= min(90.0, doctor.max_minutes), (d, i)
        low, high = quarter.modes()[quarter.mode(n)]
        assert low <= n <= high, (d, i, k, n)
        assert not any(p["doctor"] == d for p in today.postings), d
        key = (doctor.home.id, doctor.kind.department)
        away[key] = away.get(key, 0) + n * (2 if minutes(doctor.home, site, today.trip) > today.half_day else 1)
    for doctor in doctors:
        assert doctor.away <= doctor.free(quarter), doctor
    for key, used in away.items():
        assert heads[key] >= 3 and used <= max(1, floor(0.2 * heads[key])) * quarter.half_days, key
    for place in places.values():
        assert today.site(place.id) <= place.open_slots * quarter.open_weeks, place
    for home in {d.home.id for d in doctors}:
        gone = [by_id[str(p["doctor"])] for p in today.postings if by_id[str(p["doctor"])].home.id == home]
        assert len(gone) <= floor(0.03 * places[home].staff)
        for name in {d.kind.department for d in gone}:
            assert sum(d.kind.department == name for d in gone) <= max(1, floor(0.2 * heads[home, name])) and heads[home, name] >= 4


# --- writing --------------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{round(value, 4):g}" if abs(value) < 1e5 else f"{value:.0f}"
    if isinstance(value, tuple):
        return ";".join(str(v) for v in value)
    return "" if value is None else str(value)


def write_tables(tables: Tables, folder: Path) -> None:
    """One CSV per table, UTF-8, one line feed; a table's columns are those of its first row."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            columns = list(rows[0])
            writer.writerow(columns)
            for row in rows:
                assert list(row) == columns, (name, row)
                writer.writerow([_text(row[c]) for c in columns])


_CODE = ("assumed", "本数据集自编代码，不是统计代码 / code of this data set only")
_DERIVED_NEED = ("derived", "人口×每人每年1.1次专科就诊÷12×专业构成×随机0.75—1.25；1.1为假定（全部就诊6—7次中与下沉有关的专科部分）")

#: Where each column comes from: table -> column -> (mark, note); `*` is the table's remaining columns.
COMMON_NOTES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "institutions": {
        "id": _CODE, "lon": ("approximate", "乡镇驻地坐标，误差约3公里"), "lat": ("approximate", "乡镇驻地坐标，误差约3公里"),
        "level": ("approximate", "县级医院按二级，基层按一级"), "kind": ("approximate", "按机构名称"), "lead": ("published", "牵头医院见案例卡"),
        "rooms": ("assumed", "可供坐诊的诊室数"), "open_slots": ("assumed", "一般乡镇每周5个半天，大镇8—10个（国家下沉指南量级，需本地核实）"),
        "beds": ("assumed", "按人口和乡镇卫生院10—80张的量级"), "staff": ("assumed", "按乡镇卫生院40—80人的量级"),
        "vehicles": ("assumed", "可用于下派的车辆"), "population_65": ("approximate", "65岁以上比例：城区较低、乡镇较高"),
        "insured": ("derived", "人口×参保率0.93（假定）"), "fund_yuan_per_year": ("derived", "参保人数×人均筹资（假定）"), "private": ("assumed", "办医主体")},
    "communities": {"id": _CODE, "institution": ("derived", "按所属乡镇"), "name": ("assumed", "按当地命名习惯拟名，不对应真实村名"),
                    "lon": ("assumed", "在乡镇驻地周围随机布点"), "lat": ("assumed", "在乡镇驻地周围随机布点"),
                    "population": ("derived", "乡镇人口随机分摊，合计不变"), "population_65": ("derived", "乡镇老年人口随机分摊，合计不变")},
    "specialties": {"id": _CODE, "name": ("literature", "县级医院常设专科"), "patients_per_session": ("literature", "domain D9：每半天15人"),
                    "first_session_patients": ("literature", "首次坐诊4—8人"), "ramp_weeks": ("literature", "2—3个月达到正常量"),
                    "min_title": ("national_rule", "中级及以上；肾内、肿瘤按副高"), "requires": ("assumed", "该专业门诊离不开的检查服务"),
                    "equipment": ("assumed", "该专业门诊必需的设备"), "*": ("assumed", "情景假设，未经本地校准")},
    "needs": {"institution": _CODE, "specialty": _CODE, "visits_per_month": _DERIVED_NEED,
              "own_visits_per_month": ("assumed", "各专业基层自身承担比例×随机0.8—1.2"),
              "referred_visits_per_month": ("derived", "需求减去自诊、外流、坐诊和未满足；等于referrals表上转之和"),
              "left_visits_per_month": ("derived", "按公布的县域内就诊水平和到外县的路程分摊"),
              "recoverable_share": ("assumed", "可回流比例0.3—0.6"), "pattern": ("assumed", "部分单位申报频次"),
              "priority": ("assumed", "易外流的边界乡镇1.2，其余1"), "*": ("assumed", "部分单位申报的希望")},
    "capabilities": {"institution": _CODE, "specialty": _CODE, "visits_per_month": ("derived", "今日工作量×1.03—1.14；空白按今日工作量加5%"),
                     "beds": ("assumed", "康复床位"), "direction": ("assumed", "")},
    "usage": {"specialty": _CODE, "service": _CODE, "items_per_visit": ("assumed", "每次就诊开具的检查数")},
    "doctors": {"id": _CODE, "name": ("assumed", "虚构姓名，含重名"), "institution": ("derived", "按医院规模分配"),
                "department": ("assumed", "常见科室设置"), "specialty": ("derived", "按专业构成的0.75次方分配，中医院偏中医康复"),
                "scope": ("assumed", "执业范围，空白为本专业"), "title": ("assumed", "主治55%、副主任32%、主任13%"),
                "sessions_per_week": ("assumed", "每周0.5、1或2个半天"), "posting": ("assumed", "可派驻意愿"),
                "home_visits_per_month": ("assumed", "派驻后本院少看的人次"), "max_minutes": ("assumed", "个人可接受的单程路程"),
                "lives_lon": ("assumed", "少数医生的常住地"), "lives_lat": ("assumed", "少数医生的常住地"),
                "promotion_year": ("assumed", "拟晋升年份"), "credit_days": ("assumed", "已累计下乡天数")},
    "duties": {"doctor": _CODE, "*": ("assumed", "固定门诊、手术日、查房、夜班；每周约2—4个半天空闲")},
    "absences": {"doctor": _CODE, "*": ("assumed", "虚构的请假")},
    "departments": {"institution": _CODE, "department": ("assumed", "常见科室设置"), "headcount": ("derived", "可外派医生数÷0.6"),
                    "*": ("assumed", "小科室至少留2人；其余按默认20%")},
    "neighbours": {"institution": _CODE, "neighbour": _CODE, "kind": ("assumed", "按坐标推算的相邻关系（Gabriel图），不是行政边界")},
    "history": {"doctor": _CODE, "*": ("assumed", "虚构的上期工作量台账")},
    "market_days": {"institution": _CODE, "rule": ("assumed", "按农历旬日逢集的习惯，具体日子为假定")},
    "closures": {"institution": _CODE, "*": ("assumed", "老年人体检、培训等占用诊室的半天")},
    "equipment": {"institution": _CODE, "*": ("assumed", "按乡镇规模")},
    "services": {"id": _CODE, "name": ("literature", "县域医共体资源共享中心通用名称"), "moves": ("literature", "数据或实物流转"),
                 "unit": ("literature", "各中心计量单位"), "turnaround_minutes": ("literature", "影像、心电30分钟；检验两日内；病理5个工作日（病理科指南）；消毒包按班次"),
                 "window_minutes": ("literature", "晨间标本4小时内送达"), "quantile": ("literature", "95%的报告在时限内"),
                 "minutes_per_item": ("literature", "DR 3分钟、心电1.5分钟"), "verify_minutes_per_item": ("literature", "审核为书写的三至五成"),
                 "*": ("assumed", "中心运行参数")},
    "volumes": {"institution": _CODE, "service": _CODE, "items_per_day": ("derived", "每万居民年业务量（领域规则B4.3）÷每年工作日；医院为假定"),
                "local_share": ("assumed", "急诊和即时检验、手术室自行处理等留在本单位的比例")},
    "centres": {"service": _CODE, "institution": _CODE, "state": ("assumed", "公开材料列有五大中心，具体地点为假定"), "*": ("assumed", "规模与费用为量级估计（领域规则B4.4）")},
    "posts": {"institution": _CODE, "specialty": _CODE, "*": ("assumed", "申报岗位")},
    "current_postings": {"doctor": _CODE, "institution": _CODE, "specialty": _CODE, "*": ("assumed", "在岗派驻")},
    "referrals": {"origin": _CODE, "destination": _CODE, "specialty": _CODE, "direction": ("assumed", "up=到上级医院就诊（含自行前往），down=下转"),
                  "patients_per_month": ("derived", "上转：需求表分摊；下转：总量按各专业下转比例分摊")},
    "reserves": {"institution": _CODE, "specialty": _CODE, "visits_per_month": ("derived", "今日上转量的5%"), "beds": ("assumed", "预留床位")},
    "travel": {"origin": _CODE, "destination": ("approximate", "outside = 最近的外地医疗中心"), "*": ("approximate", "到外地就医的单程时间")},
    "roster": {"doctor": _CODE, "institution": _CODE, "specialty": _CODE, "*": ("assumed", "虚构的现行坐诊表；有日期者为上季度的每月一次门诊")},
    "targets": {"source": ("derived", "见本列文字"), "tolerance": ("assumed", "比例2%，折算量15%"), "*": ("published", "公布数字，出处见source列")},
}


def source_rows(notes: Mapping[str, Mapping[str, tuple[str, str]]], tables: Tables) -> list[Row]:
    """The `sources` table: one row per column of every table, in the order of the tables."""
    rows: list[Row] = []
    for table, content in tables.items():
        for column in content[0]:
            own, common = notes.get(table, {}), COMMON_NOTES[table]
            mark, note = own.get(column) or common.get(column) or own.get("*") or common["*"]
            rows.append({"table": table, "column": column, "row": "", "mark": mark, "note": note})
    return rows
