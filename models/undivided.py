"""Members wholly at one host each, under capacities: prices, plans, exact fixing, then a search of what is left.

Prices come to the bound of the strong linear programme in a tenth of a second where HiGHS needs many
(`undivided_bounds`), and plans are made and bettered beside them (`undivided_plans`, `undivided_search`). Hosts and
links that every better plan does without are left out: exact. The rest goes to HiGHS with the plan as its start. Where
much is left, HiGHS first looks among the links of the cheapest plans.

Before HiGHS has the model at most `WALK` of the time is spent, and its answer is merged with the plan and the bound.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from models import hand_over, single_source
from models.answers import INF, Job, Progress, Proof, Solution, Status, StoppedBy
from models.capacitated_columns import Form
from models.capacitated_problem import Ints
from models.hand_over import FEASIBLE, Report
from models.matrix import Floats
from models.undivided_bounds import Left, counted, priced, sharpened, tolls, useful
from models.undivided_columns import columns, placed, put, takes, within
from models.undivided_knapsacks import searched
from models.undivided_plans import Maker
from models.undivided_search import Wander, first_plan

__all__ = ["run", "takes"]

#: Part of the time for the walk, and for another where much is left; its trials without a better plan.
WALK, WALK_ON, TRIALS = 0.05, 0.12, 300
#: Arcs of a window, windows where so many times as many are left, part of the time for it, and its nodes.
WINDOW, MANY, WINDOW_PART, NODES = 2_500, 5.0, 0.25, 30
#: Part of the time for knapsacks, all of it from so many columns on.
KNAPSACKS, LARGE = 0.65, 4_000
#: Seconds between two pieces of news.
NEWS = 0.2


def run(job: Job, form: Form, deadline: float | None, report: Report) -> Solution:
    """As `models.hand_over.run`, for a problem that `takes` says yes to."""
    return _Hunt(job, form, deadline, report).run()


@dataclass(frozen=True)
class _Proved:
    """A bound, in the model's own cost, and what proved it."""

    bound: float = -INF
    engine: str = "prices"
    proof: Proof = "prices"


