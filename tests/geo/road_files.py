"""Small road files made by hand, on a grid of hundredths of a degree near (0, 0): 0.01 is 1.112 km."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from geodata.roads.network import RoadNetwork
from geodata.roads.read import RoadOptions, read_roads
from geodata.roads.speeds import speeds_of

STEP, KM = 0.01, 1.11195
Spot = tuple[float, float]


def osm_file(
    path: Path,
    ways: Sequence[tuple[Sequence[Spot], Mapping[str, str]]],
    points: Mapping[Spot, Mapping[str, str]] | None = None,
    *,
    nodes_last: bool = False,
    drawn: bool = False,
    missing: Sequence[Spot] = (),
) -> Path:
    """Write an .osm file: ways over spots (equal spots are one node) with tags; tags of nodes in `points`.

    drawn: nodes have the negative numbers that an editor gives.
    """
    sign = -1 if drawn else 1
    spots = list(dict.fromkeys([spot for line, _ in ways for spot in line] + list(points or {})))
    ids = {spot: sign * (at + 1) for at, spot in enumerate(spots)}
    nodes = [
        f'<node id="{ids[x, y]}" version="1" lon="{x * STEP:.7f}" lat="{y * STEP:.7f}">'
        f"{_tags((points or {}).get((x, y), {}))}</node>"
        for x, y in spots
        if (x, y) not in missing
    ]
    lines = [
        f'<way id="{at + 101}" version="1">{"".join(f"<nd ref={quoteattr(str(ids[spot]))}/>" for spot in line)}'
        f"{_tags(tags)}</way>"
        for at, (line, tags) in enumerate(ways)
    ]
    body = lines + nodes if nodes_last else nodes + lines
    path.write_text('<?xml version="1.0"?>\n<osm version="0.6">\n' + "\n".join(body) + "\n</osm>\n", encoding="utf-8")
    return path


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def layer_file(
    path: Path,
    lines: Sequence[Sequence[Spot]],
    crs: object = 4326,
    layer: str | None = None,
    **columns: Sequence[object],
) -> Path:
    """Write a layer of lines over spots with columns, in `crs`; a shapefile without one has no .prj."""
    shapes = [shapely.LineString([(x * STEP, y * STEP) for x, y in line]) for line in lines]
    frame = gpd.GeoDataFrame(dict(columns), geometry=shapes, crs=4326).to_crs(crs or 4326)
    write(frame, path, stated=crs is not None, **({"layer": layer} if layer else {}))
    return path


def write(frame: gpd.GeoDataFrame, path: Path, *, stated: bool = True, **options: str) -> None:
    """Write a layer; shapefiles as Chinese offices have them, in GB18030, and perhaps without their .prj."""
    shapefile = path.suffix == ".shp"
    frame.to_file(path, **options, **({"encoding": "GB18030"} if shapefile else {}))
    if not stated:
        path.with_suffix(".prj").unlink()


def read(path: Path, *, speeds: pd.DataFrame | None = None, datum: str = "wgs84", **options: object) -> RoadNetwork:
    """The network of a file with options by name."""
    return read_roads(path, speeds_of(speeds), RoadOptions(**options), datum)  # type: ignore[arg-type]


def junction(network: RoadNetwork, spot: Spot) -> int:
    """The junction at a spot; fails when there is none or several."""
    near = np.hypot(network.lon - spot[0] * STEP, network.lat - spot[1] * STEP) < 1e-5
    assert near.sum() == 1, f"{near.sum()} junctions at {spot}"
    return int(np.flatnonzero(near)[0])


def minutes(network: RoadNetwork, start: Spot, end: Spot, profile: str = "vehicle") -> float:
    """Fastest minutes between two junctions by networkx; inf when there is no way."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(network.lon)))
    for tail, head, cost in zip(network.tail, network.head, network.minutes[profile], strict=True):
        if np.isfinite(cost):
            graph.add_edge(int(tail), int(head), weight=float(cost))
    ends = junction(network, start), junction(network, end)
    try:
        return float(nx.dijkstra_path_length(graph, *ends))
    except nx.NetworkXNoPath:
        return float("inf")


def at_speed(spots: float, kmh: float) -> float:
    """Minutes for a number of grid steps at a speed."""
    return spots * KM / kmh * 60.0
