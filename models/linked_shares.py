r"""The shares of one part at given whole numbers: what they cost, and cuts that say it for all whole numbers at once.

A part's capacity rows say :math:`\sum_i d_i x_i \le b_j + \sum_k q_k y_k`, its other rows are over shares alone. At any
prices u of the latter, with :math:`r = c - u A` and the knapsack in shares :math:`K_j(Q) = \min r x, d x \le Q` of host
j, every plan's shares cost at least

.. math:: worth(u) + \sum_j K_j(b_j) + \sum_j \sum_k K_j(q_k) y_k

because K is convex with K(0) = 0, hence :math:`K(a + b) \ge K(a) + K(b)`. That is the Benders cut whose prices of
capacity are the best ones for every level by itself (Magnanti and Wong 1981; Fischetti, Ljubic and Sinnl 2016). It
holds at any prices, so that nothing rests on the tolerances of a linear programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from models.answers import INF, Job
from models.hand_over import loaded
from models.linked_form import signed
from models.linked_strong import most_of
from models.matrix import Bools, Floats, Matrix

#: What a unit that a row of shares misses costs, in multiples of the part's dearest share; how much dearer where the
#: choice of openings still finds it cheap.
DEAR, DEARER = 3.0, 10.0
#: Missed units that are rounding; what rounding may take of a cut, as a part of its terms.
MISSED, ROUNDING = 1e-7, 1e-11


@dataclass(frozen=True, eq=False)
class Cut:
    """The shares cost at least `constant` + slope . y, y the part's whole-number columns."""

    constant: float
    slope: Floats


@dataclass(frozen=True, eq=False)
class Answer:
    """Shares at one y: x (None where a row is missed), what they cost with what is missed, prices of the share rows."""

    x: Floats | None
    value: float
    prices: Floats


@dataclass(frozen=True, eq=False)
class Kind:
    """Rows of a part. shares: rows over shares alone; caps: capacity rows, all others are over whole numbers."""

    shares: Bools
    caps: Bools


def kind_of(part: Matrix) -> Kind | None:
    """The rows by kind; None where one mixes shares and whole numbers in another way, or a share has no end."""
    A = part.A.tocsr()
    row = np.repeat(np.arange(part.rows), np.diff(A.indptr))
    whole, there = part.integer[A.indices], A.data != 0.0
    count = [np.bincount(row, there & kind, minlength=part.rows) for kind in (whole, ~whole)]
    shares, caps = (count[0] == 0) & (count[1] > 0), (count[0] > 0) & (count[1] > 0)
    low, high = part.row_lower, part.row_upper
    upward, downward = np.isneginf(low) & (high >= 0.0), np.isposinf(high) & (low <= 0.0)
    one_side = ((upward & np.isfinite(high)) | (downward & np.isfinite(low)))[caps]
    inside, turned = caps[row] & there, np.where(upward[row], A.data, -A.data)
    signs = np.where(whole, turned < 0.0, turned > 0.0)[inside].all()
    free = ~part.integer
    once = np.bincount(A.indices[inside & ~whole], minlength=part.cols).max(initial=0) <= 1
    ends = bool((part.lower[free] == 0.0).all() and (part.lower[part.integer] >= 0.0).all())
    if not (one_side.all() and signs and once and ends and np.isfinite(most_of(part)[free]).all()):
        return None
    return Kind(shares, caps)


