"""The index sets and variables of the block `sessions`, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import inf
from typing import Any

import numpy as np

from models.instance import FREQUENCIES, MODES, Instance
from models.keys import Keys
from models.labels import numbers
from models.ledger import Ledger
from models.rows import Columns, Term
from models.terms import Part, Sum, flat
from models.visits import (
    NAME,
    Staff,
    Triples,
    Visitor,
    candidates,
    home_half_days,
    is_far,
    is_far_at,
    options_of,
    visits_allowed,
)

__all__ = ["NAME", "Clinics", "Visitor", "candidates", "home_half_days", "is_far", "options_of"]


class Clinics:
    """The columns of the block while its families are written, and what they stand for as numbers of labels.

    doctor, site, specialty, quarter: of the columns `clinics` (n); `cell` is their place in the grid of
    (institution, specialty, quarter). cells: those with clinics or postings; of[cell]: its number among them, or -1.
    """

    def __init__(self, block: Any, instance: Instance, ledger: Ledger) -> None:
        self.instance, self.ledger, self.sheet = instance, ledger, ledger.sheet
        self.labels, self.needs, self.staff = instance.labels, instance.labels.needs, Staff(instance)
        self.quarters = dict(enumerate(instance.quarters))
        self.at = {q.name: number for number, q in enumerate(instance.quarters)}
        who, self.forbidden = visits_allowed(instance, ledger.explain)
        many = len(self.labels.quarters)
        self.doctor, self.site, self.specialty = (np.repeat(part, many) for part in who)
        self.quarter = np.tile(np.arange(many), len(who[0]))
        self.cell = flat(self.labels.cells, (self.site, self.specialty, self.quarter))
        self.minutes = self.staff.minutes_to(self.doctor, self.site)
        self.far = is_far_at(instance, self.minutes)
        #: Postings that may run in cells of the grid: variable, places, shares.
        self.posted: list[tuple[np.ndarray, Part]] = ledger.offers.get("posted", Sum()).parts(self.labels.cells)
        self._counts()
        self._cells()
        self._declare(block)

    def _counts(self) -> None:
        """Least and most clinics of each frequency (institution, frequency, quarter), and who is offered which."""
        labels, sites = self.labels, self.instance.sites
        shape = (len(labels.institutions), len(FREQUENCIES), len(labels.quarters))
        self.low, self.high = np.zeros(shape), np.zeros(shape)
        for name, place in sites.items():
            self.low[labels.institution[name]] = [place.counts_low[f] for f in FREQUENCIES]
            self.high[labels.institution[name]] = [place.counts_high[f] for f in FREQUENCIES]
        every = self.ledger.explain or self.instance.state("pattern") != "hard"
        #: Which frequencies (columns) a need (rows) may be offered.
        self.offered = np.zeros((len(self.needs.all), len(FREQUENCIES)), dtype=bool)
        known: dict[tuple[str, ...], list[bool]] = {}
        for at, need in enumerate(self.needs.all):
            if need.modes not in known:
                known[need.modes] = [bool(need.modes) and (every or f in need.modes) for f in FREQUENCIES]
            self.offered[at] = known[need.modes]

    def _cells(self) -> None:
        labels, here = self.labels, np.zeros(self.labels.shape, dtype=bool)
        here.flat[self.cell] = True
        self.held, self.with_posts = here.copy(), np.zeros(labels.shape, dtype=bool)
        for cells, _ in self.posted:
            self.with_posts.flat[cells] = True
        self.with_posts &= (self.needs.at >= 0)[:, :, None]
        self.cells = labels.named((self.held | self.with_posts) & (self.needs.at >= 0)[:, :, None])
        self.of = np.full(here.size, -1)
        self.of[self.cells] = np.arange(len(self.cells))

    def _declare(self, block: Any) -> None:
        labels, sheet, many = self.labels, self.sheet, len(self.labels.quarters)
        names = (labels.doctors, labels.institutions, labels.specialties, labels.quarters)
        self.n_keys = Keys(names, (self.doctor, self.site, self.specialty, self.quarter))
        self.time = self._time()
        need = self.needs.at[self.site, self.specialty]
        most = np.where(self.offered[need], self.high[self.site, :, self.quarter], 0.0).max(axis=1, initial=0.0)
        firm = self.instance.state("frequency") == "hard" and not self.ledger.explain
        self.n = Columns(
            sheet,
            block,
            "clinics",
            self.n_keys,
            doc="clinics held",
            unit="half-days/quarter",
            upper=np.minimum(self.time, most) if firm else self.time,
            integer=True,
        )
        # One number for each trip: (doctor, site, place of the quarter's name among the names).
        rank = np.argsort(labels.by_name)[self.quarter]
        self.trip = (self.doctor * len(labels.institutions) + self.site) * many + rank
        far = np.unique(self.trip[self.far])
        both, quarter = np.divmod(far, many)
        self.r_doctor, self.r_site = np.divmod(both, len(labels.institutions))
        self.r_quarter = labels.by_name[quarter]
        self.r_keys = Keys((*names[:2], labels.quarters), (self.r_doctor, self.r_site, self.r_quarter))
        self.r = Columns(
            sheet, block, "days", self.r_keys, doc="whole days on long trips", unit="days/quarter", integer=True
        )
        #: Column of `days` of each column of `clinics` that is far.
        self.day_of = np.searchsorted(far, self.trip)
        self._declare_modes(block)
        lead, f = np.nonzero(self.offered[need] & (self.least_main[self.site, :, self.quarter] <= self.time[:, None]))
        self.m_clinic, self.m_frequency = lead, f
        mains = Keys(
            (*names[:3], FREQUENCIES, labels.quarters),
            (self.doctor[lead], self.site[lead], self.specialty[lead], f, self.quarter[lead]),
        )
        self.m = Columns(sheet, block, "main", mains, doc="main doctor", unit="0/1", upper=1.0, integer=True)
        self.v_cells = self.cells[self.held.ravel()[self.cells]]
        self.v_at = np.full(self.of.size, -1)
        self.v_at[self.v_cells] = np.arange(len(self.v_cells))
        held = labels.cell_keys(self.v_cells)
        self.v = Columns(sheet, block, "session_visits", held, doc="visits kept by clinics", unit="visits/month")

    def _declare_modes(self, block: Any) -> None:
        """`mode`: for each cell its frequencies, then "posted"; `z_at`: the column of (cell, mode), or -1."""
        site, specialty, quarter = self.parts_of(self.cells)
        here = np.zeros((len(self.cells), len(MODES)), dtype=bool)
        here[:, :-1] = self.offered[self.needs.at[site, specialty]] & self.held.ravel()[self.cells][:, None]
        here[:, -1] = self.with_posts.ravel()[self.cells]
        self.z_cell, self.z_mode = np.nonzero(here)
        self.z_at = np.where(here, np.cumsum(here.ravel()).reshape(here.shape) - 1, -1)
        labels, at = self.labels, self.z_cell
        self.z_need = self.needs.at[site[at], specialty[at]]
        self.z_keys = Keys(
            (labels.institutions, labels.specialties, MODES, labels.quarters),
            (site[at], specialty[at], self.z_mode, quarter[at]),
        )
        self.z = Columns(
            self.sheet, block, "mode", self.z_keys, doc="what the site is offered", unit="0/1", upper=1.0, integer=True
        )

    def parts_of(self, cells: np.ndarray) -> Triples:
        """Numbers of site, specialty and quarter of places in the grid."""
        site, specialty, quarter = np.unravel_index(cells, self.labels.shape)
        return site, specialty, quarter

    @cached_property
    def least_main(self) -> np.ndarray:
        """Least clinics of a main doctor (institution, frequency, quarter)."""
        found: np.ndarray = np.ceil(options_of(self.instance).continuity * self.low - 1e-9)
        return found

    @property
    def keys(self) -> Sequence[Any]:
        """Keys of the columns `clinics`."""
        return self.n.keys

    @cached_property
    def by_site(self) -> np.ndarray:
        """Place of each clinic in the grid of (institution, quarter)."""
        found: np.ndarray = self.site * len(self.labels.quarters) + self.quarter
        return found

    def _time(self) -> np.ndarray:
        """Clinics for which the doctor has time and dates; no limit where the rule may give way."""
        found: np.ndarray = np.full(len(self.doctor), inf)
        if self.ledger.explain or self.instance.state("doctor_time") != "hard":
            return found
        whole = self.far & (self.instance.state("whole_day") == "hard")
        found = np.floor_divide(self.staff.free[self.doctor, self.quarter], np.where(whole, 2.0, 1.0))
        at, counts = self._places(self.instance.dateable)
        known = at >= 0
        found = found.reshape(-1, len(self.labels.quarters))
        found[at[known]] = np.minimum(found[at[known]], counts[known])
        return found.ravel()

    def held_today(self) -> tuple[np.ndarray, float]:
        """Today's clinics of each column of `clinics`, and how many have no column."""
        at, counts = self._places(self.instance.today_sessions)
        found, known = np.zeros((len(self._visitors), len(self.labels.quarters))), at >= 0
        found[at[known]] = counts[known]
        return found.ravel(), float(counts[~known].sum())

    def _places(self, given: Mapping[Visitor, tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of the visitors of a table among those with columns, -1 for others; their figures by quarter."""
        labels, sites, kinds = self.labels, *self.labels.shape[:2]
        codes = [
            (labels.doctor[d] * sites + labels.institution[i]) * kinds + labels.specialty[k]
            if d in labels.doctor and i in labels.institution and k in labels.specialty
            else -1
            for d, i, k in given
        ]
        code, counts = np.asarray(codes, dtype=np.int64), np.asarray(list(given.values()))
        at = np.minimum(np.searchsorted(self._visitors, code), max(0, len(self._visitors) - 1))
        known = self._visitors[at] == code if len(self._visitors) else np.zeros(len(code), dtype=bool)
        return np.where(known, at, -1), counts.reshape(len(codes), len(labels.quarters))

    @cached_property
    def _visitors(self) -> np.ndarray:
        """One number for each visitor, growing."""
        shape, many = self.labels.shape, len(self.labels.quarters)
        doctor, site, specialty = (part[::many] for part in (self.doctor, self.site, self.specialty))
        found: np.ndarray = (doctor * shape[0] + site) * shape[1] + specialty
        return found

    def away(self, doctor: str, site: str, specialties: list[str], quarter: str) -> list[Term]:
        """Half-days that a doctor is away for his clinics at one site."""
        if (doctor, site, quarter) in self.r:
            return [(self.r, (doctor, site, quarter), 2.0)]
        return [(self.n, (doctor, site, k, quarter), 1.0) for k in specialties]

    @cached_property
    def patients(self) -> np.ndarray:
        """Patients per clinic by (need, quarter): calibrated where there is outreach today, ramping up elsewhere."""
        kinds = [self.instance.specialties[key[1]] for key in self.needs.keys]
        usual, new = numbers(k.patients_per_session for k in kinds), numbers(k.new_patients_per_session for k in kinds)
        found: np.ndarray = np.repeat(usual[:, None], len(self.labels.quarters), axis=1)
        found[:, 0] = new
        known = self.needs.has_outreach
        found[known] = (usual * self.needs.calibration)[known, None]
        return found
