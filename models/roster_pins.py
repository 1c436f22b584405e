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
from models.roster_instance import RosterInstance, RosterLock
from models.roster_pieces import Piece, solve_piece
from models.roster_stages import FIRST
from models.roster_values import broken_of
from models.rules import ROSTER_RULES

#: Rules that may stand in the way, in the order in which they are told.
IN_THE_WAY = (*(rule for rule in ROSTER_RULES if rule not in ("roster_count", "change_limit", "site_open")), "lock")
#: Seconds for one question, and for all; most clashes that are told.
EACH, ALL, MOST = 5.0, 20.0, 30
#: A bound above this proves that some lock is broken.
PROVED = 1e-4


@dataclass(frozen=True)
class PinClash:
    """Locks that cannot all be kept, which is proved, and the rules in the way.

    together: only all of these rules give room if none holds; else any one of them would. smallest: none of
    the locks may be left out of the clash; False where time ended before that was known.
    """

    locks: tuple[RosterLock, ...]
    rules: tuple[str, ...]
    together: bool = False
    smallest: bool = True


@dataclass(frozen=True)
class _Answer:
    """Labels of locks broken where as many as possible are kept; whether it is proved that some must be."""

    broken: tuple[str, ...]
    proved: bool


def pin_clashes(instance: RosterInstance) -> list[PinClash]:
    """Clashes among the hard locks that ask for clinics in half-days; what time leaves unproved is no clash.

    instance: needs, and counts, of these locks alone.
    """
    asked = [lock for lock in instance.locks if lock.must and lock.weight is None and lock.slots]
    forbidden = [lock for lock in instance.locks if not lock.must and lock.weight is None]
    small = _of_locks(replace(instance, today=frozenset(), change_limit=None), asked)
    soft = [rule for rule in IN_THE_WAY if rule != "lock" and instance.state(rule) == "soft"]
    small = _without(small, soft)  # a soft rule gives way to a lock by itself
    deadline = time.time() + ALL
    found = _clashes(small, asked, forbidden, deadline)
    # what locks do to each other is hidden behind one of them that no roster could keep
    alone = {rule for one in found if len(one.locks) == 1 and not one.together for rule in one.rules}
    if alone and time.time() < deadline:
        freed = _without(small, sorted(alone - {"lock"}))
        known = {one.locks for one in found}
        more = _clashes(freed, asked, () if "lock" in alone else forbidden, deadline)
        found += [one for one in more if len(one.locks) > 1 and one.locks not in known]
    return found[:MOST]


def _clashes(
    instance: RosterInstance, asked: Sequence[RosterLock], forbidden: Sequence[RosterLock], deadline: float
) -> list[PinClash]:
    """The clashes of each lock that a roster which keeps most of them breaks, with those that it keeps and breaks."""
    answer = _ask(instance, asked, forbidden)
    broken = [lock for lock in asked if lock.label in answer.broken] if answer.proved else []
    kept, found = [lock for lock in asked if lock not in broken], dict[tuple[RosterLock, ...], PinClash]()
    for first in broken:
        for others in (kept, [lock for lock in broken if lock is not first], asked):
            if any(first in core for core in found) and (time.time() >= deadline or others is asked):
                continue
            left = [first, *(lock for lock in others if lock is not first)]
            while len(found) < MOST and _ask(instance, left, forbidden).proved:
                mine, smallest = _core(instance, left, forbidden, deadline)
                core = tuple(sorted(mine, key=asked.index))
                if not core or core in found:
                    break
                found[core] = _with_rules(instance, PinClash(core, (), False, smallest), forbidden, deadline)
                if len(core) == 1 or time.time() >= deadline:
                    break
                # the next clash of the lock lacks one of these
                left.remove(next(lock for lock in reversed(core) if lock is not first))
    return list(found.values())


def _with_rules(
    instance: RosterInstance, clash: PinClash, forbidden: Sequence[RosterLock], deadline: float
) -> PinClash:
    """The clash with the rules any one of which gives room; else with few that do so together."""
    core = clash.locks
    alone = [rule for rule in IN_THE_WAY if time.time() < deadline and _helps(instance, [rule], core, forbidden)]
    if alone or time.time() >= deadline:
        return replace(clash, rules=tuple(alone))
    left = list(IN_THE_WAY)
    if not _helps(instance, left, core, forbidden):
        return clash
    for rule in IN_THE_WAY:
        fewer = [one for one in left if one != rule]
        if time.time() < deadline and _helps(instance, fewer, core, forbidden):
            left = fewer
    return replace(clash, rules=tuple(left), together=True)


def _of_locks(instance: RosterInstance, asked: Sequence[RosterLock]) -> RosterInstance:
    """The needs in the half-days that locks name, and no others."""
    needs = {}
    for key, need in instance.needs.items():
        mine = [lock for lock in asked if any(fits(lock, need, pair.doctor) for pair in need.pairs)]
        needs[key] = replace(need, slots=need.slots & frozenset(half for lock in mine for half in lock.slots))
    return replace(instance, needs=needs)


def _ask(instance: RosterInstance, asked: Sequence[RosterLock], forbidden: Sequence[RosterLock]) -> _Answer:
    """As many of the locks kept as time finds, and whether not all of them can be."""
    view = replace(instance, locks=(*asked, *forbidden))
    if not view.needs:
        return _Answer(tuple(lock.label for lock in asked), True)
    answer = solve_piece(Piece(view, tuple(sorted(view.needs)), FIRST[:1], EACH, 0))
    broken = tuple(one.label for one in broken_of(replace(view, locks=tuple(asked)), answer.visits or ()))
    bound = max((stage.bound for stage in answer.stages if stage.aim == FIRST[0]), default=0.0)
    return _Answer(broken, bool(broken) and bound > PROVED)


def _core(
    instance: RosterInstance, asked: Sequence[RosterLock], forbidden: Sequence[RosterLock], deadline: float
) -> tuple[list[RosterLock], bool]:
    """The first lock and those of a clash with which it cannot be kept, and whether none may be left out.

    [] where the first lock is no part of the clash that was found.
    """
    first = asked[0]
    core = [first, *(lock for lock in asked[1:] if _near(instance, first, lock))]
    if len(core) < len(asked) and not _ask(instance, core, forbidden).proved:
        core = list(asked)
    for lock in [*core[1:], first]:
        if time.time() > deadline:
            return core, False
        fewer = [one for one in core if one is not lock]
        if fewer and _ask(instance, fewer, forbidden).proved:
            if lock is first:
                return [], True
            core = fewer
    return core, True


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
    view = _without(instance, [rule for rule in rules if rule != "lock"])
    return not _ask(view, core, () if "lock" in rules else forbidden).broken


def _without(instance: RosterInstance, rules: Sequence[str]) -> RosterInstance:
    """The instance with these rules off."""
    return replace(instance, rules={**instance.rules, **{rule: RuleSetting("off") for rule in rules}})
