"""Location with capacities beside HiGHS (both forms), SCIP, CBC and CP-SAT: CPU seconds and gaps, side by side.

    python -m benchmarks.capacitated.run [--sizes 50x1000 200x3000 500x10000] [--seeds 0 1 2] [--seconds 60]
                                         [--peers highs-strong highs-weak scip cbc cp-sat] [--peer-sizes 50x1000]
                                         [--public REGEX] [--python INTERPRETER] [--figures FILE] [--write]

Ours begins with the rows, one thread (set OPENBLAS_NUM_THREADS=1: idle threads would be counted); the gap is that
between its plan and its own proved bound after 5 s and at the end. Peers run in processes of their own, by an
interpreter that has them (`pip install pyscipopt pulp ortools`; highspy must not be loaded beside ortools). Their gaps
are to the better of their bound and ours, so that a weak bound does not hide a good plan; `own gap` is to their own.
What `--figures` holds is not run again, so that a stopped run goes on; `--write` writes docs/benchmarks-capacitated.md.
`--public` solves public instances besides (`.` all), found through the environment variable ALLIANCE_SHARED.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.capacitated import generate, public
from benchmarks.figures import keep_figures, read_figures
from models.answers import Job, Limits
from models.capacitated_form import form_of
from models.capacitated_plan import Plan
from models.capacitated_solve import decide
from models.hand_over import loaded
from models.matrix import Matrix

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-capacitated.md"
SIZES, SEEDS = ("50x1000", "200x3000", "500x10000"), (0, 1, 2)
PEERS = ("highs-strong", "highs-weak", "scip", "cbc", "cp-sat")
GAP, NEAR, EARLY = 1e-4, 30, 5.0
INTRODUCTION = """`python -m benchmarks.capacitated.run` draws customers in towns and hosts among them, the thirty
nearest of each in reach, members served in shares, capacities of four times the demand. CPU seconds of one thread
(`OPENBLAS_NUM_THREADS=1`), from the model's rows on, against solvers in processes of their own that are asked for the
same gap of 0.01 % in the same time; `highs-strong` has a row `x <= y` for every arc, `highs-weak` none; SCIP, CBC and
CP-SAT read the strong model as a file, whose reading is not counted. A gap is that of the plan to the best bound that
the run itself or ours proved; the *own gap* is to the run's own bound. Each was run once, on a machine that did other
work."""


def matrix_of(rows: generate.Rows) -> Matrix:
    """The rows as the planner's matrix."""
    cols, count = rows.cost.size, rows.low.size
    ends = (np.zeros(cols), np.ones(cols), rows.low, rows.high)
    return Matrix(rows.A, *ends, rows.whole, np.zeros(count, dtype="U1"), [""] * count)


def ours(hosts: int, customers: int, seed: int, seconds: float) -> dict[str, Any]:
    """CPU seconds, value, bound, gap after `EARLY` seconds, what proved it; the clock is that of the process."""
    rows = generate.rows(generate.instance(hosts, customers, NEAR, seed), True)
    matrix = matrix_of(rows)
    began = time.process_time()
    form = form_of(matrix, rows.cost)
    assert form is not None, "the rows are of this kind"
    early = [float("inf")]

    def hear(plan: Plan | None, bound: float) -> bool:
        if plan is not None and plan.whole and time.process_time() - began <= EARLY:
            early[0] = min(early[0], (plan.value - bound) / plan.value)
        return False

    limits = Limits(relative_gap=GAP)
    found = decide(form.problem, limits, began + seconds, hear, clock=time.process_time)
    spent = time.process_time() - began
    assert found.plan is not None and matrix.worst(form.columns(found.plan)) <= 1e-6
    gap = (found.plan.value - found.bound) / found.plan.value
    return {
        "cpu": spent,
        "value": found.plan.value,
        "bound": found.bound,
        "gap": gap,
        "early": min(early[0], gap if spent <= EARLY else early[0]),
        "engine": found.engine,
        "proved": found.near,
    }


