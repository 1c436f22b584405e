"""The member that is farthest: p-centre by covers, one radius after the other.

Some distance is the answer; whether `most` hosts can reach everybody within one is a set cover (Minieka 1970).
Distances are halved between one that is proved too short and one that a plan reaches. Greedy covers, and members of
whom no host serves two, answer most radii at once; the rest go to HiGHS, without dominated members and hosts.
"""

from __future__ import annotations

import time

import numpy as np
import scipy.sparse as sp

from models import hand_over
from models.answers import INF, Job, Limits, Progress, Status, StoppedBy
from models.matrix import Bools, Floats, Matrix
from models.uncapacitated_bounds import Ints, Problem
from models.uncapacitated_solve import Hear, Located

#: Most cells (members times hosts) of a cover whose dominated members and hosts are looked for.
DOMINATED = 2_000_000


def nearest_all(problem: Problem, limits: Limits, deadline: float | None, hear: Hear, start: Bools | None) -> Located:
    """Open hosts so that the largest cost of a member is least; `problem.fixed` counts for nothing."""
    return _Radii(problem, limits, deadline, hear).run(start)


def radius_of(problem: Problem, opened: Bools) -> float:
    """The largest cost of a member at its cheapest open host."""
    best = np.minimum(problem.always, problem.cost[:, opened].min(axis=1, initial=INF))
    return float(best.max(initial=-INF))


class _Radii:
    def __init__(self, problem: Problem, limits: Limits, deadline: float | None, hear: Hear) -> None:
        self.problem, self.limits, self.deadline, self.hear = problem, limits, deadline, hear
        self.opened: Bools | None = None
        self.value, self.bound, self.pressed, self.nodes = INF, -INF, False, 0

    def run(self, start: Bools | None) -> Located:
        problem = self.problem
        costs = np.minimum(problem.always[:, None], problem.cost)
        # Nobody is nearer than his nearest.
        self.bound = float(costs.min(axis=1, initial=INF).max(initial=-INF))
        if not np.isfinite(self.bound):
            return Located(None, INF, INF, "core", "gap")
        radii = np.unique(costs[np.isfinite(costs) & (costs >= self.bound)])
        if start is not None:
            self._take(start)
        self._take(self._farthest_first())
        low, high = 0, int(np.searchsorted(radii, self.value)) if np.isfinite(self.value) else len(radii)
        while low < high and not self._late():
            middle = (low + high) // 2
            answer = self._cover(float(radii[middle]))
            if answer is None:
                break
            if answer:
                high = min(middle, int(np.searchsorted(radii, self.value)))
            else:
                low = middle + 1
                self.bound = float(radii[low]) if low < len(radii) else INF
            self.pressed |= self.hear(self.value, min(self.bound, self.value), self.opened)
        return self._told(low >= high)

    def _told(self, proved: bool) -> Located:
        stopped: StoppedBy = "user" if self.pressed else "gap" if proved else "clock"
        if self.opened is None:
            return Located(None, INF, INF if proved else self.bound, "core" if proved else "", stopped, self.nodes)
        bound = self.value if proved else min(self.bound, self.value)
        near = self.value - bound <= max(self.limits.absolute_gap, self.limits.relative_gap * abs(self.value))
        return Located(self.opened, self.value, bound, "core" if near else "", stopped, self.nodes)

    def _late(self) -> bool:
        return self.pressed or (self.deadline is not None and time.time() > self.deadline)

    def _take(self, opened: Bools) -> None:
        """A plan, with further hosts where more must be open, if it is better and reaches everybody."""
        opened = opened.copy()
        spare = np.flatnonzero(~opened)
        opened[spare[: max(0, self.problem.least - int(opened.sum()))]] = True
        radius = radius_of(self.problem, opened)
        if opened.sum() <= self.problem.most and radius < self.value:
            self.opened, self.value = opened, radius

    def _farthest_first(self) -> Bools:
        """The host that suits the member who is worst off, again and again (Gonzalez 1985)."""
        problem, opened = self.problem, np.zeros(self.problem.hosts, dtype=bool)
        best = problem.always.copy()
        for _ in range(problem.most):
            host = int(problem.cost[int(best.argmax())].argmin())
            if opened[host]:
                break
            opened[host] = True
            best = np.minimum(best, problem.cost[:, host])
        return opened

    def _cover(self, radius: float) -> bool | None:
        """Whether `most` hosts reach everybody within the radius; takes the plan. None where time was short."""
        problem = self.problem
        needy = np.flatnonzero(problem.always > radius)
        reach = problem.cost[needy] <= radius
        if not reach.any(axis=1).all():
            return False
        hosts = np.arange(problem.hosts)
        if reach.size <= DOMINATED:
            reach, hosts = _undominated(reach)
        greedy = _greedy(reach)
        if len(greedy) <= problem.most:
            self._take(_chosen(hosts[greedy], problem.hosts))
            return True
        if _apart(reach) > problem.most:
            return False
        return self._by_highs(reach, hosts, radius)

    def _by_highs(self, reach: Bools, hosts: Ints, radius: float) -> bool | None:
        members, size = reach.shape
        matrix = Matrix(
            sp.csc_matrix(reach.astype(float)), np.zeros(size), np.ones(size), np.ones(members), np.full(members, INF),
            np.ones(size, dtype=bool), np.full(members, "cover"), list(map(str, range(members))),
        )  # fmt: skip
        most = self.problem.most
        left = None if self.deadline is None else max(0.01, self.deadline - time.time())
        limits = Limits(seconds=left, absolute_gap=0.999, relative_gap=0.0, seed=self.limits.seed)

        def enough(news: tuple[Progress, Floats | None]) -> bool:
            self.pressed |= self.hear(self.value, min(self.bound, self.value), None)
            return self.pressed or news[0].objective <= most + 0.5 or news[0].bound > most + 1e-6

        found = hand_over.run(Job(matrix, np.ones(size), limits=limits), self.deadline, enough)
        self.nodes += found.nodes
        if found.x is not None and found.objective <= most + 0.5:
            self._take(_chosen(hosts[found.x > 0.5], self.problem.hosts))
            return True
        return False if found.status is Status.INFEASIBLE or found.bound > most + 1e-6 else None


