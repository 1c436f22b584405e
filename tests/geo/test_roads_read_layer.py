"""Road layers: columns of several habits, classes in Chinese, where lines meet, coordinate systems."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geo.road_files import STEP, at_speed, layer_file, minutes, read

from geodata.coordinates import distance_km, from_wgs84

ROW = [[(0, 0), (1, 0)], [(1, 0), (2, 0)], [(2, 0), (3, 0)]]
METRE = 1 / 1111.95  # in steps of the grid


@pytest.mark.parametrize("name", ["roads.gpkg", "roads.shp", "roads.geojson"])
@pytest.mark.parametrize("heading", ["highway", "等级", "公路等级"])
def test_classes_in_english_and_chinese(tmp_path: Path, name: str, heading: str) -> None:
    """Each kind of file and each word for a class gives the speed of the table."""
    words = ["primary", "tertiary", "unclassified"] if heading == "highway" else ["国道", "县道", "乡道"]
    net = read(layer_file(tmp_path / name, ROW, **{heading: words}))
    assert minutes(net, (2, 0), (1, 0)) == pytest.approx(at_speed(1, 45) + 5 / 60, rel=1e-3)
    assert minutes(net, (0, 0), (1, 0)) == pytest.approx(at_speed(1, 70), rel=1e-3)
    assert net.roads["class"].tolist() == ["primary", "tertiary", "unclassified"]
    assert net.roads["source"].tolist() == ["row/1", "row/2", "row/3"]


@pytest.mark.parametrize("named", [True, False])
def test_shapefiles_in_chinese(tmp_path: Path, named: bool) -> None:
    """A shapefile in GB18030 is read with its .cpg and without."""
    path = layer_file(tmp_path / "a.shp", ROW, 等级=["国道", "县道", "乡道"], 名称=["长白山路", "乙路", "丙路"])
    if not named:
        path.with_suffix(".cpg").unlink()
    net = read(path)
    assert net.roads["name"].tolist() == ["长白山路", "乙路", "丙路"]
    assert net.roads["class"].tolist() == ["primary", "tertiary", "unclassified"]


def test_heading_cut_to_ten_bytes(tmp_path: Path) -> None:
    """A shapefile in UTF-8 has room for three Chinese letters and a third of the next; the heading is known."""
    path = layer_file(tmp_path / "a.shp", ROW, abcdefghij=["primary", "tertiary", "unclassified"])
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"abcdefghij", "公路等级".encode()[:10]))
    for stated in ("UTF-8", None):
        path.with_suffix(".cpg").unlink(missing_ok=True)
        if stated:
            path.with_suffix(".cpg").write_text(stated)
        assert read(path).roads["class"].tolist() == ["primary", "tertiary", "unclassified"]


def test_speed_column_is_used_as_written(tmp_path: Path) -> None:
    """A column of speeds needs no classes; a column of limits counts with the share that is driven."""
    driven = read(layer_file(tmp_path / "a.gpkg", ROW, 车速=[40.0, 50.0, None]))
    assert minutes(driven, (0, 0), (1, 0)) == pytest.approx(at_speed(1, 40), rel=1e-3)
    assert minutes(driven, (2, 0), (3, 0)) == pytest.approx(at_speed(1, 20), rel=1e-3), "not judged yet: 20 km/h"
    limit = read(layer_file(tmp_path / "b.gpkg", ROW, 限速=["40", "50公里/小时", "60"]))
    assert minutes(limit, (1, 0), (2, 0)) == pytest.approx(at_speed(1, 40), rel=1e-3)


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("oneway", ["yes", "-1", "no"]),
        ("oneway", ["F", "T", "B"]),
        ("单行", ["是", "逆向", "否"]),
        ("单行", [1, -1, 0]),
    ],
)
def test_one_way_habits(tmp_path: Path, heading: str, values: list[object]) -> None:
    """OpenStreetMap's, Geofabrik's and Chinese ways to write a one-way road mean the same."""
    net = read(layer_file(tmp_path / "a.gpkg", ROW, fclass=["tertiary"] * 3, **{heading: values}))
    finite = [np.isfinite(minutes(net, *ends)) for ends in (((0, 0), (1, 0)), ((1, 0), (0, 0)))]
    assert finite == [True, False]
    finite = [np.isfinite(minutes(net, *ends)) for ends in (((1, 0), (2, 0)), ((2, 0), (1, 0)))]
    assert finite == [False, True]
    assert np.isfinite(minutes(net, (2, 0), (3, 0))) and np.isfinite(minutes(net, (3, 0), (2, 0)))


def test_route_numbers_tell_the_class(tmp_path: Path) -> None:
    """Without a word the number of a Chinese route tells its class: G210 is national, G4 an expressway."""
    net = read(
        layer_file(tmp_path / "a.gpkg", [*ROW, [(3, 0), (4, 0)]], 等级=["", "", "", ""],
                   路线编码=["G210", "G4", "X014", "C021"])
    )  # fmt: skip
    assert net.roads["class"].tolist() == ["primary", "motorway", "tertiary", "village"]


def test_unknown_class_is_told_and_may_be_given_a_speed(tmp_path: Path) -> None:
    """A word that means nothing counts 20 km/h and is named; the region's table can give it a speed."""
    path = layer_file(tmp_path / "a.gpkg", ROW, 等级=["甲", "甲", "县道"])
    net = read(path)
    (told,) = [problem for problem in net.problems if problem.column == "等级"]
    assert told.value == "甲 (2)" and told.severity == "warning"
    table = pd.DataFrame({"class": ["甲"], "vehicle_kmh": [33.0], "patient_kmh": [np.nan]})
    mended = read(path, speeds=table)
    assert not mended.problems
    assert minutes(mended, (0, 0), (1, 0)) == pytest.approx(at_speed(1, 33), rel=1e-3)


