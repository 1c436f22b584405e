"""Whether a model is location without capacities, told from its rows alone.

After what single entries and fixed columns imply, every row must be one of

    sum_h x_ih + u_i = 1        each member at one host, or at what is always there
    x_ih <= y_h                 served only from an open host
    least <= sum_h y_h <= most  the number of hosts, one row at most

with y whole. That is p-median, location with fixed costs, and maximal covering (u_i: not covered). Anything else: no.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.implied import DECIDED, implied_bounds
from models.matrix import Bools, Floats, Matrix
from models.uncapacitated_bounds import INF, Ints, Problem

#: Most (member, host) pairs that are looked at, and fewest arcs for which it is worth it.
MOST_CELLS, FEWEST_ARCS = 20_000_000, 400


@dataclass(frozen=True, eq=False)
class Form:
    """The problem and its place in the model. constant: cost of the fixed columns.

    link: column of each (member, host), -1 without an arc; host: column of each host; always: column of what a
    member has whatever is open, -1 without; held: values of all fixed columns.
    """

    problem: Problem
    constant: float
    link: Ints
    host: Ints
    always: Ints
    held: Floats

    def columns(self, opened: Bools) -> Floats:
        """The model's columns of a plan: every member at its cheapest."""
        problem, x = self.problem, self.held.copy()
        x[self.host[opened]] = 1.0
        costs = np.where(opened[None, :], problem.cost, INF)
        best = costs.argmin(axis=1)
        rows = np.arange(problem.members)
        here = costs[rows, best] < problem.always
        x[np.where(here, self.link[rows, best], self.always)] = 1.0
        return x


def form_of(matrix: Matrix, cost: Floats) -> Form | None:
    """The form of a model, or None where it is not of this kind (or too large, or too small to be worth it)."""
    if matrix.cols < FEWEST_ARCS or not matrix.integer.any():
        return None
    bounds = implied_bounds(matrix)
    return None if bounds is None else _read(matrix, cost, *bounds)


def _read(matrix: Matrix, cost: Floats, lower: Floats, upper: Floats) -> Form | None:
    open_ = upper - lower > DECIDED
    places = np.flatnonzero(open_)
    if not places.size or (lower[places] != 0.0).any() or (upper[places] < 1.0).any():
        return None
    rows = open_rows(matrix, lower, open_)
    whole, top = matrix.integer[places], upper[places]
    activity = activity_of(rows.part, top)
    ones = (rows.low == 1.0) & (rows.high == 1.0) & rows.alike(1.0)
    in_members = rows.columns(ones)
    if (in_members > 1).any() or not ones.any():
        return None
    arc = in_members == 1
    loose = (rows.low <= activity[0] + DECIDED) & (rows.high >= activity[1] - DECIDED)
    links = ~ones & (np.diff(rows.part.indptr) == 2) & (rows.high == 0.0) & (rows.low == -INF)
    found = _links(rows, links, arc)
    hosts = ~arc
    if found is None or not whole[hosts].all() or (top[hosts] != 1.0).any():
        return None
    limits = _number(rows, ~(ones | links | loose), hosts)
    if limits is None:
        return None
    return _form(matrix, cost, lower, open_, places, rows, ones, found, limits)


@dataclass(frozen=True, eq=False)
class OpenRows:
    """Rows in the open columns, what fixed ones fill in taken off."""

    part: sp.csr_matrix
    low: Floats
    high: Floats

    def alike(self, value: float) -> Bools:
        """Rows all of whose coefficients are `value`, with one at least."""
        counts = np.diff(self.part.indptr)
        right = np.bincount(self._row_of(), self.part.data == value, self.part.shape[0])
        found: Bools = (counts > 0) & (right == counts)
        return found

    def columns(self, rows: Bools) -> Ints:
        """How many of the rows each open column is in."""
        chosen = rows[self._row_of()]
        return np.bincount(self.part.indices[chosen], minlength=self.part.shape[1]).astype(np.int64)

    def _row_of(self) -> Ints:
        return np.repeat(np.arange(self.part.shape[0]), np.diff(self.part.indptr))


def open_rows(matrix: Matrix, lower: Floats, open_: Bools) -> OpenRows:
    A = sp.csr_matrix(matrix.A)
    A.eliminate_zeros()
    base = A[:, np.flatnonzero(~open_)] @ lower[~open_]
    low, high = matrix.row_lower - base, matrix.row_upper - base
    # What a fixed column leaves may miss a whole number by rounding.
    for end in (low, high):
        near = np.isfinite(end)
        near[near] = np.abs(end[near] - np.round(end[near])) < DECIDED
        end[near] = np.round(end[near])
    return OpenRows(sp.csr_matrix(A[:, np.flatnonzero(open_)]), low, high)


def activity_of(part: sp.csr_matrix, top: Floats) -> tuple[Floats, Floats]:
    """Least and most that each row can come to."""
    top = np.where(np.isfinite(top), top, 1.0)
    most = part.maximum(0.0) @ top
    least = part.minimum(0.0) @ top
    return np.asarray(least).ravel(), np.asarray(most).ravel()


