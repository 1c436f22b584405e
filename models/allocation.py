"""The joint allocation: one linked plan with a proved bound, by the route of design section 4.

1. every shared service alone: least unserved, then least cost; 2. people with these centres, from a
plan made by hand: `floors`, `unmet`, `worst_served`; 3. beside it a bound for the whole, from people
without centre columns; 4. `travel`, `cost`, `change`, `wishes` with what is offered kept, then the
centres again given the people. One call over everything ends half-way under a binding budget.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from models import aims as aim_rules
from models import baselines
from models.aims import AimResult
from models.answers import Job, Limits, Progress, Status
from models.assemble import Model, assemble
from models.clashes import Clash, find_clashes
from models.highs import solve
from models.instance import Instance
from models.matrix import Floats, Matrix
from models.rules import RULES
from models.stages import Found, Stages

PEOPLE_AIMS = ("travel", "cost", "change", "wishes")


@dataclass(frozen=True)
class Settings:
    """Limits of one plan: seconds for all solves, gap (share) of the first two aims, nodes, seed."""

    seconds: float = 60.0
    gap: float = 0.01
    nodes: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Outcome:
    """What was found. `tables` are those of the plan folder; `clashes` only when infeasible."""

    status: Status
    stopped_by: str
    aims: tuple[AimResult, ...]
    tables: Mapping[str, pd.DataFrame]
    scenarios: pd.DataFrame
    clashes: tuple[Clash, ...]
    seconds: float
    x: Floats | None = None
    model: Model | None = None
    proofs: Mapping[str, bool] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)


Report = Callable[[str, Progress], None]
Incumbent = Callable[[Mapping[str, pd.DataFrame]], None]


class _Route:
    """The state of one run."""

    def __init__(self, instance: Instance, settings: Settings, report: Report | None, incumbent: Incumbent | None) -> None:
        self.instance, self.settings, self.report, self.incumbent = instance, settings, report, incumbent
        self.began = time.perf_counter()
        self.timings: dict[str, float] = {}
        with self.timed("build"):
            self.model = assemble(instance)
        self.results: list[AimResult] = []
        self.stopped = "gap"
        self.nothing: dict[str, float] = {}
        self.people_floors = 0.0

    def timed(self, name: str) -> _Timer:
        return _Timer(self.timings, name)

    @property
    def left(self) -> float:
        return max(1.0, self.settings.seconds - (time.perf_counter() - self.began))

    def limits(self, seconds: float, absolute_gap: float = 1e-6, relative_gap: float = 0.0) -> Limits:
        nodes, seed = self.settings.nodes, self.settings.seed
        return Limits(seconds=min(seconds, self.left), absolute_gap=absolute_gap, relative_gap=relative_gap, nodes=nodes, seed=seed)

    def tolerance(self, aim: str) -> Callable[[float], float]:
        return lambda value: aim_rules.tolerance_of(self.instance, aim, value, self.nothing.get(aim))

    def record(self, found: Found, bound: float | None = None, given: str = "") -> None:
        proved = found.bound if bound is None else min(bound, found.value)
        unit = aim_rules.UNITS[found.aim][0]
        gap = aim_rules.gap_of(found.aim, found.value, proved, self.nothing.get(found.aim))
        self.results.append(AimResult(found.aim, found.value, proved, gap, unit, given))
        if found.stopped_by in ("clock", "user", "nodes"):
            order = ["gap", "nodes", "clock", "user"]
            self.stopped = max(self.stopped, found.stopped_by, key=order.index)

    def news(self, x: Floats | None) -> None:
        if self.incumbent is not None and x is not None:
            self.incumbent(self.model.tables(x))


class _Timer:
    def __init__(self, timings: dict[str, float], name: str) -> None:
        self.timings, self.name = timings, name

    def __enter__(self) -> None:
        self.start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.timings[self.name] = self.timings.get(self.name, 0.0) + time.perf_counter() - self.start


def plan(
    instance: Instance,
    settings: Settings | None = None,
    report: Report | None = None,
    incumbent: Incumbent | None = None,
) -> Outcome:
    """The linked plan of an instance.

    report(stage, progress) is called while solving; incumbent(tables) for each better plan.
    Never returns a plan worse than doing nothing in the first aim that differs.
    """
    route = _Route(instance, settings or Settings(), report, incumbent)
    people = any(name in route.model.blocks for name in ("postings", "sessions", "referrals"))
    stages = _people_route(route) if people else _plain_route(route, route.model.matrix)
    if stages is None or stages.x is None:
        return _no_plan(route, stages)
    return _outcome(route, stages)


def _no_plan(route: _Route, stages: Stages | None) -> Outcome:
    seconds = time.perf_counter() - route.began
    empty = pd.DataFrame(columns=["scenario", "measure", "value", "unit"])
    if not _infeasible(route):
        return Outcome(Status.UNSOLVED, "clock", (), {}, empty, (), seconds, timings=route.timings)
    with route.timed("explain"):
        explained = assemble(route.instance, explain=True)
        relaxable = {rule.id for rule in RULES.values() if rule.kind != "structure" and rule.id != "visit_balance"}
        found = find_clashes(explained.matrix, relaxable, Limits(seconds=max(30.0, route.left), seed=route.settings.seed))
    proofs = {"sufficient": found.proved_sufficient, "minimal": found.proved_minimal}
    return Outcome(Status.INFEASIBLE, "none", (), {}, empty, tuple(found.clashes), seconds, proofs=proofs, timings=route.timings)


def _infeasible(route: _Route) -> bool:
    answer = solve(route.model.matrix, np.zeros(route.model.matrix.cols), limits=route.limits(30.0))
    return answer.status is Status.INFEASIBLE


# --- without people: aims in order, piece by piece ----------------------------------------------


def _plain_route(route: _Route, matrix: Matrix) -> Stages | None:
    stages = Stages(route.model, matrix, report=route.report)
    aims = [aim for aim in route.instance.aims.order if route.model.aims[aim][0].any() or aim == "floors"]
    for number, aim in enumerate(aims):
        share = route.left / (len(aims) - number)
        with route.timed(aim):
            found = stages.solve(aim, route.limits(share if aim == "floors" else route.left, relative_gap=1e-9), route.tolerance(aim))
        if found.value == np.inf:
            return None
        route.record(found)
        route.news(stages.x)
    return stages


# --- with people ----------------------------------------------------------------------------------


def _people_route(route: _Route) -> Stages | None:
    model, instance = route.model, route.instance
    with route.timed("baselines"):
        given = _centres_today(route)
        idle = baselines.price(model, baselines.nothing(model), given, levers=False)
    if idle is not None:
        route.nothing = {aim: model.value(aim, idle) for aim in model.aims}
    with route.timed("centres"):
        centres = _centres_first(route)
    if centres is None:
        return None
    stages = Stages(model, _hold_centres(model, centres), report=route.report)
    with route.timed("by hand"):
        start = _start(route, centres)
    if start is not None:
        stages.x = start
        route.news(start)
    order = [aim for aim in instance.aims.order if aim in model.aims]
    first = [aim for aim in order if aim not in PEOPLE_AIMS]
    for aim in first:
        if not _first_aim(route, stages, aim, centres):
            return None
    return _later_aims(route, stages, [aim for aim in order if aim in PEOPLE_AIMS])


def _hold_centres(model: Model, centres: Floats) -> Matrix:
    cols = baselines.centre_columns(model)
    whole = cols[model.matrix.integer[cols]]
    return model.matrix.fixed(whole, np.round(centres[whole]))


def _first_aim(route: _Route, stages: Stages, aim: str, centres: Floats) -> bool:
    """Solve one of the aims that decide what is offered; False when there is no plan."""
    limits = _limits_of(route, aim, stages)
    with route.timed(aim):
        if aim == "unmet" and route.model.columns("shared_centres").size:
            bound = _Bound(route, next((f.value for f in stages.found if f.aim == "floors"), 0.0))
            found = stages.solve(aim, limits, route.tolerance(aim), beside=bound.job(limits))
            whole = None if stages.beside is None else stages.beside.bound
        else:
            found, whole = stages.solve(aim, limits, route.tolerance(aim)), None
    if found.value == np.inf:
        return False
    if aim == "floors" and route.model.columns("shared_centres").size:
        whole = _floors_bound(route)
    route.record(found, whole, _given(aim, route))
    route.news(stages.x)
    return True


def _given(aim: str, route: _Route) -> str:
    if aim in ("floors", "unmet") or not route.model.columns("shared_centres").size:
        return "earlier aims"
    return "earlier aims, centres"


def _limits_of(route: _Route, aim: str, stages: Stages) -> Limits:
    seconds = {"floors": 0.25, "unmet": 0.6, "worst_served": 0.5}.get(aim, 0.5) * route.left
    if aim != "unmet":
        gap = {"floors": 1e-6, "worst_served": 0.005}.get(aim, 1e-6)
        limits = route.limits(seconds, absolute_gap=gap)
        return replace(limits, nodes=route.settings.nodes or 200) if aim == "worst_served" else limits
    cost, constant = route.model.aims[aim]
    relaxed = solve(stages.matrix, cost, constant, limits=Limits(seconds=seconds), relax=True)
    room = max(route.nothing.get(aim, relaxed.bound) - relaxed.bound, 1.0)
    return route.limits(seconds, absolute_gap=max(0.45 * route.settings.gap * room, 0.5))


def _later_aims(route: _Route, stages: Stages, aims: list[str]) -> Stages:
    model = route.model
    with route.timed("keep offer"):
        stages.keep(model.columns("sessions.mode"))
    for number, aim in enumerate(aims):
        share = route.left / (len(aims) - number)
        with route.timed(aim):
            found = stages.solve(aim, route.limits(share, relative_gap=1e-4), route.tolerance(aim))
            if found.value == np.inf:
                break
            if aim == "cost" and model.columns("shared_centres").size:
                found = _centres_again(route, stages, found)
        route.record(found, given="earlier aims, the offer" + (", centres" if aim != "cost" else ""))
        route.news(stages.x)
    return stages


def _start(route: _Route, centres: Floats) -> Floats | None:
    """The better of the plan by hand and today's practice that respects every rule."""
    model, held = route.model, _hold_centres(route.model, centres)
    closed = _closed_cells(route, centres)
    whole = np.flatnonzero(held.integer)
    for baseline in (baselines.by_hand(model, closed), baselines.Baseline(model, "running", _running_only(route))):
        fixed = baseline.fixed(levers=True)
        matrix = held.fixed(whole, np.clip(fixed.lower[whole], held.lower[whole], held.upper[whole]))
        centre = baselines.centre_columns(model)
        centre = centre[held.integer[centre]]
        matrix = matrix.fixed(centre, np.round(centres[centre]))
        matrix = matrix.drop_rows(np.char.startswith(matrix.row_rules, "aims."))
        x = baselines.settle_in_order(model, matrix, ("floors", "unmet"))
        if x is not None:
            return x
    return None


