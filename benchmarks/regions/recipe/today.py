"""Today's practice: postings and regular clinics that fit rooms, duties, titles and travel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import floor

from benchmarks.regions.recipe.doctors import Doctor, Heads
from benchmarks.regions.recipe.drawing import Dice
from benchmarks.regions.recipe.kinds import Kind
from benchmarks.regions.recipe.places import Place, Trip, minutes
from benchmarks.regions.recipe.quarter import FREQUENCIES, Quarter
from benchmarks.regions.recipe.texts import Row, rows_of


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
        and minutes(doctor.home, site, trip) <= min(trip.longest, doctor.max_minutes)
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
