"""Prices and a first plan of covering problems from their linear programme, which is small.

    min sum_j f_j y_j + sum_i w_i z_i,   z_i + sum_(j covers i) y_j >= 1,   least <= sum_j y_j <= most

w_i: what a member costs more uncovered than covered. The duals of the members' rows are prices of
`models.uncapacitated_bounds`, so that the bound rests on the relaxation at these prices and not on the programme's
tolerances (Church and ReVelle 1974 found such programmes often whole).
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from models import hand_over
from models.answers import Job, Limits
from models.matrix import Floats, Matrix
from models.uncapacitated_bounds import INF, Prices, Problem, relaxed

#: A whole number may be missed by this much by rounding.
ROUNDING = 1e-6


def linear(problem: Problem, limits: Limits, deadline: float | None) -> tuple[Prices, Floats] | None:
    """The relaxation at the programme's duals, and how far it opens each host; None where it did not end.

    All hosts of a member have to cost it the same.
    """
    price = problem.cost.min(axis=1, initial=INF)
    asks = np.flatnonzero(price < problem.always)
    reach = sp.csr_matrix(np.isfinite(problem.cost[asks]))
    hosts, members = problem.hosts, asks.size
    top = np.where(np.isfinite(problem.always[asks]), 1.0, 0.0)
    worth = np.where(top > 0.0, problem.always[asks] - price[asks], 0.0)
    number = sp.csr_matrix(np.ones((1, hosts)))
    served = sp.hstack([reach.astype(np.float64), sp.identity(members, format="csr")])
    A = sp.csc_matrix(sp.vstack([served, sp.hstack([number, sp.csr_matrix((1, members))])]))
    low, high = np.append(np.ones(members), problem.least), np.append(np.full(members, INF), problem.most)
    none = [""] * (members + 1)
    ends = np.zeros(hosts + members), np.append(np.ones(hosts), top)
    matrix = Matrix(A, *ends, low, high, np.zeros(hosts + members, dtype=bool), np.array(none, dtype="U1"), none)
    job = Job(matrix, np.append(problem.fixed, worth), limits=limits, relax=True)
    found = hand_over.run(job, deadline, lambda _: None)
    if found.row_dual is None or found.x is None:
        return None
    u = np.where(np.isfinite(price), price, problem.always)
    u[asks] += np.maximum(found.row_dual[:members], 0.0)
    return relaxed(problem, u), found.x[:hosts]


def grain(problem: Problem) -> float:
    """What values of two plans differ by at least: 1 where all costs are whole numbers, else 0."""
    parts = (problem.fixed, problem.cost, problem.always)
    whole = all(bool((np.round(part) == part)[np.isfinite(part)].all()) for part in parts)
    return 1.0 if whole else 0.0


def raised(bound: float, step: float) -> float:
    """The least multiple of `step` that a plan above the bound can cost; the bound itself where there is no step."""
    return float(np.ceil(bound / step - ROUNDING) * step) if step > 0.0 and np.isfinite(bound) else bound