def _running_only(route: _Route) -> dict[str, dict[object, float]]:
    from models import postings

    return {"postings.posted": {option: 1.0 for option in postings.running(route.instance)}}


def _closed_cells(route: _Route, centres: Floats) -> frozenset[tuple[str, str]]:
    served = route.model.ledger.offers.get("served")
    if served is None:
        return frozenset()
    offsets = route.model.offsets
    got = {
        pair: sum(coef * centres[offsets[c.number] + c.position[key]] for c, key, coef in terms) for pair, terms in served.items()
    }
    kinds = route.instance.specialties
    return frozenset(
        (i, k) for i, k in route.instance.needs if any(got.get((i, s), 0.0) < 0.5 for s in kinds[k].requires)
    )


# --- centres --------------------------------------------------------------------------------------


def _centres_today(route: _Route) -> Floats | None:
    """Everybody served from the centres that exist today, as well as they can."""
    model, levels = route.model, route.instance.levels
    columns = model.variable("shared_centres.open")
    if columns is None:
        return None
    existing = {(v.institution, v.service, v.level) for v in levels if v.state in ("existing", "forced")}
    first = int(model.offsets[columns.number])
    gone = [first + at for at, key in enumerate(columns.keys) if key[:3] not in existing]  # type: ignore[index]
    shut = np.asarray(gone, dtype=np.int64)
    rules = model.matrix.row_rules
    loose = ["forced_centre", "forbidden_centre", "least_volume", "max_centres", "lock", "budget"]
    matrix = model.matrix.drop_rows(np.isin(rules, loose)).fixed(shut, np.zeros(shut.size))
    return _centres_only(route, matrix, np.zeros(matrix.cols))


