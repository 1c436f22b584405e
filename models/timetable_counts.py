r"""The first stage of a timetable: how many visits each pair makes in each week, half-days left out.

Every row follows from those of the whole model (`models.timetable_half_days`), so that what is proved here is proved
of the whole: n visits of a week need n half-days at once, hence at least :math:`\max_k n_{pk}` regular half-days; a
doctor's visits of a week fit into his free half-days, those of a site into its rooms. The model falls apart by
specialty and distance, but for rooms that bind and the greatest load. The latter is left to the doctors of one part:
fewer rows are a relaxation, and in any part of a size some doctor gives all that he offers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.matrix import Floats, Matrix
from models.timetable_instance import Ints, TimetableInstance
from models.timetable_rows import INF, Shared, Writer, shared


@dataclass(frozen=True, eq=False)
class Counts:
    """The model; count: columns of the visits of a pair in a week; regular: of the regular half-days of each pair."""

    matrix: Matrix
    cost: Floats
    count: Ints
    pair: Ints
    week: Ints
    regular: Ints
    columns: Shared


def counts(given: TimetableInstance, loaded: Ints | None = None) -> Counts:
    """The model of counts; loaded: doctors whose loads have a row, None for all."""
    to, weeks = Writer(), given.weeks
    pair, week = np.nonzero(given.most > 0)
    most = given.most[pair, week].astype(float)
    size, pairs = len(pair), len(given.doctor)
    count = to.columns(size, given.costs.distance * given.distance[pair], most, True)
    columns = shared(to, given, count, pair, week, loaded)
    regular = to.columns(pairs, given.costs.regular, given.half_days, False)
    every, each = np.arange(size), np.arange(pairs)
    to.add(size, -INF, 0.0, (every, count, 1.0), (every, regular[pair], -1.0))
    to.add(size, -INF, 0.0, (every, count, 1.0), (every, columns.ways[pair], -most))
    needed = np.minimum(min(1.0, given.costs.least), given.most.sum(axis=1))
    to.add(pairs, 0.0, INF, (each, regular, 1.0), (each, columns.ways, -needed))
    free = np.repeat(given.free.sum(axis=1), weeks)
    to.add(given.doctors * weeks, -INF, free, (given.doctor[pair] * weeks + week, count, 1.0))
    rooms = np.repeat(given.rooms * given.half_days, weeks)
    to.add(given.sites * weeks, -INF, rooms, (given.site[pair] * weeks + week, count, 1.0))
    matrix, cost = to.model()
    return Counts(matrix, cost, count, pair, week, regular, columns)
