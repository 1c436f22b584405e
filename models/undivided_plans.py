"""Plans of undivided members: given to hosts by regret, then moved, exchanged, and hosts put elsewhere.

Given open hosts, the member that would lose most by its second best host is next (regret: Martello and Toth 1981);
lack of room is paid for, and dearer each time, while moves and exchanges go on (shift and swap: Diaz and Fernandez
2006). A host's members together are put at another one where that is cheaper (Lorena and Senne 2003). All hosts or all
pairs of members are looked at at once, and every host changes once in a sweep. Nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.capacitated_problem import INF, Ints, Problem
from models.matrix import Bools, Floats
from models.undivided_moves import Hosts

#: Members are given to hosts in so many batches; sweeps at most; how much dearer lack of room gets in each idle one.
BATCHES, SWEEPS, DEARER = 48, 120, 2.5
#: What a sweep must save, as a share of the dearest cost; slack of capacities, as a share.
WORTH, SLACK = 1e-9, 1e-12
#: Most members for whom all pairs are looked at.
PAIRS = 1_500


@dataclass(frozen=True, eq=False)
class Whole:
    """A plan: its value, the host of each member, the open hosts."""

    value: float
    at: Ints
    opened: Bools


class Maker:
    """Makes plans of one problem; cost (hosts, members) is `far` without an arc."""

    def __init__(self, problem: Problem, late: Callable[[], bool]) -> None:
        self.problem, self.late = problem, late
        dearest = float(np.abs(problem.cost).max(initial=0.0))
        self.unit = max(dearest, 1e-9)
        self.far = 1e3 * (dearest * problem.members + float(np.abs(problem.fixed).sum()) + 1.0)
        self.cost = np.full((problem.hosts, problem.members), self.far)
        self.cost[problem.host, problem.member] = problem.cost
        self.capacity = np.minimum(problem.capacity, problem.demand.sum()) * (1.0 + SLACK)

    @cached_property
    def everyone(self) -> Ints:
        return np.arange(self.problem.members)

    def plan(self, at: Ints) -> Whole | None:
        """The plan of these hosts, with as many others open as there must be; None where it is none."""
        own = self.problem
        paid = self.cost[at, self.everyone]
        used = np.bincount(at, minlength=own.hosts) > 0
        load = np.bincount(at, own.demand, own.hosts)
        if (paid >= self.far).any() or (load > self.capacity).any() or (used & ~own.may).any():
            return None
        opened = used | own.must
        spare = np.flatnonzero(own.may & ~opened)
        spare = spare[np.argsort(own.fixed[spare], kind="stable")]
        more = max(own.least - int(opened.sum()), int((own.fixed[spare] < 0.0).sum()))
        more = min(more, own.most - int(opened.sum()))
        if more < 0 or int(opened.sum()) + more < own.least:
            return None
        opened[spare[:more]] = True
        return Whole(float(own.fixed[opened].sum() + paid.sum()), at, opened)

    def opened(self, shares: Floats, spare: float) -> Bools:
        """Hosts by their shares, the greatest first, until they hold the total with so much of it to spare."""
        own = self.problem
        order = np.argsort(-np.where(own.must, INF, shares), kind="stable")
        order = order[own.may[order]][: own.most]
        enough = int(np.searchsorted(np.cumsum(self.capacity[order]), (1.0 + spare) * own.total)) + 1
        found = np.zeros(own.hosts, dtype=bool)
        found[order[: max(enough, own.least, int(own.must.sum()))]] = True
        return found

    def made(self, opened: Bools, toll: Floats) -> Whole | None:
        """A plan that begins with these hosts; toll: what a unit of their room is worth."""
        hosts = np.flatnonzero(opened)
        if not hosts.size:
            return None
        at = self._given(hosts, self.cost[hosts] + toll[hosts, None] * self.problem.demand)
        return self.bettered(hosts[at])

    def _given(self, hosts: Ints, dear: Floats) -> Ints:
        """Each member's place among the hosts, by regret; where nothing has room, the dearest in room of all."""
        own = self.problem
        room, at = self.capacity[hosts].copy(), np.full(own.members, -1, dtype=np.int64)
        batch = max(1, -(-own.members // BATCHES))
        while (at < 0).any():
            waiting = np.flatnonzero(at < 0)
            price = np.where(room[:, None] >= own.demand[waiting], dear[:, waiting], INF)
            best = price.argmin(axis=0)
            lost = self._lost(price)
            done = 0
            for place in np.lexsort((-own.demand[waiting], -lost)).tolist():
                member, host = int(waiting[place]), int(best[place])
                if lost[place] < 0.0:
                    host = int(
                        (dear[:, member] + (self.far / 1e3) * np.maximum(own.demand[member] - room, 0.0)).argmin()
                    )
                elif room[host] < own.demand[member]:
                    continue
                at[member] = host
                room[host] -= own.demand[member]
                done += 1
                if done >= batch:
                    break
        return at

    def _lost(self, price: Floats) -> Floats:
        """What each member loses by its second best host; -1 where none has room."""
        first = price.min(axis=0)
        second = np.partition(price, 1, axis=0)[1] if len(price) > 1 else np.full(first.size, INF)
        there = np.isfinite(first)
        lost = np.where(there, self.far, -1.0)
        both = np.isfinite(second)
        lost[both] = second[both] - first[both]
        return lost

    def bettered(self, at: Ints) -> Whole | None:
        """Moves, exchanges, and hosts put elsewhere, until nothing is cheaper; None where room stays short."""
        best: Whole | None = None
        while True:
            settled = self.settled(np.unique(at), at)
            found = None if settled is None else self.plan(settled)
            if found is None or (best is not None and found.value >= best.value - WORTH * self.unit):
                return best
            best = found
            if self.late():
                return best
            at = self._elsewhere(best)

    def settled(self, names: Ints, at: Ints, sweeps: int = SWEEPS) -> Ints | None:
        """Moves and exchanges among these hosts (ascending) until none saves; None where room stays short."""
        own = self.problem
        here = Hosts(self.cost[names], self.capacity[names], own.demand, np.searchsorted(names, at))
        worth = WORTH * self.unit
        for _ in range(sweeps):
            saved = here.moves()
            if saved <= worth and own.members <= PAIRS:
                saved = here.exchanges()
            if saved <= worth:
                if (here.room >= 0.0).all() or here.lack > self.far:
                    break
                here.lack *= DEARER
        return names[here.at] if (here.room >= 0.0).all() else None

    def _elsewhere(self, plan: Whole) -> Ints:
        """Each host's members together at another host that is not in use, where that is cheaper."""
        own, at = self.problem, plan.at.copy()
        names, place = np.unique(at, return_inverse=True)
        order = np.argsort(place, kind="stable")
        begins = np.searchsorted(place[order], np.arange(names.size))
        together = np.add.reduceat(self.cost[:, order], begins, axis=1) + own.fixed[:, None]
        load = np.bincount(place, own.demand, names.size)
        can = own.may[:, None] & (self.capacity[:, None] >= load)
        can[names] = False
        change = np.where(can, together, INF) - together[names, np.arange(names.size)]
        change[:, own.must[names]] = INF
        host = change.argmin(axis=0)
        gain, taken = change[host, np.arange(names.size)], set()
        for one in np.argsort(gain, kind="stable").tolist():
            if gain[one] >= -WORTH * self.unit:
                break
            if int(host[one]) not in taken:
                taken.add(int(host[one]))
                at[place == one] = host[one]
        return at
