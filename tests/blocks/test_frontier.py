"""The curve between two aims: every point beside a plan of its own, every bound beside the optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from support.one_service import pair
from support.tiny import tiny_instance

from models import frontier_prices
from models.aims import rows_of_aims
from models.answers import Job, Limits, Status
from models.assemble import assemble
from models.frontier import Frontier, NothingCountsError, Settings, frontier
from models.frontier_prices import Prices
from models.highs import solve, solve_many
from models.instance import Budget, Instance
from models.route import Route

EXACT = Settings(seconds=300.0, gap=1e-6)
EXACT_SOLVE = Limits(absolute_gap=1e-6, relative_gap=0.0)


def _optimum(
    instance: Instance, limit: float, limited: str = "cost", least: str = "unmet", floors: float | None = None
) -> float:
    """The least of one aim under a limit on another, with as few broken promises as can be (or `floors` of them)."""
    model = assemble(instance)
    bare = model.matrix.drop_rows(rows_of_aims(model.matrix, {least}))
    for aim, most in (("floors", floors), (limited, limit)):
        cost, constant = model.aims[aim]
        most = solve(bare, cost, constant, limits=EXACT_SOLVE).objective if most is None else most
        bare = bare.with_rows(sp.csr_matrix(cost[np.newaxis, :]), [-np.inf], [most - constant + 1e-5], ["held"], [aim])
    cost, constant = model.aims[least]
    return solve(bare, cost, constant, limits=EXACT_SOLVE).objective


def _stretched() -> Instance:
    """The tiny alliance with too small an ECG centre for the clinics that are promised: promises compete."""
    tiny = tiny_instance()
    levels = tuple(
        replace(one, items_per_day=12.0 if one.institution == "H1" else 0.5) if one.service == "ecg" else one
        for one in tiny.levels
    )
    needs = {key: replace(need, floor=(3.0,)) if key[1] == "K2" else need for key, need in tiny.needs.items()}
    cardiology = replace(tiny.specialties["K2"], requires=("ecg",))
    return replace(tiny, levels=levels, needs=needs, specialties={**tiny.specialties, "K2": cardiology})


@pytest.fixture(scope="module")
def curve() -> Frontier:
    """Six points of the tiny alliance, exact."""
    return frontier(tiny_instance(), points=6, settings=EXACT)


def test_each_point_is_the_optimum_under_its_limit(curve: Frontier) -> None:
    """One search over everything under the limit as a budget has as many visits unmet, and no bound is above it."""
    assert len(curve.points) == 6
    for point in curve.points:
        best = _optimum(tiny_instance(), point.limit)
        assert point.values["unmet"] == pytest.approx(best, abs=1e-3)
        assert point.bound <= best + 1e-6


def test_each_plan_keeps_its_limit_and_every_rule(curve: Frontier) -> None:
    """The columns of a point break no row of the model, and cost no more than its limit."""
    for point in curve.points:
        assert point.values["cost"] <= point.limit * (1 + 1e-9)
        rows = curve.model.matrix
        assert rows.drop_rows(np.char.startswith(rows.row_rules, "aims.")).worst(point.x) < 1e-5


def test_less_money_never_serves_more(curve: Frontier) -> None:
    """Along the curve limits fall and unmet visits do not, nor do their bounds."""
    for looser, tighter in zip(curve.points, curve.points[1:], strict=False):
        assert tighter.limit < looser.limit
        assert tighter.values["unmet"] >= looser.values["unmet"] - 1e-6
        assert tighter.bound >= looser.bound - 1e-6


def test_limits_between_two_points_are_answered_by_one_of_them() -> None:
    """A limit a yuan below another's plan is searched; a limit that the plan before keeps is not."""
    tiny = tiny_instance()
    loose = frontier(tiny, points=2, settings=EXACT).points[0].values["cost"]
    found = frontier(tiny, limits=[loose + 500.0, loose + 1000.0, loose - 1.0], settings=Settings(seconds=300.0))
    assert [point.limit for point in found.points] == [loose + 1000.0, loose + 500.0, loose - 1.0]
    assert found.points[1].answered == "another point"
    assert all(point.values["cost"] <= point.limit for point in found.points)


def test_a_limit_that_nothing_keeps_is_proved_to_have_no_plan() -> None:
    """The relaxation alone shows that nothing can be had for one yuan with all promises kept."""
    found = frontier(tiny_instance(), limits=[1.0], settings=EXACT)
    assert not found.points and found.missing == {1.0: True} and found.status is Status.INFEASIBLE


@pytest.mark.parametrize(
    ("limited", "least", "count"),
    [("change", "unmet", 4), ("cost", "worst_served", 4), ("travel", "unmet", 1), ("unmet", "worst_served", 1)],
)
def test_other_pairs_of_aims_are_traded_too(limited: str, least: str, count: int) -> None:
    """Points keep their limit, are bounded from below, and get no better as the limit tightens.

    Where one plan is best in both aims (whoever is served travels less) it is the only point.
    """
    found = frontier(tiny_instance(), limited, least, points=4, settings=EXACT)
    assert len(found.points) == count
    for point in found.points:
        assert point.values[limited] <= point.limit * (1 + 1e-9) + 1e-6
        assert point.bound <= point.values[least] + 1e-9
    values = [point.values[least] for point in found.points]
    for point in found.points:
        best = _optimum(tiny_instance(), point.limit, limited, least)
        assert point.bound <= best + 1e-4 and point.values[least] <= best + 0.02 * max(1.0, abs(best))
    assert values == sorted(values) and (count == 1 or values[-1] > values[0] + 1e-4)