class Shares:
    """One part: `cut` at any prices, `answer` at any whole numbers.

    plain: its rows; tight: the same and strong rows at the end; cost: of its columns.
    """

    def __init__(self, plain: Matrix, tight: Matrix, cost: Floats, kind: Kind) -> None:
        self.plain, self.kind = plain, kind
        self.flows, self.hosts = np.flatnonzero(~plain.integer), np.flatnonzero(plain.integer)
        self.cost = cost[self.flows]
        A = plain.A.tocsr()
        self.rows = np.flatnonzero(kind.shares)
        self.A = A[self.rows][:, self.flows]
        self.most = most_of(plain)[self.flows]
        self._read_caps(A)
        #: No shares cost less.
        self.least = float(np.minimum(self.cost * self.most, 0.0).sum())
        self.dear = DEAR * float(np.abs(cost).max(initial=1.0))
        self._load(tight)

    def _read_caps(self, A: sp.csr_matrix) -> None:
        """For each capacity row: its shares (flows), their loads, its levels (whole columns), room and own side."""
        self.caps: list[tuple[np.ndarray, Floats, np.ndarray, Floats, float]] = []
        at = np.empty(self.plain.cols, dtype=np.int64)
        at[self.flows], at[self.hosts] = np.arange(self.flows.size), np.arange(self.hosts.size)
        self.bare = np.ones(self.flows.size, dtype=bool)
        for row in np.flatnonzero(self.kind.caps).tolist():
            cols, data = A.indices[A.indptr[row] : A.indptr[row + 1]], A.data[A.indptr[row] : A.indptr[row + 1]]
            free = ~self.plain.integer[cols]
            flows = at[cols[free]]
            self.bare[flows] = False
            side = float(self.plain.row_upper[row])
            if side == INF:
                data, side = -data, -float(self.plain.row_lower[row])
            self.caps.append((flows, data[free], at[cols[~free]], -data[~free], side))

    # --- cuts -----------------------------------------------------------------------------------

    def cut(self, prices: Floats) -> Cut:
        """What the shares cost at least, by prices of the rows over shares alone."""
        u = signed(self.plain, self.rows, prices)
        low, high = self.plain.row_lower[self.rows], self.plain.row_upper[self.rows]
        worth = np.where(u > 0, np.where(np.isfinite(low), low, 0.0) * u, np.where(np.isfinite(high), high, 0.0) * u)
        reduced = self.cost - self.A.T @ u
        gains = np.minimum(reduced * self.most, 0.0)
        constant, slope = float(worth.sum() + gains[self.bare].sum()), np.zeros(self.hosts.size)
        for flows, load, hosts, room, side in self.caps:
            gain, size = gains[flows], load * self.most[flows]
            order = np.argsort(np.divide(gain, size, out=np.zeros_like(gain), where=size > 0), kind="stable")
            held, earned = np.r_[0.0, np.cumsum(size[order])], np.r_[0.0, np.cumsum(gain[order])]
            np.add.at(slope, hosts, np.interp(room, held, earned))
            constant += float(np.interp(side, held, earned))
        return Cut(constant - ROUNDING * (float(np.abs(worth).sum()) - float(gains.sum())), slope)

    # --- shares at whole numbers ----------------------------------------------------------------

    def _load(self, tight: Matrix) -> None:
        """The linear programme in HiGHS: rows with shares, whole columns held, and dear columns for what is missed."""
        A = tight.A.tocsr()
        touched = np.flatnonzero(np.diff(A[:, self.flows].indptr) > 0)
        part = A[touched]
        own = np.searchsorted(touched, self.rows)
        self.own = own
        count = self.rows.size
        unit = sp.csr_matrix((np.ones(count), (own, np.arange(count))), shape=(touched.size, count))
        wide = sp.csc_matrix(sp.hstack([part, unit, -unit]))
        cols = wide.shape[1]
        lower, upper = np.zeros(cols), np.full(cols, INF)
        lower[self.flows], upper[self.flows] = tight.lower[self.flows], tight.upper[self.flows]
        upper[self.hosts] = 0.0
        cost = np.full(cols, self.dear)
        cost[: tight.cols] = 0.0
        cost[self.flows] = self.cost
        none = [""] * touched.size
        sides = tight.row_lower[touched], tight.row_upper[touched]
        matrix = Matrix(wide, lower, upper, *sides, np.zeros(cols, dtype=bool), np.array(none, dtype="U1"), none)
        self.solver: Any = loaded(Job(matrix, cost, relax=True), presolve=False)
        self.cols = tight.cols

    def dearer(self) -> None:
        """What is missed costs more from now on."""
        self.dear *= DEARER
        extra = np.arange(self.cols, self.cols + 2 * self.rows.size, dtype=np.int32)
        self.solver.changeColsCost(extra.size, extra, np.full(extra.size, self.dear))

    def answer(self, y: Floats) -> Answer | None:
        """The cheapest shares at whole (or broken) numbers y; None where the programme did not end."""
        self.solver.changeColsBounds(self.hosts.size, self.hosts.astype(np.int32), y, y)
        self.solver.run()
        if self.solver.getModelStatus().name != "kOptimal":
            self.solver.clearSolver()
            self.solver.run()
            if self.solver.getModelStatus().name != "kOptimal":
                return None
        found = self.solver.getSolution()
        x, dual = np.array(found.col_value), np.array(found.row_dual)
        missed = x[self.cols :].max(initial=0.0) > MISSED
        value = float(self.solver.getInfo().objective_function_value)
        return Answer(None if missed else x[: self.cols], value, dual[self.own])
