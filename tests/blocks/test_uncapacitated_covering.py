"""Coverings by half cuts and branching, against trying every plan and against HiGHS on all rows."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.uncapacitated import EXACT, all_plans, found_as_by_trying, model_of

from models import hand_over, uncapacitated, uncapacitated_branch
from models.answers import INF, Job, Limits
from models.matrix import Bools, Floats
from models.uncapacitated_bounds import Problem
from models.uncapacitated_cuts import half_cuts
from models.uncapacitated_programme import Ends, Programme, Unsolved
from models.uncapacitated_solve import locate

THOROUGHLY = settings(derandomize=True, deadline=None, max_examples=300)


@st.composite
def coverings(draw: st.DrawFn) -> Problem:
    """Three to nine hosts, three to sixteen members: prices whole or not, hosts that cost, who must be covered."""
    hosts, members = draw(st.integers(3, 9)), draw(st.integers(3, 16))
    seed = np.random.default_rng(draw(st.integers(0, 10**6)))
    reach = seed.random((members, hosts)) < draw(st.sampled_from([0.2, 0.35, 0.5]))
    unit = draw(st.sampled_from([1.0, 1.0, 0.37]))
    price = unit * seed.integers(0, 3, members) * draw(st.sampled_from([0, 1]))
    fixed = unit * seed.integers(-2, 9, hosts) * draw(st.sampled_from([0, 0, 1]))
    must = seed.random(members) < draw(st.sampled_from([0.0, 0.0, 0.3, 1.0]))
    always = np.where(must, INF, price + unit * seed.integers(-1, 20, members))
    least = draw(st.sampled_from([0, 0, 1, 2]))
    most = draw(st.sampled_from([hosts, max(1, least), max(2, least), 3]))
    return Problem(fixed.astype(float), np.where(reach, price[:, None], INF), always, least, most)


def scattered(seed: int, hosts: int = 40, members: int = 90) -> Problem:
    """A covering whose programme is far from whole: hosts that cover members at random."""
    draw = np.random.default_rng(seed)
    reach = draw.random((members, hosts)) < 0.09
    return Problem(np.zeros(hosts), np.where(reach, 0.0, INF), draw.integers(1, 30, members).astype(float), 0, 10)


def columns(programme: Programme, opened: Bools) -> Floats:
    """A plan as the programme's columns."""
    served = np.isfinite(programme.problem.cost[programme.asks][:, opened]).any(axis=1)
    return np.concatenate([opened, ~served]).astype(float)


@pytest.mark.parametrize("cutting", [True, False])
@given(coverings())
@THOROUGHLY
def test_coverings_are_solved_as_by_trying(cutting: bool, problem: Problem) -> None:
    """Whatever is covered, with cuts or by branching alone: value and bound are the least of all plans."""
    kept = uncapacitated_branch.ROOT_ROUNDS, uncapacitated_branch.NODE_ROUNDS
    uncapacitated_branch.ROOT_ROUNDS, uncapacitated_branch.NODE_ROUNDS = kept if cutting else (0, 0)
    try:
        found_as_by_trying(problem)
    finally:
        uncapacitated_branch.ROOT_ROUNDS, uncapacitated_branch.NODE_ROUNDS = kept


@given(coverings())
@THOROUGHLY
def test_cuts_are_broken_by_the_programme_and_kept_by_every_plan(problem: Problem) -> None:
    """Three rounds of cuts, each from the rows of the last: no plan breaks one, the programme's point breaks each."""
    if not np.isfinite(np.minimum(problem.always, problem.cost.min(axis=1))).all():
        return
    programme = Programme(problem, EXACT, None)
    plans = [columns(programme, opened) for _, opened in all_plans(problem)]
    for _ in range(3):
        point = programme.solve(programme.free, INF)
        cuts = None if point is None else half_cuts(programme.rows, point.x)
        if point is None or cuts is None:
            return
        assert (cuts.A @ point.x < cuts.side - 1e-6).all()
        assert all((cuts.A @ plan >= cuts.side - 1e-9).all() for plan in plans)
        programme.add(cuts)


