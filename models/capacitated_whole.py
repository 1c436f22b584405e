"""Members wholly at one host each, where weights are too fine or hosts too large for knapsack tables.

Members in shares are a relaxation: its bound holds, and few members are parted in its plan. With its hosts open, HiGHS
gives whole members to hosts over few arcs; what time is left goes to HiGHS on the whole model from there.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from models import hand_over
from models.answers import INF, Job, Progress, Proof, Solution, Status
from models.capacitated_columns import Form
from models.capacitated_plan import Plan, rank_of
from models.capacitated_solve import decide
from models.hand_over import FEASIBLE, Report
from models.matrix import Floats

#: Part of the time for the relaxation, and of what is left for the members; arcs of a member to open hosts.
SHARES, WHOLE, ARCS = 0.5, 0.6, 8


def assigned(job: Job, form: Form, deadline: float | None, report: Report) -> Solution | None:
    """The plan and the bound of the relaxation; None where no whole plan was found with its hosts."""
    began, base = time.time(), job.constant + form.constant
    known = [INF]

    def hear(_: Plan | None, bound: float) -> bool:
        return bool(report((Progress(time.time() - began, known[0], min(known[0], bound + base), 0), None)))

    start = None if job.start is None else form.opened(np.asarray(job.start, dtype=float))
    found = decide(form.problem, job.limits, _until(deadline, SHARES), hear, start)
    bound = found.bound + base
    if found.plan is None or not found.plan.whole:
        return None
    x = _whole(job, form, found.plan, _until(deadline, WHOLE))
    if x is None or job.matrix.worst(x) > FEASIBLE:
        return None
    value = float(job.cost @ x) + job.constant
    allowed = max(job.limits.absolute_gap, job.limits.relative_gap * abs(value), 1e-6 * max(1.0, abs(value)))
    proof: Proof = "search" if found.engine == "tree" else "prices"
    mine = Solution(Status.FEASIBLE, x, value, min(value, bound), time.time() - began, found.nodes, found.stopped_by)
    mine = replace(mine, engine=found.engine, proof=proof)
    if value - bound <= allowed:
        return replace(mine, status=Status.OPTIMAL)
    if found.stopped_by == "user" or (deadline is not None and time.time() > deadline):
        return mine
    known[0] = value
    return _better(mine, hand_over.run(replace(job, start=x), deadline, report), allowed)


def _until(deadline: float | None, part: float) -> float | None:
    return None if deadline is None else time.time() + part * max(0.0, deadline - time.time())


def _whole(job: Job, form: Form, plan: Plan, deadline: float | None) -> Floats | None:
    """Whole members at the plan's hosts, over few arcs; None without."""
    problem, opened = form.problem, plan.opened
    arcs = np.flatnonzero(opened[problem.host])
    arcs = arcs[(rank_of(problem, arcs) < ARCS) | (plan.flow[arcs] > 0.0)]
    x = form.held.copy()
    named = form.host >= 0
    x[form.host[named]] = opened[named]
    kept = np.concatenate([form.link[arcs], form.always[form.always >= 0]])
    part = job.matrix.without_names().restricted(kept, x)
    limits = replace(job.limits, relative_gap=0.5 * job.limits.relative_gap)
    answer = hand_over.run(Job(part, np.asarray(job.cost)[kept], limits=limits), deadline, lambda _: None)
    if answer.x is None:
        return None
    x[kept] = answer.x
    return x


def _better(mine: Solution, other: Solution, allowed: float) -> Solution:
    """The better plan and the better bound of the two, and whose bound that is."""
    plan = other if other.x is not None and other.objective < mine.objective else mine
    prover = mine if mine.bound >= other.bound else other
    near = plan.objective - prover.bound <= allowed
    return replace(
        plan,
        status=Status.OPTIMAL if near else Status.FEASIBLE,
        bound=min(plan.objective, prover.bound),
        seconds=mine.seconds + other.seconds,
        nodes=mine.nodes + other.nodes,
        stopped_by=other.stopped_by,
        engine=prover.engine,
        proof=prover.proof,
    )
