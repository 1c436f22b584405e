"""A workbook edited by hand: what is read of it, in both of its parts."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from support.dated_folder import day, row
from support.edited_book import Touch, cleared, detail, new_row, plan_and_book, touch, view
from support.plan_folder import PlanFolder

from planner.edited import Clinic, Edit, Edited, NoRosterError, kept_locks, read_edited

D1, D2, D4, D5 = day(0, 2), day(0, 3), day(0, 4), day(0, 1)


def clinic(on: str, doctor: str, site: str, specialty: str, slot: str = "am") -> Clinic:
    return Clinic(date.fromisoformat(on), slot, doctor, site, specialty)


AN, BO, DA, EN = (
    clinic(D1, "D1", "S1", "K1"),
    clinic(D2, "D2", "S2", "K1"),
    clinic(D4, "D4", "S1", "K2"),
    clinic(D5, "D5", "S3", "K2"),
)


def _namesake(folder: PlanFolder) -> None:
    """D6 bears the name of D1."""
    folder.put("doctors", {"id": "D6"}, name="An")


def _read(path: Path, *touches: Touch, lang: str = "zh", namesake: bool = False) -> Edited:
    plan, book = plan_and_book(path, *([_namesake] if namesake else []), lang=lang)
    return read_edited(touch(book, *touches), plan, "zh" if lang == "zh" else "en")


def _moved(was: Clinic, now: Clinic) -> tuple[str, Clinic, Clinic]:
    return "moved", was, now


def _plain(edits: tuple[Edit, ...]) -> list[tuple[str, Clinic | None, Clinic | None]]:
    return [(edit.kind, edit.was, edit.now) for edit in edits]


FRIDAY, TUESDAY_PM = clinic(day(0, 5), "D1", "S1", "K1"), clinic(D1, "D1", "S1", "K1", "pm")
HA = clinic(D1, "D8", "S1", "K1")

#: What is written -> the edit that it is.
READ: dict[str, tuple[tuple[Touch, ...], tuple[str, Clinic | None, Clinic | None]]] = {
    "an Excel date": ((detail("D1", D1, date=datetime(2026, 6, 5)),), _moved(AN, FRIDAY)),
    "a date as text": ((detail("D1", D1, date="2026年6月5日", weekday="周五"),), _moved(AN, FRIDAY)),
    "a date with points": ((detail("D1", D1, date=" 2026.6.5 "),), _moved(AN, FRIDAY)),
    "a date without its year": ((detail("D1", D1, date="6月5日", weekday=None),), _moved(AN, FRIDAY)),
    "an Excel number": ((detail("D1", D1, date=46178),), _moved(AN, FRIDAY)),
    "another half-day": ((detail("D1", D1, slot=" 下 午 "),), _moved(AN, TUESDAY_PM)),
    "another doctor, the old number left": ((detail("D1", D1, doctor="H a"),), _moved(AN, HA)),
    "another number, the old name left": ((detail("D1", D1, id="D8"),), _moved(AN, HA)),
    "name and number": ((detail("D1", D1, doctor="Ha", id="D8"),), _moved(AN, HA)),
    "a name alone": ((detail("D1", D1, doctor="ＨＡ", id=None),), _moved(AN, HA)),
    "another site": ((detail("D1", D1, institution="S3"),), _moved(AN, clinic(D1, "D1", "S3", "K1"))),
    "a cleared row": ((cleared("D1", D1),), ("removed", AN, None)),
    "a cleared name": ((detail("D1", D1, doctor=None),), ("removed", AN, None)),
    "a cleared date": ((detail("D1", D1, date=None),), ("removed", AN, None)),
    "a new row": (
        (new_row(date=date(2026, 6, 9), slot="pm", doctor="Ha", institution="Near", specialty="Cardiology"),),
        ("added", None, clinic(day(1, 2), "D8", "S1", "K1", "pm")),
    ),
    "a whole day on a long trip": (
        (detail("D2", D2, date=day(0, 5), slot="全天"),),
        _moved(BO, clinic(day(0, 5), "D2", "S2", "K1")),
    ),
    "a blank specialty": (
        (detail("D4", D4, date=day(0, 5), specialty=None),),
        _moved(DA, clinic(day(0, 5), "D4", "S1", "K2")),
    ),
    "moved to another week": ((detail("D4", D4, date=day(2, 5)),), _moved(DA, clinic(day(2, 5), "D4", "S1", "K2"))),
    "view: another doctor": ((view("Near", D1, "am", "Ha"),), _moved(AN, HA)),
    "view: name and brackets": ((view("Near", D1, "am", "H a（主治·cardio）"),), _moved(AN, HA)),
    "view: old brackets left": ((view("Near", D1, "am", "Ha\n(副主任·cardio)"),), _moved(AN, HA)),
    "view: moved": ((view("Near", D1, "am", None), view("Near", day(0, 5), "am", "An")), _moved(AN, FRIDAY)),
    "view: cleared": ((view("Near", D1, "am", ""),), ("removed", AN, None)),
    "view: a second doctor": (
        (view("Near", D1, "am", "An\n(副主任·cardio)、Ha"),),
        ("added", None, clinic(D1, "D8", "S1", "K1")),
    ),
    "both alike": ((detail("D1", D1, doctor="Ha", id="D8"), view("Near", D1, "am", "Ha(主治·cardio)")), _moved(AN, HA)),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_untouched_workbook_has_no_edits(lang: str, tmp_path: Path) -> None:
    """What the program writes it reads back as it was, namesakes included."""
    edited = _read(tmp_path, lang=lang, namesake=True)
    assert edited.edits == () and edited.problems == () and len(edited.visits) == 35


@pytest.mark.parametrize("name", READ)
def test_an_edit_is_read(name: str, tmp_path: Path) -> None:
    """One edit, with the cell it stands in; everything else stays."""
    touches, wanted = READ[name]
    edited = _read(tmp_path, *touches)
    assert edited.problems == ()
    assert _plain(edited.edits) == [wanted]
    assert edited.edits[0].cells
    assert len(edited.visits) == 35 + (wanted[1] is None) - (wanted[2] is None)
    assert wanted[1] not in edited.visits and (wanted[2] is None or wanted[2] in edited.visits)


def test_a_near_whole_day_is_two_clinics(tmp_path: Path) -> None:
    """全天 at a near site is a morning and an afternoon."""
    edited = _read(tmp_path, detail("D1", D1, slot="全天"))
    assert _plain(edited.edits) == [("added", None, TUESDAY_PM)]


def test_rows_in_another_order_under_a_title(tmp_path: Path) -> None:
    """Sorting the rows, a title above them and another sheet name change nothing."""

    def sort(book: openpyxl.Workbook) -> None:
        sheet = book["排班明细"]
        rows = sorted(sheet.iter_rows(min_row=2, max_row=36, values_only=True), key=lambda r: (r[4], r[0]))
        for line, values in enumerate(rows, start=2):
            for at, value in enumerate(values, start=1):
                sheet.cell(line, at).value = value
        sheet.insert_rows(1, 2)
        sheet["A1"] = "六月排班（李主任改）"
        sheet.title = "排班明细 (2)"

    edited = _read(tmp_path, sort)
    assert edited.edits == () and edited.problems == ()


def test_one_part_is_enough(tmp_path: Path) -> None:
    """Without 排班明细 the views count, and the other way round; without both there is nothing to read."""

    def only(*kept: str) -> Touch:
        def run(book: openpyxl.Workbook) -> None:
            for name in book.sheetnames:
                if not name.startswith(kept):
                    del book[name]

        return run

    views = _read(tmp_path / "a", view("Near", D1, "am", "Ha"), only("坐诊排班表"))
    assert _plain(views.edits) == [_moved(AN, HA)]
    rows = _read(tmp_path / "b", detail("D1", D1, slot="下午"), only("排班明细"))
    assert _plain(rows.edits) == [_moved(AN, TUESDAY_PM)]
    with pytest.raises(NoRosterError, match="no sheet of the roster"):
        _read(tmp_path / "c", only("月统计"))


def test_each_part_has_its_own_edits(tmp_path: Path) -> None:
    """Different clinics edited in the two parts are all edits."""
    edited = _read(tmp_path, detail("D1", D1, slot="下午"), view("Far", D2, "am", "Ha"))
    assert _plain(edited.edits) == [_moved(AN, TUESDAY_PM), _moved(BO, clinic(D2, "D8", "S2", "K1"))]


def test_parts_that_disagree_are_a_problem(tmp_path: Path) -> None:
    """One clinic moved here and handed over there stays as it was, and both cells are named."""
    edited = _read(tmp_path, detail("D1", D1, slot="下午"), view("Near", D1, "am", "Ha"))
    assert edited.edits == () and AN in edited.visits
    assert len(edited.problems) == 1
    told = edited.problems[0].sentence("zh")
    assert "坐诊排班表 2026年6月!D6" in told and "排班明细!A3" in told


def test_namesakes(tmp_path: Path) -> None:
    """The number decides; where it does not, the half-day's own doctor does; else it is a problem."""
    edited = _read(tmp_path / "a", detail("D2", D2, doctor="An", id="D6"), namesake=True)
    assert _plain(edited.edits) == [_moved(BO, clinic(D2, "D6", "S2", "K1"))]
    edited = _read(tmp_path / "b", detail("D2", D2, doctor="An（D6）"), namesake=True)
    assert _plain(edited.edits) == [_moved(BO, clinic(D2, "D6", "S2", "K1"))]
    edited = _read(tmp_path / "c", detail("D1", D1, doctor="A n", id=None), namesake=True)
    assert edited.edits == () and edited.problems == ()
    edited = _read(tmp_path / "d", detail("D2", D2, doctor="An", id=None), namesake=True)
    assert edited.edits == () and "D1、D6" in edited.problems[0].zh and edited.problems[0].cell == "排班明细!D4"
    edited = _read(tmp_path / "e", view("Far", D2, "am", "An"), namesake=True)
    assert edited.edits == () and "D1、D6" in edited.problems[0].zh
    edited = _read(tmp_path / "f", view("Far", D2, "am", "An(主治·skin)"), namesake=True)
    assert _plain(edited.edits) == [_moved(BO, clinic(D2, "D6", "S2", "K2"))]


