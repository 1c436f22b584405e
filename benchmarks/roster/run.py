"""Rosters of a province's size: ours, then OR-Tools CP-SAT in a process of its own with the same wall time.

    python -m benchmarks.roster.run [--seconds 300] [--doctors 300] [--sites 100] [--seeds 0 1 2] [--figures FILE]
                                    [--only ours|peer] [--write]

Needs OR-Tools (dev extra) for the peer. `--figures` keeps what was measured in a file, so that long runs can
be made one at a time; `--write` writes docs/benchmarks-roster.md from all that is in it.
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

from benchmarks.figures import keep_figures, read_figures
from benchmarks.roster.generate import Size, generate
from models.roster import RosterOutcome, RosterSettings, solve_roster
from models.roster_choices import choices, components
from models.roster_exchange import Exchange, exchange
from models.roster_instance import RosterInstance
from models.roster_values import values_of
from models.workers import close_workers

#: Workers of both.
WORKERS = 2
#: What a reader must know of the figures, by seed; written below the table.
TRIVIAL = [
    "The instances are made so that the counting stage can hold every clinic: the bound of 0 is what no roster can be",
    "below anyway, and a small gap says that few clinics lack a date, not that bounding them was hard. No bound of",
    "this aim, ours or CP-SAT's, is taken below 0.",
]
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


def measured(found: RosterOutcome, first: dict[str, float]) -> dict[str, Any]:
    """Our figures; `first`: what the later aims would be with the first aim alone."""
    aims = [{"name": a.name, "value": a.value, "bound": a.bound, "gap": a.gap, "given": a.given} for a in found.aims]
    spent = {name: round(seconds, 1) for name, seconds in found.timings.items()}
    return {"aims": aims, "first": first, "seconds": found.seconds, "stopped_by": found.stopped_by, "spent": spent}


def page(figures: dict[str, Any]) -> str:
    """What is printed, and written to the page."""
    lines = ["# Rosters of a province's size", ""]
    lines += [
        "Generated (`benchmarks/roster`, fixed seeds); demand is what the counting stage holds. Unheld: weight of the"
    ]
    lines += ["clinics without a date. Gap: (unheld - bound) / (holding nothing - bound). Both have two workers, one"]
    lines += ["after the other on a shared machine of two cores; CP-SAT has the first aim only, ours all of them.", ""]
    lines += ["| seed | | unheld | bound | gap | seconds | load |", "|---|---|---|---|---|---|---|"]
    for seed, found in sorted(figures.items()):
        nothing, ours, peers = found["nothing"], found.get("ours"), found.get("peer")
        if ours is not None:
            one = next(aim for aim in ours["aims"] if aim["name"] == "roster_unheld")
            shown = f"{one['value']:.0f} | {one['bound']:.0f} | {100 * one['gap']:.2f} %"
            lines.append(f"| {seed} | ours | {shown} | {ours['seconds']:.0f} | {ours['load']:.1f} |")
        if peers is not None:
            value, low = peers["unheld"], max(0.0, peers["bound"])
            gap = "-" if value is None else f"{100 * (value - low) / max(nothing - low, 1.0):.2f} %"
            shown = f"{'none' if value is None else round(value)} | {low:.0f} | {gap}"
            lines.append(f"| {seed} | CP-SAT | {shown} | {peers['seconds']:.0f} | {peers['load']:.1f} |")
    lines += ["", *TRIVIAL, "", *remarks(figures)]
    for seed, found in sorted(figures.items()):
        lines += ["", f"## Seed {seed}", "", *(f"- {line}" for line in found["size"])]
        lines += [f"- Holding nothing costs {found['nothing']:.0f}"]
        if (ours := found.get("ours")) is None:
            continue
        lines += ["", "| aim | value | bound | given | with the first aim alone |", "|---|---|---|---|---|"]
        for aim in ours["aims"]:
            alone = ours["first"].get(aim["name"])
            shown = f"{aim['value']:.0f} | {aim['bound']:.0f} | {aim['given'] or 'nothing'}"
            lines.append(f"| {aim['name']} | {shown} | {'' if alone is None else f'{alone:.0f}'} |")
        spent = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in ours["spent"].items())
        lines += ["", f"Stopped by {ours['stopped_by']}; {spent}."]
    return "\n".join([*lines, ""])


def remarks(figures: dict[str, Any]) -> list[str]:
    """What the table does not show: limits, overruns, and seeds without a peer."""
    lines = []
    for seed, found in sorted(figures.items()):
        ours, limit = found.get("ours"), found.get("limit")
        if ours is not None and limit is not None:
            over = ours["seconds"] - limit
            beyond = f", overrun by {over:.0f} s" if over >= 0.5 else ""
            lines.append(f"- Seed {seed}: a limit of {limit:.0f} s{beyond}.")
        if found.get("note"):
            lines.append(f"- Seed {seed}: {found['note']}")
        if found.get("peer") is None:
            lines.append(f"- Seed {seed}: CP-SAT was not run.")
    return lines


def first_alone(instance: RosterInstance, seconds: float) -> dict[str, float]:
    """The later aims of a roster that was filled for the first aim and left there."""
    return values_of(instance, exchange(Exchange(instance, seconds, 0)).visits)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--doctors", type=int, default=300)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0], help="none: only tell what `--figures` holds")
    parser.add_argument("--only", choices=["ours", "peer"])
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    figures: dict[str, Any] = read_figures(asked.figures)
    for seed in asked.seeds:
        began = time.perf_counter()
        instance = generate(Size(doctors=asked.doctors, sites=asked.sites), seed)
        found = figures.setdefault(str(seed), {})
        found["size"], found["limit"] = describe(instance), asked.seconds
        found["nothing"] = sum(need.weight * sum(need.count) for need in instance.needs.values())
        print(f"seed {seed} in {time.perf_counter() - began:.0f} s:", "; ".join(found["size"]), flush=True)
        if asked.only != "peer":
            load = _load()
            ours = solve_roster(instance, RosterSettings(seconds=asked.seconds))
            close_workers()
            found["ours"] = measured(ours, first_alone(instance, 10.0)) | {"load": load}
        if asked.only != "ours":
            load = _load()
            found["peer"] = peer(instance, asked.seconds) | {"load": load}
        keep_figures(asked.figures, figures)
    print(page(figures))
    if asked.write:
        PAGE.write_text(page(figures), encoding="utf-8")


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


if __name__ == "__main__":
    main()
