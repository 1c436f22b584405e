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
from typing import Any

import numpy as np
import pandas as pd

from models.instance import Instance
from models.keys import Keys
from models.labels import numbers
from models.ledger import Ledger
from models.options import Postings as Options
from models.posting_limits import away_limit, posting_limits
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
from models.rows import Columns, Rows
from models.terms import Sum, flat
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


class Made:
    """The options as arrays (numbers of labels, ordinals of days) and the columns of the block.

    cover: share of each quarter (option, quarter); held: runs today; begin, end, handover: first day, day after the
    last, first day of the handover (the end of time where there is none).
    """

    def __init__(self, block: Any, instance: Instance, ledger: Ledger) -> None:
        self.instance, self.ledger, self.labels = instance, ledger, instance.labels
        covers, self.forbidden = candidates(instance, ledger.explain)
        labels, self.options = self.labels, list(covers)
        self.covers = covers
        size = len(self.options)
        self.cover = np.asarray(list(covers.values())).reshape(size, len(labels.quarters))
        dates = sorted({option[3] for option in self.options})
        at = {day: number for number, day in enumerate(dates)}
        codes = [(labels.doctor[d], labels.institution[i], labels.specialty[k], at[on]) for d, i, k, on in self.options]
        self.doctor, self.site, self.specialty, start = np.asarray(codes, dtype=np.int64).reshape(size, 4).T
        old = running(instance)
        self.held = np.asarray([option in old for option in self.options], dtype=bool)
        names = (labels.doctors, labels.institutions, labels.specialties)
        keys = Keys((*names, dates), (self.doctor, self.site, self.specialty, start))
        self.posted = Columns(
            ledger.sheet, block, "posted", keys, doc="posting made", unit="0/1", upper=1.0, integer=True
        )
        option, quarter = np.nonzero(self.cover)
        #: Every (option, quarter) in which the posting runs, with its share and its place in the grid of cells.
        self.of, self.quarter, self.part = option, quarter, self.cover[option, quarter]
        self.cell = flat(labels.cells, (self.site[option], self.specialty[option], quarter))
        there = np.zeros(labels.shape, dtype=bool)
        there.flat[self.cell] = True
        cells = labels.cell_keys(labels.named(there & (labels.needs.at >= 0)[:, :, None]))
        self.visits = Columns(
            ledger.sheet, block, "posted_visits", cells, doc="visits kept by posted doctors", unit="visits/month"
        )
        self.cells = cells

    def rows(self, name: str, doc: str, rule: str = "", unit: str = "doctors", weight: float = 1.0) -> Rows:
        return Rows(self.ledger.sheet, NAME, name, doc=doc, rule=rule, unit=unit, weight=weight)


def build(block: Any, instance: Instance, ledger: Ledger) -> None:
    made = Made(block, instance, ledger)
    _supply(made)
    posting_limits(made, options_of(instance))
    _reliefs(made)
    _home(made)
    locks_rows(block, instance, ledger, made.posted)
    for rule in sorted({rule for rules in made.forbidden.values() for rule in rules}):
        family = made.rows(f"{rule}_posting", "a filter as a row", rule, "postings")
        for option, rules in made.forbidden.items():
            if rule in rules:
                family.row(_subject(option), [(made.posted, option, 1.0)], upper=0.0)
    _money(made)


def _subject(option: Option) -> tuple[str, ...]:
    return (option[0], option[1], option[2], option[3].isoformat())


def _supply(made: Made) -> None:
    """`posted_supply`, what postings add to the visits, and where they are for the other blocks."""
    instance, labels, ledger, visits = made.instance, made.labels, made.ledger, made.visits
    family = made.rows("posted_supply", "visits need a posted doctor", unit="visits/month")
    site, specialty, quarter = made.cells.codes
    rate = numbers(
        visits_per_month(instance, labels.institutions[i], labels.specialties[k])
        for i, k in zip(site.tolist(), specialty.tolist(), strict=True)
    )
    places = np.arange(len(visits))
    rows = family.rows(made.cells, upper=0.0)
    family.add(rows, visits, places, 1.0)
    row_of = np.full(int(np.prod(labels.shape)), -1)
    row_of[flat(labels.cells, made.cells.codes)] = rows
    row = row_of[made.cell]
    with_need = row >= 0
    family.add(row[with_need], made.posted, made.of[with_need], -rate[row[with_need]] * made.part[with_need])
    ledger.add_many("visits", made.cells, visits, places, 1.0)
    ledger.add_many("kept", Keys((labels.institutions, labels.quarters), (site, quarter)), visits, places, 1.0)
    add_items(instance, ledger, visits, made.cells)
    offered = Sum()
    offered.extend(labels.cell_keys(made.cell), made.posted, made.of, made.part)
    ledger.offers["posted"] = offered
    ledger.offers["posted_visits"] = visits
    ledger.offers["running"] = made.held


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


