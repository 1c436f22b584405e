"""Large rosters: exchange, moves for the later aims, and bounds by counts, against checkers and exact models."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from support.roster_check import breaches, prices
from support.roster_random import random_roster
from support.rosters import doctor, need, pair, roster, site

import models.roster_pieces
import models.roster_route
from models.answers import Limits, Status
from models.highs import solve
from models.roster import RosterSettings, solve_roster
from models.roster_dates import build_dates
from models.roster_exchange import Exchange, exchange, put
from models.roster_improve import less
from models.roster_instance import RosterInstance, RosterLock
from models.roster_pieces import Dated, Piece
from models.roster_polish import WEIGHTS, Polish, polish
from models.roster_prices import Prices
from models.roster_state import RosterState
from models.roster_values import values_of

SEEDS = range(25)


def free_of_locks(seed: int) -> RosterInstance:
    return replace(random_roster(seed), locks=(), change_limit=None)


def shuffled(state: RosterState, rng: random.Random, moves: int) -> None:
    """Random changes, each with what it has to send away."""
    for _ in range(moves if state.visits else 0):
        at = rng.randrange(len(state.visits))
        if state.held[at]:
            if rng.random() < 0.1:
                state.drop(at)
            continue
        out = state.in_the_way(at, rng.choice([0.0, 5.0, 20.0, 99.0]))
        if (
            out is None
            or state.short[state.target[at]] + [state.target[one] for one in out].count(state.target[at]) < 1
        ):
            continue
        for one in out:
            state.drop(one)
        state.add(at)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_state_keeps_every_rule(seed: int) -> None:
    """Whatever comes and goes, the independent checker finds no breach, and the weight not held is right."""
    x = random_roster(seed)
    state, rng = RosterState(x), random.Random(seed)
    for _ in range(30):
        shuffled(state, rng, 20)
        assert breaches(x, state.plan()) == []
        assert state.unheld() == pytest.approx(prices(x, state.plan())["roster_unheld"])


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_in_the_way_only_where_it_fits(seed: int) -> None:
    """A choice with nothing in its way may be added, and one with something in its way would break a rule."""
    x = random_roster(seed)
    state, rng = RosterState(x), random.Random(seed)
    for _ in range(10):
        shuffled(state, rng, 10)
        plan = state.plan()
        for at, visit in enumerate(state.visits):
            if not state.held[at] and state.short[state.target[at]] > 0:
                free = state.in_the_way(at, 0.0) == []
                assert free == (breaches(x, [*plan, visit]) == []), visit


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_follow_every_change(seed: int) -> None:
    """Prices kept up by differences are those of the definitions."""
    x = free_of_locks(seed)
    state, rng = RosterState(x), random.Random(seed)
    shuffled(state, rng, 50)
    kept = Prices(state, WEIGHTS)
    base = {aim: Prices(state, {aim: 1.0}).total for aim in WEIGHTS}
    for aim, value in prices(x, state.plan()).items():
        if aim in base:
            assert base[aim] == pytest.approx(value), aim
    for at in [at for at, held in enumerate(state.held) if held]:
        needs, before = state.need[at], kept.by_need[state.need[at]]
        assert kept.of_need(needs, at) == pytest.approx(_without(state, kept, at))
        change = kept.drop(at) + kept.of_need(needs) - before
        kept.total, kept.by_need[needs] = kept.total + change, kept.of_need(needs)
        assert kept.total == pytest.approx(Prices(state, WEIGHTS).total)


def _without(state: RosterState, kept: Prices, at: int) -> float:
    state.drop(at)
    found = kept.of_need(state.need[at])
    state.add(at)
    return found


def optimum(x: RosterInstance, aim: str, caps: dict[str, float]) -> float:
    """The least value of an aim on dates with others at most at their caps, proved."""
    model = build_dates(x, sorted(x.needs))
    matrix = model.matrix
    for name, value in caps.items():
        cost, constant = model.aims[name]
        matrix = matrix.with_rows(sp.csr_matrix(cost), [-np.inf], [value - constant + 1e-6], ["cap"], [name])
    cost, constant = model.aims[aim]
    answer = solve(matrix, cost, constant, limits=Limits(absolute_gap=1e-7, relative_gap=0.0))
    assert answer.status is Status.OPTIMAL
    return answer.objective


@pytest.mark.parametrize("seed", SEEDS)
def test_exchange_finds_the_optimum_of_tiny_rosters(seed: int) -> None:
    """The weight that is not held is the proved least one, and no rule is broken."""
    x = free_of_locks(seed)
    found = exchange(Exchange(x, 20.0, 0))
    assert breaches(x, found.visits) == []
    assert found.unheld == pytest.approx(prices(x, found.visits)["roster_unheld"])
    assert found.unheld == pytest.approx(optimum(x, "roster_unheld", {}), abs=1e-4)


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_exchange_repeats_itself_and_is_no_worse_than_its_start(seed: int) -> None:
    """The same seed gives the same roster; from a start it holds at least as much, whatever the seconds."""
    x = free_of_locks(seed)
    one, other = (exchange(Exchange(x, 20.0, seed)) for _ in range(2))
    assert one == other and one.stopped_by in ("gap", "nodes")
    state = RosterState(x)
    shuffled(state, random.Random(seed), 60)
    assert exchange(Exchange(x, 0.0, 0, tuple(state.plan()))).unheld <= state.unheld()


@pytest.mark.parametrize("seed", SEEDS)
def test_moves_for_later_aims_give_nothing_of_the_first_up(seed: int) -> None:
    """At least as much is held, the points of the later aims are no more, no rule is broken, twice the same."""
    x = free_of_locks(seed)
    state = RosterState(x)
    shuffled(state, random.Random(seed), 60)
    start = tuple(state.plan())
    found = polish(Polish(x, 20.0, 1, start))
    assert breaches(x, found.visits) == []
    before, after = values_of(x, start), values_of(x, found.visits)
    points = [sum(weight * values[aim] for aim, weight in WEIGHTS.items()) for values in (before, after)]
    assert after["roster_unheld"] <= before["roster_unheld"] + 1e-6
    assert after["roster_unheld"] < before["roster_unheld"] - 1e-6 or points[1] <= points[0] + 1e-6
    assert polish(Polish(x, 20.0, 1, start)) == found


def test_what_a_lock_asks_for_stays() -> None:
    """A lock on a light clinic is kept where a heavy one wants its half-day, and told by nobody as broken."""
    x = roster(
        [doctor("D1", free=frozenset({0}))],
        [site("S1"), site("S2")],
        [need("S1", "K1", pair("D1", 1), weight=1.0), need("S2", "K1", pair("D1", 1), weight=50.0)],
    )
    assert [visit[1] for visit in exchange(Exchange(x, 5.0, 0)).visits] == ["S2"]
    asked = replace(x, locks=(RosterLock("must", True, "D1", "S1", "K1", frozenset({0}), None),))
    found = exchange(Exchange(asked, 5.0, 0)).visits
    assert [visit[1] for visit in found] == ["S1"]
    assert polish(Polish(asked, 5.0, 0, found)).visits == found


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_a_large_roster_keeps_its_claims(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dated as large rosters are: no breach, values by definition, bounds below every roster as good before."""
    monkeypatch.setattr(models.roster_route, "LARGE_PART", 0)
    x = replace(random_roster(seed), change_limit=None)
    found = solve_roster(x, RosterSettings(seconds=20, whole=0))
    values = {aim.name: aim.value for aim in found.aims}
    checked = prices(x, found.visits)
    assert breaches(x, found.visits) == []
    assert all(value == pytest.approx(checked[aim]) for aim, value in values.items())
    caps: dict[str, float] = {}
    for aim in found.aims[:4]:
        best = optimum(x, aim.name, caps)
        assert aim.bound <= best + 1e-4, aim
        assert aim.value >= best - 1e-4, aim
        caps[aim.name] = aim.value


