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
``serve``      x[i,h,s]      in {0, 1}   i is served from h: services with a single source, and sites with clinics
``share``      x[i,h,s]      in [0, 1]   part of i served from h, for services that may be divided
``unserved``   u[i,s]        in [0, 1]   share of i that no centre serves
``source``     g[i,h,s]      in {0, 1}   h is a source of i; only where the rule `single_source` may give way
``stands_in``  r[i,h,s]      in {0, 1}   h is the backup of i; only for services of the option `backup`
``extra``      e[i,h,s,q]    >= 0        items/day that clinics at i send to h
``elsewhere``  n[i,s,q]      >= 0        items/day of clinics that no centre takes
``handled``    w[h,s,l]      >= 0        items/day by level, where levels differ in cost per item
``carried``    m[h,s,l]      >= 0        item-minutes/day by level, where levels differ in cost per minute
``closed``     c[h,s]        in [0, 1]   an existing centre is given up
``hosting``    o[h]          in [0, 1]   h hosts some service; only where hosting itself costs something
``farthest``   z             >= 0        minutes of the member that is farthest from its centre
``breach``     v[n]          >= 0        breach of a lock that has a weight

Constraints
-----------
``accounted`` : for every member

.. math:: \sum_h x_{ihs} + u_{is} = 1

``reached`` : sum_h sum_{l,b} y + u >= 1 over hosts in reach, instead, for services where it does not matter
who serves whom (no cost of items, no capacity that can bind); each member is then given its nearest open centre
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
``max_services`` : sum_{s,l,b} y[h,s,l,b] <= most services of the host; ``hosting_if_open`` : sum_{l,b} y <= o
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
money "centres"       + fixed, opening and closing cost (annualised), cost per item and item-minute, unserved items,
                        cost of hosting
aim change            + 13 points for each newly opened or closed centre
aim farthest          + z
offers                served[i,s] = sum_h x; centre_open[h,s] = sum_{l,b} y

Left out on purpose: random days of goods (a batch above the mean is finished in overtime, so that a centre may
be planned to its full daily capacity), queues at the loading dock, phasing over quarters, clinic items in the least
volume (they may come and go), and the capacity that a backup would need on the day it stands in.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.centre_arcs import Slot, meets_turnaround
from models.centre_costs import add_fixed_costs, add_hosting, add_item_costs
from models.centre_frame import NAME, Frame, make_frame, options_of
from models.centre_loads import add_clinic_items, add_loads
from models.centre_tables import read_tables
from models.instance import Instance, Lock
from models.keys import Keys
from models.ledger import Ledger
from models.options import SharedCentres
from models.rows import Columns, Rows, Term
from models.terms import Sum
from models.values import Values

__all__ = ["NAME", "NEEDS", "Options", "build", "options_of", "read", "wanted"]

NEEDS: tuple[str, ...] = ()
Options = SharedCentres
#: What one shortfall of the rule counts in `floors`.
SERVED_WEIGHT, BACKUP_WEIGHT = 10.0, 1.0


def wanted(instance: Instance) -> bool:
    """Whether there is a centre to choose."""
    return bool(instance.levels)


def build(block: Any, instance: Instance, ledger: Ledger) -> None:
    """Declare the variables and rows of all services; see the docstring of this file."""
    frame = make_frame(block, instance, ledger)
    _serving(frame)
    _sources(frame)
    add_loads(frame)
    add_clinic_items(frame)
    _numbers(frame)
    add_fixed_costs(frame)
    add_hosting(frame)
    add_item_costs(frame)
    _farthest(frame)
    _locks(frame)
    ledger.offers["served"] = _served(frame)
    ledger.offers["centre_open"] = {slot: frame.opened(host) for host, slot in enumerate(frame.choices.hosts)}


def _served(frame: Frame) -> Sum:
    """sum_h x for every (institution, service)."""
    labels, arcs, served = frame.instance.labels, frame.arcs, Sum()
    slots = [(labels.institution[i], labels.service[s]) for i, s in arcs.members]
    codes = np.asarray(slots, dtype=np.int64).reshape(len(slots), 2)[arcs.member]
    for columns, held in ((frame.serve, frame.whole), (frame.share, ~frame.whole)):
        keys = Keys((labels.institutions, labels.services), codes[held].T)
        served.extend(keys, columns, frame.place[held], 1.0)
    return served