def _expected_visits(route: _Route) -> Floats:
    """A first guess of what clinics will add to the centres: half of what they could keep."""
    model, x = route.model, np.zeros(route.model.matrix.cols)
    columns = model.variable("sessions.session_visits")
    if columns is not None:
        first = int(model.offsets[columns.number])
        for at, key in enumerate(columns.keys):
            need = route.instance.needs[key[0], key[1]]  # type: ignore[index]
            weekly = route.instance.specialties[need.specialty].capture["weekly"] * need.pool
            x[first + at] = 0.7 * min(weekly, need.recoverable_visits)
    return x


def _centres_first(route: _Route) -> Floats | None:
    """Each service alone: least unserved, then least cost; x of all columns (people as guessed)."""
    model = route.model
    if not model.columns("shared_centres").size:
        return np.zeros(model.matrix.cols)
    guess = _centres_only(route, model.matrix, _expected_visits(route))
    return guess if guess is not None else _centres_only(route, model.matrix, np.zeros(model.matrix.cols))


def _centres_only(route: _Route, matrix: Matrix, x: Floats) -> Floats | None:
    model = route.model
    stages = Stages(model, _centre_part(route, matrix, x))
    for aim in ("floors", "cost"):
        found = stages.solve(aim, route.limits(0.15 * route.settings.seconds, relative_gap=1e-4), lambda _: 1e-6)
        if found.value == np.inf:
            return None
    return stages.x


