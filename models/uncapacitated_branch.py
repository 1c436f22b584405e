"""Coverings to the proof: cuts while they lift the bound, a dive for a plan, and branching on hosts.

Every node is the one programme of `models.uncapacitated_programme` with other ends. What may still be cheaper than the
plan at hand is searched, no more: hosts are settled by reduced costs at every node (exact), and where all costs are
whole numbers a node within one of the plan is done. The host to branch on is chosen by what its two sides lift the
bound by, tried for a few hosts and remembered afterwards (reliability branching: Achterberg, Koch and Martin 2005). An
open host lifts it most, so that its side is followed first.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Protocol

import numpy as np

from models.answers import INF
from models.uncapacitated_bounds import Ints, cheapest
from models.uncapacitated_cuts import half_cuts
from models.uncapacitated_gains import Gains
from models.uncapacitated_grain import raised
from models.uncapacitated_programme import Ends, Point, Programme, Unsolved
from models.uncapacitated_search import Descent

#: Rounds of cuts at the root, and at a node; two rounds that lift the bound by less than this share of all that cuts
#: have lifted it end them.
ROOT_ROUNDS, NODE_ROUNDS, STALL = 60, 1, 0.04
#: Hosts that nothing is known of whose sides are tried at a node.
TRIED = 2
#: Nearer to a whole number than this is whole; a host is as good as open in a dive; a
#: plan cheaper by a whole step is cheaper by more than this much of it.
WHOLE, OPEN, NEXT = 1e-6, 0.99, 0.999


class Keeper(Protocol):
    """Who keeps the best plan."""

    @property
    def reached(self) -> float:
        """What it costs; inf while there is none in which every member is served."""

    @property
    def step(self) -> float:
        """What values of two plans differ by at least."""

    @property
    def allowed(self) -> float:
        """The gap asked for, in units of the cost."""

    def take(self, descent: Descent) -> bool:
        """Keep a plan if it is better; whether it is."""

    def tell(self, bound: float) -> None:
        """Hear of a better bound."""

    def late(self) -> bool:
        """Whether to end."""


@dataclass(frozen=True, eq=False)
class Node:
    """A part of the plans. bound: of all of them; point: its programme, where it was solved."""

    bound: float
    ends: Ends
    point: Point | None = None


class Tree:
    """The search of one covering. nodes: what cuts at the root leave to branching; whole: nothing is left open."""

    def __init__(self, programme: Programme, keeper: Keeper) -> None:
        self.programme, self.keeper, self.problem = programme, keeper, programme.problem
        self.gains = Gains(programme.problem.hosts)
        self.nodes, self.whole = 0, False
        self.here: Node | None = None
        self.heap: list[tuple[float, int, Node]] = []
        self.number = count()
        #: The least bound of a plan whose value is not that of its programme.
        self.left = INF

    @property
    def below(self) -> float:
        """Only plans cheaper than this are looked for."""
        value = self.keeper.reached
        return value - max(self.keeper.step * NEXT, self.keeper.allowed) if value < INF else INF

    @property
    def bound(self) -> float:
        """What no plan costs less than; INF where there is no plan."""
        nodes = [node.bound for node in (self.here,) if node is not None] + [node[0] for node in self.heap[:1]]
        return raised(min([self.below, self.left, *nodes]), self.keeper.step)

    def run(self, root: Point) -> None:
        """Search until nothing is left open, or the keeper says that it is late."""
        self.here = Node(root.bound, root.ends)
        try:
            self.here = self._rooted(root)
            while self.here is not None and not self.keeper.late():
                self.here = self._node(self.here) or self._next()
                self.keeper.tell(self.bound)
        except Unsolved:
            return
        self.whole = self.here is None and self.left >= self.below

    def _next(self) -> Node | None:
        """The open node of the least bound."""
        if not self.heap or self.heap[0][0] >= self.below:
            self.heap = []
            return None
        return heapq.heappop(self.heap)[2]

    def _rooted(self, root: Point) -> Node | None:
        """The root with cuts, a plan from there, and more cuts where a better plan has settled hosts."""
        point = self._cut(root, ROOT_ROUNDS, root.bound)
        if point is None or self._ends(point):
            return None
        before = self.keeper.reached
        self._rounded(point, True)
        self._dive(point)
        if self.keeper.reached < before and not self.keeper.late():
            again = self.programme.solve(point.ends, self.below)
            point = None if again is None else self._cut(again, ROOT_ROUNDS, root.bound)
        self.programme.keep()
        return None if point is None else Node(point.bound, point.ends, point)

    def _node(self, node: Node) -> Node | None:
        """One node: the side to follow, None where it ends here."""
        self.nodes += 1
        point = node.point
        if point is None:
            point = self.programme.solve(node.ends, self.below)
        if point is None or self._ends(point):
            return None
        point = self._cut(point, NODE_ROUNDS, point.bound)
        if point is None or self._ends(point):
            return None
        self._rounded(point, False)
        return self._branch(point)

    def _ends(self, point: Point) -> bool:
        """Whether a node needs no branching: too dear, or a plan."""
        if point.bound >= self.below:
            return True
        if self._fractional(point).size:
            return False
        self.keeper.take(Descent(self.problem, point.x[: self.problem.hosts] > 0.5))
        if point.bound < self.below:
            self.left = min(self.left, point.bound)
        return True

    def _fractional(self, point: Point) -> Ints:
        y = point.x[: self.problem.hosts]
        return np.flatnonzero(np.minimum(y, 1.0 - y) > WHOLE)

    def _cut(self, point: Point, rounds: int, since: float) -> Point | None:
        """The node with rounds of cuts, which have lifted the bound from `since`; None where it has no plan."""
        bounds = [point.bound]
        for _ in range(rounds):
            done = self.keeper.late() or point.bound >= self.below or not self._fractional(point).size
            cuts = None if done else half_cuts(self.programme.rows, point.x)
            if cuts is None:
                break
            self.programme.add(cuts)
            better = self.programme.solve(point.ends, self.below)
            if better is None:
                return None
            self.programme.drop(better.x)
            point = better
            bounds.append(point.bound)
            if len(bounds) > 3 and bounds[-1] - bounds[-3] < STALL * (bounds[-1] - since):
                break
        return point

    def _rounded(self, point: Point, descend: bool) -> None:
        """The plan of the hosts that the programme opens most."""
        wanted = -point.x[: self.problem.hosts]
        descent = Descent(self.problem, cheapest(wanted, self.problem.least, self.problem.most))
        if descend:
            descent.run(self.keeper.late)
        self.keeper.take(descent)

    def _dive(self, point: Point) -> None:
        """A plan among the hosts that the programme opens: the one that it opens most is open, again and again."""
        hosts = self.problem.hosts
        ends = Ends(point.ends.must, point.ends.never | (point.x[:hosts] < WHOLE))
        while (open_to := self._fractional(point)).size and not self.keeper.late():
            must = ends.must | (point.x[:hosts] > OPEN)
            must[open_to[point.x[open_to].argmax()]] = True
            deeper = self.programme.solve(Ends(must, ends.never), self.below)
            if deeper is None or deeper.bound >= self.below:
                return
            point, ends = deeper, deeper.ends
        self._rounded(point, True)

    def _branch(self, point: Point) -> Node | None:
        """The side of a host to follow, the open one where both are alive; the other one waits."""
        while not self._ends(point):
            alive = [side for side in self._sides(point) if side.bound < self.below]
            if len(alive) == 2:
                heapq.heappush(self.heap, (alive[1].bound, next(self.number), alive[1]))
            if len(alive) != 1 or alive[0].point is None:
                return alive[0] if alive else None
            point = alive[0].point
        return None

    def _sides(self, point: Point) -> tuple[Node, Node]:
        """Both sides of the host that lifts the bound most, or of the first one that has a dead side."""
        best, sides, tried, basis = -1.0, None, 0, self.programme.basis()
        for host in self.gains.ordered(self._fractional(point), point.x):
            known = self.gains.known(host)
            if not known and tried == TRIED:
                continue
            up, down = (Node(point.bound, point.ends.having(host, opened)) for opened in (True, False))
            if not known:
                tried += 1
                up = self._solved(up, basis)
                down = self._solved(down, basis)
                lifts = [min(side.bound, self.below) - point.bound for side in (up, down)]
                self.gains.learn(host, float(point.x[host]), *lifts)
                if max(up.bound, down.bound) >= self.below:
                    return up, down
            worth = self.gains.worth(host, float(point.x[host]))
            if worth > best:
                best, sides = worth, (up, down)
        assert sides is not None
        return sides

    def _solved(self, node: Node, basis: Any) -> Node:
        """The node with its programme, begun at its parent's; without a plan it is dearer than anything."""
        self.programme.begin_at(basis)
        point = self.programme.solve(node.ends, self.below)
        return replace(node, bound=INF) if point is None else Node(max(node.bound, point.bound), point.ends, point)
