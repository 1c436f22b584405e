"""Location without capacities by prices, search and radii, against trying every plan and against HiGHS."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from support.uncapacitated import EXACT, all_plans, clustered, found_as_by_trying, model_of, problems

from models import hand_over, single_source, uncapacitated, uncapacitated_form
from models.answers import Job, Limits, Status
from models.uncapacitated_bounds import INF, Problem, ascend, first_prices, relaxed, settled
from models.uncapacitated_core import core_of
from models.uncapacitated_form import form_of
from models.uncapacitated_search import Descent
from models.uncapacitated_solve import locate

QUICKLY = settings(derandomize=True, deadline=None, max_examples=150)


@given(problems())
@QUICKLY
def test_it_finds_and_proves_the_best_of_all_plans(problem: Problem) -> None:
    """Whatever the problem, value and bound are the least cost of any choice of hosts; without one it says so."""
    found_as_by_trying(problem)


@given(problems(), st.integers(0, 10**6))
@QUICKLY
def test_any_prices_bound_and_what_they_settle_is_settled(problem: Problem, seed: int) -> None:
    """L(u) is below every plan, and plans cheaper than a value have the hosts that are settled below it."""
    plans = all_plans(problem)
    if not plans:
        return
    draw = np.random.default_rng(seed)
    finite = np.where(np.isfinite(problem.cost), problem.cost, 20.0)
    for u in (finite.max(axis=1), draw.uniform(-5, 20, problem.members)):
        prices = ascend(problem, plans[0][0], u, int(draw.integers(0, 40)))
        assert prices.bound <= plans[0][0] + 1e-9
        for upper, _ in plans[:4]:
            must, never = settled(problem, prices, upper)
            for value, opened in plans:
                if value < upper - 1e-9:
                    assert not (must & ~opened).any() and not (never & opened).any()


@given(problems(), st.integers(0, 10**6))
@QUICKLY
def test_the_core_holds_every_plan_that_is_cheaper(problem: Problem, seed: int) -> None:
    """HiGHS on the core finds the best plan below a value, and there is no core where no plan is below it."""
    plans = all_plans(problem)
    if not plans:
        return
    draw = np.random.default_rng(seed)
    upper = plans[int(draw.integers(len(plans)))][0] + float(draw.choice([0.0, 0.5, 3.0]))
    start = np.minimum(first_prices(problem), problem.always)
    prices = ascend(problem, upper, np.where(np.isfinite(start), start, 0.0), int(draw.integers(0, 60)))
    core = core_of(problem, prices, upper)
    if core is None:
        assert plans[0][0] >= upper - 1e-7
        return
    answer = hand_over.run(Job(core.matrix, core.cost, core.constant, EXACT), None, lambda _: None)
    if plans[0][0] < upper - 1e-7:
        assert answer.x is not None and answer.objective == pytest.approx(plans[0][0], abs=1e-6)
        assert problem.value(core.opened(answer.x, problem.hosts)) == pytest.approx(plans[0][0], abs=1e-6)
    else:
        assert answer.x is None or answer.objective >= upper - 1e-6


@given(problems())
@QUICKLY
def test_a_descent_ends_where_no_single_move_helps(problem: Problem) -> None:
    """From any start, after the descent no opening, closing or exchange of one host is cheaper."""
    opened = np.zeros(problem.hosts, dtype=bool)
    opened[: max(1, problem.least)] = True
    descent = Descent(problem, opened)
    descent.run(lambda: False)
    if not np.isfinite(problem.value(descent.opened)):
        return
    assert descent.value == pytest.approx(problem.value(descent.opened))
    for value, other in all_plans(problem):
        changed = other ^ descent.opened
        one = changed.sum() == 1 or (changed.sum() == 2 and (changed & other).sum() == 1)
        assert not one or value >= descent.value - 1e-9


@given(problems())
@QUICKLY
def test_rows_are_recognised_and_answered_as_by_highs(problem: Problem) -> None:
    """A model of such rows is read as the problem it was written from, and both answers are the same."""
    matrix, cost = model_of(problem)
    small = uncapacitated_form.FEWEST_ARCS
    uncapacitated_form.FEWEST_ARCS = 0
    try:
        ours = uncapacitated.run(Job(matrix, cost, 2.5, EXACT), None, lambda _: None)
        form = form_of(matrix, cost)
    finally:
        uncapacitated_form.FEWEST_ARCS = small
    highs = hand_over.run(Job(matrix, cost, 2.5, EXACT), None, lambda _: None)
    assert ours.status is highs.status
    if ours.x is not None:
        assert ours.objective == pytest.approx(highs.objective) and matrix.worst(ours.x) <= 1e-9
        assert ours.bound == pytest.approx(ours.objective)
    if form is not None and all_plans(problem):
        assert form.constant + all_plans(form.problem)[0][0] == pytest.approx(all_plans(problem)[0][0])


@pytest.mark.parametrize("most", [3, 12])
def test_two_hundred_places_have_the_value_that_highs_proves(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 members that are hosts too: the same optimum as HiGHS on all rows, and the engine did it."""
    problem = clustered(200, most, seed=most)
    matrix, cost = model_of(problem)
    highs = hand_over.run(Job(matrix, cost, limits=Limits(seconds=60.0)), None, lambda _: None)
    monkeypatch.setattr(single_source, "run", lambda *_: pytest.fail("left to the next engine"))
    ours = uncapacitated.run(Job(matrix, cost, limits=EXACT), None, lambda _: None)
    assert highs.status is Status.OPTIMAL and ours.status is Status.OPTIMAL
    assert ours.objective <= highs.objective + 1e-6 and ours.objective >= highs.bound - 1e-6
    assert ours.bound == pytest.approx(ours.objective, rel=1e-6)


