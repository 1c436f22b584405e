"""Lower bounds for single-source allocation: knapsacks per host, priced by the members.

With a price u_i on every member's row `accounted` the hosts fall apart into 0-1 knapsacks,

    L(u) = sum_i u_i + min_y sum_j (f_j - K_j(u)) y_j,   K_j(u) = max sum_i (u_i - c_ij) x_ij, sum_i d_i x_ij <= cap_j

(Lagrangian relaxation; Sridharan 1993, Diaz and Fernandez 2002). Any u gives a bound. Two things make
it strong here: while hosts are undecided the open ones must hold the total demand D (`Choice`); once
they are decided the spare capacity S = sum cap - D is known, and the hosts' loads must leave exactly S
between them (`Packing`). That row follows from the others, but knapsacks alone do not see it.

All weights are whole numbers, so that the knapsacks are solved exactly by dynamic programming over all
hosts at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.matrix import Bools, Floats

Ints = NDArray[np.int64]
INF = float("inf")
#: Sharing the spare capacity out may cost this many times the knapsacks; beyond it is left out.
SHARING = 4.0
#: Of the ascent: rounds without a better bound after which the step gets shorter, by how much, and its end.
PATIENCE, SHORTER, LEAST_STEP = 8, 0.6, 0.004


@dataclass(frozen=True, eq=False)
class Problem:
    """min sum f y + sum c x: each member wholly at one open host with an arc, loads within capacity.

    demand (n), capacity (m): whole units; fixed (m): cost of an open host; cost (m, n): of all of a member
    at a host, where `arcs`; must, may: hosts that have to be, and can be, open. rows, low, high: further
    limits low <= rows y <= high on the open hosts.
    """

    demand: Ints
    capacity: Ints
    fixed: Floats
    cost: Floats
    arcs: Bools
    must: Bools
    may: Bools
    rows: Floats
    low: Floats
    high: Floats

    @property
    def hosts(self) -> int:
        return len(self.capacity)

    @property
    def members(self) -> int:
        return len(self.demand)

    def allows(self, y: Bools, undecided: Bools | None = None) -> bool:
        """Whether the rows on open hosts hold, or can still hold with some hosts undecided."""
        free = np.zeros_like(y) if undecided is None else undecided
        base = self.rows @ (y & ~free)
        least = base + np.minimum(self.rows[:, free], 0.0).sum(axis=1)
        most = base + np.maximum(self.rows[:, free], 0.0).sum(axis=1)
        return bool((least <= self.high + 1e-6).all() and (most >= self.low - 1e-6).all())


@dataclass(frozen=True, eq=False)
class Ascent:
    """What a search for good prices found: bound, prices, and its mean relaxed plan (shares, open).

    whole: the relaxed plan as the host of each member, where it is a plan and therefore the best one.
    """

    bound: float
    prices: Floats
    shares: Floats
    open: Floats
    whole: Ints | None = None


Evaluate = Callable[[Floats], tuple[float, Bools, Bools]]


def ascend(
    evaluate: Evaluate,
    prices: Floats,
    target: float,
    rounds: int,
    step: float,
    late: Callable[[], bool] = lambda: False,
) -> Ascent:
    """Subgradient ascent (Held, Wolfe and Crowder 1974) until the bound exceeds `target`, or it is late."""
    u, best, kept, waited = prices, -INF, prices, 0
    shares = opened = direction = np.zeros(0)
    for turn in range(rounds):
        bound, x, y = evaluate(u)
        if bound == INF:
            return Ascent(INF, u, shares, opened)
        gap = 1.0 - x.sum(axis=0)
        if turn == 0:
            shares, opened, direction = x.astype(float), y.astype(float), gap
        else:
            weight = max(0.06, 1.0 / (turn + 1))
            shares, opened = shares + weight * (x - shares), opened + weight * (y - opened)
            direction = 0.7 * gap + 0.3 * direction
        if not gap.any():
            return Ascent(bound, u, x.astype(float), y.astype(float), x.argmax(axis=0))
        waited = 0 if best == -INF or bound > best + 5e-4 * abs(target - best) else waited + 1
        if bound > best:
            best, kept = bound, u
        length = float(direction @ direction)
        if best > target or step < LEAST_STEP or length < 1e-9 or late():
            break
        if waited > PATIENCE:
            step, waited, u = SHORTER * step, 0, kept
        u = u + step * max(target - bound, 1e-6 * abs(target)) / length * direction
    return Ascent(best, kept, shares, opened)


class _Knapsacks:
    """0-1 knapsacks of all hosts over one table of loads; a profit of -inf forbids a member."""

    def __init__(self, capacity: Ints, demand: Ints) -> None:
        self.capacity, self.demand = capacity, demand
        self.hosts, self.top = len(capacity), int(capacity.max(initial=0))
        self.all = np.arange(self.hosts)
        self.taken = np.zeros((len(demand), self.hosts, self.top + 1), dtype=bool)

    @property
    def cells(self) -> int:
        return int(self.taken.size)

    def best(self, profit: Floats, exact: bool) -> Floats:
        """best[j, w]: most profit of load w (at most w, unless exact) at host j; fills `taken`."""
        best = np.full((self.hosts, self.top + 1), -INF if exact else 0.0)
        best[:, 0] = 0.0
        for i, weight in enumerate(self.demand.tolist()):
            if weight <= self.top:
                upper = best[:, weight:]
                new = best[:, : self.top + 1 - weight] + profit[:, i : i + 1]
                np.greater(new, upper, out=self.taken[i][:, weight:])
                np.maximum(upper, new, out=upper)
        return best

    def chosen(self, load: Ints) -> Bools:
        """The members of each host in the best plan of these loads."""
        x, left = np.zeros((self.hosts, len(self.demand)), dtype=bool), load.copy()
        for i in range(len(self.demand) - 1, -1, -1):
            x[:, i] = self.taken[i][self.all, left]
            left -= x[:, i] * self.demand[i]
        return x

    def ahead(self, profit: Floats, exact: bool) -> Floats:
        """ahead[i, j, w]: as `best`, of the first i members only."""
        table = np.full((len(self.demand) + 1, self.hosts, self.top + 1), -INF if exact else 0.0)
        table[0, :, 0] = 0.0
        for i, weight in enumerate(self.demand.tolist()):
            table[i + 1] = table[i]
            if weight <= self.top:
                new = table[i, :, : self.top + 1 - weight] + profit[:, i : i + 1]
                np.maximum(table[i + 1, :, weight:], new, out=table[i + 1, :, weight:])
        return table

    def with_and_without(self, ahead: Floats, profit: Floats, last: Floats) -> tuple[Floats, Floats]:
        """Most profit of each host with a member forced in, and left out; last[j, w]: worth of ending at load w."""
        inside, outside = np.full(profit.shape, -INF), np.empty(profit.shape)
        after = last
        for i in range(len(self.demand) - 1, -1, -1):
            weight = int(self.demand[i])
            outside[:, i] = (ahead[i] + after).max(axis=1)
            before = after.copy()
            if weight <= self.top:
                rest = self.top + 1 - weight
                inside[:, i] = (ahead[i][:, :rest] + after[:, weight:]).max(axis=1) + profit[:, i]
                np.maximum(before[:, :rest], after[:, weight:] + profit[:, i : i + 1], out=before[:, :rest])
            after = before
        return inside, outside


class Choice:
    """The bound while it is open which hosts are used: they must hold the total demand."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.total = problem, int(problem.demand.sum())
        self.knapsacks = _Knapsacks(problem.capacity, problem.demand)
        self.cells = self.knapsacks.cells

    def evaluator(self, must: Bools, may: Bools, arcs: Bools) -> Evaluate:
        own = self.problem

        def evaluate(u: Floats) -> tuple[float, Bools, Bools]:
            value, y = self.cheapest(self.worth(u, arcs), must, may)
            return float(u.sum()) + value, self.knapsacks.chosen(own.capacity) & y[:, None], y

        return evaluate

    def worth(self, u: Floats, arcs: Bools) -> Floats:
        """What each host adds to the bound when it is open."""
        best = self.knapsacks.best(np.where(arcs, u - self.problem.cost, -INF), exact=False)
        return self.problem.fixed - best[self.knapsacks.all, self.problem.capacity]

    def cheapest(self, worth: Floats, must: Bools, may: Bools) -> tuple[float, Bools]:
        """The cheapest open hosts that hold the total demand: a covering knapsack over what is missing."""
        y = must | (may & (worth < 0))
        capacity = self.problem.capacity
        missing = self.total - int(capacity[y].sum())
        if missing <= 0:
            return float(worth[y].sum()), y
        spare = np.flatnonzero(may & ~y)
        if int(capacity[spare].sum()) < missing:
            return INF, y
        least, steps = np.full(missing + 1, INF), []
        least[0] = 0.0
        for host in spare.tolist():
            source = np.maximum(np.arange(missing + 1) - capacity[host], 0)
            new = least[source] + worth[host]
            better = new < least
            least = np.where(better, new, least)
            steps.append((host, better, source))
        y, left = y.copy(), missing
        for host, better, source in reversed(steps):
            if better[left]:
                y[host], left = True, int(source[left])
        return float(worth[y].sum()), y

    def narrowed(self, u: Floats, must: Bools, may: Bools, arcs: Bools, cut: float) -> tuple[Bools, Bools, Bools]:
        """(must, may, arcs) of all plans of value <= cut: what costs more by its reduced cost is out."""
        own, knapsacks = self.problem, self.knapsacks
        profit = np.where(arcs, u - own.cost, -INF)
        ahead = knapsacks.ahead(profit, exact=False)
        best = ahead[-1][knapsacks.all, own.capacity]
        worth, paid = own.fixed - best, float(u.sum())
        value, y = self.cheapest(worth, must, may)
        must, may, opened = must.copy(), may.copy(), np.full(own.hosts, paid + value)
        for host in np.flatnonzero(may & ~must).tolist():
            one = np.arange(own.hosts) == host
            if y[host]:
                must[host] = paid + self.cheapest(worth, must, may & ~one)[0] > cut
            else:
                opened[host] = paid + self.cheapest(worth, must | one, may)[0]
                may[host] = opened[host] <= cut
        last = np.where(np.arange(knapsacks.top + 1) <= own.capacity[:, None], 0.0, -INF)
        inside, _ = knapsacks.with_and_without(ahead, profit, last)
        return must, may, arcs & may[:, None] & (opened[:, None] + best[:, None] - inside <= cut)


