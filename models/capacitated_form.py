"""Whether a model is location with capacities and members in shares, told from its rows alone.

After what single entries and fixed columns imply, every row must be one of

    sum_h x_ih + u_i = 1              each member; all x in shares, or all x whole; u_i: what it has without any host
    sum_i a_i x_ih <= b y_h  or <= b  capacity; all of a host, and of all hosts, proportional to one weight per member
    x_ih <= y_h                       served only from an open host
    least <= sum_h y_h <= most        the number of hosts, one row at most
    sum_h b_h y_h + ... >= sum_i a_i  enough capacity, or less than that: implied

with y whole. Anything else: no.
"""

from __future__ import annotations

import numpy as np

from models.capacitated_columns import Form
from models.capacitated_problem import INF, Ints, Problem
from models.capacitated_tree import impossible
from models.implied import DECIDED, implied_bounds
from models.matrix import Bools, Floats, Matrix
from models.uncapacitated_form import OpenRows, activity_of, open_rows

#: Fewest columns for which it is worth it (HiGHS decides smaller models as fast), with shares and all whole; most of
#: them, and most hosts.
FEWEST_COLUMNS, FEWEST_WHOLE, MOST_COLUMNS, MOST_HOSTS = 20_000, 1_000, 5_000_000, 3_000
#: Part of the columns that stand in members' rows, at least: others are told at a glance.
SERVED = 0.5
#: Weights that differ by less, relatively, are the same.
SAME = 1e-9


class _OtherKind(Exception):
    """Some row is of another kind."""


def _ask(condition: object) -> None:
    if not condition:
        raise _OtherKind


def form_of(matrix: Matrix, cost: Floats) -> Form | None:
    """The form of a model, or None where it is not of this kind (or too small, or too large)."""
    fewest = min(FEWEST_COLUMNS, FEWEST_WHOLE) if matrix.integer.all() else FEWEST_COLUMNS
    if not fewest <= matrix.cols <= MOST_COLUMNS or not matrix.integer.any():
        return None
    ones = (matrix.row_lower == 1.0) & (matrix.row_upper == 1.0)
    so_far = np.append(0, np.cumsum(ones[matrix.A.indices]))[matrix.A.indptr]
    if (np.diff(so_far) > 0).mean() < SERVED:
        return None
    bounds = implied_bounds(matrix)
    if bounds is None:
        return None
    try:
        return _Reading(matrix, cost, *bounds).form()
    except _OtherKind:
        return None


