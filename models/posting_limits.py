"""Rows of the block `postings` on how many may be away at once, on every date on which a posting may start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from models.instance import Department
from models.keys import Later
from models.options import Postings
from models.posting_options import handover_of, period_of, running
from models.rows import Rows

if TYPE_CHECKING:
    from models.postings import Made


def away_limit(department: Department, least_headcount: int) -> int:
    """Persons of a department that may be away at once (domain.md B1.3, D9)."""
    if department.headcount < least_headcount:
        return 0
    limit = max(1, floor(department.max_away_share * department.headcount + 1e-9))
    if department.min_present is not None:
        limit = max(0, min(limit, department.headcount - department.min_present))
    return limit


@dataclass(frozen=True)
class _Group:
    """Options that share a limit: code says with whom, name who that is, most the limit (NaN: none).

    most is asked with the codes, how many of their postings run today, and how many there are.
    """

    family: Rows
    code: np.ndarray
    name: Callable[[int], tuple[str, ...]]
    most: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

    def rows(self, made: Made, day: int, active: np.ndarray) -> None:
        """Rows of one day, for the groups of the options that run on it, in the order of the options."""
        who, first, inverse = np.unique(self.code[active], return_index=True, return_inverse=True)
        held = np.bincount(inverse, weights=made.held[active], minlength=len(who))
        most = self.most(who, held, np.bincount(inverse, minlength=len(who)))
        order = np.argsort(first)
        order = order[~np.isnan(most[order])]
        names, on = who[order].tolist(), date.fromordinal(day).isoformat()
        subjects = Later(len(names), lambda: [(*self.name(at), on) for at in names])
        row_of = np.full(len(who), -1)
        row_of[order] = self.family.rows(subjects, upper=most[order])
        row = row_of[inverse]
        self.family.add(row[row >= 0], made.posted, active[row >= 0], 1.0)


def posting_limits(made: Made, settings: Postings) -> None:
    """`one_posting`, `posting_kept`, `post_limit`, `post_floor`, `post_share`, `home_cover_posted`, `max_posts`."""
    doctors = _Group(
        made.rows("one_posting", "one posting at a time", "one_posting", "postings"),
        made.doctor,
        lambda at: (made.labels.doctors[at],),
        lambda who, held, many: np.where(many > 1, 1.0, np.nan),
    )
    _kept(made)
    posts = _posts(made)
    least = made.rows("post_floor", "locked posts are filled", "post_floor", weight=10.0)
    hospitals, departments = _hospitals(made, settings), _departments(made, settings)
    total = made.rows("max_posts", "all postings at once", "max_posts")
    begin, end, handover = _periods(made)
    first = made.instance.quarters[0].start.toordinal()
    for day in np.unique(np.maximum(first, begin)).tolist():
        active = np.flatnonzero((begin <= day) & (day < end))
        there = active[day < handover[active]]
        doctors.rows(made, day, active)
        posts.rows(made, day, there)
        hospitals.rows(made, day, there)
        departments.rows(made, day, active)
        if settings.max_posts is not None:
            row = total.rows([(date.fromordinal(day).isoformat(),)], upper=float(settings.max_posts))
            total.add(np.repeat(row, len(there)), made.posted, there, 1.0)
    labels = made.labels
    for (site, specialty), post in sorted(made.instance.posts.items()):
        if post.locked:
            here = (made.site == labels.institution[site]) & (made.specialty == labels.specialty[specialty])
            at = np.flatnonzero(here)
            least.add(
                np.repeat(least.rows([(site, specialty)], lower=float(post.doctors)), len(at)), made.posted, at, 1.0
            )


def _kept(made: Made) -> None:
    family = made.rows("posting_kept", "running postings go on", "posting_kept", "postings")
    place = {made.options[at]: at for at in np.flatnonzero(made.held).tolist()}
    old = [place[option] for option in running(made.instance)]
    rows = family.rows([(d, i, k, on.isoformat()) for d, i, k, on in (made.options[at] for at in old)], lower=1.0)
    family.add(rows, made.posted, np.asarray(old, dtype=np.int64), 1.0)


def _posts(made: Made) -> _Group:
    labels, posts = made.labels, made.instance.posts
    asked = np.zeros(labels.shape[:2])
    for (site, specialty), post in posts.items():
        asked[labels.institution[site], labels.specialty[specialty]] = post.doctors

    def name(at: int) -> tuple[str, ...]:
        site, specialty = divmod(at, labels.shape[1])
        return labels.institutions[site], labels.specialties[specialty]

    return _Group(
        made.rows("post_limit", "no more doctors than the post asks for", "post_limit"),
        made.site * labels.shape[1] + made.specialty,
        name,
        lambda who, held, many: np.maximum(asked.ravel()[who], held),
    )


def _hospitals(made: Made, settings: Postings) -> _Group:
    labels, places = made.labels, made.instance.institutions
    homes = [made.instance.doctors[name].institution for name in labels.doctors]
    most = np.full(len(labels.institutions), np.nan)
    for name in set(homes):
        if (staff := places[name].staff) is not None:
            most[labels.institution[name]] = float(floor(settings.post_share * staff + 1e-9))
    return _Group(
        made.rows("post_share", "share of the staff", "post_share"),
        np.asarray([labels.institution[name] for name in homes], dtype=np.int64)[made.doctor],
        lambda at: (labels.institutions[at],),
        lambda who, held, many: most[who],
    )


def _departments(made: Made, settings: Postings) -> _Group:
    departments = made.instance.departments
    of = [(one.institution, one.department) for one in (made.instance.doctors[name] for name in made.labels.doctors)]
    names = sorted(set(of))
    number = {name: at for at, name in enumerate(names)}
    least = settings.cover_min_headcount
    most = np.asarray([away_limit(departments[n], least) if n in departments else np.nan for n in names], dtype=float)
    return _Group(
        made.rows("home_cover_posted", "departments keep people", "home_cover_posted"),
        np.asarray([number[name] for name in of], dtype=np.int64)[made.doctor],
        lambda at: names[at],
        # Who is already away under an agreement stays away: the limit binds new postings. NaN stays NaN.
        lambda who, held, many: np.maximum(most[who], held),
    )


def _periods(made: Made) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First day, day after the last, first day of the handover (after all days where there is none), as ordinals."""
    instance, known = made.instance, dict[tuple[str, str, date], tuple[int, int, int]]()
    found = []
    for option, held in zip(made.options, made.held.tolist(), strict=True):
        period = known.get(option[1:]) if not held else None
        if period is None:
            begin, end = period_of(instance, option)
            first = handover_of(instance, option) or date.max
            period = (begin.toordinal(), end.toordinal(), first.toordinal())
            if not held:
                known[option[1:]] = period
        found.append(period)
    begins, ends, handovers = np.asarray(found, dtype=np.int64).reshape(len(found), 3).T
    return begins, ends, handovers
