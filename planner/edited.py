"""A workbook that the office edited by hand and gives back: what differs from the saved roster.

edited_names.py    names, dates and half-days as typed
edited_detail.py   the sheet 排班明细
edited_views.py    the site views
edited_audit.py    which rule each edit breaks

Either part may be edited: what differs from `roster.csv` in one of them is an edit. Where both were
edited and say different things of one clinic, that is a problem, and the clinic stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from planner.edited_detail import Sheet, find_detail, read_detail
from planner.edited_names import WORDS, Clinic, Formulas, Names, NoRosterError, Problem
from planner.edited_views import Seen, read_views
from planner.folder import SavedPlan, read_plan
from planner.roster_views import RosterView
from planner.text import Lang, both_joined
from planner.view import View, text_of

__all__ = ["Clinic", "Edit", "Edited", "NoRosterError", "Problem", "kept_locks", "read_edited", "roster_table"]

#: What is written into the table `locks` as the reason: data, the same in every language.
REASON = "手工修改"


@dataclass(frozen=True)
class Edit:
    """One clinic moved (to another half-day, doctor, site or specialty), added, removed, or given another backup."""

    kind: Literal["moved", "added", "removed", "backup"]
    was: Clinic | None
    now: Clinic | None
    cells: tuple[str, ...] = ()
    backup: str = ""

    @property
    def order(self) -> tuple[Clinic, str]:
        first = self.was or self.now
        assert first is not None
        return first, self.kind


@dataclass(frozen=True)
class Edited:
    """The roster as edited: `visits` in order, the `edits` that lead to it, `backups` by clinic, and `problems`."""

    visits: tuple[Clinic, ...]
    edits: tuple[Edit, ...]
    problems: tuple[Problem, ...]
    saved: tuple[Clinic, ...] = ()
    backups: Mapping[Clinic, str] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[Edit, ...]:
        return tuple(edit for edit in self.edits if edit.kind == kind)

    @property
    def added(self) -> tuple[Edit, ...]:
        return self.of("added")

    @property
    def removed(self) -> tuple[Edit, ...]:
        return self.of("removed")

    @property
    def moved(self) -> tuple[Edit, ...]:
        return self.of("moved")

    def without(self, *edits: Edit) -> Edited:
        """The roster without some of its edits."""
        left = tuple(edit for edit in self.edits if edit not in edits)
        return replace(self, edits=left, visits=_applied(self.saved, left))


def read_edited(path: Path, plan: SavedPlan | Path, lang: Lang = "zh") -> Edited:
    """What a workbook says of the dated clinics of a plan.

    Raises NoRosterError where the plan has no roster or the workbook shows none.
    """
    saved = plan if isinstance(plan, SavedPlan) else read_plan(plan)
    roster = RosterView(View(saved, lang))
    base = tuple(sorted(Clinic(c.on, c.slot, c.doctor, c.site, c.specialty) for c in roster.clinics))
    if not base:
        raise NoRosterError("no_roster")
    book, formulas = _opened(path), Formulas(path)
    names = Names(roster)
    found = find_detail(book)
    detail = None if found is None else read_detail(found, names, base, formulas)
    views = read_views(book, names, base, formulas)
    if detail is None and views is None:
        raise NoRosterError("no_sheet", file=path.name)
    backups = {
        Clinic(c.on, c.slot, c.doctor, c.site, c.specialty): c.backup for c in roster.clinics
    }  # fmt: skip
    return _together(base, backups, detail, views)


def _opened(path: Path) -> object:
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return openpyxl.load_workbook(path, data_only=True)
    except (OSError, InvalidFileException, zipfile.BadZipFile, KeyError, ValueError):
        raise NoRosterError("unreadable", file=path.name) from None


def _together(
    base: Sequence[Clinic], backups: Mapping[Clinic, str], detail: Sheet | None, views: Seen | None
) -> Edited:
    problems: list[Problem] = []
    first: list[Edit] = []
    second: list[Edit] = []
    if detail is not None:
        problems += detail.problems
        first = _edits(base, detail, lambda _: detail.title)
    if views is not None:
        problems += views.problems
        seen = [c for c in base if (c.site, *c.half) in views.covered]
        second = _edits(seen, views, lambda c: views.covered[c.site, *c.half])
    edits, clashes = _merged(first, second)
    problems += clashes
    visits = _applied(base, edits)
    changed = dict(backups)
    if detail is not None:
        for clinic in visits:
            told = detail.backups.get(clinic)
            if told is not None and clinic in backups and told != backups[clinic]:
                edits.append(Edit("backup", clinic, clinic, (detail.clinics[clinic],), told))
            if told is not None:
                changed[clinic] = told
    known = {clinic: changed.get(clinic, "") for clinic in visits}
    return Edited(visits, tuple(sorted(edits, key=lambda e: e.order)), tuple(problems), tuple(base), known)


def _applied(base: Iterable[Clinic], edits: Iterable[Edit]) -> tuple[Clinic, ...]:
    visits = set(base)
    edits = list(edits)
    visits -= {edit.was for edit in edits if edit.was is not None}
    visits |= {edit.now for edit in edits if edit.now is not None}
    return tuple(sorted(visits))


#: How a clinic that is gone and one that is new belong together, closest first.
_SAME: tuple[Callable[[Clinic, Clinic], bool], ...] = (
    lambda a, b: (a.half, a.site, a.specialty) == (b.half, b.site, b.specialty),
    lambda a, b: (a.doctor, a.site, a.specialty) == (b.doctor, b.site, b.specialty) and _week(a) == _week(b),
    lambda a, b: (a.doctor, a.half) == (b.doctor, b.half),
    lambda a, b: (a.half, a.site) == (b.half, b.site),
    lambda a, b: (a.site, a.specialty) == (b.site, b.specialty) and _week(a) == _week(b),
    lambda a, b: (a.doctor, a.site, a.specialty) == (b.doctor, b.site, b.specialty),
)


def _week(clinic: Clinic) -> tuple[int, int]:
    return clinic.on.isocalendar()[:2]


def _edits(base: Iterable[Clinic], part: Sheet, sheet_of: Callable[[Clinic], str]) -> list[Edit]:
    """What a part of the workbook changes: clinics gone and new ones in pairs, the rest one by one."""
    kept, shown = set(base), part.clinics
    gone = sorted(kept - set(shown) - part.unsure)
    new = sorted(set(shown) - kept)
    found = []
    for same in _SAME:
        for was in list(gone):
            fits = [now for now in new if same(was, now)]
            if fits:
                now = min(fits, key=lambda c: (abs((c.on - was.on).days), c))
                gone.remove(was)
                new.remove(now)
                found.append(Edit("moved", was, now, (shown[now],)))
    found += [Edit("removed", was, None, (sheet_of(was),)) for was in gone]
    found += [Edit("added", None, now, (shown[now],)) for now in new]
    return found


def _merged(first: Iterable[Edit], second: Iterable[Edit]) -> tuple[list[Edit], list[Problem]]:
    """The edits of both parts; those that say different things of one clinic are problems."""
    merged = {(edit.was, edit.now): edit for edit in first}
    by_was = {edit.was: edit for edit in merged.values() if edit.was is not None}
    new = {edit.now for edit in merged.values() if edit.now is not None}
    problems = []
    for edit in second:
        same = merged.get((edit.was, edit.now))
        other = None if edit.was is None else by_was.get(edit.was)
        if same is not None:
            merged[edit.was, edit.now] = replace(same, cells=(*same.cells, *edit.cells))
        elif other is not None:
            merged.pop((other.was, other.now), None)
            problems.append(Problem(edit.cells[0], *WORDS.both("disagrees", cells=both_joined(other.cells))))
        elif edit.now not in new or edit.was is not None:
            merged[edit.was, edit.now] = edit
    return list(merged.values()), problems


def roster_table(edited: Edited) -> pd.DataFrame:
    """The edited roster in the columns of `roster.csv`."""
    rows = [
        (c.on.isoformat(), str(c.on.isoweekday()), c.slot, c.doctor, c.site, c.specialty, edited.backups.get(c, ""))
        for c in edited.visits
    ]
    columns = ["date", "weekday", "slot", "doctor", "institution", "specialty", "backup"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def kept_locks(edited: Edited) -> pd.DataFrame:
    """The edits as rows of the table `locks`: what was put in must be held, what was taken out must not."""
    rows = [
        (
            "session", clinic.doctor, clinic.site, clinic.specialty, clinic.on.isoformat(), clinic.slot,
            "yes" if must else "no", REASON,
        )
        for _, clinic, must in locked_clinics(edited)
    ]  # fmt: skip
    columns = ["kind", "doctor", "institution", "specialty", "date", "slot", "must", "reason"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def locked_clinics(edited: Edited) -> list[tuple[Edit, Clinic, bool]]:
    """The edit that each row of `kept_locks` comes from, its clinic, and whether it must be held."""
    return [
        (edit, clinic, must)
        for edit in edited.edits
        if edit.kind != "backup"
        for clinic, must in ((edit.now, True), (edit.was, False))
        if clinic is not None
    ]


def told(clinic: Clinic, roster: RosterView) -> str:
    """A clinic as people say it."""
    labels = (
        roster.label("doctors", clinic.doctor),
        roster.label("institutions", clinic.site),
        roster.label("specialties", clinic.specialty),
    )
    return text_of(f"{clinic.on} {roster.weekday(clinic.on)} {roster.slot(clinic.slot)} {' '.join(labels)}")
