"""Who follows whom at a post: places, reliefs, handover days and days without anybody. Pure data, no tables.

A post asks for some doctors at once; each of them sits in a place, and the holders of a place follow
one another. The last `[postings] overlap_days` working days of a posting are its handover: the
newcomer comes that much before the leaver goes. The leaver is never asked to stay longer than
agreed, and the newcomer's months begin with the handover, so that both serve their full time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from planner.calendar import CalendarError, WorkCalendar

DAY = timedelta(days=1)
#: Where a post has no other place, one who comes this long before another leaves is still his relief.
LONGEST_OVERLAP = timedelta(days=31)
#: In so many days there are always enough working days for a handover.
_LOOK_BACK = 120


class RotationDays:
    """Working days in and around the horizon; beyond the years whose holidays are known, opening weekdays."""

    def __init__(self, calendar: WorkCalendar, overlap: int) -> None:
        self.calendar = calendar
        self.overlap = overlap
        self.first, self.last = calendar.start, calendar.end - DAY

    def works(self, day: date) -> bool:
        try:
            return self.calendar.is_working(day)
        except CalendarError:
            return day.isoweekday() in self.calendar.settings.open_weekdays

    def known(self, day: date) -> bool:
        """Whether the holidays of the day's year are known."""
        try:
            self.calendar.is_working(day)
        except CalendarError:
            return False
        return True

    def between(self, start: date, last: date) -> int:
        """Working days from `start` to `last`, both included."""
        return sum(self.works(start + n * DAY) for n in range((last - start).days + 1))

    def within(self, start: date, last: date) -> int:
        """The same, of those in the horizon."""
        return self.between(max(start, self.first), min(last, self.last))

    def handover(self, last: date) -> date:
        """First of the last `overlap` working days up to `last`; the day after it for none."""
        day, left = last + DAY, self.overlap
        while left > 0 and (last - day).days < _LOOK_BACK:
            day -= DAY
            left -= self.works(day)
        return day


@dataclass(frozen=True)
class Holder:
    """A doctor at a post from `start` to `end` (the last day); an empty place has no doctor.

    state: `over` (ended shortly before the horizon), `running`, `new`, `agreed` (begins after it), `vacant`.
    """

    doctor: str
    site: str
    specialty: str
    start: date
    end: date
    state: str


@dataclass(frozen=True)
class Post:
    """A post asked for: how many doctors at once, from which day (None: from the first), title, months."""

    site: str
    specialty: str
    doctors: int
    start: date | None = None
    min_title: int = 0
    months: float = 6.0


@dataclass(frozen=True)
class Turn:
    """A holder with who comes after and came before him at his place.

    wanted: the place is asked for after him; handover: first and last day of it (also where nobody is
    named yet), one day where nobody is there on the same day; shared: working days with both;
    gap: working days of the horizon without anybody after him (or, for an empty place, all of its days).
    """

    holder: Holder
    wanted: bool
    relief: Holder | None
    relieves: Holder | None
    handover: tuple[date, date] | None
    shared: int
    gap: int

    @property
    def changes_hands(self) -> bool:
        """Whether another doctor comes than the one who was there."""
        return self.relief is not None and self.holder.doctor not in ("", self.relief.doctor)


def turns(post: Post, holders: Iterable[Holder], days: RotationDays) -> list[Turn]:
    """Every holder of one post, and the empty places, in the order of time."""
    chairs = _chairs(post, sorted(holders, key=lambda one: (one.start, one.end, one.doctor)), days)
    asked = sorted(range(len(chairs)), key=lambda at: (-chairs[at][-1].end.toordinal(), at))[: post.doctors]
    begin = max(days.first, post.start or days.first)
    found: list[Turn] = []
    for at, chair in enumerate(chairs):
        if at in asked and chair[0].start > begin:
            empty = Holder("", post.site, post.specialty, begin, min(chair[0].start - DAY, days.last), "vacant")
            gap = days.within(empty.start, empty.end)
            if gap:
                found.append(Turn(empty, True, chair[0], None, (chair[0].start, chair[0].start), 0, gap))
        for n, holder in enumerate(chair):
            before = chair[n - 1] if n else None
            relief = chair[n + 1] if n + 1 < len(chair) else None
            found.append(_turn(holder, before, relief, relief is not None or at in asked, begin, days))
    missing = post.doctors - len(chairs)
    if missing > 0 and begin <= days.last:
        empty = Holder("", post.site, post.specialty, begin, days.last, "vacant")
        gap = days.within(begin, days.last)
        found += [Turn(empty, True, None, None, None, 0, gap)] * missing
    return sorted(found, key=lambda one: (one.holder.start, one.holder.end, one.holder.doctor))


def _turn(
    holder: Holder, before: Holder | None, relief: Holder | None, wanted: bool, begin: date, days: RotationDays
) -> Turn:
    """What happens at the end of one posting."""
    if relief is None:
        handover = (min(days.handover(holder.end), holder.end), holder.end) if wanted else None
        gap = days.within(max(holder.end + DAY, begin), days.last) if wanted else 0
        return Turn(holder, wanted, None, before, handover, 0, gap)
    if relief.start > holder.end:
        gap = days.within(max(holder.end + DAY, begin), relief.start - DAY)
        return Turn(holder, wanted, relief, before, (relief.start, relief.start), 0, gap)
    first = max(relief.start, min(days.handover(holder.end), holder.end))
    return Turn(holder, wanted, relief, before, (first, holder.end), days.between(first, holder.end), 0)


def _chairs(post: Post, holders: list[Holder], days: RotationDays) -> list[list[Holder]]:
    """Holders by place: who comes takes the place left last, else a new one, else that of who leaves soon."""
    chairs: list[list[Holder]] = []
    for holder in holders:
        left = [chair for chair in chairs if min(days.handover(chair[-1].end), chair[-1].end + DAY) <= holder.start]
        near = [chair for chair in chairs if chair[-1].start < holder.start >= chair[-1].end - LONGEST_OVERLAP]
        if left:
            max(left, key=lambda chair: chair[-1].end).append(holder)
        elif len(chairs) >= post.doctors and near:
            min(near, key=lambda chair: chair[-1].end).append(holder)
        else:
            chairs.append([holder])
    return chairs
