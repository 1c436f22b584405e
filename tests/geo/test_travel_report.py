"""The report of suspicious cells: what is named, what is not, and once per cause."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from geo.travel_support import FERRY, PRIMARY, TOWNS, WAYS, minutes, on_roads, point, travel
from support.tables import Rows, region

from geodata.read import read_region
from geodata.region import Region
from geodata.travel import make_travel
from geodata.travel_file import write_report, write_travel
from geodata.travel_report import COLUMNS, suspicious

ISLAND: Rows = [{"id": "I", "name": "岛上院", "level": 1, **point(42, 0)}]


def report(made: Region, **settings: object) -> pd.DataFrame:
    found = suspicious(made, travel(made, **settings))
    assert list(found.columns) == list(COLUMNS)
    for part in ("expected_zh", "expected_en", "cure_zh", "cure_en"):
        assert (found[part].str.len() > 0).all()
    return found


def cells(rows: Rows, places: Rows = TOWNS, **settings: object) -> pd.DataFrame:
    """What is suspicious when the user's table has these rows."""
    return report(region({"institutions": places, "travel": rows}), **settings)


def test_a_sound_table_has_no_suspicious_cell(tmp_path: Path) -> None:
    """Valley, pass and ferry are what they are."""
    assert report(on_roads(tmp_path / "a", {"institutions": TOWNS})).empty
    made = on_roads(tmp_path / "b", {"institutions": [*TOWNS, *ISLAND]}, [*WAYS, FERRY])
    assert "slow" not in set(report(made, ferry_wait_minutes=200)["kind"])


def test_zero_between_different_places() -> None:
    """A zero of the user's is named, once for both directions, unless zeros are allowed."""
    rows = [{"origin": "A", "destination": "C", "minutes": 0, "km": 10}]
    found = cells(rows)
    assert found[["origin", "destination", "kind", "minutes"]].values.tolist() == [["A", "C", "zero", 0.0]]
    made = region({"institutions": TOWNS, "travel": rows})
    assert suspicious(made, make_travel(made, {}), allow_zero=True).empty


def test_five_times_the_straight_line() -> None:
    """Minutes out of all proportion."""
    (row,) = cells([{"origin": "A", "destination": "C", "minutes": 400, "km": 12}]).to_dict("records")
    assert (row["kind"], row["place"], row["straight_km"]) == ("slow", "A", pytest.approx(10, rel=0.01))
    assert "about 29 minutes" in row["expected_en"] or "about 30 minutes" in row["expected_en"]


def test_shorter_than_the_straight_line_and_more_than_three_times() -> None:
    """Road km over straight km outside 1 to 3: impossible, or a point that is made up."""
    assert cells([{"origin": "A", "destination": "C", "minutes": 20, "km": 7}])["kind"].tolist() == ["short"]
    assert cells([{"origin": "A", "destination": "C", "minutes": 20, "km": 9.99}]).empty
    assert cells([{"origin": "A", "destination": "C", "minutes": 50, "km": 31}])["kind"].tolist() == ["detour"]


def test_one_sided_trips(tmp_path: Path) -> None:
    """There and back that differ by more than 30 % are named at the longer of the two."""
    ways = [WAYS[0], (("c", "top"), {**PRIMARY, "oneway": "yes"}), WAYS[2]]
    made = on_roads(tmp_path, {"institutions": TOWNS[1:]}, ways)
    found = report(made)
    assert found[["origin", "destination", "kind"]].values.tolist() == [["T", "C", "one_sided"]]
    back = minutes(travel(made))["C", "T", ""]
    assert f"{back:.0f} minutes" in found["expected_en"].iloc[0]


def test_places_are_named_once_and_not_by_pair(tmp_path: Path) -> None:
    """The island, and the point 1 km off the road: one row each, without cells."""
    places = [*TOWNS, *ISLAND, {"id": "P", "level": 1, **point(2.5, -1)}]
    found = report(on_roads(tmp_path, {"institutions": places}))
    told = found[found["cells"] == 0]
    assert told["place"].tolist() == ["I", "P"]
    assert told["kind"].tolist()[1] == "place_far_from_road" and found["name"].iloc[0] == "岛上院"
    assert "I" not in set(found["destination"])


