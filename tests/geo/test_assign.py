"""Communities out of boundaries, and communities that get their institution by travel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.assign import assign_communities
from geodata.boundaries import Boundaries, read_boundaries
from geodata.communities import communities_of, with_communities
from geodata.coordinates import distance_km, tables_to_wgs84
from geodata.region import Region
from geodata.schema import columns_of

EAST, NORTH = 450_000.0, 3_600_000.0


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def _write(path: Path, layers: dict[str, dict[str, Any]]) -> Boundaries:
    """Layers with columns and a `geometry` in metres of EPSG:4549."""
    for layer, columns in layers.items():
        shapes = columns.pop("geometry")
        geopandas.GeoDataFrame(columns, geometry=shapes, crs=4549).to_file(path / "boundaries.gpkg", layer=layer)
    return read_boundaries(path / "boundaries.gpkg")


TOWNS = {"geometry": [_box(0, 0, 6000, 3000), _box(6000, 0, 12000, 3000)], "code": ["341181100", "341181200"],
         "name": ["甲镇", "乙镇"], "population": [9001, 5000], "65岁及以上": [900, 600]}  # fmt: skip


def test_townships_become_communities(tmp_path: Path) -> None:
    """One community per township with its people, at a point inside it, in the columns of the table."""
    found = _write(tmp_path, {"towns": dict(TOWNS)})
    table = communities_of(found)
    assert list(table.columns) == [*columns_of("communities"), "shared"]
    assert table["population"].tolist() == [9001, 5000] and table["population_65"].tolist() == [900, 600]
    points = shapely.points(table["lon"], table["lat"])
    assert shapely.contains(found.units.geometry.to_numpy(), points).all()
    assert (table["institution"] == "").all()


def test_ids_are_not_those_of_institutions(tmp_path: Path) -> None:
    """Institutions that have division codes as ids keep them; communities get a prefix."""
    found = _write(tmp_path, {"towns": dict(TOWNS)})
    assert communities_of(found, {"341181100", "H1"})["id"].tolist() == ["R-341181100", "R-341181200"]
    assert communities_of(found)["id"].tolist() == ["341181100", "341181200"]


def test_seats_are_where_people_are(tmp_path: Path) -> None:
    """A township stands at its seat where that is known and inside it."""
    seats = {"geometry": [shapely.Point(EAST + 500, NORTH + 500), shapely.Point(EAST - 9000, NORTH)],
             "name": ["甲镇", "乙镇"]}  # fmt: skip
    found = _write(tmp_path, {"towns": dict(TOWNS), "seats": seats})
    table = communities_of(found)
    away = 1000 * distance_km(table["lon"], table["lat"], found.seats["lon"], found.seats["lat"])
    assert away[0] < 1 and away[1] > 5000


def test_villages_share_their_township_by_area(tmp_path: Path) -> None:
    """Villages without people share what the others leave of their township, in whole persons that add up."""
    villages = {
        "geometry": [_box(0, 0, 1000, 3000), _box(1000, 0, 3000, 3000), _box(3000, 0, 6000, 3000)],
        "code": ["341181100201", "341181100202", "341181100203"], "name": ["东村", "西村", "南村"],
        "population": [1001.0, np.nan, np.nan],
    }  # fmt: skip
    table = communities_of(_write(tmp_path, {"towns": dict(TOWNS), "villages": villages})).set_index("name")
    assert table["population"].to_dict() == {"乙镇": 5000, "东村": 1001, "西村": 3200, "南村": 4800}
    assert table["shared"].to_dict() == {"乙镇": False, "东村": False, "西村": True, "南村": True}
    assert table["population"].sum() == 9001 + 5000


def test_units_without_people_are_none(tmp_path: Path) -> None:
    """Outlines alone say nothing of residents: no communities, and a word on it."""
    units = {name: values for name, values in TOWNS.items() if name not in ("population", "65岁及以上")}
    _write(tmp_path, {"towns": units})
    region = with_communities(_region(tmp_path))
    assert "communities" not in region.tables
    assert "population" in region.problems[-1].cure_en


def _region(path: Path, **settings: Any) -> Region:
    institutions = pd.DataFrame({"id": ["341181100"], "name": ["甲镇卫生院"], "level": [1.0]})
    layers = {"boundaries": path / "boundaries.gpkg"}
    return Region("县", {"institutions": institutions}, {"region": settings}, layers=layers)


@pytest.mark.parametrize("datum", ["wgs84", "bd09", "EPSG:4549"])
def test_a_region_gets_its_communities(tmp_path: Path, datum: str) -> None:
    """They are written as the region's coordinates are declared, so that every later step finds them in place."""
    found = _write(tmp_path, {"towns": dict(TOWNS)})
    region = with_communities(_region(tmp_path, coordinates=datum))
    table = tables_to_wgs84(region.tables, region.settings)["communities"]
    points = shapely.points(table["lon"], table["lat"])
    assert shapely.contains(found.units.geometry.to_numpy(), points).all()
    assert "14001 residents" in region.problems[-1].cure_en and region.rows["communities"] == ["1", "2"]


