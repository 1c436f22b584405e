"""Doctors by hospital, specialty and title; their duties and departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

from benchmarks.regions.recipe.drawing import Dice, split_whole
from benchmarks.regions.recipe.kinds import Kind
from benchmarks.regions.recipe.places import Place
from benchmarks.regions.recipe.quarter import Quarter
from benchmarks.regions.recipe.texts import Row, rows_of

Heads = Mapping[tuple[str, str], int]  # (hospital, department) -> headcount


SLACK = 0.10  # [sessions] slack_share
HOME_VISITS = 80.0  # visits a month that a posted doctor no longer sees at home
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
