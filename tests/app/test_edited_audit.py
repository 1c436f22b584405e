"""`alliance audit PLAN --workbook FILE`: which rule each edit breaks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.dated_folder import day, row
from support.edited_book import Touch, cleared, detail, new_row, plan_and_book, touch, view
from support.plan_folder import PlanFolder
from support.planting import Plant, setting

from planner.cli import main
from planner.edited import read_edited
from planner.edited_audit import DATED, judge

TUE, WED, THU = day(0, 2), day(0, 3), day(0, 4)
LONGER: Plant = setting("roster", week_limit=4)


def _lock(folder: PlanFolder) -> None:
    folder.add("locks", kind="session", must="yes", doctor="D1", institution="S1", specialty="K1", date=TUE)


#: What the office does -> the tables beside it, the rule that it breaks and a part of the line.
BREAKS: dict[str, tuple[Touch, tuple[Plant, ...], str, str]] = {
    "to another site": (detail("D1", day(1, 2), institution="Far"), (LONGER,), "roster_count roster_count", "12 dated"),
    "to a day off": (detail("D1", TUE, date=day(0, 6)), (), "doctor_free site_open", "closed"),
    "while on duty": (
        detail("D1", TUE, date=day(0, 5)),
        (lambda f: row(f, "duties", doctor="D1", weekday=5, slot="am"),),
        "doctor_free",
        "on duty",
    ),
    "a long trip before a duty": (
        detail("D2", WED, date=THU),
        (lambda f: row(f, "duties", doctor="D2", weekday=4, slot="pm"),),
        "whole_day",
        "whole day",
    ),
    "to a closed site": (
        detail("D1", TUE, date=THU, slot="pm"),
        (lambda f: row(f, "closures", institution="S1", start=THU, end=THU, slot="pm"),),
        "site_open",
        "the site is closed",
    ),
    "two places": (view("Far", WED, "am", None), (LONGER,), "one_place", "2 at once"),
    "a full week": (detail("D2", WED, doctor="An"), (), "week_limit", "3 > 2"),
    "a room that is taken": (detail("D4", THU, date=TUE), (), "room_half_day", "2 > 1"),
    "too close": (detail("D4", day(4, 4), date=day(1, 4)), (), "least_gap", "2 > 1"),
    "nobody left": (
        detail("D2", WED, date=TUE),
        (lambda f: row(f, "absences", doctor="D8", start=TUE, end=TUE, slot="am"),),
        "home_cover_half_day",
        "2 > 1",
    ),
    "nothing": (detail("D1", TUE, slot="pm"), (), "", ""),
    "out of scope": (detail("D4", THU, doctor="Ha"), (), "scope", "outside"),
    "another group": (detail("D4", THU, doctor="En"), (), "own_group", "another group"),
    "a locked clinic": (detail("D1", TUE, date=day(0, 5)), (_lock,), "lock", "must be there"),
    "a backup out of scope": (detail("D1", TUE, backup="Da"), (), "scope", "as backup"),
}


def _run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)


@pytest.mark.parametrize("name", BREAKS)
def test_an_edit_and_its_rule(name: str, tmp_path: Path) -> None:
    """The one edit breaks the one rule; nothing else is told."""
    written, plants, rule, words = BREAKS[name]
    touches = [written]
    if name == "two places":
        touches.append(view("Far", TUE, "am", "An"))
    plan, book = plan_and_book(tmp_path, *plants)
    judged = judge(plan, read_edited(touch(book, *touches), plan))
    assert judged.before == () and len(judged.edits) == 1
    (_, breaches), *_ = judged.edits
    assert [breach[0] for breach in breaches] == rule.split(), breaches
    assert not rule or words in " ".join(breaches[0])
    assert judged.holds == (not rule)


def test_each_edit_has_its_own_breaches(tmp_path: Path) -> None:
    """Of three edits one is fine, one is a note, and one breaks a rule."""
    plan, book = plan_and_book(tmp_path)
    edits = (detail("D1", TUE, slot="下午"), detail("D4", THU, doctor="Ha"), cleared("D2", WED))
    judged = judge(plan, read_edited(touch(book, *edits), plan))
    assert [[breach[0] for breach in breaches] for _, breaches in judged.edits] == [[], [], ["scope"]]


#: What is taken out or added -> the clinics that the note counts.
COUNTED = {
    "taken out": (cleared("D1", TUE), "12 dated and 0 not held, 13 allocated"),
    "one more": (
        new_row(date=date(2026, 6, 12), slot="上午", doctor="Ha", institution="Far", specialty="Cardiology"),
        "7 dated and 0 not held, 6 allocated",
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_clinic_taken_out_or_added_is_a_note(name: str, tmp_path: Path) -> None:
    """A count that the edit itself explains is told beside it, and no rule is broken."""
    written, words = COUNTED[name]
    plan, book = plan_and_book(tmp_path)
    edited = read_edited(touch(book, written), plan)
    judged = judge(plan, edited)
    assert judged.holds and [one[2] for one in judged.notes[edited.edits[0]]] == [words]
    for lang, told in (("en", "note: "), ("zh", "提示：")):
        found = _run("audit", plan, "--workbook", book, "--lang", lang)
        assert found.exit_code == 0 and told in found.output and "✗" not in found.output, found.output
    assert (
        "1 edit by hand, 0 of them break a rule; 0 cells could not be read"
        in _run("audit", plan, "--workbook", book, "--lang", "en").output
    )


def test_a_count_that_other_edits_break_stays_a_breach(tmp_path: Path) -> None:
    """A clinic moved to another site breaks both counts, also beside one that is taken out."""
    plan, book = plan_and_book(tmp_path, LONGER)
    edits = (detail("D1", day(1, 2), institution="Far"), cleared("D1", TUE))
    judged = judge(plan, read_edited(touch(book, *edits), plan))
    assert not judged.holds and judged.notes == {}


def test_edits_that_clash_with_each_other_are_both_told(tmp_path: Path) -> None:
    """Two clinics moved into one room in one half-day: each alone would be fine."""
    plan, book = plan_and_book(tmp_path)
    friday = day(0, 5)
    edits = (detail("D1", TUE, date=friday), detail("D4", THU, date=friday))
    judged = judge(plan, read_edited(touch(book, *edits), plan))
    assert [[breach[0] for breach in breaches] for _, breaches in judged.edits] == [["room_half_day"]] * 2


def test_a_swap_breaks_nothing(tmp_path: Path) -> None:
    """Two doctors of one department change places for a week."""
    plan, book = plan_and_book(tmp_path)
    judged = judge(plan, read_edited(touch(book, detail("D1", TUE, doctor="Ha")), plan))
    assert judged.holds and len(judged.edits) == 1


def test_faults_of_the_plan_are_not_the_edit(tmp_path: Path) -> None:
    """A breach that was there before is told as the plan's own."""
    plan, book = plan_and_book(tmp_path, lambda f: f.plan_drop("roster", doctor="D5", date=day(0, 1)))
    judged = judge(plan, read_edited(touch(book, detail("D1", TUE, slot="下午")), plan))
    assert not judged.holds and [breach[0] for breach in judged.before] == ["roster_count"]
    assert judged.edits[0][1] == ()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command(lang: str, tmp_path: Path) -> None:
    """Exit 0 where every rule holds, 5 where an edit breaks one, 1 where a cell cannot be read; both languages."""
    plan, book = plan_and_book(tmp_path, lang=lang)
    found = _run("audit", plan, "--workbook", book, "--lang", lang)
    assert found.exit_code == 0 and ("没有修改" if lang == "zh" else "no edits") in found.output
    touch(book, detail("D1", TUE, slot="pm"))
    found = _run("audit", plan, "--workbook", book, "--lang", lang)
    assert found.exit_code == 0 and "✓" in found.output and "An" in found.output
    touch(book, detail("D4", THU, doctor="Ha"))
    found = _run("audit", plan, "--workbook", book, "--lang", lang)
    assert found.exit_code == 5
    assert ("只在执业范围内出诊和派驻" if lang == "zh" else "within their registered scope") in found.output
    touch(book, detail("D4", THU, doctor="Nobody"))
    found = _run("audit", plan, "--workbook", book, "--lang", lang)
    assert found.exit_code == 1 and "Nobody" in found.output