def test_the_users_table_stays(tmp_path: Path) -> None:
    """A region with communities of its own keeps them."""
    _write(tmp_path, {"towns": dict(TOWNS)})
    region = _region(tmp_path)
    own = Region("县", {**region.tables, "communities": pd.DataFrame({"id": ["C"]})}, layers=region.layers)
    assert with_communities(own) is own


# --- assignment --------------------------------------------------------------------------------------------

PLACES = pd.DataFrame({
    "id": ["H", "T2", "T1", "V", "P"], "level": [3.0, 1.0, 1.0, 0.0, 1.0],
    "kind": ["general", "township_centre", "township_centre", "village_clinic", "public_health"],
})  # fmt: skip


def _assigned(trips: list[tuple[str, str, float, str]], given: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    communities = pd.DataFrame({"id": list(given), "institution": list(given.values())})
    travel = pd.DataFrame(trips, columns=["origin", "destination", "minutes", "profile"])
    before = communities.copy()
    region, problems = assign_communities(Region("县", {"institutions": PLACES, "communities": communities}), travel)
    assert communities.equals(before)
    table = region.tables["communities"]
    return dict(zip(table["id"], table["institution"], strict=True)), [p.sentence("en") for p in problems]


def test_nearest_primary_institution() -> None:
    """The township goes before a nearer hospital, the nearest before the rest, ties by id; no care, no patients."""
    trips = [("C", "H", 5.0, ""), ("C", "T1", 20.0, ""), ("C", "T2", 20.0, ""), ("C", "P", 1.0, "")]
    found, told = _assigned(trips, {"C": ""})
    assert found == {"C": "T1"} and "1 communities" in told[0]


def test_patients_minutes_count() -> None:
    """Vehicles' minutes and those of the way back decide nothing."""
    trips = [
        ("C", "T1", 5.0, "vehicle"),
        ("T1", "C", 1.0, ""),
        ("C", "T1", 50.0, "patient"),
        ("C", "T2", 40.0, "patient"),
    ]
    assert _assigned(trips, {"C": ""})[0] == {"C": "T2"}


def test_hospital_where_nothing_else_is_in_reach() -> None:
    """Residents who reach no primary institution go to the hospital; who reaches none is named and stays blank."""
    found, told = _assigned([("C", "H", 90.0, "")], {"C": "", "D": ""})
    assert found == {"C": "H", "D": ""}
    assert any("“D”" in one and "reach no institution" in one for one in told)


def test_what_the_user_wrote_stays() -> None:
    """Only blanks are filled; without blanks nothing is said."""
    trips = [("C", "T1", 5.0, ""), ("D", "T1", 5.0, "")]
    assert _assigned(trips, {"C": "H", "D": ""})[0] == {"C": "H", "D": "T1"}
    assert _assigned(trips, {"C": "H", "D": "T2"})[1] == []


@settings(max_examples=50, deadline=None)
@given(
    trips=st.lists(
        st.tuples(
            st.sampled_from(["C", "D", "E"]), st.sampled_from(["H", "T1", "T2", "V"]),
            st.sampled_from([3.0, 7.0, float("inf"), float("nan")]), st.sampled_from(["", "patient", "vehicle"]),
        ),
        max_size=20,
    )
)  # fmt: skip
def test_nobody_is_sent_where_there_is_no_way(trips: list[tuple[str, str, float, str]]) -> None:
    """Whoever is assigned has a finite trip of patients there, none of them longer than another of its kind."""
    found, _ = _assigned(trips, {"C": "", "D": "", "E": ""})
    finite = [(o, d, m) for o, d, m, p in trips if p != "vehicle" and np.isfinite(m)]
    level = dict(zip(PLACES["id"], PLACES["level"], strict=True))
    for community, institution in found.items():
        mine = [(level[d] > 1, m, d) for o, d, m in finite if o == community]
        assert institution == (min(mine)[2] if mine else "")
