"""The joint allocation: one linked plan with a proved bound, by the route of design section 4.

1. people without centre columns, from a plan made by hand: `floors` and `unmet`, a bound for the whole;
2. every shared service alone, for the visits of that plan: least unserved, then least cost; 3. people
with these centres, from that plan: `floors`, `unmet` (accepted at once where the bound already proves
them), `worst_served`; 4. `travel`, `cost`, `change`, `wishes` with what is offered kept, the centres
again given the people. One call over everything ends half-way under a binding budget.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from models import aims as aim_rules
from models import baselines
from models.aims import AimResult
from models.answers import Limits, Progress, Status
from models.assemble import Model, assemble
from models.clashes import Clash, find_clashes
from models.highs import settle, solve
from models.instance import Instance
from models.matrix import Floats, Matrix
from models.pricing import start_within
from models.rules import RULES
from models.stages import Found, Stages

#: Aims that are decided with the offer (modes and centres) kept.
PEOPLE_AIMS = ("travel", "cost", "change", "wishes")
#: What one point of shortfall counts against a visit while a start is looked for.
FLOORS_FIRST = 100.0
#: With a binding budget the step in centre size stays open: the gap asked for is this much wider.
BUDGET_GAP = 2.5
#: Relative gaps at which they stop, so that the clock does not.
LATER_GAP = {"travel": 0.003, "cost": 0.005, "change": 0.02, "wishes": 0.1}
#: `worst_served` stays open by 6 to 14 points whatever is tried: it stops by nodes, to be repeatable.
WORST_NODES = 60


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
            self.model.aims["unserved"] = _unserved(self.model)
        self.results: list[AimResult] = []
        self.stopped = "gap"
        self.nothing: dict[str, float] = {}
        self.alone: dict[str, Found] = {}
        self.people: tuple[Model, Floats] | None = None
        self.least = (0.0, 0.0)

    def timed(self, name: str) -> _Timer:
        return _Timer(self.timings, name)

    @property
    def gap(self) -> float:
        """The gap asked for: wider under a budget that doing nothing does not keep easily."""
        return self.settings.gap * (BUDGET_GAP if self.instance.budget.yuan_per_year is not None else 1.0)

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
        relaxable = {rule.id for rule in RULES.values() if rule.kind != "structure"}
        units = {family.rule: family.unit for family in explained.sheet.families}
        limits = Limits(seconds=max(30.0, route.left), seed=route.settings.seed)
        found = find_clashes(explained.matrix, relaxable, limits, lambda rule: units.get(rule, ""))
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
    centres: Floats | None = None
    if model.columns("shared_centres").size:
        _people_alone(route)
        with route.timed("centres"):
            centres = _centres_for(route)
        if centres is None:
            return None
    stages = Stages(model, _hold_centres(model, centres), report=route.report)
    with route.timed("by hand"):
        stages.x = _start(route, centres)
    with route.timed("within budget"):
        stages.x = _kept(route, stages)
    if stages.x is None:
        stages.x = baselines.running_plan(model, stages.matrix)
    route.news(stages.x)
    order = [aim for aim in instance.aims.order if aim in model.aims and model.aims[aim][0].any()]
    for aim in (aim for aim in order if aim not in PEOPLE_AIMS):
        if not _first_aim(route, stages, aim):
            return None
    return _later_aims(route, stages, [aim for aim in order if aim in PEOPLE_AIMS])


def _hold_centres(model: Model, centres: Floats | None) -> Matrix:
    if centres is None:
        return model.matrix
    cols = baselines.centre_columns(model)
    whole = cols[model.matrix.integer[cols]]
    return model.matrix.fixed(whole, np.round(centres[whole]))


def _people_alone(route: _Route) -> None:
    """The people without centre columns: a bound for the whole plan, and a plan to size the centres for.

    All services are there; each visit pays its items at the least unit cost; the budget is what the
    centres' least cost leaves; the floors may use what the centres' least shortfall leaves. Every
    plan of the whole model fits, so what is proved here holds for all.
    """
    with route.timed("centres"):
        route.least = _least_of_services(route)
    instance, budget = route.instance, route.instance.budget
    if budget.yuan_per_year is not None and "centres" in budget.covers:
        less = replace(budget, yuan_per_year=budget.yuan_per_year - route.least[1])
        instance = replace(instance, budget=less)
    alone = assemble(instance, without=("shared_centres",))
    stages = Stages(alone, alone.matrix, report=route.report)
    with route.timed("by hand"):
        stages.x = baselines.office_plan(alone, alone.matrix, within="budget")
    with route.timed("within budget"):
        stages.x = _kept(route, stages)
    for aim in ("floors", "unmet"):
        with route.timed(f"{aim} of people"):
            found = stages.solve(aim, _limits_of(route, aim, stages), lambda _: 1e-6)
        if found.value == np.inf:
            return
        route.alone[aim] = found
    if stages.x is not None:
        route.people = (alone, stages.x)


def _first_aim(route: _Route, stages: Stages, aim: str) -> bool:
    """Solve one of the aims that decide what is offered; False when there is no plan."""
    bound = _whole_bound(route, stages, aim)
    with route.timed(aim):
        found = stages.accept(aim, bound, _enough(route, aim, bound), route.tolerance(aim))
        if found is None:
            found = stages.solve(aim, _limits_of(route, aim, stages), route.tolerance(aim))
    if found.value == np.inf:
        return False
    route.record(found, bound, _given(aim, route))
    route.news(stages.x)
    return True


def _kept(route: _Route, stages: Stages) -> Floats | None:
    """The plan at hand, or a cheaper one where it breaks the budget."""
    if stages.x is None or not stages.matrix.violations(stages.x, 1e-6)["rule"].eq("budget").any():
        return stages.x
    return _within_budget(route, stages)


def _within_budget(route: _Route, stages: Stages) -> Floats | None:
    """A start that keeps a binding budget, from `stages.x`, which may break it; None where none was found."""
    model = stages.model
    (floors, constant), (unmet, more) = model.aims["floors"], model.aims["unmet"]
    model.aims["start"] = (FLOORS_FIRST * floors + unmet, FLOORS_FIRST * constant + more)
    room = max(route.nothing.get("unmet", 1.0), 1.0)
    limits = route.limits(0.2 * route.left, absolute_gap=0.01 * room)
    found = start_within(stages, "start", "budget", limits)
    return None if found is None else settle(stages.matrix, model.aims["start"][0], found, 10.0)


def _whole_bound(route: _Route, stages: Stages, aim: str) -> float | None:
    """The proved bound of an aim over all centres, where there is one."""
    if aim not in route.alone:
        return None
    if aim == "floors":
        return route.alone[aim].bound + route.least[0]
    # Proved with the people's floors at their least: holds when the whole plan's floors are least too.
    floors = next((found.value for found in stages.found if found.aim == "floors"), 0.0)
    exact = floors <= route.alone["floors"].value + route.least[0] + 1e-6
    return route.alone[aim].bound if exact else None


def _enough(route: _Route, aim: str, bound: float | None) -> float:
    """The value at which an aim is good enough not to be searched again."""
    if bound is None:
        return -np.inf
    if aim != "unmet":
        return bound + 1e-6
    return bound + 0.6 * route.gap * max(route.nothing.get(aim, bound) - bound, 1.0)


def _given(aim: str, route: _Route) -> str:
    if aim in ("floors", "unmet") or not route.model.columns("shared_centres").size:
        return "earlier aims"
    return "earlier aims, centres"


def _limits_of(route: _Route, aim: str, stages: Stages) -> Limits:
    seconds = {"floors": 0.25, "unmet": 0.55, "worst_served": 0.35}.get(aim, 0.5) * route.left
    if aim != "unmet":
        gap = {"floors": 1e-6, "worst_served": 0.005}.get(aim, 1e-6)
        limits = route.limits(seconds, absolute_gap=gap)
        return replace(limits, nodes=route.settings.nodes or WORST_NODES) if aim == "worst_served" else limits
    cost, constant = stages.model.aims[aim]
    relaxed = solve(stages.matrix, cost, constant, limits=Limits(seconds=seconds), relax=True)
    room = max(route.nothing.get(aim, relaxed.bound) - relaxed.bound, 1.0)
    return route.limits(seconds, absolute_gap=max(0.45 * route.gap * room, 0.5))


def _later_aims(route: _Route, stages: Stages, aims: list[str]) -> Stages:
    model = route.model
    with route.timed("keep offer"):
        stages.keep(model.columns("sessions.mode"))
    for number, aim in enumerate(aims):
        share = route.left / (len(aims) - number)
        gap = 0.5 * aim_rules.tolerance_of(route.instance, aim, 0.0, None)
        limits = route.limits(share, absolute_gap=gap, relative_gap=LATER_GAP.get(aim, 1e-4))
        with route.timed(aim):
            found = stages.solve(aim, limits, route.tolerance(aim))
            if found.value == np.inf:
                break
            if aim == "cost" and model.columns("shared_centres").size:
                found = _centres_again(route, stages, found)
        route.record(found, given="earlier aims, the offer" + (", centres" if aim != "cost" else ""))
        route.news(stages.x)
    return stages


def _start(route: _Route, centres: Floats | None) -> Floats | None:
    """A plan to begin with: the people's own plan, else one by hand, else the running postings alone."""
    model, held = route.model, _hold_centres(route.model, centres)
    closed = _closed_cells(route, centres)
    people = model.columns("sessions", "postings")
    people = people[held.integer[people]]
    for whole in _starts(route):
        x = baselines.settle_whole(model, matrix_without(held, "budget"), people, whole)
        if x is not None:
            return x
    return baselines.office_plan(model, held, closed, within="budget")


