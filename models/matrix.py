"""A mixed-integer linear model as plain arrays: what the solver gets and what rows mean.

    minimise cost . x   with   row_lower <= A x <= row_upper,  lower <= x <= upper,
    x_j integer where integer[j]

Every row knows the rule it belongs to (ids of `models.rules`) and its subject (which doctor,
site, ...), so that violations and clashes are named, not numbered. Costs are kept apart: one
matrix serves every aim. A `Matrix` is never changed; methods return new ones that share arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from models.errors import ShapeError
from models.keys import Later, joined, picked

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Names = Sequence[str] | Callable[[], Sequence[str]] | None


@dataclass(frozen=True, eq=False)
class Matrix:
    """The model. A is column-wise without duplicates; absent bounds are -inf and +inf.

    row_rules: rule id per row; row_subjects: what the row is about, in words;
    col_names: names for messages and exports, or a function that makes them when asked.
    Raises `ShapeError` where lengths differ or a number is NaN.
    """

    A: sp.csc_matrix
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    integer: Bools
    row_rules: NDArray[np.str_]
    row_subjects: Sequence[str]
    col_names: Names = None

    def __post_init__(self) -> None:
        A = self.A if isinstance(self.A, sp.csc_matrix) else sp.csc_matrix(self.A)
        if not A.has_canonical_format:
            A = A.copy()
            A.sum_duplicates()
        object.__setattr__(self, "A", A)
        for field in ("lower", "upper", "row_lower", "row_upper"):
            object.__setattr__(self, field, np.ascontiguousarray(getattr(self, field), dtype=np.float64))
        object.__setattr__(self, "integer", np.ascontiguousarray(self.integer, dtype=bool))
        object.__setattr__(self, "row_rules", np.asarray(self.row_rules, dtype=np.str_))
        self._check()

    def _check(self) -> None:
        rows, cols = self.A.shape
        for names, needed in (("lower upper integer", cols), ("row_lower row_upper row_rules row_subjects", rows)):
            for name in names.split():
                if (length := len(getattr(self, name))) != needed:
                    raise ShapeError(f"{name} has {length} entries; the matrix needs {needed}.")
        for name in ("lower", "upper", "row_lower", "row_upper"):
            if np.isnan(getattr(self, name)).any():
                raise ShapeError(f"{name} holds a value that is not a number.")
        if not np.isfinite(self.A.data).all():
            raise ShapeError("the matrix holds a coefficient that is not a finite number.")

    @property
    def rows(self) -> int:
        return int(self.A.shape[0])

    @property
    def cols(self) -> int:
        return int(self.A.shape[1])

    def column_name(self, col: int) -> str:
        """The name of a column, or its number where the model has no names."""
        names = self._names()
        return f"column {col}" if names is None else names[col]

    def _names(self) -> Sequence[str] | None:
        return self.col_names() if callable(self.col_names) else self.col_names

    def without_names(self) -> Matrix:
        """The same arrays without rules, subjects and names: what another process needs."""
        blank = np.zeros(self.rows, dtype="U1")
        return replace(self, row_rules=blank, row_subjects=[""] * self.rows, col_names=None)

    def _names_of(self, cols: NDArray[np.integer]) -> Names:
        if self.col_names is None:
            return None
        return Later(len(cols), lambda: list(picked(self._names() or (), cols)))

    def with_rows(
        self, coefs: sp.csr_matrix, lo: ArrayLike, hi: ArrayLike, rules: Sequence[str], subjects: Sequence[str]
    ) -> Matrix:
        """The model with rows lo <= coefs x <= hi added at the end (caps of earlier aims, for instance)."""
        return replace(
            self,
            A=sp.csc_matrix(sp.vstack([self.A, sp.csc_matrix(coefs)], format="csc")),
            row_lower=np.r_[self.row_lower, np.asarray(lo, dtype=float)],
            row_upper=np.r_[self.row_upper, np.asarray(hi, dtype=float)],
            row_rules=np.r_[self.row_rules, np.asarray(rules, dtype=np.str_)],
            row_subjects=joined([self.row_subjects, subjects]),
        )

    def with_row_bounds(self, row_lower: Floats, row_upper: Floats) -> Matrix:
        """The model with other right-hand sides."""
        return replace(self, row_lower=row_lower, row_upper=row_upper)

    def with_bounds(self, lower: Floats, upper: Floats) -> Matrix:
        """The model with other column bounds."""
        return replace(self, lower=lower, upper=upper)

    def fixed(self, cols: ArrayLike, values: ArrayLike) -> Matrix:
        """The model with the columns `cols` (indices or a mask) held at `values`, bounds overridden."""
        lower, upper = self.lower.copy(), self.upper.copy()
        index = np.asarray(cols)
        lower[index] = values
        upper[index] = values
        return replace(self, lower=lower, upper=upper)

    def restricted(self, cols: ArrayLike, x: Floats) -> Matrix:
        """The model in the columns `cols` alone, in that order; every other column stays at `x`.

        Only rows that touch a kept column remain: rows among the others are not checked.
        """
        kept = np.asarray(cols)
        kept = np.flatnonzero(kept) if kept.dtype == bool else kept.astype(np.int64)
        rest = np.asarray(x, dtype=float).copy()
        rest[kept] = 0.0
        part = self.A[:, kept]
        rows = np.unique(part.indices)
        moved = (self.A @ rest)[rows]
        return Matrix(
            A=sp.csc_matrix(part.tocsr()[rows]),
            lower=self.lower[kept],
            upper=self.upper[kept],
            row_lower=self.row_lower[rows] - moved,
            row_upper=self.row_upper[rows] - moved,
            integer=self.integer[kept],
            row_rules=self.row_rules[rows],
            row_subjects=picked(self.row_subjects, rows),
            col_names=self._names_of(kept),
        )

    def drop_rows(self, mask: Bools) -> Matrix:
        """The model without the rows where `mask` is true."""
        kept = np.flatnonzero(~np.asarray(mask, dtype=bool))
        return replace(
            self,
            A=sp.csc_matrix(self.A.tocsr()[kept]),
            row_lower=self.row_lower[kept],
            row_upper=self.row_upper[kept],
            row_rules=self.row_rules[kept],
            row_subjects=picked(self.row_subjects, kept),
        )

    def row_excess(self, x: Floats) -> Floats:
        """How far each row is broken at `x`, in the row's own unit; 0 where it holds."""
        activity = self.A @ np.asarray(x, dtype=float)
        excess: Floats = np.maximum(np.maximum(self.row_lower - activity, activity - self.row_upper), 0.0)
        return excess

    def worst(self, x: Floats) -> float:
        """The greatest breach of any row, bound or whole number at `x`."""
        x = np.asarray(x, dtype=float)
        bounds = np.maximum(self.lower - x, x - self.upper)
        whole = np.abs(x - np.round(x))[self.integer]
        parts = (self.row_excess(x), bounds, whole)
        return max((float(p.max()) for p in parts if p.size), default=0.0)

    def violations(self, x: Floats, tol: float = 1e-6) -> pd.DataFrame:
        """Every broken row (rule, subject, amount), then broken column bounds and fractions.

        The rules of the latter are "bounds" and "integer", their subject is the column's name.
        """
        import pandas as pd  # here: a solving process never needs it and starts twice as fast

        x = np.asarray(x, dtype=float)
        excess = self.row_excess(x)
        rows = np.flatnonzero(excess > tol)
        found = list(
            zip(self.row_rules[rows].tolist(), picked(self.row_subjects, rows), excess[rows].tolist(), strict=True)
        )
        bounds = np.maximum(self.lower - x, x - self.upper)
        whole = np.where(self.integer, np.abs(x - np.round(x)), 0.0)
        for rule, amounts in (("bounds", bounds), ("integer", whole)):
            found += [(rule, self.column_name(int(c)), float(amounts[c])) for c in np.flatnonzero(amounts > tol)]
        return pd.DataFrame(found, columns=["rule", "subject", "amount"])
