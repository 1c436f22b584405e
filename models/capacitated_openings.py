"""Which hosts open, given what each costs or gains: a knapsack in shares, with a number of hosts where that is limited.

    min sum_j v_j y_j,   sum_j cap_j y_j >= need,   least <= sum_j y_j <= most,   0 <= y_j <= 1

is bounded by a price p >= 0 per unit of capacity and a toll q per host,

    p need + q least (q > 0) or most (q < 0) + sum_j min(0, v_j - p cap_j - q),

for any p and q; `openings` looks for the best.
"""

from __future__ import annotations

import numpy as np

from models.capacitated_problem import Problem
from models.matrix import Bools, Floats

#: Halvings of the price per unit where the number of hosts is limited too.
HALVINGS = 50


def openings(problem: Problem, value: Floats) -> tuple[float, Floats, Floats]:
    """Least sum of value y over shares y of hosts that hold the total demand and keep the number of hosts.

    Returns the bound, y, and what opening (closing, negative) one host more costs at least.
    """
    free = problem.may & ~problem.must
    least, most = problem.least - int(problem.must.sum()), problem.most - int(problem.must.sum())
    base, need = float(value[problem.must].sum()), problem.total - float(problem.capacity[problem.must].sum())
    at = np.flatnonzero(free)
    value, capacity = value[at], problem.capacity[at]
    least = max(least, _needed(capacity, need))
    price, chosen = _filled(value, capacity, need)
    if not least <= chosen.sum() <= most:
        price, chosen = _counted(value, capacity, need, least, most)
    priced = value - price * capacity
    count = _toll(priced, least, most)
    reduced = np.zeros(problem.hosts)
    reduced[at] = priced - count
    opened = problem.must.astype(float)
    opened[at] = chosen
    part = np.minimum(priced - count, 0.0).sum() + price * max(need, 0.0)
    return base + float(part) + _paid(count, least, most), opened, reduced


def _needed(capacity: Floats, need: float) -> int:
    """Hosts without which the need is not met: as many as of the roomiest it takes."""
    held = np.cumsum(np.sort(capacity)[::-1])
    return int(np.searchsorted(held, need - 1e-9 * abs(need))) + 1 if need > 0.0 and held.size else 0


def _filled(value: Floats, capacity: Floats, need: float) -> tuple[float, Floats]:
    """Price per unit and shares: hosts that gain, and up to the need those that cost least per unit."""
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
