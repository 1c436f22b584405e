"""Travel on roads: minutes by the formula, the user's cells first, and no place ever invented or zero."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from geo.travel_support import FERRY, PRIMARY, TOWNS, WAYS, methods, minutes, on_roads, point, travel
from support.tables import Rows, region

from geodata.checks import check_region
from geodata.errors import GeodataError
from geodata.problems import Problem
from geodata.roads.speeds import built_in
from geodata.travel import NoRoadFile, travel_table

VILLAGES: Rows = [
    {"id": "V", "population": 100, **point(5, 4)},
    {"id": "W", "population": 100, **point(15, 0)},
]
ISLAND: Rows = [{"id": "I", "name": "岛上院", "level": 1, **point(42, 0)}]
KMH = built_in().of("primary", "car", "vehicle")


def of_place(problems: list[Problem], place: str) -> list[Problem]:
    return [one for one in problems if one.value.split(" ")[0] == place]


def test_minutes_follow_the_formula(tmp_path: Path) -> None:
    """(road + both ends) x season x calibration, both directions, the method `roads`, km along the road."""
    made = travel(on_roads(tmp_path, {"institutions": TOWNS}), minutes_each_end=4, season_factor=1.5, calibration=1.1)
    road = 10 / KMH * 60
    assert minutes(made)[("A", "C", "")] == pytest.approx((road + 8) * 1.5 * 1.1, rel=2e-3)
    assert minutes(made)[("C", "A", "")] == pytest.approx(minutes(made)[("A", "C", "")], abs=0.01)
    assert set(made.table["method"]) == {"roads"} and len(made.table) == 6
    assert made.table["km"].iloc[0] == pytest.approx(10, rel=5e-3)


def test_communities_go_to_institutions_within_the_limit(tmp_path: Path) -> None:
    """`max_minutes` bounds residents' trips, with ends and factors, and leaves institutions alone."""
    made = on_roads(tmp_path, {"institutions": TOWNS, "communities": VILLAGES})
    full = {key: value for key, value in minutes(travel(made)).items() if key[0] in "VW"}
    assert len(full) == 6
    limit = sorted(full.values())[2]
    some = travel(made, max_minutes=limit)
    kept = {key: value for key, value in minutes(some).items() if key[0] in "VW"}
    assert kept == {key: value for key, value in full.items() if value <= limit}
    assert len(some.table) - len(kept) == 6


def test_the_users_cells_come_before_roads(tmp_path: Path) -> None:
    """A cell of the table is taken as it is, its way back from it; the other pairs stay on roads."""
    cells = [{"origin": "A", "destination": "C", "minutes": 99, "km": 30, "method": "map"}]
    made = travel(on_roads(tmp_path, {"institutions": TOWNS, "travel": cells}))
    assert minutes(made)[("A", "C", "")] == 99 and minutes(made)[("C", "A", "")] == 99
    named = methods(made)
    assert (named["A", "C"], named["C", "A"], named["A", "T"]) == ("map", "table_reversed", "roads")


def test_a_cell_for_one_profile_leaves_roads_to_the_other(tmp_path: Path) -> None:
    """Patients as the user says, vehicles by road."""
    cells = [{"origin": "A", "destination": "C", "minutes": 99, "km": 30, "profile": "patient"}]
    made = minutes(travel(on_roads(tmp_path, {"institutions": TOWNS, "travel": cells})))
    assert made["A", "C", "patient"] == 99 and made["A", "C", "vehicle"] < 40 and ("A", "C", "") not in made


def test_methods_choose_the_source(tmp_path: Path) -> None:
    """`auto` and `roads` take roads, `straight` and `table` do not; without a road file `roads` is an error."""
    made = on_roads(tmp_path, {"institutions": TOWNS})
    assert set(travel(made, method="roads").table["method"]) == {"roads"}
    assert set(travel(made, method="straight").table["method"]) == {"straight"}
    assert travel(made, method="table").table.empty
    bare = region({"institutions": TOWNS}, {"travel": {"method": "roads"}})
    with pytest.raises(NoRoadFile, match=r"roads\.osm\.pbf"):
        travel_table(bare, {"method": "roads"})
    told = [one for one in check_region(bare) if one.severity == "error"]
    assert [one.column for one in told] == ["travel.method"]