class _Hunt:
    def __init__(self, job: Job, form: Form, deadline: float | None, report: Report) -> None:
        self.job, self.form, self.deadline, self.report = job, form, deadline, report
        self.cost = np.asarray(job.cost, dtype=float)
        self.began, self.told, self.pressed, self.nodes = time.time(), 0.0, False, 0
        self.base = job.constant + form.constant
        self.x: Floats | None = None
        self.wander: Wander | None = None
        self.value, self.proved = INF, _Proved()
        self.whole = bool((self.cost == np.round(self.cost)).all() and np.abs(self.cost).sum() < 1e12)
        start = None if job.start is None else np.asarray(job.start, dtype=float)
        if start is not None and job.matrix.worst(start) <= FEASIBLE:
            self.take(np.round(start))

    @property
    def allowed(self) -> float:
        limits, value = self.job.limits, abs(self.value)
        return max(limits.absolute_gap, limits.relative_gap * value, 1e-6 * max(1.0, value))

    @property
    def cut(self) -> float:
        """The most that a plan worth looking for costs."""
        if self.x is None:
            return INF
        near = self.value - 0.5 * self.allowed
        return min(near, self.value - 1.0 + 1e-6 * max(1.0, 1e-3 * abs(self.value))) if self.whole else near

    @property
    def near(self) -> bool:
        return self.x is not None and self.value - self.proved.bound <= self.allowed

    def late(self) -> bool:
        if time.time() - self.told > NEWS:
            self.tell(None)
        return self.pressed or (self.deadline is not None and time.time() > self.deadline)

    def tell(self, x: Floats | None) -> None:
        self.told = time.time()
        told = Progress(self.told - self.began, self.value, min(self.value, self.proved.bound), self.nodes)
        self.pressed |= bool(self.report((told, x)))

    def take(self, x: Floats) -> bool:
        """A plan, if it keeps all rows and is better."""
        value = float(self.cost @ x) + self.job.constant
        if value >= self.value or self.job.matrix.worst(x) > FEASIBLE:
            return False
        self.x, self.value = x, value
        self.tell(x)
        return True

    def raise_to(self, bound: float, engine: str, proof: Proof) -> None:
        if bound > self.proved.bound:
            self.proved = _Proved(bound, engine, proof)

    def run(self) -> Solution:
        problem = self.form.problem
        known = priced(problem, min(self.cut - self.base, problem.worst), self.late)
        if known.bound <= problem.worst:
            self.raise_to(known.bound + self.base, "prices", "prices")
            if not self.near and not self.late():
                self.plans(known)
        if self.x is None or known.bound > problem.worst:
            return self.without()
        known, kept, done = self.fixed(known)
        if not done and self.deadline is not None and kept.size > MANY * WINDOW:
            before = self.value
            self.walk(WALK_ON)
            if not self.late():
                self.window(known, kept)
            if self.value < before and not self.near and not self.late():
                known, kept, done = self.fixed(known)
        if done or self.near or self.late():
            return self.answer("user" if self.pressed else "gap" if done or self.near else "clock")
        return self.rest(known, kept)

    def plans(self, known: Left) -> None:
        """Plans by the shares of the prices, and a walk from the best."""
        problem = self.form.problem
        maker, toll = Maker(problem, self.late), tolls(problem, known.u)
        self.wander = Wander(maker, known.open, toll, self.job.limits.seed)
        best = first_plan(maker, known.open, toll)
        if best is not None:
            self.take(columns(self.form, best.at, best.opened))
        if self.x is not None:
            self.walk(WALK)

    def walk(self, part: float) -> None:
        """On from the best plan, for a part of the time."""
        plan = None if self.wander is None or self.x is None else self.wander.maker.plan(placed(self.form, self.x))
        if plan is None or self.wander is None:
            return
        end = None if self.deadline is None else time.time() + part * (self.deadline - self.began)
        enough = self.proved.bound - self.base + 0.5 * self.job.limits.relative_gap * abs(self.value)
        best = self.wander.run(plan, TRIALS, enough, lambda: self.late() or (end is not None and time.time() > end))
        self.take(columns(self.form, best.at, best.opened))

    def fixed(self, known: Left) -> tuple[Left, Ints, bool]:
        """Prices of what is left, its columns, and whether nothing is."""
        assert self.x is not None
        cut = self.cut - self.base
        found = sharpened(self.form.problem, known, cut, self.late)
        if found is None:
            self.raise_to(self.value if self.whole else self.cut, "prices", "fixing")
            return known, np.zeros(0, dtype=np.int64), True
        known, problem, arcs = found
        self.raise_to(min(known.bound + self.base, self.cut), "prices", "fixing")
        costs = np.full(self.form.problem.cost.size, INF)
        costs[arcs] = known.costs
        keep = np.zeros(self.job.matrix.cols, dtype=bool)
        keep[self.form.link[arcs]] = True
        named = self.form.host >= 0
        keep[self.form.host[named & problem.may & ~problem.must & useful(problem, problem.host)]] = True
        must = self.form.host[named & problem.must]
        keep[must[self.x[must] < 0.5]] = True
        keep[self.form.link] |= self.x[self.form.link] > 0.5
        keep[self.form.host[named]] |= (self.x[self.form.host[named]] > 0.5) & ~problem.must[named]
        return replace(known, costs=costs), np.flatnonzero(keep), False

    def window(self, known: Left, kept: Ints) -> None:
        """HiGHS among the links of the cheapest plans: a better plan, and a proof up to what these cost."""
        assert self.x is not None
        end = time.time() + WINDOW_PART * ((self.deadline or 0.0) - time.time())
        problem, link, host = self.form.problem, self.form.link, self.form.host
        dear = float(np.partition(known.costs, WINDOW)[WINDOW])
        inside, limit = known.costs <= dear, min(dear + self.base, self.cut)
        keep = np.zeros(self.job.matrix.cols, dtype=bool)
        keep[kept] = True
        keep[link] &= inside | (self.x[link] > 0.5)
        empty = host[(host >= 0) & ~useful(problem, problem.host[inside])]
        keep[empty[self.x[empty] < 0.5]] = False
        kept = np.flatnonzero(keep)
        found = hand_over.run(within(self.job, kept, self.x), end, self.hears(kept, limit))
        self.heard(found, kept, limit, "core")

    def hears(self, kept: Ints, limit: float) -> Report:
        """News of a search of some columns, as news of the whole."""
        base = None if self.x is None else self.x.copy()

        def hear(news: tuple[Progress, Floats | None]) -> bool:
            progress, x = news
            whole = None
            if x is not None:
                whole = x if base is None else put(base, kept, x)
            value = min(self.value, progress.objective)
            bound = min(value, max(self.proved.bound, min(progress.bound, limit)))
            told = Progress(time.time() - self.began, value, bound, self.nodes + progress.nodes)
            self.pressed |= bool(self.report((told, whole)))
            return self.pressed

        return hear

    def heard(self, found: Solution, kept: Ints, limit: float, engine: str) -> None:
        """What a search of some columns found and proved; plans of at most `limit` have no others."""
        self.nodes += found.nodes
        if found.x is not None and self.x is not None:
            self.take(put(self.x, kept, found.x))
        whole = kept.size == self.job.matrix.cols
        bound = INF if found.status is Status.INFEASIBLE else found.bound
        self.raise_to(min(bound, limit, self.value), engine, "search" if whole else "fixing")

    def without(self) -> Solution:
        """HiGHS on everything, where no plan was found."""
        found = hand_over.run(self.job, self.deadline, self.hears(np.arange(self.job.matrix.cols), INF))
        bound = min(max(found.bound, self.proved.bound), found.objective)
        told = replace(found, bound=bound, seconds=time.time() - self.began)
        return told if found.bound >= bound else replace(told, engine="prices", proof="prices")

    def rest(self, known: Left, kept: Ints) -> Solution:
        """What is left: knapsacks where they know it, then HiGHS; without a limit of time they take turns."""
        assert self.x is not None
        whole = kept.size == self.job.matrix.cols
        limit = INF if whole else self.value if self.whole else self.cut
        hears = self.hears(kept, limit)
        if self.deadline is not None:
            part = 1.0 if kept.size > LARGE else KNAPSACKS
            ends = time.time() + part * (self.deadline - time.time()), self.deadline
            found = searched(within(self.job, kept, self.x), self.form, kept, known.u, ends, hears)
            if found is not None:
                self.heard(found, kept, limit, "knapsacks")
                if self.near or self.late():
                    return self.answer("gap" if self.near else "clock")
        turns = self.deadline is None and not counted(self.form.problem)
        last = single_source.run if turns else hand_over.run
        found = last(within(self.job, kept, self.x), self.deadline, hears)
        self.heard(found, kept, limit, "core" if found.engine == "highs" and not whole else found.engine)
        return self.answer(found.stopped_by)

    def answer(self, ended: StoppedBy) -> Solution:
        assert self.x is not None
        status = Status.OPTIMAL if self.near else Status.FEASIBLE
        ended = "user" if self.pressed else ended if ended != "none" else "gap"
        bound, seconds = min(self.value, self.proved.bound), time.time() - self.began
        how = self.proved
        return Solution(status, self.x, self.value, bound, seconds, self.nodes, ended, None, how.engine, how.proof)
