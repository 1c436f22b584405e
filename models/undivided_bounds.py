"""Exact fixing of hosts and links where members are undivided: by the prices of `models.capacitated_bounds`.

The knapsack of a host in shares has a toll t_j per unit of weight, the gain per unit of the last member it takes. With
prices u and tolls, a plan that serves member i at host j costs at least

    L(u) + max(0, r_j) + max(0, c_ij - u_i + t_j d_i),

r_j being what one open host more costs (Geoffrion 1974; Diaz and Fernandez 2002 for hosts and links of single-source
location). Any tolls give a bound, since they are multipliers of the capacities; these give that of the programme in
shares with all rows x <= y. What costs more than the value to beat is in no better plan. Members in shares are a
relaxation of members undivided, so that all of this is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.capacitated_bounds import Prices, ascend, first_prices, relaxed
from models.capacitated_openings import openings
from models.capacitated_problem import INF, Ints, Problem
from models.matrix import Bools, Floats

#: Rounds of the first prices, of those for what is left; the share of arcs below which prices are looked for again.
FIRST, AGAIN, LESS = 500, 200, 0.8
#: Dust of sums, as a share of the value: what is fixed lies farther above.
DUST = 1e-9


@dataclass(frozen=True, eq=False)
class Left:
    """What prices leave: the bound, prices u, the least that a plan with each arc costs, and shares of open hosts."""

    bound: float
    u: Floats
    costs: Floats
    hosts: Floats
    open: Floats


def counted(problem: Problem) -> bool:
    """Whether the number of hosts is limited."""
    return problem.least > int(problem.must.sum()) or problem.most < problem.hosts


def useful(problem: Problem, hosts: Ints) -> Bools:
    """Hosts that may be open in a cheapest plan when only these have links: the others need to pay, or to count."""
    found: Bools = np.bincount(hosts, minlength=problem.hosts) > 0
    return found | (problem.fixed < 0.0) | counted(problem)


def tolls(problem: Problem, u: Floats) -> Floats:
    """What a unit of each host's room is worth at these prices; 0 where there is room for all that gain."""
    gain = problem.cost - u[problem.member]
    arcs = np.flatnonzero(gain < 0.0)
    host, load = problem.host[arcs], problem.weight[arcs]
    full = np.bincount(host, load, problem.hosts) > problem.capacity
    tight = np.flatnonzero(full[host] & (load > 0.0))
    found = np.zeros(problem.hosts)
    if tight.size:
        host, load = host[tight], load[tight]
        ratio = -gain[arcs[tight]] / load
        order = np.lexsort((-ratio, host))
        host, load, ratio = host[order], load[order], ratio[order]
        held = np.cumsum(load)
        begins = np.flatnonzero(np.diff(host, prepend=-1))
        before = held - load
        held = held - np.repeat(before[begins], np.diff(begins, append=host.size))
        last = held >= problem.capacity[host]
        np.maximum.at(found, host[last], ratio[last])
    return found


def left(problem: Problem, u: Floats, opened: Floats | None = None) -> Left:
    """The bound at these prices, and what every host and arc costs beyond it."""
    toll = tolls(problem, u)
    dear = problem.cost - u[problem.member] + toll[problem.host] * problem.weight
    taken = np.bincount(problem.host, np.minimum(dear, 0.0), problem.hosts)
    room = np.where(toll > 0.0, problem.capacity, 0.0)
    bound, shares, reduced = openings(problem, problem.fixed + taken - toll * room)
    bound += float(u.sum())
    free = problem.may & ~problem.must
    hosts = np.where(free, bound + reduced, bound)
    more = np.where(free, np.maximum(reduced, 0.0), 0.0)
    costs = bound + more[problem.host] + np.maximum(dear, 0.0)
    return Left(bound, u, costs, hosts, shares if opened is None else opened)


def priced(problem: Problem, upper: float, late: Callable[[], bool], start: Floats | None = None) -> Left:
    """The best prices, begun at `start`, and what they leave. All members have hosts, and nothing besides."""
    rounds = FIRST if start is None else AGAIN
    found: Prices = ascend(problem, upper, first_prices(problem) if start is None else start, rounds, late)
    return left(problem, found.u, found.open)


def narrowed(problem: Problem, known: Left, cut: float) -> tuple[Problem, Ints] | None:
    """The problem of all plans of value <= cut, with its arcs' numbers; None where there is no such plan."""
    limit = cut + DUST * abs(cut)
    free = problem.may & ~problem.must
    never = ~problem.may | (free & (known.hosts > limit))
    must = problem.must | (free & (2.0 * known.bound - known.hosts > limit))
    kept = (known.costs <= limit) & ~never[problem.host]
    served = np.bincount(problem.member[kept], minlength=problem.members) > 0
    if known.bound > limit or (must & never).any() or not served.all():
        return None
    may: Bools = problem.may & ~never
    if int(may.sum()) < problem.least or int(must.sum()) > problem.most:
        return None
    arcs = np.flatnonzero(kept)
    first = np.searchsorted(problem.host[arcs], np.arange(problem.hosts + 1))
    smaller = replace(problem, first=first, member=problem.member[arcs], cost=problem.cost[arcs], must=must, may=may)
    return smaller, arcs


def sharpened(problem: Problem, known: Left, cut: float, late: Callable[[], bool]) -> tuple[Left, Problem, Ints] | None:
    """Fixing and prices in turns while it takes away much; the bound is one of all plans of value <= cut.

    None: there is no such plan.
    """
    arcs, bound = np.arange(problem.cost.size), known.bound
    while True:
        found = narrowed(problem, known, cut)
        if found is None:
            return None
        smaller, kept = found
        arcs = arcs[kept]
        fewer = kept.size < LESS * problem.cost.size or not np.array_equal(smaller.may, problem.may)
        problem = smaller
        if not fewer or late() or cut == INF:
            break
        again = priced(problem, cut, late, known.u)
        bound = max(bound, again.bound)
        known = again
    best = relaxed(problem, known.u).bound
    return replace(left(problem, known.u, known.open), bound=max(bound, min(best, known.bound))), problem, arcs
