r"""The choice of openings of all parts at once, shares told by cuts: Benders' decomposition by `models.linked_shares`.

.. math:: \min c y + \sum_p \theta_p, \qquad \theta_p \ge constant_c + slope_c y \text{ for every cut c of part p}

y all whole-number columns with all rows over them alone (ties, budgets, levels). It has as few columns as there are
openings, so that HiGHS looks at thousands of nodes where the whole model allows some; every choice that it meets
becomes a plan by one linear programme per part. No cut is above what shares cost: its bound bounds the whole.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from models.answers import INF
from models.components import Indices
from models.linked_form import Form
from models.linked_shares import Answer, Cut, Shares
from models.matrix import Floats, Matrix


class Openings:
    """The model of all openings.

    Columns: whole ones part after part (`first`), lone ones, then what the shares of each part cost. whole: the first
    of these in the numbers of the whole model; rest: values of all columns there, held ones alone count.
    """

    def __init__(self, matrix: Matrix, cost: Floats, form: Form, rest: Floats, shares: list[Shares]) -> None:
        self.form, self.shares, self.rest, self.paid = form, shares, rest, cost
        wholes = [cols[one.hosts] for (_, cols), one in zip(form.parts, shares, strict=True)]
        self.first = np.cumsum([0, *(cols.size for cols in wholes)])
        self.whole = np.concatenate([*wholes, form.lone])
        A = matrix.A.tocsr()
        row = np.repeat(np.arange(matrix.rows), np.diff(A.indptr))
        mixed = np.bincount(row, ~matrix.integer[A.indices], minlength=matrix.rows) > 0
        base = matrix.drop_rows(mixed).restricted(self.whole, rest)
        kept = np.flatnonzero(~mixed & (A[:, self.whole].getnnz(axis=1) > 0))
        #: Rows that are ties.
        self.ties = np.isin(kept, form.ties)
        parts = len(shares)
        self.base = Matrix(
            sp.csc_matrix(sp.hstack([base.A, sp.csc_matrix((base.rows, parts))])),
            np.r_[base.lower, [one.least for one in shares]],
            np.r_[base.upper, np.full(parts, INF)],
            base.row_lower,
            base.row_upper,
            np.r_[base.integer, np.zeros(parts, dtype=bool)],
            base.row_rules,
            base.row_subjects,
        )
        self.cost = np.r_[cost[self.whole], np.ones(parts)]
        self.cuts: list[tuple[int, Cut]] = []
        self.known: list[dict[bytes, Answer]] = [{} for _ in shares]

    # --- models ---------------------------------------------------------------------------------

    def rows(self, cuts: list[tuple[int, Cut]]) -> tuple[sp.csr_matrix, Floats]:
        """The cuts as rows, at least the second."""
        A = np.zeros((len(cuts), self.base.cols))
        for at, (part, cut) in enumerate(cuts):
            A[at, self.first[part] : self.first[part + 1]] = -cut.slope
            A[at, self.whole.size + part] = 1.0
        return sp.csr_matrix(A), np.array([cut.constant for _, cut in cuts])

    def model(self) -> Matrix:
        """All openings, with all cuts."""
        return self._with(self.base, self.cuts)

    def part_model(self, part: int) -> Matrix:
        """One part's openings and what its shares cost, without ties, with its cuts."""
        cols = self.columns(part)
        model = self._with(self.base.drop_rows(self.ties), [one for one in self.cuts if one[0] == part])
        return model.restricted(cols, np.zeros(self.base.cols))

    def columns(self, part: int) -> Indices:
        """The columns of a part: its openings, then what its shares cost."""
        return np.append(np.arange(self.first[part], self.first[part + 1]), self.whole.size + part)

    def _with(self, matrix: Matrix, cuts: list[tuple[int, Cut]]) -> Matrix:
        A, low = self.rows(cuts)
        none = [""] * low.size
        return matrix.with_rows(A, low, np.full(low.size, INF), none, none)

    # --- cuts and plans -------------------------------------------------------------------------

    def add(self, part: int, prices: Floats) -> None:
        """A cut at prices of the part's rows over shares."""
        self.cuts.append((part, self.shares[part].cut(prices)))

    def answer(self, part: int, own: Floats) -> Answer | None:
        """The shares of one part at its own openings, and a cut there; None where HiGHS found no end."""
        key = (own + 0.0).tobytes()
        if key not in self.known[part]:
            found = self.shares[part].answer(own)
            if found is None:
                return None
            self.known[part][key] = found
            self.add(part, found.prices)
        return self.known[part][key]

    def plan(self, y: Floats) -> Floats | None:
        """The plan of whole openings; None where a part misses something."""
        y, x = np.round(y[: self.whole.size]), self.rest.copy()
        for part, (_, cols) in enumerate(self.form.parts):
            found = self.answer(part, y[self.first[part] : self.first[part + 1]])
            if found is None or found.x is None:
                return None
            x[cols] = found.x
        x[self.whole] = y
        return x

    def start(self, x: Floats) -> Floats:
        """A plan of the whole as openings and what its shares cost."""
        parts = zip(self.form.parts, self.shares, strict=True)
        return np.append(x[self.whole], [float(one.cost @ x[cols[one.flows]]) for (_, cols), one in parts])

    def dearer(self) -> None:
        """Where openings seem cheap that miss something: missing costs more, and what was known of it is forgotten."""
        for one, known in zip(self.shares, self.known, strict=True):
            one.dearer()
            for key in [key for key, found in known.items() if found.x is None]:
                del known[key]
