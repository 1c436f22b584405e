"""Half-days, weeks and the horizon, as several checks speak of them."""

from __future__ import annotations

from datetime import date

from geodata.checks_view import Say, View

HALF_DAYS = {"am": ("am",), "pm": ("pm",), "day": ("am", "pm"), "": ("am", "pm")}
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: The cure for a row that lies outside the time planned.
NO_EFFECT: Say = ("核对年份；否则此行不起作用", "check the year; as it stands the row has no effect")


def outside_horizon(view: View, start: date | None, end: date | None = None) -> bool:
    """Whether a period (or a day) lies wholly before or after the time planned."""
    end = end or start
    return bool(view.horizon and start and end and (end < view.horizon[0] or start > view.horizon[1]))


def within_horizon(view: View) -> Say:
    """What is expected of a date that should lie in the time planned."""
    first, last = view.horizon or (None, None)
    return f"在规划期 {first} 至 {last} 内", f"a day within the time planned, {first} to {last}"


def weeks_meet(one: str, other: str) -> bool:
    """Whether two `weeks` entries (all, odd, even) share a week."""
    return "all" in (one or "all", other or "all") or one == other


def half_days(slot: str) -> tuple[str, ...]:
    """The half-days that a slot takes; a night takes none."""
    return HALF_DAYS.get(slot, ())
