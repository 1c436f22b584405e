"""Problems of location with capacities: drawn, tried out, written as rows."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from hypothesis import strategies as st
from scipy.optimize import linprog

from benchmarks.capacitated.generate import instance
from models.answers import INF
from models.capacitated_problem import Problem
from models.matrix import Matrix


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Two to five hosts, two to seven members; missing arcs, hosts that pay or must open, limits on numbers.

    Some members have something besides the hosts, some have no demand.
    """
    hosts, members = draw(st.integers(2, 5)), draw(st.integers(2, 7))
    seed = np.random.default_rng(draw(st.integers(0, 10**6)))
    demand = seed.integers(draw(st.sampled_from([0, 1])), 9, members).astype(float)
    roomy = draw(st.sampled_from([1.1, 2.0, 4.0]))
    capacity = np.ceil(seed.uniform(0.6, 1.4, hosts) * roomy * max(1.0, demand.sum()) / hosts)
    fixed = seed.integers(-3, 25, hosts).astype(float) * draw(st.sampled_from([0.0, 1.0, 1.0]))
    there = seed.random((hosts, members)) >= draw(st.sampled_from([0.0, 0.3]))
    cost = seed.integers(0, 30, (hosts, members)).astype(float)[there]
    host, member = np.nonzero(there)
    none = draw(st.sampled_from([True, True, False]))
    always = np.where(seed.random(members) < 0.5, seed.integers(10, 40, members).astype(float), INF)
    must = (seed.random(hosts) < draw(st.sampled_from([0.0, 0.2]))) & True
    least = draw(st.sampled_from([0, 0, 1, 2]))
    most = draw(st.sampled_from([hosts, hosts, hosts, max(2, least)]))
    first = np.searchsorted(host, np.arange(hosts + 1))
    return Problem(
        demand,
        capacity,
        fixed,
        first,
        member.astype(np.int64),
        cost,
        np.full(members, INF) if none else always,
        must,
        np.ones(hosts, dtype=bool),
        least,
        most,
    )


def served(problem: Problem, opened: np.ndarray) -> float:
    """Cost of the best shares with these hosts open, by scipy; inf without a plan."""
    arcs = np.flatnonzero(opened[problem.host])
    besides = np.flatnonzero(np.isfinite(problem.always))
    cost = np.concatenate([problem.cost[arcs], problem.always[besides]])
    col = np.arange(cost.size)
    row = np.concatenate([problem.member[arcs], besides])
    equal = sp.csr_matrix((np.ones(cost.size), (row, col)), shape=(problem.members, cost.size))
    holds = sp.csr_matrix(
        (problem.weight[arcs], (problem.host[arcs], np.arange(arcs.size))), shape=(problem.hosts, cost.size)
    )
    if not cost.size:
        return INF
    found = linprog(cost, holds, problem.capacity, equal, np.ones(problem.members), bounds=(0, None))
    return float(found.fun + problem.fixed[opened].sum()) if found.status == 0 else INF


def all_plans(problem: Problem) -> list[tuple[float, np.ndarray]]:
    """Value and open hosts of every plan, the best first."""
    found = []
    for bits in itertools.product([False, True], repeat=problem.hosts):
        opened = np.array(bits)
        if (opened < problem.must).any() or not problem.least <= opened.sum() <= problem.most:
            continue
        value = served(problem, opened)
        if np.isfinite(value):
            found.append((value, opened))
    return sorted(found, key=lambda pair: pair[0])


def relaxation(problem: Problem) -> float:
    """Value of the linear programme with all strong rows, the total demand, and the hosts it takes, by scipy."""
    order = np.argsort(-problem.capacity * ~problem.must, kind="stable")
    must = int(problem.must.sum())
    held = float(problem.capacity[problem.must].sum()) + np.cumsum(problem.capacity[order][: problem.hosts - must])
    takes = must + int(np.searchsorted(np.r_[held[0] * 0, held], problem.total - 1e-6))
    matrix, cost, constant = model_of(replace(problem, least=max(problem.least, takes)))
    A = matrix.A.tocsr()
    same = matrix.row_lower == matrix.row_upper
    up, down = ~same & np.isfinite(matrix.row_upper), ~same & np.isfinite(matrix.row_lower)
    above = sp.vstack([A[up], -A[down]])
    limit = np.concatenate([matrix.row_upper[up], -matrix.row_lower[down]])
    bounds = np.stack([matrix.lower, matrix.upper], axis=1)
    found = linprog(cost, above, limit, A[same], matrix.row_upper[same], bounds=bounds)
    return float(found.fun) + constant


def model_of(problem: Problem) -> tuple[Matrix, np.ndarray, float]:
    """The problem as a model of rows, hosts first, and the cost of what is open in any case; rows in mixed order.

    A host that must open has no column.
    """
    free = np.flatnonzero(~problem.must)
    place = np.full(problem.hosts, -1)
    place[free] = np.arange(free.size)
    besides = np.flatnonzero(np.isfinite(problem.always))
    first, arcs = free.size, problem.cost.size
    rows: list[tuple[list[int], list[float], float, float]] = []
    for arc, host in enumerate(problem.host.tolist()):
        if place[host] >= 0:
            rows.append(([first + arc, int(place[host])], [1.0, -1.0], -INF, 0.0))
    for member in range(problem.members):
        mine = [first + arc for arc in np.flatnonzero(problem.member == member).tolist()]
        mine += [first + arcs + n for n, one in enumerate(besides.tolist()) if one == member]
        rows.append((mine, [1.0] * len(mine), 1.0, 1.0))
    for host in range(problem.hosts):
        at = list(range(problem.first[host], problem.first[host + 1]))
        cols, coefs = [first + arc for arc in at], problem.weight[at].tolist()
        if place[host] >= 0:
            rows.append(([int(place[host]), *cols], [-float(problem.capacity[host]), *coefs], -INF, 0.0))
        elif at:
            rows.append((cols, coefs, -INF, float(problem.capacity[host])))
    apart = int(problem.must.sum())
    least, most = float(problem.least - apart), float(problem.most - apart)
    rows.append((list(range(first)), [1.0] * first, least, most))
    need = problem.total - float(problem.capacity[problem.must].sum())
    rows.append((list(range(first)), problem.capacity[free].tolist(), need, INF))
    number = np.repeat(np.arange(len(rows)), [len(row[0]) for row in rows])
    columns = np.concatenate([row[0] for row in rows]).astype(int)
    cells = (np.concatenate([row[1] for row in rows]), (number, columns))
    cols = first + arcs + besides.size
    A = sp.csc_matrix(cells, shape=(len(rows), cols))
    low, high = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    names = np.array(["row"] * len(rows))
    whole = np.arange(cols) < first
    matrix = Matrix(A, np.zeros(cols), np.ones(cols), low, high, whole, names, list(map(str, range(len(rows)))))
    cost = np.concatenate([problem.fixed[free], problem.cost, problem.always[besides]])
    return matrix, cost, float(problem.fixed[problem.must].sum())


def towns(hosts: int, customers: int, seed: int = 0, near: int = 12) -> Problem:
    """A problem of the benchmark's kind."""
    given = instance(hosts, customers, near, seed)
    order = np.lexsort((given.customer, given.host))
    return Problem(
        given.demand,
        given.capacity,
        given.fixed,
        np.searchsorted(given.host[order], np.arange(hosts + 1)),
        given.customer[order],
        given.cost[order],
        np.full(customers, INF),
        np.zeros(hosts, dtype=bool),
        np.ones(hosts, dtype=bool),
        0,
        hosts,
    )