def test_ends_within_a_metre_meet_and_farther_do_not(tmp_path: Path) -> None:
    """Lines drawn half a metre apart are joined, lines five metres apart are not."""
    near = [[(0, 0), (1, 0)], [(1 + 0.5 * METRE, 0), (2, 0)]]
    net = read(layer_file(tmp_path / "a.gpkg", near, 等级=["县道", "县道"]))
    assert np.isfinite(minutes(net, (0, 0), (2, 0)))
    far = [[(0, 0), (1, 0)], [(1 + 5 * METRE, 0), (2, 0)]]
    net = read(layer_file(tmp_path / "b.gpkg", far, 等级=["县道", "县道"]))
    assert minutes(net, (0, 0), (2, 0)) == np.inf


def test_side_road_meets_the_middle_of_another(tmp_path: Path) -> None:
    """An end within a metre of another line's middle joins it there, several on one segment in order."""
    lines = [[(0, 0), (4, 0)], [(3, 0.5 * METRE), (3, 1)], [(1, -0.3 * METRE), (1, 1)]]
    net = read(layer_file(tmp_path / "a.gpkg", lines, 等级=["县道"] * 3))
    assert minutes(net, (1, 1), (3, 1)) == pytest.approx(at_speed(4, 45), rel=1e-2)
    assert net.km.sum() / 2 == pytest.approx(6 * 1.112, rel=1e-3)


def test_lines_that_cross_do_not_meet(tmp_path: Path) -> None:
    """No junction where lines merely cross, nor where a bridge shares a vertex in the middle of both."""
    crossing = [[(0, 0), (2, 0)], [(1, -1), (1, 1)]]
    net = read(layer_file(tmp_path / "a.gpkg", crossing, 等级=["县道"] * 2))
    assert minutes(net, (0, 0), (1, 1)) == np.inf
    shared = [[(0, 0), (1, 0), (2, 0)], [(1, -1), (1, 0), (1, 1)]]
    bridge = read(layer_file(tmp_path / "b.gpkg", shared, 等级=["县道"] * 2, bridge=["F", "T"]))
    assert minutes(bridge, (0, 0), (1, 1)) == np.inf and bridge.roads["bridge"].tolist() == [False, True]
    flat = read(layer_file(tmp_path / "c.gpkg", shared, 等级=["县道"] * 2, bridge=["F", "F"]))
    assert np.isfinite(minutes(flat, (0, 0), (1, 1)))


def test_layer_not_split_at_junctions_is_told_why(tmp_path: Path) -> None:
    """A grid of long lines that only cross falls apart; the sentence counts crossings and names the cure."""
    across = [[(0, y), (9, y)] for y in range(1, 9)]
    down = [[(x, 0), (x, 9)] for x in range(1, 9)]
    net = read(layer_file(tmp_path / "a.gpkg", across + down, 等级=["县道"] * 16))
    (told,) = net.problems
    assert "64" in told.expected_en + told.cure_en and "v.clean" in told.sentence("zh")


