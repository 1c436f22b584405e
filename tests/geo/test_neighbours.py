"""Neighbours of units: borders in metres, slivers and gaps, corners, water, the user's word, and estimates."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.boundaries import Boundaries, read_boundaries
from geodata.crs import crs_of, degrees
from geodata.gabriel import estimated_neighbours, gabriel
from geodata.neighbours import crossings_of, neighbours_for, neighbours_of
from geodata.problems import Problem
from geodata.region import Region
from geodata.roads.network import RoadNetwork

#: Metres of the south-west corner, in EPSG:4549.
EAST, NORTH = 450_000.0, 3_600_000.0
CRS = crs_of(4549)


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in metres from the corner."""
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def _write(path: Path, shapes: dict[str, shapely.Geometry]) -> Boundaries:
    frame = geopandas.GeoDataFrame({"name": list(shapes)}, geometry=list(shapes.values()), crs=4549)
    frame.to_file(path / "boundaries.gpkg", layer="towns", driver="GPKG")
    return read_boundaries(path / "boundaries.gpkg")


def _points(places: dict[str, tuple[float, float]]) -> pd.DataFrame:
    x, y = np.array(list(places.values())).T
    lon, lat = degrees(CRS, EAST + x, NORTH + y)
    return pd.DataFrame({"id": list(places), "name": list(places), "level": 1.0, "lon": lon, "lat": lat})


def _pairs(table: pd.DataFrame, kind: str = "land") -> set[str]:
    rows = table[table["kind"] == kind]
    return {"".join(sorted(pair)) for pair in zip(rows["institution"], rows["neighbour"], strict=True)}


#: Four squares of 5 km: A B above C D.
SQUARES = {
    "甲镇": _box(0, 5000, 5000, 10000), "乙镇": _box(5000, 5000, 10000, 10000),
    "丙镇": _box(0, 0, 5000, 5000), "丁镇": _box(5000, 0, 10000, 5000),
}  # fmt: skip
CENTRES = {"A": (2500.0, 7500.0), "B": (7500.0, 7500.0), "C": (2500.0, 2500.0), "D": (7500.0, 2500.0)}


def test_borders_in_metres(tmp_path: Path) -> None:
    """Squares side by side share 5 km; those that meet at a corner are no neighbours."""
    table = neighbours_of(_write(tmp_path, SQUARES), _points(CENTRES))
    assert _pairs(table) == {"AB", "AC", "BD", "CD"}
    assert table["border_m"].to_numpy() == pytest.approx(5000, abs=30) and set(table["source"]) == {"boundaries"}


@settings(max_examples=25, deadline=None)
@given(jitter=st.lists(st.floats(-4, 4), min_size=16, max_size=16))
def test_slivers_and_gaps_do_not_part_neighbours(tmp_path_factory: pytest.TempPathFactory, jitter: list[float]) -> None:
    """Outlines drawn a few metres apart or over each other give the same neighbours."""
    moved = {}
    for at, (name, shape) in enumerate(SQUARES.items()):
        west, south, east, north = shape.bounds
        dx = jitter[4 * at : 4 * at + 4]
        moved[name] = shapely.box(west + dx[0], south + dx[1], east + dx[2], north + dx[3])
    table = neighbours_of(_write(tmp_path_factory.mktemp("drawn"), moved), _points(CENTRES))
    assert _pairs(table) == {"AB", "AC", "BD", "CD"}


def test_a_wide_gap_parts_them(tmp_path: Path) -> None:
    """A river of 100 m between outlines is no land border, and no neighbourhood without a crossing."""
    shapes = {"甲镇": _box(0, 0, 5000, 5000), "乙镇": _box(5100, 0, 10000, 5000)}
    problems: list[Problem] = []
    centres = _points({"A": (2500.0, 2500.0), "B": (7500.0, 2500.0)})
    assert neighbours_of(_write(tmp_path, shapes), centres, None, problems).empty
    assert any("甲镇" in p.value and "乙镇" in p.value and "water" in p.cure_zh for p in problems)


@pytest.mark.parametrize("word", ["ferry", "bridge"])
def test_ferry_and_bridge(tmp_path: Path, word: str) -> None:
    """A ferry of two legs, or a bridge, across the river makes neighbours over water."""
    shapes = {"甲镇": _box(0, 0, 5000, 5000), "乙镇": _box(5100, 0, 10000, 5000)}
    lon, lat = degrees(CRS, EAST + np.array([4000.0, 4990, 5050, 5110, 6000]), NORTH + np.full(5, 2500.0))
    tail, head = np.array([0, 1, 2, 3], np.int32), np.array([1, 2, 3, 4], np.int32)
    over = np.array([False, True, True, False])
    line = np.arange(4, dtype=np.int32)
    network = RoadNetwork(
        lon, lat, tail, head, np.ones(4), {"vehicle": np.ones(4), "patient": np.ones(4)}, over & (word == "ferry"),
        line, np.zeros(4, bool), np.arange(0, 9, 2), np.repeat(lon, 2)[1:-1], np.repeat(lat, 2)[1:-1], line,
        pd.DataFrame({"bridge": over & (word == "bridge")}),
    )  # fmt: skip
    assert len(crossings_of(network)) == 1
    centres = _points({"A": (2500.0, 2500.0), "B": (7500.0, 2500.0)})
    table = neighbours_of(_write(tmp_path, shapes), centres, crossings_of(network))
    assert _pairs(table, "water") == {"AB"} and table["source"].tolist() == ["crossing"]


