"""The postings that may be made: who may fill which post from which date, for how long, and its handover."""

from __future__ import annotations

import calendar
from collections import defaultdict
from datetime import date, timedelta

from models.block import admit
from models.instance import Doctor, Instance, Post

#: doctor, institution, specialty, start
Option = tuple[str, str, str, date]


def add_months(start: date, months: float) -> date:
    """The date `months` months later (whole months by calendar, the rest in days)."""
    whole = int(months)
    index = start.month - 1 + whole
    year, month = start.year + index // 12, index % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return date(year, month, day) + timedelta(days=round((months - whole) * 365.25 / 12))


def period_of(instance: Instance, option: Option) -> tuple[date, date]:
    """First day, and the day after the last, of a posting."""
    _, site, specialty, start = option
    for current in instance.current_postings:
        if (current.doctor, current.institution, current.specialty, current.start) == option:
            return current.start, current.end + timedelta(days=1)
    return start, add_months(start, instance.posts[site, specialty].months)


def running(instance: Instance) -> dict[Option, tuple[float, ...]]:
    """Postings that go on after the plan starts, with the share of each quarter that they cover."""
    return {(c.doctor, c.institution, c.specialty, c.start): c.cover for c in instance.current_postings if any(c.cover)}


def handover_of(instance: Instance, option: Option) -> date | None:
    """First day of the handover of a posting, or None where it ends outside the horizon."""
    _, site, specialty, start = option
    for current in instance.current_postings:
        if (current.doctor, current.institution, current.specialty, current.start) == option:
            return current.handover
    return instance.posts[site, specialty].handover.get(start)


def is_relief(instance: Instance, option: Option) -> bool:
    """Whether a posting may start only because another one ends about then."""
    post = instance.posts.get((option[1], option[2]))
    return post is not None and option[3] in post.relief_starts


def broken_filters(instance: Instance, option: Option) -> list[str]:
    """Filter rules that this option would break."""
    name, site, specialty, start = option
    doctor, post = instance.doctors[name], instance.posts[site, specialty]
    broken = ["wish"] if doctor.posting == "no" else []
    if specialty not in doctor.specialties:
        broken.append("scope")
    if start not in post.starts:
        broken.append("cohort")
    if doctor.title < max(post.min_title, instance.specialties[specialty].min_title):
        broken.append("title_floor")
    if not instance.same_group(doctor.institution, site):
        broken.append("own_group")
    return broken


def _starts(instance: Instance, post: Post, explain: bool) -> dict[date, tuple[float, ...]]:
    """Dates on which a posting to this post may start, with its cover; without any cover it is no option.

    Where the rule `cohort` may give way, the first days of the quarters too.
    """
    found = {start: post.cover[start] for start in post.starts}
    if explain or instance.state("cohort") != "hard":
        for quarter in instance.quarters:
            found.setdefault(quarter.start, _cover(instance, quarter.start, add_months(quarter.start, post.months)))
    return {start: cover for start, cover in sorted(found.items()) if any(cover)}


def _cover(instance: Instance, start: date, end: date) -> tuple[float, ...]:
    """Share of each quarter's weeks within [start, end); a week counts when its Monday is within."""
    return tuple(
        sum(start <= q.start + timedelta(weeks=n) < end for n in range(q.weeks)) / q.weeks for q in instance.quarters
    )


def candidates(
    instance: Instance, explain: bool
) -> tuple[dict[Option, tuple[float, ...]], dict[Option, tuple[str, ...]]]:
    """Options with their covers, and the rules under which some of them must be forbidden."""
    covers, forbidden = dict(running(instance)), {}
    staff = [doctor for _, doctor in sorted(instance.doctors.items())]
    practising: dict[str, list[Doctor]] = defaultdict(list)
    for doctor in staff:
        for specialty in doctor.specialties:
            practising[specialty].append(doctor)
    any_scope = instance.state("scope") != "hard"
    groups = {name: place.group for name, place in instance.institutions.items()}
    # What an option breaks depends on its date only by whether that is one of the post's own.
    known: dict[tuple[tuple[bool, ...], bool], tuple[str, ...] | None] = {}
    for (site, specialty), post in sorted(instance.posts.items()):
        starts = [(start, cover, start in post.starts) for start, cover in _starts(instance, post, explain).items()]
        title, group = max(post.min_title, instance.specialties[specialty].min_title), groups[site]
        # By what the doctor breaks: the dates that are left, with their covers and rules.
        allowed: dict[tuple[bool, ...], list[tuple[date, tuple[float, ...], tuple[str, ...]]]] = {}
        for doctor in staff if any_scope else practising[specialty]:
            if doctor.institution == site:
                continue
            other = groups[doctor.institution]
            breaks = (
                doctor.posting == "no",
                any_scope and specialty not in doctor.specialties,
                doctor.title < title,
                bool(group and other and group != other),
            )
            if breaks not in allowed:
                allowed[breaks] = []
                for start, cover, own in starts:
                    if (breaks, own) not in known:
                        broken = broken_filters(instance, (doctor.id, site, specialty, start))
                        known[breaks, own] = admit(instance, broken, explain)
                    rules = known[breaks, own]
                    if rules is not None:
                        allowed[breaks].append((start, cover, rules))
            for start, cover, rules in allowed[breaks]:
                option = (doctor.id, site, specialty, start)
                if option not in covers:
                    covers[option] = cover
                    if rules:
                        forbidden[option] = rules
    return dict(sorted(covers.items())), forbidden
