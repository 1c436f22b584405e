"""Rows of the block `sessions` on who goes far: accounts of far trips, evened out by the aim `fairness`.

Doctors who could hold the same far clinic are one pool, and so are those whom a third one links. Within a pool
the aim is the sum of squares of (account + trips), the account counted from the least one of the pool: which
plan is the fairest does not depend on that, and figures stay small. A pool of one has nobody to share with.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from models.instance import Instance
from models.keys import Keys
from models.labels import numbers
from models.matrix import Floats, Matrix
from models.rows import Columns, Rows, Sheet
from models.visitors import NAME, Clinics, options_of
from models.visits import Triples

#: The row family that only this aim needs.
ACCOUNT = f"{NAME}.far_account"


def pools(instance: Instance, who: Triples, minutes: np.ndarray) -> np.ndarray:
    """The pool of each doctor of `Labels.doctors`: a number, or -1 for who shares far trips with nobody.

    who: visitors as numbers of doctors, sites and specialties; minutes: of their trips. Whoever may hold a clinic to
    which one of its visitors goes far belongs to the pool: where one lives next door, nobody has to go far.
    """
    (doctor, site, specialty), labels = who, instance.labels
    doctors, cell = len(labels.doctors), site * labels.shape[1] + specialty
    far = np.zeros(labels.shape[0] * labels.shape[1], dtype=bool)
    far[cell[goes_far(instance, minutes)]] = True
    linked = far[cell]
    size = doctors + len(far)
    ways = (np.ones(int(linked.sum())), (doctor[linked], doctors + cell[linked]))
    _, group = connected_components(sp.coo_matrix(ways, shape=(size, size)), directed=False)
    members = np.flatnonzero(np.bincount(doctor[linked], minlength=doctors))
    many = np.bincount(group[members], minlength=size)
    found = np.full(doctors, -1)
    found[members] = np.where(many[group[members]] > 1, group[members], -1)
    return found


def goes_far(instance: Instance, minutes: np.ndarray) -> np.ndarray:
    """Whether the roster counts trips as far, whether clinics there take a whole day or not."""
    found: np.ndarray = minutes > options_of(instance).half_day_minutes
    return found


def turns_rows(made: Clinics) -> None:
    """The j-th far trip of the horizon costs 2 (account + j) - 1; that grows, so trips fill the units in order."""
    if "fairness" not in made.instance.aims.order or made.ledger.explain:
        return
    pool = pools(made.instance, (made.doctor, made.site, made.specialty), made.minutes)
    most = _most_trips(made)
    who = np.flatnonzero((pool >= 0) & (most > 0))
    if not who.size:
        return
    before = numbers(one.far_before for one in made.staff.all)
    least = np.full(int(pool.max()) + 1, np.inf)
    np.minimum.at(least, pool[pool >= 0], before[pool >= 0])
    many = most[who]
    doctor, first = np.repeat(who, many), np.cumsum(many) - many
    step = np.arange(len(doctor)) - np.repeat(first, many) + 1
    # The last unit takes what no working day is left for, so that no plan is cut off.
    upper = np.where(step == most[doctor], np.inf, 1.0)
    steps = Keys((made.labels.doctors, [f"{j:03}" for j in range(int(step.max()) + 1)]), (doctor, step))
    units = Columns(
        made.sheet, made.n.owner, "far_unit", steps, doc="unit of a doctor's far trips", unit="trips", upper=upper
    )
    rows = Rows(made.sheet, NAME, "far_account", doc="far trips of the horizon", unit="trips")
    row_of = np.full(len(pool), -1)
    row_of[who] = rows.rows(Keys((made.labels.doctors,), (who,)), lower=0.0)
    rows.add(row_of[doctor], units, np.arange(len(units)), 1.0)
    for columns, places, goer in _trips(made):
        row = row_of[goer]
        rows.add(row[row >= 0], columns, places[row >= 0], -1.0)
    account = before[doctor] - least[pool[doctor]]
    made.ledger.aim_many("fairness", units, np.arange(len(units)), 2.0 * (account + step) - 1.0)


def _trips(made: Clinics) -> list[tuple[Columns, np.ndarray, np.ndarray]]:
    """Columns that are far trips (days where they take the whole day, else clinics), and their doctors."""
    clinics, days = np.flatnonzero(goes_far(made.instance, made.minutes) & ~made.far), np.arange(len(made.r))
    return [(made.r, days, made.r_doctor), (made.n, clinics, made.doctor[clinics])]


def _most_trips(made: Clinics) -> np.ndarray:
    """The most far trips that each doctor can make, 0 for who has none."""
    instance, far = made.instance, goes_far(made.instance, made.minutes)
    held = np.zeros(len(made.staff.all))
    np.add.at(held, made.doctor[far], made.n.upper[far])
    goes = np.bincount(made.doctor[far], minlength=len(held)) > 0
    most = np.maximum(1.0, np.minimum(7.0 * instance.weeks, held))
    if instance.state("doctor_time") == "hard" and instance.state("whole_day") == "hard":
        most = np.maximum(1.0, np.minimum(most, np.floor_divide(made.staff.free, 2.0).sum(axis=1)))
    return np.where(goes, most, 0.0).astype(np.int64)


def settle_turns(sheet: Sheet, matrix: Matrix, x: Floats) -> None:
    """Fill each doctor's units of far trips, the cheapest first, with the trips of `x` (in place)."""
    rows = np.flatnonzero(matrix.row_rules == ACCOUNT)
    units = next((columns for columns in sheet.columns if columns.path == f"{NAME}.far_unit"), None)
    if not rows.size or units is None:
        return
    first = int(sheet.offsets()[units.number])
    cols = np.arange(first, first + len(units))
    x[cols] = 0.0
    trips = dict(zip((matrix.row_subjects[row] for row in rows.tolist()), -(matrix.A.tocsr()[rows] @ x), strict=True))
    for col, (doctor, _), most in zip(cols.tolist(), units.keys, units.upper.tolist(), strict=True):
        x[col] = min(trips[doctor], most)
        trips[doctor] -= x[col]
