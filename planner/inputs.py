"""A region with its checks and settings: what `check`, `travel` and `plan` all start from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.calendar import CalendarError, WorkCalendar, work_calendar
from planner.config import Config, ConfigError, idle_settings, read_config
from planner.text import MARKS, pick

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from planner.build.roster_pins import Refused


@dataclass(frozen=True)
class Finding:
    """One problem of the input in both languages; errors stop a plan."""

    severity: str
    zh: str
    en: str

    def sentence(self, lang: str) -> str:
        return pick((self.zh, self.en), lang)


class InputError(Exception):
    """The input has problems; all of them are in `findings`."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(one.en for one in findings if one.severity == "error"))
        self.findings = findings


@dataclass(frozen=True)
class Inputs:
    """A region as read, its settings (None when they have faults), its calendar and every problem found."""

    region: Region
    config: Config | None
    calendar: WorkCalendar | None
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == "error"]

    def settled(self) -> tuple[Config, WorkCalendar]:
        """Settings and calendar of a region without errors; raises `InputError` with every finding."""
        if self.errors or self.config is None or self.calendar is None:
            raise InputError(self.findings)
        return self.config, self.calendar


def read_inputs(path: Path, travel: Mapping[str, Any] | None = None, tell: Callable[..., None] | None = None) -> Inputs:
    """Read and check a region: tables, cross-table rules, `plan.toml` and the calendar, in one go.

    travel: settings of [travel] that win over plan.toml's, where they are not None; `roads` is a path.
    tell: hears the key of a message, and its values, before trips are searched on roads.

    Raises:
        geodata.errors.GeodataError: when the path is no region at all.
    """
    from geodata.checks import check_region
    from geodata.communities import with_communities
    from geodata.problems import together
    from geodata.read import read_region

    region = with_communities(_with_travel(read_region(path), travel or {}))
    if tell is not None and "roads" in region.layers:
        tell("searching_roads", file=region.layers["roads"].name)
    problems = together([*region.problems, *check_region(region)])
    findings = [Finding(one.severity, one.sentence("zh"), one.sentence("en")) for one in problems]
    config: Config | None = None
    try:
        config = read_config(region.settings)
    except ConfigError as error:
        findings += [Finding("error", fault.sentence("zh"), fault.sentence("en")) for fault in error.faults]
    calendar: WorkCalendar | None = None
    if config is not None:
        idle = idle_settings(config)
        findings += [Finding("warning", one.sentence("zh"), one.sentence("en")) for one in idle]
        try:
            calendar = work_calendar(config.calendar)
        except CalendarError as error:
            findings.append(_of_settings("error", (error.zh, error.en)))
        else:
            findings += [_of_settings("warning", note) for note in calendar.notes]
    if calendar is not None:
        told = {row for one in problems if one.table == "locks" for row in one.row.split(", ")}
        findings += pin_findings(region, calendar, told)
    return Inputs(region, config, calendar, list(dict.fromkeys(findings)))


def _of_settings(severity: str, said: tuple[str, str]) -> Finding:
    return Finding(severity, *MARKS.both("labelled", label="plan.toml", text=said))


def pin_findings(region: Region, calendar: WorkCalendar, told: Collection[str] = ()) -> list[Finding]:
    """Locks to half-days in which their clinic cannot be held; a wish is a warning. told: rows with a problem."""
    from planner.build.roster_pins import refused_pins

    return [pin_finding(one) for one in refused_pins(region, calendar) if one.label not in told]


def pin_finding(refused: Refused) -> Finding:
    """What is wrong with a lock, at the place where it is written."""
    from planner.build.roster_pins import lock_places
    from planner.build.tables import lock_name

    said = MARKS.both("labelled", label=lock_places([lock_name(refused.label)]), text=(refused.zh, refused.en))
    return Finding("error" if refused.hard else "warning", *said)


def with_assignment(inputs: Inputs, travel: pd.DataFrame) -> Inputs:
    """Inputs whose communities all name the institution of first contact, as far as travel (the full table) allows."""
    from geodata.assign import assign_communities

    region, problems = assign_communities(inputs.region, travel)
    findings = [Finding(one.severity, one.sentence("zh"), one.sentence("en")) for one in problems]
    return replace(inputs, region=region, findings=[*inputs.findings, *findings])


def _with_travel(region: Region, travel: Mapping[str, Any]) -> Region:
    """The region as if its plan.toml said so: the checks and the plan then see the same trips."""
    given = {key: value for key, value in travel.items() if value is not None}
    if not given:
        return region
    layers, sources = dict(region.layers), dict(region.sources)
    roads = given.pop("roads", None)
    if roads is not None:
        from geodata.beside import hash_file

        if not Path(roads).is_file():
            from geodata.roads.errors import unreadable

            raise unreadable(Path(roads), "roads_missing")
        layers["roads"] = Path(roads)
        sources[layers["roads"].name] = hash_file(layers["roads"])
    written = region.settings.get("travel")
    section = {**(written if isinstance(written, Mapping) else {}), **given}
    return replace(region, settings={**region.settings, "travel": section}, layers=layers, sources=sources)
