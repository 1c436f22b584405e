"""Indicators of access: how far residents travel to a clinic, and how evenly clinics are spread."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.audit.facts import Facts
from planner.audit.today import hosts
from planner.situation import Situation

#: Scope, value, unit, note of one indicator.
Measure = tuple[str, str, float, str, str]
BANDS = (15, 30, 60)
#: Zones of the enhanced two-step floating catchment (minutes up to, weight), specialist care within 60 minutes.
ZONES = ((20.0, 1.0), (40.0, 0.68), (60.0, 0.22))


def access(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Minutes of residents to the nearest clinic of each specialty; shares within 15, 30 and 60 minutes."""
    people, minutes = residents(facts)
    if not len(people):
        return
    parts, weights = [], []
    need = now.visits.groupby("specialty")["need"].sum()
    for specialty in need.index:
        places = _clinics_of(facts, now, str(specialty)) & set(minutes.columns)
        nearest = minutes[sorted(places)].min(axis=1) if places else pd.Series(np.inf, index=people.index)
        for name, share in (("p50", 0.5), ("p90", 0.9), ("max", 1.0)):
            value = quantile(nearest, people, share)
            yield (
                f"clinic_minutes_{name}",
                str(specialty),
                value,
                "minutes",
                "residents to the nearest clinic or hospital",
            )
        parts.append([float(people[nearest <= band].sum() / people.sum()) for band in BANDS])
        weights.append(float(need[specialty]))
    if sum(weights) > 0:
        shares = np.average(np.array(parts), axis=0, weights=weights)
        for band, share in zip(BANDS, shares, strict=True):
            yield (f"residents_within_{band}_minutes", "", float(share), "share", "mean over specialties by need")


def _clinics_of(facts: Facts, now: Situation, specialty: str) -> set[str]:
    """Places where a specialist is seen: clinics, postings, and hospitals that treat the specialty."""
    clinics = now.clinics[(now.clinics["specialty"] == specialty) & (now.clinics["sessions"] > 0)]
    posted = now.posted[now.posted["specialty"] == specialty]
    return set(clinics["institution"]) | set(posted["institution"]) | {h for h, k in hosts(facts) if k == specialty}


def residents(facts: Facts) -> tuple[pd.Series, pd.DataFrame]:
    """(people by place, minutes from each place to every institution).

    Communities if given; one without a trip of its own travels from its institution. Otherwise the
    population of the institutions, which are 0 minutes from themselves.
    """
    table = facts.region["communities"]
    table = table[table["population"] > 0].drop_duplicates("id").set_index("id")
    institutions = facts.institutions
    trips = facts.trips.loc["patient"]["minutes"] if len(facts.trips) else pd.Series(dtype=float)
    wide = trips.unstack("destination") if len(trips) else pd.DataFrame(index=institutions.index)
    wide = wide.reindex(columns=institutions.index)
    own = wide.reindex(institutions.index)
    own = own.mask(np.eye(len(institutions), dtype=bool), 0.0)
    if len(table):
        minutes = wide.reindex(table.index)
        from_home = own.reindex(table["institution"]).set_axis(table.index)
        lost = minutes.isna().all(axis=1).to_numpy()
        minutes[lost] = from_home[lost]
        return table["population"], minutes
    people = institutions["population"]
    people = people[people > 0]
    return people, own.loc[people.index]


def quantile(values: pd.Series, weights: pd.Series, share: float) -> float:
    """The least value that `share` of the weight does not exceed; NaN when somebody is out of reach at it."""
    order = values.fillna(np.inf).sort_values()
    reached = weights.reindex(order.index).cumsum() >= share * weights.sum() - 1e-9
    found = float(order[reached].iloc[0]) if reached.any() else np.inf
    return found if np.isfinite(found) else float("nan")


def catchment(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Clinics a month per 10,000 residents by the enhanced two-step floating catchment (three zones to 60 minutes)."""
    people, minutes = residents(facts)
    supply = now.clinics.groupby("institution")["sessions"].sum() / now.months
    supply = supply.reindex(minutes.columns).fillna(0.0)
    if not len(people) or supply.sum() <= 0:
        return
    weight = pd.DataFrame(0.0, index=minutes.index, columns=minutes.columns)
    for limit, value in reversed(ZONES):
        weight = weight.mask(minutes <= limit, value)
    demand = weight.mul(people, axis=0).sum()
    ratio = (supply / demand).where(demand > 0, 0.0)
    reach = weight.mul(ratio, axis=1).sum(axis=1) * 10_000
    note = "E2SFCA, weights 1, 0.68, 0.22 to 20, 40, 60 minutes"
    yield ("clinics_in_reach", "", float(np.average(reach, weights=people)), "clinics/month per 10,000", note)
    yield ("clinics_in_reach_least", "", float(reach.min()), "clinics/month per 10,000", note)


def evenness(facts: Facts, now: Situation) -> Iterator[Measure]:
    """Gini and Theil of clinics per visit needed over the sites below the hospitals, weighed by need."""
    level = facts.institutions["level"]
    need = now.visits.groupby("institution")["need"].sum()
    need = need[(need > 0) & (level.reindex(need.index) <= 1)]
    if len(need) < 2:
        return
    held = now.clinics.groupby("institution")["sessions"].sum().reindex(need.index).fillna(0.0)
    rate = (held / need).to_numpy()
    share = (need / need.sum()).to_numpy()
    mean = float((rate * share).sum())
    if mean <= 0:
        return
    yield ("sessions_gini", "", gini(rate, share), "ratio", "clinics per need, by site; below 0.2 is very even")
    ratio = rate / mean
    logs = np.log(np.where(ratio > 0, ratio, 1.0))
    yield ("sessions_theil", "", float((share * ratio * logs).sum()), "ratio", "clinics per need, by site")
    yield ("sessions_least_to_mean", "", float(rate.min() / mean), "ratio", "clinics per need: least site to mean")


def gini(values: np.ndarray, shares: np.ndarray) -> float:
    """Gini of values whose weights add up to one."""
    gaps = np.abs(values[:, None] - values[None, :])
    return float((shares[:, None] * shares[None, :] * gaps).sum() / (2 * (values * shares).sum()))
