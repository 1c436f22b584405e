"""Better plans by deciding a part again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from models import neighbourhood
from models.answers import Job, Limits, Solution
from models.highs import solve
from models.matrix import Floats, Matrix
from models.neighbourhood import near_relaxation

EXACT = Limits(absolute_gap=1e-6, relative_gap=0.0)


def _model(seed: int, rows: int = 6, cols: int = 24) -> tuple[Matrix, Floats]:
    """A knapsack of several rows, some columns without whole numbers."""
    draw = np.random.default_rng(seed)
    weights = draw.integers(5, 60, (rows, cols)).astype(float)
    worth = weights.mean(axis=0) + draw.integers(0, 30, cols)
    whole = draw.random(cols) < 0.8
    high = np.floor(weights.sum(axis=1) / 2)
    names = [f"s{at}" for at in range(rows)]
    ends = np.zeros(cols), np.ones(cols), np.full(rows, -np.inf), high
    return Matrix(sp.csc_matrix(weights), *ends, whole, np.array(["r"] * rows), names), -worth


@pytest.mark.parametrize("seed", range(20))
def test_what_plan_and_relaxation_agree_on_stays_and_the_rest_is_the_best(seed: int) -> None:
    """The answer is the best plan that has the whole numbers on which the start and the linear programme agree."""
    matrix, cost = _model(seed)
    start = solve(matrix, np.zeros(matrix.cols), limits=EXACT).x
    assert start is not None
    found, ended = near_relaxation(Job(matrix, cost, 7.0, EXACT, start))
    relaxed = solve(matrix, cost, 7.0, limits=EXACT, relax=True)
    assert relaxed.x is not None and ended == "gap"
    agreed = matrix.integer & (np.abs(start - relaxed.x) < 1e-6)
    kept = matrix.fixed(np.flatnonzero(agreed), np.round(start[agreed]))
    best = solve(kept, cost, 7.0, limits=EXACT)
    assert matrix.row_excess(found).max() < 1e-6
    assert float(cost @ found) + 7.0 == pytest.approx(best.objective, abs=1e-5)


def test_some_start_is_bettered() -> None:
    """Not every start stays as it is: most of twenty models have a better plan there than doing nothing."""
    better = 0
    for seed in range(20):
        matrix, cost = _model(seed)
        found, _ = near_relaxation(Job(matrix, cost, 0.0, EXACT, np.zeros(matrix.cols)))
        better += float(cost @ found) < -1.0
    assert better >= 15


def test_a_model_without_a_plan_keeps_the_start() -> None:
    """Where the linear programme has no plan, or nothing is left of it in time, the start comes back."""
    matrix, cost = _model(0)
    row = sp.csr_matrix(np.ones((1, matrix.cols)))
    none = matrix.with_rows(row, [matrix.cols + 1.0], [np.inf], ["r"], ["more than there is"])
    start = np.zeros(matrix.cols)
    found, ended = near_relaxation(Job(none, cost, 0.0, EXACT, start))
    assert found is start and ended == "none"


def test_ctrl_c_in_the_linear_programme_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """After it no search begins."""
    matrix, cost = _model(1)
    asked: list[Job] = []

    def pressed(jobs: list[Job]) -> list[Solution]:
        asked.extend(jobs)
        return [replace(solve(jobs[0].matrix, jobs[0].cost, relax=True), stopped_by="user")]

    monkeypatch.setattr(neighbourhood, "solve_many", pressed)
    start = np.zeros(matrix.cols)
    assert near_relaxation(Job(matrix, cost, 0.0, EXACT, start)) == (start, "user") and len(asked) == 1
