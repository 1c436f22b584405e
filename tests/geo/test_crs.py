"""Projected coordinates: EPSG codes, Chinese zones with and without their number, a metric system per region."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from geo.read_support import folder
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.checks import check_region
from geodata.coordinates import (
    declared_datum,
    distance_km,
    from_wgs84,
    in_mainland,
    is_datum,
    tables_to_wgs84,
    to_wgs84,
)
from geodata.crs import crs_of, declared_metres, degrees, guessed_metres, metres, metric_crs
from geodata.problems import Problem
from geodata.read import read_region

#: Four places of one county near Yangzhou, degrees.
LON, LAT = np.array([119.40, 119.43, 119.47, 119.52]), np.array([32.60, 32.66, 32.71, 32.69])
HEAD = "id,name,level,lon,lat\n"


def _rows(x: np.ndarray, y: np.ndarray) -> str:
    cells = zip(x, y, strict=True)
    return HEAD + "".join(f"T{at},镇{at}卫生院,1,{a:.3f},{b:.3f}\n" for at, (a, b) in enumerate(cells))


def _read(path: Path, x: np.ndarray, y: np.ndarray, coordinates: str = "") -> tuple[np.ndarray, list[Problem]]:
    """Metres by which the points read lie off the true ones, and what was said."""
    plan = f"[region]\ncoordinates = {coordinates}\n" if coordinates else ""
    region = folder(path, {"institutions.csv": _rows(x, y), "plan.toml": plan})
    table = tables_to_wgs84(region.tables, region.settings)["institutions"]
    return 1000 * distance_km(table["lon"], table["lat"], LON, LAT), region.problems


@pytest.mark.parametrize("code", [4549, 4528, 32650, 2437, 3857])
def test_any_epsg_code(tmp_path: Path, code: int) -> None:
    """Metres in a declared projection become the degrees they stand for, to a decimetre, without a word."""
    x, y = metres(crs_of(code), LON, LAT)
    off, problems = _read(tmp_path, x, y, f'{{ institutions = "EPSG:{code}" }}')
    assert (off < 0.1).all() and problems == []


def test_eastings_with_their_zone_need_no_declaration(tmp_path: Path) -> None:
    """Eight digits tell the zone; the system taken is named in a warning."""
    x, y = metres(crs_of(4528), LON, LAT)
    assert (x > 4e7).all()
    off, problems = _read(tmp_path, x, y)
    assert (off < 0.1).all()
    assert [p.severity for p in problems] == ["warning"] and "EPSG:4528" in problems[0].cure_zh


def test_northing_first(tmp_path: Path) -> None:
    """Surveyors call the northing X: exchanged columns are read and told."""
    x, y = metres(crs_of(4549), LON, LAT)
    off, problems = _read(tmp_path, y, x, '"EPSG:4549"')
    assert (off < 0.1).all()
    assert [p.severity for p in problems] == ["warning"] and "对调" in problems[0].cure_zh


def test_a_zone_too_many_or_too_few(tmp_path: Path) -> None:
    """The zone's number in front of the easting is taken off, or put on, as the declared code wants it."""
    x, y = metres(crs_of(4528), LON, LAT)
    one = declared_metres(4549, x, y)
    two = declared_metres(4528, x - 40e6, y)
    assert one is not None and two is not None
    for reading, east in ((one, x), (two, x - 40e6)):
        assert np.allclose(reading.degrees(east, y), (LON, LAT), atol=1e-8)


def test_metres_of_an_unknown_zone_are_one_sentence(tmp_path: Path) -> None:
    """Six-digit eastings without a declaration: one error for the table that says what to write."""
    x, y = metres(crs_of(4549), LON, LAT)
    region = folder(tmp_path, {"institutions.csv": _rows(x, y)})
    told = [p for p in region.problems if p.severity == "error"]
    assert len(told) == 1 and "EPSG" in told[0].cure_en and 'institutions = "EPSG' in told[0].cure_en
    assert region.tables["institutions"]["lon"].isna().all()


def test_metres_that_fit_nothing(tmp_path: Path) -> None:
    """A declared zone of another part of China is refused in one sentence that names its area."""
    x, y = metres(crs_of(4549), LON, LAT)
    region = folder(tmp_path, {
        "institutions.csv": _rows(x, y * 3), "plan.toml": '[region]\ncoordinates = "EPSG:4549"\n',
    })  # fmt: skip
    told = [p for p in region.problems if p.severity == "error"]
    assert len(told) == 1 and "EPSG:4549" in told[0].expected_en


def test_web_mercator_is_not_taken_for_a_zone() -> None:
    """In eastern China web Mercator has eight digits too: it is not guessed to be zone 13."""
    x, y = metres(crs_of(3857), LON, LAT)
    assert guessed_metres(x, y) is None


def test_a_slip_is_no_projection(tmp_path: Path) -> None:
    """One row of nonsense among degrees is told as that row, as before."""
    text = HEAD + "A,甲,1,119.4,32.6\nB,乙,1,119.5,32.7\nC,丙,1,1233,23123\n"
    region = folder(tmp_path, {"institutions.csv": text})
    assert {p.row for p in region.problems} == {"4"}


def test_degrees_under_a_projected_declaration_stay(tmp_path: Path) -> None:
    """The copy of a region is in degrees: reading it again with its own plan.toml changes nothing."""
    text = HEAD + "".join(f"T{at},镇{at},1,{x},{y}\n" for at, (x, y) in enumerate(zip(LON, LAT, strict=True)))
    region = folder(tmp_path, {"institutions.csv": text, "plan.toml": '[region]\ncoordinates = "EPSG:4549"\n'})
    table = tables_to_wgs84(region.tables, region.settings)["institutions"]
    assert table["lon"].tolist() == LON.tolist() and region.problems == []


