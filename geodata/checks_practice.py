"""Today's practice: the roster as it runs, and doctors who are posted now.

What cannot be true at once would count as practice that the plan must keep, so it is an error.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable

from geodata.catalogue import Texts
from geodata.checks_people import scope_of
from geodata.checks_time import half_days, time_of, weekday_words, weeks_meet
from geodata.checks_view import Check, Row, View

SAID = Texts("checks_practice", "geodata", "checks")


def roster_at_home(view: View) -> Check:
    """A clinic at the doctor's own hospital is no outreach."""
    doctors = view.by_id("doctors")
    for row in view.rows("roster"):
        doctor = doctors.get(row["doctor"])
        if doctor and row["institution"] and row["institution"] == doctor["institution"]:
            yield view.problem(
                row,
                "institution",
                SAID.both("roster_at_home.expected"),
                SAID.both("roster_at_home.cure"),
            )


def roster_days(view: View) -> Check:
    """A date that is given with a weekday is that weekday."""
    for row in view.rows("roster"):
        day, weekday = row.day("date"), row.number("weekday")
        if day and not math.isnan(weekday) and day.isoweekday() != weekday:
            yield view.problem(
                row,
                "weekday",
                SAID.both("roster_days.expected", day=day.isoformat(), weekday=weekday_words(day.isoweekday())),
                SAID.both("roster_days.cure"),
            )


def _times(row: Row) -> list[Hashable]:
    """The half-days of a row, one key for each, the same for each week."""
    day, weekday = row.day("date"), row.number("weekday")
    when: Hashable = day if day else None if math.isnan(weekday) else int(weekday)
    return [] if when is None else [(when, half) for half in half_days(row["slot"])]


def two_places(view: View) -> Check:
    """A doctor is at one place in a half-day."""
    taken: dict[tuple[str, Hashable], list[Row]] = defaultdict(list)
    for row in view.rows("roster"):
        clash = None
        for time in _times(row):
            before = taken[row["doctor"], time]
            clash = clash or next(
                (o for o in before if o["institution"] != row["institution"] and weeks_meet(o["weeks"], row["weeks"])),
                None,
            )
            before.append(row)
        if clash and row["doctor"]:
            label = view.label("roster", clash.at)
            yield view.problem(
                row,
                "institution",
                SAID.both("two_places.expected"),
                SAID.both("two_places.cure", row=label, institution=clash["institution"], time=time_of(row)),
            )


def on_duty(view: View) -> Check:
    """A doctor is not on duty at home during a clinic elsewhere."""
    busy: dict[tuple[str, Hashable], list[Row]] = defaultdict(list)
    for row in view.rows("duties"):
        for time in _times(row):
            busy[row["doctor"], time].append(row)
    for row in view.rows("roster"):
        duties = [duty for time in _times(row) for duty in busy.get((row["doctor"], time), [])]
        duty = next((duty for duty in duties if weeks_meet(duty["weeks"], row["weeks"])), None)
        if duty:
            label = view.label("duties", duty.at)
            yield view.problem(
                row,
                "slot",
                SAID.both("on_duty.expected"),
                SAID.both("on_duty.cure", row=label, what=duty["what"] or SAID.both("on_duty.unnamed")),
            )


def while_absent(view: View) -> Check:
    """No clinic on a date on which the doctor is away."""
    away = view.grouped("absences", "doctor")
    for row in view.rows("roster"):
        day = row.day("date")
        for absence in away.get((row["doctor"],), []):
            start, end = absence.day("start"), absence.day("end")
            if start is None or end is None or not set(half_days(row["slot"])) & set(half_days(absence["slot"])):
                continue
            label = view.label("absences", absence.at)
            if day and start <= day <= end:
                yield view.problem(
                    row,
                    "date",
                    SAID.both("while_absent.expected", start=start.isoformat(), end=end.isoformat()),
                    SAID.both("while_absent.cure", row=label),
                )
            elif not day and view.horizon and start <= view.horizon[0] and end >= view.horizon[1]:
                yield view.problem(
                    row,
                    "doctor",
                    SAID.both("always_absent.expected"),
                    SAID.both("always_absent.cure", row=label),
                    severity="warning",
                )


def beyond_rooms(view: View) -> Check:
    """No more visiting doctors at once than rooms."""
    institutions = view.by_id("institutions")
    used: dict[tuple[str, Hashable, str], list[Row]] = defaultdict(list)
    for row in view.rows("roster"):
        for time in _times(row):
            for parity in ("odd", "even"):
                if weeks_meet(row["weeks"], parity):
                    used[row["institution"], time, parity].append(row)
    told: set[str] = set()
    for (site, _, _), rows in used.items():
        rooms = institutions[site].number("rooms") if site in institutions else math.nan
        if len(rows) > rooms and site not in told:
            told.add(site)
            yield view.problem(
                rows[-1],
                "institution",
                SAID.both("beyond_rooms.expected", rooms=rooms),
                SAID.both("beyond_rooms.cure", rows=view.labels(rows), time=time_of(rows[-1])),
                severity="warning",
            )


def postings(view: View) -> Check:
    """Postings end after they start, are away from home, in scope, and one at a time."""
    doctors = view.by_id("doctors")
    for row in view.rows("current_postings"):
        doctor = doctors.get(row["doctor"])
        start, end = row.day("start"), row.day("end")
        if start and end and end < start:
            yield view.problem(
                row,
                "end",
                SAID.both("posting_end.expected", start=start.isoformat()),
                SAID.both("posting_end.cure"),
            )
        if doctor is None:
            continue
        if row["institution"] == doctor["institution"]:
            yield view.problem(
                row,
                "institution",
                SAID.both("posting_home.expected"),
                SAID.both("posting_home.cure"),
            )
        if row["specialty"] and row["specialty"] not in scope_of(doctor):
            yield view.problem(
                row,
                "specialty",
                SAID.both("posting_scope.expected"),
                SAID.both("posting_scope.cure"),
                severity="warning",
            )
    yield from _overlaps(view)


def _overlaps(view: View) -> Check:
    for rows in view.grouped("current_postings", "doctor").values():
        for at, row in enumerate(rows):
            for before in rows[:at]:
                first, last = before.day("start"), before.day("end")
                start, end = row.day("start"), row.day("end")
                if not (first and last and start and end and row["doctor"]):
                    continue
                if start <= last and first <= end:
                    label = view.label("current_postings", before.at)
                    yield view.problem(
                        row,
                        "start",
                        SAID.both("overlaps.expected"),
                        SAID.both(
                            "overlaps.cure",
                            row=label,
                            institution=before["institution"],
                            first=first.isoformat(),
                            last=last.isoformat(),
                        ),
                    )


CHECKS = (roster_at_home, roster_days, two_places, on_duty, while_absent, beyond_rooms, postings)
