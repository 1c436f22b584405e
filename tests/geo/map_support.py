"""Small road networks and map frames for the tests of maps."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas
import numpy as np
import pandas as pd
import shapely

from geodata.roads.network import RoadNetwork

#: Degrees to a kilometre at the equator, where the test roads lie.
KM = 1 / 111.32
#: On a central meridian, so that the grid of the projection runs north.
LON, LAT = 9.0, 0.0


def network(places: Sequence[tuple[float, float]], roads: Sequence[tuple[int, int, float, bool, bool]]) -> RoadNetwork:
    """Junctions in km east and north of the middle; roads: from, to, km/h, one-way, ferry."""
    lon = np.array([LON + x * KM for x, _ in places])
    lat = np.array([LAT + y * KM for _, y in places])
    tail, head, line, backward, km, minutes, ferry = [], [], [], [], [], [], []
    for at, (first, last, speed, one_way, boat) in enumerate(roads):
        length = float(np.hypot(*(np.array(places[first]) - np.array(places[last]))))
        for start, end, back in ((first, last, False), (last, first, True))[: 1 if one_way else 2]:
            tail.append(start)
            head.append(end)
            line.append(at)
            backward.append(back)
            km.append(length)
            minutes.append(length / speed * 60)
            ferry.append(boat)
    ends = np.array([[first, last] for first, last, *_ in roads]).ravel()
    table = pd.DataFrame({
        "source": [f"way/{n}" for n in range(len(roads))], "name": "", "ref": "", "class": "primary",
        "bridge": False, "tunnel": False, "ferry": [road[4] for road in roads], "closed": False,
    })  # fmt: skip
    return RoadNetwork(
        lon, lat, np.array(tail, np.int32), np.array(head, np.int32), np.array(km),
        {"vehicle": np.array(minutes), "patient": np.array(minutes)}, np.array(ferry), np.array(line, np.int32),
        np.array(backward), np.arange(0, 2 * len(roads) + 1, 2), lon[ends], lat[ends],
        np.arange(len(roads), dtype=np.int32), table,
    )  # fmt: skip


def points(spots: Sequence[tuple[float, float]], **columns: object) -> geopandas.GeoDataFrame:
    """Points in km from the middle."""
    shapes = [shapely.Point(LON + x * KM, LAT + y * KM) for x, y in spots]
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def holds(shape: object, x: float, y: float) -> bool:
    """Whether an area in degrees holds a point given in km."""
    return bool(shapely.contains_xy(shape, LON + x * KM, LAT + y * KM))
