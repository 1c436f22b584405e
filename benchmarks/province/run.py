"""A province of 5 to 60 generated counties with a shared pool and budget: gap, prices, seconds, memory.

    python -m benchmarks.province.run [--counties 5 10 20 40 60] [--workers 2] [--speed 6]
                                      [--figures FILE] [--write]

Each province is planned in a process of its own with that many local workers; `--speed N` plans N counties with one
worker and with two, and once more with a worker killed in the middle, and compares the plans to the last digit. What
`--figures` holds is not run again, so that a stopped run goes on; `--write` writes docs/benchmarks-province.md and its
picture. Seconds depend on what else the machine does: CPU seconds of all processes stand beside them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import keep_figures, read_figures
from benchmarks.province.generate import Size, generate
from benchmarks.province.page import page, picture
from models.coupled import Coupled, News, solve_coupled
from models.crew import crew_of
from models.crew_local import LocalCrew
from models.province_piece import available, payloads

DOCS = Path(__file__).parents[2] / "docs"
#: The step in which the benchmark kills a worker.
KILL_IN = "plans at prices"


def plan(counties: int, workers: int, kill: bool = False) -> dict[str, Any]:
    """One province, planned in this process and its workers."""
    province = generate(Size(counties))
    crew = crew_of("local", workers) if workers else crew_of()
    sent = payloads(province.counties, province.pool, province.yuan_per_year)
    began, steps = time.perf_counter(), dict[str, float]()
    for key, payload in sent.items():
        crew.send(key, "models.province_piece:prepare", payload)
    tell = _Steps(steps, crew if kill and isinstance(crew, LocalCrew) else None)
    found = solve_coupled(crew, list(sent), available(province.pool, province.yuan_per_year), tell=tell)
    seconds = time.perf_counter() - began
    crew.close()
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    alliances = [one.instance for one in province.counties]
    return {
        "counties": counties,
        "workers": workers,
        "institutions": sum(len(one.institutions) - 1 for one in alliances),
        "sites": sum(len(one.sites) for one in alliances),
        "doctors": sum(len(one.doctors) for one in alliances),
        "seconds": seconds,
        "cpu": own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime,
        "memory": (own.ru_maxrss + workers * others.ru_maxrss) * 1024,
        "load": os.getloadavg()[0],
        "killed": tell.killed,
        "steps": steps,
        **_result(found, list(province.pool)),
    }


class _Steps:
    """Seconds of each step; kills one worker in the middle of `KILL_IN` where it is asked to."""

    def __init__(self, steps: dict[str, float], victims: LocalCrew | None) -> None:
        self.steps, self.victims, self.last, self.killed = steps, victims, time.perf_counter(), 0

    def __call__(self, news: News) -> None:
        now = time.perf_counter()
        self.steps[news.step] = self.steps.get(news.step, 0.0) + now - self.last
        self.last = now
        if self.victims is not None and news.step == KILL_IN and 2 * news.done >= news.of and not self.killed:
            self.killed += self.victims.kill_one()
        if news.done == news.of and news.step != "prices":
            sys.stderr.write(f"{news.step}: value {news.value:.1f}, bound {news.bound:.1f}\n")


def _result(found: Coupled, pool: list[str]) -> dict[str, Any]:
    names = [*pool, "money"]
    plans = [np.asarray(one.x) for one in found.offers.values() if one.x is not None]
    return {
        "value": found.value,
        "bound": found.bound,
        "nothing": found.nothing,
        "gap": found.gap,
        "prices": dict(zip(names, found.prices.tolist(), strict=True)),
        "asked": dict(zip(names, found.asked.tolist(), strict=True)),
        "used": dict(zip(names, found.used.tolist(), strict=True)),
        "available": dict(zip(names, found.available.tolist(), strict=True)),
        "short": sum(one.short for one in found.offers.values()),
        "repeatable": found.repeatable,
        "plan": hashlib.sha256(b"".join(one.tobytes() for one in plans)).hexdigest(),
    }


def apart(*words: str) -> dict[str, Any]:
    """The figures of `plan` from a process of its own, so that its CPU seconds and memory are its own."""
    call = [sys.executable, "-m", "benchmarks.province.run", "--one", *words]
    done = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True, cwd=DOCS.parent)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counties", type=int, nargs="*", default=[5, 10, 20, 40, 60])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--speed", type=int, default=6)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        counties, workers, *kill = asked.one
        sys.stdout.write(json.dumps(plan(int(counties), int(workers), bool(kill))) + "\n")
        return
    figures: dict[str, Any] = read_figures(asked.figures)

    def once(name: str, run: Callable[[], dict[str, Any]]) -> None:
        if name not in figures:
            figures[name] = run()
            sys.stdout.write(f"{name}: {figures[name]}\n")
            sys.stdout.flush()
            keep_figures(asked.figures, figures)

    for count in asked.counties:
        once(f"{count}/{asked.workers}", lambda count=count: apart(str(count), str(asked.workers)))  # type: ignore[misc]
    if asked.speed:
        for workers in (1, 2):
            once(f"speed/{workers}", lambda workers=workers: apart(str(asked.speed), str(workers)))  # type: ignore[misc]
        once("speed/killed", lambda: apart(str(asked.speed), "2", "kill"))
    sys.stdout.write(page(figures))
    if asked.write:
        (DOCS / "benchmarks-province.md").write_text(page(figures), encoding="utf-8")
        picture(figures, DOCS / "pictures" / "province-time.svg")


if __name__ == "__main__":
    main()
