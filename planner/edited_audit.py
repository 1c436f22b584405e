"""Which rule each edit of a workbook breaks: the audit of the edited roster, edit by edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.rules import RULES
from planner import audit_words
from planner.audit import audit_saved
from planner.audit.read import Saved, read_saved, typed
from planner.catalogue import RULE_SENTENCES
from planner.edited import Edit, Edited, read_edited, roster_table, told
from planner.folder import read_plan
from planner.roster_views import RosterView
from planner.text import say
from planner.view import View

#: Rules that dates can break.
DATED = (
    *(rule.id for rule in RULES.values() if rule.block == "roster"),
    "whole_day", "title_floor", "scope", "own_group", "max_minutes", "lock",
)  # fmt: skip
#: Most edits that are taken back one by one to see whether a breach goes with them.
MOST_TRIED = 12

Breach = tuple[str, str, str]


@dataclass(frozen=True)
class Judged:
    """The edits with the breaches (rule, subject, detail) that each causes; `before`: those of the saved plan.

    notes: counts other than allocated that clinics taken out or added by hand explain, by edit: no breaches.
    """

    edits: tuple[tuple[Edit, tuple[Breach, ...]], ...]
    before: tuple[Breach, ...]
    notes: Mapping[Edit, tuple[Breach, ...]] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not self.before and not any(breaches for _, breaches in self.edits)


def judge(plan: Path, edited: Edited) -> Judged:
    """Audit the plan with the edited roster, and say which edits cause each new breach.

    An edit causes a breach that is gone without it. Where only several together do, those that name most
    of the breach's ids and dates are told.
    """
    saved = read_saved(plan)
    before = _breaches(saved)
    known = {(rule, subject) for rule, subject, _ in before}
    new = [breach for breach in _breaches(_with(saved, edited)) if breach[:2] not in known]
    causes: dict[Edit, list[Breach]] = {edit: [] for edit in edited.edits}
    notes: dict[Edit, list[Breach]] = {}
    counted = [*edited.added, *edited.removed]
    # the count of a site without what was added and taken out: broken there, it is not only these
    others = {b[:2] for b in _breaches(_with(saved, edited.without(*counted)))} if counted else set()
    tried: dict[Edit, set[tuple[str, str]]] = {}
    for breach in new:
        if counted and _is_count(breach) and breach[:2] not in others:
            for edit in counted:
                if _counts(edit, breach):
                    notes.setdefault(edit, []).append(breach)
            continue
        marked = _marked(breach, edited.edits)
        found = [edit for edit, marks in marked if marks == marked[0][1]]
        if len(marked) > 1:
            for edit, _ in marked[:MOST_TRIED]:
                if edit not in tried:
                    tried[edit] = {b[:2] for b in _breaches(_with(saved, edited.without(edit)))}
            found = [edit for edit, _ in marked[:MOST_TRIED] if breach[:2] not in tried[edit]] or found
        for edit in found:
            causes[edit].append(breach)
    told = {edit: tuple(found) for edit, found in notes.items()}
    return Judged(tuple((edit, tuple(causes[edit])) for edit in edited.edits), tuple(before), told)


def _is_count(breach: Breach) -> bool:
    """Whether a breach is about how many clinics there are."""
    return breach[0] == "roster_count" and breach[2].endswith(" allocated")


def _counts(edit: Edit, breach: Breach) -> bool:
    """Whether an edit adds or takes out a clinic of the site and specialty that a breach is about."""
    clinic = edit.was or edit.now
    return clinic is not None and breach[1].startswith(f"{clinic.site} {clinic.specialty} ")


def _with(saved: Saved, edited: Edited) -> Saved:
    table = typed({}, {"roster": roster_table(edited)}, {}).plan["roster"]
    return replace(saved, plan={**saved.plan, "roster": table}, dated=True)


def _breaches(saved: Saved) -> list[Breach]:
    table = audit_saved(saved, DATED)
    broken = table[table["holds"] == "no"]
    return [
        (str(r), str(s), str(d)) for r, s, d in zip(broken["rule"], broken["subject"], broken["detail"], strict=True)
    ]


def _marked(breach: Breach, edits: Iterable[Edit]) -> list[tuple[Edit, int]]:
    """Edits that name an id or date of the breach, with how many, most first; all where none does."""
    words = set(f"{breach[1]} {breach[2]}".replace(",", " ").replace(":", " ").split())
    marks = [(edit, len(words & _words(edit))) for edit in edits]
    return sorted([one for one in marks if one[1]] or marks, key=lambda one: (-one[1], one[0].order))


def _words(edit: Edit) -> set[str]:
    found = {edit.backup} - {""}
    for clinic in (edit.was, edit.now):
        if clinic is not None:
            found |= {clinic.doctor, clinic.site, clinic.specialty, clinic.on.isoformat()}
    return found


def lines(judged: Judged, roster: RosterView) -> list[str]:
    """One line per edit, with the rules that it breaks below it."""
    lang, made = roster.lang, []
    for edit, breaches in judged.edits:
        made.append(f"{'✗' if breaches else '✓'} {edit_line(edit, roster)}")
        for rule, subject, detail in breaches:
            who, what = _told(subject, detail, roster)
            made.append(f"    {rule} {RULE_SENTENCES.text(rule, lang)} | {who} | {what}")
        for _, subject, detail in judged.notes.get(edit, ()):
            who, what = _told(subject, detail, roster)
            made.append(f"    {say('edit_note', lang, who=who, what=what)}")
    return made


def _told(subject: str, detail: str, roster: RosterView) -> tuple[str, str]:
    """Subject and detail of a line of the audit in the reader's language."""
    who = audit_words.subject(roster.view.subject(subject), roster.lang)
    return who, roster.view.subject(audit_words.detail(detail, roster.lang))


def edit_line(edit: Edit, roster: RosterView) -> str:
    """An edit in words."""
    values = {
        "was": "" if edit.was is None else told(edit.was, roster),
        "now": "" if edit.now is None else told(edit.now, roster),
        "backup": roster.label("doctors", edit.backup) if edit.backup else say("none", roster.lang),
        "cells": ", ".join(edit.cells),
    }
    return say(f"edit_{edit.kind}", roster.lang, **values)


def audit_workbook(plan: Path, workbook: Path, lang: str) -> tuple[list[str], Judged | None]:
    """What to say of an edited workbook, and the judgement; None where cells cannot be read.

    Raises NoRosterError.
    """
    saved = read_plan(plan)
    edited = read_edited(workbook, saved, "zh" if lang == "zh" else "en")
    roster = RosterView(View(saved, lang))
    told_of = [say("edit_problem", lang, text=problem.sentence(lang)) for problem in edited.problems]
    if not edited.edits and not told_of:
        told_of.append(say("edit_none", lang))
    judged = judge(plan, edited)
    told_of += lines(judged, roster)
    if judged.before:
        told_of.append(say("edit_before", lang, count=len(judged.before)))
    wrong = sum(bool(breaches) for _, breaches in judged.edits)
    counts = (
        ("edits_made", len(edited.edits)),
        ("edits_wrong", wrong),
        ("edits_unread", len(edited.problems)),
    )
    parts = {key: say(key, lang, count=count) for key, count in counts}
    told_of.append(say("edit_total", lang, **parts))
    return told_of, None if edited.problems and judged.holds else judged
