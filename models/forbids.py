"""Whether one model only forbids what another permits: then a plan of it has the other's proofs.

Compared column by column and row by row, so that nothing has to be known of what was changed: a doctor away, a budget,
a rule made hard. A row that is gone is harmless where no plan could break it any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from models.aims import OWN_ROWS, rows_of_aims
from models.assemble import Model
from models.matrix import Bools, Floats, Matrix
from models.pieces import activity

#: Coefficients and bounds that differ by less, relative to their size, are the same.
SAME = 1e-9
#: By how much a row may be broken where its columns cannot break it further.
SLACK = 1e-7


def places_of(new: Model, old: Model) -> np.ndarray:
    """For each column of `new` its place in `old`, by variable and key; -1 where there is none."""
    places = np.full(new.matrix.cols, -1, dtype=np.int64)
    for here in new.sheet.columns:
        there = old.variable(here.path)
        if there is None:
            continue
        first, base = int(new.offsets[here.number]), int(old.offsets[there.number])
        for at, key in enumerate(here.keys):
            if key in there.position:
                places[first + at] = base + there.position[key]
    return places


def moved(x: Floats, places: np.ndarray, new: Model) -> Floats:
    """A plan of the old model in the columns of the new one: zero in columns of its own, slacks as their rows ask."""
    found = np.where(places >= 0, x[np.maximum(places, 0)], 0.0)
    matrix, (cols, rows, coefs) = new.matrix, _slacks(new)
    found[cols] = 0.0
    without = (matrix.A @ found)[rows]
    # As much of the slack as keeps the row; where any amount does, none.
    low, high = matrix.row_lower[rows] - without, matrix.row_upper[rows] - without
    ends = np.sort(np.vstack([low / coefs, high / coefs]), axis=0)
    found[cols] = np.clip(np.clip(0.0, ends[0], ends[1]), matrix.lower[cols], matrix.upper[cols])
    return found


def _slacks(model: Model) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Columns that only fill up one row (any amount, at no cost in any aim), those rows, and the coefficients there."""
    A, matrix = model.matrix.A, model.matrix
    alone = (np.diff(A.indptr) == 1) & ~matrix.integer
    for cost, _ in model.aims.values():
        alone &= cost == 0
    cols = np.flatnonzero(alone)
    rows, first = A.indices[A.indptr[cols]], np.zeros(cols.size, dtype=bool)
    first[np.unique(rows, return_index=True)[1]] = True
    return cols[first], rows[first], A.data[A.indptr[cols]][first]


def _without_slacks(model: Model) -> Matrix:
    """The same rows as ranges of what is decided: an equation with idle time in it is a limit on the time used."""
    matrix, (cols, rows, coefs) = model.matrix, _slacks(model)
    low, high = matrix.row_lower.copy(), matrix.row_upper.copy()
    ends = np.sort(np.vstack([coefs * matrix.lower[cols], coefs * matrix.upper[cols]]), axis=0)
    low[rows] -= ends[1]
    high[rows] -= ends[0]
    kept = sp.diags(np.where(np.isin(np.arange(matrix.cols), cols), 0.0, 1.0))
    A = sp.csc_matrix(matrix.A @ kept)
    A.eliminate_zeros()
    return replace(matrix, A=A, row_lower=low, row_upper=high).fixed(cols, np.zeros(cols.size))


def only_forbids(new: Model, old: Model, places: np.ndarray) -> bool:
    """Whether every plan of `new` is one of `old` (missing columns zero); rows that only aims need aside."""
    a, b = _without_slacks(new), _without_slacks(old)
    return _tighter(a, b, places, ~rows_of_aims(b), ~rows_of_aims(a))


