"""Hosts with capacities and members served in shares: the problem as arrays.

    min sum_j f_j y_j + sum_ij c_ij x_ij,   sum_j x_ij = 1,   sum_i d_i x_ij <= cap_j y_j,   0 <= x_ij <= y_j

with y whole, and at least `least`, at most `most` hosts open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.matrix import Bools, Floats

Ints = NDArray[np.int64]
INF = float("inf")


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
    def worst(self) -> float:
        """More than any plan costs: a bound above it says that there is none."""
        dearest = np.where(np.isfinite(self.always), self.always, -INF)
        np.maximum.at(dearest, self.member, self.cost)
        paid = float(np.maximum(self.fixed, 0.0).sum() + dearest[np.isfinite(dearest)].sum())
        return paid + 1e-6 * abs(paid) + 1.0

    @cached_property
    def total(self) -> float:
        """What the open hosts hold in any plan: the demand of members who have nothing but hosts."""
        return float(self.demand[np.isinf(self.always)].sum())
