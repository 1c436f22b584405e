"""Working days: quarters, open half-days and how many clinics a frequency means at a site.

Facts only, from the `[calendar]` section and the `closures` table; builder and audit share them.
Public holidays come from the package `chinesecalendar` (State Council notices); a year that it
does not know is an error, never a guess. Without a start date a typical quarter is planned:
every week is open and no date is known.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from models.instance import FREQUENCIES, Quarter
from planner import sections
from planner.catalogue import texts

if TYPE_CHECKING:
    import pandas as pd

WORDS = texts("calendar")
DAYS_PER_MONTH = 365.25 / 12
WEEKS_PER_MONTH = 4.348125
QUARTER_WEEKS = 13
#: A Monday that stands for "no date" where a typical quarter is planned.
NO_DATE = date(2001, 1, 1)

HALVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {"am": frozenset({"am"}), "pm": frozenset({"pm"}), "day": frozenset({"am", "pm"}), "": frozenset({"am", "pm"})}
)


class CalendarError(ValueError):
    """The calendar of a year is not known; `zh` and `en` name the year and the cure."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.zh, self.en = WORDS.both("no_holidays", year=year, cure='[calendar] holidays = "none"')
        super().__init__(self.en)


@dataclass(frozen=True)
class Closure:
    """Days on which an institution is closed, ends included; slot `am`, `pm`, or whole days."""

    start: date
    end: date
    slot: str = "day"


@dataclass(frozen=True)
class SiteQuarter:
    """What one quarter means at one institution.

    weeks: weeks with an open day (W); least: open dates of the worst weekday, Monday to Friday (w);
    half_days: open half-days; regular, low, high: clinics per quarter of each frequency
    (`N_f`, `Nmin_f` and the greatest count that still is that frequency).
    """

    weeks: int
    least: int
    half_days: int
    regular: Mapping[str, int]
    low: Mapping[str, int]
    high: Mapping[str, int]


def counts(weeks: int, least: int) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Clinics per quarter of each frequency: (regular `N`, low `Nmin`, high), from W and w.

    The ranges low..high of neighbouring frequencies touch, so that every count from the least
    of `monthly` on belongs to a frequency.
    """
    regular = {
        "monthly": max(1, _round(weeks / WEEKS_PER_MONTH)),
        "fortnightly": math.ceil(weeks / 2),
        "weekly": weeks,
        "twice_weekly": 2 * weeks,
    }
    low = {"monthly": max(1, min(regular["monthly"], _round(least / WEEKS_PER_MONTH)))}
    low["fortnightly"] = max(low["monthly"] + 1, least // 2)
    low["weekly"] = max(low["fortnightly"] + 1, least)
    low["twice_weekly"] = max(low["weekly"] + 1, 2 * least)
    high = {"twice_weekly": max(regular["twice_weekly"], low["twice_weekly"])}
    for rarer, oftener in itertools.pairwise(FREQUENCIES):
        high[rarer] = max(regular[rarer], low[oftener] - 1)
    return regular, low, {frequency: high[frequency] for frequency in FREQUENCIES}


def _round(value: float) -> int:
    """Rounded half up: 2.5 is 3, unlike Python's `round`."""
    return math.floor(value + 0.5)


