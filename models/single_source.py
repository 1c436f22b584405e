"""Single-source allocation under capacities: recognised in the arrays, solved by prices and knapsacks.

Where every whole-number column is a host or a link, every member goes wholly to one host, and hosts hold
what one weight per member says, the compact model is weak and `models.single_source_search` is exact. The
structure is looked for in the rows themselves, never in names: any row of another kind, and the model is left to
the next engine. The search looks first, for a short while, where tight
capacities are decided; then HiGHS at its root, where loose ones are; then both for longer.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from models import hand_over, linked
from models.answers import INF, Job, Progress, Solution, Status, StoppedBy
from models.hand_over import FEASIBLE, Report
from models.matrix import Bools, Floats
from models.single_source_bounds import Ints
from models.single_source_form import Form, form_of
from models.single_source_search import Search

#: Work of the search before and after HiGHS's root, in cells of knapsack tables (some 100 million a second): a
#: part of the seconds given, at most FIRST before it; without a time limit SECOND after it.
FIRST, FIRST_PART, SECOND, PART, CELLS = 4e8, 0.05, 2e10, 0.3, 1e8
#: Seconds between two pieces of news.
NEWS = 0.2


def run(job: Job, deadline: float | None, report: Report) -> Solution:
    """As `models.hand_over.run`, with the search where the model is of its kind."""
    limits = job.limits
    plain = job.relax or job.cutoff is not None or limits.nodes is not None or not np.any(job.cost)
    form = None if plain else form_of(job.matrix, np.asarray(job.cost, dtype=float))
    if form is None:
        return linked.run(job, deadline, report)
    began, seconds = time.time(), limits.seconds
    hunt = Hunt(job, form, began, deadline, report)
    try:
        answer = hunt.answer(FIRST if seconds is None else min(FIRST, FIRST_PART * seconds * CELLS))
        if _ends(answer, deadline):
            return answer
        root = replace(limits, nodes=1, options=(*limits.options, ("mip_allow_restart", False)))
        first = hand_over.run(replace(job, start=hunt.x, limits=root), deadline, hunt.after)
        if first.status is Status.INFEASIBLE or _ends(hunt.take(first), deadline) or first.stopped_by != "nodes":
            return _joined(job, answer, first, time.time() - began)
        if not hunt.outdone:
            answer = hunt.answer(SECOND if seconds is None else PART * seconds * CELLS)
            if _ends(answer, deadline):
                return answer
    except Mistaken:
        return hand_over.run(job, deadline, report)
    last = hand_over.run(replace(job, start=hunt.x), deadline, hunt.after)
    return _joined(job, answer, last, time.time() - began)


def knows(job: Job) -> bool:
    """Whether the search takes models of these rows."""
    return form_of(job.matrix, np.asarray(job.cost, dtype=float)) is not None


def _ends(answer: Solution, deadline: float | None) -> bool:
    """Whether there is nothing more to do, or no time for it."""
    over = deadline is not None and deadline - time.time() < NEWS
    return over or answer.status in (Status.OPTIMAL, Status.INFEASIBLE) or answer.stopped_by == "user"


class Mistaken(Exception):
    """A plan of the search breaks a row of the model: the search is not to be trusted here."""


class Hunt:
    """One search, its plans and its news."""

    def __init__(self, job: Job, form: Form, began: float, deadline: float | None, report: Report) -> None:
        self.job, self.form, self.began = job, form, began
        self.deadline, self.report, self.told, self.pressed = deadline, report, began, False
        self.x: Floats | None = None
        self.value, self.known, self.others = INF, -INF, 0
        self.base = job.constant + form.constant
        self.search = Search(form.problem, self.late, self.found)
        if job.start is not None and job.matrix.worst(np.asarray(job.start, dtype=float)) <= FEASIBLE:
            self._set(np.asarray(job.start, dtype=float))

    def _set(self, x: Floats) -> None:
        self.x, self.value = x, float(self.job.cost @ x) + self.job.constant
        self.search.value, self.search.step = self.value - self.base, self.step

    def take(self, other: Solution) -> Solution:
        """What HiGHS found meanwhile: its plan where it is better, its bound and its nodes."""
        if other.x is not None and other.objective < self.value:
            self._set(other.x)
        self.known, self.others = max(self.known, other.bound), self.others + other.nodes
        return self._so_far("user" if other.stopped_by == "user" else "clock")

    def found(self, value: float, at: Ints, opened: Bools) -> None:
        """A better plan: checked against all rows before it counts."""
        x = self.form.columns(at, opened)
        if self.job.matrix.worst(x) > FEASIBLE:
            raise Mistaken
        self._set(x)
        self.tell(x)

    @property
    def step(self) -> float:
        """Half of what was asked for: a plan this much better need not be looked for."""
        value = abs(self.value) if self.x is not None else 0.0
        return max(0.5 * max(self.job.limits.absolute_gap, self.job.limits.relative_gap * value), 1e-10 * value, 1e-9)

    def late(self) -> bool:
        if time.time() - self.told > NEWS:
            self.tell(None)
        return self.pressed or (self.deadline is not None and time.time() > self.deadline)

    @property
    def outdone(self) -> bool:
        """Whether HiGHS's root proves more than the search so far: capacities are loose, and its tree is the better."""
        return self.known > self.search.bound + self.base

    @property
    def prover(self) -> str:
        """Whose bound is the better one."""
        return "highs" if self.outdone else "knapsacks"

    @property
    def bound(self) -> float:
        return min(self.value, max(self.known, self.search.bound + self.base))

    def tell(self, x: Floats | None) -> None:
        self.told = time.time()
        news = Progress(self.told - self.began, self.value, self.bound, self.others + self.search.nodes)
        self.pressed |= bool(self.report((news, x)))

    def after(self, news: tuple[Progress, Floats | None]) -> bool | None:
        """News of HiGHS's second turn, with what is known already."""
        progress, x = news
        bound = min(progress.objective, max(progress.bound, self.bound))
        return self.report((replace(progress, seconds=time.time() - self.began, bound=bound), x))

    def answer(self, work: float) -> Solution:
        """Search on, for so many cells of knapsack tables."""
        self.search.work_left = work
        proved = self.search.run()
        return self._so_far("user" if self.pressed else "gap" if proved else "clock")

    def _so_far(self, ended: StoppedBy) -> Solution:
        nodes, seconds = self.others + self.search.nodes, time.time() - self.began
        if self.x is not None:
            return replace(_judged(self.job, self.x, self.value, self.bound, seconds, nodes, ended), engine=self.prover)
        status = Status.INFEASIBLE if ended == "gap" else Status.UNSOLVED
        return Solution(status, None, INF, self.bound, seconds, nodes, ended, engine=self.prover)


def _judged(job: Job, x: Floats, value: float, bound: float, seconds: float, nodes: int, ended: StoppedBy) -> Solution:
    """OPTIMAL where the bound is as near as was asked for."""
    limits = job.limits
    allowed = max(limits.absolute_gap, limits.relative_gap * abs(value), 1e-6 * max(1.0, abs(value)))
    status = Status.OPTIMAL if value - bound <= allowed else Status.FEASIBLE
    return Solution(status, x, value, min(bound, value), seconds, nodes, ended)


def _joined(job: Job, answer: Solution, last: Solution, seconds: float) -> Solution:
    """The better plan and the better bound of the search and of HiGHS after it."""
    better = last if last.objective <= answer.objective else answer
    bound, nodes = max(answer.bound, last.bound), answer.nodes + last.nodes
    engine = answer.engine if answer.bound >= last.bound else last.engine
    if better.x is None:
        return replace(last, bound=max(bound, last.bound), seconds=seconds, nodes=nodes, engine=engine)
    told = _judged(job, better.x, better.objective, bound, seconds, nodes, last.stopped_by)
    return replace(told, engine=engine)