def _reliefs(made: Made) -> None:
    family = made.rows("relief_follows", "a relief follows somebody", "cohort", "postings")
    instance = made.instance
    relieved = {key: frozenset(post.relief_starts) for key, post in instance.posts.items() if post.relief_starts}
    # Places of the options: of those who come by date, of those who go by the two dates on which a relief may start.
    coming: dict[tuple[str, str], dict[date, list[int]]] = defaultdict(lambda: defaultdict(list))
    going: dict[tuple[str, str], dict[frozenset[date], list[int]]] = defaultdict(lambda: defaultdict(list))
    known: dict[tuple[str, str, date], frozenset[date] | None] = {}
    for at, (option, held) in enumerate(zip(made.options, made.held.tolist(), strict=True)):
        post = (option[1], option[2])
        if post not in relieved:
            continue
        if not held and option[3] in relieved[post]:
            coming[post][option[3]].append(at)
        if held or option[1:] not in known:
            first = handover_of(instance, option)
            both = None if first is None else frozenset({first, period_of(instance, option)[1]})
            if not held:
                known[option[1:]] = both
        else:
            both = known[option[1:]]
        if both is not None:
            going[post][both].append(at)
    for post, dates in sorted(coming.items()):
        for group in _together([*going[post], *(frozenset({day}) for day in dates)]):
            alone = [frozenset({day}) for day in sorted(group)] if len(group) > 2 else []
            for some in (group, *alone):
                come = [at for day in sorted(some & dates.keys()) for at in dates[day]]
                go = sorted(at for both, places in going[post].items() if both & some for at in places)
                if come:
                    row = family.rows([(*post, *(day.isoformat() for day in sorted(some)))], upper=0.0)
                    for places, sign in ((come, 1.0), (go, -1.0)):
                        family.add(np.repeat(row, len(places)), made.posted, np.asarray(places, dtype=np.int64), sign)


def _together(pairs: Iterable[frozenset[date]]) -> list[frozenset[date]]:
    """Dates joined wherever a pair shares one, earliest first."""
    groups: list[frozenset[date]] = []
    for pair in pairs:
        joined = pair.union(*(group for group in groups if group & pair))
        groups = [*(group for group in groups if not group & pair), joined]
    return sorted(groups, key=min)


def _home(made: Made) -> None:
    labels, ledger = made.labels, made.ledger
    staff = [made.instance.doctors[name] for name in labels.doctors]
    home = np.asarray([labels.institution[one.institution] for one in staff], dtype=np.int64)
    free = np.asarray([one.free for one in staff]).reshape(len(staff), len(labels.quarters))
    doctor = made.doctor[made.of]
    away = Keys((labels.doctors, labels.quarters), (doctor, made.quarter))
    ledger.add_many("half_days", away, made.posted, made.of, free[doctor, made.quarter] * made.part)
    lost = numbers(one.home_visits for one in staff)[doctor] * made.part
    keys = Keys(labels.cells, (home[doctor], made.specialty[made.of], made.quarter))
    ledger.add_many("home_load", keys, made.posted, made.of, lost)


def _money(made: Made) -> None:
    instance, ledger, everything = made.instance, made.ledger, np.arange(len(made.options))
    settings = options_of(instance)
    weeks = np.asarray([quarter.weeks for quarter in instance.quarters])
    yuan = settings.subsidy_per_year * ((made.cover * weeks).sum(axis=1) / instance.weeks)
    ledger.pay_many("postings", made.posted, everything, yuan)
    ledger.constants["change"] += CHANGE_POINTS * int(made.held.sum())
    ledger.aim_many("change", made.posted, everything, np.where(made.held, -CHANGE_POINTS, CHANGE_POINTS))
    wishes = numbers(instance.doctors[name].wish_points for name in made.labels.doctors)[made.doctor]
    ledger.aim_many("wishes", made.posted, np.flatnonzero(~made.held), wishes[~made.held])
    if settings.subsidy_budget is not None:
        family = made.rows("subsidy_budget", "subsidies within budget", "subsidy_budget", "yuan/year")
        family.row((), (), upper=settings.subsidy_budget)
        family.add(np.zeros(len(everything), dtype=np.int64), made.posted, everything, yuan)


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
