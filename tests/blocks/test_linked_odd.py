"""Linked parts with rows and costs that are out of the ordinary: the answers of one search over the whole model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from models import linked_form, linked_rounds
from models.answers import INF, Job, Solution
from models.errors import ShapeError, UnboundedModelError
from models.linked_form import form_of, most_of_cost, rows_of_parts
from models.linked_rounds import Rounds, openings_of
from models.linked_search import Hunt
from models.linked_strong import tightened
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


def with_slack_rows(job: Job, shares_last: bool) -> Job:
    """A third of the capacities never scarce and the first of all rows; rows over shares next, or after all others."""
    matrix = job.matrix
    A, whole = matrix.A.tocsr(), matrix.integer
    kinds = [set(whole[A[row].indices].tolist()) for row in range(matrix.rows)]
    mixed, over = [r for r in range(matrix.rows) if len(kinds[r]) == 2], [kind == {False} for kind in kinds]
    slack, high = mixed[::3], matrix.row_upper.copy()
    high[slack] = [np.maximum(A[row].data, 0.0).sum() + 1.0 for row in slack]
    order = np.lexsort((np.equal(over, shares_last), ~np.isin(np.arange(matrix.rows), slack)))
    turned = replace(
        matrix.with_row_bounds(matrix.row_lower, high),
        A=sp.csc_matrix(A[order]),
        row_lower=matrix.row_lower[order],
        row_upper=high[order],
    )
    return replace(job, matrix=turned)


@pytest.mark.parametrize("shares_last", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_rows_that_cannot_be_broken(seed: int, shares_last: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Capacities that are never scarce are not in the form: cuts still begin at the prices of their own rows."""
    job = with_slack_rows(job_of("sites", seed, 1.3), shares_last)
    form, root = form_of(job.matrix), tightened(job, INF)
    assert form is not None and root is not None
    listed = sum(rows.size for rows, _ in form.parts) + form.ties.size
    assert listed < job.matrix.rows
    hunt = Hunt(job, form, None, lambda _: None, lambda: 0.0)
    hunt.begin(root)
    openings = openings_of(hunt)
    assert openings is not None
    given: list[np.ndarray] = []
    monkeypatch.setattr(openings, "add", lambda _, prices: given.append(prices))
    monkeypatch.setattr(linked_rounds, "ROUNDS", 0)
    Rounds(hunt, openings)._relaxed()
    A = job.matrix.A.tocsr()
    for (_, cols), prices in zip(form.parts, given, strict=True):
        inside = [np.intersect1d(A[r].indices, cols) for r in range(job.matrix.rows)]
        own = [r for r, at in enumerate(inside) if at.size and not job.matrix.integer[at].any()]
        assert np.array_equal(prices, root.prices[own]) and np.ptp(prices) > 1.0
    monkeypatch.undo()
    monkeypatch.setattr(linked_form, "FEWEST_COLUMNS", 0)
    agreed(job)


@pytest.mark.parametrize("seed", range(4))
def test_openings_that_earn(seed: int) -> None:
    """Levels and sites that pay for being open."""
    job = job_of("sites", seed, 1.3)
    cost = np.where(job.matrix.integer, job.cost - 1.5 * np.median(job.cost[job.matrix.integer]), job.cost)
    agreed(replace(job, cost=cost))


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_levels_that_stand_twice(seed: int) -> None:
    """Two of one level at a host, where large levels are dear for their room: the best plan has some."""
    job = job_of("sites", seed, 3.0)
    form, matrix = form_of(job.matrix), job.matrix
    assert form is not None
    parts = np.concatenate([cols for _, cols in form.parts])
    levels = parts[matrix.integer[parts]]
    upper, cost, A = matrix.upper.copy(), job.cost.copy(), matrix.A.tolil()
    upper[levels] = 2.0
    cost[levels] **= 3
    cost[levels] *= job.cost[levels].mean() / cost[levels].mean()
    A[:, form.lone] = 2.0 * A[:, form.lone].toarray()
    # Rows that count levels at a host or a site; budgets and rooms have other coefficients.
    counts = [r for r in range(matrix.rows) if np.isin(A.rows[r], levels).all() and set(A.data[r]) == {1.0}]
    high = np.where(np.isin(np.arange(matrix.rows), counts), 2.0 * matrix.row_upper, matrix.row_upper)
    wider = replace(matrix.with_bounds(matrix.lower, upper), A=sp.csc_matrix(A)).with_row_bounds(matrix.row_lower, high)
    mine = agreed(replace(job, matrix=wider, cost=cost))
    assert mine.x is not None and mine.x[levels].max() > 1.5


def test_a_part_without_an_end_beside_one_without_a_plan() -> None:
    """Nothing has a plan, which is told instead of a cost that can fall for ever; without the latter, that is told."""
    job = job_of("none", 1)
    matrix = job.matrix
    form, A = form_of(matrix), matrix.A.tocsr()
    assert form is not None
    (first, _), (second, _) = form.parts[0], form.parts[-1]
    cap = next(r for r in first if set(matrix.integer[A[r].indices].tolist()) == {True, False})
    more = sp.csc_matrix(([-1.0], ([cap], [0])), shape=(matrix.rows, 1))
    endless = replace(
        matrix,
        A=sp.csc_matrix(sp.hstack([matrix.A, more])),
        lower=np.r_[matrix.lower, 0.0],
        upper=np.r_[matrix.upper, INF],
        integer=np.r_[matrix.integer, False],
    )
    falling = replace(job, matrix=endless, cost=np.r_[job.cost, -1.0])
    with pytest.raises(UnboundedModelError):
        ours(falling)
    share = next(r for r in second if not matrix.integer[A[r].indices].any())
    asked = np.where(np.arange(matrix.rows) == share, A[share].sum() + 1.0, -INF)
    broken = endless.with_row_bounds(np.maximum(matrix.row_lower, asked), np.maximum(matrix.row_upper, asked))
    assert form_of(broken) is not None
    assert agreed(replace(falling, matrix=broken)).x is None


@pytest.mark.parametrize("kind", ["none", "sites"])
def test_costs_that_are_none(kind: str) -> None:
    """Too few costs, or one that is no number, are told as such, in the numbers of the whole model."""
    job = job_of(kind, 1)
    for cost in (job.cost[:-1], np.r_[job.cost[:-1], np.nan], np.r_[job.cost[:-1], INF]):
        with pytest.raises(ShapeError, match=f"the cost needs {job.matrix.cols} finite numbers"):
            ours(replace(job, cost=cost))


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
