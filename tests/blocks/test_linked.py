"""Parts that a few rows over whole numbers tie together: found, bounded by prices, answered as by one search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from benchmarks.capacitated.run import matrix_of
from benchmarks.linked import generate
from models import capacitated, hand_over, linked, linked_form, linked_search, linked_strong, pieces, uncapacitated
from models.answers import INF, Job, Limits, Progress, Solution, Status
from models.highs import solve
from models.linked_form import form_of, priced, signed
from models.matrix import Floats

EXACT = Limits(absolute_gap=1e-7, relative_gap=0.0)
QUICKLY = settings(derandomize=True, deadline=None, max_examples=20, phases=(Phase.explicit, Phase.generate))


@pytest.fixture(autouse=True)
def small_models_too(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The window of sizes is opened for the small models of these tests."""
    with monkeypatch.context() as patch:
        patch.setattr(linked_form, "FEWEST_COLUMNS", 0)
        yield


def job_of(kind: str, seed: int, budget: float = 0.85, size: tuple[int, ...] = (2, 4, 9, 4)) -> Job:
    """Services coupled as `kind` says; budget: as a part of the capital that they take alone."""
    services = generate.services(*size, seed=seed)
    free = generate.rows(services)
    alone = hand_over.run(Job(matrix_of(free), free.cost, limits=EXACT), None, lambda _: None)
    assert alone.x is not None
    model = generate.rows(services, kind, budget * generate.capital(services, alone.x))
    return Job(matrix_of(model), model.cost, 3.0, EXACT)


def highs(job: Job) -> Solution:
    return hand_over.run(job, None, lambda _: None)


def ours(job: Job) -> Solution:
    return linked.run(job, None, lambda _: None)


