"""Decisions taken by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, cast

from models.instance import Lock
from planner.build.tables import Row, day, labels, lock_name, number, rows, text, yes
from planner.calendar import WorkCalendar

if TYPE_CHECKING:
    from geodata.region import Region

Kind = Literal["session", "posting", "centre", "service", "group"]


def locks(region: Region, calendar: WorkCalendar) -> tuple[Lock, ...]:
    """The `locks` table; each lock is labelled by its row as the user sees it.

    Dates, weekdays and slots of a lock matter to the roster, not to the allocation: a clinic that must
    be on some date is counted here, one that must not be on some dates leaves the counts alone, and dates
    beyond the horizon say nothing.
    """
    return tuple(
        Lock(
            label=lock_name(label),
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
            on=_pinned_to(row, calendar),
        )
        for label, row in zip(labels(region, "locks"), rows(region, "locks"), strict=True)
        if text(row, "kind") != "session" or _counts(row, calendar)
    )


def _pinned_to(row: Row, calendar: WorkCalendar) -> date | None:
    """The date on which a lock asks for a clinic."""
    return day(row, "date") if calendar.dated and text(row, "kind") == "session" and yes(row, "must", True) else None


def _counts(row: Row, calendar: WorkCalendar) -> bool:
    """Whether a lock on clinics says something about their number in this horizon."""
    on, start = day(row, "date"), day(row, "start")
    timed = on is not None or number(row, "weekday") is not None or start is not None
    if not yes(row, "must", True):
        return not timed and text(row, "slot") not in ("am", "pm")
    if not calendar.dated:
        return True
    return (on is None or calendar.start <= on < calendar.end) and (start is None or start < calendar.end)
