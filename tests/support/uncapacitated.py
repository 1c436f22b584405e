"""Problems of location without capacities: drawn, tried out, written as rows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import strategies as st

from models.answers import INF, Limits
from models.matrix import Matrix
from models.uncapacitated_bounds import Problem
from models.uncapacitated_solve import locate

EXACT = Limits(absolute_gap=1e-7, relative_gap=0.0)


@st.composite
def problems(draw: st.DrawFn, priced: bool = True) -> Problem:
    """Two to six hosts, one to seven members; missing arcs, hosts that pay, what is always there, limits on numbers."""
    hosts, members = draw(st.integers(2, 6)), draw(st.integers(1, 7))
    seed = np.random.default_rng(draw(st.integers(0, 10**6)))
    cost = seed.integers(0, 12, (members, hosts)).astype(float)
    cost[seed.random((members, hosts)) < draw(st.sampled_from([0.0, 0.3]))] = INF
    fixed = seed.integers(-3, 10, hosts).astype(float) * (draw(st.sampled_from([0.0, 1.0])) if priced else 0.0)
    always = np.where(seed.random(members) < draw(st.sampled_from([0.0, 0.5])), seed.integers(3, 15, members), INF)
    least = draw(st.sampled_from([0, 0, 1, 2]))
    most = draw(st.sampled_from([hosts, hosts, max(1, least), max(2, least)]))
    return Problem(fixed, cost, always, least, most)


def all_plans(problem: Problem) -> list[tuple[float, np.ndarray]]:
    """Value and open hosts of every plan, the best first."""
    found = []
    for bits in itertools.product([False, True], repeat=problem.hosts):
        opened = np.array(bits)
        if problem.least <= opened.sum() <= problem.most and np.isfinite(problem.value(opened)):
            found.append((problem.value(opened), opened))
    return sorted(found, key=lambda pair: pair[0])


def found_as_by_trying(problem: Problem) -> None:
    """Asserts that `locate` finds and proves the best of all plans, or says that there is none."""
    plans, found = all_plans(problem), locate(problem, EXACT)
    if not plans:
        assert found.opened is None
        return
    assert found.opened is not None and found.proof
    assert found.value == pytest.approx(plans[0][0]) == problem.value(found.opened)
    assert found.bound == pytest.approx(found.value)
    assert problem.least <= found.opened.sum() <= problem.most


def model_of(problem: Problem) -> tuple[Matrix, np.ndarray]:
    """The problem as a model of rows: hosts, arcs, what is always there; rows in another order than columns."""
    arcs = [(i, j) for i in range(problem.members) for j in range(problem.hosts) if np.isfinite(problem.cost[i, j])]
    free = [i for i in range(problem.members) if np.isfinite(problem.always[i])]
    hosts, cols = problem.hosts, problem.hosts + len(arcs) + len(free)
    rows: list[tuple[list[int], list[float], float, float]] = []
    for n, (_, j) in enumerate(arcs):
        rows.append(([hosts + n, j], [1.0, -1.0], -INF, 0.0))
    for i in range(problem.members):
        mine = [hosts + n for n, (member, _) in enumerate(arcs) if member == i]
        mine += [hosts + len(arcs) + n for n, member in enumerate(free) if member == i]
        rows.append((mine, [1.0] * len(mine), 1.0, 1.0))
    rows.append((list(range(hosts)), [1.0] * hosts, float(problem.least), float(problem.most)))
    at = np.repeat(np.arange(len(rows)), [len(row[0]) for row in rows])
    cells = (np.concatenate([row[1] for row in rows]), (at, np.concatenate([row[0] for row in rows]).astype(int)))
    A = sp.csc_matrix(cells, shape=(len(rows), cols))
    low, high = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    names = np.array(["row"] * len(rows))
    matrix = Matrix(
        A, np.zeros(cols), np.ones(cols), low, high, np.arange(cols) < hosts, names, list(map(str, range(len(rows))))
    )
    prices = [float(problem.cost[i, j]) for i, j in arcs] + [float(problem.always[i]) for i in free]
    return matrix, np.concatenate([problem.fixed, prices])


def clustered(members: int, most: int, seed: int) -> Problem:
    """Members in six towns who are hosts too, the dearer to reach the more of them there are."""
    draw = np.random.default_rng(seed)
    towns = draw.random((6, 2))
    place = towns[draw.integers(0, 6, members)] + draw.normal(0, 0.08, (members, 2))
    away = np.hypot(*(place[:, None, :] - place[None, :, :]).transpose(2, 0, 1))
    weight = np.round(draw.lognormal(2, 1, members)) + 1
    return Problem(np.zeros(members), np.round(1000 * away) * weight[:, None], np.full(members, INF), 0, most)
