"""Half-days, weeks and the horizon, as several checks speak of them."""

from __future__ import annotations

from datetime import date

from geodata.catalogue import Texts
from geodata.checks_view import Row, Say, View
from geodata.local import short_weekday

SAID = Texts("checks_time", "geodata", "checks")

HALF_DAYS = {"am": ("am",), "pm": ("pm",), "day": ("am", "pm"), "": ("am", "pm")}


def outside_horizon(view: View, start: date | None, end: date | None = None) -> bool:
    """Whether a period (or a day) lies wholly before or after the time planned."""
    end = end or start
    return bool(view.horizon and start and end and (end < view.horizon[0] or start > view.horizon[1]))


def within_horizon(view: View) -> Say:
    """What is expected of a date that should lie in the time planned."""
    first, last = view.horizon or ("", "")
    return SAID.both("within_horizon.expected", first=str(first), last=str(last))


def no_effect() -> Say:
    """The cure for a row that lies outside the time planned."""
    return SAID.both("no_effect.cure")


def weekday_words(weekday: float) -> Say:
    """A weekday (Monday 1) in both languages."""
    return short_weekday(int(weekday), "zh"), short_weekday(int(weekday), "en")


def time_of(row: Row) -> Say:
    """The date of a row, as tables write it, or its weekday."""
    day = row.day("date")
    return (day.isoformat(), day.isoformat()) if day else weekday_words(row.number("weekday"))


def weeks_meet(one: str, other: str) -> bool:
    """Whether two `weeks` entries (all, odd, even) share a week."""
    return "all" in (one or "all", other or "all") or one == other


def half_days(slot: str) -> tuple[str, ...]:
    """The half-days that a slot takes; a night takes none."""
    return HALF_DAYS.get(slot, ())
