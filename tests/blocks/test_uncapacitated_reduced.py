"""Covering problems made smaller: the same best plan as all plans tried, and as small as it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.uncapacitated import EXACT, all_plans, found_as_by_trying, model_of

from models import hand_over, single_source, uncapacitated, uncapacitated_form, uncapacitated_reduced
from models.answers import INF, Job, Status
from models.uncapacitated_bounds import Problem
from models.uncapacitated_grain import grain, raised
from models.uncapacitated_programme import Programme
from models.uncapacitated_reduced import Reduced, covers, reduced
from models.uncapacitated_solve import locate

QUICKLY = settings(derandomize=True, deadline=None, max_examples=200)


@st.composite
def coverings(draw: st.DrawFn) -> Problem:
    """Two to seven hosts, one to nine members: prices of members, hosts that cost or pay, who must be covered."""
    hosts, members = draw(st.integers(2, 7)), draw(st.integers(1, 9))
    seed = np.random.default_rng(draw(st.integers(0, 10**6)))
    price = seed.integers(0, 4, members) * draw(st.sampled_from([0.0, 1.0]))
    reach = seed.random((members, hosts)) < draw(st.sampled_from([0.2, 0.5, 0.8]))
    always = np.where(seed.random(members) < draw(st.sampled_from([0.5, 1.0])), seed.integers(1, 9, members), INF)
    fixed = seed.integers(-2, 5, hosts) * draw(st.sampled_from([0.0, 0.0, 1.0]))
    least = draw(st.sampled_from([0, 0, 1, hosts - 1]))
    most = draw(st.sampled_from([hosts, max(1, least), max(2, least)]))
    return Problem(fixed, np.where(reach, price[:, None], INF), always.astype(float), least, most)


@given(coverings())
@QUICKLY
def test_the_best_of_all_plans_is_found(problem: Problem) -> None:
    """Whatever the covering problem, value, bound and number of hosts are those of trying every plan."""
    found_as_by_trying(problem)


@given(coverings())
@QUICKLY
def test_the_smaller_problem_is_worth_as_much(problem: Problem) -> None:
    """Its best plan costs as much, is a plan of the whole, and a plan of the whole in kept hosts is no dearer."""
    small = reduced(problem)
    if small is None:
        return
    plans, fewer = all_plans(problem), all_plans(small.problem)
    assert bool(plans) == bool(fewer)
    for value, opened in fewer[:5]:
        whole = small.opened(opened)
        assert problem.value(whole) == pytest.approx(value) and problem.least <= whole.sum() <= problem.most
    for value, opened in plans[:5]:
        if problem.fixed.any():
            continue
        assert small.problem.value(small.start(opened)) <= value + 1e-9
    if plans:
        assert fewer[0][0] == pytest.approx(plans[0][0])


@given(coverings(), st.sampled_from([1.0, 0.37]))
@QUICKLY
def test_duals_of_the_programme_bound_every_plan(problem: Problem, unit: float) -> None:
    """The relaxation at the programme's duals, raised to the next whole step, is no more than any plan costs."""
    problem = replace(problem, always=unit * problem.always)
    plans = all_plans(problem)
    if not plans:
        return
    programme = Programme(problem, EXACT, None)
    found = programme.solve(programme.free, INF)
    assert found is not None and found.x.size == problem.hosts + programme.asks.size
    assert found.bound <= plans[0][0] + 1e-7
    step = grain(problem)
    assert raised(found.bound, step) <= plans[0][0] + 1e-9
    assert step == 0.0 or all(value == round(value) for value, _ in plans)


def test_values_in_parts_of_a_step_are_not_raised() -> None:
    """Halves are no whole steps; a bound that misses a whole number by rounding is that number, not the next."""
    halves = replace(of("x.", ".x"), always=np.array([1.5, 1.0]))
    assert grain(halves) == 0.0 and raised(0.3, 0.0) == 0.3
    assert grain(of("x.", ".x")) == 1.0
    assert [raised(bound, 1.0) for bound in (0.3, 1.0, 1.0 + 1e-9, -0.5, -INF)] == [1.0, 1.0, 1.0, 0.0, -INF]
    found = locate(halves, EXACT)
    assert found.value == 1.0 and found.bound == pytest.approx(1.0, abs=1e-9)


