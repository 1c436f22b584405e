"""Groups inside `alliance plan`: the region with other groups, and how they were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from models.answers import Status
from models.instance import RuleSetting
from planner.grouping.words import both
from planner.inputs import Finding, InputError

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from models.clashes import Clash
    from models.grouping_route import GroupingOutcome, Report
    from planner.config import Config
    from planner.grouping.build import Built
    from planner.inputs import Inputs
    from planner.progress import Progress

#: Groupings are small: each aim is solved to this part of the gap that plans are solved to.
FINER = 0.1
#: Groups as they are in the tables, found anew before the plan, or dropped.
Mode = Literal["fixed", "free", "none"]


class NoGroupsError(Exception):
    """No grouping exists; `clashes` is the smallest set of rules that must give."""

    def __init__(self, clashes: list[Clash]) -> None:
        super().__init__(", ".join(clash.rule for clash in clashes))
        self.clashes = clashes


class UngroupedError(Exception):
    """The search was stopped before it had any grouping."""


@dataclass(frozen=True)
class Borders:
    """How `alliance plan` treats groups: mode; whether their price is asked for; moves as `SITE=GROUP`."""

    mode: Mode = "fixed"
    price: bool = False
    moves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grouped:
    """A region with its new groups and full neighbour table; `info` is what `plan.json` says of them."""

    region: Region
    built: Built
    outcome: GroupingOutcome
    info: Mapping[str, Any]


def group_region(region: Region, config: Config, travel: pd.DataFrame, report: Report | None = None) -> Grouped:
    """Find groups for a region and put them into its tables.

    Raises:
        planner.inputs.InputError: the question cannot be put.
        NoGroupsError, UngroupedError: as they say.
    """
    from models.grouping_route import GroupSettings, solve_grouping
    from planner.grouping.build import build_grouping

    built = build_grouping(region, config, travel)
    solver = config.solver
    settings = GroupSettings(solver.time_limit_s, FINER * solver.gap, solver.node_limit, solver.seed)
    outcome = solve_grouping(built.instance, settings, report)
    if outcome.status is Status.INFEASIBLE:
        raise NoGroupsError(list(outcome.clashes))
    if outcome.status is Status.UNSOLVED:
        raise UngroupedError
    info = {
        "status": outcome.status.value.upper(),
        "stopped_by": outcome.stopped_by,
        "aims": [asdict(aim) for aim in outcome.aims],
        "units": len(built.instance.units),
        "neighbours": len(built.instance.edges),
        "cuts": outcome.cuts,
        "searches": outcome.searches,
        "seconds": round(outcome.seconds, 3),
    }
    return Grouped(with_groups(region, outcome.tables["groups"], built.neighbours), built, outcome, info)


def with_groups(region: Region, groups: pd.DataFrame, neighbours: pd.DataFrame | None = None) -> Region:
    """The region with these groups (institution, group) in `institutions`, and its neighbour table where given.

    Groups of one service go to `memberships` when they are used; `institutions` keeps its own then.
    """
    tables = dict(region.tables)
    given = dict(zip(groups["institution"], groups["group"], strict=True))
    table = tables["institutions"].copy()
    before = table["group"] if "group" in table else [""] * len(table)
    table["group"] = [given.get(str(code), old) for code, old in zip(table["id"], before, strict=True)]
    tables["institutions"] = table
    if neighbours is not None and len(neighbours):
        tables["neighbours"] = neighbours[["institution", "neighbour", "kind"]].reset_index(drop=True)
    return replace(region, tables=tables)


def bordered(
    inputs: Inputs, config: Config, travel: pd.DataFrame, borders: Borders, progress: Progress
) -> tuple[Inputs, Config, Grouped | None]:
    """Inputs and settings with the groups that are asked for; the grouping where one was made.

    Raises as `group_region` and `moves_of` do.
    """
    moves_of(inputs.region, borders.moves)
    if borders.mode == "none":
        return inputs, without_groups(config), None
    if borders.mode == "fixed":
        return inputs, config, None
    progress.stage("grouping", seconds=config.solver.time_limit_s)
    grouped = group_region(inputs.region, config, travel, progress)
    progress.done()
    return replace(inputs, region=grouped.region), config, grouped


def without_groups(config: Config) -> Config:
    """Settings under which everybody may serve everybody; memberships of a service stay agreements."""
    return replace(config, rules={**config.rules, "own_group": RuleSetting("off")})


def moves_of(region: Region, moves: tuple[str, ...]) -> list[tuple[str, str]]:
    """`SITE=GROUP` as pairs of an institution's id and a group's name; names of institutions are understood too.

    Raises `InputError` for what names no institution or no group.
    """
    table = region.tables["institutions"]
    ids = dict(zip(table["name"].astype(str), table["id"].astype(str), strict=True)) if "name" in table else {}
    ids |= {code: code for code in table["id"].astype(str)}
    groups = set(table["group"].astype(str)) - {""} if "group" in table else set()
    by_lead = dict(zip(table["id"].astype(str), table["group"].astype(str), strict=True)) if "group" in table else {}
    found: list[tuple[str, str]] = []
    faults: list[Finding] = []
    for text in moves:
        site, _, group = (part.strip() for part in text.partition("="))
        group = group if group in groups else by_lead.get(ids.get(group, ""), group)
        if site not in ids or group not in groups:
            faults.append(Finding("error", *both("no_move", text=text, known=", ".join(sorted(groups)[:8]))))
        else:
            found.append((ids[site], group))
    if faults:
        raise InputError(faults)
    return found
