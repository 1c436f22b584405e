"""Places onto roads: how far, onto which edge, and when not at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from geo.roads_support import Way, degrees, network_of
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geodata.roads import snap as snapping
from geodata.roads.network import RoadNetwork
from geodata.roads.snap import PathOptions, Snapped, snap

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
RING = [Way(0, 1, 10, 10, 10), Way(1, 2, 10, 10, 10), Way(2, 3, 10, 10, 10), Way(3, 0, 10, 10, 10)]


def at(network: RoadNetwork, points: list[tuple[float, float]], **settings: float) -> Snapped:
    return snap(network, *degrees(points), "vehicle", PathOptions(**settings))  # type: ignore[arg-type]


def test_the_foot_is_on_the_edge_not_at_its_junction() -> None:
    """A place 200 m south of a road, 3 km from its end, meets it there."""
    found = at(network_of(SQUARE, RING), [(3, -0.2)])
    assert found.metres == pytest.approx([200], abs=0.5)
    assert found.line.tolist() == [0]
    assert found.share == pytest.approx([0.3], abs=1e-4)
    assert (found.ahead.tolist(), found.back.tolist(), found.junction.tolist()) == ([0], [4], [-1])


def test_a_foot_at_the_end_of_a_road_is_the_junction() -> None:
    """A place beyond the corner of the ring meets the corner."""
    found = at(network_of(SQUARE, RING), [(-1, -1), (11, 11)])
    assert found.junction.tolist() == [0, 2]
    assert found.metres == pytest.approx([1414, 1414], abs=10)


def test_only_the_main_part_is_snapped_to() -> None:
    """A one-way stub, an island's road and a closed road lie nearer, but nobody could leave them."""
    points = [*SQUARE, (3.0, -1.0), (3.0, -2.0), (5.0, -1.0)]
    ways = [*RING, Way(4, 5, 1, 1, 1), Way(0, 6, 5, 5), Way(0, 1, 10, np.inf, np.inf)]
    assert at(network_of(points, ways), [(3, -1.5), (5, -1)]).line.tolist() == [0, 0]


def test_a_ferry_is_no_place_to_be() -> None:
    """A place at sea beside a ferry's line meets the shore."""
    ways = [*RING, Way(0, 2, 14, 60, 60, ferry=True)]
    found = at(network_of(SQUARE, ways), [(5, 5.2)])
    assert found.line.tolist() != [4]
    assert found.metres == pytest.approx([4800], abs=30)


def test_beyond_the_limit_and_without_coordinates_there_is_no_road() -> None:
    """6 km away with a limit of 5, blank, or not on earth: NaN metres and no edge; with 7 km it is found."""
    network = network_of(SQUARE, RING)
    far = at(network, [(-6, 5), (float("nan"), 5), (1, 1e5)])
    assert np.isnan(far.metres).all() and np.isnan(far.walk_minutes).all()
    assert not far.found.any()
    assert (far.ahead < 0).all() and (far.back < 0).all() and (far.junction < 0).all()
    assert at(network, [(-6, 5)], snap_limit_km=7).metres == pytest.approx([6000], abs=6)


def test_no_place_and_no_road_are_no_error() -> None:
    """An empty list of places, and a profile for which everything is closed."""
    assert len(at(network_of(SQUARE, RING), []).metres) == 0
    shut = network_of(SQUARE, [Way(0, 1, 10, np.inf, np.inf)])
    assert not at(shut, [(3, 0)]).found.any()


def test_equally_near_roads_are_settled_by_their_order() -> None:
    """In the middle of a square of roads the first line wins, however the trees are cut."""
    network = network_of(SQUARE, [Way(0, 1, 10, 10, 10), Way(0, 1, 12, 9, 9), *RING[1:]])
    assert at(network, [(4, 1)]).line.tolist() == [0]


def test_strips_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A province cut into strips of one line each gives what one tree gives."""
    network = network_of(SQUARE, RING)
    points = [(float(x), float(y)) for x in range(-3, 14, 2) for y in range(-3, 14, 2)]
    whole = at(network, points)
    monkeypatch.setattr(snapping, "_STRIP", 1)
    cut = at(network, points)
    assert cut.line.tolist() == whole.line.tolist()
    assert cut.metres == pytest.approx(whole.metres, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(st.floats(-65, 70), st.floats(-180, 180), st.floats(0, 360), st.floats(5, 1900), st.floats(0.2, 0.8))
def test_metres_are_right_to_one_anywhere(lat: float, lon: float, bearing: float, away: float, part: float) -> None:
    """A place `away` metres square off a road of 4 km is that far from it, in all latitudes, across 180 degrees."""
    geod = Geod(ellps="WGS84")
    end_lon, end_lat, _ = geod.fwd(lon, lat, bearing, 4000)
    foot_lon, foot_lat, _ = geod.fwd(lon, lat, bearing, 4000 * part)
    there, _, _ = geod.inv(foot_lon, foot_lat, end_lon, end_lat)
    place_lon, place_lat, _ = geod.fwd(foot_lon, foot_lat, there + 90, away)
    plain = network_of([(0, 0), (1, 0)], [Way(0, 1, 4, 4, 4)])
    lons, lats = np.array([lon, end_lon]), np.array([lat, end_lat])
    network = RoadNetwork(**{**vars(plain), "lon": lons, "lat": lats, "line_lon": lons, "line_lat": lats})
    found = snap(network, [place_lon], [place_lat], "vehicle")
    assert found.metres == pytest.approx([away], abs=1)
    assert found.share == pytest.approx([part], abs=1e-3)
    assert found.walk_minutes == pytest.approx(found.metres / 75)


def test_a_road_without_length_is_no_trap() -> None:
    """Two junctions at one point joined by a road of 0 km: places near them have a foot and metres."""
    network = network_of([*SQUARE, (0.0, 0.0)], [Way(0, 4, 0, 0.01, 0.01), *RING])
    found = at(network, [(-1, -1), (-0.1, 0)])
    assert found.metres == pytest.approx([1414, 100], abs=10)
    assert (found.junction >= 0).all()


def test_nobody_turns_off_a_motorway_at_its_fence() -> None:
    """A place 100 m from a motorway or above a tunnel meets the village road; a file of motorways alone is taken."""
    network = network_of(SQUARE, [Way(0, 1, 10, 5, 5), *RING])
    kinds = ["motorway", *["unclassified"] * 4]
    points = [(5.0, 0.0)]
    assert at(network, points).line.tolist() == [0]
    for columns in ({"class": kinds}, {"class": ["primary"] * 5, "tunnel": [True, False, False, False, False]}):
        fenced = replace(network, roads=network.roads.assign(**columns))
        assert at(fenced, points).line.tolist() == [1]
    alone = replace(network, roads=network.roads.assign(**{"class": "motorway"}))
    assert at(alone, points).line.tolist() == [0]
