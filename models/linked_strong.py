"""The linear programme of a model with the strong rows that it breaks.

Where a capacity row says sum d_j x_j <= sum q_k y_k, with x in 0..u and whole y at least 0, every plan also keeps

    x_j <= sum over k of min(u_j, q_k / d_j) y_k

(Van Roy and Wolsey 1986 for hosts with levels). All of them are many and few bind: those that are broken are added in
rounds, each begun from the basis of the last, and the ones that bind at the end are kept for the searches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from models.answers import INF, Job
from models.hand_over import loaded
from models.matrix import Floats, Matrix

#: A row is broken by this much, binds within that; rounds at most; entries of all strong rows at most.
BROKEN, BINDS, ROUNDS, MOST = 1e-3, 1e-6, 60, 3_000_000


@dataclass(frozen=True, eq=False)
class Root:
    """matrix: with the strong rows that bind, at its end; value, x and the first rows' prices: of its relaxation."""

    matrix: Matrix
    value: float
    x: Floats
    prices: Floats


def unpriced(matrix: Matrix) -> Root:
    """Where nothing ties the parts, there is nothing to price."""
    return Root(matrix, -INF, np.zeros(matrix.cols), np.zeros(matrix.rows))


def strong_rows(matrix: Matrix) -> sp.csr_matrix | None:
    """All strong rows as `rows x <= 0`; None where there are none, or too many."""
    A = matrix.A.tocsr()
    most = most_of(matrix)
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    count = entries = 0
    upward = (matrix.row_upper == 0.0) & np.isneginf(matrix.row_lower)
    downward = (matrix.row_lower == 0.0) & np.isposinf(matrix.row_upper)
    for row in np.flatnonzero(upward | downward).tolist():
        cols, coefs = A.indices[A.indptr[row] : A.indptr[row + 1]], A.data[A.indptr[row] : A.indptr[row + 1]]
        coefs = coefs if upward[row] else -coefs
        free = ~matrix.integer[cols]
        flows, weights, hosts, room = cols[free], coefs[free], cols[~free], -coefs[~free]
        signs = bool(flows.size and hosts.size and (weights > 0).all() and (room > 0).all())
        if not signs or (matrix.lower[cols] < 0).any():
            continue
        at = np.repeat(np.arange(flows.size), hosts.size)
        reach = np.minimum(most[flows][:, None], room[None, :] / weights[:, None])
        number = count + np.arange(flows.size)
        parts.append((number, flows, np.ones(flows.size)))
        parts.append((number[at], np.tile(hosts, flows.size), -reach.ravel()))
        count, entries = count + flows.size, entries + flows.size * (1 + hosts.size)
        if entries > MOST:
            return None
    if not count:
        return None
    rows, columns, values = (np.concatenate([part[at] for part in parts]) for at in range(3))
    return sp.csr_matrix((values, (rows, columns)), shape=(count, matrix.cols))


def most_of(matrix: Matrix) -> Floats:
    """The most that each column can be, by its own end or by a row of nothing but positive terms."""
    most, A = matrix.upper.copy(), matrix.A.tocsr()
    negative = (A.data < 0) | (matrix.lower[A.indices] < 0)
    row = np.repeat(np.arange(matrix.rows), np.diff(A.indptr))
    plain = (np.bincount(row, negative, minlength=matrix.rows) == 0) & np.isfinite(matrix.row_upper)
    used = plain[row] & (A.data > 0)
    np.minimum.at(most, A.indices[used], matrix.row_upper[row[used]] / A.data[used])
    return most


def tightened(job: Job, seconds: float) -> Root | None:
    """The root with strong rows, within so many seconds; None where there are none, or no programme ended."""
    matrix, rows = job.matrix, strong_rows(job.matrix)
    if rows is None:
        return None
    solver = loaded(Job(matrix, job.cost, job.constant, job.limits, relax=True), None if seconds == INF else seconds)
    active = np.zeros(rows.shape[0], dtype=bool)
    x, value, prices = None, -INF, np.zeros(matrix.rows)
    for _ in range(ROUNDS):
        solver.run()
        if solver.getModelStatus().name != "kOptimal":
            break
        x, value = np.array(solver.getSolution().col_value), float(solver.getInfo().objective_function_value)
        prices = np.array(solver.getSolution().row_dual)[: matrix.rows]
        broken = np.flatnonzero((rows @ x > BROKEN) & ~active)
        if not broken.size:
            break
        active[broken] = True
        append(solver, rows[broken], np.full(broken.size, -INF), np.zeros(broken.size))
    if x is None:
        return None
    kept = np.flatnonzero(active & (np.abs(rows @ x) <= BINDS))
    none = [""] * kept.size
    return Root(
        matrix.with_rows(rows[kept], np.full(kept.size, -INF), np.zeros(kept.size), none, none), value, x, prices
    )


def append(solver: Any, rows: sp.csr_matrix, low: Floats, high: Floats) -> None:
    """More rows for a model that HiGHS holds."""
    starts, cols = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
    solver.addRows(rows.shape[0], low, high, int(rows.nnz), starts, cols, rows.data)
