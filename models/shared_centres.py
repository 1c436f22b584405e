r"""Shared centres: which hospital hosts which service, how large, and who is served from where.

For every service the block opens centres at a capacity level with a promised wait, and gives each
member a centre. What is promised holds in the peak hour: the safe load of each (level, wait) is
computed beforehand by `models.turnaround`, so that no percentiles are added up. With one service,
one level and plain minutes the block is the classical capacitated location, p-median, set covering
or maximal covering problem, and with the aim `farthest` the p-centre problem.

Index sets
----------
``HOSTS``    (h, s)         host h has at least one row of `centres` for service s
``CHOICES``  (h, s, l, b)   capacity level l with promised wait b at that host
``MEMBERS``  (i, s)         institution i belongs to service s
``ARCS``     (i, h, s)      i may be served from h: there is a travel time and no filter rule forbids it
``CLINICS``  (i, s)         some specialty with a need at i uses service s

Data (one unit per quantity)
----------------------------
a[i,s]        items/day         what i sends, without what stays local
p[i,s]        items             load against the promise: a x peak share per hour (data), a per day (goods)
t[i,h]        minutes           one way from i to h; 0 at home
cap[h,s,l]    items/day         capacity of a level
safe[h,s,l,b] items             load that keeps the promised wait b, per peak hour (data) or day (goods)
least[s]      items/day         least volume of an open centre
M[i,s]        items/day         most that clinics can send: usage x recoverable visits
E[h,s,l,b]    0 or 1 by arc     whether wait b (goods: + trip + longest loop headway + work) is within the limit

Decisions
---------
``open``       y[h,s,l,b]    in {0, 1}   centre open at this level with this promised wait
``serve``      x[i,h,s]      in {0, 1}   i is served from h, for services with a single source
``share``      x[i,h,s]      in [0, 1]   part of i served from h, for services that may be divided
``unserved``   u[i,s]        in [0, 1]   share of i that no centre serves
``source``     g[i,h,s]      in {0, 1}   h is a source of i; only where the rule `single_source` may give way
``stands_in``  r[i,h,s]      in {0, 1}   h is the backup of i; only for services of the option `backup`
``extra``      e[i,h,s,q]    >= 0        items/day that clinics at i send to h
``elsewhere``  n[i,s,q]      >= 0        items/day of clinics that no centre takes
``handled``    w[h,s,l]      >= 0        items/day by level, where levels differ in cost per item
``carried``    m[h,s,l]      >= 0        item-minutes/day by level, where levels differ in cost per minute
``closed``     c[h,s]        in [0, 1]   an existing centre is given up
``farthest``   z             >= 0        minutes of the member that is farthest from its centre
``breach``     v[n]          >= 0        breach of a lock that has a weight

Constraints
-----------
``accounted`` : for every member

.. math:: \sum_h x_{ihs} + u_{is} = 1

``served`` : u <= 0, for services without a price on the unserved
``only_if_open`` : x (+ r) <= sum_{l,b} y, for every arc. Implied once y is whole, but the bound needs it.
``turnaround`` : for every arc with a choice out of time, also when none is left

.. math:: x_{ihs} + r_{ihs} \le \sum_{l,b} E_{ihslb}\, y_{hslb}

``single_source`` : sum_h g <= 1 and ``from_source`` : x <= g, where the rule is soft; where it is hard, x is whole
``one_level`` : sum_{l,b} y <= 1 at every host
``centre_capacity`` : for every host (and quarter, where clinics send items)

.. math:: \sum_i a_{is} x_{ihs} + \sum_i e_{ihsq} \le \sum_{l,b} cap_{hsl}\, y_{hslb}

``promised_wait`` : likewise with p and safe; rows that can never bind are left out
``enough_capacity`` : sum cap y + sum a u >= sum a per service; implied, but it cuts off small openings
``least_volume`` : sum_i a x >= least sum_{l,b} y
``max_centres``, ``forced_centre``, ``forbidden_centre`` : number of open centres; some level of a
forced host is open; a forbidden level is not
``window``, ``service_max_minutes``, ``membership`` : x + r <= 0 on arcs that the rule forbids (elsewhere left out)
``backup`` : sum_h r + u >= 1 and ``one_backup`` : sum_h r <= 1, for services of the option `backup`
``extra_if_served`` : e <= M x; ``elsewhere_if_unserved`` : n <= M u
``handled_in_all`` : sum_l w = items of the host; ``handled_if_chosen`` : w <= most items x sum_b y
``carried_in_all`` : sum_l m = item-minutes of the host; ``carried_if_chosen`` : m <= most x sum_b y
``closed_if_none`` : c + sum_{l,b} y >= 1 at existing hosts
``farthest_member`` : z >= sum_h t x, only with the aim `farthest` (mean minutes of a split member)
``lock``, ``soft_lock`` : centres and services fixed by hand; soft ones are paid by `breach`

What it adds to the shared sums
-------------------------------
clinic_items[i,s,q]   - e - n
money "centres"       + fixed, opening and closing cost (annualised), cost per item and item-minute, unserved items
aim change            + 13 points for each newly opened or closed centre
aim farthest          + z
offers                served[i,s] = sum_h x; centre_open[h,s] = sum_{l,b} y

Left out on purpose: queues at the loading dock, phasing over quarters, clinic items in the least
volume (they may come and go), and the capacity that a backup would need on the day it stands in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.centre_arcs import (
    Arcs,
    Choices,
    Slot,
    list_arcs,
    list_choices,
    meets_turnaround,
    peak_load,
    turnaround_minutes,
)
from models.instance import Instance, Level, Lock
from models.ledger import Ledger
from models.options import SharedCentres
from models.rows import Columns, Rows, Term
from models.values import Values

NAME = "shared_centres"
NEEDS: tuple[str, ...] = ()
Options = SharedCentres
#: What one shortfall of the rule counts in `floors`.
SERVED_WEIGHT, BACKUP_WEIGHT = 10.0, 1.0
#: Points of the aim `change` for a centre newly opened or given up: a quarter of weekly clinics.
CHANGE_POINTS = 13.0
CENTRES = ["service", "institution", "quarter", "level", "wait_minutes", "items_per_day", "used", "opens", "cost_per_year"]
LINKS = [
    "institution", "service", "centre", "backup", "share", "items_per_day", "minutes", "promised_wait", "turnaround_minutes",
]  # fmt: skip


def options_of(instance: Instance) -> Options:
    found = instance.options.get(NAME)
    return found if isinstance(found, Options) else Options()


def wanted(instance: Instance) -> bool:
    """Whether there is a centre to choose."""
    return bool(instance.levels)


@dataclass(frozen=True)
class _Made:
    """The index sets and main variables, handed from step to step of `build`.

    whole: whether the service of each arc has a single source (`serve`) or not (`share`); place:
    where the arc is in its variable; by_host: the arcs of each host; most: what clinics at
    (i, s) can send, items/day; sends: number of the arc of each column of `extra`.
    """

    block: Any
    instance: Instance
    ledger: Ledger
    choices: Choices
    arcs: Arcs
    by_host: list[np.ndarray]
    whole: np.ndarray
    place: np.ndarray
    open: Columns
    serve: Columns
    share: Columns
    unserved: Columns
    most: dict[Slot, float]
    extra: Columns
    elsewhere: Columns
    sends: np.ndarray

    def rows(self, name: str, doc: str, rule: str = "", unit: str = "", weight: float = 1.0) -> Rows:
        return Rows(self.ledger.sheet, NAME, name, doc=doc, rule=rule, unit=unit, weight=weight)

    def columns(self, name: str, keys: Iterable[Any], doc: str, unit: str, **kind: Any) -> Columns:
        return Columns(self.ledger.sheet, self.block, name, keys, doc=doc, unit=unit, **kind)

    def opened(self, host: int, coef: float = 1.0) -> list[Term]:
        """coef x sum over levels and waits of y at this host."""
        return [(self.open, key, coef) for key in self.choices.keys[self.choices.of(host)]]

    def x(self, arc: int, coef: float = 1.0) -> Term:
        return (self.serve if self.whole[arc] else self.share, self.arcs.keys[arc], coef)

    def add_x(self, family: Rows, rows: np.ndarray, arcs: np.ndarray, coefs: np.ndarray | float = 1.0) -> None:
        """Add coefs x x[arcs] to the rows, whichever variable holds the arc."""
        values = np.broadcast_to(np.asarray(coefs, dtype=float), rows.shape)
        for columns, held in ((self.serve, self.whole[arcs]), (self.share, ~self.whole[arcs])):
            if held.any():
                family.add(rows[held], columns, self.place[arcs[held]], values[held])

    def quarters(self, host: int) -> list[str]:
        """Quarters in which loads at this host differ; one blank name where no clinic sends items."""
        sent = any(self.most.get(self.arcs.members[self.arcs.member[arc]], 0.0) > 0 for arc in self.by_host[host])
        return [quarter.name for quarter in self.instance.quarters] if sent else [""]


def build(block: Any, instance: Instance, ledger: Ledger) -> None:
    """Declare the variables and rows of all services; see the docstring of this file."""
    made = _decisions(block, instance, ledger)
    _serving(made)
    _sources(made)
    _loads(made)
    _clinic_items(made)
    _numbers(made)
    _fixed_costs(made)
    _item_costs(made)
    _farthest(made)
    _locks(made)
    ledger.offers["centre_open"] = {slot: made.opened(host) for host, slot in enumerate(made.choices.hosts)}
    served: dict[Slot, list[Term]] = {slot: [] for slot in made.arcs.members}
    for arc, member in enumerate(made.arcs.member.tolist()):
        served[made.arcs.members[member]].append(made.x(arc))
    ledger.offers["served"] = served


def _decisions(block: Any, instance: Instance, ledger: Ledger) -> _Made:
    choices = list_choices(instance)
    arcs = list_arcs(instance, choices, options_of(instance), ledger.explain)
    order = np.argsort(arcs.host, kind="stable")
    by_host = np.split(order, np.searchsorted(arcs.host[order], np.arange(1, len(choices.hosts))))
    firm = instance.state("single_source") == "hard" and not ledger.explain
    whole = np.array([firm and instance.services[s].single_source for _, _, s in arcs.keys], dtype=bool)
    most = _clinic_most(instance)
    sends = [arc for arc, (i, _, s) in enumerate(arcs.keys) if most.get((i, s), 0.0) > 0]

    def columns(name: str, keys: Iterable[Any], doc: str, unit: str, **kind: Any) -> Columns:
        return Columns(ledger.sheet, block, name, keys, doc=doc, unit=unit, **kind)

    pairs = list(zip(arcs.keys, whole.tolist(), strict=True))
    periods = [quarter.name for quarter in instance.quarters]
    return _Made(
        block,
        instance,
        ledger,
        choices,
        arcs,
        by_host,
        whole,
        np.where(whole, np.cumsum(whole), np.cumsum(~whole)) - 1,
        columns("open", choices.keys, "centre open at this level and wait", "1", upper=1.0, integer=True),
        columns("serve", [key for key, one in pairs if one], "served from this centre", "1", upper=1.0, integer=True),
        columns("share", [key for key, one in pairs if not one], "part served from this centre", "share", upper=1.0),
        columns("unserved", arcs.members, "part that no centre serves", "share", upper=1.0),
        most,
        columns("extra", [(*arcs.keys[arc], q) for arc in sends for q in periods], "clinic items sent", "items/day"),
        columns("elsewhere", [(*slot, q) for slot in sorted(most) for q in periods], "clinic items elsewhere", "items/day"),
        np.repeat(np.array(sends, dtype=np.int64), len(periods)),
    )


def _clinic_most(instance: Instance) -> dict[Slot, float]:
    """Items/day that clinics can send at most, for every (i, s) with a need that uses the service."""
    most: dict[Slot, float] = {}
    for (i, k), need in instance.needs.items():
        for s, service in instance.services.items():
            per_visit = instance.usage.get((k, s), 0.0)
            if per_visit > 0:
                items = per_visit * need.recoverable_visits * 12.0 / service.days_per_year
                most[i, s] = most.get((i, s), 0.0) + items
    return most


def _serving(made: _Made) -> None:
    """Who may be served from where, and backups: the rows that hold for every arc."""
    arcs, choices, instance = made.arcs, made.choices, made.instance
    accounted = made.rows("accounted", "served from centres, or unserved", unit="share")
    members = accounted.rows(arcs.members, 1.0, 1.0)
    made.add_x(accounted, arcs.member, np.arange(len(arcs.keys)))
    accounted.add(members, made.unserved, members, 1.0)
    served = made.rows("served", "every member is served", "served", "institutions", SERVED_WEIGHT)
    for slot in arcs.members:
        if instance.services[slot[1]].unserved_cost is None:
            served.row(slot, [(made.unserved, slot, 1.0)], upper=0.0)
    stands_in = _backup(made)
    arc, choice, meets = meets_turnaround(instance, choices, arcs)
    late = np.zeros(len(arcs.keys), dtype=bool)
    late[arc[~meets]] = True
    everything = np.arange(len(arcs.keys))
    only = made.rows("only_if_open", "served only from an open centre")
    _arc_rows(made, only, everything, stands_in)
    only.add(arc, made.open, choice, -1.0)
    turnaround = made.rows("turnaround", "served only within the turnaround limit", "turnaround", "links")
    numbers = _arc_rows(made, turnaround, everything[late], stands_in)
    row_of = np.full(len(arcs.keys), -1)
    row_of[late] = numbers
    kept = meets & late[arc]
    turnaround.add(row_of[arc[kept]], made.open, choice[kept], -1.0)
    for rule, barred in arcs.barred.items():
        family = made.rows(rule, f"arcs that the rule {rule} forbids", rule, "links")
        _arc_rows(made, family, np.array(barred, dtype=np.int64), stands_in)


def _arc_rows(made: _Made, family: Rows, arcs: np.ndarray, stands_in: Columns) -> np.ndarray:
    """One row x + r <= 0 for each of the arcs, to be completed by the caller."""
    keys = [made.arcs.keys[arc] for arc in arcs.tolist()]
    rows = family.rows(keys, upper=0.0)
    made.add_x(family, rows, arcs)
    spare = [(row, stands_in.position[key]) for row, key in zip(rows.tolist(), keys, strict=True) if key in stands_in]
    if spare:
        at = np.array(spare, dtype=np.int64)
        family.add(at[:, 0], stands_in, at[:, 1], 1.0)
    return rows


def _backup(made: _Made) -> Columns:
    """A second centre for every member, for the services that ask for one."""
    named = set(options_of(made.instance).backup)
    keys = [key for key in made.arcs.keys if key[2] in named]
    stands_in = made.columns("stands_in", keys, "backup centre", "1", upper=1.0, integer=True)
    backup = made.rows("backup", "every served member has a backup", "backup", "institutions", BACKUP_WEIGHT)
    one = made.rows("one_backup", "at most one backup")
    terms: dict[Slot, list[Term]] = {slot: [] for slot in made.arcs.members if slot[1] in named}
    for i, h, s in keys:
        terms[i, s].append((stands_in, (i, h, s), 1.0))
    for slot, spare in terms.items():
        backup.row(slot, [*spare, (made.unserved, slot, 1.0)], lower=1.0)
        one.row(slot, spare, upper=1.0)
    return stands_in


def _sources(made: _Made) -> None:
    """Where the rule `single_source` may give way: binary sources with a row under the rule."""
    live = made.instance.state("single_source") != "off"
    services = made.instance.services
    loose = [
        arc for arc, key in enumerate(made.arcs.keys) if live and services[key[2]].single_source and not made.whole[arc]
    ]
    source = made.columns(
        "source", [made.arcs.keys[arc] for arc in loose], "is a source of the member", "1", upper=1.0, integer=True
    )
    single = made.rows("single_source", "one centre for each member", "single_source", "further centres")
    from_source = made.rows("from_source", "served only from a source")
    sums: dict[Slot, list[Term]] = {}
    for arc in loose:
        key = made.arcs.keys[arc]
        from_source.row(key, [made.x(arc), (source, key, -1.0)], upper=0.0)
        sums.setdefault((key[0], key[2]), []).append((source, key, 1.0))
    for slot, terms in sums.items():
        single.row(slot, terms, upper=1.0)


def _loads(made: _Made) -> None:
    """Daily and peak load of every host within what its choice allows; implied and least loads."""
    capacity = made.rows("centre_capacity", "daily load within the level's capacity", "centre_capacity", "items/day")
    promised = made.rows("promised_wait", "peak load within the safe load", "promised_wait", "items")
    least = made.rows("least_volume", "an open centre has its least volume", "least_volume", "items/day")
    arcs, choices, services = made.arcs, made.choices, made.instance.services
    for host, (h, s) in enumerate(choices.hosts):
        mine = made.by_host[host]
        peaks = np.array([_extra_peak(made, int(arc)) for arc in mine])
        _load_rows(made, capacity, host, arcs.items[mine], np.ones(len(mine)), choices.capacity[choices.of(host)])
        _load_rows(made, promised, host, arcs.peak[mine], peaks, choices.safe[choices.of(host)])
        if services[s].min_items_per_day > 0:
            row = least.row((h, s), made.opened(host, -services[s].min_items_per_day), lower=0.0)
            made.add_x(least, np.full(len(mine), row), mine, arcs.items[mine])
    enough = made.rows("enough_capacity", "open capacity covers what is served", unit="items/day")
    if made.instance.state("centre_capacity") == "hard" and not made.ledger.explain:
        for s in sorted({s for _, s in choices.hosts}):
            _enough(made, enough, s)


def _extra_peak(made: _Made, arc: int) -> float:
    """Load against the safe load of one clinic item a day on this arc."""
    i, _, s = made.arcs.keys[arc]
    volume = made.instance.volumes.get((i, s))
    share = volume.peak_share if volume else options_of(made.instance).peak_share
    return peak_load(made.instance.services[s], 1.0, share)


def _load_rows(
    made: _Made, family: Rows, host: int, loads: np.ndarray, extra_loads: np.ndarray, limits: np.ndarray
) -> None:
    """sum loads x + sum extra_loads e <= sum limits y in each quarter, unless it can never bind."""
    mine, slots = made.by_host[host], [made.arcs.members[m] for m in made.arcs.member[made.by_host[host]].tolist()]
    most = float(loads.sum() + sum(part * made.most.get(slot, 0.0) for part, slot in zip(extra_loads, slots, strict=True)))
    if not len(mine) or (limits >= most).all():
        return
    keys = made.choices.keys[made.choices.of(host)]
    limits = np.where(np.isinf(limits), most, limits)
    h, s = made.choices.hosts[host]
    for quarter in made.quarters(host):
        sent = [
            (made.extra, (*made.arcs.keys[arc], quarter), float(part))
            for arc, part, slot in zip(mine.tolist(), extra_loads, slots, strict=True)
            if quarter and made.most.get(slot, 0.0) > 0
        ]
        capacity = [(made.open, key, -float(limit)) for key, limit in zip(keys, limits, strict=True)]
        row = family.row((h, s, quarter) if quarter else (h, s), [*sent, *capacity], upper=0.0)
        made.add_x(family, np.full(len(mine), row), mine, loads)


def _enough(made: _Made, family: Rows, s: str) -> None:
    slots = [slot for slot in made.arcs.members if slot[1] == s]
    items = {slot: volume.items_per_day for slot in slots if (volume := made.instance.volumes.get(slot))}
    total, choices = sum(items.values()), made.choices
    own = [(key, cap) for key, cap in zip(choices.keys, choices.capacity.tolist(), strict=True) if key[1] == s]
    if total > 0 and min(cap for _, cap in own) < total:
        terms = [(made.open, key, min(cap, total)) for key, cap in own]
        unserved = [(made.unserved, slot, part) for slot, part in items.items()]
        family.row((s,), [*terms, *unserved], lower=total)


def _clinic_items(made: _Made) -> None:
    """What clinics send goes to the centre that serves the institution, or elsewhere."""
    ledger, extra, elsewhere = made.ledger, made.extra, made.elsewhere
    with_centre = made.rows("extra_if_served", "clinic items go to the institution's centre", unit="items/day")
    for (i, h, s, q), arc in zip(extra.keys, made.sends.tolist(), strict=True):  # type: ignore[misc]
        columns, key, _ = made.x(arc)
        with_centre.row((i, h, s, q), [(extra, (i, h, s, q), 1.0), (columns, key, -made.most[i, s])], upper=0.0)
        ledger.add("clinic_items", (i, s, q), extra, (i, h, s, q), -1.0)
    without = made.rows("elsewhere_if_unserved", "clinic items go elsewhere only where unserved", unit="items/day")
    for i, s, q in elsewhere.keys:  # type: ignore[misc]
        ledger.add("clinic_items", (i, s, q), elsewhere, (i, s, q), -1.0)
        if (i, s) in made.unserved:
            terms = [(elsewhere, (i, s, q), 1.0), (made.unserved, (i, s), -made.most[i, s])]
            without.row((i, s, q), terms, upper=0.0)


def _numbers(made: _Made) -> None:
    """Size and number of centres, forced and forbidden ones: small rules, ordinary Pyomo constraints."""
    choices, services = made.choices, made.instance.services
    one_level = made.rows("one_level", "one level and wait at a centre", "one_level", "levels")
    for host, slot in enumerate(choices.hosts):
        one_level.row(slot, made.opened(host), upper=1.0)
    y, keys = made.open.var, choices.keys
    forced = sorted({(v.institution, v.service) for v in choices.levels if v.state == "forced"})
    forbidden = sorted({(v.institution, v.service, v.level) for v in choices.levels if v.state == "forbidden"})
    limits = {s: services[s].max_centres for _, s in choices.hosts if services[s].max_centres is not None}
    made.block.max_centres = pyo.Constraint(
        sorted(limits),
        rule=lambda _, s: sum(y[key] for key in keys if key[1] == s) <= limits[s],
        doc="no more centres of a service than allowed",
    )
    made.block.forced_centre = pyo.Constraint(
        forced,
        rule=lambda _, h, s: sum(y[key] for key in keys if key[:2] == (h, s)) >= 1,
        doc="a forced centre is open at some level",
    )
    made.block.forbidden_centre = pyo.Constraint(
        forbidden,
        rule=lambda _, h, s, level: sum(y[key] for key in keys if key[:3] == (h, s, level)) <= 0,
        doc="a forbidden level is not opened",
    )


def _fixed_costs(made: _Made) -> None:
    """Yuan a year of the centres themselves; opening and closing against today."""
    choices, ledger, years = made.choices, made.ledger, made.instance.budget.annualise_years
    for key, level in zip(choices.keys, choices.levels, strict=True):
        ledger.pay("centres", made.open, key, level_cost(level, years))
    existing = [
        host for host in range(len(choices.hosts)) if any(v.state == "existing" for v in choices.levels[choices.of(host)])
    ]
    closed = made.columns("closed", [choices.hosts[host] for host in existing], "existing centre given up", "1", upper=1.0)
    family = made.rows("closed_if_none", "an existing centre is open or given up")
    for host, slot in enumerate(choices.hosts):
        if host not in existing:
            for columns, key, _ in made.opened(host):
                ledger.aim("change", columns, key, CHANGE_POINTS)
            continue
        family.row(slot, [(closed, slot, 1.0), *made.opened(host)], lower=1.0)
        cost = max(v.closing_cost for v in choices.levels[choices.of(host)] if v.state == "existing")
        ledger.pay("centres", closed, slot, cost / years)
        ledger.aim("change", closed, slot, CHANGE_POINTS)


def level_cost(level: Level, annualise_years: float) -> float:
    """Yuan a year of a level that is open, items apart."""
    opening = level.opening_cost if level.state in ("candidate", "forced") else 0.0
    return level.fixed_cost_per_year + opening / annualise_years


def _item_costs(made: _Made) -> None:
    """Yuan a year of the items: on the arcs, or by level where the levels of a host differ."""
    handled = _by_level(made, "handled", "cost_per_item", "items/day")
    carried = _by_level(made, "carried", "cost_per_item_minute", "item-minutes/day")
    choices, arcs, services, ledger = made.choices, made.arcs, made.instance.services, made.ledger
    per_item = np.zeros(len(arcs.keys))
    for host, (_, s) in enumerate(choices.hosts):
        level = choices.levels[int(choices.first[host])]
        each = 0.0 if host in handled else level.cost_per_item
        minute = 0.0 if host in carried else level.cost_per_item_minute
        mine = made.by_host[host]
        per_item[mine] = services[s].days_per_year * (each + minute * arcs.minutes[mine])
    cost = per_item * arcs.items
    for arc in np.flatnonzero(cost).tolist():
        ledger.pay("centres", *made.x(arc)[:2], float(cost[arc]))
    weight = {quarter.name: quarter.weeks / made.instance.weeks for quarter in made.instance.quarters}
    for key, arc in zip(made.extra.keys, made.sends.tolist(), strict=True):
        ledger.pay("centres", made.extra, key, float(per_item[arc]) * weight[key[3]])  # type: ignore[index]
    for slot in arcs.members:
        price, volume = services[slot[1]].unserved_cost, made.instance.volumes.get(slot)
        if price and volume:
            ledger.pay("centres", made.unserved, slot, price * volume.items_per_day * services[slot[1]].days_per_year)


def _by_level(made: _Made, name: str, price: str, unit: str) -> set[int]:
    """Columns that hold a host's load by level, where `price` differs; returns those hosts."""
    choices, arcs = made.choices, made.arcs
    weight = {quarter.name: quarter.weeks / made.instance.weeks for quarter in made.instance.quarters}
    prices = [{v.level: getattr(v, price) for v in choices.levels[choices.of(host)]} for host in range(len(choices.hosts))]
    differ = [host for host, by_level in enumerate(prices) if len(set(by_level.values())) > 1]
    keys = [(*choices.hosts[host], level) for host in differ for level in sorted(prices[host])]
    columns = made.columns(name, keys, f"{unit} by level", unit)
    in_all = made.rows(f"{name}_in_all", "the levels' parts add up to the host's load", unit=unit)
    chosen = made.rows(f"{name}_if_chosen", "only the chosen level has a part", unit=unit)
    for host in differ:
        h, s = choices.hosts[host]
        mine = made.by_host[host]
        rate = np.ones(len(mine)) if name == "handled" else arcs.minutes[mine]
        row = in_all.row((h, s), [(columns, (h, s, level), -1.0) for level in prices[host]], 0.0, 0.0)
        made.add_x(in_all, np.full(len(mine), row), mine, rate * arcs.items[mine])
        sent = np.flatnonzero(np.isin(made.sends, mine))
        factor = dict(zip(mine.tolist(), rate.tolist(), strict=True))
        parts = [factor[int(made.sends[at])] * weight[made.extra.keys[at][3]] for at in sent]  # type: ignore[index]
        in_all.add(np.full(len(sent), row), made.extra, sent, np.array(parts))
        clinic = [made.most.get(arcs.members[m], 0.0) for m in arcs.member[mine].tolist()]
        most = float((rate * (arcs.items[mine] + np.array(clinic))).sum())
        for level, each in prices[host].items():
            made.ledger.pay("centres", columns, (h, s, level), each * made.instance.services[s].days_per_year)
            y = [(made.open, key, -most) for key in choices.keys[choices.of(host)] if key[2] == level]
            chosen.row((h, s, level), [(columns, (h, s, level), 1.0), *y], upper=0.0)
    return set(differ)


