"""A province in one piece: 20,000 communities and 300 institutions on a synthetic network of a million junctions.

    python -m benchmarks.roads.province [--side 1000] [--communities 20000] [--institutions 300] [--limit 60 120]

Seeded. Junctions stand on a disturbed grid, 350 m apart (1,000 x 1,000: 350 x 350 km); every fiftieth
row and column is a main road (70 km/h), every tenth a county road (45), the rest village roads (25), of
which a third is missing and a tenth one-way. Each limit is measured in a process of its own; memory is
the peak of the process, with network, libraries and result.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

from geodata.roads.network import RoadNetwork
from geodata.roads.paths import road_trips
from geodata.roads.snap import snap

SEED = 20260929
SPACING_KM, WEST, SOUTH = 0.35, 112.0, 28.0
KM_PER_DEGREE = 111.195


def province(side: int, random: np.random.Generator) -> RoadNetwork:
    """The network of side x side junctions."""
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    x, y = (axis * SPACING_KM + random.normal(0, SPACING_KM / 6, side * side) for axis in (column, row))
    lat = SOUTH + y / KM_PER_DEGREE
    lon = WEST + x / (KM_PER_DEGREE * np.cos(np.radians(SOUTH)))
    here = np.arange(side * side)
    east, north = here[column < side - 1], here[row < side - 1]
    one, other = np.concatenate([east, north]), np.concatenate([east + 1, north + side])
    rank = np.concatenate([row[east], column[north]])  # of the line of the grid that carries the road
    kmh = np.select([rank % 50 == 0, rank % 10 == 0], [70.0, 45.0], 25.0)
    keep = (kmh > 25) | (random.random(len(kmh)) > 1 / 3)
    one, other, kmh = one[keep], other[keep], kmh[keep]
    km = np.hypot(x[one] - x[other], y[one] - y[other])
    minutes = km / kmh * 60
    back = np.where((kmh == 25) & (random.random(len(km)) < 0.1), np.inf, minutes)
    lines, ends = np.arange(len(km), dtype=np.int32), np.column_stack([one, other]).ravel()
    both = np.concatenate([minutes, back])
    return RoadNetwork(
        lon=lon,
        lat=lat,
        tail=np.concatenate([one, other]).astype(np.int32),
        head=np.concatenate([other, one]).astype(np.int32),
        km=np.concatenate([km, km]),
        minutes={"vehicle": both, "patient": both},
        ferry=np.zeros(2 * len(km), bool),
        line=np.concatenate([lines, lines]),
        backward=np.repeat([False, True], len(km)),
        line_offsets=np.arange(len(km) + 1, dtype=np.int64) * 2,
        line_lon=lon[ends],
        line_lat=lat[ends],
        road=np.zeros(len(km), np.int32),
        roads=pd.DataFrame({"source": ["synthetic"]}),
    )


def child(side: int, communities: int, institutions: int, limit: float) -> None:
    """One measurement as JSON."""
    random = np.random.default_rng(SEED)
    network = province(side, random)
    before = _peak_mb()
    count = communities + institutions
    lon, lat = (random.uniform(axis.min(), axis.max(), count) for axis in (network.lon, network.lat))
    start = time.perf_counter(), time.process_time()
    snapped = snap(network, lon, lat, "patient")
    middle = time.perf_counter(), time.process_time()
    trips = road_trips(
        network, lon, lat, np.arange(institutions, count), np.arange(institutions),
        profile="patient", limit_minutes=limit, snapped=snapped,
    )  # fmt: skip
    end = time.perf_counter(), time.process_time()
    row = {
        "junctions": len(network.lon), "edges": int(np.isfinite(network.minutes["patient"]).sum()),
        "network_mb": before, "snap_s": middle[0] - start[0], "trips_s": end[0] - middle[0],
        "cpu_s": end[1] - start[1], "pairs": len(trips.origin), "without": int((~snapped.found).sum()),
        "reached": len(np.unique(trips.origin)), "peak_mb": _peak_mb(),
    }  # fmt: skip
    print(json.dumps(row))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--side", type=int, default=1000)
    parser.add_argument("--communities", type=int, default=20_000)
    parser.add_argument("--institutions", type=int, default=300)
    parser.add_argument("--limit", type=float, nargs="+", default=[60.0, 120.0])
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.side, given.communities, given.institutions, given.limit[0])
        return
    sizes = ["--side", given.side, "--communities", given.communities, "--institutions", given.institutions]
    head = ("limit min", "junctions", "edges", "snap s", "search s", "CPU s", "pairs", "share", "reached", "peak MB")
    print(f"| {' | '.join(head)} |\n|" + "---|" * len(head))
    for limit in given.limit:
        command = [sys.executable, "-m", "benchmarks.roads.province", "--child", *map(str, sizes)]
        done = subprocess.run([*command, "--limit", str(limit)], check=True, capture_output=True, text=True)
        row = json.loads(done.stdout)
        share = 100 * row["pairs"] / (given.communities * given.institutions)
        cells = [f"{limit:g}", f"{row['junctions']:,}", f"{row['edges']:,}"]
        cells += [f"{row[key]:.1f}" for key in ("snap_s", "trips_s", "cpu_s")]
        cells += [f"{row['pairs']:,}", f"{share:.1f} %", f"{row['reached']:,}", f"{row['peak_mb']:.0f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
