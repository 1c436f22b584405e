"""The routable road network: junctions, directed edges with minutes by profile, and their shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.problems import Problem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

PROFILES = ("vehicle", "patient")


@dataclass(frozen=True)
class RoadNetwork:
    """N junctions, M directed edges, L lines (undirected shapes), K roads (rows of the road file).

    lon, lat: (N,) degrees, WGS 84. tail, head: (M,) junctions of each edge. km: (M,) along the road.
    minutes: by profile (M,), one way at free flow, without season, calibration or time at the ends;
    inf where the profile may not go. ferry: (M,); the wait is in the minutes of the edge that boards.
    line: (M,) shape of each edge, drawn against its points where `backward`. Points of line l are
    line_lon, line_lat [line_offsets[l] : line_offsets[l + 1]], both ends included. road: (L,) rows of
    `roads`: source ("way/123" or the row of the layer), name, ref, class, bridge, tunnel, ferry, closed.
    """

    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    km: Floats
    minutes: Mapping[str, Floats]
    ferry: Bools
    line: Ints
    backward: Bools
    line_offsets: npt.NDArray[np.int64]
    line_lon: Floats
    line_lat: Floats
    road: Ints
    roads: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)

    def part_of(self, profile: str) -> Ints:
        """(N,) the strongly connected part of each junction for a profile; part 0 is the largest."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import connected_components

        count = len(self.lon)
        usable = np.isfinite(self.minutes[profile])
        ends = (self.tail[usable], self.head[usable])
        graph = csr_matrix((np.ones(len(ends[0]), np.int8), ends), shape=(count, count))
        _, label = connected_components(graph, directed=True, connection="strong")
        sizes = np.bincount(label, minlength=1)
        rank = np.empty(len(sizes), np.int32)
        rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes), dtype=np.int32)
        return np.asarray(rank[label], np.int32)

    def main_part(self, profile: str) -> Bools:
        """(N,) whether a junction is in the largest strongly connected part."""
        return np.asarray(self.part_of(profile) == 0)
