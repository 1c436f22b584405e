"""The route of a plan with people in it, as `models.allocation` describes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models import aims as aim_rules
from models import by_hand
from models.answers import Job, Status
from models.centre_route import (
    SAME,
    centres_again,
    centres_that_serve,
    centres_within_budget,
    doing_nothing,
    hold_centres,
    least_of_services,
    matrix_without,
)
from models.highs import settle, solve
from models.known_plan import carried, settled, with_centres
from models.matrix import Floats, Matrix
from models.neighbourhood import blocks_of_specialties, improve_in_blocks, near_relaxation
from models.people_start import people_alone, people_of, start_with
from models.pricing import start_within
from models.route import Route, limits_of
from models.stages import Stages
from models.turn_route import hand_over_clinics

#: Aims that are decided with the offer (modes and centres) kept.
PEOPLE_AIMS = ("travel", "cost", "fairness", "change", "wishes")
#: What one point of shortfall counts against a visit while a start is looked for.
FLOORS_FIRST = 100.0
#: Part of the gap asked for to which a known plan is bettered near the linear programme.
NEAR = 0.5
#: Relative gaps at which they stop, so that the clock does not.
LATER_GAP = {"travel": 0.003, "cost": 0.005, "fairness": 0.01, "change": 0.02, "wishes": 0.1}


def people_route(route: Route) -> Stages | None:
    model, instance = route.model, route.instance
    with route.timed("baselines"):
        route.nothing = doing_nothing(route)
    stages = _start_of(route)
    if stages is None:
        return None
    route.news(stages.x)
    order = [aim for aim in instance.aims.order if aim in model.aims and model.aims[aim][0].any()]
    last = max((at for at, aim in enumerate(order) if aim not in PEOPLE_AIMS), default=-1)
    for aim in order[: last + 1]:
        if not _first_aim(route, stages, aim):
            if not route.results or stages.x is None:
                return None
            # A plan that serves the aims before this one is in hand: it is kept, and the stop is told.
            route.stopped = "clock"
            return stages
        if route.stopped == "user":
            return stages
    return _later_aims(route, stages, order[last + 1 :])


def _start_of(route: Route) -> Stages | None:
    """The people with centres chosen and a plan to begin with; bounds of the whole in `route.alone`.

    Without a budget the people decide first and the centres are sized for them. Under a budget the
    size of the centres is chosen first, since it decides what is left for people.
    """
    model = route.model
    if not model.columns("shared_centres").size:
        return _begun(route, None)
    with route.timed("centres"):
        route.least = least_of_services(route)
    alone = people_alone(route)
    with route.timed("by hand"):
        alone.x = by_hand.office_plan(alone.model, alone.matrix, within="budget")
    tight = alone.x is not None and _over_budget(alone)
    if route.known is not None:
        with route.timed("known plan"):
            x = settled(alone.model, alone.matrix, carried(route.known, alone.model))
        if x is not None and (alone.x is None or _better(_worth(alone, x), _worth(alone, alone.x))):
            alone.x = x
    if not tight:
        _prove_alone(route, alone, tight)
    if alone.x is not None:
        route.people = (alone.model, alone.x)
    with route.timed("centres"):
        centres = centres_within_budget(route) if tight else centres_that_serve(route)
    if centres is None:
        return _all_at_once(route)
    stages = _begun(route, centres)
    if tight:
        with route.timed("blocks"):
            kept = _promises_kept(stages)
            _in_blocks(route, stages, blocks_of_specialties(stages), weighed=not kept)
            _in_blocks(route, stages, weighed=not kept)
        if stages.x is not None:
            alone.x = people_of(model, stages.x, alone)
        _prove_alone(route, alone, tight)
    return stages


def _begun(route: Route, centres: Floats | None) -> Stages:
    """The people with these centres, and the best start that keeps every rule."""
    stages = Stages(route.model, hold_centres(route.model, centres), report=route.report)
    with route.timed("by hand"):
        stages.x = start_with(route, centres)
    with route.timed("within budget"):
        stages.x = _kept(route, stages)
    # Never worse than the running postings and nothing else.
    idle = by_hand.running_plan(route.model, stages.matrix)
    if idle is not None and (stages.x is None or _worth(stages, idle) < _worth(stages, stages.x)):
        stages.x = idle
    stages = _no_worse_than_known(route, stages)
    if stages.x is None and not _feasible(route, stages.matrix):
        return _all_at_once(route)
    return stages


def _no_worse_than_known(route: Route, stages: Stages) -> Stages:
    """The known plan's people with these centres where they are better; with its own where only those serve it."""
    if route.known is None:
        return stages
    model = route.model
    with route.timed("known plan"):
        whole = carried(route.known, model)
        for matrix in (stages.matrix, with_centres(model, whole)):
            x = settled(model, matrix, whole)
            if x is not None and (stages.x is None or _better(_worth(stages, x), _worth(stages, stages.x))):
                stages = Stages(model, matrix, x, report=route.report)
    return stages


