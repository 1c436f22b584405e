"""A start under a binding budget: put a price on it, search without it, raise the price until it is kept.

One call over everything with a budget row ends half-way (measured: 50 % off), because a plan that
keeps the row is hard to find, not because its bound is bad. With the row priced at its dual in the
linear relaxation the model is as easy as without a budget, and its plan is close to the row.

Where no price brought it there in time, the last plan is cut back, as an office does: only its own clinics and
postings are left to choose from (`cut_back`), which is a small search however little time there is.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from models.answers import Job, Limits
from models.by_hand import running_plan
from models.highs import solve, solve_many
from models.matrix import Floats
from models.neighbourhood import improve_in_blocks
from models.stages import Stages

#: The first price, as a multiple of the dual, and how much it rises while the plan costs too much.
FIRST, RAISE = 1.2, 1.25
ROUNDS = 5
#: A dual below this (of the aim per unit of the row) does not bind.
LEAST_PRICE = 1e-6
#: What a plan may do less of when it is cut back.
DONE = ("sessions.clinics", "sessions.days", "postings.posted")
#: Seconds of cutting back: it ends in a few, and must end with a plan on a busy machine too.
CUT_SECONDS = 20.0


def start_within(stages: Stages, aim: str, rule: str, limits: Limits, total: float) -> Floats | None:
    """A plan that keeps the single row of `rule`, from one at hand that breaks it; None where none was found.

    limits: of each block of sites in each round; total: seconds of all rounds, then the last plan is cut back.
    """
    matrix = stages.matrix
    rows = np.flatnonzero(matrix.row_rules == rule)
    if rows.size != 1 or stages.x is None:
        return None
    row = int(rows[0])
    cost, constant = stages.model.aims[aim]
    relaxed = solve(matrix, cost, constant, limits=Limits(seconds=limits.seconds), relax=True)
    price = 0.0 if relaxed.row_dual is None else FIRST * abs(float(relaxed.row_dual[row]))
    if price < LEAST_PRICE:
        return None
    coefs = np.asarray(matrix.A[[row], :].todense()).ravel()
    limit = float(matrix.row_upper[row])
    trial = Stages(stages.model, matrix.drop_rows(matrix.row_rules == rule), x=stages.x, report=stages.report)
    low, began = price, time.perf_counter()
    for _ in range(ROUNDS):
        stages.clocked |= trial.clocked
        if time.perf_counter() - began > total:
            stages.clocked = True
            break
        found = _at(price, trial, aim, coefs, limits)
        if found is not None and float(coefs @ found) <= limit + 1e-9:
            # Once more between the last two prices: the raise may have cut more than the row asks.
            again = _at(0.5 * (low + price), trial, aim, coefs, limits)
            kept = again is not None and float(coefs @ again) <= limit + 1e-9
            return again if kept else found
        low, price = price, price * RAISE
    return cut_back(stages, aim, trial.x, limits)


def cut_back(stages: Stages, aim: str, x: Floats | None, limits: Limits) -> Floats | None:
    """The best plan by `aim` that holds no clinic and fills no post that `x` does not; None where there is none."""
    if x is None:
        return None
    model, matrix = stages.model, stages.matrix
    done = model.columns(*DONE)
    upper = matrix.upper.copy()
    upper[done] = np.clip(np.round(x[done]), matrix.lower[done], matrix.upper[done])
    cost, constant = model.aims[aim]
    less = matrix.with_bounds(matrix.lower, upper)
    own = replace(limits, seconds=CUT_SECONDS)
    start = running_plan(model, less)
    answer = solve_many([Job(less, cost, constant, limits=own, start=start)])[0]
    stages.clocked |= answer.stopped_by == "clock"
    return answer.x


def _at(price: float, trial: Stages, aim: str, coefs: Floats, limits: Limits) -> Floats | None:
    """The plan at hand, improved block by block at a price."""
    cost, constant = trial.model.aims[aim]
    trial.model.aims["priced"] = (cost + price * coefs, constant)
    improve_in_blocks(trial, "priced", limits)
    return trial.x
