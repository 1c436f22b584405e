"""Whether a model is single-source allocation under capacities, told from its rows alone.

After what single entries and fixed columns imply, every row must be one of

    sum_h x_ih = 1                      each member at one host
    sum_i a_i x_ih <= b y_h  or  <= b   capacity; several rows of a host must have proportional a
    x_ih <= y_h                         served only from an open host
    a row on the y alone                numbers of hosts, open capacity, and the like
    c + y_h >= 1                        with a cost on c and c nowhere else: closing a host

and all a_i proportional to one weight per member, in whole units. Anything else: no.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.implied import DECIDED, implied_bounds
from models.matrix import Bools, Floats, Matrix
from models.single_source_bounds import Ints, Problem

#: Most cells of a knapsack table, and most rows of a model that is looked at.
MOST_CELLS, MOST_ROWS = 20_000_000, 400_000
#: Units of the weights that are tried (parts of one item a day), and how near to whole they must be.
UNITS, NEAR = (1, 2, 4, 5, 10, 20, 50, 100), 1e-9


@dataclass(frozen=True, eq=False)
class Form:
    """The problem and its place in the model. constant: cost of the fixed columns and of closing all hosts.

    link: column of each (host, member), -1 without an arc; host: column of each host, -1 where it is always
    open; closing: (column, host) pairs; held: values of all fixed columns.
    """

    problem: Problem
    constant: float
    link: Ints
    host: Ints
    closing: list[tuple[int, int]]
    held: Floats

    def columns(self, at: Ints, opened: Bools) -> Floats:
        """The model's columns of a plan."""
        x = self.held.copy()
        x[self.link[at, np.arange(len(at))]] = 1.0
        x[self.host[opened & (self.host >= 0)]] = 1.0
        for column, host in self.closing:
            x[column] = 0.0 if opened[host] else 1.0
        return x


def form_of(matrix: Matrix, cost: Floats) -> Form | None:
    """The form of a model, or None where it is not of this kind (or too large)."""
    if matrix.rows > MOST_ROWS or not matrix.integer.any():
        return None
    try:
        return _Reader(matrix, cost).form()
    except _OtherKind:
        return None


class _OtherKind(Exception):
    """The model has something that does not belong."""


def _ask(holds: object) -> None:
    if not holds:
        raise _OtherKind


@dataclass(frozen=True, eq=False)
class _Row:
    cols: Ints
    coefs: Floats
    low: float
    high: float


