"""Openings with shares told by cuts: no cut above what shares cost, the bound of the whole, ties made tighter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from models import hand_over, linked, linked_form, linked_rounds, linked_shares, linked_strong
from models.answers import INF, Job, Limits, Status
from models.linked_form import form_of, joined_ties
from models.linked_openings import Openings
from models.linked_search import Hunt
from models.linked_shares import Cut, Shares, kind_of
from models.matrix import Floats, Matrix
from tests.blocks.test_linked import EXACT, QUICKLY, highs, job_of, ours


@pytest.fixture(autouse=True)
def small_models_too(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The window of sizes is opened for the small models of these tests."""
    with monkeypatch.context() as patch:
        patch.setattr(linked_form, "FEWEST_COLUMNS", 0)
        yield


def openings_of(job: Job) -> tuple[Hunt, Openings]:
    """The hunt and the openings of a job, its ties made tighter."""
    form = form_of(job.matrix)
    assert form is not None
    matrix, form = joined_ties(job.matrix, form)
    job = replace(job, matrix=matrix)
    hunt, root = Hunt(job, form, None, lambda _: None, lambda: 0.0), linked_strong.tightened(job, INF)
    assert root is not None
    hunt.begin(root)
    openings = linked_rounds.openings_of(hunt)
    assert openings is not None
    return hunt, openings


def excess(one: Shares, cut: Cut, draw: np.random.Generator) -> float:
    """How far a cut is above what HiGHS finds that shares cost, over many choices of levels."""
    plain, worst = one.plain, -INF
    others = plain.drop_rows(~(one.kind.shares | one.kind.caps))
    for _ in range(25):
        y = np.zeros(plain.cols)
        y[one.hosts] = draw.random(one.hosts.size) < draw.uniform(0.3, 1.0)
        cost = np.zeros(plain.cols)
        cost[one.flows] = one.cost
        held = others.fixed(one.hosts, y[one.hosts])
        found = hand_over.run(Job(held, cost, relax=True), None, lambda _: None)
        if found.x is not None:
            worst = max(worst, cut.constant + float(cut.slope @ y[one.hosts]) - found.objective)
    return worst


@given(st.integers(0, 10**4))
@QUICKLY
def test_no_cut_is_above_what_shares_cost(seed: int) -> None:
    """At random prices and at those of the programme, over levels that also add up at one host."""
    draw = np.random.default_rng(seed)
    _, openings = openings_of(job_of("sites", seed, 5.0))
    for one in openings.shares:
        for scale in (0.1, 30.0, 1000.0):
            assert excess(one, one.cut(draw.normal(0.0, scale, one.rows.size)), draw) <= 1e-6
        y = np.ones(one.hosts.size)
        answer = one.answer(y)
        assert answer is not None and answer.x is not None
        assert excess(one, one.cut(answer.prices), draw) <= 1e-6


