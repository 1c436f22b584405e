"""Calendar facts of the audit: quarters, and which half-days each institution is open.

Arrays are [institution, day, half-day] with half-day 0 = morning and 1 = afternoon; days run
from the first Monday of the horizon. Without a start the typical quarter is used: every week
open, nothing dated applies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from planner.audit.frames import records
from planner.audit.read import Saved

#: A Monday of ISO week 1 that stands for the start where no start is given.
_TYPICAL = date(2001, 1, 1)
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Days:
    """Quarters (index = name; weeks, months, first and last day number) and the days of the horizon."""

    start: pd.Timestamp | None
    quarters: pd.DataFrame
    dates: pd.DatetimeIndex
    weekday: np.ndarray
    week: np.ndarray
    odd: np.ndarray
    working: np.ndarray

    def span(self, quarter: str) -> slice:
        first, last = self.quarters["first"][quarter], self.quarters["last"][quarter]
        return slice(int(first), int(last) + 1)

    def position(self, day: pd.Timestamp) -> int:
        """Day number of a date, before or after the horizon included."""
        return int((day - self.dates[0]).days)

    def weeks_odd_even(self, weeks: str) -> np.ndarray:
        if weeks == "odd":
            return self.odd
        if weeks == "even":
            return ~self.odd
        return np.ones(len(self.dates), dtype=bool)


def days_of(saved: Saved) -> Days:
    """The horizon of the settings, moved back to its Monday."""
    weeks = int(saved.number("calendar", "weeks", 13))
    given = saved.option("calendar", "start", "")
    start = pd.Timestamp(given).normalize() if given else None
    if start is not None:
        start -= pd.Timedelta(days=start.day_of_week)
    dates = pd.date_range(start if start is not None else _TYPICAL, periods=7 * weeks)
    iso = dates.isocalendar()
    return Days(
        start=start,
        quarters=_quarters(weeks),
        dates=dates,
        weekday=np.array(dates.day_of_week) + 1,
        week=np.arange(len(dates)) // 7,
        odd=(iso["week"].to_numpy(dtype=int) % 2) == 1,
        working=working_days(saved, dates, known=start is not None),
    )


def _quarters(weeks: int) -> pd.DataFrame:
    """Pieces of 13 weeks; a rest below seven weeks joins the piece before."""
    sizes = [13] * (weeks // 13)
    rest = weeks % 13
    if rest and (rest >= 7 or not sizes):
        sizes.append(rest)
    elif rest:
        sizes[-1] += rest
    first = np.cumsum([0, *sizes[:-1]]) * 7
    frame = pd.DataFrame({"weeks": sizes, "first": first}, index=[f"Q{n + 1}" for n in range(len(sizes))])
    frame["last"] = frame["first"] + 7 * frame["weeks"] - 1
    frame["months"] = frame["weeks"] * 7 / DAYS_A_MONTH
    return frame


def working_days(saved: Saved, dates: pd.DatetimeIndex, known: bool) -> np.ndarray:
    """Whether each day is a working day: weekdays, national holidays and local edits."""
    weekdays = {int(n) for n in saved.option("calendar", "open_weekdays", [1, 2, 3, 4, 5])}
    open_ = np.array([d.isoweekday() in weekdays for d in dates])
    if not known:
        return open_
    if saved.option("calendar", "holidays", "cn") == "cn":
        make_up = saved.option("calendar", "make_up_days", "as_weekday") == "as_weekday" or 6 in weekdays
        open_ = np.array([_national(d.date(), d.isoweekday() in weekdays, make_up) for d in dates])
    for key, value in (("off", False), ("work", True)):
        open_[dates.isin(pd.to_datetime(list(saved.option("calendar", key, []))))] = value
    return open_


def _national(day: date, usual: bool, make_up: bool) -> bool:
    """China's calendar: a paid holiday is closed, a weekend made up is open if the setting says so."""
    from chinese_calendar import constants

    if day in constants.holidays:
        return False
    return make_up if day in constants.workdays else usual


def open_half_days(saved: Saved, days: Days, ids: Iterable[str]) -> np.ndarray:
    """[institution, day, 2]: working days less the institution's closures."""
    names = list(ids)
    open_ = np.repeat(np.repeat(days.working[None, :, None], len(names), axis=0), 2, axis=2)
    if days.start is None:
        return open_
    place = {name: row for row, name in enumerate(names)}
    for row in records(saved.region["closures"]):
        if row.institution in place:
            open_[place[row.institution], between(days, row.start, row.end), halves(row.slot)] = False
    return open_


def between(days: Days, start: Any, end: Any) -> slice:
    """Day numbers from start to end, both included, cut to the horizon; no end means one day."""
    if pd.isna(start):
        return slice(0, 0)
    first, last = days.position(start), days.position(start if pd.isna(end) else end)
    most = len(days.dates)
    return slice(min(max(first, 0), most), min(max(last + 1, 0), most))


def halves(slot: str) -> slice:
    """Half-days of a slot: am, pm, and both for day or blank."""
    return {"am": slice(0, 1), "pm": slice(1, 2)}.get(slot, slice(0, 2))


def add_months(day: pd.Timestamp, months: float) -> pd.Timestamp:
    """The date `months` later; a part of a month counts 365.25/12 days."""
    whole = int(months + 1e-9)
    return day + pd.DateOffset(months=whole) + pd.Timedelta(days=round((months - whole) * DAYS_A_MONTH))


def cover(days: Days, quarter: str, start: pd.Series, last: pd.Series) -> pd.Series:
    """Share of the quarter's weeks whose Monday lies from `start` to `last`; a missing date has no limit."""
    mondays = days.dates[days.span(quarter)][::7]
    total = pd.Series(0.0, index=start.index)
    for monday in mondays:
        total += ((start.isna() | (start <= monday)) & (last.isna() | (last >= monday))).astype(float)
    return total / len(mondays)
