"""Single-source allocation under capacities: recognised in the arrays, solved by prices and knapsacks.

Where every whole-number column is a host or a link, every member goes wholly to one host, and hosts hold
what one weight per member says, the compact model is weak and `models.single_source_search` is exact. The
structure is looked for in the rows themselves, never in names: any row of another kind, and the model is left to
HiGHS alone. HiGHS looks first, at its root (most models end there); then the search; then HiGHS again.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from models import hand_over
from models.answers import INF, Job, Progress, Solution, Status
from models.hand_over import FEASIBLE, Report
from models.matrix import Bools, Floats
from models.single_source_bounds import Ints
from models.single_source_form import Form, form_of
from models.single_source_search import Search

#: The search's part of the seconds, and cells of knapsack tables a second: a limit that can be repeated.
PART, CELLS = 0.8, 100e6
#: Seconds between two pieces of news.
NEWS = 0.2


def run(job: Job, deadline: float | None, report: Report) -> Solution:
    """As `models.hand_over.run`, with the search where the model is of its kind."""
    limits = job.limits
    plain = job.relax or job.cutoff is not None or limits.nodes is not None
    form = None if plain else form_of(job.matrix, np.asarray(job.cost, dtype=float))
    if form is None:
        return hand_over.run(job, deadline, report)
    began = time.time()
    first = hand_over.run(replace(job, limits=replace(limits, nodes=1)), deadline, report)
    if first.status in (Status.OPTIMAL, Status.INFEASIBLE) or first.stopped_by != "nodes":
        return first
    hunt = Hunt(job, form, first, began, deadline, report)
    try:
        answer = hunt.answer()
    except Mistaken:
        return hand_over.run(replace(job, start=first.x), deadline, report)
    if answer.status in (Status.OPTIMAL, Status.INFEASIBLE) or answer.stopped_by == "user":
        return answer
    if deadline is not None and deadline - time.time() < NEWS:
        return replace(answer, stopped_by="clock")
    last = hand_over.run(replace(job, start=answer.x), deadline, hunt.after)
    return _joined(job, answer, last, time.time() - began)


class Mistaken(Exception):
    """A plan of the search breaks a row of the model: the search is not to be trusted here."""


class Hunt:
    """One search, its plans and its news."""

    def __init__(
        self, job: Job, form: Form, first: Solution, began: float, deadline: float | None, report: Report
    ) -> None:
        self.job, self.form, self.first, self.began = job, form, first, began
        self.deadline, self.report, self.told, self.pressed = deadline, report, began, False
        self.x, self.value = first.x, first.objective
        self.base = job.constant + form.constant
        seconds = job.limits.seconds
        work = INF if seconds is None else PART * seconds * CELLS
        self.search = Search(form.problem, self.late, self.found, work)
        self.search.step = self.step
        self.search.value = self.value - self.base

    def found(self, value: float, at: Ints, opened: Bools) -> None:
        """A better plan: checked against all rows before it counts."""
        x = self.form.columns(at, opened)
        if self.job.matrix.worst(x) > FEASIBLE:
            raise Mistaken
        self.x, self.value = x, float(self.job.cost @ x) + self.job.constant
        self.search.step = self.step
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
    def bound(self) -> float:
        return min(self.value, max(self.first.bound, self.search.bound + self.base))

    def tell(self, x: Floats | None) -> None:
        self.told = time.time()
        news = Progress(self.told - self.began, self.value, self.bound, self.first.nodes + self.search.nodes)
        self.pressed |= bool(self.report((news, x)))

    def after(self, news: tuple[Progress, Floats | None]) -> bool | None:
        """News of HiGHS's second turn, with what is known already."""
        progress, x = news
        bound = min(progress.objective, max(progress.bound, self.bound))
        return self.report((replace(progress, seconds=time.time() - self.began, bound=bound), x))

    def answer(self) -> Solution:
        proved = self.search.run()
        nodes, seconds = self.first.nodes + self.search.nodes, time.time() - self.began
        ended = "user" if self.pressed else "gap" if proved else "clock"
        if self.x is None:
            status = Status.INFEASIBLE if proved else Status.UNSOLVED
            return Solution(status, None, INF, INF if proved else self.bound, seconds, nodes, ended)  # type: ignore[arg-type]
        return _judged(self.job, self.x, self.value, self.bound, seconds, nodes, ended)


def _judged(job: Job, x: Floats, value: float, bound: float, seconds: float, nodes: int, ended: str) -> Solution:
    """OPTIMAL where the bound is as near as was asked for."""
    limits = job.limits
    allowed = max(limits.absolute_gap, limits.relative_gap * abs(value), 1e-6 * max(1.0, abs(value)))
    status = Status.OPTIMAL if value - bound <= allowed else Status.FEASIBLE
    return Solution(status, x, value, min(bound, value), seconds, nodes, ended)  # type: ignore[arg-type]


def _joined(job: Job, answer: Solution, last: Solution, seconds: float) -> Solution:
    """The better plan and the better bound of the search and of HiGHS after it."""
    better = last if last.objective <= answer.objective else answer
    bound, nodes = max(answer.bound, last.bound), answer.nodes + last.nodes
    if better.x is None:
        return replace(last, bound=max(bound, last.bound), seconds=seconds, nodes=nodes)
    return _judged(job, better.x, better.objective, bound, seconds, nodes, last.stopped_by)
