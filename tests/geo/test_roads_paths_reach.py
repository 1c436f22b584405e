"""Minutes of junctions to the nearest place, and the parts of roads within them."""

from __future__ import annotations

import numpy as np
import pytest
from geo.roads_support import Way, degrees, network_of

from geodata.roads.paths import road_trips
from geodata.roads.reach import node_minutes, road_pieces
from geodata.roads.snap import PathOptions, snap

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
#: A ring that is driven one way round, 10 minutes a side, but for its first side.
ROUND = [Way(0, 1, 10, 10, 10), Way(1, 2, 10, 10), Way(2, 3, 10, 10), Way(3, 0, 10, 10)]


def test_minutes_to_and_from_the_nearest_place() -> None:
    """With one place on a one-way ring, junctions before it are near, those behind it far; outwards the reverse."""
    network = network_of(SQUARE, ROUND)
    lon, lat = degrees([(10, 4)])
    towards = node_minutes(network, lon, lat, "vehicle", 120)
    outwards = node_minutes(network, lon, lat, "vehicle", 120, direction="from")
    assert towards == pytest.approx([14, 4, 34, 24], abs=1e-3)
    assert outwards == pytest.approx([26, 36, 6, 16], abs=1e-3)
    assert node_minutes(network, lon, lat, "vehicle", 20).tolist() == [
        pytest.approx(14, abs=1e-3),
        pytest.approx(4, abs=1e-3),
        np.inf,
        np.inf,
    ]


def test_the_nearest_of_several_places_counts_with_its_walk() -> None:
    """A place 300 m from the road near a junction (4 minutes' walk) loses to one on the road 3 minutes away."""
    network = network_of(SQUARE, ROUND)
    lon, lat = degrees([(1, -0.3), (3, 0)])
    assert node_minutes(network, lon, lat, "vehicle", 120)[0] == pytest.approx(3, abs=1e-3)
    alone = node_minutes(network, lon[:1], lat[:1], "vehicle", 120)
    assert alone[0] == pytest.approx(5, abs=0.01)


def test_junctions_agree_with_trips() -> None:
    """Minutes of a junction are the least of the trips from it to each place."""
    network = network_of(SQUARE, [*ROUND, Way(0, 2, 15, 11, 17)])
    places = [(10.0, 4.0), (5.0, 0.2), (0.0, 7.0)]
    lon, lat = degrees([*SQUARE, *places])
    trips = road_trips(network, lon, lat, range(4), range(4, 7), profile="vehicle", limit_minutes=300)
    least = [trips.minutes[trips.origin == junction].min() for junction in range(4)]
    assert node_minutes(network, lon[4:], lat[4:], "vehicle", 300) == pytest.approx(least, abs=1e-3)


def test_without_a_road_near_nothing_is_reached() -> None:
    """A place beyond the limit of snapping leaves every junction at infinity, and no piece."""
    network = network_of(SQUARE, ROUND)
    lon, lat = degrees([(50, 50)])
    minutes = node_minutes(network, lon, lat, "vehicle", 60)
    assert np.isinf(minutes).all()
    edges, _, _ = road_pieces(network, minutes, snap(network, lon, lat, "vehicle"), "vehicle", 60)
    assert len(edges) == 0


@pytest.mark.parametrize("direction", ["to", "from"])
def test_pieces_end_where_the_minutes_end(direction: str) -> None:
    """The parts of edges within 7 minutes are those whose ends, as places, have trips within 7 minutes."""
    network = network_of(SQUARE, ROUND)
    lon, lat = degrees([(10, 4)])
    snapped = snap(network, lon, lat, "vehicle", PathOptions())
    minutes = node_minutes(network, lon, lat, "vehicle", 30, direction=direction)  # type: ignore[arg-type]
    edges, begin, end = road_pieces(network, minutes, snapped, "vehicle", 7, direction=direction)  # type: ignore[arg-type]
    assert ((begin >= 0) & (begin <= end) & (end <= 1)).all()
    covered = {}
    for edge, low, high in zip(edges.tolist(), begin.tolist(), end.tolist(), strict=True):
        if high > low:
            covered.setdefault(edge, []).append((round(low, 3), round(high, 3)))
    if direction == "to":
        # edge 1 up to the place; from junction 0 the last 3 minutes to junction 1
        assert covered == {1: [(0.0, 0.4)], 0: [(0.7, 1.0)]}
    else:
        # edge 1 from the place to junction 2, then one minute along edge 2
        assert covered == {1: [(0.4, 1.0)], 2: [(0.0, 0.1)]}
