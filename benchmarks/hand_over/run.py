"""What it costs to build a model and hand it to HiGHS, against raw arrays, Pyomo's own interface and linopy.

    python -m benchmarks.hand_over.run [--siting 200x3000x30 500x10000x30] [--counties 2x2x3 5x3x4] [--runs 5]
                                       [--python INTERPRETER] [--write]

Siting: sites x customers x arcs of a customer (`siting`). Counties: townships x doctors x quarters, for each township
and doctor of the bundled county (`county`). Each route starts from data in memory and ends when HiGHS holds the model;
times are processor seconds, the median of `--runs` rounds in which every route runs once. Peers run in a process of
their own, by an interpreter that has them (`pip install "alliance-planner[bench]"`; this one unless told), Pyomo three
times, linopy as often as we do. `--write` writes docs/benchmarks-hand-over.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.hand_over import routes
from benchmarks.hand_over.county import county
from benchmarks.hand_over.siting import draw
from models.instance import Instance

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-hand-over.md"
OURS = {"matrix": routes.by_matrix, "sheet": routes.by_sheet, "variables": routes.by_variables}
PEER_RUNS = {"pyomo": 3, "linopy": 5}
TOLD = {
    "floor": "raw arrays",
    "matrix": "`Matrix`: rules and subjects of the rows",
    "sheet": "`Columns` and `Rows`: Pyomo variables when read",
    "variables": "the same, every Pyomo variable made",
    "linopy": "linopy, `to_highspy`",
    "pyomo": "Pyomo, its own HiGHS interface",
    "county": "`assemble`, then HiGHS",
}


@dataclass(frozen=True)
class Line:
    """One route: processor seconds, and rows, columns and nonzeros that HiGHS holds."""

    route: str
    seconds: float
    size: tuple[int, int, int]


def timed(ways: dict[str, Callable[[], Any]], runs: int) -> list[Line]:
    """Every route once a round, after one round that does not count."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    sizes: dict[str, tuple[int, int, int]] = {}
    for number in range(runs + 1):
        for name, way in ways.items():
            gc.collect()
            began = time.process_time()
            solver = way()
            took = time.process_time() - began
            sizes[name] = (solver.getNumRow(), solver.getNumCol(), solver.getNumNz())
            if number:
                spent[name].append(took)
    return [Line(name, median(spent[name]), sizes[name]) for name in ways]


def siting_lines(sites: int, customers: int, arcs: int, runs: int) -> list[Line]:
    """The floor and our routes on one siting problem."""
    data = draw(sites, customers, arcs)
    return timed({"floor": partial(routes.by_floor, data), **{n: partial(way, data) for n, way in OURS.items()}}, runs)


def peer_line(name: str, sites: int, customers: int, arcs: int, python: str) -> Line | None:
    """A peer on the same problem; nothing where the interpreter lacks it."""
    script = str(Path(__file__).with_name("peer.py"))
    call = [python, script, name, *map(str, (sites, customers, arcs, PEER_RUNS[name]))]
    done = subprocess.run(call, capture_output=True, text=True, timeout=1800)
    if done.returncode != 0:
        sys.stderr.write(f"no {name}: {done.stderr.strip().splitlines()[-1:]}\n")
        return None
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return Line(name, told["cpu"], tuple(told["size"]))


def county_lines(townships: int, doctors: int, quarters: int, runs: int) -> list[Line]:
    """A whole linked county: its own triples handed over, and `assemble` from the instance on."""
    found: Instance = county(townships, doctors, quarters)
    given = routes.arrays_of(found)
    # A fresh copy each time: an instance keeps its numbered identifiers.
    ways = {"floor": lambda: routes.by_arrays(given), "county": lambda: routes.by_county(replace(found))}
    return timed(ways, runs)


def table(lines: list[Line]) -> list[str]:
    """The lines of one problem, the floor first."""
    floor = lines[0].seconds
    return [
        f"| {TOLD[line.route]} | {1000 * line.seconds:,.0f} | {line.seconds / floor:.1f} |"
        f" {line.size[0]:,} | {line.size[1]:,} | {line.size[2]:,} |"
        for line in lines
    ]


def page(sitings: dict[str, list[Line]], counties: dict[str, list[Line]], peers: str) -> str:
    """What is printed, and written to the page."""
    head = ["", "| route | ms | ratio | rows | columns | nonzeros |", "|---|---|---|---|---|---|"]
    lines = [
        "# Building and handing over",
        "",
        "`python -m benchmarks.hand_over.run` builds models and hands them to HiGHS, which does not run. Processor",
        "milliseconds from data in memory to a loaded HiGHS, medians, and the ratio to the floor: the same triples to",
        "a scipy CSC matrix to the array overload of `Highs.passModel`. Every route leaves the same model in HiGHS.",
        f"{platform.system()}, Python {platform.python_version()}, numpy {version('numpy')}, scipy {version('scipy')},",
        f"Pyomo {version('pyomo')}, highspy {version('highspy')}{peers}.",
    ]
    for name, found in sitings.items():
        sites, customers, arcs = name.split("x")
        lines += ["", f"## Siting: {int(customers):,} customers, {int(sites):,} sites, {arcs} arcs each", *head]
        lines += table(found)
    for name, found in counties.items():
        townships, doctors, quarters = name.split("x")
        told = f"{townships} times the townships, {doctors} times the doctors, {quarters} quarters"
        lines += ["", f"## A whole linked county: {told}", *head, *table(found)]
    lines += [
        "",
        "The county is the bundled one with townships and doctors multiplied (`benchmarks/hand_over/county.py`):",
        "postings, clinics, shared centres and referrals in one model, rules at their defaults. Its floor is handed",
        "the finished triples: reading needs, doctors, posts and travel is in `assemble` alone. Peers are not asked to",
        "write the county.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--siting", nargs="*", default=["200x3000x30", "500x10000x30"])
    parser.add_argument("--counties", nargs="*", default=["2x2x3", "5x3x4"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", nargs="*", default=list(PEER_RUNS), choices=list(PEER_RUNS))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    sitings: dict[str, list[Line]] = {}
    for name in asked.siting:
        size = tuple(map(int, name.split("x")))
        beside = [peer_line(peer, *size, asked.python) for peer in asked.peers]
        sitings[name] = [*siting_lines(*size, asked.runs), *(line for line in beside if line is not None)]
    counties = {name: county_lines(*map(int, name.split("x")), asked.runs) for name in asked.counties}
    code = "from importlib.metadata import version; print(version('linopy'))"
    said = subprocess.run([asked.python, "-c", code], capture_output=True, text=True)
    text = page(sitings, counties, f", linopy {said.stdout.strip()}" if said.returncode == 0 else "")
    sys.stdout.write(text)
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
