"""Days that nobody travels are not paid for, and clinics that change hands are told with their new days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.blocks import alone, plan_vector
from support.changes import with_added, with_record
from support.tiny import need, tiny_instance

from models.allocation import Settings, plan
from models.assemble import Model, assemble
from models.clinic_days import settle_days
from models.handed_over import held_by, with_sessions
from models.instance import Instance
from models.values import Values


def _two_specialties() -> Instance:
    """D1 and D2 hold both specialties at S2, an hour from H1; S2 needs both."""
    x = tiny_instance()
    for doctor in ("D1", "D2"):
        x = with_record(x, "doctors", doctor, specialties=("K1", "K2"))
    return with_added(x, "needs", ("S2", "K2"), need("S2", "K2", 50, own=10, referred={"H1": 10.0}, left=10))


def _days(model: Model, x: np.ndarray) -> dict[Any, float]:
    return Values(model.sheet, x).of("sessions.days")


@pytest.mark.parametrize(
    ("counted", "needed"), [(9.0, 6.0), (6.0, 6.0)], ids=["three days too many", "as many as clinics need"]
)
def test_days_nobody_travels_go(counted: float, needed: float) -> None:
    """Six clinics an hour away with nine days in the count: six days are told, the other half-days are free."""
    model = assemble(_two_specialties())
    held = {("D1", "S2", "K1", "Q1"): 6.0}
    values = {"sessions.clinics": held, "sessions.days": {("D1", "S2", "Q1"): counted}}
    x = plan_vector(model, values)
    settle_days(model.sheet, model.matrix, x)
    assert _days(model, x) == {("D1", "S2", "Q1"): needed}
    assert Values(model.sheet, x).of("whole.idle")["D1", "Q1"] == 20.0 - 2 * needed


def test_days_that_a_fixing_holds_stay() -> None:
    """A count of days that the matrix fixes is not lowered."""
    model = assemble(_two_specialties())
    x = plan_vector(model, {"sessions.days": {("D1", "S2", "Q1"): 4.0}})
    cols = np.flatnonzero(x[model.columns("sessions.days")]) + model.columns("sessions.days")[0]
    settle_days(model.sheet, model.matrix.fixed(cols, np.full(cols.size, 4.0)), x)
    assert _days(model, x) == {("D1", "S2", "Q1"): 4.0}


def test_two_clinics_that_shared_a_day_take_two() -> None:
    """D2 takes one of D1's two clinics of a day at S2: two days where there was one, and the money of two."""
    model = alone(_two_specialties(), "sessions")
    keys = [("S2", "K1", "Q1"), ("S2", "K2", "Q1")]
    together = {"sessions.clinics": {("D1", *key): 4.0 for key in keys}, "sessions.days": {("D1", "S2", "Q1"): 4.0}}
    x = plan_vector(model, together)
    sessions = model.tables(x)["sessions"]
    assert np.array_equal(held_by(model, x, sessions), x)
    sessions.loc[sessions["specialty"] == "K2", "doctor"] = "D2"
    apart = held_by(model, x, sessions)
    assert _days(model, apart) == {("D1", "S2", "Q1"): 4.0, ("D2", "S2", "Q1"): 4.0}
    for part in ("sessions", "travel"):
        assert model.money(part, apart) == pytest.approx(2 * model.money(part, x)) and model.money(part, x) > 0
    # Free time follows the clinics: the plan keeps the rows that it kept before.
    assert set(model.matrix.violations(apart)["rule"]) <= set(model.matrix.violations(x)["rule"])


def test_an_outcome_tells_the_new_holders() -> None:
    """Clinics that change hands change the plan's scenario and aims, and nothing of the other scenarios."""
    outcome = plan(_two_specialties(), Settings(seconds=20.0))
    assert outcome.model is not None and outcome.x is not None
    assert with_sessions(outcome, outcome.tables["sessions"].copy()) is outcome
    sessions = outcome.tables["sessions"].copy()
    row = sessions.index[sessions["institution"] == "S2"][0]
    holder = sessions.loc[row, "doctor"]
    sessions.loc[row, "doctor"] = "D2" if holder == "D1" else "D1"
    changed = with_sessions(outcome, sessions)
    assert changed.tables["sessions"] is sessions
    for name in ("do_nothing", "today", "by_hand"):
        before, after = (o.scenarios[o.scenarios["scenario"] == name] for o in (outcome, changed))
        assert before.to_numpy().tolist() == after.to_numpy().tolist()
    told = changed.scenarios[changed.scenarios["scenario"] == "plan"].set_index("measure")["value"]
    expected = held_by(outcome.model, outcome.x, sessions)
    assert told["cost:travel"] == pytest.approx(outcome.model.money("travel", expected))
    for aim in changed.aims:
        assert aim.value == pytest.approx(told[f"aim:{aim.name}"]) and aim.bound <= aim.value + 1e-9
