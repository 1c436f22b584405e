"""Linked parts with rows and costs that are out of the ordinary: the answers of one search over the whole model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from models import linked_form, linked_rounds
from models.answers import INF, Job, Solution
from models.linked_form import form_of, most_of_cost, rows_of_parts
from models.linked_search import Hunt
from tests.blocks.test_linked import highs, job_of, ours


@pytest.fixture(autouse=True)
def small_models_too(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The window of sizes is opened for the small models of these tests."""
    with monkeypatch.context() as patch:
        patch.setattr(linked_form, "FEWEST_COLUMNS", 0)
        yield


def agreed(job: Job) -> Solution:
    """Ours, as HiGHS answers: with or without a plan, of the same value, the bound not above it."""
    mine, best = ours(job), highs(job)
    assert (mine.x is None) == (best.x is None) and mine.status is best.status
    if best.x is not None:
        tolerance = 1e-6 * max(1.0, abs(best.objective))
        assert mine.objective == pytest.approx(best.objective, abs=tolerance)
        assert mine.bound <= best.objective + tolerance and job.matrix.worst(np.asarray(mine.x)) <= 1e-6
    return mine


@pytest.mark.parametrize("seed", range(3, 9))
def test_a_held_column_that_earns_much(seed: int) -> None:
    """A site that is held open and earns more than all else costs: there is a plan, far below zero."""
    job = job_of("sites", seed, 1.3)
    form = form_of(job.matrix)
    assert form is not None
    cost = job.cost.copy()
    cost[form.lone[0]] = -1e9
    mine = agreed(replace(job, matrix=job.matrix.fixed(form.lone[:1], 1.0), cost=cost))
    assert mine.x is not None and mine.objective < -9e8


@pytest.mark.parametrize("seed", range(4))
def test_rows_that_cannot_be_broken(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Capacities that are never scarce are not in the form: cuts still begin at the prices of their own rows."""
    job = job_of("sites", seed, 1.3)
    A = job.matrix.A.tolil()
    form = form_of(job.matrix)
    assert form is not None
    whole = job.matrix.integer
    mixed = [r for r in range(job.matrix.rows) if whole[A.rows[r]].any() and not whole[A.rows[r]].all()]
    high = job.matrix.row_upper.copy()
    slack = mixed[:: max(1, len(mixed) // 3)]
    high[slack] = [sum(max(v, 0.0) for v in A.data[r]) + 1.0 for r in slack]
    odd = replace(job, matrix=job.matrix.with_row_bounds(job.matrix.row_lower, high))
    asked: list[tuple[np.ndarray, np.ndarray]] = []
    kept = linked_rounds.rows_of_parts

    def told(matrix: object, given: object) -> list[np.ndarray]:
        found = kept(matrix, given)  # type: ignore[arg-type]
        asked.extend(zip(found, [one[0] for one in given.parts], strict=True))  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr(linked_rounds, "rows_of_parts", told)
    agreed(odd)
    assert any(len(mine) > len(form_rows) for mine, form_rows in asked)


@pytest.mark.parametrize("seed", range(4))
def test_openings_that_earn(seed: int) -> None:
    """Levels and sites that pay for being open."""
    job = job_of("sites", seed, 1.3)
    cost = np.where(job.matrix.integer, job.cost - 1.5 * np.median(job.cost[job.matrix.integer]), job.cost)
    agreed(replace(job, cost=cost))


@pytest.mark.parametrize("seed", range(4))
def test_levels_that_may_stand_twice(seed: int) -> None:
    """Two of the same level at one host, as far as the rows allow."""
    job = job_of("sites", seed, 1.3)
    form = form_of(job.matrix)
    assert form is not None
    upper, high = job.matrix.upper.copy(), job.matrix.row_upper.copy()
    parts = np.concatenate([cols for _, cols in form.parts])
    levels = parts[job.matrix.integer[parts]]
    upper[levels] = 2.0
    A = job.matrix.A.tocsr()
    ones = [
        row
        for row in range(job.matrix.rows)
        if high[row] == 1.0 and job.matrix.row_lower[row] == -INF and np.isin(A[row].indices, levels).all()
    ]
    high[ones] = 2.0
    matrix = job.matrix.with_bounds(job.matrix.lower, upper).with_row_bounds(job.matrix.row_lower, high)
    agreed(replace(job, matrix=matrix))


def test_the_most_that_a_plan_costs() -> None:
    """Above every plan whatever the signs; columns that cost nothing may lack an end, others make it endless."""
    job = job_of("none", 0)
    matrix, cols = job.matrix, job.matrix.cols
    draw = np.random.default_rng(0)
    for _ in range(20):
        cost = draw.normal(0.0, 1e4, cols) - 1e5
        x = draw.random(cols) * (matrix.upper - matrix.lower) + matrix.lower
        assert cost @ x < most_of_cost(matrix, cost)
    endless = replace(matrix, upper=np.where(np.arange(cols) == 0, INF, matrix.upper))
    free = np.where(np.arange(cols) == 0, 0.0, 1.0)
    assert np.isfinite(most_of_cost(endless, free)) and most_of_cost(endless, free + 1.0) == INF


def test_rows_of_parts_are_those_of_the_restricted_model() -> None:
    """Row by row the coefficients of the part, in its columns, ties apart."""
    job = job_of("sites", 1)
    form = form_of(job.matrix)
    assert form is not None
    hunt = Hunt(job, form, None, lambda _: None, lambda: 0.0)
    gone = np.isin(np.arange(job.matrix.rows), form.ties)
    bare = job.matrix.drop_rows(gone)
    for rows, (_, cols) in zip(rows_of_parts(hunt.job.matrix, form), form.parts, strict=True):
        part = bare.restricted(cols, np.zeros(job.matrix.cols))
        assert (abs(sp.csr_matrix(job.matrix.A.tocsr()[rows][:, cols]) - part.A.tocsr()) > 0).nnz == 0
