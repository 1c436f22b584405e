"""The bundled county under budgets that bind: near its bound, and no cliff where time is short."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geodata.read import read_region
from geodata.travel import travel_table
from models.aims import AimResult
from models.allocation import Settings, plan
from models.instance import Budget, Instance
from planner.build import build_instance
from planner.bundled import find_region
from planner.config import read_config

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def county() -> Instance:
    """The problem of the bundled county."""
    region = read_region(find_region("tianchang"))
    config = read_config(region.settings)
    return build_instance(region, config, travel_table(region, config.to_dict()["travel"])).instance


def _aims(county: Instance, yuan: float, seconds: float) -> dict[str, AimResult]:
    outcome = plan(replace(county, budget=Budget(yuan)), Settings(seconds=seconds))
    assert outcome.model is not None and outcome.x is not None
    assert sum(outcome.model.money(part, outcome.x) for part in county.budget.covers) <= yuan + 1.0
    return {aim.name: aim for aim in outcome.aims}


@pytest.mark.parametrize("millions", [14.0, 14.5, 15.0, 16.0])
def test_a_binding_budget_ends_near_its_bound(county: Instance, millions: float) -> None:
    """Every promise is kept, and unmet visits are proved within 2.5 %."""
    found = _aims(county, 1e6 * millions, 180.0)
    assert found["floors"].value == pytest.approx(0.0, abs=1e-4)
    assert found["unmet"].gap <= 0.025


@pytest.mark.parametrize("millions", [14.5, 16.0])
def test_a_binding_budget_in_little_time_has_no_cliff(county: Instance, millions: float) -> None:
    """A tenth of the usual time leaves a plan that keeps every promise and is proved within a fifth."""
    found = _aims(county, 1e6 * millions, 6.0)
    assert found["floors"].value == pytest.approx(0.0, abs=1e-4)
    assert found["unmet"].gap <= 0.2
