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
                there, back = (draw(st.one_of(whole, whole, st.just(np.inf))) for _ in range(2))
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


@settings(max_examples=150, deadline=None)
@given(networks())
def test_every_pair_is_what_networkx_finds_and_a_missing_pair_is_never_zero(
    case: tuple[RoadNetwork, list[Place]],
) -> None:
    """Minutes equal the brute force on a graph cut at every place; pairs it does not find have no row."""
    network, places = case
    lon, lat = np.array([where(network, place) for place in places]).T
    everywhere = np.arange(len(places))
    near = PathOptions(snap_limit_km=0.01)  # so that a place on a road left out has no road, not another
    found = road_trips(network, lon, lat, everywhere, everywhere, profile="vehicle", limit_minutes=2000, options=near)
    expected = by_networkx(network, places)
    assert minutes_of(found).keys() == expected.keys()
    assert minutes_of(found) == pytest.approx(expected, abs=2e-3)
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
