"""The plan says which engine proved what, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from support import capacitated as with_capacities
from support import uncapacitated as without

from models import capacitated_form, pieces, single_source
from models.answers import Job, Limits, Solution, Status, joined, weakest
from models.highs import solve
from models.matrix import Matrix


def small(relax: bool = False) -> Solution:
    """Three things to take two of."""
    A = sp.csc_matrix(np.array([[2.0, 3.0, 4.0]]))
    zero, one = np.zeros(3), np.ones(3)
    matrix = Matrix(A, zero, one, np.array([5.0]), np.array([np.inf]), one > 0, np.array(["row"]), ["row"])
    return solve(matrix, np.array([2.0, 4.0, 5.0]), relax=relax)


def towns(seconds: float) -> Solution:
    matrix, cost, _ = with_capacities.model_of(with_capacities.towns(30, 200, 6, 10))
    return solve(matrix, cost, limits=Limits(seconds=seconds, relative_gap=1e-3))


def median() -> Solution:
    matrix, cost = without.model_of(without.clustered(80, 20, seed=3))
    return solve(matrix, cost, limits=Limits(relative_gap=1e-3))


@pytest.mark.parametrize(
    ("ask", "engine", "proof"),
    [
        (small, "highs", "search"),
        (lambda: small(relax=True), "highs", "linear"),
        (lambda: towns(60.0), "tree", "search"),
        (median, "prices", "prices"),
    ],
)
def test_every_engine_names_itself(
    ask: Callable[[], Solution], engine: str, proof: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HiGHS, the linear programme, the tree and the prices say so in the answer."""
    monkeypatch.setattr(capacitated_form, "FEWEST_COLUMNS", 1000)
    monkeypatch.setattr("models.highs.is_large", lambda job: False)
    found = ask()
    assert found.status is Status.OPTIMAL and (found.engine, found.proof) == (engine, proof)


def test_without_a_bound_nothing_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solve that ends before any bound does not claim a proof."""
    none = Solution(Status.UNSOLVED, None, float("inf"), -float("inf"), 0.0)
    monkeypatch.setattr("models.highs.uncapacitated.run", lambda *_: none)
    assert small().proof == "none"


def test_single_sources_name_the_better_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is joined from the search and HiGHS names the engine of the greater bound."""
    job: Any = Job(None, np.zeros(1))  # type: ignore[arg-type]
    mine = Solution(Status.FEASIBLE, np.zeros(1), 10.0, 9.0, 0.0, engine="knapsacks")
    other = Solution(Status.FEASIBLE, np.zeros(1), 10.0, 8.0, 0.0)
    assert single_source._joined(job, mine, other, 0.0).engine == "knapsacks"
    assert single_source._joined(job, other, mine, 0.0).engine == "knapsacks"


def test_parts_are_named_together() -> None:
    """Of several parts every engine is named once, and the weakest proof counts."""
    assert joined(["highs", "prices, highs", ""]) == "highs, prices"
    assert weakest(["linear", "search", "prices"]) == "prices" and weakest([]) == "linear"


def test_pieces_solved_apart_name_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """A p-median beside a small model of another kind: the sum of the bounds rests on both engines."""
    monkeypatch.setattr("models.highs.is_large", lambda job: False)
    matrix, cost = without.model_of(without.clustered(80, 20, seed=3))
    A = sp.block_diag([matrix.A, np.array([[2.0, 3.0, 4.0]])], format="csc")
    whole = Matrix(
        A,
        np.zeros(A.shape[1]),
        np.ones(A.shape[1]),
        np.append(matrix.row_lower, 5.0),
        np.append(matrix.row_upper, np.inf),
        np.append(matrix.integer, [True] * 3),
        np.append(matrix.row_rules, "row"),
        [*matrix.row_subjects, "row"],
    )
    limits = Limits(relative_gap=1e-3)
    found = pieces.solve_pieces(whole, np.append(cost, [2.0, 4.0, 5.0]), limits=limits)
    assert (found.engine, found.proof) == ("highs, prices", "prices")
