"""OSRM as a second engine: what is said without it, and what it finds where it is installed."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from geo.roads_support import Way, degrees, network_of

from geodata.errors import RoadsUnreadable
from geodata.roads.osrm import OsrmUnusable, osrm_trips
from geodata.roads.paths import road_trips

NODES = {1: (0.0, 0.0), 2: (4.0, 0.0), 3: (4.0, 4.0), 4: (0.0, 4.0)}
RING = [Way(0, 1, 4, 4, 4), Way(1, 2, 4, 4, 4), Way(2, 3, 4, 4, 4), Way(3, 0, 4, 4, 4)]
here = pytest.mark.skipif(find_spec("osrm") is None, reason="the extra osrm is not installed")


def ask(path: Path, limit: float = 60.0, **more: object) -> object:
    network = network_of(list(NODES.values()), RING)
    lon, lat = degrees([(1, 0), (4, 2), (2, 0.3), (90, 90)])
    return osrm_trips(
        network, lon, lat, [0, 1, 2], [0, 1, 2, 3], profile="vehicle", limit_minutes=limit, path=path, **more  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.skipif(find_spec("osrm") is not None, reason="the extra osrm is installed")
def test_without_the_extra_both_languages_say_what_to_do() -> None:
    """The sentence names the way out: another engine, or another Python or the extra."""
    with pytest.raises(OsrmUnusable) as told:
        ask(Path("roads.osm.pbf"))
    assert isinstance(told.value, RoadsUnreadable)
    for lang in ("zh", "en"):
        sentence = told.value.sentence(lang)
        assert "roads.osm.pbf" in sentence and "alliance-planner[osrm]" in sentence and "own" in sentence
    if sys.version_info < (3, 12):
        assert "3.12" in told.value.en and "3.11" in told.value.zh


@pytest.mark.parametrize(("version", "word"), [((3, 11), "3.12"), ((3, 13), "pip install")])
def test_an_old_python_and_a_missing_part_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], word: str
) -> None:
    """Under Python 3.11 a newer one is asked for, under 3.13 the extra."""
    monkeypatch.setattr("geodata.roads.osrm.find_spec", lambda name: None)
    monkeypatch.setattr("geodata.roads.osrm.sys.version_info", version)
    with pytest.raises(OsrmUnusable, match=word):
        ask(Path("roads.osm.pbf"))


@here
def test_other_files_and_broken_files_are_told(tmp_path: Path) -> None:
    """A road layer is not for OSRM; a broken extract gives its reason."""
    with pytest.raises(OsrmUnusable, match="needs a road file ending in"):
        ask(Path("roads.gpkg"))
    broken = tmp_path / "roads.osm.pbf"
    broken.write_bytes(b"no extract")
    with pytest.raises(OsrmUnusable, match="needs a whole road file"):
        ask(broken)


@here
def test_it_finds_the_same_pairs_as_our_engine(tmp_path: Path) -> None:
    """On a ring of 60 km/h: the pairs of our engine, its km, walks included, and the cache used again."""
    lon, lat = degrees(list(NODES.values()))
    nodes = "".join(
        f'<node id="{i}" version="1" lon="{x:.7f}" lat="{y:.7f}"/>' for i, x, y in zip(NODES, lon, lat, strict=True)
    )
    nds = "".join(f'<nd ref="{i}"/>' for i in (1, 2, 3, 4, 1))
    way = f'<way id="1" version="1">{nds}<tag k="highway" v="primary"/></way>'
    path = tmp_path / "roads.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{way}</osm>', encoding="utf-8")
    found = [ask(path, cache=tmp_path / "cache") for _ in range(2)]
    assert len(list((tmp_path / "cache").iterdir())) == 1
    network = network_of(list(NODES.values()), RING)
    ours = road_trips(
        network, *degrees([(1, 0), (4, 2), (2, 0.3), (90, 90)]), [0, 1, 2], [0, 1, 2, 3],
        profile="vehicle", limit_minutes=60,
    )  # fmt: skip
    for trips in found:
        assert trips.origin.tolist() == ours.origin.tolist()  # type: ignore[attr-defined]
        assert trips.destination.tolist() == ours.destination.tolist()  # type: ignore[attr-defined]
        assert trips.km == pytest.approx(ours.km, rel=0.01)  # type: ignore[attr-defined]
        assert (trips.minutes > 0).all() and not trips.ferry.any()  # type: ignore[attr-defined]
        walk = trips.snapped.walk_minutes  # type: ignore[attr-defined]
        assert np.isnan(walk[3]) and walk[2] == pytest.approx(4, abs=0.01)
    assert len(ask(path, limit=1.0).origin) < len(ours.origin)  # type: ignore[attr-defined]
