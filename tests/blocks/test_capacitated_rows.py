"""Location with capacities from rows to an answer: recognised, solved as by HiGHS, handed on where it is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from support.capacitated import all_plans, model_of, problems, towns

from models import capacitated, capacitated_form, capacitated_solve, hand_over, single_source, uncapacitated
from models.answers import INF, Job, Limits, Status
from models.capacitated_bounds import Problem
from models.capacitated_form import form_of
from models.capacitated_solve import decide

EXACT = Limits(absolute_gap=1e-7, relative_gap=0.0)
QUICKLY = settings(derandomize=True, deadline=None, max_examples=60)


@given(problems())
@QUICKLY
def test_rows_are_recognised_and_answered_as_by_highs(problem: Problem) -> None:
    """A model of such rows is read as a problem of the same best value, and both answers are the same."""
    matrix, cost, constant = model_of(problem)
    small = capacitated_form.FEWEST_COLUMNS
    capacitated_form.FEWEST_COLUMNS = 0
    try:
        form = form_of(matrix, cost)
        ours = capacitated.run(Job(matrix, cost, 2.5 + constant, EXACT), None, lambda _: None)
    finally:
        capacitated_form.FEWEST_COLUMNS = small
    highs = hand_over.run(Job(matrix, cost, 2.5 + constant, EXACT), None, lambda _: None)
    assert ours.status is highs.status
    if ours.x is not None:
        assert ours.objective == pytest.approx(highs.objective, abs=1e-5) and matrix.worst(ours.x) <= 1e-6
        assert ours.bound == pytest.approx(ours.objective, abs=1e-5)
    if form is not None and all_plans(problem):
        assert form.constant + constant + all_plans(form.problem)[0][0] == pytest.approx(all_plans(problem)[0][0])


def _towns_model(hosts: int, customers: int, seed: int, near: int) -> tuple[Problem, Job]:
    problem = towns(hosts, customers, seed, near)
    matrix, cost, _ = model_of(problem)
    return problem, Job(matrix, cost, limits=Limits(relative_gap=1e-4))


def test_a_model_of_thirty_hosts_has_the_value_that_highs_proves(monkeypatch: pytest.MonkeyPatch) -> None:
    """30 hosts and 200 customers through the solver's call: the optimum of HiGHS on all rows, and the engine did it."""
    _, job = _towns_model(30, 200, 6, 10)
    highs = hand_over.run(job, None, lambda _: None)
    monkeypatch.setattr(capacitated_form, "FEWEST_COLUMNS", 1000)
    monkeypatch.setattr(single_source, "run", lambda *_: pytest.fail("left to the next engine"))
    ours = uncapacitated.run(job, None, lambda _: None)
    assert highs.status is Status.OPTIMAL and ours.status is Status.OPTIMAL and ours.x is not None
    assert ours.objective <= highs.objective * (1 + 1e-4) and ours.objective >= highs.bound - 1e-6
    assert ours.bound <= highs.objective + 1e-6 and job.matrix.worst(ours.x) <= 1e-6
    assert (ours.engine, ours.proof) in (("tree", "search"), ("prices", "prices"))


def test_with_many_hosts_rounds_and_blocks_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where more hosts are open to question than the tree decides at once, blocks bound and the proof holds."""
    problem = towns(60, 400, 7)
    exact = decide(problem, Limits(relative_gap=1e-5))
    monkeypatch.setattr(capacitated_solve, "FEW", 3)
    monkeypatch.setattr(capacitated_solve, "BLOCK", 6)
    found = decide(problem, Limits(relative_gap=2e-3))
    assert exact.plan is not None and found.plan is not None and found.near
    assert found.bound <= exact.plan.value + 1e-6 and found.plan.value >= exact.bound - 1e-6
    assert found.engine in ("prices", "blocks", "tree")


def test_the_same_problem_gives_the_same_plan() -> None:
    """Twice the same answer, host by host."""
    problem = towns(40, 300, 8)
    first, second = (decide(problem, Limits(relative_gap=1e-3)) for _ in range(2))
    assert first.plan is not None and second.plan is not None
    assert (first.plan.opened == second.plan.opened).all() and first.bound == second.bound


def test_a_start_is_never_made_worse_and_a_late_bound_holds() -> None:
    """With no time left the plan that was given comes back, with a bound below the best plan."""
    problem = towns(25, 150, 9)
    best = decide(problem, Limits(relative_gap=1e-6))
    assert best.plan is not None
    late = decide(problem, Limits(), deadline=0.0, start=best.plan.opened)
    assert late.plan is not None and late.plan.value == pytest.approx(best.plan.value)
    assert late.bound <= best.plan.value + 1e-6 and late.stopped_by in ("clock", "gap")


def test_other_rows_are_left_to_the_next_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two weights a member, a row over some hosts only, a member in two rows, too little capacity implied: no."""
    monkeypatch.setattr(capacitated_form, "FEWEST_COLUMNS", 0)
    problem, job = _towns_model(8, 40, 10, 8)
    assert form_of(job.matrix, job.cost) is not None
    arcs = 8 + np.arange(problem.first[0], problem.first[1])
    rows = [
        (np.concatenate([[0], arcs]), np.concatenate([[-50.0], 1.0 + np.arange(arcs.size)]), -INF, 0.0),
        (np.arange(4), np.ones(4), -INF, 1.0),
        (arcs[:2], np.ones(2), 1.0, 1.0),
        (np.arange(8), problem.capacity, 1.01 * problem.total, INF),
    ]
    for cols, coefs, low, high in rows:
        row = sp.csr_matrix((coefs, (np.zeros(len(cols), dtype=int), cols)), shape=(1, job.matrix.cols))
        assert form_of(job.matrix.with_rows(row, [low], [high], ["more"], ["row"]), job.cost) is None