@given(coverings(), st.integers(0, 10**6))
@THOROUGHLY
def test_any_duals_bound_a_node_and_settle_only_what_is_settled(problem: Problem, seed: int) -> None:
    """With cuts, decided hosts and duals at random, no plan is below the bound or against what is settled."""
    if not np.isfinite(np.minimum(problem.always, problem.cost.min(axis=1))).all():
        return
    draw, programme = np.random.default_rng(seed), Programme(problem, EXACT, None)
    root = programme.solve(programme.free, INF)
    cuts = None if root is None else half_cuts(programme.rows, root.x)
    if cuts is not None:
        programme.add(cuts)
    decided = draw.random(problem.hosts)
    ends = Ends(decided < 0.1, decided > 0.85)
    plans = [(v, o) for v, o in all_plans(problem) if o[ends.must].all() and not o[ends.never].any()]
    below = plans[int(draw.integers(len(plans)))][0] + float(draw.choice([0.0, 0.5, 3.0])) if plans else 10.0
    points = [programme._point(root.x, draw.uniform(-2, 12, len(programme.rows.side)), ends, below)] if root else []
    solved = programme.solve(ends, below)
    assert solved is not None or not plans
    for point in [*points, *([solved] if solved else [])]:
        for value, opened in plans:
            assert value >= point.bound - 1e-9
            if value < below - 1e-9:
                assert opened[point.ends.must].all() and not opened[point.ends.never].any()


def test_three_pairs_of_three_hosts_are_cut_to_the_proof() -> None:
    """Three members, each covered by two of three hosts: the programme opens half of each, one cut two of them."""
    reach = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=bool)
    problem = Problem(np.full(3, 2.0), np.where(reach, 0.0, INF), np.full(3, INF), 0, 3)
    programme = Programme(problem, EXACT, None)
    loose = programme.solve(programme.free, INF)
    assert loose is not None and loose.bound == pytest.approx(3.0)
    cuts = half_cuts(programme.rows, loose.x)
    assert cuts is not None
    programme.add(cuts)
    tight = programme.solve(programme.free, INF)
    assert tight is not None and tight.bound == pytest.approx(4.0)


@pytest.mark.parametrize("seed", range(6))
def test_scattered_coverings_have_the_value_that_highs_proves(seed: int) -> None:
    """Forty hosts, ninety members, a programme far from whole: the same optimum as HiGHS on all rows, to the proof."""
    problem = scattered(seed)
    matrix, cost = model_of(problem)
    highs = hand_over.run(Job(matrix, cost, limits=EXACT), None, lambda _: None)
    found = locate(problem, EXACT)
    assert found.proof and found.opened is not None
    assert found.value == pytest.approx(highs.objective) == problem.value(found.opened)
    assert found.bound == pytest.approx(found.value)


def test_branching_is_needed_and_deterministic() -> None:
    """Some of these coverings take nodes beyond the cuts, and twice the same ones."""
    nodes = [locate(scattered(seed), EXACT).nodes for seed in range(6)]
    assert max(nodes) > 0
    assert nodes == [locate(scattered(seed), EXACT).nodes for seed in range(6)]


