"""`calendars/`: one iCalendar file (RFC 5545) per doctor and per site, with an index of who has which.

Identities and what becomes of them when a roster is published again: `planner.calendar_identity`.
Nothing depends on the clock: DTSTAMP is a fixed day plus one minute per SEQUENCE, so that a newer
version of an event is also the later one. Files hold names of doctors and sites and nothing else of a person.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from planner.calendar_identity import FOLDER, KEY, Event, Published, digest, identified, read_published
from planner.folder import SavedPlan
from planner.roster_views import Held, RosterView
from planner.view import View

PRODUCT = "-//alliance-planner//roster//EN"
INDEX = "index.csv"
#: DTSTAMP of SEQUENCE 0.
STAMP = datetime(2020, 1, 1, tzinfo=UTC)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def write_calendars(folder: Path, saved: SavedPlan, lang: str, before: Published | None = None) -> None:
    """Write the calendars of a dated plan into its folder; a plan without dates has none.

    before: what was published before; None takes the calendars that the folder has already.
    """
    if before is None:
        before = read_published(folder)
    roster = RosterView(View(saved, lang))
    if not roster.clinics:
        return
    target = folder / FOLDER
    target.mkdir(exist_ok=True)
    for path in target.glob("*.ics"):
        path.unlink()
    files = _files(roster, before)
    events = identified(
        _events(roster, files),
        before,
        roster.days[0].on,
        roster.days[-1].on + timedelta(days=1),
        roster.config.output.version,
        # Filled in by `identified`, so that a brace in a name is nobody's placeholder.
        roster.say("event_cancelled", summary="{summary}"),
    )
    titles = dict(before.names) | {file: roster.view.name(f"{kind}s", key) for (kind, key), file in files.items()}
    by_file: dict[str, list[Event]] = {file: [] for file in sorted({event.file for event in events})}
    for event in events:
        by_file[event.file].append(event)
    zone = _zone(roster)
    for file, mine in by_file.items():
        (target / file).write_bytes(_calendar(titles.get(file, file), mine, roster.config.output.timezone, zone))
    _write_index(target / INDEX, roster, {who: file for who, file in files.items() if file in by_file})


# --- what is written --------------------------------------------------------------------------


def _events(roster: RosterView, files: Mapping[tuple[str, str], str]) -> Iterable[Event]:
    """Two events per clinic: one for its doctor, one for its site."""
    for one in roster.clinics:
        begin, end = (datetime.combine(one.on, time) for time in roster.hours(one.slot))
        place = clean(roster.view.name("institutions", one.site))
        specialty = clean(roster.view.name("specialties", one.specialty))
        doctor = clean(roster.view.name("doctors", one.doctor))
        backup = clean(roster.view.name("doctors", one.backup))
        told = [roster.say("event_backup", name=backup)] if backup else []
        at_site = Event(
            files["institution", one.site],
            digest(roster.region, "site", one.site, one.specialty),
            begin,
            end,
            roster.say("event_site", specialty=specialty, doctor=doctor),
            place,
            "\n".join(told),
        )
        yield at_site
        yield replace(
            at_site,
            file=files["doctor", one.doctor],
            key=digest(roster.region, "doctor", one.doctor, one.site, one.specialty),
            summary=roster.say("event_doctor", site=place, specialty=specialty),
            description="\n".join([*told, *_trip(roster, one)]),
        )


def _trip(roster: RosterView, one: Held) -> list[str]:
    told = [roster.say("event_trip", minutes=round(one.minutes))] if one.minutes == one.minutes else []
    return [*told, roster.say("whole_day")] if one.far else told


def clean(text: str) -> str:
    """A name on one line, without control characters."""
    return _CONTROLS.sub(" ", text).strip()


def _calendar(title: str, events: Iterable[Event], timezone_name: str, zone: Any) -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", clean(title))
    calendar.add("x-wr-timezone", timezone_name)
    calendar.add_component(zone)
    for event in events:
        calendar.add_component(_component(event, timezone_name))
    return bytes(calendar.to_ical())


def _component(event: Event, timezone_name: str) -> Any:
    from icalendar import Event as Component

    zone = ZoneInfo(timezone_name)
    part = Component()
    part.add("uid", event.uid)
    part.add("dtstamp", STAMP + timedelta(minutes=event.sequence))
    part.add("sequence", event.sequence)
    part.add("dtstart", event.start.replace(tzinfo=zone))
    part.add("dtend", event.end.replace(tzinfo=zone))
    part.add("summary", event.summary)
    part.add("location", event.location)
    if event.description:
        part.add("description", event.description)
    part.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    part.add("transp", "TRANSPARENT" if event.cancelled else "OPAQUE")
    part.add(KEY, event.key)
    return part


def _zone(roster: RosterView) -> Any:
    """VTIMEZONE of the horizon's years."""
    from icalendar import Timezone

    name = roster.config.output.timezone
    first, last = roster.days[0].on, roster.days[-1].on
    return Timezone.from_tzinfo(
        ZoneInfo(name), name, first_date=date(first.year, 1, 1), last_date=date(last.year + 1, 12, 31)
    )


# --- files ------------------------------------------------------------------------------------


def _files(roster: RosterView, before: Published) -> dict[tuple[str, str], str]:
    """File of each doctor and site of the region's tables that has clinics now or had some before."""
    found: dict[tuple[str, str], str] = {}
    held = {"doctor": {one.doctor for one in roster.clinics}, "institution": {one.site for one in roster.clinics}}
    known = {file for file, _ in before.names}
    for kind, prefix in (("doctor", "doctor"), ("institution", "site")):
        names = file_names(prefix, [row["id"] for row in roster.rows(f"{kind}s")] + sorted(held[kind]))
        found |= {(kind, key): file for key, file in names.items() if key in held[kind] or file in known}
    return found


def file_names(prefix: str, ids: Iterable[str]) -> dict[str, str]:
    """A file name per id that every system accepts: letters (Chinese too), digits, `-` and `_`.

    An id that had to be changed, is long, or is the same as another in small letters gets a digest.
    """
    keys = list(dict.fromkeys(ids))
    plain = {key: re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", key)).strip("-")[:40] for key in keys}
    folded: dict[str, int] = {}
    for name in plain.values():
        folded[name.casefold()] = folded.get(name.casefold(), 0) + 1
    return {
        key: f"{prefix}-{name}.ics" if name == key and folded[name.casefold()] == 1
        else f"{prefix}-{name}-{digest(key)[:8]}.ics"
        for key, name in plain.items()
    }  # fmt: skip


def _write_index(path: Path, roster: RosterView, files: Mapping[tuple[str, str], str]) -> None:
    """Who has which file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["kind", "id", "name", "file"])
    for (kind, key), file in sorted(files.items(), key=lambda item: item[1]):
        writer.writerow(["site" if kind == "institution" else kind, key, roster.view.name(f"{kind}s", key), file])
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")
