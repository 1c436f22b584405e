"""Location with capacities and members in shares inside the solver's calls: recognised in the arrays, else handed on.

The structure is looked for in the rows themselves (`models.capacitated_form`), never in names: any row of another kind,
and the model is left to the next engine.
"""

from __future__ import annotations

import time

import numpy as np

from models import single_source, undivided
from models.answers import INF, Job, Progress, Proof, Solution, Status
from models.capacitated_columns import Form
from models.capacitated_form import form_of
from models.capacitated_plan import Plan
from models.capacitated_solve import Found, decide
from models.capacitated_whole import assigned
from models.hand_over import FEASIBLE, Report, settle


def run(job: Job, deadline: float | None, report: Report) -> Solution:
    """As `models.hand_over.run`, by prices, rounds and blocks where the model is of this kind."""
    plain = job.relax or job.cutoff is not None or job.limits.nodes is not None or not np.any(job.cost)
    form = None if plain else form_of(job.matrix, np.asarray(job.cost, dtype=float))
    if form is not None and undivided.takes(form):
        return undivided.run(job, form, deadline, report)
    if form is None or (form.single and single_source.knows(job)):
        return single_source.run(job, deadline, report)
    answer = assigned(job, form, deadline, report) if form.single else _decided(job, form, deadline, report)
    return single_source.run(job, deadline, report) if answer is None else answer


def _decided(job: Job, form: Form, deadline: float | None, report: Report) -> Solution | None:
    """The engine's answer; None where it has no plan, or one that breaks a row."""
    began, base = time.time(), job.constant + form.constant
    told = [INF]

    def hear(plan: Plan | None, bound: float) -> bool:
        value = INF if plan is None or not plan.whole else plan.value
        news = Progress(time.time() - began, value + base, bound + base, 0)
        fresh = plan is not None and value < told[0]
        told[0] = min(told[0], value)
        return bool(report((news, form.columns(plan) if fresh and plan is not None else None)))

    start = None if job.start is None else form.opened(np.asarray(job.start, dtype=float))
    found = decide(form.problem, job.limits, deadline, hear, start)
    if found.plan is None or not found.plan.whole:
        return None
    return _answer(job, form, found, time.time() - began)


def _answer(job: Job, form: Form, found: Found, seconds: float) -> Solution | None:
    assert found.plan is not None
    x = form.columns(found.plan)
    if job.matrix.worst(x) > FEASIBLE:
        # The transport programme keeps its rows to its own tolerance: once more in the model's own units.
        settled = settle(job.matrix, job.cost, x)
        if settled is None or job.matrix.worst(settled) > FEASIBLE:
            return None
        x = settled
    value = float(job.cost @ x) + job.constant
    status = Status.OPTIMAL if found.near else Status.FEASIBLE
    bound = min(value, found.bound + job.constant + form.constant)
    proof: Proof = "search" if found.engine == "tree" else "prices"
    return Solution(status, x, value, bound, seconds, found.nodes, found.stopped_by, engine=found.engine, proof=proof)
