"""Services coupled by nothing, a budget, or budget and shared sites, beside HiGHS on the whole model.

    python -m benchmarks.linked.run [--size 4x15x200x8] [--seeds 0 1 2] [--seconds 30] [--kinds none budget sites]
                                     [--figures FILE] [--write]

One thread each and the same CPU seconds; HiGHS runs in a process of its own. The budget is 85 % of the capital that the
services take alone, one after the other (`alone`: their CPU seconds and gaps summed). What `--figures` holds is not run
again, so that a stopped run goes on; `--write` writes docs/benchmarks-linked.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.capacitated.run import matrix_of
from benchmarks.figures import keep_figures, read_figures
from benchmarks.linked import generate
from models import hand_over, linked
from models.answers import Job, Limits

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-linked.md"
SIZE, SEEDS, GAP, PART = "4x15x200x8", (0, 1, 2), 1e-3, 0.85
NAMES = {"none": "nothing", "budget": "one budget", "sites": "budget and shared sites"}
INTRODUCTION = """`python -m benchmarks.linked.run` draws four services at the same fifteen sites, each with 200
members in shares and three levels of capacity. *Alone*: each service by HiGHS, one after the other, CPU seconds and
gaps summed. The budget is 85 % of the capital that they take alone; shared sites take two services at most and cost
something to open, once for all. Ours begins with the rows of the whole model (`models/linked.py`); HiGHS has the same
rows in a process of its own. CPU seconds of one thread, a gap of 0.1 % asked for; every gap is to the run's bound."""


def services(size: str, seed: int) -> list[generate.Service]:
    """The services of a size such as 4x15x200x8."""
    count, sites, members, near = map(int, size.split("x"))
    return generate.services(count, sites, members, near, seed)


def alone(size: str, seed: int, seconds: float) -> dict[str, Any]:
    """Each service on its own by HiGHS: sums, and the capital of their plans."""
    given = services(size, seed)
    cpu = value = bound = capital = 0.0
    for one in given:
        model = generate.rows([one])
        end = time.process_time() + seconds / len(given)
        began = time.process_time()
        job = Job(matrix_of(model), model.cost, limits=Limits(relative_gap=GAP))
        found = hand_over.run(job, None, _until(end))
        assert found.x is not None
        cpu += time.process_time() - began
        value, bound = value + found.objective, bound + found.bound
        capital += generate.capital([one], found.x)
    return {"cpu": cpu, "value": value, "bound": bound, "capital": capital}


def _until(end: float) -> hand_over.Report:
    return lambda _: time.process_time() > end


def ours(kind: str, size: str, seed: int, seconds: float, budget: float) -> dict[str, Any]:
    """CPU seconds, value, bound and what proved it; the clock is that of the process."""
    model = generate.rows(services(size, seed), kind, budget)
    matrix = matrix_of(model)
    began = time.process_time()
    job = Job(matrix, model.cost, limits=Limits(relative_gap=GAP))
    found = linked.run(job, began + seconds, lambda _: False, time.process_time)
    spent = time.process_time() - began
    if found.x is None:
        return {"cpu": spent, "value": None, "bound": None, "status": found.status.value}
    assert matrix.worst(found.x) <= 1e-6
    told = f"{'proved' if found.status.value == 'optimal' else 'time'}, by {found.engine}"
    return {"cpu": spent, "value": found.objective, "bound": found.bound, "status": told}


def peer(kind: str, size: str, seed: int, seconds: float, budget: float) -> dict[str, Any]:
    """HiGHS on the same rows, in a process of its own."""
    script = str(Path(__file__).with_name("peer.py"))
    call = [sys.executable, script, kind, size, str(seed), str(seconds), repr(budget)]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def page(figures: dict[str, dict[str, Any]]) -> str:
    """What is printed, and written to the page."""
    lines = [
        "# Services that are coupled",
        "",
        *INTRODUCTION.splitlines(),
        f"{platform.system()}, Python {platform.python_version()}, numpy {version('numpy')}, "
        f"highspy {version('highspy')}.",
        "",
        "| coupled by | seed | solver | CPU s | value | bound | gap | ended |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for key, found in figures.items():
        seed = key.split("/")[1]
        if "alone" in found:
            lines.append(_line("-", seed, "alone", found["alone"] | {"status": "each to its gap"}))
        for kind in generate.KINDS:
            for solver in ("ours", "highs"):
                if f"{kind}/{solver}" in found:
                    name = "**ours**" if solver == "ours" else "HiGHS"
                    lines.append(_line(NAMES[kind], seed, name, found[f"{kind}/{solver}"]))
    return "\n".join([*lines, ""])


def _line(kind: str, seed: str, solver: str, found: dict[str, Any]) -> str:
    value, bound = found["value"], found["bound"]
    if value is None or bound is None:
        return f"| {kind} | {seed} | {solver} | {found['cpu']:.1f} | no plan or bound | - | - | {found['status']} |"
    gap = f"{100 * max(0.0, value - bound) / value:.3f} %"
    told = f"{found['cpu']:.1f} | {value:.0f} | {bound:.0f} | {gap} | {found['status']}"
    return f"| {kind} | {seed} | {solver} | {told} |"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default=SIZE)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--kinds", nargs="*", default=list(generate.KINDS), choices=generate.KINDS)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    figures: dict[str, dict[str, Any]] = read_figures(asked.figures)
    for seed in asked.seeds:
        found = figures.setdefault(f"{asked.size}/{seed}", {})

        def keep(name: str, told: dict[str, Any], found: dict[str, Any] = found, seed: int = seed) -> None:
            found[name] = told
            sys.stdout.write(f"{seed} {name}: {told}\n")
            sys.stdout.flush()
            keep_figures(asked.figures, figures)

        if "alone" not in found:
            keep("alone", alone(asked.size, seed, asked.seconds))
        budget = PART * found["alone"]["capital"]
        for kind in asked.kinds:
            if f"{kind}/ours" not in found:
                keep(f"{kind}/ours", ours(kind, asked.size, seed, asked.seconds, budget))
            if f"{kind}/highs" not in found:
                keep(f"{kind}/highs", peer(kind, asked.size, seed, asked.seconds, budget))
    sys.stdout.write(page(figures))
    if asked.write:
        PAGE.write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
