"""Time and memory of a matrix of minutes on Malta: ours beside networkx and OSRM, in the same run.

    python -m benchmarks.roads.cost [--sizes 300 1000] [--rounds 3 1]

needs ALLIANCE_SHARED; the lines of OSRM need Python 3.12 and the extra `osrm`. Every figure comes from
a process of its own, the engines take turns, and the seconds are of the CPU, so that other work on the
machine weighs on all alike; a row gives the median of the rounds. "ready" is what comes before the
first search: places snapped and a graph made, or prepared data opened. Ours gives minutes, km and
ferries; networkx minutes only; OSRM minutes and km.
"""

from __future__ import annotations

import argparse
import json
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.roads.agreement import LIMIT_MINUTES, MALTA, read, shared

SEED = 20260929
ENGINES = ("ours", "osrm", "networkx")
Floats = npt.NDArray[np.float64]


def places(network: Any, count: int) -> tuple[Floats, Floats]:
    """Twice `count` places within some 30 m of junctions, by a fixed seed: origins, then destinations."""
    random = np.random.default_rng(SEED)
    chosen = random.choice(np.flatnonzero(network.main_part("vehicle")), 2 * count, replace=False)
    shift = random.normal(0, 0.0003, (2, 2 * count))
    return network.lon[chosen] + shift[0], network.lat[chosen] + shift[1]


def ours(network: Any, lon: Floats, lat: Floats, count: int, _: Path) -> tuple[float, int]:
    from geodata.roads.paths import road_trips
    from geodata.roads.snap import snap

    snapped = snap(network, lon, lat, "vehicle")
    start = time.process_time()
    trips = road_trips(
        network, lon, lat, np.arange(count), np.arange(count, 2 * count),
        profile="vehicle", limit_minutes=LIMIT_MINUTES, snapped=snapped,
    )  # fmt: skip
    return time.process_time() - start, len(trips.origin)


def by_networkx(network: Any, lon: Floats, lat: Floats, count: int, _: Path) -> tuple[float, int]:
    """The same graph with the same cut edges, one search an origin."""
    import networkx as nx

    from geodata.roads.graph import search_graph
    from geodata.roads.snap import snap

    graph = search_graph(network, "vehicle", snap(network, lon, lat, "vehicle"), LIMIT_MINUTES)
    matrix = graph.matrix.copy()
    matrix.data = graph.key.unpack(matrix.data)[0]
    digraph = nx.from_scipy_sparse_array(matrix, create_using=nx.DiGraph)
    start = time.process_time()
    found, finish = 0, graph.node[count:].tolist()
    for origin in graph.node[:count].tolist():
        minutes = nx.single_source_dijkstra_path_length(digraph, origin, cutoff=LIMIT_MINUTES, weight="weight")
        found += len([minutes[node] for node in finish if node in minutes])
    return time.process_time() - start, found


def by_osrm(network: Any, lon: Floats, lat: Floats, count: int, cache: Path) -> tuple[float, int]:
    from geodata.roads.osrm import open_engine, prepared, table

    with prepared(shared() / MALTA, "car", cache) as base:
        engine = open_engine(base)
        start = time.process_time()
        minutes, _, _ = table(engine, lon, lat, count)
        return time.process_time() - start, int(np.isfinite(minutes).sum())


RUN: dict[str, Callable[[Any, Floats, Floats, int, Path], tuple[float, int]]] = {
    "ours": ours,
    "networkx": by_networkx,
    "osrm": by_osrm,
}


def child(engine: str, count: int, folder: Path) -> None:
    """One measurement, written as JSON: seconds of CPU, pairs, peak MB of the process, MB before."""
    import networkx  # noqa: F401  (all engines carry the same libraries)
    import pyproj  # noqa: F401
    import scipy.sparse.csgraph  # noqa: F401
    import shapely  # noqa: F401

    with (folder / "network.pickle").open("rb") as stream:
        network = pickle.load(stream)
    lon, lat = places(network, count)
    if engine == "osrm":
        network = None  # it reads its own
    before, start = _peak_mb(), time.process_time()
    search, pairs = RUN[engine](network, lon, lat, count, folder)
    ready = time.process_time() - start - search
    print(json.dumps({"search": search, "ready": ready, "pairs": pairs, "peak": _peak_mb(), "before": before}))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(engine: str, count: int, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.roads.cost", "--child", engine, str(count), str(folder)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--rounds", type=int, nargs="+", default=[3, 1], help="of each size")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child[0], int(given.child[1]), Path(given.child[2]))
        return
    engines = list(ENGINES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        network = read(shared() / MALTA)
        (folder / "network.pickle").write_bytes(pickle.dumps(network))
        print(f"Malta: {len(network.lon):,} junctions, {len(network.tail):,} edges; Python {sys.version.split()[0]}")
        try:
            start = time.perf_counter()
            measure("osrm", 10, folder)
            print(f"OSRM's extract and contraction, once: {time.perf_counter() - start:.0f} s")
        except subprocess.CalledProcessError:
            engines.remove("osrm")
            print("without OSRM: it needs Python 3.12 and the extra osrm")
        print("\n| size | engine | CPU s | x ours | ready CPU s | peak MB | of it for the matrix MB | pairs |")
        print("|" + "---|" * 8)
        for count, times in zip(given.sizes, given.rounds, strict=True):
            rounds = {engine: [] for engine in engines}
            for _ in range(times):
                for engine in engines:
                    rounds[engine].append(measure(engine, count, folder))
            middle = {
                engine: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
                for engine, runs in rounds.items()
            }
            for engine, row in middle.items():
                ratio = statistics.median(
                    run["search"] / own["search"] for run, own in zip(rounds[engine], rounds["ours"], strict=True)
                )
                print(
                    f"| {count} x {count} | {engine} | {row['search']:.2f} | {ratio:.2f} | {row['ready']:.2f} "
                    f"| {row['peak']:.0f} | {row['peak'] - row['before']:.0f} | {row['pairs']:,.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
