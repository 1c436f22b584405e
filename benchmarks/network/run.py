"""The whole network analysis at the size of a large alliance: 900 institutions, 20,000 flows, one process.

    python -m benchmarks.network.run [--institutions 900] [--flows 20000] [--seed 0] [--write]

A made-up alliance of four levels: villages refer to their township, townships to hospitals of
their county, counties to the city; gravity by size and distance, ten specialties, five lead groups.
Times every measure, then all of it as `alliance network` runs it (tables, GraphML, GeoPackage, pictures).
`--write` writes docs/benchmarks-network.md. Nothing is sampled: every measure is exact.
"""

from __future__ import annotations

import argparse
import platform
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.map_ground import Ground
from planner.flows import FLOW
from planner.network import agreement, analysis, balance, choice, cuts, failure, routing, structure
from planner.network.files import write_network
from planner.network.network import Network
from planner.network.sentences import sentences

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-network.md"
SPECIALTIES = 10


def made(institutions: int, flows: int, seed: int) -> Network:
    """A network of about `flows` flows (up, down and outside) between `institutions` institutions."""
    draw = np.random.default_rng(seed)
    hospitals, towns = max(6, institutions // 40), max(20, institutions // 5)
    level = np.array([3] * 5 + [2] * (hospitals - 5) + [1] * towns + [0] * (institutions - hospitals - towns))
    ids = np.array([f"I{n:04d}" for n in range(institutions)], dtype=object)
    lon, lat = draw.uniform(118.5, 120.5, institutions), draw.uniform(31.5, 33.0, institutions)
    leads = np.flatnonzero(level == 3)
    far = np.hypot((lon[:, None] - lon) * 94.0, (lat[:, None] - lat) * 111.0)
    group = leads[np.argmin(far[:, leads], axis=1)]
    places = pd.DataFrame(
        {
            "name": [f"第{n}机构" for n in range(institutions)], "level": level.astype(float),
            "kind": np.where(level >= 2, "general", np.where(level == 1, "township_centre", "village_clinic")),
            "group": [f"G{n}" for n in group], "lead": level == 3, "lon": lon, "lat": lat,
        },
        index=pd.Index(ids, name="id"),
    )  # fmt: skip
    rows = _flows(draw, ids, level, far, flows)
    hosts = _hosts(draw, rows, ids[level >= 2])
    at = np.flatnonzero(level >= 2)
    reach = pd.DataFrame({
        "origin": np.repeat(ids, len(at)), "hospital": np.tile(ids[at], institutions),
        "minutes": (far[:, at] * 1.3 / 40 * 60 + 10).ravel(),
    })  # fmt: skip
    reach = reach[reach["origin"] != reach["hospital"]].reset_index(drop=True)
    sent = rows.groupby(["origin", "specialty"])["patients"].sum().rename("sent").reset_index()
    cells = sent.rename(columns={"origin": "institution"}).assign(kept=0.0, left=0.0, unmet=0.0, lost=0.0)
    cells = cells.assign(own=2 * cells["sent"], need=3 * cells["sent"])
    return Network(
        places=places,
        flows=rows,
        cells=cells,
        hosts=hosts,
        reach=reach,
        tele=pd.DataFrame(columns=["origin", "destination", "specialty", "kind", "amount", "unit"]),
        alliances=pd.DataFrame({"institution": ids, "alliance": places["group"], "service": "group"}),
        max_minutes=120.0,
        own_group=True,
        planned=False,
    )


def _flows(draw: np.random.Generator, ids: Any, level: Any, far: Any, flows: int) -> pd.DataFrame:
    """Ups to one to four higher institutions per specialty, a third of them answered, some leaving."""
    pull = np.exp(-far / 25.0) * np.array([0.2, 0.5, 2.0, 6.0])[level]
    found: list[tuple[object, ...]] = []
    lower = np.flatnonzero(level < 3)
    while len(found) < 1.06 * flows:  # some fall together
        origin = int(draw.choice(lower))
        weights = pull[origin] * ((level > level[origin]) & (level >= 1))
        to = int(draw.choice(len(ids), p=weights / weights.sum()))
        specialty = f"s{int(draw.integers(SPECIALTIES))}"
        patients = round(float(draw.uniform(1, 60)), 1)
        minutes = float(far[origin, to] * 1.3 / 40 * 60 + 10)
        found.append((ids[origin], ids[to], specialty, "up", patients, minutes))
        if draw.random() < 0.3:
            found.append((ids[to], ids[origin], specialty, "down", round(patients / 4, 1), minutes))
        if draw.random() < 0.1:
            found.append((ids[origin], "outside", specialty, "up", round(patients / 3, 1), 90.0))
    table = pd.DataFrame(found, columns=[*FLOW, "patients", "minutes"])
    table = table.groupby(FLOW, as_index=False).agg({"patients": "sum", "minutes": "min"})
    return table.assign(slips=table["patients"].where(table["destination"] != "outside", 0.0))


def _hosts(draw: np.random.Generator, rows: pd.DataFrame, hospitals: Any) -> pd.DataFrame:
    """Every hospital in every specialty, with 5 to 30 % to spare."""
    up = rows[(rows["direction"] == "up") & rows["destination"].isin(hospitals)]
    load = up.groupby(["destination", "specialty"])["patients"].sum()
    keys = pd.MultiIndex.from_product([hospitals, [f"s{n}" for n in range(SPECIALTIES)]])
    load = load.reindex(keys).fillna(0.0)
    able = (load * draw.uniform(1.05, 1.30, len(load)) + 5.0).round(1)
    table = able.rename("capacity").reset_index()
    table.columns = pd.Index(["hospital", "specialty", "capacity"])
    return table


def timed(what: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """((seconds, seconds of processor), the answer)."""
    started, busy = time.perf_counter(), time.process_time()
    found = what()
    return (time.perf_counter() - started, time.process_time() - busy), found


def run(institutions: int, flows: int, seed: int) -> list[tuple[str, tuple[float, float], str]]:
    """(what, seconds on the clock and of the processor, the answer in a few words), for each measure and for all."""
    network = made(institutions, flows, seed)
    problems = routing.problems(network)
    rows: list[tuple[str, tuple[float, float], str]] = []

    def add(name: str, what: Callable[[], Any], tell: Callable[[Any], str]) -> None:
        seconds, found = timed(what)
        rows.append((name, seconds, tell(found)))

    add("flow problems", lambda: routing.problems(network), lambda f: f"{sum(len(p.tail) for p in f.values()):,} arcs")
    add("balance", lambda: balance.balance(network), lambda f: f"{len(f)} institutions")
    add("reciprocity", lambda: balance.reciprocity(network), lambda f: f"{len(f):,} pairs")
    add("bypass", lambda: choice.bypass(network), lambda f: f"{f['passed'].mean():.0%} of the flows")
    add("leakage", lambda: choice.leakage(network), lambda f: f"{len(f)} places")
    add("betweenness (exact)", lambda: structure.betweenness(network), lambda f: f"greatest {f.max():.3f}")
    add("single exits", lambda: structure.exits(network), lambda f: f"{int((f['through'] != '').sum())} places")
    add(
        "N-1 of every receiving institution",
        lambda: failure.failures(network, problems),
        lambda f: f"{len(f)} institutions, greatest loss {f['lost'].max():,.0f} visits a month",
    )
    least = lambda f: f"headroom {f['headroom'].min():.3f}"  # noqa: E731
    add("minimum cuts", lambda: cuts.bottlenecks(network, problems), least)
    add("communities", lambda: agreement.communities(network), lambda f: f"{len(set(f.values()))} communities")
    targets = pd.DataFrame(columns=["indicator", "scope", "value", "unit", "period", "source", "tolerance"])
    nobody = pd.DataFrame(columns=["origin", "specialty", "patients"])
    seconds, found = timed(lambda: analysis.of_network(network, None, targets, 4.0, {}, nobody))
    rows.append(("whole analysis", seconds, f"{len(network.places)} institutions, {len(network.flows)} flows"))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "network"
        seconds, _ = timed(
            lambda: (sentences(found, "en"), write_network(found, target, "en", Ground(None, None, None)))
        )
        size = sum(path.stat().st_size for path in target.iterdir()) / 1e6
    rows.append(("sentences, tables, GraphML, GeoPackage, pictures", seconds, f"{size:.1f} MB"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in (("--institutions", 900), ("--flows", 20_000), ("--seed", 0)):
        parser.add_argument(name, type=int, default=usual)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    rows = run(given.institutions, given.flows, given.seed)
    for name, (seconds, busy), found in rows:
        print(f"{name:<52} {seconds:7.2f} s {busy:7.2f} s of processor  {found}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")
    if given.write:
        lines = [f"| {name} | {seconds:.2f} | {busy:.2f} | {found} |" for name, (seconds, busy), found in rows]
        text = _HEAD.format(python=platform.python_version(), peak=peak) + "\n".join(lines) + "\n"
        PAGE.write_text(text, encoding="utf-8", newline="\n")


_HEAD = """# Network analysis at full size

    python -m benchmarks.network.run --write

A made-up alliance of 900 institutions on four levels with 20,000 flows in ten specialties; one process, two cores,
Python {python}, peak memory {peak:.0f} MB. Where the clock is ahead of the processor, others were at work.
Everything is exact: nothing is sampled, so no measure has a sampling error to state. The goal is the whole analysis in
under 60 s.

| what | seconds | of processor | found |
|---|---|---|---|
"""

if __name__ == "__main__":
    main()