def _serving(frame: Frame) -> None:
    """Who may be served from where: the rows that hold for every member and every arc."""
    arcs = frame.arcs
    everything = np.arange(len(arcs.keys))
    accounted = frame.rows("accounted", "served from centres, or unserved", unit="share")
    members = accounted.rows(arcs.members, 1.0, 1.0)
    frame.add_x(accounted, arcs.member, everything)
    accounted.add(members, frame.unserved, members, 1.0)
    served = frame.rows("served", "every member is served", "served", "institutions", SERVED_WEIGHT)
    for slot in frame.members:
        if frame.instance.services[slot[1]].unserved_cost is None:
            served.row(slot, [(frame.unserved, slot, 1.0)], upper=0.0)
    reached = frame.rows("reached", "an open centre in reach, or unserved", unit="share")
    first = reached.rows(frame.reach.members, 1.0)
    reached.add(first, frame.unserved, first + len(arcs.members), 1.0)
    arc, choice, _ = meets_turnaround(frame.instance, frame.choices, frame.reach)
    reached.add(frame.reach.member[arc], frame.open, choice, 1.0)
    stands_in = _backup(frame)
    arc, choice, meets = meets_turnaround(frame.instance, frame.choices, arcs)
    only = frame.rows("only_if_open", "served only from an open centre")
    _arc_rows(frame, only, everything, stands_in)
    only.add(arc, frame.open, choice, -1.0)
    late = np.zeros(len(arcs.keys), dtype=bool)
    late[arc[~meets]] = True
    turnaround = frame.rows("turnaround", "served only within the turnaround limit", "turnaround", "links")
    row_of = np.full(len(arcs.keys), -1)
    row_of[late] = _arc_rows(frame, turnaround, everything[late], stands_in)
    kept = meets & late[arc]
    turnaround.add(row_of[arc[kept]], frame.open, choice[kept], -1.0)
    for rule, barred in arcs.barred.items():
        family = frame.rows(rule, f"links that the rule {rule} forbids", rule, "links")
        _arc_rows(frame, family, np.array(barred, dtype=np.int64), stands_in)


def _arc_rows(frame: Frame, family: Rows, arcs: np.ndarray, stands_in: Columns) -> np.ndarray:
    """One row x + r <= 0 for each of the arcs, to be completed by the caller; returns their numbers."""
    keys = [frame.arcs.keys[arc] for arc in arcs.tolist()]
    rows = family.rows(keys, upper=0.0)
    frame.add_x(family, rows, arcs)
    if len(stands_in):
        spare = [
            (row, stands_in.position[key]) for row, key in zip(rows.tolist(), keys, strict=True) if key in stands_in
        ]
        at = np.array(spare, dtype=np.int64).reshape(len(spare), 2)
        family.add(at[:, 0], stands_in, at[:, 1], 1.0)
    return rows


def _backup(frame: Frame) -> Columns:
    """A second centre for every member, for the services that ask for one."""
    named = set(options_of(frame.instance).backup)
    keys = [key for key in frame.arcs.keys if key[2] in named]
    stands_in = frame.columns("stands_in", keys, "backup centre", "1", upper=1.0, integer=True)
    backup = frame.rows("backup", "every served member has a backup", "backup", "institutions", BACKUP_WEIGHT)
    one = frame.rows("one_backup", "at most one backup")
    terms: dict[Slot, list[Term]] = {slot: [] for slot in frame.arcs.members if slot[1] in named}
    for i, h, s in keys:
        terms[i, s].append((stands_in, (i, h, s), 1.0))
    for slot, spare in terms.items():
        backup.row(slot, [*spare, (frame.unserved, slot, 1.0)], lower=1.0)
        one.row(slot, spare, upper=1.0)
    return stands_in


def _sources(frame: Frame) -> None:
    """Where the rule `single_source` may give way: binary sources with a row under the rule."""
    live, services = frame.instance.state("single_source") != "off", frame.instance.services
    loose = [
        arc
        for arc, key in enumerate(frame.arcs.keys)
        if live and services[key[2]].single_source and not frame.whole[arc]
    ]
    keys = [frame.arcs.keys[arc] for arc in loose]
    source = frame.columns("source", keys, "is a source of the member", "1", upper=1.0, integer=True)
    single = frame.rows("single_source", "one centre for each member", "single_source", "further centres")
    from_source = frame.rows("from_source", "served only from a source")
    sums: dict[Slot, list[Term]] = {}
    for arc, key in zip(loose, keys, strict=True):
        from_source.row(key, [frame.x(arc), (source, key, -1.0)], upper=0.0)
        sums.setdefault((key[0], key[2]), []).append((source, key, 1.0))
    for slot, terms in sums.items():
        single.row(slot, terms, upper=1.0)


