"""Who is away and who remains in each department on each half-day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from planner.roster_views import Half, RosterView, period
from planner.text import joined
from planner.view import text_of, to_float

Key = tuple[str, str]
#: Stands for the end of a posting that has none.
OPEN_END = "9999-12-31"


@dataclass(frozen=True)
class Absent:
    """Doctors of a department who are elsewhere on a half-day: at clinics, on postings, on leave."""

    away: tuple[str, ...]
    posted: tuple[str, ...]
    leave: tuple[str, ...]


class Departments:
    """Departments that send somebody; the key is (hospital, department)."""

    def __init__(self, roster: RosterView) -> None:
        self.roster = roster

    @cached_property
    def headcounts(self) -> dict[Key, int]:
        """Headcounts of the departments table, where given."""
        found = {}
        for row in self.roster.rows("departments"):
            number = to_float(row.get("headcount"))
            if number is not None:
                found[row["institution"], row["department"]] = round(number)
        return found

    @cached_property
    def members(self) -> dict[Key, list[str]]:
        found: dict[Key, list[str]] = defaultdict(list)
        for row in self.roster.rows("doctors"):
            found[row["institution"], row.get("department", "")].append(row["id"])
        return found

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Departments with a doctor in the roster, hospitals in the order of their table."""
        found = {self._of(one.doctor) for one in self.roster.clinics}
        return tuple(sorted(found, key=lambda key: (self.roster.place(key[0]), key)))

    def _of(self, doctor: str) -> Key:
        return self.roster.doctor(doctor, "institution"), self.roster.doctor(doctor, "department")

    @cached_property
    def _away(self) -> dict[tuple[Key, Half], set[str]]:
        found: dict[tuple[Key, Half], set[str]] = defaultdict(set)
        for one in self.roster.clinics:
            for half in one.halves:
                found[self._of(one.doctor), half].add(one.doctor)
        return found

    @cached_property
    def _spans(self) -> dict[str, dict[str, list[tuple[date, date, str]]]]:
        """By kind (posted, leave) and doctor: first day, last day, half-day."""
        found: dict[str, dict[str, list[tuple[date, date, str]]]] = {
            "posted": defaultdict(list), "leave": defaultdict(list)
        }  # fmt: skip
        for row in self.roster.view.saved.table("postings").to_dict("records"):
            span = period({"start": text_of(row["start"]), "end": text_of(row["end"]) or OPEN_END})
            if span is not None:
                found["posted"][text_of(row["doctor"])].append((*span, "day"))
        for leave in self.roster.rows("absences"):
            span = period(leave)
            if span is not None:
                found["leave"][leave["doctor"]].append((*span, leave.get("slot", "")))
        return found

    def _in(self, kind: str, key: Key, half: Half) -> tuple[str, ...]:
        on, slot = half
        return tuple(
            doctor
            for doctor in self.members.get(key, ())
            if any(
                first <= on <= last and which in ("", "day", slot)
                for first, last, which in self._spans[kind].get(doctor, ())
            )
        )

    def absent(self, key: Key, half: Half) -> Absent:
        away = self._away.get((key, half), set())
        order = [doctor for doctor in self.members.get(key, ()) if doctor in away]
        posted = self._in("posted", key, half)
        leave = tuple(doctor for doctor in self._in("leave", key, half) if doctor not in posted)
        return Absent(tuple(order), posted, leave)

    def present(self, key: Key, half: Half) -> int | None:
        """Persons who remain: headcount less everybody who is elsewhere; None without a headcount."""
        if key not in self.headcounts:
            return None
        gone = self.absent(key, half)
        return self.headcounts[key] - len({*gone.away, *gone.posted, *gone.leave})

    def name(self, key: Key) -> str:
        return f"{self.roster.view.name('institutions', key[0])} {key[1]}".strip()

    def halves(self) -> list[tuple[Key, Half]]:
        """Half-days on which a department has somebody away, by department."""
        order = {key: at for at, key in enumerate(self.keys)}
        return sorted(self._away, key=lambda one: (order[one[0]], one[1]))


def who_remains(roster: RosterView) -> pd.DataFrame:
    """科室在岗明细: by department and half-day with somebody away, who is away and who remains."""
    departments = Departments(roster)

    def names(doctors: tuple[str, ...]) -> str:
        return joined((roster.view.name("doctors", doctor) for doctor in doctors), roster.lang)

    rows: list[tuple[object, ...]] = []
    for key, half in departments.halves():
        gone = departments.absent(key, half)
        elsewhere = {*gone.away, *gone.posted, *gone.leave}
        left = tuple(doctor for doctor in departments.members.get(key, ()) if doctor not in elsewhere)
        rows.append((
            roster.view.name("institutions", key[0]),
            key[1],
            half[0],
            roster.weekday_marked(half[0]),
            roster.slot(half[1]),
            *(names(doctors) for doctors in (gone.away, gone.posted, gone.leave)),
            departments.headcounts.get(key),
            departments.present(key, half),
            names(left),
        ))  # fmt: skip
    keys = (
        "hospital", "department", "date", "weekday", "slot", "away", "posted", "absent", "headcount", "present",
        "remaining",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=[roster.say(name) for name in keys], dtype=object)
