"""What prices leave of undivided members, searched by knapsacks of whole members (`models.single_source`).

Where hosts hold few members, knapsacks bound far better than shares. Their tables are small once hosts and links are
fixed, and their prices begin at those of the shares. A number of hosts is no part of these knapsacks: such models are
not taken.
"""

from __future__ import annotations

import time

import numpy as np

from models import single_source, single_source_form
from models.answers import Job, Solution
from models.capacitated_columns import Form
from models.capacitated_problem import INF, Ints, Problem
from models.hand_over import Report
from models.matrix import Floats

#: Most cells of a knapsack table.
MOST_CELLS = 4_000_000


def counted(problem: Problem) -> bool:
    """Whether the number of hosts is limited."""
    return problem.least > int(problem.must.sum()) or problem.most < problem.hosts


def searched(job: Job, form: Form, kept: Ints, u: Floats, end: float, report: Report) -> Solution | None:
    """The search of a job in some of a form's columns until `end`; None where it is of another kind.

    kept: the job's columns in the whole model; u: prices of the form's members.
    """
    problem = form.problem
    if counted(problem):
        return None
    knapsacks = single_source_form.form_of(job.matrix, np.asarray(job.cost, dtype=float))
    if knapsacks is None:
        return None
    own = knapsacks.problem
    if own.hosts * own.members * (int(own.capacity.max()) + 1) > MOST_CELLS:
        return None
    member = np.full(form.held.size, -1, dtype=np.int64)
    member[form.link] = problem.member
    hunt = single_source.Hunt(job, knapsacks, time.time(), end, report)
    hunt.search.prices = u[member[kept[knapsacks.link.max(axis=0)]]]
    try:
        return hunt.answer(INF)
    except single_source.Mistaken:
        return None
