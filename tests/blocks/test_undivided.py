"""Members wholly at one host each by prices, walks, fixing and windows: against HiGHS on all rows, and all plans."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.capacitated import model_of, problems, towns

from models import (
    capacitated,
    capacitated_form,
    hand_over,
    uncapacitated,
    undivided,
    undivided_bounds,
    undivided_knapsacks,
)
from models.answers import INF, Job, Limits, Solution, Status
from models.capacitated_problem import Problem
from models.undivided_plans import Maker

EXACT = Limits(absolute_gap=1e-7, relative_gap=0.0)


def job_of(problem: Problem, limits: Limits = EXACT) -> Job:
    """The model with whole members."""
    matrix, cost, constant = model_of(problem)
    return Job(replace(matrix, integer=np.ones(matrix.cols, dtype=bool)), cost, constant, limits)


def solved(job: Job, deadline: float | None = None, report: Callable[..., bool | None] = lambda _: None) -> Solution:
    """By this engine, small as the model is; fails where another one takes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capacitated_form, "FEWEST_WHOLE", 0)
        patch.setattr(undivided, "TRIALS", 6)
        patch.setattr(capacitated, "assigned", lambda *_: pytest.fail("handed on"))
        return uncapacitated.run(job, deadline, report)


def taken(problem: Problem) -> bool:
    """Whether the engine knows the model of this problem: single links and closed hosts may make another of it."""
    job = job_of(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capacitated_form, "FEWEST_WHOLE", 0)
        form = capacitated_form.form_of(job.matrix, job.cost)
    return form is not None and undivided.takes(form) and bool(np.any(job.cost))


@st.composite
def medians(draw: st.DrawFn) -> Problem:
    """Everybody is a host, a number of them open, or at most that many; some members are too heavy for some hosts."""
    count = draw(st.integers(4, 9))
    seed = np.random.default_rng(draw(st.integers(0, 10**6)))
    points = seed.integers(0, 12, (count, 2)).astype(float)
    points[-1] = points[0]  # two members that differ in nothing
    demand = seed.integers(1, 9, count).astype(float)
    demand[-1] = demand[0]
    open_ = draw(st.integers(1, 3))
    tight = draw(st.sampled_from([1.0, 1.15, 2.0]))
    away = np.floor(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) * draw(st.sampled_from([1, 7.3])))
    none = np.zeros(count, dtype=bool)
    return Problem(
        demand,
        np.ceil(tight * demand.sum() / open_ * seed.uniform(0.7, 1.2, count)),
        np.zeros(count),
        np.arange(0, count * count + 1, count),
        np.tile(np.arange(count), count),
        away.ravel(),
        np.full(count, INF),
        none,
        ~none,
        draw(st.sampled_from([0, open_])),
        open_,
    )


def plans_of(problem: Problem) -> Iterator[tuple[float, np.ndarray, np.ndarray]]:
    """Value, hosts of the members and open hosts of every plan of a small problem."""
    cost = np.full((problem.hosts, problem.members), INF)
    cost[problem.host, problem.member] = problem.cost
    everyone = np.arange(problem.members)
    for bits in itertools.product([False, True], repeat=problem.hosts):
        opened = np.array(bits)
        if (opened < problem.must).any() or not problem.least <= opened.sum() <= problem.most:
            continue
        for chosen in itertools.product(np.flatnonzero(opened).tolist(), repeat=problem.members):
            at = np.array(chosen, dtype=np.int64)
            paid = cost[at, everyone].sum()
            if np.isfinite(paid) and (np.bincount(at, problem.demand, problem.hosts) <= problem.capacity).all():
                yield float(paid + problem.fixed[opened].sum()), at, opened


def same_as_highs(job: Job) -> None:
    """The status and value of HiGHS on everything, a plan that keeps every row, a bound that holds."""
    found, highs = solved(job), hand_over.run(job, None, lambda _: None)
    assert found.status is highs.status
    if highs.x is not None:
        assert found.x is not None and job.matrix.worst(found.x) <= 1e-6
        assert found.objective == pytest.approx(highs.objective, abs=1e-5)
        assert found.bound <= highs.objective + 1e-5


@given(problems())
@settings(derandomize=True, deadline=None, max_examples=110)
def test_location_has_the_value_that_highs_proves(problem: Problem) -> None:
    """Missing links, hosts that must open or pay, members without weight, numbers of hosts, no plan at all."""
    problem = replace(problem, always=np.full(problem.members, INF))
    assume(taken(problem))
    same_as_highs(job_of(problem))


@given(medians())
@settings(derandomize=True, deadline=None, max_examples=110)
def test_medians_have_the_value_that_highs_proves(problem: Problem) -> None:
    """A number of hosts exactly, or at most; equal members; capacities that leave no plan."""
    assume(taken(problem))
    same_as_highs(job_of(problem))