def _chosen(hosts: Ints, size: int) -> Bools:
    opened = np.zeros(size, dtype=bool)
    opened[hosts] = True
    return opened


def _undominated(reach: Bools) -> tuple[Bools, Ints]:
    """Without members whose hosts include another member's, and hosts whose members another host has too."""
    hosts = np.arange(reach.shape[1])
    for _ in range(2):
        reach = reach[_kept(reach)]
        stay = _kept(~reach.T)
        reach, hosts = reach[:, stay], hosts[stay]
    return reach, hosts


def _kept(rows: Bools) -> Ints:
    """Rows that are a superset of no other row; of equal rows the first."""
    whole = rows.astype(np.float32)
    sizes = whole.sum(axis=1)
    common = whole @ whole.T
    inside = common >= sizes[None, :] - 0.5  # row j within row i
    equal = inside & inside.T
    first = np.argmax(equal, axis=1) == np.arange(len(rows))
    proper = (inside & ~equal).any(axis=1)
    return np.flatnonzero(first & ~proper)


def _greedy(reach: Bools) -> Ints:
    """The host that reaches most of those nobody reaches yet, again and again."""
    left, chosen = np.ones(len(reach), dtype=bool), list[int]()
    while left.any():
        host = int(reach[left].sum(axis=0).argmax())
        chosen.append(host)
        left &= ~reach[:, host]
    return np.array(chosen, dtype=np.int64)


def _apart(reach: Bools) -> int:
    """Members of whom no host reaches two: that many hosts are needed at least."""
    left, count = np.ones(len(reach), dtype=bool), 0
    choice = reach.sum(axis=1)
    while left.any():
        member = int(np.where(left, choice, np.inf).argmin())
        left &= ~reach[:, reach[member]].any(axis=1)
        count += 1
    return count
