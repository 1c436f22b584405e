"""Residents and their minutes to every institution, from the communities or else the institutions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from geodata.accessibility import ZONES_30, ZONES_60, Reach, floating, zones
from planner.audit.facts import Facts

Floats = npt.NDArray[np.float64]
#: Each plan's residents, made once: nearly every indicator of access starts from them.
_MADE: WeakKeyDictionary[Facts, dict[str, Residents]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Residents:
    """people, older (65 and over, NaN where not given), borrowed: (I,) by place of residence;
    places: the J institutions; minutes: (I, J) one way, inf where no trip is known.

    borrowed: the place has no trips of its own and travels as its institution does.
    """

    people: Floats
    older: Floats
    borrowed: npt.NDArray[np.bool_]
    minutes: Floats
    places: pd.Index[Any]

    @cached_property
    def within_60(self) -> sparse.csr_array:
        """Weights (I, J) of the zones of specialist care."""
        return Reach.of_matrix(self.minutes).weights(zones(ZONES_60))

    @cached_property
    def within_30(self) -> sparse.csr_array:
        """Weights (I, J) of the zones of primary care."""
        return Reach.of_matrix(self.minutes).weights(zones(ZONES_30))

    def at(self, institutions: set[str]) -> npt.NDArray[np.bool_]:
        """Which of the places (J,) are named."""
        return np.asarray(self.places.isin(institutions))

    def nearest(self, institutions: set[str]) -> Floats:
        """Minutes (I,) to the nearest of some institutions; inf where none can be reached."""
        return np.asarray(self.minutes[:, self.at(institutions)].min(axis=1, initial=np.inf))

    def access(self, supply: pd.DataFrame, weights: sparse.csr_array) -> Floats:
        """E2SFCA access (I, K), supply per 10,000 residents, of K kinds of supply by institution."""
        given = supply.reindex(self.places).fillna(0.0).to_numpy(dtype=float)
        return floating(weights, given, self.people) * 10_000


def residents(facts: Facts, profile: str = "patient") -> Residents:
    """Communities if given, else the institutions, which are 0 minutes from themselves.

    A community without a trip of its own travels as its institution does only where nothing says
    how far it is: it has no coordinates, or the table of trips knows no community at all. With
    coordinates it is out of reach, beyond the limit or off the roads, and no minutes are made up.
    """
    made = _MADE.setdefault(facts, {})
    if profile not in made:
        made[profile] = _residents(facts, profile)
    return made[profile]


def own_minutes(facts: Facts) -> bool:
    """Whether patients have minutes that vehicles do not have."""
    return bool((facts.region["travel"]["profile"] == "patient").any())


def _residents(facts: Facts, profile: str) -> Residents:
    institutions = facts.institutions
    own = _minutes(facts, profile, institutions.index)
    np.fill_diagonal(own, 0.0)
    table = facts.region["communities"]
    table = table[table["population"] > 0].drop_duplicates("id").set_index("id")
    if not len(table):
        lived = (institutions["population"] > 0).to_numpy()
        people, older = (institutions[name].to_numpy(dtype=float)[lived] for name in ("population", "population_65"))
        return Residents(people, older, np.zeros(len(people), dtype=bool), own[lived], institutions.index)
    minutes = _minutes(facts, profile, table.index)
    lost = ~np.isfinite(minutes).any(axis=1)
    nowhere = table[["lon", "lat"]].isna().any(axis=1).to_numpy()
    home = institutions.index.get_indexer(pd.Index(table["institution"]))
    borrowed = lost & (nowhere | lost.all()) & (home >= 0)
    minutes[borrowed] = own[home[borrowed]]
    people, older = (table[name].to_numpy(dtype=float) for name in ("population", "population_65"))
    return Residents(people, older, borrowed, minutes, institutions.index)


def _minutes(facts: Facts, profile: str, origins: pd.Index[Any]) -> Floats:
    """Minutes (origins, institutions) of the table of trips; inf where it has none."""
    found = np.full((len(origins), len(facts.institutions)), np.inf)
    trips = facts.region["travel"]
    # Of two rows for a pair, the last to be written is the one of this profile.
    for kind in ("", profile):
        rows = trips[(trips["profile"] == kind) & trips["minutes"].notna()]
        origin = origins.get_indexer(pd.Index(rows["origin"]))
        destination = facts.institutions.index.get_indexer(pd.Index(rows["destination"]))
        known = (origin >= 0) & (destination >= 0)
        found[origin[known], destination[known]] = rows["minutes"].to_numpy(dtype=float)[known]
    return found
