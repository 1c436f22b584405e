"""What hospitals keep for referrals, who refers where, and which beds below take patients back.

Sized from the flows of a solution; nothing is decided here.

Reserved visits of a hospital and specialty: of the patients referred a month a share books through the alliance
(today's referral slips at the hospital, else ``booked_share``), ``booking_days`` ahead in the mean (exponential).
Visits that are not booked ``release_hours`` before the day go back to the public, so the reserve serves those who
book earlier:

    a day = booked x exp(-release_hours / (24 booking_days)) / clinic_days

and is the least whole number of visits a day that suffices on ``reserve_quantile`` of the days when they come at random
(Poisson); never less than what the plan sends beyond today. Beds are kept for the booked too: admissions x stay are the
mean number of beds they occupy, and the number occupied at a time is Poisson whatever the lengths of stays. A hospital
keeps one pool of beds for all specialties, which is smaller than the sum of a pool for each; `beds` splits it in
proportion to the mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import exp, floor
from typing import Any

import pandas as pd
from scipy.special import pdtr

from models.instance import Instance, Institution
from models.options import Referrals

#: Days in a month, for beds.
DAYS = 365.25 / 12
#: Institutions of this level and above send down.
HOSPITAL = 2
#: Visits a month below this are rounding.
SMALLEST = 1e-6


def enough(mean: float, share: float) -> int:
    """The least number that a Poisson count of this mean does not exceed with probability `share`."""
    count = max(0, floor(mean) - 1)
    while count > 0 and pdtr(count - 1, mean) >= share:
        count -= 1
    while pdtr(count, mean) < share:
        count += 1
    return count


def used(mean: float, count: int) -> float:
    """Expected number of a Poisson count that finds one of `count` places."""
    return float(sum(1.0 - pdtr(n, mean) for n in range(count)))


def early(settings: Referrals) -> float:
    """Share of the booked who book before reserved visits are released."""
    return exp(-settings.release_hours / (24.0 * settings.booking_days))


def reserve_table(
    instance: Instance, settings: Referrals, referred: Mapping[Any, float], extra: Mapping[Any, float]
) -> pd.DataFrame:
    """institution, specialty, visits_per_month, beds, inflow, booked, extra, slots_per_day, released.

    referred, extra: visits a month by (hospital, specialty, quarter); the fullest quarter counts. booked: of the
    inflow, through the alliance. released: visits a month that go back to the public unused.
    """
    inflow, beyond = _fullest(referred), _fullest(extra)
    beds, rows = reserved_beds(instance, settings, referred), []
    for key, patients in sorted(inflow.items()):
        if patients <= SMALLEST:
            continue
        booked = patients * booked_share(instance, settings, key[0])
        daily = booked * early(settings) / settings.clinic_days
        slots = enough(daily, settings.reserve_quantile)
        more = beyond.get(key, 0.0)
        kept = max(slots * settings.clinic_days, more if more > SMALLEST else 0.0)
        released = (slots - used(daily, slots)) * settings.clinic_days
        rows.append((*key, kept, float(beds[key]), patients, booked, more, float(slots), released))
    columns = "institution specialty visits_per_month beds inflow booked extra slots_per_day released"
    return pd.DataFrame(rows, columns=columns.split())


def booked_share(instance: Instance, settings: Referrals, hospital: str) -> float:
    """Share of the referred who come through the alliance: as counted by slips, else as set."""
    counted = instance.institutions[hospital].booked_share
    return settings.booked_share if counted is None else counted


def reserved_beds(instance: Instance, settings: Referrals, referred: Mapping[Any, float]) -> dict[tuple[str, str], int]:
    """By (hospital, specialty): whole beds whose sum over a hospital suffices for its fullest quarter as one pool."""
    quarters: dict[tuple[str, str], float] = defaultdict(float)
    most: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (hospital, specialty, quarter), visits in referred.items():
        kind = instance.specialties[specialty]
        admitted = visits * booked_share(instance, settings, hospital) * kind.admission_share
        occupied = admitted * kind.stay_days / DAYS
        quarters[hospital, quarter] += occupied
        most[hospital][specialty] = max(most[hospital][specialty], occupied)
    found: dict[tuple[str, str], int] = {}
    for hospital, parts in most.items():
        pool = max(mean for (place, _), mean in quarters.items() if place == hospital)
        split = _in_proportion(enough(pool, settings.reserve_quantile), parts)
        found |= {(hospital, specialty): beds for specialty, beds in split.items()}
    return found


def _in_proportion(count: int, parts: Mapping[str, float]) -> dict[str, int]:
    """A whole number split in proportion, what rounding leaves to the largest remainders."""
    whole = sum(parts.values())
    exact = {key: count * part / whole if whole > 0 else 0.0 for key, part in parts.items()}
    found = {key: floor(share) for key, share in exact.items()}
    order = sorted(parts, key=lambda key: (found[key] - exact[key], key))
    for key in order[: count - sum(found.values())]:
        found[key] += 1
    return found


def _fullest(flows: Mapping[Any, float]) -> dict[tuple[str, str], float]:
    most: dict[tuple[str, str], float] = defaultdict(float)
    for (hospital, specialty, _), visits in flows.items():
        most[hospital, specialty] = max(most[hospital, specialty], visits)
    return dict(most)


def designations(instance: Instance, settings: Referrals, sent: Mapping[Any, float]) -> pd.DataFrame:
    """institution, specialty, upper, minutes, second, second_minutes, patients_per_month, share.

    upper: the nearest capable institution of a greater rank and of the own group (rule `own_group`) within
    `max_minutes`; second: the next. sent: visits a month by (institution, hospital, specialty, quarter); the share of
    them that goes to the designated one, the quarters weighed by their months.
    """
    months = {quarter.name: quarter.months for quarter in instance.quarters}
    whole = sum(months.values())
    flows: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (site, hospital, specialty, quarter), visits in sent.items():
        flows[site, specialty][hospital] += visits * months[quarter] / whole
    hosts = defaultdict(list)
    for (hospital, specialty), capability in instance.capabilities.items():
        if capability.visits > 0:
            hosts[specialty].append(hospital)
    rows = []
    for site, specialty in sorted(instance.needs):
        ranked = upper_of(instance, settings, site, hosts[specialty])
        if not ranked:
            continue
        (minutes, first), (later, second) = ranked[0], (ranked[1] if len(ranked) > 1 else (float("nan"), ""))
        mine = flows.get((site, specialty), {})
        total = sum(mine.values())
        share = mine.get(first, 0.0) / total if total > SMALLEST else float("nan")
        rows.append((site, specialty, first, minutes, second, later, mine.get(first, 0.0), share))
    columns = "institution specialty upper minutes second second_minutes patients_per_month share"
    return pd.DataFrame(rows, columns=columns.split())


def rank(place: Institution) -> float:
    """Referrals go up to a greater rank: a higher level, or within a level from the members to a lead."""
    return place.level + (0.5 if place.lead else 0.0)


def upper_of(instance: Instance, settings: Referrals, site: str, hosts: list[str]) -> list[tuple[float, str]]:
    """(minutes, hospital) of the institutions that a site may be sent up to, the nearest first."""
    least = rank(instance.institutions[site])
    return sorted(
        (instance.patient_minutes[site, h], h)
        for h in hosts
        if rank(instance.institutions[h]) > least
        and instance.patient_minutes.get((site, h), float("inf")) <= settings.max_minutes
        and (instance.state("own_group") == "off" or instance.same_group(site, h))
    )


def down_places(instance: Instance, back: Mapping[Any, float]) -> pd.DataFrame:
    """institution, quarter, beds, bed_days, patients_per_month, used_bed_days, share: who takes patients back.

    Every institution with beds for it that is below the hospitals or gets anybody back.
    back: visits a month by (institution, specialty, quarter).
    """
    patients: dict[tuple[str, str], float] = defaultdict(float)
    days: dict[tuple[str, str], float] = defaultdict(float)
    for (site, specialty, quarter), visits in back.items():
        patients[site, quarter] += visits
        days[site, quarter] += visits * instance.specialties[specialty].down_bed_days
    rows = []
    for site in sorted({site for site, _ in instance.needs}):
        beds = instance.institutions[site].beds
        for quarter in instance.quarters if beds > 0 else ():
            key = (site, quarter.name)
            taken = days.get(key, 0.0)
            if instance.institutions[site].level >= HOSPITAL and patients.get(key, 0.0) <= SMALLEST:
                continue
            rows.append((*key, beds, beds * DAYS, patients.get(key, 0.0), taken, taken / (beds * DAYS)))
    columns = "institution quarter beds bed_days patients_per_month used_bed_days share"
    return pd.DataFrame(rows, columns=columns.split())