def _columns_of_shortfalls(model: Model, block: str) -> np.ndarray:
    paths = [columns.path for family, columns in model.shortfalls.items() if family.startswith(f"{block}.")]
    return model.columns(*paths) if paths else np.zeros(0, dtype=np.int64)


def _least_of_services(route: _Route) -> tuple[float, float]:
    """Proved lower bounds of the centres alone: their part of `floors`, and their cost at that.

    No clinic items are counted, so that both hold whatever the people do.
    """
    model = route.model
    part = _centre_part(route, model.matrix, np.zeros(model.matrix.cols))
    stages = Stages(model, part)
    floors = stages.solve("floors", route.limits(5.0, relative_gap=1e-4), lambda _: 1e-6)
    cost = stages.solve("cost", route.limits(10.0, relative_gap=1e-4), lambda _: 1e-6)
    return floors.bound - model.aims["floors"][1], cost.bound - model.aims["cost"][1]


class _Bound:
    """A bound of `unmet` for the whole plan: the people without centre columns.

    Their services are all there, their money is the budget less the least cost of the centres, and
    each visit pays its items at the least unit cost; their floors may use what the centres' least
    shortfall leaves of the cap. Every plan of the whole model fits, so its bound holds for all.
    """

    def __init__(self, route: _Route, floors_value: float) -> None:
        self.route = route
        floors, cost = _least_of_services(route)
        instance = route.instance
        budget = instance.budget
        if budget.yuan_per_year is not None and "centres" in budget.covers:
            # A dearer shortfall elsewhere could buy a cheaper centre: then nothing may be taken off.
            exact = floors_value <= self._people_floors_guess(route) + floors + 1e-6
            instance = replace(instance, budget=replace(budget, yuan_per_year=budget.yuan_per_year - (cost if exact else 0.0)))
        self.model = assemble(instance, without=("shared_centres",))
        self.cap = floors_value - floors

    @staticmethod
    def _people_floors_guess(route: _Route) -> float:
        return route.people_floors

    def job(self, limits: Limits) -> Job:
        model = self.model
        matrix = model.matrix.drop_rows(np.char.startswith(model.matrix.row_rules, "aims."))
        floors, constant = model.aims["floors"]
        if floors.any():
            row = np.flatnonzero(floors)
            stages = Stages(model, matrix)
            stages.add_cap("floors", row, floors[row], self.cap - constant + 1e-6)
            matrix = stages.matrix
        cost, constant = model.aims["unmet"]
        return Job(matrix, cost, constant, limits=limits)


def _people_only_floors(route: _Route) -> float:
    """Proved least floors of the people alone, every service being there."""
    model = assemble(route.instance, without=("shared_centres",))
    stages = Stages(model, model.matrix.drop_rows(model.matrix.row_rules == "budget"))
    return stages.solve("floors", route.limits(0.15 * route.settings.seconds), lambda _: 1e-6).bound


def _floors_bound(route: _Route) -> float:
    """A bound of `floors` for the whole plan: people alone plus centres alone."""
    route.people_floors = _people_only_floors(route)
    return route.people_floors + _least_of_services(route)[0]


def _centre_part(route: _Route, matrix: Matrix, x: Floats) -> Matrix:
    """The rows and columns of the centres, everything else held at x."""
    model = route.model
    own = np.concatenate([baselines.centre_columns(model), _columns_of_shortfalls(model, "shared_centres")])
    other = np.setdiff1d(np.arange(matrix.cols), own)
    touched = matrix.A[:, baselines.centre_columns(model)].tocsr()
    keep = np.diff(touched.indptr) > 0
    keep &= ~np.isin(matrix.row_rules, ["requires_service", "budget"])
    return matrix.drop_rows(~keep).fixed(other, x[other])


