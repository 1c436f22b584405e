"""Where referrals go today, by the `referrals` table or to the nearest hospital."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.instance import Institution
from planner.build.places import OUTSIDE, Trips
from planner.build.tables import number_or, rows, text

if TYPE_CHECKING:
    from geodata.region import Region

Key = tuple[str, str]


@dataclass(frozen=True)
class Flows:
    """Patients per month sent up inside the alliance, and out of it.

    by_hospital: (origin, specialty) -> hospital -> patients; specialty "" where a row names none.
    inside, outside: totals of the rows that name the specialty.
    """

    by_hospital: Mapping[Key, Mapping[str, float]]
    inside: Mapping[Key, float]
    outside: Mapping[Key, float]

    def known(self, key: Key) -> bool:
        """Whether the table says where the referrals of a cell go."""
        return bool(self._sent(key))

    def shares(
        self, key: Key, places: Mapping[str, Institution], trips: Trips, capable: Collection[Key]
    ) -> dict[str, float]:
        """Share of a cell's referrals that each hospital receives; {} when there is none.

        By the rows of the cell, else the rows of its institution that name no specialty, else all
        to the nearest hospital with the specialty, in the own group before any other.
        """
        sent = self._sent(key)
        if sent:
            whole = sum(sent.values())
            return {hospital: patients / whole for hospital, patients in sorted(sent.items())}
        nearest = _nearest(key, places, trips, capable)
        return {nearest: 1.0} if nearest else {}

    def _sent(self, key: Key) -> Mapping[str, float]:
        return self.by_hospital.get(key) or self.by_hospital.get((key[0], "")) or {}


def read_flows(region: Region, places: Mapping[str, Institution]) -> Flows:
    """Upward rows of the `referrals` table, summed."""
    by_hospital: dict[Key, dict[str, float]] = defaultdict(dict)
    inside: dict[Key, float] = defaultdict(float)
    outside: dict[Key, float] = defaultdict(float)
    for row in rows(region, "referrals"):
        key, destination = (text(row, "origin"), text(row, "specialty")), text(row, "destination")
        patients = number_or(row, "patients_per_month", 0.0)
        if text(row, "direction") == "down" or patients <= 0:
            continue
        if destination == OUTSIDE:
            outside[key] += patients
        elif destination in places and destination != key[0]:
            inside[key] += patients
            sent = by_hospital[key]
            sent[destination] = sent.get(destination, 0.0) + patients
    return Flows(dict(by_hospital), dict(inside), dict(outside))


def _nearest(key: Key, places: Mapping[str, Institution], trips: Trips, capable: Collection[Key]) -> str | None:
    """The hospital with the specialty that is nearest for patients, then by id."""
    origin, specialty = key
    reached = sorted(
        (minutes, hospital)
        for hospital, place in places.items()
        if hospital != origin
        and (hospital, specialty) in capable
        and (minutes := trips.patient_minutes.get((origin, hospital))) is not None
    )
    group = places[origin].group
    own = [hospital for _, hospital in reached if not group or places[hospital].group in ("", group)]
    return own[0] if own else reached[0][1] if reached else None
