"""The joint allocation: one linked plan with a proved bound, by the route of design section 4.

1. people without centre columns, from a plan made by hand: `floors` and `unmet`, a bound for the whole;
2. every shared service alone, for the visits of that plan: least unserved, then least cost; 3. people
with these centres, from that plan: `floors`, `unmet` (accepted at once where the bound already proves
them), `worst_served`; 4. `travel`, `cost`, `fairness`, `change`, `wishes` with what is offered kept, the
centres again given the people. One call over everything ends half-way under a binding budget.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from models.answers import Limits, Status
from models.assemble import assemble
from models.centre_route import unserved_institutions
from models.clashes import find_clashes
from models.clinic_days import settle_days
from models.clinic_turns import settle_turns
from models.highs import solve
from models.instance import Instance
from models.known_plan import KnownPlan
from models.matrix import Matrix
from models.people_route import people_route
from models.route import Incumbent, Outcome, Report, Route, Settings
from models.rules import RULES
from models.scenarios import scenarios_of
from models.stages import Stages

__all__ = ["Outcome", "Settings", "plan"]


def plan(
    instance: Instance,
    settings: Settings | None = None,
    report: Report | None = None,
    incumbent: Incumbent | None = None,
    known: KnownPlan | None = None,
) -> Outcome:
    """The linked plan of an instance.

    report(stage, progress) is called while solving; incumbent(tables) for each better plan. known: a
    plan of another instance of the same region, from which the search begins where it fits.
    Never returns a plan worse than doing nothing (or than `known`, where it keeps all rules here) in the
    first aim that differs.
    """
    route = Route(instance, settings or Settings(), report, incumbent, known)
    route.model.aims["unserved"] = unserved_institutions(route.model)
    stages = people_route(route) if route.model.has_people else _plain_route(route, route.model.matrix)
    if stages is None or stages.x is None:
        return _no_plan(route, stages)
    return _outcome(route, stages)


def _no_plan(route: Route, stages: Stages | None) -> Outcome:
    seconds = time.perf_counter() - route.began
    empty = pd.DataFrame(columns=["scenario", "measure", "value", "unit"])
    if not _infeasible(route):
        return Outcome(Status.UNSOLVED, "clock", (), {}, empty, (), seconds, timings=route.timings)
    with route.timed("explain"):
        explained = assemble(route.instance, explain=True)
        relaxable = {rule.id for rule in RULES.values() if rule.kind != "structure"}
        units = {family.rule: family.unit for family in explained.sheet.families}
        limits = Limits(seconds=max(30.0, route.left), seed=route.settings.seed)
        found = find_clashes(explained.matrix, relaxable, limits, lambda rule: units.get(rule, ""))
    proofs = {"sufficient": found.proved_sufficient, "minimal": found.proved_minimal}
    return Outcome(
        Status.INFEASIBLE, "none", (), {}, empty, tuple(found.clashes), seconds, proofs=proofs, timings=route.timings
    )


def _infeasible(route: Route) -> bool:
    answer = solve(route.model.matrix, np.zeros(route.model.matrix.cols), limits=route.limits(30.0))
    return answer.status is Status.INFEASIBLE


def _plain_route(route: Route, matrix: Matrix) -> Stages | None:
    stages = Stages(route.model, matrix, report=route.report)
    aims = [aim for aim in route.instance.aims.order if route.model.aims[aim][0].any() or aim == "floors"]
    for number, aim in enumerate(aims):
        share = route.left / (len(aims) - number)
        with route.timed(aim):
            found = stages.solve(
                aim, route.limits(share if aim == "floors" else route.left, relative_gap=1e-9), route.tolerance(aim)
            )
        if found.value == np.inf:
            return None
        route.record(found)
        route.news(stages.x)
        if route.stopped == "user":
            break
    return stages


def _outcome(route: Route, stages: Stages) -> Outcome:
    assert stages.x is not None
    model = route.model
    settle_days(model.sheet, model.matrix, stages.x)
    settle_turns(model.sheet, model.matrix, stages.x)
    with route.timed("scenarios"):
        scenarios = scenarios_of(route, stages.x)
    results = tuple(route.final(result, stages.x) for result in route.results)
    proved = all(result.gap <= route.gap + 1e-9 for result in results)
    status = Status.OPTIMAL if proved else Status.FEASIBLE
    seconds = time.perf_counter() - route.began
    tables = model.tables(stages.x)
    return Outcome(
        status,
        route.stopped,
        results,
        tables,
        scenarios,
        (),
        seconds,
        stages.x,
        model,
        timings=route.timings,
    )