@pytest.fixture
def never_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that the engine hands on whole fails the test."""
    monkeypatch.setattr(linked, "hand_over", None)


@given(st.sampled_from(generate.KINDS), st.integers(0, 10**4), st.sampled_from([0.7, 0.85, 1.0, 5.0]))
@QUICKLY
def test_the_answer_is_that_of_one_search(kind: str, seed: int, budget: float) -> None:
    """Uncoupled, budgets that bind and that do not, shared sites: the same value as HiGHS proves, rows all kept."""
    job = job_of(kind, seed, budget)
    assert (form_of(job.matrix) is not None) or (kind == "budget" and budget > 1)
    mine, theirs = ours(job), highs(job)
    assert mine.status is theirs.status
    if mine.x is not None:
        assert mine.objective == pytest.approx(theirs.objective, abs=1e-5) and job.matrix.worst(mine.x) <= 1e-6
        assert theirs.objective - 1e-4 <= mine.bound + 2e-4 and mine.bound <= theirs.objective + 1e-5


@given(st.sampled_from(["budget", "sites"]), st.integers(0, 10**4), st.integers(0, 10**4))
@QUICKLY
def test_any_prices_bound_the_whole(kind: str, seed: int, drawn: int) -> None:
    """At random prices of the ties, what the parts cost at least is no more than the best plan of the whole."""
    job = job_of(kind, seed)
    form, best = form_of(job.matrix), highs(job)
    assert form is not None
    assume(best.x is not None)
    assert best.x is not None
    draw = np.random.default_rng(drawn)
    prices = signed(job.matrix, form.ties, draw.normal(0.0, draw.choice([0.1, 1.0, 300.0]), form.ties.size))
    hunt = linked_search.Hunt(job, form, None, lambda _: None, lambda: 0.0)
    hunt.begin(linked_strong.unpriced(job.matrix))
    assert hunt._priced(prices) and hunt.bound <= best.objective + 1e-5
    saved, worth = priced(job.matrix, form.ties, prices)
    assert (job.cost - saved) @ best.x + worth + 3.0 <= best.objective + 1e-5


@given(st.sampled_from(generate.KINDS), st.integers(0, 10**4))
@QUICKLY
def test_strong_rows_cut_no_plan(kind: str, seed: int) -> None:
    """Every strong row holds in the best plan and in the best plan of other costs, and the relaxation is no weaker."""
    job = job_of(kind, seed)
    rows, root = linked_strong.strong_rows(job.matrix), linked_strong.tightened(job, INF)
    assert rows is not None and root is not None
    for cost in (job.cost, np.random.default_rng(seed).uniform(0, 100, job.matrix.cols)):
        best = highs(replace(job, cost=cost))
        assert best.x is None or float((rows @ best.x).max()) <= 1e-6
    assert root.value >= highs(replace(job, relax=True)).objective - 1e-6
    assert root.value <= highs(job).objective + 1e-6


def test_strong_rows_hold_in_every_whole_choice() -> None:
    """Two hosts with levels, whole numbers up to two, two flows: all choices with the most that each flow can be."""
    A = sp.csc_matrix(np.array([[3.0, 2.0, -4.0, -1.0], [1.0, 1.0, 0.0, 0.0]]))
    zero, upper = np.zeros(4), np.array([1.0, 5.0, 2.0, 2.0])
    sides = np.full(2, -INF), np.array([0.0, 3.0])
    matrix = linked_form.Matrix(A, zero, upper, *sides, np.array([False, False, True, True]), ["", ""], ["", ""])  # type: ignore[arg-type]
    rows = linked_strong.strong_rows(matrix)
    assert rows is not None and rows.shape[0] == 2
    for one in range(3):
        for two in range(3):
            room = 4.0 * one + two
            for x in (np.array([min(1.0, room / 3), 0, one, two]), np.array([0, min(3.0, room / 2), one, two])):
                assert (rows @ x <= 1e-9).all()
    assert (rows @ np.array([1.0, 0.0, 0.5, 0.0]))[0] > 0.1  # and cut what the capacity row lets pass


def test_ties_are_found_whatever_the_order(never_handed_on: None) -> None:
    """Rows and columns shuffled: the same parts, and budget and shared sites are the ties."""
    job = job_of("sites", 3, 1.3, (3, 5, 12, 4))
    draw = np.random.default_rng(1)
    rows, cols = draw.permutation(job.matrix.rows), draw.permutation(job.matrix.cols)
    matrix = job.matrix
    mixed = replace(
        matrix,
        A=sp.csc_matrix(matrix.A.tocsr()[rows][:, cols]),
        lower=matrix.lower[cols],
        upper=matrix.upper[cols],
        row_lower=matrix.row_lower[rows],
        row_upper=matrix.row_upper[rows],
        integer=matrix.integer[cols],
    )
    first, other = form_of(matrix), form_of(mixed)
    assert first is not None and other is not None
    assert len(first.parts) == 3 and first.lone.size == 5 and first.ties.size == 1 + 3 * 5 + 5
    assert sorted(c.size for _, c in first.parts) == sorted(c.size for _, c in other.parts)
    assert set(rows[other.ties]) == set(first.ties)
    shuffled = Job(mixed, job.cost[cols], 3.0, EXACT)
    assert ours(shuffled).objective == pytest.approx(ours(job).objective, abs=1e-5)


def test_held_columns_and_a_start_are_kept(never_handed_on: None) -> None:
    """Sites held open, and a plan to begin with: answered as by HiGHS, never worse than the start."""
    job = job_of("sites", 5)
    form = form_of(job.matrix)
    assert form is not None
    held = replace(job, matrix=job.matrix.fixed(form.lone[:2], 1.0))
    theirs = highs(held)
    mine = ours(replace(held, start=theirs.x))
    assert mine.objective == pytest.approx(theirs.objective, abs=1e-5) and mine.bound <= theirs.objective + 1e-5
    assert mine.x is not None and (mine.x[form.lone[:2]] == 1.0).all()


def test_with_no_time_left_the_start_comes_back_with_its_bound() -> None:
    """A deadline that is over: no plan worse than the start, no bound above the best."""
    job = job_of("budget", 7)
    best = highs(job)
    late = linked.run(replace(job, start=best.x), 1.0, lambda _: None)
    assert late.status in (Status.FEASIBLE, Status.OPTIMAL) and late.objective == pytest.approx(best.objective)
    assert late.bound <= best.objective + 1e-5


def test_a_wish_to_stop_is_heard() -> None:
    """The first news with a plan asks to stop: the answer says so and holds that plan."""
    job, seen = job_of("sites", 8, size=(3, 5, 20, 5)), []

    def report(news: tuple[Progress, Floats | None]) -> bool:
        seen.append(news[0].objective)
        return np.isfinite(news[0].objective)

    found = linked.run(job, None, report)
    assert found.stopped_by == "user" and found.x is not None and job.matrix.worst(found.x) <= 1e-6
    assert found.objective <= min(seen) + 1e-6


def test_the_same_model_gives_the_same_plan() -> None:
    """Twice the same plan and bound, number for number."""
    job = replace(job_of("sites", 11, size=(3, 6, 25, 5)), limits=Limits(relative_gap=1e-3))
    first, second = ours(job), ours(job)
    assert first.x is not None and second.x is not None
    assert (first.x == second.x).all() and first.bound == second.bound


@pytest.mark.parametrize("kind", generate.KINDS)
def test_a_larger_model_is_decided_by_the_engine(kind: str, never_handed_on: None) -> None:
    """Three services at six sites through the solver's call: HiGHS's optimum, the engine's name and proof."""
    job = replace(job_of(kind, 2, 0.97, (3, 6, 25, 5)), limits=Limits(relative_gap=1e-3))
    theirs = highs(replace(job, limits=Limits(relative_gap=1e-6)))
    mine = uncapacitated.run(job, None, lambda _: None)
    assert mine.status is Status.OPTIMAL and mine.bound <= theirs.objective + 1e-4
    assert theirs.bound - 1e-4 <= mine.objective <= theirs.objective * (1 + 1e-3)
    assert (mine.engine, mine.proof) in (("prices", "prices"), ("openings", "search"), ("highs", "search"))


