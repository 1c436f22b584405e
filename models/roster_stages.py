"""Aims in their order over one roster model: solve, cap by a row, go on; a dated plan as a start."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from models.answers import Job, Limits, Status
from models.hand_over import run, settle
from models.matrix import Floats, Matrix
from models.roster_choices import Used
from models.roster_instance import Visit
from models.roster_model import AIMS, SEATS, RosterModel

#: Aims that must be proved; later ones may stay open by this share.
FIRST = ("roster_promises", "roster_unheld")
LATER_GAP = 0.005
#: Nodes of a later aim's search: it ends in the same place on a slow machine.
LATER_NODES = 100
#: Absolute difference below which an aim is proved: the least that its values can differ by is larger.
NEAR = 1e-6


@dataclass(frozen=True)
class Stage:
    """One aim of one model: value, bound (given the aims before), and what stopped the search."""

    aim: str
    value: float
    bound: float
    stopped_by: str


def solve_aims(
    model: RosterModel, aims: Sequence[str], seconds: Sequence[float], start: Floats | None, seed: int
) -> tuple[Floats | None, list[Stage]]:
    """The aims one after the other, each capped at what was found; the plan and a record per aim.

    The start must keep every row; a plan is never given up for a worse one. None only when the
    first aim found nothing and no start was given. Solves in this process.
    """
    matrix, x, found = model.matrix, start, list[Stage]()
    for aim, limit in zip(aims, seconds, strict=True):
        vector, constant = model.aims[aim]
        if not vector.any():
            found.append(Stage(aim, constant, constant, "none"))
            continue
        relative = 0.0 if aim in FIRST else LATER_GAP
        nodes = None if aim in FIRST else LATER_NODES
        limits = Limits(limit, absolute_gap=_step(vector), relative_gap=relative, nodes=nodes, seed=seed)
        answer = run(Job(matrix, vector, constant, limits, x), time.time() + limit, lambda _: None)
        if answer.x is not None and (x is None or answer.objective <= float(vector @ x) + constant + NEAR):
            x = answer.x
        if x is None:
            return None, found
        value = float(vector @ x) + constant
        bound = min(value, max(answer.bound, lowest(model, aim))) if answer.status is not Status.INFEASIBLE else value
        found.append(Stage(aim, value, bound, answer.stopped_by))
        matrix = capped(matrix, vector, value - constant, aim)
    return x, found


def lowest(model: RosterModel, aim: str) -> float:
    """What the column bounds alone say of an aim: a bound where a search stopped before its first one."""
    vector, constant = model.aims[aim]
    used = vector != 0.0
    at = np.where(vector[used] > 0.0, model.matrix.lower[used], model.matrix.upper[used])
    return float(vector[used] @ at) + constant


def _step(vector: Floats) -> float:
    """Just under the least difference of two values of an aim of whole numbers; else next to nothing."""
    costs = np.abs(vector[vector != 0.0])
    if np.allclose(costs, np.round(costs)):
        return max(NEAR, float(np.gcd.reduce(np.round(costs).astype(np.int64))) - 1e-3)
    return NEAR


def capped(matrix: Matrix, vector: Floats, value: float, aim: str) -> Matrix:
    """The model with the aim held at a value, in a row of coefficients near one."""
    scale = max(1.0, float(np.abs(vector).max()))
    row = sp.csr_matrix(vector[None, :] / scale)
    return matrix.with_rows(row, [-math.inf], [value / scale + NEAR], ["cap"], [aim])


def hold(model: RosterModel, x: Floats, aims: Iterable[str]) -> RosterModel:
    """The model with some aims at most at their values in a plan."""
    matrix = model.matrix
    for aim in aims:
        vector, _ = model.aims[aim]
        if vector.any():
            matrix = capped(matrix, vector, float(vector @ x), aim)
    return replace(model, matrix=matrix)


def visits_of(model: RosterModel, x: Floats) -> list[Visit]:
    """The dated clinics of a solution."""
    columns = model.columns("visit")
    assert columns is not None
    places = model.places("visit")
    chosen = np.flatnonzero(x[places] > 0.5)
    keys = (columns.keys[at] for at in chosen.tolist())
    return sorted((doctor, site, specialty, half) for site, specialty, doctor, half in keys)


def start_of(model: RosterModel, visits: Iterable[Visit], used: Used) -> Floats | None:
    """A whole solution with these visits, as far as the model has them; None where rows are broken.

    Whole numbers are set (visits, fixed weekdays, vehicles), the rest settles by a linear programme.
    """
    x = np.clip(np.zeros(model.matrix.cols), model.matrix.lower, model.matrix.upper)
    columns = model.columns("visit")
    assert columns is not None
    places, instance = model.places("visit"), model.instance
    kept = [v for v in visits if (v[1], v[2], v[0], v[3]) in columns]
    weekdays: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    trips: set[tuple[str, str, int]] = set()
    for doctor, site, specialty, half in kept:
        x[places[columns.position[site, specialty, doctor, half]]] = 1.0
        weekdays[site, specialty][instance.weekday(half)] += 1
        trips.add((doctor, site, half // 2))
    _set(model, x, "trip", dict.fromkeys(trips, 1.0))
    fixed = {}
    for key, counter in weekdays.items():
        most = 2 if instance.needs[key].frequency == "twice_weekly" else 1
        for weekday, _ in sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:most]:
            fixed[*key, weekday] = 1.0
    _set(model, x, "fixed", fixed)
    groups: Counter[tuple[str, str, int]] = Counter()
    for doctor, site, day in trips:
        groups[instance.doctors[doctor].institution, instance.sites[site].direction or site, day] += 1
    spare = {group: -used.travellers.get(group, 0) % SEATS for group in groups}
    _set(model, x, "vehicle", {g: float(max(0, -(-(n - spare[g]) // SEATS))) for g, n in groups.items()})
    whole = model.matrix.integer
    held = model.matrix.fixed(np.flatnonzero(whole), x[whole])
    cost = sum((vector for vector, _ in model.aims.values()), start=np.zeros(len(x)))
    return settle(held, cost, x)


def _set(model: RosterModel, x: Floats, name: str, values: Mapping[Any, float]) -> None:
    columns = model.columns(name)
    if columns is None:
        return
    places = model.places(name)
    for key, value in values.items():
        if key in columns:
            x[places[columns.position[key]]] = value


def total(stages: Iterable[Stage]) -> dict[str, Stage]:
    """The sums of several models' aims; stopped by the clock where one was."""
    by: dict[str, list[Stage]] = defaultdict(list)
    for stage in stages:
        by[stage.aim].append(stage)
    order = ["none", "gap", "nodes", "clock", "user"]
    return {
        aim: Stage(
            aim,
            sum(s.value for s in found),
            sum(s.bound for s in found),
            max((s.stopped_by for s in found), key=order.index),
        )
        for aim in AIMS
        if (found := by.get(aim))
    }
