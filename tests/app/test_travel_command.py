"""`alliance travel`, and `check` and `plan` of a region with a road file."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from geo.travel_support import FERRY, NODES, TOWNS, WAYS, point, write_osm

from planner.cli import main

ISLAND = {"id": "I", "name": "岛上院", "level": 1, **point(42, 0)}


def run(*arguments: object, **options: Any) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments], **options)


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Three institutions on roads, and one on an island without a ferry."""
    folder = tmp_path / "county"
    folder.mkdir()
    with (folder / "institutions.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["id", "name", "level", "lon", "lat"])
        writer.writeheader()
        writer.writerows([*TOWNS, ISLAND])
    write_osm(folder / "roads.osm", NODES, WAYS)
    return folder


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"origin": str, "destination": str, "profile": str}, keep_default_na=False)


def test_travel_on_roads(county: Path, tmp_path: Path) -> None:
    """The table, the report beside it, and on the screen how it was made; standard output stays empty."""
    out = tmp_path / "out" / "travel.csv"
    result = run("travel", county, "-o", out, "--lang", "en")
    assert result.exit_code == 0 and result.stdout == "", result.output
    made = table(out)
    assert list(made.columns) == ["origin", "destination", "minutes", "km", "profile", "method"]
    assert len(made) == 6 and (made["minutes"] > 0).all() and set(made["method"]) == {"roads"}
    for words in ("roads.osm", "main part", "median", "not calibrated", "took", "I 岛上院", "written to"):
        assert words in result.stderr, words
    odd = pd.read_csv(out.with_name("travel.suspicious.csv"), encoding="utf-8-sig")
    assert odd["place"].tolist() == ["I"]
    assert sorted(path.name for path in out.parent.iterdir()) == ["travel.csv", "travel.suspicious.csv"]


def test_the_second_time_comes_from_the_cache(county: Path, tmp_path: Path) -> None:
    """And says so, with the same bytes; --no-cache computes."""
    from geodata.travel_store import forget

    run("travel", county, "-o", tmp_path / "a.csv", "--lang", "en")
    forget()
    second = run("travel", county, "-o", tmp_path / "b.csv", "--lang", "en")
    forget()
    third = run("travel", county, "-o", tmp_path / "c.csv", "--no-cache", "--lang", "en")
    assert "from the cache" in second.stderr and "took" in third.stderr
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes() == (tmp_path / "c.csv").read_bytes()


def test_no_cache_writes_none(county: Path, tmp_path: Path, travel_cache: Path) -> None:
    """Nothing is left anywhere but the two files."""
    assert run("travel", county, "-o", tmp_path / "a.csv", "--no-cache").exit_code == 0
    assert not travel_cache.exists()


def test_roads_of_the_command_line_win(county: Path, tmp_path: Path) -> None:
    """With the ferry the island is in; the settings of plan.toml stand back."""
    (county / "plan.toml").write_text('[travel]\nmethod = "straight"\n', encoding="utf-8")
    other = write_osm(tmp_path / "other.osm", NODES, [*WAYS, FERRY])
    result = run("travel", county, "-o", tmp_path / "a.csv", "--roads", other, "--lang", "zh")
    assert result.exit_code == 0, result.output
    made = table(tmp_path / "a.csv")
    assert len(made) == 12 and set(made["method"]) == {"roads", "roads_ferry"}
    assert "other.osm" in result.stderr and "6 对路程要乘渡船" in result.stderr
    assert run("travel", county, "-o", tmp_path / "b.csv").exit_code == 0
    assert set(table(tmp_path / "b.csv")["method"]) == {"straight"}


