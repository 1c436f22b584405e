"""Road networks made by hand, and fastest paths by networkx to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd

from geodata.roads.network import RoadNetwork

#: km of one degree of latitude and, at the equator, of longitude on the WGS 84 ellipsoid, near (0, 0).
NORTH_KM, EAST_KM = 110.574, 111.3195


@dataclass(frozen=True)
class Way:
    """A road between two junctions; minutes of a direction are inf where it may not be driven."""

    tail: int
    head: int
    km: float
    there: float
    back: float = np.inf
    ferry: bool = False


def network_of(points: Sequence[tuple[float, float]], ways: Sequence[Way]) -> RoadNetwork:
    """The network of straight ways between points in km east and north of (0, 0); both profiles alike."""
    lon = np.array([x / EAST_KM for x, _ in points])
    lat = np.array([y / NORTH_KM for _, y in points])
    edges = [(way.tail, way.head, i, False, way.there) for i, way in enumerate(ways)]
    edges += [(way.head, way.tail, i, True, way.back) for i, way in enumerate(ways)]
    tail, head, line, backward, minutes = (np.array(part) for part in zip(*edges, strict=True))
    ends = np.array([(way.tail, way.head) for way in ways]).ravel()
    km, ferry = np.array([way.km for way in ways]), np.array([way.ferry for way in ways])
    return RoadNetwork(
        lon=lon,
        lat=lat,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        km=km[line],
        minutes={"vehicle": minutes, "patient": minutes},
        ferry=ferry[line],
        line=line.astype(np.int32),
        backward=backward.astype(bool),
        line_offsets=np.arange(len(ways) + 1, dtype=np.int64) * 2,
        line_lon=lon[ends],
        line_lat=lat[ends],
        road=np.arange(len(ways), dtype=np.int32),
        roads=pd.DataFrame({"source": [f"way/{i}" for i in range(len(ways))]}),
    )


def degrees(points: Sequence[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of points in km east and north of (0, 0)."""
    return np.array([x / EAST_KM for x, _ in points]), np.array([y / NORTH_KM for _, y in points])


Place = tuple[int, float]  # a line and the share along it


def by_networkx(network: RoadNetwork, places: Sequence[Place], per_km: float = 0.0) -> dict[tuple[int, int], float]:
    """Minutes between every two places, by networkx on a graph cut at each of them; and `per_km` for each km."""
    graph = nx.DiGraph()
    usable = np.isfinite(network.minutes["vehicle"])
    graph.add_nodes_from(range(len(network.lon)))
    graph.add_edges_from(zip(network.tail[usable].tolist(), network.head[usable].tolist(), strict=True))
    main = max(nx.strongly_connected_components(graph), key=len)
    cut = nx.MultiDiGraph()
    for edge in np.flatnonzero(usable):
        if int(network.tail[edge]) not in main or int(network.head[edge]) not in main:
            continue
        stops: list[tuple[float, object]] = [(0.0, int(network.tail[edge])), (1.0, int(network.head[edge]))]
        for place, (line, share) in enumerate(places):
            if line == network.line[edge]:
                stops.append((1 - share if network.backward[edge] else share, ("place", place)))
        stops.sort(key=lambda stop: stop[0])
        for (at, one), (to, other) in pairwise(stops):
            cost = network.minutes["vehicle"][edge] + per_km * network.km[edge]
            cut.add_edge(one, other, minutes=cost * (to - at))
            if to == at:  # places at one point
                cut.add_edge(other, one, minutes=0.0)
    found = {}
    for place in range(len(places)):
        if ("place", place) in cut:
            reached = nx.single_source_dijkstra_path_length(cut, ("place", place), weight="minutes")
            found.update({(place, node[1]): m for node, m in reached.items() if isinstance(node, tuple)})
    return {pair: minutes for pair, minutes in found.items() if pair[0] != pair[1]}