def _farthest(made: _Made) -> None:
    """Minutes of the member that is farthest from its centre, if the committee asks for it."""
    asked = "farthest" in made.instance.aims.order
    farthest = made.columns("farthest", ["all"] if asked else [], "minutes of the farthest member", "minutes")
    family = made.rows("farthest_member", "no member is farther from its centre", unit="minutes")
    if asked:
        rows = family.rows(made.arcs.members, lower=0.0)
        family.add(rows, farthest, np.zeros(len(rows), dtype=np.int64), 1.0)
        made.add_x(family, made.arcs.member, np.arange(len(made.arcs.keys)), -made.arcs.minutes)
        made.ledger.aim("farthest", farthest, "all", 1.0)


def _locks(made: _Made) -> None:
    """Centres and services fixed by hand."""
    locks = [lock for lock in made.instance.locks if lock.kind in ("centre", "service")]
    if made.instance.state("lock") == "off":
        locks = []
    cells = [(lock, subject, terms) for lock in locks for subject, terms in _locked(made, lock)]
    soft = [(lock.label, *subject) for lock, subject, _ in cells if lock.weight is not None]
    breach = made.columns("breach", soft, "breach of a lock with a weight", "1")
    hard_rows = made.rows("lock", "centres and services fixed by hand", "lock", "locks")
    soft_rows = made.rows("soft_lock", "locks with a weight", unit="locks")
    for lock, subject, terms in cells:
        key = (lock.label, *subject)
        lower, upper = (1.0, np.inf) if lock.must else (-np.inf, 0.0)
        if lock.weight is None:
            hard_rows.row(key, terms, lower, upper)
        else:
            soft_rows.row(key, [*terms, (breach, key, 1.0 if lock.must else -1.0)], lower, upper)
            made.ledger.aim("floors", breach, key, lock.weight)