class Packing:
    """The bound once the open hosts are decided: members of fixed hosts are packed, the others priced.

    Works in the hosts and members given; `arcs` has at least one host for every member.
    """

    def __init__(self, capacity: Ints, demand: Ints, cost: Floats, arcs: Bools) -> None:
        fixed = arcs.sum(axis=0) == 1
        at = arcs.argmax(axis=0)
        held = np.bincount(at[fixed], demand[fixed], len(capacity)).astype(np.int64)
        self.fixed, self.at, self.live = fixed, at, np.flatnonzero(~fixed)
        self.paid = float(cost[at[fixed], np.flatnonzero(fixed)].sum())
        self.room, self.arcs, self.cost = capacity - held, arcs[:, self.live], cost[:, self.live]
        self.spare = int(capacity.sum() - demand.sum())
        self.fits = bool((self.room >= 0).all()) and self.spare >= 0
        if self.fits:
            self.knapsacks = _Knapsacks(self.room, demand[self.live])
            self.most = min(self.spare, self.knapsacks.top)
            self.loads = self.room[:, None] - np.arange(self.most + 1)
            work = len(capacity) * (self.most + 1.0) * (self.spare + 1.0)
            self.shared = work <= SHARING * (self.knapsacks.cells + 1e4)
            if self.shared:
                self.padded = np.full(self.most + self.spare + 1, -INF)
                self.windows = np.arange(self.most, -1, -1) + np.arange(self.spare + 1)[:, None]
            self.cells = self.knapsacks.cells + int(work if self.shared else 0)

    def _by_spare(self, best: Floats) -> Floats:
        """value[j, s]: most profit of host j that leaves s units unused."""
        return np.where(self.loads >= 0, best[self.knapsacks.all[:, None], np.maximum(self.loads, 0)], -INF)

    def _windows(self, table: Floats) -> Floats:
        """windows[t, s] = table[t - s]."""
        self.padded[self.most :] = table
        windows: Floats = self.padded[self.windows]
        return windows

    def _share_out(self, value: Floats) -> tuple[float, Ints]:
        """The best spare of every host, all of them together `self.spare`."""
        if not self.shared:
            return float(value.max(axis=1).sum()), value.argmax(axis=1)
        table, steps = np.full(self.spare + 1, -INF), []
        table[0] = 0.0
        for own in value:
            sums = self._windows(table) + own
            step = sums.argmax(axis=1)
            table = sums[np.arange(self.spare + 1), step]
            steps.append(step)
        spare, left = np.zeros(len(value), dtype=np.int64), self.spare
        for host in range(len(value) - 1, -1, -1):
            spare[host] = steps[host][left]
            left -= int(spare[host])
        return float(table[self.spare]), spare

    def evaluate(self, u: Floats) -> tuple[float, Bools, Bools]:
        """See `Evaluate`; prices and shares of the live members only."""
        best = self.knapsacks.best(np.where(self.arcs, u - self.cost, -INF), exact=True)
        value, spare = self._share_out(self._by_spare(best))
        if value == -INF:
            return INF, self.arcs, np.ones(len(self.room), dtype=bool)
        x = self.knapsacks.chosen(np.maximum(self.room - spare, 0))
        return self.paid + float(u.sum()) - value, x, np.ones(len(self.room), dtype=bool)

    def _others(self, value: Floats) -> Floats:
        """others[j, s]: most profit of all other hosts when host j leaves s units unused."""
        if not self.shared:
            best = value.max(axis=1)
            sums = np.array([float(np.delete(best, host).sum()) for host in range(len(best))])
            return np.repeat(sums[:, None], self.most + 1, axis=1)
        start = np.full(self.spare + 1, -INF)
        start[0] = 0.0
        before, after = [start], [start]
        for own in value:
            before.append((self._windows(before[-1]) + own).max(axis=1))
        for own in value[::-1]:
            after.append((self._windows(after[-1]) + own).max(axis=1))
        others = np.full((len(value), self.most + 1), -INF)
        for host in range(len(value)):
            left, right = before[host], after[len(value) - 1 - host]
            for spare in range(self.most + 1):
                rest = self.spare - spare
                others[host, spare] = (left[: rest + 1] + right[rest::-1]).max()
        return others

    def narrowed(self, u: Floats, cut: float) -> Bools | None:
        """The live members' arcs of all plans of value <= cut, or None where there is no such plan."""
        profit, knapsacks = np.where(self.arcs, u - self.cost, -INF), self.knapsacks
        ahead = knapsacks.ahead(profit, exact=True)
        value = self._by_spare(ahead[-1])
        others, base = self._others(value), self.paid + float(u.sum())
        kept = (base - others - value <= cut) & (self.loads >= 0)
        if not kept.any(axis=1).all():
            return None
        last = np.full((len(self.room), knapsacks.top + 1), -INF)
        host, spare = np.nonzero(kept)
        last[host, self.loads[host, spare]] = others[host, spare]
        inside, outside = knapsacks.with_and_without(ahead, profit, last)
        arcs = self.arcs & (base - inside <= cut)
        needed = arcs & (base - outside > cut)
        if (needed.sum(axis=0) > 1).any() or not arcs.any(axis=0).all():
            return None
        one = needed.any(axis=0)
        return np.where(one, needed, arcs)
