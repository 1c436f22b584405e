"""Indicators of access: how far residents travel to a clinic, and how evenly clinics are spread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from geodata.accessibility_shares import gini, quantiles, share_within, theil
from planner.audit.facts import Facts
from planner.audit.today import hosts
from planner.indicators_residents import Floats, own_minutes, residents
from planner.indicators_supply import capacity
from planner.situation import Situation

#: Scope, value, unit, note of one indicator.
Measure = tuple[str, str, float, str, str]
BANDS = (15, 30, 60)
QUANTILES = {"p50": 0.5, "p90": 0.9, "max": 1.0}
E2SFCA_60 = "E2SFCA, weights 1, 0.68, 0.22 to 20, 40, 60 minutes"
E2SFCA_30 = "E2SFCA, weights 1, 0.68, 0.22 to 10, 20, 30 minutes"
_NEAREST = "residents to the nearest clinic or hospital"
_CAPACITY = f"{E2SFCA_60}; capacity of clinics, posted doctors, teleconsultation and hospitals"
_WAY = {"ebike": "patients by e-bike", "bus": "patients by bus", "walk": "patients on foot"}


def access(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Minutes of residents to the nearest clinic of each specialty; shares within 15, 30 and 60 minutes."""
    people = residents(facts).people
    if not len(people):
        return
    need = now.visits.groupby("specialty")["need"].sum()
    way = _way(facts)
    for specialty in need.index:
        nearest = residents(facts).nearest(_clinics_of(facts, now, str(specialty)))
        yield from spread("clinic_minutes", str(specialty), nearest, people, f"{_NEAREST}{way}")
        for band, share in zip(BANDS, share_within(nearest, people, BANDS), strict=True):
            yield (f"residents_within_{band}_minutes", str(specialty), float(share), "share", f"{_NEAREST}{way}")
    yield from _shares(facts, now, need, "residents_within_{}_minutes", f"mean over specialties by need{way}")
    elders = residents(facts).older
    if np.nansum(elders) > 0:
        note = "65 years and over, where their number is given; mean over specialties by need"
        yield from _shares(facts, now, need, "elderly_within_{}_minutes", f"{note}{way}", elders)
    if own_minutes(facts):
        name = "residents_within_{}_minutes_by_car"
        yield from _shares(
            facts, now, need, name, "mean over specialties by need; minutes of vehicles", None, "vehicle"
        )
    yield from _without_trip(facts)


def _way(facts: Facts) -> str:
    """How patients travel, as a part of a note, where the table has minutes of their own."""
    if not own_minutes(facts):
        return ""
    return "; " + _WAY.get(str(facts.option("travel", "patient_mode", "car")), "patients' own minutes")


def _shares(
    facts: Facts,
    now: Situation,
    need: pd.Series,
    name: str,
    note: str,
    people: Floats | None = None,
    profile: str = "patient",
) -> Iterator[Measure]:
    """Shares within 15, 30 and 60 minutes, mean over specialties by need, of all residents or of some."""
    lived = residents(facts, profile)
    counted = lived.people if people is None else np.nan_to_num(people)
    if need.sum() <= 0:
        return
    parts = [share_within(lived.nearest(_clinics_of(facts, now, str(k))), counted, BANDS) for k in need.index]
    for band, share in zip(BANDS, np.average(parts, axis=0, weights=need.to_numpy(dtype=float)), strict=True):
        yield (name.format(band), "", float(share), "share", note)


def _without_trip(facts: Facts) -> Iterator[Measure]:
    """Residents for whom no trip to any institution is known: they are in no band, and have no minutes."""
    lived = residents(facts)
    total = lived.people.sum()
    lost = ~np.isfinite(lived.minutes).any(axis=1)
    note = "no trip to any institution is known; counted as out of reach"
    if lived.borrowed.any():
        note += f"; {lived.people[lived.borrowed].sum() / total:.1%} travel as their institution does"
    yield ("residents_without_trip", "", float(lived.people[lost].sum() / total), "share", note)