def test_ferry_in_a_layer(tmp_path: Path) -> None:
    """A class that means ferry, or a ferry column, makes a ferry with its wait."""
    for name, columns in (("a.gpkg", {"等级": ["县道", "轮渡", "县道"]}),
                          ("b.gpkg", {"等级": ["县道"] * 3, "轮渡": ["否", "是", "否"]})):  # fmt: skip
        net = read(layer_file(tmp_path / name, ROW, **columns), ferry_wait_minutes=12)
        assert net.ferry.sum() == 2
        assert minutes(net, (1, 0), (2, 0)) == pytest.approx(12 + at_speed(1, 8), rel=1e-3)


@pytest.mark.parametrize("crs", [4326, 4490, 4548, 4527, 32649, 3857])
def test_projected_layers_become_degrees(tmp_path: Path, crs: int) -> None:
    """Degrees, a CGCS2000 zone with and without prefix, UTM and web Mercator come to the same place."""
    line = shapely.LineString([(116.5, 30.0), (116.51, 30.0)])
    frame = gpd.GeoDataFrame({"等级": ["县道"]}, geometry=[line], crs=4326).to_crs(crs)
    frame.to_file(tmp_path / "a.gpkg")
    net = read(tmp_path / "a.gpkg")
    apart = distance_km(np.sort(net.lon), net.lat, [116.5, 116.51], [30.0, 30.0])
    assert apart.max() < 0.001


def test_layers_of_different_systems_are_each_converted(tmp_path: Path) -> None:
    """Two layers of one file, one in degrees and one in metres, meet at their common junction."""
    for name, x, crs in (("县道", 116.50, 4490), ("乡道", 116.51, 4548)):
        line = shapely.LineString([(x, 30.0), (x + 0.01, 30.0)])
        frame = gpd.GeoDataFrame({"等级": [name]}, geometry=[line], crs=4490).to_crs(crs)
        frame.to_file(tmp_path / "a.gpkg", layer=name)
    net = read(tmp_path / "a.gpkg")
    assert len(net.lon) == 3 and net.main_part("vehicle").all()
    assert net.roads["source"].tolist() == ["县道/1", "乡道/1"]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_shifted_layer_is_brought_back(tmp_path: Path, datum: str) -> None:
    """A layer traced from a web map and declared so lies where the roads are."""
    lon, lat = from_wgs84([116.5, 116.51], [30.0, 30.0], datum)
    line = shapely.LineString(np.stack([lon, lat], axis=1))
    gpd.GeoDataFrame({"等级": ["县道"]}, geometry=[line], crs=4326).to_file(tmp_path / "a.gpkg")
    net = read(tmp_path / "a.gpkg", datum=datum)
    assert distance_km(np.sort(net.lon), net.lat, [116.5, 116.51], [30.0, 30.0]).max() < 0.001


def test_features_of_several_lines_and_empty_ones(tmp_path: Path) -> None:
    """A feature of two lines gives two, both closed by its name; empty geometries are passed over."""
    shapes = [
        shapely.MultiLineString([[(0, 0), (STEP, 0)], [(STEP, 0), (2 * STEP, 0)]]),
        None,
        shapely.LineString([(2 * STEP, 0), (3 * STEP, 0)]),
    ]
    gpd.GeoDataFrame({"等级": ["县道"] * 3, "名称": ["甲路", "乙路", "丙路"]}, geometry=shapes, crs=4326).to_file(
        tmp_path / "a.gpkg"
    )
    net = read(tmp_path / "a.gpkg", closed_roads=("甲路",))
    assert len(net.road) == 3 and net.roads["closed"].tolist() == [True, True, False]


def test_export_of_openstreetmap_keeps_to_its_roads(tmp_path: Path) -> None:
    """In an export the lines without a class are rivers; packed tags (other_tags) are read."""
    net = read(
        layer_file(tmp_path / "a.gpkg", ROW, highway=["tertiary", None, "construction"], osm_id=["7", "8", "9"],
                   other_tags=['"oneway"=>"yes","maxspeed"=>"50"', None, None])
    )  # fmt: skip
    assert net.roads["source"].tolist() == ["way/7"] and len(net.tail) == 1
    assert not [problem for problem in net.problems if problem.column]
    assert minutes(net, (0, 0), (1, 0)) == pytest.approx(at_speed(1, 40), rel=1e-3)
