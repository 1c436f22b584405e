"""Doctors who differ in nothing: any timetable can have their names exchanged, and only one of these is searched."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from models.matrix import Floats
from models.timetable_counts import Counts
from models.timetable_instance import Ints, TimetableInstance


def alike(given: TimetableInstance) -> list[list[Ints]]:
    """Groups of doctors of one specialty, offer, free half-days and ways; of each the pairs, in the order of sites."""
    ways = [np.flatnonzero(given.doctor == doctor) for doctor in range(given.doctors)]
    groups: dict[object, list[Ints]] = {}
    for doctor, pairs in enumerate(ways):
        pairs = pairs[np.argsort(given.site[pairs])]
        offer = (int(given.specialty[doctor]), int(given.sessions[doctor]), float(given.travel[doctor]))
        where = given.free[doctor].tobytes(), given.site[pairs].tobytes(), given.distance[pairs].tobytes()
        groups.setdefault((*offer, *where), []).append(pairs)
    return [group for group in groups.values() if len(group) > 1 and len(group[0])]


def ordered(given: TimetableInstance, model: Counts) -> Counts:
    """The model in which each of a group makes at least as many visits as the next (Sherali and Smith 2001)."""
    rows = list[sp.csr_matrix]()
    for group in alike(given):
        for one, other in pairwise(group):
            row = np.zeros(model.matrix.cols)
            row[model.count[np.isin(model.pair, one)]] = 1.0
            row[model.count[np.isin(model.pair, other)]] = -1.0
            rows.append(sp.csr_matrix(row))
    if not rows:
        return model
    size = len(rows)
    none = np.zeros(size), np.full(size, np.inf), [""] * size, [""] * size
    return replace(model, matrix=model.matrix.with_rows(sp.vstack(rows, format="csr"), *none))


def in_order(given: TimetableInstance, count: Floats) -> Floats:
    """The same counts (P, K) with the names exchanged that `ordered` wants."""
    found = count.copy()
    for group in alike(given):
        rank = sorted(range(len(group)), key=lambda at: -count[group[at]].sum())
        for pairs, at in zip(group, rank, strict=True):
            found[pairs] = count[group[at]]
    return found
