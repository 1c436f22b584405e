"""Which models have undivided members, their plans as columns, and the model in a part of its columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.answers import Job
from models.capacitated_columns import Form
from models.capacitated_form import FEWEST_COLUMNS
from models.capacitated_problem import Ints
from models.matrix import Bools, Floats

#: Most cells of a table of costs; members of a host, in the mean, from which shares are as good as whole members.
MOST_CELLS, MANY_MEMBERS = 12_000_000, 40.0


def takes(form: Form) -> bool:
    """Whether this engine takes the problem: whole members, each with hosts alone, that fit a table.

    Large models whose hosts hold many members are left to `capacitated_whole`: few of them are parted in shares there.
    """
    problem = form.problem
    held = float(np.mean(problem.capacity)) * problem.members / max(problem.total, 1e-9)
    if held >= MANY_MEMBERS and form.held.size >= FEWEST_COLUMNS:
        return False
    alone = form.single and bool(np.isinf(problem.always).all())
    served = np.bincount(problem.member, minlength=problem.members) > 0
    return alone and bool(served.all()) and problem.hosts * problem.members <= MOST_CELLS


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


def put(base: Floats, kept: Ints, x: Floats) -> Floats:
    """A plan in which some columns have other values."""
    found = base.copy()
    found[kept] = x
    return found
