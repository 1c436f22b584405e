"""Boundaries: what people have is read and located, faults are told, and places are checked against them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.boundaries import Boundaries, BoundariesUnreadable, read_boundaries
from geodata.boundary_repair import gaps, overlapping
from geodata.checks_boundaries import boundaries as check
from geodata.checks_view import View
from geodata.coordinates import from_wgs84
from geodata.crs import crs_of, degrees
from geodata.place_names import code_of, core_of, matches
from geodata.problems import Problem
from geodata.region import Region

EAST, NORTH = 450_000.0, 3_600_000.0
NAMES = ["甲子镇", "乙丑乡", "丙寅街道", "丁卯瑶族乡"]


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def _frame(shapes: list[Any] | None = None, **columns: Any) -> geopandas.GeoDataFrame:
    """Four squares of 5 km in EPSG:4549, or other shapes."""
    squares = [_box(0, 5000, 5000, 10000), _box(5000, 5000, 10000, 10000), _box(0, 0, 5000, 5000),
               _box(5000, 0, 10000, 5000)]  # fmt: skip
    return geopandas.GeoDataFrame(columns or {"name": NAMES}, geometry=shapes or squares, crs=4549)


def _read(path: Path, frame: Any, name: str = "boundaries.gpkg", datum: str = "wgs84", **more: Any) -> Boundaries:
    frame.to_file(path / name, **more)
    return read_boundaries(path / name, datum)


def _english(problems: list[Problem]) -> str:
    return "\n".join(problem.sentence("en") for problem in problems)


def _same_place(found: Boundaries) -> None:
    """The units lie where the squares lie, to a metre."""
    assert found.metric.to_crs(4549).total_bounds == pytest.approx([EAST, NORTH, EAST + 1e4, NORTH + 1e4], abs=1.0)


@pytest.mark.parametrize("name", ["b.gpkg", "b.geojson", "b.shp"])
@pytest.mark.parametrize("epsg", [4326, 4490, 4549, 32650])
def test_formats_and_systems(tmp_path: Path, name: str, epsg: int) -> None:
    """Three formats in degrees and metres give the same units at the same place, without a word."""
    found = _read(tmp_path, _frame().to_crs(epsg), name, **({"encoding": "UTF-8"} if name.endswith("shp") else {}))
    assert found.units["name"].tolist() == NAMES and found.problems == []
    assert found.units["level"].tolist() == ["town"] * 4
    _same_place(found)
    assert found.metric.area.sum() / 1e6 == pytest.approx(100, rel=1e-3)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_declared_datum(tmp_path: Path, datum: str) -> None:
    """Outlines of a web map come back to where they belong."""
    frame = _frame().to_crs(4326)
    moved = shapely.transform(frame.geometry.to_numpy(), lambda p: np.column_stack(from_wgs84(p[:, 0], p[:, 1], datum)))
    _same_place(_read(tmp_path, frame.set_geometry(moved), datum=datum))


@pytest.mark.parametrize(
    ("columns", "ids", "level"),
    [
        ({"XZQDM": ["341181100", "341181200", "341181001", "341181300"], "XZQMC": NAMES}, "341181100", "town"),
        ({"乡镇代码": [341181100000.0, 341181200000.0, 341181001000.0, 341181300000.0]}, "341181100", "town"),
        ({"村名": ["东村", "西村", "南村", "北村"]}, "东村", "village"),
        ({"名称": NAMES, "级别": ["县"] * 4}, "甲子镇", "county"),
        ({"shape_area": [1.0, 2, 3, 4]}, "boundaries-1", ""),
    ],
)
def test_columns_by_many_names(tmp_path: Path, columns: dict[str, Any], ids: str, level: str) -> None:
    """Codes and names under the headings of surveys and of offices; the level by column, code or name."""
    found = _read(tmp_path, _frame(**columns))
    assert (found.units["id"].iloc[0], found.units["level"].iloc[0]) == (ids, level)
    assert ("no column of names" in _english(found.problems)) == ("shape_area" in columns)


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("人口（万人）", [1.2, 2.0, 0.5, 3.0]),
        ("常住人口", ["1.2万", "20,000", "5000人", "30000"]),
        ("population", [12e3, 2e4, 5e3, 3e4]),
    ],
)
def test_population(tmp_path: Path, heading: str, values: list[Any]) -> None:
    """People in tens of thousands, with units and with commas."""
    found = _read(tmp_path, _frame(**{"name": NAMES, heading: [str(v) for v in values]}))
    assert found.units["population"].tolist() == [12_000, 20_000, 5_000, 30_000]


def test_names_in_gb18030(tmp_path: Path) -> None:
    """A shapefile without a code page, as Chinese software writes it."""
    _frame().to_file(tmp_path / "b.shp", encoding="GBK")
    (tmp_path / "b.cpg").unlink()
    assert read_boundaries(tmp_path / "b.shp").units["name"].tolist() == NAMES


def test_seats_beside_the_polygons(tmp_path: Path) -> None:
    """A layer of points is kept as seats, in WGS 84."""
    frame = _frame()
    frame.to_file(tmp_path / "b.gpkg", layer="towns")
    frame.set_geometry(frame.centroid).to_file(tmp_path / "b.gpkg", layer="seats")
    found = read_boundaries(tmp_path / "b.gpkg")
    assert found.seats["name"].tolist() == NAMES and len(found.units) == 4
    assert found.seats["lon"].between(118, 121).all()


def test_layers_in_different_systems(tmp_path: Path) -> None:
    """Counties in metres beside townships in degrees lie on each other; each keeps its level."""
    _frame().to_crs(4326).to_file(tmp_path / "b.gpkg", layer="towns")
    _frame([_box(0, 0, 10000, 10000)], 名称=["试点县"]).to_file(tmp_path / "b.gpkg", layer="county")
    found = read_boundaries(tmp_path / "b.gpkg")
    assert sorted(found.units["level"]) == ["county"] + ["town"] * 4 and found.problems == []
    _same_place(found)


def test_no_crs_in_degrees(tmp_path: Path) -> None:
    """Degrees without a CRS are read as WGS 84 and told."""
    _frame().to_crs(4326).to_file(tmp_path / "b.shp", encoding="UTF-8")
    (tmp_path / "b.prj").unlink()
    found = read_boundaries(tmp_path / "b.shp")
    _same_place(found)
    assert "names its coordinate system" in _english(found.problems)


@pytest.mark.parametrize("epsg", [4528, 4549])
def test_no_crs_in_metres(tmp_path: Path, epsg: int) -> None:
    """Metres without a CRS: the zone in front of the easting tells, else one sentence says what to declare."""
    _frame().to_crs(epsg).to_file(tmp_path / "b.shp", encoding="UTF-8")
    (tmp_path / "b.prj").unlink()
    if epsg == 4528:
        found = read_boundaries(tmp_path / "b.shp")
        assert "EPSG:4528" in _english(found.problems)
        _same_place(found)
    else:
        with pytest.raises(BoundariesUnreadable, match='boundaries = "EPSG:code"'):
            read_boundaries(tmp_path / "b.shp")
        _same_place(read_boundaries(tmp_path / "b.shp", "epsg:4549"))


def test_a_wrong_crs(tmp_path: Path) -> None:
    """Degrees in a layer that says metres are read as degrees, and told."""
    found = _read(tmp_path, _frame().to_crs(4326).set_crs(4549, allow_override=True))
    _same_place(found)
    assert "its numbers are degrees" in _english(found.problems)


def test_mixed_coordinates_in_one_layer(tmp_path: Path) -> None:
    """Two features in prefixed metres among two in degrees: each is read as what it is."""
    metres, angles = _frame().to_crs(4528), _frame().to_crs(4326)
    shapes = [*metres.geometry[:2], *angles.geometry[2:]]
    found = _read(tmp_path, geopandas.GeoDataFrame({"name": NAMES}, geometry=shapes, crs=4326), "b.geojson")
    _same_place(found)
    assert "2 features are in metres and 2 in degrees" in _english(found.problems)


def test_latitude_first(tmp_path: Path) -> None:
    """A file with latitude before longitude is turned round and told."""
    frame = _frame().to_crs(4326)
    turned = shapely.transform(frame.geometry.to_numpy(), lambda p: p[:, ::-1])
    found = _read(tmp_path, frame.set_geometry(turned))
    _same_place(found)
    assert "other way round" in _english(found.problems)


def test_invalid_geometries_are_mended(tmp_path: Path) -> None:
    """A bow tie becomes a valid polygon and is named; a spike changes nothing; nothing without area stays."""
    x, y = EAST, NORTH
    bow = shapely.Polygon([(x, y), (x + 5000, y + 5000), (x + 5000, y), (x, y + 5000)])
    flat = shapely.Polygon([(x, y), (x + 9000, y), (x + 9000, y + 0.05)])
    shapes = [*_frame().geometry[:2], bow, flat]
    found = _read(tmp_path, _frame(shapes, name=NAMES))
    assert found.units["name"].tolist() == NAMES[:3]
    assert found.units.geometry.is_valid.all() and set(found.units.geometry.geom_type) <= {"Polygon", "MultiPolygon"}
    told = _english(found.problems)
    assert "丙寅街道" in told and "1 units have no area" in told


def test_parts_and_repetitions(tmp_path: Path) -> None:
    """Rows of one unit become one: islands as parts, the same area twice only once, people not doubled."""
    shapes = [_box(0, 0, 5000, 5000), _box(20000, 0, 21000, 1000), _box(5000, 0, 9000, 5000), _box(5000, 0, 9000, 5000)]
    names, people = ["甲子镇", "甲子镇", "乙丑乡", "乙丑乡"], [8000, 500, 3000, 3000]
    found = _read(tmp_path, _frame(shapes, name=names, population=people))
    assert found.units["name"].tolist() == ["甲子镇", "乙丑乡"]
    assert found.units["population"].tolist() == [8500, 3000]
    told = _english(found.problems)
    assert "several rows" in told and "drawn more than once" in told


def test_overlaps_and_gaps_are_measured_in_metres(tmp_path: Path) -> None:
    """An overlap of 2.5 km2 and a hole of 1 km2 are told with their areas."""
    shapes = [_box(0, 5000, 5500, 10000), _box(5000, 5000, 10000, 10000), _box(0, 0, 5000, 5000),
              _box(5000, 0, 10000, 5000).difference(_box(7000, 2000, 8000, 3000))]  # fmt: skip
    found = _read(tmp_path, _frame(shapes, name=NAMES))
    told = _english(found.problems)
    assert "2.50 km²" in told and "甲子镇/乙丑乡" in told and "10%" in told
    assert "1 gaps lie between the units, 1.00 km²" in told
    pairs = overlapping(found.metric)
    assert pairs["m2"].max() == pytest.approx(2.5e6, rel=1e-3) and gaps(found.metric) == pytest.approx([1e6], rel=1e-3)


def _broken(path: Path, kind: str) -> Path:
    frame = _frame()
    frame.to_file(path / "b.gpkg")
    frame.to_file(path / "b.shp", encoding="UTF-8")
    frame.to_crs(4326).to_file(path / "b.geojson")
    gpkg, shp, text = ((path / f"b.{end}").read_bytes() for end in ("gpkg", "shp", "geojson"))
    made = path / f"broken.{kind.split()[-1]}"
    content = {
        "cut gpkg": gpkg[:9000], "empty gpkg": b"", "cut shp": shp[:300], "cut geojson": text[:500],
        "words geojson": "你好".encode(), "lonely shp": shp,
        "nothing geojson": json.dumps({"type": "FeatureCollection", "features": []}).encode(),
    }  # fmt: skip
    made.write_bytes(content[kind])
    return made


@pytest.mark.parametrize(
    "kind",
    ["cut gpkg", "empty gpkg", "cut shp", "cut geojson", "words geojson", "lonely shp", "nothing geojson"],
)
def test_broken_files_are_one_sentence(tmp_path: Path, kind: str) -> None:
    """Whatever is wrong with a file, it is one sentence in each language, and one problem of the check."""
    path = _broken(tmp_path, kind)
    with pytest.raises(BoundariesUnreadable) as caught:
        read_boundaries(path)
    assert path.name in caught.value.zh and path.name in caught.value.en
    region = Region("县", {"institutions": _places({"H": (1, 1)})}, layers={"boundaries": path})
    assert [p.severity for p in check(View(region))] == ["error"]


def test_polygons_in_collections(tmp_path: Path) -> None:
    """What an overlay leaves behind, polygons among lines in one feature, counts by its polygons."""
    whole = [*_frame().geometry]
    whole[0] = shapely.GeometryCollection([whole[0], shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)])])
    found = _read(tmp_path, _frame(whole, name=NAMES), "b.geojson")
    assert found.units["name"].tolist() == NAMES
    _same_place(found)


def test_lines_are_no_units(tmp_path: Path) -> None:
    """A layer of outlines as lines has no area: told, and nothing left to use."""
    with pytest.raises(BoundariesUnreadable):
        _read(tmp_path, _frame([shapely.LineString(shape.exterior) for shape in _frame().geometry], name=NAMES))


# --- places against units ----------------------------------------------------------------------------------


def _places(points: dict[str, tuple[float, float]], **columns: Any) -> pd.DataFrame:
    x, y = np.array(list(points.values()), dtype=float).T
    lon, lat = degrees(crs_of(4549), EAST + x, NORTH + y)
    base = {"id": list(points), "name": list(points), "level": 1.0, "kind": "township_centre", "lon": lon, "lat": lat}
    return pd.DataFrame({**base, **columns})


CENTRES = {
    "甲子镇卫生院": (2500.0, 7500.0), "乙丑乡卫生院": (7500.0, 7500.0), "丙寅社区卫生服务中心": (2500.0, 2500.0),
    "丁卯乡卫生院": (7500.0, 2500.0),
}  # fmt: skip


def _checked(
    path: Path, points: dict[str, tuple[float, float]], communities: pd.DataFrame | None = None, **columns: Any
) -> list[Problem]:
    _frame(**({"name": NAMES} | columns)).to_file(path / "boundaries.gpkg")
    tables = {"institutions": _places(points)}
    if communities is not None:
        tables["communities"] = communities
    rows = {table: [str(at + 2) for at in range(len(frame))] for table, frame in tables.items()}
    return list(check(View(Region("县", tables, rows=rows, layers={"boundaries": path / "boundaries.gpkg"}))))


def test_places_in_their_units_are_silent(tmp_path: Path) -> None:
    """Where everything lies as its name says, nothing is told."""
    assert _checked(tmp_path, CENTRES) == []


def test_an_institution_outside_its_own_unit(tmp_path: Path) -> None:
    """The row, the metres, and the unit that it lies in."""
    problems = _checked(tmp_path, {**CENTRES, "甲子镇卫生院": (6200, 7500)})
    (one,) = [p for p in problems if "outside" in p.cure_en and p.row == "2"]
    assert "1200 m" in one.cure_en and "乙丑乡" in one.cure_en and one.severity == "warning"


def test_an_institution_outside_every_unit(tmp_path: Path) -> None:
    """A hospital beyond the region's border is told with the distance to it."""
    (one,) = _checked(tmp_path, {**CENTRES, "县人民医院": (12000, 7500)})
    assert one.row == "6" and "2000 m" in one.cure_en


