"""Locks on half-days that cannot all be kept, whatever else is on the roster: which, and by which rule.

Only what is locked is dated: if that alone is impossible, no roster can do it. Each clash is a smallest
set of locks (none of them may be left out of it) with the rules any one of which would have to give.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.instance import RuleSetting
from models.roster_choices import fits
from models.roster_instance import RosterInstance, RosterLock, Visit
from models.roster_pieces import Piece, solve_piece
from models.roster_stages import FIRST
from models.roster_values import broken_of
from models.rules import ROSTER_RULES

#: Rules that may stand in the way, in the order in which they are told.
IN_THE_WAY = (*(rule for rule in ROSTER_RULES if rule not in ("roster_count", "change_limit", "site_open")), "lock")
#: Seconds for one question, and for all.
EACH, ALL = 5.0, 20.0


@dataclass(frozen=True)
class PinClash:
    """Locks that cannot all be kept, and the rules in the way.

    together: only all of these rules give room if none holds; else any one of them would.
    """

    locks: tuple[RosterLock, ...]
    rules: tuple[str, ...]
    together: bool = False


def pin_clashes(instance: RosterInstance) -> list[PinClash]:
    """Clashes among the hard locks that ask for clinics in half-days.

    instance: needs, and counts, of these locks alone.
    """
    asked = [lock for lock in instance.locks if lock.must and lock.weight is None and lock.slots]
    forbidden = [lock for lock in instance.locks if not lock.must and lock.weight is None]
    small = _of_locks(replace(instance, today=frozenset(), change_limit=None), asked)
    deadline, found, named = time.time() + ALL, list[PinClash](), set[str]()
    for label in _broken(small, asked, forbidden):
        if label in named:
            continue
        core = sorted(_core(small, label, asked, forbidden, deadline), key=asked.index)
        named |= {lock.label for lock in core}
        alone = tuple(rule for rule in IN_THE_WAY if _helps(small, [rule], core, forbidden))
        found.append(PinClash(tuple(core), alone or _fewest(small, core, forbidden), not alone))
    return found


def _fewest(instance: RosterInstance, core: Sequence[RosterLock], forbidden: Sequence[RosterLock]) -> tuple[str, ...]:
    """Rules without any of which the others still stand in the way; () where even all of them give too little."""
    left = list(IN_THE_WAY)
    if not _helps(instance, left, core, forbidden):
        return ()
    for rule in IN_THE_WAY:
        fewer = [one for one in left if one != rule]
        if _helps(instance, fewer, core, forbidden):
            left = fewer
    return tuple(left)


def _of_locks(instance: RosterInstance, asked: Sequence[RosterLock]) -> RosterInstance:
    """The needs in the half-days that locks name, and no others."""
    needs = {}
    for key, need in instance.needs.items():
        mine = [lock for lock in asked if any(fits(lock, need, pair.doctor) for pair in need.pairs)]
        needs[key] = replace(need, slots=need.slots & frozenset(half for lock in mine for half in lock.slots))
    return replace(instance, needs=needs)


def _broken(instance: RosterInstance, asked: Sequence[RosterLock], forbidden: Sequence[RosterLock]) -> list[str]:
    """Labels of locks left out where as many as possible are kept."""
    view = replace(instance, locks=(*asked, *forbidden))
    visits: tuple[Visit, ...] = ()
    if view.needs:
        answer = solve_piece(Piece(view, tuple(sorted(view.needs)), FIRST[:1], EACH, 0))
        visits = answer.visits or ()
    return [one.label for one in broken_of(replace(view, locks=tuple(asked)), visits)]


def _core(
    instance: RosterInstance, label: str, asked: Sequence[RosterLock], forbidden: Sequence[RosterLock], deadline: float
) -> list[RosterLock]:
    """The lock, and those without any of which it could be kept with the others."""
    first = next(lock for lock in asked if lock.label == label)
    core = [first, *(lock for lock in asked if lock is not first and _near(instance, first, lock))]
    if not _broken(instance, core, forbidden):
        core = list(asked)
    for lock in core[1:]:
        if time.time() > deadline:
            break
        fewer = [one for one in core if one is not lock]
        if _broken(instance, fewer, forbidden):
            core = fewer
    return core


def _near(instance: RosterInstance, one: RosterLock, other: RosterLock) -> bool:
    """Whether two locks may share a doctor, a site or a department."""
    a, b = (
        {
            name
            for key, need in instance.needs.items()
            for pair in need.pairs
            if fits(lock, need, pair.doctor)
            for name in (f"site {key[0]}", f"doctor {pair.doctor}", f"home {instance.doctors[pair.doctor].department}")
        }
        for lock in (one, other)
    )
    return bool(a & b)


def _helps(
    instance: RosterInstance, rules: Sequence[str], core: Sequence[RosterLock], forbidden: Sequence[RosterLock]
) -> bool:
    """Whether the locks can all be kept where these rules are off.

    Half-days that the site did not ask for stay out: the tables told of them.
    """
    off = {rule: RuleSetting("off") for rule in rules if rule != "lock"}
    view = replace(instance, rules={**instance.rules, **off})
    return not _broken(view, core, () if "lock" in rules else forbidden)
