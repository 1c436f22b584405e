"""Location with capacities by prices, rounds, blocks and branching, against trying every plan and against HiGHS."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.capacitated import all_plans, problems, relaxation, served, towns

from models import capacitated_solve
from models.answers import INF, Limits
from models.capacitated_blocks import block_of, bound_by_blocks, homes
from models.capacitated_bounds import Problem, ascend, first_prices, relaxed, settled
from models.capacitated_plan import dear_of, rounded, transport
from models.capacitated_rounds import Neighbours, improved, part_of
from models.capacitated_solve import decide
from models.capacitated_tree import Tree

EXACT = Limits(absolute_gap=1e-7, relative_gap=0.0)
QUICKLY = settings(derandomize=True, deadline=None, max_examples=60)


def never() -> bool:
    return False


@given(problems(), st.integers(0, 10**6))
@QUICKLY
def test_any_prices_bound_and_what_they_settle_is_settled(problem: Problem, seed: int) -> None:
    """L(u) is below every plan, and plans cheaper than a value have the hosts that are settled below it."""
    plans = all_plans(problem)
    if not plans:
        return
    draw = np.random.default_rng(seed)
    for u in (first_prices(problem), draw.uniform(-5, 60, problem.members)):
        prices = ascend(problem, plans[0][0], u, int(draw.integers(0, 40)))
        assert relaxed(problem, u).bound <= prices.bound <= plans[0][0] + 1e-7
        for upper, _ in plans[:4]:
            must, shut = settled(problem, prices, upper)
            for value, opened in plans:
                if value < upper - 1e-7:
                    assert not (must & ~opened).any() and not (shut & opened).any()


@given(problems())
@QUICKLY
def test_the_ascent_ends_at_the_linear_programme(problem: Problem) -> None:
    """The best prices come near to the relaxation with all strong rows, and never pass it."""
    if not all_plans(problem):
        return
    best, prices = relaxation(problem), ascend(problem, INF, first_prices(problem), 3000)
    assert prices.bound <= best + 1e-6
    assert prices.bound >= best - 0.03 * max(10.0, abs(best))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_prices_of_towns_are_near_to_the_linear_programme(seed: int) -> None:
    """Twenty hosts and 150 customers: 99.8 % of the bound of all strong rows."""
    problem = towns(20, 150, seed)
    best, prices = relaxation(problem), ascend(problem, INF, first_prices(problem), 600)
    assert 0.998 * best <= prices.bound <= best + 1e-6


@given(problems(), st.integers(0, 31))
@QUICKLY
def test_a_transport_is_the_cheapest(problem: Problem, bits: int) -> None:
    """With hosts given, shares cost what scipy says, keep every capacity and serve everybody, or tell who is left."""
    opened = np.array([bool(bits >> at & 1) for at in range(problem.hosts)]) | problem.must
    plan, value = transport(problem, opened), served(problem, opened)
    assert plan is not None and plan.whole == np.isfinite(value)
    load = np.bincount(problem.host, plan.flow * problem.weight, problem.hosts)
    assert (load <= np.where(opened, problem.capacity, 0.0) + 1e-6).all()
    assert np.bincount(problem.member, plan.flow, problem.members) + plan.left == pytest.approx(1.0)
    if plan.whole:
        assert plan.value == pytest.approx(value, abs=1e-6)


@given(problems())
@QUICKLY
def test_the_tree_finds_and_proves_the_best_of_all_plans(problem: Problem) -> None:
    """Value and bound are the least cost of any choice of hosts; without one there is no whole plan."""
    plans = all_plans(problem)
    tree = Tree(problem, lambda _: 1e-7, never)
    tree.begin()
    proved = tree.run()
    if not plans:
        assert tree.value == INF and not proved
        return
    assert proved and tree.value == pytest.approx(plans[0][0], abs=1e-6)
    assert tree.bound == pytest.approx(tree.value, abs=1e-6)


@given(problems(), st.integers(0, 10**6))
@QUICKLY
def test_a_tree_that_is_stopped_still_bounds(problem: Problem, seed: int) -> None:
    """After any number of nodes the bound is below the best plan."""
    plans = all_plans(problem)
    if not plans:
        return
    tree = Tree(problem, lambda _: 1e-7, never, start=np.random.default_rng(seed).uniform(0, 40, problem.members))
    tree.begin()
    for _ in range(4):
        tree.run(1)
        assert tree.bound <= plans[0][0] + 1e-6


@given(problems(), st.integers(2, 3), st.integers(0, 10**6))
@QUICKLY
def test_blocks_bound_the_whole(problem: Problem, count: int, seed: int) -> None:
    """Whatever the prices and however the hosts are parted, the blocks' bounds add up to one of the whole."""
    problem = replace(problem, least=0, most=problem.hosts)
    plans = all_plans(problem)
    if not plans:
        return
    draw = np.random.default_rng(seed)
    prices = ascend(problem, INF, first_prices(problem), int(draw.integers(0, 60)))
    for u in (prices.u, draw.uniform(-5, 60, problem.members)):
        bound, _ = bound_by_blocks(problem, u, count, 1e-6, lambda _: never)
        assert bound <= plans[0][0] + 1e-6
        block = draw.integers(0, count, problem.hosts)
        home = homes(problem, np.minimum(u, problem.always), block)
        parts = [block_of(problem, np.minimum(u, problem.always), block, home, n) for n in range(count)]
        total = 0.0
        for part in (part for part in parts if part.hosts.size):
            best = all_plans(part.problem)
            if not best:
                return
            total += best[0][0] - part.base(np.minimum(u, problem.always))
        lost = [part for part in parts if not part.hosts.size and part.members.size]
        assert lost or total <= plans[0][0] + 1e-6


