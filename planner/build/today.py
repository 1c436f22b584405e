"""Today's practice: clinics by the `roster` table and the postings that are running."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from models.instance import CurrentPosting, Doctor, Institution, Site
from planner.build.tables import Notes, Row, day, number, rows, text
from planner.calendar import Closure, WorkCalendar, closures_by_institution

if TYPE_CHECKING:
    from geodata.region import Region

#: Dated roster rows older than this many weeks before the start are history, not practice.
PRACTICE_WEEKS = 13

Key = tuple[str, str, str]
Counts = dict[Key, tuple[int, ...]]


def running_postings(
    region: Region,
    calendar: WorkCalendar,
    staff: Mapping[str, Doctor],
    places: Mapping[str, Institution],
    notes: Notes,
) -> tuple[CurrentPosting, ...]:
    """Postings whose agreed end is after the start of the horizon; the others are over.

    The agreed end is the last day. Without a start date every posting runs over the whole horizon.
    """
    found, over, unknown = [], [], []
    own = _own_specialty(region)
    for row in rows(region, "current_postings"):
        doctor, site = text(row, "doctor"), text(row, "institution")
        start, end = day(row, "start"), day(row, "end")
        if doctor not in staff or site not in places or start is None or end is None:
            unknown.append(f"{doctor}@{site}")
            continue
        if calendar.dated and end <= calendar.start:
            over.append(f"{doctor}@{site}")
            continue
        quarters, after = range(len(calendar.quarters)), end + timedelta(days=1)
        cover = tuple(calendar.cover(q, start, after) if calendar.dated else 1.0 for q in quarters)
        specialty = text(row, "specialty") or own[doctor]
        found.append(CurrentPosting(doctor, site, specialty, start, end, cover))
    notes.some(over, "postings_over")
    notes.some(unknown, "postings_unknown")
    return tuple(sorted(found, key=lambda p: (p.doctor, p.start, p.institution, p.specialty)))


def posted_today(running: tuple[CurrentPosting, ...], calendar: WorkCalendar) -> dict[tuple[str, str], int]:
    """Doctors posted on the first day of the horizon, by institution and specialty."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for posting in running:
        if not calendar.dated or posting.start <= calendar.start:
            found[posting.institution, posting.specialty] += 1
    return dict(found)


def sessions(
    region: Region,
    calendar: WorkCalendar,
    sites: Mapping[str, Site],
    staff: Mapping[str, Doctor],
    places: Mapping[str, Institution],
    notes: Notes,
) -> Counts:
    """Today's clinics per quarter by doctor, institution and specialty.

    Weekday rows count the open dates of that weekday; dated rows are the practice of the 13 weeks
    before the start, used where the doctor has no weekday row at the institution. Totals outside
    the range of the frequencies are no mode: too few are dropped, too many are cut.
    """
    table = _known(region, staff, places, notes)
    closures = closures_by_institution(region.tables.get("closures"))
    weekly = {(text(row, "doctor"), text(row, "institution")) for row in table if number(row, "weekday") is not None}
    quarters = range(len(calendar.quarters))
    counts: dict[Key, list[int]] = defaultdict(lambda: [0] * len(calendar.quarters))
    own = _own_specialty(region)
    old = 0
    for row in table:
        doctor, site = text(row, "doctor"), text(row, "institution")
        key = (doctor, site, text(row, "specialty") or own[doctor])
        half_days = 2 if text(row, "slot") == "day" else 1
        if number(row, "weekday") is not None:
            for q in quarters:
                counts[key][q] += half_days * _dates(row, calendar, q, closures.get(site, ()))
        elif (doctor, site) not in weekly:
            if _recent(row, calendar):
                for q in quarters:
                    counts[key][q] += half_days
            else:
                old += 1
    if old:
        notes.tell("roster_old", n=old, weeks=PRACTICE_WEEKS)
    return _fit(counts, sites, notes)


def _own_specialty(region: Region) -> dict[str, str]:
    """The specialty of a row that names none: the one in the `doctors` table."""
    return {text(row, "id"): text(row, "specialty") for row in rows(region, "doctors")}


def _known(region: Region, staff: Mapping[str, Doctor], places: Mapping[str, Institution], notes: Notes) -> list[Row]:
    """Roster rows of known doctors at known institutions other than their own."""
    known, unknown, at_home = [], [], []
    for row in rows(region, "roster"):
        doctor, site = text(row, "doctor"), text(row, "institution")
        if doctor not in staff or site not in places:
            unknown.append(f"{doctor}@{site}")
        elif staff[doctor].institution == site:
            at_home.append(doctor)
        else:
            known.append(row)
    notes.some(unknown, "roster_unknown")
    notes.some(at_home, "roster_at_home")
    return known


def _dates(row: Row, calendar: WorkCalendar, quarter: int, shut: tuple[Closure, ...]) -> int:
    weekday = int(number(row, "weekday") or 0)
    return len(calendar.weekday_dates(quarter, weekday, text(row, "weeks"), shut))


def _recent(row: Row, calendar: WorkCalendar) -> bool:
    """Whether a dated row lies in the practice period before the start (always, without a start)."""
    held = day(row, "date")
    if held is None:
        return False
    return not calendar.dated or calendar.start - timedelta(weeks=PRACTICE_WEEKS) <= held < calendar.start


def _fit(counts: Mapping[Key, list[int]], sites: Mapping[str, Site], notes: Notes) -> Counts:
    """Totals per site and specialty within the frequencies' range, quarter by quarter."""
    teams: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for key in sorted(counts):
        teams[key[1], key[2]].append(key)
    fitted: dict[Key, list[int]] = {key: list(counts[key]) for key in sorted(counts)}
    dropped, cut = [], []
    for (site, specialty), team in teams.items():
        low, high = sites[site].counts_low["monthly"], sites[site].counts_high["twice_weekly"]
        for q, (least, most) in enumerate(zip(low, high, strict=True)):
            held = sum(fitted[key][q] for key in team)
            if 0 < held < least:
                dropped.append(f"{site}/{specialty}")
                for key in team:
                    fitted[key][q] = 0
            elif held > most:
                cut.append(f"{site}/{specialty}")
                _cut(fitted, team, q, most)
    notes.some(dropped, "too_rare")
    notes.some(cut, "too_often")
    return {key: tuple(held) for key, held in fitted.items() if any(held)}


def _cut(fitted: dict[Key, list[int]], team: list[Key], quarter: int, most: int) -> None:
    """Keep `most` clinics in all: those who hold most keep theirs first, then by id."""
    room = most
    for key in sorted(team, key=lambda one: (-fitted[one][quarter], one)):
        fitted[key][quarter] = min(fitted[key][quarter], room)
        room -= fitted[key][quarter]
