"""Minutes on roads, as cases of the registry."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from benchmarks.registry import Case, shared


def agrees(_: Path) -> None:
    """Malta by the reference files: near the median of both engines on one island."""
    from benchmarks.roads.agreement import malta

    shared()
    found = malta(shared())
    assert all(0.5 < one.median < 2.0 for key, one in found.items() if key[1] == "one island")


def cost(folder: Path) -> None:
    """Twenty places of Malta by our engine and by networkx: as many pairs."""
    import pickle

    from benchmarks.roads import cost as run
    from benchmarks.roads.agreement import MALTA, read

    network = read(shared() / MALTA)
    (folder / "network.pickle").write_bytes(pickle.dumps(network))
    lon, lat = run.places(network, 20)
    assert len({run.RUN[name](network, lon, lat, 20, folder)[1] for name in ("ours", "networkx")}) == 1


def province(_: Path) -> None:
    """A grid of forty by forty junctions, sixty communities and ten institutions."""
    from benchmarks.roads.province import child

    with redirect_stdout(StringIO()) as said:
        child(40, 60, 10, 60.0)
    told = json.loads(said.getvalue())
    assert told["junctions"] == 1600 and 0 < told["reached"] <= 60


CASES = (
    Case(
        "roads.agreement",
        "benchmarks.roads.agreement",
        "Minutes on roads of one island agree with OSRM's and Valhalla's as well as these with each other",
        ("agreement",),
        ("Valhalla", "OSRM"),
        ("numpy", "scipy"),
        "benchmarks-roads.md",
        "five minutes",
        agrees,
        needs="ALLIANCE_SHARED; the extra `osrm` for Sao Paulo",
    ),
    Case(
        "roads.cost",
        "benchmarks.roads.cost",
        "A matrix of minutes with km and ferries takes a small part of networkx's CPU seconds, more than OSRM's",
        ("seconds", "memory"),
        ("networkx", "OSRM"),
        ("networkx", "numpy", "scipy"),
        "benchmarks-roads.md",
        "fifteen minutes",
        cost,
        needs="ALLIANCE_SHARED; the extra `osrm` for OSRM",
    ),
    Case(
        "roads.province",
        "benchmarks.roads.province",
        "20,000 communities and 300 institutions on a million junctions in one process",
        ("seconds", "memory"),
        (),
        ("numpy", "scipy"),
        "benchmarks-roads.md",
        "five minutes",
        province,
    ),
)
