"""Rosters found and bettered by dating a few needs at a time and keeping the rest.

`first_dates` fills an empty or broken roster group by group (relax and fix) and then opens groups around
clinics that are not held; `improve` betters one aim (large neighbourhoods: Shaw 1998). Neither proves
anything. Groups, their order and their node limits are fixed, so that a search which the clock does not
stop repeats itself.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.answers import Job, Limits
from models.hand_over import run, settle
from models.matrix import Floats, Matrix
from models.roster_choices import Key
from models.roster_model import RosterModel

#: Needs dated again at once; in models of many needs.
FREED, FREED_OF_MANY, MANY = 4, 6, 15
#: Nodes and seconds of one neighbourhood.
NODES, SECONDS = 30, 3.0
#: Neighbourhoods tried without success, times the needs, before a search ends; and most in all.
PATIENCE, MOST = 2, 6
#: Rows longer than this (caps of earlier aims) do not draw their columns into a neighbourhood.
LONG_ROW = 400
#: Names of the columns that the first aims need; rows with others can always be completed.
LEAN = ("visit", "trip", "unheld", "broken", "moved")


@dataclass
class _Space:
    """A matrix with the columns of each need, for choosing what to free."""

    matrix: Matrix
    own: dict[Key, np.ndarray]
    near: dict[Key, dict[Key, float]]

    def __post_init__(self) -> None:
        self.rows = sp.csr_matrix(self.matrix.A)
        lengths = np.diff(self.rows.indptr)
        self.short = self.rows[np.flatnonzero(lengths <= LONG_ROW)]
        self.held = np.zeros(self.matrix.cols, dtype=bool)
        for columns in self.own.values():
            self.held[columns] = True

    def free(self, needs: Sequence[Key]) -> np.ndarray:
        """Columns of these needs, and all that hang on them but belong to no need."""
        mine = np.zeros(self.matrix.cols, dtype=bool)
        for key in needs:
            mine[self.own[key]] = True
        touched = np.asarray(self.short @ mine.astype(float)).ravel() > 0
        beside = np.asarray(abs(self.short).T @ touched.astype(float)).ravel() > 0
        return np.flatnonzero(mine | (beside & ~self.held))

    def solve(self, needs: Sequence[Key], vector: Floats, x: Floats, less: float, limits: Limits) -> Floats | None:
        """A plan better than `x` by `less` that differs in these needs alone, or None."""
        cols = self.free(needs)
        part = self.matrix.restricted(cols, x)
        cost = vector[cols]
        job = Job(part, cost, 0.0, limits, cutoff=float(cost @ x[cols]) - less)
        assert limits.seconds is not None
        answer = run(job, time.time() + limits.seconds, lambda _: None)
        if answer.x is None:
            return None
        found = x.copy()
        found[cols] = answer.x
        return found if float(vector @ found) < float(vector @ x) - 0.5 * less else None


def _space(model: RosterModel, names: Sequence[str], matrix: Matrix, place: np.ndarray) -> _Space:
    own: dict[Key, list[int]] = defaultdict(list)
    for name in names:
        columns = model.columns(name)
        for at, key in zip(model.places(name).tolist(), columns.keys if columns is not None else (), strict=True):
            own[key[0], key[1]].append(int(place[at]))
    arrays = {key: np.asarray(found, dtype=np.int64) for key, found in sorted(own.items())}
    return _Space(matrix, arrays, _near(model, list(arrays)))


def improve(
    model: RosterModel, vector: Floats, x: Floats, bound: float, ends: float, seed: int, step: float
) -> tuple[Floats, bool]:
    """A plan at least as good as `x` in `vector`, which keeps every row; and whether the clock stopped it.

    ends: as `time.time()`. bound: of vector . x; the search stops within `step` of it.
    """
    space = _space(model, ("visit", "fixed"), model.matrix, np.arange(model.matrix.cols))
    needs = list(space.own)
    size = FREED_OF_MANY if len(needs) >= MANY else FREED
    if len(needs) <= size + 1:
        return x, False
    return _search(space, needs, vector, x, bound, ends, random.Random(seed), step, size)


def _search(
    space: _Space,
    needs: Sequence[Key],
    vector: Floats,
    x: Floats,
    bound: float,
    ends: float,
    rng: random.Random,
    step: float,
    size: int,
) -> tuple[Floats, bool]:
    """Groups around each of `needs` in turn until nothing gets better."""
    tried = idle = 0
    while idle < PATIENCE * len(needs) and tried < MOST * len(needs):
        value = float(vector @ x)
        if value <= bound + step:
            break
        left = ends - time.time()
        if left <= 0.05:
            return x, True
        group = _neighbourhood(needs[tried % len(needs)], space.near, size, rng)
        # only strictly better plans: most neighbourhoods are then closed by the first linear programme
        less = max(step * 0.5, 1e-3 * abs(value - bound), 1e-5)
        limits = Limits(min(SECONDS, left), absolute_gap=step, relative_gap=1e-3, nodes=NODES)
        better = space.solve(group, vector, x, less, limits)
        tried, idle = tried + 1, 0 if better is not None else idle + 1
        x = x if better is None else better
    return x, False


def first_dates(
    model: RosterModel, vector: Floats, bound: float, ends: float, seed: int, held: Sequence[int]
) -> tuple[np.ndarray, bool]:
    """Places of the visits of a roster that is good in the first aims (`vector`), from those `held` at first.

    Works in the rows that the first aims need. Empty where even no clinic at all breaks a row.
    """
    kept = np.sort(np.concatenate([model.places(name) for name in (*LEAN, *_slacks(model))]).astype(np.int64))
    outside = np.ones(model.matrix.cols, dtype=bool)
    outside[kept] = False
    mixed = np.asarray(abs(model.matrix.A) @ outside.astype(float)).ravel() > 0
    lean = model.matrix.without_names().drop_rows(mixed).restricted(kept, np.zeros(model.matrix.cols))
    place = np.full(model.matrix.cols, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    space, cost = _space(model, ("visit",), lean, place), vector[kept]
    x = np.zeros(len(kept))
    x[place[np.asarray(held, dtype=np.int64)]] = 1.0
    settled = settle(lean, cost, x)
    settled = settle(lean, cost, np.zeros(len(kept))) if settled is None else settled
    if settled is None:
        return np.zeros(0, dtype=np.int64), False
    x, rng = settled, random.Random(seed)
    size = FREED_OF_MANY if len(space.own) >= MANY else FREED
    counts = {key: sum(model.instance.needs[key].count) for key in space.own}
    waiting = sorted(space.own, key=lambda key: (len(space.own[key]) / max(1, counts[key]), key))
    waiting = [key for key in waiting if not x[space.own[key]].any()]
    while waiting:
        group = [waiting[0], *sorted(waiting[1:], key=lambda key: -space.near[waiting[0]][key])[: size - 1]]
        waiting = [key for key in waiting if key not in group]
        left = ends - time.time()
        if left <= 0.05:
            return _chosen(model, place, x), True
        limits = Limits(min(SECONDS, left), absolute_gap=0.5, relative_gap=0.0, nodes=NODES)
        found = space.solve(group, cost, x, 1e-3, limits)
        x = x if found is None else found
    short = [key for key in space.own if x[space.own[key]].sum() < counts[key] - 0.5]
    clocked = False
    while short and not clocked and float(cost @ x) > bound + 1e-6:
        before = float(cost @ x)
        x, clocked = _search(space, short, cost, x, bound, ends, rng, 1e-3, size)
        if float(cost @ x) >= before - 1e-6:
            break
        short = [key for key in short if x[space.own[key]].sum() < counts[key] - 0.5]
    return _chosen(model, place, x), clocked


def _slacks(model: RosterModel) -> list[str]:
    return [columns.name for columns in model.sheet.columns if columns.name.startswith("short_")]


def _chosen(model: RosterModel, place: np.ndarray, x: Floats) -> np.ndarray:
    visits = model.places("visit")
    return np.asarray(visits[x[place[visits]] > 0.5], dtype=np.int64)


def _near(model: RosterModel, needs: Sequence[Key]) -> dict[Key, dict[Key, float]]:
    """How much two needs have to do with each other: doctors in common, and the site."""
    doctors = {key: {pair.doctor for pair in model.instance.needs[key].pairs} for key in needs}
    return {
        one: {other: len(doctors[one] & doctors[other]) + 0.5 * (one[0] == other[0]) for other in needs if other != one}
        for one in needs
    }


def _neighbourhood(centre: Key, near: dict[Key, dict[Key, float]], size: int, rng: random.Random) -> list[Key]:
    """A need with those nearest to it, ties and near ties by lot."""
    others = sorted(near[centre], key=lambda key: -(near[centre][key] + 2.0 * rng.random()))
    return [centre, *others[: size - 1]]
