"""Truths about every network that is read, and its store."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from geo.road_files import STEP, layer_file, minutes, osm_file, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.coordinates import distance_km
from geodata.roads.cut_off import cut_off
from geodata.roads.network import PROFILES, RoadNetwork
from geodata.roads.store import load_network, save_network

SPOTS = st.tuples(st.integers(0, 4), st.integers(0, 4))
TAGS = st.fixed_dictionaries(
    {"highway": st.sampled_from(["primary", "tertiary", "residential", "motorway"])},
    optional={
        "oneway": st.sampled_from(["yes", "-1", "no"]),
        "junction": st.just("roundabout"),
        "maxspeed": st.sampled_from(["30", "50 mph"]),
        "name": st.sampled_from(["甲", "乙"]),
    },
)
WAYS = st.lists(st.tuples(st.lists(SPOTS, min_size=2, max_size=7), TAGS), min_size=1, max_size=8)
BARRIERS = st.dictionaries(SPOTS, st.just({"barrier": "bollard"}), max_size=3)


def check(net: RoadNetwork) -> None:
    """What holds for every network."""
    offsets = net.line_offsets
    assert offsets[0] == 0 and offsets[-1] == len(net.line_lon) and (np.diff(offsets) >= 2).all()
    first, last = offsets[net.line], offsets[net.line + 1] - 1
    start, end = np.where(net.backward, last, first), np.where(net.backward, first, last)
    for ends, at in ((net.tail, start), (net.head, end)):
        np.testing.assert_array_equal(net.lon[ends], net.line_lon[at])
        np.testing.assert_array_equal(net.lat[ends], net.line_lat[at])
    assert (net.tail != net.head).all()
    pairs = net.tail.astype(np.int64) * len(net.lon) + net.head
    assert len(np.unique(pairs)) == len(pairs), "two edges between the same junctions in the same direction"
    step = distance_km(net.line_lon[:-1], net.line_lat[:-1], net.line_lon[1:], net.line_lat[1:])
    length = np.array([step[a : b - 1].sum() for a, b in pairwise(offsets)])
    np.testing.assert_allclose(net.km, np.maximum(length[net.line], 1e-5), rtol=1e-6, atol=1e-7)
    for profile in PROFILES:
        assert (net.minutes[profile] > 0).all() and not np.isnan(net.minutes[profile]).any()
    assert len(net.road) == len(offsets) - 1 and net.road.max(initial=0) < len(net.roads)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=WAYS, barriers=BARRIERS)
def test_shapes_lengths_and_ends(tmp_path: Path, ways: list, barriers: dict) -> None:
    """Shapes start and end at their junctions, km are lengths of shapes, edges are distinct, minutes positive."""
    if all(len(set(line)) < 2 for line, _ in ways):
        return
    check(read(osm_file(tmp_path / "a.osm", ways, barriers)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=WAYS)
def test_no_road_is_lost(tmp_path: Path, ways: list) -> None:
    """The km of all lines are the km of the distinct segments drawn (roads drawn twice count once)."""
    segments = {tuple(sorted((a, b))) for line, _ in ways for a, b in pairwise(line) if a != b}
    if not segments:
        return
    net = read(osm_file(tmp_path / "a.osm", ways))
    wanted = sum(float(distance_km(a[0] * STEP, a[1] * STEP, b[0] * STEP, b[1] * STEP)) for a, b in segments)
    _, first = np.unique(net.line, return_index=True)
    assert abs(net.km[first].sum() - wanted) < 1e-6 * wanted


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=WAYS)
def test_what_is_cut_off_adds_up(tmp_path: Path, ways: list) -> None:
    """Junctions inside and outside the main part are all junctions, and other parts are no more than the rest."""
    if all(len(set(line)) < 2 for line, _ in ways):
        return
    net = read(osm_file(tmp_path / "a.osm", ways))
    found = cut_off(net)
    assert found.junctions + int(net.main_part("vehicle").sum()) == found.all_junctions
    assert sum(part.km for part in found.parts) <= found.km + 1e-9 <= found.all_km + 2e-9


def stepwise(line: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The line with each leg walked in steps of one, first east or west, then north or south."""
    made = [line[0]]
    for x, y in line[1:]:
        while made[-1] != (x, y):
            a, b = made[-1]
            made.append((a + int(np.sign(x - a)), b) if a != x else (a, b + int(np.sign(y - b))))
    return made


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=WAYS)
def test_extract_and_layer_agree(tmp_path: Path, ways: list) -> None:
    """The same lines as an extract and as a layer reach the same spots in the same minutes."""
    # in steps of one, so that no end lies in the middle of a segment, where a layer joins it and an extract does not
    ways = [(stepwise(line), tags) for line, tags in ways if len(set(line)) > 1]
    if not ways:
        return
    one = read(osm_file(tmp_path / "a.osm", ways))
    columns = {key: [tags.get(key) for _, tags in ways] for key in ("highway", "oneway", "junction", "maxspeed")}
    two = read(layer_file(tmp_path / "a.geojson", [line for line, _ in ways], **columns))
    (start, end) = ways[0][0][0], ways[-1][0][-1]
    assert np.isclose(minutes(one, start, end), minutes(two, start, end), rtol=1e-5, equal_nan=True)
    assert np.isclose(minutes(one, end, start), minutes(two, end, start), rtol=1e-5, equal_nan=True)


