"""Each link of the plan binds in the bundled county itself, or in the variation of it that the test states."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from geodata.read import read_region
from geodata.travel import travel_table
from models import baselines, by_hand
from models.allocation import Settings
from models.answers import Limits
from models.assemble import Model, assemble
from models.centre_route import centres_for, hold_centres, unserved_institutions
from models.highs import solve
from models.instance import Budget, Instance
from models.matrix import Floats
from models.route import Route
from models.values import Values
from planner.build import build_instance
from planner.bundled import find_region
from planner.config import read_config


@pytest.fixture(scope="module")
def county() -> Instance:
    """The problem of the bundled county."""
    region = read_region(find_region("tianchang"))
    config = read_config(region.settings)
    return build_instance(region, config, travel_table(region, config.to_dict()["travel"])).instance


def _route(instance: Instance) -> Route:
    route = Route(instance, Settings(seconds=60), None, None)
    route.model.aims["unserved"] = unserved_institutions(route.model)
    return route


@pytest.fixture(scope="module")
def planned(county: Instance) -> tuple[Model, Floats]:
    """The county's plan by hand with centres of its size: every rule of the model holds in it."""
    route = _route(county)
    centres = centres_for(route)
    assert centres is not None
    matrix = hold_centres(route.model, centres)
    x = by_hand.office_plan(route.model, matrix)
    assert x is not None
    bare = matrix.drop_rows(np.char.startswith(matrix.row_rules, "aims."))
    assert bare.violations(x, 1e-5).empty
    return route.model, x


def _relaxed(instance: Instance) -> tuple[Model, Floats]:
    """The linear relaxation of `unmet` after `floors` (one weighted objective)."""
    model = assemble(instance)
    matrix = model.matrix.drop_rows(np.char.startswith(model.matrix.row_rules, "aims."))
    cost = 1000.0 * model.aims["floors"][0] + model.aims["unmet"][0]
    found = solve(matrix, cost, limits=Limits(seconds=60.0), relax=True)
    assert found.x is not None
    return model, found.x


def test_a_posted_doctor_holds_no_clinic(planned: tuple[Model, Floats]) -> None:
    """Some posted doctor would have free half-days, and the posting takes them all."""
    model, x = planned
    values = Values(model.sheet, x)
    posted = {key[0] for key in values.of("postings.posted")}
    clinics = {key[0] for key in values.of("sessions.clinics")}
    idle = values.get("whole.idle")
    taken = [d for d in posted if model.instance.doctors[d].free[0] > 0 and idle[d, "Q1"] < 1e-6]
    assert len(taken) > 20 and not posted & clinics


def test_without_imaging_the_clinics_that_need_it_are_gone(county: Instance) -> None:
    """Variation: imaging must answer within a minute, which nobody can; its specialties hold no clinic."""
    late = {**county.services, "imaging": replace(county.services["imaging"], turnaround=1.0, waits=(1.0,))}
    model, x = _relaxed(replace(county, services=late))
    needing = {k for k, kind in county.specialties.items() if "imaging" in kind.requires}
    kept: dict[bool, float] = defaultdict(float)
    for (_, specialty, _), visits in Values(model.sheet, x).of("sessions.session_visits").items():
        kept[specialty in needing] += visits
    assert needing and kept[True] < 1e-6 < kept[False]


def test_todays_clinics_keep_visits_local(county: Instance) -> None:
    """With today's roster fewer visits are lost or unmet than with none, and more are kept."""
    model = assemble(county, without=("shared_centres",))
    idle = baselines.price(model, baselines.nothing(model), None, levers=False)
    today = baselines.price(model, baselines.today(model), None, levers=False)
    assert idle is not None and today is not None
    assert model.value("unmet", today) < model.value("unmet", idle) - 1000.0
    kept = sum(Values(model.sheet, today).of("sessions.session_visits").values())
    assert kept > 500.0 and not Values(model.sheet, idle).of("sessions.session_visits")


def test_one_budget_moves_between_postings_and_centres(county: Instance) -> None:
    """Variation: 14.5 million yuan a year leave fewer postings than no budget does, and are spent to the last."""
    free_model, free = _relaxed(county)
    model, x = _relaxed(replace(county, budget=Budget(14_500_000.0)))
    spent = sum(model.money(part, x) for part in county.budget.covers)
    assert spent == pytest.approx(14_500_000.0, rel=1e-6)
    assert model.money("postings", x) < free_model.money("postings", free) - 100_000.0


def test_clinic_items_load_the_centres(planned: tuple[Model, Floats]) -> None:
    """What the clinics send comes on top of the volumes of the institutions."""
    model, x = planned
    sent = defaultdict[str, float](float)
    for (_, _, service, _), items in Values(model.sheet, x).of("shared_centres.extra").items():
        sent[service] += items
    assert sent["laboratory"] > 1.0 and sent["imaging"] > 0.1


def test_rooms_and_hospitals_limit_the_plan(planned: tuple[Model, Floats]) -> None:
    """Some rooms are full and some hospital is at its capability."""
    model, x = planned
    activity = model.matrix.A @ x
    for rule, least in (("room", 1), ("home_capability", 1), ("doctor_time", 50)):
        rows = model.matrix.row_rules == rule
        tight = np.abs(model.matrix.row_upper[rows] - activity[rows]) < 1.0
        assert tight.sum() >= least, rule