def test_the_same_problem_gives_the_same_plan() -> None:
    """Twice the same answer, host by host, and another seed the same value."""
    problem = clustered(150, 8, seed=4)
    first, second, other = (locate(problem, replace(EXACT, seed=seed)) for seed in (0, 0, 7))
    assert first.opened is not None and second.opened is not None
    assert (first.opened == second.opened).all() and first.bound == second.bound
    assert other.value == pytest.approx(first.value)


def test_a_start_is_never_made_worse() -> None:
    """With no time left the plan that was given comes back, with a bound that holds."""
    problem = clustered(120, 6, seed=1)
    best = locate(problem, EXACT)
    late = locate(problem, EXACT, deadline=0.0, start=best.opened)
    assert late.value == pytest.approx(best.value) and late.bound <= best.value + 1e-9
    assert late.stopped_by in ("clock", "gap")


def test_other_rows_are_left_to_the_next_engine() -> None:
    """A capacity row, a second row on the hosts, a whole member on two rows: not of this kind."""
    problem = clustered(30, 4, seed=2)
    matrix, cost = model_of(problem)
    assert form_of(matrix, cost) is not None
    arcs = np.flatnonzero(~matrix.integer)
    for cols, high in ((arcs[:5], 2.0), (np.arange(4), 1.0), (arcs[:2], 1.0)):
        row = sp.csr_matrix((np.ones(len(cols)), ([0] * len(cols), cols)), shape=(1, matrix.cols))
        assert form_of(matrix.with_rows(row, [-INF], [high], ["more"], ["row"]), cost) is None


def test_prices_that_end_near_the_value_prove_it() -> None:
    """Where the price loop closes the gap, no model is handed over at all."""
    problem = clustered(80, 20, seed=3)
    found = locate(problem, Limits(relative_gap=1e-3))
    assert found.proof == "prices" and found.nodes == 0
    assert found.value - found.bound <= 1e-3 * found.value
    assert relaxed(problem, first_prices(problem)).bound <= found.bound


def test_where_nothing_costs_any_plan_is_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """An aim without a cost needs a plan that keeps the rows: the engine has one at once."""
    matrix, cost = model_of(clustered(60, 5, seed=6))
    monkeypatch.setattr(single_source, "run", lambda *_: pytest.fail("left to the next engine"))
    found = uncapacitated.run(Job(matrix, 0.0 * cost), None, lambda _: None)
    assert found.status is Status.OPTIMAL and found.x is not None and found.objective == 0.0
    assert matrix.worst(found.x) <= 1e-9


def awkward(seed: int) -> Problem:
    """Equal prices, arcs that lack, hosts that cost nothing, and members some of whom pay the same in any case."""
    draw = np.random.default_rng(seed)
    hosts, members = int(draw.integers(4, 13)), int(draw.integers(3, 25))
    price = draw.choice([0, 0, 1, 0.3, -1], members)[:, None] + np.zeros((members, hosts))
    reach = draw.random((members, hosts)) < draw.choice([0.3, 0.5, 0.8, 1])
    always = np.where(
        draw.random(members) < draw.choice([0, 0.3, 0.5, 0.8]), draw.choice([0, 1, 2, 7, 0.1], members), INF
    )
    most = int(draw.integers(1, 4))
    return Problem(np.zeros(hosts), np.where(reach, price, INF), always, 0, most)


def test_steps_that_go_too_far_do_not_run_away() -> None:
    """Members who need not pay in any case have no ceiling on their price: an ascent still bounds every plan."""
    tried = 0
    for seed in range(400):
        problem = awkward(seed)
        plans = all_plans(problem)
        if not plans:
            continue
        tried += 1
        for beyond in (0.1, 10.0):
            prices = ascend(problem, plans[0][0] + beyond, first_prices(problem), 100)
            assert prices.bound <= plans[0][0] + 1e-9, seed
            assert np.abs(prices.u).max() < 1e9, seed
    assert tried > 100
