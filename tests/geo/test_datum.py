"""A wrong declaration of coordinates is noticed, named, and measured in metres; a right one raises nothing."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.checks_datum import datums
from geodata.checks_view import View
from geodata.coordinates import distance_km, from_wgs84
from geodata.datum import READINGS, compare
from geodata.datum_roads import datum_by_roads
from geodata.problems import Problem
from geodata.read import read_region
from geodata.region import Region
from geodata.roads.network import RoadNetwork

SHARED = os.environ.get("ALLIANCE_SHARED", "")
SOURCE = Path(SHARED) / "data" / "cn_meixian"
real = pytest.mark.skipif(not SHARED or not SOURCE.is_dir(), reason="ALLIANCE_SHARED with data/cn_meixian is absent")
#: Sixteen invented townships on a grid of 0.05 degrees in Anhui.
LON, LAT = (118.8 + 0.05 * (np.arange(16) % 4), 32.5 + 0.05 * (np.arange(16) // 4))
TOWNS = [
    f"{name}镇" for name in "安平 白塔 长岭 大河 东湖 丰乐 高桥 合兴 金沟 老街 龙门 马场 南桥 青山 沙河 王庄".split()
]


def _places(lon: np.ndarray, lat: np.ndarray, ending: str, **more: Any) -> pd.DataFrame:
    ids = [f"{ending[:1]}{at}" for at in range(len(lon))]
    return pd.DataFrame({"id": ids, "name": [t + ending for t in TOWNS[: len(lon)]], "lon": lon, "lat": lat, **more})


def _region(tables: dict[str, pd.DataFrame], coordinates: object = "wgs84", boundaries: Path | None = None) -> Region:
    layers = {"boundaries": boundaries} if boundaries else {}
    return Region("试点县", tables, {"region": {"coordinates": coordinates}}, layers=layers)


def _said(region: Region) -> list[Problem]:
    return list(datums(View(region)))


def _seats(path: Path, lon: np.ndarray, lat: np.ndarray, names: list[str]) -> Path:
    frame = geopandas.GeoDataFrame({"name": names}, geometry=shapely.points(lon, lat), crs="EPSG:4326")
    frame.to_file(path / "boundaries.gpkg", layer="seats", driver="GPKG")
    return path / "boundaries.gpkg"


def _squares(path: Path, lon: np.ndarray, lat: np.ndarray, half: float) -> Path:
    shapes = shapely.box(lon - half, lat - half, lon + half, lat + half)
    frame = geopandas.GeoDataFrame({"name": TOWNS}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(path / "boundaries.gpkg", layer="towns", driver="GPKG")
    return path / "boundaries.gpkg"


@pytest.mark.parametrize("true", READINGS)
@pytest.mark.parametrize("declared", [*READINGS, "cgcs2000"])
def test_seats_tell_the_datum(tmp_path: Path, true: str, declared: str) -> None:
    """Whatever the truth and the declaration, seats show the difference, and nothing where there is none."""
    seats = _seats(tmp_path, LON, LAT, TOWNS)
    region = _region({"institutions": _places(*from_wgs84(LON, LAT, true), "卫生院")}, declared, seats)
    problems = _said(region)
    if true == declared or {true, declared} == {"wgs84", "cgcs2000"}:
        assert problems == []
        return
    (problem,) = problems
    assert problem.severity == "warning" and f'institutions = "{true}"' in problem.cure_zh
    shift = np.median(1000 * distance_km(LON, LAT, *from_wgs84(*from_wgs84(LON, LAT, true), "wgs84")))
    assert (" 0 米" in problem.cure_zh and f"{shift:.0f}" in problem.cure_zh) or declared != "wgs84"


def test_fewer_than_eight_places_say_nothing(tmp_path: Path) -> None:
    """Seven pairs may agree by chance: no suspicion."""
    seats = _seats(tmp_path, LON[:7], LAT[:7], TOWNS[:7])
    assert _said(_region({"institutions": _places(*from_wgs84(LON, LAT, "bd09"), "卫生院")}, "wgs84", seats)) == []


def test_places_of_other_names_are_not_compared(tmp_path: Path) -> None:
    """Villages and hospitals called otherwise are not taken for the township's centre."""
    seats = _seats(tmp_path, LON, LAT, TOWNS)
    places = _places(*from_wgs84(LON, LAT, "bd09"), "").assign(name=[f"{t}新村卫生室" for t in TOWNS])
    assert _said(_region({"institutions": places}, "wgs84", seats)) == []