def _links(rows: OpenRows, links: Bools, arc: Bools) -> tuple[Ints, Ints] | None:
    """(arc, host) of every link row, as open columns; None where a row is none or an arc has two."""
    at = rows.part.indptr[:-1][links]
    ends = np.stack([rows.part.indices[at], rows.part.indices[at + 1]])
    coefs = np.stack([rows.part.data[at], rows.part.data[at + 1]])
    first = coefs[0] > 0
    x, y = np.where(first, ends[0], ends[1]), np.where(first, ends[1], ends[0])
    if (coefs.sum(axis=0) != 0.0).any() or not arc[x].all() or arc[y].any() or np.unique(x).size != x.size:
        return None
    return x.astype(np.int64), y.astype(np.int64)


def _number(rows: OpenRows, rest: Bools, hosts: Bools) -> tuple[int, int] | None:
    """Least and most hosts by the one row that is left; None where there are others."""
    count = int(hosts.sum())
    left = np.flatnonzero(rest)
    if not left.size:
        return 0, count
    inside = rows.part[left[0]]
    one = left.size == 1 and inside.nnz == count > 0 and bool(hosts[inside.indices].all())
    if not one or (inside.data != inside.data[0]).any() or inside.data[0] <= 0:
        return None
    low, high = rows.low[left[0]] / inside.data[0], rows.high[left[0]] / inside.data[0]
    least = 0 if low == -INF else max(0, int(np.ceil(low - DECIDED)))
    return least, count if high == INF else min(count, int(np.floor(high + DECIDED)))


def _form(
    matrix: Matrix,
    cost: Floats,
    lower: Floats,
    open_: Bools,
    places: Ints,
    rows: OpenRows,
    ones: Bools,
    links: tuple[Ints, Ints],
    limits: tuple[int, int],
) -> Form | None:
    part = rows.part[np.flatnonzero(ones)].tocoo()
    member = np.full(places.size, -1, dtype=np.int64)
    member[part.col] = part.row
    hosts = np.flatnonzero(member < 0)
    members = int(ones.sum())
    if not hosts.size or members * hosts.size > MOST_CELLS:
        return None
    place = np.full(places.size, -1, dtype=np.int64)
    place[hosts] = np.arange(hosts.size)
    x, y = links
    link = np.full((members, hosts.size), -1, dtype=np.int64)
    if np.unique(member[x] * hosts.size + place[y]).size != x.size:
        return None
    link[member[x], place[y]] = places[x]
    price = np.where(link >= 0, cost[link], INF)
    alone = np.setdiff1d(np.flatnonzero(member >= 0), x)
    # The cheapest of what a member always has: the last one written is it.
    alone = alone[np.argsort(-cost[places[alone]], kind="stable")]
    always, column = np.full(members, INF), np.full(members, -1, dtype=np.int64)
    always[member[alone]], column[member[alone]] = cost[places[alone]], places[alone]
    problem = Problem(cost[places[hosts]], price, always, *limits)
    held = np.where(open_, 0.0, lower)
    return Form(problem, float(cost @ held), link, places[hosts], column, held)


@dataclass(frozen=True, eq=False)
class CentreForm:
    """The farthest member counts: cost `price` for each unit of column `z`, which is at least `floor`."""

    form: Form
    z: int
    price: float
    floor: float

    def columns(self, opened: Bools, radius: float) -> Floats:
        x = self.form.columns(opened)
        x[self.z] = max(self.floor, radius)
        return x


def centre_form_of(matrix: Matrix, cost: Floats) -> CentreForm | None:
    """The form of a model of the same rows in which z >= sum_h d_ih x_ih for members, and z alone costs."""
    paid = np.flatnonzero(cost)
    if matrix.cols < FEWEST_ARCS or paid.size != 1 or matrix.integer[paid[0]] or cost[paid[0]] <= 0:
        return None
    z = int(paid[0])
    A = sp.csr_matrix(matrix.A)
    rows = np.unique(sp.csc_matrix(matrix.A)[:, [z]].indices)
    part = A[rows].tocoo()
    scale = A[rows][:, [z]].toarray().ravel()
    firm = (scale > 0).all() and (matrix.row_lower[rows] == 0.0).all() and (matrix.row_upper[rows] == INF).all()
    if not rows.size or not firm or not np.isfinite(matrix.lower[z]) or matrix.upper[z] < INF:
        return None
    others = part.col != z
    distance, row_of = np.zeros(matrix.cols), np.full(matrix.cols, -1, dtype=np.int64)
    cols, row = part.col[others], part.row[others]
    if np.unique(cols).size != cols.size:
        return None
    distance[cols], row_of[cols] = -part.data[others] / scale[row], row
    keep = np.zeros(matrix.rows, dtype=bool)
    keep[rows] = True
    rest = matrix.drop_rows(keep).fixed(np.array([z]), np.array([max(0.0, float(matrix.lower[z]))]))
    form = form_of(rest, distance)
    if form is None or (form.held[cols] != 0.0).any() or not _one_member_a_row(form, row_of):
        return None
    return CentreForm(form, z, float(cost[z]), float(matrix.lower[z]))


def _one_member_a_row(form: Form, row_of: Ints) -> bool:
    """Whether every row of distances speaks of one member, and no member is in two."""
    members = np.arange(form.problem.members)
    pairs = {(-1, -1)}
    for column in (form.link, form.always[:, None]):
        at = np.broadcast_to(members[:, None], column.shape)[column >= 0]
        pairs |= set(zip(row_of[column[column >= 0]].tolist(), at.tolist(), strict=True))
    found = [pair for pair in pairs if pair[0] >= 0]
    rows, owners = {row for row, _ in found}, {owner for _, owner in found}
    return len(rows) == len(owners) == len(found)