def of(*reach: str, fixed: tuple[float, ...] | None = None, most: int = 1) -> Problem:
    """Rows of members with x where a host covers, each worth 1."""
    covered = np.array([[letter == "x" for letter in row] for row in reach])
    hosts = covered.shape[1]
    cost = np.zeros(hosts) if fixed is None else np.array(fixed)
    return Problem(cost, np.where(covered, 0.0, INF), np.ones(len(reach)), 0, most)


def test_members_alike_are_one_and_outdone_hosts_go() -> None:
    """Host 1 covers less than host 0; without it the first two members are alike, and worth two."""
    small = reduced(of("xx.", "x..", "..x", ".xx"))
    assert small is None or small.problem.hosts == 3
    small = reduced(of("xx.", "x..", "..x"))
    assert small is not None
    assert small.hosts.tolist() == [0, 2] and small.instead.tolist() == [0, 0, 2]
    assert sorted(small.problem.always) == [1.0, 2.0]


def test_of_equal_hosts_the_cheapest_then_the_first_stays() -> None:
    """Three alike: the cheapest; two as cheap: the first; one that pays is kept whatever the others cover."""
    kept = [reduced(of("xxx", fixed=cost)) for cost in ((3.0, 2.0, 2.0), (2.0, 2.0, 1.0), (-1.0, -2.0, 5.0))]
    assert [None if one is None else one.hosts.tolist() for one in kept] == [[1], [2], [0, 1]]


def test_what_is_dearer_with_a_longer_way_is_left_alone() -> None:
    """Costs that differ by host, a least number of hosts that cost, and limits that cross: no smaller problem."""
    plain = of("xx", "x.")
    assert covers(plain) and reduced(plain) is not None
    longer = Problem(plain.fixed, np.array([[0.0, 1.0], [0.0, INF]]), plain.always, 0, 1)
    assert not covers(longer) and reduced(longer) is None
    assert reduced(Problem(np.ones(2), plain.cost, plain.always, 1, 1)) is None
    assert reduced(Problem(plain.fixed, plain.cost, plain.always, 2, 1)) is None


def test_a_planted_fault_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were hosts left out that cover more than others, trying all plans would tell."""
    right = uncapacitated_reduced._better

    def wrong(reach: np.ndarray, fixed: np.ndarray) -> np.ndarray:
        return right(~reach, fixed)

    monkeypatch.setattr(uncapacitated_reduced, "_better", wrong)
    problem = of("xx.", "x..", "..x")
    small = reduced(problem)
    assert small is not None and all_plans(small.problem)[0][0] > all_plans(problem)[0][0]


def test_rows_of_the_product_come_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of covering rows through the solver's call: the smaller problem is searched, with HiGHS's optimum."""
    monkeypatch.setattr(uncapacitated_form, "FEWEST_ARCS", 0)
    monkeypatch.setattr(single_source, "run", lambda *_: pytest.fail("left to the next engine"))
    seen: list[Reduced | None] = []

    def look(problem: Problem) -> Reduced | None:
        seen.append(reduced(problem))
        return seen[-1]

    monkeypatch.setattr("models.uncapacitated_solve.reduced", look)
    draw = np.random.default_rng(1)
    places = draw.random((60, 2))
    away = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=-1))
    problem = Problem(np.zeros(60), np.where(away < 0.2, 0.0, INF), draw.integers(1, 9, 60).astype(float), 4, 4)
    matrix, cost = model_of(problem)
    ours = uncapacitated.run(Job(matrix, cost, limits=EXACT), None, lambda _: None)
    highs = hand_over.run(Job(matrix, cost, limits=EXACT), None, lambda _: None)
    assert ours.status is highs.status is Status.OPTIMAL and ours.objective == pytest.approx(highs.objective)
    assert ours.x is not None and matrix.worst(ours.x) <= 1e-9
    assert len(seen) == 1 and seen[0] is not None and seen[0].problem.hosts < 60
