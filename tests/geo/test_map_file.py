"""`map.gpkg`: every layer opens, is described, named and styled; the same layers give the same bytes."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import geopandas
import pandas as pd
import pyogrio
import pytest
from geo.map_support import points
from shapely import Point

from geodata.map_file import MapLayer, read_layer, write_map
from geodata.map_layers import group_areas, lines, located, road_backdrop
from geodata.map_look import MARK, steps, width
from geodata.qgis_project import write_project
from geodata.qgis_styles import style_of

PLACES = pd.DataFrame({
    "id": ["H1", "H2", "T1", "T2"], "name": ["县医院", "中医院", "甲镇卫生院", "乙镇卫生院"], "level": [2, 2, 1, 1],
    "group": ["甲", "乙", "甲", "乙"], "lon": [119.0, 119.02, 119.2, 118.9], "lat": [32.6, 32.6, 32.7, 32.5],
})  # fmt: skip

LAYERS = (
    "boundaries", "centres", "communities", "groups", "institutions", "postings", "referrals", "roads", "service_links",
    "sessions", "sessions_by_specialty", "tele_links", "travel_bands",
)  # fmt: skip


def layer_frames() -> dict[str, geopandas.GeoDataFrame]:
    """A feature or two of every layer, with the fields that the styles use."""
    ends = pd.DataFrame({"from_id": ["H1", "H2"], "to_id": ["T1", "T2"], "from_name": "县医院", "to_name": "甲镇"})
    spots = [(0, 0), (3, 1)]
    square = geopandas.GeoDataFrame({"name": ["甲镇"]}, geometry=[Point(9, 0).buffer(0.05)], crs="EPSG:4326")
    roads = lines(ends, PLACES, "from_id", "to_id")
    tables: dict[str, dict[str, object]] = {
        "sessions": {"sessions_per_month": [4.0, 12.5]},
        "sessions_by_specialty": {"specialty": ["骨科", 'it\'s \\ "odd" & <b>'], "sessions_per_month": [2.0, 0.5]},
        "postings": {"state": ["new", "running"]},
        "service_links": {"service": ["影像", "心电"], "items_per_day": [10.0, float("nan")]},
        "referrals": {"direction": ["up", "down"], "patients_per_month": [30.0, 2.0]},
        "tele_links": {"visits_per_month": [1.0, 3.0]},
        "roads": {"class": ["primary", "track"]},
    }
    found = {name: roads.assign(**columns) for name, columns in tables.items()}
    marks = ["hospital", "township"]
    found["institutions"] = points(spots, name=["县医院", "甲镇"], level=[2, 1], mark=marks)
    found["communities"] = points(spots, name=["a", "b"], population=[100.0, 2500.0])
    found["centres"] = points(spots, service_name=["影像", "心电"])
    found["boundaries"] = square
    found["groups"] = square.assign(group="甲")
    moments = ("today", "plan")
    bands = [square.assign(offer="any", offer_name="任一机构", moment=moment, minutes=30) for moment in moments]
    found["travel_bands"] = pd.concat([band.assign(rank=at) for at, band in enumerate(bands)], ignore_index=True)
    return found


def layers() -> list[MapLayer]:
    def word(key: str) -> str:
        return f"字 {key}"

    found = []
    for name, frame in sorted(layer_frames().items()):
        aliases = {str(column): f"名 {column}" for column in frame.columns if column != frame.geometry.name}
        style = style_of(name, frame, aliases, word)
        found.append(MapLayer(name, f"题 {name}", f"说明 {name}", frame, aliases, style))
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.gpkg"
    write_map(path, layers())
    return path


def styles(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as base:
        return dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))


def test_every_layer_opens_in_degrees(written: Path) -> None:
    """GeoPandas reads each layer, complete and in EPSG:4326."""
    assert tuple(layer.name for layer in layers()) == LAYERS
    for layer in layers():
        frame = geopandas.read_file(written, layer=layer.name)
        assert len(frame) == len(layer.frame) and frame.crs.to_epsg() == 4326


def test_every_layer_has_title_and_description(written: Path) -> None:
    """What people read in a list of layers says what it is."""
    with closing(sqlite3.connect(written)) as base:
        told = {
            row[0]: row[1:] for row in base.execute("SELECT table_name, identifier, description FROM gpkg_contents")
        }
    for layer in layers():
        assert told[layer.name] == (layer.title, layer.description)


def test_fields_have_readable_names(written: Path) -> None:
    """GDAL and QGIS find the names of the fields in the file itself."""
    with closing(sqlite3.connect(written)) as base:
        named = {row[:2]: row[2] for row in base.execute("SELECT table_name, column_name, name FROM gpkg_data_columns")}
    assert named["institutions", "name"] == "名 name" and named["referrals", "direction"] == "名 direction"


def test_every_layer_has_a_default_style(written: Path) -> None:
    """QGIS finds one style for each layer, flagged as its default, for the geometry column that there is."""
    found = styles(written)
    assert set(found) == {layer.name for layer in layers()}
    with closing(sqlite3.connect(written)) as base:
        columns = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        named = dict(base.execute("SELECT f_table_name, f_geometry_column FROM layer_styles"))
    assert named == columns


@pytest.mark.parametrize("name", LAYERS)
def test_styles_are_well_formed_and_know_their_fields(written: Path, name: str) -> None:
    """Each QML is XML with a renderer; every field it names is a field of its layer; every symbol is there."""
    root = ElementTree.fromstring(styles(written)[name])
    renderer = root.find("renderer-v2")
    assert root.tag == "qgis" and renderer is not None
    fields = set(pyogrio.read_info(written, layer=name)["fields"])
    used = {renderer.get("attr")} - {None}
    expressions = [element.get("filter", "") for element in root.iter("rule")]
    expressions += [element.get("value", "") for element in root.iter("Option") if element.get("name") == "expression"]
    expressions += [element.get("fieldName", "") for element in root.iter("text-style")]
    for expression in expressions:
        outside = re.sub(r"'(?:[^'\\]|''|\\.)*'", "", expression)
        used |= set(re.findall(r'"([^"]+)"', outside))
    assert used <= fields, used - fields
    assert {alias.get("field") for alias in root.iter("alias")} == fields
    symbols = {symbol.get("name") for symbol in renderer.findall("symbols/symbol")}
    wanted = {one.get("symbol") for kind in ("category", "range", "rule") for one in renderer.iter(kind)} - {None}
    assert wanted and wanted <= symbols


def test_rules_show_one_set_of_bands(written: Path) -> None:
    """Of many overlapping bands the plan's first are ticked, the others wait in the legend."""
    root = ElementTree.fromstring(styles(written)["travel_bands"])
    top = root.findall("renderer-v2/rules/rule")
    shown = [rule.get("label") for rule in top if rule.get("checkstate") != "0"]
    assert len(top) == 2 and shown == ["任一机构 · 字 plan"]