def test_a_price_never_proves_more_than_the_optimum() -> None:
    """What a search at any price proves of any limit is at most the optimum there."""
    tiny = tiny_instance()
    route = Route(tiny, EXACT, None, None)
    prices = Prices(route, "cost", "unmet", 60.0)
    assert prices.hold_shortfalls()
    for price in (1e-6, 1e-4, 1e-3, 1e-2, 1.0):
        prices.search(price)
    for limit in (1_303_500.0, 1_306_000.0, 1_312_000.0, 1_400_000.0):
        assert prices.bound(limit) <= _optimum(tiny, limit) + 1e-6


def test_a_search_begins_with_the_plan_that_is_best_at_its_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the plans at other prices, the start is the one of least `unmet` + price x cost, or one that is better."""
    prices = Prices(Route(tiny_instance(), EXACT, None, None), "cost", "unmet", 60.0)
    assert prices.hold_shortfalls()
    for price in (1e-6, 1.0):
        prices.search(price)
    asked: list[Job] = []
    known = list(prices.plans)
    monkeypatch.setattr(frontier_prices, "solve_many", lambda jobs: (asked.extend(jobs), solve_many(jobs))[1])
    for price in (1e-7, 1e-3, 10.0):
        prices.search(price)
        job, unit = asked.pop(), max(1.0, price)
        assert job.start is not None and not asked
        least = min(y + price * x for x, y, _ in known)
        assert unit * (float(job.cost @ job.start) + job.constant) <= least + 1e-6 * abs(least)


def test_the_tight_end_may_be_rough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that may leave something of the limited aim open is asked for no more, and proves what it says."""
    tiny, left = tiny_instance(), 500.0
    prices = Prices(Route(tiny, EXACT, None, None), "cost", "unmet", 60.0)
    assert prices.hold_shortfalls()
    asked: list[Job] = []
    monkeypatch.setattr(frontier_prices, "solve_many", lambda jobs: (asked.extend(jobs), solve_many(jobs))[1])
    prices.search(1000.0, rough=left)
    assert asked[0].limits.absolute_gap == left
    (price, proved), (cost, unmet, _) = prices.proofs[-1], prices.plans[-1]
    exact = Prices(Route(tiny, EXACT, None, None), "cost", "unmet", 60.0)
    assert exact.hold_shortfalls()
    exact.search(1000.0)
    assert proved <= exact.proofs[-1][1] + 1e-3 <= unmet + price * cost + 2e-3
    assert unmet + price * cost <= proved + price * left


def test_no_point_uses_all_that_others_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A point has at most a quarter more than an equal share of the seconds, though others needed less."""
    given: list[float] = []
    search = Prices.search

    def heard(prices: Prices, *args: float, **more: float) -> object:
        given.append(prices.seconds)
        return search(prices, *args, **more)

    monkeypatch.setattr(Prices, "search", heard)
    frontier(tiny_instance(), points=6, settings=EXACT)
    assert max(given) <= 1.25 * EXACT.seconds / 7
    assert max(given) > EXACT.seconds / 7


def test_aims_that_cannot_be_traded_are_refused() -> None:
    """One aim against itself, an aim that is no limit, one point: a ValueError names them."""
    for limited, least, points in (("unmet", "unmet", 5), ("wishes", "unmet", 5), ("cost", "unmet", 1)):
        with pytest.raises(ValueError, match=f"{least} under limits on {limited}"):
            frontier(tiny_instance(), limited, least, points)


@pytest.mark.parametrize("yuan", [1.297e6, 1.29e6, 1.275e6])
def test_a_budget_beside_the_limit_leaves_every_bound_true(yuan: float) -> None:
    """Members left unserved would free money for people: bounds hold for all plans with as many broken promises."""
    poor = tiny_instance(budget=Budget(yuan))
    found = frontier(poor, "travel", "unmet", points=3, settings=Settings(seconds=120.0))
    assert found.points
    for point in found.points:
        assert point.bound <= _optimum(poor, point.limit, "travel", floors=point.values["floors"]) + 1e-4


def test_promises_are_given_away_for_no_visit() -> None:
    """Where centres and people cannot keep all promises together, every point breaks as few as any plan must."""
    tight = _stretched()
    least = _optimum(tight, np.inf, least="floors")
    found = frontier(tight, points=3, settings=Settings(seconds=120.0))
    assert found.points and least > 1.0
    for point in found.points:
        assert point.values["floors"] == pytest.approx(least, abs=1e-3)
        assert point.bound <= _optimum(tight, point.limit) + 1e-4
    (given,) = frontier(tight, limits=[found.points[0].limit + 1000.0], settings=Settings(seconds=120.0)).points
    assert given.values["floors"] == pytest.approx(least, abs=1e-3)


def test_limits_that_are_no_numbers_are_refused() -> None:
    """Neither nan nor inf is a limit."""
    for limit in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="no number"):
            frontier(tiny_instance(), limits=[limit])


def test_an_aim_without_anything_is_named() -> None:
    """Where no visit is to be won at any site, unmet visits cannot be traded, and the error says so."""
    with pytest.raises(NothingCountsError, match="unmet"):
        frontier(pair())
