"""The children of a roster have one deadline: building is in their time, and one that is ended leaves its last plan."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
from support.roster_random import random_roster
from support.rosters import doctor, need, pair, roster, site

import models.roster_pieces
from models.roster_instance import RosterInstance, Visit
from models.roster_pieces import LATE, SHORT, Dated, Piece, solve_piece, solve_pieces
from models.roster_route import RosterSettings, Route
from models.roster_stages import FIRST, Stage
from models.workers import Task

HELD: Visit = ("A", "S", "K", 0)


def one_clinic() -> RosterInstance:
    return roster([doctor("A", free=frozenset({0, 1}))], [site("S")], [need("S", "K", pair("A", 1), count=(1,))])


def piece(**changes: object) -> Piece:
    x = one_clinic()
    return replace(Piece(x, tuple(x.needs), FIRST, 60.0, 0), **changes)  # type: ignore[arg-type]


def test_a_task_ends_with_all_of_them() -> None:
    """A task that begins late has what is left until the deadline of all; one that begins early its own seconds."""
    late = Task("a:b", None, 60.0, lambda _: None, began=100.0, until=110.0)
    early = Task("a:b", None, 5.0, lambda _: None, began=100.0, until=110.0)
    free = Task("a:b", None, None, lambda _: None, began=100.0)
    assert (late.deadline, early.deadline, free.deadline) == (110.0, 105.0, None)
    assert Task("a:b", None, None, lambda _: None, began=100.0, until=110.0).deadline == 110.0


@pytest.mark.parametrize("spent", [0.0, 1e6])
def test_every_child_of_a_run_has_the_run_s_deadline(spent: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stage asks, also where time is over: no child may work past the end of the run."""
    ends: list[tuple[float, float]] = []
    run = models.roster_pieces.run_tasks

    def noted(tasks: list[Task], workers: int) -> None:
        ends.extend((task.until, task.grace) for task in tasks)
        run(tasks, workers)

    monkeypatch.setattr(models.roster_pieces, "run_tasks", noted)
    route = Route(replace(random_roster(3), change_limit=None), RosterSettings(seconds=30, whole=0), None)
    route.ends -= spent
    route.go(None)
    assert ends and set(ends) == {(route.ends, LATE)}
    assert sum(map(len, route.plan.values())) > 0


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize(("left", "most"), [(1000.0, 60.0), (45.0, 45.0), (10.0, SHORT), (-5.0, SHORT)])
def test_building_is_in_the_time(counts: bool, left: float, most: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that takes 30 s to build leaves its search what remains until the deadline."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(models.roster_pieces, "time", SimpleNamespace(time=lambda: clock.now))
    asked: list[float] = []

    def slow(build: object) -> object:
        def made(*args: object) -> object:
            clock.now += 30.0
            return build(*args)  # type: ignore[operator]

        return made

    for name in ("build_dates", "build_counts"):
        monkeypatch.setattr(models.roster_pieces, name, slow(getattr(models.roster_pieces, name)))

    def search(model: object, aims: object, seconds: float, *rest: object, **more: object) -> tuple[None, list[Stage]]:
        asked.append(seconds)
        return None, []

    monkeypatch.setattr(models.roster_pieces, "solve_aims", search)
    solve_piece(piece(counts=counts), 1000.0 + left)
    # bounds are not worth more time than there is; a plan is
    assert asked == ([] if counts and left < 0.0 else [pytest.approx(max(0.05, most - 30.0))])


def test_a_child_that_is_ended_leaves_its_last_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it told stands, as stopped by the clock; one that told nothing has no plan."""
    stage = Stage(FIRST[0], 0.0, 0.0, "nodes")

    def ended(tasks: list[Task], workers: int) -> None:
        for told in ((), (HELD,)):
            tasks[0].heard(Dated(told, (stage,)))
        for task in tasks:
            task.ending = "clock"

    monkeypatch.setattr(models.roster_pieces, "run_tasks", ended)
    answers, pressed = solve_pieces([piece(), piece()])
    assert answers[0].visits == (HELD,) and [one.stopped_by for one in answers[0].stages] == ["clock"]
    assert answers[1] == Dated(None, ()) and not pressed


@pytest.mark.parametrize("counts", [False, True])
def test_plans_are_told_on_the_way(counts: bool) -> None:
    """After each aim but the last the plan and what is proved are told: the answer goes on from them."""
    told: list[Dated] = []
    found = solve_piece(piece(counts=counts, aims=(*FIRST, "roster_windows")), math.inf, told.append)  # type: ignore[arg-type]
    assert told and all(one.stages == found.stages[: len(one.stages)] for one in told)
    assert counts or told[-1].visits is not None