def test_the_command_without_a_roster(tmp_path: Path) -> None:
    """A plan or workbook without a roster gives one sentence."""
    plan, book = plan_and_book(tmp_path)
    (plan / "roster.csv").unlink()
    found = _run("audit", plan, "--workbook", book, "--lang", "en")
    assert found.exit_code == 1 and "the plan has no roster" in found.output


def test_every_rule_of_dates_is_looked_at() -> None:
    """The audit of edits knows what dates can break."""
    from models.rules import RULES

    assert set(DATED) <= set(RULES)
    assert {rule.id for rule in RULES.values() if rule.block == "roster"} <= set(DATED)


@pytest.mark.parametrize("name", [name for name, case in BREAKS.items() if case[2]])
def test_the_lines_are_chinese(name: str, tmp_path: Path) -> None:
    """What a Chinese reader is told holds no English but ids and names."""
    import re

    from planner.edited_audit import audit_workbook

    written, plants, rule, _ = BREAKS[name]
    plan, book = plan_and_book(tmp_path, *plants)
    touches = [written, *([view("Far", TUE, "am", "An")] if name == "two places" else [])]
    told, judged = audit_workbook(plan, touch(book, *touches), "zh")
    assert judged is not None
    text = "\n".join(told)
    known = r"An|Bo|Da|En|Ha|Near|Far|Other|Cardiology|Skin|First|Third|Q1|K\d|S\d|H\d|D\d|locks row \d+|cardio|skin"
    left = re.sub(rf"\b({known}|[A-Z]\d+)\b", "", text)
    for one in rule.split():
        left = left.replace(one, "")
    assert re.findall(r"[A-Za-z]{2,}", left) == [], text
