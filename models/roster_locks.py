"""Which component a lock is given to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.roster_choices import Key, choices, fits
from models.roster_instance import RosterInstance, RosterLock, Visit


def locks_of(instance: RosterInstance, parts: Sequence[tuple[Key, ...]]) -> list[tuple[RosterLock, ...]]:
    """The locks of each component.

    What is forbidden is forbidden to all. What is asked for is asked of one: the first component that has a
    half-day for it, else the first whose doctors and needs it speaks of (which then reports it broken).
    """
    found: list[list[RosterLock]] = [[] for _ in parts]
    owner = {key: at for at, keys in enumerate(parts) for key in keys}
    asked = [lock for lock in instance.locks if lock.must]
    options = choices(instance, sorted(instance.needs)) if asked else {}
    for lock in instance.locks:
        if not lock.must:
            for mine in found:
                mine.append(lock)
            continue
        able = [
            owner[key]
            for (key, doctor), halves in options.items()
            if fits(lock, instance.needs[key], doctor) and (not lock.slots or not lock.slots.isdisjoint(halves))
        ]
        spoken = able or [
            owner[key] for key, need in instance.needs.items() if any(fits(lock, need, p.doctor) for p in need.pairs)
        ]
        if spoken:
            found[min(spoken)].append(lock)
    return [tuple(mine) for mine in found]


def locked_of(instance: RosterInstance, visits: Iterable[Visit]) -> list[Visit]:
    """The visits that a hard lock asks for."""
    asked = [lock for lock in instance.locks if lock.must and lock.weight is None and lock.slots]
    return [
        (doctor, site, specialty, half)
        for doctor, site, specialty, half in visits
        if any(half in lock.slots and fits(lock, instance.needs[site, specialty], doctor) for lock in asked)
    ]
