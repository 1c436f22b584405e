"""`alliance group`: from a region's tables to an audited plan folder with groups and nothing else.

read -> check -> travel -> build -> group -> write -> audit -> indicators -> report, as `planner.plan` does.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.folder import (
    SavedPlan,
    check_replaceable,
    check_writable,
    read_plan,
    whole_folder,
    write_plan,
    write_table,
)
from planner.grouping.apply import Grouped, group_region
from planner.inputs import Inputs, read_inputs, with_assignment
from planner.origin import origin_info, write_region
from planner.plan import AuditFailedError, all_hold, travel_made
from planner.text import language

if TYPE_CHECKING:
    import pandas as pd

    from geodata.map_ground import Ground
    from planner.config import Config
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
    check_replaceable(target)
    check_writable(target)
    started = time.monotonic()
    progress.stage("reading", name=region.name)
    inputs = read_inputs(region, tell=progress.stage)
    config, _ = inputs.settled()
    for section, values in (overrides or {}).items():
        config = config.override(section, **values)
    spoken = language(lang, config.output.language, config.region.language)
    progress.stage("travelling")
    made = travel_made(inputs, config)
    inputs = with_assignment(inputs, made.table)
    progress.stage("grouping", seconds=config.solver.time_limit_s)
    grouped = group_region(inputs.region, config, made.table, progress)
    tables = dict(grouped.outcome.tables)
    if price:
        from planner.grouping.price import TOTAL, price_groups

        progress.stage("pricing_groups", seconds=TOTAL)
        tables["borders"] = price_groups(grouped, config)
    progress.done()
    progress.stage("auditing")
    info = {**_found(grouped), **origin_info(inputs, config, grouped.built.notes, made.record(), started)}
    with whole_folder(target) as fresh:
        write_region(_region(grouped), made.table, fresh / "region")
        write_plan(fresh, tables, info)
        audit = _audited(fresh)
        if not all_hold(audit):
            aside = target.with_name(f"{target.name}.rejected")
            shutil.rmtree(aside, ignore_errors=True)
            shutil.copytree(fresh, aside)
            raise AuditFailedError(aside, audit)
        finish_groups(fresh, spoken, report, _ground(inputs, config) if report else None)
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


def _ground(inputs: Inputs, config: Config) -> Ground:
    from geodata.map_ground import ground_of

    return ground_of(inputs.region, config.to_dict())


def _audited(folder: Path) -> pd.DataFrame:
    from planner.audit import audit_plan

    audit = audit_plan(folder)
    write_table(folder / "audit.csv", audit, ("rule", "subject", "holds", "detail"))
    return audit


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
