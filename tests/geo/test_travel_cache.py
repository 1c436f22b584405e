"""The cache: found again by what it was made from, whole or not there, bounded, harmless."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from geo.travel_support import TOWNS, WAYS, on_roads, point, travel, write_osm
from support.tables import region

from geodata import travel_cache as cache
from geodata import travel_store
from geodata.beside import hash_file
from geodata.region import Region
from geodata.travel_cache import key_of, load, store, without_cache


@pytest.fixture
def small(tmp_path: Path) -> Region:
    return on_roads(tmp_path / "region", {"institutions": TOWNS})


def afresh(made: Region, **settings: object) -> object:
    """As a new run would answer."""
    travel_store.forget()
    return travel(made, **settings)


def test_the_second_run_takes_the_first_ones_answer(small: Region, travel_cache: Path) -> None:
    """Table, problems and facts are the same to the byte, and it says that it is from the cache."""
    first, second = afresh(small), afresh(small)
    assert not first.from_cache and second.from_cache
    assert first.table.to_csv() == second.table.to_csv() and first.facts == second.facts
    assert (first.problems, first.troubles, first.metres) == (second.problems, second.troubles, second.metres)
    assert sorted(path.name.split("-")[0] for path in travel_cache.iterdir()) == ["network", "table"]


@pytest.mark.parametrize(
    "change",
    [
        {"minutes_each_end": 4},
        {"season_factor": 1.2},
        {"walk_kmh": 4},
        {"closed_roads": ["way/2"]},
        {"max_minutes": 60},
    ],
)
def test_every_setting_is_part_of_the_key(small: Region, change: dict[str, object]) -> None:
    """Another setting is another question."""
    afresh(small)
    assert not afresh(small, **change).from_cache and afresh(small, **change).from_cache


def test_tables_and_roads_are_part_of_the_key(small: Region, tmp_path: Path) -> None:
    """A moved place, a speed, a user's cell, a known trip or another road file is another question."""
    afresh(small)
    moved = [{**TOWNS[0], **point(0.1, 0)}, *TOWNS[1:]]
    trip = [{"origin": "A", "destination": "C", "minutes": 9}]
    others = [
        {"institutions": moved},
        {"institutions": TOWNS, "road_speeds": [{"class": "primary", "vehicle_kmh": 33, "patient_kmh": 33}]},
        {"institutions": TOWNS, "travel": trip},
        {"institutions": TOWNS, "known_trips": trip},
    ]
    for other in others:
        made = replace(region(other), layers=small.layers, sources=small.sources)
        assert not afresh(made).from_cache
    write_osm(small.layers["roads"], {"a": (0, 0), "b": (10, 0), "c": (10, 12)}, [(("a", "b", "c"), WAYS[0][1])])
    assert not afresh(replace(small, sources={"roads.osm": hash_file(small.layers["roads"])})).from_cache


def test_a_moved_region_is_the_same_question(small: Region, tmp_path: Path) -> None:
    """The folder is no part of the key."""
    afresh(small)
    path = tmp_path / "elsewhere" / "roads.osm"
    path.parent.mkdir()
    path.write_bytes(small.layers["roads"].read_bytes())
    assert afresh(replace(small, layers={"roads": path})).from_cache