@pytest.mark.parametrize("turned", [False, True])
def test_a_cut_is_the_cost_where_it_was_made(turned: bool) -> None:
    """Constant and slopes come to the programme's value, capacity rows of either direction; a fault is seen."""
    _, openings = openings_of(job_of("sites", 2))
    one = openings.shares[0]
    plain = one.plain
    if turned:
        sign = np.where(one.kind.caps, -1.0, 1.0)
        A = sp.csc_matrix(sp.diags(sign) @ plain.A)
        low = np.where(one.kind.caps, -plain.row_upper, plain.row_lower)
        high = np.where(one.kind.caps, INF, plain.row_upper)
        plain = replace(plain, A=A, row_lower=low, row_upper=high)
        cost = np.zeros(plain.cols)
        cost[one.flows] = one.cost
        kind = kind_of(plain)
        assert kind is not None
        one = Shares(plain, plain, cost, kind)
    y = np.tile([1.0, 0.0, 0.0], one.hosts.size // 3)
    answer = one.answer(y)
    assert answer is not None
    cut = one.cut(answer.prices)
    assert cut.constant + float(cut.slope @ y) == pytest.approx(answer.value, rel=1e-6)
    # A planted fault, levels that gain less than they do, is found by the comparison with HiGHS.
    assert excess(one, cut, np.random.default_rng(1)) <= 1e-6
    assert excess(one, Cut(cut.constant, 0.2 * cut.slope), np.random.default_rng(1)) > 1.0


@given(st.integers(0, 10**4))
@QUICKLY
def test_bounds_of_all_turns_hold(seed: int) -> None:
    """Relaxation, parts at random prices and searches: no bound and no cut is above the best plan."""
    job = job_of("sites", seed)
    best = highs(job)
    assume(best.x is not None)
    assert best.x is not None
    hunt, openings = openings_of(job)
    rounds = linked_rounds.Rounds(hunt, openings)
    rounds._relaxed()
    draw = np.random.default_rng(seed)
    prices = linked_form.signed(hunt.job.matrix, hunt.form.ties, draw.normal(0.0, 100.0, hunt.form.ties.size))
    for here in (hunt.best, prices):
        bound = rounds._priced(here)
        assert bound is not None and bound <= best.objective + 1e-5
    rows, low = openings.rows(openings.cuts)
    assert (rows @ openings.start(best.x) >= low - 1e-5).all()
    assert rounds._searches() and hunt.bound <= best.objective + 1e-5
    assert hunt.value == pytest.approx(best.objective, abs=1e-4)


def test_shared_sites_bind_and_the_answer_is_highs() -> None:
    """Two at a site and the cost of opening it both bind: without either, HiGHS is cheaper; ours is as HiGHS."""
    job = job_of("sites", 5, 1.3, (3, 5, 12, 4))
    form = form_of(job.matrix)
    assert form is not None
    best = highs(job)
    most = job.matrix.row_upper == 2.0
    free = np.where(np.isin(np.arange(job.matrix.cols), form.lone), 0.0, job.cost)
    assert most.sum() == 5 and highs(replace(job, matrix=job.matrix.drop_rows(most))).objective < best.objective - 1.0
    assert highs(replace(job, cost=free)).objective < best.objective - 1.0
    mine = ours(job)
    assert mine.objective == pytest.approx(best.objective, abs=1e-5) and mine.bound <= best.objective + 1e-5


def test_a_planted_cut_that_is_too_high_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were levels worth a tenth less in the cuts, the bound would pass the best plan: what is compared has teeth."""
    job = job_of("sites", 5, 1.3, (3, 5, 12, 4))
    best, cut = highs(job), Shares.cut

    def wrong(one: Shares, prices: Floats) -> Cut:
        right = cut(one, prices)
        return Cut(right.constant, 0.9 * right.slope)

    monkeypatch.setattr(Shares, "cut", wrong)
    hunt, openings = openings_of(job)
    bound = linked_rounds.Rounds(hunt, openings)._priced(hunt.best)
    assert bound is None or bound > best.objective + 1.0


@given(st.integers(0, 10**4))
@QUICKLY
def test_tighter_ties_cut_no_plan(seed: int) -> None:
    """At most two where the site is open: kept by the best plans of several costs, and the relaxation is no weaker."""
    job = job_of("sites", seed, 1.3)
    form = form_of(job.matrix)
    assert form is not None
    matrix, wider = joined_ties(job.matrix, form)
    assert matrix.rows == job.matrix.rows + 4 and wider.ties.size == form.ties.size + 4
    for cost in (job.cost, np.random.default_rng(seed).uniform(-50, 100, job.matrix.cols)):
        found = highs(replace(job, cost=cost))
        assert found.x is None or matrix.worst(found.x) <= 1e-6
    relaxed = [highs(replace(job, matrix=one, relax=True)).objective for one in (job.matrix, matrix)]
    assert relaxed[1] >= relaxed[0] - 1e-6


def test_a_tie_over_another_column_is_not_made_tighter() -> None:
    """One level of the tie can be there without the site: the tie of that site stays as it is, the others do not."""
    job = job_of("sites", 3)
    form = form_of(job.matrix)
    assert form is not None
    A = job.matrix.A.tolil()
    two = np.flatnonzero(job.matrix.row_upper == 2.0)
    col = int(job.matrix.A.tocsr()[two[0]].indices[0])
    opening = [row for row in form.ties if A[row, col] and job.matrix.row_upper[row] == 0.0]
    A[opening[0], col] = 0.0
    loose = replace(job.matrix, A=sp.csc_matrix(A))
    assert joined_ties(loose, form)[0].rows == job.matrix.rows + two.size - 1


def test_no_openings_at_all_are_told_without_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may be at any site: rows over openings alone say that there is no plan, as HiGHS says."""
    monkeypatch.setattr(linked, "tightened", lambda job, _: linked_strong.unpriced(job.matrix))
    job = job_of("sites", 4, 1.3)
    high = np.where(job.matrix.row_upper == 2.0, 0.0, job.matrix.row_upper)
    none = replace(job, matrix=job.matrix.with_row_bounds(job.matrix.row_lower, high))
    mine = ours(none)
    assert (mine.status, mine.engine, mine.x) == (Status.INFEASIBLE, "openings", None)
    assert highs(none).status is Status.INFEASIBLE


def test_what_is_missed_becomes_dear_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing costs next to nothing at first: openings that miss something are outbid in the end."""
    monkeypatch.setattr(linked_shares, "DEAR", 1e-4)
    job = job_of("sites", 6)
    best, mine = highs(job), ours(job)
    assert mine.status is best.status
    assert best.x is None or mine.objective == pytest.approx(best.objective, abs=1e-5)


@pytest.mark.parametrize("kind", ["budget", "sites"])
def test_other_rows_are_searched_as_before(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rows of a part are of another kind, prices and parts decide without openings."""
    monkeypatch.setattr(linked, "openings_of", lambda _: None)
    job = job_of(kind, 3, 0.97)
    assert ours(job).objective == pytest.approx(highs(job).objective, abs=1e-5)


def test_kinds_of_rows() -> None:
    """Capacity either way round; no: a share at two hosts, a share that asks for a host, a share without an end."""

    def part(*rows: list[float], low: tuple[float, ...], high: tuple[float, ...], top: float = 1.0) -> Matrix:
        ends = np.zeros(3), np.array([top, 1.0, 1.0])
        none = [""] * len(rows)
        whole = np.array([False, True, True])
        return Matrix(sp.csc_matrix(np.array(rows)), *ends, np.array(low), np.array(high), whole, np.array(none), none)

    assert kind_of(part([2.0, -3.0, 0.0], low=(-INF,), high=(0.0,))) is not None
    assert kind_of(part([-2.0, 3.0, 0.0], low=(0.0,), high=(INF,))) is not None
    assert kind_of(part([2.0, -3.0, 0.0], [1.0, 0.0, -1.0], low=(-INF, -INF), high=(0.0, 0.0))) is None
    assert kind_of(part([2.0, -3.0, 0.0], low=(0.0,), high=(INF,))) is None
    assert kind_of(part([2.0, 3.0, 0.0], low=(-INF,), high=(4.0,))) is None
    assert kind_of(part([2.0, -3.0, 0.0], low=(-INF,), high=(0.0,), top=INF)) is None


def test_the_same_model_gives_the_same_plan() -> None:
    """Twice the same plan and bound, number for number, and the engine is told."""
    job = replace(job_of("sites", 12, 1.0, (3, 6, 25, 5)), limits=Limits(relative_gap=1e-3))
    first, second = ours(job), ours(job)
    assert first.x is not None and second.x is not None
    assert (first.x == second.x).all() and first.bound == second.bound
    assert first.status is Status.OPTIMAL and first.engine in ("openings", "prices")
    assert highs(replace(job, limits=EXACT)).objective >= first.bound - 1e-5
