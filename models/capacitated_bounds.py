"""Lower bounds for hosts with capacities and members served in shares: prices on members, a knapsack per host.

    min sum_j f_j y_j + sum_ij c_ij x_ij,   sum_j x_ij = 1,   sum_i d_i x_ij <= cap_j y_j,   0 <= x_ij <= y_j

With a price u_i on every member's row the hosts fall apart into knapsacks in shares, filled in the order of gain per
unit (Christofides and Beasley 1983; Cornuejols, Sridharan and Thizy 1991):

    L(u) = sum_i u_i + min_y sum_j v_j(u) y_j,   v_j = f_j + min sum_i (c_ij - u_i) x_ij,   sum_i d_i x_ij <= cap_j

The least y still has to hold the total demand, sum_j cap_j y_j >= D, and to keep the number of hosts: a knapsack over
hosts, bounded by a price p per unit. Any u and p >= 0 give a bound. The ascent follows a running mean of the
subgradients (the volume algorithm, Barahona and Anbil 2000).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.capacitated_openings import openings
from models.capacitated_problem import INF, Ints, Problem
from models.matrix import Bools, Floats

__all__ = ["INF", "Ints", "Prices", "Problem", "ascend", "first_prices", "relaxed", "settled"]

#: Of the ascent: weight of the newest subgradient, how far above the bound it aims (a share), rounds without a better
#: bound after which its steps shorten, by how much, and their end.
NEWEST, AIM, BEYOND, PATIENCE, SHORTER, LEAST_STEP = 0.1, 0.05, 1.2, 4, 0.66, 1e-4


@dataclass(frozen=True, eq=False)
class Prices:
    """The best prices: bound, u (members), reduced (hosts): what one open host more, or less, costs at least;

    open (hosts): shares of the relaxed plan; missing (members): 1 minus how much of each it serves.
    """

    bound: float
    u: Floats
    reduced: Floats
    open: Floats
    missing: Floats


def relaxed(problem: Problem, u: Floats) -> Prices:
    """L(u): the bound of given prices. Prices above `always` are worth no more than that."""
    u = np.minimum(u, problem.always)
    arcs, share, value = _knapsacks(problem, u)
    value = problem.fixed + value
    bound, opened, reduced = openings(problem, value)
    weights = share * opened[problem.host[arcs]]
    missing: Floats = np.asarray(1.0 - np.bincount(problem.member[arcs], weights, problem.members), dtype=np.float64)
    missing[problem.always <= u] = np.minimum(missing[problem.always <= u], 0.0)
    return Prices(float(u.sum()) + bound, u, reduced, opened, missing)


def _knapsacks(problem: Problem, u: Floats) -> tuple[Ints, Floats, Floats]:
    """Arcs that gain, the share of each that its host would take, and what each host gains (negative)."""
    gain = problem.cost - u[problem.member]
    arcs = np.flatnonzero(gain < 0.0)
    gain, host, load = gain[arcs], problem.host[arcs], problem.weight[arcs]
    share = np.ones(arcs.size)
    full = np.bincount(host, load, problem.hosts) > problem.capacity
    tight = np.flatnonzero(full[host] & (load > 0.0))
    if tight.size:
        own, load = host[tight], load[tight]
        ratio = gain[tight] / load
        # One sort of all: the host in front of the point, the order within it behind.
        order = np.argsort(own + 0.999 * (1.0 - ratio / ratio.min()))
        own, load = own[order], load[order]
        before = np.cumsum(load) - load
        begins = np.flatnonzero(np.diff(own, prepend=-1))
        before -= np.repeat(before[begins], np.diff(begins, append=own.size))
        share[tight[order]] = np.clip((problem.capacity[own] - before) / load, 0.0, 1.0)
    return arcs.astype(np.int64), share, np.bincount(host, gain * share, problem.hosts).astype(np.float64)


def first_prices(problem: Problem) -> Floats:
    """Where the ascent begins: the nearest host, and the mean cost of a unit of capacity."""
    u = np.full(problem.members, INF)
    np.minimum.at(u, problem.member, problem.cost)
    u = np.where(np.isfinite(u), u, np.where(np.isfinite(problem.always), problem.always, 0.0))
    unit = float(problem.fixed[problem.may].sum()) / max(float(problem.capacity[problem.may].sum()), 1e-12)
    return np.minimum(u + unit * problem.demand, problem.always)


def ascend(
    problem: Problem,
    upper: float,
    start: Floats,
    rounds: int,
    late: Callable[[], bool] = lambda: False,
) -> Prices:
    """Better prices, from `start`, for at most so many rounds; ends where the bound reaches `upper`.

    `open` of the answer is the running mean of the relaxed plans.
    """
    upper = min(upper, problem.worst)
    best = relaxed(problem, start)
    mean, opened, step, idle = best.missing, best.open, 1.0, 0
    usual = float(np.abs(problem.cost).mean()) * problem.members if problem.cost.size else 0.0
    reach = AIM * max(abs(best.bound), 0.1 * usual)
    for _ in range(rounds):
        length = float(np.square(mean).sum())
        if best.bound >= upper or length < 1e-9 or step < LEAST_STEP or late():
            break
        reach = max(reach, AIM * abs(best.bound))
        aim = min(reach, BEYOND * (upper - best.bound))
        here = relaxed(problem, best.u + step * aim / length * mean)
        mean = NEWEST * here.missing + (1.0 - NEWEST) * mean
        opened = NEWEST * here.open + (1.0 - NEWEST) * opened
        if here.bound > best.bound:
            idle = 0 if here.bound > best.bound + 1e-5 * abs(best.bound) else idle
            best = here
            step = min(2.0, 1.1 * step) if float((here.missing * mean).sum()) > 0 else step
        else:
            idle += 1
            if idle >= PATIENCE:
                step, idle = SHORTER * step, 0
    return replace(best, open=opened)


def settled(problem: Problem, prices: Prices, upper: float) -> tuple[Bools, Bools]:
    """Hosts that are open, and hosts that are closed, in every plan cheaper than `upper` (exact reduced-cost fixing).

    Turning one host round costs at least its reduced value (Geoffrion 1974 for Lagrangian bounds).
    """
    free = problem.may & ~problem.must
    must = problem.must | (free & (prices.bound - prices.reduced >= upper))
    never = ~problem.may | (free & (prices.bound + prices.reduced >= upper))
    return must, never
