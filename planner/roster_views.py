"""A saved roster as people read it: dated clinics, days with their marks, changes against today's roster.

Shared by the workbook's sheets, the calendars and the report; plain data, nothing here writes files.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from typing import Any

from geodata import local
from planner import sections
from planner.calendar import CalendarError, Closure, WorkCalendar, holiday_name, week_fits, work_calendar
from planner.config import Config, ConfigError, read_config
from planner.market_days import Market, MarketRuleError, market_days
from planner.roster_changes import Change, Dated, matched
from planner.roster_words import HOLIDAYS, SLOTS, WEEKDAYS, roster_word
from planner.view import View, text_of, to_float

Half = tuple[date, str]
Month = tuple[int, int]
_SETTINGS = ("calendar", "sessions", "output", "roster")
_BOTH = {"am": ("am",), "pm": ("pm",)}


@dataclass(frozen=True)
class Day:
    """A day of the horizon: whether it is worked, made up for another one, and the holiday it is part of."""

    on: date
    working: bool
    make_up: bool
    holiday: str


@dataclass(frozen=True)
class Held:
    """A dated clinic. minutes: one way, NaN where not known; far: it takes the doctor's whole day;
    changed: today's roster is known and has it otherwise."""

    on: date
    slot: str
    doctor: str
    site: str
    specialty: str
    backup: str
    minutes: float
    far: bool
    changed: bool

    @property
    def halves(self) -> tuple[Half, ...]:
        """Half-days that it takes from its doctor."""
        return ((self.on, "am"), (self.on, "pm")) if self.far else ((self.on, self.slot),)


