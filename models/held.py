"""The last models that HiGHS was given in this process, changed for the next job instead of passed again.

The next aim, the linear programme that settles a start, the point after this one: they differ in costs, bounds, whole
numbers, sides of rows and rows at the end. What HiGHS knew of the earlier search is cleared, so that a changed model is
solved as a new one would be: in every sequence tried in one process, the same plan in the same number of nodes.
It is not promised to the last bit: provinces planned by several children differed until each errand began with nothing
held. Who shares work among processes calls `forget` before each piece (`models.crew`, `models.workers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from models.matrix import Matrix

#: How many models are kept, one for each independent piece of a plan, and their nonzeros together: a process shall not
#: hold much memory for little.
MOST, MOST_NONZEROS = 4, 5_000_000


@dataclass
class Held:
    """A HiGHS and the coefficients that it holds.

    scaled: a linear programme was solved on them. HiGHS keeps its scaling, and rows that come later would not be
    scaled as in a new model: then only the same rows fit.
    """

    solver: Any
    A: sp.csc_matrix
    scaled: bool = False

    @property
    def rows(self) -> int:
        return int(self.A.shape[0])

    def fits(self, matrix: Matrix) -> bool:
        """Whether `matrix` is the held one but for rows at the end, more or fewer."""
        if matrix.cols != self.A.shape[1] or (self.scaled and matrix.rows != self.rows):
            return False
        return matrix.A is self.A or _same_top(self.A, matrix.A, min(self.rows, matrix.rows))

    def change(self, matrix: Matrix, cost: np.ndarray, constant: float, whole: np.ndarray) -> bool:
        """Make it the model of the next job; False where HiGHS refused."""
        solver, said = self.solver, [self.solver.clearSolver()]
        if self.rows > matrix.rows:
            gone = np.arange(matrix.rows, self.rows, dtype=np.int32)
            said.append(solver.deleteRows(len(gone), gone))
        elif self.rows < matrix.rows:
            more = sp.csr_matrix(matrix.A.tocsr()[self.rows :])
            sides = matrix.row_lower[self.rows :], matrix.row_upper[self.rows :]
            parts = more.indptr[:-1].astype(np.int32), more.indices.astype(np.int32), more.data
            said.append(solver.addRows(more.shape[0], *sides, int(more.nnz), *parts))
        self.A = matrix.A
        cols, rows = (np.arange(size, dtype=np.int32) for size in (matrix.cols, matrix.rows))
        upper = np.maximum(matrix.lower, matrix.upper)
        said += [
            solver.changeColsCost(len(cols), cols, cost),
            solver.changeColsBounds(len(cols), cols, matrix.lower, upper),
            solver.changeRowsBounds(len(rows), rows, matrix.row_lower, matrix.row_upper),
            solver.changeColsIntegrality(len(cols), cols, whole.astype(np.uint8)),
            solver.changeObjectiveOffset(constant),
        ]
        return all(one.name != "kError" for one in said)


#: The latest one last.
_kept: list[Held] = []


def take(matrix: Matrix) -> Held | None:
    """A held model that fits; it is nobody else's until it is given back."""
    for at in reversed(range(len(_kept))):
        if _kept[at].fits(matrix):
            return _kept.pop(at)
    return None


def give_back(held: Held) -> None:
    """Keep a model for the next job of this process."""
    _kept.append(held)
    while len(_kept) > MOST or sum(one.A.nnz for one in _kept) > MOST_NONZEROS:
        _kept.pop(0)


def forget() -> None:
    """Keep nothing."""
    _kept.clear()


def _same_top(one: sp.csc_matrix, other: sp.csc_matrix, rows: int) -> bool:
    """Whether the first rows of two matrices of equally many columns are the same, entry by entry."""
    (first, second) = (_top(A, rows) for A in (one, other))
    return all(a.shape == b.shape and bool((a == b).all()) for a, b in zip(first, second, strict=True))


def _top(A: sp.csc_matrix, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Starts of the columns, rows and coefficients of the first rows alone."""
    if A.shape[0] == rows:
        return A.indptr, A.indices, A.data
    kept = A.indices < rows
    starts = np.concatenate([[0], np.cumsum(kept)])[A.indptr]
    return starts, A.indices[kept], A.data[kept]
