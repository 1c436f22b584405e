"""Travel bands: as far as the roads and the minutes allow, nested, and honest about what is estimated."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from geo.map_support import KM, LAT, LON, holds, network

from geodata.map_ground import Ground, Offer, distinct, travel_bands
from geodata.roads.bands import WALK_METRES
from geodata.roads.network import RoadNetwork
from geodata.travel_options import TravelOptions

#: 60 km/h: a minute is a kilometre. Nothing is added at the ends.
PLAIN = TravelOptions(minutes_each_end=0.0, speed_kmh=60.0, circuity=1.0)
#: A road of 80 km from west to east, with the town in its middle.
ROAD = network([(-40, 0), (0, 0), (40, 0)], [(0, 1, 60, False, False), (1, 2, 60, False, False)])


def place(x: float, y: float, key: str = "A") -> pd.DataFrame:
    return pd.DataFrame({"id": [key], "lon": [LON + x * KM], "lat": [LAT + y * KM]})


def bands(
    where: pd.DataFrame, roads: RoadNetwork | None, options: TravelOptions = PLAIN
) -> dict[int, shapely.Geometry]:
    offer = Offer("any", "both", frozenset(where["id"]))
    found = travel_bands(where, [offer], Ground(network=roads), options)
    return dict(zip(found["minutes"], found.geometry, strict=True))


def test_a_band_ends_where_the_minutes_end() -> None:
    """15 minutes at 60 km/h are 15 km of road to either side, and 30 minutes 30."""
    found = bands(place(0, 0), ROAD)
    for minutes in (15, 30):
        for side in (-1, 1):
            assert holds(found[minutes], side * (minutes - 0.4), 0)
            assert not holds(found[minutes], side * (minutes + 0.4), 0)
    assert holds(found[60], 39.9, 0) and not holds(found[60], 41.5, 0)


def test_bands_lie_within_each_other() -> None:
    """Who is within 15 minutes is within 30 and 60."""
    found = bands(place(7, 0.2), ROAD)
    assert found[15].difference(found[30]).area == pytest.approx(0, abs=1e-12)
    assert found[30].difference(found[60]).area == pytest.approx(0, abs=1e-12)


def test_off_the_road_people_walk_and_not_far() -> None:
    """A walk of 200 m costs its minutes; beyond the limit of walking nobody is counted as reached."""
    found = bands(place(0, 0), ROAD)
    assert holds(found[30], 10, 0.2)
    assert not holds(found[60], 10, WALK_METRES / 1000 + 0.5)
    # 14 km and 0.4 km on foot (5.3 minutes) are more than 15 minutes
    assert not holds(found[15], 14, 0.4)


def test_one_way_roads_count_towards_the_place() -> None:
    """A one-way road out of the town helps nobody to get to it."""
    ring = network(
        [(0, 0), (10, 0), (10, 30), (0, 30)],
        [(0, 1, 60, True, False), (1, 2, 60, True, False), (2, 3, 60, True, False), (3, 0, 60, True, False)],
    )
    found = bands(place(0, 0), ring)
    # up the street that leads home: 10 minutes; a kilometre out of town: all the way round
    assert holds(found[15], 0, 10)
    assert not holds(found[60], 10, 2)


def test_a_place_within_a_road_is_reached_without_its_junctions() -> None:
    """On an 80 km road with junctions at its ends only, a neighbour at 5 km is 5 minutes away."""
    lonely = network([(-40, 0), (40, 0)], [(0, 1, 60, False, False)])
    found = bands(place(0, 0), lonely)
    assert holds(found[15], 5, 0) and holds(found[15], -14, 0) and not holds(found[15], 16, 0)


def test_nobody_lives_on_a_ferry() -> None:
    """The far shore is in a band, the water between is not."""
    crossing = network(
        [(0, 0), (2, 0), (8, 0), (12, 0), (2, 5), (8, 5)],
        [
            (0, 1, 60, False, False),
            (1, 2, 20, False, True),
            (2, 3, 60, False, False),
            (1, 4, 60, False, False),
            (2, 5, 60, False, False),
        ],
    )
    found = bands(place(0, 0), crossing)
    assert holds(found[60], 11, 0)
    assert not holds(found[60], 5, 0)


def test_season_and_ends_shrink_a_band() -> None:
    """Minutes are the plan's: the season's factor and the minutes at both ends are taken off first."""
    slow = TravelOptions(minutes_each_end=5.0, season_factor=1.25, speed_kmh=60.0, circuity=1.0)
    found = bands(place(0, 0), ROAD, slow)
    # 30 / 1.25 - 10 = 14 km
    assert holds(found[30], 13.6, 0) and not holds(found[30], 14.4, 0)


def test_a_band_that_the_ends_use_up_is_left_out() -> None:
    """Where parking alone takes 20 minutes there is no band of 15."""
    found = bands(place(0, 0), ROAD, TravelOptions(minutes_each_end=10.0))
    assert set(found) == {30, 60}


def test_without_roads_bands_are_circles_marked_estimated() -> None:
    """60 minutes at 60 km/h and circuity 1.2 are a circle of 50 km, at any latitude."""
    far_north = pd.DataFrame({"id": ["A"], "lon": [125.0], "lat": [48.0]})
    options = TravelOptions(minutes_each_end=0.0, speed_kmh=60.0, circuity=1.2)
    found = travel_bands(far_north, [Offer("any", "both", frozenset("A"))], Ground(), options)
    circle = found[found["minutes"] == 60].to_crs("+proj=laea +lat_0=48 +lon_0=125 +units=m").geometry.iloc[0]
    assert circle.area == pytest.approx(np.pi * 50_000**2, rel=0.02)
    assert set(found["estimated"]) == {"yes"}


def test_on_roads_nothing_is_marked_estimated() -> None:
    """The mark says how the minutes were found."""
    found = travel_bands(place(0, 0), [Offer("any", "both", frozenset("A"))], Ground(network=ROAD), PLAIN)
    assert set(found["estimated"]) == {"no"}


def test_a_place_without_a_road_has_no_band() -> None:
    """Ten kilometres from every road nothing is promised."""
    assert bands(place(0, 10), ROAD) == {}


def test_offers_that_stay_are_said_once() -> None:
    """Today and plan are apart only where the places differ."""
    found = distinct([("a", {"1"}, {"1"}), ("b", {"1"}, {"1", "2"})])
    assert [(one.key, one.moment) for one in found] == [("a", "both"), ("b", "today"), ("b", "plan")]


def test_same_roads_give_the_same_bands() -> None:
    """Two runs agree to the last digit, and shapes are valid."""
    offer = [Offer("any", "both", frozenset("A"))]
    one, two = (travel_bands(place(3, 0), offer, Ground(network=ROAD), PLAIN) for _ in range(2))
    assert isinstance(one, geopandas.GeoDataFrame) and one.is_valid.all()
    assert [shape.wkb for shape in one.geometry] == [shape.wkb for shape in two.geometry]
