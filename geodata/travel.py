"""Minutes and kilometres from every place to every place: the user's table, then roads, then straight lines.

    minutes = (road minutes + 2 x minutes_each_end) x season_factor x calibration

Direction is kept: where only B to A is in the user's table, A to B is taken from it and says so
(`table_reversed`). The other pairs come from one source, by `[travel] method`: roads where the region
has a road file, else straight lines (`auto`); or the one that is named. A pair that roads do not know
(no coordinates, no road near, a part that is cut off) is left out and the place is named: it is never
zero and never silently a straight line. The user's own cells are the cure that always works.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from geodata.calibration import Calibration, calibrate
from geodata.coordinates import tables_to_wgs84
from geodata.problems import Problem
from geodata.region import Region
from geodata.sentences import said
from geodata.travel_join import join_pairs
from geodata.travel_network import NoRoadFile, RoadSource, network_facts, read_network, road_source
from geodata.travel_options import TravelOptions
from geodata.travel_places import (
    COLUMNS,
    OUTSIDE,
    PROFILES,
    Pairs,
    given_rows,
    own_pairs,
    places_of,
)
from geodata.travel_straight import straight_minutes, straight_pairs
from geodata.travel_unreached import Trouble, place_problems, troubles

__all__ = ("COLUMNS", "OUTSIDE", "PROFILES", "NoRoadFile", "Travel", "TravelOptions", "make_travel", "travel_table")


@dataclass(frozen=True)
class Travel:
    """A travel table and how it was made.

    table: see `travel_table`. problems: places that roads do not reach or stand far from them, known
    trips that do not fit; all are warnings. facts: plain values for `plan.json` and the screen (see
    `docs/travel.md`). metres: place -> metres to its road, for places that have one. troubles: the places
    of `problems` one by one. options: those in force, with the calibration found. from_cache, seconds:
    of this run.
    """

    table: pd.DataFrame
    options: TravelOptions
    problems: list[Problem] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    metres: dict[str, float] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    from_cache: bool = False
    seconds: float = 0.0

    def record(self) -> dict[str, Any]:
        """What `plan.json` keeps of it."""
        return {**self.facts, "from_cache": self.from_cache}


def travel_table(region: Region, settings: Mapping[str, Any]) -> pd.DataFrame:
    """The full table: origin, destination, minutes, km (one way), profile, method.

    Rows: the user's, every ordered pair of institutions (by road within 12 hours), and communities to
    institutions within `max_minutes`. profile is "" where patients and vehicles take the same time.
    method is the user's own word or `table`, `table_reversed`; `roads`, `roads_ferry` (a ferry is
    boarded), or `straight`. Raises ValueError for unknown `[region] coordinates`, `NoRoadFile` where
    roads are asked for and there are none, `geodata.errors.GeodataError` for an unusable road file.
    """
    return make_travel(region, settings).table


def make_travel(region: Region, settings: Mapping[str, Any]) -> Travel:
    """The table of `travel_table` with how it was made; roads come from the cache where they can."""
    started = time.monotonic()
    options = TravelOptions.of(settings)
    source = road_source(region, options) if uses_roads(region, options) else None
    asked = _Asked(region, tables_to_wgs84(region.tables, {**region.settings, **settings}), options, source)
    if source is None:
        made = _made(asked)
    else:
        from geodata.travel_store import kept

        made = kept(asked.places, asked.key(source), lambda: _made(asked), asked.options)
    # an answer held in memory says how long it took to make
    return made if made.seconds else replace(made, seconds=round(time.monotonic() - started, 3))


def uses_roads(region: Region, options: TravelOptions) -> bool:
    """Whether the region's trips are computed on roads under these options."""
    return options.method == "roads" or (options.method == "auto" and "roads" in region.layers)


