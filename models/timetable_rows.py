"""Rows that both models of a timetable have, whether its visits are counted by week or stand in half-days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from models.matrix import Floats, Matrix
from models.timetable_instance import Ints, TimetableInstance

INF = float("inf")
#: Row, column and coefficient of each entry.
Entries = tuple[Ints, Ints, ArrayLike]


@dataclass
class Writer:
    """Columns and rows of a model as they come; columns begin at 0."""

    cols: int = 0
    rows: int = 0
    entries: list[Entries] = field(default_factory=list)
    cost: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    whole: list[np.ndarray] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)

    def columns(self, size: int, cost: ArrayLike, upper: ArrayLike, whole: bool) -> Ints:
        """The numbers of new columns from 0 to `upper`."""
        self.cost.append(np.broadcast_to(np.asarray(cost, dtype=float), size))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), size))
        self.whole.append(np.full(size, whole))
        self.cols += size
        return np.arange(self.cols - size, self.cols)

    def add(self, size: int, low: ArrayLike, high: ArrayLike, *entries: Entries) -> None:
        """New rows; the rows of the entries are numbered from 0."""
        for row, col, coefficient in entries:
            each = np.broadcast_to(np.asarray(coefficient, dtype=float), len(col))
            self.entries.append((np.asarray(row) + self.rows, np.asarray(col), each))
        self.low.append(np.broadcast_to(np.asarray(low, dtype=float), size))
        self.high.append(np.broadcast_to(np.asarray(high, dtype=float), size))
        self.rows += size

    def model(self) -> tuple[Matrix, Floats]:
        """The matrix without empty rows, and the cost."""
        row, col, value = (np.concatenate([np.asarray(one[at]) for one in self.entries]) for at in range(3))
        A = sp.csr_matrix((value, (row, col)), shape=(self.rows, self.cols))
        used = np.flatnonzero(np.diff(A.indptr))
        low, high = np.concatenate(self.low)[used], np.concatenate(self.high)[used]
        upper = np.concatenate(self.upper)
        matrix = Matrix(
            sp.csc_matrix(A[used]), np.zeros(self.cols), upper, low, high, np.concatenate(self.whole),
            np.zeros(len(used), dtype="U1"), [""] * len(used),
        )  # fmt: skip
        return matrix, np.concatenate(self.cost)


@dataclass(frozen=True, eq=False)
class Shared:
    """Columns of both models: ways by pair, unmet by demand, missed by two weeks, the greatest load."""

    ways: Ints
    unmet: Ints
    missed: Ints
    load: Ints


def shared(
    to: Writer, given: TimetableInstance, visits: Ints, pair: Ints, week: Ints, loaded: Ints | None = None
) -> Shared:
    """Ways, travel, visits of a week, demand, weeks in a row, and load; visits: columns with their pair and week.

    loaded: doctors whose loads have a row, None for all.
    """
    costs, weeks, pairs = given.costs, given.weeks, len(given.doctor)
    doctor, site = given.doctor[pair], given.site[pair]
    kind, every = given.specialty[doctor], np.arange(pairs)
    ways = to.columns(pairs, costs.way, 1.0, True)
    most = given.most.sum(axis=1)
    to.add(pairs, -INF, 0.0, (pair, visits, 1.0), (every, ways, -most))
    to.add(pairs, 0.0, INF, (pair, visits, 1.0), (every, ways, -np.minimum(costs.least, most)))
    at = doctor * weeks + week
    to.add(given.doctors * weeks, -INF, np.repeat(given.travel, weeks), (at, visits, given.distance[pair]))
    to.add(given.doctors * weeks, -INF, np.repeat(given.sessions, weeks), (at, visits, 1.0))

    sites, kinds, when, number = given.groups
    wanted = given.wanted[sites, kinds, when].astype(float)
    unmet = to.columns(len(wanted), costs.unmet * given.weight[kinds], wanted, False)
    to.add(len(wanted), wanted, wanted, (number[site, kind, week], visits, 1.0), (np.arange(len(wanted)), unmet, 1.0))

    two, numbers = len(given.pairs_of_weeks[0]), given.pairs_of_weeks[3]
    missed = to.columns(two, costs.missed, 1.0, False)
    first, second = numbers[site, kind, week], np.where(week > 0, numbers[site, kind, week - 1], -1)
    entries: Sequence[Entries] = [(one[one >= 0], visits[one >= 0], 1.0) for one in (first, second)]
    to.add(two, 1.0, INF, *entries, (np.arange(two), missed, 1.0))

    load = to.columns(1, costs.uneven, 1.0, False)
    counted = np.ones(given.doctors, dtype=bool) if loaded is None else np.isin(np.arange(given.doctors), loaded)
    offered, his = np.maximum(given.sessions * weeks, 1), counted[doctor]
    full = (np.flatnonzero(counted), np.full(counted.sum(), load[0]), -1.0)
    to.add(given.doctors, -INF, 0.0, (doctor[his], visits[his], 1.0 / offered[doctor[his]]), full)
    return Shared(ways, unmet, missed, load)
