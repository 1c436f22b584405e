"""What differs between two rosters: clinics of one site and specialty paired with those nearest to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

#: Date, half-day, doctor.
Dated = tuple[date, str, str]


@dataclass(frozen=True)
class Change:
    """What differs from today's roster at one site and specialty; `was` and `now` are None where there is none."""

    kind: str
    site: str
    specialty: str
    was: Dated | None
    now: Dated | None


def matched(key: tuple[str, str], was: Iterable[Dated], now: Iterable[Dated]) -> Iterable[Change]:
    """Pair clinics of one site and specialty: same half-day, then same doctor, then anybody in the same week."""
    old, new = sorted(was), sorted(now)
    found = []
    for kind, same in (("swapped", _same_half), ("moved", _same_doctor), ("both", _same_week)):
        for one in list(old):
            other = next((item for item in new if same(one, item)), None)
            if other is not None:
                old.remove(one)
                new.remove(other)
                found.append(Change(kind, *key, one, other))
    found += [Change("dropped", *key, one, None) for one in old] + [Change("added", *key, None, one) for one in new]
    return sorted(found, key=lambda change: (change.now or change.was or ())[:2])


def _same_half(one: Dated, other: Dated) -> bool:
    return one[:2] == other[:2]


def _same_week(one: Dated, other: Dated) -> bool:
    return one[0].isocalendar()[:2] == other[0].isocalendar()[:2]


def _same_doctor(one: Dated, other: Dated) -> bool:
    return one[2] == other[2] and _same_week(one, other)