@pytest.mark.parametrize(
    ("institutions", "communities", "declared", "cures"),
    [
        ("bd09", "wgs84", "wgs84", ['{ institutions = "bd09" }']),
        ("wgs84", "gcj02", "wgs84", ['{ communities = "gcj02" }']),
        ("wgs84", "wgs84", {"communities": "bd09"},
         ['{ institutions = "bd09", communities = "bd09" }', '{ communities = "wgs84" }']),
        ("wgs84", "wgs84", "wgs84", []),
        ("bd09", "bd09", "bd09", []),
        ("bd09", "gcj02", {"institutions": "bd09", "communities": "gcj02"}, []),
    ],
)  # fmt: skip
def test_two_tables_that_disagree(institutions: str, communities: str, declared: object, cures: list[str]) -> None:
    """Communities called after the township show it; where either table may be wrong, both cures are given."""
    tables = {
        "institutions": _places(*from_wgs84(LON, LAT, institutions), "卫生院"),
        "communities": _places(*from_wgs84(LON, LAT, communities), "居委会").assign(
            name=[t.replace("镇", "居委会") for t in TOWNS], institution=""
        ),
    }
    problems = _said(_region(tables, declared))
    assert len(problems) == (1 if cures else 0)
    assert all(cure in problems[0].cure_en for cure in cures)


def test_communities_that_name_their_institution() -> None:
    """The middle of an institution's communities is near it: another datum shows."""
    spread = 0.004 * np.array([[-1, 0], [1, 0], [0, 1], [0, -1]])
    lon, lat = ((v[:, None] + spread[:, at]).ravel() for at, v in enumerate((LON, LAT)))
    names = [f"{t}{n}村" for t in TOWNS for n in "甲乙丙丁"]
    communities = pd.DataFrame({"id": names, "name": names, "lon": lon, "lat": lat})
    communities["institution"] = np.repeat([f"卫{at}" for at in range(16)], 4)
    tables = {"institutions": _places(*from_wgs84(LON, LAT, "bd09"), "卫生院"), "communities": communities}
    (problem,) = _said(_region(tables))
    assert 'institutions = "bd09"' in problem.cure_en
    assert _said(_region({**tables, "institutions": _places(LON, LAT, "卫生院")})) == []


def test_both_tables_are_read_anew_together(tmp_path: Path) -> None:
    """Tables of one source that agree with each other and not with the seats get one cure for both."""
    seats = _seats(tmp_path, LON, LAT, TOWNS)
    x, y = from_wgs84(LON, LAT, "bd09")
    communities = _places(x, y, "居委会").assign(name=[t.replace("镇", "居委会") for t in TOWNS], institution="")
    tables = {"institutions": _places(x, y, "卫生院"), "communities": communities}
    (problem,) = _said(_region(tables, "wgs84", seats))
    assert 'institutions = "bd09", communities = "bd09"' in problem.cure_en


@pytest.mark.parametrize("true", ["gcj02", "bd09"])
def test_outlines_tell_the_datum(tmp_path: Path, true: str) -> None:
    """Places that leave their township by the shift, and lie in it under one reading, are told with the counts."""
    outlines = _squares(tmp_path, LON, LAT, 0.0035)
    (problem,) = _said(_region({"institutions": _places(*from_wgs84(LON, LAT, true), "卫生院")}, "wgs84", outlines))
    assert f'institutions = "{true}"' in problem.cure_en and "16 read as" in problem.cure_en
    assert _said(_region({"institutions": _places(LON, LAT, "卫生院")}, "wgs84", outlines)) == []


def test_outlines_from_a_web_map(tmp_path: Path) -> None:
    """Outlines in GCJ-02 under points in WGS 84: the outlines are named as the ones to declare."""
    outlines = _squares(tmp_path, *from_wgs84(LON, LAT, "gcj02"), 0.0035)
    tables = {"institutions": _places(LON, LAT, "卫生院")}
    (problem,) = _said(_region(tables, "wgs84", outlines))
    assert 'boundaries = "gcj02"' in problem.cure_en and "边界图层多半是 GCJ-02" in problem.cure_zh
    assert _said(_region(tables, {"boundaries": "gcj02"}, outlines)) == []