class _Asked:
    """One question: a region (tables in WGS 84), options, and where roads come from."""

    def __init__(
        self, region: Region, tables: Mapping[str, pd.DataFrame], options: TravelOptions, source: RoadSource | None
    ) -> None:
        self.region = region
        self.options = options
        self.source = source
        self.tables = tables
        self.given = given_rows(tables.get("travel"), options)
        self.places = places_of(tables, self.given)

    def key(self, source: RoadSource) -> str:
        """Hash of everything that the answer depends on."""
        from geodata.travel_cache import key_of

        places, known = self.places, self.region.tables.get("known_trips")
        labels = [self.region.rows.get(table, []) for table in ("institutions", "communities", "known_trips")]
        names = [self.tables[one]["name"].to_numpy() for one in ("institutions", "communities") if one in self.tables]
        return key_of(
            source.key, asdict(self.options), places.ids, places.lon, places.lat, places.institutions,
            places.communities, self.given, "" if known is None else known, labels, *names,
        )  # fmt: skip


def _made(asked: _Asked) -> Travel:
    """The answer, worked out."""
    places, options, given = asked.places, asked.options, asked.given
    own = {profile: own_pairs(given, profile, places) for profile in PROFILES}
    if asked.source is not None:
        return _on_roads(asked, asked.source, own)
    found = Calibration(options.calibration, "setting" if options.calibration != 1.0 else "none")
    spare = {"": Pairs.none("straight")}
    if options.method != "table":
        found = calibrate(
            asked.region, places, options, lambda origins, destinations, profile: straight_minutes(
                places, origins, destinations, options
            ),
        )  # fmt: skip
        options = replace(options, calibration=found.factor)
        spare = {"": straight_pairs(places, options)}
    table = join_pairs(own, spare, places, options)
    facts = {"engine": "straight" if options.method != "table" else "table", **_facts(table, options, found)}
    return Travel(table, options, found.problems, facts)


def _on_roads(asked: _Asked, source: RoadSource, own: dict[str, pd.DataFrame]) -> Travel:
    from geodata.travel_roads import RoadFinder

    places, network = asked.places, read_network(source)
    finder = RoadFinder(network, places, asked.options, source.path)
    found = calibrate(asked.region, places, asked.options, finder.road_minutes)
    options = replace(asked.options, calibration=found.factor)
    trips = finder.trips(options)
    lost = troubles(places, options, trips, own)
    problems = [*network.problems, *_idle(asked.region, options), *found.problems]
    problems += place_problems(asked.region, options, lost)
    metres = next(iter(trips.metres.values()))
    table = join_pairs(own, trips.pairs, places, options)
    about = {**network_facts(network), "file": source.path.name, "sha256": source.sha256, "datum": source.datum}
    standing = metres[np.isfinite(metres)]
    snapped = {
        "places": len(standing),
        "p50_metres": round(float(np.median(standing)), 1) if len(standing) else None,
        "max_metres": round(float(standing.max()), 1) if len(standing) else None,
        "without_road": int((places.located & ~np.isfinite(metres)).sum()),
        "cut_off": int(np.any(list(trips.cut.values()), axis=0).sum()),
    }
    facts = {"engine": options.engine, "roads": about, "snapped": snapped, **_facts(table, options, found)}
    near = {str(places.ids[at]): round(float(metres[at]), 1) for at in np.flatnonzero(np.isfinite(metres))}
    return Travel(table, options, problems, facts, near, lost)


def _idle(region: Region, options: TravelOptions) -> list[Problem]:
    """What the engine `osrm`, which reads the extract itself, does not know of."""
    if options.engine != "osrm":
        return []
    given = {"closed_roads": bool(options.closed_roads), "road_speeds": "road_speeds" in region.tables}
    given["ferry_wait_minutes"] = options.ferry_wait_minutes != TravelOptions.ferry_wait_minutes
    what = ", ".join(name for name, there in given.items() if there)
    return (
        [said("osrm_ignores", what=what).problem("plan.toml", "", "travel.engine", "osrm", "warning")] if what else []
    )


def _facts(table: pd.DataFrame, options: TravelOptions, found: Calibration) -> dict[str, Any]:
    counted = table["method"].value_counts()
    methods = {str(word): int(count) for word, count in sorted(counted.items(), key=lambda one: str(one[0])) if count}
    return {
        "methods": methods,
        "ferry_pairs": methods.get("roads_ferry", 0),
        "season_factor": options.season_factor,
        "closed_roads": list(options.closed_roads),
        "calibration": found.facts(),
    }
