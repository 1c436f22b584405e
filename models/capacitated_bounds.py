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
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.matrix import Bools, Floats

Ints = NDArray[np.int64]
INF = float("inf")
#: Of the ascent: weight of the newest subgradient, how far above the bound it aims (a share), rounds without a better
#: bound after which its steps shorten, by how much, and their end.
NEWEST, AIM, BEYOND, PATIENCE, SHORTER, LEAST_STEP = 0.1, 0.05, 1.2, 4, 0.66, 1e-4
#: Halvings of the price per unit where the number of hosts is limited too.
HALVINGS = 50


@dataclass(frozen=True, eq=False)
class Problem:
    """Arcs stand host after host: those of host j are first[j] to first[j + 1].

    demand (members), capacity, fixed (hosts); member, host, cost (arcs): cost is of all of the member; always
    (members): cost of what takes a member without any host, inf without; must, may (hosts): open in every plan, in
    some plan; least, most: number of open hosts.
    """

    demand: Floats
    capacity: Floats
    fixed: Floats
    first: Ints
    member: Ints
    cost: Floats
    always: Floats
    must: Bools
    may: Bools
    least: int
    most: int

    @property
    def hosts(self) -> int:
        return len(self.capacity)

    @property
    def members(self) -> int:
        return len(self.demand)

    @cached_property
    def host(self) -> Ints:
        return np.repeat(np.arange(self.hosts), np.diff(self.first))

    @cached_property
    def weight(self) -> Floats:
        """Demand of each arc's member."""
        return self.demand[self.member]

    @cached_property
    def total(self) -> float:
        """What the open hosts hold in any plan: the demand of members who have nothing but hosts."""
        return float(self.demand[np.isinf(self.always)].sum())

    def numbered(self) -> bool:
        """Whether the number of hosts is limited at all."""
        return self.least > 0 or self.most < self.hosts


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
    bound, opened, reduced = _openings(problem, value)
    weights = share * opened[problem.host[arcs]]
    missing = 1.0 - np.bincount(problem.member[arcs], weights, problem.members)
    missing = np.where(problem.always <= u, np.minimum(missing, 0.0), missing)
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
    return arcs, share, np.bincount(host, gain * share, problem.hosts)


def _openings(problem: Problem, value: Floats) -> tuple[float, Floats, Floats]:
    """Least sum of value y over shares y of hosts that hold the total demand and keep the number of hosts.

    Returns the bound, y, and what opening (closing, negative) one host more costs at least.
    """
    free = problem.may & ~problem.must
    least, most = problem.least - int(problem.must.sum()), problem.most - int(problem.must.sum())
    base, need = float(value[problem.must].sum()), problem.total - float(problem.capacity[problem.must].sum())
    at = np.flatnonzero(free)
    value, capacity = value[at], problem.capacity[at]
    if problem.numbered():
        price, chosen = _counted(value, capacity, need, least, most)
    else:
        price, chosen = _filled(value, capacity, need)
    priced = value - price * capacity
    count = _toll(priced, least, most)
    reduced = np.zeros(problem.hosts)
    reduced[at] = priced - count
    opened = problem.must.astype(float)
    opened[at] = chosen
    part = np.minimum(priced - count, 0.0).sum() + price * max(need, 0.0)
    return base + float(part) + _paid(count, least, most), opened, reduced


def _filled(value: Floats, capacity: Floats, need: float) -> tuple[float, Floats]:
    """Price per unit and shares of the fractional knapsack: hosts that gain, and the cheapest per unit up to the need."""
    chosen = (value < 0.0).astype(float)
    short = need - float(capacity @ chosen)
    if short <= 0.0:
        return 0.0, chosen
    others = np.flatnonzero((value >= 0.0) & (capacity > 0.0))
    order = others[np.argsort(value[others] / capacity[others], kind="stable")]
    before = np.cumsum(capacity[order]) - capacity[order]
    chosen[order] = np.clip((short - before) / capacity[order], 0.0, 1.0)
    last = order[min(int(np.searchsorted(before, short)) - 1, order.size - 1)] if order.size else None
    return (0.0 if last is None else float(value[last] / capacity[last])), chosen


def _counted(value: Floats, capacity: Floats, need: float, least: int, most: int) -> tuple[float, Floats]:
    """The same with a number of hosts: the price by halving, the shares a mixture of those on both sides of it."""

    def best(price: float) -> Floats:
        return cheapest(value - price * capacity, least, most).astype(float)

    low, chosen = 0.0, best(0.0)
    if capacity @ chosen >= need:
        return 0.0, chosen
    high = float(np.abs(value).max(initial=0.0)) * 4.0 / max(float(capacity[capacity > 0].min(initial=1.0)), 1e-12)
    above = best(high)
    if capacity @ above < need:
        return high, above
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        tried = best(middle)
        if capacity @ tried >= need:
            high, above = middle, tried
        else:
            low, chosen = middle, tried
    part = (need - capacity @ chosen) / max(float(capacity @ (above - chosen)), 1e-12)
    return high, chosen + part * (above - chosen)


def cheapest(value: Floats, least: int, most: int) -> Bools:
    """The hosts of least value: `least` of them, and on to `most` while they gain."""
    order = np.argsort(value, kind="stable")
    count = min(max(least, int((value < 0.0).sum())), most)
    chosen = np.zeros(len(value), dtype=bool)
    chosen[order[: max(0, count)]] = True
    return chosen


def _toll(priced: Floats, least: int, most: int) -> float:
    """Price of the number of hosts: above 0 where more must open than gain, below where fewer may."""
    gaining = int((priced < 0.0).sum())
    if least > gaining:
        return float(np.sort(priced)[min(least, priced.size) - 1]) if priced.size else 0.0
    if most < gaining:
        return float(np.sort(priced)[max(0, most)])
    return 0.0


def _paid(count: float, least: int, most: int) -> float:
    return count * (least if count > 0.0 else most) if count else 0.0


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
    near: float = 0.0,
    late: Callable[[], bool] = lambda: False,
) -> Prices:
    """Better prices, from `start`, for at most so many rounds; ends where the bound is within `near` of `upper`.

    `open` of the answer is the running mean of the relaxed plans.
    """
    best = relaxed(problem, start)
    mean, opened, step, idle = best.missing, best.open, 1.0, 0
    reach = AIM * max(abs(best.bound), 0.1 * float(np.abs(start).sum()))
    for _ in range(rounds):
        length = float(np.square(mean).sum())
        if best.bound >= upper - near or length < 1e-9 or step < LEAST_STEP or late():
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
