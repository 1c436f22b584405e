"""What the readers of road files hand to `build`: ways as runs of points, with pace and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geodata.problems import Problem
from geodata.roads.network import Bools, Floats, Ints

#: Columns of `RoadNetwork.roads`.
COLUMNS = ("source", "name", "ref", "class", "bridge", "tunnel", "ferry", "closed")


@dataclass(frozen=True)
class RoadOptions:
    """How patients travel, the wait for each ferry (minutes), and roads closed by name, number or way/id."""

    patient_mode: str = "car"
    ferry_wait_minutes: float = 10.0
    closed_roads: tuple[str, ...] = ()

    def mode(self, profile: str) -> str:
        """The mode of travel of a profile: the alliance's vehicles are cars."""
        return self.patient_mode if profile == "patient" else "car"


@dataclass(frozen=True)
class Ways:
    """W ways over P points.

    lon, lat: (P,) degrees, WGS 84. offsets: (W+1,); points: (offsets[-1],) positions into lon, lat.
    pace: by profile (W, 2) minutes per km along and against the drawing, inf where forbidden.
    duration: (W,) minutes of a whole way where the file says them (ferries), else nan.
    roads: W rows with `COLUMNS`. rank: (W,) the km/h of each way's class for cars, by which the
    greater of two roads is told at a junction. barrier: by profile (P,) points that it cannot pass.
    joints: (P,) points that are junctions even where one way alone passes.
    """

    lon: Floats
    lat: Floats
    offsets: np.ndarray[tuple[int], np.dtype[np.int64]]
    points: Ints
    pace: Mapping[str, Floats]
    duration: Floats
    roads: pd.DataFrame
    rank: Floats
    barrier: Mapping[str, Bools]
    joints: Bools
    problems: list[Problem] = field(default_factory=list)