def test_two_centres_in_one_unit_and_an_empty_one(tmp_path: Path) -> None:
    """Two township centres in one township, and the township that has none."""
    points = {name: spot for name, spot in CENTRES.items() if not name.startswith("丁")}
    problems = _checked(tmp_path, {**points, "第二卫生院": (3000, 7500)})
    assert any("Rows 2" in p.cure_en and "甲子镇" in p.expected_en for p in problems)
    assert any("丁卯瑶族乡" in p.value and p.table == "boundaries" for p in problems)


def test_communities_outside_and_in_the_wrong_unit(tmp_path: Path) -> None:
    """Points beyond all outlines, and a code that belongs to another township."""
    codes = ["341181100", "341181200", "341181001", "341181300"]
    points = {"341181100201": (2500, 7000), "341181100202": (7500, 7000), "341181300201": (30000, 0)}
    communities = _places(points, name=["东村", "西村", "南村"], population=100.0, institution="")
    problems = _checked(tmp_path, CENTRES, communities, code=codes)
    assert any(p.table == "communities" and p.value.startswith("341181100202") for p in problems)
    assert any(p.row == "4" and "Outside all" in p.cure_en for p in problems)


def test_people_of_units_and_communities(tmp_path: Path) -> None:
    """A township whose communities have half its people is told with both figures."""
    points = {"东庄": (2500, 7000), "西庄": (7500, 7000)}
    communities = _places(points, population=[5000.0, 9900.0], institution="")
    problems = _checked(tmp_path, CENTRES, communities, population=[10000, 10000, 10000, 10000])
    (one,) = [p for p in problems if p.column == "population"]
    assert one.value == "甲子镇" and "5000" in one.cure_en and "10000" in one.cure_en