class RosterView:
    """The roster of a plan in the language of a `View`; without dates it has no clinics."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.lang = view.lang

    def say(self, key: str, **values: object) -> str:
        return roster_word(key, self.lang, **values)

    # --- settings, days -------------------------------------------------------------------

    @cached_property
    def config(self) -> Config:
        """The plan's settings, as far as a roster needs them."""
        settings = self.view.saved.info.get("settings", {})
        try:
            return read_config({name: settings[name] for name in _SETTINGS if name in settings})
        except ConfigError:  # a plan of an older version
            return Config(calendar=_calendar(settings))

    @cached_property
    def calendar(self) -> WorkCalendar:
        try:
            return work_calendar(self.config.calendar)
        except CalendarError:
            return work_calendar(sections.Calendar(weeks=self.config.calendar.weeks))

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """Every day of the horizon, days off included; empty without a start."""
        if not self.calendar.dated:
            return ()
        first, after = self.calendar.start, self.calendar.end
        return tuple(self._day(first + timedelta(days=n)) for n in range((after - first).days))

    def _day(self, on: date) -> Day:
        settings = self.calendar.settings
        working = self.calendar.is_working(on)
        normal = on.isoweekday() in settings.open_weekdays
        return Day(on, working, working and not normal, "" if working else self._holiday(on))

    def _holiday(self, on: date) -> str:
        pair = HOLIDAYS.get(holiday_name(on)) if self.calendar.settings.holidays == "cn" else None
        return self.view.pick(pair) if pair else ""

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """Calendar months of the horizon in order."""
        return tuple(dict.fromkeys((day.on.year, day.on.month) for day in self.days))

    def days_of(self, month: Month) -> tuple[Day, ...]:
        return tuple(day for day in self.days if (day.on.year, day.on.month) == month)

    def month_name(self, month: Month, short: bool = False) -> str:
        year, number = month
        return local.short_month(number, self.lang) if short else local.month(year, number, self.lang)

    def weekday(self, on: date) -> str:
        return WEEKDAYS[self.lang][on.isoweekday() - 1]

    def weekday_marked(self, on: date) -> str:
        """The weekday, with a sign where a day off is worked."""
        return f"{self.weekday(on)} {self.say('make_up')}" if on in self._made_up else self.weekday(on)

    @cached_property
    def _made_up(self) -> frozenset[date]:
        return frozenset(day.on for day in self.days if day.make_up)

    def slot(self, slot: str) -> str:
        return SLOTS.find(slot, self.lang) or slot

    def hours(self, slot: str) -> tuple[time, time]:
        """Begin and end of a clinic."""
        output = self.config.output
        found = sections.hours(output.morning if slot == "am" else output.afternoon)
        if found is None:
            raise ValueError(slot)
        return found

    # --- clinics --------------------------------------------------------------------------

    @cached_property
    def clinics(self) -> tuple[Held, ...]:
        """Dated clinics by date, half-day, site and specialty."""
        table = self.view.saved.table("roster")
        if table.empty or not self.days:
            return ()
        today = set(self.today)
        found = []
        for row in table.to_dict("records"):
            on, slot = date.fromisoformat(text_of(row["date"])), text_of(row["slot"])
            doctor, site, specialty = (text_of(row[name]) for name in ("doctor", "institution", "specialty"))
            minutes = self.minutes(doctor, site)
            far = minutes > self.config.sessions.half_day_minutes
            # Today's roster may name a whole day where a far trip has one row.
            same = [(doctor, site, specialty, on, half) for half in (("am", "pm") if far else (slot,))]
            changed = bool(today) and not any(one in today for one in same)
            found.append(Held(on, slot, doctor, site, specialty, text_of(row["backup"]), minutes, far, changed))
        return tuple(sorted(found, key=lambda one: (one.on, one.slot, self.place(one.site), one.specialty, one.doctor)))

    def of_month(self, month: Month) -> tuple[Held, ...]:
        return tuple(one for one in self.clinics if (one.on.year, one.on.month) == month)

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Sites with clinics, in the order of the institutions table."""
        return tuple(sorted({one.site for one in self.clinics}, key=lambda site: (self.place(site), site)))

    def place(self, site: str) -> int:
        return self._order.get(site, len(self._order))

    @cached_property
    def _order(self) -> dict[str, int]:
        return {row["id"]: at for at, row in enumerate(self.rows("institutions"))}

    @cached_property
    def teams(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """By (site, specialty): doctor A, who holds most of its clinics, and the backup named most often."""
        held: dict[tuple[str, str], list[Held]] = defaultdict(list)
        for one in self.clinics:
            held[one.site, one.specialty].append(one)
        found = {}
        for key, group in held.items():
            main = Counter(one.doctor for one in group).most_common(1)[0][0]
            seconds = Counter(one.backup for one in group if one.backup not in ("", main))
            found[key] = (main, seconds.most_common(1)[0][0] if seconds else "")
        return found

    @cached_property
    def code(self) -> str:
        """Six characters that tell two rosters apart."""
        told = "\n".join(
            f"{one.on} {one.slot} {one.doctor} {one.site} {one.specialty} {one.backup}" for one in self.clinics
        )
        return hashlib.sha256(told.encode()).hexdigest()[:6].upper()

    @property
    def region(self) -> str:
        return str(self.view.saved.info.get("region") or self.view.say("untitled"))

    # --- the region's tables, as text -----------------------------------------------------

    def rows(self, table: str) -> list[dict[str, str]]:
        """Rows of a region table as text; none where there is no such table."""
        frame = self.view.saved.region.get(table)
        if frame is None:
            return []
        return [{str(key): text_of(value) for key, value in row.items()} for row in frame.to_dict("records")]

    @cached_property
    def institutions(self) -> Mapping[str, Mapping[str, str]]:
        return {row["id"]: row for row in self.rows("institutions")}

    def doctor(self, key: str, column: str) -> str:
        return self.view.doctors.get(key, {}).get(column, "")

    def label(self, kind: str, key: str) -> str:
        """A name that says who is meant: with the id where others bear the same name."""
        name = self.view.name(kind, key)
        return f"{name}（{key}）" if key and name != key and self._bearers[kind][name] > 1 else name

    @cached_property
    def _bearers(self) -> Mapping[str, Counter[str]]:
        return {kind: Counter(names.values()) for kind, names in self.view.names.items()}

    def minutes(self, doctor: str, site: str) -> float:
        """One way from the doctor's start; NaN where neither the plan nor the region says."""
        found = self._planned.get((doctor, site))
        if found is None:
            found = self._trips.get((self.doctor(doctor, "institution"), site), math.nan)
        return found

    @cached_property
    def _planned(self) -> dict[tuple[str, str], float]:
        table = self.view.saved.table("sessions")
        rows = table[["doctor", "institution", "minutes"]].itertuples(index=False, name=None)
        return {(str(d), str(i)): float(m) for d, i, m in rows if m == m and m is not None}

    @cached_property
    def _trips(self) -> dict[tuple[str, str], float]:
        """Minutes between institutions by vehicle."""
        frame = self.view.saved.region.get("travel")
        if frame is None or not {"origin", "destination", "minutes"} <= set(frame):
            return {}
        inner = frame[frame["origin"].isin(set(self.institutions)) & frame["destination"].isin(set(self.institutions))]
        found: dict[tuple[str, str], float] = {}
        for row in inner.to_dict("records"):
            minutes = to_float(row["minutes"])
            if minutes is not None and row.get("profile", "") in ("", "vehicle"):
                found[str(row["origin"]), str(row["destination"])] = minutes
        return found

    # --- sites: market days, closures -----------------------------------------------------

    @cached_property
    def _markets(self) -> dict[str, list[Market]]:
        found: dict[str, list[Market]] = defaultdict(list)
        for row in self.rows("market_days"):
            try:
                found[row["institution"]].append(market_days(row["rule"]))
            except MarketRuleError:
                continue  # told by `check`
        return found

    def market(self, site: str, on: date) -> bool:
        return any(rule(on) for rule in self._markets.get(site, ()))

    def closed(self, site: str, on: date, slot: str) -> bool:
        """Whether the site is closed on a half-day by a row of `closures`."""
        return any(
            one.start <= on <= one.end and slot in _BOTH.get(one.slot, ("am", "pm"))
            for one in self._closures.get(site, ())
        )

    @cached_property
    def _closures(self) -> dict[str, list[Closure]]:
        found: dict[str, list[Closure]] = defaultdict(list)
        for row in self.rows("closures"):
            span = period(row)
            if span is not None:
                found[row["institution"]].append(Closure(*span, row.get("slot") or "day"))
        return found

    # --- today's roster -------------------------------------------------------------------

    @cached_property
    def today(self) -> tuple[tuple[str, str, str, date, str], ...]:
        """Today's clinics (doctor, site, specialty, date, half-day) on the horizon's open days."""
        found = set()
        for row in self.rows("roster"):
            doctor, site = row["doctor"], row["institution"]
            specialty = row.get("specialty") or self.doctor(doctor, "specialty")
            for on in _dates(row, self.days):
                for slot in _BOTH.get(row.get("slot", ""), ("am", "pm")):
                    if not self.closed(site, on, slot):
                        found.add((doctor, site, specialty, on, slot))
        return tuple(sorted(found))

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Differences from today's roster: the nearest of what was and what is make one change."""
        if not self.today or not self.clinics:
            return ()
        now: dict[tuple[str, str], list[Dated]] = defaultdict(list)
        was: dict[tuple[str, str], list[Dated]] = defaultdict(list)
        taken = {(one.doctor, one.site, one.specialty, *half) for one in self.clinics for half in one.halves}
        for doctor, site, specialty, on, slot in self.today:
            if (doctor, site, specialty, on, slot) not in taken:
                was[site, specialty].append((on, slot, doctor))
        for one in self.clinics:
            if one.changed:
                now[one.site, one.specialty].append((one.on, one.slot, one.doctor))
        keys = sorted({*now, *was}, key=lambda key: (self.place(key[0]), *key))
        return tuple(change for key in keys for change in matched(key, was[key], now[key]))


def period(row: Mapping[str, str]) -> tuple[date, date] | None:
    """(first, last) day of a row with `start` and `end`; no end means one day, no start means none."""
    start = _date(row.get("start", ""))
    if start is None:
        return None
    return start, _date(row.get("end", "")) or start


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _dates(row: Mapping[str, str], days: Iterable[Day]) -> list[date]:
    """Working days that a row with `date`, or `weekday` and `weeks`, speaks of."""
    on, weekday = _date(row.get("date", "")), to_float(row.get("weekday"))
    worked = [day.on for day in days if day.working]
    if on is not None:
        return [one for one in worked if one == on]
    if weekday is None:
        return []
    return [one for one in worked if one.isoweekday() == int(weekday) and week_fits(one, row.get("weeks", ""))]


def _calendar(settings: Mapping[str, Any]) -> sections.Calendar:
    given = settings.get("calendar", {})
    start = _date(str(given.get("start") or ""))
    return sections.Calendar(start=start, weeks=int(given.get("weeks", 13)))
