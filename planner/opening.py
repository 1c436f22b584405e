"""How every job that writes a plan folder begins and ends: settled tables, settings and trips; an audit that holds."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from planner.calendar import WorkCalendar
from planner.config import Config
from planner.folder import check_replaceable, check_writable, write_table
from planner.inputs import Inputs, read_inputs, with_assignment
from planner.progress import Progress
from planner.text import language

if TYPE_CHECKING:
    import pandas as pd

    from geodata.map_ground import Ground
    from geodata.travel import Travel


class AuditFailedError(Exception):
    """A plan breaks a rule; it is kept at `folder` without a report."""

    def __init__(self, folder: Path, audit: pd.DataFrame) -> None:
        super().__init__(str(folder))
        self.folder = folder
        self.audit = audit


@dataclass(frozen=True)
class Opened:
    """A region that may be planned. `lang` is the report's language, `started` the clock when reading began."""

    inputs: Inputs
    config: Config
    calendar: WorkCalendar
    travel: Travel
    lang: str
    started: float


def opened(
    region: Path,
    target: Path,
    progress: Progress,
    overrides: Mapping[str, Mapping[str, object]] | None,
    lang: str | None,
) -> Opened:
    """Read and check a region for a plan at `target`, with its trips; arguments as in `planner.plan.make_plan`.

    Raises:
        planner.inputs.InputError: the input has problems.
        planner.folder.FolderError: the target holds something that is no plan, or cannot be written.
    """
    check_replaceable(target)
    check_writable(target)
    return opened_for(region, progress, overrides, lang)


def opened_for(
    region: Path,
    progress: Progress,
    overrides: Mapping[str, Mapping[str, object]] | None,
    lang: str | None,
) -> Opened:
    """Read and check a region for a job, with its trips; raises `planner.inputs.InputError`."""
    started = time.monotonic()
    progress.stage("reading", name=region.name)
    inputs = read_inputs(region, tell=progress.stage)
    config, calendar = inputs.settled()
    for section, values in (overrides or {}).items():
        config = config.override(section, **values)
    spoken = language(lang, config.output.language, config.region.language)
    progress.stage("travelling")
    made = travel_made(inputs, config)
    return Opened(with_assignment(inputs, made.table), config, calendar, made, spoken, started)


def travel_of(inputs: Inputs, config: Config) -> pd.DataFrame:
    """The full travel table of a region under its settings."""
    return travel_made(inputs, config).table


def travel_made(inputs: Inputs, config: Config) -> Travel:
    """The full travel table and how it was made; the checks have made it already where roads are used."""
    from geodata.travel import make_travel

    made = make_travel(inputs.region, config.to_dict()["travel"])
    # The model and the audit, which reads the saved copy, must see the same minutes.
    table = made.table.assign(minutes=made.table["minutes"].round(6), km=made.table["km"].round(6))
    return replace(made, table=table)


def ground_under(inputs: Inputs, config: Config) -> Ground:
    """What lies under the map, from the layers beside the region's tables."""
    from geodata.map_ground import ground_of

    return ground_of(inputs.region, config.to_dict())


def audited(folder: Path) -> pd.DataFrame:
    """The audit of a plan folder, saved there as `audit.csv`."""
    from planner.audit import audit_plan

    audit = audit_plan(folder)
    write_table(folder / "audit.csv", audit, ("rule", "subject", "holds", "detail"))
    return audit


def must_hold(audit: pd.DataFrame, folder: Path, target: Path) -> None:
    """Set a folder whose audit is broken aside, beside its target, and raise AuditFailedError."""
    if all_hold(audit):
        return
    aside = target.with_name(f"{target.name}.rejected")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(folder, aside)
    raise AuditFailedError(aside, audit)


def all_hold(audit: pd.DataFrame) -> bool:
    """Whether no line of an audit is broken."""
    return bool(audit["holds"].map(holds).all()) if len(audit) else True


def holds(value: object) -> bool:
    """`holds` of an audit line: yes/no or a truth value."""
    return str(value).strip().lower() in ("yes", "true", "1")
