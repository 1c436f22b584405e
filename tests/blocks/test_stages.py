"""Aims in order over one matrix: caps, pieces solved apart, accepted plans, statuses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from support.blocks import alone, optimum
from support.tiny import tiny_instance

from models.answers import Limits, Status
from models.matrix import Matrix
from models.stages import Stages

INF = np.inf


def _exact(value: float) -> float:
    return 1e-6


def _stages(
    rows: list[list[float]], low: list[float], high: list[float], upper: float = 10.0, **aims: list[float]
) -> Stages:
    """Whole columns between 0 and `upper`, these rows and aims."""
    A = np.array(rows, dtype=float)
    n = A.shape[1]
    matrix = Matrix(
        A=sp.csc_matrix(A),
        lower=np.zeros(n),
        upper=np.full(n, upper),
        row_lower=np.array(low),
        row_upper=np.array(high),
        integer=np.ones(n, dtype=bool),
        row_rules=np.array(["rule"] * len(rows)),
        row_subjects=[str(at) for at in range(len(rows))],
    )
    costs = {name: (np.array(cost, dtype=float), 0.5) for name, cost in aims.items()}
    model: Any = SimpleNamespace(aims=costs, sheet=SimpleNamespace(columns=()))
    return Stages(model, matrix)


def test_a_later_aim_keeps_to_the_cap_of_an_earlier_one() -> None:
    """Least x + y is 4; then y is dear: x = 4, y = 0, and with a tolerance of 2 nothing changes but room."""
    stages = _stages([[1, 1]], [4], [INF], first=[1, 1], second=[0, 1], third=[-1, -1])
    assert stages.solve("first", Limits(), _exact).value == pytest.approx(4.5)
    assert stages.solve("second", Limits(), _exact).value == pytest.approx(0.5)
    assert stages.solve("third", Limits(), _exact).value == pytest.approx(-3.5)
    assert stages.x is not None and stages.x.tolist() == pytest.approx([4.0, 0.0])
    assert [(f.aim, f.status, f.stopped_by) for f in stages.found] == [
        (name, Status.OPTIMAL, "gap") for name in ("first", "second", "third")
    ]
    assert {(f.engine, f.proof) for f in stages.found} == {("highs", "search")}


def test_what_is_given_away_is_the_tolerance_and_no_more() -> None:
    """With a tolerance of two the third aim raises x + y to 6, not to 20."""
    stages = _stages([[1, 1]], [4], [INF], first=[1, 1], third=[-1, -1])
    stages.solve("first", Limits(), lambda value: 2.0)
    assert stages.solve("third", Limits(), _exact).value == pytest.approx(-6 + 0.5)


def test_pieces_solved_apart_are_the_joint_optimum() -> None:
    """Two independent pieces and a loose column: the sum of their optima, the loose column at its better bound."""
    rows = [[1, 1, 0, 0, 0], [0, 0, 2, 3, 0]]
    stages = _stages(rows, [3, 7], [INF, INF], cost=[2, 3, 1, 1, -1])
    found = stages.solve("cost", Limits(), _exact)
    assert found.value == pytest.approx(2 * 3 + 3 - 10 + 0.5) and found.bound == pytest.approx(found.value, abs=1e-3)
    assert stages.x is not None and stages.x[[0, 1, 4]].tolist() == pytest.approx([3, 0, 10])
    assert stages.x[2] + stages.x[3] == pytest.approx(3) and 2 * stages.x[2] + 3 * stages.x[3] >= 7 - 1e-6


def test_caps_of_pieces_never_cut_off_the_plan_at_hand() -> None:
    """Each piece has a cap of its own; the plan found satisfies all of them, also with a value of zero or below."""
    rows = [[1, 1, 0, 0], [0, 0, 1, -1]]
    stages = _stages(rows, [3, -2], [INF, 2], cost=[1, 2, -1, 0], other=[0, -1, 0, 1])
    stages.solve("cost", Limits(), _exact)
    assert stages.x is not None and stages.matrix.worst(stages.x) <= 1e-6
    assert list(stages.matrix.row_rules).count("cap.cost") == 2
    assert stages.solve("other", Limits(), _exact).status is Status.OPTIMAL


def test_caps_are_scaled_to_coefficients_of_a_thousand_at_most() -> None:
    """Costs of a million yuan do not spoil the numbers of the matrix."""
    stages = _stages([[1, 1]], [4], [INF], cost=[1e6, 2e6])
    stages.solve("cost", Limits(), _exact)
    cap = np.flatnonzero(stages.matrix.row_rules == "cap.cost")
    assert np.abs(sp.csr_matrix(stages.matrix.A)[cap].data).max() == pytest.approx(1000.0)
    assert stages.matrix.row_upper[cap[0]] == pytest.approx(4e6 / 2000.0, rel=1e-6)


def test_an_aim_without_a_plan_says_so_and_keeps_nothing() -> None:
    """Infeasible rows, a broken row without free columns, and no plan left behind."""
    stages = _stages([[1, 1]], [40], [INF], cost=[1, 1])
    assert stages.solve("cost", Limits(), _exact).status is Status.INFEASIBLE
    assert stages.x is None and stages.found == []
    stuck = _stages([[1, 0], [0, 1]], [4, 0], [INF, 5], cost=[1, 1])
    stuck.matrix = stuck.matrix.fixed([0], [1.0])
    assert stuck.solve("cost", Limits(), _exact).status is Status.INFEASIBLE


def test_columns_held_stay_held() -> None:
    """`keep` fixes columns at the plan's values, rounded where they are whole."""
    stages = _stages([[1, 1]], [4], [INF], first=[1, 2], second=[1, 0])
    stages.solve("first", Limits(), lambda value: 10.0)
    stages.keep(np.array([0]))
    assert stages.solve("second", Limits(), _exact).value == pytest.approx(4.5)


