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
from models.capacitated_problem import INF, Ints
from models.hand_over import Report
from models.matrix import Floats
from models.undivided_bounds import counted

#: Most cells of a knapsack table; the gap from which on the search is let go on to its end.
MOST_CELLS, CLOSE = 4_000_000, 2e-3


def searched(job: Job, form: Form, kept: Ints, u: Floats, ends: tuple[float, float], report: Report) -> Solution | None:
    """The search of a job in some of a form's columns; None where it is of another kind.

    kept: the job's columns in the whole model; u: prices of the form's members; ends: when to stop, and when where the
    gap is all but closed then.
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
    hunt = single_source.Hunt(job, knapsacks, time.time(), ends[0], report)
    hunt.search.prices = u[member[kept[knapsacks.link.max(axis=0)]]]
    try:
        answer = hunt.answer(INF)
        if answer.stopped_by == "clock" and answer.gap <= CLOSE:
            hunt.deadline = ends[1]
            answer = hunt.answer(INF)
        return answer
    except single_source.Mistaken:
        return None
