"""Plans of undivided members as the columns of their model, and the model in a part of its columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.answers import Job
from models.capacitated_columns import Form
from models.capacitated_problem import Ints
from models.matrix import Bools, Floats


def placed(form: Form, x: Floats) -> Ints:
    """The host of each member in a plan's columns."""
    problem = form.problem
    at = np.zeros(problem.members, dtype=np.int64)
    taken = np.flatnonzero(x[form.link] > 0.5)
    at[problem.member[taken]] = problem.host[taken]
    return at


def columns(form: Form, at: Ints, opened: Bools) -> Floats:
    """The model's columns of a plan: the host of each member, the open hosts."""
    problem, x = form.problem, form.held.copy()
    x[form.link[problem.host == at[problem.member]]] = 1.0
    named = form.host >= 0
    x[form.host[named]] = opened[named]
    return x


def within(job: Job, kept: Ints, x: Floats) -> Job:
    """The job in some of its columns, the others as in the plan `x`, with which it begins."""
    cost, rest = np.asarray(job.cost, dtype=float), x.copy()
    rest[kept] = 0.0
    part = job.matrix.without_names().restricted(kept, x)
    return replace(job, matrix=part, cost=cost[kept], constant=job.constant + float(cost @ rest), start=x[kept])
