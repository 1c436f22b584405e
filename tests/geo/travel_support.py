"""Road files written by hand, and regions that stand on them. Degrees are near 118 E, 32 N."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.tables import Rows, region

from geodata.beside import hash_file
from geodata.region import Region
from geodata.travel import Travel, make_travel

WEST, SOUTH = 118.0, 32.0
#: Degrees of one km east and north at 32 N, on the WGS 84 ellipsoid.
EAST_DEGREE, NORTH_DEGREE = 1 / 94.493, 1 / 110.887

Point = tuple[float, float]
Way = tuple[Sequence[str], Mapping[str, str]]


def point(x: float, y: float) -> dict[str, float]:
    """lon and lat of a point x km east and y km north of the corner."""
    return {"lon": round(WEST + x * EAST_DEGREE, 7), "lat": round(SOUTH + y * NORTH_DEGREE, 7)}


def write_osm(path: Path, nodes: Mapping[str, Point], ways: Sequence[Way]) -> Path:
    """An OpenStreetMap file of ways over named nodes (km east, km north)."""
    number = {name: at for at, name in enumerate(nodes, 1)}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="test">']
    for name, (x, y) in nodes.items():
        spot = point(x, y)
        lines.append(f'<node id="{number[name]}" version="1" lat="{spot["lat"]}" lon="{spot["lon"]}"/>')
    for at, (run, tags) in enumerate(ways, 1):
        refs = "".join(f'<nd ref="{number[name]}"/>' for name in run)
        told = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        lines.append(f'<way id="{at}" version="1">{refs}{told}</way>')
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


#: A valley road of 20 km with five junctions, a pass that shortens it, a side road, and an island.
NODES: Mapping[str, Point] = {
    "a": (0, 0), "b": (5, 0), "c": (10, 0), "d": (15, 0), "e": (20, 0),
    "top": (10, 12), "far": (20, 12), "side": (5, 4),
    "i": (40, 0), "j": (44, 0), "pier": (22, 0), "quay": (38, 0),
}  # fmt: skip
PRIMARY = {"highway": "primary"}
WAYS: Sequence[Way] = (
    (("a", "b", "c", "d", "e"), {**PRIMARY, "name": "Valley Road", "ref": "S101"}),
    (("c", "top"), {**PRIMARY, "name": "Pass Road"}),
    (("top", "far", "e"), PRIMARY),
    (("b", "side"), {"highway": "unclassified", "name": "Side Road"}),
    (("i", "j"), {**PRIMARY, "name": "Island Road"}),
    (("quay", "i"), PRIMARY),
    (("e", "pier"), PRIMARY),
)
FERRY: Way = (("pier", "quay"), {"route": "ferry", "duration": "00:40"})
#: Institutions on those roads.
TOWNS: Rows = [
    {"id": "A", "name": "甲院", "level": 2, **point(0, 0)},
    {"id": "C", "name": "丙院", "level": 1, **point(10, 0)},
    {"id": "T", "name": "山上院", "level": 1, **point(10, 12)},
]


def on_roads(
    folder: Path, tables: Mapping[str, Rows], ways: Sequence[Way] = WAYS, settings: Mapping[str, Any] | None = None
) -> Region:
    """A region of these rows with a road file beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = write_osm(folder / "roads.osm", NODES, ways)
    made = region(tables, {"travel": dict(settings or {})})
    return replace(made, layers={"roads": path}, sources={path.name: hash_file(path)})


def travel(made: Region, **settings: Any) -> Travel:
    """Its travel under settings that win over the region's."""
    written = made.settings.get("travel", {})
    return make_travel(made, {"travel": {**written, **settings}})


def minutes(made: Travel) -> dict[tuple[str, str, str], float]:
    """Minutes by origin, destination, profile."""
    table = made.table
    keys = zip(table["origin"], table["destination"], table["profile"], strict=True)
    return dict(zip(keys, table["minutes"].tolist(), strict=True))


def methods(made: Travel) -> dict[tuple[str, str], str]:
    """Method by origin and destination."""
    table = made.table
    return dict(zip(zip(table["origin"], table["destination"], strict=True), table["method"], strict=True))
