"""What rows with one open column say about its bounds."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from models.matrix import Bools, Floats, Matrix

#: A column is decided where its bounds are nearer than this.
DECIDED = 1e-9


def implied_bounds(matrix: Matrix) -> tuple[Floats, Floats] | None:
    """Bounds of the columns after rows with a single open column, again and again; None where they cross."""
    A = sp.csr_matrix(matrix.A)
    A.eliminate_zeros()
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    before = matrix.cols + 1
    while (count := int((upper - lower > DECIDED).sum())) < before:
        before = count
        free = upper - lower > DECIDED
        part, base = A[:, np.flatnonzero(free)], A[:, np.flatnonzero(~free)] @ lower[~free]
        rows = np.flatnonzero(np.diff(part.indptr) == 1)
        at = part.indptr[rows]
        cols, coefs = np.flatnonzero(free)[part.indices[at]], part.data[at]
        ends = np.stack([(matrix.row_lower[rows] - base[rows]) / coefs, (matrix.row_upper[rows] - base[rows]) / coefs])
        low, high = ends.min(axis=0), ends.max(axis=0)
        whole: Bools = matrix.integer[cols]
        low = np.where(whole, np.ceil(low - 1e-9), low)
        high = np.where(whole, np.floor(high + 1e-9), high)
        np.maximum.at(lower, cols, low)
        np.minimum.at(upper, cols, high)
        if (lower > upper + DECIDED).any():
            return None
        upper = np.maximum(upper, lower)
    return lower, upper
