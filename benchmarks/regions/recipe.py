"""The reconstruction recipe: from published totals to the tables of a region.

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
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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
Heads = Mapping[tuple[str, str], int]  # (hospital, department) -> headcount

MONTH_DAYS = 365.25 / 12
FREQUENCIES = ("monthly", "fortnightly", "weekly", "twice_weekly")
SLACK = 0.10  # [sessions] slack_share
CLINIC_PATIENTS = 15.0  # patients per clinic, domain sheet D9
HOME_PATIENTS = 5.0  # referrals a home half-day would have seen
HOME_VISITS = 80.0  # visits a month that a posted doctor no longer sees at home
LEFT_SHARE = 0.0655  # of the need, before distance; the county's share inside then is about 92 %
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
        left, chances = list(options), list(weights or [1.0] * len(options))
        out: list[T] = []
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


#: id | name | department | share of visits | own | recoverable | capture monthly, fortnightly, weekly, twice |
#: posted | tele | least title | required services | equipment | operates
_KINDS = """
cardiology | 心血管内科 | 心血管内科 | .12 | .35 | .45 | .18 .35 .55 .70 | .75 | .10 | 2 | ecg laboratory | 心电图机 |
endocrinology | 内分泌科 | 内分泌肾病科 | .09 | .40 | .50 | .20 .38 .58 .70 | .75 | .15 | 2 | laboratory | |
tcm | 中医 | 中医科 | .12 | .60 | .60 | .15 .30 .55 .70 | .80 | .05 | 2 | | |
general_practice | 全科医学 | 全科医学科 | .10 | .75 | .50 | .15 .30 .50 .65 | .80 | .05 | 2 | | |
respiratory | 呼吸内科 | 呼吸肿瘤科 | .08 | .40 | .40 | .18 .35 .55 .68 | .70 | .10 | 2 | imaging laboratory | |
neurology | 神经内科 | 神经内科 | .06 | .25 | .40 | .18 .35 .52 .65 | .70 | .10 | 2 | imaging | |
orthopaedics | 骨科 | 骨科 | .08 | .25 | .35 | .15 .30 .48 .60 | .70 | .03 | 2 | imaging | | yes
gynaecology | 妇科 | 妇产科 | .06 | .30 | .45 | .18 .35 .55 .68 | .75 | .03 | 2 | laboratory pathology | | yes
paediatrics | 儿科 | 儿科 | .08 | .45 | .40 | .10 .25 .45 .60 | .75 | .05 | 2 | laboratory | |
rehabilitation | 康复医学 | 康复医学科 | .04 | .25 | .50 | .10 .25 .50 .65 | .80 | .02 | 2 | | |
ultrasound | 超声诊断 | 超声科 | .03 | .30 | .60 | .20 .40 .60 .75 | .80 | 0 | 2 | | 彩超 |
ophthalmology | 眼科 | 五官科 | .03 | .15 | .40 | .25 .42 .58 .65 | .70 | .03 | 2 | | 裂隙灯 | yes
ent | 耳鼻喉科 | 五官科 | .03 | .15 | .40 | .25 .42 .58 .65 | .70 | .02 | 2 | sterile_supply | | yes
dermatology | 皮肤科 | 皮肤科 | .03 | .20 | .55 | .25 .42 .58 .65 | .70 | .20 | 2 | | |
nephrology | 肾内科 | 内分泌肾病科 | .015 | .15 | .40 | .28 .45 .60 .65 | .65 | .10 | 3 | laboratory | |
oncology | 肿瘤科 | 呼吸肿瘤科 | .015 | .10 | .30 | .28 .45 .60 .65 | .65 | .10 | 3 | imaging laboratory | |
surgery | 普外科 | 普外科 | .03 | .25 | .30 | .22 .40 .55 .65 | .70 | .02 | 2 | sterile_supply | | yes
psychiatry | 精神心理 | 精神心理科 | .02 | .15 | .45 | .28 .45 .60 .65 | .70 | .15 | 2 | | |
"""


def cells_of(text: str) -> list[list[str]]:
    """The cells of a table written as lines of `a | b | c`."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def rows_of(columns: str, values: Iterable[Sequence[object]]) -> list[Row]:
    """Table rows from a list of column names and the values in that order."""
    return [dict(zip(columns.split(), one, strict=True)) for one in values]


