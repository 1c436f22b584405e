"""Location without capacities inside the solver's calls: recognised in the arrays, else handed on.

The structure is looked for in the rows themselves (`models.uncapacitated_form`), never in names: any row of another
kind, and the model is left to the next engine.
"""

from __future__ import annotations

import time

import numpy as np

from models import single_source
from models.answers import INF, Job, Progress, Solution, Status
from models.hand_over import FEASIBLE, Report
from models.matrix import Bools
from models.uncapacitated_form import Form, form_of
from models.uncapacitated_solve import Located, locate


def run(job: Job, deadline: float | None, report: Report) -> Solution:
    """As `models.hand_over.run`, by prices and search where the model is of this kind."""
    plain = job.relax or job.cutoff is not None or job.limits.nodes is not None or not np.any(job.cost)
    form = None if plain else form_of(job.matrix, np.asarray(job.cost, dtype=float))
    if form is None:
        return single_source.run(job, deadline, report)
    began = time.time()

    def hear(value: float, bound: float, opened: Bools | None) -> bool:
        base = job.constant + form.constant
        news = Progress(time.time() - began, value + base, min(value, bound) + base, 0)
        return bool(report((news, None if opened is None else form.columns(opened))))

    start = None if job.start is None else np.asarray(job.start, dtype=float)[form.host] > 0.5
    found = locate(form.problem, job.limits, deadline, hear, start)
    answer = _answer(job, form, found, time.time() - began)
    return single_source.run(job, deadline, report) if answer is None else answer


def _answer(job: Job, form: Form, found: Located, seconds: float) -> Solution | None:
    """The solution as the model's columns; None where its rows do not hold, and the engine is not to be trusted."""
    base = job.constant + form.constant
    if found.opened is None:
        status = Status.INFEASIBLE if found.proof else Status.UNSOLVED
        return Solution(status, None, INF, found.bound + base, seconds, found.nodes, found.stopped_by)
    x = form.columns(found.opened)
    if job.matrix.worst(x) > FEASIBLE:
        return None
    value = float(job.cost @ x) + job.constant
    status = Status.OPTIMAL if found.proof else Status.FEASIBLE
    return Solution(status, x, value, min(found.bound + base, value), seconds, found.nodes, found.stopped_by)
