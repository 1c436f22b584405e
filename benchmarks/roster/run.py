"""The roster of a province's size: ours, then OR-Tools CP-SAT in a process of its own with the same wall time.

    python -m benchmarks.roster.run [--seconds 300] [--doctors 300] [--sites 100] [--seed 0] [--no-peer] [--write]

Needs OR-Tools (dev extra) for the peer. `--write` writes docs/benchmarks-roster.md.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.roster.generate import Size, generate
from models.roster import RosterOutcome, RosterSettings, solve_roster
from models.roster_choices import choices, components
from models.roster_instance import RosterInstance
from models.workers import close_workers

#: Workers of both.
WORKERS = 2
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-roster.md"


def peer(instance: RosterInstance, seconds: float) -> dict[str, Any]:
    """CP-SAT's answer on the first aim."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.pickle"
        path.write_bytes(pickle.dumps(instance))
        call = [sys.executable, "-m", "benchmarks.roster.peer", str(path), str(seconds), str(WORKERS)]
        done = subprocess.run(call, capture_output=True, text=True, check=True, timeout=4 * seconds + 120)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def describe(instance: RosterInstance) -> list[str]:
    """The instance's size, for the page."""
    visits = sum(len(halves) for halves in choices(instance, sorted(instance.needs)).values())
    far = sum(sum(n.count) for n in instance.needs.values() if any(p.far for p in n.pairs))
    return [
        f"{len(instance.doctors)} doctors, {len(instance.sites)} sites, {instance.weeks} weeks",
        f"{len(instance.needs)} needs, {sum(sum(n.count) for n in instance.needs.values())} clinics, {far} of them far",
        f"{visits} possible visits (doctor, need, half-day), {len(components(instance))} components",
    ]


def table(instance: RosterInstance, ours: RosterOutcome, other: dict[str, Any] | None, load: float) -> str:
    """What is printed, and written to the page."""
    nothing = sum(need.weight * sum(need.count) for need in instance.needs.values())
    lines = ["# A roster of a province's size", "", *(f"- {line}" for line in describe(instance))]
    lines += [
        "",
        f"Holding nothing costs {nothing:.0f}. Demand is what the counting stage holds. Load average {load:.1f}.",
        "",
    ]
    lines += ["| | unheld weight | bound | gap | seconds |", "|---|---|---|---|---|"]
    first = {aim.name: aim for aim in ours.aims}["roster_unheld"]
    shown = f"{first.value:.0f} | {first.bound:.0f} | {100 * first.gap:.2f} %"
    lines.append(f"| ours ({WORKERS} workers) | {shown} | {ours.seconds:.0f} |")
    if other is not None:
        value, low = other["unheld"], other["bound"]
        gap = "-" if value is None else f"{100 * (value - low) / max(nothing - low, 1.0):.2f} %"
        shown = "none" if value is None else f"{value:.0f}"
        lines.append(f"| CP-SAT ({WORKERS} workers) | {shown} | {low:.0f} | {gap} | {other['seconds']:.0f} |")
    lines += ["", "Gap: (unheld - bound) / (holding nothing - bound).", ""]
    lines += ["| aim | value | bound | given |", "|---|---|---|---|"]
    lines += [f"| {aim.name} | {aim.value:.0f} | {aim.bound:.0f} | {aim.given or 'nothing'} |" for aim in ours.aims]
    spent = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in ours.timings.items())
    lines += ["", f"Stopped by {ours.stopped_by}; {spent}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--doctors", type=int, default=300)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    began = time.perf_counter()
    instance = generate(Size(doctors=asked.doctors, sites=asked.sites), asked.seed)
    print(f"generated in {time.perf_counter() - began:.0f} s:", "; ".join(describe(instance)), flush=True)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    ours = solve_roster(instance, RosterSettings(seconds=asked.seconds))
    close_workers()
    print(table(instance, ours, None, load), flush=True)
    if asked.no_peer:
        return
    text = table(instance, ours, peer(instance, asked.seconds), load)
    print(text)
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
