"""Moves and exchanges of members between given hosts, all of them looked at at once, those that save carried out.

Lack of room is paid for at `lack` a unit, so that a plan may be short of room on the way.
"""

from __future__ import annotations

import numpy as np

from models.capacitated_problem import INF, Ints
from models.matrix import Floats


class Hosts:
    """Members at hosts: at (members), room that is left (hosts), below 0 where it lacks."""

    def __init__(self, cost: Floats, capacity: Floats, demand: Floats, at: Ints) -> None:
        """cost: (hosts, members)."""
        self.cost, self.demand, self.at = cost, demand, at.copy()
        self.room = capacity - np.bincount(at, demand, len(capacity))
        self.everyone = np.arange(at.size)
        paid = float(np.median(np.abs(cost[at, self.everyone])))
        self.lack = paid / max(float(np.median(demand)), 1e-9) + 1e-9

    def _short(self, host: int, less: float) -> float:
        """How much more room the host lacks with so much more in it."""
        room = float(self.room[host])
        return max(less - room, 0.0) - max(-room, 0.0)

    def _put(self, member: int, host: int) -> None:
        self.room[self.at[member]] += self.demand[member]
        self.room[host] -= self.demand[member]
        self.at[member] = host

    def moves(self) -> float:
        """Each member to the host that saves most, as long as it still does; returns what was saved."""
        over = np.maximum(-self.room, 0.0)
        freed = np.maximum(-(self.room[self.at] + self.demand), 0.0) - over[self.at]
        change = np.maximum(self.demand - self.room[:, None], 0.0)
        change -= over[:, None]
        change += freed
        change *= self.lack
        change += self.cost
        change -= self.cost[self.at, self.everyone]
        change[self.at, self.everyone] = INF
        host = change.argmin(axis=0)
        gain = change[host, self.everyone]
        saved = 0.0
        for one in _best_first(gain):
            here, there, load = int(self.at[one]), int(host[one]), float(self.demand[one])
            missing = self._short(there, load) + self._short(here, -load)
            now = float(self.cost[there, one] - self.cost[here, one]) + self.lack * missing
            if now < 0.5 * gain[one]:
                self._put(one, there)
                saved -= now
        return saved

    def exchanges(self) -> float:
        """Each member for the one that saves most, as long as it still does; returns what was saved."""
        over = np.maximum(-self.room, 0.0)[self.at]
        missing = self.demand[None, :] - self.demand[:, None]
        missing -= self.room[self.at][:, None]
        np.maximum(missing, 0.0, out=missing)
        missing -= over[:, None]
        missing *= self.lack
        missing += self.cost[self.at] - self.cost[self.at, self.everyone]
        change = missing + missing.T
        change[self.at[:, None] == self.at] = INF
        other = change.argmin(axis=1)
        gain = change[self.everyone, other]
        saved = 0.0
        for one in _best_first(gain):
            two = int(other[one])
            first, second = int(self.at[one]), int(self.at[two])
            more = float(self.demand[two] - self.demand[one])
            if first == second:
                continue
            now = float(self.cost[second, one] + self.cost[first, two] - self.cost[first, one] - self.cost[second, two])
            now += self.lack * (self._short(first, more) + self._short(second, -more))
            if now < 0.5 * gain[one]:
                self._put(one, second)
                self._put(two, first)
                saved -= now
        return saved


def _best_first(gain: Floats) -> list[int]:
    """Those that save, the most first."""
    worth = np.flatnonzero(gain < 0.0)
    found: list[int] = worth[np.argsort(gain[worth], kind="stable")].tolist()
    return found
