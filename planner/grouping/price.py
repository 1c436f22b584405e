"""The price of borders: what a grouping or a plan would be like if one border were drawn otherwise, with proof.

Every case is solved again with its own bound, begun from the grouping or plan at hand where that fits. With both
bounds, the true difference lies between `least` and `most`: (case's bound - our value) and (case's value - our
bound); what a case only permits cannot lose, what it only forbids cannot gain. Bounds that hold for a kept offer or
kept centres alone compare nothing: those aims have a difference and no range. All aims are minimised, so that a
positive difference is a loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    from models.known_plan import KnownPlan
    from planner.config import Config
    from planner.grouping.apply import Borders, Grouped
    from planner.inputs import Inputs

#: Seconds for one case of a grouping, for all of them, and most sites that are moved (nearest to another lead first).
SECONDS, TOTAL, MOST = 10.0, 120.0, 60
#: Differences below this are rounding.
NOTHING = 1e-6
#: What a bound may rest on that another plan need not share (`AimResult.given`).
CONDITIONAL = frozenset({"the offer", "centres"})


@dataclass(frozen=True)
class Case:
    """One other way: its key in `planner.grouping.words`, and the site that would move.

    way: -1 where it only permits more than the grouping or plan at hand, 1 where it only forbids, 0 for neither.
    """

    key: str
    institution: str = ""
    group: str = ""
    way: int = 0


def price_groups(grouped: Grouped, config: Config) -> pd.DataFrame:
    """`borders` of a grouping: without contiguity, without balance, and every site at a border in the next group."""
    instance, ours = grouped.built.instance, grouped.outcome
    cases: list[tuple[Case, GroupingInstance]] = []
    for key, rules in (("case_not_contiguous", ["contiguous"]), ("case_not_balanced", _balance(instance))):
        eased = {**instance.rules, **{rule: RuleSetting("off") for rule in rules}}
        cases.append((Case(key, way=-1), replace(instance, rules=eased)))
    cases += [(case, _locked(instance, case)) for case in _moves(instance, dict(ours.groups))]
    seconds = min(SECONDS, TOTAL / len(cases))
    settings = GroupSettings(seconds, FINER * config.solver.gap, config.solver.node_limit, config.solver.seed)
    rows = list(case_rows(1, Case("case_this"), ours.status, ours.aims, ours.aims))
    for number, (case, changed) in enumerate(cases, start=2):
        fixed = _seats_kept(changed, dict(ours.groups)) if case.key == "case_move" else changed
        found = solve_grouping(fixed, settings, start=_started(ours.groups, case, instance))
        rows += case_rows(number, case, found.status, found.aims, ours.aims)
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
            found.append((extra, Case("case_move", unit, instance.centre[other].group, 1)))
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


def case_rows(
    number: int, case: Case, status: Status, aims: tuple[AimResult, ...], ours: tuple[AimResult, ...]
) -> Iterator[dict[str, Any]]:
    """One row per aim with its difference to `ours`, or one row that says that there is nothing."""
    said = {"number": number, "case": case.key, "institution": case.institution, "group": case.group}
    if not aims:
        yield {**said, "aim": "", "status": status.value.upper()}
        return
    known = {aim.name: aim for aim in ours}
    first = True
    for aim in aims:
        mine = known.get(aim.name)
        row = {**said, "aim": aim.name, "status": status.value.upper(), "value": aim.value, "bound": aim.bound}
        row |= {"gap": aim.gap, "unit": aim.unit}
        if mine is not None:
            difference = aim.value - mine.value
            row["difference"] = difference
            if comparable(aim, mine):
                least, most = aim.bound - mine.value, aim.value - mine.bound
                # The values themselves may stand beyond: later aims took some of this one's tolerance.
                if first and case.way < 0:
                    most = min(most, max(difference, 0.0))
                elif first and case.way > 0:
                    least = max(least, min(difference, 0.0))
                row |= {"least": least, "most": max(least, most)}
            # What holds of an aim by its rules alone holds of the next where the two do not differ in this one.
            first = first and abs(aim.value - mine.value) <= NOTHING and aim.gap <= NOTHING and mine.gap <= NOTHING
        yield row


def comparable(one: AimResult, other: AimResult) -> bool:
    """Whether the bounds of one aim in two plans rest on nothing that the other plan need not share."""
    return not CONDITIONAL & {*one.given.split(", "), *other.given.split(", ")}


def price_plan(
    inputs: Inputs,
    config: Config,
    travel: pd.DataFrame,
    borders: Borders,
    ours: Outcome,
    allocate: Callable[[Instance, KnownPlan], Outcome],
    before: Region,
) -> pd.DataFrame:
    """`borders` of a linked plan; before: the region with today's groups.

    With groups dropped (or, where ours has none, with today's), with today's groups where ours are new, and with each
    move. Allocations alone are compared, with the same limits of what has dates.
    """
    from models.known_plan import KnownPlan
    from planner.build import build_instance

    assert ours.model is not None
    cuts, best, solved = ours.model.instance.date_cuts, ours, [(1, Case("case_this"), ours)]
    cases = list(enumerate(_plans(inputs, config, travel, borders, before), start=2))
    # What forbids least comes last: each plan found before it is one of its own.
    for number, (case, region, settings) in sorted(cases, key=lambda one: one[1][0].way < 0):
        instance = replace(build_instance(region, settings, travel).instance, date_cuts=cuts)
        assert best.model is not None and best.x is not None
        found = allocate(instance, KnownPlan(best.model, best.x))
        solved.append((number, case, found))
        if found.x is not None and _worth(found) < _worth(best):
            best = found
    ordered = sorted(solved, key=lambda one: one[0])
    return pd.DataFrame([row for number, case, found in ordered for row in _of_plan(number, case, found, ours)])


def _worth(outcome: Outcome) -> tuple[float, float]:
    """Floors and unmet visits, rounded as a comparison needs."""
    values = {aim.name: aim.value for aim in outcome.aims}
    return round(values.get("floors", 0.0), 4), round(values.get("unmet", 0.0), 3)


def cases_of(borders: Borders) -> int:
    """How many further plans `price_plan` makes."""
    return 1 + (borders.mode == "free") + len(borders.moves)


def _plans(
    inputs: Inputs, config: Config, travel: pd.DataFrame, borders: Borders, before: Region
) -> list[tuple[Case, Region, Config]]:
    if borders.mode == "none":
        found = [(Case("case_fixed", way=1), inputs.region, _with_groups_back(config))]
    else:
        found = [(Case("case_none", way=-1), inputs.region, without_groups(config))]
    if borders.mode == "free":
        found.append((Case("case_today"), before, config))
    for site, group in moves_of(inputs.region, borders.moves):
        table = pd.DataFrame({"institution": _with_followers(inputs.region, travel, config, site), "group": group})
        found.append((Case("case_move", site, group), with_groups(inputs.region, table), config))
    return found


def _of_plan(number: int, case: Case, found: Outcome, ours: Outcome) -> Iterator[dict[str, Any]]:
    """The aims of a plan, and the visits kept local, which are no aim and have no bound."""
    yield from case_rows(number, case, found.status, tuple(found.aims), tuple(ours.aims))
    if found.tables:
        kept, mine = _kept_local(found), _kept_local(ours)
        said = {"number": number, "case": case.key, "institution": case.institution, "group": case.group}
        said |= {"aim": "kept_visits", "status": found.status.value.upper(), "unit": "visits/month"}
        yield {**said, "value": kept, "difference": kept - mine}


def _kept_local(outcome: Outcome) -> float:
    table = outcome.tables.get("visits")
    if table is None or table.empty:
        return 0.0
    return float(table[["sessions", "posted", "tele"]].to_numpy(dtype=float).sum()) / table["quarter"].nunique()


def _with_groups_back(config: Config) -> Config:
    return replace(config, rules={rule: how for rule, how in config.rules.items() if rule != "own_group"})


def _with_followers(region: Region, travel: pd.DataFrame, config: Config, site: str) -> list[str]:
    minutes = trips(travel, institutions(region), config, Notes()).patient_minutes
    return list(places(region, minutes, Notes()).members.get(site, (site,)))
