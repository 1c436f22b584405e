"""The main job: from a region's tables to an audited plan folder.

read -> check -> travel -> build -> plan -> write -> audit -> indicators -> report, once, in this
order. Everything is written to a fresh folder beside the target and moved there when it is whole
and audited; while solving, an audited incumbent takes the target's place in the same way.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.config import Config
from planner.folder import (
    SavedPlan,
    read_plan,
    whole_folder,
    write_plan,
    write_table,
)
from planner.inputs import Finding, InputError, Inputs
from planner.opening import AuditFailedError, all_hold, audited, ground_under, must_hold, opened
from planner.origin import origin_info, write_region
from planner.papers.month_form import form_beside, keep_form
from planner.pins import clash_findings
from planner.progress import Progress, Tell, silent
from planner.roster_run import Linked, rosterable
from planner.run_clock import RunClock
from planner.run_solves import Solves
from planner.text import language
from planner.whatif.decisions import write_decisions

if TYPE_CHECKING:
    import pandas as pd

    from geodata.map_ground import Ground
    from models.allocation import Outcome
    from models.clashes import Clash
    from planner.calendar_identity import Published
    from planner.grouping.apply import Borders

#: Least seconds between two saved incumbents, and how many times what the last one took:
#: saving takes time from the solver.
SAVE_EVERY, SAVE_RATIO = 15.0, 8.0


class InfeasibleError(Exception):
    """No plan exists; `clashes` (`models.clashes.Clash`) is the smallest set of rules that had to give."""

    def __init__(self, clashes: list[Clash]) -> None:
        super().__init__(", ".join(clash.rule for clash in clashes))
        self.clashes = clashes


class LocksClashError(Exception):
    """Locks on half-days cannot all be kept; `findings` say which, and the rules in the way."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(one.en for one in findings))
        self.findings = findings


class NoPlanError(Exception):
    """The solver stopped before it had any plan."""


def make_plan(
    region: Path,
    target: Path,
    progress: Progress,
    overrides: Mapping[str, Mapping[str, object]] | None = None,
    report: bool = True,
    lang: str | None = None,
    keep: Path | None = None,
    borders: Borders | None = None,
) -> SavedPlan:
    """Plan a region and write the plan folder. `overrides` are settings by section that win over plan.toml.

    borders: whether groups are those of the tables, new ones or none, and whether their price is asked for.

    keep: a workbook whose hand-made edits of the roster become locks. lang: the report's language
    where it was asked for; else that of `[output]`, `[region]`, the system.

    Raises:
        planner.inputs.InputError, planner.papers.month_form.FormError: the input has problems; nothing is written.
        planner.folder.FolderError: the target holds something that is no plan, or cannot be written.
        InfeasibleError, LocksClashError, NoPlanError, AuditFailedError: as they say.
    """
    form = form_beside(region)
    found = opened(region, target, progress, overrides, lang)
    inputs, config, calendar, travel = found.inputs, found.config, found.calendar, found.travel.table
    refused: list[Finding] = []
    if keep is not None:
        from planner.keep import with_kept

        inputs, refused = with_kept(inputs, keep, target)
    from planner.grouping.apply import Borders as Chosen
    from planner.grouping.apply import bordered

    borders, before = borders or Chosen(), inputs.region
    inputs, config, grouped = bordered(inputs, config, travel, borders, progress)
    progress.stage("building")
    from planner.build import build_instance

    built = build_instance(inputs.region, config, travel)
    clashes = clash_findings(inputs.region, config, calendar, built.instance)
    if refused:
        raise InputError(list(dict.fromkeys([*refused, *clashes])))
    if clashes:
        raise LocksClashError(clashes)
    notes = (*built.notes, *(grouped.built.notes if grouped is not None else ()))
    maker = _Maker(inputs, config, travel, notes, target, found.lang, report, found.started)
    maker.travel_record = found.travel.record()
    maker.tell, maker.form = progress.part, form
    if grouped is not None:
        maker.more, maker.said = {"groups": grouped.outcome.tables["groups"]}, {"grouping": grouped.info}
    clock = RunClock(config.solver.time_limit_s, config.roster.time_limit_s, calendar.dated)
    solves = Solves(inputs.region, config, calendar, progress, clock)
    progress.stage("planning", seconds=clock.first())
    outcome = solves.allocate(built.instance, clock.first(), maker.save_incumbent)
    progress.done()
    status = _status(outcome)
    if status == "INFEASIBLE":
        raise InfeasibleError(list(outcome.clashes))
    if status == "UNSOLVED" or not outcome.tables:
        raise NoPlanError
    linked = None
    if rosterable(calendar, outcome.tables):
        from models.handed_over import with_sessions

        maker.save_incumbent(outcome.tables)
        linked = solves.dated(built.instance, outcome)
        outcome = with_sessions(linked.outcome, linked.rostered.tables["sessions"])
        progress.done()
    if borders.price:
        from planner.grouping.price import cases_of, price_plan

        progress.stage("pricing", count=cases_of(borders), seconds=clock.first())
        again = partial(solves.allocate_from, seconds=clock.first())
        maker.more = {**maker.more, "borders": price_plan(inputs, config, travel, borders, outcome, again, before)}
        progress.done()
    progress.stage("auditing")
    maker.save(outcome, linked)
    return read_plan(target)


