"""Exact search for single-source allocation: which hosts are open, then who goes where.

Best bound first over sets of open hosts (branching on a host) with the bounds of
`models.single_source_bounds`. Where all hosts are decided, the members are allocated by a search of its
own that only looks for plans within a window above its bound: a narrow window leaves few arcs. A window
without a plan is a proof that raises the bound, and the next one is wider.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.matrix import Bools, Floats
from models.single_source_bounds import INF, Ascent, Choice, Evaluate, Ints, Packing, Problem, ascend
from models.single_source_repair import repaired

#: Rounds of the ascent: at the root, at the first packing of a set of hosts, and at a node.
ROOT_ROUNDS, FIRST_ROUNDS, CHOICE_ROUNDS, PACKING_ROUNDS = 300, 250, 60, 14
#: The first step of the ascent at the root, and where the prices that it begins at are good ones.
FIRST_STEP, GOOD_STEP = 1.0, 0.3
#: Prices of a unit of capacity, in medians of a member's price a unit, at which sets of hosts are tried early.
DIVES = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)
#: The first window: share of the bound, steps of the value, part of the open gap; and how much wider the next is.
WINDOW, WINDOW_STEPS, PART, WIDER = 2e-4, 4.0, 1.0 / 6.0, 3.0
#: What one round costs beside its tables, in their cells.
CALLS = 50_000.0
#: Nodes of a packing between two attempts to make a plan of its relaxed one.
REPAIR_EVERY = 25


@dataclass(frozen=True, eq=False)
class Node:
    """A part of the plans: hosts that are open (must) and may be, arcs, good prices; window 0: not priced yet."""

    must: Bools
    may: Bools
    arcs: Bools
    prices: Floats
    window: float = 0.0


class Search:
    """One search. found(value, hosts of the members, open hosts) is told every better plan.

    step: what a plan must be better by to count; late(): whether to stop; work: most cells of knapsack tables.
    """

    def __init__(
        self,
        problem: Problem,
        late: Callable[[], bool],
        found: Callable[[float, Ints, Bools], None],
        work: float = INF,
        step: float = 1e-6,
    ) -> None:
        self.problem, self.late, self.found, self.work_left = problem, late, found, work
        self.step = step
        self.value, self.bound, self.nodes = INF, -INF, 0
        self.choice = Choice(problem)
        self.heap: list[tuple[float, int, Node]] = []
        self._told, self._begun = 0, False
        #: Prices of the members to begin with, where there are good ones.
        self.prices: Floats | None = None
        self._priced: set[bytes] = set()

    @property
    def cut(self) -> float:
        """Only plans of at most this value are of use."""
        return self.value - self.step

    @property
    def stopped(self) -> bool:
        return self.work_left <= 0 or self.late()

    def run(self) -> bool:
        """Search (on) until nothing better is left (True) or the search is stopped; see `value` and `bound`."""
        own = self.problem
        price = np.where(own.arcs, own.cost, INF).min(axis=0)
        price = price + np.median(own.fixed / np.maximum(own.capacity, 1)) * own.demand
        if not self._begun:
            self._push(-INF, Node(own.must, own.may, own.arcs, price if self.prices is None else self.prices))
            self._begun = True
        while self.heap and self.heap[0][0] <= self.cut and not self.stopped:
            bound, _, node = heapq.heappop(self.heap)
            self.bound = max(self.bound, bound)
            self.nodes += 1
            if node.window:
                self._pack(bound, node)
            elif (node.may & ~node.must).any():
                self._choose(bound, node)
            else:
                self._price(bound, node)
        least = min((bound for bound, _, _ in self.heap), default=INF)
        proved = not self.heap or least > self.cut
        self.bound = self.cut if proved else max(self.bound, min(least, self.cut))
        return proved

    def _push(self, bound: float, node: Node) -> None:
        if bound <= self.cut:
            self._told += 1
            heapq.heappush(self.heap, (bound, self._told, node))

    def _target(self, bound: float) -> float:
        """Where a bound is aimed at: the value to beat, or a little more than what is known."""
        return self.cut if self.cut < INF else bound + 0.01 * abs(bound)

    def ascend(self, cells: int, evaluate: Evaluate, prices: Floats, target: float, rounds: int, step: float) -> Ascent:
        """`ascend` with its work accounted; calls of numpy cost something whatever their size."""

        def counted(u: Floats) -> tuple[float, Bools, Bools]:
            self.work_left -= cells + CALLS
            return evaluate(u)

        return ascend(counted, prices, target, rounds, step, lambda: self.stopped)

    def _choose(self, bound: float, node: Node) -> None:
        """Improve the bound, leave out what is too dear, branch on the host that is most undecided."""
        own, root = self.problem, bound == -INF
        evaluate = self.choice.evaluator(node.must, node.may, node.arcs)
        first = evaluate(node.prices)[0] if root else bound
        if first == INF:
            return
        target = self._target(first) if not root or self.cut < INF else first + 0.1 * abs(first)
        rough = root and self.prices is None
        rounds = ROOT_ROUNDS if rough else 2 * CHOICE_ROUNDS if root else CHOICE_ROUNDS
        step = FIRST_STEP if rough else GOOD_STEP
        found = self.ascend(self.choice.cells, evaluate, node.prices, target, rounds, step)
        if found.bound == INF:
            return
        if found.whole is not None and own.allows(found.open > 0.5):
            self.offer(found.whole, found.open > 0.5)
            return
        bound = max(bound, found.bound)
        must, may, arcs = node.must, node.may, node.arcs
        if root:
            self._dive(bound, replace(node, prices=found.prices))
        if bound > self.cut:
            return
        if self.cut < INF:
            must, may, arcs = self.choice.narrowed(found.prices, must, may, arcs, self.cut)
        free = may & ~must
        if (must & ~may).any() or not arcs.any(axis=0).all() or not own.allows(must, free):
            return
        node = Node(must, may, arcs, found.prices)
        if not free.any():
            self._push(bound, node)
            return
        one = np.arange(own.hosts) == np.where(free, np.abs(found.open - 0.5), INF).argmin()
        self._push(bound, replace(node, must=must | one))
        self._push(bound, replace(node, may=may & ~one, arcs=arcs & ~one[:, None]))

    def _dive(self, bound: float, node: Node) -> None:
        """Plans early, without which nothing can be left out: open hosts with less and less spare capacity."""
        own = self.problem
        worth = self.choice.worth(node.prices, node.arcs)
        each = float(np.median(node.prices / np.maximum(own.demand, 1)))
        for factor in DIVES:
            value, y = self.choice.cheapest(worth + factor * each * own.capacity, node.must, node.may)
            if value < INF:
                self._price(bound, replace(node, must=y, may=y, arcs=node.arcs & y[:, None]))
        priced = [entry for entry in self.heap if entry[2].window]
        if priced and not self.stopped:
            best = min(priced)
            self.heap.remove(best)
            heapq.heapify(self.heap)
            self._pack(best[0], best[2])

    def _price(self, bound: float, node: Node) -> None:
        """The better bound of a set of open hosts, and a first plan for it."""
        own, y = self.problem, node.must
        arcs = node.arcs[y]
        if y.tobytes() in self._priced or not own.allows(y) or not arcs.any(axis=0).all():
            return
        self._priced.add(y.tobytes())
        base = float(own.fixed[y].sum())
        packing = Packing(own.capacity[y], own.demand, own.cost[y], arcs)
        if not packing.fits:
            return
        prices = node.prices.copy()
        if packing.live.size:
            target = self._target(bound) - base
            start = prices[packing.live]
            found = self.ascend(packing.cells, packing.evaluate, start, target, FIRST_ROUNDS, 0.5)
            prices[packing.live] = found.prices
            bound = max(bound, found.bound + base)
            if bound == INF or bound > self.cut:
                return
            self._repair(packing, found, y)
        steps = WINDOW_STEPS * self.step
        wide = max(WINDOW * abs(bound), steps, PART * (self.cut - bound) if self.cut < INF else 0.0)
        self._push(bound, replace(node, prices=prices, window=wide))

    def _pack(self, bound: float, node: Node) -> None:
        """All plans of one set of open hosts within the node's window."""
        window = _Window(self, node, min(self.cut, bound + node.window))
        least = window.run()
        if least <= self.cut and not window.found:
            wider = 1.0 if self.stopped else WIDER
            self._push(max(bound, least), replace(node, window=wider * node.window))
        elif self.stopped and least <= self.cut:
            self._push(max(bound, least), node)

    def _repair(self, packing: Packing, found: Ascent, y: Bools) -> None:
        """Try to make a plan of a relaxed one."""
        own = self.problem
        at = packing.at.copy()
        at[packing.live] = found.shares.argmax(axis=0)
        arcs = np.zeros_like(own.arcs[y])
        arcs[packing.at[packing.fixed], np.flatnonzero(packing.fixed)] = True
        arcs[:, packing.live] = packing.arcs
        better = repaired(own.capacity[y], own.demand, np.where(arcs, own.cost[y], INF), at)
        if better is not None:
            self.offer(np.flatnonzero(y)[better], y)

    def offer(self, at: Ints, y: Bools) -> float:
        """Take a plan if it is one and better than the one at hand; returns its value."""
        own = self.problem
        load = np.bincount(at, own.demand, own.hosts)
        used = np.bincount(at, minlength=own.hosts) > 0
        best = INF
        if (load > own.capacity).any() or not own.arcs[at, np.arange(own.members)].all():
            return INF
        for opened in (used | own.must | (own.may & (own.fixed < 0)), used | y):
            if own.allows(opened) and not (opened & ~own.may).any():
                best = min(best, self._take(at, opened))
        return best

    def _take(self, at: Ints, opened: Bools) -> float:
        value = float(self.problem.fixed[opened].sum() + self.problem.cost[at, np.arange(len(at))].sum())
        if value < self.value:
            self.value = value
            self.found(value, at, opened)
        return value


