"""Plans for hosts without capacities: open, close and exchange hosts while that is cheaper.

The gain of every exchange comes from each member's nearest and second nearest open host (Whitaker 1983; Resende and
Werneck 2004), so that a whole neighbourhood costs one pass over the arcs that are nearer than the second.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.matrix import Bools, Floats
from models.uncapacitated_bounds import INF, Ints, Problem, cheapest

#: What is no gain but rounding, as a share of the value.
NOTHING = 1e-12
#: Ranks of hosts that moves look at: so many, or so many times the hosts for each open one.
LEAST_RANKS, RANKS = 64, 10.0
#: Hosts exchanged at random before a new descent.
KICKS = (2, 3, 4, 6)


class Descent:
    """One plan that is made better. opened: hosts; value: its cost, a member without a host counting `missing`."""

    def __init__(self, problem: Problem, opened: Bools) -> None:
        self.problem, self.opened = problem, opened.copy()
        dear = np.where(np.isfinite(problem.ranked), np.abs(problem.ranked), 0.0).max(axis=1, initial=0.0)
        #: Dearer than any plan: a member without a host is a shortfall, never a choice.
        dear = np.maximum(dear, np.where(np.isfinite(problem.always), np.abs(problem.always), 0.0))
        self.missing = 2.0 * (float(dear.sum()) + float(np.abs(problem.fixed).sum())) + 1.0
        #: Ranks of a member's hosts that a move looks at: what is farther hardly ever is the nearest of two.
        self.ranks = max(LEAST_RANKS, int(RANKS * problem.hosts / max(1, min(problem.most, int(opened.sum())))))
        self._look()

    def run(self, late: Callable[[], bool]) -> None:
        """The best move again and again, until there is none or it is `late`."""
        while not late():
            gain, close, host = self._best()
            if gain <= NOTHING * max(1.0, abs(self.value)):
                return
            if close >= 0:
                self.opened[close] = False
            if host >= 0:
                self.opened[host] = True
            self._look()

    def _look(self) -> None:
        """Each member's nearest and second nearest open host."""
        problem = self.problem
        places = np.flatnonzero(self.opened)
        own = problem.cost[:, places]
        nearest = own.argmin(axis=1) if places.size else np.zeros(problem.members, dtype=np.int64)
        rows = np.arange(problem.members)
        first = own[rows, nearest] if places.size else np.full(problem.members, INF)
        if places.size > 1:
            own = own.copy()
            own[rows, nearest] = INF
            second = own.min(axis=1)
        else:
            second = np.full(problem.members, INF)
        limit = np.minimum(problem.always, self.missing)
        # Where what is always open is as near, no host is the nearest.
        self.nearest = np.where(first < limit, places[nearest] if places.size else -1, -1)
        self.first = np.minimum(first, limit)
        self.second = np.where(self.nearest >= 0, np.minimum(second, limit), self.first)
        self.value = float(problem.fixed[self.opened].sum() + self.first.sum())

    def _best(self) -> tuple[float, int, int]:
        """Gain, host to close and host to open (-1 for none) of the best move."""
        problem, count = self.problem, int(self.opened.sum())
        mine = self.nearest >= 0
        loss = np.bincount(self.nearest[mine], (self.second - self.first)[mine], problem.hosts) - problem.fixed
        nearer = problem.cheaper(self.second, self.ranks)
        row, at, cost = nearer
        gain = np.bincount(at, np.maximum(0.0, self.first[row] - cost), problem.hosts) - problem.fixed
        gain[self.opened] = -INF
        best = (0.0, -1, -1)
        if count < problem.most and (host := int(gain.argmax())) >= 0 and gain[host] > best[0]:
            best = (float(gain[host]), -1, host)
        places = np.flatnonzero(self.opened)
        if count > problem.least and places.size:
            close = int(places[loss[places].argmin()])
            if -loss[close] > best[0]:
                best = (float(-loss[close]), close, -1)
        if places.size and count < problem.hosts:
            best = self._exchange(best, places, loss, gain, nearer)
        return best

    def _exchange(
        self,
        best: tuple[float, int, int],
        places: Ints,
        loss: Floats,
        gain: Floats,
        nearer: tuple[Ints, Ints, Floats],
    ) -> tuple[float, int, int]:
        """The best exchange: what opening gains, less what closing costs, and what of that the new host makes good."""
        problem = self.problem
        rank = np.full(problem.hosts, -1, dtype=np.int64)
        rank[places] = np.arange(places.size)
        row, opens, cost = (part[self.nearest[nearer[0]] >= 0] for part in nearer)
        saved = self.second[row] - np.maximum(self.first[row], cost)
        cell = opens * places.size + rank[self.nearest[row]]
        extra = np.bincount(cell, saved, problem.hosts * places.size).reshape(problem.hosts, places.size)
        whole = gain[:, None] - loss[places][None, :] + extra
        at = int(whole.argmax())
        host, close = divmod(at, places.size)
        value = float(whole[host, close])
        return (value, int(places[close]), int(host)) if value > best[0] else best


def plan_from(problem: Problem, rho: Floats, late: Callable[[], bool]) -> Descent:
    """The descent from the hosts that the prices like best."""
    descent = Descent(problem, cheapest(rho, problem.least, problem.most))
    descent.run(late)
    return descent


def kicked(problem: Problem, opened: Bools, draw: np.random.Generator, late: Callable[[], bool]) -> Descent:
    """A descent from a plan with a few hosts exchanged at random."""
    start = opened.copy()
    count = int(draw.choice(KICKS))
    inside, outside = np.flatnonzero(start), np.flatnonzero(~start)
    count = min(count, inside.size, outside.size)
    if count:
        start[draw.choice(inside, count, replace=False)] = False
        start[draw.choice(outside, count, replace=False)] = True
    descent = Descent(problem, start)
    descent.run(late)
    return descent