@dataclass
class _Maker:
    """Writes plan folders of one run: the incumbents on the way and the plan at the end."""

    inputs: Inputs
    config: Config
    travel: pd.DataFrame
    notes: tuple[tuple[str, str], ...]
    target: Path
    lang: str
    report: bool
    started: float
    next_save: float = 0.0
    travel_record: Mapping[str, Any] = field(default_factory=dict)
    #: Further tables and entries of `plan.json`: groups and their price.
    more: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    #: Told of each part of the report as it begins.
    tell: Tell = silent
    #: The region's own form of the monthly return.
    form: bytes | None = None
    #: Calendars that the new ones replace: read before an incumbent takes the folder's place.
    published: Published | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.report:
            from planner.calendar_identity import read_published

            self.published = read_published(self.target)

    def save(self, outcome: Outcome, linked: Linked | None = None) -> None:
        """Write, audit and move the plan into place; a plan that fails is set aside instead."""
        found: dict[str, Any] = {
            "status": _status(outcome),
            "stopped_by": outcome.stopped_by,
            "aims": [asdict(aim) for aim in outcome.aims],
            "solve_seconds": round(outcome.seconds, 3),
            "timings": {stage: round(seconds, 3) for stage, seconds in outcome.timings.items()},
        }
        tables = {**outcome.tables, "scenarios": outcome.scenarios}
        if linked is not None:
            rostered = linked.rostered
            tables |= rostered.tables
            self.notes = (*self.notes, *rostered.notes)
            found["aims"] += [asdict(aim) for aim in rostered.aims]
            found["roster"] = {
                "stopped_by": rostered.stopped_by,
                "allocations": linked.rounds,
                "seconds": round(rostered.seconds, 3),
                "timings": {stage: round(seconds, 3) for stage, seconds in rostered.timings.items()},
            }
        with whole_folder(self.target) as fresh:
            write_decisions(fresh, outcome)
            audit = self._write(fresh, tables, found)
            must_hold(audit, fresh, self.target)

    def save_incumbent(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Let an audited incumbent take the target's place; one that fails its audit is passed over."""
        began = time.monotonic()
        if began < self.next_save:
            return
        found = {"status": "FEASIBLE", "stopped_by": "running", "aims": []}
        try:
            with whole_folder(self.target) as fresh:
                if not all_hold(self._write(fresh, tables, found, finished=False)):
                    raise _PassedOver
        except _PassedOver:
            pass
        now = time.monotonic()
        self.next_save = now + max(SAVE_EVERY, SAVE_RATIO * (now - began))

    def _write(
        self, folder: Path, tables: Mapping[str, pd.DataFrame], found: Mapping[str, Any], finished: bool = True
    ) -> pd.DataFrame:
        """Everything of a plan folder, ending with the report when the audit holds; returns the audit.

        An incumbent (`finished` false) has no report: it takes time from the solver, and
        `alliance report` makes one should the run be killed.
        """
        write_region(self.inputs.region, self.travel, folder / "region")
        write_plan(folder, {**tables, **self.more}, {**found, **self.said, **self._info()})
        if self.form is not None:
            keep_form(folder, self.form)
        audit = audited(folder)
        if finished and all_hold(audit):
            ground = ground_under(self.inputs, self.config) if self.report else None
            finish(folder, self.lang, self.report, ground, self.published, self.tell)
        return audit

    def _info(self) -> dict[str, Any]:
        return origin_info(self.inputs, self.config, self.notes, self.travel_record, self.started)


class _PassedOver(Exception):
    """An incumbent is not kept."""


def finish(
    folder: Path,
    lang: str,
    report: bool = True,
    ground: Ground | None = None,
    published: Published | None = None,
    tell: Tell = silent,
) -> None:
    """Write rotation and indicators, and unless told otherwise map, report, workbook, calendars and papers.

    folder: an audited plan folder.

    ground: boundaries and roads of the region; None takes those of the folder's older map.
    published: calendars published before, whose events are updated; None takes the folder's own.
    tell: takes the key of each part (`part_...` of `planner.report.words`) as it begins.
    """
    from planner.indicators import indicators
    from planner.roster_today import write_today_audit
    from planner.rotation import write_rotation

    tell("part_indicators")
    write_rotation(folder)
    write_today_audit(folder)
    table = indicators(folder)
    if len(table):
        columns = ("indicator", "scope", "value", "unit", "current", "target", "published", "note")
        write_table(folder / "indicators.csv", table, columns, sort=False)
    if report:
        from planner.calendars import write_calendars
        from planner.figures.whole import figures_of
        from planner.maps import write_maps
        from planner.papers.write import write_papers
        from planner.report.page import write_report
        from planner.workbook import write_workbook

        saved = read_plan(folder)
        tell("part_map")
        write_maps(folder, saved, lang, ground)
        tell("part_workbook")
        figures = figures_of(saved)
        write_workbook(saved, folder / "workbook.xlsx", lang, figures)
        tell("part_calendars")
        write_calendars(folder, saved, lang, published)
        tell("part_report")
        write_report(saved, folder / "report.html", lang)
        write_papers(folder, saved, lang, tell, figures)


def rewrite_report(folder: Path, lang: str | None = None, tell: Tell = silent) -> SavedPlan:
    """Audit a saved plan again and rewrite what people read in it; the rest is copied as it is.

    lang: as in `make_plan`; tell: as in `finish`.

    Raises:
        AuditFailedError: when the plan breaks a rule; nothing is changed.
        planner.folder.FolderError: when the path is no plan folder.
    """
    from planner.audit import audit_plan

    settings = read_plan(folder).info.get("settings", {})
    tell("part_audit")
    audit = audit_plan(folder)
    if not all_hold(audit):
        raise AuditFailedError(folder, audit)
    with whole_folder(folder) as fresh:
        shutil.copytree(folder, fresh, dirs_exist_ok=True)
        write_table(fresh / "audit.csv", audit, ("rule", "subject", "holds", "detail"))
        written = (str(settings.get(section, {}).get("language", "")) for section in ("output", "region"))
        if read_plan(folder).info.get("job") == "groups":
            from planner.grouping.run import finish_groups

            finish_groups(fresh, language(lang, *written))
        else:
            finish(fresh, language(lang, *written), tell=tell)
    return read_plan(folder)


def _status(outcome: Outcome) -> str:
    return outcome.status.value.upper()
