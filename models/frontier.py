r"""The trade-off between two aims: the least of one under each of several limits on the other.

The limits are constraints (epsilon-constraint: Haimes, Lasdon and Wismer 1971), the searches are by prices. The least
of y + p x over the relaxation that proves a plan (the people, with the centres at their least) bounds *every* point:

.. math:: y(b) \ge \min_{plans} (y + p\,x) - p\,b \qquad \text{for every price } p \ge 0 \text{ and limit } b

(weighted sums: Geoffrion 1968; the bound is Lagrangian), so that points share their proofs, and the plan at a price is
close to the limit that the price belongs to. What exceeds it is cut back, and decided again a few sites at a time. A
point that a plan found before answers within the gap is not searched: a tighter limit permits no better plan.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from models.aims import gap_of
from models.answers import Status
from models.assemble import Model
from models.centre_route import doing_nothing, unserved_institutions
from models.frontier_plans import least_shortfall, plan_within
from models.frontier_prices import AGAIN, END, Prices
from models.instance import Instance
from models.matrix import Floats
from models.route import Report, Route, Settings

__all__ = ["LEAST", "LIMITED", "Frontier", "FrontierPoint", "NothingCountsError", "Settings", "frontier"]

#: Aims that may be limited, and aims that may be minimised under the limit.
LIMITED, LEAST = ("cost", "travel", "change", "unmet"), ("unmet", "worst_served")
#: Part of the gap asked for within which the plan of another point answers a limit.
BEFORE = 0.8
#: What a point may use of what others did not, as a multiple of an equal share of the seconds.
SPARED = 1.25
Answered = Literal["search", "another point"]
#: Called with the number of points that are done and how many there are.
Told = Callable[[int, int], None]


class NothingCountsError(Exception):
    """Nothing of the instance counts for `aim`, so that it cannot be traded."""

    def __init__(self, aim: str) -> None:
        super().__init__(aim)
        self.aim = aim


@dataclass(frozen=True)
class FrontierPoint:
    """The best plan found whose limited aim is at most `limit`.

    values: every aim of it; bound: proved lower bound of the minimised aim over all plans within the limit that break
    promises by no more than the plan without a limit; gap: as `models.aims.gap_of`; answered: by a search of its own,
    or by the plan of another point; x: its columns.
    """

    limit: float
    values: Mapping[str, float]
    bound: float
    gap: float
    answered: Answered
    seconds: float
    x: Floats


@dataclass(frozen=True)
class Frontier:
    """Points from the loosest limit to the tightest.

    limited, least: the two aims; status: OPTIMAL where every limit has a plan within the gap asked for or is proved to
    have none, INFEASIBLE where no plan keeps any of them (proved), UNSOLVED where none was found; missing: limits for
    which no plan was found, True where it is proved that there is none; proofs: price (units of `least` per unit of
    `limited`) and proved least value of `least` + price x `limited`; nothing: the aims of doing nothing; asked: the
    limits that were given.
    """

    limited: str
    least: str
    status: Status
    stopped_by: str
    points: tuple[FrontierPoint, ...]
    missing: Mapping[float, bool]
    proofs: tuple[tuple[float, float], ...]
    model: Model
    seconds: float
    nothing: Mapping[str, float] = field(default_factory=dict)
    asked: tuple[float, ...] = ()

    def bound(self, limit: float) -> float:
        """What is proved of `least` within any limit, between the points too."""
        return max((value - price * limit for price, value in self.proofs), default=-math.inf)


def frontier(
    instance: Instance,
    limited: str = "cost",
    least: str = "unmet",
    points: int = 10,
    limits: Sequence[float] = (),
    settings: Settings | None = None,
    told: Told | None = None,
    report: Report | None = None,
) -> Frontier:
    """The curve of an instance at `points` limits between its ends, or at the limits given.

    limited, least: of `LIMITED` and `LEAST`. settings: the seconds are those of all points together. A budget of the
    instance is left aside where cost is limited. told, report: news of points, and of the solves.
    Raises ValueError for other aims, fewer than two points, limits that are no finite numbers; NothingCountsError.
    """
    if limited not in LIMITED or least not in LEAST or limited == least or (points < 2 and not limits):
        raise ValueError(f"no frontier of {least} under limits on {limited} at {points} points")
    if not np.isfinite(limits).all():
        raise ValueError(f"a limit is no number: {list(limits)}")
    if limited == "cost":
        instance = replace(instance, budget=replace(instance.budget, yuan_per_year=None))
    return _Curve(instance, limited, least, settings or Settings(), report).run(points, limits, told or _quiet)


def _quiet(done: int, count: int) -> None:
    pass


class _Curve:
    """The state of one run."""

    def __init__(self, instance: Instance, limited: str, least: str, settings: Settings, report: Report | None) -> None:
        self.route = route = Route(instance, settings, report, None)
        self.model = model = route.model
        model.aims["unserved"] = unserved_institutions(model)
        for aim in (limited, least):
            if aim not in model.aims or not model.aims[aim][0].any():
                raise NothingCountsError(aim)
        route.nothing = doing_nothing(route)
        self.limited, self.least = limited, least
        self.prices = Prices(route, limited, least, settings.seconds)
        self.found: list[FrontierPoint] = []
        self.plans: list[Floats] = []
        self.missing: dict[float, bool] = {}

    def run(self, points: int, limits: Sequence[float], told: Told) -> Frontier:
        count, asked = len(limits) or points, sorted(set(limits), reverse=True)
        # The plan without a limit comes before the points, so that one share more is needed.
        share = self.prices.seconds = self.route.left / (count + 1)
        if self._held():
            began = time.perf_counter()
            loosest = self._loosest()
            if loosest is not None and not limits:
                self._keep(self.model.value(self.limited, loosest), loosest, "search", began)
                told(1, count)
                asked = self._between(points, loosest)
            for number, limit in enumerate(asked if loosest is not None else []):
                if self.route.stopped == "user":
                    break
                self.prices.seconds = min(self.route.left / (len(asked) - number), SPARED * share)
                self._point(limit)
                told(len(self.found) + len(self.missing), count)
        self._share()
        route, left = self.route, len(asked) > len(self.found) + len(self.missing)
        return Frontier(
            self.limited,
            self.least,
            self._status(whole=not left),
            route.stopped,
            tuple(self.found),
            self.missing,
            ((0.0, self.prices.relaxed.bound), *self.prices.proofs) if self.found else (),
            self.model,
            time.perf_counter() - route.began,
            route.nothing,
            tuple(limits),
        )

    def _held(self) -> bool:
        """Hold the shortfalls at their least; False where no plan was found that could be held to them."""
        prices = self.prices
        if prices.hold_shortfalls():
            return True
        # Under a budget the least of people and centres by themselves may be out of reach.
        short = None if prices.impossible else least_shortfall(prices)
        return short is not None and prices.hold_shortfalls(short)

    def _status(self, whole: bool) -> Status:
        if not self.found:
            return Status.INFEASIBLE if self.prices.impossible or (whole and self._all_proved()) else Status.UNSOLVED
        within = all(point.gap <= self.prices.gap + 1e-9 for point in self.found)
        return Status.OPTIMAL if whole and within and self._all_proved() else Status.FEASIBLE

    def _all_proved(self) -> bool:
        return all(self.missing.values()) and bool(self.found or self.missing)

    def _loosest(self) -> Floats | None:
        """The plan without a limit; it sets the shortfalls that every point may have."""
        prices = self.prices
        ends = prices.ends()
        price = ends[0] if ends else 0.0
        x = self._without_limit(prices.search(price))
        if x is None and self.route.stopped != "user":
            short = least_shortfall(prices)
            if short is None or not prices.hold_shortfalls(short):
                return None
            x = self._without_limit(prices.search(price))
        self.plans += [] if x is None else [x]
        return x

    def _without_limit(self, people: Floats | None) -> Floats | None:
        prices = self.prices
        near = prices.plans[-1][0] if prices.plans else np.inf
        return plan_within(prices, people, np.inf, prices.bound(near) + prices.target)

    def _between(self, points: int, loosest: Floats) -> list[float]:
        """Limits in equal steps down from the plan without a limit to the tightest plan that a search finds."""
        prices, ends, value = self.prices, self.prices.ends(), self.model.value
        if ends is None:
            return []
        tightest = plan_within(prices, prices.search(ends[1], rough=END * ends[2]), np.inf, np.inf)
        if tightest is None:
            return []
        self.plans.append(tightest)
        high, low = value(self.limited, loosest), value(self.limited, tightest)
        if low >= high - 1e-6 * max(1.0, abs(high)):
            return []
        return [float(limit) for limit in np.linspace(high, low, points)[1:]]

    def _point(self, limit: float) -> None:
        began, prices = time.perf_counter(), self.prices
        if (x := self._before(limit)) is not None:
            self._keep(limit, x, "another point", began)
            return
        price = prices.price_of(limit)
        if price is None:
            self.missing[limit] = True
            return
        people = prices.search(price)
        again = prices.between(limit)
        if again is not None and self.route.stopped != "user":
            other = prices.search(again, AGAIN)
            people = other if people is None else self._nearest(people, other, limit)
        x = self._before(limit)
        if x is not None:
            self._keep(limit, x, "another point", began)
            return
        x = plan_within(prices, people, limit, prices.bound(limit) + prices.target_at(limit))
        best = self._best(limit, x)
        if best is None:
            self.missing[limit] = False
        else:
            self._keep(limit, best, "search" if best is x else "another point", began)

    def _nearest(self, one: Floats, other: Floats | None, limit: float) -> Floats:
        """Of two plans of the relaxation, the one that has to give up least to keep a limit."""
        if other is None:
            return one
        model, added = self.prices.alone.model, self.prices.added.get(self.limited, 0.0)

        def over(x: Floats) -> tuple[bool, float]:
            beyond = model.value(self.limited, x) + added - limit
            return beyond < 0, abs(beyond)

        return min(one, other, key=over)

    def _before(self, limit: float) -> Floats | None:
        """A plan found before that answers a limit nearly as well as a search of its own would have to."""
        best = self._best(limit)
        enough = self.prices.bound(limit) + BEFORE * self.prices.target_at(limit)
        return best if best is not None and self.model.value(self.least, best) <= enough else None

    def _best(self, limit: float, first: Floats | None = None) -> Floats | None:
        """The best plan found so far that keeps a limit; `first` where no other is better."""
        known = [x for x in self.plans if self._within(x, limit)]
        known = known if first is None else [first, *known]
        value = self.model.value
        return min(known, key=lambda x: (round(value(self.least, x), 5), value(self.limited, x)), default=None)

    def _within(self, x: Floats, limit: float) -> bool:
        return self.model.value(self.limited, x) <= limit + 1e-9 * max(1.0, abs(limit))

    def _share(self) -> None:
        """Give each point the best plan of all that keep its limit, and the proof of all prices."""
        shared = []
        for point in self.found:
            best = self._best(point.limit, point.x)
            assert best is not None
            answered = point.answered if best is point.x else "another point"
            shared.append(replace(self._described(point.limit, best, answered), seconds=point.seconds))
        self.found = shared

    def _keep(self, limit: float, x: Floats, answered: Answered, began: float) -> None:
        self.plans.append(x)
        self.found.append(replace(self._described(limit, x, answered), seconds=time.perf_counter() - began))

    def _described(self, limit: float, x: Floats, answered: Answered) -> FrontierPoint:
        named = dict.fromkeys([*self.route.instance.aims.order, "floors", self.limited, self.least])
        values = {aim: self.model.value(aim, x) for aim in named if aim in self.model.aims}
        bound = min(self.prices.bound(limit), values[self.least])
        gap = gap_of(self.least, values[self.least], bound, self.route.nothing.get(self.least))
        return FrontierPoint(limit, values, bound, gap, answered, 0.0, x)