def test_a_badly_placed_point_is_told_once(tmp_path: Path) -> None:
    """All cells of one place that are odd for one reason are one row, with the worst as example."""
    towns = [{"id": f"T{n}", "level": 1, **point(2 * n, 0)} for n in range(10)]
    rows = [{"origin": "T0", "destination": f"T{n}", "minutes": 20 + n, "km": 0.5} for n in range(1, 10)]
    rows += [{"origin": f"T{n}", "destination": "T0", "minutes": 20 + n, "km": 0.5} for n in range(1, 10)]
    (row,) = cells(rows, towns).to_dict("records")
    assert (row["place"], row["kind"], row["cells"]) == ("T0", "short", 18)
    assert {row["origin"], row["destination"]} == {"T0", "T9"}


def test_a_wrong_unit_is_told_once_for_the_table() -> None:
    """Hours for minutes, or metres for km, everywhere: one row, and the cure is the unit."""
    towns = [{"id": f"T{n}", "level": 1, **point(8 * n, 0)} for n in range(8)]
    plain = make_travel(region({"institutions": towns}), {}).table
    rows = plain.assign(km=plain["km"] * 1000).to_dict("records")
    (row,) = cells(rows, towns).to_dict("records")
    assert row["kind"] == "detour" and row["cells"] == 56 and row["place"] == "" and "units" in row["cure_en"]


def test_walking_patients_are_not_slow(tmp_path: Path) -> None:
    """Who walks takes five times as long as a car, which is no fault of the table."""
    assert report(on_roads(tmp_path, {"institutions": TOWNS}), patient_mode="walk").empty


def test_the_files_can_be_read_again(tmp_path: Path) -> None:
    """The table is a `travel` table of the region; the report beside it is not taken for one."""
    made = on_roads(tmp_path / "roads", {"institutions": [*TOWNS, *ISLAND]})
    answer = travel(made)
    folder = tmp_path / "region"
    folder.mkdir()
    lines = ["id,name,level,lon,lat", *(f"{t['id']},{t['name']},1,{t['lon']},{t['lat']}" for t in TOWNS)]
    (folder / "institutions.csv").write_text("\n".join(lines), encoding="utf-8")
    write_travel(folder / "travel.csv", answer.table)
    write_report(folder / "travel.suspicious.csv", suspicious(made, answer))
    again = read_region(folder)
    assert not again.problems
    assert minutes(replace(answer, table=again.tables["travel"])) == minutes(answer)
    with (folder / "travel.suspicious.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert next(csv.reader(stream)) == list(COLUMNS)


def test_a_file_is_written_whole_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped in the middle, the older file is as it was and nothing is left beside it."""
    table = make_travel(region({"institutions": TOWNS}), {}).table
    target = tmp_path / "travel.csv"
    target.write_text("old", encoding="utf-8")

    def stop(value: float) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("geodata.travel_file._number", stop)
    with pytest.raises(KeyboardInterrupt):
        write_travel(target, table)
    assert [path.name for path in tmp_path.iterdir()] == ["travel.csv"] and target.read_text("utf-8") == "old"


def test_a_name_is_never_a_formula(tmp_path: Path) -> None:
    """A place named like a formula is text in the report that spreadsheets open."""
    places = [{**TOWNS[0], "name": '=HYPERLINK("x")'}, *TOWNS[1:]]
    found = cells([{"origin": "A", "destination": "C", "minutes": 0, "km": 10}], places)
    write_report(tmp_path / "odd.csv", found)
    with (tmp_path / "odd.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["name"] == '\'=HYPERLINK("x")' and row["minutes"] == "0"


def test_the_place_with_the_greatest_share_of_odd_cells_is_named() -> None:
    """Two villages with wrong points, not the institutions that all villages go to."""
    towns = [{"id": f"T{n}", "level": 1, **point(2 * n, 0)} for n in range(7)]
    villages = [{"id": f"V{n}", "population": 1, **point(n, 5)} for n in range(9)]
    rows = [
        {"origin": f"V{n}", "destination": f"T{t}", "minutes": 30, "km": 1} for n in (2, 5) for t in range(7)
    ]  # fmt: skip
    found = report(region({"institutions": towns, "communities": villages, "travel": rows}))
    assert found[["place", "kind", "cells"]].values.tolist() == [["V2", "short", 7], ["V5", "short", 7]]
