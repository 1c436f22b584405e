"""Public territory instances as region folders: units, neighbours and, where they count, trips.

`districting_cut_edges`: k districts of US counties, population within half a per cent, least neighbours parted.
`districting_compact` (Hess): k of the units are centres, population at most (1 + tolerance) of the mean, least
unweighted sum of distances to the centre. Both with and without contiguity: the rule `contiguous` hard or off.
`[grouping]` of plan.toml says all of it; no model of their own.

The data folders are found through the environment variable ALLIANCE_SHARED.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SETS = ("districting_cut_edges", "districting_compact")
#: The travel table keeps three decimals: distances are written in thousandths.
FINER = 1_000.0


@dataclass(frozen=True)
class Case:
    """One known value: set, file, districts, tolerance of the population, whether districts are in one piece."""

    group: str
    file: Path
    count: int
    tolerance: float
    whole: bool
    known: float

    @property
    def id(self) -> str:
        spread = f" {self.tolerance:.3g}" if self.group == SETS[1] else ""
        return f"{self.file.stem} k={self.count}{spread} {'one piece' if self.whole else 'free'}"

    @property
    def aim(self) -> str:
        return "group_cut_edges" if self.group == SETS[0] else "group_travel"


def list_cases(benchmarks: Path, groups: Sequence[str] = SETS) -> list[Case]:
    """Every known value whose file is at hand."""
    found = []
    for group in groups:
        with (benchmarks / group / "best_known.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                whole = "NOT required" not in row["objective"]
                name, _, rest = row["instance"].partition("/")
                path = benchmarks / group / f"{name}.json"
                if not path.is_file():
                    continue
                if group == SETS[0]:
                    count, tolerance = int(json.loads(path.read_text(encoding="utf-8"))["k"]), 0.005
                else:
                    given = re.fullmatch(r"tol=(\d+)%/k=(\d+)", rest)
                    assert given is not None, row["instance"]
                    count, tolerance = int(given[2]), int(given[1]) / 100
                found.append(Case(group, path, count, tolerance, whole, float(row["value"])))
    return found


def factor(case: Case) -> float:
    """What turns our aim, a mean of thousandths, into the sum of distances; 1 for a count."""
    if case.group == SETS[0]:
        return 1.0
    return len(json.loads(case.file.read_text(encoding="utf-8"))["nodes"]) / FINER


def write_region(case: Case, folder: Path) -> None:
    """Write the instance as a region: institutions, neighbours, travel and plan.toml."""
    data: dict[str, Any] = json.loads(case.file.read_text(encoding="utf-8"))
    nodes = data["nodes"]
    name = {node["i"]: f"U{node['i']:03d}" for node in nodes}
    folder.mkdir(parents=True, exist_ok=True)
    units = [(name[n["i"]], str(n.get("name", "")) + f" {n['i']}", 1, round(n["pop"])) for n in nodes]
    _write(folder / "institutions.csv", "id name level population", units)
    pairs = [(name[a], name[b], "land") for a, b in data["edges"]]
    _write(folder / "neighbours.csv", "institution neighbour kind", pairs)
    trips = [
        (name[a["i"]], name[b["i"]], round(FINER * math.hypot(a["x"] - b["x"], a["y"] - b["y"]), 3))
        for a in nodes
        for b in nodes
        if a["i"] != b["i"]
    ]
    # Cut edges know no trips; the planner wants a table, so that the first unit is one minute from the others.
    some = [(units[0][0], unit[0], 1.0) for unit in units[1:]]
    _write(folder / "travel.csv", "origin destination minutes", trips if case.group == SETS[1] else some)
    (folder / "plan.toml").write_text(_plan(case), encoding="utf-8")


def _plan(case: Case) -> str:
    order = "cut_edges" if case.group == SETS[0] else "travel"
    sides = "both" if case.group == SETS[0] else "upper"
    return f"""[travel]
method = "table"
[grouping]
count = {case.count}
centres = "any"
order = ["floors", "{order}"]
travel_weight = "one"
travel_tolerance = 0
tolerance_population = {case.tolerance}
balance_sides = "{sides}"
[rules]
contiguous = "{"hard" if case.whole else "off"}"
"""


def _write(path: Path, columns: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split())
        writer.writerows(rows)
