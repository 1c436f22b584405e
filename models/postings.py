r"""Postings: which doctor lives and works at which lower institution, from which cohort date.

A posting lasts its whole period in one place. While it runs the doctor holds no clinic elsewhere,
the home hospital loses the visits that the doctor would have treated, and the site gains a doctor
every day. Postings that run today go on until their agreed end.

A posting that ends within the horizon may be relieved: its last working days (three by default) are
its handover. A relief may start on its first day, or on the day after the end, although these are no
cohort dates. The newcomer comes early, the leaver never stays longer than agreed, and the newcomer's
months begin with the handover. During it the post counts once where posts are counted, and twice
where persons are; who cannot be spared that early comes on the day after.

Index sets
----------
``OPTIONS``  (d, i, k, p)   doctor d may fill the post of specialty k at site i from date p
``CELLS``    (i, k, q)      site, specialty, quarter in which some option or running posting is

Data (one unit per quantity)
----------------------------
cover[d,i,k,p,q]    share of the quarter    part of quarter q in which the posting runs
visits[i,k]         visits/month            seen by one posted doctor, calibrated where one is today
wanted[i,k]         persons                 doctors that the post asks for
handover[d,i,k,p]   date                    first day of the handover (only where the end is in the horizon)
free[d,q]           half-days/quarter       what a posting takes from the doctor's time
home[d]             visits/month            what the home hospital loses
head, share         persons, share          department's headcount and greatest share away

Decisions
---------
``posted``         y[d,i,k,p]  in {0, 1}   1 if the posting is made (running ones have their start as p)
``posted_visits``  v[i,k,q]    >= 0        visits/month kept local by posted doctors
``missed``         u[n]        in [0, 1]   a posting asked for with a weight is not made

Constraints
-----------
``posted_supply`` : for every cell

.. math:: v_{ikq} \le \sum_{d,p} visits_{ik}\, cover_{dikpq}\, y_{dikp}

``one_posting`` : for every doctor and every date on which one of his options starts

.. math:: \sum_{(i,k,p')\ \text{running on}\ p} y_{dikp'} \le 1

``posting_kept`` : y = 1 for a posting that runs beyond the start of the plan
``relief_follows`` : who starts to relieve relieves somebody, one each. For every post and set R of
relief dates that belong together (of those who leave, the first day of the handover and the day after)

.. math:: \sum_{d,\, r \in R} y_{dikr} \le \sum_{d,p\,:\,handover_{dikp} \in R} y_{dikp}

and, where those who leave do not share both dates, for every r in R alone: those who leave with it

``post_limit`` : for every post and date, the postings that run and are not being handed over are at
most wanted[i,k]
``post_floor`` : for every locked post, the postings made or running are at least wanted[i,k]
``post_share`` : for every hospital and date, the postings that run and are not being handed over
are at most floor(share x staff) (3 % of posts are set aside: Tianchang 2016)
``max_posts`` : the same over the whole alliance, at most the greatest number
``home_cover_posted`` : for every department and date, counting the postings that run on it

.. math:: \sum y \le \max(1, \lfloor share \cdot head \rfloor)\ \text{if}\ head \ge 4,\ \text{else}\ 0

``subsidy_budget`` : subsidies within their own budget
``wish``, ``title_floor``, ``own_group``, ``scope``, ``cohort`` : leave options out (written as rows where a
rule is soft and in explanations, which leave the scope as it is)
``lock_posting`` : y fixed by hand, and 0 where it would cover a clinic locked to a date
``asked_posting`` : sum y + missed >= 1 for a posting asked for with a weight

What it adds to the shared sums
-------------------------------
visits[i,k,q], kept[i,q]   + v[i,k,q]
half_days[d,q]             + free[d,q] cover y
home_load[h,k,q]           + home[d] cover y
clinic_items[i,s,q]        + usage x v, per working day
money "postings"           + subsidy per year x mean cover x y
aims change, wishes        26 clinics for each new posting; points for going unasked
aim floors                 weight x missed, weight x y against a lock that has a weight

Left out on purpose: reliefs by name (`planner.rotation` pairs those who come with those who go), that
two doctors at one post see hardly more patients than one in the days of a handover, night duty, and
what a posted doctor does besides visits (rounds, teaching).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from math import floor
from typing import Any

import numpy as np
import pandas as pd

from models.instance import Department, Instance
from models.keys import Keys
from models.labels import numbers
from models.ledger import Ledger
from models.options import Postings as Options
from models.posting_locks import locks_rows
from models.posting_options import (
    Option,
    add_months,
    candidates,
    handover_of,
    is_relief,
    period_of,
    running,
)
from models.rows import Columns, Rows, Term
from models.values import Values

__all__ = [
    "NAME",
    "NEEDS",
    "Option",
    "Options",
    "add_items",
    "add_months",
    "away_limit",
    "build",
    "candidates",
    "handover_of",
    "is_relief",
    "options_of",
    "period_of",
    "read",
    "running",
    "visits_per_month",
    "wanted",
]

NAME = "postings"
NEEDS: tuple[str, ...] = ()
#: A new posting counts as many changes as a clinic every week for half a year.
CHANGE_POINTS = 26.0


def options_of(instance: Instance) -> Options:
    found = instance.options.get(NAME)
    return found if isinstance(found, Options) else Options()


def wanted(instance: Instance) -> bool:
    return bool(instance.posts or instance.current_postings)


def visits_per_month(instance: Instance, site: str, specialty: str) -> float:
    """Visits per month that one posted doctor keeps at the site, calibrated to today's."""
    post, need = instance.posts.get((site, specialty)), instance.needs.get((site, specialty))
    rate = post.visits_per_month if post else instance.specialties[specialty].visits_per_posted_month
    return rate * (need.calibration if need else 1.0)


