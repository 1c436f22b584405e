"""Aims in their order over one roster model: solve, cap by a row, go on; a dated plan as a start."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from models.answers import Job, Limits, Solution, Status
from models.hand_over import run, settle
from models.matrix import Floats, Matrix
from models.roster_choices import Used, vehicle_of
from models.roster_instance import Visit
from models.roster_model import AIMS, BROKEN, SEATS, RosterModel
from models.roster_search import first_dates, improve

#: Aims that must be proved; later ones may stay open by this share.
FIRST = ("roster_promises", "roster_unheld")
LATER_GAP = 0.005
#: Nodes of a later aim's search, of the first ones', and of the first ones' in a large model: searches end in the
#: same place on a slow machine.
LATER_NODES, FIRST_NODES, LARGE_NODES = 30, 3_000, 40
#: Columns from which a model is large: small neighbourhoods find more in it than one search does.
LARGE = 2_500
#: Share of an aim's seconds for the search of the whole model; neighbourhoods have the rest.
WHOLE = 0.6
#: Absolute difference below which an aim is proved: the least that its values can differ by is larger.
NEAR = 1e-6


@dataclass(frozen=True)
class Stage:
    """One aim of one model: value, bound (given the aims before), and what stopped the search.

    capped: whether the aims after it were held to its value; an aim that nothing in a model touches caps nothing.
    """

    aim: str
    value: float
    bound: float
    stopped_by: str
    capped: bool = True


def solve_aims(
    model: RosterModel,
    aims: Sequence[str],
    seconds: float,
    start: Floats | None,
    seed: int,
    search: bool = True,
    low: Mapping[str, float] | None = None,
    relaxed: Sequence[str] = (),
    under: float = math.inf,
    tell: Callable[[Floats | None, Sequence[Stage]], None] = lambda x, found: None,
) -> tuple[Floats | None, list[Stage]]:
    """The aims one after the other, each capped at what was found; the plan and a record per aim.

    seconds: for all aims; each may take half of what is left, the last one all. The start must keep every
    row; a plan is never given up for a worse one. None only when the first aim found nothing and no start
    was given. search: also in neighbourhoods (`models.roster_search`). low: bounds known before, where the
    search may end, that of what is not held only where promises cost no more than `under`. relaxed: aims of
    which only the bound of the linear programme is wanted. tell: hears the plan and the records after each aim.
    Solves in this process.
    """
    matrix, x, found = model.matrix, start, list[Stage]()
    ends = time.time() + seconds
    left = [aim for aim in aims if model.aims[aim][0].any()]
    for aim in aims:
        vector, constant = model.aims[aim]
        if not vector.any():
            found.append(Stage(aim, constant, constant, "none", capped=False))
            continue
        left.remove(aim)
        known = -math.inf if low is None or not _stands(aim, found, under) else low.get(aim, -math.inf)
        if x is None or float(vector @ x) + constant > known + NEAR:
            now = time.time()
            until = now + max(0.05, (ends - now) * (0.5 if left else 1.0))
            x, stage = _one_aim(replace(model, matrix=matrix), aim, until, x, seed, search, known, aim in relaxed)
            if x is None:
                return None, found
            found.append(stage)
        else:
            found.append(Stage(aim, float(vector @ x) + constant, known, "gap"))
        value = found[-1].value
        matrix = capped(matrix, vector, value - constant, aim)
        if left:
            tell(x, found)
    return x, found


def _stands(aim: str, before: Sequence[Stage], under: float) -> bool:
    """Whether a known bound of an aim holds beside what the promises before it cost."""
    return aim != FIRST[1] or all(stage.aim != FIRST[0] or stage.value <= under + 10 * NEAR for stage in before)


def _one_aim(
    model: RosterModel, aim: str, until: float, x: Floats | None, seed: int, search: bool, known: float, relaxed: bool
) -> tuple[Floats | None, Stage]:
    """One aim until the time `until`: the whole model first, then neighbourhoods of what was found."""
    vector, constant = model.aims[aim]
    limits = _limits(model, aim, (until - time.time()) * (WHOLE if search else 1.0))
    if relaxed and x is not None:
        answer = _direct(Job(model.matrix, vector, constant, limits, relax=True), seed)
        value = float(vector @ x) + constant
        return x, Stage(aim, value, min(value, max(answer.bound, known, lowest(model, aim))), "nodes")
    answer = _direct(Job(model.matrix, vector, constant, limits, x), seed)
    if answer.x is not None and (x is None or answer.objective <= float(vector @ x) + constant + NEAR):
        x = answer.x
    if x is None:
        return None, Stage(aim, math.inf, known, answer.stopped_by)
    value, stopped = float(vector @ x) + constant, answer.stopped_by
    bound = value if answer.status is Status.INFEASIBLE else max(answer.bound, known, lowest(model, aim))
    if search and value - bound > _allowed(aim, vector, value):
        x, clocked = improve(model, vector, x, bound - constant, until, seed, _step(vector))
        value = float(vector @ x) + constant
        stopped = "clock" if clocked else stopped
    if value <= bound + NEAR:
        stopped = "gap"
    return x, Stage(aim, value, min(value, bound), stopped)


def _limits(model: RosterModel, aim: str, seconds: float) -> Limits:
    """First aims are proved where the model is not large; later ones end within their gap or nodes."""
    vector, _ = model.aims[aim]
    nodes = LARGE_NODES if model.matrix.cols > LARGE else FIRST_NODES if aim in FIRST else LATER_NODES
    relative = 0.0 if aim in FIRST else LATER_GAP
    return Limits(seconds, absolute_gap=_step(vector), relative_gap=relative, nodes=nodes)


def _direct(job: Job, seed: int) -> Solution:
    limits = replace(job.limits, seed=seed)
    assert limits.seconds is not None
    return run(replace(job, limits=limits), time.time() + limits.seconds, lambda _: None)


def _allowed(aim: str, vector: Floats, value: float) -> float:
    """The gap at which an aim needs no more search."""
    return max(_step(vector), 0.0 if aim in FIRST else LATER_GAP * abs(value)) + NEAR


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


def dated_first(
    model: RosterModel, used: Used, x: Floats | None, seconds: float, seed: int, low: Mapping[str, float]
) -> Floats | None:
    """A good start for the first aims of a large model, from `x` where that is given."""
    vector = sum((BROKEN if aim == FIRST[0] else 1.0) * model.aims[aim][0] for aim in FIRST)
    constant = sum((BROKEN if aim == FIRST[0] else 1.0) * model.aims[aim][1] for aim in FIRST)
    bound = low.get(FIRST[1], 0.0) - constant
    places = model.places("visit")
    held = [] if x is None else places[x[places] > 0.5].tolist()
    if x is not None and float(np.asarray(vector) @ x) <= bound + NEAR:
        return x
    chosen, _ = first_dates(model, np.asarray(vector), bound, time.time() + seconds, seed, held)
    filled = np.zeros(model.matrix.cols)
    filled[chosen] = 1.0
    better = start_of(model, visits_of(model, filled), used)
    if better is None or (x is not None and float(np.asarray(vector) @ better) >= float(np.asarray(vector) @ x)):
        return x
    return better


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
        groups[*vehicle_of(instance, doctor, site), day] += 1
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
