"""Places that roads do not reach, or stand far from: named once each, with what can be done.

A place whose every needed trip is in the user's table is served and not named. Communities can be
many: beyond `MANY` of one kind they are named together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.problems import Problem
from geodata.region import Region
from geodata.sentences import said
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


def place_problems(
    region: Region, places: Places, options: TravelOptions, trips: RoadTrips, own: Mapping[str, pd.DataFrame]
) -> list[Problem]:
    """One warning for each place (see `KINDS`), in the order of the tables."""
    kinds, lost, metres = _kinds(places, options, trips, own)
    found: list[Problem] = []
    for table, first, last in (
        ("institutions", 0, places.institutions),
        ("communities", places.institutions, places.institutions + places.communities),
    ):
        for number, kind in enumerate(KINDS):
            at = np.flatnonzero(kinds[first:last] == number) + first
            shown = at if table == "institutions" or len(at) <= MANY else at[:0]
            found += [_one(region, places, options, table, kind, int(one), lost[one], metres[one]) for one in shown]
            if len(at) > len(shown):
                found.append(_together(region, places, options, table, kind, at))
    return found


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
        code = own_code if pairs is None else np.union1d(own_code, pairs.code)
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
    kinds[(metres > options.snap_metres) & ~cut] = KINDS.index(FAR)
    kinds[no_way] = KINDS.index(NO_WAY)
    kinds[lacking & cut] = KINDS.index(CUT_OFF)
    kinds[lacking & places.located & np.isnan(metres) & ~cut] = KINDS.index(NO_ROAD)
    kinds[lacking & ~places.located] = KINDS.index(NO_POINT)
    kinds[first + places.communities :] = -1
    _without_told(kinds, places, from_there, to_there)
    return kinds, lost, metres


_JUDGED = (("institutions", "vehicle"), ("communities", "patient"))


def _without_told(kinds: npt.NDArray[np.int8], places: Places, from_there: Codes, to_there: Codes) -> None:
    """An institution with neither point nor trip is an error of the tables already; say it once."""
    first: Bools = np.arange(len(kinds)) < places.institutions
    kinds[first & (kinds == KINDS.index(NO_POINT)) & (from_there == 0) & (to_there == 0)] = -1


def _values(options: TravelOptions, lost: int, metres: float) -> dict[str, object]:
    return {
        "limit": f"{options.snap_limit_km:g}",
        "near": f"{options.snap_metres:g}",
        "metres": f"{metres:.0f}",
        "lost": lost,
        "minutes": f"{options.max_minutes:g}",
    }


def _one(
    region: Region, places: Places, options: TravelOptions, table: str, kind: str, at: int, lost: int, metres: float
) -> Problem:
    place = str(places.ids[at])
    kind = "community_no_way" if kind == NO_WAY and table == "communities" else kind
    sentence = said(kind, **_values(options, lost, metres))
    position, name = _row(region, table, place)
    column = "lon" if kind in (NO_POINT, NO_ROAD, FAR) else "id"
    return sentence.problem(table, region.row(table, position), column, _shown(place, name), "warning")


def _together(region: Region, places: Places, options: TravelOptions, table: str, kind: str, at: Codes) -> Problem:
    names = ", ".join(_shown(str(places.ids[one]), _row(region, table, str(places.ids[one]))[1]) for one in at[:3])
    kind = "community_no_way" if kind == NO_WAY and table == "communities" else kind
    sentence = said(kind, **{**_values(options, int(places.institutions), 0.0), "metres": f"> {options.snap_metres:g}"})
    column = "lon" if kind in (NO_POINT, NO_ROAD, FAR) else "id"
    return sentence.problem(table, "", column, f"{len(at)}: {names} …", "warning")


def _row(region: Region, table: str, place: str) -> tuple[int, str]:
    """Position of a place in its table, and its name ("" without one)."""
    frame = region.tables[table]
    position = int(np.flatnonzero((frame["id"] == place).to_numpy())[0])
    name = frame["name"].iloc[position] if "name" in frame else ""
    return position, name if isinstance(name, str) else ""


def _shown(place: str, name: str) -> str:
    return f"{place} {name}" if name and name != place else place
