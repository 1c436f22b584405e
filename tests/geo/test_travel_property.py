"""Whatever the roads and places: a pair that is not known is absent, and none is zero."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from geo.travel_support import PRIMARY, point, write_osm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.tables import Rows, region

from geodata.beside import hash_file
from geodata.region import Region
from geodata.travel import make_travel

SPOTS = st.tuples(st.integers(-8, 28), st.integers(-8, 8))
TAGS = st.sampled_from([PRIMARY, {**PRIMARY, "oneway": "yes"}, {"route": "ferry"}, {"highway": "track"}])


@st.composite
def countries(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[tuple[list[str], dict[str, str]]], Rows]:
    """Junctions, ways between some of them, and places of which some have no point."""
    junctions = draw(st.lists(SPOTS, min_size=3, max_size=8, unique=True))
    runs = st.lists(st.integers(0, len(junctions) - 1), min_size=2, max_size=4, unique=True)
    drawn = draw(st.lists(st.tuples(runs, TAGS), min_size=1, max_size=6))
    ways = [([f"n{at}" for at in run], dict(tags)) for run, tags in drawn]
    ways.append((["n0", "n1"], dict(PRIMARY)))
    places = draw(st.lists(st.one_of(st.none(), SPOTS), min_size=2, max_size=6))
    rows = [{"id": f"P{at}", "level": 1, **({} if spot is None else point(*spot))} for at, spot in enumerate(places)]
    return junctions, ways, rows


def made_of(folder: Path, junctions: list[tuple[int, int]], ways: list, rows: Rows) -> Region:
    from dataclasses import replace

    nodes = {f"n{at}": (float(x), float(y)) for at, (x, y) in enumerate(junctions)}
    path = write_osm(folder / "roads.osm", nodes, ways)
    made = region({"institutions": rows})
    return replace(made, layers={"roads": path}, sources={path.name: hash_file(path)})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(countries())
def test_no_missing_pair_becomes_zero(country: tuple) -> None:
    """Every row is a road trip above both ends' minutes; a place with trips has a point; lone places are named."""
    with tempfile.TemporaryDirectory() as folder:
        made = make_travel(made_of(Path(folder), *country), {"travel": {"minutes_each_end": 2}})
    table, rows = made.table, country[2]
    assert (table["minutes"] >= 4).all() and np.isfinite(table["minutes"]).all() and np.isfinite(table["km"]).all()
    assert set(table["method"]) <= {"roads", "roads_ferry"}
    assert not table.duplicated(["origin", "destination", "profile"]).any()
    assert (table["origin"] != table["destination"]).all()
    located = {row["id"] for row in rows if "lon" in row}
    assert {*table["origin"], *table["destination"]} <= located
    served = set(table["origin"]) & set(table["destination"])
    named = {trouble.place for trouble in made.troubles}
    on_road = {place for place in located if place in made.metres}
    # who has a point and no trip at all, though others have, is named
    if served:
        assert located - served <= named | on_road
        assert located - on_road <= named
