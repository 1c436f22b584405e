"""Places that roads do not reach, or stand far from: named once each, with what can be done.

A place whose every needed trip is in the user's table is served and not named. Communities can be
many: beyond `MANY` of one kind they are named together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.problems import Problem
from geodata.region import Region
from geodata.sentences import Said, said
from geodata.travel_options import TravelOptions
from geodata.travel_places import PROFILES, Bools, Codes, Places

if TYPE_CHECKING:
    from geodata.travel_roads import RoadTrips

#: More places of a table in one kind of trouble than these are named together.
MANY = 20
#: Kinds in the order in which a place is asked; the first that fits is told.
NO_POINT, NO_ROAD, CUT_OFF, NO_WAY, FAR = KINDS = (
    "place_no_point", "place_no_road", "place_cut_off", "place_no_way", "place_far_from_road",
)  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """What is wrong with one place: kind (one of `KINDS`, or community_no_way), the number of institutions
    it lacks a trip to, metres to its road (NaN without one)."""

    table: str
    place: str
    kind: str
    lost: int
    metres: float


def troubles(
    places: Places, options: TravelOptions, trips: RoadTrips, own: Mapping[str, pd.DataFrame]
) -> list[Trouble]:
    """Every place in trouble, institutions first, in the order of the tables."""
    kinds, lost, metres = _kinds(places, options, trips, own)
    found = []
    for at in np.flatnonzero(kinds >= 0):
        table = "institutions" if at < places.institutions else "communities"
        kind = KINDS[kinds[at]]
        kind = "community_no_way" if kind == NO_WAY and table == "communities" else kind
        found.append(Trouble(table, str(places.ids[at]), kind, int(lost[at]), float(metres[at])))
    return found


def sentence_of(trouble: Trouble, options: TravelOptions) -> Said:
    """What was expected of the place, and what to do."""
    return said(
        trouble.kind, limit=f"{options.snap_limit_km:g}", near=f"{options.snap_metres:g}", lost=trouble.lost,
        metres=f"{trouble.metres:.0f}", minutes=f"{options.max_minutes:g}",
    )  # fmt: skip


def place_problems(region: Region, options: TravelOptions, found: list[Trouble]) -> list[Problem]:
    """One warning for each institution and for each community, many communities of a kind together."""
    told: list[Problem] = []
    groups: dict[tuple[str, str], list[Trouble]] = {}
    for trouble in found:
        groups.setdefault((trouble.table, trouble.kind), []).append(trouble)
    for (table, kind), group in groups.items():
        column = "id" if kind in (CUT_OFF, NO_WAY, "community_no_way") else "lon"
        frame = region.tables[table]
        at = {str(place): position for position, place in reversed(list(enumerate(frame["id"])))}
        names = [_shown(one.place, frame["name"].iloc[at[one.place]] if "name" in frame else "") for one in group]
        if table == "communities" and len(group) > MANY:
            middle = replace(group[0], metres=float(np.median([one.metres for one in group])))
            value = f"{len(group)}: {', '.join(names[:3])} …"
            told.append(sentence_of(middle, options).problem(table, "", column, value, "warning"))
            continue
        for trouble, name in zip(group, names, strict=True):
            row = region.row(table, at[trouble.place])
            told.append(sentence_of(trouble, options).problem(table, row, column, name, "warning"))
    return told


def _kinds(
    places: Places, options: TravelOptions, trips: RoadTrips, own: Mapping[str, pd.DataFrame]
) -> tuple[npt.NDArray[np.int8], Codes, npt.NDArray[np.float64]]:
    """(P,) the kind of trouble of each place (-1: none), the institutions it lacks a trip to, metres to its road."""
    count, first = len(places.ids), places.institutions
    own_code = np.unique(np.concatenate([own[profile]["code"].to_numpy(np.int64) for profile in PROFILES]))
    # Institutions are judged by vehicles, communities by patients.
    by = {table: trips.pairs.get(profile, trips.pairs.get("")) for table, profile in _JUDGED}
    to_there, from_there = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for table, pairs in by.items():
        code = own_code if pairs is None else _with_own(pairs.code, own_code)
        origins, destinations = places.ends(code)
        between = (origins < first) & (destinations < first)
        if table == "institutions":
            from_there[:first] = np.bincount(origins[between], minlength=first)[:first]
            to_there[:first] = np.bincount(destinations[between], minlength=first)[:first]
        else:
            outward = (origins >= first) & (destinations < first)
            from_there[first:] = np.bincount(origins[outward], minlength=count)[first:]
    metres, cut = np.full(count, np.nan), np.zeros(count, bool)
    for table, profile in _JUDGED:
        part = slice(0, first) if table == "institutions" else slice(first, count)
        metres[part] = trips.metres.get(profile, trips.metres.get("", metres))[part]
        cut[part] = trips.cut.get(profile, trips.cut.get("", cut))[part]
    lost = np.maximum(first - 1 - np.minimum(from_there, to_there), 0)
    lost[first:] = np.where(from_there[first:] > 0, 0, first)
    kinds = np.full(count, -1, np.int8)
    lacking = lost > 0
    off = ~places.located | np.isnan(metres) | cut
    # An institution on the road lacks trips to those off it; only its own trouble is told.
    others = int(off[:first].sum())
    no_way = lacking & ~off
    no_way[:first] &= lost[:first] > others
    kinds[(metres > options.snap_metres) & ~cut & ~_served(own_code, places)] = KINDS.index(FAR)
    kinds[no_way] = KINDS.index(NO_WAY)
    kinds[lacking & cut] = KINDS.index(CUT_OFF)
    kinds[lacking & places.located & np.isnan(metres) & ~cut] = KINDS.index(NO_ROAD)
    kinds[lacking & ~places.located] = KINDS.index(NO_POINT)
    kinds[first + places.communities :] = -1
    _without_told(kinds, places, from_there, to_there)
    return kinds, lost, metres


def _served(own: Codes, places: Places) -> Bools:
    """(P,) institutions with a trip of the user's own to and from every other one."""
    first = places.institutions
    origins, destinations = places.ends(own)
    between = (origins < first) & (destinations < first)
    served = np.zeros(len(places.ids), bool)
    both = [np.bincount(end[between], minlength=first)[:first] >= first - 1 for end in (origins, destinations)]
    served[:first] = both[0] & both[1]
    return served


def _with_own(code: Codes, own: Codes) -> Codes:
    """Codes with the user's own added, each once; by sorting, since millions are slow to hash."""
    if not len(own) or not len(code):
        return own if len(own) else code
    ordered = np.sort(code)
    at = np.minimum(np.searchsorted(ordered, own), len(ordered) - 1)
    return np.concatenate([ordered, own[ordered[at] != own]])


_JUDGED = (("institutions", "vehicle"), ("communities", "patient"))


def _without_told(kinds: npt.NDArray[np.int8], places: Places, from_there: Codes, to_there: Codes) -> None:
    """An institution with neither point nor trip is an error of the tables already; say it once."""
    first: Bools = np.arange(len(kinds)) < places.institutions
    kinds[first & (kinds == KINDS.index(NO_POINT)) & (from_there == 0) & (to_there == 0)] = -1


def _shown(place: str, name: object) -> str:
    return f"{place} {name}" if isinstance(name, str) and name and name != place else place
