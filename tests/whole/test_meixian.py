"""Real Chinese townships, villages and facilities become a region that reads and checks clean.

Needs the folder of shared data (environment variable ALLIANCE_SHARED); skipped without it.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.regions import meixian
from benchmarks.regions.meixian_places import Files
from geodata.checks import check_region
from geodata.coordinates import distance_km, to_wgs84
from geodata.problems import Problem, errors
from geodata.read import read_region
from geodata.region import Region

SHARED = os.environ.get("ALLIANCE_SHARED", "")
SOURCE = Path(SHARED) / "data" / "cn_meixian"
pytestmark = pytest.mark.skipif(
    not SHARED or not SOURCE.is_dir(), reason="ALLIANCE_SHARED with data/cn_meixian is absent"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The region written from the real files."""
    return meixian.write(SOURCE, tmp_path_factory.mktemp("meixian") / "region")


@pytest.fixture(scope="module")
def region(folder: Path) -> Region:
    """The region as read."""
    return read_region(folder)


def test_reads_and_checks_without_errors(region: Region) -> None:
    """Nothing in the region stops a plan; the crowded villages are pointed out."""
    problems = [*region.problems, *check_region(region)]
    assert errors(problems) == [], "\n".join(p.sentence("zh") for p in errors(problems))
    assert any(p.table == "communities" and "spots" in p.cure_en for p in problems)


def test_counts_and_people(region: Region) -> None:
    """Every township but the reservoir, every village, and the people of the census."""
    institutions, communities = region.tables["institutions"], region.tables["communities"]
    assert (institutions["level"] == 1).sum() == 19 and (institutions["level"] >= 2).sum() == 3
    assert len(communities) == 391
    assert abs(communities["population"].sum() - 556_735) <= 20
    assert institutions["population"].sum() == communities["population"].sum()
    assert institutions["id"].str.fullmatch(r"H\d|441403\d{3}").all()
    assert communities["id"].str.fullmatch(r"441403\d{6}").all()


def test_every_column_has_a_source(region: Region) -> None:
    """Each column of each table says where it comes from."""
    marked = set(zip(region.tables["sources"]["table"], region.tables["sources"]["column"], strict=True))
    for table in set(region.tables) - {"sources"}:
        with_values = {c for c in region.tables[table].columns if (table, c) in marked}
        assert with_values, table
    assert set(region.tables["sources"]["mark"]) <= {
        "published", "national_rule", "literature", "approximate", "assumed", "derived",
    }  # fmt: skip


def test_same_files_twice(folder: Path, tmp_path: Path) -> None:
    """The same source gives the same bytes."""
    again = meixian.write(SOURCE, tmp_path / "again")
    for path in sorted(folder.iterdir()):
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def test_datum_of_the_facilities() -> None:
    """Read as BD-09 the township centres lie at their GeoNames seats; read otherwise they do not."""
    seats = {t["township_name"]: (t["lon_wgs84"], t["lat_wgs84"]) for t in Files.of(SOURCE).towns if t["lon_wgs84"]}
    with (SOURCE / "facilities_raw.csv").open(encoding="utf-8") as file:
        raw = [(f["name"], float(f["lon_raw"]), float(f["lat_raw"])) for f in csv.DictReader(file)]
    pairs = [(seats[t], x, y) for t in seats for name, x, y in raw if t in name and name.endswith("卫生院")]
    assert len(pairs) >= 8
    seat = np.array([[float(v) for v in pair[0]] for pair in pairs])
    medians = {}
    for datum in ("wgs84", "gcj02", "bd09"):
        lon, lat = to_wgs84([p[1] for p in pairs], [p[2] for p in pairs], datum)
        medians[datum] = float(np.median(distance_km(lon, lat, seat[:, 0], seat[:, 1])))
    assert medians["bd09"] < 0.5 < 0.9 < min(medians["wgs84"], medians["gcj02"])


@pytest.fixture(scope="module")
def raw_list(tmp_path_factory: pytest.TempPathFactory) -> list[Problem]:
    """What is said of the raw list of facilities, as if it were a region's institutions."""
    folder = tmp_path_factory.mktemp("raw")
    with (SOURCE / "facilities_raw.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lines = ["机构代码,机构名称,级别,经度,纬度"]
    lines += [f"{f['source_id']},{f['name'].strip()},村级,{f['lon_raw']},{f['lat_raw']}" for f in rows]
    (folder / "机构.csv").write_bytes("\r\n".join(lines).encode("gb18030"))
    (folder / "plan.toml").write_text('[region]\ncoordinates = "bd09"\n', encoding="utf-8")
    region = read_region(folder)
    return [*region.problems, *check_region(region)]


def _row(source_id: str) -> str:
    with (SOURCE / "facilities_raw.csv").open(encoding="utf-8") as file:
        return str(next(at for at, f in enumerate(csv.DictReader(file), 2) if f["source_id"] == source_id))


@pytest.mark.parametrize(("source_id", "word"), [("724", "对调"), ("782", "数字"), ("17", "公里")])
def test_faults_of_the_raw_list(raw_list: list[Problem], source_id: str, word: str) -> None:
    """The swapped test entry, the entry out of range and the point 65 km away are told by row and cure."""
    told = [p for p in raw_list if p.row == _row(source_id)]
    assert told and any(word in p.cure_zh + p.expected_zh for p in told), [p.sentence("zh") for p in told]


def test_crowded_points_of_the_raw_list(raw_list: list[Problem]) -> None:
    """Village clinics geocoded to their town are told."""
    assert any("批量定位" in p.cure_zh for p in raw_list)