@dataclass(frozen=True)
class WorkCalendar:
    """The days of the horizon. Make it with `work_calendar`."""

    settings: sections.Calendar
    quarters: tuple[Quarter, ...]
    notes: tuple[tuple[str, str], ...] = ()
    dated: bool = True
    _days: dict[int, tuple[date, ...]] = field(default_factory=dict, compare=False, repr=False)
    _sites: dict[tuple[int, tuple[Closure, ...]], SiteQuarter] = field(default_factory=dict, compare=False, repr=False)

    @property
    def start(self) -> date:
        """The first Monday of the horizon."""
        return self.quarters[0].start

    @property
    def end(self) -> date:
        """The day after the horizon."""
        last = self.quarters[-1]
        return last.start + timedelta(weeks=last.weeks)

    def is_working(self, day: date) -> bool:
        """Whether the alliance works on a day: holidays, make-up days and local edits considered."""
        settings = self.settings
        if day in settings.work:
            return True
        if day in settings.off:
            return False
        if self.dated and settings.holidays == "cn":
            off, make_up = public_days(day.year)
            if day in off:
                return False
            if day in make_up:
                return settings.make_up_days == "as_weekday" or 6 in settings.open_weekdays
        return day.isoweekday() in settings.open_weekdays

    def working_days(self, quarter: int) -> tuple[date, ...]:
        """The working days of a quarter (0 is the first), in order."""
        if quarter not in self._days:
            span = self.quarters[quarter]
            days = (span.start + timedelta(days=n) for n in range(7 * span.weeks))
            self._days[quarter] = tuple(day for day in days if self.is_working(day))
        return self._days[quarter]

    def open_halves(self, quarter: int, closures: Iterable[Closure] = ()) -> dict[date, frozenset[str]]:
        """The open dates of an institution with the half-days (`am`, `pm`) left open on each."""
        both = HALVES["day"]
        shut = tuple(closures)
        if not shut:
            return dict.fromkeys(self.working_days(quarter), both)
        opened: dict[date, frozenset[str]] = {}
        for day in self.working_days(quarter):
            closed: frozenset[str] = frozenset()
            for one in shut:
                if one.start <= day <= one.end:
                    closed |= HALVES.get(one.slot, both)
            if closed != both:
                opened[day] = both - closed
        return opened

    def site_quarter(self, quarter: int, closures: Iterable[Closure] = ()) -> SiteQuarter:
        """Open weeks, half-days and clinic counts of an institution in a quarter."""
        key = (quarter, tuple(closures))
        if key not in self._sites:
            self._sites[key] = self._site_quarter(*key)
        return self._sites[key]

    def _site_quarter(self, quarter: int, closures: tuple[Closure, ...]) -> SiteQuarter:
        opened = self.open_halves(quarter, closures)
        start = self.quarters[quarter].start
        weeks = len({(day - start).days // 7 for day in opened})
        least = min(sum(day.isoweekday() == weekday for day in opened) for weekday in range(1, 6))
        half_days = sum(len(halves) for halves in opened.values())
        regular, low, high = counts(weeks, least)
        return SiteQuarter(weeks, least, half_days, *(MappingProxyType(one) for one in (regular, low, high)))

    def weekday_dates(
        self, quarter: int, weekday: int, weeks: str = "all", closures: Iterable[Closure] = ()
    ) -> tuple[date, ...]:
        """Open dates of a weekday (Monday 1) in a quarter; `weeks` odd or even is by ISO week."""
        return tuple(
            day for day in self.open_halves(quarter, closures) if day.isoweekday() == weekday and week_fits(day, weeks)
        )

    def handover(self, last: date, days: int) -> date:
        """First day of a handover: the last `days` working days up to `last`; the day after it for none.

        Not before the first day of the horizon. `last` must lie in a year whose holidays are known.
        """
        day = last + timedelta(days=1)
        while days > 0 and day > self.start:
            day -= timedelta(days=1)
            days -= self.is_working(day)
        return day

    def cover(self, quarter: int, start: date, end: date) -> float:
        """Share of a quarter's weeks within [start, end); a week counts when its Monday is within."""
        span = self.quarters[quarter]
        mondays = (span.start + timedelta(weeks=n) for n in range(span.weeks))
        return sum(start <= monday < end for monday in mondays) / span.weeks


def week_fits(day: date, weeks: str) -> bool:
    """Whether a date's ISO week is `odd` or `even` as asked; anything else means all weeks."""
    if weeks in ("odd", "even"):
        return (day.isocalendar().week % 2 == 1) == (weeks == "odd")
    return True


def add_months(day: date, months: float) -> date:
    """The date some months later (same day of month, or the last one); part months in days."""
    whole = math.floor(months + 1e-9)
    index = day.year * 12 + day.month - 1 + whole
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    moved = date(year, month + 1, min(day.day, last))
    return moved + timedelta(days=_round((months - whole) * DAYS_PER_MONTH))


@cache
def public_days(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """(days off, make-up working days) of a year by the State Council's notice.

    Raises:
        CalendarError: for a year that the package does not know.
    """
    from chinese_calendar import constants

    off = frozenset(day for day in constants.holidays if day.year == year)
    work = frozenset(day for day in constants.workdays if day.year == year)
    if not off:
        raise CalendarError(year)
    return off, work


def holiday_name(day: date) -> str:
    """The public holiday that a date belongs to, in English as the package names it; "" for none."""
    from chinese_calendar import constants

    return str(constants.holidays.get(day, ""))


def work_calendar(settings: sections.Calendar) -> WorkCalendar:
    """The calendar of a horizon.

    Raises:
        CalendarError: when the holidays of one of its years are not known.
    """
    notes: list[tuple[str, str]] = []
    start = settings.start
    if start is None:
        notes.append(WORDS["no_start"])
    elif start.isoweekday() != 1:
        monday = start - timedelta(days=start.isoweekday() - 1)
        # days as plan.toml writes them
        notes.append(WORDS.both("no_monday", start=start.isoformat(), monday=monday.isoformat()))
        start = monday
    calendar = WorkCalendar(settings, _quarters(start or NO_DATE, settings.weeks), tuple(notes), start is not None)
    if calendar.dated and settings.holidays == "cn":
        for year in range(calendar.start.year, (calendar.end - timedelta(days=1)).year + 1):
            public_days(year)
    return calendar


def _quarters(start: date, weeks: int) -> tuple[Quarter, ...]:
    """Pieces of 13 weeks; a rest shorter than 7 weeks joins the piece before it."""
    lengths = [QUARTER_WEEKS] * (weeks // QUARTER_WEEKS)
    rest = weeks % QUARTER_WEEKS
    if rest >= 7 or (rest and not lengths):
        lengths.append(rest)
    elif rest:
        lengths[-1] += rest
    quarters: list[Quarter] = []
    for number, length in enumerate(lengths, start=1):
        quarters.append(Quarter(f"Q{number}", start, length, length * 7 / DAYS_PER_MONTH))
        start += timedelta(weeks=length)
    return tuple(quarters)


def closures_by_institution(table: pd.DataFrame | None) -> dict[str, tuple[Closure, ...]]:
    """The `closures` table by institution; rows without a start are skipped, no end means one day."""
    import pandas as pd

    found: dict[str, list[Closure]] = {}
    if table is None or table.empty:
        return {}
    for row in table.to_dict("records"):
        if pd.isna(row["start"]):
            continue
        start = pd.Timestamp(row["start"]).date()
        end = start if pd.isna(row.get("end")) else pd.Timestamp(row["end"]).date()
        slot = str(row.get("slot") or "day")
        found.setdefault(str(row["institution"]), []).append(Closure(start, end, slot))
    return {institution: tuple(rows) for institution, rows in found.items()}
