"""What prices and search leave open of a problem without capacities, as one small model for HiGHS.

Radius variables (Cornuejols, Nemhauser and Wolsey 1980; Garcia, Labbe and Marin 2011): a member has one column per
distinct cost that it may pay, "more than this", instead of one per host. Hosts that are settled, and costs that no plan
cheaper than the one at hand pays, are left out: both by exact reduced costs, so that the model's bound, or the value at
hand, whichever is less, bounds the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models.matrix import Bools, Floats, Matrix
from models.uncapacitated_bounds import INF, Ints, Prices, Problem, settled

#: Costs of a member that differ by less are one radius; as a share of the greatest.
SAME = 1e-12


@dataclass(frozen=True, eq=False)
class Core:
    """The model: `hosts` are the problem's hosts by column, constant what every member pays at least."""

    matrix: Matrix
    cost: Floats
    constant: float
    hosts: Ints

    def start(self, opened: Bools) -> Floats:
        """A plan as columns; radii are left to the solver, which settles what is no whole number."""
        x = np.zeros(self.matrix.cols)
        x[: len(self.hosts)] = opened[self.hosts]
        return x

    def opened(self, x: Floats, size: int) -> Bools:
        """The open hosts of a solution."""
        found = np.zeros(size, dtype=bool)
        found[self.hosts] = x[: len(self.hosts)] > 0.5
        return found


def core_of(problem: Problem, prices: Prices, upper: float) -> Core | None:
    """The core below `upper`, or None where no plan can be cheaper than that."""
    must, never = settled(problem, prices, upper)
    kept = np.flatnonzero(~never)
    if must.sum() > problem.most or kept.size < problem.least:
        return None
    rows = _Rows(problem, kept, must)
    # A member that pays this much lifts the bound to `upper`.
    ceiling = prices.u + (upper - prices.bound)
    surely = np.minimum(problem.always, problem.cost[:, must].min(axis=1, initial=INF))
    for member in range(problem.members):
        if not rows.member(member, float(ceiling[member]), float(surely[member])):
            return None
    return rows.core()


class _Rows:
    """The model while it is written, member by member."""

    def __init__(self, problem: Problem, kept: Ints, must: Bools) -> None:
        self.problem, self.kept, self.must = problem, kept, must
        self.place = np.full(problem.hosts, -1, dtype=np.int64)
        self.place[kept] = np.arange(kept.size)
        self.near = SAME * float(np.abs(problem.ranked[np.isfinite(problem.ranked)]).max(initial=1.0))
        self.row: list[Ints] = []
        self.col: list[Ints] = []
        self.coef: list[Floats] = []
        self.low: list[float] = []
        self.step: list[Floats] = []
        self.columns, self.constant = kept.size, 0.0

    def member(self, member: int, ceiling: float, surely: float) -> bool:
        """Write one member's rows; False where nothing that it could pay is below the ceiling."""
        costs, hosts = self.problem.ranked[member], self.place[self.problem.order[member]]
        count = int(np.searchsorted(costs, min(ceiling, surely), side="right"))
        inside = hosts[:count] >= 0
        costs, hosts = costs[:count][inside], hosts[:count][inside]
        # A host that is open at `surely`, or one that always is, ends the list: nothing beyond it is ever paid.
        cheaper = costs < surely - self.near if surely <= ceiling else np.ones(costs.size, dtype=bool)
        costs, hosts = costs[cheaper], hosts[cheaper]
        if surely > ceiling and not costs.size:
            return False
        first = (
            np.concatenate([[0], np.flatnonzero(np.diff(costs) > self.near) + 1]) if costs.size else np.zeros(0, int)
        )
        levels = costs[first]
        if surely <= ceiling:
            levels = np.append(levels, surely)
        self.constant += float(levels[0])
        self._radii(hosts, np.append(first, costs.size).astype(np.int64), levels, surely <= ceiling)
        return True

    def _radii(self, hosts: Ints, ends: Ints, levels: Floats, sure: bool) -> None:
        """z_k >= z_(k-1) - hosts at level k, z_(-1) = 1; the last level is covered, or sure to be there."""
        count = len(levels) - 1
        groups = len(ends) - 1
        for k in range(groups):
            members = hosts[ends[k] : ends[k + 1]]
            number = len(self.low)
            cols, coefs = [members], [np.ones(members.size)]
            if k < count:
                cols.append(np.array([self.columns + k]))
                coefs.append(np.ones(1))
            if k > 0:
                cols.append(np.array([self.columns + k - 1]))
                coefs.append(-np.ones(1))
            self.col += cols
            self.coef += coefs
            self.row.append(np.full(sum(part.size for part in cols), number))
            self.low.append(1.0 if k == 0 else 0.0)
        assert groups == count + (0 if sure else 1)
        self.step.append(np.diff(levels))
        self.columns += count

    def core(self) -> Core:
        problem, size = self.problem, self.kept.size
        numbers = np.arange(size)
        self.row.append(np.full(size, len(self.low)))
        self.col.append(numbers)
        self.coef.append(np.ones(size))
        low = np.array([*self.low, float(problem.least)])
        high = np.append(np.full(len(self.low), INF), float(problem.most))
        cells = (np.concatenate(self.coef), (np.concatenate(self.row), np.concatenate(self.col)))
        A = sp.csc_matrix(cells, shape=(len(low), self.columns))
        lower, upper = np.zeros(self.columns), np.ones(self.columns)
        lower[:size] = self.must[self.kept]
        integer = numbers if size == self.columns else np.arange(self.columns)
        names = np.array([*["radius"] * len(self.low), "number"])
        subjects = [*map(str, range(len(self.low))), ""]
        matrix = Matrix(A, lower, upper, low, high, integer < size, names, subjects)
        cost = np.concatenate([problem.fixed[self.kept], *self.step])
        return Core(matrix, cost, self.constant, self.kept)