def build(block: Any, instance: Instance, ledger: Ledger) -> None:
    covers, forbidden = candidates(instance, ledger.explain)
    sheet = ledger.sheet
    posted = Columns(sheet, block, "posted", covers, doc="posting made", unit="0/1", upper=1.0, integer=True)
    cells = sorted(
        {
            (i, k, q.name)
            for (_, i, k, _), c in covers.items()
            for q, part in zip(instance.quarters, c, strict=True)
            if part
        }
    )
    labels = instance.labels
    codes = [(labels.institution[i], labels.specialty[k], labels.quarter[q]) for i, k, q in cells if (i, k) in instance.needs]
    cells = Keys(labels.cells, np.asarray(codes, dtype=np.int64).reshape(len(codes), 3).T)
    visits = Columns(sheet, block, "posted_visits", cells, doc="visits kept by posted doctors", unit="visits/month")
    _supply(instance, ledger, posted, visits, covers)
    _limits(instance, ledger, posted, covers)
    _reliefs(instance, ledger, posted, covers)
    _home(instance, ledger, posted, covers)
    locks_rows(block, instance, ledger, posted)
    for rule in sorted({rule for rules in forbidden.values() for rule in rules}):
        family = Rows(sheet, NAME, f"{rule}_posting", doc="a filter as a row", rule=rule, unit="postings")
        for option, rules in forbidden.items():
            if rule in rules:
                family.row(_subject(option), [(posted, option, 1.0)], upper=0.0)
    _money(instance, ledger, posted, covers)


def _subject(option: Option) -> tuple[str, ...]:
    return (option[0], option[1], option[2], option[3].isoformat())


def _supply(
    instance: Instance, ledger: Ledger, posted: Columns, visits: Columns, covers: Mapping[Option, tuple[float, ...]]
) -> None:
    family = Rows(ledger.sheet, NAME, "posted_supply", doc="visits need a posted doctor", unit="visits/month")
    by_cell: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    for option, cover in covers.items():
        for quarter, part in zip(instance.quarters, cover, strict=True):
            if part:
                by_cell[option[1], option[2], quarter.name].append((posted, option, part))
    for cell in visits.keys:
        site, specialty, quarter = cell
        rate = visits_per_month(instance, site, specialty)
        terms: list[Term] = [(c, key, -rate * part) for c, key, part in by_cell[site, specialty, quarter]]
        family.row((site, specialty, quarter), [(visits, cell, 1.0), *terms], upper=0.0)
        ledger.add("visits", cell, visits, cell, 1.0)
        ledger.add("kept", (site, quarter), visits, cell, 1.0)
    assert isinstance(visits.keys, Keys)
    add_items(instance, ledger, visits, visits.keys)
    ledger.offers["posted"] = {cell: by_cell[cell] for cell in sorted(by_cell)}
    ledger.offers["posted_visits"] = visits


