r"""The master of many problems that share scarce things: which mix of their offers is best, and at what prices.

.. math:: \min \sum_{cj} cost_{cj} w_{cj}, \qquad \sum_j w_{cj} = 1, \qquad \sum_{cj} use_{cj} w_{cj} \le available

(Dantzig and Wolfe 1960). As a linear programme it gives prices and shares; with whole `w` one offer for each piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.answers import Job, Limits
from models.coupled_piece import Offer
from models.highs import solve_here
from models.matrix import Floats, Matrix

#: Nodes of the search for whole plans: a few hundred columns, so that this is a second or two.
NODES = 2_000
#: Plans keep their shares within the solver's tolerance, and so does their sum.
SPARE = 1e-6


@dataclass(frozen=True, eq=False)
class Mixed:
    """value: of the mix; prices: of one unit more; weights: for each piece one number an offer; short: what lacks."""

    value: float
    prices: Floats
    weights: list[Floats]
    short: Floats


def mix(offers: Sequence[Sequence[Offer]], available: Floats, dear: Floats) -> Mixed:
    """The best fractional mix. dear: what a unit costs that there is not, the limit of all prices."""
    matrix, cost = _rows(offers, available, dear, whole=False)
    found = solve_here(Job(matrix, cost, relax=True))
    assert found.x is not None and found.row_dual is not None
    weights, first = [], 0
    for each in offers:
        weights.append(found.x[first : first + len(each)])
        first += len(each)
    prices = np.clip(-found.row_dual[: len(available)], 0.0, dear)
    return Mixed(found.objective, prices, weights, found.x[first:])


def choose(
    offers: Sequence[Sequence[Offer]], available: Floats, start: Sequence[int] | None, gap: float
) -> list[int] | None:
    """The best choice of one offer for each piece found within `NODES`, none worse than `start`; None without any."""
    matrix, cost = _rows(offers, available, None, whole=True)
    first = np.cumsum([0, *(len(each) for each in offers)])
    begin = None
    if start is not None:
        begin = np.zeros(matrix.cols)
        begin[first[:-1] + np.asarray(start)] = 1.0
    found = solve_here(Job(matrix, cost, 0.0, Limits(absolute_gap=gap, relative_gap=0.0, nodes=NODES), begin))
    if found.x is None:
        return None
    return [int(np.argmax(found.x[first[at] : first[at + 1]])) for at in range(len(offers))]


def _rows(
    offers: Sequence[Sequence[Offer]], available: Floats, dear: Floats | None, whole: bool
) -> tuple[Matrix, Floats]:
    flat = [offer for each in offers for offer in each]
    owner = np.repeat(np.arange(len(offers)), [len(each) for each in offers])
    scarce = len(available)
    use = np.array([offer.use for offer in flat]).reshape(len(flat), scarce).T
    one = sp.csr_matrix((np.ones(len(flat)), (owner, np.arange(len(flat)))), shape=(len(offers), len(flat)))
    A = sp.vstack([sp.csr_matrix(use), one], format="csr")
    cost = np.array([offer.cost for offer in flat])
    if dear is not None:
        lack = sp.vstack([-sp.eye(scarce), sp.csr_matrix((len(offers), scarce))])
        A, cost = sp.hstack([A, lack]), np.concatenate([cost, dear])
    cols = A.shape[1]
    matrix = Matrix(
        A=sp.csc_matrix(A),
        lower=np.zeros(cols),
        upper=np.concatenate([np.ones(len(flat)), np.full(cols - len(flat), np.inf)]),
        row_lower=np.concatenate([np.full(scarce, -np.inf), np.ones(len(offers))]),
        row_upper=np.concatenate([available + SPARE, np.ones(len(offers))]),
        integer=np.full(cols, whole),
        row_rules=np.full(scarce + len(offers), "master"),
        row_subjects=[""] * (scarce + len(offers)),
    )
    return matrix, cost
