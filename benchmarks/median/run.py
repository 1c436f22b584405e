"""p-median, p-centre and covering beside spopt with its default solver: CPU seconds of whole solves, side by side.

    python -m benchmarks.median.run [--counts 200 500 1000 3000] [--peers 200 500] [--seconds 300]
                                    [--problems p-median p-centre covering] [--seeds 1] [--python INTERPRETER]
                                    [--figures FILE] [--write]

Ours begins with distances and ends with a proof within 1e-4: the median of three runs. The peer runs once, in a process
of its own, by an interpreter that has spopt (`pip install spopt`; this one unless told). What `--figures` holds is not
run again, so that a stopped run goes on; `--write` writes docs/benchmarks-median.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.figures import keep_figures, read_figures
from benchmarks.median import generate
from models.answers import Limits
from models.uncapacitated_bounds import INF, Problem
from models.uncapacitated_centre import nearest_all
from models.uncapacitated_solve import Located, locate

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-median.md"
PROBLEMS = ("p-median", "p-centre", "covering")
RUNS, GAP, SEED = 3, 1e-4, 1


def solve(problem: str, count: int, seconds: float, seed: int = SEED) -> Located:
    """One solve from the distances."""
    weight, away = generate.places(count, seed)
    most, nobody = generate.hosts(count), np.full(count, INF)
    limits, deadline = Limits(relative_gap=GAP), time.time() + seconds
    if problem == "p-median":
        return locate(Problem(np.zeros(count), weight[:, None] * away, nobody, 0, most), limits, deadline)
    if problem == "p-centre":
        return nearest_all(Problem(np.zeros(count), away, nobody, 0, most), limits, deadline, lambda *_: False, None)
    near = np.where(away <= generate.radius(away, most), 0.0, INF)
    return locate(Problem(np.zeros(count), near, weight, 0, most), limits, deadline)


def ours(problem: str, count: int, seconds: float, seed: int = SEED) -> dict[str, Any]:
    """CPU seconds (median), value, bound and what proved it."""
    spent = []
    for _ in range(RUNS):
        began = time.process_time()
        found = solve(problem, count, seconds, seed)
        spent.append(time.process_time() - began)
    value = found.value
    if problem == "covering":
        weight, _ = generate.places(count, seed)
        value = float(weight.sum()) - found.value
    gap = (found.value - found.bound) / max(abs(found.value), 1.0)
    return {"cpu": median(spent), "value": value, "gap": gap, "proof": found.proof}


def peer(problem: str, count: int, seed: int, seconds: float, python: str) -> dict[str, Any]:
    """spopt's figures; empty where the interpreter has no spopt."""
    script = str(Path(__file__).with_name("peer.py"))
    call = [python, script, problem, str(count), str(seed), str(seconds)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=4 * seconds + 300)
    if done.returncode != 0:
        sys.stderr.write(f"{problem}, {count} places: no peer: {done.stderr.strip().splitlines()[-1:]}\n")
        return {}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def page(figures: dict[str, dict[str, Any]]) -> str:
    """What is printed, and written to the page."""
    lines = [
        "# Location without capacities",
        "",
        "`python -m benchmarks.median.run` solves places in clusters that are hosts too, one host for every twenty, to",
        "a proof within 0.01 % (p-median, covering) or of the very distance (p-centre). CPU seconds from the distances",
        "on, model building included, children counted; ours the median of three runs, spopt with CBC once, in a",
        f"process of its own. {platform.system()}, Python {platform.python_version()}, numpy {version('numpy')}, "
        f"highspy {version('highspy')}.",
        "",
        "Of a covering ours proves 0.01 % of what is not covered, spopt of what is. Where its linear programme is",
        "nearly whole, or cuts make it so, ours is done with it; where it stays more than a percent off, both branch,",
        "and ours is ahead by less.",
        "",
        "| problem | places | seed | hosts | ours, s | gap | proved by | spopt, s | spopt ended | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    order = sorted(figures, key=_place)
    for key, found in ((key, figures[key]) for key in order):
        if "ours" not in found:
            continue
        problem, count, seed = [*key.split("/"), str(SEED)][:3]
        mine, other = found["ours"], found.get("peer") or {}
        ratio = f"{other['cpu'] / mine['cpu']:.0f}" if other else "-"
        told = f"{other['cpu']:.1f} | {_ended(mine, other)}" if other else "- | not run"
        lines.append(
            f"| {problem} | {count} | {seed} | {generate.hosts(int(count))} | {mine['cpu']:.3f} "
            f"| {100 * mine['gap']:.4f} % | {mine['proof'] or 'not proved'} | {told} | {ratio} |"
        )
    return "\n".join([*lines, ""])


def _place(key: str) -> tuple[int, int, int]:
    """Where a row stands: by problem, places and seed."""
    problem, count, seed = [*key.split("/"), str(SEED)][:3]
    return PROBLEMS.index(problem), int(count), int(seed)


def _ended(mine: dict[str, Any], other: dict[str, Any]) -> str:
    """How the peer ended. CBC calls a plan at its time limit optimal too: one that is worse than ours is named."""
    if other["value"] is None:
        return str(other["status"]).partition(":")[0]
    same = abs(other["value"] - mine["value"]) <= 2 * GAP * abs(mine["value"])
    return str(other["status"]) if same else f"{other['status']}, with {other['value']:.0f} for {mine['value']:.0f}"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[200, 500, 1000, 3000])
    parser.add_argument("--peers", type=int, nargs="*", default=[200, 500])
    parser.add_argument("--problems", nargs="+", default=list(PROBLEMS), choices=PROBLEMS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[SEED])
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    figures: dict[str, dict[str, Any]] = read_figures(asked.figures)
    for problem, count, seed in product(asked.problems, asked.counts, asked.seeds):
        # The first seed has no number in the file, so that older figures are read.
        found = figures.setdefault(f"{problem}/{count}" + ("" if seed == SEED else f"/{seed}"), {})
        found["ours"] = found.get("ours") or ours(problem, count, asked.seconds, seed)
        if count in asked.peers:
            found["peer"] = found.get("peer") or peer(problem, count, seed, asked.seconds, asked.python)
        sys.stdout.write(f"{problem} {count} {seed}: {found}\n")
        sys.stdout.flush()
        keep_figures(asked.figures, figures)
    sys.stdout.write(page(figures))
    if asked.write:
        PAGE.write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