#: What cannot be read -> words of the problem, and its cell.
UNREADABLE: dict[str, tuple[Touch, str, str]] = {
    "unknown name": (detail("D1", D1, doctor="Nobody"), "没有医生“Nobody”", "排班明细!D3"),
    "unknown number": (detail("D1", D1, id="D99"), "没有工号", "排班明细!D3"),
    "name against number": (detail("D1", D1, doctor="Bo", id="D8"), "不是同一人", "排班明细!D3"),
    "no date": (detail("D1", D1, date="下周二"), "不是日期", "排班明细!A3"),
    "no slot": (detail("D1", D1, slot="晚上"), "时段应为", "排班明细!C3"),
    "unknown site": (detail("D1", D1, institution="Nowhere"), "没有“Nowhere”", "排班明细!F3"),
    "a formula for a site": (detail("D1", D1, institution="=X9"), "没有存下结果的公式", "排班明细!F3"),
    "no slot at all": (detail("D1", D1, slot=None), "单元格是空的", "排班明细!C3"),
    "a formula for a date": (detail("D1", D1, date="=A2+1"), "没有存下结果的公式", "排班明细!A3"),
    "a formula for a doctor": (detail("D1", D1, doctor="=D2", id=None), "没有存下结果的公式", "排班明细!D3"),
    "view: a formula": (view("Near", D1, "am", "=D7"), "没有存下结果的公式", "坐诊排班表 2026年6月!D6"),
    "weekday alone": (detail("D1", D1, weekday="周五"), "请改日期", "排班明细!B3"),
    "view: unknown name": (view("Near", D1, "am", "Nobody"), "没有医生", "坐诊排班表 2026年6月!D6"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_told_and_left_alone(name: str, tmp_path: Path) -> None:
    """The problem names its cell; the clinic is neither moved nor taken out."""
    written, words, cell = UNREADABLE[name]
    edited = _read(tmp_path, written)
    assert edited.edits == () and len(edited.visits) == 35
    assert len(edited.problems) == 1
    assert words in edited.problems[0].zh and edited.problems[0].cell == cell


def test_a_row_that_became_another_names_the_cell_that_was_edited(tmp_path: Path) -> None:
    """A clinic moved onto one that is there points at the date that was typed, not at the weekday beside it."""
    edited = _read(tmp_path, detail("D1", day(1, 2), date=D1))
    assert [one.cell[:6] for one in edited.problems] == ["排班明细!A"] and edited.edits == ()
    assert "与 排班明细!A3 重复" in edited.problems[0].zh


def test_a_clinic_twice_and_a_site_gone(tmp_path: Path) -> None:
    """The same clinic in two rows, and a block taken out of a view, are problems."""
    twice = new_row(date=D1, slot="上午", doctor="An", institution="Near", specialty="Cardiology")
    edited = _read(tmp_path / "a", twice)
    assert "重复" in edited.problems[0].zh and edited.edits == ()

    def drop(book: openpyxl.Workbook) -> None:
        book["坐诊排班表 2026年6月"]["A7"] = None
        for at in range(2, 60):
            book["坐诊排班表 2026年6月"].cell(7, at).value = None

    edited = _read(tmp_path / "b", lambda book: book["坐诊排班表 2026年6月"].__setitem__("A7", "Nowhere"))
    assert any("Far" in problem.zh for problem in edited.problems)


def test_staff_numbers_that_became_numbers(tmp_path: Path) -> None:
    """0012 comes back from a spreadsheet as 12 and is still that doctor."""

    def rename(folder: PlanFolder) -> None:
        folder.put("doctors", {"id": "D8"}, id="0012")
        folder.plan_put("roster", {"backup": "D8"}, backup="0012")

    plan, book = plan_and_book(tmp_path, rename)
    edited = read_edited(touch(book, detail("D1", D1, doctor="Ha", id=12)), plan)
    assert _plain(edited.edits) == [_moved(AN, clinic(D1, "0012", "S1", "K1"))]


def test_another_backup(tmp_path: Path) -> None:
    """A backup is an edit of its own, and no lock."""
    edited = _read(tmp_path, detail("D1", D1, backup="Bo"))
    assert [(edit.kind, edit.backup) for edit in edited.edits] == [("backup", "D2")]
    assert edited.backups[AN] == "D2" and kept_locks(edited).empty


def test_edits_as_locks(tmp_path: Path) -> None:
    """What was put in must be held, what was taken out must not, each with its reason."""
    locks = kept_locks(_read(tmp_path, detail("D1", D1, slot="下午"), cleared("D4", D4)))
    told = [tuple(one) for one in locks[["doctor", "institution", "specialty", "date", "slot", "must"]].to_numpy()]
    assert told == [
        ("D1", "S1", "K1", D1, "pm", "yes"),
        ("D1", "S1", "K1", D1, "am", "no"),
        ("D4", "S1", "K2", D4, "am", "no"),
    ]
    assert set(locks["kind"]) == {"session"} and set(locks["reason"]) == {"手工修改"}


def test_locks_pass_the_check(tmp_path: Path) -> None:
    """The rows are those of the table `locks`, and a clinic moved by a day is no contradiction."""
    from geodata.schema import columns_of

    locks = kept_locks(_read(tmp_path, detail("D1", D1, slot="下午")))
    assert set(locks.columns) <= set(columns_of("locks"))


def test_a_plan_without_a_roster(tmp_path: Path) -> None:
    """There is nothing to compare with."""
    plan, book = plan_and_book(tmp_path)
    (plan / "roster.csv").unlink()
    with pytest.raises(NoRosterError, match="the plan has no roster"):
        read_edited(book, plan)
    (tmp_path / "text.xlsx").write_text("no workbook")
    with pytest.raises(NoRosterError):
        read_edited(tmp_path / "text.xlsx", plan_and_book(tmp_path / "again")[0])


def test_today_marks_do_not_matter(tmp_path: Path) -> None:
    """Signs for changed clinics and market mornings are no names."""

    def plant(folder: PlanFolder) -> None:
        row(folder, "roster", doctor="D1", institution="S1", specialty="K1", date=day(0, 3), slot="am")
        row(folder, "market_days", institution="S1", rule="weekday 2")
        row(folder, "closures", institution="S3", start=day(1, 4), end=day(1, 4), slot="")

    plan, book = plan_and_book(tmp_path, plant)
    edited = read_edited(book, plan)
    assert edited.edits == () and edited.problems == ()
