"""The state of one run of the allocation: limits, timings, aims recorded, plans reported."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from models import aims as aim_rules
from models.aims import AimResult
from models.answers import Limits, Progress, Status
from models.assemble import Model, assemble
from models.clashes import Clash
from models.highs import forget_interrupt, interrupted, solve
from models.instance import Instance
from models.known_plan import KnownPlan
from models.matrix import Floats
from models.stages import Found, Stages

#: With a binding budget the step in centre size stays open: the gap asked for is this much wider.
BUDGET_GAP = 2.5
#: `worst_served` stays open by 6 to 14 points whatever is tried: it stops by nodes, to be repeatable.
WORST_NODES = 20
#: Seconds that every stage gets, to look at its start.
LEAST = 0.5
#: Least seconds for the linear relaxation of `unmet`: without it nothing is proved at all.
RELAXED = 5.0
#: Part of the time limit that is kept for pricing the scenarios at the end.
KEPT_BACK = 0.06
#: Part that the search for `unmet` leaves to the aims after it, but no more than leaves it two fifths; under a budget
#: none, where it is the cut-back start that takes the time.
LATER = 0.3


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


class Route:
    """The state of one run."""

    def __init__(
        self,
        instance: Instance,
        settings: Settings,
        report: Report | None,
        incumbent: Incumbent | None,
        known: KnownPlan | None = None,
    ) -> None:
        self.instance, self.settings, self.report, self.incumbent = instance, settings, report, incumbent
        self.known = known
        self.began = time.perf_counter()
        forget_interrupt()
        self.timings: dict[str, float] = {}
        with self.timed("build"):
            self.model = assemble(instance)
        self.results: list[AimResult] = []
        self.stopped = "gap"
        self.nothing: dict[str, float] = {}
        self.alone: dict[str, Found] = {}
        self.people: tuple[Model, Floats] | None = None
        #: Centres sized for visits, by these.
        self.sized: dict[bytes, Floats | None] = {}
        self.least = (0.0, 0.0)

    def timed(self, name: str) -> _Timer:
        return _Timer(self.timings, name)

    @property
    def gap(self) -> float:
        """The gap asked for: wider under a budget that doing nothing does not keep easily."""
        return self.settings.gap * (BUDGET_GAP if self.instance.budget.yuan_per_year is not None else 1.0)

    @property
    def left(self) -> float:
        """Seconds that the solves may still use; never so few that a stage cannot look at its start.

        After Ctrl-C there is no more time than that, whichever solve it ended.
        """
        if interrupted():
            self.stopped = "user"
            return LEAST
        spent = time.perf_counter() - self.began
        return max(LEAST, (1.0 - KEPT_BACK) * self.settings.seconds - spent)

    def limits(self, seconds: float, absolute_gap: float = 1e-6, relative_gap: float = 0.0) -> Limits:
        nodes, seed = self.settings.nodes, self.settings.seed
        return Limits(
            seconds=min(seconds, self.left),
            absolute_gap=absolute_gap,
            relative_gap=relative_gap,
            nodes=nodes,
            seed=seed,
        )

    def tolerance(self, aim: str) -> Callable[[float], float]:
        known = None if self.known is None else self.known.value(aim)

        def most(value: float) -> float:
            given = aim_rules.tolerance_of(self.instance, aim, value, self.nothing.get(aim))
            # What is better than the known plan stays so: later aims may not give all of it away.
            return given if known is None or known < value else min(given, known - value)

        return most

    def record(self, found: Found, bound: float | None = None, given: str = "") -> None:
        proved = found.bound if bound is None else min(bound, found.value)
        sure = math.isfinite(proved)
        if not sure:
            # Stopped before any bound: nothing is proved but that shortfalls and costs are not negative.
            proved = min(0.0, found.value)
        unit = aim_rules.UNITS[found.aim][0]
        gap = aim_rules.gap_of(found.aim, found.value, proved, self.nothing.get(found.aim))
        by = found if bound is None else self.alone.get(found.aim, found)
        told = (by.engine, by.proof) if sure else ("", "none")
        self.results.append(AimResult(found.aim, found.value, proved, gap, unit, given, *told))
        if found.stopped_by in ("clock", "user", "nodes"):
            order = ["gap", "nodes", "clock", "user"]
            self.stopped = max(self.stopped, found.stopped_by, key=order.index)

    def final(self, result: AimResult, x: Floats) -> AimResult:
        """An aim as it stands in the finished plan: later aims may have used up its tolerance."""
        value = self.model.value(result.name, x)
        gap = aim_rules.gap_of(result.name, value, result.bound, self.nothing.get(result.name))
        return replace(result, value=value, gap=gap)

    def heed(self, stages: Stages) -> None:
        """Let a search that the clock cut be told, even where it only prepared another."""
        if stages.clocked and self.stopped != "user":
            self.stopped = "clock"

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


def limits_of(route: Route, aim: str, stages: Stages) -> Limits:
    seconds = {"floors": 0.25, "unmet": 0.6, "worst_served": 0.3}.get(aim, 0.5) * route.left
    if aim != "unmet":
        gap = {"floors": 1e-6, "worst_served": 0.005}.get(aim, 1e-6)
        limits = route.limits(seconds, absolute_gap=gap)
        return replace(limits, nodes=route.settings.nodes or WORST_NODES) if aim == "worst_served" else limits
    if route.instance.budget.yuan_per_year is None:
        seconds = max(0.4 * route.left, min(seconds, route.left - LATER * route.settings.seconds))
    cost, constant = stages.model.aims[aim]
    if stages.relaxed_rows.get(aim) != stages.matrix.rows or not math.isfinite(stages.relaxed[aim]):
        relaxed = solve(stages.matrix, cost, constant, limits=Limits(seconds=max(seconds, RELAXED)), relax=True)
        stages.relaxed[aim], stages.relaxed_rows[aim] = relaxed.bound, stages.matrix.rows
    proved = stages.relaxed[aim]
    bound = proved if math.isfinite(proved) else route.nothing.get(aim, 0.0)
    room = max(route.nothing.get(aim, bound) - bound, 1.0)
    return route.limits(seconds, absolute_gap=max(0.6 * route.gap * room, 0.5))