def test_every_feature_has_a_symbol() -> None:
    """Ranges of widths hold every value, the smallest and the largest included."""
    for values in ([3.0], [0.1, 0.1], [1.0, 2.0, 3.0, 1000.0], [0.0, 5.0], list(range(1, 300))):
        ranges = steps(values)
        assert all(any(low <= value <= high for low, high in ranges) for value in values)
        assert len(ranges) <= 4
    assert width(0, 10) < width(5, 10) < width(10, 10)


def test_same_layers_give_the_same_bytes(written: Path, tmp_path: Path) -> None:
    """Neither the clock nor the place shows in the file, and writing again changes nothing."""
    other = tmp_path / "elsewhere" / "map.gpkg"
    write_map(other, layers())
    assert other.read_bytes() == written.read_bytes()
    write_map(other, layers())
    assert other.read_bytes() == written.read_bytes()
    assert [path.name for path in other.parent.iterdir()] == ["map.gpkg"]


def test_a_failure_leaves_the_older_file(tmp_path: Path) -> None:
    """The file is replaced whole or not at all."""
    path = tmp_path / "map.gpkg"
    write_map(path, layers()[:1])
    before = path.read_bytes()
    wrong = layers()[0]
    with pytest.raises(ValueError, match="EPSG:4326"):
        write_map(path, [MapLayer("x", "x", "x", wrong.frame.to_crs(3857))])
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_layers_without_features_are_left_out(tmp_path: Path) -> None:
    """A plan without postings has no empty layer of postings."""
    first = layers()[0]
    write_map(tmp_path / "map.gpkg", [first, MapLayer("empty", "e", "e", first.frame.iloc[:0])])
    assert read_layer(tmp_path / "map.gpkg", "empty") is None
    assert read_layer(tmp_path / "none.gpkg", first.name) is None
    (tmp_path / "bad.gpkg").write_bytes(b"not a database")
    assert read_layer(tmp_path / "bad.gpkg", first.name) is None


def test_ogrinfo_reads_every_layer(written: Path) -> None:
    """GDAL's own tool lists each layer with its CRS and without an error."""
    tool = shutil.which("ogrinfo")
    if tool is None:
        pytest.skip("ogrinfo is not installed (Debian: gdal-bin)")
    found = subprocess.run([tool, "-so", "-al", str(written)], capture_output=True, text=True, check=True, timeout=60)
    for layer in layers():
        assert f"Layer name: {layer.name}" in found.stdout and layer.description in found.stdout
    assert found.stdout.count('ID["EPSG",4326]') >= len(layers()) and "ERROR" not in found.stderr