def test_an_island_without_a_ferry_has_no_trip_and_is_named(tmp_path: Path) -> None:
    """No pair, no straight line, no zero: one sentence with the cure; the others are not blamed."""
    made = travel(on_roads(tmp_path, {"institutions": [*TOWNS, *ISLAND]}))
    assert "I" not in {*made.table["origin"], *made.table["destination"]} and len(made.table) == 6
    (told,) = of_place(made.problems, "I")
    assert told.severity == "warning" and "ferry" in told.cure_en and "渡" in told.cure_zh
    assert not [one for one in made.problems if one.table == "institutions" and one is not told]


def test_a_ferry_brings_the_island_in_and_is_named(tmp_path: Path) -> None:
    """Sailing time and one wait are in the minutes; the method says so."""
    made = travel(on_roads(tmp_path, {"institutions": [*TOWNS, *ISLAND]}, [*WAYS, FERRY]), ferry_wait_minutes=15)
    assert methods(made)["C", "I"] == "roads_ferry" and methods(made)["A", "C"] == "roads"
    land = (10 + 2 + 2 + 2) / KMH * 60
    assert minutes(made)["C", "I", ""] == pytest.approx(land + 40 + 15 + 10, rel=0.01)
    assert made.facts["ferry_pairs"] == 6 and not of_place(made.problems, "I")


def test_the_users_cells_cure_an_island(tmp_path: Path) -> None:
    """With a cell to and from every institution nothing is missing and nobody is named."""
    cells = [{"origin": "I", "destination": town, "minutes": 120} for town in ("A", "C", "T")]
    made = travel(on_roads(tmp_path, {"institutions": [*TOWNS, *ISLAND], "travel": cells}))
    assert minutes(made)["A", "I", ""] == 120 and not of_place(made.problems, "I")


def test_an_institution_without_a_point_is_named(tmp_path: Path) -> None:
    """With one cell of four it lacks three trips, and says so."""
    places = [*TOWNS, *ISLAND[:0], {"id": "N", "level": 1}]
    cells = [{"origin": "N", "destination": "A", "minutes": 20}]
    made = travel(on_roads(tmp_path, {"institutions": places, "travel": cells}))
    (told,) = of_place(made.problems, "N")
    assert told.column == "lon" and "2 institutions" in told.cure_en
    assert ("N", "C", "") not in minutes(made)


def test_a_one_way_pair_differs(tmp_path: Path) -> None:
    """There along the one-way, back the long way round."""
    ways = [WAYS[0], (("c", "top"), {**PRIMARY, "oneway": "yes"}), WAYS[2]]
    made = minutes(travel(on_roads(tmp_path, {"institutions": TOWNS}, ways)))
    assert made["C", "T", ""] == pytest.approx(12 / KMH * 60 + 10, rel=0.01)
    assert made["T", "C", ""] == pytest.approx((10 + 12 + 10) / KMH * 60 + 10, rel=0.01)


def test_a_dead_end_is_left_and_entered(tmp_path: Path) -> None:
    """The head of the side road has trips both ways, through its only junction."""
    places = [*TOWNS, {"id": "S", "level": 1, **point(5, 4)}]
    made = minutes(travel(on_roads(tmp_path, {"institutions": places})))
    side = built_in().of("unclassified", "car", "vehicle")
    assert made["S", "A", ""] == pytest.approx(4 / side * 60 + 5 / KMH * 60 + 10, rel=0.01)
    assert made["A", "S", ""] == pytest.approx(made["S", "A", ""], abs=0.2)


def test_a_place_three_km_from_a_road_walks_and_is_named(tmp_path: Path) -> None:
    """40 minutes on foot at 4.5 km/h are in the trip, and the point is worth a look."""
    places = [*TOWNS, {"id": "P", "level": 1, **point(2.5, -3)}]
    made = travel(on_roads(tmp_path, {"institutions": places}))
    assert minutes(made)["P", "A", ""] == pytest.approx(3 / 4.5 * 60 + 2.5 / KMH * 60 + 10, rel=0.01)
    (told,) = of_place(made.problems, "P")
    assert "3000" in told.cure_en or "2999" in told.cure_en or "3001" in told.cure_en
    assert made.metres["P"] == pytest.approx(3000, rel=0.01)
    beyond = travel(on_roads(tmp_path, {"institutions": places}), snap_limit_km=2)
    assert "P" not in set(beyond.table["origin"]) and "extract" in of_place(beyond.problems, "P")[0].cure_en


