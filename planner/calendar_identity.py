"""Which calendar event is which clinic, so that a roster published again updates what people have.

An event's identity (UID) is made from the region, whose calendar it is (doctor or site), the clinic (for a
doctor: doctor, site, specialty; for a site: site, specialty), the ISO week and the clinic's number within that
week. So, even where nothing is remembered, a clinic that moves within its week keeps its identity, and in a
site's calendar it keeps it when another doctor takes over.

Where the calendars published before are at hand (they lie in the plan folder that is replaced), more is kept.
Clinic by clinic of the same key, in this order:

1. same day and hour: same event; SEQUENCE grows only if its text changed;
2. same ISO week: the event is moved, SEQUENCE + 1;
3. nearest in time, within `NEAR_DAYS`: the event is moved, SEQUENCE + 1;
4. what is left of the new ones is new; one that had been cancelled at that hour comes back;
5. what is left of the old ones within the horizon is written once more as CANCELLED, SEQUENCE + 1, and stays so.

Events before the horizon are not repeated; those after it stay as they were.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

#: Property that ties an event to its clinic's key; a digest, so that no id leaves the office in it.
KEY = "X-ALLIANCE-KEY"
NEAR_DAYS = 28
FOLDER = "calendars"


@dataclass(frozen=True)
class Event:
    """One event of a calendar file. key: digest of the clinic's key; start, end: local time."""

    file: str
    key: str
    start: datetime
    end: datetime
    summary: str
    location: str
    description: str
    cancelled: bool = False
    uid: str = ""
    sequence: int = 0

    @property
    def told(self) -> tuple[object, ...]:
        """What people see of it."""
        return self.start, self.end, self.summary, self.location, self.description, self.cancelled


@dataclass(frozen=True)
class Published:
    """What calendars said before: events, and the name of each file's calendar."""

    events: tuple[Event, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


def digest(*parts: str) -> str:
    """32 characters that stand for some ids; unlike joined text, never the same for different parts."""
    return hashlib.sha256("\x1f".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()[:32]


def first_uid(key: str, start: datetime, number: int) -> str:
    """The identity of the `number`-th clinic of a key in an ISO week."""
    year, week, _ = start.isocalendar()
    return f"{digest(key, f'{year}-W{week:02d}', str(number))}@alliance-planner"


def identified(
    events: Iterable[Event], before: Published, first: date, after: date, version: int, cancel: str
) -> list[Event]:
    """Events with identity and sequence, and those of `before` that are cancelled.

    first, after: the horizon [first, after). version: SEQUENCE of new events is at least version - 1.
    cancel: how the summary of a cancelled event reads; it has `{summary}` in it.
    """
    new: dict[str, list[Event]] = defaultdict(list)
    old: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        new[event.key].append(event)
    for event in before.events:
        if event.start.date() >= first:
            old[event.key].append(event)
    found: list[Event] = []
    for key in sorted({*new, *old}):
        found += _of_key(new[key], old[key], after, version, cancel)
    return sorted(found, key=lambda event: (event.file, event.start, event.uid))


def _of_key(new: Sequence[Event], old: Sequence[Event], after: date, version: int, cancel: str) -> list[Event]:
    order = sorted(new, key=lambda event: (event.start, event.summary))
    left = sorted((one for one in old if not one.cancelled), key=lambda event: (event.start, event.uid))
    gone = [one for one in old if one.cancelled]
    pairs: dict[int, Event] = {}
    for fits in (_same_hour, _same_week, _near):
        for at, event in enumerate(order):
            if at in pairs:
                continue
            near = [one for one in left if fits(one, event)]
            if near:
                pairs[at] = min(near, key=lambda one: (abs(one.start - event.start), one.start, one.uid))
                left.remove(pairs[at])
    for at, event in enumerate(order):
        back = next((one for one in gone if at not in pairs and _same_hour(one, event)), None)
        if back is not None:
            pairs[at] = back
            gone.remove(back)
    taken = {one.uid for one in old}
    found = []
    for at, event in enumerate(order):
        if at in pairs:
            found.append(_again(event, pairs[at], version))
            continue
        number = 1
        while first_uid(event.key, event.start, number) in taken:
            number += 1
        uid = first_uid(event.key, event.start, number)
        taken.add(uid)
        found.append(replace(event, uid=uid, sequence=version - 1))
    for one in left:
        inside = one.start.date() < after
        found.append(_cancelled(one, version, cancel) if inside else one)
    return found + gone


def _again(event: Event, before: Event, version: int) -> Event:
    same = event.told == before.told
    sequence = before.sequence if same else max(before.sequence + 1, version - 1)
    return replace(event, uid=before.uid, sequence=sequence)


def _cancelled(event: Event, version: int, cancel: str) -> Event:
    summary = cancel.replace("{summary}", event.summary)
    return replace(event, cancelled=True, summary=summary, sequence=max(event.sequence + 1, version - 1))


def _same_hour(one: Event, other: Event) -> bool:
    return one.start == other.start


def _same_week(one: Event, other: Event) -> bool:
    return one.start.isocalendar()[:2] == other.start.isocalendar()[:2]


def _near(one: Event, other: Event) -> bool:
    return abs(one.start - other.start) <= timedelta(days=NEAR_DAYS)


def read_published(folder: Path) -> Published:
    """The calendars of a plan folder; nothing where there are none, or where one cannot be read."""
    from icalendar import Calendar

    events: list[Event] = []
    names: list[tuple[str, str]] = []
    for path in sorted((folder / FOLDER).glob("*.ics")):
        try:
            calendar = Calendar.from_ical(path.read_bytes())
            mine = [_event(path.name, part) for part in calendar.walk("VEVENT") if KEY in part]
        except (OSError, ValueError, KeyError, AttributeError):
            continue
        events += mine
        names.append((path.name, str(calendar.get("X-WR-CALNAME", ""))))
    return Published(tuple(events), tuple(names))


def _event(file: str, part: Any) -> Event:
    return Event(
        file=file,
        key=str(part[KEY]),
        start=part["DTSTART"].dt.replace(tzinfo=None),
        end=part["DTEND"].dt.replace(tzinfo=None),
        summary=str(part.get("SUMMARY", "")),
        location=str(part.get("LOCATION", "")),
        description=str(part.get("DESCRIPTION", "")),
        cancelled=str(part.get("STATUS", "")) == "CANCELLED",
        uid=str(part["UID"]),
        sequence=int(part.get("SEQUENCE", 0)),
    )
