"""Locks of units to groups: by the seat of a group that has a name, by a companion where any unit may be the seat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.grouping_instance import GroupingInstance, GroupLock
from models.ledger import Ledger
from models.rows import Columns, Rows, Term


def kept(instance: GroupingInstance, lock: GroupLock, groups: Mapping[str, str]) -> bool:
    """Whether a grouping (centre of each unit) does what a lock asks."""
    if instance.nameless:
        return (groups.get(lock.unit) == groups.get(lock.centre)) == lock.must
    return (groups.get(lock.unit) == lock.centre) == lock.must


def add_locks(owner: str, block: Any, instance: GroupingInstance, ledger: Ledger, x: Columns) -> None:
    """The rows of `lock`; what a lock with a weight does not keep goes to the aim `floors`."""
    family = Rows(ledger.sheet, owner, "lock", doc="groups fixed by hand", rule="lock", unit="units")
    weighed = [lock for lock in instance.locks if lock.weight is not None]
    unlocked = Columns(
        ledger.sheet, block, "unlocked", [lock.label for lock in weighed], doc="not kept", unit="units", upper=1.0
    )
    for lock in weighed:
        ledger.aim("floors", unlocked, lock.label, lock.weight or 0.0)
    broken = _companions(owner, block, instance, ledger, x) if instance.nameless and instance.locks else None
    for lock in instance.locks:
        subject, slack = (lock.unit, lock.label), [] if lock.weight is None else [(unlocked, lock.label, 1.0)]
        if broken is not None:
            less: list[Term] = [(columns, key, -value) for columns, key, value in slack]
            family.row(subject, [(broken, lock.label, 1.0), *less], upper=0.0)
            continue
        pair = (lock.unit, lock.centre)
        terms: list[Term] = [(x, pair, 1.0)] if pair in x else []
        if lock.must:
            family.row(subject, [*terms, *slack], lower=1.0)
        elif terms:
            family.row(subject, [*terms, *((columns, key, -value) for columns, key, value in slack)], upper=0.0)


def _companions(owner: str, block: Any, instance: GroupingInstance, ledger: Ledger, x: Columns) -> Columns:
    """1 where two units that a lock joins are in two groups, or two that it parts are in one, whatever the seat."""
    labels = [lock.label for lock in instance.locks]
    broken = Columns(ledger.sheet, block, "broken", labels, doc="companions not as locked", unit="units", upper=1.0)
    family = Rows(ledger.sheet, owner, "companion", doc="companions of a lock are in one group, or are not")
    for lock in instance.locks:
        for centre in instance.centres:
            one, other = ([(x, (u, centre.unit), 1.0)] * ((u, centre.unit) in x) for u in (lock.unit, lock.centre))
            below: list[Term] = [(columns, key, -value) for columns, key, value in one]
            flag: Term = (broken, lock.label, 1.0)
            subject = (lock.label, centre.unit)
            if lock.unit == lock.centre:
                if not lock.must and one:
                    family.row(subject, [flag, *below], lower=0.0)
            elif lock.must and one:
                family.row(subject, [flag, *below, *other], lower=0.0)
            elif not lock.must and one and other:
                away: list[Term] = [(columns, key, -value) for columns, key, value in other]
                family.row(subject, [flag, *below, *away], lower=-1.0)
    return broken