def _locked(made: _Made, lock: Lock) -> list[tuple[Slot, list[Term]]]:
    """What a lock fixes: (institution, service) and the terms of it; a blank names all."""
    if lock.kind == "centre":
        place = lock.institution or lock.host
        hosts = [n for n, (h, s) in enumerate(made.choices.hosts) if place in ("", h) and lock.service in ("", s)]
        return [((place, lock.service), [term for host in hosts for term in made.opened(host)])]
    slots = [(i, s) for i, s in made.arcs.members if lock.institution in ("", i) and lock.service in ("", s)]
    found: dict[Slot, list[Term]] = {slot: [] for slot in slots or [(lock.institution, lock.service)]}
    for arc, (i, h, s) in enumerate(made.arcs.keys):
        if (i, s) in found and lock.host in ("", h):
            found[i, s].append(made.x(arc))
    return list(found.items())


def read(values: Values, instance: Instance) -> dict[str, pd.DataFrame]:
    """The tables `centres` and `service_links` of the plan folder."""
    choice = {key[:2]: key for key, y in values.of(f"{NAME}.open").items() if y > 0.5}  # type: ignore[index]
    sent: dict[tuple[str, str, str], dict[str, float]] = {}
    for (i, h, s, q), items in values.of(f"{NAME}.extra").items():  # type: ignore[misc]
        sent.setdefault((i, h, s), {})[q] = items
    served = {**values.of(f"{NAME}.serve", 1e-6), **values.of(f"{NAME}.share", 1e-6)}
    backups = [key for key, r in values.of(f"{NAME}.stands_in").items() if r > 0.5]
    links = [_link(instance, choice, key, share, False) for key, share in served.items()]
    links += [_link(instance, choice, key, 0.0, True) for key in backups]  # type: ignore[arg-type]
    centres = [_centre(instance, key, served, sent) for key in choice.values()]  # type: ignore[arg-type]
    return {
        "centres": pd.DataFrame(sorted(centres), columns=CENTRES),
        "service_links": pd.DataFrame(sorted(links), columns=LINKS),
    }


