r"""Referrals: who goes up, who stays, who leaves, and what the hospitals can take.

The visit balance ties the plan together: what a site's residents need is held there, kept by
clinics, postings or teleconsultation, referred up, lost to places outside, or not met.

Index sets
----------
``CELLS``   (i, k, q)     institution, specialty, quarter with a need
``UP``      (i, h, k, q)  hospital h receives from i today, or may receive extra
``EXTRA``   (i, h, k, q)  extra referrals allowed: the nearest capable upper institution
``DESKS``   (d, k, q)     doctors who may give teleconsultations of a specialty

Data (one unit per quantity)
----------------------------
need, own, left0, unmet0  visits/month        today's; own = min(own today, need)
referred0[i,h,k]          visits/month        today's referrals
share[i,k]                share               of referred and left that care nearby can win back
capture[k,f], tele[k]     share               of the pool kept by a mode, by teleconsultation
capability[h,k]           visits/month        what the hospital can treat, own residents included
reserve[h,k]              visits/month        extra referrals accepted
perdesk[k]                visits/half-day     seen by teleconsultation

Decisions
---------
``referred``    >= 0  visits/month sent up, by hospital
``extra``       >= 0  part of it beyond today's
``left``        >= 0  visits/month lost outside
``tele``        >= 0  visits/month kept by teleconsultation
``desk``        >= 0  half-days/quarter that a doctor gives to teleconsultation
``avoidable``   >= 0  referred above what must be referred
``unmet``       >= 0  visits/month that nobody takes

Constraints
-----------
``visit_balance`` : own + sessions + posted + tele + referred + left + unmet = need (closed by `assemble`)
``referred_up`` : referred[i,h] <= referred0[i,h] + extra[i,h]
``referred_recoverable`` : sum_h referred >= (1 - share) referred0
``left_recoverable`` : left falls only in the share that the chosen mode draws

.. math:: left_{ikq} \ge left^0_{ik} (1 - share_{ik} (\sum_f capture_{kf} z_{ikfq} + tele_k))

``above_must`` : avoidable >= sum_h referred - (1 - share) referred0
``reserve`` : sum_i extra <= reserve
``tele_capacity`` : in every group, visits by teleconsultation <= perdesk x half-days / months
``home_capability`` : referred to h + own residents + forgone visits <= capability (closed by `assemble`)
``nearest_upper``, ``referral_max_minutes`` : leave extra referrals out

What it adds to the shared sums
-------------------------------
visits[i,k,q]        + tele + referred + left + unmet
kept[i,q]            + tele
half_days[d,q]       + desk
home_load[h,k,q]     + referred + home patients x desk / months
aims unmet, travel   + priority x (unmet + left_weight left + avoidable_weight avoidable); minutes of patients

Left out on purpose: down-referrals are no decision here: they are reported as what the beds below
can take (`returned`), never rewarded in the first aims. Reserved visits and beds, designated upper institutions and
places of down-referral are sized from the solution (`models/reserves.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.block import admit
from models.instance import Instance, Need
from models.keys import Keys
from models.labels import numbers
from models.ledger import Ledger
from models.options import Referrals as Options
from models.reserves import rank as rank_of
from models.rows import Columns, Rows, Sheet
from models.terms import flat
from models.values import Values

NAME = "referrals"
NEEDS: tuple[str, ...] = ()
#: institution, hospital, specialty
Way = tuple[str, str, str]


def options_of(instance: Instance) -> Options:
    found = instance.options.get(NAME)
    return found if isinstance(found, Options) else Options()


def wanted(instance: Instance) -> bool:
    return bool(instance.needs)


def extra_ways(instance: Instance, explain: bool) -> dict[Way, tuple[str, ...]]:
    """Where extra referrals may go, and the rules under which some must be forbidden."""
    settings, hosts = options_of(instance), defaultdict(list)
    for (hospital, specialty), capability in instance.capabilities.items():
        if capability.visits > 0:
            hosts[specialty].append(hospital)
    found: dict[Way, tuple[str, ...]] = {}
    for site, specialty in sorted(instance.needs):
        least = rank_of(instance.institutions[site])
        upper = [
            h
            for h in hosts[specialty]
            if rank_of(instance.institutions[h]) > least and (site, h) in instance.patient_minutes
        ]
        upper = [h for h in upper if instance.state("own_group") == "off" or instance.same_group(site, h)]
        upper.sort(key=lambda h: (instance.patient_minutes[site, h], h))
        for rank, hospital in enumerate(upper):
            broken = ["nearest_upper"] if rank else []
            if instance.patient_minutes[site, hospital] > settings.max_minutes:
                broken.append("referral_max_minutes")
            rules = admit(instance, broken, explain)
            if rules is not None:
                found[site, hospital, specialty] = rules
    return found


def tele_groups(instance: Instance) -> dict[tuple[str, str], list[str]]:
    """Doctors who may give teleconsultations, by (group, specialty)."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    if options_of(instance).tele:
        for doctor in instance.doctors.values():
            for specialty in doctor.specialties:
                kind = instance.specialties[specialty]
                if (
                    kind.capture.get("tele", 0.0) > 0
                    and doctor.title >= kind.min_title
                    and instance.institutions[doctor.institution].level >= 2
                ):
                    found[_group(instance, doctor.institution), specialty].append(doctor.id)
    return {key: sorted(names) for key, names in sorted(found.items())}


