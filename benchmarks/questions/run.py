"""A frontier and single what-ifs beside plans solved afresh: CPU seconds, and whether the answers agree.

    python -m benchmarks.questions.run [REGION] [--points 10] [--seconds 60] [--figures FILE] [--write]

Fresh: `models.allocation.plan` of the region under that budget (or that change), aims floors, unmet and cost, with
`--seconds` for each. Asked: `models.frontier` with a third of that for each point, `models.what_if` of the plan. All on
the same instance in one process, its solving children counted. What `--figures` holds is not run again; `--write`
writes docs/benchmarks-questions.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.figures import keep_figures, read_figures
from models import what_if_changes as changes
from models.aims import AimResult
from models.allocation import Outcome, Settings, plan
from models.frontier import frontier
from models.highs import close_workers
from models.instance import Instance
from models.what_if import Made, what_if

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-questions.md"
ORDER = ("floors", "unmet", "cost")
#: A point of a frontier has this part of a fresh plan's time.
POINT = 1.0 / 3.0
#: Values that differ by less are the same.
SAME = 0.01
T = TypeVar("T")


def region_instance(name: str) -> Instance:
    """The problem of a bundled region, its aims cut to those that are compared."""
    from geodata.read import read_region
    from geodata.travel import travel_table
    from planner.build import build_instance
    from planner.bundled import find_region
    from planner.config import read_config

    region = read_region(find_region(name))
    config = read_config(region.settings)
    made = build_instance(region, config, travel_table(region, config.to_dict()["travel"])).instance
    return replace(made, aims=replace(made.aims, order=ORDER))


def spent(run: Callable[[], T]) -> tuple[dict[str, float], T]:
    """CPU seconds of this process and its solving children, seconds on the clock, the load before; what came out."""
    close_workers()
    load = round(os.getloadavg()[0], 1)
    cpu, clock = _cpu(), time.perf_counter()
    found = run()
    close_workers()
    return {"cpu": round(_cpu() - cpu, 2), "clock": round(time.perf_counter() - clock, 2), "load": load}, found


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def told(aims: tuple[AimResult, ...]) -> dict[str, list[float]]:
    """[value, proved bound, gap] by aim."""
    return {
        aim.name: [round(aim.value, 4), round(aim.bound, 4), round(aim.gap, 5)] for aim in aims if aim.name in ORDER
    }


def fresh(instance: Instance, seconds: float) -> dict[str, Any]:
    """A plan from nothing."""
    took, found = spent(lambda: plan(instance, Settings(seconds=seconds)))
    return {**took, "aims": told(found.aims), "status": found.status.value}


def curve(instance: Instance, points: int, seconds: float) -> dict[str, Any]:
    """The frontier of cost and unmet visits."""
    settings = Settings(seconds=points * POINT * seconds)
    took, found = spent(lambda: frontier(instance, points=points, settings=settings))
    rows = [
        {"limit": one.limit, "unmet": [round(one.values["unmet"], 4), round(one.bound, 4), round(one.gap, 5)],
         "floors": round(one.values["floors"], 4), "answered": one.answered}
        for one in found.points
    ]  # fmt: skip
    return {**took, "points": rows}


def questions(instance: Instance, base: Outcome) -> dict[str, Instance]:
    """Ten single changes of an instance that was planned."""
    sessions = base.tables["sessions"].groupby("doctor")["sessions"].sum().sort_values(kind="stable")
    least, most = str(sessions.index[0]), str(sessions.index[-1])
    visited = base.tables["sessions"].groupby("institution")["sessions"].sum()
    site = str(visited.sort_values(kind="stable").index[0])
    cost = next(aim.value for aim in base.aims if aim.name == "cost")
    return {
        "budget 5 % above the plan": changes.budget(instance, 1.05 * cost),
        "budget of the plan": changes.budget(instance, cost + 1.0),
        "site_floor hard": changes.rule(instance, "site_floor", "hard"),
        "need_floor hard": changes.rule(instance, "need_floor", "hard"),
        "budget of one yuan": changes.budget(instance, 1.0),
        "budget 3 % below the plan": changes.budget(instance, 0.97 * cost),
        "doctor with fewest clinics away": changes.absent(instance, least),
        "doctor with most clinics away": changes.absent(instance, most),
        "one more like that doctor": changes.another(instance, most),
        "site with fewest clinics closed": changes.closed(instance, site),
    }


def ask(base: Outcome, changed: Instance, seconds: float) -> dict[str, Any]:
    """One change, asked of the plan."""
    assert base.model is not None and base.x is not None
    made = Made(base.model, base.x, base.aims)
    took, found = spent(lambda: what_if(made, changed, Settings(seconds=seconds)))
    return {**took, "aims": told(found.aims), "status": found.status.value, "answered": found.answered}


def agree(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two answers can both be right: no value below the other's bound, and both or neither with a plan.

    Where one breaks more promises, its visits are those of another question, and only the promises are compared.
    """
    if not one["aims"] or not other["aims"]:
        return not one["aims"] and not other["aims"] and one["status"] == other["status"]
    for aim in ("floors", "unmet"):
        (a, low, _), (b, bound, _) = one["aims"][aim], other["aims"][aim]
        if a < bound - SAME or b < low - SAME:
            return False
        if aim == "floors" and abs(a - b) > SAME:
            return True
    return True