class _Window:
    """The search for plans of one set of open hosts whose value is at most `cut`."""

    def __init__(self, search: Search, node: Node, cut: float) -> None:
        self.search, self.y, self.cut = search, node.must, cut
        own = search.problem
        self.base = float(own.fixed[self.y].sum())
        self.capacity, self.cost = own.capacity[self.y], own.cost[self.y]
        self.heap: list[tuple[float, int, Bools, Floats]] = [(-INF, 0, node.arcs[self.y], node.prices)]
        self.found = False
        self.count = 0

    def run(self) -> float:
        """Returns a bound on what was not looked at: above `cut` when all plans up to there were seen."""
        search = self.search
        while self.heap and self.heap[0][0] <= self.cut and not search.stopped:
            bound, _, arcs, prices = heapq.heappop(self.heap)
            self._visit(bound, arcs, prices)
            self.cut = min(self.cut, search.cut)
        least = min((entry[0] for entry in self.heap), default=INF)
        return min(least, float(np.nextafter(self.cut, INF)))

    def _visit(self, bound: float, arcs: Bools, prices: Floats) -> None:
        search, own = self.search, self.search.problem
        packing = Packing(self.capacity, own.demand, self.cost, arcs)
        if not packing.fits:
            return
        if not packing.live.size:
            self._take(packing.at)
            return
        self.count += 1
        limit = self.cut - self.base
        rounds = PACKING_ROUNDS if self.count > 1 else 4 * PACKING_ROUNDS
        found = search.ascend(packing.cells, packing.evaluate, prices[packing.live], limit, rounds, 0.25)
        if found.bound > limit:
            return
        if found.whole is not None:
            at = packing.at.copy()
            at[packing.live] = found.whole
            self._take(at)
            return
        kept = packing.narrowed(found.prices, limit)
        if kept is None:
            return
        if self.count % REPAIR_EVERY == 1:
            search._repair(packing, found, self.y)
        arcs, prices = arcs.copy(), prices.copy()
        arcs[:, packing.live], prices[packing.live] = kept, found.prices
        bound = max(bound, found.bound + self.base)
        self._branch(bound, arcs, prices, np.where(kept, found.shares, 0.0), packing.live)

    def _branch(self, bound: float, arcs: Bools, prices: Floats, shares: Floats, live: Ints) -> None:
        """On the link that is most undecided, large members first; all links decided are taken at the next visit."""
        open_still = arcs[:, live].sum(axis=0) > 1
        weight = np.sqrt(self.search.problem.demand[live].astype(float)) * open_still
        score = np.minimum(shares, 1.0 - shares) * weight + 1e-9 * (weight * arcs[:, live])
        host, place = np.unravel_index(int(score.argmax()), score.shape)
        member = live[place]
        if not open_still.any():
            self._push(bound, arcs, prices)
            return
        chosen, without = arcs.copy(), arcs.copy()
        chosen[:, member] = False
        chosen[host, member] = True
        without[host, member] = False
        self._push(bound, chosen, prices)
        self._push(bound, without, prices)

    def _push(self, bound: float, arcs: Bools, prices: Floats) -> None:
        self.search._told += 1
        heapq.heappush(self.heap, (bound, self.search._told, arcs, prices))

    def _take(self, at: Ints) -> None:
        value = self.search.offer(np.flatnonzero(self.y)[at], self.y)
        self.found |= value <= self.cut
        self.cut = min(self.cut, self.search.cut)
