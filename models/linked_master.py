r"""The choice of one plan for each part, and the prices of ties that the plans known so far ask for.

.. math:: \min \sum_{cj} cost_{cj} w_{cj} + c z, \qquad \sum_j w_{cj} = 1, \qquad
          l \le \sum_{cj} use_{cj} w_{cj} + A z \le u

(Dantzig and Wolfe 1960), z the lone columns. With whole `w` and `z` it gives a plan, without them prices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from models import hand_over
from models.answers import Job, Limits
from models.linked_form import Form
from models.matrix import Floats, Matrix

#: Nodes of the choice; what a unit of a tie may cost beyond its price, so that every mix has prices.
NODES, DEAR = 200, 20.0


@dataclass(frozen=True, eq=False)
class Plan:
    """A part's plan: its columns' values, what it costs and what it uses of each tie."""

    x: Floats
    cost: float
    use: Floats


class Master:
    """The parts' plans, and what is chosen or mixed of them."""

    def __init__(self, matrix: Matrix, cost: Floats, form: Form, rest: Floats) -> None:
        """rest: values of all columns, those that are held; only held ones count."""
        self.matrix, self.cost, self.form = matrix, cost, form
        held = rest.copy()
        for _, cols in form.parts:
            held[cols] = 0.0
        held[form.lone] = 0.0
        self.rest = held
        self.ties = matrix.A.tocsr()[form.ties]
        used = self.ties @ held
        self.low, self.high = matrix.row_lower[form.ties] - used, matrix.row_upper[form.ties] - used
        self.plans: list[list[Plan]] = [[] for _ in form.parts]

    def add(self, part: int, x: Floats) -> None:
        """One more plan of a part."""
        cols = self.form.parts[part][1]
        if not any(np.array_equal(x, known.x) for known in self.plans[part]):
            self.plans[part].append(Plan(x, float(self.cost[cols] @ x), self.ties[:, cols] @ x))

    def take(self, x: Floats) -> None:
        """A plan of the whole, part by part."""
        for part, (_, cols) in enumerate(self.form.parts):
            self.add(part, x[cols])

    def chosen(self, tell: Callable[..., bool | None]) -> Floats | None:
        """The best plan of the whole that is put together from plans of the parts; None where none keeps the ties."""
        matrix, cost, first = self._rows(whole=True)
        found = hand_over.run(Job(matrix, cost, limits=Limits(nodes=NODES)), None, tell)
        if found.x is None:
            return None
        x = self.rest.copy()
        for part, (_, cols) in enumerate(self.form.parts):
            x[cols] = self.plans[part][int(np.argmax(found.x[first[part] : first[part + 1]]))].x
        x[self.form.lone] = found.x[first[-1] : first[-1] + self.form.lone.size]
        return x

    def prices(self, near: Floats) -> Floats | None:
        """Prices by the mix of plans; None without ties. near: prices known so far."""
        if not self.form.ties.size:
            return None
        matrix, cost, _ = self._rows(whole=False)
        scale = np.maximum(np.abs(near), np.abs(near).max(initial=0.0) * 1e-2 + 1e-9)
        ties = self.form.ties.size
        unit = sp.csr_matrix(sp.vstack([sp.identity(ties), sp.csr_matrix((matrix.rows - ties, ties))]))
        A = sp.csc_matrix(sp.hstack([matrix.A, unit, -unit]))
        more = np.zeros(2 * ties)
        wide = Matrix(
            A,
            np.r_[matrix.lower, more],
            np.r_[matrix.upper, more + np.inf],
            matrix.row_lower,
            matrix.row_upper,
            np.zeros(A.shape[1], dtype=bool),
            matrix.row_rules,
            matrix.row_subjects,
        )
        found = hand_over.run(Job(wide, np.r_[cost, DEAR * scale, DEAR * scale], relax=True), None, lambda _: None)
        return None if found.row_dual is None else found.row_dual[:ties]

    def _rows(self, whole: bool) -> tuple[Matrix, Floats, Sequence[int]]:
        """Ties, then one row for each part; columns: plans part after part, then lone ones."""
        counts = [len(plans) for plans in self.plans]
        first = np.cumsum([0, *counts]).tolist()
        flat = [plan for plans in self.plans for plan in plans]
        use = np.array([plan.use for plan in flat]).T.reshape(self.form.ties.size, len(flat))
        own = np.repeat(np.arange(len(counts)), counts)
        one = sp.csr_matrix((np.ones(len(flat)), (own, np.arange(len(flat)))), shape=(len(counts), len(flat)))
        lone = self.form.lone
        below = sp.csr_matrix((len(counts), lone.size))
        A = sp.csc_matrix(sp.bmat([[sp.csr_matrix(use), self.ties[:, lone]], [one, below]]))
        ends = np.zeros(len(flat)), np.ones(len(flat))
        single = np.ones(len(counts))
        none = [""] * A.shape[0]
        matrix = Matrix(
            A,
            np.r_[ends[0], self.matrix.lower[lone]],
            np.r_[ends[1], self.matrix.upper[lone]],
            np.r_[self.low, single],
            np.r_[self.high, single],
            np.full(A.shape[1], whole),
            np.array(none, dtype="U1"),
            none,
        )
        return matrix, np.r_[[plan.cost for plan in flat], self.cost[lone]], first