@pytest.mark.parametrize("seed", SEEDS)
def test_an_interrupted_roster_keeps_every_rule(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while components are dated alone: no breach, and what fits is held all the same."""
    x = random_roster(seed)
    x = replace(x, locks=tuple(lock for lock in x.locks if lock.must or lock.weight is None))
    answered = models.roster_pieces.solve_pieces

    def pressed(pieces: Sequence[Piece], workers: int, until: float) -> tuple[list[Dated], bool]:
        answers, _ = answered(pieces, workers, until)
        return answers, not any(piece.counts for piece in pieces) and not any(piece.start for piece in pieces)

    monkeypatch.setattr(models.roster_route, "solve_pieces", pressed)
    found = solve_roster(x, RosterSettings(seconds=20, whole=0))
    assert found.stopped_by == "user"
    assert breaches(x, found.visits) == []
    values = {aim.name: aim.value for aim in found.aims}
    assert same_promises(values, prices(x, found.visits))
    state = RosterState(x)
    put(state, found.visits)
    free = [at for at, held in enumerate(state.held) if not held and state.short[state.target[at]] > 0]
    assert all(state.in_the_way(at, 0.0) != [] for at in free)


def same_promises(values: dict[str, float], checked: dict[str, float]) -> bool:
    return all(values[aim] == pytest.approx(checked[aim]) for aim in ("roster_promises", "roster_unheld"))


def test_plans_are_compared_value_by_value() -> None:
    """Equal shortfalls let the clinics that are not held decide; a tolerance in the first does not hide the second."""
    assert less((0.0, 10.0), (0.0, 14.0)) and less((0.0, 10.0), (math.inf, math.inf))
    assert not less((0.0, 14.0), (0.0, 14.0)) and not less((1.0, 0.0), (0.0, 14.0))
