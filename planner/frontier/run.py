"""From a region's tables to the folder of a frontier: read -> check -> travel -> build -> solve -> write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.folder import check_replaceable, check_writable, whole_folder, write_table
from planner.frontier.files import SIGN, Told, write_frontier
from planner.opening import opened_for
from planner.origin import origin_info
from planner.pins import clash_findings
from planner.plan import LocksClashError

if TYPE_CHECKING:
    from models.frontier import Frontier, FrontierPoint
    from planner.progress import Progress

#: A point has this part of the time that a plan has: it decides two aims and no dates.
POINT = 1.0 / 3.0
#: Columns of `frontier.csv` before the measures.
COLUMNS = ("point", "limited", "limit", "least", "value", "bound", "gap", "unit", "answered", "seconds", "status")


def make_frontier(
    region: Path,
    target: Path,
    progress: Progress,
    aims: tuple[str, str] = ("cost", "unmet"),
    points: int = 10,
    limits: Sequence[float] = (),
    overrides: Mapping[str, Mapping[str, object]] | None = None,
    seconds: float | None = None,
    lang: str | None = None,
) -> Told:
    """Find the curve of a region and write its folder; the first of `aims` is limited, the second minimised.

    seconds: of all points; None gives each the `POINT`th part of `[solver] time_limit_s`. The rest as in
    `planner.plan.make_plan`.

    Raises:
        planner.inputs.InputError, planner.folder.FolderError: as `planner.plan.make_plan`.
        models.frontier.NothingCountsError: the region has nothing that counts for one of the aims.
        planner.plan.LocksClashError: locks on half-days cannot all be kept.
    """
    from models.frontier import Settings, frontier
    from planner.build import build_instance

    check_replaceable(target, SIGN)
    check_writable(target)
    found = opened_for(region, progress, overrides, lang)
    progress.stage("building")
    built = build_instance(found.inputs.region, found.config, found.travel.table)
    clashes = clash_findings(found.inputs.region, found.config, found.calendar, built.instance)
    if clashes:
        raise LocksClashError(clashes)
    solver = found.config.solver
    given = seconds or POINT * solver.time_limit_s * (len(limits) or points)
    settings = Settings(seconds=given, gap=solver.gap, nodes=solver.node_limit, seed=solver.seed)
    progress.stage("tracing", count=len(limits) or points, seconds=given)
    try:
        curve = frontier(built.instance, *aims, points, limits, settings, _telling(progress), progress)
    finally:
        progress.done()
    info = origin_info(found.inputs, found.config, built.notes, found.travel.record(), found.started)
    said = {"frontier": said_of(curve, found.config.budget.yuan_per_year), **info}
    told = Told(table_of(curve), said, found.lang)
    with whole_folder(target, SIGN) as fresh:
        write_table(fresh / SIGN, told.table, COLUMNS, sort=False)
        write_frontier(told, fresh)
    return told


def _telling(progress: Progress) -> Any:
    return lambda done, count: progress.stage("traced", done=done, count=count)


def table_of(curve: Frontier) -> pd.DataFrame:
    """One row per point, from the loosest limit to the tightest, then the limits without a plan."""
    rows = [_row(curve, number, point) for number, point in enumerate(curve.points, start=1)]
    for limit, proved in curve.missing.items():
        status = "INFEASIBLE" if proved else "UNSOLVED"
        rows.append({**_aims(curve), "limit": limit, "status": status})
    return pd.DataFrame(rows, columns=list(dict.fromkeys([*COLUMNS, *(name for row in rows for name in row)])))


def _aims(curve: Frontier) -> dict[str, Any]:
    from models.aims import UNITS

    return {"limited": curve.limited, "least": curve.least, "unit": UNITS[curve.least][0]}


def _row(curve: Frontier, number: int, point: FrontierPoint) -> dict[str, Any]:
    from models.scenarios import measures

    found = {
        "point": number,
        **_aims(curve),
        "limit": point.limit,
        "value": point.values[curve.least],
        "bound": point.bound,
        "gap": point.gap,
        "answered": point.answered,
        "seconds": round(point.seconds, 2),
        "status": "FOUND",
    }
    return {**found, **{name: value for name, value, _ in measures(curve.model, point.x)}}


def said_of(curve: Frontier, budget: float | None = None) -> dict[str, Any]:
    """What `frontier.json` says of the curve; budget: the one that the settings had."""
    return {
        "limited": curve.limited,
        "least": curve.least,
        "status": curve.status.value.upper(),
        "stopped_by": curve.stopped_by,
        "solve_seconds": round(curve.seconds, 3),
        "proofs": [list(pair) for pair in curve.proofs],
        "nothing": dict(curve.nothing),
        "asked": list(curve.asked),
        "budget_aside": curve.limited == "cost" and budget is not None,
    }
