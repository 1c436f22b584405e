"""A region's road file as a routable network."""

from __future__ import annotations

from pathlib import Path

from geodata.problems import Problem
from geodata.roads.build import build_network
from geodata.roads.closed import close_roads
from geodata.roads.cut_off import cut_off_problem
from geodata.roads.errors import unreadable
from geodata.roads.layer import read_layer
from geodata.roads.network import RoadNetwork
from geodata.roads.osm import read_osm
from geodata.roads.speeds import Speeds
from geodata.roads.ways import RoadOptions, Ways
from geodata.sentences import said

__all__ = ("RoadOptions", "Speeds", "read_roads")

_OSM = (".pbf", ".osm", ".osm.gz", ".osm.bz2")
_LAYER = (".gpkg", ".shp", ".geojson", ".json")


def read_roads(path: Path, speeds: Speeds, options: RoadOptions, datum: str = "wgs84") -> RoadNetwork:
    """The network of an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz) or a road layer.

    `datum` is what a layer in degrees is declared to be ("gcj02", "bd09"), or the EPSG code of a layer
    that states none ("epsg:4549"); extracts are WGS 84 always. Raises `geodata.errors.RoadsUnreadable`
    with its sentence in both languages for a file that cannot be used at all; what can be lived with
    is in `problems` of the network.
    """
    if not path.is_file():
        raise unreadable(path, "roads_missing")
    name = path.name.lower()
    if name.endswith(_OSM):
        ways = read_osm(path, speeds, options)
    elif name.endswith(_LAYER):
        ways = read_layer(path, speeds, options, datum)
    else:
        raise unreadable(path, "roads_kind")
    ways = close_roads(ways, options.closed_roads)
    network = build_network(ways, options)
    network.problems.extend(_own_classes(ways, speeds))
    cut = cut_off_problem(network, path.name, layer=name.endswith(_LAYER))
    if cut is not None:
        network.problems.append(cut)
    return network


def _own_classes(ways: Ways, speeds: Speeds) -> list[Problem]:
    """A warning for each class of the region's table that is neither in the file nor built in."""
    there = set(ways.roads["class"])
    listed = "、".join(sorted(there))
    return [
        said("roads_class_absent", known=listed).problem("road_speeds", value=kind, severity="warning")
        for kind in sorted({*speeds.own["vehicle"], *speeds.own["patient"]})
        if kind not in there and kind not in speeds.kmh
    ]
