r"""What half-days do not allow, told to the counts: visits at one site in one week that its rooms cannot hold.

Visits n_d of the doctors at a site in a week have half-days where a flow from doctors through their free half-days into
the rooms carries them all (each half-day of a doctor once, each half-day of the site as often as it has rooms R).
Where it does not, the least cut is a set A of doctors and a set H of half-days, and

.. math:: \sum_{d \in A} n_d \le R |H| + \sum_{d \in A} |free_d \setminus H|

holds for every timetable (Gale 1957, Hoffman 1960) and is broken by these counts. Doctors are as free in every week, so
the row is valid in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from models.matrix import Matrix
from models.timetable_counts import Counts
from models.timetable_instance import Ints, TimetableInstance


def cut_back(given: TimetableInstance, model: Counts, count: Ints, known: set[bytes]) -> Matrix | None:
    """The matrix of counts with a row for every cut that the counts (P, K) break; None where they break none.

    known: cuts that the model has, by site, doctors and half-days; new ones are added to it.
    """
    rows, limits = list[Ints](), list[float]()
    number = np.full(given.most.shape, -1)
    number[model.pair, model.week] = model.count
    for pairs, limit in _broken(given, count, known):
        for week in range(given.weeks):
            if given.most[pairs, week].sum() > limit:
                columns = number[pairs, week]
                rows.append(columns[columns >= 0])
                limits.append(limit)
    if not rows:
        return None
    at = np.repeat(np.arange(len(rows)), [len(one) for one in rows])
    new = sp.csr_matrix((np.ones(len(at)), (at, np.concatenate(rows))), shape=(len(rows), model.matrix.cols))
    low, blank = np.full(len(rows), -np.inf), [""] * len(rows)
    return model.matrix.with_rows(new, low, np.array(limits), blank, blank)


def _broken(given: TimetableInstance, count: Ints, known: set[bytes]) -> Iterator[tuple[Ints, float]]:
    """Pairs at one site and the most visits that they can make together in a week."""
    order = np.argsort(given.site, kind="stable")
    first = np.searchsorted(given.site[order], np.arange(given.sites + 1))
    for site in range(given.sites):
        here = order[first[site] : first[site + 1]]
        for made in np.unique(count[here], axis=1).T:
            used = here[made > 0]
            if len(used) < 2 or made.sum() <= given.rooms[site]:
                continue
            found = _least_cut(given.free[given.doctor[used]], made[made > 0], int(given.rooms[site]))
            if found is None:
                continue
            doctors, halves = found
            alone = ~given.free[given.doctor[here]][:, ~halves].any(axis=1)  # free in these half-days alone
            pairs = here[alone | np.isin(here, used[doctors])]
            limit = given.rooms[site] * halves.sum() + given.free[given.doctor[pairs]][:, ~halves].sum()
            name = pairs.tobytes() + halves.tobytes()
            if name not in known:
                known.add(name)
                yield pairs, float(limit)


def _least_cut(free: np.ndarray, made: Ints, rooms: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Doctors and half-days on the source's side of a least cut; None where the flow carries all visits."""
    doctors, halves = free.shape
    doctor, half = np.nonzero(free)
    source, sink = doctors + halves, doctors + halves + 1
    tail = np.r_[np.full(doctors, source), doctor, doctors + np.arange(halves)]
    head = np.r_[np.arange(doctors), doctors + half, np.full(halves, sink)]
    room = np.r_[made, np.ones(len(doctor), dtype=np.int64), np.full(halves, rooms)].astype(np.int32)
    graph = sp.csr_array((room, (tail, head)), shape=(sink + 1, sink + 1))
    found = maximum_flow(graph, source, sink)
    if found.flow_value == made.sum():
        return None
    left = graph - found.flow
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    reached = np.zeros(sink + 1, dtype=bool)
    reached[breadth_first_order(left, source, return_predecessors=False)] = True
    return reached[:doctors], reached[doctors : doctors + halves]
