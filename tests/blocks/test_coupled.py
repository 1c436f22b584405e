"""Alliances that share a pool and money: one plan, one proved bound, prices, the same from every crew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from support.provinces import joint, tiny_province
from support.tiny import two_quarters

from models import allocation
from models.answers import Limits
from models.coupled import Coupled, News, Settings, Tell, solve_coupled
from models.crew import AloneCrew, Crew, crew_of
from models.crew_local import LocalCrew
from models.errors import CoupledError
from models.highs import solve
from models.province import Pool, Province, lent
from models.province_piece import available, payloads, prepare
from models.province_plan import plan_province

#: Half-days of cardiology and yuan a year: no limit, a short pool, short money, both.
CASES = {"free": (1000.0, None), "pool": (14.0, None), "money": (1000.0, 150_000.0), "both": (14.0, 80_000.0)}
CLOSE = Settings(gap=0.02, piece_gap=0.01, nodes=20, rounds=2)


@cache
def alone(case: str) -> Coupled:
    """Two alliances, in this process."""
    return solved(tiny_province(*CASES[case], counties=2))


def solved(province: Province, crew: Crew | None = None, tell: Tell | None = None) -> Coupled:
    crew = crew or AloneCrew()
    for key, payload in payloads(province.counties, province.pool, province.yuan_per_year).items():
        crew.send(key, "models.province_piece:prepare", payload)
    room = available(province.pool, province.yuan_per_year)
    return solve_coupled(crew, [one.id for one in province.counties], room, CLOSE, tell)


@pytest.mark.parametrize("case", CASES)
def test_bound_optimum_and_value_stand_in_order(case: str) -> None:
    """Against one model of both alliances: bound <= optimum <= value, every row kept, the gap nearly closed."""
    province, found = tiny_province(*CASES[case], counties=2), alone(case)
    sent = payloads(province.counties, province.pool, province.yuan_per_year)
    pieces = [prepare(payload) for payload in sent.values()]
    matrix, cost, constant = joint(pieces, found.available)
    best = solve(matrix, cost, constant, limits=Limits(relative_gap=1e-3))
    x = np.concatenate([one.x for one in found.offers.values() if one.x is not None])
    assert matrix.worst(x) <= 1e-6
    assert float(cost @ x) + constant == pytest.approx(found.value)
    assert found.bound - 1e-6 <= best.objective and best.bound <= found.value + 1e-6
    assert found.gap <= 0.05, (found.value, best.objective, found.bound)
    assert found.repeatable


@pytest.mark.parametrize("case", CASES)
def test_what_is_short_has_a_price(case: str) -> None:
    """A price is positive where the alliances alone ask for more than there is, and zero where there is enough."""
    found = alone(case)
    short = found.asked > found.available + 1e-6
    assert (
        dict(zip(("pool", "money"), short, strict=False))
        == {
            "free": {"pool": False},
            "pool": {"pool": True},
            "money": {"pool": False, "money": True},
            "both": {"pool": True, "money": True},
        }[case]
    )
    assert (found.prices > 0).tolist() == short.tolist()
    assert (found.used <= found.available + 1e-6).all()


def test_more_of_the_pool_is_never_worse() -> None:
    """With more half-days lent the proved plan leaves no more visits unmet, and some amounts are worth something."""
    found = [solved(tiny_province(half_days, None, counties=2)) for half_days in (0.0, 14.0, 1000.0)]
    assert all(more.bound <= less.value + 1e-6 for less, more in pairwise(found))
    assert found[0].value > found[1].value > found[-1].value
    assert found[0].used[0] == 0.0


def test_whole_plans_keep_their_shares_and_the_proof() -> None:
    """Counties with shared centres: every whole plan has its tables, keeps its share, and none is below the bound."""
    province = tiny_province(14.0, 150_000.0, counties=2, centres=True)
    found = plan_province(province, AloneCrew(), CLOSE, allocation.Settings(seconds=60.0, gap=0.02))
    plain = solved(replace(province, counties=tiny_province(14.0, 150_000.0, counties=2).counties))
    assert set(found.counties) == {"west", "middle"}
    for one in found.counties.values():
        assert one.status in ("optimal", "feasible") and not one.tables["sessions"].empty
        assert not one.tables["centres"].empty
    assert sum(one.used["K2"][0] for one in found.counties.values()) <= 14.0 + 1e-6
    assert found.bound <= found.value and found.bound >= plain.bound - 0.05 * plain.value
    assert found.gap <= 0.10
    assert set(found.shares["thing"]) == {"K2", "money"}
    assert found.shares.loc[found.shares["thing"] == "K2", "used"].sum() <= 14.0 + 1e-6


def test_lent_doctors_keep_no_hospital_of_the_county_busy() -> None:
    """A pool is one record in every county, whose time is what the county may use."""
    province = tiny_province(14.0, None)
    piece = prepare((province.counties[0], province.pool, None))
    assert piece.uses.nnz > 0 and piece.used.tolist() == [0.0]
    assert {"pool:K2"} == {lent(one) for one in province.pool.values()}


def test_nothing_shared_is_every_alliance_by_itself() -> None:
    """Without pool and budget nothing is priced, and every alliance has the plan that it would have alone."""
    province = replace(tiny_province(14.0, None, counties=2), pool={})
    found, apart = solved(province), [solved(replace(province, counties=(one,))) for one in province.counties]
    assert found.prices.size == 0 and found.value == pytest.approx(sum(one.value for one in apart))


def test_two_quarters_have_prices_of_their_own() -> None:
    """A pool that is short in the second quarter only has a price there only."""
    province = tiny_province(14.0, None, counties=2)
    longer = tuple(replace(one, instance=two_quarters(one.instance)) for one in province.counties)
    found = solved(replace(province, counties=longer, pool={"K2": Pool("K2", "K2", (1000.0, 14.0))}))
    assert found.asked[0] <= 1000.0 and found.asked[1] > 14.0
    assert found.prices[0] == 0.0 and found.prices[1] > 0.0
    assert found.used[1] <= 14.0 + 1e-6 < found.used[0]


def test_a_province_that_does_not_fit_is_refused() -> None:
    """One id twice, quarters that differ, a pool of other quarters, an unknown home: refused in a sentence."""
    province = tiny_province(14.0, None, counties=2)
    west, middle = province.counties
    other = replace(middle, instance=two_quarters(middle.instance))
    for wrong, told in (
        (lambda: replace(province, counties=(west, west)), "same id"),
        (lambda: replace(province, counties=(west, other)), "different quarters"),
        (lambda: replace(province, pool={"K2": Pool("K2", "K2", (1.0, 2.0))}), "one number"),
        (lambda: replace(west, home="nowhere"), "nowhere"),
    ):
        with pytest.raises(ValueError, match=told):
            wrong()


def test_too_little_money_for_what_must_be_is_told() -> None:
    """Where the pieces need more than there is whatever they do, that is said; no plan is made up."""
    from support.tiny import running_posting

    province = tiny_province(14.0, 1.0)
    bound = [
        replace(one, instance=replace(one.instance, current_postings=(running_posting("D1", "S1", "K1"),)))
        for one in province.counties
    ]
    with pytest.raises(CoupledError):
        solved(replace(province, counties=tuple(bound)))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """One Dask worker; skipped without the extra `cluster`."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def same(one: Coupled, other: Coupled) -> None:
    assert (one.value, one.bound) == (other.value, other.bound)
    assert one.prices.tolist() == other.prices.tolist()
    for key, offer in one.offers.items():
        assert offer.x is not None and offer.x.tolist() == getattr(other.offers[key].x, "tolist", list)()


@pytest.mark.parametrize("workers", [1, 2])
def test_local_workers_give_the_identical_plan(workers: int) -> None:
    """One worker, two workers and this process: the same numbers to the last digit."""
    crew = crew_of("local", workers)
    try:
        same(alone("both"), solved(tiny_province(*CASES["both"], counties=2), crew))
    finally:
        crew.close()


def test_dask_gives_the_identical_plan(address: str) -> None:
    """A Dask worker: the same numbers to the last digit."""
    crew = crew_of(address)
    try:
        same(alone("both"), solved(tiny_province(*CASES["both"], counties=2), crew))
    finally:
        crew.close()


def test_a_killed_worker_changes_nothing() -> None:
    """A child process killed in the middle of the run is replaced, and the plan is the same to the last digit."""
    crew, killed = LocalCrew(2), list[int]()

    def kill_one(news: News) -> None:
        if news.step == "plans at prices" and not killed:
            killed.append(crew.kill_one())

    try:
        same(alone("both"), solved(tiny_province(*CASES["both"], counties=2), crew, tell=kill_one))
        assert killed == [1]
    finally:
        crew.close()
