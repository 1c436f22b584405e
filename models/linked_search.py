"""Prices on ties, parts searched alone, their plans put together and bettered: the hunt behind `models.linked`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models import hand_over
from models.answers import INF, Job, Progress, Proof, Solution, Status
from models.hand_over import FEASIBLE, Report
from models.linked_form import Form, priced, signed
from models.linked_master import Master
from models.linked_strong import Root
from models.matrix import Floats

#: Parts of the time left that go to the parts at prices and to the search in few columns.
PRICED, FEW, PAIR = 0.35, 0.3, 0.15
#: Nodes of one search of a part, of few columns, and of two parts with the others held.
PART_NODES, FEW_NODES, PAIR_NODES = 3_000, 1_000, 300
#: How far prices stay at the best ones (Wentges 1997); what a turn must close of the gap for another one.
STAY, STEP = 0.5, 0.02
#: A column is open to question from this value on. Parts of the gap asked for, and of the one there is, that all parts'
#: searches may leave.
SHARE, ASKED, LOOSE = 1e-3, 0.4, 0.05
#: As long as there is no plan, the gap is taken for this part of the bound.
UNKNOWN = 0.03
#: Parts that fewer ties than this join are searched without strong rows: HiGHS's own cuts do as well there.
FEW_TIES = 5
#: Seconds between two pieces of news.
NEWS = 0.2


class Hunt:
    """The best plan `x` of value `value`, the best `bound`, and what proved it (`engine`, `proof`)."""

    def __init__(
        self, job: Job, form: Form, deadline: float | None, report: Report, clock: Callable[[], float]
    ) -> None:
        self.job, self.form, self.deadline, self.report, self.clock = job, form, deadline, report, clock
        self.began, self.told = clock(), clock()
        #: none: no plan keeps the rows.
        self.pressed = self.cut = self.shared = self.none = False
        self.enough = False  # whether the first plan ends the search that runs
        self.x: Floats | None = None
        self.value, self.bound, self.nodes = INF, -INF, 0
        self.engine = "prices"
        self.proof: Proof = "prices"
        matrix = job.matrix
        self.rest = np.clip(np.where(matrix.lower < matrix.upper, 0.0, matrix.lower), matrix.lower, matrix.upper)
        self.master = Master(matrix, job.cost, form, self.rest)
        self.base = job.constant + float(job.cost @ self.master.rest)

    @property
    def left(self) -> float:
        return INF if self.deadline is None else max(0.0, self.deadline - self.clock())

    def late(self) -> bool:
        if self.clock() - self.told > NEWS:
            self._tell(None)
        if self.deadline is not None and self.clock() > self.deadline:
            self.cut = True
        return self.pressed or self.cut

    def _tell(self, x: Floats | None) -> None:
        self.told = self.clock()
        news = Progress(self.told - self.began, self.value, min(self.bound, self.value), self.nodes)
        self.pressed |= bool(self.report((news, x)))

    def _allowed(self) -> float:
        limits, value = self.job.limits, abs(self.value) if self.value < INF else abs(self.bound)
        return max(limits.absolute_gap, limits.relative_gap * value, 1e-9 * value)

    def asked(self) -> float:
        """The gap that searches of all parts together may leave: of the gap asked for, and of the gap that there is."""
        return max(ASKED * self._allowed(), LOOSE * self.gap())

    def gap(self) -> float:
        """Value less bound; a part of the bound as long as there is no plan."""
        return self.value - self.bound if self.value < INF else UNKNOWN * abs(self.bound)

    @property
    def near(self) -> bool:
        return self.value < INF and self.value - self.bound <= self._allowed()

    # --- plans and bounds -----------------------------------------------------------------------

    def take(self, x: Floats | None) -> bool:
        """Keep a plan that is better and holds every row; whether it was."""
        if x is None or self.job.matrix.worst(x) > FEASIBLE:
            return False
        self.master.take(x)
        value = float(self.job.cost @ x) + self.job.constant
        if value >= self.value - 1e-9 * abs(value):
            return False
        self.x, self.value = x, value
        self._tell(x)
        return True

    def prove(self, bound: float, engine: str, proof: Proof) -> None:
        if bound > self.bound:
            self.bound, self.engine, self.proof = bound, engine, proof

    def run(self, job: Job, seconds: float, whole: bool = False) -> Solution:
        """HiGHS for so long at most; where the share of the time ended it, the answer hangs on the clock.

        whole: its plans are plans of the whole, and told as they are found.
        """
        end = self.clock() + min(seconds, self.left)
        ended = False

        def tick(news: tuple[Progress, Floats | None]) -> bool:
            nonlocal ended
            if whole:
                self.take(news[1])
            ended = self.clock() > end
            return self.late() or ended or (self.enough and self.x is not None)

        deadline = end if self.clock is time.time and end < INF else None
        found = hand_over.run(job, deadline, tick)
        self.nodes += found.nodes
        self.shared |= ended or found.stopped_by == "clock"
        return found

    def begin(self, root: Root) -> None:
        """The root, the parts' own models, and what is proved so far."""
        self.root = root
        self.tight = root.matrix
        gone = np.zeros(self.tight.rows, dtype=bool)
        gone[self.form.ties] = True
        many = self.form.ties.size > FEW_TIES
        apart = self.tight.drop_rows(gone) if many else self.job.matrix.drop_rows(gone[: self.job.matrix.rows])
        self.parts = [apart.restricted(cols, self.rest) for _, cols in self.form.parts]
        self.prove(root.value, "prices", "prices")
        self.best = self.prices = signed(self.job.matrix, self.form.ties, root.prices[self.form.ties])

    def take_start(self) -> None:
        """The plan that the job begins with."""
        if self.job.start is not None:
            self.take(hand_over.settle(self.job.matrix, self.job.cost, np.asarray(self.job.start, dtype=float)))

    def search(self) -> bool:
        """All steps, until the gap is closed or the time over; False where a part has no plan."""
        self.take_start()
        turn, helped = 0, True
        while helped and not self.near and not self.late():
            value, bound = self.value, self.bound
            if not self._priced(self.prices):
                return False
            if self.bound > bound:
                self.best = self.prices
            if not self.late() and all(self.master.plans):
                self.take(self.master.chosen(lambda _: self.late()))
            if self.form.ties.size and not self.near and not self.late():
                self._together()
                self._next_prices()
            helped = self.x is not None and (turn == 0 or self._closed(value, bound) > STEP)
            turn += 1
        if not self.near and not self.late():
            self.over_all()
        return True

    def _closed(self, value: float, bound: float) -> float:
        """What part of a gap has been closed since."""
        before = value - bound
        return 1.0 - (self.value - self.bound) / max(before, 1e-12) if np.isfinite(before) else 1.0

    def costs_at(self, prices: Floats) -> tuple[Floats, float]:
        """Costs of the columns at prices of the ties, and the least of all but the parts there."""
        saved, worth = priced(self.job.matrix, self.form.ties, prices)
        cost, lone = self.job.cost - saved, self.form.lone
        ends = np.minimum(cost[lone] * self.job.matrix.lower[lone], cost[lone] * self.job.matrix.upper[lone])
        held = float((cost - self.job.cost) @ self.master.rest)
        return cost, self.base + held + worth + float(ends.sum())

    def _priced(self, prices: Floats) -> bool:
        """Every part at these prices: a bound of the whole, and a plan of each; False where one has none."""
        cost, total = self.costs_at(prices)
        asked = self.asked() / len(self.parts)
        until = PRICED * self.left if self.form.ties.size else self.left
        end = self.clock() + until
        if self.form.ties.size:
            limits = replace(self.job.limits, absolute_gap=asked, relative_gap=0.0, nodes=PART_NODES, seconds=None)
        else:
            limits = replace(self.job.limits, absolute_gap=self.job.limits.absolute_gap / len(self.parts), seconds=None)
        for at, (_, cols) in enumerate(self.form.parts):
            known = self.master.plans[at]
            start = min((plan.x for plan in known), key=lambda x: float(cost[cols] @ x)) if known else None
            seconds = max(0.0, end - self.clock()) / (len(self.parts) - at) if until < INF else INF
            found = self.run(Job(self.parts[at], cost[cols], limits=limits, start=start), seconds)
            if found.status is Status.INFEASIBLE:
                return False
            total += found.bound
            if found.x is not None:
                self.master.add(at, found.x)
        tied = bool(self.form.ties.size)
        self.prove(total, "prices" if tied else "highs", "prices" if tied else "search")
        return True

    def _next_prices(self) -> None:
        """Half-way between the best prices and those that the plans known so far ask for."""
        mixed = self.master.prices(self.best)
        if mixed is not None:
            self.prices = signed(self.job.matrix, self.form.ties, STAY * self.best + (1 - STAY) * mixed)

    def _together(self) -> None:
        """A better plan of the whole: in few columns, then in two parts at a time while that helps."""
        self._few()
        if self.x is None and not self.late():
            self.over_all(first=True)
        pairs = [(one, other) for one in range(len(self.parts)) for other in range(one)]
        idle = at = 0
        while idle < len(pairs) and not self.near and not self.late():
            idle = 0 if self._pair(*pairs[at % len(pairs)]) else idle + 1
            at += 1

    def _few(self) -> None:
        """The whole model with the whole numbers that the linear programme or a known plan uses."""
        matrix = self.tight
        used = self.root.x > SHARE
        for (_, cols), plans in zip(self.form.parts, self.master.plans, strict=True):
            for plan in plans:
                used[cols] |= plan.x > 0.5
        used[self.form.lone] = True
        closed = matrix.integer & ~used & (matrix.lower <= 0.0) & (matrix.upper >= 0.0)
        few = matrix.with_bounds(np.where(closed, 0.0, matrix.lower), np.where(closed, 0.0, matrix.upper))
        limits = replace(self.job.limits, nodes=FEW_NODES, seconds=None)
        found = self.run(Job(few, self.job.cost, self.job.constant, limits, self.x), FEW * self.left, whole=True)
        self.take(found.x)

    def _pair(self, one: int, other: int) -> bool:
        """Two parts and the lone columns anew, the others held; whether it helped."""
        if self.x is None:
            return False
        cols = np.sort(np.r_[self.form.parts[one][1], self.form.parts[other][1], self.form.lone])
        part = self.tight.restricted(cols, self.x)
        limits = replace(self.job.limits, absolute_gap=self.asked(), nodes=PAIR_NODES, seconds=None)
        found = self.run(Job(part, self.job.cost[cols], limits=limits, start=self.x[cols]), PAIR * self.left)
        if found.x is None:
            return False
        x = self.x.copy()
        x[cols] = found.x
        return self.take(x)

    def over_all(self, first: bool = False) -> None:
        """HiGHS over the whole with its strong rows, from the best plan; first: until there is one."""
        self.enough = first
        limits = replace(self.job.limits, seconds=None)
        found = self.run(Job(self.tight, self.job.cost, self.job.constant, limits, self.x), self.left, whole=True)
        self.enough = False
        self.take(found.x)
        self.prove(found.bound, "highs", "search")
