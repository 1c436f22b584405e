"""Rows of the block `sessions` on who goes far: accounts of far trips, evened out by the aim `fairness`.

Doctors who could hold the same far clinic are one pool, and so are those whom a third one links. Within a pool
the aim is the sum of squares of (account + trips), the account counted from the least one of the pool: which
plan is the fairest does not depend on that, and figures stay small. A pool of one has nobody to share with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from models.instance import Instance
from models.matrix import Floats, Matrix
from models.rows import Columns, Rows, Sheet, Term
from models.visitors import NAME, Clinics, Visitor, options_of

#: The row family that only this aim needs.
ACCOUNT = f"{NAME}.far_account"


def goes_far(instance: Instance, doctor: str, site: str) -> bool:
    """Whether the roster counts a trip there as far, whether clinics there take a whole day or not."""
    return instance.doctors[doctor].minutes[site] > options_of(instance).half_day_minutes


def pools(instance: Instance, visitors: list[Visitor]) -> list[list[str]]:
    """Doctors who could stand in for each other on far trips, in pools of two or more.

    Whoever may hold a clinic to which one of its visitors goes far belongs to the pool: where one lives
    next door, nobody has to go far.
    """
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for doctor, site, specialty in visitors:
        cells[site, specialty].append(doctor)
    leader: dict[str, str] = {}

    def find(doctor: str) -> str:
        while leader.setdefault(doctor, doctor) != doctor:
            doctor = leader[doctor]
        return doctor

    for (site, _), doctors in sorted(cells.items()):
        if any(goes_far(instance, doctor, site) for doctor in doctors):
            for doctor in doctors:
                first, other = sorted((find(doctors[0]), find(doctor)))
                leader[other] = first
    found: dict[str, list[str]] = defaultdict(list)
    for doctor in sorted(leader):
        found[find(doctor)].append(doctor)
    return [members for _, members in sorted(found.items()) if len(members) > 1]


def turns_rows(made: Clinics) -> None:
    """The j-th far trip of the horizon costs 2 (account + j) - 1; that grows, so trips fill the units in order."""
    if "fairness" not in made.instance.aims.order or made.ledger.explain:
        return
    trips, most = _trips(made)
    before: dict[str, float] = {}
    for members in pools(made.instance, list(dict.fromkeys(key[:3] for key in made.keys))):
        least = min(made.instance.doctors[doctor].far_before for doctor in members)
        before |= {d: made.instance.doctors[d].far_before - least for d in members if d in trips}
    steps = [(doctor, f"{j:03}") for doctor in sorted(before) for j in range(1, most[doctor] + 1)]
    if not steps:
        return
    # The last unit takes what no working day is left for, so that no plan is cut off.
    upper = [np.inf if int(j) == most[doctor] else 1.0 for doctor, j in steps]
    owner = made.n.owner
    units = Columns(made.sheet, owner, "far_unit", steps, doc="unit of a doctor's far trips", unit="trips", upper=upper)
    rows = Rows(made.sheet, NAME, "far_account", doc="far trips of the horizon", unit="trips")
    for doctor, account in sorted(before.items()):
        mine = [key for key in steps if key[0] == doctor]
        less = [(columns, key, -coef) for columns, key, coef in trips[doctor]]
        rows.row((doctor,), [*((units, key, 1.0) for key in mine), *less], lower=0.0)
        for key in mine:
            made.ledger.aim("fairness", units, key, 2.0 * (account + int(key[1])) - 1.0)


def _trips(made: Clinics) -> tuple[Mapping[str, list[Term]], Mapping[str, int]]:
    """Far trips of each doctor as terms, and the most that there can be."""
    instance = made.instance
    trips: dict[str, dict[tuple[str, ...], Term]] = defaultdict(dict)
    held: dict[str, float] = defaultdict(float)
    for key in made.keys:
        doctor, site, _, quarter = key
        if goes_far(instance, doctor, site):
            whole = (doctor, site, quarter)
            trips[doctor][whole if whole in made.r else key] = (
                (made.r, whole, 1.0) if whole in made.r else (made.n, key, 1.0)
            )
            held[doctor] += float(made.n.upper[made.n.position[key]])
    days = 7.0 * instance.weeks
    most = {doctor: int(max(1.0, min(days, count))) for doctor, count in held.items()}
    if instance.state("doctor_time") == "hard" and instance.state("whole_day") == "hard":
        for doctor in most:
            most[doctor] = max(1, min(most[doctor], sum(int(free // 2) for free in instance.doctors[doctor].free)))
    return {doctor: [term for _, term in sorted(terms.items())] for doctor, terms in trips.items()}, most


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