def test_a_search_that_is_cut_short_claims_no_more_than_it_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped by the user at any piece of news, or by the clock: a plan, and a bound that the optimum keeps."""
    problem = scattered(3, 60, 140)
    best, told = locate(problem, EXACT), []
    monkeypatch.setattr(hand_over, "NEWS", 0.0)
    locate(problem, EXACT, hear=lambda value, bound, _: told.append((value, bound)) is not None)
    assert all(bound <= best.value + 1e-6 <= value + 2e-6 for value, bound in told)
    assert all(one[1] <= next_one[1] + 1e-9 for one, next_one in pairwise(told))
    for stop in range(1, len(told), 2):
        heard: list[float] = []

        def hear(
            value: float, bound: float, opened: Bools | None, stop: int = stop, heard: list[float] = heard
        ) -> bool:
            heard.append(value)
            return len(heard) >= stop

        found = locate(problem, EXACT, hear=hear)
        assert found.opened is not None and found.value == problem.value(found.opened)
        assert found.bound <= best.value + 1e-6
        assert found.stopped_by == "user"
    late = locate(problem, Limits(), deadline=time.time() + 0.02)
    assert late.bound <= best.value + 1e-6 and (late.opened is None or late.value >= best.value - 1e-6)


def test_a_start_is_a_plan_to_begin_with() -> None:
    """Begun from the best plan the search proves it and never ends with a worse one."""
    problem = scattered(1)
    best = locate(problem, EXACT)
    told: list[float] = []
    again = locate(problem, EXACT, hear=lambda value, *_: told.append(value) is not None, start=best.opened)
    assert again.value == pytest.approx(best.value) == max(told) and again.proof
    late = locate(problem, EXACT, deadline=0.0, start=best.opened)
    assert late.value == pytest.approx(best.value) and late.bound <= best.value + 1e-9


def test_where_the_programme_does_not_end_the_bound_still_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that fails at a node leaves that node open; one that fails at the root is left to prices and HiGHS."""
    problem = scattered(3, 60, 140)
    best, solve = locate(problem, EXACT), Programme.solve
    assert best.nodes > 0
    for fails in (1, 8, 25):
        calls: list[int] = []

        def failing(self: Programme, ends: Ends, below: float, fails: int = fails, calls: list[int] = calls) -> object:
            calls.append(1)
            if len(calls) == fails:
                raise Unsolved("told")
            return solve(self, ends, below)

        monkeypatch.setattr(Programme, "solve", failing)
        found = locate(problem, EXACT)
        assert found.bound <= best.value + 1e-6 <= found.value + 2e-6


def _stretched(seed: int) -> Problem:
    """Prices and costs of hosts between a thousandth and ten million, some members that must be covered."""
    draw = np.random.default_rng(seed)
    hosts, members = int(draw.integers(12, 40)), int(draw.integers(20, 90))
    reach = draw.random((members, hosts)) < draw.choice([0.07, 0.12, 0.2])
    must = (draw.random(members) < draw.choice([0.0, 0.3])) & reach.any(axis=1)
    fixed = (np.zeros(hosts), 10.0 ** draw.uniform(-3, 6, hosts))[seed % 2]
    always = np.where(must, INF, 10.0 ** draw.uniform(-3, 7, members))
    return Problem(fixed, np.where(reach, 0.0, INF), always, 0, int(draw.choice([5, 10, hosts])))


def test_what_rounding_leaves_open_is_closed_on_the_core() -> None:
    """Coverings of very different prices are proved without any gap, as HiGHS has them on all rows."""
    for seed in range(60):
        problem = _stretched(seed)
        matrix, cost = model_of(problem)
        whole = hand_over.run(Job(matrix, cost, limits=EXACT), None, lambda _: None)
        found = locate(problem, Limits(absolute_gap=1e-9, relative_gap=0.0))
        assert (found.opened is None) == (whole.x is None), seed
        if whole.x is not None:
            assert found.proof and found.stopped_by == "gap", seed
            assert abs(found.value - whole.objective) <= 2e-6 * max(1.0, abs(whole.objective)), seed


def test_more_hosts_asked_for_than_permitted_is_no_plan() -> None:
    """At least three hosts and at most two: infeasible, proved."""
    found = locate(Problem(np.zeros(4), np.zeros((3, 4)), np.full(3, 5.0), 3, 2), EXACT)
    assert found.opened is None and found.proof


@pytest.mark.parametrize("constant", [0.0, 5000.0, -5000.0])
def test_enough_is_of_the_whole_value(constant: float) -> None:
    """A value that is enough ends the search at a plan as good as that, whatever constants engines split off."""
    matrix, cost = model_of(scattered(3))
    best = uncapacitated.run(Job(matrix, cost, constant, EXACT), None, lambda _: None)
    enough = best.objective + 10.0
    limits = Limits(absolute_gap=1e-6, relative_gap=0.0, enough=enough)
    found = uncapacitated.run(Job(matrix, cost, constant, limits), None, lambda _: None)
    assert best.objective <= found.objective <= enough and found.bound <= best.objective + 1e-6
