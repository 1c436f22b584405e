"""A region's road file as a routable network."""

from __future__ import annotations

from pathlib import Path

from geodata.roads.build import build_network
from geodata.roads.errors import unreadable
from geodata.roads.network import RoadNetwork
from geodata.roads.osm import read_osm
from geodata.roads.speeds import Speeds
from geodata.roads.ways import RoadOptions, Ways

__all__ = ("RoadOptions", "Speeds", "read_roads")

_OSM = (".pbf", ".osm", ".osm.gz", ".osm.bz2")


def read_roads(path: Path, speeds: Speeds, options: RoadOptions, datum: str = "wgs84") -> RoadNetwork:
    """The network of an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz) or a road layer.

    `datum` is what a layer in degrees is declared to be; extracts are WGS 84 always. Raises
    `RoadsUnreadable` (a `GeodataError` with its sentence in both languages) for a file that cannot
    be used at all; what can be lived with is in `problems` of the network.
    """
    if not path.is_file():
        raise unreadable(path, "roads_missing")
    ways = _ways(path, speeds, options, datum)
    return build_network(ways, options)


def _ways(path: Path, speeds: Speeds, options: RoadOptions, datum: str) -> Ways:
    if path.name.lower().endswith(_OSM):
        return read_osm(path, speeds, options)
    raise unreadable(path, "roads_kind")
