"""The farthest member by covers, against trying every plan and against HiGHS."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from support.uncapacitated import EXACT, all_plans, clustered, model_of, problems

from models import hand_over, single_source, uncapacitated, uncapacitated_form
from models.answers import INF, Job, Limits, Status
from models.matrix import Matrix
from models.uncapacitated_bounds import Problem
from models.uncapacitated_centre import nearest_all, radius_of
from models.uncapacitated_form import centre_form_of

QUICKLY = settings(derandomize=True, deadline=None, max_examples=150)


@pytest.fixture(autouse=True, scope="module")
def _of_any_size() -> Iterator[None]:
    """Small models too are looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uncapacitated_form, "FEWEST_ARCS", 0)
        yield


def centre_model(problem: Problem, price: float = 1.0) -> tuple[Matrix, np.ndarray]:
    """The rows of `model_of`, and z of the last column at least what each member pays."""
    base, cost = model_of(problem)
    distances = np.where(base.integer, 0.0, cost)
    wide = sp.hstack([base.A, sp.csc_matrix((base.rows, 1))]).tocsr()
    members = [
        row for row in range(base.rows) if base.row_lower[row] == base.row_upper[row] == 1.0
        and not base.integer[wide[row].indices].any()
    ]  # fmt: skip
    far = sp.lil_matrix((len(members), base.cols + 1))
    for number, row in enumerate(members):
        own = wide[row].indices
        far[number, own] = -distances[own]
        far[number, base.cols] = 1.0
    A = sp.vstack([wide, far.tocsr()]).tocsc()
    lower, upper = np.zeros(base.cols + 1), np.append(np.ones(base.cols), INF)
    low, high = (
        np.append(ends, np.full(len(members), end)) for ends, end in ((base.row_lower, 0.0), (base.row_upper, INF))
    )
    names = np.array(["row"] * A.shape[0])
    matrix = Matrix(
        A, lower, upper, low, high, np.append(base.integer, False), names, list(map(str, range(A.shape[0])))
    )
    return matrix, np.append(np.zeros(base.cols), price)


@given(problems(priced=False))
@QUICKLY
def test_it_finds_the_least_radius_of_all_plans(problem: Problem) -> None:
    """Whatever the distances, the largest cost is the least of any choice of hosts, proved; else nobody is served."""
    radii = sorted(radius_of(problem, opened) for _, opened in all_plans(problem))
    found = nearest_all(problem, EXACT, None, lambda *_: False, None)
    if not radii:
        assert found.opened is None and found.proof
        return
    assert found.opened is not None and found.value == found.bound == radii[0]
    assert radius_of(problem, found.opened) == radii[0] and problem.least <= found.opened.sum() <= problem.most


@given(problems(priced=False))
@QUICKLY
def test_rows_are_recognised_and_answered_as_by_highs(problem: Problem) -> None:
    """A model of such rows has the value that HiGHS proves, and the plan keeps its rows."""
    matrix, cost = centre_model(problem, price=2.0)
    ours = uncapacitated.run(Job(matrix, cost, 1.0, EXACT), None, lambda _: None)
    highs = hand_over.run(Job(matrix, cost, 1.0, EXACT), None, lambda _: None)
    assert ours.status is highs.status
    if ours.x is not None:
        assert ours.objective == pytest.approx(highs.objective) and matrix.worst(ours.x) <= 1e-9
        assert ours.bound == pytest.approx(ours.objective)


@pytest.mark.parametrize("most", [4, 15])
def test_two_hundred_places_are_answered_by_the_engine(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 members that are hosts too: proved, and one host fewer or one distance less is proved impossible by HiGHS."""
    problem = clustered(200, most, seed=most)
    matrix, cost = centre_model(problem)
    with monkeypatch.context() as patch:
        patch.setattr(single_source, "run", lambda *_: pytest.fail("left to the next engine"))
        ours = uncapacitated.run(Job(matrix, cost, limits=EXACT), None, lambda _: None)
    assert ours.status is Status.OPTIMAL and ours.x is not None
    shorter = (problem.cost < ours.objective - 1e-9).astype(float)
    size = problem.hosts
    cover = Matrix(
        sp.csc_matrix(shorter), np.zeros(size), np.ones(size), np.ones(size), np.full(size, INF),
        np.ones(size, dtype=bool), np.full(size, "cover"), list(map(str, range(size))),
    )  # fmt: skip
    answer = hand_over.run(Job(cover, np.ones(size), limits=Limits(absolute_gap=0.9)), None, lambda _: None)
    assert answer.status is Status.INFEASIBLE or answer.bound > most


def test_other_rows_are_left_to_the_next_engine() -> None:
    """A row of distances over two members is not the farthest member, nor is a z that may not grow."""
    problem = clustered(30, 4, seed=2)
    matrix, cost = centre_model(problem)
    assert centre_form_of(matrix, cost) is not None
    z = matrix.cols - 1
    A = matrix.A.tocsr()
    rows = np.flatnonzero(A[:, [z]].toarray().ravel())[:2]
    both = A[rows[0]] + A[rows[1]]
    drop = np.zeros(matrix.rows, dtype=bool)
    drop[rows] = True
    joined = matrix.drop_rows(drop).with_rows(sp.csr_matrix(both), [0.0], [INF], ["far"], ["two"])
    assert centre_form_of(joined, cost) is None
    assert centre_form_of(matrix.with_bounds(matrix.lower, np.append(matrix.upper[:-1], 50.0)), cost) is None


def test_a_start_counts_when_there_is_no_time() -> None:
    """With the clock over at once the better of the given plan and the quick one comes back, with a bound below it."""
    problem = clustered(120, 6, seed=1)
    best = nearest_all(problem, EXACT, None, lambda *_: False, None)
    late = nearest_all(problem, EXACT, 0.0, lambda *_: False, best.opened)
    assert late.value == best.value and late.bound <= best.value and late.stopped_by in ("clock", "gap")