def same_aims(new: Model, old: Model, places: np.ndarray, order: Sequence[str]) -> list[str]:
    """The first aims of the order that count the same in both models, with the rows that they alone need."""
    known = places >= 0
    found: list[str] = []
    for aim in order:
        if aim not in new.aims or aim not in old.aims:
            break
        (cost, constant), (other, base) = new.aims[aim], old.aims[aim]
        scale = max(1.0, float(np.abs(cost).max(initial=0.0)))
        free = known & (new.matrix.upper > new.matrix.lower)
        differ = np.abs(cost[free] - other[places[free]]).max(initial=0.0)
        if max(abs(constant - base), differ) > SAME * scale:
            break
        if aim in OWN_ROWS:
            rows = [np.char.startswith(one.matrix.row_rules, OWN_ROWS[aim]) for one in (old, new)]
            if not _tighter(new.matrix, old.matrix, places, *rows):
                break
        found.append(aim)
    return found


def _tighter(a: Matrix, b: Matrix, places: np.ndarray, of_b: Bools, of_a: Bools) -> bool:
    """Whether the chosen rows of `b`, and the bounds of the columns in them, hold for all plans of `a`."""
    known = places >= 0
    at = places[known]
    touched = _touched(b, of_b)
    own = ~known & ((a.lower != 0) | (a.upper != 0)) & _touched(a, of_a)
    gone = np.setdiff1d(np.flatnonzero(touched), at)
    inside = (a.lower[known] >= b.lower[at] - SAME) & (a.upper[known] <= b.upper[at] + SAME)
    whole = ~b.integer[at] | a.integer[known]
    if own.any() or not (inside & whole)[touched[at]].all():
        return False
    if (b.lower[gone] > SAME).any() or (b.upper[gone] < -SAME).any():
        return False
    return _rows_hold(a, b, known, at, np.flatnonzero(of_b))


def _touched(matrix: Matrix, rows: Bools) -> Bools:
    """Columns with an entry in one of the rows, and those that stand in no row at all."""
    A = matrix.A.tocsr()
    found: Bools = np.asarray(abs(A[np.flatnonzero(rows)]).sum(axis=0)).ravel() > 0
    nowhere = np.asarray(abs(A).sum(axis=0)).ravel() == 0
    touched: Bools = found | nowhere
    return touched


def _rows_hold(a: Matrix, b: Matrix, known: Bools, at: np.ndarray, chosen: np.ndarray) -> bool:
    """Whether the chosen rows of `b`, in the columns of `a`, hold for all plans of `a`."""
    there = sp.csr_matrix(b.A.tocsr()[:, at])
    here = sp.csr_matrix(a.A.tocsr()[:, np.flatnonzero(known)])
    rows, wanted = _named(a), set(chosen.tolist())
    pairs = [(row, rows[name]) for name, row in _named(b).items() if row in wanted and name in rows]
    old = np.array([row for row, _ in pairs], dtype=np.int64)
    new = np.array([row for _, row in pairs], dtype=np.int64)
    if old.size:
        scale = np.maximum(1.0, abs(there[old]).max(axis=1).toarray().ravel())
        same = abs(there[old] - here[new]).max(axis=1).toarray().ravel() <= SAME * scale
        size = np.maximum(1.0, np.abs(np.nan_to_num(b.row_upper[old], posinf=0.0, neginf=0.0)))
        same &= b.row_lower[old] <= a.row_lower[new] + SAME * size
        same &= b.row_upper[old] >= a.row_upper[new] - SAME * size
        chosen = np.setdiff1d(chosen, old[same])
    if not chosen.size:
        return True
    bare = replace(
        b,
        A=sp.csc_matrix(there[chosen]),
        lower=a.lower[known],
        upper=a.upper[known],
        integer=a.integer[known],
        row_lower=b.row_lower[chosen],
        row_upper=b.row_upper[chosen],
        row_rules=b.row_rules[chosen],
        row_subjects=[""] * chosen.size,
        col_names=None,
    )
    least, most = activity(bare)
    return bool(np.all(least >= bare.row_lower - SLACK) and np.all(most <= bare.row_upper + SLACK))


def _named(matrix: Matrix) -> dict[tuple[str, str, int], int]:
    """Rows by rule, subject and which of several that is."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    found = {}
    for row, name in enumerate(zip(matrix.row_rules.tolist(), map(str, matrix.row_subjects), strict=True)):
        found[(*name, seen[name])] = row
        seen[name] += 1
    return found