@pytest.mark.parametrize("middle", [(14.4, 35.9), (105.85, 21.03), (121.0, 24.0), (106.9, 47.9), (127.0, 37.5)])
def test_nothing_is_suspected_outside_china(tmp_path: Path, middle: tuple[float, float]) -> None:
    """In Malta, Hanoi, Taiwan, Ulaanbaatar and Seoul there is no shifted datum, however far seats are off."""
    lon, lat = LON - LON.mean() + middle[0], LAT - LAT.mean() + middle[1]
    seats = _seats(tmp_path, lon, lat, TOWNS)
    assert _said(_region({"institutions": _places(*from_wgs84(lon, lat, "bd09"), "卫生院")}, "wgs84", seats)) == []


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 10_000), count=st.integers(8, 40), km=st.sampled_from([0.05, 0.3, 0.5, 2.0, 4.0]))
def test_right_declarations_are_left_alone(seed: int, count: int, km: float) -> None:
    """Noise alone raises nothing (a simulation of 400 each gave at most 2 false alarms, at 0.8 km and 8 places)."""
    dice = np.random.default_rng(seed)
    lon, lat = 116 + dice.uniform(-0.3, 0.3, count), 24.3 + dice.uniform(-0.3, 0.3, count)
    x, y = lon + dice.normal(0, km, count) / 127, lat + dice.normal(0, km, count) / 139
    found = compare((x, y), "wgs84", (lon, lat))
    assert found is not None and not found.wrong


def _network(lon: np.ndarray, lat: np.ndarray) -> RoadNetwork:
    """East-west roads through every row of the grid and north-south ones through every column, 5 km apart."""
    rows = [((lon.min() - 0.02, y), (lon.max() + 0.02, y)) for y in np.unique(lat)]
    lines = np.array(rows + [((x, lat.min() - 0.02), (x, lat.max() + 0.02)) for x in np.unique(lon)])
    count = len(lines)
    edge = np.arange(count, dtype=np.int32)
    return RoadNetwork(
        lines[:, :, 0].ravel(), lines[:, :, 1].ravel(), 2 * edge, 2 * edge + 1, np.ones(count),
        {"vehicle": np.ones(count), "patient": np.ones(count)}, np.zeros(count, bool), edge, np.zeros(count, bool),
        np.arange(0, 2 * count + 1, 2), lines[:, :, 0].ravel(), lines[:, :, 1].ravel(), edge, pd.DataFrame(index=edge),
    )  # fmt: skip


@pytest.mark.parametrize("true", ["gcj02", "bd09"])
def test_roads_tell_the_datum(true: str) -> None:
    """Places that lie at roads under one reading, and hundreds of metres off under the declared one, are told."""
    places = _places(*from_wgs84(LON, LAT, true), "卫生院")
    (problem,) = datum_by_roads(_region({"institutions": places}), _network(LON, LAT))
    assert f'institutions = "{true}"' in problem.cure_en and "road" in problem.cure_en
    assert datum_by_roads(_region({"institutions": places}, true), _network(LON, LAT)) == []


def test_roads_from_a_web_map() -> None:
    """Roads in GCJ-02 under points in WGS 84: the roads are named."""
    network = _network(*from_wgs84(LON, LAT, "gcj02"))
    (problem,) = datum_by_roads(_region({"institutions": _places(LON, LAT, "卫生院")}), network)
    assert 'roads = "gcj02"' in problem.cure_en


MALTA = Path(SHARED) / "data" / "mt_malta"


@pytest.mark.skipif(not SHARED or not MALTA.is_dir(), reason="ALLIANCE_SHARED with data/mt_malta is absent")
def test_real_roads_tell_the_datum_of_real_facilities() -> None:
    """Malta moved to Zhejiang: its 132 facilities lie 8 m from its roads, and 21 or 32 m when they are shifted."""
    from geodata.roads.read import read_roads
    from geodata.roads.speeds import speeds_of
    from geodata.roads.ways import RoadOptions

    east, north = 118.0 - 14.4, 30.0 - 35.9
    roads = read_roads(MALTA / "malta-20180829.osm.pbf", speeds_of(None), RoadOptions())
    roads = replace(roads, line_lon=roads.line_lon + east, line_lat=roads.line_lat + north)
    facilities = pd.read_csv(MALTA / "facilities_osm.csv")
    for true in READINGS:
        lon, lat = from_wgs84(facilities["lon"] + east, facilities["lat"] + north, true)
        places = pd.DataFrame({"id": facilities["osm_id"], "name": "", "lon": lon, "lat": lat})
        for declared in READINGS:
            problems = datum_by_roads(_region({"institutions": places}, declared), roads)
            assert len(problems) == (true != declared)
            assert not problems or f'institutions = "{true}"' in problems[0].cure_en


