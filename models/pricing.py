"""A start under a binding budget: put a price on it, solve without it, raise the price until it is kept.

One call over everything with a budget row ends half-way (measured: 50 % off), because a plan that
keeps the row is hard to find, not because its bound is bad. With the row priced at its dual in the
linear relaxation the model is as easy as without a budget, and its plan is close to the row.
"""

from __future__ import annotations

import numpy as np

from models.answers import Limits
from models.highs import solve
from models.matrix import Floats
from models.stages import Stages

#: How much the price rises when the plan still costs too much.
RAISE = 1.15
ROUNDS = 5
#: A dual below this (of the aim per unit of the row) does not bind.
LEAST_PRICE = 1e-6


def start_within(stages: Stages, aim: str, rule: str, limits: Limits) -> Floats | None:
    """The best plan found that keeps the single row of `rule`, or None where the row does not bind.

    Each round searches for at most `limits.seconds`; the plan at hand (`stages.x`) is the first start.
    """
    matrix = stages.matrix
    rows = np.flatnonzero(matrix.row_rules == rule)
    if rows.size != 1:
        return None
    row = int(rows[0])
    cost, constant = stages.model.aims[aim]
    relaxed = solve(matrix, cost, constant, limits=Limits(seconds=limits.seconds), relax=True)
    price = 0.0 if relaxed.row_dual is None else RAISE * abs(float(relaxed.row_dual[row]))
    if price < LEAST_PRICE:
        return None
    coefs = np.asarray(matrix.A[[row], :].todense()).ravel()
    limit, best = float(matrix.row_upper[row]), None
    x = stages.x
    for _ in range(ROUNDS):
        stages.model.aims["priced"] = (cost + price * coefs, constant)
        trial = Stages(stages.model, matrix.drop_rows(matrix.row_rules == rule), x=x, report=stages.report)
        if trial.solve("priced", limits, lambda _: 0.0).value == np.inf or trial.x is None:
            break
        x = trial.x
        if float(coefs @ x) <= limit + 1e-9:
            best = x
            break
        price *= RAISE
    return best