def add_items(instance: Instance, ledger: Ledger, visits: Columns, cells: Keys) -> None:
    """Items per working day that visits (institution, specialty, quarter) send to the shared centres."""
    labels, (site, specialty, quarter) = instance.labels, cells.codes
    for name, service in instance.services.items():
        per_visit = np.asarray([instance.usage.get((k, name), 0.0) for k in labels.specialties])
        if not per_visit.any():
            continue
        local = numbers(
            volume.local_share if (volume := instance.volumes.get((i, name))) else 0.0 for i in labels.institutions
        )
        at = np.flatnonzero(per_visit[specialty])
        rate = per_visit[specialty[at]] * (1.0 - local[site[at]]) * 12.0 / service.days_per_year
        keys = Keys(
            (labels.institutions, labels.services, labels.quarters),
            (site[at], np.full(len(at), labels.service[name]), quarter[at]),
        )
        ledger.add_many("clinic_items", keys, visits, at, rate)


def _by_date(instance: Instance, covers: Iterable[Option]) -> dict[date, list[Option]]:
    """For every date on which a posting may start: the options that would be running then."""
    periods = {option: period_of(instance, option) for option in covers}
    first = instance.quarters[0].start
    dates = sorted({max(first, start) for start, _ in periods.values()})
    return {day: [o for o, (start, end) in periods.items() if start <= day < end] for day in dates}


def _limits(instance: Instance, ledger: Ledger, posted: Columns, covers: Mapping[Option, tuple[float, ...]]) -> None:
    sheet, settings = ledger.sheet, options_of(instance)
    one = Rows(sheet, NAME, "one_posting", doc="one posting at a time", rule="one_posting", unit="postings")
    kept = Rows(sheet, NAME, "posting_kept", doc="running postings go on", rule="posting_kept", unit="postings")
    limit = Rows(
        sheet, NAME, "post_limit", doc="no more doctors than the post asks for", rule="post_limit", unit="doctors"
    )
    least = Rows(
        sheet, NAME, "post_floor", doc="locked posts are filled", rule="post_floor", unit="doctors", weight=10.0
    )
    share = Rows(sheet, NAME, "post_share", doc="share of the staff", rule="post_share", unit="doctors")
    cover = Rows(
        sheet, NAME, "home_cover_posted", doc="departments keep people", rule="home_cover_posted", unit="doctors"
    )
    total = Rows(sheet, NAME, "max_posts", doc="all postings at once", rule="max_posts", unit="doctors")
    old = running(instance)
    for option in old:
        kept.row(_subject(option), [(posted, option, 1.0)], lower=1.0)
    handovers = {option: handover_of(instance, option) or date.max for option in covers}
    for day, active in _by_date(instance, covers).items():
        groups: dict[tuple[str, ...], list[Term]] = defaultdict(list)
        for option in active:
            doctor, site, specialty, _ = option
            term: Term = (posted, option, 1.0)
            groups["doctor", doctor].append(term)
            if day < handovers[option]:
                groups["post", site, specialty].append(term)
                groups["hospital", instance.doctors[doctor].institution].append(term)
            groups["department", instance.doctors[doctor].institution, instance.doctors[doctor].department].append(term)
        for (kind, *who), terms in groups.items():
            subject = (*who, day.isoformat())
            if kind == "doctor" and len(terms) > 1:
                one.row(subject, terms, upper=1.0)
            elif kind == "post":
                post = instance.posts.get((who[0], who[1]))
                held = sum(1 for _, key, _ in terms if key in old)
                limit.row(subject, terms, upper=float(max(post.doctors if post else 0, held)))
            elif kind == "department" and (who[0], who[1]) in instance.departments:
                # Who is already away under an agreement stays away: the limit binds new postings.
                held = sum(1 for _, key, _ in terms if key in old)
                most = away_limit(instance.departments[who[0], who[1]], settings.cover_min_headcount)
                cover.row(subject, terms, upper=float(max(most, held)))
            elif kind == "hospital":
                staff = instance.institutions[who[0]].staff
                if staff is not None:
                    share.row(subject, terms, upper=float(floor(settings.post_share * staff + 1e-9)))
        if settings.max_posts is not None:
            places: list[Term] = [(posted, option, 1.0) for option in active if day < handovers[option]]
            total.row((day.isoformat(),), places, upper=float(settings.max_posts))
    for (site, specialty), post in sorted(instance.posts.items()):
        if post.locked:
            terms = [(posted, o, 1.0) for o in covers if o[1:3] == (site, specialty)]
            least.row((site, specialty), terms, lower=float(post.doctors))


