"""Who may hold clinics where: what a visit would break, and the visits that are allowed, as arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from models.block import admit
from models.instance import Doctor, Instance
from models.keys import Keys
from models.labels import looked_up, numbers
from models.options import Sessions as Options

NAME = "sessions"
#: Clinics of fewer visits than this a month are not worth a column of their own.
LEAST_POOL = 1.0
#: doctor, institution, specialty
Visitor = tuple[str, str, str]
Triples = tuple[np.ndarray, np.ndarray, np.ndarray]


def options_of(instance: Instance) -> Options:
    found = instance.options.get(NAME)
    return found if isinstance(found, Options) else Options()


def is_far_at(instance: Instance, minutes: np.ndarray) -> np.ndarray:
    """The same for many trips, by their minutes."""
    found: np.ndarray = (minutes > options_of(instance).half_day_minutes) & (instance.state("whole_day") != "off")
    return found


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
    labels, (doctor, site, specialty), forbidden = instance.labels, *visits_allowed(instance, explain)
    names = (labels.doctors, labels.institutions, labels.specialties)
    return list(Keys(names, (doctor, site, specialty))), forbidden


def visits_allowed(instance: Instance, explain: bool) -> tuple[Triples, dict[Visitor, tuple[str, ...]]]:
    """The same as numbers of doctors, sites and specialties (`models.labels`), sorted."""
    labels = instance.labels
    sites, any_scope = _sites_in_need(instance), instance.state("scope") != "hard"
    who, what = [], []
    for one in instance.doctors.values():
        for name in sorted(sites) if any_scope else one.specialties:
            if name in sites:
                who.append(labels.doctor[one.id])
                what.append(name)
    none = np.zeros(0, dtype=np.int64)
    many = [len(sites[name]) for name in what]
    doctor = np.repeat(np.asarray(who, dtype=np.int64), many)
    specialty = np.repeat(np.asarray([labels.specialty[name] for name in what], dtype=np.int64), many)
    site = np.concatenate([none, *(sites[name] for name in what)])
    staff = Staff(instance)
    there = ~np.isnan(staff.minutes_to(doctor, site)) & (site != staff.home[doctor])
    doctor, site, specialty = doctor[there], site[there], specialty[there]
    broken = _broken(instance, staff, doctor, site, specialty)
    kept, named = np.ones(len(doctor), dtype=bool), np.zeros(len(doctor), dtype=bool)
    for rule, breaks in broken.items():
        state = instance.state(rule)
        if state != "off":
            named |= breaks
            kept &= ~breaks | (explain or state == "soft")
    forbidden = {}
    for at in np.flatnonzero(kept & named).tolist():
        key = (labels.doctors[doctor[at]], labels.institutions[site[at]], labels.specialties[specialty[at]])
        rules = [rule for rule, breaks in broken.items() if breaks[at]]
        forbidden[key] = admit(instance, rules, explain) or ()
    doctor, site, specialty = doctor[kept], site[kept], specialty[kept]
    order = np.lexsort((specialty, site, doctor))
    return (doctor[order], site[order], specialty[order]), forbidden


class Staff:
    """Doctors as arrays, in the order of `Labels.doctors`."""

    def __init__(self, instance: Instance) -> None:
        labels = instance.labels
        self.all = [instance.doctors[name] for name in labels.doctors]
        self.home = np.asarray([labels.institution[one.institution] for one in self.all], dtype=np.int64)
        self.title = np.asarray([one.title for one in self.all], dtype=np.int64)
        self.max_minutes = numbers(one.max_minutes for one in self.all)
        self.free = np.asarray([one.free for one in self.all]).reshape(len(self.all), len(labels.quarters))
        self._minutes, self._minutes_at = _tables([one.minutes for one in self.all], labels.institutions)
        self._km, self._km_at = _tables([one.km for one in self.all], labels.institutions)

    def minutes_to(self, doctor: np.ndarray, site: np.ndarray) -> np.ndarray:
        """Minutes one way, NaN where there is no trip."""
        found: np.ndarray = self._minutes[self._minutes_at[doctor], site]
        return found

    def km_to(self, doctor: np.ndarray, site: np.ndarray) -> np.ndarray:
        found: np.ndarray = self._km[self._km_at[doctor], site]
        return found


def _tables(found: list[Mapping[str, float]], labels: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The different mappings as rows of a table, and the row of each: most doctors of a hospital share theirs."""
    seen: dict[int, int] = {}
    rows, at = [np.zeros((0, len(labels)))], []
    for one in found:
        if id(one) not in seen:
            seen[id(one)] = len(seen)
            rows.append(looked_up(one, labels)[None])
        at.append(seen[id(one)])
    return np.concatenate(rows), np.asarray(at, dtype=np.int64)


