"""The page of the benchmark of a province, and its picture."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

#: Load of the two cores above which elapsed seconds tell of the others' work.
BUSY = 2.5
HEAD = """# A province

`python -m benchmarks.province.run` plans generated counties of different sizes and shapes that share a provincial pool
of doctors in four specialties and one budget, for one quarter. A county has 6 to 26 townships along a valley, around
its seat or scattered in mountains; villages are counted as institutions, their visits are seen in their township first.
County 7 of sixty is county 7 of ten. What is planned are the people (postings, clinics, teleconsultation, referrals) by
the first two aims; no shared centres are generated. The gap is value less bound as a share of what is gained at most
over doing nothing; beside it the same as a share of the value. Runs stop by gap (2 %) and nodes, so that they can be
repeated.
"""


def page(figures: dict[str, Any]) -> str:
    """What is printed, and written to the page."""
    runs = sizes(figures)
    lines = [HEAD]
    if runs:
        lines += [_machine(), "", *_sizes(runs), "", *_pool(runs[-1]), ""]
    if len(runs) > 2:
        lines += [
            f"CPU seconds grow as n^{slope(runs):.2f} from {runs[0]['counties']} to {runs[-1]['counties']} counties.",
            "",
            "![CPU seconds against counties](pictures/province-time.svg)",
            "",
        ]
    if "speed/1" in figures and "speed/2" in figures:
        lines += _speed(figures)
    return "\n".join(lines)


def sizes(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The runs of different sizes, small ones first."""
    found = [one for name, one in figures.items() if not name.startswith("speed/")]
    return sorted(found, key=lambda one: (one["counties"], one["workers"]))


def slope(runs: list[dict[str, Any]]) -> float:
    """The exponent of a power of the number of counties, fitted to the CPU seconds."""
    counties, cpu = [one["counties"] for one in runs], [one["cpu"] for one in runs]
    return float(np.polyfit(np.log(counties), np.log(cpu), 1)[0])


def _machine() -> str:
    return (
        f"{platform.system()}, Python {platform.python_version()}, highspy {version('highspy')}. CPU seconds are of "
        "all processes together; memory is the main process and all workers at their largest. Elapsed seconds were "
        "taken on a machine of two cores that others used too: `load` is its load at the end of the run."
    )


def _sizes(runs: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| counties | institutions | sites | outreach doctors | workers | CPU s | elapsed s | load | memory, MiB "
        "| value | bound | gap | of the value |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in runs:
        lines.append(
            f"| {one['counties']} | {one['institutions']:,} | {one['sites']} | {one['doctors']:,} | {one['workers']} "
            f"| {one['cpu']:.0f} | {one['seconds']:.0f} | {one['load']:.1f} | {one['memory'] / 2**20:.0f} "
            f"| {one['value']:,.0f} | {one['bound']:,.0f} | {100 * one['gap']:.2f} % "
            f"| {100 * (one['value'] - one['bound']) / one['value']:.2f} % |"
        )
    return lines


def _pool(run: dict[str, Any]) -> list[str]:
    """What the counties ask for by themselves, what there is, and what one more is worth."""
    lines = [
        f"What the {run['counties']} counties share (half-days a quarter; 10,000 yuan a year). *Asked for* is "
        "what the counties use when each plans as if all were there for it; prices are in weighted visits a month.",
        "",
        "| | available | asked for | asked / available | used | price of one more |",
        "|---|---|---|---|---|---|",
    ]
    for name, there in run["available"].items():
        lines.append(
            f"| {name} | {there:,.0f} | {run['asked'][name]:,.0f} | {run['asked'][name] / there:.2f} "
            f"| {run['used'][name]:,.0f} | {run['prices'][name]:.4f} |"
        )
    return lines


def _speed(figures: dict[str, Any]) -> list[str]:
    one, two, killed = figures["speed/1"], figures["speed/2"], figures.get("speed/killed")
    lines = [
        f"## Workers, {one['counties']} counties",
        "",
        "| workers | elapsed s | CPU s | load | value | plan |",
        "|---|---|---|---|---|---|",
    ]
    for name, run in (("1", one), ("2", two), ("2, one killed in the middle", killed)):
        if run:
            lines.append(
                f"| {name} | {run['seconds']:.0f} | {run['cpu']:.0f} | {run['load']:.1f} | {run['value']:.6f} "
                f"| `{run['plan'][:12]}` |"
            )
    same = len({run["plan"] for run in (one, two, killed) if run}) == 1
    told = f"Two workers took {one['seconds'] / two['seconds']:.2f} times less time than one."
    if max(one["load"], two["load"]) > BUSY:
        told = "How much faster two workers are than one was not shown: other work filled both cores."
    same_told = "identical to the last digit" if same else "**not identical**"
    return [*lines, "", f"The plans are {same_told}. {told}", ""]


def picture(figures: dict[str, Any], target: Path) -> None:
    """CPU seconds against counties, both on logarithmic axes, with the line of n^1.2 through the first."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    runs = sizes(figures)
    counties, cpu = np.array([one["counties"] for one in runs]), np.array([one["cpu"] for one in runs])
    matplotlib.rcParams["svg.hashsalt"] = "province"
    figure, axes = plt.subplots(figsize=(6.0, 4.0), layout="constrained")
    axes.loglog(counties, cpu, "o-", label="measured")
    axes.loglog(counties, cpu[0] * (counties / counties[0]) ** 1.2, "--", color="grey", label="n^1.2 from the smallest")
    axes.set(xlabel="counties", ylabel="CPU seconds, all processes")
    axes.set_xticks(counties, [str(one) for one in counties])
    axes.minorticks_off()
    axes.legend(frameon=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)