def _reliefs(instance: Instance, ledger: Ledger, posted: Columns, covers: Mapping[Option, tuple[float, ...]]) -> None:
    family = Rows(ledger.sheet, NAME, "relief_follows", doc="a relief follows somebody", rule="cohort", unit="postings")
    coming: dict[tuple[str, str], dict[date, list[Term]]] = defaultdict(lambda: defaultdict(list))
    going: dict[tuple[str, str], list[tuple[frozenset[date], Term]]] = defaultdict(list)
    held = running(instance)
    for option in covers:
        post = (option[1], option[2])
        if option not in held and is_relief(instance, option):
            coming[post][option[3]].append((posted, option, 1.0))
        first = handover_of(instance, option)
        if first is not None:
            going[post].append((frozenset({first, period_of(instance, option)[1]}), (posted, option, -1.0)))
    for post, dates in sorted(coming.items()):
        for group in _together([*(both for both, _ in going[post]), *(frozenset({day}) for day in dates)]):
            alone = [frozenset({day}) for day in sorted(group)] if len(group) > 2 else []
            for some in (group, *alone):
                terms = [term for day in sorted(some & dates.keys()) for term in dates[day]]
                left = [term for both, term in going[post] if both & some]
                if terms:
                    family.row((*post, *(day.isoformat() for day in sorted(some))), [*terms, *left], upper=0.0)


def _together(pairs: Iterable[frozenset[date]]) -> list[frozenset[date]]:
    """Dates joined wherever a pair shares one, earliest first."""
    groups: list[frozenset[date]] = []
    for pair in pairs:
        joined = pair.union(*(group for group in groups if group & pair))
        groups = [*(group for group in groups if not group & pair), joined]
    return sorted(groups, key=min)


def away_limit(department: Department, least_headcount: int) -> int:
    """Persons of a department that may be away at once (domain.md B1.3, D9)."""
    if department.headcount < least_headcount:
        return 0
    limit = max(1, floor(department.max_away_share * department.headcount + 1e-9))
    if department.min_present is not None:
        limit = max(0, min(limit, department.headcount - department.min_present))
    return limit


def _home(instance: Instance, ledger: Ledger, posted: Columns, covers: Mapping[Option, tuple[float, ...]]) -> None:
    for option, cover in covers.items():
        doctor = instance.doctors[option[0]]
        for quarter, part in zip(instance.quarters, cover, strict=True):
            if part:
                at = instance.quarters.index(quarter)
                ledger.add("half_days", (doctor.id, quarter.name), posted, option, doctor.free[at] * part)
                ledger.add(
                    "home_load",
                    (doctor.institution, option[2], quarter.name),
                    posted,
                    option,
                    doctor.home_visits * part,
                )


def _money(instance: Instance, ledger: Ledger, posted: Columns, covers: Mapping[Option, tuple[float, ...]]) -> None:
    settings, held = options_of(instance), running(instance)
    subsidies: list[Term] = []
    for option, cover in covers.items():
        share = sum(part * q.weeks for part, q in zip(cover, instance.quarters, strict=True)) / instance.weeks
        ledger.pay("postings", posted, option, settings.subsidy_per_year * share)
        subsidies.append((posted, option, settings.subsidy_per_year * share))
        if option in held:
            ledger.constants["change"] += CHANGE_POINTS
            ledger.aim("change", posted, option, -CHANGE_POINTS)
        else:
            ledger.aim("change", posted, option, CHANGE_POINTS)
            ledger.aim("wishes", posted, option, instance.doctors[option[0]].wish_points)
    if settings.subsidy_budget is not None:
        family = Rows(
            ledger.sheet, NAME, "subsidy_budget", doc="subsidies within budget", rule="subsidy_budget", unit="yuan/year"
        )
        family.row((), subsidies, upper=settings.subsidy_budget)


def read(values: Values, instance: Instance) -> Mapping[str, pd.DataFrame]:
    held = running(instance)
    rows = []
    for option, value in values.of(f"{NAME}.posted").items():
        if value > 0.5:
            start, after = period_of(instance, option)
            doctor, site, specialty, _ = option
            state = "running" if option in held else "new"
            end = (after - timedelta(days=1)).isoformat()
            rows.append((doctor, site, specialty, start.isoformat(), end, state))
    names = ["doctor", "institution", "specialty", "start", "end", "state"]
    return {"postings": pd.DataFrame(sorted(rows), columns=names)}
