"""Roads of an OpenStreetMap extract (.osm.pbf, .pbf, .osm, .osm.gz) with pyosmium.

One pass with osmium's own node store (16 bytes for each node of the file) hands over ways with
their locations; only roads, ferries and barriers reach Python.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.roads import rules
from geodata.roads.errors import unreadable
from geodata.roads.network import PROFILES, Bools
from geodata.roads.speeds import Speeds
from geodata.roads.ways import COLUMNS, RoadOptions, Ways

_BLOCK = 64


class _Gathered:
    """Ways as they come from the file."""

    def __init__(self, speeds: Speeds, options: RoadOptions) -> None:
        self.speeds, self.options = speeds, options
        self.refs, self.lon, self.lat = array("q"), array("d"), array("d")
        self.counts = array("q")
        self.rows: list[tuple[Any, ...]] = []
        self.kmh: list[tuple[float, ...]] = []
        self.duration = array("d")
        self.barriers: list[tuple[int, tuple[bool, ...]]] = []
        self.known: dict[frozenset[tuple[str, str]], tuple[float, ...]] = {}
        self.roads = self.missing = 0
        #: Nodes that a user drew in an editor have negative numbers, which osmium's store leaves out.
        self.drawn: dict[int, tuple[float, float]] = {}

    def node(self, node: Any) -> None:
        tags = {tag.k: tag.v for tag in node.tags if tag.k == "barrier" or tag.k in rules.RELEVANT}
        if "barrier" in tags:
            blocks = tuple(rules.barrier_blocks(tags, self.options.mode(profile)) for profile in PROFILES)
            if any(blocks):
                self.barriers.append((node.id, blocks))

    def way(self, way: Any) -> None:
        tags = {tag.k: tag.v for tag in way.tags}
        ferry = tags.get("route") == "ferry"
        if not ferry and "highway" not in tags:
            return
        self.roads += 1
        kmh = self._kmh(tags)
        if not any(kmh):
            return
        row = (
            *(f"way/{way.id}", tags.get("name", ""), tags.get("ref", "")),
            "ferry" if ferry else tags["highway"],
            *(tags.get("bridge", "no") != "no", tags.get("tunnel", "no") != "no", ferry, False),
        )
        duration = rules.duration_minutes(tags.get("duration")) if ferry else float("nan")
        start = len(self.refs)
        for node in way.nodes:
            place = node.location
            if place.valid():
                self.refs.append(node.ref)
                self.lon.append(place.lon)
                self.lat.append(place.lat)
            elif drawn := self.drawn.get(node.ref):
                self.refs.append(node.ref)
                self.lon.append(drawn[0])
                self.lat.append(drawn[1])
            else:  # beyond the border of the extract: the way ends here and may go on later
                self.missing += 1
                self._end(start, row, kmh, float("nan"))
                start, duration = len(self.refs), float("nan")
        self._end(start, row, kmh, duration)

    def _end(self, start: int, row: tuple[Any, ...], kmh: tuple[float, ...], duration: float) -> None:
        count = len(self.refs) - start
        if count < 2:
            del self.refs[start:], self.lon[start:], self.lat[start:]
            return
        self.counts.append(count)
        self.rows.append(row)
        self.kmh.append(kmh)
        self.duration.append(duration)

    def _kmh(self, tags: dict[str, str]) -> tuple[float, ...]:
        """km/h along and against for each profile; ways with the same tags are judged once."""
        key = frozenset((k, v) for k, v in tags.items() if k in rules.RELEVANT)
        if key not in self.known:
            pairs = [rules.kmh_both(tags, self.options.mode(name), name, self.speeds) for name in PROFILES]
            self.known[key] = tuple(value for pair in pairs for value in pair)
        return self.known[key]


def read_osm(path: Path, speeds: Speeds, options: RoadOptions) -> Ways:
    """The ways of an extract; raises `RoadsUnreadable` for a broken file or one without roads."""
    if path.stat().st_size == 0:
        raise unreadable(path, "roads_empty")
    found = _Gathered(speeds, options)
    try:
        _gather(path, found, nodes_first=False)
        if found.missing and not path.name.lower().endswith(".pbf"):
            # An editor's file may hold the nodes behind the ways, and nodes of its own.
            found = _Gathered(speeds, options)
            found.drawn = _drawn(path)
            _gather(path, found, nodes_first=True)
    except (RuntimeError, OSError, ValueError) as error:
        raise unreadable(path, "roads_damaged", why=_first_line(error)) from error
    if not found.roads:
        raise unreadable(path, "roads_none")
    if not found.rows:
        raise unreadable(path, "roads_none_open")
    return _ways(found)


def _gather(path: Path, found: _Gathered, *, nodes_first: bool) -> None:
    import osmium
    from osmium.filter import EntityFilter, KeyFilter

    wanted = osmium.osm.NODE | osmium.osm.WAY
    stream: Any = osmium.FileProcessor(str(path), wanted)
    if nodes_first:
        store: Any = osmium.index.create_map("flex_mem")
        for _ in (
            osmium.FileProcessor(str(path), wanted).with_locations(store).with_filter(EntityFilter(osmium.osm.WAY))
        ):
            pass
        stream = stream.with_locations(store)
    else:
        stream = stream.with_locations()
    for thing in _live(stream.with_filter(KeyFilter("highway", "route", "barrier"))):
        if thing.is_node():
            found.node(thing)
        else:
            found.way(thing)


def _drawn(path: Path) -> dict[int, tuple[float, float]]:
    import osmium

    nodes = _live(osmium.FileProcessor(str(path), osmium.osm.NODE))
    return {node.id: (node.location.lon, node.location.lat) for node in nodes if node.id < 0 and node.location.valid()}


def _live(things: Any) -> Iterator[Any]:
    return (thing for thing in things if not thing.deleted)


def _ways(found: _Gathered) -> Ways:
    refs = np.frombuffer(found.refs, np.int64)
    ids, first, points = np.unique(refs, return_index=True, return_inverse=True)
    offsets = np.concatenate([[0], np.cumsum(np.frombuffer(found.counts, np.int64))])
    kmh = np.array(found.kmh, float)
    with np.errstate(divide="ignore"):
        pace = {name: 60.0 / kmh[:, 2 * at : 2 * at + 2] for at, name in enumerate(PROFILES)}
    barrier: dict[str, Bools] = {}
    for at, name in enumerate(PROFILES):
        stops = np.array([node for node, blocks in found.barriers if blocks[at]], np.int64)
        barrier[name] = np.isin(ids, stops)
    roads = pd.DataFrame.from_records(found.rows, columns=list(COLUMNS))
    return Ways(
        lon=np.frombuffer(found.lon, float)[first],
        lat=np.frombuffer(found.lat, float)[first],
        offsets=offsets.astype(np.int64),
        points=points.astype(np.int32),
        pace=pace,
        duration=np.array(found.duration, float),
        roads=roads,
        rank=found.speeds.ranks(roads["class"]),
        barrier=barrier,
        joints=np.zeros(len(ids), bool),
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
