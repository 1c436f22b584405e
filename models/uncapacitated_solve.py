"""Hosts without capacities, to the proof: prices, search, exact fixing, and HiGHS for what is left.

The order of `docs/formulation`: a bound by prices and a plan by descents, each better for the other; what reduced costs
settle is fixed (exact: nothing cheaper is cut off); the rest is a small model of radii. A covering goes another way:
its linear programme, cuts and branching (`models.uncapacitated_branch`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models import hand_over
from models.answers import INF, Job, Limits, Progress, Status, StoppedBy
from models.matrix import Bools
from models.uncapacitated_bounds import Problem, ascend, first_prices, relaxed
from models.uncapacitated_branch import Tree
from models.uncapacitated_core import core_of
from models.uncapacitated_grain import grain, raised
from models.uncapacitated_programme import Programme, Unsolved
from models.uncapacitated_reduced import Reduced, covers, reduced
from models.uncapacitated_search import Descent, kicked, plan_from

#: Rounds of the first ascent and of later ones; descents from random exchanges between two ascents; such turns at
#: most, and how few without a better plan or bound end them.
QUICK, ROUNDS, KICKS, TURNS, IDLE = 100, 400, 8, 12, 2
#: Part of the gap asked for at which prices are good enough; a better bound than this is no gain of a turn.
ENOUGH, GAIN = 0.5, 1e-5


@dataclass(frozen=True, eq=False)
class Located:
    """The best plan: open hosts (None where a member has no host in any plan), its value, a proved bound, and

    what proved it: "prices", "core" (what exact fixing left: by HiGHS, of coverings by cuts and branching), or "" where
    the bound is not near.
    """

    opened: Bools | None
    value: float
    bound: float
    proof: str
    stopped_by: StoppedBy
    nodes: int = 0


#: Hears of (value, bound, open hosts); True asks to stop.
Hear = Callable[[float, float, Bools | None], bool]


def locate(
    problem: Problem,
    limits: Limits,
    deadline: float | None = None,
    hear: Hear | None = None,
    start: Bools | None = None,
) -> Located:
    """Solve a problem within its limits; the same problem, limits and seed give the same plan unless the clock stops.

    start: open hosts of a plan to begin with.
    """
    hear = hear or (lambda *_: False)
    small = reduced(problem)
    if small is None:
        return _located(problem, limits, deadline, hear, start)
    told, begin = _of_whole(small, hear), None if start is None else small.start(start)
    found = _located(small.problem, limits, deadline, told, begin)
    return found if found.opened is None else replace(found, opened=small.opened(found.opened))


def _of_whole(small: Reduced, hear: Hear) -> Hear:
    """News of the smaller problem as news of the whole."""
    return lambda value, bound, opened: hear(value, bound, None if opened is None else small.opened(opened))


def _located(problem: Problem, limits: Limits, deadline: float | None, hear: Hear, start: Bools | None) -> Located:
    hunt = _Hunt(problem, limits, deadline, hear)
    if start is not None and problem.least <= start.sum() <= problem.most:
        hunt.take(Descent(problem, start))
    return hunt.run()


def _nobody() -> Located:
    """Some member has no host in any plan."""
    return Located(None, INF, INF, "core", "gap")


class _Hunt:
    def __init__(self, problem: Problem, limits: Limits, deadline: float | None, hear: Hear) -> None:
        self.problem, self.limits, self.deadline, self.hear = problem, limits, deadline, hear
        self.pressed = False
        self.draw = np.random.default_rng(limits.seed)
        self.prices = relaxed(problem, first_prices(problem))
        #: The plan at hand, and whether it has a host for every member.
        self.best: Descent | None = None
        self.served = False
        self.step = grain(problem)
        #: What is proved beside the prices; when news was told last.
        self.floor, self.told = -INF, time.time()

    def late(self) -> bool:
        return self.pressed or (self.deadline is not None and time.time() > self.deadline)

    @property
    def value(self) -> float:
        return INF if self.best is None else self.best.value

    @property
    def allowed(self) -> float:
        """The gap asked for, in units of the cost."""
        return max(self.limits.absolute_gap, self.limits.relative_gap * abs(self.value), 1e-9 * abs(self.value))

    def take(self, descent: Descent) -> bool:
        better = descent.value < self.value - 1e-12 * max(1.0, abs(descent.value))
        if better:
            self.best = descent
            self.served = bool(np.isfinite(self.problem.value(descent.opened)))
            self.pressed |= self.hear(self.value, min(self.value, self.proved), descent.opened)
        return better

    def run(self) -> Located:
        if self.problem.least > self.problem.most:
            return _nobody()
        if not np.isfinite(np.minimum(self.problem.always, self.problem.cost.min(axis=1, initial=INF))).all():
            return _nobody()
        if covers(self.problem) and (found := self._covered()) is not None:
            return found
        self.prices = ascend(self.problem, self._guess(), self.prices.u, QUICK)
        self.take(plan_from(self.problem, self.prices.rho, self.late))
        idle = 0
        for _ in range(TURNS):
            if self.late() or self.near or idle >= IDLE:
                break
            idle = 0 if self._turn() else idle + 1
        return self._core() if not self.near and not self.late() else self._told("prices" if self.near else "")

    def _covered(self) -> Located | None:
        """A covering by its linear programme, which decides it sooner than prices; None where it did not end."""
        seconds = None if self.deadline is None else max(0.01, self.deadline - time.time())
        programme = Programme(self.problem, self.limits, seconds)
        try:
            root = programme.solve(programme.free, INF)
        except Unsolved:
            return None
        if root is None:
            return _nobody()
        self.floor = root.bound
        self.take(plan_from(self.problem, -root.x[: self.problem.hosts], self.late))
        if self.near or self.late():
            return self._told("prices" if self.near else "")
        tree = Tree(programme, self)
        tree.run(root)
        if tree.whole and not self.served:
            return _nobody()
        self.floor = max(self.floor, tree.bound)
        if not (tree.whole or self.near or self.late()):
            # What rounding leaves open: HiGHS closes it on the core.
            return None
        return replace(self._told("core" if tree.whole or self.near else ""), nodes=tree.nodes)

    @property
    def reached(self) -> float:
        """The value of the plan at hand if it has a host for every member, else inf."""
        return self.value if self.served else INF

    def tell(self, bound: float) -> None:
        """News of the search, now and then."""
        self.floor = max(self.floor, min(bound, self.value))
        if time.time() - self.told > hand_over.NEWS:
            self.told = time.time()
            self.pressed |= self.hear(self.value, self.floor, None)

    @property
    def proved(self) -> float:
        """What prices, or the programme of a covering, prove."""
        return max(self.prices.bound, self.floor)

    @property
    def bound(self) -> float:
        """What is proved, of values that differ by whole steps the next one."""
        return raised(self.proved, self.step)

    def _guess(self) -> float:
        """What a plan costs, for the first steps: the one at hand, else the hosts that the first prices like."""
        return Descent(self.problem, self.prices.opened).value if self.best is None else self.value

    @property
    def near(self) -> bool:
        return self.served and self.value - self.bound <= self.allowed

    def _turn(self) -> bool:
        """Better prices for the plan at hand, better plans from the prices; whether either came out better."""
        assert self.best is not None
        before, bound = self.value, self.prices.bound
        found = ascend(self.problem, self.value, self.prices.u, ROUNDS, ENOUGH * self.allowed)
        if found.bound > bound:
            self.prices = found
        self.take(plan_from(self.problem, self.prices.rho, self.late))
        for _ in range(KICKS):
            if self.late() or self.near:
                break
            self.take(kicked(self.problem, self.best.opened, self.draw, self.late))
        self.pressed |= self.hear(self.value, min(self.value, self.proved), None)
        return self.value < before - 1e-12 * abs(before) or self.prices.bound > bound + GAIN * abs(bound)

    def _core(self) -> Located:
        """Fix what is settled, and let HiGHS decide the rest."""
        assert self.best is not None
        core = core_of(self.problem, self.prices, self.value)
        if core is None:
            return replace(self._told("core"), bound=self.value) if self.served else _nobody()
        start = core.start(self.best.opened)
        limits = replace(self.limits, seconds=None if self.deadline is None else self.deadline - time.time())
        limits = replace(limits, absolute_gap=max(limits.absolute_gap, self.step * (1.0 - 1e-6)))
        job = Job(core.matrix, core.cost, core.constant, limits, start)
        found = hand_over.run(job, self.deadline, self._news)
        bound = min(self.value, raised(max(self.proved, found.bound), self.step))
        if found.x is not None:
            opened = core.opened(found.x, self.problem.hosts)
            self.take(Descent(self.problem, opened))
        elif found.status is Status.INFEASIBLE and not self.served:
            return _nobody()
        if not self.served:
            return Located(None, INF, bound, "", found.stopped_by, found.nodes)
        near = self.value - bound <= self.allowed
        stopped: StoppedBy = "user" if self.pressed else "gap" if near else found.stopped_by
        return Located(
            self.best.opened, self.value, min(bound, self.value), "core" if near else "", stopped, found.nodes
        )

    def _news(self, news: tuple[Progress, object]) -> bool:
        bound = min(self.value, max(self.proved, news[0].bound))
        self.pressed |= self.hear(min(self.value, news[0].objective), bound, None)
        return self.pressed

    def _told(self, proof: str) -> Located:
        assert self.best is not None
        stopped: StoppedBy = "user" if self.pressed else "gap" if proof else "clock"
        if not self.served:
            return Located(None, INF, self.bound, "", "user" if self.pressed else "clock")
        return Located(self.best.opened, self.value, min(self.bound, self.value), proof, stopped)
