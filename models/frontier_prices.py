"""Prices that prove a whole frontier: searches over the relaxation of a plan, each with a bound for every limit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from models import by_hand
from models.aims import settle_aims
from models.answers import Job, Solution, Status, StoppedBy
from models.assemble import Model
from models.centre_route import SAME, centre_part, columns_of_centres, least_of_services, matrix_without
from models.highs import solve, solve_many
from models.matrix import Floats, Matrix
from models.neighbourhood import near_relaxation
from models.people_start import people_alone
from models.route import BUDGET_GAP, Route
from models.stages import Found, Stages, capped, scale_of

#: Part of the gap asked for at which a search by prices stops: what it leaves open, every point inherits.
PRICED = 0.4
#: Part of a point's seconds for its first search by a price, and for a second one.
SEARCH, AGAIN = 0.6, 0.3
#: Part of that gap, and of those seconds, for the start of a search.
NEAR = 0.5
#: What an end of the curve may give of the aim that it is the best of: a share of what there is to gain.
END = 0.001


def limited(model: Model, matrix: Matrix, aim: str, limit: float, added: float = 0.0) -> Matrix:
    """The matrix with the row `aim <= limit` at the end, in its own scale; added: what counts beside the model."""
    cost, constant = model.aims[aim]
    used = np.flatnonzero(cost)
    return capped(matrix, used, cost[used], limit - constant - added, "limit", aim)


@dataclass
class Prices:
    """The relaxation, and what searches by prices prove of it.

    alone: the relaxation, its shortfalls held at `short` (the people without centres, as `models.people_start`
    describes it; the model itself where there are no centres or no people); added: what the centres add at least to an
    aim; proofs: (price p, proved least value of `least` + p `limit_on` over the relaxation).
    """

    route: Route
    limit_on: str
    least: str
    seconds: float
    alone: Stages = field(init=False)
    added: dict[str, float] = field(init=False, default_factory=dict)
    proofs: list[tuple[float, float]] = field(init=False, default_factory=list)
    short: float = field(init=False, default=0.0)
    #: Whether it is proved that there is no plan at all.
    impossible: bool = field(init=False, default=False)
    #: What is proved of the shortfall of people and centres, each by themselves.
    least_short: float = field(init=False, default=0.0)
    #: A plan of the relaxation, where the first search begins.
    first: Floats | None = field(init=False, default=None)
    #: Plans of the relaxation that searches found: (`limit_on`, `least`, columns).
    plans: list[tuple[float, float, Floats]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        route = self.route
        if self.apart:
            route.least = least_of_services(route)
        self._relax(0.0)

    @property
    def has_people(self) -> bool:
        return self.route.model.has_people

    @property
    def apart(self) -> bool:
        """Whether the relaxation is another model than the whole."""
        return self.has_people and bool(self.route.model.columns("shared_centres").size)

    def hold_shortfalls(self, most: float | None = None) -> bool:
        """Hold the shortfalls of the whole at `most`, or the least of people and centres; False where none has these.

        Where the whole may fall short by more than people and centres each by themselves must, a member may go unserved
        for it: the centres then cost less, and visits pay no items. What was proved before is forgotten.
        """
        self.proofs.clear()
        self.plans.clear()
        if most is None:
            value, self.least_short = self._least_of_people()
            if value == np.inf:
                self.impossible = self.least_short == np.inf
                return False
            most = value
        self._relax(most - self.least_short)
        alone, self.short = self.alone, most
        # Rows that only the minimised aim needs stay from here on.
        alone.found.append(Found(self.least, np.inf, -np.inf, Status.FEASIBLE, "none", 0.0))
        cost, constant = alone.model.aims["floors"]
        if cost.any():
            limit = most + SAME - self.added.get("floors", 0.0) - constant
            alone.add_cap("floors", np.flatnonzero(cost), cost[cost != 0], limit)
        self.relaxed = self.linear(self.least)
        return self.relaxed.status is not Status.INFEASIBLE

    def _least_of_people(self) -> tuple[float, float]:
        """Shortfalls of the whole at the least: of a plan of the people with the centres' least, and proved.

        The budget is left aside: what is proved must hold also where unserved members leave money for people.
        """
        alone = self.alone
        if self.has_people:
            self.first = alone.x = by_hand.office_plan(alone.model, alone.matrix)
        trial = Stages(alone.model, matrix_without(alone.matrix, "budget"), alone.x)
        found = trial.accept("floors", 0.0, SAME, lambda _: SAME)
        found = found or trial.solve("floors", self.route.limits(self.seconds), lambda _: SAME)
        self.first = trial.x
        added = self.added.get("floors", 0.0)
        return found.value + added, np.inf if found.status is Status.INFEASIBLE else found.bound + added

    def _relax(self, slack: float) -> None:
        """The relaxation where the centres may fall short by `slack` more than they must."""
        route = self.route
        if not self.apart:
            self.alone = Stages(route.model, route.model.matrix, report=route.report)
            return
        cost = least_of_services(route, slack)[1] if slack > SAME else route.least[1]
        self.alone = people_alone(route, cost, all_served=slack <= SAME)
        if self.first is not None and self.first.size != self.alone.matrix.cols:
            self.first = None
        self.added = {"floors": route.least[0], "cost": cost}
        if self.limit_on not in self.added:
            self.added[self.limit_on] = self._least_of_centres(self.limit_on)

    def _least_of_centres(self, aim: str) -> float:
        """What the centres add at least to an aim, whatever they serve."""
        model = self.route.model
        own = columns_of_centres(model)
        cost = np.zeros(model.matrix.cols)
        cost[own] = model.aims[aim][0][own]
        beside = model.aims[aim][1] - self.alone.model.aims[aim][1]
        if not cost.any():
            return beside
        found = solve(centre_part(self.route, model.matrix, np.zeros(model.matrix.cols)), cost, relax=True)
        return beside + found.bound if np.isfinite(found.bound) else -np.inf

    def _vector(self, aim: str) -> tuple[Floats, float]:
        cost, constant = self.alone.model.aims[aim]
        return cost, constant + self.added.get(aim, 0.0)

    def linear(self, aim: str, limit: float | None = None) -> Solution:
        """The linear relaxation, with or without a limit."""
        alone = self.alone
        matrix = alone.without_later_aims(aim)
        if limit is not None:
            matrix = limited(alone.model, matrix, self.limit_on, limit, self.added.get(self.limit_on, 0.0))
        cost, constant = self._vector(aim)
        return solve(matrix, cost, constant, limits=self.route.limits(self.seconds), relax=True)

    def price_of(self, limit: float) -> float | None:
        """The price at which the linear relaxation keeps a limit; None where no plan keeps it (proved)."""
        found = self.linear(self.least, limit)
        if found.status is Status.INFEASIBLE:
            return None
        dual = 0.0 if found.row_dual is None else abs(float(found.row_dual[-1]))
        return dual / scale_of(self.alone.model.aims[self.limit_on][0])

    def between(self, limit: float) -> float | None:
        """The price of the line through the plans on both sides of a limit; None where it can prove nothing new.

        No price proves more at the limit than the line through two plans has there (Aneja and Nair 1979).
        """
        over = [plan for plan in self.plans if plan[0] > limit]
        under = [plan for plan in self.plans if plan[0] <= limit]
        if not over or not under:
            return None
        (x, y), (a, b) = min(plan[:2] for plan in over), max(plan[:2] for plan in under)
        price = (b - y) / (x - a)
        if price <= 0 or b - price * (limit - a) < self.bound(limit) + PRICED * self.target:
            return None
        return price

    def ends(self) -> tuple[float, float, float] | None:
        """Prices of the two ends: `least` before all, and `limit_on` before all; how far these are apart in `limit_on`.

        None where nothing can be traded. All by the linear relaxation.
        """
        model, best, low = self.alone.model, self.relaxed, self.linear(self.limit_on)
        if best.x is None or low.x is None:
            return None
        found = low.x.copy()
        settle_aims(model.sheet, self.alone.matrix, found)
        across = model.value(self.limit_on, best.x) - model.value(self.limit_on, low.x)
        down = model.value(self.least, found) - model.value(self.least, best.x)
        if across < 1e-6 or down < 1e-6:
            return None
        return END * down / across, down / (END * across), across

    def search(self, price: float, part: float = SEARCH, rough: float = 0.0) -> Floats | None:
        """A plan of the relaxation with the least of `least` + price x `limit_on`; what it proves is kept.

        It begins with the plan found before that is best at this price, bettered where the linear programme differs.
        part: of the point's seconds, and half as much before for the start. rough: what may stay open of `limit_on`,
        where that is more than the gap asked for.
        """
        alone = self.alone
        (cost, constant), (other, more) = self._vector(self.least), self._vector(self.limit_on)
        unit, seconds = max(1.0, price), part * self.seconds
        alone.model.aims["priced"] = (cost + price * other) / unit, (constant + price * more) / unit
        limits = self.route.limits(seconds, absolute_gap=max(PRICED * self.target, price * rough) / unit)
        matrix = alone.without_later_aims(self.least)
        begin = min(self.plans, key=lambda plan: plan[1] + price * plan[0])[2] if self.plans else self.first
        job = Job(matrix, *alone.model.aims["priced"], limits, begin)
        if begin is not None:
            close = replace(limits, absolute_gap=NEAR * limits.absolute_gap, seconds=NEAR * seconds)
            start, ended = near_relaxation(replace(job, limits=close))
            self._heed(ended)
            job = replace(job, start=start, limits=replace(limits, seconds=min(seconds, self.route.left)))
        answer = solve_many([job])[0]
        if np.isfinite(answer.bound):
            self.proofs.append((price, unit * answer.bound))
        self._heed(answer.stopped_by)
        if answer.x is not None:
            self.plans.append((float(other @ answer.x) + more, float(cost @ answer.x) + constant, answer.x))
        return answer.x

    def _heed(self, ended: StoppedBy) -> None:
        if ended in ("clock", "user"):
            self.route.stopped = ended

    def bound(self, limit: float) -> float:
        """What is proved of `least` within a limit by all searches so far."""
        told = [value - price * limit for price, value in self.proofs if price or np.isfinite(limit)]
        return max([self.relaxed.bound, *told])

    @property
    def target(self) -> float:
        """The absolute gap asked for without a limit, in the unit of `least`."""
        return self.target_at(np.inf)

    def target_at(self, limit: float) -> float:
        """The absolute gap asked for within a limit: a share of what is left to gain there (`models.aims.gap_of`)."""
        bound = self.bound(limit)
        if self.least in ("floors", "unmet"):
            return self.gap * max(self.route.nothing.get(self.least, bound) - bound, 1.0)
        return self.gap * max(abs(bound), 1.0)

    @property
    def gap(self) -> float:
        """The gap asked for, as wide as under a budget."""
        return BUDGET_GAP * self.route.settings.gap
