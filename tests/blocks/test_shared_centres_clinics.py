"""What clinics send to the shared centres: where it goes, what it loads and costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from support.one_service import level, pair, service
from support.tiny import tiny_instance

from models import shared_centres
from models.assemble import compile_sheet
from models.centre_records import Level, Service
from models.highs import Status, solve
from models.instance import Quarter
from models.ledger import Ledger
from models.rows import Columns, Rows, Sheet


def clinic_plan(sent: float, one: Service, levels: list[Level], quarters: int = 1) -> tuple[Status, float, Any]:
    """Clinics at P send `sent` items a day (twice that in a second quarter); returns status, cost, values."""
    instance = pair(one, levels=tuple(levels))
    base = tiny_instance()
    first = base.quarters[0]
    need = replace(base.needs["S1", "K2"], institution="P", recoverable=1.0)
    instance = replace(
        instance,
        needs={("P", "K2"): need},
        usage={("K2", "S"): 1.0},
        quarters=tuple(Quarter(f"Q{n + 1}", first.start, first.weeks, first.months) for n in range(quarters)),
    )
    model = pyo.ConcreteModel()
    model.shared_centres = pyo.Block()
    model.people = pyo.Block()
    ledger = Ledger(Sheet())
    shared_centres.build(model.shared_centres, instance, ledger)
    names = [quarter.name for quarter in instance.quarters]
    amount = [sent * (n + 1) for n in range(quarters)]
    visits = Columns(ledger.sheet, model.people, "visits", names, doc="v", unit="1", lower=amount, upper=amount)
    closing = Rows(ledger.sheet, "whole", "clinic_items", doc="items go somewhere")
    for name in names:
        terms = [*ledger.sums["clinic_items"]["P", "S", name], (visits, name, 1.0)]
        closing.row((name,), terms, 0.0, 0.0)
    cost, offsets = np.zeros(int(ledger.sheet.offsets()[-1])), ledger.sheet.offsets()
    for columns, key, coef in ledger.aims["cost"]:
        cost[offsets[columns.number] + columns.position[key]] += coef
    for row in model.shared_centres.max_centres.values():
        family = ledger.sheet.family("one_level")
        terms = [(made, key, 1.0) for made in ledger.sheet.columns if made.name == "open" for key in made.keys]
        family.row(("most",), terms, upper=pyo.value(row.upper))
    found = solve(compile_sheet(ledger.sheet), cost)
    if found.x is None:
        return found.status, np.inf, {}
    values = {
        (made.name, key): found.x[offsets[made.number] + at]
        for made in ledger.sheet.columns
        for at, key in enumerate(made.keys)
    }
    return found.status, found.objective, values


def test_clinic_items_load_and_cost_the_centre_that_serves() -> None:
    """Items of clinics go where the institution is served, in each quarter, and are paid there."""
    status, cost, values = clinic_plan(2.0, service(), [level("A", items=12.0), level("B")])
    assert status is Status.OPTIMAL
    assert values["extra", ("P", "A", "S", "Q1")] == pytest.approx(2.0)
    assert cost == pytest.approx(12 * 10 + 10 * 10)
    _, cost, values = clinic_plan(2.0, service(), [level("A", items=11.0), level("B", items=50.0)])
    assert values["extra", ("P", "B", "S", "Q1")] == pytest.approx(2.0)
    assert cost == pytest.approx(12 * 30 + 10 * 10)


def test_clinics_may_send_all_that_outreach_can_recover() -> None:
    """The bound on clinic items is usage x recoverable visits a month over working days a month, no less."""
    need = replace(tiny_instance().needs["S1", "K2"], recoverable=1.0)
    most = need.recoverable_visits * 12.0 / 250.0
    year = service(days_per_year=250.0)
    assert clinic_plan(most, year, [level("A")])[0] is Status.OPTIMAL
    assert clinic_plan(most * 1.01, year, [level("A")])[0] is Status.INFEASIBLE


def test_a_site_with_clinics_has_one_centre_of_a_divided_service() -> None:
    """Clinic items have one way, so that their split is no product of two decisions."""
    one = service(single_source=False)
    _, cost, values = clinic_plan(2.0, one, [level("A", items=11.0), level("B", items=50.0)])
    assert values["serve", ("P", "B", "S")] == pytest.approx(1.0)
    assert cost == pytest.approx(12 * 30 + 10 * 10)


def test_clinic_items_of_the_busiest_quarter_count() -> None:
    """2 items in the first and 4 in the second quarter: capacity for 14 is needed, the mean of 3 is paid."""
    _, cost, _ = clinic_plan(2.0, service(), [level("A", items=14.0), level("B")], quarters=2)
    assert cost == pytest.approx(13 * 10 + 10 * 10)
    _, cost, _ = clinic_plan(2.0, service(), [level("A", items=13.0), level("B")], quarters=2)
    assert cost == pytest.approx(13 * 30 + 10 * 10)


def test_clinic_items_go_elsewhere_where_nobody_serves() -> None:
    """A service that is used but does not serve the institution does not stop the visit."""
    one = service(max_minutes=15.0, unserved_cost=1.0)
    status, cost, values = clinic_plan(2.0, one, [level("A", fixed=1000.0), level("B", fixed=1000.0)])
    assert status is Status.OPTIMAL
    assert values["elsewhere", ("P", "S", "Q1")] == pytest.approx(2.0)
    assert cost == pytest.approx(20.0)


def test_clinic_items_by_level() -> None:
    """Where levels differ in cost, clinic items are paid at the chosen level too."""
    levels = [
        level("A", "one", cost_per_item=2.0),
        level("A", "two", fixed=1.0, cost_per_item=3.0, cost_per_item_minute=0.0),
    ]
    _, cost, values = clinic_plan(2.0, service(), levels)
    assert values["open", ("A", "S", "two", 0.0)] == pytest.approx(1.0)
    assert cost == pytest.approx(1 + 22 * 3)
