"""Independent parts are found, solved apart and put together."""

from __future__ import annotations

import time

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from models import pieces
from models.highs import Job, Limits, Solution, Status, solve, solve_many
from models.matrix import Floats, Matrix
from models.pieces import components, solve_pieces

INF = np.inf


def assignment(sites: int, units: int, seed: int) -> tuple[sp.csr_matrix, Floats, Floats, Floats]:
    """One small siting problem: open sites at a price, each unit at one open site, capacities."""
    rng = np.random.default_rng(seed)
    arcs = sites * units
    cols = sites + arcs
    one = sp.hstack([sp.csr_matrix((units, sites)), sp.kron(np.ones((1, sites)), sp.eye(units))])
    load = sp.kron(sp.eye(sites), rng.integers(3, 9, (1, units)).astype(float))
    room = sp.hstack([-float(units * 3) * sp.eye(sites), load])
    cost = np.concatenate([rng.integers(40, 80, sites), rng.integers(1, 30, arcs)]).astype(float)
    low = np.concatenate([np.ones(units), np.full(sites, -INF)])
    high = np.concatenate([np.ones(units), np.zeros(sites)])
    A = sp.csr_matrix(sp.vstack([one, room]))
    assert A.shape == (units + sites, cols)
    return A, cost, low, high


def blocks(count: int) -> tuple[Matrix, Floats]:
    """Unconnected siting problems in one model, their columns and rows shuffled together."""
    parts = [assignment(4, 9, seed) for seed in range(count)]
    rng = np.random.default_rng(0)
    A = sp.csr_matrix(sp.block_diag([p[0] for p in parts]))
    rows, cols = rng.permutation(A.shape[0]), rng.permutation(A.shape[1])
    cost, low, high = (np.concatenate([p[at] for p in parts]) for at in (1, 2, 3))
    ones = np.ones(A.shape[1])
    names = [f"row {r}" for r in rows]
    coefs = sp.csc_matrix(A[rows][:, cols])
    matrix = Matrix(coefs, 0 * ones, ones, low[rows], high[rows], ones > 0, np.array(["r"] * len(names)), names)
    return matrix, cost[cols]


def test_four_blocks_are_solved_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four unconnected problems never meet in the solver, and their sum is the joint optimum."""
    matrix, cost = blocks(4)
    exact = Limits(relative_gap=0.0)
    joint = solve(matrix, cost, 5.0, exact)
    given: list[int] = []

    def spy(jobs: list[Job], workers: int = 2) -> list[Solution]:
        given.extend(job.matrix.cols for job in jobs)
        return solve_many(jobs, workers)

    monkeypatch.setattr(pieces, "solve_many", spy)
    apart = solve_pieces(matrix, cost, 5.0, exact)
    assert given == [matrix.cols // 4] * 4
    assert apart.status is joint.status is Status.OPTIMAL
    assert apart.objective == pytest.approx(joint.objective)
    assert apart.bound == pytest.approx(joint.bound)
    assert apart.x is not None
    assert matrix.worst(apart.x) <= 1e-6
    assert cost @ apart.x + 5.0 == pytest.approx(apart.objective)


def test_same_answer_twice() -> None:
    """The parts come in one order, so two runs give the same plan."""
    matrix, cost = blocks(3)
    first, second = (solve_pieces(matrix, cost).x for _ in range(2))
    assert first is not None and second is not None
    assert first.tolist() == second.tolist()


def test_fixed_columns_and_idle_rows_do_not_couple() -> None:
    """A shared column held at a value, and a budget nobody can exceed, leave two parts."""
    A = sp.csc_matrix(np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0]]))
    upper = np.array([5.0, 5, 9])
    matrix = Matrix(
        A,
        np.zeros(3),
        upper,
        np.full(3, -INF),
        np.array([4, 4, 10.0]),
        np.ones(3, bool),
        np.array(["r"] * 3),
        ["a"] * 3,
    )
    held = matrix.fixed([2], [1.0])
    assert [cols.tolist() for _, cols in components(matrix)] == [[0, 1, 2]]
    assert [(rows.tolist(), cols.tolist()) for rows, cols in components(held)] == [([0], [0]), ([1], [1])]
    assert solve_pieces(held, -np.ones(3)).objective == pytest.approx(-7.0)


def test_rows_without_columns() -> None:
    """A row that touches nothing free and does not hold makes the whole infeasible."""
    A = sp.csc_matrix(np.array([[1.0, 0], [0, 0], [0, 1]]))
    hold = Matrix(
        A, np.zeros(2), np.ones(2), np.array([0, 0, 0.0]), np.ones(3), np.ones(2, bool), np.array(["r"] * 3), ["a"] * 3
    )
    assert solve_pieces(hold, np.ones(2)).objective == 0.0
    assert solve_pieces(hold.with_row_bounds(np.array([0, 1, 0.0]), np.ones(3)), np.ones(2)).status is Status.INFEASIBLE
    assert solve_pieces(hold.fixed([1], [5.0]), np.ones(2)).status is Status.INFEASIBLE


def test_gap_is_shared_out() -> None:
    """With a wide absolute gap the sum of the parts' gaps stays within it."""
    matrix, cost = blocks(4)
    found = solve_pieces(matrix, cost, limits=Limits(absolute_gap=60.0, relative_gap=0.0))
    assert found.status is Status.OPTIMAL
    assert found.objective - found.bound <= 60.0 + 1e-6


def test_time_is_shared_and_handed_on() -> None:
    """Three hard parts share the time; together they end in time, with a plan and a bound."""
    rng = np.random.default_rng(0)
    weights = [rng.integers(5, 100, (15, 100)).astype(float) for _ in range(3)]
    A = sp.csc_matrix(sp.block_diag(weights))
    high = np.concatenate([np.floor(w.sum(axis=1) / 2) for w in weights])
    cost = -np.concatenate([w.mean(axis=0) + rng.integers(0, 30, 100) for w in weights])
    ones = np.ones(300)
    matrix = Matrix(A, 0 * ones, ones, np.full(45, -INF), high, ones > 0, np.array(["r"] * 45), ["s"] * 45)
    began = time.monotonic()
    found = solve_pieces(matrix, cost, limits=Limits(seconds=2.0), start=0 * ones)
    assert time.monotonic() - began < 4
    assert (found.status, found.stopped_by) == (Status.FEASIBLE, "clock")
    assert found.x is not None
    assert matrix.worst(found.x) <= 1e-6
    assert -INF < found.bound < found.objective == pytest.approx(float(cost @ found.x))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_pieces_equal_the_whole(seed: int) -> None:
    """On random sparse models the parts give the status and optimum of the whole."""
    rng = np.random.default_rng(seed)
    rows, cols = int(rng.integers(1, 7)), int(rng.integers(1, 9))
    A = sp.csc_matrix(rng.integers(-2, 3, (rows, cols)) * (rng.random((rows, cols)) < 0.3), dtype=float)
    lower = rng.integers(-1, 2, cols).astype(float)
    upper = lower + rng.integers(0, 3, cols)
    low = rng.integers(-3, 2, rows).astype(float)
    names = ["s"] * rows
    matrix = Matrix(
        A, lower, upper, low, low + rng.integers(0, 4, rows), rng.random(cols) < 0.7, np.array(names), names
    )
    cost = rng.integers(-5, 6, cols).astype(float)
    whole, apart = solve(matrix, cost), solve_pieces(matrix, cost)
    assert apart.status is whole.status
    if whole.x is not None:
        assert apart.objective == pytest.approx(whole.objective, abs=1e-6)
        assert apart.x is not None
        assert matrix.worst(apart.x) <= 1e-6