def _centres_again(route: _Route, stages: Stages, found: Found) -> Found:
    """The cheapest centres for the people that were decided; floors and served services stay."""
    assert stages.x is not None
    model, x = route.model, stages.x
    own = np.concatenate([baselines.centre_columns(model), _columns_of_shortfalls(model, "shared_centres")])
    cols = own[np.argsort(own)]
    matrix = stages.matrix.with_bounds(model.matrix.lower, model.matrix.upper)
    for cap in ("cost",):
        matrix = matrix.drop_rows(matrix.row_rules == f"cap.{cap}")
    others = np.setdiff1d(np.arange(matrix.cols), cols)
    matrix = matrix.fixed(others, x[others])
    trial = Stages(model, matrix, x=x.copy())
    better = trial.solve("cost", route.limits(0.15 * route.settings.seconds, relative_gap=1e-4), lambda _: 1e-6)
    if trial.x is None or better.value > found.value + 1e-6:
        return found
    stages.x = trial.x
    saved = found.value - better.value
    whole = cols[matrix.integer[cols]]
    stages.matrix = stages.matrix.fixed(whole, np.round(trial.x[whole]))
    bound = found.bound - saved - (better.value - better.bound)
    return replace(found, value=better.value, bound=bound, stopped_by=better.stopped_by if better.stopped_by != "gap" else found.stopped_by)


# --- what comes out -------------------------------------------------------------------------------


def _outcome(route: _Route, stages: Stages) -> Outcome:
    assert stages.x is not None
    model = route.model
    with route.timed("scenarios"):
        scenarios = _scenarios(route, stages.x)
    proved = all(result.gap <= route.settings.gap + 1e-9 for result in route.results)
    status = Status.OPTIMAL if proved else Status.FEASIBLE
    seconds = time.perf_counter() - route.began
    tables = model.tables(stages.x)
    return Outcome(status, route.stopped, tuple(route.results), tables, scenarios, (), seconds, stages.x, model, timings=route.timings)


def _scenarios(route: _Route, x: Floats) -> pd.DataFrame:
    """Every aim and headline figure of doing nothing, today, by hand and this plan."""
    model = route.model
    plans: dict[str, Floats | None] = {}
    if "sessions" in model.blocks or "postings" in model.blocks:
        given = _centres_today(route)
        plans["do_nothing"] = baselines.price(model, baselines.nothing(model), given, levers=False)
        plans["today"] = baselines.price(model, baselines.today(model), given, levers=False)
        plans["by_hand"] = baselines.price(model, baselines.by_hand(model), given, levers=True)
    plans["plan"] = x
    rows = []
    for name, solution in plans.items():
        if solution is not None:
            rows += [(name, *measure) for measure in _measures(model, solution)]
    return pd.DataFrame(rows, columns=["scenario", "measure", "value", "unit"])


def _measures(model: Model, x: Floats) -> list[tuple[str, float, str]]:
    instance = model.instance
    total = sum(q.months for q in instance.quarters)
    share = {q.name: q.months / total for q in instance.quarters}

    def amount(path: str, by_quarter: bool) -> float:
        columns = model.variable(path)
        if columns is None:
            return 0.0
        values = x[model.offsets[columns.number] : model.offsets[columns.number] + len(columns)]
        return float(sum(v * (share[key[-1]] if by_quarter else 1.0) for key, v in zip(columns.keys, values, strict=True)))  # type: ignore[index]

    found = [(f"aim:{aim}", model.value(aim, x), aim_rules.UNITS[aim][0]) for aim in instance.aims.order if aim in model.aims]
    if "referrals" in model.blocks:
        parts = {"sessions": "sessions.session_visits", "posted": "postings.posted_visits", "tele": "referrals.tele"}
        parts |= {"referred": "referrals.referred", "left": "referrals.left", "unmet": "referrals.unmet"}
        found += [(f"visits:{name}", amount(path, True), "visits/month") for name, path in parts.items()]
        found.append(("visits:own", sum(need.own for need in instance.needs.values()), "visits/month"))
        found.append(("clinics", amount("sessions.clinics", False) / len(instance.quarters), "clinics/quarter"))
        found.append(("posted doctors", amount("postings.posted", False), "doctors"))
    for part, terms in model.ledger.money.items():
        cost = sum(yuan * x[model.offsets[c.number] + c.position[key]] for c, key, yuan in terms)
        found.append((f"cost:{part}", float(cost), "yuan/year"))
    return found