def _link(instance: Instance, choice: dict[Any, Any], key: Any, share: float, backup: bool) -> tuple[object, ...]:
    i, h, s = key
    volume, wait = instance.volumes.get((i, s)), choice[h, s][3]
    minutes = 0.0 if i == h else instance.minutes[i, h]
    whole = turnaround_minutes(instance.services[s], minutes, wait)
    items = share * volume.items_per_day if volume else 0.0
    return (i, s, h, "yes" if backup else "no", share, items, minutes, wait, whole)


def _centre(instance: Instance, key: Any, served: dict[Any, float], sent: dict[Any, dict[str, float]]) -> tuple[object, ...]:
    """One row of `centres`: `used` is the load of the busiest quarter, the cost that of the whole horizon."""
    h, s, name, wait = key
    level = next(v for v in instance.levels if (v.institution, v.service, v.level) == (h, s, name))
    weight = {quarter.name: quarter.weeks / instance.weeks for quarter in instance.quarters}
    steady, clinics, cost = 0.0, dict.fromkeys(weight, 0.0), level_cost(level, instance.budget.annualise_years)
    for (i, host, service), share in served.items():
        if (host, service) != (h, s):
            continue
        volume = instance.volumes.get((i, s))
        own = share * volume.items_per_day if volume else 0.0
        extra = sent.get((i, h, s), {})
        steady += own
        for quarter, items in extra.items():
            clinics[quarter] += items
        minutes = 0.0 if i == h else instance.minutes[i, h]
        rate = instance.services[s].days_per_year * (level.cost_per_item + level.cost_per_item_minute * minutes)
        cost += rate * (own + sum(weight[quarter] * items for quarter, items in extra.items()))
    existing = any(v.state == "existing" for v in instance.levels if (v.institution, v.service) == (h, s))
    used = steady + max(clinics.values(), default=0.0)
    return (s, h, "", name, wait, level.items_per_day, used, "no" if existing else "yes", cost)
