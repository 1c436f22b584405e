"""Solve public territory instances through the product's own tables: ours, bound, known, gap, seconds.

    python -m benchmarks.grouping.run [--sets districting_compact] [--match REGEX] [--seconds 120]
                                      [--results FILE]

Each instance is written as a region folder, read and checked like any other, and grouped by
`models.grouping_route`; each district is looked at again with networkx and whole numbers. Results are added to
the CSV file as they come; what is there already is not solved again. The data folders are found
through the environment variable ALLIANCE_SHARED.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import networkx as nx

from benchmarks.grouping.convert import SETS, Case, factor, list_cases, write_region
from benchmarks.location.convert import shared_folder
from models.grouping_route import GroupSettings, solve_grouping
from planner.grouping.build import build_grouping
from planner.inputs import read_inputs
from planner.opening import travel_of


@dataclass(frozen=True)
class Result:
    """One instance: ours, proved bound, known value, gap between ours and the bound, searches and cuts."""

    instance: str
    ours: float
    bound: float
    known: float
    gap: float
    status: str
    searches: int
    cuts: int
    seconds: float


def solve_case(case: Case, seconds: float, work: Path) -> tuple[Result, Mapping[str, str]]:
    """Write the region, read and check it, group it. Returns the result and the centre of each unit."""
    folder = work / re.sub(r"\W+", "_", case.id)
    write_region(case, folder)
    inputs = read_inputs(folder)
    config, _ = inputs.settled()
    instance = build_grouping(inputs.region, config, travel_of(inputs, config)).instance
    began = time.perf_counter()
    found = solve_grouping(instance, GroupSettings(seconds=seconds, gap=0.0))
    spent = time.perf_counter() - began
    if not found.aims:
        return Result(case.id, math.nan, math.nan, case.known, math.nan, found.status.name, 0, 0, spent), {}
    aim, times = found.aims[-1], factor(case)
    known = (found.status.name, found.searches, found.cuts, spent)
    return Result(case.id, times * aim.value, times * aim.bound, case.known, aim.gap, *known), found.groups


def faults(case: Case, groups: Mapping[str, str]) -> list[str]:
    """What is wrong with districts, from the file alone: number, whole populations, one piece, and their value."""
    data = json.loads(case.file.read_text(encoding="utf-8"))
    district: dict[str, set[int]] = defaultdict(set)
    for node in data["nodes"]:
        district[groups[f"U{node['i']:03d}"]].add(node["i"])
    people = {node["i"]: round(node["pop"]) for node in data["nodes"]}
    mean = sum(people.values()) / case.count
    wrong = [] if len(district) == case.count else [f"{len(district)} districts"]
    graph: nx.Graph[int] = nx.Graph([tuple(edge) for edge in data["edges"]])
    for seat, units in sorted(district.items()):
        total = sum(people[unit] for unit in units)
        low = (1 - case.tolerance) * mean if case.group == SETS[0] else 0.0
        if not low - 1e-6 <= total <= (1 + case.tolerance) * mean + 1e-6:
            wrong.append(f"{seat} has {total} people")
        if case.whole and not nx.is_connected(graph.subgraph(units)):
            wrong.append(f"{seat} is in pieces")
    return wrong


def value(case: Case, groups: Mapping[str, str]) -> float:
    """The objective of districts, from the file alone."""
    data = json.loads(case.file.read_text(encoding="utf-8"))
    name = {node["i"]: f"U{node['i']:03d}" for node in data["nodes"]}
    if case.group == SETS[0]:
        return float(sum(groups[name[a]] != groups[name[b]] for a, b in data["edges"]))
    at = {name[node["i"]]: (node["x"], node["y"]) for node in data["nodes"]}
    return sum(math.dist(at[unit], at[seat]) for unit, seat in groups.items())


def read_results(path: Path) -> dict[str, Result]:
    """Results of earlier runs by instance."""
    if not path.exists():
        return {}
    kinds = {"instance": str, "status": str, "searches": int, "cuts": int}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["instance"]: Result(**{key: kinds.get(key, float)(text) for key, text in row.items()}) for row in rows}


def add_result(path: Path, result: Result) -> None:
    """Append one result, with the heading when the file is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow([field.name for field in fields(Result)])
        writer.writerow(astuple(result))


def line(result: Result) -> str:
    """One row of the table."""
    figures = f"{result.ours:10.4f} {result.bound:10.4f} {result.known:10.4f} {100 * result.gap:8.2f} %"
    return (
        f"{result.instance:34s} {figures} "
        f"{result.status:9s} {result.searches:4d} {result.cuts:6d} {result.seconds:8.1f}"
    )


HEADING = (
    f"{'instance':34s} {'ours':>10s} {'bound':>10s} {'known':>10s} {'gap':>8s}   {'status':9s}  run   cuts  seconds"
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--match", default="", help="regular expression on the instance's name")
    parser.add_argument("--seconds", type=float, default=120.0, help="limit of one instance")
    parser.add_argument("--results", type=Path, help="CSV file of the results (resumed when there)")
    chosen = parser.parse_args(arguments)
    benchmarks = shared_folder()
    if benchmarks is None:
        print("set ALLIANCE_SHARED to the folder that holds benchmarks/", file=sys.stderr)
        return 2
    done, bad = read_results(chosen.results) if chosen.results else {}, 0
    print(HEADING)
    with tempfile.TemporaryDirectory() as temporary:
        for case in list_cases(benchmarks, chosen.sets):
            if not re.search(chosen.match, case.id):
                continue
            result = done.get(case.id)
            if result is None:
                result, groups = solve_case(case, chosen.seconds, Path(temporary))
                wrong = faults(case, groups) if groups else []
                bad += bool(wrong)
                if chosen.results:
                    add_result(chosen.results, result)
                for text in wrong:
                    print(f"  fault: {text}")
            print(line(result), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
