"""Visits, referrals, reserves, designations and teleconsultations of a solution, as tables of the plan folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.instance import Instance
from models.options import Referrals
from models.reserves import DAYS, designations, down_places, reserve_table
from models.values import Values


def flow_tables(values: Values, instance: Instance) -> dict[str, pd.DataFrame]:
    """`visits`, `referrals`, `reserves`, `designations`, `down_places` and `teleconsultations` (visits per month)."""
    visits = _visits(values, instance)
    given = instance.options.get("referrals")
    settings = given if isinstance(given, Referrals) else Referrals()
    sent = _sums(values, "referrals.referred", (0, 1, 2, 3))
    into, extra = _sums(values, "referrals.referred", (1, 2, 3)), _sums(values, "referrals.extra", (1, 2, 3))
    back = returned(instance, _sums(values, "referrals.referred", (0, 2, 3)))
    return {
        "visits": visits,
        "referrals": _referrals(values, instance, visits),
        "reserves": reserve_table(instance, settings, into, extra),
        "designations": designations(instance, settings, sent),
        "down_places": down_places(instance, back),
        "teleconsultations": _desks(values),
    }


def _sums(values: Values, path: str, places: tuple[int, ...]) -> dict[Any, float]:
    found: dict[Any, float] = defaultdict(float)
    for key, value in values.of(path).items():
        found[tuple(key[at] for at in places)] += value
    return found


def _modes(values: Values) -> dict[Any, str]:
    return {(i, k, q): f for i, k, f, q in (key for key, v in values.of("sessions.mode").items() if v > 0.5)}


def offered(values: Values, instance: Instance) -> dict[Any, float]:
    """Visits per month that the clinics and posted doctors could see, by cell."""
    months = {q.name: (at, q.months) for at, q in enumerate(instance.quarters)}
    found: dict[Any, float] = defaultdict(float)
    for (_, site, specialty, quarter), count in values.of("sessions.clinics").items():
        need, kind, at = instance.needs[site, specialty], instance.specialties[specialty], months[quarter]
        rate = (
            kind.patients_per_session * need.calibration
            if need.has_outreach
            else (kind.new_patients_per_session if at[0] == 0 else kind.patients_per_session)
        )
        found[site, specialty, quarter] += rate * count / at[1]
    from models.postings import candidates, visits_per_month

    covers, _ = candidates(instance, explain=False)
    for option, made in values.of("postings.posted").items():
        for quarter, part in zip(instance.quarters, covers.get(option, ()), strict=False):
            _, site, specialty, _ = option
            found[site, specialty, quarter.name] += made * part * visits_per_month(instance, site, specialty)
    return found


def returned(instance: Instance, referred: Mapping[Any, float]) -> dict[Any, float]:
    """Down-referrals per month that the beds below can take, by cell.

    At most `down_share` of what was referred; where the beds do not suffice, all specialties of
    a site are cut alike.
    """
    wish: dict[Any, float] = {}
    bed_days: dict[tuple[str, str], float] = defaultdict(float)
    for (site, specialty, quarter), visits in referred.items():
        kind = instance.specialties[specialty]
        wish[site, specialty, quarter] = kind.down_share * visits
        bed_days[site, quarter] += kind.down_share * visits * kind.down_bed_days
    found = {}
    for (site, specialty, quarter), visits in wish.items():
        needed, free = bed_days[site, quarter], instance.institutions[site].beds * DAYS
        fits = needed <= free or instance.state("down_beds") == "off"
        found[site, specialty, quarter] = visits if fits else visits * free / needed
    return found


def _visits(values: Values, instance: Instance) -> pd.DataFrame:
    clinics, posted = values.get("sessions.session_visits"), values.get("postings.posted_visits")
    tele, left, unmet = (values.get(f"referrals.{name}") for name in ("tele", "left", "unmet"))
    referred, could, modes = _sums(values, "referrals.referred", (0, 2, 3)), offered(values, instance), _modes(values)
    back = returned(instance, referred)
    rows = []
    for (site, specialty), need in sorted(instance.needs.items()):
        for quarter in instance.quarters:
            cell = (site, specialty, quarter.name)
            parts = (clinics.get(cell, 0.0), posted.get(cell, 0.0), tele.get(cell, 0.0), referred.get(cell, 0.0))
            rest = (
                left.get(cell, 0.0),
                unmet.get(cell, 0.0),
                back.get(cell, 0.0),
                could.get(cell, 0.0),
                modes.get(cell, ""),
            )
            rows.append((*cell, need.need, need.own, *parts, *rest))
    names = (
        "institution specialty quarter need own sessions posted tele referred left unmet returned offered mode".split()
    )
    return pd.DataFrame(rows, columns=names)


def _referrals(values: Values, instance: Instance, visits: pd.DataFrame) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    shares: dict[Any, list[tuple[str, float]]] = defaultdict(list)
    for (site, hospital, specialty, quarter), sent in values.of("referrals.referred", 1e-6).items():
        minutes = instance.patient_minutes.get((site, hospital), instance.outside_minutes[site])
        rows.append((site, hospital, specialty, "up", quarter, sent, minutes))
        shares[site, specialty, quarter].append((hospital, sent))
    parts = zip(*(visits[c].tolist() for c in ("institution", "specialty", "quarter", "left", "returned")), strict=True)
    for site, specialty, quarter, left, back in parts:
        if left > 1e-6:
            rows.append((site, "outside", specialty, "up", quarter, left, instance.outside_minutes[site]))
        ways = shares.get((site, specialty, quarter), [])
        total = sum(sent for _, sent in ways)
        for hospital, sent in ways:
            if back > 1e-6:
                minutes = instance.patient_minutes.get((hospital, site), 0.0)
                rows.append((hospital, site, specialty, "down", quarter, back * sent / total, minutes))
    names = ["origin", "destination", "specialty", "direction", "quarter", "patients_per_month", "minutes"]
    return pd.DataFrame(rows, columns=names).sort_values(names[:5], ignore_index=True)


def _desks(values: Values) -> pd.DataFrame:
    rows = [(*key, half_days) for key, half_days in values.of("referrals.desk", 1e-6).items()]
    return pd.DataFrame(sorted(rows), columns=["doctor", "specialty", "quarter", "half_days"])