def _numbers(frame: Frame) -> None:
    """Size and number of centres, forced and forbidden ones: small rules, ordinary Pyomo constraints."""
    choices, services = frame.choices, frame.instance.services
    one_level = frame.rows("one_level", "one level and wait at a centre", "one_level", "levels")
    for host, slot in enumerate(choices.hosts):
        one_level.row(slot, frame.opened(host), upper=1.0)
    y, keys = frame.open.var, choices.keys
    forced = sorted({(v.institution, v.service) for v in choices.levels if v.state == "forced"})
    forbidden = sorted({(v.institution, v.service, v.level) for v in choices.levels if v.state == "forbidden"})
    limits = {s: most for _, s in choices.hosts if (most := services[s].max_centres) is not None}
    frame.block.max_centres = pyo.Constraint(
        sorted(limits),
        rule=lambda _, s: sum(y[key] for key in keys if key[1] == s) <= limits[s],
        doc="no more centres of a service than allowed",
    )
    frame.block.forced_centre = pyo.Constraint(
        forced,
        rule=lambda _, h, s: sum(y[key] for key in keys if key[:2] == (h, s)) >= 1,
        doc="a forced centre is open at some level",
    )
    frame.block.forbidden_centre = pyo.Constraint(
        forbidden,
        rule=lambda _, h, s, level: sum(y[key] for key in keys if key[:3] == (h, s, level)) <= 0,
        doc="a forbidden level is not opened",
    )


def _farthest(frame: Frame) -> None:
    """Minutes of the member that is farthest from its centre, if the committee asks for it."""
    asked = "farthest" in frame.instance.aims.order
    farthest = frame.columns("farthest", ["all"] if asked else [], "minutes of the farthest member", "minutes")
    family = frame.rows("farthest_member", "no member is farther from its centre", unit="minutes")
    if asked:
        rows = family.rows(frame.arcs.members, lower=0.0)
        family.add(rows, farthest, np.zeros(len(rows), dtype=np.int64), 1.0)
        frame.add_x(family, frame.arcs.member, np.arange(len(frame.arcs.keys)), -frame.arcs.minutes)
        frame.ledger.aim("farthest", farthest, "all", 1.0)


def _locks(frame: Frame) -> None:
    """Centres and services fixed by hand."""
    live = frame.instance.state("lock") != "off"
    locks = [lock for lock in frame.instance.locks if live and lock.kind in ("centre", "service")]
    cells = [((lock.label, *slot), lock, terms) for lock in locks for slot, terms in _locked(frame, lock)]
    soft = [key for key, lock, _ in cells if lock.weight is not None]
    breach = frame.columns("breach", soft, "breach of a lock with a weight", "1")
    hard_rows = frame.rows("lock", "centres and services fixed by hand", "lock", "locks")
    soft_rows = frame.rows("soft_lock", "locks with a weight", unit="locks")
    for key, lock, terms in cells:
        lower, upper = (1.0, np.inf) if lock.must else (-np.inf, 0.0)
        if lock.weight is None:
            hard_rows.row(key, terms, lower, upper)
        else:
            soft_rows.row(key, [*terms, (breach, key, 1.0 if lock.must else -1.0)], lower, upper)
            frame.ledger.aim("floors", breach, key, lock.weight)


def _locked(frame: Frame, lock: Lock) -> list[tuple[Slot, list[Term]]]:
    """What a lock fixes: (institution, service) and its terms; a blank stands for all.

    A centre that must be: at least one of those named; a service that must be: each of those named.
    """
    if lock.kind == "centre":
        place = lock.institution or lock.host
        hosts = [n for n, (h, s) in enumerate(frame.choices.hosts) if place in ("", h) and lock.service in ("", s)]
        return [((place, lock.service), [term for host in hosts for term in frame.opened(host)])]
    slots = [(i, s) for i, s in frame.arcs.members if lock.institution in ("", i) and lock.service in ("", s)]
    found: dict[Slot, list[Term]] = {slot: [] for slot in slots or [(lock.institution, lock.service)]}
    for arc, (i, h, s) in enumerate(frame.arcs.keys):
        if (i, s) in found and lock.host in ("", h):
            found[i, s].append(frame.x(arc))
    return list(found.items())


def read(values: Values, instance: Instance) -> dict[str, pd.DataFrame]:
    """The tables `centres` and `service_links` of the plan folder."""
    return read_tables(values, instance)
