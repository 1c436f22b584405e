"""Clinics locked to half-days in which they cannot be held, each with what stands in the way.

Said before anything is solved, from the tables alone; what several locks do to each other is found in
`models.roster_pins`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from planner.build.free import absent_halves, duty_halves
from planner.build.roster_days import open_halves
from planner.build.roster_locks import slots_of_lock
from planner.build.roster_needs import asked_slots
from planner.build.tables import Row, day, labels, lock_name, number, rows, text, yes
from planner.calendar import HALVES, WorkCalendar, closures_by_institution, holiday_name
from planner.catalogue import texts
from planner.roster_words import HOLIDAYS, SLOTS, weekday
from planner.text import MESSAGES, both_joined

if TYPE_CHECKING:
    from geodata.region import Region

#: (zh, en)
Say = tuple[str, str]
WORDS = texts("locks")


class Refused(NamedTuple):
    """A lock that no half-day can keep; `rule` is what stands in the way in its first one."""

    label: str
    hard: bool
    rule: str
    zh: str
    en: str


def refused_pins(
    region: Region, calendar: WorkCalendar, far: Collection[tuple[str, str]] = frozenset()
) -> list[Refused]:
    """Locks that ask for a clinic in half-days none of which is possible; none without a start.

    far: (doctor, site) whose trip takes the whole day, where that is known.
    """
    if not calendar.dated:
        return []
    found, pins = [], Pins(region, calendar, far)
    for label, row in zip(labels(region, "locks"), rows(region, "locks"), strict=True):
        timed = day(row, "date") is not None or number(row, "weekday") is not None
        if text(row, "kind") != "session" or not yes(row, "must", True) or not timed:
            continue
        slots = slots_of_lock(row, calendar)
        refused = pins.refused(label, row, sorted(slots)) if slots else None
        if refused is not None:
            found.append(refused)
    return found


class Pins:
    """What each half-day of the horizon leaves to a doctor and a site, with the row that takes it."""

    def __init__(self, region: Region, calendar: WorkCalendar, far: Collection[tuple[str, str]] = frozenset()) -> None:
        self.region, self.calendar, self.far = region, calendar, far
        self.doctors = {text(row, "id"): row for row in rows(region, "doctors")}
        self.sites = {text(row, "id"): text(row, "name") for row in rows(region, "institutions")}
        self.closures = self._by("closures", "institution")
        self.absences, self.duties = self._by("absences", "doctor"), self._by("duties", "doctor")
        self.postings = self._by("current_postings", "doctor")
        self.needs = {(text(row, "institution"), text(row, "specialty")): (n, row) for n, row in self._rows("needs")}
        self.forbidden = [
            (n, row) for n, row in self._rows("locks") if text(row, "kind") == "session" and not yes(row, "must", True)
        ]

    def _rows(self, table: str) -> list[tuple[str, Row]]:
        return list(zip(labels(self.region, table), rows(self.region, table), strict=True))

    def _by(self, table: str, column: str) -> dict[str, list[tuple[str, Row]]]:
        found: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        for label, row in self._rows(table):
            found[text(row, column)].append((label, row))
        return found

    def refused(self, label: str, row: Row, halves: list[int]) -> Refused | None:
        """None where some half-day and doctor remain."""
        doctor, site = self.doctors.get(text(row, "doctor")), text(row, "institution")
        reasons: dict[tuple[str, Say], list[int]] = {}
        for half in halves:
            why = next(self._why(doctor, site, text(row, "specialty"), row, half), None)
            if why is None:
                return None
            reasons.setdefault(why, []).append(half)
        who = "" if doctor is None else text(doctor, "name") or text(doctor, "id")
        place, (first, _) = self.sites.get(site) or site, next(iter(reasons))
        told = [self._told(why, mine) for (_, why), mine in list(reasons.items())[:3]]
        said = WORDS.both("refused", who=who or WORDS["the_clinic"], place=place, why=both_joined(told, "clauses"))
        return Refused(label, number(row, "weight") is None, first, *said)

    def _told(self, why: Say, halves: list[int]) -> Say:
        """A reason with its half-days: one by name, several days by number; days as the tables write them."""
        days = sorted({half // 2 for half in halves})
        first, last = (self.calendar.start + timedelta(days=n) for n in (days[0], days[-1]))
        if len(days) > 1:
            span = {"first": first.isoformat(), "last": last.isoformat()}
            return WORDS.both("on_days", n=len(days), why=why, **span)
        when: dict[str, object] = {"day": first.isoformat(), "weekday": weekday(first), "why": why}
        if len(halves) == 1:
            return WORDS.both("on_half_day", slot=SLOTS["am" if halves[0] % 2 == 0 else "pm"], **when)
        return WORDS.both("on_day", **when)

    def _why(self, doctor: Row | None, site: str, specialty: str, lock: Row, half: int) -> Iterator[tuple[str, Say]]:
        """The rules that refuse a half-day, most general first."""
        on, slot = self.calendar.start + timedelta(days=half // 2), "am" if half % 2 == 0 else "pm"
        own = specialty or ("" if doctor is None else text(doctor, "specialty"))
        if not self.calendar.is_working(on):
            yield "site_open", self._day_off(on)
        for say in (*self._closed(site, on, slot), *self._not_asked(site, own, half)):
            yield "site_open", say
        for say in () if doctor is None else self._busy(doctor, on, slot):
            yield "doctor_free", say
        if doctor is not None and (text(doctor, "id"), site) in self.far:
            other, taken = ("pm", "whole_day_pm") if slot == "am" else ("am", "whole_day_am")
            for say in self._busy(doctor, on, other):
                yield "doctor_free", MESSAGES.both(taken, why=say)
        for say in self._locked_out(
            lock, {"doctor": text(lock, "doctor"), "institution": site, "specialty": own}, half
        ):
            yield "lock", say

    def _day_off(self, on: date) -> Say:
        names = HOLIDAYS.get(holiday_name(on)) if self.calendar.settings.holidays == "cn" else None
        return WORDS["day_off"] if names is None else WORDS.both("holiday", name=names)

    def _closed(self, site: str, on: date, slot: str, key: str = "site_closed") -> Iterator[Say]:
        for label, row in self.closures.get(site, ()):
            if (on, slot) in set(absent_halves(row, {on: HALVES["day"]})):
                yield WORDS.both(key, row=_more(label, text(row, "reason")))

    def _not_asked(self, site: str, specialty: str, half: int) -> Iterator[Say]:
        if (site, specialty) not in self.needs:
            return
        label, row = self.needs[site, specialty]
        shut = closures_by_institution(self.region.tables.get("closures"))
        if half not in asked_slots(row, self.calendar, open_halves(self.calendar, shut.get(site, ()))):
            yield WORDS.both("not_asked", row=_more(label))

    def _busy(self, doctor: Row, on: date, slot: str) -> Iterator[Say]:
        code, opened = text(doctor, "id"), {on: HALVES["day"]}
        for label, row in self.absences.get(code, ()):
            if (on, slot) in set(absent_halves(row, opened)):
                yield WORDS.both("away", row=_more(label, text(row, "reason")))
        for label, row in self.duties.get(code, ()):
            if (on, slot) in set(duty_halves(row, opened)):
                night = text(row, "slot") == "night"
                yield WORDS.both("after_night" if night else "on_duty", row=_more(label, text(row, "what")))
        for label, row in self.postings.get(code, ()):
            start, end = day(row, "start"), day(row, "end")
            if start and end and start <= on <= end:
                place = self.sites.get(text(row, "institution")) or text(row, "institution")
                yield WORDS.both("posted", place=place, row=_more(label))
        yield from self._closed(text(doctor, "institution"), on, slot, "home_closed")

    def _locked_out(self, lock: Row, mine: dict[str, str], half: int) -> Iterator[Say]:
        for label, row in self.forbidden:
            if number(row, "weight") is not None and number(lock, "weight") is None:
                continue
            if any(text(row, name) not in ("", value) for name, value in mine.items()):
                continue
            slots = slots_of_lock(row, self.calendar)
            if slots is not None and (not slots or half in slots):
                yield MESSAGES.both("forbidden_by", place=lock_places([lock_name(label)]))


def lock_places(names: Sequence[str]) -> Say:
    """Where locks are written: their rows in the table, then the cells of workbooks."""
    listed = [name.removeprefix("locks row ") for name in names if name.startswith("locks row ")]
    cells = [name for name in names if not name.startswith("locks row ")]
    rows = both_joined(listed)
    told = [MESSAGES.both("lock_rows" if len(listed) > 1 else "lock_row", rows=rows)] if listed else []
    return both_joined([*told, *cells])


def _more(label: str, why: str = "") -> Say:
    """A row and what is written in it."""
    return WORDS.both("row_reason", row=label, reason=why) if why else WORDS.both("row", row=label)