def _starts(route: _Route) -> Iterator[Floats]:
    model = route.model
    if route.people is not None:
        alone, found = route.people
        x = np.zeros(model.matrix.cols)
        for path in ("sessions.clinics", "sessions.days", "sessions.mode", "sessions.main", "postings.posted"):
            there, here = alone.columns(path), model.columns(path)
            if there.size == here.size:
                x[here] = np.round(found[there])
        yield x


def _closed_cells(route: _Route, centres: Floats | None) -> frozenset[tuple[str, str]]:
    served = route.model.ledger.offers.get("served")
    if served is None or centres is None:
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
    for level in sorted(existing):
        at = np.asarray([first + place for place, key in enumerate(columns.keys) if key[:3] == level], dtype=np.int64)  # type: ignore[index]
        row = sp.csr_matrix((np.ones(at.size), (np.zeros(at.size, dtype=int), at)), shape=(1, matrix.cols))
        matrix = matrix.with_rows(row, [1.0], [np.inf], ["today.existing"], [" ".join(level)])
    return _centres_only(route, matrix, np.zeros(matrix.cols))


def _centres_for(route: _Route) -> Floats | None:
    """Each service alone: least unserved, then least cost, for the visits of the people's own plan.

    Where the centres cannot take all of its items, they are sized without them.
    """
    model = route.model
    x = np.zeros(model.matrix.cols)
    if route.people is not None:
        alone, found = route.people
        for path in ("sessions.session_visits", "postings.posted_visits"):
            there, here = alone.columns(path), model.columns(path)
            if there.size == here.size:
                x[here] = found[there]
    sized = _centres_only(route, model.matrix, x)
    return sized if sized is not None else _centres_only(route, model.matrix, np.zeros(model.matrix.cols))