# --- names and codes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("梅州市梅县区松口镇中心卫生院", ("town", "松口")),
        ("松口镇", ("town", "松口")),
        ("新城办事处街道", ("town", "新城")),
        ("扶大社区卫生服务中心", ("town", "扶大")),
        ("恩村瑶族乡", ("town", "恩村")),
        ("开发区街道", ("town", "开发区")),
        ("白渡镇悦来村卫生站", ("village", "悦来")),
        ("程江社区居委会", ("village", "程江")),
        ("县人民医院", ("", "县人民医院")),
        ("Songkou Town", ("town", "songkou")),
        ("Floriana Health Centre", ("", "floriana")),
        ("", ("", "")),
    ],
)
def test_cores_of_names(name: str, core: tuple[str, str]) -> None:
    """Institutions and places of one township have one core; villages are told apart."""
    assert core_of(name) == core


def test_matches() -> None:
    """Codes first; a core only where it is unique and of the same kind of place."""
    towns, codes = ["松口镇", "城东镇", "松口乡"], ["441403100", "441403101", "441403102000"]
    names = ["城东镇卫生院", "松口镇卫生院", "城东村", "别的", "松口镇"]
    assert matches(names, ["", "", "", "441403102", "441403100"], towns, codes) == [1, -1, -1, 2, 0]


def test_codes() -> None:
    """Zeros of lower levels go; what is no division code is none."""
    written = ("441403100000", "441403000000", "441403100201", "H1", "12345")
    assert [code_of(code) for code in written] == ["441403100", "441403", "441403100201", "", ""]
