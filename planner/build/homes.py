"""What each hospital can treat in a specialty, and how many extra referrals it accepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.instance import Capability, CurrentPosting, Doctor, Institution, Need, Specialty
from planner.build.places import homes
from planner.build.tables import Notes, Row, number, rows, text, total
from planner.build.today import Counts
from planner.calendar import WorkCalendar

if TYPE_CHECKING:
    from geodata.region import Region
    from planner.config import Config

Key = tuple[str, str]
#: Institutions of this level and above treat what is referred to them.
HOSPITAL = 2


@dataclass(frozen=True)
class Facts:
    """What capability is derived from where the table has none."""

    calendar: WorkCalendar
    capable: frozenset[Key]
    specialties: Mapping[str, Specialty]
    staff: Mapping[str, Doctor]
    needs: Mapping[Key, Need]
    running: tuple[CurrentPosting, ...]
    sessions: Counts


def capable(region: Region, places: Mapping[str, Institution], staff: Mapping[str, Doctor]) -> frozenset[Key]:
    """(hospital, specialty) with an upward `capabilities` row or with doctors."""
    found = {(h, k) for k, hospitals in homes(staff).items() for h in hospitals}
    found |= {(text(row, "institution"), text(row, "specialty")) for row in _upward(region)}
    return frozenset((h, k) for h, k in found if h in places and places[h].level >= HOSPITAL)


def capabilities(region: Region, config: Config, facts: Facts, notes: Notes) -> dict[Key, Capability]:
    """Visits per month by hospital and specialty.

    Not given: today's load (own residents, referrals, and what today's clinics and postings take
    from home) plus `capability_margin`.
    """
    given = _given(_upward(region))
    reserves = _given(rows(region, "reserves"))
    referred: dict[Key, float] = defaultdict(float)
    for (_, k), cell in facts.needs.items():
        for hospital, patients in cell.referred.items():
            referred[hospital, k] += patients
    away = _away(config, facts)
    found: dict[Key, Capability] = {}
    derived = []
    for key in sorted(facts.capable):
        own = facts.needs[key].own if key in facts.needs else 0.0
        load = own + referred.get(key, 0.0) + away.get(key, 0.0)
        if key not in given:
            derived.append("/".join(key))
        found[key] = Capability(
            *key,
            visits=given.get(key, load * (1 + config.referrals.capability_margin)),
            own_load=own,
            reserve=reserves.get(key, config.referrals.reserve_share * referred.get(key, 0.0)),
        )
    notes.some(derived, "no_capability", margin=100 * config.referrals.capability_margin)
    missing = sum(key not in reserves for key in facts.capable)
    if missing:
        notes.tell("no_reserve", n=missing, share=100 * config.referrals.reserve_share)
    return found


def _upward(region: Region) -> list[Row]:
    return [row for row in rows(region, "capabilities") if text(row, "direction") != "down"]


def _given(table: list[Row]) -> dict[Key, float]:
    """Visits per month where the table gives them; several rows of a hospital and specialty add up."""
    return total(
        ((text(row, "institution"), text(row, "specialty")), visits)
        for row in table
        if (visits := number(row, "visits_per_month")) is not None
    )


def _away(config: Config, facts: Facts) -> dict[Key, float]:
    """Visits per month that hospitals lose to today's clinics and postings, by specialty.

    A clinic over the half-day limit takes the whole day.
    """
    lost: dict[Key, float] = defaultdict(float)
    months = facts.calendar.quarters[0].months
    for (d, site, k), counts in facts.sessions.items():
        doctor = facts.staff[d]
        far = doctor.minutes.get(site, 0.0) > config.sessions.half_day_minutes
        half_days = counts[0] * (2 if far else 1)
        lost[doctor.institution, k] += facts.specialties[k].home_patients_per_session * half_days / months
    for posting in facts.running:
        doctor = facts.staff[posting.doctor]
        if not facts.calendar.dated or posting.start <= facts.calendar.start:
            lost[doctor.institution, posting.specialty] += doctor.home_visits
    return dict(lost)
