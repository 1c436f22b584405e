"""The whole timetable as one model: a column for every visit that could be held in a half-day of a week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.matrix import Floats, Matrix
from models.timetable_instance import Ints, TimetableInstance
from models.timetable_rows import INF, Shared, Writer, shared


@dataclass(frozen=True, eq=False)
class HalfDays:
    """The model and what its columns are.

    visit: columns of visits, with pair, half-day and week of each; regular: the column of a visit's regular half-day;
    day: the column that says that the doctor is at the site on that day.
    """

    matrix: Matrix
    cost: Floats
    visit: Ints
    pair: Ints
    half_day: Ints
    week: Ints
    regular: Ints
    day: Ints
    columns: Shared


def half_days(given: TimetableInstance) -> HalfDays:
    r"""Visits x of pair p, half-day t, week k; regular half-days s and days d of each.

    Rows beside those of `models.timetable_rows`: a doctor holds one visit in a half-day, a site as many as it has
    rooms, :math:`x_{ptk} \le s_{pt}`, :math:`x_{ptk} \le d_{p,day(t),k}`, and a doctor is at one site on a day.
    """
    to, weeks, halves = Writer(), given.weeks, given.half_days
    pair, week = np.nonzero(given.most > 0)
    each, half_day = np.nonzero(given.free[given.doctor[pair]])
    pair, week = pair[each], week[each]
    doctor, site, day = given.doctor[pair], given.site[pair], half_day // 2
    size = len(pair)
    visit = to.columns(size, given.costs.distance * given.distance[pair], 1.0, True)
    columns = shared(to, given, visit, pair, week)
    to.add(given.doctors * halves * weeks, -INF, 1.0, ((doctor * halves + half_day) * weeks + week, visit, 1.0))
    rooms = np.repeat(given.rooms, halves * weeks)
    to.add(given.sites * halves * weeks, -INF, rooms, ((site * halves + half_day) * weeks + week, visit, 1.0))

    kept, of = np.unique(pair * halves + half_day, return_inverse=True)
    regular = to.columns(len(kept), given.costs.regular, 1.0, True)[of]
    to.add(size, -INF, 0.0, (np.arange(size), visit, 1.0), (np.arange(size), regular, -1.0))
    days = halves // 2
    there, of = np.unique((pair * days + day) * weeks + week, return_inverse=True)
    one_site = to.columns(len(there), 0.0, 1.0, True)
    to.add(size, -INF, 0.0, (np.arange(size), visit, 1.0), (np.arange(size), one_site[of], -1.0))
    whose = np.zeros(len(there), dtype=np.int64)
    whose[of] = (doctor * days + day) * weeks + week
    to.add(given.doctors * days * weeks, -INF, 1.0, (whose, one_site, 1.0))
    matrix, cost = to.model()
    return HalfDays(matrix, cost, visit, pair, half_day, week, regular, one_site[of], columns)


def completed(given: TimetableInstance, model: HalfDays, held: Ints) -> Floats:
    """All columns of the plan that holds the visits of these numbers, at least cost."""
    x = np.zeros(model.matrix.cols)
    x[model.visit[held]] = 1.0
    x[model.regular[held]] = 1.0
    x[model.day[held]] = 1.0
    x[model.columns.ways[model.pair[held]]] = 1.0
    doctor, site, week = given.doctor[model.pair[held]], given.site[model.pair[held]], model.week[held]
    made = np.zeros(given.wanted.shape)
    np.add.at(made, (site, given.specialty[doctor], week), 1.0)
    sites, kinds, weeks, _ = given.groups
    x[model.columns.unmet] = np.maximum(given.wanted[sites, kinds, weeks] - made[sites, kinds, weeks], 0.0)
    sites, kinds, weeks, _ = given.pairs_of_weeks
    x[model.columns.missed] = np.maximum(1.0 - made[sites, kinds, weeks] - made[sites, kinds, weeks + 1], 0.0)
    load = np.bincount(doctor, minlength=given.doctors) / np.maximum(given.sessions * given.weeks, 1)
    x[model.columns.load] = load.max(initial=0.0)
    return x