def test_nothing_in_common_is_as_good_as_apart() -> None:
    """Without ties every part is searched once, as `models.pieces` does: the same value in the same nodes."""
    job = replace(job_of("none", 4, size=(3, 6, 25, 5)), constant=0.0)
    apart = pieces.solve_pieces(job.matrix, job.cost, 0.0, EXACT)
    mine = ours(job)
    assert mine.objective == pytest.approx(apart.objective, abs=1e-6) and mine.nodes <= apart.nodes
    assert (mine.engine, mine.proof) == ("highs", "search")


def test_a_plan_that_breaks_a_row_is_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A choice that ignores the ties is planted: the answer keeps every row all the same."""
    job = job_of("budget", 9, 0.8)
    form = form_of(job.matrix)
    assert form is not None
    loose = highs(replace(job, matrix=job.matrix.drop_rows(np.isin(np.arange(job.matrix.rows), form.ties)))).x
    assert loose is not None and job.matrix.worst(loose) > 1.0
    monkeypatch.setattr(linked_search.Master, "chosen", lambda *_: loose)
    found = ours(job)
    assert found.x is not None and job.matrix.worst(found.x) <= 1e-6
    assert found.objective == pytest.approx(highs(job).objective, abs=1e-5)


def test_a_budget_that_nothing_keeps_is_left_to_highs() -> None:
    """Too little money for anybody: HiGHS says that there is no plan."""
    job = job_of("budget", 10, 0.01)
    assert form_of(job.matrix) is not None and ours(job).status is Status.INFEASIBLE


def test_other_kinds_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """One part, parts that share a row of shares, small models: no."""
    job = job_of("budget", 12, 0.98)
    assert form_of(matrix_of(generate.rows(generate.services(1, 4, 9, 4)))) is None
    form = form_of(job.matrix)
    assert form is not None
    shares = [cols[~job.matrix.integer[cols]][0] for _, cols in form.parts]
    row = sp.csr_matrix((np.ones(2), (np.zeros(2, dtype=int), shares)), shape=(1, job.matrix.cols))
    assert form_of(job.matrix.with_rows(row, [-INF], [1.0], ["more"], ["row"])) is None
    monkeypatch.setattr(linked_form, "FEWEST_COLUMNS", 3000)
    monkeypatch.setattr(linked, "Hunt", lambda *_: pytest.fail("the engine took it"))
    assert solve(job.matrix, job.cost).status is Status.OPTIMAL


def test_a_search_that_was_stopped_leaves_nothing_behind() -> None:
    """A model whose search was asked to stop is not held: the same model is solved to its end afterwards."""
    job = job_of("sites", 13, size=(3, 6, 25, 5))
    stopped: Any = hand_over.run(job, None, lambda news: np.isfinite(news[0].objective))
    assert stopped.stopped_by == "user"
    again = hand_over.run(job, None, lambda _: None)
    assert again.status is Status.OPTIMAL and capacitated.run(job, None, lambda _: None).status is Status.OPTIMAL
