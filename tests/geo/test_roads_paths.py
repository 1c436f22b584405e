"""Trips on roads made by hand: against networkx, and the cases a county has."""

from __future__ import annotations

import numpy as np
import pytest
from geo.roads_support import Place, Way, by_networkx, degrees, network_of
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.roads.network import RoadNetwork
from geodata.roads.paths import Trips, road_trips
from geodata.roads.snap import PathOptions

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
RING = [Way(0, 1, 10, 10, 10), Way(1, 2, 10, 10, 10), Way(2, 3, 10, 10, 10), Way(3, 0, 10, 10, 10)]


def trips(network: RoadNetwork, places: list[tuple[float, float]], limit: float = 500.0, **kw: object) -> Trips:
    lon, lat = degrees(places)
    everywhere = range(len(places))
    return road_trips(network, lon, lat, everywhere, everywhere, profile="vehicle", limit_minutes=limit, **kw)  # type: ignore[arg-type]


def minutes_of(found: Trips) -> dict[tuple[int, int], float]:
    pairs = zip(found.origin.tolist(), found.destination.tolist(), strict=True)
    return dict(zip(pairs, found.minutes.tolist(), strict=True))


@st.composite
def networks(draw: st.DrawFn) -> tuple[RoadNetwork, list[Place]]:
    """Random directed networks on a grid of junctions, with places on some of their ways."""
    side = draw(st.integers(2, 4))
    points = [(float(10 * (i % side)), float(10 * (i // side))) for i in range(side * side)]
    whole = st.integers(1, 40).map(float)
    ways = []
    for one in range(len(points)):
        for other in (one + 1, one + side):
            if other < len(points) and (other != one + 1 or other % side):
                # no two sums are alike, so that the fastest way is one way and has one length
                odd = 1 + 0.001 * np.sqrt(2 + len(ways))
                there, back = (draw(st.one_of(whole, whole, st.just(np.inf))) * odd for _ in range(2))
                ways.append(Way(one, other, draw(whole), there, back))
    shares = st.sampled_from([0.125, 0.25, 0.5, 0.75])
    places = draw(st.lists(st.tuples(st.integers(0, len(ways) - 1), shares), min_size=1, max_size=8))
    return network_of(points, ways), places


def where(network: RoadNetwork, place: Place) -> tuple[float, float]:
    """The point of a place, degrees: ways run straight east or straight north of the equator."""
    line, share = place
    one, other = network.line_offsets[line], network.line_offsets[line] + 1
    lon = (1 - share) * network.line_lon[one] + share * network.line_lon[other]
    return float(lon), float((1 - share) * network.line_lat[one] + share * network.line_lat[other])


@settings(max_examples=80, deadline=None, derandomize=True)
@given(networks())
def test_every_pair_is_what_networkx_finds(
    case: tuple[RoadNetwork, list[Place]],
) -> None:
    """Minutes and km equal the brute force on a graph cut at every place; pairs it does not find have no row."""
    network, places = case
    lon, lat = np.array([where(network, place) for place in places]).T
    everywhere = np.arange(len(places))
    near = PathOptions(snap_limit_km=0.01)  # so that a place on a road left out has no road, not another
    found = road_trips(network, lon, lat, everywhere, everywhere, profile="vehicle", limit_minutes=2000, options=near)
    expected = by_networkx(network, places)
    assert minutes_of(found).keys() == expected.keys()
    assert minutes_of(found) == pytest.approx(expected, abs=2e-3)
    with_km = by_networkx(network, places, per_km=1e-6)
    km = [(with_km[pair] - expected[pair]) * 1e6 for pair in minutes_of(found)]
    assert found.km == pytest.approx(km, abs=0.01)
    some = road_trips(network, lon, lat, everywhere, [0], profile="vehicle", limit_minutes=2000, options=near)
    assert minutes_of(some) == pytest.approx({k: v for k, v in minutes_of(found).items() if k[1] == 0}, abs=1e-9)
    apart = [places[i] != places[j] for i, j in minutes_of(found)]
    assert (found.minutes[apart] > 0).all()


def test_a_place_3_km_from_any_road_walks_40_minutes() -> None:
    """At 4.5 km/h a walk of 3 km is 40 minutes, and it comes on top of the road's minutes."""
    found = trips(network_of(SQUARE, RING), [(-3, 5), (0, 8)])
    assert found.snapped.metres[0] == pytest.approx(3000, abs=0.5)
    assert minutes_of(found)[0, 1] == pytest.approx(43, abs=0.01)
    assert found.km == pytest.approx([3, 3], abs=0.01)
    assert found.door_km == pytest.approx([6, 6], abs=0.01)


def test_beyond_the_limit_a_place_has_no_road_and_no_row() -> None:
    """A place 6 km from every road has NaN metres; it takes part in no pair."""
    found = trips(network_of(SQUARE, RING), [(-6, 5), (0, 8), (2, 0)])
    assert np.isnan(found.snapped.metres[0])
    assert set(minutes_of(found)) == {(1, 2), (2, 1)}


def test_one_way_out_and_another_way_back() -> None:
    """On a one-way pair each direction takes its own road: 10 minutes there, 25 back."""
    points = [(0.0, 0.0), (10.0, 0.0), (5.0, 3.0), (-2.0, 0.0), (12.0, 0.0)]
    ways = [Way(0, 1, 10, 10), Way(1, 2, 12, 12), Way(2, 0, 13, 13), Way(3, 0, 2, 2, 2), Way(1, 4, 2, 2, 2)]
    found = minutes_of(trips(network_of(points, ways), [(0, 0), (10, 0)]))
    assert found == pytest.approx({(0, 1): 10, (1, 0): 25}, abs=1e-3)


def test_on_one_edge_the_way_is_direct_and_round_where_it_is_one_way() -> None:
    """Two places on a two-way road are 3 km apart both ways; on a one-way ring, 3 km and 37 km."""
    places = [(2.0, 0.0), (5.0, 0.0)]
    both = minutes_of(trips(network_of(SQUARE, RING), places))
    assert both == pytest.approx({(0, 1): 3, (1, 0): 3}, abs=1e-3)
    ring = [Way(way.tail, way.head, way.km, way.there) for way in RING]
    round_trip = trips(network_of(SQUARE, ring), places)
    assert minutes_of(round_trip) == pytest.approx({(0, 1): 3, (1, 0): 37}, abs=1e-3)
    assert round_trip.km == pytest.approx([3, 37], abs=1e-3)


def test_a_dead_end_is_driven_in_and_out() -> None:
    """A place half-way down a dead end: 5 minutes from its mouth, 5 back."""
    points, ways = [*SQUARE, (0.0, -10.0)], [*RING, Way(0, 4, 10, 10, 10)]
    found = minutes_of(trips(network_of(points, ways), [(0, -5), (0, 0)]))
    assert found == pytest.approx({(0, 1): 5, (1, 0): 5}, abs=1e-3)


def test_a_road_closed_for_winter_sends_the_trip_round() -> None:
    """With one side of the ring closed its ends are 30 minutes apart instead of 10."""
    shut = [Way(0, 1, 10, np.inf, np.inf), *RING[1:]]
    places = [(0.0, 0.0), (10.0, 0.0)]
    assert minutes_of(trips(network_of(SQUARE, RING), places))[0, 1] == pytest.approx(10, abs=1e-3)
    assert minutes_of(trips(network_of(SQUARE, shut), places))[0, 1] == pytest.approx(30, abs=1e-3)


def test_an_island_has_no_row_without_its_ferry_and_says_so_with_it() -> None:
    """The ring's places do not reach an island 20 km off; with a ferry they do, and the trip is marked."""
    points = [*SQUARE, (30.0, 0.0), (33.0, 0.0)]
    island = Way(4, 5, 3, 3, 3)
    places = [(5.0, 0.0), (31.5, 0.0), (0.0, 5.0)]
    apart = trips(network_of(points, [*RING, island]), places)
    assert set(minutes_of(apart)) == {(0, 2), (2, 0)}
    joined = trips(network_of(points, [*RING, island, Way(1, 4, 20, 60, 75, ferry=True)]), places)
    minutes = minutes_of(joined)
    assert minutes[0, 1] == pytest.approx(66.5, abs=1e-3) and minutes[1, 0] == pytest.approx(81.5, abs=1e-3)
    over = (joined.origin == 1) | (joined.destination == 1)
    assert joined.ferry.tolist() == over.tolist()


def test_places_at_one_point_are_0_km_apart_and_walk_their_legs() -> None:
    """Two institutions in one building 300 m from the road: 0 km, 8 minutes of walking, one search."""
    found = trips(network_of(SQUARE, RING), [(4, -0.3), (4, -0.3), (8, 0)])
    assert found.km[:1].tolist() == [0]
    assert found.minutes[:1] == pytest.approx([8], abs=0.02)
    on_road = trips(network_of(SQUARE, RING), [(4, 0), (4, 0)])
    assert on_road.minutes.tolist() == [0, 0]


def test_the_limit_holds_for_the_whole_trip_and_includes_its_end() -> None:
    """Of trips of 3, 10 and 13 minutes a limit of 10 keeps two, one of 9.9 keeps one."""
    network, places = network_of(SQUARE, RING), [(0.0, 0.0), (3.0, 0.0), (10.0, 3.0)]
    lon, lat = degrees(places)
    for limit, kept in ((10.0, {(0, 1), (1, 2)}), (9.9, {(0, 1)}), (13.0, {(0, 1), (0, 2), (1, 2)})):
        found = road_trips(network, lon, lat, [0, 1], [1, 2], profile="vehicle", limit_minutes=limit)
        assert set(minutes_of(found)) == kept
        assert (found.minutes <= limit).all()


@pytest.mark.parametrize("limit", [0.0, -1.0, np.inf, np.nan])
def test_a_limit_must_be_a_limit(limit: float) -> None:
    """Without a positive, finite limit nothing is searched."""
    with pytest.raises(ValueError, match="limit_minutes"):
        trips(network_of(SQUARE, RING), [(0, 0), (5, 0)], limit=limit)


def test_of_equally_fast_ways_the_shorter_is_reported() -> None:
    """Two roads of 10 minutes, 12 and 9 km: the trip is 9 km, whichever comes first in the file."""
    one, other = Way(0, 1, 12, 10, 10), Way(0, 1, 9, 10, 10)
    for ways in ([one, other, *RING[1:]], [other, one, *RING[1:]]):
        assert trips(network_of(SQUARE, ways), [(0, -1), (10, -1)]).km == pytest.approx([9, 9], abs=1e-3)


def test_blocks_and_sides_change_nothing() -> None:
    """One origin at a time, or searched from the other side: the same rows in the same order."""
    network = network_of(SQUARE, [Way(0, 1, 10, 10), *RING[1:], Way(0, 2, 15, 11, 13)])
    places = [(float(x), float(y)) for x in range(0, 12, 3) for y in range(-1, 12, 3)]
    lon, lat = degrees(places)
    few, many = [2, 5], list(range(len(places)))
    there = road_trips(network, lon, lat, few, many, profile="vehicle", limit_minutes=500)
    slow = road_trips(
        network, lon, lat, few, many, profile="vehicle", limit_minutes=500, options=PathOptions(memory_mb=0)
    )
    whole = minutes_of(trips(network, places))
    assert minutes_of(there) == minutes_of(slow)
    assert minutes_of(there) == pytest.approx({k: v for k, v in whole.items() if k[0] in few}, abs=1e-9)
    back = road_trips(network, lon, lat, many, few, profile="vehicle", limit_minutes=500)
    assert minutes_of(back) == pytest.approx({k: v for k, v in whole.items() if k[1] in few}, abs=1e-9)
    assert list(zip(back.origin, back.destination, strict=True)) == sorted(minutes_of(back))


@settings(max_examples=40, deadline=None)
@given(networks())
def test_a_detour_by_a_third_place_is_never_faster(case: tuple[RoadNetwork, list[Place]]) -> None:
    """The triangle inequality holds between places on roads, and its pairs exist."""
    network, places = case
    lon, lat = np.array([where(network, place) for place in places]).T
    near = PathOptions(snap_limit_km=0.01)
    everywhere = np.arange(len(places))
    found = minutes_of(
        road_trips(network, lon, lat, everywhere, everywhere, profile="vehicle", limit_minutes=2000, options=near)
    )
    for (one, middle), first in found.items():
        for (again, last), second in found.items():
            if again == middle and last != one:
                assert found[one, last] <= first + second + 1e-3


@settings(max_examples=40, deadline=None)
@given(networks())
def test_roads_alike_in_both_directions_make_trips_alike(case: tuple[RoadNetwork, list[Place]]) -> None:
    """With the same minutes there and back on every road, every pair has the same minutes there and back."""
    network, places = case
    minutes = network.minutes["vehicle"]
    half = len(minutes) // 2
    least = np.tile(np.minimum(minutes[:half], minutes[half:]), 2)
    alike = RoadNetwork(**{**vars(network), "minutes": {"vehicle": least}})
    lon, lat = np.array([where(network, place) for place in places]).T
    everywhere = np.arange(len(places))
    found = road_trips(alike, lon, lat, everywhere, everywhere, profile="vehicle", limit_minutes=2000)
    pairs = minutes_of(found)
    assert pairs == pytest.approx({(j, i): m for (i, j), m in pairs.items()}, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(networks(), st.floats(1, 100))
def test_no_missing_pair_becomes_zero(case: tuple[RoadNetwork, list[Place]], limit: float) -> None:
    """Whatever the limit: rows are within it, between different places, above 0 unless at one point."""
    network, places = case
    lon, lat = np.array([where(network, place) for place in places]).T
    everywhere = np.arange(len(places))
    near = PathOptions(snap_limit_km=0.01)
    found = road_trips(network, lon, lat, everywhere, everywhere, profile="vehicle", limit_minutes=limit, options=near)
    wide = by_networkx(network, places)
    assert (found.origin != found.destination).all()
    assert np.isfinite(found.minutes).all() and (found.minutes <= limit).all()
    for pair, minutes in minutes_of(found).items():
        assert minutes == pytest.approx(wide[pair], abs=2e-3)
        assert minutes > 0 or places[pair[0]] == places[pair[1]]
    missing = wide.keys() - minutes_of(found).keys()
    assert all(wide[pair] > limit - 1e-2 for pair in missing)
