"""Which component a lock is given to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.roster_choices import Key, choices, fits
from models.roster_instance import RosterInstance, RosterLock, Visit
from models.roster_model import BROKEN


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


def loose_of(instance: RosterInstance, parts: Sequence[tuple[Key, ...]]) -> list[float]:
    """Points of what is asked of each component although another one could keep it too."""
    found = []
    for locks in locks_of(instance, parts):
        asked = [lock for lock in locks if lock.must]
        loose = [lock for lock in asked if sum(_speaks(instance, lock, keys) for keys in parts) > 1]
        found.append(sum((BROKEN if lock.weight is None else lock.weight for lock in loose), 0.0))
    return found


def _speaks(instance: RosterInstance, lock: RosterLock, keys: Iterable[Key]) -> bool:
    needs = [instance.needs[key] for key in keys]
    return any(fits(lock, need, pair.doctor) for need in needs for pair in need.pairs)


def locked_of(instance: RosterInstance, visits: Iterable[Visit]) -> list[Visit]:
    """The visits that a hard lock asks for."""
    asked = [lock for lock in instance.locks if lock.must and lock.weight is None and lock.slots]
    return [
        (doctor, site, specialty, half)
        for doctor, site, specialty, half in visits
        if any(half in lock.slots and fits(lock, instance.needs[site, specialty], doctor) for lock in asked)
    ]