def _group(instance: Instance, institution: str) -> str:
    return "" if instance.state("own_group") == "off" else instance.institutions[institution].group


def tele_possible(instance: Instance, groups: Mapping[tuple[str, str], list[str]], need: Need) -> str | None:
    """The group whose doctors serve this cell by teleconsultation, or None.

    A group "" (no groups in the region) serves everyone.
    """
    if need.modes:
        for name in (_group(instance, need.institution), ""):
            if (name, need.specialty) in groups:
                return name
    return None


class Flows:
    """The columns of the block while its families are written, and what they stand for as numbers.

    cell: place of each (need, quarter) in the grid of `Labels.cells`, need by need; way_need, way_hospital: need and
    hospital of each way, quarters side by side in `arc_way` and `arc_quarter`; is_extra: whether a way may take extra.
    """

    def __init__(self, block: Any, instance: Instance, ledger: Ledger) -> None:
        self.instance, self.ledger, self.labels = instance, ledger, instance.labels
        needs, labels, many = instance.labels.needs, instance.labels, len(instance.quarters)
        self.needs, self.groups = needs, tele_groups(instance)
        self.extra_allowed = extra_ways(instance, ledger.explain)
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
        self.extra_arcs = np.flatnonzero(np.asarray([way in self.extra_allowed for way in ways], dtype=bool)[self.arc_way])
        heard = [tele_possible(instance, self.groups, need) for need in needs.all]
        self.heard = np.asarray([group is not None for group in heard], dtype=bool)
        self.names = sorted({group for group in heard if group is not None})
        self.group = np.asarray([self.names.index(group) if group is not None else -1 for group in heard], dtype=np.int64)
        self.tele_cells = np.flatnonzero(needs.each(self.heard))
        self.tele_share = numbers(instance.specialties[k].capture.get("tele", 0.0) for _, k in needs.keys)
        pairs = sorted({(labels.doctor[d], labels.specialty[k]) for (_, k), names in self.groups.items() for d in names})
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


def build(block: Any, instance: Instance, ledger: Ledger) -> None:
    made = Flows(block, instance, ledger)
    _up(made)
    _visits(made)
    _left(made)
    _tele(made)
    _hospitals(made)
    _aims(made)
    for rule in sorted({rule for rules in made.extra_allowed.values() for rule in rules}):
        family = Rows(ledger.sheet, NAME, f"{rule}_extra", doc="a filter as a row", rule=rule, unit="visits/month")
        for way, rules in made.extra_allowed.items():
            if rule in rules:
                for q in instance.quarters:
                    family.row((*way, q.name), [(made.extra, (*way, q.name), 1.0)], upper=0.0)


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
    family.add(
        row_of[made.group[need], needs.specialty[need], quarter], made.tele, np.arange(len(made.tele)), 1.0
    )
    months = np.asarray([one.months for one in instance.quarters])
    kinds = [instance.specialties.get(k) for k in labels.specialties]
    seen = np.asarray([0.0 if kind is None else kind.tele_per_session for kind in kinds])
    for number, name in enumerate(made.names):
        of = {labels.specialty[k]: {labels.doctor[d] for d in names} for (g, k), names in made.groups.items() if g == name}
        gives = [d in of.get(k, ()) for d, k in zip(made.desk_doctor.tolist(), made.desk_specialty.tolist(), strict=True)]
        row = row_of[number, made.desk_specialty, made.desk_quarter]
        at = np.flatnonzero(np.asarray(gives, dtype=bool) & (row >= 0))
        family.add(row[at], made.desk, at, -seen[made.desk_specialty[at]] / months[made.desk_quarter[at]])


def _hospitals(made: Flows) -> None:
    labels, ledger, instance = made.labels, made.ledger, made.instance
    specialty = made.needs.specialty[made.way_need[made.arc_way]]
    keys = Keys(labels.cells, (made.way_hospital[made.arc_way], specialty, made.arc_quarter))
    ledger.add_many("home_load", keys, made.referred, np.arange(len(made.referred)), 1.0)
    desks, doctor = np.arange(len(made.desk)), made.desk_doctor
    ledger.add_many("half_days", Keys((labels.doctors, labels.quarters), (doctor, made.desk_quarter)), made.desk, desks, 1.0)
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


def read(values: Values, instance: Instance) -> Mapping[str, pd.DataFrame]:
    from models.flows import flow_tables

    return flow_tables(values, instance)
