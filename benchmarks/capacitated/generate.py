"""Towns of customers and hosts with capacities near them, from a seed. numpy and scipy alone.

Customers crowd round towns and one in three lives anywhere; hosts stand by customers. An arc leads to each of the
nearest hosts; it costs distance times demand. Capacities are four times the demand in all, and a host costs about as
much as it saves, so that a quarter to a third of the hosts open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.spatial import cKDTree


@dataclass(frozen=True, eq=False)
class Instance:
    """demand (customers), capacity and fixed (hosts), and arcs customer after customer.

    customer, host, cost of all, away (distance): of the arcs.
    """

    demand: np.ndarray
    capacity: np.ndarray
    fixed: np.ndarray
    customer: np.ndarray
    host: np.ndarray
    cost: np.ndarray
    away: np.ndarray


def instance(hosts: int, customers: int, near: int = 30, seed: int = 0, roomy: float = 4.0) -> Instance:
    """The same instance for the same arguments. near: hosts in reach of a customer; roomy: capacity over demand."""
    draw = np.random.default_rng(seed)
    towns = max(5, hosts // 8)
    centre, size = draw.random((towns, 2)), draw.dirichlet(0.6 * np.ones(towns))
    town = draw.choice(towns, customers, p=size)
    scattered = draw.random((customers, 1)) < 0.35
    place = np.where(scattered, draw.random((customers, 2)), centre[town] + draw.normal(0, 0.06, (customers, 2)))
    stands = place[draw.choice(customers, hosts, replace=False)] + draw.normal(0, 0.003, (hosts, 2))
    near = min(near, hosts)
    away, host = cKDTree(stands).query(place, near)
    customer = np.repeat(np.arange(customers), near)
    demand = np.round(draw.lognormal(3, 0.8, customers)) + 1
    capacity = np.round(draw.uniform(0.7, 1.3, hosts) * demand.sum() * roomy / hosts)
    cost = np.round(100 * away.ravel() * demand[customer], 3)
    trip = np.sort(away, axis=1)[:, min(near - 1, 3)].mean() * 100 * demand.sum() / max(1, hosts)
    fixed = np.round(trip * draw.uniform(0.6, 1.4, hosts) * 2 + 0.1 * capacity, 2)
    return Instance(demand, capacity, fixed, customer, host.ravel(), cost, away.ravel())


@dataclass(frozen=True, eq=False)
class Rows:
    """The model as arrays: cost . x least, low <= A x <= high, 0 <= x <= 1; the last columns (hosts) are whole."""

    A: sp.csc_matrix
    cost: np.ndarray
    low: np.ndarray
    high: np.ndarray
    whole: np.ndarray


def rows(given: Instance, strong: bool) -> Rows:
    """Members' rows, capacities, the total demand, and with `strong` a row x <= y for every arc."""
    members, hosts, arcs = given.demand.size, given.capacity.size, given.cost.size
    arc, host = np.arange(arcs), np.arange(hosts)
    row = [given.customer, members + given.host, members + host, np.full(hosts, members + hosts)]
    col = [arc, arc, arcs + host, arcs + host]
    coef = [np.ones(arcs), given.demand[given.customer], -given.capacity, given.capacity]
    low = [np.ones(members), np.full(hosts, -np.inf), [given.demand.sum()]]
    high = [np.ones(members), np.zeros(hosts), [np.inf]]
    if strong:
        more = members + hosts + 1 + arc
        row, col, coef = [*row, more, more], [*col, arc, arcs + given.host], [*coef, np.ones(arcs), -np.ones(arcs)]
        low, high = [*low, np.full(arcs, -np.inf)], [*high, np.zeros(arcs)]
    cells = (np.concatenate(coef), (np.concatenate(row), np.concatenate(col)))
    size = (members + hosts + 1 + (arcs if strong else 0), arcs + hosts)
    whole = np.arange(arcs + hosts) >= arcs
    cost = np.concatenate([given.cost, given.fixed])
    return Rows(sp.csc_matrix(cells, shape=size), cost, np.concatenate(low), np.concatenate(high), whole)
