"""Edits of a roster that an office made by hand in a plan's workbook, kept as locks of a new plan."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from planner.build.roster_pins import refused_pins
from planner.build.tables import labels as row_labels
from planner.catalogue import RULE_SENTENCES
from planner.edited import Edit, Edited, kept_locks, locked_clinics, read_edited
from planner.edited_audit import edit_line, judge
from planner.edited_names import WORDS, NoRosterError
from planner.folder import read_plan
from planner.inputs import Finding, InputError, Inputs, pin_finding
from planner.roster_views import RosterView
from planner.text import both_joined
from planner.view import View

#: Where a workbook stays that was edited in its place.
EDITED = "workbook-edited.xlsx"
#: Rules that an edit breaks by itself: moving other clinics does not help. Half-days that are not free are told of
#: its lock, with what takes them; so are those of the site, but for days that the plan does not have.
ALONE = frozenset({"site_open", "title_floor", "scope", "own_group", "max_minutes"})


class Kept(NamedTuple):
    """The inputs with every edit as a lock, named by its cell, and the edits that no new plan could keep."""

    inputs: Inputs
    refused: list[Finding]


def with_kept(inputs: Inputs, workbook: Path, target: Path) -> Kept:
    """The inputs with every edit of `workbook` as a lock.

    The plan that the workbook was printed from is the folder it lies in, else the one at `target`.

    Raises:
        InputError: when there is no such plan, or cells of the workbook cannot be read; all are named.
    """
    places = [place for place in (workbook.parent, target) if (place / "plan.json").is_file()]
    if not places:
        raise InputError([Finding("error", *WORDS.both("no_plan", file=workbook.name))])
    if workbook.resolve() == (target / "workbook.xlsx").resolve():
        # The new plan writes a workbook of its own in this place.
        shutil.copy2(workbook, target / EDITED)
    try:
        edited = read_edited(workbook, read_plan(places[0]))
    except NoRosterError as error:
        raise InputError([Finding("error", error.zh, error.en)]) from None
    if edited.problems:
        told = [Finding("error", one.sentence("zh"), one.sentence("en")) for one in edited.problems]
        raise InputError(told)
    more = _as_table(kept_locks(edited))
    if more.empty:
        return Kept(inputs, [])
    region, locks = inputs.region, inputs.region.tables.get("locks")
    table = more if locks is None else pd.concat([locks, more], ignore_index=True)
    labels = [f"{workbook.name} {place}" for place in _places(edited)]
    numbered = {**region.rows, "locks": [*row_labels(region, "locks"), *labels]}
    kept = replace(region, tables={**region.tables, "locks": table}, rows=numbered)
    calendar = inputs.settled()[1]
    refused = {one.label: pin_finding(one) for one in refused_pins(kept, calendar) if one.hard and one.label in labels}
    named = {edit for (edit, _, _), label in zip(locked_clinics(edited), labels, strict=True) if label in refused}
    impossible = _impossible(places[0], edited, workbook, named)
    return Kept(replace(inputs, region=kept), [*refused.values(), *impossible])


def _places(edited: Edited) -> list[str]:
    """Where each lock was written: its cell, with a number where the cell asks for several clinics."""
    asked, found = Counter[str](), []
    for edit, clinic, must in locked_clinics(edited):
        cell = edit.cells[0]
        place = cell if must else f"{cell} − {clinic.on} {clinic.slot} {clinic.doctor}"
        asked[place] += 1
        found.append(place if asked[place] == 1 else f"{place} ({asked[place]})")
    return found


def _impossible(plan: Path, edited: Edited, workbook: Path, told: Collection[Edit]) -> list[Finding]:
    """Edits that no new plan could keep, whatever else it changes, each with the rule in the way.

    told: edits whose half-days have been told.
    """
    judged, saved = judge(plan, edited), read_plan(plan)
    found = []
    for edit, breaches in judged.edits:
        broken = (rule for rule, _, _ in breaches if rule in ALONE and not (edit in told and rule == "site_open"))
        rules = list(dict.fromkeys(broken))
        if not rules:
            continue
        zh, en = (edit_line(edit, RosterView(View(saved, lang))) for lang in ("zh", "en"))
        why = both_joined((RULE_SENTENCES[rule] for rule in rules), "clauses")
        found.append(Finding("error", *WORDS.both("impossible", file=workbook.name, edit=(zh, en), why=why)))
    return found


def _as_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in the columns and types of the table `locks`."""
    from geodata.schema import load_schema

    table = pd.DataFrame(index=range(len(rows)))
    for column in load_schema("locks"):
        given = rows[column.name].tolist() if column.name in rows else [""] * len(rows)
        if column.type == "date":
            table[column.name] = pd.to_datetime(pd.Series([one or None for one in given], dtype=object))
        elif column.type in ("number", "integer", "weekday"):
            table[column.name] = pd.to_numeric(pd.Series([one or None for one in given], dtype=object)).astype(float)
        elif column.type == "yes_no":
            table[column.name] = pd.Series([one == "yes" for one in given], dtype=object)
        else:
            table[column.name] = pd.Series(given, dtype=object)
    return table
