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
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

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
    keeps = broken(model, x) <= FEASIBLE
    if keeps and only_forbids(model, made.model, places):
        aims = same_aims(model, made.model, places, [aim.name for aim in made.aims])
        told = [aim if aim.name in aims else _open(model, x, aim) for aim in made.aims]
        return Answer(Status.OPTIMAL, tuple(told), "old plan", time.perf_counter() - began, model, x)
    relaxed = _relaxed(made, route, x if keeps else None)
    if relaxed is not None:
        return replace(relaxed, seconds=time.perf_counter() - began)
    # What was looked at before the search is part of its time: a change is never slower than a new plan.
    left = replace(settings, seconds=max(1.0, settings.seconds - (time.perf_counter() - began)))
    found = plan(changed, left, report, known=KnownPlan(made.model, made.x))
    seconds = time.perf_counter() - began
    return Answer(found.status, found.aims, "search", seconds, found.model or model, found.x)


def broken(model: Model, x: Floats) -> float:
    """The greatest breach of any rule, bound or whole number; rows that only an aim needs are left aside."""
    return model.matrix.drop_rows(aim_rules.rows_of_aims(model.matrix)).worst(x)


def _open(model: Model, x: Floats, aim: AimResult) -> AimResult:
    """An aim of which nothing is proved."""
    value = model.value(aim.name, x) if aim.name in model.aims else aim.value
    return replace(aim, value=value, bound=-math.inf, gap=math.inf, given="not asked")


def _relaxed(made: Made, route: Route, x: Floats | None) -> Answer | None:
    """What the linear relaxation answers by itself; None where a search is needed.

    x: the old plan, where it keeps every rule as it is; else its whole numbers are settled anew.
    """
    model = route.model
    first = {}
    for name in ("floors", "unmet"):
        cost, constant = model.aims[name]
        first[name] = solve(model.matrix, cost, constant, limits=route.limits(route.settings.seconds), relax=True)
    if Status.INFEASIBLE in {found.status for found in first.values()}:
        return Answer(Status.INFEASIBLE, (), "linear programme", 0.0, model, None)
    if x is None:
        whole = carried(KnownPlan(made.model, made.x), model)
        x = settled(model, with_centres(model, whole), whole)
    if x is None:
        return None
    model.aims["unserved"] = unserved_institutions(model)
    nothing = doing_nothing(route)
    told = []
    for aim in made.aims:
        if aim.name not in first:
            told.append(_open(model, x, aim))
            continue
        value, bound = model.value(aim.name, x), min(first[aim.name].bound, model.value(aim.name, x))
        gap = aim_rules.gap_of(aim.name, value, bound, nothing.get(aim.name))
        if gap > route.gap + 1e-9 or (aim.name == "floors" and value > bound + FEASIBLE):
            return None
        told.append(replace(aim, value=value, bound=bound, gap=gap, given=""))
    return Answer(Status.OPTIMAL, tuple(told), "linear programme", 0.0, model, x)
