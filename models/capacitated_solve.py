"""Hosts with capacities and members in shares: prices, rounding, rounds, blocks, branching, in that order.

Prices bound the problem, and their mean relaxed plan rounds to a first plan. Where few hosts are open to question, the
tree ends with a proof. Where many are, rounds over neighbouring hosts better the plan, and blocks of hosts better the
bound, larger blocks each time. `Found.proof` says which of them closed the gap.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.answers import INF, Limits, StoppedBy
from models.capacitated_blocks import bound_by_blocks
from models.capacitated_bounds import Problem, ascend, settled
from models.capacitated_plan import Plan, transport
from models.capacitated_rounds import Neighbours, improved
from models.capacitated_tree import ROUNDS, Tree
from models.matrix import Bools

#: Hosts whose share is a fraction, or that are open, and are therefore open to question: up to this many the tree
#: decides at once; and so many a block holds at first.
FEW, BLOCK = 30, 14
#: A host is open to question from this share on. Nodes in which a first plan must be found.
SHARE, LOOK = 1e-3, 60
#: Parts of the time left for the rounds, and for each parting into blocks; what is asked of the blocks together, as a
#: part of the gap asked for.
ROUNDS_PART, BLOCKS_PART, BLOCKS_GAP = 0.4, 0.5, 0.5


@dataclass(frozen=True, eq=False)
class Found:
    """The best plan, or None; a proved bound of the whole; what proved it: "prices", "tree", "blocks"."""

    plan: Plan | None
    bound: float
    engine: str
    near: bool
    stopped_by: StoppedBy
    nodes: int


#: Hears of (plan, bound); True asks to stop.
Hear = Callable[[Plan | None, float], bool]


def decide(
    problem: Problem,
    limits: Limits,
    deadline: float | None = None,
    hear: Hear | None = None,
    start: Bools | None = None,
    clock: Callable[[], float] = time.time,
) -> Found:
    """Solve a problem within its limits.

    start: open hosts of a plan to begin with; clock: what the deadline is a time of.

    Without a deadline, the same problem, limits and seed give the same plan and bound.
    """
    hunt = _Hunt(problem, limits, deadline, hear or (lambda *_: False), clock)
    if start is not None:
        hunt.take(transport(problem, (start | problem.must) & problem.may))
    hunt.run()
    return hunt.found()


class _Hunt:
    def __init__(
        self, problem: Problem, limits: Limits, deadline: float | None, hear: Hear, clock: Callable[[], float]
    ) -> None:
        self.problem, self.limits, self.deadline, self.hear, self.clock = problem, limits, deadline, hear, clock
        self.draw = np.random.default_rng(limits.seed)
        self.pressed, self.cut, self.told = False, False, 0.0
        self.branching: Tree | None = None
        self.plan: Plan | None = None
        self.bound, self.engine, self.nodes = -INF, "prices", 0

    def late(self) -> bool:
        if self.clock() - self.told > 0.2:
            self._tell()
        return self.pressed or (self.deadline is not None and self.clock() > self.deadline)

    def until(self, part: float) -> Callable[[], bool]:
        """Whether a part of the time that is left now is over."""
        end = self.clock() + part * self.left
        return lambda: self.late() or self._over(end)

    def _over(self, end: float) -> bool:
        """Whether a part of the time is over; then the plan hangs on the clock."""
        self.cut |= self.clock() > end
        return self.clock() > end

    @property
    def left(self) -> float:
        return INF if self.deadline is None else max(0.0, self.deadline - self.clock())

    def allowed(self, value: float) -> float:
        """The gap asked for, in units of the cost."""
        return max(self.limits.absolute_gap, self.limits.relative_gap * abs(value), 1e-9 * abs(value))

    @property
    def value(self) -> float:
        return INF if self.plan is None or not self.plan.whole else self.plan.value

    @property
    def near(self) -> bool:
        return self.value < INF and self.value - self.bound <= self.allowed(self.value) + 1e-9 * abs(self.value)

    def take(self, plan: Plan | None) -> bool:
        better = plan is not None and (self.plan is None or plan.value < self.plan.value)
        if better:
            self.plan = plan
            self._tell()
        return better

    def _tell(self) -> None:
        self.told = self.clock()
        if self.branching is not None and np.isfinite(self.branching.bound):
            self.raise_to(self.branching.bound, "tree")
        self.pressed |= self.hear(self.plan, min(self.bound, self.value))

    def raise_to(self, bound: float, engine: str) -> None:
        if bound > self.bound:
            self.bound, self.engine = bound, engine

    def run(self) -> None:
        tree = Tree(self.problem, self.allowed, self.late, lambda plan: void(self.take(plan)), self.plan)
        self.raise_to(tree.prices.bound, "prices")
        tree.begin()
        if self.value == INF:
            self._branch(tree, LOOK)
        if self.near or self.late() or self.plan is None or self.value == INF:
            return  # where no plan is found soon, another engine needs the time
        live = (tree.prices.open > SHARE) | self.plan.opened
        few = int((live & self.problem.may & ~self.problem.must).sum()) <= FEW
        self._branch(tree, None if few else 0)
        if self.near or self.late() or few:
            return
        self._sharpen(tree)
        count = max(2, round(int(live.sum()) / BLOCK))
        helped = True
        while (helped or count > 1) and not self.near and not self.late():
            helped = self._rounds(live, tree)
            if count > 1:
                self._blocks(tree, count)
                count //= 2
        if not self.near and not self.late():
            tree.plan = self.plan
            self._branch(tree, None)

    def _branch(self, tree: Tree, nodes: int | None) -> None:
        before, self.branching = tree.nodes, tree
        tree.run(nodes)
        self.nodes, self.branching = self.nodes + tree.nodes - before, None
        if np.isfinite(tree.bound):
            self.raise_to(tree.bound, "tree" if tree.nodes else "prices")

    def _sharpen(self, tree: Tree) -> None:
        """Prices once more, now that a plan says how far they can be."""
        prices = ascend(self.problem, self.value, tree.prices.u, 2 * ROUNDS, late=self.late)
        if prices.bound > tree.prices.bound:
            tree.prices = prices
            self.raise_to(prices.bound, "prices")

    def _rounds(self, live: Bools, tree: Tree) -> bool:
        """A round for every host that is open to question; whether one helped."""
        over, helped = self.until(ROUNDS_PART), False
        _, never = settled(self.problem, tree.prices, self.value)
        open_ = replace(self.problem, may=self.problem.may & ~never)
        for inside in Neighbours(open_, live, self.draw).rounds():
            if self.near or over() or self.plan is None:
                break
            helped |= self.take(improved(open_, self.plan, inside, tree.prices.u, over))
        return helped

    def _blocks(self, tree: Tree, count: int) -> None:
        """A better bound by so many blocks, and a plan from the hosts that open there."""
        if self.near or self.late():
            return
        began, part = self.clock(), BLOCKS_PART * self.left
        asked = BLOCKS_GAP * self.allowed(self.value)

        def late(share: float) -> Callable[[], bool]:
            return lambda: self.late() or self._over(began + share * part)

        bound, opened = bound_by_blocks(self.problem, tree.prices.u, count, asked, late)
        self.raise_to(bound, "blocks")
        # Blocks know nothing of a number of hosts.
        if not self.late() and self.problem.least <= int(opened.sum()) <= self.problem.most:
            self.take(transport(self.problem, opened))

    def found(self) -> Found:
        stopped: StoppedBy = "user" if self.pressed else "gap" if self.near and not self.cut else "clock"
        return Found(self.plan, min(self.bound, self.value), self.engine, self.near, stopped, self.nodes)


def void(_: object) -> None:
    """What a listener returns."""
