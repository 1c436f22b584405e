"""Lower bounds for hosts without capacities: the price loop of p-median and uncapacitated location.

    min sum_j f_j y_j + sum_ij c_ij x_ij,   sum_j x_ij = 1,   x_ij <= y_j,   least <= sum_j y_j <= most

With a price u_i on every member's row the hosts fall apart (Cornuejols, Fisher and Nemhauser 1977):

    L(u) = sum_i u_i + min_y sum_j rho_j(u) y_j,   rho_j(u) = f_j + sum_i min(0, c_ij - u_i)

and the best y takes the cheapest rho, as many as must be and, where negative, as many as may. Any u gives a bound.
The ascent follows a running mean of the subgradients (the volume algorithm, Barahona and Anbil 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.matrix import Bools, Floats

Ints = NDArray[np.int64]
INF = float("inf")
#: Of the ascent: weight of the newest subgradient, first step, rounds without a better bound after which it shortens,
#: by how much, and its end.
NEWEST, FIRST_STEP, PATIENCE, SHORTER, LEAST_STEP = 0.15, 1.0, 15, 0.66, 1e-4
#: A step is that of the last prices' gap, but of no more than so many times the best one's: a step too far shall not
#: make the next one longer.
FARTHEST = 100.0
#: What sums of prices may be off, as a share of what they add up: it is taken off every bound.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Problem:
    """Every member at its cheapest open host.

    fixed (hosts): cost of an open host; cost (members, hosts): of all of a member at a host, inf without an arc;
    always (members): cost at hosts that are open whatever is decided, inf without; least, most: open hosts.
    """

    fixed: Floats
    cost: Floats
    always: Floats
    least: int
    most: int

    @property
    def hosts(self) -> int:
        return int(self.cost.shape[1])

    @property
    def members(self) -> int:
        return int(self.cost.shape[0])

    @cached_property
    def order(self) -> Ints:
        """Hosts of each member, the cheapest first (members, hosts)."""
        return np.argsort(self.cost, axis=1, kind="stable")

    @cached_property
    def ranked(self) -> Floats:
        """Costs in that order."""
        return np.take_along_axis(self.cost, self.order, axis=1)

    def reach(self, limit: Floats) -> int:
        """A number of ranks beyond which no member's host is cheaper than its limit; at most twice the least."""
        found = 16
        while found < self.hosts and bool((self.ranked[:, found] < limit).any()):
            found *= 2
        return min(found, self.hosts)

    def cheaper(self, limit: Floats, most: int | None = None) -> tuple[Ints, Ints, Floats]:
        """Member, host and cost of the arcs that are cheaper than the member's limit, among its `most` nearest."""
        reach = min(self.reach(limit), self.hosts if most is None else most)
        found = np.flatnonzero(self.ranked[:, :reach] < limit[:, None])
        row = found // reach
        at = found + row * (self.hosts - reach)
        return row, self.order.ravel()[at], self.ranked.ravel()[at]

    def value(self, opened: Bools) -> float:
        """Cost of these open hosts; inf where a member has none."""
        best = np.minimum(self.always, self.cost[:, opened].min(axis=1, initial=INF))
        return float(self.fixed[opened].sum() + best.sum())


@dataclass(frozen=True, eq=False)
class Prices:
    """The best prices: bound, u (members), rho (hosts), the hosts that the relaxation opens, and the subgradient.

    missing (members): 1 minus how often the relaxation serves each.
    """

    bound: float
    u: Floats
    rho: Floats
    opened: Bools
    missing: Floats


def relaxed(problem: Problem, u: Floats) -> Prices:
    """L(u): the bound of given prices. Prices above `always` are worth no more than that."""
    u = np.minimum(u, problem.always)
    row, host, cost = problem.cheaper(u)
    rho = problem.fixed + np.bincount(host, cost - u[row], problem.hosts)
    opened = cheapest(rho, problem.least, problem.most)
    served = np.bincount(row, opened[host], problem.members) + (problem.always <= u)
    missing: Floats = np.asarray(1.0 - served, dtype=np.float64)
    off = ROUNDING * float(np.abs(u).sum() + np.abs(rho[opened]).sum())
    return Prices(float(u.sum() + rho[opened].sum()) - off, u, rho, opened, missing)


def cheapest(rho: Floats, least: int, most: int) -> Bools:
    """The hosts of least rho: `least` of them, and on to `most` while they are negative."""
    order = np.argsort(rho, kind="stable")
    count = min(max(least, int((rho < 0.0).sum())), most)
    opened = np.zeros(len(rho), dtype=bool)
    opened[order[:count]] = True
    return opened


def first_prices(problem: Problem) -> Floats:
    """Where the ascent begins: what a member would pay if hosts were as dense as their number allows."""
    most = min(problem.most, problem.hosts)
    rank = min(problem.hosts - 1, max(1, int(1.5 * problem.hosts / max(1, most))))
    u = problem.ranked[:, rank].copy()
    last = np.where(np.isfinite(problem.ranked), problem.ranked, -INF).max(axis=1, initial=-INF)
    for instead in (last, problem.always, np.zeros(problem.members)):
        u = np.where(np.isfinite(u), u, instead)
    return np.minimum(u, problem.always)


def ascend(problem: Problem, upper: float, start: Floats, rounds: int, near: float = 0.0) -> Prices:
    """Better prices, from `start`, for at most so many rounds; ends where the bound is within `near` of `upper`."""
    best = relaxed(problem, start)
    here, mean, step, idle = best, np.zeros(problem.members), FIRST_STEP, 0
    for number in range(rounds):
        if best.bound >= upper - near:
            break
        mean = here.missing if number == 0 else NEWEST * here.missing + (1.0 - NEWEST) * mean
        length = float(mean @ mean)
        if length < 1e-9 or step < LEAST_STEP:
            break
        gap = min(upper - here.bound, FARTHEST * (upper - best.bound))
        here = relaxed(problem, best.u + step * gap / length * mean)
        if here.bound > best.bound:
            idle = 0 if here.bound > best.bound + 1e-5 * abs(best.bound) else idle
            best = here
            step = min(2.0, 1.1 * step) if float(here.missing @ mean) > 0 else step
        else:
            idle += 1
            if idle >= PATIENCE:
                step, idle = SHORTER * step, 0
    return best


def settled(problem: Problem, prices: Prices, upper: float) -> tuple[Bools, Bools]:
    """Hosts that are open, and hosts that are closed, in every plan cheaper than `upper` (`turned`)."""
    return turned(prices.rho, prices.opened, prices.bound, problem.least, problem.most, upper)


def turned(rho: Floats, opened: Bools, bound: float, least: int, most: int, upper: float) -> tuple[Bools, Bools]:
    """Hosts that are open, and hosts that are closed, in every plan cheaper than `upper`, by the reduced costs `rho`.

    Turning one decision of the relaxation round costs the difference to the next best one; where that
    lifts the bound to `upper`, no cheaper plan turns it round (exact reduced-cost fixing).
    """
    count = int(opened.sum())
    # What replaces an open host: the next one, needed or not.
    outside = float(rho[~opened].min(initial=INF))
    instead = outside if count <= least else min(0.0, outside) if count >= most else 0.0
    # What makes room for another host.
    inside = float(rho[opened].max(initial=-INF))
    room = inside if count >= most else max(0.0, inside) if count <= least else 0.0
    must = opened & (bound - rho + instead >= upper)
    never = ~opened & (bound + rho - room >= upper)
    return must, never
