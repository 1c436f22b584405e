"""Capacitated siting as numpy data: who may be served from where, at what cost. numpy and scipy alone.

One assignment row per customer, one capacity row per site, one link row `x <= y` per arc; columns x (arcs), then y.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

INF = float("inf")
Arrays = tuple[np.ndarray, ...]


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


def triples(data: Siting) -> Arrays:
    """Rows, columns and coefficients."""
    n, m, c = len(data.cost), data.sites, data.customers
    arc, link = np.arange(n), c + m + np.arange(n)
    rows = np.concatenate([data.customer, c + data.site, c + np.arange(m), link, link])
    cols = np.concatenate([arc, arc, n + np.arange(m), arc, n + data.site])
    vals = np.concatenate([np.ones(n), data.demand[data.customer], -data.capacity, np.ones(n), -np.ones(n)])
    return rows, cols, vals


def csc(data: Siting) -> sp.csc_matrix:
    n, m, c = len(data.cost), data.sites, data.customers
    rows, cols, vals = triples(data)
    return sp.coo_matrix((vals, (rows, cols)), shape=(c + m + n, n + m)).tocsc()


def sides(data: Siting) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper sides of the rows."""
    n, m, c = len(data.cost), data.sites, data.customers
    return np.concatenate([np.ones(c), np.full(m + n, -INF)]), np.concatenate([np.ones(c), np.zeros(m + n)])


def costs(data: Siting) -> np.ndarray:
    return np.concatenate([data.cost, data.price])


def whole(data: Siting) -> np.ndarray:
    return np.concatenate([np.zeros(len(data.cost), dtype=bool), np.ones(data.sites, dtype=bool)])
