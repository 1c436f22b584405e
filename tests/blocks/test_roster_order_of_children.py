"""Two children beside each other: what they tell on the way, what Ctrl-C leaves, and what a clock ended."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from support.roster_check import breaches, moved
from support.roster_random import random_roster
from support.rosters import doctor, need, pair, roster, site

import models.roster_exchange
import models.roster_polish
import models.roster_route
import models.roster_wide
from models.roster import RosterSettings, solve_roster
from models.roster_exchange import Exchange, exchange
from models.roster_instance import RosterLock, Visit
from models.roster_pieces import Dated, Piece
from models.roster_polish import Polished
from models.roster_route import Route
from models.roster_wide import polish_plan
from models.workers import Task


def told_in(order: Sequence[int]) -> Callable[[list[Task], int], None]:
    """Workers in this process; what the children tell on the way arrives in the order of these children."""

    def work(tasks: list[Task], workers: int) -> None:
        news: list[list[object]] = [[] for _ in tasks]
        for task, mine in zip(tasks, news, strict=True):
            module, name = task.function.split(":")
            task.value = getattr(importlib.import_module(module), name)(task.payload, None, mine.append)
            task.ending = "done"
        for at in order:
            for one in news[at]:
                tasks[at].heard(one)

    return work


def large(seed: int) -> Route:
    """A run in which every component counts as large, so that two children search beside each other."""
    route = Route(replace(random_roster(seed), change_limit=None), RosterSettings(seconds=60, whole=0), None)
    route.go(None)
    return route


@pytest.mark.parametrize("seed", range(8))
def test_the_plan_does_not_depend_on_who_told_first(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports on the way come by the clock; whichever come, and in whatever order, the plan is that of the ends."""
    monkeypatch.setattr(models.roster_route, "LARGE_PART", 0)
    monkeypatch.setattr(models.roster_exchange, "TELL", 0.0)
    monkeypatch.setattr(models.roster_polish, "TELL", 0.0)
    monkeypatch.setattr(models.roster_polish, "MOVES", 20)
    monkeypatch.setattr(models.roster_wide, "_bound_later", lambda _: None)
    plans = []
    for order in ([], [0, 1], [1, 0]):
        monkeypatch.setattr(models.roster_wide, "run_tasks", told_in(order))
        plans.append(large(seed).plan)
    assert plans[0] == plans[1] == plans[2]


def test_what_a_child_told_stands_where_it_was_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that Ctrl-C ends has told a roster before; it is taken."""
    x = roster([doctor("A", free=frozenset({0, 1}))], [site("S")], [need("S", "K", pair("A", 1), count=(1,))])
    route = Route(x, RosterSettings(seconds=60), None)

    def ended(tasks: list[Task], workers: int) -> None:
        tasks[0].heard(models.roster_exchange.Exchanged((("A", "S", "K", 0),), 0.0, "nodes"))
        tasks[0].ending = "user"

    monkeypatch.setattr(models.roster_wide, "run_tasks", ended)
    models.roster_wide._fill(route, None, 1)
    assert route.plan == {0: [("A", "S", "K", 0)]} and route.pressed and route.clocked


def test_moves_for_later_aims_break_no_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """A morning is better than the afternoon that a lock asks for, but the promise comes first."""
    locked: Visit = ("A", "S", "K", 1)
    x = roster([doctor("A", free=frozenset({0, 1}))], [site("S")], [need("S", "K", pair("A", 1), count=(1,))])
    x = replace(x, locks=(RosterLock("L1", True, "A", "S", "K", frozenset({1})),))
    route = Route(x, RosterSettings(seconds=60), None)
    route.plan = {0: [locked]}

    def moves(tasks: list[Task], workers: int) -> None:
        tasks[0].value, tasks[0].ending = Polished((("A", "S", "K", 0),), 0.0, "nodes"), "done"

    monkeypatch.setattr(models.roster_wide, "run_tasks", moves)
    polish_plan(route, 0.9, 1)
    assert route.plan == {0: [locked]}


LIMITED = [
    seed for seed in range(60) if random_roster(seed).today and random_roster(seed).state("change_limit") == "hard"
]


@pytest.mark.parametrize("seed", LIMITED[:8])
def test_ctrl_c_moves_no_clinic_that_may_stay(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a change limit of 1 and nothing found yet, no more clinics of today move than must."""
    x = replace(random_roster(seed), locks=(), change_limit=1)
    monkeypatch.setattr(
        models.roster_route, "solve_pieces", lambda pieces, workers, until: ([Dated(None, ())] * len(pieces), True)
    )
    found = solve_roster(x, RosterSettings(seconds=20, whole=0))
    stays = exchange(Exchange(x, 0.0, 0, tuple(sorted(x.today)))).visits
    assert breaches(x, [visit for visit in found.visits if visit not in x.today]) == []
    assert moved(x, found.visits) <= max(1, moved(x, stays))


def test_counts_that_the_clock_ended_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds of a run whose counts met the clock do not repeat themselves; the run says so."""
    x = replace(random_roster(3), locks=(), change_limit=None)
    solve = models.roster_route.solve_pieces

    def late(pieces: Sequence[Piece], workers: int, until: float) -> tuple[list[Dated], bool]:
        answers, pressed = solve(pieces, workers, until)
        ended = [
            Dated(one.visits, tuple(replace(stage, stopped_by="clock") for stage in one.stages))
            if piece.counts
            else one
            for piece, one in zip(pieces, answers, strict=True)
        ]
        return ended, pressed

    monkeypatch.setattr(models.roster_route, "solve_pieces", late)
    route = Route(x, RosterSettings(seconds=30, whole=0, brief=True), None)
    route._count()
    assert route.clocked


@pytest.mark.parametrize("seed", [1, 4])
def test_a_run_with_two_children_repeats_itself(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real children of different speed: what no clock ended is the same roster again."""
    monkeypatch.setattr(models.roster_route, "LARGE_PART", 0)
    one, two = large(seed), large(seed)
    assert not one.clocked and not two.clocked
    assert one.plan == two.plan
