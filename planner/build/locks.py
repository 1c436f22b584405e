"""Decisions taken by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from models.instance import Lock
from planner.build.tables import labels, number, rows, text, yes

if TYPE_CHECKING:
    from geodata.region import Region

Kind = Literal["session", "posting", "centre", "service", "group"]


def locks(region: Region) -> tuple[Lock, ...]:
    """The `locks` table; each lock is labelled by its row as the user sees it.

    Dates, weekdays and slots of a lock matter to the roster, not to the allocation.
    """
    return tuple(
        Lock(
            label=f"locks row {label}",
            kind=cast(Kind, text(row, "kind")),
            must=yes(row, "must", True),
            weight=number(row, "weight"),
            doctor=text(row, "doctor"),
            institution=text(row, "institution"),
            specialty=text(row, "specialty"),
            service=text(row, "service"),
            host=text(row, "host"),
            group=text(row, "group"),
            reason=text(row, "reason"),
        )
        for label, row in zip(labels(region, "locks"), rows(region, "locks"), strict=True)
    )