def test_a_spoilt_entry_is_taken_for_missing(small: Region, travel_cache: Path) -> None:
    """Truncated, flipped, empty or foreign: computed again, with the same answer."""
    first = afresh(small)
    spoils = [
        lambda data: data[: len(data) // 2],
        lambda data: data[:300] + bytes([data[300] ^ 255]) + data[301:],
        lambda data: b"",
        lambda data: b"x" * 99,
    ]
    for spoil in spoils:
        for path in travel_cache.iterdir():
            path.write_bytes(spoil(path.read_bytes()))
        again = afresh(small)
        assert not again.from_cache and again.table.to_csv() == first.table.to_csv()
        assert afresh(small).from_cache


def test_nothing_in_an_entry_is_executed(travel_cache: Path) -> None:
    """An entry that holds a pickle is not read."""
    travel_cache.mkdir()
    key = key_of("x")
    np.savez(travel_cache / f"table-{key}.npz", a=np.array([{"x": 1}], dtype=object), allow_pickle=True)
    assert load("table", key) is None


def test_an_empty_variable_or_the_switch_keeps_nothing(
    small: Region, travel_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ALLIANCE_CACHE="" and `without_cache` neither read nor write."""
    with without_cache():
        afresh(small)
    assert not travel_cache.exists()
    afresh(small)
    with without_cache():
        assert not afresh(small).from_cache
    monkeypatch.setenv("ALLIANCE_CACHE", "")
    assert not afresh(small).from_cache


def test_the_default_folder_is_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable it is platformdirs' folder of this program."""
    monkeypatch.delenv("ALLIANCE_CACHE")
    place = cache.folder()
    assert place is not None and "alliance-planner" in str(place)


def test_a_folder_that_cannot_be_written_is_no_failure(
    small: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder should be: the answer comes all the same."""
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("ALLIANCE_CACHE", str(tmp_path / "file"))
    assert len(afresh(small).table) == 6


def test_old_entries_go_and_the_newest_stays(travel_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the ones unused for longest are removed; one that was just read is not."""
    monkeypatch.setattr(cache, "LIMIT_BYTES", 28_000)
    data = {"a": np.zeros(1000)}
    for at, key in enumerate("abc"):
        store("table", key, data, {})
        os.utime(travel_cache / f"table-{key}.npz", (at + 1, at + 1))
    assert load("table", "a") is not None  # used now
    store("table", "d", data, {})
    left = sorted(path.name for path in travel_cache.iterdir())
    assert left == ["table-a.npz", "table-c.npz", "table-d.npz"]
    monkeypatch.setattr(cache, "LIMIT_BYTES", 1)
    store("table", "e", data, {})
    assert [path.name for path in travel_cache.iterdir()] == ["table-e.npz"]


def test_what_killed_runs_left_is_removed_after_a_day(travel_cache: Path) -> None:
    """Parts of a day ago go with the next entry; those of a run that may be alive stay."""
    travel_cache.mkdir()
    old, new = travel_cache / ".table-x.npz.0.part", travel_cache / ".table-y.npz.0.part"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (time.time() - 90_000,) * 2)
    store("table", "k", {"a": np.zeros(1)}, {})
    assert not old.exists() and new.exists()


def test_two_writers_at_once_leave_a_whole_entry(travel_cache: Path) -> None:
    """Many threads writing and reading one entry never see half of it."""
    data = {"a": np.arange(50_000.0)}
    store("table", "k", data, {"n": 0})
    bad: list[object] = []

    def write(number: int) -> None:
        for _ in range(10):
            store("table", "k", data, {"n": number})

    def read() -> None:
        for _ in range(30):
            found = load("table", "k")
            if found is None or found[0]["a"][-1] != 49_999.0:
                bad.append(found)

    workers = [threading.Thread(target=write, args=(n,)) for n in range(3)] + [threading.Thread(target=read)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not bad and [path.name for path in travel_cache.iterdir()] == ["table-k.npz"]


def test_a_run_that_is_killed_while_writing_leaves_no_entry(travel_cache: Path, root: Path) -> None:
    """Killed before the rename: the entry is missing, not half there."""
    code = (
        "import os, numpy as np\nfrom geodata import travel_cache as c\nfrom pathlib import Path\n"
        "Path.replace = lambda *a: os._exit(9)\n"
        "c.store('table', 'k', {'a': np.zeros(9)}, {})\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env={**os.environ, "ALLIANCE_CACHE": str(travel_cache)}
    )
    assert ended.returncode == 9 and load("table", "k") is None
    store("table", "k", {"a": np.zeros(9)}, {})
    assert load("table", "k") is not None


def test_keys_tell_equal_from_different() -> None:
    """Values, arrays and tables count with their types and order; NaN equals itself."""
    frame = region({"institutions": TOWNS}).tables["institutions"]
    assert key_of(1.0, "a", frame, np.array([np.nan])) == key_of(1.0, "a", frame.copy(), np.array([np.nan]))
    different = [
        key_of("ab", "c"),
        key_of("a", "bc"),
        key_of(["a", "bc"]),
        key_of(np.array([1.0])),
        key_of(np.array([1])),
    ]
    assert len(set(different)) == len(different)
    assert key_of(frame) != key_of(frame.iloc[::-1])