def test_a_closed_road_is_gone_round_or_cuts_off(tmp_path: Path) -> None:
    """The pass closed for winter: longer by the other road; with both closed the place is cut off, and named."""
    made = on_roads(tmp_path, {"institutions": TOWNS})
    summer, winter = travel(made), travel(made, closed_roads=["Pass Road"], season_factor=1.2)
    assert minutes(summer)["C", "T", ""] == pytest.approx(12 / KMH * 60 + 10, rel=0.01)
    assert minutes(winter)["C", "T", ""] == pytest.approx(((10 + 12 + 10) / KMH * 60 + 10) * 1.2, rel=0.01)
    assert winter.facts["closed_roads"] == ["Pass Road"] and winter.facts["roads"]["closed"] == 1
    shut = travel(made, closed_roads=["Pass Road", "way/3"])
    (told,) = of_place(shut.problems, "T")
    assert "T" not in set(shut.table["origin"]) and told.severity == "warning"
    assert "closed_roads" in told.cure_en or "extract" in told.cure_en


def test_a_village_behind_a_closed_road_is_not_walked_out_of(tmp_path: Path) -> None:
    """Three km of side road shut: its end is cut off, though the main road is within the walking limit."""
    ways = [*WAYS[:3], (("b", "side"), {"highway": "unclassified", "name": "Side Road"})]
    made = on_roads(tmp_path, {"institutions": TOWNS, "communities": VILLAGES}, ways)
    shut = travel(made, closed_roads=["Side Road"])
    assert "V" not in set(shut.table["origin"]) and "W" in set(shut.table["origin"])
    (told,) = of_place(shut.problems, "V")
    assert told.table == "communities" and "closed_roads" in told.cure_en


def test_a_community_beyond_the_limit_is_named_once(tmp_path: Path) -> None:
    """No institution within max_minutes: a sentence for the community, not for each pair."""
    made = travel(on_roads(tmp_path, {"institutions": TOWNS, "communities": VILLAGES}), max_minutes=10.5)
    assert {one.value for one in made.problems if one.table == "communities"} == {"V", "W"}
    assert all("max_minutes" in one.cure_en for one in made.problems if one.table == "communities")


def test_many_communities_in_one_trouble_are_told_together(tmp_path: Path) -> None:
    """Thirty villages off the map are one sentence with a count."""
    lost = [{"id": f"L{n}", "population": 1, **point(60 + n, 60)} for n in range(30)]
    made = travel(on_roads(tmp_path, {"institutions": TOWNS, "communities": lost}))
    told = [one for one in made.problems if one.table == "communities"]
    assert len(told) == 1 and told[0].value.startswith("30: L0") and len(made.troubles) == 30


def test_patients_on_another_mode_have_minutes_of_their_own(tmp_path: Path) -> None:
    """By bus: two rows between institutions, patients' rows only for communities; by car one row."""
    made = on_roads(tmp_path, {"institutions": TOWNS, "communities": VILLAGES})
    assert set(travel(made).table["profile"]) == {""}
    bus = travel(made, patient_mode="walk")
    found = minutes(bus)
    assert found["A", "C", "patient"] > found["A", "C", "vehicle"] and ("A", "C", "") not in found
    assert {key[2] for key in found if key[0] in "VW"} == {"patient"}


def test_the_table_made_is_a_table_again(tmp_path: Path) -> None:
    """Given back as the user's, every pair of institutions is itself, and needs no road."""
    made = travel(on_roads(tmp_path, {"institutions": [*TOWNS, *ISLAND]}, [*WAYS, FERRY]))
    again = travel_table(region({"institutions": [*TOWNS, *ISLAND], "travel": made.table.to_dict("records")}), {})
    assert again.to_csv() == made.table.to_csv()


