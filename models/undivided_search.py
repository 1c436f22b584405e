"""Better plans of undivided members by opening, closing and exchanging hosts, one after the other.

A plan is changed at one or two hosts: who was at a closed one goes where there is room, an opened one takes those who
gain most per unit of weight; moves and exchanges settle the rest (`undivided_plans`). Hosts that the prices leave in
question are tried more often. Drawn from a seed, so that the same problem has the same plans.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.capacitated_problem import Ints
from models.matrix import Bools, Floats
from models.undivided_plans import Maker, Whole

#: Room to spare, as shares of the total, of the hosts with which plans begin.
SPARE = (0.0, 0.01, 0.03, 0.08, 0.2)
#: Least chance of a host beside its share; sweeps after a change; how much dearer a plan may be to go on from.
CHANCE, SWEEPS, WORSE = 0.05, 40, 2e-2


def first_plan(maker: Maker, shares: Floats, toll: Floats) -> Whole | None:
    """The best of plans that begin with the hosts of the greatest shares, with more and more room to spare."""
    best: Whole | None = None
    for spare in SPARE:
        for tolled in (toll, 0.0 * toll):
            if best is not None and maker.late():
                break
            found = maker.made(maker.opened(shares, spare), tolled)
            best = found if best is None or (found is not None and found.value < best.value) else best
    return best


class Wander:
    """A walk over plans. shares (hosts): of the relaxed plan; dear (hosts, members): costs with room at its worth."""

    def __init__(self, maker: Maker, shares: Floats, toll: Floats, seed: int) -> None:
        self.maker, self.problem = maker, maker.problem
        self.dear = maker.cost + toll[:, None] * self.problem.demand
        self.draw = np.random.default_rng(seed)
        self.shares = np.clip(shares, 0.0, 1.0)

    def run(self, plan: Whole, trials: int, enough: float, late: Callable[[], bool]) -> Whole:
        """The best plan from this one on, of so many trials after the last better one, or down to `enough`."""
        best, here, idle = plan, plan, 0
        while idle < trials and best.value > enough and not late():
            idle += 1
            found = self._changed(here)
            if found is None:
                continue
            if found.value < best.value - 1e-9 * abs(best.value):
                best, here, idle = found, found, 0
            elif found.value < best.value + WORSE * abs(best.value):
                here = found
            else:
                here = best if self.draw.random() < 0.1 else here
        return best

    def _changed(self, plan: Whole) -> Whole | None:
        """The plan with a host closed, a host opened, or both, settled; None where that leads nowhere."""
        own = self.problem
        used = np.bincount(plan.at, minlength=own.hosts) > 0
        count = int((used | own.must).sum())
        held = float(self.maker.capacity[used | own.must].sum()) - own.total
        kind = int(self.draw.integers(3))
        close = kind != 0 or count >= own.most
        opens = kind != 1 or count <= own.least
        closed = self._pick(used & ~own.must, 1.0 + CHANCE - self.shares) if close else -1
        if close and closed < 0:
            return None
        chance, can = self.shares + CHANCE, own.may & ~used
        if closed >= 0:
            chance = chance * self._near(closed, plan.at)
            lost = self.maker.capacity[closed] - held
            opens |= lost > 0.0
            can &= self.maker.capacity >= lost
        opened = self._pick(can, chance) if opens else -1
        if opens and opened < 0:
            return None
        return self._moved(plan.at, used, closed, opened)

    def _pick(self, may: Bools, chance: Floats) -> int:
        names = np.flatnonzero(may)
        if not names.size:
            return -1
        weight = np.maximum(chance[names], 0.0)
        total = float(weight.sum())
        return int(self.draw.choice(names, p=weight / total if total > 0.0 else None))

    def _near(self, closed: int, at: Ints) -> Floats:
        """How near each host is to the members of one: 1 for the nearest."""
        away = self.dear[:, at == closed].sum(axis=1) + self.problem.fixed
        order = np.argsort(np.argsort(away, kind="stable"), kind="stable")
        near: Floats = 1.0 / (1.0 + order / 3.0)
        return near

    def _moved(self, at: Ints, used: Bools, closed: int, opened: int) -> Whole | None:
        own, maker = self.problem, self.maker
        at, used = at.copy(), used.copy()
        room = maker.capacity - np.bincount(at, own.demand, own.hosts)
        waiting = np.zeros(0, dtype=np.int64)
        if closed >= 0:
            waiting = np.flatnonzero(at == closed)
            used[closed] = False
        if opened >= 0:
            used[opened] = True
            gain = maker.cost[at, maker.everyone] - maker.cost[opened]
            if waiting.size:
                others = np.flatnonzero(used)
                best = self.dear[np.ix_(others, waiting)].min(axis=0)
                gain[waiting] = np.maximum(best - self.dear[opened, waiting], 0.0) + 1e-6 * maker.unit
            for one in np.argsort(-gain / np.maximum(own.demand, 1e-9), kind="stable").tolist():
                if gain[one] <= 0.0:
                    break
                if own.demand[one] <= room[opened]:
                    room[at[one]] += own.demand[one]
                    room[opened] -= own.demand[one]
                    at[one] = opened
        names = np.flatnonzero(used)
        if not names.size:
            return None
        waiting = waiting[at[waiting] == closed]
        for one in waiting[np.argsort(-own.demand[waiting], kind="stable")].tolist():
            price = self.dear[names, one] + maker.far * (room[names] < own.demand[one])
            host = int(names[price.argmin()])
            room[host] -= own.demand[one]
            at[one] = host
        settled = maker.settled(names, at, SWEEPS)
        return None if settled is None else maker.plan(settled)
