"""Who may hold clinics where: the index sets and variables of the block `sessions`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import ceil, inf
from typing import Any

from models.block import admit
from models.instance import FREQUENCIES, Doctor, Instance, Need
from models.ledger import Ledger
from models.options import Sessions as Options
from models.rows import Columns, Term

NAME = "sessions"
#: Clinics of fewer visits than this a month are not worth a column of their own.
LEAST_POOL = 1.0
#: doctor, institution, specialty
Visitor = tuple[str, str, str]


def options_of(instance: Instance) -> Options:
    found = instance.options.get(NAME)
    return found if isinstance(found, Options) else Options()


def is_far(instance: Instance, doctor: Doctor, site: str) -> bool:
    """Whether a clinic there takes a whole day (exactly at the limit is still a half-day)."""
    if instance.state("whole_day") == "off":
        return False
    return doctor.minutes[site] > options_of(instance).half_day_minutes


def broken_filters(instance: Instance, doctor: Doctor, site: str, specialty: str) -> list[str]:
    """Filter rules that a clinic of this doctor there would break."""
    kind, place, broken = instance.specialties[specialty], instance.sites[site], []
    if specialty not in doctor.specialties:
        broken.append("scope")
    if doctor.title < kind.min_title:
        broken.append("title_floor")
    if not instance.same_group(doctor.institution, site):
        broken.append("own_group")
    if doctor.minutes[site] > min(options_of(instance).max_minutes, doctor.max_minutes):
        broken.append("max_minutes")
    if place.equipment is not None and any(not place.equipment.get(item) for item in kind.equipment):
        broken.append("equipment")
    return broken


def candidates(instance: Instance, explain: bool) -> tuple[list[Visitor], dict[Visitor, tuple[str, ...]]]:
    """Who may hold clinics where, and the rules under which some must be forbidden."""
    needs: dict[str, list[str]] = defaultdict(list)
    asked = _asked_for(instance)
    for (site, specialty), need in instance.needs.items():
        promised = site in instance.sites and any(instance.sites[site].floor)
        worth = min(need.pool, need.recoverable_visits) >= LEAST_POOL or (site, specialty) in asked or promised
        if need.modes and site in instance.sites and worth:
            needs[specialty].append(site)
    found, forbidden = [], {}
    any_scope = instance.state("scope") != "hard"
    for doctor in instance.doctors.values():
        for specialty in sorted(needs) if any_scope else doctor.specialties:
            for site in needs.get(specialty, ()):
                if site == doctor.institution or site not in doctor.minutes:
                    continue
                rules = admit(instance, broken_filters(instance, doctor, site, specialty), explain)
                if rules is not None:
                    found.append((doctor.id, site, specialty))
                    if rules:
                        forbidden[doctor.id, site, specialty] = rules
    return sorted(found), forbidden


def _asked_for(instance: Instance) -> set[tuple[str, str]]:
    """Cells where clinics are held today or asked for by hand, however few visits there are to keep."""
    found = {(site, specialty) for _, site, specialty in instance.today_sessions}
    found |= {cell for cell, need in instance.needs.items() if any(need.floor)}
    for lock in instance.locks:
        if lock.kind == "session" and lock.must:
            found |= {c for c in instance.needs if lock.institution in ("", c[0]) and lock.specialty in ("", c[1])}
    return found


def _frequencies(instance: Instance, need: Need, explain: bool) -> tuple[str, ...]:
    if need.modes and (explain or instance.state("pattern") != "hard"):
        return FREQUENCIES
    return tuple(f for f in FREQUENCIES if f in need.modes)


class Clinics:
    """The columns of the block while its families are written."""

    def __init__(self, block: Any, instance: Instance, ledger: Ledger) -> None:
        self.instance, self.ledger, self.sheet = instance, ledger, ledger.sheet
        self.quarters = dict(enumerate(instance.quarters))
        found, self.forbidden = candidates(instance, ledger.explain)
        self.keys = [(*who, q.name) for who in found for q in instance.quarters]
        self.at = {q.name: number for number, q in enumerate(instance.quarters)}
        self.by_cell: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for doctor, site, specialty, quarter in self.keys:
            self.by_cell[site, specialty, quarter].append(doctor)
        self.posted: Mapping[Any, list[Term]] = ledger.offers.get("posted", {})
        self.cells = sorted({c for c in (*self.by_cell, *self.posted) if c[:2] in instance.needs})
        self._declare(block)

    def _declare(self, block: Any) -> None:
        instance, sheet = self.instance, self.sheet
        most = [self._most(*key) for key in self.keys]
        self.n = Columns(
            sheet, block, "clinics", self.keys, doc="clinics held", unit="half-days/quarter", upper=most, integer=True
        )
        far = [k for k in self.keys if is_far(instance, instance.doctors[k[0]], k[1])]
        trips = sorted({(d, i, q) for d, i, _, q in far})
        self.r = Columns(sheet, block, "days", trips, doc="whole days on long trips", unit="days/quarter", integer=True)
        modes = [(i, k, f, q) for i, k, q in self.cells for f in self.modes_at(i, k, q)]
        self.z = Columns(
            sheet, block, "mode", modes, doc="what the site is offered", unit="0/1", upper=1.0, integer=True
        )
        leads = ((*key[:3], f, key[3]) for key in self.keys for f in self.frequencies_at(key[1], key[2]))
        mains = [key for key in leads if self._can_lead(*key)]
        self.m = Columns(sheet, block, "main", mains, doc="main doctor", unit="0/1", upper=1.0, integer=True)
        held = [c for c in self.cells if self.by_cell.get(c)]
        self.v = Columns(sheet, block, "session_visits", held, doc="visits kept by clinics", unit="visits/month")

    def frequencies_at(self, site: str, specialty: str) -> tuple[str, ...]:
        return _frequencies(self.instance, self.instance.needs[site, specialty], self.ledger.explain)

    def modes_at(self, site: str, specialty: str, quarter: str) -> tuple[str, ...]:
        clinics = self.frequencies_at(site, specialty) if self.by_cell.get((site, specialty, quarter)) else ()
        return (*clinics, "posted") if self.posted.get((site, specialty, quarter)) else clinics

    def _most(self, doctor: str, site: str, specialty: str, quarter: str) -> float:
        if self.ledger.explain or self.instance.state("frequency") != "hard":
            return self._time(doctor, site, specialty, quarter)
        high, at = self.instance.sites[site].counts_high, self.at[quarter]
        return min(
            self._time(doctor, site, specialty, quarter),
            max((float(high[f][at]) for f in self.frequencies_at(site, specialty)), default=0.0),
        )

    def _time(self, doctor: str, site: str, specialty: str, quarter: str) -> float:
        """Clinics there for which the doctor has time and dates; no limit where the rule may give way."""
        if self.ledger.explain or self.instance.state("doctor_time") != "hard":
            return inf
        who = self.instance.doctors[doctor]
        whole = is_far(self.instance, who, site) and self.instance.state("whole_day") == "hard"
        at = self.at[quarter]
        dates = self.instance.dateable.get((doctor, site, specialty))
        return min(float(who.free[at] // (2 if whole else 1)), inf if dates is None else float(dates[at]))

    def least_main(self, site: str, frequency: str, quarter: str) -> int:
        low = self.instance.sites[site].counts_low[frequency][self.at[quarter]]
        return ceil(options_of(self.instance).continuity * low - 1e-9)

    def _can_lead(self, doctor: str, site: str, specialty: str, frequency: str, quarter: str) -> bool:
        return self.least_main(site, frequency, quarter) <= self._time(doctor, site, specialty, quarter)

    def away(self, doctor: str, site: str, specialties: list[str], quarter: str) -> list[Term]:
        """Half-days that a doctor is away for his clinics at one site."""
        if (doctor, site, quarter) in self.r:
            return [(self.r, (doctor, site, quarter), 2.0)]
        return [(self.n, (doctor, site, k, quarter), 1.0) for k in specialties]

    def patients(self, need: Need, quarter: int) -> float:
        """Patients per clinic: calibrated where there is outreach today, ramping up elsewhere."""
        kind = self.instance.specialties[need.specialty]
        if need.has_outreach:
            return kind.patients_per_session * need.calibration
        return kind.new_patients_per_session if quarter == 0 else kind.patients_per_session


def home_half_days(instance: Instance, home: str, quarter: int) -> float:
    """Open half-days of a hospital in a quarter (ten a week where it has no calendar of its own)."""
    place = instance.sites.get(home)
    return place.half_days[quarter] if place else 10.0 * instance.quarters[quarter].weeks