def _centres_only(route: _Route, matrix: Matrix, x: Floats) -> Floats | None:
    model = route.model
    stages = Stages(model, _centre_part(route, matrix, x))
    for aim in ("floors", "unserved", "cost"):
        found = stages.solve(aim, route.limits(0.15 * route.settings.seconds, relative_gap=1e-4), lambda _: 1e-6)
        if found.value == np.inf:
            return None
    return stages.x


def _unserved(model: Model) -> tuple[Floats, float]:
    """How many institutions go without a service, whether at a price or not."""
    vector = np.zeros(model.matrix.cols)
    vector[model.columns("shared_centres.unserved")] = 1.0
    return vector, 0.0


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


def _centre_part(route: _Route, matrix: Matrix, x: Floats) -> Matrix:
    """The rows and columns of the centres, everything else held at x."""
    model = route.model
    own = np.concatenate([baselines.centre_columns(model), _columns_of_shortfalls(model, "shared_centres")])
    other = np.setdiff1d(np.arange(matrix.cols), own)
    touched = matrix.A[:, baselines.centre_columns(model)].tocsr()
    keep = np.diff(touched.indptr) > 0
    keep &= ~np.isin(matrix.row_rules, ["requires_service", "budget"])
    return matrix.drop_rows(~keep).fixed(other, x[other])


def matrix_without(matrix: Matrix, rule: str) -> Matrix:
    """The model without the rows of a rule."""
    return matrix.drop_rows(matrix.row_rules == rule)


def _centres_again(route: _Route, stages: Stages, found: Found) -> Found:
    """The cheapest centres for the people that were decided; floors and served services stay."""
    assert stages.x is not None
    model, x = route.model, stages.x
    own = np.concatenate([baselines.centre_columns(model), _columns_of_shortfalls(model, "shared_centres")])
    cols = own[np.argsort(own)]
    matrix = stages.matrix.with_bounds(model.matrix.lower, model.matrix.upper)
    matrix = matrix_without(matrix, "cap.cost")
    others = np.setdiff1d(np.arange(matrix.cols), cols)
    matrix = matrix.fixed(others, x[others])
    trial = Stages(model, matrix, x=x.copy())
    better = trial.solve("cost", route.limits(0.15 * route.settings.seconds, relative_gap=1e-4), lambda _: 1e-6)
    if trial.x is None or better.value > found.value + 1e-6:
        return found
    stages.x = trial.x
    saved = found.value - better.value
    whole = cols[matrix.integer[cols]]
    stages.matrix = matrix_without(stages.matrix, "cap.cost").fixed(whole, np.round(trial.x[whole]))
    cost = model.aims["cost"][0]
    paid = np.flatnonzero(cost)
    stages.add_cap("cost", paid, cost[paid], float(cost @ trial.x) + route.tolerance("cost")(better.value))
    bound = found.bound - saved - (better.value - better.bound)
    return replace(found, value=better.value, bound=bound, stopped_by=better.stopped_by if better.stopped_by != "gap" else found.stopped_by)


# --- what comes out -------------------------------------------------------------------------------


def _outcome(route: _Route, stages: Stages) -> Outcome:
    assert stages.x is not None
    model = route.model
    with route.timed("scenarios"):
        scenarios = _scenarios(route, stages.x)
    proved = all(result.gap <= route.gap + 1e-9 for result in route.results)
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
