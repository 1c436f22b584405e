"""Road files that cannot be used: one clear sentence each, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from geo.road_files import layer_file, osm_file, read, write

from geodata.errors import GeodataError, RoadsUnreadable

LINES = [[(0, 0), (1, 0)], [(1, 0), (2, 0)]]
CLASSES = {"等级": ["县道", "乡道"]}


def said_of(path: Path, **options: str) -> tuple[str, str]:
    """(en, zh) of the error of reading a file; each names the file."""
    with pytest.raises(RoadsUnreadable) as caught:
        read(path, **options)
    error = caught.value
    assert isinstance(error, GeodataError)
    for lang in ("en", "zh"):
        sentence = error.sentence(lang)
        assert path.name in sentence and "{" not in sentence.replace("{ roads", "") and "\n" not in sentence
        assert len(sentence) < 600
    return error.en, error.zh


def pbf(shared: Path) -> bytes:
    return (shared / "data" / "mt_malta" / "malta-20180829.osm.pbf").read_bytes()


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there."""
    assert "exists" in said_of(tmp_path / "roads.osm.pbf")[0]


@pytest.mark.parametrize("name", ["roads.osm.pbf", "roads.osm", "roads.gpkg", "roads.shp", "roads.geojson"])
def test_empty_file(tmp_path: Path, name: str) -> None:
    """A file of no bytes, of any kind."""
    (tmp_path / name).write_bytes(b"")
    assert "0 字节" in said_of(tmp_path / name)[1]


@pytest.mark.parametrize("name", ["roads.osm.pbf", "roads.osm", "roads.osm.gz", "roads.gpkg", "roads.geojson"])
def test_not_what_its_name_says(tmp_path: Path, name: str) -> None:
    """A web page saved under the name of a road file."""
    (tmp_path / name).write_text("<html><body>404 Not Found</body></html>" * 50)
    assert "download" in said_of(tmp_path / name)[0]


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_truncated_extract(tmp_path: Path, shared: Path, share: float) -> None:
    """An extract cut anywhere is refused, not read in part."""
    whole = pbf(shared)
    path = tmp_path / "roads.osm.pbf"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "whole road file" in said_of(path)[0]


def test_extract_with_spoilt_bytes(tmp_path: Path, shared: Path) -> None:
    """An extract with a kilobyte overwritten is refused."""
    spoilt = bytearray(pbf(shared))
    spoilt[2_000_000:2_001_000] = bytes(1000)
    path = tmp_path / "roads.osm.pbf"
    path.write_bytes(spoilt)
    assert "完整" in said_of(path)[1]


def test_truncated_xml(tmp_path: Path) -> None:
    """An .osm cut in the middle is refused."""
    path = osm_file(tmp_path / "a.osm", [([(0, 0), (1, 0)], {"highway": "primary"})])
    path.write_text(path.read_text()[:-30])
    assert "damaged" in said_of(path)[0]


def test_extract_without_roads(tmp_path: Path) -> None:
    """Buildings only."""
    path = osm_file(tmp_path / "a.osm", [([(0, 0), (1, 0), (1, 1), (0, 0)], {"building": "yes"})])
    assert "highway" in said_of(path)[0]


def test_extract_whose_roads_are_all_closed(tmp_path: Path) -> None:
    """Footpaths only, for cars."""
    path = osm_file(tmp_path / "a.osm", [([(0, 0), (1, 0)], {"highway": "footway"})])
    assert "不可通行" in said_of(path)[1]


def test_unknown_ending(tmp_path: Path) -> None:
    """A drawing is no road file."""
    (tmp_path / "roads.dwg").write_bytes(b"AC1032")
    assert ".gpkg" in said_of(tmp_path / "roads.dwg")[0]


def test_layer_without_system_in_degrees(tmp_path: Path) -> None:
    """Degrees without a CRS: which one to set, and how to declare it instead."""
    path = layer_file(tmp_path / "a.shp", LINES, crs=None, **CLASSES)
    en, zh = said_of(path)
    assert "EPSG:4490" in en and "degrees" in en and "EPSG:4490" in zh and "经纬度" in zh
    assert len(read(path, datum="epsg:4490").lon) == 3


