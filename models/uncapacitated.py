"""Location without capacities inside the solver's calls: recognised in the arrays, else handed on.

The structure is looked for in the rows themselves (`models.uncapacitated_form`), never in names: any row of another
kind, and the model is left to the next engine.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from models import capacitated, hand_over
from models.answers import INF, Job, Progress, Proof, Solution, Status
from models.hand_over import FEASIBLE, Report
from models.matrix import Bools, Floats
from models.uncapacitated_centre import nearest_all
from models.uncapacitated_form import CentreForm, Form, centre_form_of, form_of
from models.uncapacitated_solve import Located, locate

#: Which engine proved the bound, and how.
Told = tuple[str, Proof]


def run(job: Job, deadline: float | None, report: Report) -> Solution:
    """As `models.hand_over.run`, by prices and search where the model is of this kind."""
    if job.limits.enough is not None:
        return hand_over.run(job, deadline, report)
    if job.relax or job.cutoff is not None or job.limits.nodes is not None:
        return capacitated.run(job, deadline, report)
    cost = np.asarray(job.cost, dtype=float)
    centre = centre_form_of(job.matrix, cost)
    form = None if centre is not None else form_of(job.matrix, cost)
    if centre is not None:
        answer = _farthest(job, centre, deadline, report)
    elif form is not None:
        answer = _cheapest(job, form, deadline, report)
    else:
        answer = None
    return capacitated.run(job, deadline, report) if answer is None else answer


def _cheapest(job: Job, form: Form, deadline: float | None, report: Report) -> Solution | None:
    began, base = time.time(), job.constant + form.constant

    def hear(value: float, bound: float, opened: Bools | None) -> bool:
        news = Progress(time.time() - began, value + base, min(value, bound) + base, 0)
        return bool(report((news, None if opened is None else form.columns(opened))))

    found = locate(form.problem, job.limits, deadline, hear, _start(job, form))
    x = None if found.opened is None else form.columns(found.opened)
    told: Told = ("core", "fixing") if found.proof == "core" else ("prices", "prices")
    return _answer(job, found, x, found.bound + base, time.time() - began, told)


def _farthest(job: Job, centre: CentreForm, deadline: float | None, report: Report) -> Solution | None:
    form, began = centre.form, time.time()

    def told(radius: float) -> float:
        return job.constant + centre.price * max(centre.floor, radius)

    def hear(value: float, bound: float, opened: Bools | None) -> bool:
        news = Progress(time.time() - began, told(value), told(min(value, bound)), 0)
        return bool(report((news, None if opened is None else centre.columns(opened, value))))

    price = centre.price
    limits = replace(job.limits, absolute_gap=job.limits.absolute_gap / price)
    found = nearest_all(form.problem, limits, deadline, hear, _start(job, form))
    x = None if found.opened is None else centre.columns(found.opened, found.value)
    return _answer(job, found, x, told(found.bound), time.time() - began, ("covers", "search"))


def _start(job: Job, form: Form) -> Bools | None:
    return None if job.start is None else np.asarray(job.start, dtype=float)[form.host] > 0.5


def _answer(job: Job, found: Located, x: Floats | None, bound: float, seconds: float, told: Told) -> Solution | None:
    """The solution as the model's columns; None where its rows do not hold, and the engine is not to be trusted."""
    if x is None:
        status = Status.INFEASIBLE if found.proof else Status.UNSOLVED
        empty = Solution(status, None, INF, bound, seconds, found.nodes, found.stopped_by)
        return replace(empty, engine=told[0], proof=told[1])
    if job.matrix.worst(x) > FEASIBLE:
        return None
    value = float(job.cost @ x) + job.constant
    status = Status.OPTIMAL if found.proof else Status.FEASIBLE
    answer = Solution(status, x, value, min(bound, value), seconds, found.nodes, found.stopped_by)
    return replace(answer, engine=told[0], proof=told[1])
