"""Services at the same sites, from a seed: each with members and levels of capacity. numpy and scipy alone.

Sites and members lie as in `benchmarks.capacitated`; each service draws its own demand, what distance costs, and
what a level of capacity costs at each site. What couples the services is one of `KINDS`: nothing; a budget on the
capital of all; the same budget with at most two services at a site and a cost of opening a site that they share.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.capacitated.generate import Rows, instance

KINDS = ("none", "budget", "sites")
#: A side of rows, or coefficients: one number for all, or each its own.
Side = np.ndarray | float
LEVELS = np.array([0.35, 0.7, 1.2])
MOST_AT_A_SITE, SHARED = 2, 0.25


@dataclass(frozen=True, eq=False)
class Service:
    """demand (members); arcs customer, host, cost; room and fixed (sites x levels)."""

    demand: np.ndarray
    customer: np.ndarray
    host: np.ndarray
    cost: np.ndarray
    room: np.ndarray
    fixed: np.ndarray


def services(count: int = 4, sites: int = 15, members: int = 200, near: int = 8, seed: int = 0) -> list[Service]:
    """The same services for the same arguments; seed 0 is that of the first measurements."""
    place, draw = instance(sites, members, near, 5 + seed), np.random.default_rng(1 + seed)
    found = []
    for _ in range(count):
        demand = np.round(draw.lognormal(3, 0.8, members)) + 1
        cost = 100 * place.away * demand[place.customer] * draw.uniform(0.5, 1.5)
        fixed = np.outer(place.fixed, LEVELS**0.6) * draw.uniform(0.6, 1.5) * draw.uniform(0.7, 1.3, (sites, 1))
        found.append(Service(demand, place.customer, place.host, cost, np.outer(place.capacity, LEVELS), fixed))
    return found


class _Writer:
    def __init__(self) -> None:
        self.cells: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.cost: list[np.ndarray] = []
        self.whole: list[np.ndarray] = []
        self.low: list[np.ndarray] = []
        self.high: list[np.ndarray] = []
        self.cols = self.rows = 0

    def columns(self, cost: np.ndarray, whole: bool) -> np.ndarray:
        self.cost.append(cost)
        self.whole.append(np.full(cost.size, whole))
        self.cols += cost.size
        return np.arange(self.cols - cost.size, self.cols)

    def add(
        self, low: np.ndarray | float, high: np.ndarray | float, *terms: tuple[np.ndarray, np.ndarray, object]
    ) -> None:
        """Rows numbered from 0 by the terms: row, column, coefficient."""
        count = int(max(rows.max() for rows, _, _ in terms)) + 1
        self.cells += [
            (rows + self.rows, cols, np.broadcast_to(np.asarray(v, float), cols.shape)) for rows, cols, v in terms
        ]
        self.low.append(np.broadcast_to(np.asarray(low, float), (count,)))
        self.high.append(np.broadcast_to(np.asarray(high, float), (count,)))
        self.rows += count


def rows(given: list[Service], kind: str = "none", budget: float = np.inf) -> Rows:
    """The model of some services, aggregated capacity rows, coupled as `kind` says; budget: capital of all."""
    to = _Writer()
    sites = given[0].room.shape[0]
    site = np.repeat(np.arange(sites), LEVELS.size)
    opened = [_service(to, one, site) for one in given]
    if kind != "none":
        levels, capital = np.concatenate(opened), np.concatenate([one.fixed.ravel() for one in given])
        to.add(-np.inf, budget, (np.zeros(levels.size, dtype=int), levels, capital))
    if kind == "sites":
        shared = to.columns(np.full(sites, SHARED * np.mean([one.fixed.mean() for one in given])), True)
        for levels in opened:
            to.add(-np.inf, 0.0, (site, levels, 1.0), (np.arange(sites), shared, -1.0))
        to.add(-np.inf, MOST_AT_A_SITE, *[(site, levels, 1.0) for levels in opened])
    row, col, coef = (np.concatenate([cell[at] for cell in to.cells]) for at in range(3))
    A = sp.csc_matrix((coef, (row, col)), shape=(to.rows, to.cols))
    return Rows(A, np.concatenate(to.cost), np.concatenate(to.low), np.concatenate(to.high), np.concatenate(to.whole))


def _service(to: _Writer, one: Service, site: np.ndarray) -> np.ndarray:
    """One service's rows; its columns of levels."""
    arcs, levels = to.columns(one.cost, False), to.columns(one.fixed.ravel(), True)
    to.add(1.0, 1.0, (one.customer, arcs, 1.0))
    to.add(-np.inf, 0.0, (one.host, arcs, one.demand[one.customer]), (site, levels, -one.room.ravel()))
    to.add(-np.inf, 1.0, (site, levels, 1.0))
    to.add(one.demand.sum(), np.inf, (np.zeros(levels.size, dtype=int), levels, one.room.ravel()))
    return levels


def capital(given: list[Service], x: np.ndarray) -> float:
    """What the levels of a plan of `rows(given)` cost."""
    first = total = 0.0
    for one in given:
        levels = int(first) + one.cost.size + np.arange(one.fixed.size)
        total += float(one.fixed.ravel() @ x[levels])
        first += one.cost.size + one.fixed.size
    return float(total)