def _sites_in_need(instance: Instance) -> dict[str, np.ndarray]:
    """Sites with clinics worth holding, by specialty."""
    labels, needs = instance.labels, instance.labels.needs
    worth = np.minimum(needs.pool, needs.recoverable_visits) >= LEAST_POOL
    asked = _asked_for(instance)
    found: dict[str, list[int]] = defaultdict(list)
    promised = {site for site, place in instance.sites.items() if any(place.floor)}
    for (site, specialty), need in instance.needs.items():
        if need.modes and site in instance.sites:
            code = labels.institution[site]
            at = needs.at[code, labels.specialty[specialty]]
            if worth[at] or site in promised or (site, specialty) in asked:
                found[specialty].append(code)
    return {specialty: np.asarray(sites, dtype=np.int64) for specialty, sites in found.items()}


def _broken(
    instance: Instance, staff: Staff, doctor: np.ndarray, site: np.ndarray, specialty: np.ndarray
) -> dict[str, np.ndarray]:
    """The filter rules, and which visits would break each."""
    labels, most = instance.labels, options_of(instance).max_minutes
    scope = np.zeros((len(labels.doctors), len(labels.specialties)), dtype=bool)
    for at, one in enumerate(staff.all):
        scope[at, [labels.specialty[k] for k in one.specialties if k in labels.specialty]] = True
    least = np.asarray([_title(instance, k) for k in labels.specialties])
    names = [instance.institutions[i].group if i in instance.institutions else "" for i in labels.institutions]
    group = np.unique(["", *names], return_inverse=True)[1][1:]
    one, other = group[staff.home[doctor]], group[site]
    lacks = np.asarray([[_lacks(instance, i, k) for k in labels.specialties] for i in labels.institutions])
    return {
        "scope": ~scope[doctor, specialty],
        "title_floor": staff.title[doctor] < least[specialty],
        "own_group": (one != other) & (one != 0) & (other != 0),
        "max_minutes": staff.minutes_to(doctor, site) > np.minimum(most, staff.max_minutes[doctor]),
        "equipment": lacks.reshape(len(labels.institutions), -1)[site, specialty],
    }


def _title(instance: Instance, specialty: str) -> int:
    return instance.specialties[specialty].min_title if specialty in instance.specialties else 0


def _lacks(instance: Instance, site: str, specialty: str) -> bool:
    """Whether equipment that the specialty needs is not there (where equipment is known)."""
    items = instance.sites[site].equipment if site in instance.sites else None
    return (
        items is not None
        and specialty in instance.specialties
        and any(not items.get(item) for item in instance.specialties[specialty].equipment)
    )


def _asked_for(instance: Instance) -> set[tuple[str, str]]:
    """Cells where clinics are held today or asked for by hand, however few visits there are to keep."""
    found = {(site, specialty) for _, site, specialty in instance.today_sessions}
    found |= {cell for cell, need in instance.needs.items() if any(need.floor)}
    for lock in instance.locks:
        if lock.kind == "session" and lock.must:
            found |= {c for c in instance.needs if lock.institution in ("", c[0]) and lock.specialty in ("", c[1])}
    return found


def home_half_days(instance: Instance, home: str, quarter: int) -> float:
    """Open half-days of a hospital in a quarter (ten a week where it has no calendar of its own)."""
    place = instance.sites.get(home)
    return place.half_days[quarter] if place else 10.0 * instance.quarters[quarter].weeks