def _better(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Fewer shortfalls, or as many and fewer visits unmet by more than the rounding of a linear programme."""
    return one[0] < other[0] or (one[0] == other[0] and one[1] < other[1] - 1e-4)


def _worth(stages: Stages, x: Floats) -> tuple[float, float]:
    """Floors, then unmet visits, rounded as a comparison needs."""
    return round(stages.model.value("floors", x), 4), stages.model.value("unmet", x)


def _all_at_once(route: Route) -> Stages:
    """Centres and people in one search: where no centres chosen beforehand leave any plan (a budget below them)."""
    return Stages(route.model, route.model.matrix, report=route.report)


def _feasible(route: Route, matrix: Matrix) -> bool:
    found = solve(matrix, np.zeros(matrix.cols), limits=route.limits(0.2 * route.left))
    return found.status is not Status.INFEASIBLE


def _prove_alone(route: Route, alone: Stages, tight: bool) -> None:
    """Solve `floors` and `unmet` of the people alone; what is found goes to `route.alone`."""
    for aim in ("floors", "unmet"):
        with route.timed(f"{aim} of people"):
            if aim == "unmet" and not tight:
                if route.known is None:
                    _in_blocks(route, alone)
                else:
                    _near(route, alone)
            limits = limits_of(route, aim, alone)
            if aim == "unmet" and tight:
                # The plan comes from the people with their centres: here only the bound is wanted.
                limits = replace(limits, seconds=0.2 * route.left)
            found = alone.accept(aim, 0.0, SAME, lambda _: SAME) if aim == "floors" else None
            if found is None:
                found = alone.solve(aim, limits, lambda _: SAME)
        # A search that ended before its own relaxation proves what the relaxation did.
        found = replace(found, bound=max(found.bound, alone.relaxed.get(aim, -np.inf)))
        if found.value == np.inf and not np.isfinite(found.bound):
            return
        if aim == "floors" and found.bound > SAME and route.instance.budget.yuan_per_year is not None:
            found = replace(found, bound=_floors_without_budget(route, alone))
        route.alone[aim] = found


def _floors_without_budget(route: Route, alone: Stages) -> float:
    """A bound of the people's floors that holds however little the centres cost.

    Leaving members unserved could free money for clinics, so that the floors under the budget less
    the centres' least cost prove nothing for the whole.
    """
    free = Stages(alone.model, matrix_without(alone.model.matrix, "budget"))
    return free.solve("floors", route.limits(0.1 * route.left), lambda _: SAME).bound


def _in_blocks(route: Route, stages: Stages, blocks: list[np.ndarray] | None = None, weighed: bool = False) -> None:
    """Bring `unmet` near to its optimum block by block, so that the large search has little left to do.

    weighed: before `floors` is capped, it counts `FLOORS_FIRST` times in what is brought down.
    """
    limits = limits_of(route, "unmet", stages)
    aim = _weigh_floors(stages) if weighed else "unmet"
    improve_in_blocks(stages, aim, replace(limits, seconds=0.12 * route.left), blocks, total=0.4 * route.left)
    route.heed(stages)


def _promises_kept(stages: Stages) -> bool:
    """Whether the plan at hand has no shortfall at all; then none is let in again."""
    if stages.x is None or stages.model.value("floors", stages.x) > SAME:
        return False
    floors, constant = stages.model.aims["floors"]
    used = np.flatnonzero(floors)
    if used.size:
        stages.add_cap("floors", used, floors[used], SAME - constant)
    return True


def _weigh_floors(stages: Stages) -> str:
    """Register the aim `start`, shortfalls and visits in one sum, and return its name."""
    model = stages.model
    (floors, constant), (unmet, more) = model.aims["floors"], model.aims["unmet"]
    model.aims["start"] = (FLOORS_FIRST * floors + unmet, FLOORS_FIRST * constant + more)
    return "start"


def _first_aim(route: Route, stages: Stages, aim: str) -> bool:
    """Solve one of the aims that decide what is offered; False when there is no plan."""
    bound = _whole_bound(route, stages, aim)
    if aim == "worst_served" and stages.x is not None:
        # Left out of the searches before: what the plan at hand is worth must be right where this one finds nothing.
        aim_rules.settle_worst_served(route.model.sheet, route.model.matrix, stages.x)
    with route.timed(aim):
        found = stages.accept(aim, bound, _enough(route, aim, bound), route.tolerance(aim))
        if found is None:
            found = stages.solve(aim, limits_of(route, aim, stages), route.tolerance(aim))
    if found.value == np.inf:
        return False
    route.record(found, bound, _given(route, bound))
    route.news(stages.x)
    return True


def _over_budget(stages: Stages) -> bool:
    return stages.x is not None and bool(stages.matrix.violations(stages.x, 1e-6)["rule"].eq("budget").any())


def _kept(route: Route, stages: Stages) -> Floats | None:
    """The plan at hand, or a cheaper one where it breaks the budget."""
    return _within_budget(route, stages) if _over_budget(stages) else stages.x


def _near(route: Route, stages: Stages) -> None:
    """Bring `unmet` of the plan at hand down where the linear programme differs from it."""
    if stages.x is None:
        return
    limits, (cost, constant) = limits_of(route, "unmet", stages), stages.model.aims["unmet"]
    close = replace(limits, absolute_gap=NEAR * limits.absolute_gap, seconds=0.12 * route.left)
    x, ended = near_relaxation(Job(stages.without_later_aims("unmet"), cost, constant, close, stages.x))
    if float(cost @ x) < float(cost @ stages.x):
        stages.x = x
    stages.clocked |= ended == "clock"
    route.heed(stages)


def _within_budget(route: Route, stages: Stages) -> Floats | None:
    """A start that keeps a binding budget, from `stages.x`, which may break it; None where none was found."""
    model, aim = stages.model, _weigh_floors(stages)
    room = max(route.nothing.get("unmet", 1.0), 1.0)
    limits = route.limits(0.085 * route.left, absolute_gap=0.004 * room)
    found = start_within(stages, aim, "budget", limits, total=0.4 * route.left)
    route.heed(stages)
    return None if found is None else settle(stages.matrix, model.aims[aim][0], found, 10.0)


def _whole_bound(route: Route, stages: Stages, aim: str) -> float | None:
    """The proved bound of an aim over all centres, where there is one."""
    if aim not in route.alone:
        return None
    if aim == "floors":
        return route.alone[aim].bound + route.least[0]
    # Proved with the people's floors at their least: holds when the whole plan's floors are least too.
    floors = next((found.value for found in stages.found if found.aim == "floors"), 0.0)
    exact = floors <= route.alone["floors"].bound + route.least[0] + SAME
    return route.alone[aim].bound if exact else None


def _enough(route: Route, aim: str, bound: float | None) -> float:
    """The value at which an aim is good enough not to be searched again."""
    if bound is None:
        return -np.inf
    if aim != "unmet":
        return bound + SAME
    return bound + 0.85 * route.gap * max(route.nothing.get(aim, bound) - bound, 1.0)


def _given(route: Route, bound: float | None) -> str:
    proved_for_all = bound is not None or not route.model.columns("shared_centres").size
    return "earlier aims" if proved_for_all else "earlier aims, centres"


def _later_aims(route: Route, stages: Stages, aims: list[str]) -> Stages:
    model = route.model
    with route.timed("keep offer"):
        stages.keep(model.columns("sessions.mode"))
    for number, aim in enumerate(aims):
        share = route.left / (len(aims) - number)
        gap = 0.5 * aim_rules.tolerance_of(route.instance, aim, 0.0, None)
        limits = route.limits(share, absolute_gap=gap, relative_gap=LATER_GAP.get(aim, 1e-4))
        with route.timed(aim):
            if aim == "fairness":
                hand_over_clinics(route, stages, limits)
                limits = replace(limits, seconds=min(share, route.left))
            found = stages.solve(aim, limits, route.tolerance(aim))
            if found.value == np.inf:
                break
            if aim == "cost" and model.columns("shared_centres").size:
                found = centres_again(route, stages, found)
        route.record(found, given="earlier aims, the offer, centres")
        route.news(stages.x)
        if route.stopped == "user":
            break
    return stages
