"""What it costs to build a model and hand it to HiGHS, against raw arrays and against Pyomo's own interface.

    python benchmarks/hand_over.py [sites] [customers] [arcs per customer]

The model is a capacitated siting problem: one assignment row per customer, one capacity row per
site, one link row `x <= y` per arc. Each route starts from the same numpy data and ends when
HiGHS holds the model; times are processor seconds, the median of `RUNS` runs. Routes:

- floor      numpy triples, scipy CSC, the array overload of `Highs.passModel`: nothing else
- matrix     the same arrays through `models.matrix` and `models.hand_over` (rules and subjects kept)
- sheet      real Pyomo variables with row families as arrays (`models.rows`), compiled, handed over
- pyomo      ordinary Pyomo constraints through Pyomo's own HiGHS interface
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp
from pyomo.contrib.solver.solvers.highs import Highs as PyomoHighs

from models.answers import Job
from models.assemble import compile_sheet, no_garbage_collection
from models.hand_over import loaded
from models.keys import Keys
from models.matrix import Matrix
from models.rows import Columns, Rows, Sheet

INF = float("inf")
RUNS = 3


@dataclass(frozen=True)
class Siting:
    """Arcs (site, customer, cost) with the demand of customers, the capacity and price of sites."""

    sites: int
    customers: int
    site: np.ndarray
    customer: np.ndarray
    cost: np.ndarray
    demand: np.ndarray
    capacity: np.ndarray
    price: np.ndarray


def draw(sites: int, customers: int, arcs: int, seed: int = 0) -> Siting:
    """Customers and sites in the unit square, each customer with its nearest sites."""
    rng = np.random.default_rng(seed)
    here, there = rng.random((sites, 2)), rng.random((customers, 2))
    away = np.hypot(*(there[:, None, :] - here[None, :, :]).transpose(2, 0, 1))
    near = np.argsort(away, axis=1, kind="stable")[:, :arcs]
    customer = np.repeat(np.arange(customers), near.shape[1])
    demand = rng.integers(5, 36, customers).astype(float)
    capacity = np.full(sites, np.ceil(4 * demand.sum() / sites))
    cost = away[customer, near.ravel()] * demand[customer]
    return Siting(sites, customers, near.ravel(), customer, cost, demand, capacity, rng.uniform(40, 90, sites))


def arrays(data: Siting) -> tuple[sp.csc_matrix, np.ndarray, np.ndarray]:
    """Columns x (arcs) then y (sites); rows assignment, capacity, links; row bounds."""
    n, m, c = len(data.cost), data.sites, data.customers
    arc, link = np.arange(n), c + m + np.arange(n)
    rows = np.concatenate([data.customer, c + data.site, c + np.arange(m), link, link])
    cols = np.concatenate([arc, arc, n + np.arange(m), arc, n + data.site])
    vals = np.concatenate([np.ones(n), data.demand[data.customer], -data.capacity, np.ones(n), -np.ones(n)])
    A = sp.coo_matrix((vals, (rows, cols)), shape=(c + m + n, n + m)).tocsc()
    return A, np.concatenate([np.ones(c), np.full(m + n, -INF)]), np.concatenate([np.ones(c), np.zeros(m + n)])


def costs(data: Siting) -> np.ndarray:
    return np.concatenate([data.cost, data.price])


def whole(data: Siting) -> np.ndarray:
    return np.concatenate([np.zeros(len(data.cost), dtype=bool), np.ones(data.sites, dtype=bool)])


def by_floor(data: Siting) -> Any:
    A, low, high = arrays(data)
    rows, cols = A.shape
    solver: Any = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    sides = (np.zeros(cols), np.ones(cols), low, high)
    parts = (A.indptr.astype(np.int32), A.indices.astype(np.int32), A.data, whole(data).astype(np.int32))
    solver.passModel(cols, rows, A.nnz, 1, 1, 0.0, costs(data), *sides, *parts)
    return solver


def by_matrix(data: Siting) -> Any:
    A, low, high = arrays(data)
    rows, cols = A.shape
    kinds = np.repeat(["served", "room", "link"], [data.customers, data.sites, len(data.cost)])
    matrix = Matrix(A, np.zeros(cols), np.ones(cols), low, high, whole(data), kinds, list(map(str, range(rows))))
    return loaded(Job(matrix, costs(data)))


def by_sheet(data: Siting) -> Any:
    with no_garbage_collection():
        model, sheet = pyo.ConcreteModel(), Sheet()
        model.siting = pyo.Block()
        sites, customers = list(map(str, range(data.sites))), list(map(str, range(data.customers)))
        arcs, everything = Keys((sites, customers), (data.site, data.customer)), np.arange(len(data.cost))
        site, customer = np.arange(data.sites), np.arange(data.customers)
        x = Columns(sheet, model.siting, "x", arcs, doc="served", unit="share", upper=1.0)
        y = Columns(
            sheet, model.siting, "y", Keys((sites,), (site,)), doc="open", unit="yes/no", upper=1.0, integer=True
        )
        served = Rows(sheet, "siting", "served", doc="each customer is served", rule="served")
        served.rows(Keys((customers,), (customer,)), 1.0, 1.0)
        served.add(data.customer, x, everything, 1.0)
        room = Rows(sheet, "siting", "room", doc="sites have room", rule="room")
        room.rows(Keys((sites,), (site,)), -INF, 0.0)
        room.add(data.site, x, everything, data.demand[data.customer])
        room.add(site, y, site, -data.capacity)
        link = Rows(sheet, "siting", "link", doc="only open sites serve", rule="link")
        link.rows(arcs, -INF, 0.0)
        link.add(everything, x, everything, 1.0)
        link.add(everything, y, data.site, -1.0)
        matrix = compile_sheet(sheet)
    return loaded(Job(matrix, costs(data)))


def by_pyomo(data: Siting) -> Any:
    model = pyo.ConcreteModel()
    arcs = list(zip(data.site.tolist(), data.customer.tolist(), strict=True))
    cost, demand = dict(zip(arcs, data.cost.tolist(), strict=True)), data.demand.tolist()
    capacity, price = data.capacity.tolist(), data.price.tolist()
    of_site: dict[int, list[int]] = {i: [] for i in range(data.sites)}
    of_customer: dict[int, list[int]] = {j: [] for j in range(data.customers)}
    for i, j in arcs:
        of_site[i].append(j)
        of_customer[j].append(i)
    model.ARCS, model.SITES = pyo.Set(initialize=arcs, dimen=2), pyo.RangeSet(0, data.sites - 1)
    model.CUSTOMERS = pyo.RangeSet(0, data.customers - 1)
    model.x, model.y = pyo.Var(model.ARCS, bounds=(0, 1)), pyo.Var(model.SITES, domain=pyo.Binary)
    model.served = pyo.Constraint(model.CUSTOMERS, rule=lambda m, j: sum(m.x[i, j] for i in of_customer[j]) == 1)
    model.room = pyo.Constraint(
        model.SITES, rule=lambda m, i: sum(demand[j] * m.x[i, j] for j in of_site[i]) <= capacity[i] * m.y[i]
    )
    model.link = pyo.Constraint(model.ARCS, rule=lambda m, i, j: m.x[i, j] <= m.y[i])
    total = sum(cost[a] * model.x[a] for a in arcs) + sum(price[i] * model.y[i] for i in range(data.sites))
    model.cost = pyo.Objective(expr=total)
    interface: Any = PyomoHighs()
    interface.set_instance(model)
    return interface._solver_model


def seconds(route: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Median processor seconds, and what the last run left in HiGHS."""
    times, solver = [], None
    for _ in range(runs):
        solver = None
        gc.collect()
        began = time.process_time()
        solver = route()
        times.append(time.process_time() - began)
    return statistics.median(times), solver


def main(sites: int = 50, customers: int = 1000, arcs: int = 30) -> None:
    """Print one line per route: seconds, ratio to the floor, and what HiGHS holds (the same everywhere)."""
    data = draw(sites, customers, min(arcs, sites))
    print(f"siting, {sites} sites, {customers} customers, {len(data.cost)} arcs")
    print(f"{'route':10}{'seconds':>10}{'ratio':>8}{'rows':>10}{'columns':>10}{'nonzeros':>10}")
    floor = None
    for name, route, runs in (
        ("floor", by_floor, 5),
        ("matrix", by_matrix, RUNS),
        ("sheet", by_sheet, RUNS),
        ("pyomo", by_pyomo, 1),
    ):
        took, solver = seconds(partial(route, data), runs)
        floor = took if floor is None else floor
        size = (solver.getNumRow(), solver.getNumCol(), solver.getNumNz())
        print(f"{name:10}{took:10.3f}{took / floor:8.1f}" + "".join(f"{n:10}" for n in size))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
