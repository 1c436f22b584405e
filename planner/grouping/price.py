"""The price of borders: what a grouping or a plan would be like if one border were drawn otherwise, with proof.

Every case is solved again with its own bound. With both bounds, the true difference lies between `least` and
`most`: (case's bound - our value) and (case's value - our bound). All aims are minimised, so that a positive
difference is a loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from models.answers import Status
from models.grouping_instance import GroupingInstance, GroupLock
from models.grouping_route import GroupSettings, solve_grouping
from models.instance import RuleSetting
from planner.build.places import institutions, trips
from planner.build.tables import Notes
from planner.grouping.apply import FINER, moves_of, with_groups, without_groups
from planner.grouping.units import places

if TYPE_CHECKING:
    from geodata.region import Region
    from models.aims import AimResult
    from models.allocation import Outcome
    from models.instance import Instance
    from planner.config import Config
    from planner.grouping.apply import Borders, Grouped
    from planner.inputs import Inputs

#: Seconds for one case of a grouping, and most sites that are moved (those nearest to another lead first).
SECONDS, MOST = 10.0, 60


@dataclass(frozen=True)
class Case:
    """One other way: its key in `planner.grouping.words`, and the site that would move."""

    key: str
    institution: str = ""
    group: str = ""


def price_groups(grouped: Grouped, config: Config) -> pd.DataFrame:
    """`borders` of a grouping: without contiguity, without balance, and every site at a border in the next group."""
    instance, ours = grouped.built.instance, grouped.outcome
    settings = GroupSettings(SECONDS, FINER * config.solver.gap, config.solver.node_limit, config.solver.seed)
    rows = list(_rows(1, Case("case_this"), ours.status, ours.aims, ours.aims))
    cases: list[tuple[Case, GroupingInstance]] = []
    for key, rules in (("case_not_contiguous", ["contiguous"]), ("case_not_balanced", _balance(instance))):
        eased = {**instance.rules, **{rule: RuleSetting("off") for rule in rules}}
        cases.append((Case(key), replace(instance, rules=eased)))
    cases += [(case, _locked(instance, case)) for case in _moves(instance, dict(ours.groups))]
    for number, (case, changed) in enumerate(cases, start=2):
        fixed = _seats_kept(changed, dict(ours.groups)) if case.key == "case_move" else changed
        found = solve_grouping(fixed, settings, start=_started(ours.groups, case, instance))
        rows += _rows(number, case, found.status, found.aims, ours.aims)
    return pd.DataFrame(rows)


def _balance(instance: GroupingInstance) -> list[str]:
    return ["balance_population", "balance_need", "balance_risk"]


def _seats_kept(instance: GroupingInstance, groups: dict[str, str]) -> GroupingInstance:
    """The same with the centres of a grouping as the only ones."""
    used = set(groups.values())
    return replace(instance, centres=tuple(one for one in instance.centres if one.unit in used))


def _moves(instance: GroupingInstance, groups: dict[str, str]) -> list[Case]:
    """Each unit beside another group, in that group."""
    seats, found = set(groups.values()), []
    for unit, centre in sorted(groups.items()):
        if unit in seats:
            continue
        for other in sorted({groups[one] for one in instance.around[unit]} - {centre}):
            extra = instance.minutes.get((unit, other), 0.0) - instance.minutes.get((unit, centre), 0.0)
            found.append((extra, Case("case_move", unit, instance.centre[other].group)))
    return [case for _, case in sorted(found, key=lambda pair: (pair[0], pair[1].institution))[:MOST]]


def _locked(instance: GroupingInstance, case: Case) -> GroupingInstance:
    seat = next(one.unit for one in instance.centres if one.group == case.group)
    rules = {**instance.rules, "lock": RuleSetting("hard")}
    return replace(instance, locks=(*instance.locks, GroupLock("moved", case.institution, seat, True)), rules=rules)


def _started(groups: Any, case: Case, instance: GroupingInstance) -> dict[str, str]:
    start = dict(groups)
    if case.key == "case_move":
        start[case.institution] = next(one.unit for one in instance.centres if one.group == case.group)
    return start


def border_rows(
    cases: Iterable[tuple[Case, Status, tuple[AimResult, ...]]], ours: tuple[AimResult, ...]
) -> pd.DataFrame:
    """`borders` from cases solved elsewhere; the first is the plan itself."""
    rows = [row for at, case in enumerate(cases, start=1) for row in _rows(at, *case, ours)]
    return pd.DataFrame(rows)


def _rows(
    number: int, case: Case, status: Status, aims: tuple[AimResult, ...], ours: tuple[AimResult, ...]
) -> Iterator[dict[str, Any]]:
    """One row per aim, or one row that says that there is nothing."""
    said = {"number": number, "case": case.key, "institution": case.institution, "group": case.group}
    if not aims:
        yield {**said, "aim": "", "status": status.value.upper()}
        return
    known = {aim.name: aim for aim in ours}
    for aim in aims:
        mine = known.get(aim.name)
        row = {**said, "aim": aim.name, "status": status.value.upper(), "value": aim.value, "bound": aim.bound}
        row |= {"gap": aim.gap, "unit": aim.unit}
        if mine is not None:
            span = {"least": aim.bound - mine.value, "most": aim.value - mine.bound}
            row |= {"difference": aim.value - mine.value, **span}
        yield row


def price_plan(
    inputs: Inputs,
    config: Config,
    travel: pd.DataFrame,
    borders: Borders,
    ours: Outcome,
    allocate: Callable[[Instance], Outcome],
) -> pd.DataFrame:
    """`borders` of a linked plan: with groups dropped (or, where ours has none, with today's), and with each move.

    Allocations alone are compared: dates change nothing in these aims.
    """
    from planner.build import build_instance

    dropped = borders.mode != "none"
    other = without_groups(config) if dropped else _with_groups_back(config)
    cases: list[tuple[Case, Region, Config]] = [(Case("case_none" if dropped else "case_fixed"), inputs.region, other)]
    for site, group in moves_of(inputs.region, borders.moves):
        table = pd.DataFrame({"institution": _with_followers(inputs.region, travel, config, site), "group": group})
        cases.append((Case("case_move", site, group), with_groups(inputs.region, table), config))
    solved = [(Case("case_this"), ours.status, tuple(ours.aims))]
    for case, region, settings in cases:
        found = allocate(build_instance(region, settings, travel).instance)
        solved.append((case, found.status, tuple(found.aims)))
    return border_rows(solved, tuple(ours.aims))


def _with_groups_back(config: Config) -> Config:
    return replace(config, rules={rule: how for rule, how in config.rules.items() if rule != "own_group"})


def _with_followers(region: Region, travel: pd.DataFrame, config: Config, site: str) -> list[str]:
    minutes = trips(travel, institutions(region), config, Notes()).patient_minutes
    return list(places(region, minutes, Notes()).members.get(site, (site,)))