def test_a_plan_good_enough_is_accepted_without_a_search() -> None:
    """At most `enough` above a known bound; otherwise, and without a plan, it is not."""
    stages = _stages([[1, 1]], [4], [INF], first=[1, 1], second=[1, 0])
    assert stages.accept("second", 0.0, 99.0, _exact) is None
    stages.solve("first", Limits(), _exact)
    assert stages.x is not None
    value = float(stages.x[0]) + 0.5
    assert stages.accept("second", None, value, _exact) is None
    assert stages.accept("second", 0.5, value - 0.1, _exact) is None
    found = stages.accept("second", 0.5, value, _exact)
    assert found is not None and (found.value, found.bound) == (pytest.approx(value), 0.5)
    assert "cap.second" in stages.matrix.row_rules


def test_rows_of_the_worst_served_wait_for_their_aim() -> None:
    """They tie the sites together: earlier aims leave them out, from then on they are there."""
    stages = _stages([[1, 1], [1, -1]], [4, 0], [INF, 0], floors=[1, 2], worst_served=[1, 1])
    stages.matrix = Matrix(**{**vars(stages.matrix), "row_rules": np.array(["rule", "aims.worst_served"])})
    assert stages.solve("floors", Limits(), _exact).value == pytest.approx(4.5)
    stages.matrix = stages.matrix.drop_rows(stages.matrix.row_rules == "cap.floors")
    assert stages.solve("worst_served", Limits(), _exact).value == pytest.approx(4.5)
    assert stages.x is not None and stages.x.tolist() == pytest.approx([2.0, 2.0])


def test_a_county_in_stages_is_the_plain_lexicographic_optimum() -> None:
    """On the tiny alliance, stage by stage with pieces equals one model solved aim by aim."""
    model = alone(tiny_instance(), "postings", "sessions", "referrals")
    stages = Stages(model, model.matrix)
    aims = ("floors", "unmet", "worst_served")
    limits = Limits(absolute_gap=1e-7, relative_gap=0.0)
    found = [stages.solve(aim, limits, _exact).value for aim in aims]
    assert found == pytest.approx(optimum(model, aims).values, abs=1e-3)
    assert stages.x is not None and model.matrix.worst(stages.x) <= 1e-5


def test_a_clock_that_has_run_out_does_not_raise() -> None:
    """No time at all: either a plan with less proof, or none, and the reason."""
    model = alone(tiny_instance(), "postings", "sessions", "referrals")
    found = Stages(model, model.matrix).solve("unmet", Limits(seconds=0.0), _exact)
    assert found.status in (Status.UNSOLVED, Status.FEASIBLE, Status.OPTIMAL)
    assert found.value == np.inf or found.bound <= found.value
