"""Indicators of access: how far residents travel to a clinic, and how evenly clinics are spread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
_CAPACITY = f"{E2SFCA_60}; capacity of clinics, posted doctors, teleconsultation and hospitals"
_WAY = {"ebike": "patients by e-bike", "bus": "patients by bus", "walk": "patients on foot"}


def access(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Minutes of residents to the nearest clinic of each specialty; shares within 15, 30 and 60 minutes."""
    lived = residents(facts)
    if not len(lived.people):
        return
    need, places = now.visits.groupby("specialty")["need"].sum(), places_seen(facts, now)
    nearest = {name: lived.nearest(places[name]) for name in places}
    note = f"residents to the nearest clinic or hospital{_way(facts)}"
    for specialty in places:
        yield from spread("clinic_minutes", specialty, nearest[specialty], lived.people, note)
        for band, share in zip(BANDS, share_within(nearest[specialty], lived.people, BANDS), strict=True):
            yield (f"residents_within_{band}_minutes", specialty, float(share), "share", note)
    note = f"mean over specialties by need{_way(facts)}"
    yield from _mean_shares("residents_within_{}_minutes", nearest, need, lived.people, note)
    if np.nansum(lived.older) > 0:
        told = f"65 years and over, where their number is given; {note}"
        yield from _mean_shares("elderly_within_{}_minutes", nearest, need, np.nan_to_num(lived.older), told)
    if own_minutes(facts):
        driven = residents(facts, "vehicle")
        by_car = {name: driven.nearest(places[name]) for name in places}
        told = "mean over specialties by need; minutes of vehicles"
        yield from _mean_shares("residents_within_{}_minutes_by_car", by_car, need, driven.people, told)
    yield from _without_trip(facts)


def _way(facts: Facts) -> str:
    """How patients travel, as a part of a note, where the table has minutes of their own."""
    if not own_minutes(facts):
        return ""
    return "; " + _WAY.get(str(facts.option("travel", "patient_mode", "car")), "patients' own minutes")


def places_seen(facts: Facts, now: Situation) -> dict[str, set[str]]:
    """Where each specialty with a need is seen: clinics, postings, and hospitals that treat the specialty."""
    held = now.clinics[now.clinics["sessions"] > 0]
    pairs = {*hosts(facts), *zip(held["institution"], held["specialty"], strict=True)}
    pairs |= set(zip(now.posted["institution"], now.posted["specialty"], strict=True))
    found: dict[str, set[str]] = {str(name): set() for name in sorted(now.visits["specialty"].unique())}
    for institution, specialty in pairs:
        if specialty in found:
            found[specialty].add(institution)
    return found


def _mean_shares(
    name: str, nearest: Mapping[str, Floats], need: pd.Series, people: Floats, note: str
) -> Iterator[Measure]:
    """Shares of some people within 15, 30 and 60 minutes, the mean over specialties by need."""
    weights = [float(need[specialty]) for specialty in nearest]
    if sum(weights) <= 0:
        return
    parts = np.array([share_within(minutes, people, BANDS) for minutes in nearest.values()])
    for band, share in zip(BANDS, np.average(parts, axis=0, weights=weights), strict=True):
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
        found = lived.access(supply, weights)[:, 0]
        yield (name, "", float(np.average(found, weights=lived.people)), rate, note)
        yield (f"{name}_least", "", float(found.min()), rate, note)
        if found.sum() > 0:
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
