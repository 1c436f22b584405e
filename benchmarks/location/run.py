"""Solve public location instances through the product's own tables: ours, known, gap.

    python -m benchmarks.location.run [--sets cflp_orlib pmed_orlib] [--match REGEX] [--seconds 120]
                                      [--results FILE] [--work FOLDER]

Each instance is written as a region folder, read and checked like any other, and planned by
`models.allocation.plan`. Results are added to the CSV file as they come; what is there already is
not solved again, so a stopped run goes on where it was. The data folders are found through the
environment variable ALLIANCE_SHARED.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.location.convert import INFEASIBLE, SETS, Case, list_cases, shared_folder, write_region
from models.allocation import Settings, plan
from models.answers import Status
from planner.build import build_instance
from planner.inputs import InputError, read_inputs
from planner.opening import travel_of

FIELDS = ("instance", "ours", "bound", "known", "gap", "status", "known_is", "prepare_s", "solve_s")


@dataclass(frozen=True)
class Result:
    """One instance solved. gap: distance from the known value, as a share of it; negative is better."""

    instance: str
    ours: float
    bound: float
    known: float
    gap: float
    status: str
    known_is: str
    prepare_s: float
    solve_s: float


def solve_case(case: Case, seconds: float, work: Path) -> Result:
    """Write the region, read and check it, plan it; raises `InputError` if our own region has faults."""
    began = time.perf_counter()
    folder = work / re.sub(r"\W+", "_", case.id)
    write_region(case.make(), folder)
    inputs = read_inputs(folder)
    config, _ = inputs.settled()
    instance = build_instance(inputs.region, config, travel_of(inputs, config)).instance
    prepared = time.perf_counter()
    outcome = plan(instance, Settings(seconds=seconds, gap=0.0))
    spent = (prepared - began, time.perf_counter() - prepared)
    if outcome.status is Status.INFEASIBLE:
        ours = bound = INFEASIBLE
    elif not outcome.aims:
        ours = bound = math.nan
    else:
        ours, bound = (case.base + case.factor * value for value in (outcome.aims[-1].value, outcome.aims[-1].bound))
    better = math.copysign(1.0, case.factor)
    gap = 0.0 if ours == case.known else better * (ours - case.known) / max(abs(case.known), 1e-9)
    return Result(case.id, ours, bound, case.known, gap, outcome.status.name, case.status, *spent)


def read_results(path: Path) -> dict[str, Result]:
    """Results of earlier runs by instance."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    words = {"instance", "status", "known_is"}
    return {row["instance"]: Result(**{k: row[k] if k in words else float(row[k]) for k in FIELDS}) for row in rows}  # type: ignore[arg-type]


def add_result(path: Path, result: Result) -> None:
    """Append one result, with the heading when the file is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow(FIELDS)
        writer.writerow([getattr(result, name) for name in FIELDS])


def line(result: Result) -> str:
    """One row of the table."""
    return (
        f"{result.instance:48s} {result.ours:18.4f} {result.known:18.4f} {100 * result.gap:9.4f} %  "
        f"{result.status:10s} {result.prepare_s:6.1f} {result.solve_s:7.1f}"
    )


HEADING = f"{'instance':48s} {'ours':>18s} {'known':>18s} {'gap':>9s}    {'status':10s} {'read s':>6s} {'plan s':>7s}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--match", default="", help="regular expression on the instance's name")
    parser.add_argument("--seconds", type=float, default=120.0, help="limit of one plan")
    parser.add_argument("--results", type=Path, help="CSV file of the results (resumed when there)")
    parser.add_argument("--work", type=Path, help="folder of the regions (a temporary one when absent)")
    chosen = parser.parse_args(arguments)
    benchmarks = shared_folder()
    if benchmarks is None:
        print("set ALLIANCE_SHARED to the folder that holds benchmarks/", file=sys.stderr)
        return 2
    done = read_results(chosen.results) if chosen.results else {}
    print(HEADING)
    with tempfile.TemporaryDirectory() as temporary:
        for case in list_cases(benchmarks, chosen.sets):
            if not re.search(chosen.match, case.id):
                continue
            result = done.get(case.id)
            if result is None:
                try:
                    result = solve_case(case, chosen.seconds, chosen.work or Path(temporary))
                except InputError as error:
                    print(f"{case.id:48s} refused: {next(one.en for one in error.findings if one.severity == 'error')}")
                    continue
                if chosen.results:
                    add_result(chosen.results, result)
            print(line(result), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
