"""Small rosters written by hand: two hospitals' doctors, two near sites and a far one, four weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from models.instance import RuleSetting, RuleState
from models.roster_instance import Pair, RosterDepartment, RosterDoctor, RosterInstance, RosterNeed, RosterSite

START = date(2026, 6, 1)
WEEKS = 4


def halves(*weekdays: int, weeks: int = WEEKS, slots: tuple[int, ...] = (0, 1)) -> frozenset[int]:
    """Half-days of these weekdays (Monday 1) in every week; slots 0 morning, 1 afternoon."""
    return frozenset(2 * (7 * week + n - 1) + slot for week in range(weeks) for n in weekdays for slot in slots)


def doctor(name: str, **changes: Any) -> RosterDoctor:
    base = RosterDoctor(name, name, "H1", "H1/DEP", halves(1, 2, 3, 4, 5), (20,), 4)
    return replace(base, **changes)


def site(name: str, **changes: Any) -> RosterSite:
    return replace(RosterSite(name, name, halves(1, 2, 3, 4, 5), 1, None), **changes)


def pair(name: str, count: int = 4, **changes: Any) -> Pair:
    return replace(Pair(name, (count,), True, False, 30.0), **changes)


def need(place: str, specialty: str, *pairs: Pair, **changes: Any) -> RosterNeed:
    """A weekly clinic, four times in four weeks, by these pairs."""
    count = (sum(one.count[0] for one in pairs),)
    base = RosterNeed(
        place, specialty, "weekly", count, 10.0, pairs, (), halves(1, 2, 3, 4, 5), every=(1, 1), gap=2
    )  # fmt: skip
    return replace(base, **changes)


def roster(
    doctors: list[RosterDoctor], sites: list[RosterSite], needs: list[RosterNeed], **changes: Any
) -> RosterInstance:
    """An instance of four weeks from Monday 1 June 2026, one quarter; one department without a limit."""
    members = frozenset(one.id for one in doctors)
    base = RosterInstance(
        start=START,
        weeks=WEEKS,
        quarters=(("Q1", 0, WEEKS),),
        working=frozenset(half // 2 for half in halves(1, 2, 3, 4, 5)),
        doctors={one.id: one for one in doctors},
        sites={one.id: one for one in sites},
        needs={one.key: one for one in needs},
        departments={"H1/DEP": RosterDepartment("H1/DEP", members, {})},
        two_sites_minutes=20.0,
    )
    return replace(base, **changes)


def with_state(instance: RosterInstance, rule: str, state: RuleState, weight: float = 1.0) -> RosterInstance:
    """The instance with a rule hard, soft or off."""
    return replace(instance, rules={**instance.rules, rule: RuleSetting(state, weight)})