def test_less_than_the_total_demand_is_implied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Further rows that the capacities imply do not hide the problem."""
    monkeypatch.setattr(capacitated_form, "FEWEST_COLUMNS", 0)
    problem, job = _towns_model(8, 40, 11, 8)
    row = sp.csr_matrix((2.0 * problem.capacity, (np.zeros(8, dtype=int), np.arange(8))), shape=(1, job.matrix.cols))
    assert form_of(job.matrix.with_rows(row, [1.9 * problem.total], [INF], ["more"], ["row"]), job.cost) is not None


def test_models_of_another_kind_are_told_at_a_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few columns stand in rows that sum to one, not even bounds are looked at."""
    monkeypatch.setattr(capacitated_form, "FEWEST_COLUMNS", 0)
    monkeypatch.setattr(capacitated_form, "implied_bounds", lambda _: pytest.fail("looked closer"))
    _, job = _towns_model(8, 40, 10, 8)
    loose = job.matrix.with_row_bounds(0.5 * job.matrix.row_lower, job.matrix.row_upper)
    assert form_of(loose, job.cost) is None


def test_small_models_go_to_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under 20,000 columns nothing is looked for."""
    _, job = _towns_model(8, 40, 12, 8)
    monkeypatch.setattr(capacitated, "decide", lambda *_: pytest.fail("the engine took it"))
    assert uncapacitated.run(job, None, lambda _: None).status is Status.OPTIMAL


def test_too_little_capacity_is_left_to_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can serve everybody, the engine gives up soon, and HiGHS says that there is no plan."""
    monkeypatch.setattr(capacitated_form, "FEWEST_COLUMNS", 0)
    problem = towns(8, 40, 14, 3)
    for roomy in (0.01, 5.0):
        tight = replace(problem, capacity=np.where(np.arange(8) < 7, 0.01, roomy) * problem.capacity)
        found = decide(tight, Limits())
        assert found.plan is None or not found.plan.whole
        matrix, cost, _ = model_of(tight)
        assert uncapacitated.run(Job(matrix, cost), None, lambda _: None).status is Status.INFEASIBLE


def test_a_proof_that_the_clock_had_a_part_in_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds that a share of the time cut short make the answer one that another computer may not repeat."""
    monkeypatch.setattr(capacitated_solve, "FEW", 3)
    problem, ticks = towns(60, 400, 7), iter(range(10**9))
    found = decide(problem, Limits(relative_gap=5e-2), 10.0**9, clock=lambda: 0.0)
    assert found.near and found.stopped_by == "gap"
    late = decide(problem, Limits(relative_gap=1e-9), 4e3, clock=lambda: float(next(ticks)))
    assert late.stopped_by == "clock" and late.plan is not None and late.bound <= late.plan.value


def test_a_plan_that_breaks_a_row_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a search that opens no host at all. The rows are looked at, and the next engine answers."""
    monkeypatch.setattr(capacitated_form, "FEWEST_COLUMNS", 0)
    _, job = _towns_model(8, 40, 12, 8)
    honest = decide

    def mistaken(problem: Problem, *rest: object) -> object:
        found = honest(problem, *rest)  # type: ignore[arg-type]
        assert found.plan is not None
        return replace(found, plan=replace(found.plan, opened=np.zeros(problem.hosts, dtype=bool)))

    monkeypatch.setattr(capacitated, "decide", mistaken)
    right = hand_over.run(job, None, lambda _: None)
    found = uncapacitated.run(job, None, lambda _: None)
    assert found.status is Status.OPTIMAL and found.objective == pytest.approx(right.objective, rel=1e-4)
    assert job.matrix.worst(found.x) <= 1e-6  # type: ignore[arg-type]
