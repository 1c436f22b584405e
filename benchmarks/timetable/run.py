"""Timetables of 300 doctors and 330 sites: counts, cuts and half-days beside HiGHS on the whole model.

    python -m benchmarks.timetable.run [--weeks 4 8 26] [--seeds 0 1 2] [--times 15] [--no-peer]
                                       [--figures FILE] [--write]

Without `--seeds`: ten for 4 weeks, five for 8, three for 26. HiGHS has the whole model in a process of its own, one
thread and the same gap, for so many `--times` our CPU seconds (4 weeks), or the seconds of the goal (8 and 26). Each
timetable is priced and checked from its visits alone. What `--figures` holds is not run again, so that a stopped run
goes on; `--write` writes docs/benchmarks-timetable.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.figures import keep_figures, read_figures
from benchmarks.timetable.generate import generate
from models.timetable import solve_timetable
from models.timetable_audit import audit
from models.timetable_half_days import half_days

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks-timetable.md"
#: By weeks: seeds, gap asked for, CPU seconds allowed, runs of which the median counts.
GOALS = {4: (range(10), 1e-3, 60.0, 3), 8: (range(5), 1e-3, 30.0, 3), 26: (range(3), 1e-2, 300.0, 1)}
#: Weeks for which the peer has a multiple of our time.
TIMED = 4
INTRODUCTION = """`python -m benchmarks.timetable.run` draws 300 doctors who reach twelve of 330 sites each, and decides
all at once: who goes where, in which half-day of which weeks. Visits pay distance, a way opened and each regular
half-day are paid once, unmet demand, two weeks missed in a row and the greatest load cost too; travel and visits of a
week, rooms and one site a day limit it. Ours (`models/timetable.py`) counts first, tells the counts what rooms forbid,
dates, and repairs where the gap is wider than asked; its bound is that of the counts, its gap the value less it. HiGHS
has the whole model (the same rows as arrays) in a process of its own. CPU seconds of one thread, from the instance on
(HiGHS: from the arrays on). Every timetable of ours was priced and checked from its visits alone. Columns are those of
the whole model."""


def ours(weeks: int, seed: int) -> dict[str, Any]:
    """CPU seconds (median), value, bound and the seconds of each step."""
    _, gap, seconds, runs = GOALS[weeks]
    given, spent = generate(weeks=weeks, seed=seed), list[float]()
    for _ in range(runs):
        began = time.process_time()
        found = solve_timetable(given, gap, seconds, clock=time.process_time)
        spent.append(time.process_time() - began)
    places = (given.doctor[found.pair], given.site[found.pair], found.half_day, found.week)
    cost, broken = audit(given, list(zip(*(one.tolist() for one in places), strict=True)))
    assert not broken and abs(cost - found.value) <= 1e-6 * cost, (broken, cost, found.value)
    cpu = statistics.median(spent)
    steps = {name: at for name, at, _, _ in found.steps}
    size = half_days(given).matrix.A.shape
    facts = {"visits": len(found.pair), "rows": size[0], "cols": size[1], "steps": steps, "runs": runs}
    return {"cpu": cpu, "value": found.value, "bound": found.bound, **facts}


def peer(weeks: int, seed: int, seconds: float) -> dict[str, Any]:
    """HiGHS on the whole model."""
    words = [str(weeks), str(seed), repr(seconds), repr(GOALS[weeks][1])]
    call = [sys.executable, "-m", "benchmarks.timetable.peer", *words]
    done = subprocess.run(call, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def page(figures: dict[str, dict[str, Any]]) -> str:
    """What is printed, and written to the page."""
    lines = ["# Timetables decided at once", "", *INTRODUCTION.splitlines()]
    lines += [f"{platform.system()}, Python {platform.python_version()}, highspy {version('highspy')}."]
    for weeks, (_, gap, _, runs) in GOALS.items():
        rows = [(int(key.split("/")[1]), found) for key, found in figures.items() if key.startswith(f"{weeks}/")]
        if not rows:
            continue
        asked = f"a gap of {100 * gap:g} % asked for, median of {runs}" if runs > 1 else f"a gap of {100 * gap:g} %"
        lines += ["", f"## {weeks} weeks, {asked}", ""]
        lines += ["| seed | columns | visits | ours, CPU s | value | gap | HiGHS, CPU s | value | gap | HiGHS / ours |"]
        lines += ["|---|---|---|---|---|---|---|---|---|---|"]
        lines += [_line(seed, found, gap) for seed, found in sorted(rows)]
    return "\n".join([*lines, ""])


def _line(seed: int, found: dict[str, Any], asked: float) -> str:
    mine, other = found["ours"], found.get("highs")
    told = f"| {seed} | {mine['cols']:,} | {mine['visits']:,} | {mine['cpu']:.1f} | {mine['value']:.0f} | {_gap(mine)}"
    if other is None:
        return f"{told} | not run | | | |"
    proved = other["value"] is not None and other["value"] - other["bound"] <= (asked + 1e-9) * other["value"]
    ratio = f"{'' if proved else 'over '}{other['cpu'] / mine['cpu']:.0f}"
    value = "none" if other["value"] is None else f"{other['value']:.0f}"
    return f"{told} | {other['cpu']:.1f} | {value} | {_gap(other)} | {ratio} |"


def _gap(found: dict[str, Any]) -> str:
    if found["value"] is None or found["bound"] is None:
        return "-"
    return f"{100 * max(0.0, found['value'] - found['bound']) / found['value']:.3f} %"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, nargs="*", default=list(GOALS), choices=list(GOALS))
    parser.add_argument("--seeds", type=int, nargs="*")
    parser.add_argument("--times", type=float, default=15.0)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    figures: dict[str, dict[str, Any]] = read_figures(asked.figures)

    for weeks in asked.weeks:
        seeds, _, allowed, _ = GOALS[weeks]
        for seed in seeds if asked.seeds is None else asked.seeds:
            found = figures.setdefault(f"{weeks}/{seed}", {})
            if "ours" not in found:
                found["ours"] = ours(weeks, seed)
                keep_figures(asked.figures, figures)
            if "highs" not in found and not asked.no_peer:
                limit = asked.times * found["ours"]["cpu"] if weeks == TIMED else allowed
                found["highs"] = peer(weeks, seed, limit)
                keep_figures(asked.figures, figures)
            sys.stdout.write(f"{weeks}/{seed}: {found}\n")
            sys.stdout.flush()
    told = page({key: found for key, found in figures.items() if found})
    sys.stdout.write(told)
    if asked.write:
        PAGE.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