def test_lines_need_two_known_ends() -> None:
    """A trip to nowhere, to an unknown place or to itself has no line."""
    table = pd.DataFrame({"a": ["H1", "H1", "H1", "?"], "b": ["T1", "outside", "H1", "T1"]})
    assert len(lines(table, PLACES, "a", "b")) == 1
    assert lines(table.iloc[1:2], PLACES, "a", "b").crs.to_epsg() == 4326


def test_impossible_coordinates_are_not_on_the_map() -> None:
    """Blank, zero and 999 degrees are no places."""
    table = pd.DataFrame({"id": list("abcd"), "lon": ["119", "", "0", "999"], "lat": ["32", "", "0", "1"]})
    assert list(located(table)["id"]) == ["a"]


def test_groups_meet_without_overlap() -> None:
    """Sketched areas of groups share borders and hold their members."""
    found = group_areas(PLACES, None)
    first, second = found.geometry
    assert first.intersection(second).area < 1e-9 and set(found["method"]) == {"nearest"}
    spots = located(PLACES)
    for row in spots.itertuples():
        area = found.loc[found["group"] == row.group].geometry.iloc[0]
        assert area.buffer(1e-9).contains(geopandas.points_from_xy([row.lon], [row.lat])[0])


def test_groups_follow_boundaries_where_there_are_some() -> None:
    """Units are joined by the group of the institution inside; a primary one says more than a hospital."""
    from shapely import box

    shapes = [box(118.8, 32.4, 118.99, 32.8), box(118.99, 32.4, 119.1, 32.8), box(119.1, 32.4, 119.3, 32.8)]
    units = geopandas.GeoDataFrame({"name": ["w", "m", "e"]}, geometry=shapes, crs="EPSG:4326")
    found = group_areas(PLACES, units).set_index("group")
    assert set(found["method"]) == {"boundaries"}
    assert found.loc["乙"].geometry.contains(shapes[0].centroid) and found.loc["甲"].geometry.contains(
        shapes[2].centroid
    )


def test_backdrop_is_small_and_named() -> None:
    """Main roads become one shape for each class, name and number."""
    from geo.map_support import network

    net = network([(0, 0), (5, 0), (10, 0)], [(0, 1, 60, False, False), (1, 2, 60, False, False)])
    found = road_backdrop(net)
    assert len(found) == 1 and found["class"].iloc[0] == "primary" and found.crs.to_epsg() == 4326


def test_every_mark_is_one_of_a_kind() -> None:
    """Marks differ by shape or size, so that a black-and-white print still reads."""
    assert len({(mark.shape, mark.size) for mark in MARK.values()}) == len(MARK)


def test_project_names_every_layer(tmp_path: Path) -> None:
    """The QGIS project lists the layers from top to bottom, hides those asked for, and stands beside any copy."""
    path = tmp_path / "map.qgs"
    write_project(path, "map.gpkg", layers(), ("roads",), "县 <&>")
    before = path.read_bytes()
    root = ElementTree.fromstring(before)
    listed = root.findall("layer-tree-group/layer-tree-layer")
    described = root.findall("projectlayers/maplayer")
    assert [one.get("source", "").split("=")[1] for one in listed] == [*reversed(LAYERS)]
    assert {one.get("id") for one in listed} == {one.findtext("id") for one in described}
    assert all(one.findtext("datasource", "").startswith("./map.gpkg|") for one in described)
    assert all(one.find("renderer-v2") is not None for one in described)
    hidden = [one.get("source", "") for one in listed if one.get("checked") == "Qt::Unchecked"]
    assert hidden == ["./map.gpkg|layername=roads"] and root.findtext("title") == "县 <&>"
    write_project(path, "map.gpkg", layers(), ("roads",), "县 <&>")
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_project_is_in_metres(tmp_path: Path) -> None:
    """The project opens on the places, in the region's own projection."""
    write_project(tmp_path / "map.qgs", "map.gpkg", layers(), (), "x")
    root = ElementTree.parse(tmp_path / "map.qgs")
    assert root.findtext("projectCrs/spatialrefsys/authid") == "EPSG:32632"
    extent = [float(root.findtext(f"mapcanvas/extent/{name}", "nan")) for name in ("xmin", "ymin", "xmax", "ymax")]
    assert extent[0] < 500_000 < extent[2] and extent[1] < 0 < extent[3]