def _metric(path: Path, crs: int, stated: int | None) -> Path:
    line = shapely.LineString([(116.5, 30.0), (116.51, 30.0)])
    frame = gpd.GeoDataFrame({"等级": ["县道"]}, geometry=[line], crs=4490).to_crs(crs)
    write(frame.set_crs(stated or crs, allow_override=True), path, stated=stated is not None)
    return path


def test_layer_without_system_in_a_zone(tmp_path: Path) -> None:
    """An easting of eight digits tells its CGCS2000 zone, which is proposed, and taken when declared."""
    path = _metric(tmp_path / "a.shp", 4527, None)
    en, zh = said_of(path)
    assert "EPSG:4527" in en and "八位" in zh
    net = read(path, datum="epsg:4527")
    assert net.lon.min() == pytest.approx(116.5, abs=1e-5)


def test_layer_without_system_in_metres(tmp_path: Path) -> None:
    """Metres without a zone: only the source of the data knows."""
    assert "中央经线" in said_of(_metric(tmp_path / "a.shp", 4548, None))[1]


@pytest.mark.parametrize(("crs", "stated"), [(4527, 4490), (4490, 4548), (4527, 4548)])
def test_coordinates_against_the_stated_system(tmp_path: Path, crs: int, stated: int) -> None:
    """Metres called degrees, degrees called metres, a prefixed easting in a zone without: the layer is named."""
    en, zh = said_of(_metric(tmp_path / "roads.gpkg", crs, stated))
    assert f"EPSG:{stated}" in en and "声明" in zh
    if crs == 4527:
        assert "EPSG:4527" in en


def test_layers_in_different_places(tmp_path: Path) -> None:
    """Of two layers in different systems the one whose coordinates do not belong is named."""
    for name, stated in (("县道", 4548), ("乡道", 4545)):
        line = shapely.LineString([(116.5, 30.0), (116.51, 30.0)])
        frame = gpd.GeoDataFrame({"等级": [name]}, geometry=[line], crs=4490).to_crs(4548)
        frame.set_crs(stated, allow_override=True).to_file(tmp_path / "a.gpkg", layer=name)
    en, zh = said_of(tmp_path / "a.gpkg")
    assert "乡道" in en and "公里" in zh


@pytest.mark.parametrize(
    ("shape", "word"), [(shapely.Point(0, 0).buffer(1), "Polygon"), (shapely.Point(0, 0), "Point")]
)
def test_no_lines(tmp_path: Path, shape: object, word: str) -> None:
    """Areas or points in the place of lines."""
    gpd.GeoDataFrame({"等级": ["县道"]}, geometry=[shape], crs=4326).to_file(tmp_path / "a.gpkg")
    assert word in said_of(tmp_path / "a.gpkg")[0]


def test_no_class_and_no_speed(tmp_path: Path) -> None:
    """Without class and speed: the columns there are, and what to add."""
    en, zh = said_of(layer_file(tmp_path / "a.gpkg", LINES, 长度=[1.0, 2.0]))
    assert "长度" in en and "公路等级" in zh and "maxspeed" in en


def test_layer_without_features(tmp_path: Path) -> None:
    """A layer of lines with no line in it."""
    frame = gpd.GeoDataFrame({"等级": ["县道"]}, geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=4326)
    frame.iloc[:0].to_file(tmp_path / "a.gpkg")
    said_of(tmp_path / "a.gpkg")


def _cut_shp(folder: Path) -> Path:
    path = layer_file(folder / "a.shp", LINES, **CLASSES)
    path.with_suffix(".shx").unlink()
    path.with_suffix(".dbf").unlink()
    return path


def _cut_gpkg(folder: Path) -> Path:
    path = layer_file(folder / "a.gpkg", LINES, **CLASSES)
    path.write_bytes(path.read_bytes()[:5000])
    return path


@pytest.mark.parametrize("make", [_cut_shp, _cut_gpkg])
def test_half_a_layer(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """A shapefile sent without its other files, a GeoPackage cut short."""
    said_of(make(tmp_path))
