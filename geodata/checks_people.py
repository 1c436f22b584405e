"""Doctors, their departments, duties and absences, and the posts they are asked for.

Two persons of one name are no fault; two rows for one person are.
"""

from __future__ import annotations

import math
from collections import defaultdict

from geodata.catalogue import Texts
from geodata.checks_time import no_effect, outside_horizon, weekday_words, within_horizon
from geodata.checks_view import Check, Row, View

SAID = Texts("checks_people", "geodata", "checks")


def scope_of(row: Row) -> tuple[str, ...]:
    """The specialties in which a doctor may work."""
    return row.list("scope") or ((row["specialty"],) if row["specialty"] else ())


def title_of(row: Row) -> float:
    """A doctor's title (1-4); blank counts as attending, 2."""
    title = row.number("title")
    return 2.0 if math.isnan(title) else title


def least_title(view: View, specialty: str) -> float:
    """The least title for clinics in a specialty: its own, else `[sessions] min_title`."""
    row = view.by_id("specialties").get(specialty)
    title = row.number("min_title") if row else math.nan
    return view.number_setting("sessions", "min_title", 2) if math.isnan(title) else title


def may_serve(view: View, doctor: Row, institution: str) -> bool:
    """Whether `own_group` lets a doctor work at an institution (a blank group is open to all)."""
    institutions = view.by_id("institutions")
    home, there = institutions.get(doctor["institution"]), institutions.get(institution)
    mine, theirs = home["group"] if home else "", there["group"] if there else ""
    return not view.rule_is_hard("own_group") or not mine or not theirs or mine == theirs


def homes(view: View) -> Check:
    """A doctor's home is a hospital."""
    institutions = view.by_id("institutions")
    for row in view.rows("doctors"):
        home = institutions.get(row["institution"])
        if home and home.number("level") < 2:
            yield view.problem(
                row,
                "institution",
                SAID.both("homes.expected"),
                SAID.both("homes.cure", level=home.number("level"), home=(home["name"] or home["id"], home["id"])),
                severity="warning",
            )


def scopes(view: View) -> Check:
    """A doctor's own specialty is within the registered scope."""
    for row in view.rows("doctors"):
        own, scope = row["specialty"], row.list("scope")
        if own and scope and own not in scope:
            yield view.problem(
                row,
                "scope",
                SAID.both("scopes.expected", own=own),
                SAID.both("scopes.cure", own=own),
                severity="warning",
            )


def titles(view: View) -> Check:
    """A doctor's title is enough for a clinic in one specialty at least."""
    for row in view.rows("doctors"):
        floors = [least_title(view, k) for k in scope_of(row)]
        if floors and title_of(row) < min(floors):
            yield view.problem(
                row,
                "title",
                SAID.both("titles.expected", least=min(floors)),
                SAID.both("titles.cure"),
                severity="warning",
            )


def one_person_twice(view: View) -> Check:
    """One person has one row, also with two homes (of two persons of one name the specialty differs)."""
    seen: dict[tuple[str, str], Row] = {}
    for row in view.rows("doctors"):
        if not row["name"] or not row["id"]:
            continue
        before = seen.setdefault((row["name"], row["specialty"]), row)
        if before is not row and before["id"] != row["id"]:
            label = view.label("doctors", before.at)
            yield view.problem(
                row,
                "name",
                SAID.both("one_person_twice.expected"),
                SAID.both("one_person_twice.cure", row=label),
                severity="warning",
            )


def absences(view: View) -> Check:
    """Absences end after they start and touch the time planned."""
    for row in view.rows("absences"):
        start, end = row.day("start"), row.day("end")
        if start and end and end < start:
            yield view.problem(
                row,
                "end",
                SAID.both("absences.expected", start=start.isoformat()),
                SAID.both("absences.cure"),
            )
        elif outside_horizon(view, start, end):
            yield view.problem(row, "start", within_horizon(view), no_effect(), severity="warning")


def duties(view: View) -> Check:
    """Duties stand on days that there are."""
    for row in view.rows("duties"):
        weekday, day = row.number("weekday"), row.day("date")
        if day and not math.isnan(weekday) and day.isoweekday() != weekday:
            yield view.problem(
                row,
                "weekday",
                SAID.both("day_and_weekday.expected", day=day.isoformat(), weekday=weekday_words(day.isoweekday())),
                SAID.both("day_and_weekday.cure"),
            )
        elif not day and not math.isnan(weekday) and weekday not in view.open_weekdays and row["slot"] != "night":
            yield view.problem(
                row,
                "weekday",
                SAID.both("open_weekday.expected"),
                SAID.both("open_weekday.cure"),
                severity="warning",
            )


def headcounts(view: View) -> Check:
    """A department has at least as many people as doctors are listed for it."""
    listed = view.grouped("doctors", "institution", "department")
    for row in view.rows("departments"):
        head, doctors = row.number("headcount"), listed.get((row["institution"], row["department"]), [])
        if head < len(doctors):
            yield view.problem(
                row,
                "headcount",
                SAID.both("headcounts.expected", n=len(doctors)),
                SAID.both("headcounts.cure"),
            )
        elif row.number("min_present") >= head > 0:
            yield view.problem(
                row,
                "min_present",
                SAID.both("min_present.expected", head=head),
                SAID.both("min_present.cure"),
                severity="warning",
            )


def departments_known(view: View) -> Check:
    """With a table of departments, every doctor's department is in it (else it is not limited)."""
    if not view.has("departments"):
        return
    known: dict[str, list[str]] = defaultdict(list)
    for row in view.rows("departments"):
        known[row["institution"]].append(row["department"])
    told: set[tuple[str, str]] = set()
    hospitals = view.ids("institutions")
    for row in view.rows("doctors"):
        key = (row["institution"], row["department"])
        if key[0] not in hospitals:  # told as an unknown reference
            continue
        if row["department"] and row["department"] not in known[row["institution"]] and key not in told:
            told.add(key)
            names = "、".join(known[row["institution"]][:5]) or "–"
            yield view.problem(
                row,
                "department",
                SAID.both("departments_known.expected", names=names),
                SAID.both("departments_known.cure"),
                severity="warning",
            )


def posts(view: View) -> Check:
    """Somebody could hold each post that is asked for, and it starts in the time planned."""
    doctors = view.rows("doctors")
    for row in view.rows("posts"):
        if outside_horizon(view, row.day("start")):
            yield view.problem(row, "start", within_horizon(view), no_effect(), severity="warning")
        if not row["specialty"] or not row.number("doctors") > 0:
            continue
        asked = row.number("min_title")
        floor = max(least_title(view, row["specialty"]), 0.0 if math.isnan(asked) else asked)
        fit = [d for d in doctors if row["specialty"] in scope_of(d) and may_serve(view, d, row["institution"])]
        fit = [d for d in fit if d["posting"] != "no" and d["institution"] != row["institution"]]
        able = [d for d in fit if title_of(d) >= floor]
        if len(able) >= row.number("doctors"):
            continue
        only_title = bool(fit) and len(fit) >= row.number("doctors")
        yield view.problem(
            row,
            "min_title" if only_title else "doctors",
            SAID.both("posts.expected", floor=floor),
            SAID.both("posts.cure", n=len(able), fit=len(fit)),
            severity="warning",
        )


CHECKS = (
    homes,
    scopes,
    titles,
    one_person_twice,
    absences,
    duties,
    headcounts,
    departments_known,
    posts,
)
