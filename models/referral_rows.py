"""Variables and rows of the block `referrals` (formulated in `models/referrals.py`), as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.instance import Instance
from models.keys import Keys
from models.labels import numbers
from models.ledger import Ledger
from models.rows import Columns, Rows, Sheet
from models.terms import flat

NAME = "referrals"
#: institution, hospital, specialty
Way = tuple[str, str, str]


class Flows:
    """The columns of the block while its families are written, and what they stand for as numbers.

    cell: place of each (need, quarter) in the grid of `Labels.cells`, need by need; way_need, way_hospital: need and
    hospital of each way, quarters side by side in `arc_way` and `arc_quarter`; extra_arcs: those that may take extra;
    heard: the group whose doctors serve each need by teleconsultation, None where nobody does.
    """

    def __init__(
        self,
        block: Any,
        instance: Instance,
        ledger: Ledger,
        extra_allowed: dict[Way, tuple[str, ...]],
        groups: Mapping[tuple[str, str], list[str]],
        heard: Sequence[str | None],
    ) -> None:
        self.instance, self.ledger, self.labels = instance, ledger, instance.labels
        needs, labels, many = instance.labels.needs, instance.labels, len(instance.quarters)
        self.needs, self.groups, self.extra_allowed = needs, groups, extra_allowed
        ways = sorted({(i, h, k) for (i, k), n in instance.needs.items() for h in n.referred} | set(self.extra_allowed))
        self.ways = ways
        self.cell = flat(labels.cells, (needs.each(needs.site), needs.each(needs.specialty), needs.quarter))
        codes = [(labels.institution[i], labels.institution[h], labels.specialty[k]) for i, h, k in ways]
        site, self.way_hospital, specialty = np.asarray(codes, dtype=np.int64).reshape(len(codes), 3).T
        self.way_need = needs.at[site, specialty]
        self.arc_way, self.arc_quarter = np.repeat(np.arange(len(ways)), many), np.tile(np.arange(many), len(ways))
        self.arc_keys = Keys(
            (labels.institutions, labels.institutions, labels.specialties, labels.quarters),
            (site[self.arc_way], self.way_hospital[self.arc_way], specialty[self.arc_way], self.arc_quarter),
        )
        self.extra_arcs = np.flatnonzero(
            np.asarray([way in self.extra_allowed for way in ways], dtype=bool)[self.arc_way]
        )
        self.heard = np.asarray([group is not None for group in heard], dtype=bool)
        self.names = sorted({group for group in heard if group is not None})
        self.group = np.asarray(
            [self.names.index(group) if group is not None else -1 for group in heard], dtype=np.int64
        )
        self.tele_cells = np.flatnonzero(needs.each(self.heard))
        self.tele_share = numbers(instance.specialties[k].capture.get("tele", 0.0) for _, k in needs.keys)
        pairs = sorted(
            {(labels.doctor[d], labels.specialty[k]) for (_, k), names in self.groups.items() for d in names}
        )
        doctor, kind = np.asarray(pairs, dtype=np.int64).reshape(len(pairs), 2).T
        self.desk_doctor, self.desk_specialty = np.repeat(doctor, many), np.repeat(kind, many)
        self.desk_quarter = np.tile(labels.by_name, len(pairs))
        self._declare(block, ledger.sheet)

    def _declare(self, block: Any, sheet: Sheet) -> None:
        labels, needs, unit = self.labels, self.needs, "visits/month"
        cells, heard, desk_of = labels.cell_keys(self.cell), self.tele_cells, (labels.doctors, *labels.cells[1:])
        tele_most = needs.each(self.tele_share * needs.pool)[heard]
        desks = Keys(desk_of, (self.desk_doctor, self.desk_specialty, self.desk_quarter))
        self.referred = Columns(sheet, block, "referred", self.arc_keys, doc="sent up", unit=unit)
        extras = self.arc_keys.take(self.extra_arcs)
        self.extra = Columns(sheet, block, "extra", extras, doc="sent up beyond today's", unit=unit)
        most = needs.each(needs.left)
        self.left = Columns(sheet, block, "left", cells, doc="lost outside", unit=unit, upper=most)
        self.tele = Columns(
            sheet, block, "tele", cells.take(heard), doc="kept by teleconsultation", unit=unit, upper=tele_most
        )
        self.desk = Columns(sheet, block, "desk", desks, doc="teleconsultation", unit="half-days/quarter")
        self.avoidable = Columns(sheet, block, "avoidable", cells, doc="referred without need", unit=unit)
        self.unmet = Columns(sheet, block, "unmet", cells, doc="nobody takes", unit=unit)

    @property
    def arc_cell(self) -> np.ndarray:
        """Number of the cell (need, quarter) of each arc."""
        found: np.ndarray = self.way_need[self.arc_way] * len(self.labels.quarters) + self.arc_quarter
        return found


def write_rows(made: Flows) -> None:
    """All rows of the block but filters written as rows, its shares of the sums, and its aims."""
    _up(made)
    _visits(made)
    _left(made)
    _tele(made)
    _hospitals(made)
    _aims(made)


def _rows(made: Flows, name: str, doc: str, rule: str = "") -> Rows:
    return Rows(made.ledger.sheet, NAME, name, doc=doc, rule=rule, unit="visits/month")


def _up(made: Flows) -> None:
    """`referred_up`, `referred_recoverable`, `above_must`, `reserve`."""
    labels, needs, instance, arcs = made.labels, made.needs, made.instance, np.arange(len(made.referred))
    up = _rows(made, "referred_up", "no more than today and the reserve", "reserve")
    today = numbers(
        needs.all[at].referred.get(hospital, 0.0)
        for at, (_, hospital, _) in zip(made.way_need.tolist(), made.ways, strict=True)
    )
    up.add(up.rows(made.arc_keys, upper=today[made.arc_way]), made.referred, arcs, 1.0)
    extras = np.arange(len(made.extra))
    up.add(made.extra_arcs, made.extra, extras, -1.0)
    must = _rows(made, "referred_recoverable", "who needs the hospital goes there", "referred_recoverable")
    above = _rows(made, "above_must", "referred without need")
    least, cell = needs.each((1.0 - needs.recoverable) * needs.referred), made.arc_cell
    sending = np.flatnonzero(np.bincount(cell, minlength=len(made.cell)))
    must.rows(labels.cell_keys(made.cell[sending]), lower=least[sending])
    must.add(np.searchsorted(sending, cell), made.referred, arcs, 1.0)
    rows = above.rows(labels.cell_keys(made.cell), lower=-least)
    above.add(rows, made.avoidable, rows, 1.0)
    above.add(cell, made.referred, arcs, -1.0)
    reserve = _rows(made, "reserve", "extra referrals fit the reserve", "reserve")
    way = made.arc_way[made.extra_arcs]
    at = (made.way_hospital[way], needs.specialty[made.way_need[way]], made.arc_quarter[made.extra_arcs])
    cells = np.zeros(labels.shape, dtype=bool)
    cells[at] = True
    found = labels.named(cells)
    most = np.zeros(labels.shape[:2])
    for (hospital, specialty), capability in instance.capabilities.items():
        most[labels.institution[hospital], labels.specialty[specialty]] = capability.reserve
    row_of = np.full(cells.size, -1)
    row_of[found] = reserve.rows(labels.cell_keys(found), upper=most.ravel()[found // labels.shape[2]])
    reserve.add(row_of[np.ravel_multi_index(at, labels.shape)], made.extra, extras, 1.0)


def _visits(made: Flows) -> None:
    """What residents get, in the shared sums."""
    labels, ledger, heard = made.labels, made.ledger, made.tele_cells
    cells = labels.cell_keys(made.cell)
    for columns, keys in (
        (made.tele, cells.take(heard)),
        (made.left, cells),
        (made.unmet, cells),
        (made.referred, cells.take(made.arc_cell)),
    ):
        ledger.add_many("visits", keys, columns, np.arange(len(columns)), 1.0)
    kept = Keys((labels.institutions, labels.quarters), (cells.codes[0][heard], cells.codes[2][heard]))
    ledger.add_many("kept", kept, made.tele, np.arange(len(made.tele)), 1.0)


def _left(made: Flows) -> None:
    family = _rows(made, "left_recoverable", "outflow falls by its recoverable share", "left_recoverable")
    labels, needs, instance = made.labels, made.needs, made.instance
    drawn = needs.recoverable * needs.left
    least = needs.each(needs.left - drawn * np.where(made.heard, made.tele_share, 0.0))
    leaving = np.flatnonzero(needs.each(needs.left) > 0)
    rows = family.rows(labels.cell_keys(made.cell[leaving]), lower=least[leaving])
    family.add(rows, made.left, leaving, 1.0)
    modes: Columns | None = made.ledger.offers.get("modes")
    if modes is None or not len(modes):
        return
    assert isinstance(modes.keys, Keys)
    site, specialty, mode, quarter = modes.keys.codes
    row_of = np.full(len(made.cell), -1)
    row_of[leaving] = rows
    need = needs.at[site, specialty]
    row = np.where(need >= 0, row_of[need * needs.many + quarter], -1)
    share = np.asarray([[instance.specialties[k].capture[name] for name in modes.keys.parts[2]] for _, k in needs.keys])
    held = np.flatnonzero(row >= 0)
    family.add(row[held], modes, held, drawn[need[held]] * share[need[held], mode[held]])


def _tele(made: Flows) -> None:
    family = _rows(made, "tele_capacity", "teleconsultation fits its half-days", "tele_capacity")
    labels, needs, instance = made.labels, made.needs, made.instance
    need, quarter = made.tele_cells // needs.many, made.tele_cells % needs.many
    shape = (len(made.names), *labels.shape[1:])
    here = np.zeros(shape, dtype=bool)
    here[made.group[need], needs.specialty[need], quarter] = True
    group, specialty, rank = np.nonzero(here[:, :, labels.by_name])
    found = (group, specialty, labels.by_name[rank])
    row_of = np.full(shape, -1)
    row_of[found] = family.rows(Keys((made.names, *labels.cells[1:]), found), upper=0.0)
    family.add(row_of[made.group[need], needs.specialty[need], quarter], made.tele, np.arange(len(made.tele)), 1.0)
    months = np.asarray([one.months for one in instance.quarters])
    kinds = [instance.specialties.get(k) for k in labels.specialties]
    seen = np.asarray([0.0 if kind is None else kind.tele_per_session for kind in kinds])
    for number, name in enumerate(made.names):
        of = {
            labels.specialty[k]: {labels.doctor[d] for d in names} for (g, k), names in made.groups.items() if g == name
        }
        gives = [
            d in of.get(k, ()) for d, k in zip(made.desk_doctor.tolist(), made.desk_specialty.tolist(), strict=True)
        ]
        row = row_of[number, made.desk_specialty, made.desk_quarter]
        at = np.flatnonzero(np.asarray(gives, dtype=bool) & (row >= 0))
        family.add(row[at], made.desk, at, -seen[made.desk_specialty[at]] / months[made.desk_quarter[at]])


def _hospitals(made: Flows) -> None:
    labels, ledger, instance = made.labels, made.ledger, made.instance
    specialty = made.needs.specialty[made.way_need[made.arc_way]]
    keys = Keys(labels.cells, (made.way_hospital[made.arc_way], specialty, made.arc_quarter))
    ledger.add_many("home_load", keys, made.referred, np.arange(len(made.referred)), 1.0)
    desks, doctor = np.arange(len(made.desk)), made.desk_doctor
    ledger.add_many(
        "half_days", Keys((labels.doctors, labels.quarters), (doctor, made.desk_quarter)), made.desk, desks, 1.0
    )
    months = np.asarray([one.months for one in instance.quarters])
    kinds = [instance.specialties.get(k) for k in labels.specialties]
    seen = np.asarray([0.0 if kind is None else kind.home_patients_per_session for kind in kinds])
    home = np.asarray([labels.institution[instance.doctors[d].institution] for d in labels.doctors], dtype=np.int64)
    keys = Keys(labels.cells, (home[doctor], made.desk_specialty, made.desk_quarter))
    ledger.add_many("home_load", keys, made.desk, desks, seen[made.desk_specialty] / months[made.desk_quarter])


def _aims(made: Flows) -> None:
    needs, aims, ledger, instance = made.needs, made.instance.aims, made.ledger, made.instance
    total = sum(q.months for q in instance.quarters)
    share = np.asarray([q.months / total for q in instance.quarters])
    cells, each = np.arange(len(made.cell)), share[needs.quarter]
    weight = needs.each(needs.priority) * each
    ledger.aim_many("unmet", made.unmet, cells, weight)
    ledger.aim_many("unmet", made.left, cells, weight * aims.left_weight)
    ledger.aim_many("unmet", made.avoidable, cells, weight * aims.avoidable_weight)
    out = 2.0 * needs.each(numbers(instance.outside_minutes[i] for i, _ in needs.keys)) * each
    ledger.aim_many("travel", made.left, cells, out)
    ledger.aim_many("travel", made.unmet, cells, out)
    ways, outside = instance.patient_minutes, instance.outside_minutes
    minutes = numbers(ways.get((site, hospital), outside[site]) for site, hospital, _ in made.ways)
    trips = 2.0 * minutes[made.arc_way] * share[made.arc_quarter]
    ledger.aim_many("travel", made.referred, np.arange(len(made.referred)), trips)