def test_parts_without_names_are_near_something(tmp_path: Path) -> None:
    """A compound of nameless roads is told by the road that it lies beside."""
    ways = [
        ([(0, 0), (9, 0)], {"highway": "primary", "name": "人民路"}),
        ([(0.5, 0.5), (2, 1)], {"highway": "residential"}),
    ]
    (told,) = read(osm_file(tmp_path / "a.osm", ways)).problems
    assert "人民路附近（2公里）" in told.sentence("zh") and "near 人民路 (2 km)" in told.sentence("en")


def test_store_gives_back_the_same(tmp_path: Path) -> None:
    """A network written and read again is the same in every array, text, flag and problem."""
    ways = [
        ([(0, 0), (1, 0)], {"highway": "primary", "name": "长白山路，“东”段"}),
        ([(1, 0), (2, 0)], {"route": "ferry"}),
        ([(8, 0), (9, 0)], {"highway": "primary", "ref": "G210", "bridge": "yes"}),
    ]
    net = read(osm_file(tmp_path / "a.osm", ways), closed_roads=("没有的路",))
    assert len(net.problems) == 2
    save_network(net, tmp_path / "kept.npz")
    again = load_network(tmp_path / "kept.npz")
    assert again is not None and again.problems == net.problems
    pd.testing.assert_frame_equal(again.roads, net.roads)
    for name in ("lon", "lat", "tail", "head", "km", "ferry", "line", "backward", "line_offsets", "line_lon", "road"):
        np.testing.assert_array_equal(getattr(again, name), getattr(net, name))
        assert getattr(again, name).dtype == getattr(net, name).dtype
    for profile in PROFILES:
        np.testing.assert_array_equal(again.minutes[profile], net.minutes[profile])
    assert not list(tmp_path.glob("*.part"))


def test_spoilt_store_is_no_network(tmp_path: Path) -> None:
    """A store that is absent, cut short, spoilt inside or something else is none, and no error."""
    net = read(osm_file(tmp_path / "a.osm", [([(0, 0), (1, 0)], {"highway": "primary"})]))
    path = tmp_path / "kept.npz"
    assert load_network(path) is None
    save_network(net, path)
    whole = path.read_bytes()
    for spoilt in (b"", b"PK", whole[: len(whole) // 2], whole[:200] + bytes(200) + whole[400:], b"text" * 100):
        path.write_bytes(spoilt)
        assert load_network(path) is None
