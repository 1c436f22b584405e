"""The road network of a region, read once: from the road file, or from the cache."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.beside import hash_file
from geodata.coordinates import declared_datum, is_datum
from geodata.errors import SAID, GeodataError
from geodata.region import Region
from geodata.sentences import said
from geodata.travel_cache import entry, keep, key_of, makers, used
from geodata.travel_options import TravelOptions

if TYPE_CHECKING:
    from geodata.roads.network import RoadNetwork

#: The last network of this run: trips, the test of the datum and the maps all ask for it.
_last: dict[str, RoadNetwork] = {}


class NoRoadFile(GeodataError):
    """Roads are asked for, and there is no road file."""

    def __init__(self) -> None:
        self.said = said("no_road_file")
        super().__init__(SAID.both("no_road_file", expected=self.said.expected, cure=self.said.cure))


@dataclass(frozen=True)
class RoadSource:
    """What decides a network: file, its SHA-256 (hex), datum, speeds and options; `key` is the hash of all."""

    path: Path
    sha256: str
    datum: str
    speeds: pd.DataFrame | None
    options: TravelOptions
    key: str


def road_source(region: Region, options: TravelOptions) -> RoadSource:
    """The road file of a region under these options.

    The datum is `[region] coordinates = { roads = "gcj02" }`; one word for all tables says nothing of
    a road file, which is WGS 84 unless stated. Raises `NoRoadFile` where there is none.
    """
    path = region.layers.get("roads")
    if path is None:
        raise NoRoadFile
    datum = declared_datum(region.settings, "roads")
    datum = datum if is_datum(datum) else "wgs84"
    sha256 = region.sources.get(path.name) or hash_file(path)
    speeds = region.tables.get("road_speeds")
    # the figures of a shapefile stand in files beside it
    beside = sorted(path.parent.glob(f"{path.stem}.*")) if path.suffix.lower() == ".shp" else []
    parts = [hash_file(part) for part in beside if part.suffix.lower() in (".dbf", ".shx", ".prj", ".cpg")]
    chosen = (options.patient_mode, options.ferry_wait_minutes, sorted(options.closed_roads))
    table = "" if speeds is None else speeds
    return RoadSource(
        path, sha256, datum, speeds, options, key_of(makers(), path.name, sha256, datum, chosen, parts, table)
    )


def network_of(region: Region, options: TravelOptions) -> RoadNetwork:
    """The road network of a region, from the cache where it is there.

    Raises `NoRoadFile`, or `geodata.errors.RoadsUnreadable` for a file that is no road network.
    """
    return read_network(road_source(region, options))


def read_network(source: RoadSource) -> RoadNetwork:
    """The network of a road file, which is not to be changed. Raises `geodata.errors.RoadsUnreadable`."""
    if source.key not in _last:
        network = _read(source)
        _last.clear()
        _last[source.key] = network
    return _last[source.key]


def forget() -> None:
    """Drop the network held in memory."""
    _last.clear()


def _read(source: RoadSource) -> RoadNetwork:
    from geodata.roads.store import load_network, save_network

    path = entry("network", source.key)
    kept = None if path is None else load_network(path)
    if kept is not None and path is not None:
        used(path)
        return kept
    from geodata.roads.read import RoadOptions, read_roads
    from geodata.roads.speeds import speeds_of

    options = RoadOptions(
        patient_mode=source.options.patient_mode,
        ferry_wait_minutes=source.options.ferry_wait_minutes,
        closed_roads=source.options.closed_roads,
    )
    made = read_roads(source.path, speeds_of(source.speeds), options, source.datum)
    keep(path, lambda part: save_network(made, part))
    return made


def network_facts(network: RoadNetwork) -> dict[str, Any]:
    """Figures about a network for people: junctions, edges, km, and the share of km in the main part.

    km counts each line once; main_share is by length, of what vehicles may use.
    """
    lines = len(network.line_offsets) - 1
    usable = np.isfinite(network.minutes["vehicle"])
    length, inside = np.zeros(lines), np.zeros(lines)
    main = network.main_part("vehicle")
    within = usable & main[network.tail] & main[network.head]
    np.maximum.at(length, network.line[usable], network.km[usable])
    np.maximum.at(inside, network.line[within], network.km[within])
    total = float(length.sum())
    return {
        "junctions": len(network.lon),
        "edges": len(network.tail),
        "km": round(total, 1),
        "main_share": round(float(inside.sum()) / total, 4) if total > 0 else 0.0,
        "ferries": len(np.unique(network.road[network.line[network.ferry & usable]])),
        "closed": int(network.roads["closed"].astype(bool).sum()) if "closed" in network.roads else 0,
    }