def test_the_same_question_has_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice computed without a cache, and with the rows of the road file in another order of ways."""
    from geodata.travel_store import forget

    monkeypatch.setenv("ALLIANCE_CACHE", "")
    made = on_roads(tmp_path / "one", {"institutions": TOWNS, "communities": VILLAGES})
    first = travel(made).table.to_csv()
    forget()
    assert travel(made).table.to_csv() == first
    turned = on_roads(tmp_path / "two", {"institutions": TOWNS, "communities": VILLAGES}, WAYS[::-1])
    assert travel(turned).table.to_csv() == first


def test_coordinates_of_the_tables_are_turned_to_those_of_the_roads(tmp_path: Path) -> None:
    """A table declared BD-09 snaps where it would in WGS 84."""
    from geodata.coordinates import from_wgs84

    shifted = []
    for town in TOWNS:
        lon, lat = from_wgs84([town["lon"]], [town["lat"]], "bd09")
        shifted.append({**town, "lon": float(lon[0]), "lat": float(lat[0])})
    plain = travel(on_roads(tmp_path / "a", {"institutions": TOWNS}))
    made = on_roads(tmp_path / "b", {"institutions": shifted})
    made = replace(made, settings={**made.settings, "region": {"coordinates": "bd09"}})
    assert minutes(travel(made)) == pytest.approx(minutes(plain), abs=0.01)
    assert max(travel(made).metres.values()) < 5


def test_check_names_places_and_computes_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentences of `check` are those of the table, which is not made a second time for the plan."""
    import geodata.travel as module

    monkeypatch.setenv("ALLIANCE_CACHE", "")
    calls: list[int] = []
    read = module.read_network
    monkeypatch.setattr(module, "read_network", lambda source: (calls.append(1), read(source))[1])
    made = on_roads(tmp_path, {"institutions": [*TOWNS, *ISLAND]}, settings={"max_minutes": 90})
    told = check_region(made)
    assert len(of_place(told, "I")) == 1
    travel(made)
    assert len(calls) == 1


def test_a_road_file_that_cannot_be_used_is_one_error_of_check(tmp_path: Path) -> None:
    """A truncated file is told with its name, and stops the plan; nothing is raised by the checks."""
    made = on_roads(tmp_path, {"institutions": TOWNS})
    (tmp_path / "roads.osm").write_text("<osm><node", encoding="utf-8")
    made = replace(made, sources={})
    told = [one for one in check_region(made) if one.severity == "error"]
    assert [one.table for one in told] == ["roads.osm"] and told[0].cure_zh and told[0].cure_en
    with pytest.raises(GeodataError):
        travel(made)


def test_another_engine_that_is_not_there_is_one_error(tmp_path: Path) -> None:
    """`engine = "osrm"` without the extra stops with a sentence; settings it does not know are told with it."""
    from importlib.util import find_spec

    made = on_roads(tmp_path, {"institutions": TOWNS}, settings={"engine": "osrm"})
    if find_spec("osrm") is not None:
        pytest.skip("the extra osrm is installed")
    with pytest.raises(GeodataError, match="osrm"):
        travel(made)
    (told,) = [one for one in check_region(made) if one.severity == "error"]
    assert told.column == "travel.engine" and "osrm" in told.cure_zh


def test_the_parts_of_a_shapefile_count(tmp_path: Path) -> None:
    """Another speed in the .dbf is another network, though the .shp is the same."""
    from geodata.travel_network import road_source
    from geodata.travel_options import TravelOptions

    for ending in ("shp", "dbf", "shx"):
        (tmp_path / f"roads.{ending}").write_bytes(b"one")
    made = replace(region({"institutions": TOWNS}), layers={"roads": tmp_path / "roads.shp"})
    first = road_source(made, TravelOptions()).key
    (tmp_path / "roads.dbf").write_bytes(b"two")
    assert road_source(made, TravelOptions()).key != first


@pytest.mark.parametrize(
    "tables",
    [
        {"institutions": [{"id": "N", "level": 1}]},
        {"institutions": [{"id": "X", "level": 1, **point(500, 500)}, {"id": "Y", "level": 1, **point(501, 500)}]},
        {"communities": VILLAGES},
        {"institutions": TOWNS[:1], "communities": VILLAGES},
        {"institutions": [TOWNS[0], {**TOWNS[0], "id": "A2"}]},
    ],
)
def test_little_regions_are_no_exception(tmp_path: Path, tables: dict[str, Rows]) -> None:
    """No point at all, all of them off the map, no institution, one institution, two on one point: no row is odd."""
    from geodata.travel_report import suspicious

    made = on_roads(tmp_path, tables)
    answer = travel(made)
    assert (answer.table["minutes"] > 0).all() and len(suspicious(made, answer)) == len(answer.troubles)
