"""Real extracts: Malta with its ferry against OSRM, and a part of São Paulo."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from geo.road_files import read
from geo.test_roads_read_network import check
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geodata.roads.cut_off import cut_off
from geodata.roads.network import RoadNetwork


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "mt_malta"


@pytest.fixture(scope="module")
def malta(folder: Path) -> RoadNetwork:
    return read(folder / "malta-20180829.osm.pbf")


def compared(malta: RoadNetwork, folder: Path, reference: str) -> pd.DataFrame:
    """The reference's pairs with minutes, ours from the nearest junctions of the main part, ferry or not."""
    columns = ["osm_id", "lon", "lat"]
    places = pd.concat([pd.read_csv(folder / f"{name}_osm.csv")[columns] for name in ("places", "facilities")])
    places = places.drop_duplicates("osm_id").set_index("osm_id")
    pairs = pd.read_csv(folder / reference)
    main, shrink = np.flatnonzero(malta.main_part("vehicle")), np.cos(np.radians(35.9))
    near = cKDTree(np.stack([malta.lon[main] * shrink, malta.lat[main]], 1))
    node = pd.Series(main[near.query(np.stack([places.lon * shrink, places.lat], 1))[1]], places.index)
    open_ = np.isfinite(malta.minutes["vehicle"])
    cost = malta.minutes["vehicle"][open_], (malta.tail[open_], malta.head[open_])
    origins = pairs.origin_id.unique()
    times = dijkstra(csr_matrix(cost, shape=(len(malta.lon),) * 2), indices=node[origins].to_numpy())
    row = pd.Series(range(len(origins)), origins)[pairs.origin_id].to_numpy()
    gozo = (places.lon < 14.36) & (places.lat > 35.995)
    ferry = gozo[pairs.origin_id].to_numpy() != gozo[pairs.dest_id].to_numpy()
    minutes = pairs.seconds / 60
    return pairs.assign(ours=times[row, node[pairs.dest_id].to_numpy()], theirs=minutes, ferry=ferry)


def test_malta_is_whole(malta: RoadNetwork) -> None:
    """Malta keeps every truth of a network, and Gozo is joined to it by the ferry."""
    check(malta)
    main = malta.main_part("vehicle")
    assert main.mean() > 0.95 and 30_000 < len(malta.lon) < 35_000
    assert main[malta.lon < 14.30].mean() > 0.9, "Gozo"
    assert "Triq Kemmuneti" in [part.name for part in cut_off(malta).parts], "Comino has no ferry for cars"


def test_malta_agrees_with_osrm(malta: RoadNetwork, folder: Path) -> None:
    """Median ratio 0.9 to 1.1 and correlation 0.98 over 5 minutes on one island; ferry pairs within 25 %."""
    pairs = compared(malta, folder, "mt_malta_car_osrm2610.csv")
    ratio = pairs.ours / pairs.theirs
    same = ~pairs.ferry & (pairs.theirs > 5)
    assert same.sum() > 1000 and 0.9 < ratio[same].median() < 1.1
    assert np.corrcoef(pairs.ours[same], pairs.theirs[same])[0, 1] > 0.98
    assert pairs.ferry.sum() > 400 and (ratio[pairs.ferry] - 1).abs().max() < 0.25


def test_malta_agrees_with_valhalla(malta: RoadNetwork, folder: Path) -> None:
    """A second engine, not tuned to: the median within 10 % on one island."""
    pairs = compared(malta, folder, "mt_malta_auto_valhalla391.csv")
    same = ~pairs.ferry & (pairs.theirs > 5)
    assert 0.9 < (pairs.ours / pairs.theirs)[same].median() < 1.1


@pytest.mark.parametrize("mode", ["ebike", "bus", "walk"])
def test_malta_for_every_mode(folder: Path, mode: str) -> None:
    """Each mode of patients has a main part of most junctions it may use at all."""
    net = read(folder / "malta-20180829.osm.pbf", patient_mode=mode)
    open_ = np.isfinite(net.minutes["patient"])
    used = np.unique(np.concatenate([net.tail[open_], net.head[open_]]))
    assert net.main_part("patient")[used].mean() > 0.9


def test_sao_paulo(shared: Path) -> None:
    """A dense city part with many one-ways keeps every truth of a network."""
    net = read(shared / "data" / "br_sao_paulo" / "spo_osm.pbf")
    check(net)
    assert net.main_part("vehicle").mean() > 0.85
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 << 20, "KiB: under 2 GiB"
