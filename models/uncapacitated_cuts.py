"""Rows that every covering keeps and its linear programme breaks: halves of sums of rows, rounded up.

Whole rows are added whose sum has an odd right side; half of the sum, every coefficient rounded up, keeps all whole
plans, and so the half right side may be rounded up too (zero-half cuts: Caprara and Fischetti 1996). Three members who
are covered by the pairs of three hosts are the simplest case: two of the hosts, or one uncovered member for each that
lacks, where the programme opens each host by half. Columns near 1 are counted from there, so that they lose nothing.

Which rows to add is a question in numbers modulo 2. Columns are eliminated, the most fractional first, with rows that
are tight (Andreello, Caprara and Fischetti 2007; Koster, Zymolka and Kutschka 2009); what is left over of a row's own
slack and odd fractional columns is what the cut loses, and less than 1 of it makes a cut that is broken. Cuts are rows
of later rounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.matrix import Bools, Floats
from models.uncapacitated_bounds import Ints

Whole = NDArray[np.int32]

#: Looked at: rows with less slack, columns more fractional, halves that lose less; rows that lose less eliminate.
SLACK, FRACTION, LOSES, TIGHT = 0.7, 1e-6, 0.97, 0.1
#: How much more a row's slack counts than its odd columns where a row to eliminate with is chosen.
MORE = 2.0
#: Halves that are written out, and cuts that are kept of them; cosine of two cuts above which they are as good as one.
MOST_HALVES, MOST_CUTS, ALIKE = 150, 40, 0.9


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows `A x >= side` in whole numbers over columns in 0..1 that are whole in every plan."""

    A: sp.csr_matrix
    side: NDArray[np.int64]

    def with_more(self, other: Rows) -> Rows:
        """Both, one after the other."""
        both = sp.vstack([self.A, other.A], format="csr")
        return Rows(sp.csr_matrix(both), np.concatenate([self.side, other.side]))

    def only(self, kept: Bools) -> Rows:
        """Some of the rows."""
        return Rows(sp.csr_matrix(self.A[kept]), self.side[kept])


def half_cuts(rows: Rows, x: Floats) -> Rows | None:
    """Rows that every whole `x` that keeps `rows` keeps too, and this one breaks; None where none was found."""
    found = _odd_sums(rows, x)
    if found is None:
        return None
    used, sums = found
    added = sp.csr_matrix(sums.astype(np.int32))
    C = (added @ rows.A[used]).toarray().astype(np.int32)
    side = np.asarray(added @ rows.side[used], dtype=np.int64)
    return _broken(*_halved(C, side, x > 0.5), x)


def _halved(C: Whole, side: NDArray[np.int64], near_one: Bools) -> tuple[Whole, Floats]:
    """Half of each row: coefficients rounded up, those of columns counted from 1 down, and the right side up."""
    lost = (C[:, near_one] & 1).sum(axis=1)
    # An odd coefficient of a column counted from 1 takes its half from the right side.
    return (C + ~near_one) >> 1, np.ceil((side - lost) / 2.0)


def _broken(cuts: Whole, side: Floats, x: Floats) -> Rows | None:
    """Those that `x` breaks most for their length, no two alike."""
    by = side - np.einsum("ij,j->i", cuts, x)
    length = np.sqrt(np.einsum("ij,ij->i", cuts, cuts).astype(np.float64))
    order = np.argsort(-by / np.maximum(length, 1.0), kind="stable")
    order = order[by[order] > (1.0 - LOSES) / 2.0]
    cuts, side, length = cuts[order], side[order], length[order]
    free = np.ones(order.size, dtype=bool)
    kept: list[int] = []
    for at in range(order.size):
        if free[at] and len(kept) < MOST_CUTS:
            kept.append(at)
            own = np.flatnonzero(cuts[at])
            free &= np.einsum("ij,j->i", cuts[:, own], cuts[at, own]) <= ALIKE * length[at] * length
    if not kept:
        return None
    return Rows(sp.csr_matrix(cuts[kept], dtype=np.float64), side[kept].astype(np.int64))


