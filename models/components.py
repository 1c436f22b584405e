"""What a model falls apart into: rows that can bind and columns that are free to move, as a graph."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from models.matrix import Bools, Floats, Matrix

Indices = NDArray[np.int64]


def activity(matrix: Matrix) -> tuple[Floats, Floats]:
    """The least and the greatest value of each row over the column bounds."""
    A = matrix.A.tocoo()
    there = A.data != 0.0  # 0 times an absent bound is no number
    at_lower = np.multiply(A.data, matrix.lower[A.col], where=there, out=np.zeros(A.nnz))
    at_upper = np.multiply(A.data, matrix.upper[A.col], where=there, out=np.zeros(A.nnz))
    least, most = np.minimum(at_lower, at_upper), np.maximum(at_lower, at_upper)
    return (
        np.bincount(A.row, least, minlength=matrix.rows).astype(np.float64),
        np.bincount(A.row, most, minlength=matrix.rows).astype(np.float64),
    )


def components(matrix: Matrix) -> list[tuple[Indices, Indices]]:
    """The independent parts as (rows, columns), by their first column.

    Left out of all parts: columns held at one value, rows that cannot be broken. Free columns
    without rows come together in one last part, rows that touch no free column in another.
    """
    free = matrix.lower < matrix.upper
    least, most = activity(matrix)
    scale = 1e-9 * np.maximum(1.0, np.abs(np.nan_to_num(least, posinf=0, neginf=0)))
    binds = (least < matrix.row_lower - scale) | (most > matrix.row_upper + scale)
    A = matrix.A.tocoo()
    links = free[A.col] & binds[A.row] & (A.data != 0.0)
    row, col = A.row[links], A.col[links] + matrix.rows
    size = matrix.rows + matrix.cols
    graph = sp.coo_matrix((np.ones(len(row), dtype=np.int8), (row, col)), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    linked = np.zeros(size, dtype=bool)
    linked[row] = linked[col] = True
    parts = _grouped(label, linked, matrix.rows)
    lone_cols = np.flatnonzero(free & ~linked[matrix.rows :])
    lone_rows = np.flatnonzero(binds & ~linked[: matrix.rows])
    none = np.zeros(0, dtype=np.int64)
    parts += [(none, lone_cols)] if lone_cols.size else []
    parts += [(lone_rows, none)] if lone_rows.size else []
    return parts


def _grouped(label: NDArray[np.integer], linked: Bools, rows: int) -> list[tuple[Indices, Indices]]:
    nodes = np.flatnonzero(linked)
    nodes = nodes[np.argsort(label[nodes], kind="stable")]
    cuts = np.flatnonzero(np.diff(label[nodes])) + 1
    groups = np.split(nodes, cuts) if nodes.size else []
    parts = [(group[group < rows], group[group >= rows] - rows) for group in groups]
    return sorted(parts, key=lambda part: int(part[1][0]))
