"""Parts that shared sites or one budget tie together, inside the solver's calls: found in the rows, else handed on.

The model's linear programme with strong rows prices the ties (`models.linked_strong`); every part is searched alone at
these prices, which bounds the whole; their plans are put together. Where the rows allow it all this is done over
openings alone, shares told by cuts (`models.linked_rounds`), else over the parts' own rows (`models.linked_search`).
The structure is looked for in the rows themselves (`models.linked_form`), never in names.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models import hand_over
from models.answers import INF, Job, Solution, Status, StoppedBy
from models.errors import SolverError, UnboundedModelError
from models.hand_over import Report
from models.linked_form import form_of, joined_ties
from models.linked_rounds import Rounds, openings_of
from models.linked_search import Hunt
from models.linked_strong import Root, tightened, unpriced


def run(job: Job, deadline: float | None, report: Report, clock: Callable[[], float] = time.time) -> Solution:
    """As `models.hand_over.run`, by prices on the ties where the model is of this kind."""
    limits, cost = job.limits, np.asarray(job.cost, dtype=float)
    plain = job.relax or job.cutoff is not None or limits.nodes is not None or not np.any(cost)
    # What is wrong with a cost is said there, of the whole model.
    plain |= cost.shape != (job.matrix.cols,) or not np.isfinite(cost).all()
    form = None if plain else form_of(job.matrix)
    if form is None:
        return hand_over.run(job, deadline, report)
    began = time.time()
    tighter, form = joined_ties(job.matrix, form)
    job = replace(job, matrix=tighter, cost=cost)
    hunt = Hunt(job, form, deadline, report, clock)
    try:
        root = tightened(job, hunt.left) if form.ties.size else unpriced(job.matrix)
        done = root is not None and _searched(hunt, root)
    except (SolverError, UnboundedModelError):
        # One part without an end is no answer where another has no plan: the whole says which.
        done = False
    if hunt.none:
        return Solution(Status.INFEASIBLE, None, INF, INF, time.time() - began, hunt.nodes, engine="openings")
    if not done or hunt.x is None:
        return hunt.run(replace(job, start=job.start if hunt.x is None else hunt.x), hunt.left, whole=True)
    status = Status.OPTIMAL if hunt.near else Status.FEASIBLE
    ended: StoppedBy = "gap" if hunt.near else "nodes"
    if hunt.pressed or hunt.cut or hunt.shared:
        ended = "user" if hunt.pressed else "clock"
    bound = min(hunt.value, hunt.bound)
    seconds = time.time() - began
    return Solution(status, hunt.x, hunt.value, bound, seconds, hunt.nodes, ended, None, hunt.engine, hunt.proof)


def _searched(hunt: Hunt, root: Root) -> bool:
    """All steps, over openings alone where the rows allow it; False where a part has no plan."""
    hunt.begin(root)
    openings = openings_of(hunt)
    return hunt.search() if openings is None else Rounds(hunt, openings).run()