def _odd_sums(rows: Rows, x: Floats) -> tuple[Ints, Bools] | None:
    """The rows looked at, and which of them each sum adds (sums, rows)."""
    fraction, near_one = np.minimum(x, 1.0 - x), x > 0.5
    fraction[fraction < FRACTION] = 0.0
    slack = np.maximum(rows.A @ x - rows.side, 0.0)
    slack[slack < FRACTION] = 0.0
    odd = sp.csr_matrix((rows.A.data.astype(np.int32) & 1, rows.A.indices, rows.A.indptr), shape=rows.A.shape)
    # A fractional column of one row alone is slack of that row.
    times = np.bincount(odd.indices, odd.data, odd.shape[1])
    slack += odd @ np.where(times == 1, fraction, 0.0)
    columns = np.flatnonzero((fraction > 0.0) & (times > 1))
    columns = columns[np.argsort(-fraction[columns], kind="stable")]
    used = np.flatnonzero(slack < SLACK)
    used = used[np.argsort(slack[used], kind="stable")]
    matrix = odd[used][:, columns].toarray().astype(bool)
    # The parity of a right side when columns near 1 are counted from there.
    parity = (rows.side[used] - odd[used] @ near_one.astype(np.int64)) % 2 == 1
    # Of rows with the same odd parts the tightest is enough: two of them leave nothing odd.
    alike = np.concatenate([matrix, parity[:, None]], axis=1)
    first = np.sort(np.unique(np.packbits(alike, axis=1), axis=0, return_index=True)[1])
    first = first[matrix[first].any(axis=1)]
    used, matrix, parity = used[first], matrix[first], parity[first]
    if not used.size:
        return None
    whole = np.concatenate([matrix, np.eye(used.size, dtype=bool), parity[:, None]], axis=1)
    sums, lost = _eliminated(whole, fraction[columns], slack[used])
    if not lost.size:
        return None
    order = np.argsort(-(1.0 - lost) / np.sqrt(sums.sum(axis=1) + 1.0), kind="stable")[: 2 * MOST_HALVES]
    first = np.unique(np.packbits(sums[order], axis=1), axis=0, return_index=True)[1]
    return used, sums[order][np.sort(first)][:MOST_HALVES]


def _eliminated(whole: Bools, fraction: Floats, slack: Floats) -> tuple[Bools, Floats]:
    """Sums of an odd right side that lose little, met while columns are eliminated: their rows, what they lose.

    whole: [odd coefficients | which rows | odd right side] of each row; fraction by column, slack by row, ascending.
    """
    size, columns = len(whole), fraction.size
    # Rows without slack come first: they lose nothing of their own.
    loose = columns + int(np.count_nonzero(slack == 0.0))
    odd, own = fraction.astype(np.float32), slack.astype(np.float32)
    spare = own[loose - columns :]
    unused, lost = np.ones(size, dtype=bool), own + np.einsum("ij,j->i", whole[:, :columns], odd)
    good = (lost < LOSES) & whole[:, -1]
    found, losses = [whole[good, columns:-1]], [lost[good]]
    for column in range(columns):
        hit = np.flatnonzero(whole[:, column])
        might = hit[unused[hit]]
        if not might.size:
            continue
        pivot = might[int((MORE * own[might] + lost[might]).argmin())]
        if own[pivot] > TIGHT:
            continue
        unused[pivot] = False
        other = hit[hit != pivot]
        if other.size:
            part = whole[other] ^ whole[pivot]
            whole[other] = part
            own[other] = np.einsum("ij,j->i", part[:, loose:-1], spare)
            lost[other] = here = own[other] + np.einsum("ij,j->i", part[:, :columns], odd)
            good = (here < LOSES) & part[:, -1]
            found.append(part[good, columns:-1])
            losses.append(here[good])
    return np.concatenate(found), np.concatenate(losses)