@given(medians())
@settings(derandomize=True, deadline=None, max_examples=40)
def test_windows_keep_the_hosts_that_only_count(problem: Problem) -> None:
    """Windows far too narrow, with a number of hosts that some plans reach by hosts whom nobody uses."""
    assume(taken(problem))
    job = job_of(replace(problem, cost=problem.cost + 40.0 * (problem.member != problem.member[0])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(undivided, "WINDOW", 3)
        patch.setattr(undivided, "MANY", 0.1)
        found, highs = solved(job, time.time() + 30.0), hand_over.run(job, None, lambda _: None)
    assert found.status is highs.status and found.bound <= highs.objective + 1e-5
    assert found.objective == pytest.approx(highs.objective, abs=1e-5)


def check_fixing(problem: Problem, seed: int) -> None:
    """No plan below a value has a link that fixing below it left out, and no bound passes the best plan."""
    draw, plans = np.random.default_rng(seed), list(plans_of(problem))
    wide = draw.choice([0.0, 2.0, 30.0])
    u = undivided_bounds.priced(problem, INF, lambda: False).u + draw.uniform(-wide, wide, problem.members)
    known = undivided_bounds.left(problem, u)
    for value, at, opened in plans:
        assert known.bound <= value + 1e-6
        cut = value + 1e-9
        found = undivided_bounds.narrowed(problem, known, cut)
        assert found is not None
        smaller, arcs = found
        kept = np.zeros(problem.cost.size, dtype=bool)
        kept[arcs] = True
        assert kept[problem.host == at[problem.member]].all()
        assert (smaller.must <= opened).all() and (opened <= smaller.may).all()


def few(problem: Problem) -> bool:
    """Whether all plans can be tried."""
    return problem.hosts**problem.members <= 3_000


@given(problems(), st.integers(0, 99))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_fixing_at_any_prices_keeps_every_plan_below_the_value(problem: Problem, seed: int) -> None:
    """Whatever the prices: all plans of small problems are tried."""
    problem = replace(problem, always=np.full(problem.members, INF))
    assume(few(problem))
    check_fixing(problem, seed)


def kept_hosts_suffice(problem: Problem) -> bool:
    """Whether the hosts that are kept for the links of a cheapest plan hold a plan as cheap."""
    plans = list(plans_of(problem))
    best, at, _ = min(plans, key=lambda plan: plan[0])
    kept = undivided_bounds.useful(problem, np.unique(at))
    return any(value <= best + 1e-9 and (opened <= kept).all() for value, _, opened in plans)


def test_hosts_that_nobody_uses_are_kept_where_they_count_or_pay() -> None:
    """Two members at one host, three hosts open: the two others are kept; so is a host that pays for being open."""
    none = np.zeros(4, dtype=bool)
    ends = np.arange(0, 9, 2), np.tile(np.arange(2), 4), np.array([0.0, 0, 9, 9, 9, 9, 9, 9]), np.full(2, INF)
    number = Problem(np.ones(2), np.full(4, 2.0), np.array([0.0, 3, 1, 2]), *ends, none, ~none, 3, 3)
    pays = replace(number, fixed=np.array([0.0, 3, 1, -2]), least=0, most=4)
    assert kept_hosts_suffice(number) and kept_hosts_suffice(pays)
    assert not undivided_bounds.useful(replace(number, least=0, most=4), np.array([0, 0]))[1:].any()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(undivided_bounds, "useful", lambda own, hosts: np.bincount(hosts, minlength=own.hosts) > 0)
        assert not kept_hosts_suffice(number) and not kept_hosts_suffice(pays)


def test_a_link_that_is_fixed_too_soon_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: costs of links that are a little too high break the check above on some problem."""
    right = undivided_bounds.left

    def wrong(problem: Problem, u: np.ndarray, *rest: object) -> undivided_bounds.Left:
        found = right(problem, u)
        return replace(found, costs=found.costs + 4.0)

    monkeypatch.setattr(undivided_bounds, "left", wrong)
    none = np.zeros(3, dtype=bool)
    ends = np.arange(0, 13, 4), np.tile(np.arange(4), 3), np.arange(12.0) * 5 % 11, np.full(4, INF)
    problem = Problem(np.ones(4), np.full(3, 2.0), np.ones(3), *ends, none, ~none, 0, 3)

    def seen(seed: int) -> bool:
        try:
            check_fixing(problem, seed)
        except AssertionError:
            return True
        return False

    assert any(seen(seed) for seed in range(30))
    monkeypatch.setattr(undivided_bounds, "left", right)
    assert not any(seen(seed) for seed in range(30))


def test_a_plan_that_breaks_a_row_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a maker that knows no capacities; the answer is that of HiGHS all the same."""
    init = Maker.__init__

    def roomy(self: Maker, problem: Problem, late: Callable[[], bool]) -> None:
        init(self, problem, late)
        self.capacity = np.full(problem.hosts, problem.demand.sum())

    monkeypatch.setattr(Maker, "__init__", roomy)
    same_as_highs(job_of(towns(6, 24, 1, 6)))


def test_two_dozen_hosts_are_solved_to_the_proof() -> None:
    """A size at which hosts and links are fixed, windows looked at, and the rest searched."""
    job = job_of(towns(24, 90, 4, 8), Limits(relative_gap=1e-4))
    highs = hand_over.run(job, None, lambda _: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(undivided, "WINDOW", 150)
        patch.setattr(undivided, "MANY", 1.0)
        found = solved(job, time.time() + 60.0)
    assert found.status is Status.OPTIMAL and found.x is not None and job.matrix.worst(found.x) <= 1e-6
    assert found.objective <= highs.objective * (1 + 2e-4) and found.bound <= highs.objective + 1e-6


def test_a_window_proves_no_more_than_what_its_links_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows far too narrow, at every problem: the bound never passes the best plan."""
    monkeypatch.setattr(undivided, "WINDOW", 8)
    monkeypatch.setattr(undivided, "MANY", 0.5)
    for seed in range(12):
        job = job_of(towns(7, 20, seed, 5))
        found, highs = solved(job, time.time() + 30.0), hand_over.run(job, None, lambda _: None)
        assert found.status is highs.status and found.bound <= highs.objective + 1e-5
        assert found.objective == pytest.approx(highs.objective, abs=1e-5)


def test_a_start_is_kept_and_the_clock_and_the_user_are_heard() -> None:
    """Without time the start is the answer; a user who stops has the best plan so far, and both have a bound."""
    job = job_of(towns(10, 60, 2, 8), Limits(relative_gap=1e-9))
    best = hand_over.run(replace(job, limits=Limits(seconds=5.0)), time.time() + 5.0, lambda _: None)
    began = replace(job, start=best.x)
    late = solved(began, time.time() - 1.0)
    assert late.x is not None and late.objective <= best.objective + 1e-9 and late.bound <= best.objective + 1e-6
    stopped = solved(began, None, lambda _: True)
    assert stopped.stopped_by == "user" and stopped.objective <= best.objective + 1e-9


def test_weights_of_another_kind_are_refused() -> None:
    """A negative weight is no capacity: the model is handed on, and HiGHS's value stands."""
    job = job_of(towns(4, 10, 1, 4))
    A = job.matrix.A.tolil()
    row = int(np.flatnonzero(np.diff(job.matrix.A.tocsr().indptr) > 3)[-1])
    column = int(job.matrix.A.tocsr()[row].indices[0])
    A[row, column] = -abs(A[row, column])
    odd = replace(job, matrix=replace(job.matrix, A=A.tocsc()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capacitated_form, "FEWEST_WHOLE", 0)
        patch.setattr(capacitated.undivided, "run", lambda *_: pytest.fail("taken"))
        found = uncapacitated.run(odd, None, lambda _: None)
    assert found.objective == pytest.approx(hand_over.run(odd, None, lambda _: None).objective, abs=1e-6)


def tight(seed: int) -> Problem:
    """Eight hosts with a few members each, whose room is hardly more than what all weigh."""
    draw = np.random.default_rng(seed)
    demand = draw.integers(3, 12, 22).astype(float)
    part = draw.dirichlet(np.full(8, 4.0)) * 1.5 * demand.sum()
    none = np.zeros(8, dtype=bool)
    ends = np.arange(0, 177, 22), np.tile(np.arange(22), 8), draw.integers(1, 60, 176).astype(float)
    fixed = draw.integers(10, 90, 8).astype(float)
    return Problem(demand, np.ceil(part) + 12.0, fixed, *ends, np.full(22, INF), none, ~none, 0, 8)


def test_knapsacks_search_what_prices_leave_of_tight_capacities() -> None:
    """With a deadline knapsacks of whole members come first; they prove the value that HiGHS proves, by that name."""
    proved = set()
    for seed in range(6):
        job = job_of(tight(seed))
        found, highs = solved(job, time.time() + 60.0), hand_over.run(job, None, lambda _: None)
        assert found.status is highs.status is Status.OPTIMAL
        assert found.objective == pytest.approx(highs.objective, abs=1e-5) and found.bound <= highs.objective + 1e-5
        proved.add((found.engine, found.proof))
    assert {engine for engine, _ in proved} >= {"knapsacks"}


def test_a_number_of_hosts_is_nothing_for_knapsacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Knapsacks know no row on the number of hosts: they are not asked where there is one."""
    job = job_of(replace(tight(1), least=7, most=7))
    monkeypatch.setattr(undivided_knapsacks.single_source, "Hunt", lambda *_: pytest.fail("asked"))
    found, highs = solved(job, time.time() + 60.0), hand_over.run(job, None, lambda _: None)
    assert found.status is highs.status and found.objective == pytest.approx(highs.objective, abs=1e-5)


def test_knapsacks_go_on_where_little_is_left_and_end_where_much_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without time of their own they end at once; with a gap that counts as all but closed they go on to the proof."""
    job = job_of(tight(2))
    monkeypatch.setattr(undivided, "KNAPSACKS", -1.0)
    monkeypatch.setattr(undivided_knapsacks, "CLOSE", INF)
    assert solved(job, time.time() + 60.0).engine == "knapsacks"
    monkeypatch.setattr(undivided_knapsacks, "CLOSE", -1.0)
    found = solved(job, time.time() + 60.0)
    assert found.status is Status.OPTIMAL and found.engine in ("core", "highs")
