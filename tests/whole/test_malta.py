"""Real facilities, settlements and roads of two islands become a region that reads and checks clean.

Needs the folder of shared data (environment variable ALLIANCE_SHARED); skipped without it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.regions import malta
from geodata.checks import check_region
from geodata.problems import errors
from geodata.read import read_region
from geodata.region import Region

SHARED = os.environ.get("ALLIANCE_SHARED", "")
SOURCE = Path(SHARED) / "data" / "mt_malta"
pytestmark = pytest.mark.skipif(
    not SHARED or not SOURCE.is_dir(), reason="ALLIANCE_SHARED with data/mt_malta is absent"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The region written from the real files."""
    return malta.write(SOURCE, tmp_path_factory.mktemp("malta") / "region")


@pytest.fixture(scope="module")
def region(folder: Path) -> Region:
    """The region as read."""
    return read_region(folder)


def test_reads_and_checks_without_errors(region: Region) -> None:
    """Nothing in the region stops a plan, and its road file is found."""
    problems = [*region.problems, *check_region(region)]
    assert errors(problems) == [], "\n".join(p.sentence("en") for p in errors(problems))
    assert region.layers["roads"].name == "roads.osm.pbf" and "roads.osm.pbf" in region.sources


def test_people_of_the_settlements(region: Region) -> None:
    """All 64 settlements with a population are there, and their residents are those of the institutions."""
    institutions, communities = region.tables["institutions"], region.tables["communities"]
    assert len(communities) == 64 and communities["population"].sum() == 422_429
    assert institutions["population"].sum() == communities["population"].sum()
    gozo = communities["lon"] < 14.33
    assert 0 < communities.loc[gozo & (communities["lat"] > 36.0), "population"].sum() < 40_000


def test_same_files_twice(folder: Path, tmp_path: Path) -> None:
    """The same source gives the same bytes."""
    again = malta.write(SOURCE, tmp_path / "again")
    for path in sorted(folder.iterdir()):
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name
