"""`alliance group`: from a region's tables to an audited plan folder with groups and nothing else.

read -> check -> travel -> build -> group -> write -> audit -> indicators -> report, as `planner.plan` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.folder import (
    SavedPlan,
    read_plan,
    whole_folder,
    write_plan,
    write_table,
)
from planner.grouping.apply import Grouped, group_region
from planner.opening import audited, ground_under, must_hold, opened
from planner.origin import origin_info, write_region

if TYPE_CHECKING:
    from geodata.map_ground import Ground
    from planner.progress import Progress


def make_groups(
    region: Path,
    target: Path,
    progress: Progress,
    overrides: Mapping[str, Mapping[str, object]] | None = None,
    report: bool = True,
    lang: str | None = None,
    price: bool = False,
) -> SavedPlan:
    """Group a region and write the plan folder; arguments as in `planner.plan.make_plan`.

    price: also what it would cost to do otherwise (`borders.csv`).

    Raises:
        planner.inputs.InputError: the input has problems; nothing is written.
        planner.folder.FolderError: the target holds something that is no plan, or cannot be written.
        NoGroupsError, UngroupedError, AuditFailedError: as they say.
    """
    found = opened(region, target, progress, overrides, lang)
    inputs, config, made = found.inputs, found.config, found.travel
    progress.stage("grouping", seconds=config.solver.time_limit_s)
    grouped = group_region(inputs.region, config, made.table, progress)
    tables = dict(grouped.outcome.tables)
    if price:
        from planner.grouping.price import TOTAL, price_groups

        progress.stage("pricing_groups", seconds=TOTAL)
        tables["borders"] = price_groups(grouped, config)
    progress.done()
    progress.stage("auditing")
    info = {**_found(grouped), **origin_info(inputs, config, grouped.built.notes, made.record(), found.started)}
    with whole_folder(target) as fresh:
        write_region(_region(grouped), made.table, fresh / "region")
        write_plan(fresh, tables, info)
        must_hold(audited(fresh), fresh, target)
        finish_groups(fresh, found.lang, report, ground_under(inputs, config) if report else None)
    return read_plan(target)


def _found(grouped: Grouped) -> dict[str, Any]:
    info = dict(grouped.info)
    return {
        "job": "groups",
        "status": info.pop("status"),
        "stopped_by": info.pop("stopped_by"),
        "aims": info.pop("aims"),
        "solve_seconds": info.pop("seconds"),
        "grouping": info,
    }


def _region(grouped: Grouped) -> Any:
    """The region with new groups; those of one service leave the institutions' own groups alone."""
    if not grouped.built.instance.options.service:
        return grouped.region
    from planner.grouping.apply import with_groups

    nobody = grouped.outcome.tables["groups"].iloc[:0]
    return with_groups(grouped.region, nobody)


def finish_groups(folder: Path, lang: str, report: bool = True, ground: Ground | None = None) -> None:
    """Write indicators, and unless told otherwise map, report and workbook of an audited folder of groups."""
    from planner.grouping.measures import group_indicators

    columns = ("indicator", "scope", "value", "unit", "current", "target", "published", "note")
    write_table(folder / "indicators.csv", group_indicators(folder), columns, sort=False)
    if report:
        from planner.grouping.page import write_page
        from planner.maps import write_maps
        from planner.workbook import write_workbook

        saved = read_plan(folder)
        write_maps(folder, saved, lang, ground)
        write_workbook(saved, folder / "workbook.xlsx", lang)
        write_page(saved, folder / "report.html", lang)