def peer(name: str, hosts: int, customers: int, seed: int, seconds: float, python: str) -> dict[str, Any]:
    """The peer's last line; a reason where there is none."""
    script = str(Path(__file__).with_name("peer.py"))
    with tempfile.TemporaryDirectory() as folder:
        call = [python, script, name, str(hosts), str(customers), str(seed), str(seconds)]
        if name.startswith("highs"):
            call[0] = sys.executable
        else:
            rows = generate.rows(generate.instance(hosts, customers, NEAR, seed), True)
            file = Path(folder) / "model.mps"
            loaded(Job(matrix_of(rows), rows.cost)).writeModel(str(file))
            call.append(str(file))
        done = subprocess.run(call, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return {"value": None, "bound": None, "status": f"nothing ({done.returncode})", "why": done.stderr[-300:]}
    found: dict[str, Any] = json.loads(lines[-1])
    return found if done.returncode == 0 else found | {"status": f"ended by its CPU limit, {found['status']}"}


def page(figures: dict[str, dict[str, Any]]) -> str:
    """What is printed, and written to the page."""
    lines = [
        "# Location with capacities",
        "",
        *INTRODUCTION.splitlines(),
        f"{platform.system()}, Python {platform.python_version()}, numpy {version('numpy')}, "
        f"highspy {version('highspy')}.",
        "",
        "| hosts x customers | seed | solver | CPU s | value | gap | own gap | after 5 s | ended |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for key, found in figures.items():
        if "ours" not in found or "known" in found:
            continue
        size, seed = key.split("/")
        mine = found["ours"]
        lines.append(
            f"| {size} | {seed} | **ours** | {mine['cpu']:.1f} | {mine['value']:.1f} | {100 * mine['gap']:.3f} % "
            f"| {100 * mine['gap']:.3f} % | {100 * mine['early']:.2f} % "
            f"| {'proved' if mine['proved'] else 'time'}, by {mine['engine']} |"
        )
        lines += [_line(size, seed, name, found[name], mine) for name in PEERS if name in found]
    return "\n".join([*lines, *_public({key: found for key, found in figures.items() if "known" in found}), ""])


def _public(figures: dict[str, dict[str, Any]]) -> list[str]:
    """The table of the public sets."""
    if not figures:
        return []
    lines = [
        "",
        "## Public sets",
        "",
        "The same rows and the same seconds for the planner's engines and for HiGHS alone, one after the other in one",
        "process; CPU seconds. Known: the published value, with its distance from ours; gap: to the run's own bound.",
        "What had less than 0.9 of a processor to its end may be run again, three times at most. Not run: cpmp/p3038,",
        "whose 9.2 million links are more than this engine takes.",
        "",
        "| instance | known | is | ours | from known | gap | CPU s | proved by | HiGHS | gap | CPU s |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for key, found in figures.items():
        told = [*_told(found["ours"]), found["ours"]["engine"], *_told(found["alone"])]
        value = found["ours"]["value"]
        off = "-" if value is None else f"{100 * (value / found['known'] - 1.0):.3f} %"
        lines.append(f"| {key} | {found['known']:g} | {found['is']} | {told[0]} | {off} | {' | '.join(told[1:])} |")
    return lines


def _told(found: dict[str, Any]) -> list[str]:
    value, bound = found["value"], found["bound"]
    if value is None:
        return ["no plan", "-", f"{found['cpu']:.1f}"]
    gap = "-" if bound is None else f"{100 * max(0.0, value - bound) / max(abs(value), 1.0):.3f} %"
    return [f"{value:.2f}", gap, f"{found['cpu']:.1f}"]


def _line(size: str, seed: str, name: str, other: dict[str, Any], mine: dict[str, Any]) -> str:
    value, bound = other["value"], other["bound"]
    cpu = f"{other['cpu']:.1f}" if "cpu" in other else "-"
    if value is None:
        return f"| {size} | {seed} | {name} | {cpu} | no plan | - | - | - | {other['status']} |"
    best = max(mine["bound"], -np.inf if bound is None else bound)
    own = "-" if bound is None else f"{100 * (value - bound) / value:.3f} %"
    gap = f"{100 * max(0.0, value - best) / value:.3f} %"
    return f"| {size} | {seed} | {name} | {cpu} | {value:.1f} | {gap} | {own} | - | {other['status']} |"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    parser.add_argument("--peer-sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--peer-seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--peer-seconds", type=float, default=0.0, help="of the peers, where other than --seconds")
    parser.add_argument("--public", default="", help="regular expression on the names of public instances")
    parser.add_argument("--public-seconds", type=float, default=20.0)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    figures: dict[str, dict[str, Any]] = read_figures(asked.figures)

    def keep() -> None:
        keep_figures(asked.figures, figures)

    for size in asked.sizes:
        hosts, customers = map(int, size.split("x"))
        for seed in asked.seeds:
            found = figures.setdefault(f"{size}/{seed}", {})
            if "ours" not in found:
                found["ours"] = ours(hosts, customers, seed, asked.seconds)
                keep()
                sys.stdout.write(f"{size} {seed} ours: {found['ours']}\n")
                sys.stdout.flush()
            for name in asked.peers if size in asked.peer_sizes and seed in asked.peer_seeds else ():
                if name not in found:
                    limit = asked.peer_seconds or asked.seconds
                    found[name] = peer(name, hosts, customers, seed, limit, asked.python)
                    keep()
                    sys.stdout.write(f"{size} {seed} {name}: {found[name]}\n")
                    sys.stdout.flush()
    shared = os.environ.get("ALLIANCE_SHARED")
    for key, known, what, make in public.cases(Path(shared)) if shared and asked.public else ():
        if re.search(asked.public, key) and key not in figures:
            given, limit = make(), asked.public_seconds
            both = {"ours": public.solve(given, limit, False), "alone": public.solve(given, limit, True)}
            figures[key] = {"known": known, "is": what, **both}
            keep()
            sys.stdout.write(f"{key}: {figures[key]}\n")
            sys.stdout.flush()
    sys.stdout.write(page(figures))
    if asked.write:
        PAGE.write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
