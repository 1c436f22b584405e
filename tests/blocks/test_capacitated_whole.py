"""Members wholly at one host each, by the relaxation in shares and HiGHS on few arcs, against HiGHS on everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from support.capacitated import model_of, problems, towns

from models import capacitated, capacitated_form, capacitated_whole, hand_over, single_source, uncapacitated
from models.answers import Job, Limits, Status
from models.capacitated_problem import Problem

EXACT = Limits(absolute_gap=1e-7, relative_gap=0.0)


def whole_job(problem: Problem, limits: Limits = EXACT) -> Job:
    """The model with whole members."""
    matrix, cost, constant = model_of(problem)
    return Job(replace(matrix, integer=np.ones(matrix.cols, dtype=bool)), cost, constant, limits)


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small models are looked at, and knapsack tables are out of reach."""
    monkeypatch.setattr(capacitated_form, "FEWEST_COLUMNS", 0)
    monkeypatch.setattr(single_source, "knows", lambda job: False)


@given(problems())
@settings(derandomize=True, deadline=None, max_examples=60)
def test_whole_members_have_the_value_that_highs_proves(problem: Problem) -> None:
    """Whatever the problem: the same status and value as HiGHS on everything, and a bound that holds."""
    job = whole_job(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capacitated_form, "FEWEST_COLUMNS", 0)
        patch.setattr(single_source, "knows", lambda job: False)
        found = capacitated.run(job, None, lambda _: None)
    highs = hand_over.run(job, None, lambda _: None)
    assert found.status is highs.status
    if highs.x is not None and found.x is not None:
        assert found.objective == pytest.approx(highs.objective, abs=1e-5) and job.matrix.worst(found.x) <= 1e-6
        assert found.bound <= highs.objective + 1e-5


@pytest.mark.usefixtures("ours")
def test_the_relaxation_proves_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where shares bound within the gap asked for, HiGHS never sees the whole model."""
    job = whole_job(towns(20, 120, 2, 8), Limits(relative_gap=2e-2))
    highs = hand_over.run(job, None, lambda _: None)
    whole = hand_over.run

    def part(asked: Job, *rest: object) -> object:
        assert asked.matrix.cols < job.matrix.cols, "the whole model was handed over"
        return whole(asked, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(capacitated_whole.hand_over, "run", part)
    found = uncapacitated.run(job, None, lambda _: None)
    assert found.status is Status.OPTIMAL and found.x is not None and found.engine in ("tree", "prices", "blocks")
    assert found.bound <= highs.objective + 1e-6 <= found.objective + 0.03 * highs.objective


@pytest.mark.usefixtures("ours")
def test_hosts_that_whole_members_do_not_fit_are_left_to_the_next_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three members of two units and two hosts of three: shares fit two hosts, whole members do not."""
    two, none = np.full(3, 2.0), np.zeros(3, dtype=bool)
    problem = Problem(
        two,
        np.full(3, 3.0),
        np.array([1.0, 1.0, 50.0]),
        np.array([0, 3, 6, 9]),
        np.tile(np.arange(3), 3),
        np.ones(9),
        np.full(3, np.inf),
        none,
        ~none,
        0,
        3,
    )
    found = uncapacitated.run(whole_job(problem), None, lambda _: None)
    assert found.status is Status.OPTIMAL and found.objective == pytest.approx(55.0)


def test_models_that_knapsacks_know_stay_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole weights and small hosts: the search over knapsack tables is asked, as before."""
    monkeypatch.setattr(capacitated_form, "FEWEST_COLUMNS", 0)
    monkeypatch.setattr(capacitated, "assigned", lambda *_: pytest.fail("not asked for"))
    assert uncapacitated.run(whole_job(towns(6, 20, 3, 6)), None, lambda _: None).status is Status.OPTIMAL