def _kind(cells: Sequence[str]) -> Kind:
    ident, name, department, share, own, recoverable, capture, posted, tele, title, requires, equipment, operates = (
        cells
    )
    monthly, fortnightly, weekly, twice = map(float, capture.split())
    return Kind(
        id=ident,
        name=name,
        department=department,
        share=float(share),
        own=float(own),
        recoverable=float(recoverable),
        capture=(monthly, fortnightly, weekly, twice),
        posted=float(posted),
        tele=float(tele),
        min_title=int(title),
        requires=tuple(requires.split()),
        equipment=tuple(equipment.split()),
        surgical=operates == "yes",
    )


KINDS = tuple(_kind(cells) for cells in cells_of(_KINDS))
#: Items asked for per clinic visit: service | specialty share ...
_USAGE = """
imaging | respiratory .30 orthopaedics .45 neurology .25 oncology .30
ecg | cardiology .60
laboratory | cardiology .40 endocrinology .70 respiratory .30 gynaecology .30 paediatrics .40 nephrology .80 oncology .5
pathology | gynaecology .08
sterile_supply | ent .50 surgery .50
"""
USAGE: dict[str, dict[str, float]] = {
    service: {kind: float(rate) for kind, rate in zip(given.split()[::2], given.split()[1::2], strict=True)}
    for service, given in cells_of(_USAGE)
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
    floor: float | str = ""  # least clinics a month; blank is the planner's default


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
_TAILS = tuple("营 庄 墩 桥 湾 圩 岗 塘 庙 坝 洼 楼 巷 渡 桥口 家营 家洼 家岗".split())


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
            values = (f"V{len(rows) + 1:03d}", name, round(lon, 4), round(lat, 4), count, elderly, place.id)
            rows += rows_of("id name lon lat population population_65 institution", [values])
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
        return 2 * sum(bool(is_workday(self.start + timedelta(days=n))) for n in range(91))

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
_SECOND_SCOPE = {
    "cardiology": "general_practice",
    "endocrinology": "general_practice",
    "respiratory": "general_practice",
    "neurology": "rehabilitation",
    "tcm": "rehabilitation",
}


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
                chances = (0.55, 0.32, 0.13) if kind.min_title < 3 else (0.0, 0.7, 0.3)
                title = dice.pick((2, 3, 4), chances)
                per_week = dice.pick((0.5, 1.0, 2.0), (0.35, 0.45, 0.20))
                posting = dice.pick(("no", "may", "wants"), (0.66, 0.26, 0.08))
                longest = dice.pick((45.0, 60.0, 90.0), (0.2, 0.5, 0.3))
                ident = f"D{len(doctors) + 1:03d}"
                doctors.append(Doctor(ident, next(names), home, kind, title, per_week, posting, longest))
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
    ward = "手术日" if doctor.kind.surgical else "病区"
    clinic = dice.pick(("am", "pm"))
    plan = [(days[0], "day", ward), (days[1], "day", ward), (days[2], clinic, "专家门诊")]
    plan.append((days[3], dice.pick(("am", "pm")), "教学查房" if doctor.title >= 3 else "普通门诊"))
    if dice.chance(0.6):
        plan.append((days[2], "pm" if clinic == "am" else "am", "病例讨论"))
    found = [(doctor.id, day, slot, "all", what) for day, slot, what in sorted(plan)]
    if dice.chance(0.12):  # a night in every second week; the morning after is off
        found.append((doctor.id, dice.pick((1, 2, 3, 4)), "night", dice.pick(("odd", "even")), "夜班"))
    for _, day, slot, _, _ in found:
        halves = {"day": ("am", "pm"), "night": ("am",)}.get(slot, (slot,))
        doctor.busy |= {(day + (slot == "night"), half) for half in halves}
    doctor.duties += rows_of("doctor weekday slot weeks what", found)


def departments(doctors: Sequence[Doctor], share: float = 0.6) -> list[Row]:
    """Whole departments: eligible doctors are about 60 % of a department's physicians."""
    count: dict[tuple[str, str], int] = {}
    for d in doctors:
        key = (d.home.id, d.kind.department)
        count[key] = count.get(key, 0) + 1
    heads = {key: ceil(n / share - 1e-9) for key, n in count.items()}
    found = ((*key, head, 2 if 3 <= head <= 5 else "", "") for key, head in heads.items())
    return rows_of("institution department headcount min_present max_away_share", found)


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


def can_go(doctor: Doctor, site: Place, trip: Trip, heads: Heads) -> bool:
    """Own group, title, reach and a department that can spare somebody."""
    return (
        doctor.home.group == site.group
        and doctor.title >= doctor.kind.min_title
        and minutes(doctor.home, site, trip) <= min(90.0, doctor.max_minutes)
        and heads[doctor.home.id, doctor.kind.department] >= 3
    )


def add_posting(
    dice: Dice,
    today: Today,
    site: Place,
    doctors: Sequence[Doctor],
    heads: Heads,
    start: date,
    end: date,
    skip: Sequence[str] = (),
) -> bool:
    """One doctor lives and works at the site; a department of four or more spares one in five."""
    busy = {str(p["doctor"]) for p in today.postings}
    gone = Counter((d.home.id, d.kind.department) for d in doctors if d.id in busy)
    fit = []
    for doctor in doctors:
        key = (doctor.home.id, doctor.kind.department)
        if doctor.id in busy or doctor.posting == "no" or doctor.kind.id in skip:
            continue
        if doctor.away or not can_go(doctor, site, today.trip, heads):
            continue
        if heads[key] >= 4 and gone[key] < max(1, floor(0.2 * heads[key])):
            fit.append(doctor)
    if not fit:
        return False
    doctor = dice.pick(fit)
    doctor.duties.clear()  # nobody keeps a clinic at home while living elsewhere
    doctor.busy.clear()
    today.postings += rows_of(
        "doctor institution specialty start end", [(doctor.id, site.id, doctor.kind.id, start, end)]
    )
    today.posted[site.id, doctor.kind.id] = doctor.id
    return True


def add_clinic(dice: Dice, today: Today, site: Place, kind: Kind, doctors: Sequence[Doctor], heads: Heads) -> bool:
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
            for when in _free_slots(dice, today, doctor, site, frequency):
                day, _, weeks = when
                days = quarter.history(day, 2) if frequency == "monthly" else quarter.dates(day, weeks)
                cost = len(days) * (2 if far else 1)
                if doctor.away + cost <= doctor.free(quarter) and quarter.mode(len(days)) == frequency:
                    _enter(today, doctor, site, when, days if frequency == "monthly" else [])
                    doctor.away += cost
                    today.count[doctor.id, site.id, kind.id] = len(days)
                    return True
    return False


def _free_slots(dice: Dice, today: Today, doctor: Doctor, site: Place, frequency: str) -> list[tuple[int, str, str]]:
    """Free (weekday, slot, weeks), mornings first three times of four: townships are seen before noon."""
    first, second = ("am", "pm") if dice.chance(0.75) else ("pm", "am")
    order = [(day, slot) for slot in (first, second) for day in dice.some((1, 2, 3, 4, 5), 5)]
    order = [p for p in order if p not in doctor.busy and today.slots.get((site.id, *p), 0) < site.rooms]
    parity = dice.some(("odd", "even"), 2) if frequency == "fortnightly" else ["all"]
    return [(day, slot, weeks) for day, slot in order for weeks in parity]


def _enter(today: Today, doctor: Doctor, site: Place, when: tuple[int, str, str], dates: Sequence[date]) -> None:
    """Write the clinic: dated rows of the last quarter if monthly, else one row by weekday."""
    day, slot, weeks = when
    columns = "doctor institution date weekday slot weeks specialty"
    who = (doctor.id, site.id)
    if dates:
        today.roster += rows_of(columns, [(*who, one, "", slot, "", doctor.kind.id) for one in dates])
    else:
        today.roster += rows_of(columns, [(*who, "", day, slot, weeks, doctor.kind.id)])
    doctor.busy.add((day, slot))
    today.slots[site.id, day, slot] = today.slots.get((site.id, day, slot), 0) + 1


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


Cells = Mapping[tuple[str, str], Cell]


def outreach_today(today: Today, kind: Kind, site: str, need: float, own: float) -> float:
    """min(patients x clinics / months + posted visits, capture x pool): the planner's formula."""
    n, posted = today.cell(site, kind.id), (site, kind.id) in today.posted
    mode = today.quarter.mode(n)
    capture = max(dict(zip(FREQUENCIES, kind.capture, strict=True)).get(mode, 0.0), kind.posted if posted else 0.0)
    supply = (CLINIC_PATIENTS * n / today.quarter.months if mode else 0.0) + (posted_visits(kind) if posted else 0.0)
    return min(supply, capture * (need - own))


def town_cell(
    dice: Dice,
    today: Today,
    site: Place,
    kind: Kind,
    share: float,
    hospitals: Sequence[Place],
    offers: Collection[tuple[str, str]],
) -> Cell:
    """Need by population and mix; today's outreach by formula; the rest is referred, left or unmet.

    `offers` are the (hospital, specialty) with doctors; the group's own hospital gets most referrals.
    """
    need = round(site.population * VISITS_PER_RESIDENT_YEAR / 12 * share * dice.between(0.75, 1.25), 1)
    own = round(need * min(0.9, kind.own * dice.between(0.8, 1.2)), 1)
    outreach = outreach_today(today, kind, site.id, need, own)
    short = outreach > 0 and dice.chance(0.2)  # some clinics see fewer than the formula says
    if short:
        outreach *= dice.between(0.7, 0.95)
    rest = need - own - outreach
    border = min(1.6, max(0.5, 1.6 - (site.outside_minutes - 60) / 60))
    left = round(min(need * LEFT_SHARE * border * dice.between(0.5, 1.5), 0.35 * rest), 1)
    unmet = 0.0 if short else min(need * 0.03 * dice.between(0.0, 2.0), 0.15 * rest)
    able = [h for h in hospitals if (h.id, kind.id) in offers]
    weights = [0.76 if h.group == site.group else 0.12 for h in able]
    # whole tenths; what rounding leaves over is unmet today (or outreach where nothing is unmet)
    parts = [floor(10 * (rest - left - unmet) * w / sum(weights) + 1e-9) / 10 for w in weights]
    referred = {h.id: p for h, p in zip(able, parts, strict=True) if p > 0}
    slip = need - own - left - sum(referred.values())
    recoverable = round(kind.recoverable * dice.between(0.8, 1.15), 2)
    outreach = slip if short else min(outreach, slip)
    return Cell(need, own, left, referred, outreach, max(0.0, slip - outreach), recoverable)


def hospital_cell(dice: Dice, home: Place, kind: Kind, share: float, population: float) -> Cell:
    """Residents of the seat whose first contact is the hospital: held there, or gone outside."""
    need = round(population * VISITS_PER_RESIDENT_YEAR / 12 * share * dice.between(0.9, 1.1), 1)
    left = round(need * LEFT_SHARE * dice.between(0.7, 1.3), 1)
    recoverable = round(kind.recoverable * dice.between(0.8, 1.15), 2)
    return Cell(need, round(need - left, 1), left, {}, 0.0, 0.0, recoverable)


def sent_to(hospital: Place, kind: Kind, cells: Cells) -> float:
    """Visits a month referred to the hospital today."""
    return sum(c.referred.get(hospital.id, 0.0) for (_, k), c in cells.items() if k == kind.id)


def home_load(
    today: Today, hospital: Place, kind: Kind, cells: Cells, doctors: Sequence[Doctor], places: Mapping[str, Place]
) -> float:
    """Visits a month at the hospital today: own, referred to it, and what absent doctors leave."""
    here = {d.id: d for d in doctors if d.home is hospital}
    own = cells[hospital.id, kind.id].own if (hospital.id, kind.id) in cells else 0.0
    sent = sent_to(hospital, kind, cells)
    away = sum(
        n * (2 if minutes(hospital, places[i], today.trip) > today.half_day else 1)
        for (d, i, k), n in today.count.items()
        if d in here and k == kind.id
    )
    posted = sum(1 for (_, k), d in today.posted.items() if d in here and k == kind.id)
    return own + sent + HOME_PATIENTS * away / today.quarter.months + HOME_VISITS * posted


# --- tables from the above ------------------------------------------------------------------------------------


def institution_rows(places: Sequence[Place], insured: float, fund: float) -> list[Row]:
    """`institutions`; insured residents and the fund follow the population."""
    columns = "id name level kind lon lat group lead rooms open_slots beds staff vehicles population population_65"
    rows: list[Row] = []
    for p in places:
        rooms = (p.rooms, p.open_slots) if p.level < 2 else ("", "")
        where = (p.id, p.name, p.level, p.kind, p.lon, p.lat, p.group, "yes" if p.lead else "no")
        size = (*rooms, p.beds, p.staff, p.vehicles, p.population, round(p.population * p.elderly))
        money = (round(p.population * insured), round(p.population * insured * fund, -4), "yes" if p.private else "no")
        rows += rows_of(f"{columns} insured fund_yuan_per_year private", [(*where, *size, *money)])
    if any(p.floor for p in places):
        rows = [row | {"min_sessions_per_month": p.floor} for row, p in zip(rows, places, strict=True)]
    return rows


#: What goes down again after treatment: mostly rehabilitation, TCM and chronic care; bed-days of a stay.
_DOWN_SHARE = {
    "rehabilitation": 0.45,
    "neurology": 0.30,
    "tcm": 0.25,
    "orthopaedics": 0.25,
    "cardiology": 0.20,
    "surgery": 0.20,
}
_DOWN_DAYS = {"rehabilitation": 16.0, "neurology": 14.0, "orthopaedics": 14.0, "oncology": 12.0}


def specialty_rows(kinds: Sequence[Kind]) -> list[Row]:
    """`specialties`: rates of clinics, postings and teleconsultation."""
    columns = """id name patients_per_session first_session_patients ramp_weeks min_title requires equipment
        capture_twice_weekly capture_weekly capture_fortnightly capture_monthly capture_posted capture_tele
        tele_per_session home_patients_per_session visits_per_posted_month down_share down_bed_days"""
    rows: list[Row] = []
    for k in kinds:
        clinic = (k.id, k.name, CLINIC_PATIENTS, 8.0, 13, k.min_title, k.requires, k.equipment)
        rates = (*reversed(k.capture), k.posted, k.tele, 8.0, HOME_PATIENTS, posted_visits(k))
        down = (_DOWN_SHARE.get(k.id, 0.10), _DOWN_DAYS.get(k.id, 9.0))
        rows += rows_of(columns, [(*clinic, *rates, *down)])
    return rows


def usage_rows(kinds: Sequence[Kind], services: Sequence[str]) -> list[Row]:
    found = ((k.id, s, USAGE[s][k.id]) for k in kinds for s in services if k.id in USAGE[s])
    return rows_of("specialty service items_per_visit", found)


def doctor_rows(
    dice: Dice, doctors: Sequence[Doctor], year: int, lives: Mapping[str, Place] | None = None
) -> list[Row]:
    """`doctors`; `lives` are those who do not live beside their hospital."""
    columns = """id name institution department specialty scope title sessions_per_week posting
        home_visits_per_month max_minutes promotion_year credit_days lives_lon lives_lat"""
    rows: list[Row] = []
    for d in doctors:
        near = d.title < 4 and dice.chance(0.35)  # near promotion: little credit left to earn, or a lot
        who = (d.id, d.name, d.home.id, d.kind.department, d.kind.id, d.scope, d.title, d.per_week, d.posting)
        home = HOME_VISITS if dice.chance(0.8) else dice.pick((40.0, 60.0, 120.0))
        longest = "" if d.max_minutes >= 90 else d.max_minutes
        promotion = year + dice.whole(0, 4) if near else ""
        credit = dice.whole(0, 26) * 10 if near else dice.whole(0, 6) * 10
        place = (lives or {}).get(d.id)
        address = (place.lon, place.lat) if place else ("", "")
        rows += rows_of(columns, [(*who, home, longest, promotion, credit, *address)])
    return rows


def need_row(place: Place, kind: Kind, cell: Cell, pattern: str = "any") -> Row:
    """A row of `needs`. Where leaving is easy, keeping visits matters most."""
    columns = """institution specialty visits_per_month own_visits_per_month referred_visits_per_month
        left_visits_per_month recoverable_share pattern priority"""
    sent = round(sum(cell.referred.values()), 1)
    priority = 1.2 if place.outside_minutes < 65 and place.level < 2 else 1.0
    visits = (cell.need, cell.own, sent, cell.left, cell.recoverable)
    return rows_of(columns, [(place.id, kind.id, *visits, pattern, priority)])[0]


_FLOW = "origin destination specialty direction patients_per_month"


def referral_rows(cells: Cells) -> list[Row]:
    """Up to each hospital and out of the county, per cell."""
    flows = ((i, to, k, v) for (i, k), c in cells.items() for to, v in [*c.referred.items(), ("outside", c.left)])
    return rows_of(_FLOW, ((i, to, k, "up", round(v, 1)) for i, to, k, v in flows if v > 0))


def down_rows(cells: Cells, total: float) -> list[Row]:
    """Patients sent down today, `total` a month, in proportion to what is treated above and sent down."""
    sent = ((h, i, k, v) for (i, k), c in cells.items() for h, v in c.referred.items())
    weights = {(h, i, k): v * _DOWN_SHARE.get(k, 0.10) for h, i, k, v in sent}
    scale = total / sum(weights.values())
    return rows_of(_FLOW, ((*key, "down", round(w * scale, 1)) for key, w in weights.items() if w * scale >= 0.05))


def outside_rows(places: Sequence[Place]) -> list[Row]:
    """`travel`: minutes to the nearest care outside the alliance."""
    found = ((p.id, "outside", p.outside_minutes, "", "patient", "approximate") for p in places)
    return rows_of("origin destination minutes km profile method", found)


def neighbour_rows(places: Sequence[Place]) -> list[Row]:
    """Neighbouring institutions: pairs with no third one in the circle over their connection (Gabriel graph)."""
    pairs = [(a, b) for at, a in enumerate(places) for b in places[at + 1 :]]
    found = []
    for a, b in pairs:
        others = (c for c in places if c is not a and c is not b)
        if all(kilometres(a, c) ** 2 + kilometres(b, c) ** 2 >= kilometres(a, b) ** 2 for c in others):
            found.append((a.id, b.id, "land"))
    return rows_of("institution neighbour kind", found)


def history_rows(
    dice: Dice, today: Today, doctors: Sequence[Doctor], places: Mapping[str, Place], period: str
) -> list[Row]:
    """The fairness ledger of the last period: about today's roster, with a clinic more or less."""
    rows: list[Row] = []
    for doctor in doctors:
        held = {i: n for (d, i, _), n in today.count.items() if d == doctor.id}
        if not held:
            continue
        fridays = sum(str(r["weekday"]) == "5" for r in today.roster if r["doctor"] == doctor.id)
        sessions = max(1, sum(held.values()) + dice.whole(-1, 1))
        far = sum(n for i, n in held.items() if minutes(doctor.home, places[i], today.trip) > today.half_day)
        shares = (sessions, min(far, sessions), min(sessions, 5 * fridays), dice.whole(0, min(2, sessions)))
        columns = "doctor period sessions far fridays holiday_adjacent"
        rows += rows_of(columns, [(doctor.id, period, *shares)])
    return rows


def market_rows(dice: Dice, towns: Sequence[Place]) -> list[Row]:
    """Market days by the lunar ten days, as most townships of the plains keep them."""
    rules = ("lunar 1,4,7", "lunar 2,5,8", "lunar 3,6,9", "lunar 5,10")
    return [{"institution": t.id, "rule": dice.pick(rules)} for t in towns if t.kind == "township_centre"]


def check_today(today: Today, doctors: Sequence[Doctor], places: Mapping[str, Place], heads: Heads) -> None:
    """What the planner requires of today's practice; an AssertionError names what does not fit."""
    quarter, by_id = today.quarter, {d.id: d for d in doctors}
    posted = [by_id[str(p["doctor"])] for p in today.postings]
    away: Counter[tuple[str, str]] = Counter()
    for (d, i, k), n in today.count.items():
        doctor, trip = by_id[d], minutes(by_id[d].home, places[i], today.trip)
        assert can_go(doctor, places[i], today.trip, heads) and doctor.kind.id == k, (d, i, k)
        low, high = quarter.modes()[quarter.mode(n)]
        assert low <= n <= high and doctor not in posted, (d, i, k, n)
        away[doctor.home.id, doctor.kind.department] += n * (2 if trip > today.half_day else 1)
    for doctor in doctors:
        assert doctor.away <= doctor.free(quarter), doctor
    for key, used in away.items():
        assert used <= max(1, floor(0.2 * heads[key])) * quarter.half_days, key
    for place in places.values():
        held = sum(n for (_, i, _), n in today.count.items() if i == place.id)
        assert held <= place.open_slots * quarter.open_weeks, place
    for home, gone in Counter(d.home.id for d in posted).items():
        assert gone <= floor(0.03 * places[home].staff), home
    for key, gone in Counter((d.home.id, d.kind.department) for d in posted).items():
        assert heads[key] >= 4 and gone <= max(1, floor(0.2 * heads[key])), key


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


#: Where each column comes from: table | columns | mark | note; `*` is the table's remaining columns.
_NOTES = """
institutions | lon lat | approximate | 驻地坐标，误差约3公里 / seat of the institution, within 3 km
institutions | level kind | approximate | 县级医院二级、基层一级 / hospitals level 2, townships level 1
institutions | min_sessions_per_month | assumed | 每月最低坐诊次数 / least clinics a month
institutions | lead | published | 牵头医院见公开材料 / lead hospitals as published
institutions | open_slots | assumed | 一般乡镇每周5个半天，大镇8—10个 / 5 half-days a week, large towns 8 to 10
institutions | staff beds | assumed | 乡镇卫生院30—120人、10—80张床的量级 / order of magnitude of township centres
institutions | population_65 | approximate | 65岁以上比例：城区低、乡镇高 / lower in the seat, higher in the country
institutions | insured fund_yuan_per_year | derived | 人口×参保率×人均筹资（假定） / residents x assumed rates
institutions | * | assumed | 按机构规模 / by size
communities | institution | derived | 按所属乡镇 / by township
communities | name | assumed | 按当地习惯拟名，不对应真实村名 / invented in the local manner
communities | lon lat | assumed | 在驻地周围随机布点 / random points around the seat
communities | * | derived | 乡镇人口随机分摊，合计不变 / the township's residents, split at random
specialties | name | literature | 县级医院常设专科 / usual specialties of a county hospital
specialties | patients_per_session first_session_patients ramp_weeks | literature | 每半天15人，首次8人，一季度达到常量
specialties | min_title | national_rule | 中级及以上；肾内、肿瘤按副高 / intermediate title or above
specialties | requires equipment | assumed | 该专业门诊离不开的服务和设备 / what a clinic cannot do without
specialties | * | assumed | 情景假设，未经本地校准 / scenario, not calibrated
needs | visits_per_month | derived | 人口×每人每年1.1次（假定）÷12×专业构成×0.75—1.25 / residents x 1.1 a year x mix
needs | own_visits_per_month | assumed | 各专业基层自诊比例×0.8—1.2 / share held locally by specialty
needs | referred_visits_per_month | derived | 需求减自诊、外流、坐诊、未满足 / what remains of the need
needs | left_visits_per_month | derived | 按县域内就诊率和到外地路程分摊 / by the share inside and the way out
needs | * | assumed | 可回流比例0.3—0.6；部分单位的希望；边界乡镇优先1.2 / shares, wishes, border towns first
capabilities | visits_per_month | derived | 今日工作量×1.03—1.14 / today's load and a little more
capabilities | * | assumed | 康复床位 / rehabilitation beds
usage | * | assumed | 每次就诊的检查数 / items per visit
doctors | name | assumed | 虚构姓名，含重名 / invented, some shared by two persons
doctors | institution specialty | derived | 按医院规模和专业构成^0.75分配 / by size and mix
doctors | title | assumed | 主治55%、副主任32%、主任13% / 55, 32, 13 %
doctors | * | assumed | 虚构 / invented
duties | * | assumed | 固定门诊、手术日、查房、夜班；每周空闲2—4个半天 / 2 to 4 half-days a week are free
absences | * | assumed | 虚构 / invented
departments | headcount | derived | 可外派医生数÷0.6 / eligible doctors are 60 %
departments | * | assumed | 小科室至少留2人 / small departments keep two
neighbours | * | derived | 按坐标推算（Gabriel图），不是行政边界 / from coordinates, not boundaries
equipment | * | assumed | 按乡镇规模 / by size
services | name moves unit | literature | 资源共享中心通用名称和方式 / as usual
services | turnaround_minutes quantile | literature | 影像心电30分钟；检验2日；病理5日；95% / usual limits
services | window_minutes | literature | 晨间标本4小时内送达 / morning specimens within 4 hours
services | minutes_per_item verify_minutes_per_item | literature | DR 3分钟、心电1.5分钟，审核三至五成 / usual
services | * | assumed | 运行参数 / running figures
volumes | items_per_day | derived | 每万居民年业务量÷每年工作日；医院为假定 / per 10,000 residents; hospitals assumed
volumes | local_share | assumed | 即时检验、手术室自行处理等 / what must stay at the site
centres | * | assumed | 规模、费用为量级估计 / orders of magnitude
posts | * | assumed | 申报岗位 / asked for
current_postings | * | assumed | 虚构 / invented
referrals | direction | derived | up 含自行前往，down 为下转 / up includes patients who go by themselves
referrals | patients_per_month | derived | 上转按需求表分摊；下转按专业比例 / by needs; down by specialty
reserves | * | derived | 今日上转量的5% / 5 % of what comes up today
travel | * | approximate | 到外地就医的单程分钟 / minutes to care outside
roster | * | assumed | 虚构；有日期者为每月一次的门诊 / invented; dated rows are monthly clinics
history | * | assumed | 虚构的上期台账 / invented
market_days | * | assumed | 农历旬日逢集，日子为假定 / lunar rhythm, days assumed
closures | * | assumed | 体检、培训占用诊室 / health checks and training
targets | tolerance | assumed | 比例2%，折算量15% / 2 % for shares, 15 % for rates
targets | * | published | 公布数字，出处见source列 / published, see column source
"""
_CODES = frozenset("id institution specialty service doctor origin destination neighbour".split())
_CODE = ("assumed", "本数据集自编代码 / a code of this data set")


Notes = Mapping[str, Mapping[str, tuple[str, str]]]  # table -> column -> (mark, note)


def notes_of(text: str) -> dict[str, dict[str, tuple[str, str]]]:
    """Notes written as lines of `table | columns | mark | note`."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for table, columns, mark, note in cells_of(text):
        found.setdefault(table, {}).update(dict.fromkeys(columns.split(), (mark, note)))
    return found


def source_rows(notes: Notes, tables: Tables) -> list[Row]:
    """The `sources` table, one row per column; the region's own `notes` come before the shared ones."""
    shared = notes_of(_NOTES)
    found = []
    for table, content in tables.items():
        own, common = notes.get(table, {}), shared.get(table, {})
        for column in content[0]:
            note = own.get(column) or common.get(column)
            if note is None and column in _CODES and "*" not in own:
                note = _CODE
            found.append((table, column, "", *(note or own.get("*") or common["*"])))
    return rows_of("table column row mark note", found)
