"""Extracts of OpenStreetMap: junctions, directions, access, ferries, barriers, closed roads."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from geo.road_files import at_speed, junction, minutes, osm_file, read

MAIN = {"highway": "tertiary", "name": "东街"}
SLOW = {"highway": "tertiary"}


def test_two_way_road_has_both_directions_and_its_shape(tmp_path: Path) -> None:
    """A road over four points becomes one line, two edges, and minutes at the speed of its class."""
    net = read(osm_file(tmp_path / "a.osm", [([(0, 0), (1, 0), (1, 1), (2, 1)], MAIN)]))
    assert (len(net.lon), len(net.tail), len(net.road), len(net.line_lon)) == (2, 2, 1, 4)
    assert minutes(net, (0, 0), (2, 1)) == pytest.approx(at_speed(3, 45), rel=1e-4)
    assert minutes(net, (2, 1), (0, 0)) == pytest.approx(at_speed(3, 45), rel=1e-4)
    assert net.roads.loc[0, ["source", "name", "class"]].tolist() == ["way/101", "东街", "tertiary"]


@pytest.mark.parametrize(("oneway", "there", "back"), [("yes", 1, 0), ("-1", 0, 1), ("1", 1, 0), ("no", 1, 1)])
def test_one_way(tmp_path: Path, oneway: str, there: int, back: int) -> None:
    """A one-way road is driven in its direction only; -1 means against its drawing."""
    ways = [([(0, 0), (1, 0)], MAIN | {"oneway": oneway}), ([(1, 0), (2, 0)], MAIN)]
    net = read(osm_file(tmp_path / "a.osm", ways))
    assert np.isfinite(minutes(net, (0, 0), (1, 0))) == bool(there)
    assert np.isfinite(minutes(net, (1, 0), (0, 0))) == bool(back)


def test_roundabout_goes_round(tmp_path: Path) -> None:
    """A roundabout is one-way without a tag: straight on is half the round, the left exit three quarters."""
    ring = [(0, 0), (1, -1), (2, 0), (1, 1), (0, 0)]
    arms = [([(-1, 0), (0, 0)], MAIN), ([(2, 0), (3, 0)], MAIN), ([(1, 1), (1, 2)], MAIN)]
    net = read(osm_file(tmp_path / "a.osm", [(ring, {"highway": "tertiary", "junction": "roundabout"}), *arms]))
    side = at_speed(2**0.5, 45)
    assert minutes(net, (0, 0), (2, 0)) == pytest.approx(2 * side, rel=1e-3)
    assert minutes(net, (0, 0), (1, 1)) == pytest.approx(3 * side, rel=1e-3)
    assert minutes(net, (1, 1), (0, 0)) == pytest.approx(side, rel=1e-3)


def test_bridge_crosses_without_a_junction(tmp_path: Path) -> None:
    """A bridge over a road shares no point with it: no turn from one to the other, and it is marked."""
    ways = [([(0, 0), (2, 0)], MAIN), ([(1, -1), (1, 1)], MAIN | {"bridge": "yes", "layer": "1"})]
    net = read(osm_file(tmp_path / "a.osm", ways))
    assert minutes(net, (0, 0), (1, 1)) == np.inf
    assert net.roads["bridge"].tolist() == [False, True]


def test_crossing_that_shares_a_node_is_a_junction(tmp_path: Path) -> None:
    """Two ways through one node meet there: four arms, and the crossing costs three seconds."""
    ways = [([(0, 0), (1, 0), (2, 0)], MAIN), ([(1, -1), (1, 0), (1, 1)], MAIN)]
    net = read(osm_file(tmp_path / "a.osm", ways))
    assert len(net.tail) == 8
    assert minutes(net, (0, 0), (1, 1)) == pytest.approx(at_speed(2, 45) + 3 / 60, rel=1e-4)


def test_entering_a_greater_road_gives_way(tmp_path: Path) -> None:
    """Five seconds are lost where a lane runs into a main road, none on the way back, none on foot."""
    ways = [([(0, 0), (1, 0), (2, 0)], {"highway": "primary"}), ([(1, 1), (1, 0)], {"highway": "residential"})]
    path = osm_file(tmp_path / "a.osm", ways)
    net = read(path)
    plain = at_speed(1, 25) + at_speed(1, 70)
    assert minutes(net, (1, 1), (0, 0)) == pytest.approx(plain + 5 / 60, rel=1e-4)
    assert minutes(net, (0, 0), (1, 1)) == pytest.approx(plain, rel=1e-4)
    on_foot = read(path, patient_mode="walk")
    assert minutes(on_foot, (1, 1), (0, 0), "patient") == pytest.approx(at_speed(2, 4.5), rel=1e-4)


def test_ferry_waits_once_for_each_boarding(tmp_path: Path) -> None:
    """The wait is added on leaving a pier, not at a bend in the water nor on landing; the duration is the sailing."""
    ways = [
        ([(0, 0), (1, 0)], MAIN),
        ([(1, 0), (2, 0), (3, 0)], {"route": "ferry", "duration": "00:25", "name": "启隆汽渡"}),
        ([(3, 0), (4, 0)], MAIN),
    ]
    path = osm_file(tmp_path / "a.osm", ways)
    net = read(path, ferry_wait_minutes=10)
    roads = 2 * at_speed(1, 45)
    assert minutes(net, (0, 0), (4, 0)) == pytest.approx(25 + 10 + roads, rel=1e-4)
    assert minutes(net, (4, 0), (0, 0)) == pytest.approx(25 + 10 + roads, rel=1e-4)
    assert minutes(read(path, ferry_wait_minutes=0), (0, 0), (4, 0)) == pytest.approx(25 + roads, rel=1e-4)
    assert net.ferry.sum() == 2 and net.roads["ferry"].tolist() == [False, True, False]


def test_ferries_that_meet_at_sea_wait_once(tmp_path: Path) -> None:
    """Where two ferry lines join on the water nobody boards again."""
    boat = {"route": "ferry"}
    ways = [([(0, 0), (0, 1)], MAIN), ([(0, 1), (1, 1)], boat), ([(1, 1), (2, 1)], boat), ([(2, 1), (2, 2)], MAIN)]
    net = read(osm_file(tmp_path / "a.osm", ways), ferry_wait_minutes=10)
    assert minutes(net, (0, 1), (2, 1)) == pytest.approx(10 + at_speed(2, 8), rel=1e-4)


def test_ferry_without_sound_duration_sails_at_the_table_speed(tmp_path: Path) -> None:
    """A duration that would mean 600 km/h is not believed."""
    ways = [([(0, 0), (0, 1)], MAIN), ([(0, 1), (9, 1)], {"route": "ferry", "duration": "00:01"})]
    net = read(osm_file(tmp_path / "a.osm", ways), ferry_wait_minutes=0)
    assert minutes(net, (0, 1), (9, 1)) == pytest.approx(at_speed(9, 8), rel=1e-4)


@pytest.mark.parametrize("tags", [{"motor_vehicle": "no", "foot": "yes"}, {"foot": "yes"}, {"motorcar": "no"}])
def test_passenger_boat_carries_no_car(tmp_path: Path, tags: dict[str, str]) -> None:
    """A boat for walkers carries patients on foot and no vehicle."""
    ways = [([(0, 0), (0, 1)], MAIN), ([(0, 1), (1, 1)], {"route": "ferry"} | tags), ([(1, 1), (1, 2)], MAIN)]
    net = read(osm_file(tmp_path / "a.osm", ways), patient_mode="walk")
    assert minutes(net, (0, 0), (1, 2), "vehicle") == np.inf
    assert np.isfinite(minutes(net, (0, 0), (1, 2), "patient"))


def test_barrier_stops_cars_and_lets_bicycles_pass(tmp_path: Path) -> None:
    """A bollard cuts the street for cars, who still reach it from both sides; a gate and a cyclist pass."""
    street = [([(0, 0), (1, 0), (2, 0)], MAIN), ([(0, 0), (0, 1)], MAIN), ([(2, 0), (2, 1)], MAIN)]
    bollard = osm_file(tmp_path / "a.osm", street, {(1, 0): {"barrier": "bollard"}})
    net = read(bollard, patient_mode="ebike")
    assert minutes(net, (0, 0), (2, 0)) == np.inf
    assert minutes(net, (0, 0), (2, 0), "patient") == pytest.approx(at_speed(2, 18), rel=1e-3)
    usable = np.isfinite(net.minutes["vehicle"])
    assert net.km[usable].sum() / 2 == pytest.approx(4 * 1.112 - 0.004, abs=1e-3)
    gate = osm_file(tmp_path / "b.osm", street, {(1, 0): {"barrier": "gate"}})
    assert np.isfinite(minutes(read(gate), (0, 0), (2, 0)))
    key = osm_file(tmp_path / "c.osm", street, {(1, 0): {"barrier": "gate", "access": "private"}})
    assert minutes(read(key), (0, 0), (2, 0)) == np.inf


def test_dead_end_and_island_are_outside_and_said(tmp_path: Path) -> None:
    """A dead end that can be left belongs to the main part; an island does not, and is named."""
    ways = [
        ([(0, 0), (5, 0)], MAIN),
        ([(5, 0), (5, 1)], MAIN),
        ([(20, 0), (22, 0)], {"highway": "tertiary", "name": "海岛路"}),
    ]
    net = read(osm_file(tmp_path / "a.osm", ways))
    main = net.main_part("vehicle")
    assert main[junction(net, (5, 1))] and not main[junction(net, (20, 0))]
    (told,) = net.problems
    assert "海岛路" in told.sentence("zh") and "海岛路" in told.sentence("en") and told.severity == "warning"


def test_one_way_trap_is_not_in_the_main_part(tmp_path: Path) -> None:
    """A junction that can be reached but not left is no place to snap to."""
    ways = [([(0, 0), (1, 0)], MAIN), ([(1, 0), (2, 0)], MAIN | {"oneway": "yes"})]
    net = read(osm_file(tmp_path / "a.osm", ways))
    assert net.main_part("vehicle")[junction(net, (1, 0))]
    assert not net.main_part("vehicle")[junction(net, (2, 0))]


def test_loops_and_parallels_keep_every_edge_apart(tmp_path: Path) -> None:
    """A closed loop, two ways between the same junctions and a road drawn twice leave no two edges alike."""
    ways = [
        ([(0, 0), (2, 0)], MAIN),
        ([(0, 0), (1, 1), (2, 0)], MAIN),
        ([(2, 0), (3, 1), (4, 0), (3, -1), (2, 0)], MAIN),
        ([(2, 0), (0, 0)], {"highway": "primary"}),
        ([(5, 5), (5, 5), (6, 5), (5, 5)], MAIN),
    ]
    net = read(osm_file(tmp_path / "a.osm", ways))
    pairs = list(zip(net.tail.tolist(), net.head.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert all(tail != head for tail, head in pairs)
    assert minutes(net, (0, 0), (2, 0)) == pytest.approx(at_speed(2, 70) + 3 / 60, rel=1e-3), "the faster of two alike"


def test_closed_road_is_open_to_nobody(tmp_path: Path) -> None:
    """A name, one of several numbers and a way/id close all ways they fit, for both profiles, and mark them."""
    ways = [
        ([(0, 0), (1, 0)], MAIN | {"name": "雪山路"}),
        ([(1, 0), (2, 0)], MAIN | {"name": "雪山路"}),
        ([(0, 0), (0, 1), (2, 1), (2, 0)], SLOW | {"ref": "G210;X014"}),
        ([(2, 0), (3, 0)], SLOW),
    ]
    path = osm_file(tmp_path / "a.osm", ways)
    net = read(path, closed_roads=("雪山路",))
    assert minutes(net, (0, 0), (2, 0)) == pytest.approx(at_speed(4, 45), rel=1e-3)
    assert net.roads["closed"].tolist() == [True, True, False, False]
    for profile in ("vehicle", "patient"):
        assert np.isinf(net.minutes[profile][net.roads["closed"].to_numpy()[net.road[net.line]]]).all()
    assert minutes(read(path, closed_roads=("雪山路", "x014")), (0, 0), (2, 0)) == np.inf
    assert read(path, closed_roads=("way/104",)).roads["closed"].tolist() == [False, False, False, True]


def test_unknown_closed_road_names_the_nearest(tmp_path: Path) -> None:
    """A misspelt name is an error with the nearest that there is, not a road left open in silence."""
    net = read(osm_file(tmp_path / "a.osm", [([(0, 0), (1, 0)], {"highway": "primary", "name": "雪山公路"})]),
               closed_roads=("雪山路", "Q1"))  # fmt: skip
    first, second = [problem for problem in net.problems if problem.column == "travel.closed_roads"]
    assert first.severity == "error" and "雪山公路" in first.sentence("zh") and "雪山公路" in first.sentence("en")
    assert second.value == "Q1" and second.severity == "error"


def test_way_cut_by_the_border_of_the_extract_ends_there(tmp_path: Path) -> None:
    """Nodes beyond the border are absent: the way is read up to them and again behind them."""
    ways = [([(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)], MAIN)]
    net = read(osm_file(tmp_path / "a.osm", ways, missing=[(2, 0)]))
    assert len(net.road) == 2 and minutes(net, (0, 0), (1, 0)) < np.inf
    assert minutes(net, (0, 0), (3, 0)) == np.inf


def test_nodes_behind_the_ways_and_packed_files(tmp_path: Path) -> None:
    """An editor's file with nodes last or with numbers of its own, and .osm.gz, give the same network."""
    ways = [([(0, 0), (1, 0), (2, 1)], MAIN), ([(1, 0), (1, 1)], SLOW)]
    plain = osm_file(tmp_path / "a.osm", ways)
    turned = osm_file(tmp_path / "b.osm", ways, nodes_last=True)
    drawn = osm_file(tmp_path / "d.osm", ways, drawn=True)
    packed = tmp_path / "c.osm.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    wanted = read(plain)
    for other in (read(turned), read(packed), read(drawn)):
        np.testing.assert_allclose(np.sort(other.km), np.sort(wanted.km))
        assert minutes(other, (0, 0), (1, 1)) == pytest.approx(minutes(wanted, (0, 0), (1, 1)))