class _Reading:
    """One model while it is read; columns are the open ones, numbered anew."""

    def __init__(self, matrix: Matrix, cost: Floats, lower: Floats, upper: Floats) -> None:
        open_ = upper - lower > DECIDED
        self.places = np.flatnonzero(open_)
        _ask(self.places.size and (lower[open_] == 0.0).all() and (upper[open_] >= 1.0).all())
        self.cost, self.held = cost, np.where(open_, 0.0, lower)
        self.whole = matrix.integer[self.places]
        self.single = bool(self.whole.all())
        self.rows: OpenRows = open_rows(matrix, lower, open_)
        least, most = activity_of(self.rows.part, upper[self.places])
        loose = (self.rows.low <= least + DECIDED) & (self.rows.high >= most - DECIDED)
        ones = (self.rows.low == 1.0) & (self.rows.high == 1.0) & self.rows.alike(1.0)
        ones &= self.single | ~self._touching(self.whole)
        count = self.rows.columns(ones)
        _ask(ones.any() and (count <= 1).all())
        self.served = count == 1
        _ask((upper[self.places][self.whole] == 1.0).all())
        if self.single:
            self.whole = ~self.served
        _ask((~self.served == self.whole).all())
        self.ones, self.rest = np.flatnonzero(ones), np.flatnonzero(~ones & ~loose)

    def _touching(self, columns: Bools) -> Bools:
        """Rows with one of these columns."""
        found: Bools = np.asarray(self.rows.part @ columns.astype(float)).ravel() != 0.0
        return found

    def form(self) -> Form:
        part = self.rows.part[self.ones].tocoo()
        self.member = np.full(self.places.size, -1, dtype=np.int64)
        self.member[part.col] = part.row
        self.y = np.flatnonzero(self.whole)
        _ask(self.y.size <= MOST_HOSTS)
        self.at = np.full(self.places.size, -1, dtype=np.int64)
        self.at[self.y] = np.arange(self.y.size)
        with_x = self._count(self.served)
        with_y = self._count(self.whole)
        shares = self.rest[(with_x > 0) & (with_y <= 1) & np.isinf(self.rows.low[self.rest])]
        others = np.setdiff1d(self.rest, shares)
        self._hosts(shares)
        weight, capacity = self._weights()
        return self._form(weight, capacity, self._limits(others, weight, capacity))

    def _count(self, columns: Bools) -> Ints:
        """How many of these columns each row of the rest has."""
        part = self.rows.part[self.rest]
        chosen = columns[part.indices]
        at = np.repeat(np.arange(self.rest.size), np.diff(part.indptr))
        return np.bincount(at[chosen], minlength=self.rest.size).astype(np.int64)

    def _hosts(self, rows: Ints) -> None:
        """The host of each served column, and the capacity rows of each host: columns, coefficients, right side."""
        part = self.rows.part
        self.of = np.full(self.places.size, -1, dtype=np.int64)
        self.loads: list[tuple[int, Ints, Floats, float]] = []
        self.named = self.y.size
        rows = np.setdiff1d(rows, self._links(rows))
        opens = self._touching(self.whole)[rows]
        for row in [*rows[opens].tolist(), *rows[~opens].tolist()]:  # rows with y name the hosts first
            here = slice(part.indptr[row], part.indptr[row + 1])
            cols, coefs, size = part.indices[here].astype(np.int64), part.data[here], float(self.rows.high[row])
            opener = self.whole[cols]
            if opener.any():
                host = int(self.at[cols[opener][0]])
                _ask(abs(size) <= 1e-9)
                size = -float(coefs[opener][0])
            else:
                known = np.unique(self.of[cols])
                _ask(known.size == 1)
                host = int(known[0])
                _ask(host < 0 or host >= self.y.size)
                if host < 0:
                    host, self.named = self.named, self.named + 1
            cols, coefs = cols[~opener], coefs[~opener]
            _ask((coefs > 0.0).all() and size > 0.0 and ((self.of[cols] == host) | (self.of[cols] == -1)).all())
            self.of[cols] = host
            _ask(np.unique(self.member[cols]).size == cols.size)
            self.loads.append((host, cols, coefs, size))

    def _links(self, rows: Ints) -> Ints:
        """Rows x <= y among these; they say where x belongs."""
        part = self.rows.part
        pairs = rows[(np.diff(part.indptr)[rows] == 2) & (np.abs(self.rows.high[rows]) <= DECIDED)]
        at = part.indptr[pairs]
        first = part.data[at] > 0.0
        x, y = np.where(first, part.indices[[at, at + 1]], part.indices[[at + 1, at]])
        links = self.served[x] & self.whole[y] & (part.data[at] + part.data[at + 1] == 0.0)
        x, y = x[links], y[links]
        self.of[x] = self.at[y]
        _ask((self.of[x] == self.at[y]).all())
        found: Ints = pairs[links]
        return found

    def _weights(self) -> tuple[Floats, Floats]:
        """One weight per member, and the capacity of each host in that unit; inf where nothing limits it."""
        weight, capacity = np.full(self.ones.size, np.nan), np.full(self.named, INF)
        linked = np.bincount(self.of[self.of >= 0], minlength=self.named)
        waiting = sorted(self.loads, key=lambda load: -load[1].size)
        while waiting:
            # A row that shares a member with those before it has their unit; one without begins anew.
            at = next((n for n, load in enumerate(waiting) if not np.isnan(weight[self.member[load[1]]]).all()), 0)
            host, cols, coefs, size = waiting.pop(at)
            members = self.member[cols]
            known = ~np.isnan(weight[members])
            ratio = coefs[known] / weight[members][known]
            scale = float(ratio[0]) if ratio.size else 1.0
            _ask(np.allclose(ratio, scale, rtol=SAME, atol=0.0))
            weight[members[~known]] = coefs[~known] / scale
            capacity[host] = min(capacity[host], size / scale)
        full = np.nan_to_num(weight, nan=0.0)
        for host, cols, _, _ in self.loads:
            # Nobody uses a host without counting in all of its rows.
            if cols.size != linked[host]:
                mine = np.flatnonzero(self.of == host)
                _ask((full[self.member[np.setdiff1d(mine, cols)]] == 0.0).all())
        return full, np.minimum(capacity, full.sum())

    def _limits(self, rows: Ints, weight: Floats, capacity: Floats) -> tuple[int, int]:
        """Least and most hosts by the one row that says so; the others must be implied by the capacities."""
        part, limits = self.rows.part, (0, self.y.size)
        seen = False
        for row in rows.tolist():
            here = slice(part.indptr[row], part.indptr[row + 1])
            cols, coefs = part.indices[here].astype(np.int64), part.data[here]
            low, high = float(self.rows.low[row]), float(self.rows.high[row])
            _ask(cols.size)  # an empty row that is broken
            on_y = self.whole[cols]
            alike = on_y.all() and cols.size == self.y.size and coefs[0] > 0 and (coefs == coefs[0]).all()
            if self._implied(cols, coefs, low, high, weight, capacity):
                continue
            _ask(alike and not seen)
            seen = True
            least = 0 if low == -INF else max(0, int(np.ceil(low / coefs[0] - DECIDED)))
            limits = least, self.y.size if high == INF else int(np.floor(high / coefs[0] + DECIDED))
        always = self.named - self.y.size
        return limits[0] + always, limits[1] + always

    def _implied(self, cols: Ints, coefs: Floats, low: float, high: float, weight: Floats, capacity: Floats) -> bool:
        """Whether sum of capacities of open hosts >= total weight less what has no host says as much as this row."""
        if high != INF or (coefs < 0.0).any():
            return False
        on_y, size = self.whole[cols], capacity[: self.y.size]
        given = np.zeros(self.y.size)
        given[self.at[cols[on_y]]] = coefs[on_y]
        scale = float((given[size > 0] / size[size > 0]).min(initial=INF))
        besides = np.zeros(self.places.size)
        besides[cols[~on_y]] = coefs[~on_y]
        lone = np.flatnonzero(self.served & (self.of < 0))
        spare = bool((besides[lone] >= scale * weight[self.member[lone]] - 1e-9).all())
        need = scale * (float(weight.sum()) - float(capacity[self.y.size :].sum()))
        return np.isfinite(scale) and spare and low <= need + 1e-7 * max(1.0, abs(need))

    def _form(self, weight: Floats, capacity: Floats, limits: tuple[int, int]) -> Form:
        arcs = np.flatnonzero(self.served & (self.of >= 0))
        arcs = arcs[np.lexsort((self.member[arcs], self.of[arcs]))]
        pairs = self.of[arcs] * self.ones.size + self.member[arcs]
        _ask(arcs.size and np.unique(pairs).size == arcs.size)
        alone = np.flatnonzero(self.served & (self.of < 0))
        price = self.cost[self.places]
        alone = alone[np.argsort(-price[alone], kind="stable")]  # the cheapest is written last
        always, column = np.full(self.ones.size, INF), np.full(self.ones.size, -1, dtype=np.int64)
        always[self.member[alone]], column[self.member[alone]] = price[alone], self.places[alone]
        must = np.arange(self.named) >= self.y.size
        problem = Problem(
            weight,
            capacity,
            np.concatenate([price[self.y], np.zeros(self.named - self.y.size)]),
            np.searchsorted(self.of[arcs], np.arange(self.named + 1)),
            self.member[arcs],
            price[arcs],
            always,
            must,
            np.ones(self.named, dtype=bool),
            limits[0] if limits[0] > must.sum() else 0,
            min(limits[1], self.named),
        )
        _ask(not impossible(problem))  # HiGHS says so
        host = np.concatenate([self.places[self.y], np.full(self.named - self.y.size, -1)])
        return Form(problem, float(self.cost @ self.held), self.places[arcs], host, column, self.held, self.single)
