"""A start under a binding budget: found by a price on the budget, or by cutting the plan at hand back."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from support.tiny import tiny_instance

from models import by_hand, pricing
from models.answers import Limits
from models.assemble import Model, assemble
from models.highs import solve
from models.instance import Budget, Instance
from models.matrix import Floats
from models.pricing import cut_back, start_within
from models.stages import Stages

LIMITS = Limits(seconds=60.0, absolute_gap=1e-6)
#: The tiny plan by hand costs more than this, doing nothing less.
TIGHT = 1_255_000.0


def _begun(instance: Instance) -> tuple[Model, Stages]:
    """The model under its budget and the office's plan, which may break the budget and nothing else."""
    model = assemble(instance)
    stages = Stages(model, model.matrix.drop_rows(np.char.startswith(model.matrix.row_rules, "aims.")))
    stages.x = by_hand.office_plan(model, stages.matrix, within="budget")
    assert stages.x is not None and set(stages.matrix.violations(stages.x)["rule"]) == {"budget"}
    floors, constant = model.aims["floors"]
    model.aims["start"] = (100.0 * floors + model.aims["unmet"][0], 100.0 * constant + model.aims["unmet"][1])
    return model, stages


def _value(model: Model, x: Floats) -> float:
    return float(model.aims["start"][0] @ x) + model.aims["start"][1]


def test_cutting_back_keeps_every_rule_and_adds_nothing() -> None:
    """The budget holds, no clinic and no posting is new, and more than the running plan is left."""
    model, stages = _begun(tiny_instance(budget=Budget(TIGHT)))
    found = cut_back(stages, "start", stages.x, LIMITS)
    assert found is not None and stages.x is not None
    assert stages.matrix.violations(found, 1e-6).empty
    done = model.columns(*pricing.DONE)
    assert np.all(found[done] <= np.round(stages.x[done]) + 1e-6)
    running = by_hand.running_plan(model, stages.matrix)
    assert running is not None and _value(model, found) < _value(model, running) - 1.0


def test_cutting_back_is_the_best_that_is_left() -> None:
    """No plan made of the same clinics and postings is better: compared with all of them, one by one."""
    whole = tiny_instance(budget=Budget(TIGHT))
    model, stages = _begun(replace(whole, needs=dict(list(whole.needs.items())[:3])))
    assert stages.x is not None
    found = cut_back(stages, "start", stages.x, LIMITS)
    done = model.columns("sessions.clinics", "postings.posted")
    used, unused = done[stages.x[done] > 0.5], done[stages.x[done] <= 0.5]
    cost, constant = model.aims["start"]
    bare = stages.matrix.fixed(unused, np.zeros(unused.size))
    left = itertools.product(*(range(round(stages.x[col]) + 1) for col in used))
    best = min(solve(bare.fixed(used, np.array(counts, dtype=float)), cost, constant).objective for counts in left)
    assert found is not None and _value(model, found) == pytest.approx(best, abs=1e-4)


def test_without_time_for_prices_the_plan_is_cut_back() -> None:
    """No second for the rounds of prices still ends with a plan within the budget."""
    _, stages = _begun(tiny_instance(budget=Budget(TIGHT)))
    found = start_within(stages, "start", "budget", replace(LIMITS, seconds=5.0), total=-1.0)
    assert found is not None and stages.clocked
    assert stages.matrix.violations(found, 1e-6).empty


def test_a_budget_that_nothing_keeps_has_no_start() -> None:
    """Where no plan keeps the budget there is none to begin with."""
    _, stages = _begun(tiny_instance(budget=Budget(-1.0)))
    assert cut_back(stages, "start", stages.x, LIMITS) is None
