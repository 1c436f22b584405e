"""Recognising parts that a few rows over whole numbers tie together: shared sites, one budget.

Rows over whole-number columns alone are taken away; what is left falls apart into parts (a service with its members and
levels) and single columns (the opening of a shared site). Of the rows taken away those within one part are its own, the
others are *ties*. The kind is known by the rows, never by names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from models.components import Indices, components
from models.matrix import Bools, Floats, Matrix

#: Columns from which parts pay: HiGHS solves smaller models at once. Beyond the latter the linear programme takes
#: longer than the parts save.
FEWEST_COLUMNS, MOST_COLUMNS = 3_000, 200_000
#: Parts that pay, the part of the columns that the largest may hold, and whole-number columns that each needs.
FEWEST_PARTS, LARGEST, WHOLE = 2, 0.75, 5
#: Ties: as many as this part of all rows at most.
TIES = 0.5


@dataclass(frozen=True, eq=False)
class Form:
    """parts: (rows, columns) of each; lone: free whole-number columns in ties alone; ties: rows between them."""

    parts: list[tuple[Indices, Indices]]
    lone: Indices
    ties: Indices


def form_of(matrix: Matrix) -> Form | None:
    """The parts and ties; None where the model is of another kind, or of a size at which they do not pay."""
    if not FEWEST_COLUMNS <= matrix.cols <= MOST_COLUMNS or matrix.integer.all() or not matrix.integer.any():
        return None
    over = _over_whole_numbers(matrix)
    if not over.any():
        return None
    parts, lone = _parts(matrix, over)
    if len(parts) < FEWEST_PARTS:
        return None
    parts, ties = _ties(matrix, np.flatnonzero(over), parts, lone)
    form = Form(parts, lone, ties)
    return form if _pays(matrix, form) else None


def _over_whole_numbers(matrix: Matrix) -> Bools:
    """Rows of whole-number columns alone."""
    A = matrix.A.tocsr()
    row = np.repeat(np.arange(matrix.rows), np.diff(A.indptr))
    continuous = np.bincount(row, ~matrix.integer[A.indices] & (A.data != 0.0), minlength=matrix.rows)
    over: Bools = (continuous == 0) & (np.diff(A.indptr) > 0)
    return over


def _parts(matrix: Matrix, over: Bools) -> tuple[list[tuple[Indices, Indices]], Indices]:
    """Parts without the rows `over`, in the numbers of the whole model, and columns that are in none."""
    kept, free = np.flatnonzero(~over), matrix.lower < matrix.upper
    found = components(matrix.drop_rows(over))
    parts = [(kept[rows], cols) for rows, cols in found if rows.size and cols.size]
    rest = free.copy()
    for _, cols in parts:
        rest[cols] = False
    return parts, np.flatnonzero(rest)


def _ties(
    matrix: Matrix, over: Indices, parts: list[tuple[Indices, Indices]], lone: Indices
) -> tuple[list[tuple[Indices, Indices]], Indices]:
    """The parts with their own rows over whole numbers, and the rows that join two, or a part and a lone column."""
    label = np.full(matrix.cols, -1)
    for at, (_, cols) in enumerate(parts):
        label[cols] = at
    label[lone] = len(parts) + np.arange(lone.size)
    A, ties = matrix.A.tocsr(), list[int]()
    own: list[list[int]] = [[] for _ in parts]
    for row in over.tolist():
        touched = np.unique(label[A.indices[A.indptr[row] : A.indptr[row + 1]]])
        touched = touched[touched >= 0]
        if touched.size == 1 and touched[0] < len(parts):
            own[touched[0]].append(row)
        elif touched.size:
            ties.append(row)
    both = [
        (np.sort(np.r_[rows, np.array(more, dtype=np.int64)]), cols)
        for (rows, cols), more in zip(parts, own, strict=True)
    ]
    return both, np.array(ties, dtype=np.int64)


def _pays(matrix: Matrix, form: Form) -> bool:
    """Parts of about one size, each a problem of its own, few ties, and lone columns with ends."""
    sizes = np.array([cols.size for _, cols in form.parts])
    whole = np.array([int(matrix.integer[cols].sum()) for _, cols in form.parts])
    if sizes.max() > LARGEST * sizes.sum() or whole.min() < WHOLE or form.ties.size > TIES * matrix.rows:
        return False
    tied = np.zeros(matrix.cols, dtype=bool)
    tied[form.lone] = True
    tied[np.unique(matrix.A.tocsr()[form.ties].indices)] = True
    if not bool(np.isfinite(matrix.lower[tied]).all() and np.isfinite(matrix.upper[tied]).all()):
        return False
    return bool(matrix.integer[form.lone].all())


def joint_rows(matrix: Matrix, form: Form) -> tuple[sp.csr_matrix, Floats]:
    r"""Ties that a lone column makes tighter, as rows at most 0.

    Where a lone column z of 0 or 1 holds down every column of a tie :math:`a y \le b`, a > 0 (without z, y = 0), it
    is :math:`a y \le b z` as well: of a shared site, at most so many services where it is open, and none else.
    """
    A, single = matrix.A.tocsr(), (matrix.lower[form.lone] == 0.0) & (matrix.upper[form.lone] == 1.0)
    opener = np.zeros(matrix.cols, dtype=bool)
    opener[form.lone[single]] = True
    positive = matrix.lower >= 0.0
    under: dict[int, set[int]] = {}
    plain: list[tuple[int, set[int]]] = []
    for row in form.ties.tolist():
        at = slice(A.indptr[row], A.indptr[row + 1])
        cols, data = A.indices[at], A.data[at]
        lone = cols[opener[cols] & (data < 0.0)]
        others = cols[data > 0.0]
        if not positive[cols].all() or matrix.row_lower[row] != -np.inf:
            continue
        if matrix.row_upper[row] == 0.0 and lone.size == 1 and lone.size + others.size == cols.size:
            under.setdefault(int(lone[0]), set()).update(others.tolist())
        elif 0.0 < matrix.row_upper[row] < np.inf and others.size == cols.size:
            plain.append((row, set(cols.tolist())))
    found: list[tuple[int, int]] = []
    for row, inside in plain:
        found += [(row, z) for z, below in under.items() if below >= inside]
    rows, openers = (np.array([pair[at] for pair in found], dtype=np.int64) for at in range(2))
    room = sp.csr_matrix((matrix.row_upper[rows], (np.arange(rows.size), openers)), shape=(rows.size, matrix.cols))
    return sp.csr_matrix(A[rows] - room), np.zeros(rows.size)


def joined_ties(matrix: Matrix, form: Form) -> tuple[Matrix, Form]:
    """The model and its form with the rows of `joint_rows` among the ties."""
    rows, high = joint_rows(matrix, form)
    if not high.size:
        return matrix, form
    none = [""] * high.size
    wider = matrix.with_rows(rows, np.full(high.size, -np.inf), high, none, none)
    return wider, replace(form, ties=np.r_[form.ties, matrix.rows + np.arange(high.size)])


def priced(matrix: Matrix, ties: Indices, prices: Floats) -> tuple[Floats, float]:
    r"""What each column costs less at prices of the ties, and what the ties' sides are worth.

    With row :math:`l \le a x \le u` and price :math:`p` (at least 0 without u, at most 0 without l), every plan costs
    at least :math:`\min_x (c - p a) x + p^+ l - p^- u` (Geoffrion 1974).
    """
    low, high = matrix.row_lower[ties], matrix.row_upper[ties]
    up, down = np.maximum(prices, 0.0), np.maximum(-prices, 0.0)
    worth = np.where(up > 0, np.where(np.isfinite(low), low, 0.0) * up, 0.0)
    worth -= np.where(down > 0, np.where(np.isfinite(high), high, 0.0) * down, 0.0)
    return matrix.A.tocsr()[ties].T @ prices, float(worth.sum())


def signed(matrix: Matrix, ties: Indices, prices: Floats) -> Floats:
    """Prices with the signs that the ties allow: a side that is not there has none."""
    clipped = np.where(np.isfinite(matrix.row_lower[ties]), prices, np.minimum(prices, 0.0))
    allowed: Floats = np.where(np.isfinite(matrix.row_upper[ties]), clipped, np.maximum(clipped, 0.0))
    return allowed


def rows_of_parts(matrix: Matrix, form: Form) -> list[Indices]:
    """Of each part, all rows but ties that touch it, also those that cannot be broken and are not in the form."""
    touched = [np.unique(matrix.A[:, cols].indices).astype(np.int64) for _, cols in form.parts]
    return [rows[~np.isin(rows, form.ties)] for rows in touched]


def most_of_cost(matrix: Matrix, cost: Floats) -> float:
    """More than any plan costs; inf where a column that costs something has no end."""
    used = cost != 0.0
    ends = np.maximum(cost[used] * matrix.lower[used], cost[used] * matrix.upper[used])
    return float(ends.sum() + 1.0 + 1e-3 * np.abs(ends).sum())
