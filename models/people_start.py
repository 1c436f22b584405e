"""The people by themselves, and the starts that their plan gives the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from models import by_hand
from models.assemble import Model, assemble
from models.centre_route import SAME, closed_cells, hold_centres, matrix_without
from models.matrix import Floats
from models.route import Route
from models.stages import Stages

#: The people's whole numbers.
WHOLE = ("sessions.clinics", "sessions.days", "sessions.mode", "sessions.main", "postings.posted")


def people_alone(route: Route, centre_cost: float | None = None, all_served: bool = True) -> Stages:
    """The people without centre columns: a relaxation of the whole plan.

    All services are there; each visit pays its items at the least unit cost; the budget is what the
    centres' least cost leaves; the floors may use what the centres' least shortfall leaves. Every
    plan of the whole model fits, so what is proved here holds for all.

    centre_cost: the centres' least cost where they may fall short by more than their least (None: at their least);
    all_served: whether no plan that counts leaves a member without a centre that has one at the least.
    """
    instance, budget = route.instance, route.instance.budget
    if budget.yuan_per_year is not None and "centres" in budget.covers:
        paid = route.least[1] if centre_cost is None else centre_cost
        instance = replace(instance, budget=replace(budget, yuan_per_year=budget.yuan_per_year - paid))
    # Where some member cannot be served at all, items may cost nothing: then none are charged here.
    alone = assemble(instance, without=("shared_centres",), items_paid=all_served and route.least[0] <= SAME)
    return Stages(alone, alone.matrix, report=route.report)


def people_of(model: Model, x: Floats, alone: Stages) -> Floats | None:
    """The people of a plan of the whole model, settled in the model without centres."""
    found = np.zeros(alone.matrix.cols)
    for path in WHOLE:
        there, here = model.columns(path), alone.model.columns(path)
        if there.size == here.size:
            found[here] = np.round(x[there])
    people = alone.model.columns("sessions", "postings")
    return by_hand.settle_whole(alone.model, alone.matrix, people[alone.matrix.integer[people]], found)


def start_with(route: Route, centres: Floats | None) -> Floats | None:
    """A plan to begin with: the people's own plan, else one by hand, else the running postings alone."""
    model, held = route.model, hold_centres(route.model, centres)
    closed = closed_cells(route, centres)
    people = model.columns("sessions", "postings")
    people = people[held.integer[people]]
    for whole in _starts(route):
        x = by_hand.settle_whole(model, matrix_without(held, "budget"), people, whole)
        if x is not None:
            return x
    return by_hand.office_plan(model, held, closed, within="budget")


def _starts(route: Route) -> Iterator[Floats]:
    model = route.model
    if route.people is not None:
        alone, found = route.people
        x = np.zeros(model.matrix.cols)
        for path in WHOLE:
            there, here = alone.columns(path), model.columns(path)
            if there.size == here.size:
                x[here] = np.round(found[there])
        yield x