def test_units_without_institution_join_their_longest_border(tmp_path: Path) -> None:
    """A reservoir between two towns makes them neighbours through it; it is told."""
    shapes = {"甲镇": _box(0, 0, 4000, 5000), "水库": _box(4000, 0, 6000, 5000), "乙镇": _box(6000, 0, 9000, 5000)}
    problems: list[Problem] = []
    centres = _points({"A": (2000.0, 2500.0), "B": (7500.0, 2500.0)})
    assert _pairs(neighbours_of(_write(tmp_path, shapes), centres, None, problems)) == {"AB"}
    assert any("水库" in p.value for p in problems)


def test_institutions_of_one_unit(tmp_path: Path) -> None:
    """Hospital and centre of one town are neighbours of each other and of everybody next door."""
    shapes = {"甲镇": _box(0, 0, 5000, 5000), "乙镇": _box(5000, 0, 10000, 5000)}
    centres = _points({"A": (2500.0, 2500.0), "H": (2600.0, 2500.0), "B": (7500.0, 2500.0)})
    assert _pairs(neighbours_of(_write(tmp_path, shapes), centres)) == {"AH", "AB", "BH"}


def test_multi_polygons_and_islands(tmp_path: Path) -> None:
    """An exclave makes neighbours of its host; an island without a crossing has none and is named."""
    exclave = shapely.union_all([SQUARES["甲镇"], _box(6000, 1000, 7000, 2000)])
    hole = SQUARES["丁镇"].difference(_box(6000, 1000, 7000, 2000))
    shapes = {**SQUARES, "甲镇": exclave, "丁镇": hole, "海岛乡": _box(20000, 0, 21000, 1000)}
    problems: list[Problem] = []
    centres = _points({**CENTRES, "I": (20500.0, 500.0)})
    table = neighbours_of(_write(tmp_path, shapes), centres, None, problems)
    assert _pairs(table) == {"AB", "AC", "BD", "CD", "AD"}
    assert any(p.value == "海岛乡" for p in problems)


def _region(tmp_path: Path, neighbours: pd.DataFrame | None = None, outlines: bool = True) -> Region:
    tables = {"institutions": _points(CENTRES)}
    if neighbours is not None:
        tables["neighbours"] = neighbours
    if outlines:
        _write(tmp_path, SQUARES)
    return Region("县", tables, layers={"boundaries": tmp_path / "boundaries.gpkg"} if outlines else {})


def test_the_users_table_goes_first(tmp_path: Path) -> None:
    """With land borders in it the table is the whole list; with water alone it adds to what is drawn."""
    land = pd.DataFrame({"institution": ["A"], "neighbour": ["D"], "kind": ["land"]})
    table, problems = neighbours_for(_region(tmp_path, land))
    assert _pairs(table) == {"AD"} and table["source"].tolist() == ["table"] and problems == []
    table, _ = neighbours_for(_region(tmp_path, land.assign(kind="water")))
    assert _pairs(table, "water") == {"AD"} and _pairs(table) == {"AB", "AC", "BD", "CD"}


def test_points_alone_are_marked_as_an_estimate(tmp_path: Path) -> None:
    """Without outlines the Gabriel graph stands in, marked and told."""
    table, problems = neighbours_for(_region(tmp_path, outlines=False))
    assert {"AB", "AC", "BD", "CD"} <= _pairs(table) and set(table["source"]) == {"estimated"}
    assert [p.severity for p in problems] == ["warning"] and "Gabriel" in problems[0].cure_en


def test_the_outline_of_a_county_tells_nothing(tmp_path: Path) -> None:
    """One polygon around all institutions does not make neighbours of all: points are used, and it is told."""
    _write(tmp_path, {"试点县": _box(-1000, -1000, 11000, 11000)})
    region = Region("县", {"institutions": _points(CENTRES)}, layers={"boundaries": tmp_path / "boundaries.gpkg"})
    table, problems = neighbours_for(region)
    assert set(table["source"]) == {"estimated"} and len(problems) == 1


def test_far_places_are_not_estimated_neighbours() -> None:
    """A hospital in another city is not next to anybody, however empty the land between."""
    table = estimated_neighbours(_points({**CENTRES, "X": (200000.0, 0.0)}))
    assert not any("X" in pair for pair in _pairs(table))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), count=st.integers(2, 40))
def test_gabriel_graph_is_connected_and_by_its_definition(seed: int, count: int) -> None:
    """Every pair kept has an empty circle, every pair dropped has not, and all points hang together."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    spots = np.random.default_rng(seed).uniform(0, 1e5, (count, 2))
    pairs = gabriel(spots)
    kept = {tuple(pair) for pair in pairs.tolist()}
    for a in range(count):
        for b in range(a + 1, count):
            inside = ((spots - (spots[a] + spots[b]) / 2) ** 2).sum(1) < ((spots[a] - spots[b]) ** 2).sum() / 4 * (
                1 - 1e-9
            )
            inside[[a, b]] = False
            assert ((a, b) in kept) == (not inside.any())
    graph = csr_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    assert connected_components(graph, directed=False)[0] == 1


def test_many_points_by_triangulation() -> None:
    """Above 300 points the candidates are Delaunay's edges, which hold the whole graph."""
    spots = np.random.default_rng(3).uniform(0, 1e5, (310, 2))
    with pytest.MonkeyPatch.context() as patch:
        fast = gabriel(spots)
        patch.setattr("geodata.gabriel.ALL_PAIRS", 1000)
        assert sorted(map(tuple, gabriel(spots).tolist())) == sorted(map(tuple, fast.tolist()))