def test_blocks_pass_the_linear_programme() -> None:
    """On towns, blocks prove more than any prices of single hosts could."""
    problem = towns(30, 300, 3)
    prices = ascend(problem, INF, first_prices(problem), 600)
    bound, _ = bound_by_blocks(problem, prices.u, 2, 1.0, lambda _: never)
    assert bound > relaxation(problem) * (1.0 + 1e-4)
    best = decide(problem, Limits(relative_gap=1e-6))
    assert best.near and bound <= best.plan.value + 1e-6  # type: ignore[union-attr]


@given(problems(), st.integers(0, 31), st.integers(0, 31))
@QUICKLY
def test_a_round_keeps_everything_outside_it(problem: Problem, bits: int, asked: int) -> None:
    """A better plan is one of the whole problem with the same value, and hosts outside the round stay as they were."""
    opened, inside = (np.array([bool(n >> at & 1) for at in range(problem.hosts)]) for n in (bits, asked))
    opened |= problem.must
    plan = transport(problem, opened)
    if plan is None or not problem.least <= opened.sum() <= problem.most:
        return
    found = improved(problem, plan, inside & ~problem.must, first_prices(problem), never)
    if found is None:
        return
    assert found.value < plan.value and (found.opened == opened)[~inside].all()
    assert problem.least <= found.opened.sum() <= problem.most
    load = np.bincount(problem.host, found.flow * problem.weight, problem.hosts)
    assert (load <= np.where(found.opened, problem.capacity, 0.0) + 1e-6).all()
    assert np.bincount(problem.member, found.flow, problem.members) + found.left == pytest.approx(1.0)


def test_a_round_round_all_hosts_is_the_whole_problem() -> None:
    """With every host inside, the part is the problem, and the round ends at its best plan."""
    problem = towns(12, 60, 4)
    plan = transport(problem, np.ones(12, dtype=bool))
    assert plan is not None
    part = part_of(problem, plan, np.ones(12, dtype=bool))
    assert part is not None and part.problem.cost.size == problem.cost.size
    best = decide(problem, Limits(relative_gap=1e-7))
    found = improved(problem, plan, np.ones(12, dtype=bool), first_prices(problem), never)
    assert found is not None and best.plan is not None
    assert found.value <= best.plan.value * (1.0 + 1e-4)


def test_every_host_has_its_round() -> None:
    """The rounds of one turn cover all hosts that are open to question, and no others."""
    problem = towns(40, 300, 5)
    live = np.arange(40) % 3 > 0
    rounds = list(Neighbours(problem, live, np.random.default_rng(0)).rounds(8))
    assert (np.any(rounds, axis=0) == live).all() and max(one.sum() for one in rounds) <= 8


def test_rounded_plans_hold_the_demand() -> None:
    """Whatever the shares, a rounded choice has room for everybody and no host too many."""
    problem = replace(towns(20, 100, 13), most=14)
    for seed in range(20):
        opened = rounded(problem, np.random.default_rng(seed).random(20), 0.7)
        assert opened.sum() <= 14
        plan = transport(problem, opened)
        assert plan is not None
    assert dear_of(problem) > problem.cost.max()


def test_plans_keep_the_number_of_hosts_where_blocks_open_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: blocks that open every host, where 14 must open and hosts cost nothing. The plan still opens 14."""
    monkeypatch.setattr(capacitated_solve, "FEW", 3)
    monkeypatch.setattr(capacitated_solve, "bound_by_blocks", lambda *_: (0.0, np.ones(40, dtype=bool)))
    problem, ticks = replace(towns(40, 200, 15), fixed=np.zeros(40), least=14, most=14), iter(range(10**9))
    found = decide(problem, Limits(relative_gap=1e-7), 8e3, clock=lambda: float(next(ticks)))
    assert found.plan is not None and found.plan.whole and found.plan.opened.sum() == 14
    assert found.bound <= found.plan.value + 1e-6