def page(name: str, figures: dict[str, Any]) -> str:
    """What is printed, and written to the page."""
    lines = [
        "# Questions: frontiers and what-ifs",
        "",
        "`python -m benchmarks.questions.run` asks what `alliance frontier` and `alliance whatif` ask, and solves each",
        f"point and each change afresh beside it, in one run: bundled region `{name}`; aims floors, unmet, cost. CPU",
        f"seconds, solving children counted, one thread. {platform.system()}, Python {platform.python_version()}, "
        f"highspy {version('highspy')}.",
        "",
    ]
    if loads := list(_loads(figures)):
        lines += [f"Load of the machine before each: {min(loads):.1f} to {max(loads):.1f}.", ""]
    mine, plans = figures.get("curve"), figures.get("fresh", {})
    if mine and plans:
        total, clock = (sum(one[kind] for one in plans.values()) for kind in ("cpu", "clock"))
        lines += [
            f"{len(mine['points'])} points of the curve: {mine['cpu']:.0f} CPU s ({mine['clock']:.0f} s by the clock);",
            f"as many plans afresh: {total:.0f} CPU s ({clock:.0f} s); ratio {mine['cpu'] / total:.2f}.",
            "",
            "| budget, yuan a year | curve: unmet | gap | afresh: unmet | gap | afresh, CPU s | agree |",
            "|---|---|---|---|---|---|---|",
        ]
        for point in mine["points"]:
            other = plans[str(point["limit"])]
            a, b = point["unmet"], other["aims"].get("unmet", [float("nan")] * 3)
            lines.append(
                f"| {point['limit']:,.0f} | {a[0]:,.1f} | {a[2]:.2%} | {b[0]:,.1f} | {b[2]:.2%} | {other['cpu']:.1f} "
                f"| {'yes' if agree({'aims': {'floors': [point['floors'], 0.0, 0.0], 'unmet': a}}, other) else 'NO'} |"
            )
        lines.append("")
    rows = figures.get("questions", {})
    if rows:
        lines += [
            "| change | answered by | CPU s | afresh | ratio | unmet asked | gap | unmet afresh | gap | agree |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
    for change, row in rows.items():
        one, other = row["asked"], row["fresh"]
        values = [
            f"{found['aims']['unmet'][0]:,.1f} | {found['aims']['unmet'][2]:.2%}" if found["aims"] else "no plan | -"
            for found in (one, other)
        ]
        ratio = other["cpu"] / max(one["cpu"], 0.01)
        lines.append(
            f"| {change} | {one['answered']} | {one['cpu']:.1f} | {other['cpu']:.1f} | {ratio:.1f} | {values[0]} "
            f"| {values[1]} | {'yes' if agree(one, other) else 'NO'} |"
        )
    return "\n".join([*lines, ""])


def _loads(figures: dict[str, Any]) -> Iterator[float]:
    """The loads told anywhere; 1 is this run itself."""
    for name, value in figures.items():
        if name == "load":
            yield value
        elif isinstance(value, dict):
            yield from _loads(value)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("region", nargs="?", default="tianchang")
    parser.add_argument("--points", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    figures: dict[str, Any] = read_figures(asked.figures)

    def keep() -> None:
        keep_figures(asked.figures, figures)

    instance = region_instance(asked.region)
    figures["curve"] = figures.get("curve") or curve(instance, asked.points, asked.seconds)
    keep()
    plans = figures.setdefault("fresh", {})
    for point in figures["curve"]["points"]:
        key = str(point["limit"])
        plans[key] = plans.get(key) or fresh(changes.budget(instance, point["limit"]), asked.seconds)
        sys.stdout.write(f"{point} {plans[key]}\n")
        keep()
    base = plan(instance, Settings(seconds=asked.seconds))
    rows = figures.setdefault("questions", {})
    for name, changed in questions(instance, base).items():
        if name not in rows:
            rows[name] = {"asked": ask(base, changed, asked.seconds), "fresh": fresh(changed, asked.seconds)}
            sys.stdout.write(f"{name}: {rows[name]}\n")
            keep()
    sys.stdout.write(page(asked.region, figures))
    if asked.write:
        PAGE.write_text(page(asked.region, figures), encoding="utf-8")


if __name__ == "__main__":
    main()
