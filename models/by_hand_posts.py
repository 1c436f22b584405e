"""Posts filled as an office fills them by hand: who asks first, then a relief for everybody who leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from math import floor

import numpy as np

from models import postings
from models.instance import Instance
from models.rows import Key


def posts_by_hand(
    instance: Instance, closed: frozenset[tuple[str, str]], spare: dict[tuple[str, str], float]
) -> list[postings.Option]:
    """Running postings, new ones from their cohorts, and reliefs for those who leave.

    closed: (site, specialty) where a required service is missing. spare: visits per month that a
    (hospital, specialty) may still forgo; what is chosen is taken off.
    """
    covers, _ = postings.candidates(instance, explain=False)
    settings, chosen = postings.options_of(instance), list(postings.running(instance))
    used = {option[0] for option in chosen}
    held: dict[Key, int] = defaultdict(int)
    for option in chosen:
        _count(instance, held, option)
        _take(spare, instance, option)
    wishes = [o for o in covers if o not in chosen and not postings.is_relief(instance, o)]
    wishes.sort(
        key=lambda o: (
            -instance.needs[o[1:3]].recoverable_visits if o[1:3] in instance.needs else 0.0,
            instance.doctors[o[0]].wish_points,
            o,
        )
    )
    for option in wishes:
        doctor = instance.doctors[option[0]]
        staff = instance.institutions[doctor.institution].staff
        department = instance.departments.get((doctor.institution, doctor.department))
        if (
            doctor.id in used
            or option[1:3] in closed
            or held["post", *option[1:3]] >= instance.posts[option[1:3]].doctors
        ):
            continue
        if staff is not None and held["hospital", doctor.institution] >= floor(settings.post_share * staff + 1e-9):
            continue
        if department is not None and held["department", doctor.institution, doctor.department] >= postings.away_limit(
            department, settings.cover_min_headcount
        ):
            continue
        if settings.max_posts is not None and len(chosen) >= settings.max_posts:
            continue
        if spare.get((doctor.institution, option[2]), np.inf) < doctor.home_visits:
            continue
        chosen.append(option)
        used.add(doctor.id)
        _count(instance, held, option)
        _take(spare, instance, option)
    _relieve(instance, chosen, covers, closed, spare)
    return chosen


def _relieve(
    instance: Instance,
    chosen: list[postings.Option],
    covers: Iterable[postings.Option],
    closed: frozenset[tuple[str, str]],
    spare: dict[tuple[str, str], float],
) -> None:
    """For everybody who leaves within the horizon somebody else, early if that is possible, else the day after."""
    coming: dict[Key, list[postings.Option]] = defaultdict(list)
    for option in covers:
        if option not in chosen:
            coming[option[1:]].append(option)
    leaving = sorted(chosen, key=lambda o: (postings.period_of(instance, o)[1], o))
    for leaver in leaving:  # grows: a relief may have to be relieved
        first = postings.handover_of(instance, leaver)
        if first is None or leaver[1:3] in closed:
            continue
        for day in (first, postings.period_of(instance, leaver)[1]):
            wishes = sorted(coming[(*leaver[1:3], day)], key=lambda o: (instance.doctors[o[0]].wish_points, o))
            relief = next((o for o in wishes if _can_relieve(instance, chosen, leaver, o, spare)), None)
            if relief is not None:
                chosen.append(relief)
                leaving.append(relief)
                break


def _can_relieve(
    instance: Instance,
    chosen: list[postings.Option],
    leaver: postings.Option,
    relief: postings.Option,
    spare: dict[tuple[str, str], float],
) -> bool:
    """Whether every limit on postings allows the relief on every date; what he costs his hospital is taken off."""
    who, left = instance.doctors[relief[0]], instance.doctors[leaver[0]]
    home = (who.institution, relief[2])
    forgone = 0.0 if home == (left.institution, leaver[2]) else who.home_visits
    if who.id == left.id or spare.get(home, np.inf) < forgone:
        return False
    plan = [*chosen, relief]
    periods = [(*postings.period_of(instance, o), postings.handover_of(instance, o) or date.max) for o in plan]
    begin, end, _ = periods[-1]
    days = {begin, *(start for start, _, _ in periods if begin < start < end)}
    if not all(_within(instance, plan, periods, day) for day in days):
        return False
    if home in spare:
        spare[home] -= forgone
    return True


def _within(instance: Instance, plan: list[postings.Option], periods: list[tuple[date, date, date]], day: date) -> bool:
    """Whether the limits that touch the last posting of the plan hold on a day."""
    settings, held = postings.options_of(instance), postings.running(instance)
    relief, who = plan[-1], instance.doctors[plan[-1][0]]
    there = [o for o, (start, end, _) in zip(plan, periods, strict=True) if start <= day < end]
    places = [o for o, (start, end, left) in zip(plan, periods, strict=True) if start <= day < min(end, left)]
    staff = instance.institutions[who.institution].staff
    department = instance.departments.get((who.institution, who.department))
    if sum(o[0] == who.id for o in there) > 1:
        return False
    if sum(o[1:3] == relief[1:3] for o in places) > instance.posts[relief[1:3]].doctors:
        return False
    if staff is not None:
        away = sum(instance.doctors[o[0]].institution == who.institution for o in places)
        if away > floor(settings.post_share * staff + 1e-9):
            return False
    if department is not None:
        gone = [o for o in there if _department(instance, o) == (who.institution, who.department)]
        limit = postings.away_limit(department, settings.cover_min_headcount)
        if len(gone) > max(limit, sum(o in held for o in gone)):
            return False
    return settings.max_posts is None or len(places) <= settings.max_posts


def _department(instance: Instance, option: postings.Option) -> tuple[str, str]:
    doctor = instance.doctors[option[0]]
    return doctor.institution, doctor.department


def _take(spare: dict[tuple[str, str], float], instance: Instance, option: postings.Option) -> None:
    doctor = instance.doctors[option[0]]
    if (doctor.institution, option[2]) in spare:
        spare[doctor.institution, option[2]] -= doctor.home_visits


def _count(instance: Instance, held: dict[Key, int], option: postings.Option) -> None:
    doctor = instance.doctors[option[0]]
    held["post", option[1], option[2]] += 1
    held["hospital", doctor.institution] += 1
    held["department", doctor.institution, doctor.department] += 1
