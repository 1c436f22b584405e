"""Single what-ifs of a plan that was made: answered by the plan itself, by a linear programme, or by a search from it.

Three questions in this order, each cheaper than the next:

1. Does the change only forbid, and does the plan keep what it forbids? Then the plan is as good as it was, and what was
   proved of it holds, since no plan is new (`models.forbids`).
2. Does the linear relaxation show that nothing much better than the old plan is left, or that there is no plan at all?
3. Otherwise a search begins with the old plan and its centres (`models.known_plan`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models import aims as aim_rules
from models.aims import AimResult
from models.allocation import plan
from models.answers import Status
from models.assemble import Model
from models.centre_route import doing_nothing, unserved_institutions
from models.forbids import moved, only_forbids, places_of, same_aims
from models.highs import solve
from models.instance import Instance
from models.known_plan import KnownPlan, carried, settled, with_centres
from models.matrix import Floats
from models.route import Report, Route, Settings

Answered = Literal["old plan", "linear programme", "search"]
#: What breaks a row by less is the rounding of a solver.
FEASIBLE = 1e-5
#: Values that differ by less, relative to their size, are the same.
ROUNDING = 1e-4
#: Part of the seconds that each linear relaxation may take.
LINEAR = 0.1


@dataclass(frozen=True)
class Made:
    """A plan that was made: its model, columns and aims with their proofs."""

    model: Model
    x: Floats
    aims: Sequence[AimResult]


@dataclass(frozen=True)
class Answer:
    """What holds under the change. aims: those that are answered, in order; x: None where there is no plan."""

    status: Status
    aims: tuple[AimResult, ...]
    answered: Answered
    seconds: float
    model: Model
    x: Floats | None


def what_if(made: Made, changed: Instance, settings: Settings | None = None, report: Report | None = None) -> Answer:
    """Answer a change: the best plan of `changed`, with what is proved of it.

    The bounds that the old plan answers with are those that were proved of it. A linear programme answers for the first
    two aims; later ones then have the old plan's values and no bound.
    """
    began = time.perf_counter()
    settings = settings or Settings()
    route = Route(changed, settings, report, None)
    model = route.model
    places = places_of(model, made.model)
    x = moved(made.x, places, model)
    keeps, forbids = broken(model, x) <= FEASIBLE, only_forbids(model, made.model, places)
    if keeps and forbids:
        told = _by_the_plan(made, model, x, places)
        if told is not None:
            status = Status.OPTIMAL if all(aim.gap <= route.gap + 1e-9 for aim in told) else Status.FEASIBLE
            return Answer(status, told, "old plan", time.perf_counter() - began, model, x)
    relaxed = _relaxed(made, route, x if keeps else None, forbids)
    if relaxed is not None:
        return replace(relaxed, seconds=time.perf_counter() - began)
    # What was looked at before the search is part of its time: a change is never slower than a new plan.
    left = replace(settings, seconds=max(1.0, settings.seconds - (time.perf_counter() - began)))
    found = plan(changed, left, report, known=KnownPlan(made.model, made.x))
    aims = _with_old_bounds(made, found.aims, found.model) if forbids else found.aims
    return Answer(found.status, aims, "search", time.perf_counter() - began, found.model or model, found.x)


def _by_the_plan(made: Made, model: Model, x: Floats, places: np.ndarray) -> tuple[AimResult, ...] | None:
    """The old proofs, and later aims that count otherwise without; None where `x` is not what was proved."""
    same = same_aims(model, made.model, places, [aim.name for aim in made.aims])
    if len(same) < min(2, len(made.aims)):
        return None
    for aim in made.aims[: len(same)]:
        if abs(model.value(aim.name, x) - aim.value) > ROUNDING * max(1.0, abs(aim.value)):
            return None
    return (*made.aims[: len(same)], *_open(model, x, made.aims[len(same) :]))


def _with_old_bounds(made: Made, aims: tuple[AimResult, ...], model: Model | None) -> tuple[AimResult, ...]:
    """What was proved of the old plan holds where nothing new is permitted: of visits, with as few broken promises."""
    old = {aim.name: aim for aim in made.aims}
    found = {aim.name: aim for aim in aims}
    if model is None or not {"floors", "unmet"} <= set(old) & set(found):
        return aims
    better = {"floors": max(found["floors"].bound, old["floors"].bound)}
    if found["floors"].value <= old["floors"].value + FEASIBLE and not old["unmet"].given.endswith("centres"):
        better["unmet"] = max(found["unmet"].bound, old["unmet"].bound)
    told = []
    for aim in aims:
        bound = min(better.get(aim.name, aim.bound), aim.value)
        gain = (aim.value - aim.bound) or 1.0
        told.append(replace(aim, bound=bound, gap=aim.gap * (aim.value - bound) / gain) if bound > aim.bound else aim)
    return tuple(told)


def broken(model: Model, x: Floats) -> float:
    """The greatest breach of any rule, bound or whole number; rows that only an aim needs are left aside."""
    return model.matrix.drop_rows(aim_rules.rows_of_aims(model.matrix)).worst(x)


def _open(model: Model, x: Floats, aims: Sequence[AimResult]) -> Iterator[AimResult]:
    """Aims of which nothing is proved, as the plan has them."""
    found = x.copy()
    aim_rules.settle_aims(model.sheet, model.matrix, found)
    for aim in aims:
        value = model.value(aim.name, found) if aim.name in model.aims else aim.value
        yield replace(aim, value=value, bound=-math.inf, gap=math.inf, given="not asked")


def _relaxed(made: Made, route: Route, x: Floats | None, forbids: bool) -> Answer | None:
    """What the linear relaxation answers by itself; None where a search is needed.

    x: the old plan, where it keeps every rule as it is; else its whole numbers are settled anew. forbids: whether the
    old bounds hold as well. Only broken promises and unmet visits are answered so, where they come first.
    """
    model, bounds = route.model, dict[str, float]()
    for name in ("floors", "unmet"):
        cost, constant = model.aims[name]
        limits = route.limits(LINEAR * route.settings.seconds)
        found = solve(model.matrix, cost, constant, limits=limits, relax=True)
        if found.status is Status.INFEASIBLE:
            return Answer(Status.INFEASIBLE, (), "linear programme", 0.0, model, None)
        bounds[name] = found.bound
    if [aim.name for aim in made.aims[:2]] != ["floors", "unmet"]:
        return None
    if x is None:
        whole = carried(KnownPlan(made.model, made.x), model)
        x = settled(model, with_centres(model, whole), whole)
    if x is None:
        return None
    model.aims["unserved"] = unserved_institutions(model)
    nothing = doing_nothing(route)
    told = []
    for aim in made.aims[:2]:
        value = model.value(aim.name, x)
        gap = aim_rules.gap_of(aim.name, value, min(bounds[aim.name], value), nothing.get(aim.name))
        told.append(replace(aim, value=value, bound=min(bounds[aim.name], value), gap=gap, given=""))
    if forbids:
        told = list(_with_old_bounds(made, tuple(told), model))
    floors, unmet = told
    if floors.value > floors.bound + FEASIBLE or unmet.gap > route.gap + 1e-9:
        return None
    return Answer(Status.OPTIMAL, (*told, *_open(model, x, made.aims[2:])), "linear programme", 0.0, model, x)
