"""Rows of the block `sessions` on doctors and places: time away, rooms, floors, today's roster."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.keys import Keys
from models.postings import away_limit
from models.rows import Columns, Rows
from models.visitors import NAME, Clinics, home_half_days, options_of


def away_rows(made: Clinics) -> None:
    """`whole_day`, `whole_day_pair`, `home_cover`; half-days, money and minutes of the trips; what homes forgo."""
    _days(made)
    instance, ledger, settings, staff = made.instance, made.ledger, options_of(made.instance), made.staff
    near = np.flatnonzero(~made.far)
    months, doctors = sum(q.months for q in instance.quarters), (made.labels.doctors, made.labels.quarters)
    away = (
        (made.n, near, 1.0, made.doctor[near], made.site[near], made.quarter[near]),
        (made.r, np.arange(len(made.r)), 2.0, made.r_doctor, made.r_site, made.r_quarter),
    )
    for columns, places, half_days, doctor, site, quarter in away:
        ledger.add_many("half_days", Keys(doctors, (doctor, quarter)), columns, places, half_days)
        allowance = half_days * settings.allowance_half_day * instance.per_year
        ledger.pay_many("sessions", columns, places, allowance)
        km, minutes = staff.km_to(doctor, site), staff.minutes_to(doctor, site)
        ledger.pay_many("travel", columns, places, 2.0 * km * settings.km_cost * instance.per_year)
        ledger.aim_many("travel", columns, places, 2.0 * minutes / months)
    _forgone(made)
    family = Rows(
        made.sheet, NAME, "home_cover", doc="departments keep their people", rule="home_cover", unit="half-days"
    )
    names = sorted({(one.institution, one.department) for one in staff.all})
    numbers = {name: at for at, name in enumerate(names)}
    home = np.asarray([numbers[one.institution, one.department] for one in staff.all], dtype=np.int64)
    many = len(made.labels.quarters)
    gone = np.zeros((len(names), many), dtype=bool)
    for _, _, _, doctor, _, quarter in away:
        gone[home[doctor], quarter] = True
    gone[[name not in instance.departments for name in names]] = False
    department, rank = np.nonzero(gone[:, made.labels.by_name])
    quarter = made.labels.by_name[rank]
    persons = [away_limit(instance.departments[names[n]], settings.cover_min_headcount) for n in department.tolist()]
    hours = [
        home_half_days(instance, names[n][0], q) for n, q in zip(department.tolist(), quarter.tolist(), strict=True)
    ]
    keys = Keys(([n[0] for n in names], [n[1] for n in names], made.labels.quarters), (department, department, quarter))
    row_of = np.full((len(names), many), -1)
    row_of[department, quarter] = family.rows(keys, upper=np.asarray(persons, dtype=float) * np.asarray(hours))
    for columns, places, half_days, doctor, _, when in away:
        row = row_of[home[doctor], when]
        family.add(row[row >= 0], columns, places[row >= 0], half_days)


def _days(made: Clinics) -> None:
    """Days of the long trips: enough for the clinics held on them."""
    day = Rows(
        made.sheet, NAME, "whole_day", doc="long trips take a day for each clinic", rule="whole_day", unit="days"
    )
    # No rule: a day has two half-days, whether long trips take the whole of it or not.
    pair = Rows(made.sheet, NAME, "whole_day_pair", doc="at most two clinics a day", unit="days")
    firm = made.instance.state("whole_day") == "hard" and not made.ledger.explain
    far = np.flatnonzero(made.far)
    far = far[np.lexsort((made.specialty[far], made.trip[far]))]
    trip = made.day_of[far]
    rows = day.rows(made.n_keys.take(far), lower=0.0)
    day.add(rows, made.r, trip, 1.0)
    day.add(rows, made.n, far, -1.0)
    many = np.bincount(trip, minlength=len(made.r))
    paired = np.flatnonzero((many > 1) | (not firm))
    row_of = np.full(len(made.r), -1)
    row_of[paired] = pair.rows(made.r_keys.take(paired), lower=0.0)
    pair.add(row_of[paired], made.r, paired, 2.0)
    row = row_of[trip]
    pair.add(row[row >= 0], made.n, far[row >= 0], -1.0)


def _forgone(made: Clinics) -> None:
    """Visits that the home hospital does not treat while the doctor is out, in the specialty he goes out for.

    A clinic on a long trip counts its whole day, as today's load does, also where two share the day.
    """
    labels, instance = made.labels, made.instance
    kinds = [instance.specialties.get(k) for k in labels.specialties]
    seen = np.asarray([0.0 if kind is None else kind.home_patients_per_session for kind in kinds])
    months = np.asarray([quarter.months for quarter in instance.quarters])
    rate = np.where(made.far, 2.0, 1.0) * seen[made.specialty] / months[made.quarter]
    keys = Keys(labels.cells, (made.staff.home[made.doctor], made.specialty, made.quarter))
    made.ledger.add_many("home_load", keys, made.n, np.arange(len(made.n)), rate)


def places_rows(made: Clinics) -> None:
    """`room` and `equipment`."""
    sites, labels = made.instance.sites, made.labels
    room = Rows(made.sheet, NAME, "room", doc="clinics fit the rooms", rule="room", unit="half-days")
    items = Rows(made.sheet, NAME, "equipment", doc="clinics fit the equipment", rule="equipment", unit="half-days")
    nothing = [0.0] * len(labels.quarters)
    slots = [sites[i].slots if i in sites else nothing for i in labels.institutions]
    _per_group(made, room, np.arange(len(made.n)), made.site, [(i,) for i in labels.institutions], slots)
    uses: dict[str, list[int]] = {}
    for name, kind in made.instance.specialties.items():
        for item in kind.equipment:
            uses.setdefault(item, []).append(labels.specialty[name])
    known = np.asarray([i in sites and sites[i].equipment is not None for i in labels.institutions], dtype=bool)
    names = [(i, item) for i in labels.institutions for item in sorted(uses)]
    half_days = [
        [(sites[i].equipment or {}).get(item, 0) * hours for hours in sites[i].half_days] if i in sites else nothing
        for i, item in names
    ]
    found = [np.flatnonzero(known[made.site] & np.isin(made.specialty, uses[item])) for item in sorted(uses)]
    clinic = np.concatenate([np.zeros(0, dtype=np.int64), *found])
    group = made.site[clinic] * len(uses) + np.repeat(np.arange(len(found)), [len(at) for at in found])
    _per_group(made, items, clinic, group, names, half_days)


def _per_group(
    made: Clinics,
    family: Rows,
    clinic: np.ndarray,
    group: np.ndarray,
    names: Sequence[tuple[str, ...]],
    most: Sequence[Sequence[float]],
) -> None:
    """The clinics of each group and quarter are at most so many; groups and quarters without clinics have no row."""
    if not len(clinic):
        return
    here = np.zeros((len(names), len(made.labels.quarters)), dtype=bool)
    here[group, made.quarter[clinic]] = True
    number, rank = np.nonzero(here[:, made.labels.by_name])
    quarter = made.labels.by_name[rank]
    parts = [[name[n] for name in names] for n in range(len(names[0]))]
    keys = Keys([*parts, made.labels.quarters], [*([number] * len(parts)), quarter])
    row_of = np.full(here.shape, -1)
    row_of[number, quarter] = family.rows(keys, upper=np.asarray(most, dtype=float)[number, quarter])
    family.add(row_of[group, made.quarter[clinic]], made.n, clinic, 1.0)


def floors_rows(made: Clinics) -> None:
    """`site_floor` and `need_floor`; promises to places where nobody can go have a row without columns."""
    instance, labels = made.instance, made.labels
    sites = Rows(
        made.sheet, NAME, "site_floor", doc="least clinics of a site", rule="site_floor", unit="clinics", weight=10.0
    )
    needs = Rows(
        made.sheet,
        NAME,
        "need_floor",
        doc="least clinics of a specialty",
        rule="need_floor",
        unit="clinics",
        weight=10.0,
    )
    everything = np.arange(len(made.n))
    promised = [
        (labels.institution[i], q, floor)
        for i, place in sorted(instance.sites.items())
        for q, floor in enumerate(place.floor)
        if floor > 0
    ]
    site, quarter = (np.asarray([one[n] for one in promised], dtype=np.int64) for n in (0, 1))
    keys = Keys((labels.institutions, labels.quarters), (site, quarter))
    row_of = np.full((len(labels.institutions), len(labels.quarters)), -1)
    row_of[site, quarter] = sites.rows(keys, lower=np.asarray([one[2] for one in promised], dtype=float))
    row = row_of[made.site, made.quarter]
    sites.add(row[row >= 0], made.n, everything[row >= 0], 1.0)
    asked = [
        (at, q, floor)
        for at, need in enumerate(made.needs.all)
        if any(need.floor) and need.institution in instance.sites
        for q, floor in enumerate(need.floor)
        if floor > 0
    ]
    number, quarter = (np.asarray([one[n] for one in asked], dtype=np.int64) for n in (0, 1))
    cells = np.ravel_multi_index((made.needs.site[number], made.needs.specialty[number], quarter), labels.shape)
    need_row = np.full(made.of.size, -1)
    need_row[cells] = needs.rows(labels.cell_keys(cells), lower=np.asarray([one[2] for one in asked], dtype=float))
    row = need_row[made.cell]
    needs.add(row[row >= 0], made.n, everything[row >= 0], 1.0)


def today_rows(made: Clinics) -> None:
    """Clinics moved against today's roster: |n - today|, in clinics."""
    held, gone = made.held_today()
    moved = np.flatnonzero(held)
    keys, count = made.n_keys.take(moved), held[moved]
    changed = Columns(made.sheet, made.n.owner, "changed", keys, doc="clinics moved", unit="clinics/quarter")
    more = Rows(made.sheet, NAME, "changed_more", doc="clinics above today's", unit="clinics")
    less = Rows(made.sheet, NAME, "changed_less", doc="clinics below today's", unit="clinics")
    for family, lower, sign in ((more, -count, -1.0), (less, count, 1.0)):
        rows = family.rows(keys, lower=lower)
        family.add(rows, changed, np.arange(len(moved)), 1.0)
        family.add(rows, made.n, moved, sign)
    made.ledger.aim_many("change", changed, np.arange(len(moved)), 1.0)
    made.ledger.aim_many("change", made.n, np.flatnonzero(held == 0), 1.0)
    made.ledger.constants["change"] += gone