def test_region_speeds_replace_the_built_in(tmp_path: Path) -> None:
    """The table road_speeds is used as written, in the words of either language, also where a limit is tagged."""
    ways = [([(0, 0), (1, 0)], MAIN | {"maxspeed": "80"}), ([(1, 0), (2, 0)], {"highway": "primary"})]
    table = pd.DataFrame({"class": ["县道", "三轮车道"], "vehicle_kmh": [30.0, 10.0], "patient_kmh": [20.0, np.nan]})
    net = read(osm_file(tmp_path / "a.osm", ways), speeds=table)
    assert minutes(net, (0, 0), (1, 0)) == pytest.approx(at_speed(1, 30) + 5 / 60, rel=1e-4)
    assert minutes(net, (0, 0), (1, 0), "patient") == pytest.approx(at_speed(1, 20) + 5 / 60, rel=1e-4)
    assert minutes(net, (1, 0), (2, 0)) == pytest.approx(at_speed(1, 70), rel=1e-4)
    assert [problem.value for problem in net.problems if problem.table == "road_speeds"] == ["三轮车道"]


def test_zero_speed_closes_a_class(tmp_path: Path) -> None:
    """A zero in the table closes the class to that profile only."""
    table = pd.DataFrame({"class": ["tertiary"], "vehicle_kmh": [0.0], "patient_kmh": [np.nan]})
    net = read(osm_file(tmp_path / "a.osm", [([(0, 0), (1, 0)], MAIN)]), speeds=table)
    assert np.isinf(net.minutes["vehicle"]).all() and np.isfinite(net.minutes["patient"]).all()


@pytest.mark.parametrize(("mode", "kmh"), [("car", 45.0), ("ebike", 18.0), ("bus", 15.0), ("walk", 4.5)])
def test_patients_travel_by_their_mode(tmp_path: Path, mode: str, kmh: float) -> None:
    """The profile of patients has the speed of their mode; vehicles stay cars."""
    net = read(osm_file(tmp_path / "a.osm", [([(0, 0), (1, 0)], MAIN)]), patient_mode=mode)
    assert minutes(net, (0, 0), (1, 0), "patient") == pytest.approx(at_speed(1, kmh), rel=1e-4)
    assert minutes(net, (0, 0), (1, 0), "vehicle") == pytest.approx(at_speed(1, 45), rel=1e-4)