def test_geographic_codes() -> None:
    """EPSG:4490 is CGCS2000, EPSG:4326 is WGS 84; degrees of another datum are converted and come back."""
    assert declared_datum({"region": {"coordinates": "EPSG:4490"}}, "institutions") == "cgcs2000"
    assert declared_datum({"region": {"coordinates": "epsg: 4326"}}, "institutions") == "wgs84"
    lon, lat = to_wgs84([14.4], [35.9], "epsg:4230")  # ED50 lies 60 to 200 m off
    assert 50 < 1000 * distance_km(lon, lat, 14.4, 35.9)[0] < 300
    assert np.allclose(from_wgs84(lon, lat, "epsg:4230"), ([14.4], [35.9]), atol=1e-8)


def test_what_is_a_datum() -> None:
    """The four names and every EPSG code that pyproj knows; nothing else."""
    assert all(map(is_datum, ("wgs84", "gcj02", "bd09", "cgcs2000", "epsg:4549", "epsg:2326")))
    assert not any(map(is_datum, ("baidu", "epsg:1", "epsg:99999", "")))


def test_layers_are_not_meant_by_one_word() -> None:
    """One word is for the tables; a layer is shifted only where it is named."""
    assert declared_datum({"region": {"coordinates": "bd09"}}, "roads") == "wgs84"
    assert declared_datum({"region": {"coordinates": {"roads": "GCJ-02"}}}, "roads") == "gcj02"


@pytest.mark.parametrize(
    ("key", "word"), [("institution", "institutions"), ("boundary", "boundaries"), ("districts", "institutions")]
)
def test_unknown_table_in_coordinates(tmp_path: Path, key: str, word: str) -> None:
    """`coordinates = { institution = ... }` would be silently without effect: it is an error with the nearest name."""
    files = {"institutions.csv": HEAD + "A,甲,1,119.4,32.6\n", "plan.toml": f'[region]\ncoordinates.{key} = "bd09"\n'}
    told = [p for p in check_region(folder(tmp_path, files)) if p.column == "region.coordinates"]
    assert len(told) == 1 and word in told[0].cure_en + told[0].expected_en


def test_a_workbooks_settings_come_first(tmp_path: Path) -> None:
    """A settings sheet that stands behind the tables still says how their metres are read."""
    from geo.read_support import book

    x, y = metres(crs_of(4549), LON, LAT)
    rows = [[f"T{at}", f"镇{at}卫生院", 1, a, b] for at, (a, b) in enumerate(zip(x, y, strict=True))]
    sheets = {
        "机构": [["机构代码", "机构名称", "级别", "经度", "纬度"], *rows],
        "settings": [["key", "value"], ["region.coordinates", "EPSG:4549"]],
    }
    region = read_region(book(tmp_path, sheets))
    assert np.allclose(region.tables["institutions"]["lon"], LON, atol=1e-7), region.problems


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [(116.1, 24.3, 4548), (119.5, 32.7, 4549), (87.6, 43.8, 4538), (14.4, 35.9, 32633), (-46.6, -23.5, 32723),
     (121.5, 25.0, 32651)],
)  # fmt: skip
def test_metric_crs_of_a_region(lon: float, lat: float, code: int) -> None:
    """China has its CGCS2000 zone, the rest of the world UTM."""
    assert metric_crs([lon - 0.2, lon + 0.2], [lat - 0.2, lat + 0.2]).to_epsg() == code


@settings(max_examples=60, deadline=None)
@given(lon=st.floats(-180, 180), lat=st.floats(-88, 88), wide=st.floats(0.05, 12))
def test_metric_crs_measures(lon: float, lat: float, wide: float) -> None:
    """Wherever a region lies, areas in its metric system agree with the ellipsoid's to half a percent."""
    from pyproj import Geod
    from shapely.geometry import Polygon

    side = 0.01
    south = min(lat, 88.0)
    ring = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]
    x, y = np.array([[lon + wide / 2 + dx, south + dy] for dx, dy in ring]).T
    crs = metric_crs([lon, lon + wide], [south, south])
    x = (x + 180) % 360 - 180
    if (np.ptp(x)) > 180:
        return  # the little square lies across the date line: the ring cannot be compared
    true = abs(Geod(ellps="WGS84").polygon_area_perimeter(x, y)[0])
    assert Polygon(np.column_stack(metres(crs, x, y))).area == pytest.approx(true, rel=0.005)


def test_metric_crs_needs_a_point() -> None:
    """Without a point there is no projection to choose."""
    with pytest.raises(ValueError, match="point"):
        metric_crs([np.nan], [np.nan])


def test_degrees_of_nonsense_are_nan() -> None:
    """A point beyond a projection is not a place at infinity."""
    lon, lat = degrees(crs_of(4549), [1e30], [1e30])
    assert np.isnan(lon).all() and np.isnan(lat).all()


def test_mainland_rectangles() -> None:
    """Chinese cities are in; Taipei, Hanoi, Seoul, Ulaanbaatar and Malta are not."""
    cities = [(116.12, 24.29), (87.6, 43.8), (126.63, 45.75), (109.51, 18.25), (121.47, 31.23), (103.8, 36.06)]
    abroad = [(121.5, 25.03), (105.85, 21.03), (127.0, 37.5), (106.9, 47.9), (14.5, 35.9)]
    assert in_mainland(*np.array(cities).T).all() and not in_mainland(*np.array(abroad).T).any()
