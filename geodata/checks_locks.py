"""Locks that cannot be kept: at odds with each other or with running postings.

Only what two rows show by themselves; locks that clash through a rule are found by the solver,
which names the rule. A lock with a weight is a wish, so a clash with it is a warning.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from itertools import combinations

from geodata.catalogue import Texts
from geodata.checks_time import half_days, no_effect, outside_horizon, time_of, within_horizon
from geodata.checks_view import Check, Row, Say, View
from geodata.problems import Problem, Severity

SAID = Texts("checks_locks", "geodata", "checks")

#: kind -> the columns that say what is locked; a blank one stands for any.
SUBJECT = {
    "session": ("doctor", "institution", "specialty"),
    "posting": ("doctor", "institution", "specialty"),
    "centre": ("service", "host"),
    "service": ("institution", "service", "host"),
    "group": ("institution", "group"),
}
#: kind -> the columns without which it says nothing.
NEEDED = {
    "session": ("institution",),
    "posting": ("institution",),
    "centre": ("service",),
    "service": ("institution", "service"),
    "group": ("institution", "group"),
}
MONTH = 365.25 / 12


def subject(row: Row) -> tuple[str, ...]:
    """What a lock is about, in the order of `SUBJECT`."""
    cells = {column: row[column] for column in SUBJECT.get(row["kind"], ())}
    if row["kind"] == "centre":  # the host may stand in either column
        cells["host"] = row["host"] or row["institution"]
    return tuple(cells.values())


def _when(row: Row) -> tuple[object, ...]:
    weekday = row.number("weekday")
    return row.day("start"), row.day("date"), "" if math.isnan(weekday) else int(weekday), row["slot"]


def severity_of(*rows: Row) -> Severity:
    """An error, unless one of the locks is a wish."""
    return "warning" if any(row.said("weight") for row in rows) else "error"


def must(row: Row) -> bool:
    """Whether a lock demands (blank does) rather than forbids."""
    return row.yes("must") or not row.said("must")


def complete(view: View) -> Check:
    """A lock says what it locks."""
    for row in view.rows("locks"):
        for column in NEEDED.get(row["kind"], ()):
            if not row[column] and not (column == "institution" and row["doctor"]):
                yield view.problem(
                    row,
                    column,
                    SAID.both("complete.expected", kind=row["kind"], column=column),
                    SAID.both("complete.cure"),
                )
        if row["kind"] == "centre" and not row["host"] and not row["institution"]:
            yield view.problem(
                row,
                "host",
                SAID.both("no_host.expected"),
                SAID.both("no_host.cure"),
            )


def yes_and_no(view: View) -> Check:
    """The same thing is not locked to be and not to be; a blank cell of the `no` covers everything."""
    rows = [row for row in view.rows("locks") if row["kind"] in SUBJECT]
    for forbidden in (row for row in rows if not must(row)):
        for wanted in (row for row in rows if must(row)):
            if forbidden["kind"] != wanted["kind"] or not (_covers(forbidden, wanted)):
                continue
            later, before = (forbidden, wanted) if forbidden.at > wanted.at else (wanted, forbidden)
            label = view.label("locks", before.at)
            yield view.problem(
                later,
                "must",
                SAID.both("yes_and_no.expected", row=label),
                SAID.both("yes_and_no.cure", row=label),
                severity=severity_of(forbidden, wanted),
            )


def _covers(forbidden: Row, wanted: Row) -> bool:
    """Whether everything that would keep `wanted` breaks `forbidden`."""
    same = all(not no or no == yes for no, yes in zip(subject(forbidden), subject(wanted), strict=True))
    return same and all(no in (None, "", yes) for no, yes in zip(_when(forbidden), _when(wanted), strict=True))


def one_place(view: View) -> Check:
    """A doctor is not locked to two places at one time, nor posted and holding clinics elsewhere."""
    rows = [row for row in view.rows("locks") if must(row) and row["doctor"] and row["institution"]]
    for before, row in combinations(rows, 2):
        if before["doctor"] != row["doctor"]:
            continue
        kinds = {before["kind"], row["kind"]}
        elsewhere = before["institution"] != row["institution"]
        if kinds == {"session"} and elsewhere and _same_time(before, row):
            yield _clash(view, row, before, SAID.both("one_clinic.expected", time=time_of(row)))
        elif kinds == {"posting"} and elsewhere and _postings_meet(view, before, row):
            yield _clash(view, row, before, SAID.both("one_posting.expected"))
        elif kinds == {"posting", "session"}:
            posting = row if row["kind"] == "posting" else before
            if _covers_horizon(view, posting):
                yield _clash(view, row, before, SAID.both("no_clinic.expected"))


def _clash(view: View, row: Row, before: Row, expected: Say) -> Problem:
    label = view.label("locks", before.at)
    return view.problem(
        row,
        "institution",
        expected,
        SAID.both("clash.cure", row=label, doctor=row["doctor"], institution=before["institution"]),
        severity=severity_of(row, before),
    )


def _same_time(one: Row, other: Row) -> bool:
    if not set(half_days(one["slot"])) & set(half_days(other["slot"])) or not (one["slot"] and other["slot"]):
        return False
    days = [(row.day("date"), row.number("weekday")) for row in (one, other)]
    (day, weekday), (other_day, other_weekday) = days
    if day and other_day:
        return day == other_day
    mine = weekday if day is None else float(day.isoweekday())
    theirs = other_weekday if other_day is None else float(other_day.isoweekday())
    return mine == theirs  # NaN, no day at all, equals nothing


def _months(view: View, lock: Row) -> float:
    post = view.grouped("posts", "institution", "specialty").get((lock["institution"], lock["specialty"]))
    months = post[0].number("months") if post else math.nan
    return view.number_setting("postings", "months", 6) if math.isnan(months) else months


def _starts(view: View, lock: Row) -> list[date]:
    """When a locked posting may start, about; [] where the horizon has no dates.

    A posting that ends within the horizon may be relieved then, whatever the cohorts.
    """
    given = lock.day("start")
    if given or not view.horizon:
        return [given] if given else []
    cohorts = view.setting("postings", "cohorts", [])
    starts = [day for day in cohorts if isinstance(day, date)] or [view.horizon[0]]
    if view.setting("postings", "relief", True):
        held = view.grouped("current_postings", "institution").get((lock["institution"],), [])
        ends = [row.day("end") for row in held if row["specialty"] in ("", lock["specialty"])]
        ends += [start + timedelta(days=_months(view, lock) * MONTH) for start in starts]
        starts += [end for end in ends if end and view.horizon[0] <= end < view.horizon[1]]
    return starts


def _covers_horizon(view: View, lock: Row) -> bool:
    """Whether a locked posting leaves no week of the horizon free, whenever it may start."""
    if not view.horizon:
        return True
    length = timedelta(days=_months(view, lock) * MONTH)
    first, last = view.horizon
    return all(start <= first and start + length > last for start in _starts(view, lock))


def _postings_meet(view: View, one: Row, other: Row) -> bool:
    """Whether two locked postings overlap whenever they may start."""
    mine, theirs = _starts(view, one), _starts(view, other)
    long = timedelta(days=_months(view, one) * MONTH), timedelta(days=_months(view, other) * MONTH)
    return all(a < b + long[1] and b < a + long[0] for a in mine for b in theirs)


def current_postings(view: View) -> Check:
    """A doctor who is posted for the whole time planned is not locked elsewhere."""
    postings = view.grouped("current_postings", "doctor")
    for row in view.rows("locks"):
        if not must(row) or row["kind"] not in ("session", "posting") or not row["doctor"]:
            continue
        for posting in postings.get((row["doctor"],), []):
            start, end = posting.day("start"), posting.day("end")
            if not (start and end and view.horizon and start <= view.horizon[0] and end >= view.horizon[1]):
                continue
            if row["kind"] == "posting" and row["institution"] in ("", posting["institution"]):
                continue
            label = view.label("current_postings", posting.at)
            yield view.problem(
                row,
                "doctor",
                SAID.both("current_postings.expected", start=start.isoformat(), end=end.isoformat()),
                SAID.both("current_postings.cure", row=label, institution=posting["institution"]),
                severity=severity_of(row),
            )


def dates(view: View) -> Check:
    """Locks are about the time planned."""
    for row in view.rows("locks"):
        for column in ("start", "date"):
            if outside_horizon(view, row.day(column)):
                yield view.problem(row, column, within_horizon(view), no_effect(), severity="warning")


CHECKS = (complete, yes_and_no, one_place, current_postings, dates)
