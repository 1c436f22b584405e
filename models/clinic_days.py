"""Whole days on long trips that a plan counts but nobody travels.

An aim that does not look at days leaves them anywhere between what the clinics need and what a doctor's time
allows. Allowances and kilometres are paid for days, so a plan is told with the fewest that its clinics need.
"""

from __future__ import annotations

import numpy as np

from models.matrix import Floats, Matrix
from models.rows import Sheet
from models.values import Values
from models.visitors import NAME

#: Free time of doctors (`models.assemble`): whatever days do not take is left over.
IDLE = "whole.idle"
#: What a row may be short by rounding, in days.
ROUNDING = 1e-6


def settle_days(sheet: Sheet, matrix: Matrix, x: Floats) -> None:
    """Lower every count of days to the least that the rows of the matrix allow with the rest of `x` (in place).

    What that frees is the doctor's own. A column in a row that asks for days of two trips together stays as it
    is: which of them to shorten would be a decision.
    """
    days = Values(sheet, x).columns(f"{NAME}.days")
    if days is None or not len(days):
        return
    first = int(sheet.offsets()[days.number])
    cols = np.arange(first, first + len(days))
    part = matrix.A[:, cols].tocoo()
    holds = np.where(part.data > 0.0, np.isfinite(matrix.row_lower[part.row]), np.isfinite(matrix.row_upper[part.row]))
    holds &= ~np.isin(part.row, _idle_rows(sheet, matrix)[0])
    row, col, coef = part.row[holds], part.col[holds], part.data[holds]
    activity = matrix.A @ x
    spare = np.where(coef > 0.0, activity[row] - matrix.row_lower[row], matrix.row_upper[row] - activity[row])
    less = x[cols] - matrix.lower[cols]
    np.minimum.at(less, col, spare / np.abs(coef))
    shared = np.bincount(row, minlength=matrix.rows)[row] > 1
    less[col[shared]] = 0.0
    x[cols] -= np.floor(np.maximum(less, 0.0) + ROUNDING)
    fill_idle(sheet, matrix, x)


def fill_idle(sheet: Sheet, matrix: Matrix, x: Floats) -> None:
    """Let doctors' free time take what their clinics, postings and teleconsultations leave (in place)."""
    rows, cols, coefs = _idle_rows(sheet, matrix)
    rest = (matrix.row_upper - matrix.A @ x)[rows] / coefs
    x[cols] = np.maximum(0.0, x[cols] + np.where(np.isfinite(rest), rest, 0.0))


def _idle_rows(sheet: Sheet, matrix: Matrix) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Rows, columns and coefficients of the free time."""
    idle = Values(sheet, np.zeros(0)).columns(IDLE)
    if idle is None or not len(idle):
        return np.array([], dtype=int), np.array([], dtype=int), np.array([])
    first = int(sheet.offsets()[idle.number])
    part = matrix.A[:, np.arange(first, first + len(idle))].tocoo()
    return part.row, part.col + first, part.data