def spread(name: str, scope: str, minutes: Floats, weights: Floats, note: str) -> Iterator[Measure]:
    """p50, p90 and the farthest; NaN where that share is out of reach."""
    found = quantiles(minutes, weights, list(QUANTILES.values()))
    for part, value in zip(QUANTILES, found, strict=True):
        yield (f"{name}_{part}", scope, _finite(value), "minutes", note)


def _finite(value: float) -> float:
    return float(value) if np.isfinite(value) else float("nan")


def quantile(values: Iterable[float], weights: Iterable[float], share: float) -> float:
    """The least value that `share` of the weight does not exceed; NaN when somebody is out of reach at it."""
    return _finite(quantiles(np.asarray(values), np.asarray(weights), [share])[0])


def _clinics_of(facts: Facts, now: Situation, specialty: str) -> set[str]:
    """Places where a specialist is seen: clinics, postings, and hospitals that treat the specialty."""
    clinics = now.clinics[(now.clinics["specialty"] == specialty) & (now.clinics["sessions"] > 0)]
    posted = now.posted[now.posted["specialty"] == specialty]
    return set(clinics["institution"]) | set(posted["institution"]) | {h for h, k in hosts(facts) if k == specialty}


def catchment(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Clinics a month per 10,000 residents by the enhanced two-step floating catchment, and visits per specialty."""
    lived = residents(facts)
    if not len(lived.people):
        return
    held = (now.clinics.groupby("institution")["sessions"].sum() / now.months).to_frame()
    primary = facts.institutions["level"].reindex(held.index) <= 1
    rate = "clinics/month per 10,000"
    for name, supply, weights, note in (
        ("clinics_in_reach", held, lived.within_60, E2SFCA_60),
        ("primary_clinics_in_reach", held[primary], lived.within_30, f"{E2SFCA_30}; clinics below the hospitals"),
    ):
        if supply["sessions"].sum() <= 0:
            continue
        found = lived.access(supply, weights)[:, 0]
        yield (name, "", float(np.average(found, weights=lived.people)), rate, note)
        yield (f"{name}_least", "", float(found.min()), rate, note)
        yield (f"{name}_gini", "", gini(found, lived.people), "ratio", note)
    supply = capacity(facts, now)
    found = lived.access(supply, lived.within_60)
    for specialty, each in zip(supply.columns, found.T, strict=True):
        yield from evenly("visits", str(specialty), each, lived.people, "visits/month per 10,000", _CAPACITY)


def evenly(what: str, scope: str, found: Floats, people: Floats, unit: str, note: str) -> Iterator[Measure]:
    """Mean, Gini and Theil of the access of residents; nothing to say where nobody has any."""
    yield (f"{what}_in_reach", scope, float(np.average(found, weights=people)), unit, note)
    if found.sum() > 0:
        yield (f"{what}_in_reach_gini", scope, gini(found, people), "ratio", note)
        yield (f"{what}_in_reach_theil", scope, theil(found, people).total, "ratio", note)


def evenness(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Gini and Theil of clinics per visit needed over the sites below the hospitals, weighed by need."""
    level = facts.institutions["level"]
    need = now.visits.groupby("institution")["need"].sum()
    need = need[(need > 0) & (level.reindex(need.index) <= 1)]
    if len(need) < 2:
        return
    held = now.clinics.groupby("institution")["sessions"].sum().reindex(need.index).fillna(0.0)
    rate, weights = (held / need).to_numpy(dtype=float), need.to_numpy(dtype=float)
    mean = float(np.average(rate, weights=weights))
    if mean <= 0:
        return
    groups = facts.institutions["group"].reindex(need.index).to_numpy()
    parts = theil(rate, weights, groups)
    yield ("sessions_gini", "", gini(rate, weights), "ratio", "clinics per need, by site; below 0.2 is very even")
    yield ("sessions_theil", "", parts.total, "ratio", "clinics per need, by site")
    if len(np.unique(groups)) > 1:
        yield ("sessions_theil_between", "", parts.between, "ratio", "clinics per need, by site; between the groups")
        yield ("sessions_theil_within", "", parts.within, "ratio", "clinics per need, by site; inside the groups")
    yield ("sessions_least_to_mean", "", float(rate.min() / mean), "ratio", "clinics per need: least site to mean")
