"""Hosts with capacities, to the proof: branch and bound on the hosts, every node bounded by prices.

A node opens some hosts and closes some. Its bound is the price loop of `models.capacitated_bounds`, begun at the
prices of the node above (Christofides and Beasley 1983); hosts that its reduced values settle are settled below it;
its mean relaxed plan is rounded to a plan of the whole. After a few dives the node of least bound is next, so that the
bound of all open nodes rises. Nothing is left out: the bound is one of the whole problem.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.capacitated_bounds import INF, Prices, Problem, ascend, first_prices, settled
from models.capacitated_plan import SHARES, Plan, rounded, servable, transport
from models.matrix import Bools, Floats

#: Price rounds of the root and of a node; nodes that go on to their better child at once, before the least bound rules.
FIRST, ROUNDS, DIVES = 400, 100, 20


@dataclass(frozen=True, eq=False)
class Node:
    """Hosts that must and may be open, and the best prices there. bound: that of the node, never below its parent's."""

    must: Bools
    may: Bools
    prices: Prices
    bound: float


class Tree:
    """One search. plan: the best (None before the first); bound: of the whole; nodes: how many were priced."""

    def __init__(
        self,
        problem: Problem,
        allowed: Callable[[float], float],
        late: Callable[[], bool],
        hear: Callable[[Plan], None] = lambda _: None,
        plan: Plan | None = None,
        start: Floats | None = None,
    ) -> None:
        """allowed(value): how far the bound may stay below a plan of this value; start: prices to begin with."""
        self.problem, self.allowed, self.late, self.hear = problem, allowed, late, hear
        self.plan, self.nodes, self.count = plan, 0, 0
        self.open: list[tuple[float, int, Node]] = []
        self.tried: set[bytes] = set()
        self.lost = INF
        self.here: Node | None = None
        self.prices = ascend(problem, self.enough, first_prices(problem) if start is None else start, FIRST, late=late)
        self.root = Node(problem.must, problem.may, self.prices, self.prices.bound)

    @property
    def value(self) -> float:
        return INF if self.plan is None or not self.plan.whole else self.plan.value

    @property
    def enough(self) -> float:
        """A bound from which a node holds nothing worth finding."""
        return self.value - self.allowed(self.value) if self.value < INF else INF

    @property
    def bound(self) -> float:
        """The least bound of what is open, and of what was left as near enough."""
        here = INF if self.here is None else self.here.bound
        least = self.open[0][0] if self.open else INF
        return min(self.value, self.lost, here, least)

    def begin(self) -> None:
        """Round the root's prices, and open it."""
        for share in SHARES:
            self.round(self.root, share)
        self._keep(self.root)

    @property
    def proved(self) -> bool:
        """Whether the bound is as near to the plan as is allowed."""
        return self.value < INF and self.bound >= self.enough - 1e-9 * abs(self.enough)

    def run(self, nodes: int | None = None) -> bool:
        """Search on, for at most so many nodes; whether the bound came as near as is allowed."""
        end = INF if nodes is None else self.nodes + nodes
        while (self.here is not None or self.open) and self.nodes < end and not self.late():
            if self.here is None and self.open[0][0] >= self.enough:
                break
            self.here = self.here or heapq.heappop(self.open)[2]
            children = sorted(self._children(self.here), key=lambda one: one.bound)
            dive = children.pop(0) if children and self.nodes < DIVES else None
            for child in children:
                self._keep(child)
            self.here = dive
        if self.here is not None:
            self._keep(self.here)
            self.here = None
        return self.proved

    def _keep(self, node: Node) -> None:
        """Open a node, or leave it where nothing below it is worth finding."""
        if node.bound >= self.enough:
            self.lost = min(self.lost, node.bound)
        else:
            self.count += 1
            heapq.heappush(self.open, (node.bound, self.count, node))

    def _children(self, node: Node) -> list[Node]:
        must, never = settled(replace(self.problem, must=node.must, may=node.may), node.prices, self.enough)
        may, share = ~never, node.prices.open
        if (must != node.must).any() or (may != node.may).any():
            # The other side holds nothing cheaper than this.
            self.lost = min(self.lost, self.enough)
        if (must & never).any():
            return []
        half = np.where(may & ~must, 0.5 - np.abs(share - 0.5), -1.0)
        if half.max(initial=-1.0) < 0.0:
            self._leaf(node, must)
            return []
        host = int(half.argmax())
        found = (self._priced(node, must, may, host, opens) for opens in (True, False))
        return [child for child in found if child is not None]

    def _leaf(self, node: Node, opened: Bools) -> None:
        """Every host is settled: what is left is a transport problem, and its plan is the best there."""
        plan = None if self.late() else transport(self.problem, opened)
        if plan is None or (not plan.whole and servable(self.problem, opened)):
            self.lost = min(self.lost, node.bound)
        self._take(plan)

    def _priced(self, node: Node, must: Bools, may: Bools, host: int, opens: bool) -> Node | None:
        """The child that opens, or closes, a host; None where no plan can be there."""
        must, may = must.copy(), may.copy()
        (must if opens else may)[host] = opens
        problem = replace(self.problem, must=must, may=may)
        if impossible(problem):
            return None
        self.nodes += 1
        prices = ascend(problem, self.enough, node.prices.u, ROUNDS, late=self.late)
        child = Node(must, may, prices, max(prices.bound, node.bound))
        self.round(child, 0.5)
        return child

    def round(self, node: Node, share: float) -> None:
        """A plan from a node's mean relaxed plan."""
        opened = rounded(replace(self.problem, must=node.must, may=node.may), node.prices.open, share)
        key = np.packbits(opened).tobytes()
        if key not in self.tried and not self.late():
            self.tried.add(key)
            self._take(transport(self.problem, opened))

    def _take(self, plan: Plan | None) -> None:
        if plan is not None and (self.plan is None or plan.value < self.plan.value):
            self.plan = plan
            self.hear(plan)


def impossible(problem: Problem) -> bool:
    """Whether no plan can be there: too few hosts, or too little room in those that may open."""
    may = problem.may
    lone = np.ones(problem.members, dtype=bool)
    lone[problem.member[may[problem.host]]] = False
    held = np.sort(problem.capacity[may])[::-1]
    room = float(held.sum() if problem.most >= held.size else held[: max(0, problem.most)].sum())
    return bool(
        int(problem.must.sum()) > problem.most
        or int(may.sum()) < problem.least
        or room < problem.total * (1.0 - 1e-9)
        or (lone & np.isinf(problem.always)).any()
    )
