"""Trips along the roads of a region: which pairs, for whom, and who stays without a road.

    minutes = (road minutes + 2 x minutes_each_end) x season_factor x calibration

Institutions go to each other within 12 hours of road, communities to institutions within
`max_minutes`. Patients and vehicles are computed apart only where their minutes on some road differ;
then communities have patients' rows only, since vehicles go from institution to institution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from geodata.coordinates import distance_km
from geodata.travel_cache import folder
from geodata.travel_options import TravelOptions
from geodata.travel_places import Bools, Codes, Floats, Pairs, Places

if TYPE_CHECKING:
    from geodata.roads.network import RoadNetwork
    from geodata.roads.paths import Trips
    from geodata.roads.snap import PathOptions, Snapped

WORDS = ("roads", "roads_ferry")
#: Longest trip on the road between institutions, minutes.
LONGEST_MINUTES = 720.0
#: A road that leads nowhere else is a place's own when it is nearer than this share of the way to the main roads.
OWN_ROAD = 1 / 3
#: Pairs searched at once, to bound memory (about 100 bytes each).
_CHUNK = 1_000_000
#: Km to a degree of latitude, less a little: to look no farther than needed.
_KM_PER_DEGREE = 110.0


@dataclass(frozen=True)
class RoadTrips:
    """pairs: by profile, "" alone where patients and vehicles are alike. metres: (P,) from each place to
    its road by profile, NaN without one. cut: (P,) by profile, whether the place stands at a road that
    is not joined to the main ones."""

    pairs: Mapping[str, Pairs]
    metres: Mapping[str, Floats]
    cut: Mapping[str, Bools]


class RoadFinder:
    """Searches the roads of a region for its places."""

    def __init__(self, network: RoadNetwork, places: Places, options: TravelOptions, path: Path | None = None) -> None:
        """path: the road file, which the engine `osrm` reads itself."""
        self.network = network
        self.places = places
        self.options = options
        self.path = path
        self._feet: dict[str, Snapped] = {}
        self._cut: dict[str, Bools] = {}

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that have to be searched: vehicles alone where patients take as long on every edge."""
        minutes = self.network.minutes
        alike = np.array_equal(minutes["vehicle"], minutes["patient"])
        if self.options.engine == "osrm":
            alike = self.options.patient_mode == "car"
        return ("vehicle",) if alike else ("patient", "vehicle")

    def road_minutes(self, origins: Codes, destinations: Codes, profile: str) -> Floats:
        """(R,) free-flow minutes of R pairs of places, NaN where roads do not lead there within 12 hours."""
        profile = profile if profile in self.profiles else "vehicle"
        found = np.full(len(origins), np.nan)
        good = self.places.located[origins] & self.places.located[destinations] & (origins != destinations)
        if not good.any():
            return found
        trips = self._search(np.unique(origins[good]), np.unique(destinations[good]), profile, LONGEST_MINUTES)
        size, cut = len(self.places.ids), self.cut(profile)
        code = trips.origin * size + trips.destination
        order = np.argsort(code, kind="stable")
        wanted = origins * size + destinations
        at = np.searchsorted(code[order], wanted)
        inside = at < len(code)
        at[~inside] = 0
        if len(code):
            hit = inside & (code[order][at] == wanted) & ~cut[origins] & ~cut[destinations]
            found[hit] = trips.minutes[order][at[hit]]
        return found

    def trips(self, options: TravelOptions) -> RoadTrips:
        """Every pair that roads know, with the ends and factors of `options`."""
        pairs = {profile: self._pairs(profile, options) for profile in self.profiles}
        metres = {profile: self._snapped(profile).metres for profile in self.profiles}
        cut = {profile: self.cut(profile) for profile in self.profiles}
        if len(self.profiles) == 1:
            return RoadTrips({"": pairs["vehicle"]}, {"": metres["vehicle"]}, {"": cut["vehicle"]})
        return RoadTrips(pairs, metres, cut)

    def _pairs(self, profile: str, options: TravelOptions) -> Pairs:
        places = self.places
        here = np.flatnonzero(places.located[: places.institutions]).astype(np.int64)
        there = np.arange(places.institutions, places.institutions + places.communities, dtype=np.int64)
        there = there[places.located[there]] if profile == "patient" or len(self.profiles) == 1 else there[:0]
        pieces = [self._block(here, here, profile, LONGEST_MINUTES, options)]
        step = max(1, _CHUNK // max(1, len(there)))
        if len(there) and options.reach_minutes > 0:
            for start in range(0, len(here), step):
                pieces.append(self._block(there, here[start : start + step], profile, options.reach_minutes, options))
        return Pairs(
            np.concatenate([piece.code for piece in pieces]),
            np.concatenate([piece.minutes for piece in pieces]),
            np.concatenate([piece.km for piece in pieces]),
            np.concatenate([piece.word for piece in pieces]),
            WORDS,
        )

    def _block(self, origins: Codes, destinations: Codes, profile: str, limit: float, options: TravelOptions) -> Pairs:
        if not len(origins) or not len(destinations):
            return Pairs.none(*WORDS)
        trips = self._search(origins, destinations, profile, limit)
        cut = self.cut(profile)
        keep = ~cut[trips.origin] & ~cut[trips.destination] & np.isfinite(trips.minutes)
        keep &= trips.origin != trips.destination
        code = trips.origin[keep] * len(self.places.ids) + trips.destination[keep]
        minutes = options.from_road(trips.minutes[keep])
        return Pairs(code, minutes, trips.door_km[keep], trips.ferry[keep].astype(np.int16), WORDS)

    def _search(self, origins: Codes, destinations: Codes, profile: str, limit: float) -> Trips:
        """Trips between places, by the engine of the settings; positions are those of all places."""
        places, snapped, options = self.places, self._snapped(profile), self._path_options()
        if self.options.engine == "osrm" and self.path is not None:
            from geodata.roads.osrm import osrm_trips

            return osrm_trips(
                self.network, places.lon, places.lat, origins, destinations, profile=profile, limit_minutes=limit,
                path=self.path, mode="car" if profile == "vehicle" else self.options.patient_mode,
                cache=self._prepared, options=options, snapped=snapped,
            )  # fmt: skip
        from geodata.roads.paths import road_trips

        return road_trips(
            self.network, places.lon, places.lat, origins, destinations,
            profile=profile, limit_minutes=limit, options=options, snapped=snapped,
        )  # fmt: skip

    @cached_property
    def _prepared(self) -> Path:
        """Folder for what OSRM prepares: the cache, or one that goes with this object."""
        kept = folder()
        if kept is not None:
            return kept / "osrm"
        self._scratch = TemporaryDirectory(prefix="alliance-osrm-")
        return Path(self._scratch.name)

    def _path_options(self) -> PathOptions:
        from geodata.roads.snap import PathOptions

        return PathOptions(walk_kmh=self.options.walk_kmh, snap_limit_km=self.options.snap_limit_km)

    def _snapped(self, profile: str) -> Snapped:
        """How the places meet the main roads."""
        if profile not in self._feet:
            from geodata.roads.snap import snap

            places = self.places
            self._feet[profile] = snap(self.network, places.lon, places.lat, profile, self._path_options())
        return self._feet[profile]

    def cut(self, profile: str) -> Bools:
        """(P,) places at a road that is cut off from the main ones: by water, one-ways or a closure.

        Such a place is farther from the main roads than `snap_metres`, and far nearer to a road of
        another part. Walking to the main roads instead would be an invention.
        """
        if profile not in self._cut:
            metres = self._snapped(profile).metres
            far = self.places.located & ~(metres <= self.options.snap_metres)
            cut = np.zeros(len(metres), bool)
            if far.any():
                reach = np.where(np.isfinite(metres), metres, self.options.snap_limit_km * 1000.0)
                near = self._metres_to_other_roads(profile, np.flatnonzero(far), reach)
                cut[far] = near <= reach[far] * OWN_ROAD
            self._cut[profile] = cut
        return self._cut[profile]

    def _metres_to_other_roads(self, profile: str, places: Codes, reach: Floats) -> Floats:
        """Metres from places to the nearest drawn point of a road outside the main part, inf beyond reach.

        Only roads that the profile may use count, and those that the settings close: they are there, only shut.
        """
        network = self.network
        main = network.main_part(profile)
        usable = np.isfinite(network.minutes[profile]) & ~network.ferry
        within = main[network.tail] & main[network.head]
        other = np.zeros(len(network.line_offsets) - 1, bool)
        other[network.line[usable & ~within]] = True
        if "closed" in network.roads:
            other |= network.roads["closed"].to_numpy(bool)[network.road]
        other[network.line[usable & within]] = False
        lines = np.flatnonzero(other)
        points = np.zeros(len(network.line_lon) + 1, np.int64)
        np.add.at(points, network.line_offsets[lines], 1)
        np.add.at(points, network.line_offsets[lines + 1], -1)
        at = np.flatnonzero(np.cumsum(points)[:-1] > 0)
        found = np.full(len(places), np.inf)
        if not len(at):
            return found
        from scipy.spatial import cKDTree

        # Degrees stretched to be even near the middle of the region: enough to find the nearest, which is measured.
        narrow = float(np.cos(np.radians(np.median(network.line_lat[at]))))
        tree = cKDTree(np.column_stack((network.line_lon[at] * narrow, network.line_lat[at])))
        here = np.column_stack((self.places.lon[places] * narrow, self.places.lat[places]))
        bound = float(reach[places].max()) / 1000.0 / _KM_PER_DEGREE * 1.2
        _, hit = tree.query(here, distance_upper_bound=bound)
        near = hit < len(at)
        to: Codes = np.asarray(at, np.int64)[np.asarray(hit, np.int64)[near]]
        lon, lat = self.places.lon[places[near]], self.places.lat[places[near]]
        found[near] = distance_km(lon, lat, network.line_lon[to], network.line_lat[to]) * 1000.0
        return found