class _Reader:
    """Reads a model row by row; `_OtherKind` as soon as something does not fit."""

    def __init__(self, matrix: Matrix, cost: Floats) -> None:
        self.cost, self.integer = cost, matrix.integer
        self.A = sp.csr_matrix(matrix.A)
        self.A.eliminate_zeros()
        self.low, self.high = matrix.row_lower.copy(), matrix.row_upper.copy()
        bounds = implied_bounds(matrix)
        if bounds is None:
            raise _OtherKind
        self.lower, self.upper = bounds
        self.member: dict[int, int] = {}
        self.of: dict[int, int] = {}
        self.hosts: list[int] = []
        self.capacities: list[list[_Row]] = []

    def form(self) -> Form:
        rows = list(self._rows())
        closing = self._closing(rows)
        self._members(rows)
        rest = [row for row in rows if not self._is_member_row(row)]
        rest = [row for row in rest if row not in closing]
        mixed = [row for row in rest if any(col in self.member for col in row.cols.tolist())]
        for row in sorted(mixed, key=lambda row: self._opener(row) is None):  # rows with y name the hosts first
            self._host_row(row)
        _ask(all(col in self.of for col in self.member))
        others = [row for row in rest if not any(col in self.member for col in row.cols.tolist())]
        return self._result(others, closing)

    def _rows(self) -> Iterator[_Row]:
        """Rows that can be broken, in the free columns."""
        self.free = self.upper - self.lower > DECIDED
        places = np.flatnonzero(self.free)
        _ask(places.size and np.isfinite(self.lower).all())
        part = self.A[:, places]
        base = self.A[:, np.flatnonzero(~self.free)] @ self.lower[~self.free]
        for row in range(part.shape[0]):
            here = slice(part.indptr[row], part.indptr[row + 1])
            cols, coefs = places[part.indices[here]], part.data[here]
            low, high = float(self.low[row] - base[row]), float(self.high[row] - base[row])
            ends = np.stack([coefs * self.lower[cols], coefs * self.upper[cols]])
            least, most = float(ends.min(axis=0).sum()), float(ends.max(axis=0).sum())
            if not cols.size:
                _ask(low <= 1e-6 and high >= -1e-6)
            elif least < low - 1e-9 or most > high + 1e-9:
                yield _Row(cols.astype(np.int64), coefs, low if least < low - 1e-9 else -np.inf, high)

    def _is_member_row(self, row: _Row) -> bool:
        return row.low == row.high == 1.0 and bool((row.coefs == 1.0).all())

    def _members(self, rows: list[_Row]) -> None:
        found = 0
        for row in rows:
            if self._is_member_row(row):
                for col in row.cols.tolist():
                    _ask(col not in self.member and self.integer[col])
                    self.member[col] = found
                found += 1
        self.count = found
        _ask(found >= 2)

    def _closing(self, rows: list[_Row]) -> list[_Row]:
        """Rows c + y >= 1 whose c stands nowhere else and costs something."""
        free = self.A[:, np.flatnonzero(self.free)]
        uses = np.zeros(len(self.free), dtype=np.int64)
        uses[self.free] = np.diff(free.tocsc().indptr)
        found = []
        for row in rows:
            loose = [col for col in row.cols.tolist() if not self.integer[col]]
            if loose:
                _ask(len(row.cols) == 2 and len(loose) == 1 and (row.coefs == 1.0).all())
                _ask(row.low == 1.0 and row.high >= 2.0 and uses[loose[0]] == 1 and self.cost[loose[0]] >= 0)
                _ask(self.lower[loose[0]] == 0.0 and self.upper[loose[0]] >= 1.0)
                found.append(row)
        loose_columns = np.flatnonzero(self.free & ~self.integer)
        _ask(len(found) == len(loose_columns))
        whole = np.flatnonzero(self.free & self.integer)
        _ask((self.lower[whole] == 0.0).all() and (self.upper[whole] == 1.0).all())
        return found

    def _opener(self, row: _Row) -> int | None:
        others = [col for col in row.cols.tolist() if col not in self.member]
        _ask(len(others) <= 1)
        return others[0] if others else None

    def _host_row(self, row: _Row) -> None:
        """A capacity or a link of one host, with its y or, where the host is always open, without."""
        opener = self._opener(row)
        _ask(row.low == -np.inf)
        xs = np.array([col in self.member for col in row.cols.tolist()])
        cols, coefs = row.cols[xs], row.coefs[xs]
        members = [self.member[col] for col in cols.tolist()]
        _ask((coefs > 0).all() and len(set(members)) == len(members))
        if opener is not None:
            size = -float(row.coefs[~xs][0])
            _ask(abs(row.high) <= 1e-9 and size > 0 and self.integer[opener])
            host = self._named(opener)
            capacity = _Row(cols, coefs, -np.inf, size)
        else:
            known = {self.of[col] for col in cols.tolist() if col in self.of}
            _ask(len(known) <= 1)
            host = known.pop() if known else self._named(-1)
            _ask(self.hosts[host] == -1)
            capacity = _Row(cols, coefs, -np.inf, row.high)
        for col in cols.tolist():
            _ask(self.of.setdefault(col, host) == host)
        if len(cols) == 1 and opener is not None and coefs[0] <= capacity.high:
            return
        self.capacities[host].append(capacity)

    def _named(self, opener: int) -> int:
        if opener == -1 or opener not in self.hosts:
            self.hosts.append(opener)
            self.capacities.append([])
        return len(self.hosts) - 1 if opener == -1 else self.hosts.index(opener)

    def _weights(self) -> tuple[Floats, Floats]:
        """One weight per member, and the capacity of each host in that unit."""
        weight, capacity = np.full(self.count, np.nan), np.full(len(self.hosts), np.inf)
        rows = [(host, row) for host, own in enumerate(self.capacities) for row in own]
        _ask(rows)
        rows.sort(key=lambda pair: -len(pair[1].cols))
        for host, row in rows:
            members = np.array([self.member[col] for col in row.cols.tolist()])
            known = ~np.isnan(weight[members])
            ratio = row.coefs[known] / weight[members][known]
            scale = float(ratio[0]) if ratio.size else 1.0
            _ask(np.allclose(ratio, scale, rtol=1e-9, atol=0.0))
            weight[members[~known]] = row.coefs[~known] / scale
            capacity[host] = min(capacity[host], row.high / scale)
        weight = np.nan_to_num(weight, nan=0.0)
        links: dict[int, set[int]] = {}
        for col, host in self.of.items():
            if weight[self.member[col]] > 0:
                links.setdefault(host, set()).add(col)
        for host, row in rows:  # nobody uses a host without counting in all of its rows
            _ask(links.get(host, set()) <= set(row.cols.tolist()))
        return weight, np.minimum(capacity, weight.sum())

    def _in_units(self) -> tuple[Ints, Ints]:
        weight, capacity = self._weights()
        for unit in UNITS:
            scaled = weight * unit
            if (np.abs(scaled - np.round(scaled)) <= NEAR * np.maximum(1.0, scaled)).all():
                demand, room = np.round(scaled).astype(np.int64), np.floor(capacity * unit + 1e-6).astype(np.int64)
                common = max(1, int(np.gcd.reduce(demand)))
                demand, room = demand // common, room // common
                _ask(len(room) * len(demand) * (int(room.max()) + 1) <= MOST_CELLS and (room >= 0).all())
                return demand, room
        raise _OtherKind

    def _result(self, others: list[_Row], closing: list[_Row]) -> Form:
        demand, capacity = self._in_units()
        place = {col: host for host, col in enumerate(self.hosts) if col >= 0}
        known = set(place) | set(self.member) | {c for row in closing for c in row.cols.tolist() if not self.integer[c]}
        _ask(known >= set(np.flatnonzero(self.free).tolist()))
        size = (len(self.hosts), self.count)
        link, price = np.full(size, -1, dtype=np.int64), np.zeros(size)
        for col, host in self.of.items():
            link[host, self.member[col]], price[host, self.member[col]] = col, self.cost[col]
        opener = np.array(self.hosts, dtype=np.int64)
        fixed = np.where(opener >= 0, self.cost[opener], 0.0)
        pairs, constant = [], float(self.cost[~self.free] @ self.lower[~self.free])
        for row in closing:
            (loose,), (y,) = ([c for c in row.cols.tolist() if self.integer[c] == kind] for kind in (False, True))
            _ask(y in place)
            fixed[place[y]] -= self.cost[loose]
            constant += float(self.cost[loose])
            pairs.append((loose, place[y]))
        limits = np.zeros((len(others), size[0]))
        for number, row in enumerate(others):
            for col, coef in zip(row.cols.tolist(), row.coefs.tolist(), strict=True):
                _ask(col in place)
                limits[number, place[col]] = coef
        problem = Problem(
            demand,
            capacity,
            fixed,
            price,
            link >= 0,
            opener < 0,
            np.ones(size[0], dtype=bool),
            limits,
            np.array([row.low for row in others]),
            np.array([row.high for row in others]),
        )
        held = np.where(self.free, 0.0, self.lower)
        return Form(problem, constant, link, opener, pairs, held)