def test_a_table_can_be_its_own_input(county: Path, tmp_path: Path) -> None:
    """Written into the region it is the user's table, and gives itself; the report is no table."""
    assert run("travel", county, "-o", county / "travel.csv").exit_code == 0
    first = (county / "travel.csv").read_bytes()
    result = run("travel", county, "-o", tmp_path / "again.csv", "--lang", "en")
    assert result.exit_code == 0 and (tmp_path / "again.csv").read_bytes() == first


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_faults_of_the_road_file_are_one_sentence(county: Path, tmp_path: Path, lang: str) -> None:
    """Missing, truncated or empty: named with the file, exit code 1, nothing written."""
    broken = tmp_path / "broken.osm"
    broken.write_text("<osm><node", encoding="utf-8")
    empty = write_osm(tmp_path / "empty.osm", NODES, [])
    pbf = tmp_path / "cut.osm.pbf"
    pbf.write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader")
    for path in (broken, empty, pbf, tmp_path / "none.osm.pbf"):
        result = run("travel", county, "-o", tmp_path / "t.csv", "--roads", path, "--lang", lang)
        assert result.exit_code == 1, result.output
        assert len([line for line in result.stderr.splitlines() if path.name in line and "roads on" not in line]) <= 2
        assert path.name in result.stderr and "Traceback" not in result.output
        assert not (tmp_path / "t.csv").exists()


def test_roads_asked_for_without_a_file(county: Path, tmp_path: Path) -> None:
    """--method roads of a region without roads: one sentence, exit code 1."""
    (county / "roads.osm").unlink()
    result = run("travel", county, "-o", tmp_path / "t.csv", "--method", "roads", "--lang", "en")
    assert result.exit_code == 1 and "roads.osm.pbf" in result.stderr


def test_stopped_by_the_user_nothing_is_left(county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while roads are searched: exit code 4, no file."""
    import geodata.travel_roads

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(geodata.travel_roads.RoadFinder, "trips", stop)
    result = run("travel", county, "-o", tmp_path / "out" / "t.csv", "--lang", "en")
    assert result.exit_code == 4 and not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_to_is_said(county: Path, tmp_path: Path) -> None:
    """The folder's name belongs to a file."""
    (tmp_path / "file").write_text("x")
    result = run("travel", county, "-o", tmp_path / "file" / "t.csv", "--lang", "en")
    assert result.exit_code in (1, 2) and "cannot be written" in result.stderr


def test_the_report_goes_where_it_is_asked_for(county: Path, tmp_path: Path) -> None:
    """--report names the file."""
    run("travel", county, "-o", tmp_path / "t.csv", "--report", tmp_path / "odd.csv")
    assert (tmp_path / "odd.csv").is_file() and not (tmp_path / "t.suspicious.csv").exists()


def test_many_suspicious_places_are_cut_on_the_screen(county: Path, tmp_path: Path) -> None:
    """Twenty lines, and where the others are."""
    with (county / "institutions.csv").open("a", encoding="utf-8") as stream:
        for n in range(30):
            spot = point(41 + n / 20, 0)
            stream.write(f"I{n},岛{n},1,{spot['lon']},{spot['lat']}\n")
    result = run("travel", county, "-o", tmp_path / "t.csv", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "31 suspicious" in result.stderr and "11 more in" in result.stderr


def test_check_names_the_island(county: Path) -> None:
    """A warning, once, with its cure in the language asked for; the check stays clean of errors."""
    result = run("check", county, "--lang", "zh")
    assert result.exit_code == 0 and result.stdout.count("岛上院") == 1 and "渡" in result.stdout


def test_plan_records_the_travel_method(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """plan.json has the methods counted, the file with its checksum, calibration, engine and ferry pairs."""
    import shutil

    from planner import bundled
    from planner.inputs import read_inputs
    from planner.opening import travel_made

    folder = tmp_path / "kedong"
    shutil.copytree(bundled.find_region("kedong"), folder)
    places = pd.read_csv(folder / "institutions.csv", dtype=str)
    spots = {name: ((float(x) - 118) * 94.493, (float(y) - 32) * 110.887) for name, x, y in
             zip(places["id"], places["lon"], places["lat"], strict=True)}  # fmt: skip
    first, *others = spots
    write_osm(folder / "roads.osm", spots, [((first, other), {"highway": "primary"}) for other in others])
    inputs = read_inputs(folder)
    record = travel_made(inputs, inputs.settled()[0]).record()
    assert json.loads(json.dumps(record)) == record
    assert record["roads"]["file"] == "roads.osm" and len(record["roads"]["sha256"]) == 64
    assert record["methods"]["roads"] > 0 and record["engine"] == "own" and record["ferry_pairs"] == 0
    assert record["calibration"]["factor"] == 1.0 and record["from_cache"] is False