@pytest.fixture(scope="module")
def meixian_seats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 17 known seats of Meixian's townships as a layer of points."""
    with (SOURCE / "townships.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["lon_wgs84"]]
    lon, lat = (np.array([float(row[c]) for row in rows]) for c in ("lon_wgs84", "lat_wgs84"))
    return _seats(tmp_path_factory.mktemp("seats"), lon, lat, [row["township_name"] for row in rows])


@real
@pytest.mark.parametrize(("true", "metres"), [("gcj02", 568), ("bd09", 1189)])
def test_copies_of_meixians_seats(meixian_seats: Path, true: str, metres: int) -> None:
    """GCJ-02 and BD-09 copies of the real seats declared as WGS 84 are named with the shift."""
    seats = geopandas.read_file(meixian_seats)
    lon, lat = from_wgs84(seats.geometry.x, seats.geometry.y, true)
    places = pd.DataFrame({"id": seats["name"], "name": seats["name"] + "卫生院", "lon": lon, "lat": lat})
    (problem,) = _said(_region({"institutions": places}, "wgs84", meixian_seats))
    assert f'institutions = "{true}"' in problem.cure_zh and f"{metres} 米" in problem.cure_zh


@real
def test_meixians_facilities_are_bd09(meixian_seats: Path) -> None:
    """A list of unknown datum is recognised: 1.25 km as WGS 84, 1.11 km as GCJ-02, 0.26 km as BD-09."""
    raw = pd.read_csv(SOURCE / "facilities_raw.csv")
    places = pd.DataFrame({
        "id": raw["source_id"].astype(str), "name": raw["name"], "lon": raw["lon_raw"], "lat": raw["lat_raw"]
    })  # fmt: skip
    (problem,) = _said(_region({"institutions": places}, "wgs84", meixian_seats))
    assert all(word in problem.cure_en for word in ("1249 m read as WGS 84", "1110 m read as GCJ-02"))
    assert "259 m read as BD-09" in problem.cure_en and 'institutions = "bd09"' in problem.cure_en
    assert _said(_region({"institutions": places}, "bd09", meixian_seats)) == []


@pytest.fixture(scope="module")
def meixian(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The region that the benchmark writes, in WGS 84."""
    from benchmarks.regions import meixian as benchmark

    return read_region(benchmark.write(SOURCE, tmp_path_factory.mktemp("meixian") / "region"))


@real
@pytest.mark.parametrize(
    ("declared", "cure"),
    [
        ("wgs84", ""),
        ({"institutions": "bd09"}, '{ institutions = "wgs84" }'),
        ({"institutions": "gcj02"}, '{ institutions = "wgs84" }'),
        ({"communities": "bd09"}, '{ communities = "wgs84" }'),
        ("bd09", 'institutions = "wgs84", communities = "wgs84"'),
        ("gcj02", 'institutions = "wgs84", communities = "wgs84"'),
    ],
)
def test_meixians_region_declared_wrongly(meixian: Region, meixian_seats: Path, declared: object, cure: str) -> None:
    """The benchmark's region is right as it is; each wrong declaration is told with what to write instead."""
    region = replace(meixian, settings={"region": {"coordinates": declared}}, layers={"boundaries": meixian_seats})
    problems = _said(region)
    assert len(problems) == (1 if cure else 0)
    assert not cure or cure in problems[0].cure_en


@real
def test_meixians_region_without_seats(meixian: Region) -> None:
    """Without any file beside it, institutions and communities show that one of them is declared wrongly."""
    region = replace(meixian, settings={"region": {"coordinates": {"institutions": "bd09"}}})
    (problem,) = _said(region)
    assert '{ institutions = "wgs84" }' in problem.cure_en and "2" in problem.cure_en
    assert _said(meixian) == []
