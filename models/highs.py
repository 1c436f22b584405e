"""Solving with HiGHS: arrays in, a plan with its proved bound out.

Small models are solved in this process; others in a child (`models.workers`), so that a time
limit and Ctrl-C hold and the best plan so far is kept. The same arrays, limits and seed give the
same plan unless the clock or the user stopped it.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from models import hand_over, uncapacitated
from models.answers import INF, Job, Limits, Progress, Solution, Status, StoppedBy
from models.errors import SolverError
from models.hand_over import FEASIBLE, settle
from models.matrix import Floats, Matrix
from models.workers import Task, close_workers, run_tasks, warm_up

__all__ = [
    "FEASIBLE",
    "Job",
    "Limits",
    "Progress",
    "Solution",
    "Status",
    "close_workers",
    "forget_interrupt",
    "interrupted",
    "is_large",
    "settle",
    "solve",
    "solve_here",
    "solve_many",
    "warm_up",
]

#: Nonzeros from which a model with (without) whole numbers is solved in a child process.
LARGE_MIP, LARGE_LP = 5_000, 200_000
#: What a child calls.
_RUN = "models.uncapacitated:run"
_ENDINGS: dict[str, StoppedBy] = {"clock": "clock", "user": "user", "lost": "none"}
_News = tuple[Progress, Floats | None]
_interrupted = threading.Event()


def solve(
    matrix: Matrix,
    cost: Floats,
    constant: float = 0.0,
    limits: Limits | None = None,
    start: Floats | None = None,
    relax: bool = False,
    progress: Callable[[Progress], None] | None = None,
    cutoff: float | None = None,
) -> Solution:
    """Minimise cost . x + constant; the arguments are those of `Job`.

    Ctrl-C ends the solve with what was found (`stopped_by` "user"); it does not raise.
    Raises `UnboundedModelError`, `ShapeError`, `SolverError`.
    """
    return solve_many([Job(matrix, cost, constant, limits or Limits(), start, relax, cutoff, progress)])[0]


def solve_many(jobs: Sequence[Job], workers: int = 2) -> list[Solution]:
    """Solve independent jobs, at most `workers` large ones at a time; answers in the jobs' order.

    The clock of a job runs from its own start. Small jobs run first, here, one after the other.
    After Ctrl-C the jobs not begun are UNSOLVED, or keep their start.
    """
    answers: dict[int, Solution] = {}
    pressed = False
    for at, job in enumerate(jobs):
        if not pressed and not is_large(job):
            answers[at] = _solve_here(job)
            pressed = answers[at].stopped_by == "user"
    apart = {at: _Apart(job) for at, job in enumerate(jobs) if at not in answers}
    if pressed:
        for call in apart.values():
            call.task.ending = "user"
    else:
        run_tasks([call.task for call in apart.values()], workers)
    answers.update((at, call.answer()) for at, call in apart.items())
    if pressed or any(call.task.ending == "user" for call in apart.values()):
        _interrupted.set()
    return [_told(job, answers[at]) for at, job in enumerate(jobs)]


def _told(job: Job, answer: Solution) -> Solution:
    """The answer with what kind of proof it is, where no search was needed or nothing was proved."""
    if answer.status is not Status.INFEASIBLE and not np.isfinite(answer.bound):
        return replace(answer, proof="none")
    return replace(answer, proof="linear") if job.relax or not job.matrix.integer.any() else answer


def solve_here(job: Job) -> Solution:
    """Solve in this process, whatever the size: for those who work in a child already.

    Ctrl-C ends the solve as in `solve`.
    """
    answer = _solve_here(job)
    if answer.stopped_by == "user":
        _interrupted.set()
    return _told(job, answer)


def interrupted() -> bool:
    """Whether Ctrl-C ended a solve since `forget_interrupt`: a run of many solves has no time left then."""
    return _interrupted.is_set()


def forget_interrupt() -> None:
    """Begin a run in which no Ctrl-C was heard yet."""
    _interrupted.clear()


def is_large(job: Job) -> bool:
    """Whether the job goes to a child process."""
    mip = not job.relax and bool(job.matrix.integer.any())
    return int(job.matrix.A.nnz) > (LARGE_MIP if mip else LARGE_LP)


def _solve_here(job: Job) -> Solution:
    with _ctrl_c() as pressed:

        def report(news: _News) -> bool:
            if job.progress is not None:
                job.progress(news[0])
            return pressed.is_set()

        seconds = job.limits.seconds
        found = uncapacitated.run(job, None if seconds is None else time.time() + seconds, report)
    return replace(found, stopped_by="user") if pressed.is_set() else found


@contextmanager
def _ctrl_c() -> Iterator[threading.Event]:
    """Ctrl-C sets the event instead of raising: an exception must not fly through the solver."""
    pressed = threading.Event()
    ours = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, lambda *_: pressed.set()) if ours else None
    try:
        yield pressed
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)


class _Apart:
    """A job in a child process, and the best that was heard of it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.x = None if job.start is None else np.asarray(job.start, dtype=float)
        self.last = Progress(0.0, INF, -INF, 0)
        bare = replace(job, matrix=job.matrix.without_names(), progress=None)
        self.task = Task(_RUN, bare, job.limits.seconds, self.hear)

    def hear(self, news: _News) -> None:
        self.last, x = news
        if x is not None:
            self.x = x
        if self.job.progress is not None:
            self.job.progress(self.last)

    def answer(self) -> Solution:
        """The child's answer, or what a stopped child had found (perhaps only the start)."""
        if isinstance(self.task.value, Solution):
            return self.task.value
        if self.task.ending == "lost" and self.x is None:
            raise SolverError("the solving process was lost; the machine may be short of memory.")
        ended = _ENDINGS[self.task.ending]
        plan = None if self.x is None else hand_over.whole(self.job, self.x)
        last, seconds = self.last, self.task.seconds_used
        if plan is None:
            return Solution(Status.UNSOLVED, None, INF, last.bound, seconds, last.nodes, ended)
        value = float(self.job.cost @ plan) + self.job.constant
        return Solution(Status.FEASIBLE, plan, value, min(last.bound, value), seconds, last.nodes, ended)
