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
from planner.folder import SavedPlan

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
    assert not [p for p in problems if p.column == "lon"], "an island is no outlier"
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


@pytest.fixture(scope="module")
def plan(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> SavedPlan:
    """A plan of the region on its roads."""
    from planner.plan import make_plan
    from planner.progress import Progress

    overrides = {"solver": {"time_limit_s": 40.0}, "roster": {"time_limit_s": 20.0}}
    return make_plan(folder, tmp_path_factory.mktemp("plan") / "malta", Progress("en", quiet=True), overrides)


@pytest.mark.slow
def test_a_plan_on_real_roads_holds_and_says_where_its_travel_is_from(plan: SavedPlan) -> None:
    """Every rule holds, no site is left without its floor, trips come from roads, and some cross by ferry."""
    assert set(plan.table("audit")["holds"]) == {"yes"}
    assert plan.info["aims"][0]["name"] == "floors" and plan.info["aims"][0]["value"] < 1e-5
    travel = plan.region["travel"]
    assert {"roads", "roads_ferry"} <= set(travel["method"]) and "straight" not in set(travel["method"])
    assert plan.info["travel"]["file"] == "roads.osm.pbf"


@pytest.mark.slow
def test_the_map_of_the_plan_has_its_layers(plan: SavedPlan) -> None:
    """Institutions, sessions, referrals, roads and travel bands are layers of the map in degrees, with styles."""
    import pyogrio

    path = plan.path / "map.gpkg"
    names = {str(name) for name, _ in pyogrio.list_layers(path)}
    assert {"institutions", "communities", "sessions", "referrals", "roads", "layer_styles"} <= names
    assert str(pyogrio.read_info(path, layer="institutions")["crs"]).endswith("4326")
    assert len(pyogrio.read_dataframe(path, layer="institutions")) == 14


@pytest.mark.slow
def test_the_region_in_the_plan_folder_plans_again(plan: SavedPlan) -> None:
    """The canonical copy has the whole table of travel and asks for no road file: it checks clean."""
    again = read_region(plan.path / "region")
    assert errors([*again.problems, *check_region(again)]) == [] and not again.layers
    assert again.settings["travel"]["method"] == "table"
