"""The rotation of postings: reliefs, handover days, gaps, promotion days, table, figures, and the audit of dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from support.plan_folder import PlanFolder, clean_plan
from support.planting import failing

from planner import sections
from planner.calendar import work_calendar
from planner.folder import SavedPlan, read_plan
from planner.rotation import Figures, Rotation, rotation, rotation_table, write_rotation
from planner.rotation_turns import Holder, Post, RotationDays, Turn, turns
from planner.rotation_words import HEADINGS, WORDS
from planner.words import COLUMNS

#: 1 June to 29 November 2026, Monday to Friday.
HALF_YEAR = work_calendar(sections.Calendar(start=date(2026, 6, 1), weeks=26, holidays="none"))
DAYS = RotationDays(HALF_YEAR, 3)
OLD = Holder("A", "S", "K", date(2026, 3, 1), date(2026, 8, 31), "running")


def _new(doctor: str, start: date, end: date = date(2027, 3, 1)) -> Holder:
    return Holder(doctor, "S", "K", start, end, "new")


def _turns(*holders: Holder, doctors: int = 1, start: date | None = None) -> list[Turn]:
    return turns(Post("S", "K", doctors, start), holders, DAYS)


def _told(turn: Turn) -> tuple[str, str, int, int]:
    return turn.holder.doctor, turn.relief.doctor if turn.relief else "", turn.shared, turn.gap


# --- turns ----------------------------------------------------------------------------------------


def test_a_relief_comes_three_working_days_before() -> None:
    """Thursday, Friday and Monday are shared; nobody is missing; the relief's own end is beyond the horizon."""
    first, second = _turns(OLD, _new("B", date(2026, 8, 27)))
    assert _told(first) == ("A", "B", 3, 0) and first.handover == (date(2026, 8, 27), date(2026, 8, 31))
    assert second.relieves == OLD and second.relief is None and second.gap == 0
    assert second.handover == (date(2027, 2, 25), date(2027, 3, 1))  # due then


@pytest.mark.parametrize(
    ("start", "shared", "gap"),
    [
        (date(2026, 8, 20), 3, 0),  # long before: the last three days are the handover
        (date(2026, 8, 28), 2, 0),
        (date(2026, 9, 1), 0, 0),
        (date(2026, 9, 14), 0, 9),  # 1 to 4 and 7 to 11 September
    ],
)
def test_days_together_and_days_without(start: date, shared: int, gap: int) -> None:
    """What both are there for, and what nobody is."""
    assert _told(_turns(OLD, _new("B", start))[0]) == ("A", "B", shared, gap)


def test_a_weekend_is_no_gap() -> None:
    """From Friday to Monday nobody is missing on a working day."""
    friday = Holder("A", "S", "K", date(2026, 3, 1), date(2026, 8, 28), "running")
    assert _told(_turns(friday, _new("B", date(2026, 8, 31)))[0]) == ("A", "B", 0, 0)


def test_holidays_move_the_handover() -> None:
    """Before Friday 9 October come Thursday the 8th and, across the national holiday, 30 September."""
    days = RotationDays(work_calendar(sections.Calendar(start=date(2026, 6, 1), weeks=26)), 3)
    assert days.handover(date(2026, 10, 9)) == date(2026, 9, 30)
    assert not days.known(date(2031, 1, 4)) and days.handover(date(2031, 1, 3)) == date(2031, 1, 1)


def test_an_end_without_a_successor_is_a_gap_to_the_end() -> None:
    """September to 29 November has 64 working days; beyond the horizon nothing is counted."""
    (only,) = _turns(OLD)
    assert _told(only) == ("A", "", 0, 64) and only.handover == (date(2026, 8, 27), date(2026, 8, 31))
    (late,) = _turns(_new("B", date(2026, 6, 1)))
    assert _told(late) == ("B", "", 0, 0)


def test_an_empty_place_is_listed() -> None:
    """Before the first holder, and where nobody ever comes; not before the day from which the post is asked for."""
    empty, held = _turns(_new("B", date(2026, 6, 15)))
    assert (empty.holder.state, empty.holder.end, _told(empty)) == ("vacant", date(2026, 6, 14), ("", "B", 0, 10))
    assert held.gap == 0
    never = _turns(doctors=2)
    assert [one.gap for one in never] == [130, 130]
    assert len(_turns(_new("B", date(2026, 6, 15)), start=date(2026, 6, 15))) == 1


def test_places_are_relieved_one_to_one() -> None:
    """Two who leave and two who come; one who comes between takes the place left last."""
    other = Holder("C", "S", "K", date(2026, 3, 1), date(2026, 7, 31), "running")
    found = _turns(OLD, other, _new("B", date(2026, 8, 27)), _new("D", date(2026, 8, 3)), doctors=2)
    assert {one.holder.doctor: one.relief.doctor for one in found if one.relief} == {"A": "B", "C": "D"}
    same = Holder("C", "S", "K", date(2026, 3, 1), date(2026, 8, 31), "running")
    both = _turns(OLD, same, _new("B", date(2026, 8, 27)), _new("D", date(2026, 8, 27)), doctors=2)
    assert sorted(one.relief.doctor for one in both if one.relief) == ["B", "D"]


def test_a_place_no_longer_asked_for_has_no_gap() -> None:
    """Two at a post that asks for one: who leaves first is not relieved."""
    other = Holder("C", "S", "K", date(2026, 3, 1), date(2026, 7, 31), "running")
    found = {one.holder.doctor: one for one in _turns(OLD, other)}
    assert (found["C"].wanted, found["C"].gap, found["C"].handover) == (False, 0, None)
    assert found["A"].wanted and found["A"].gap == 64


def test_no_overlap_asked_for() -> None:
    """With `overlap_days` 0 the relief comes on the day after."""
    days = RotationDays(HALF_YEAR, 0)
    first = turns(Post("S", "K", 1), [OLD, _new("B", date(2026, 9, 1))], days)[0]
    assert _told(first) == ("A", "B", 0, 0) and days.handover(OLD.end) == date(2026, 9, 1)


# --- a saved plan ---------------------------------------------------------------------------------


def _relieved() -> PlanFolder:
    """D7 leaves S2 on Friday 31 July; D6 comes on Wednesday the 29th, to a post for one."""
    folder = clean_plan()
    folder.put("posts", {"institution": "S2"}, doctors=1)
    folder.put("current_postings", {"doctor": "D7"}, end="2026-07-31")
    folder.plan_put("postings", {"doctor": "D7"}, end="2026-07-31")
    folder.plan_put("postings", {"doctor": "D6"}, start="2026-07-29", end="2027-01-28")
    return folder


def _saved(folder: PlanFolder, path: Path) -> SavedPlan:
    return read_plan(folder.save(path / "plan"))


def test_rotation_of_a_plan(tmp_path: Path) -> None:
    """Who relieves whom and when; S1 is never filled; columns as declared, in words of both languages."""
    table = rotation(_saved(_relieved(), tmp_path)).set_index("doctor")
    seven = table.loc["D7"]
    assert (seven["relieved_by"], seven["handover_start"], seven["handover_end"]) == ("D6", "2026-07-29", "2026-07-31")
    assert (seven["state"], seven["gap_days"], table.loc["D6", "gap_days"]) == ("running", 0, 0)
    assert "接替Gu" in table.loc["D6", "note_zh"] and "relieves Gu" in table.loc["D6", "note_en"]
    assert (table.loc["", "institution"], table.loc["", "gap_days"], table.loc["", "state"]) == ("S1", 65, "vacant")
    assert list(table["number"]) == [1, 2, 3]
    assert set(table.columns) <= set(COLUMNS)


def test_the_sheet_has_the_offices_headings(tmp_path: Path) -> None:
    """One row each, names instead of ids, who is still to be named."""
    saved = _saved(_relieved(), tmp_path)
    table = rotation_table(saved, "zh")
    assert tuple(table.columns) == HEADINGS["zh"] and tuple(rotation_table(saved, "en").columns) == HEADINGS["en"]
    assert list(table["姓名"]) == ["Gu", "Fu", "空岗"] and list(table["接替人员"]) == ["Fu", "待定", ""]
    assert table["起止时间"][0] == "2026-01-05—2026-07-31" and table["交接日期"][0] == "2026-07-29—2026-07-31"


def test_figures_beside_todays(tmp_path: Path) -> None:
    """Without anybody new S2 is empty in August; the plan hands it over."""
    saved = _saved(_relieved(), tmp_path)
    assert Rotation(saved).figures() == Figures(0, 0, 1, 1, 0)
    # 3 to 30 August
    assert Rotation(saved, planned=False).figures() == Figures(1, 20, 1, 0, 0)


def test_a_short_handover_and_a_gap_are_told(tmp_path: Path) -> None:
    """From Monday no day is shared; from a week later five days are lost, and counted."""
    folder = _relieved()
    folder.plan_put("postings", {"doctor": "D6"}, start="2026-08-03", end="2027-02-02")
    saved = _saved(folder, tmp_path)
    assert Rotation(saved).figures() == Figures(0, 0, 1, 1, 1)
    assert "无交接重叠（应3个工作日）" in rotation(saved)["note_zh"][0]
    folder.plan_put("postings", {"doctor": "D6"}, start="2026-07-31", end="2027-01-30")
    assert "交接仅1个工作日（应3个）" in rotation(_saved(folder, tmp_path / "one"))["note_zh"][0]
    folder.plan_put("postings", {"doctor": "D6"}, start="2026-08-10", end="2027-02-09")
    saved = _saved(folder, tmp_path / "later")
    assert Rotation(saved).figures() == Figures(1, 5, 1, 1, 1)
    assert "empty for 5 working days before the relief" in rotation(saved)["note_en"][0]


def test_why_nobody_comes_and_who_could(tmp_path: Path) -> None:
    """D7's post stays empty although D4 could come; then nobody may; then there are enough postings."""
    folder = _relieved()
    folder.plan_drop("postings", doctor="D6")
    note = rotation(_saved(folder, tmp_path / "one"))["note_en"]
    # S1 is due first and gets Da; Fu could come to either
    assert note[0].endswith("could come: Fu") and note[1].endswith("could come: Da, Fu")
    assert "then empty for 20 working days of the horizon" in note[0]
    folder.settings["postings"] = {"max_posts": 0}
    assert "the greatest number of postings, 0, is reached" in rotation(_saved(folder, tmp_path / "two"))["note_en"][0]
    folder.settings["postings"] = {"relief": False}
    assert "no start date later in the horizon" in rotation(_saved(folder, tmp_path / "three"))["note_en"][0]
    for doctor in ("D4", "D5", "D6"):
        folder.put("doctors", {"id": doctor}, posting="no")
    folder.put("doctors", {"id": "D7"}, posting="no")
    assert "名册中无其他" in rotation(_saved(folder, tmp_path / "four"))["note_zh"][0]


def test_who_is_posted_again_hands_nothing_over(tmp_path: Path) -> None:
    """The same doctor for another term is no relief and no short handover."""
    folder = _relieved()
    folder.plan_put("postings", {"doctor": "D6"}, doctor="D7", start="2026-08-01", end="2027-01-31")
    saved = _saved(folder, tmp_path)
    assert Rotation(saved).figures() == Figures(0, 0, 1, 0, 0)
    assert list(rotation(saved)["note_zh"])[:2] == ["在岗；续派", "新派；应于2027年1月27日起交接；可考虑Da、Fu"]
    assert failing(folder, tmp_path / "audit", *RULES) == {}


def test_promotion_days_before_and_after(tmp_path: Path) -> None:
    """D6 has 200 days; 29 July 2026 to 28 January 2027 adds 132 working days and passes 240."""
    folder = _relieved()
    folder.put("doctors", {"id": "D6"}, credit_days=200, promotion_year=2027)
    row = rotation(_saved(folder, tmp_path)).set_index("doctor").loc["D6"]
    assert (row["credit_before"], row["credit_after"]) == (200, 332)
    assert "2027年晋升：基层服务200天→332天，已达240天" in row["note_zh"]
    folder.put("doctors", {"id": "D6"}, credit_days=50)
    row = rotation(_saved(folder, tmp_path / "less")).set_index("doctor").loc["D6"]
    assert "promotion 2027: 50 days below become 182, 58 short of 240" in row["note_en"]


def test_who_ended_before_and_who_is_agreed_after(tmp_path: Path) -> None:
    """A posting that ended a few days before is relieved; one agreed for after the horizon is the relief to come."""
    folder = clean_plan()
    folder.put("posts", {"institution": "S2"}, doctors=1)
    folder.plan_drop("postings", doctor="D7")
    folder.put("current_postings", {"doctor": "D7"}, end="2026-05-29")
    later = {"institution": "S2", "specialty": "K2", "start": "2026-11-26", "end": "2027-05-31"}
    folder.add("current_postings", doctor="D4", **later)
    table = rotation(_saved(folder, tmp_path))
    held = table[table["doctor"] != ""]
    assert list(held["state"]) == ["over", "new", "agreed"] and list(held["relieved_by"]) == ["D6", "D4", ""]
    assert held["handover_start"].iloc[1] == "2026-11-26"


def test_without_dates_there_is_no_rotation(tmp_path: Path) -> None:
    """A typical quarter has no rotation, and no file is left of one."""
    folder = clean_plan()
    folder.settings["calendar"] = {"weeks": 13}
    saved = _saved(folder, tmp_path)
    (saved.path / "rotation.csv").write_text("number\n", encoding="utf-8")
    write_rotation(saved.path)
    assert rotation(saved).empty and not (saved.path / "rotation.csv").exists()


def test_without_a_table_of_posts_every_post_goes_on(tmp_path: Path) -> None:
    """Nobody says that a post is no longer asked for, so its end is told."""
    folder = _relieved()
    folder.region["posts"] = folder.region["posts"].iloc[:0]
    table = rotation(_saved(folder, tmp_path))
    assert list(table["doctor"]) == ["D7", "D6"] and list(table["handover_start"]) == ["2026-07-29", "2027-01-26"]


def test_the_file_is_the_same_every_time(tmp_path: Path) -> None:
    """Rows in the order of the institutions and of time; numbers are read back as numbers."""
    folder = _saved(_relieved(), tmp_path).path
    write_rotation(folder)
    first = (folder / "rotation.csv").read_bytes()
    write_rotation(folder)
    assert (folder / "rotation.csv").read_bytes() == first
    assert read_plan(folder).table("rotation")["gap_days"].sum() == 65


def test_words_have_both_languages() -> None:
    """Every phrase is there twice, with the same blanks."""
    for key, (zh, en) in WORDS.items():
        blanks = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in (zh, en)]
        assert zh and en and blanks[0] == blanks[1], key


# --- the audit ------------------------------------------------------------------------------------

RULES = ("cohort", "post_limit", "max_posts", "post_share", "one_posting", "home_cover_posted")


def test_a_relief_holds_for_the_audit(tmp_path: Path) -> None:
    """It starts on no cohort date, and for three days two doctors are at a post for one, of one allowed in all."""
    folder = _relieved()
    folder.settings["postings"]["max_posts"] = 1
    assert failing(folder, tmp_path, *RULES) == {}


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"start": "2026-07-28", "end": "2027-01-27"}, {"cohort", "post_limit"}),
        ({"start": "2026-07-30", "end": "2027-01-29"}, {"cohort"}),
        ({"start": "2026-08-01", "end": "2027-01-31"}, set()),
        ({"start": "2026-08-02", "end": "2027-02-01"}, {"cohort"}),
        ({"institution": "S1"}, {"cohort"}),
        ({"start": "2026-06-01", "end": "2026-11-30"}, {"post_limit"}),
    ],
    ids=["a day early", "a day late", "the day after the end", "too late", "at another post", "with its cohort"],
)
def test_other_dates_are_no_relief(change: dict[str, str], rules: set[str], tmp_path: Path) -> None:
    """Exactly the first day of the handover and the day after count, and only at the post that is handed over."""
    folder = _relieved()
    folder.plan_put("postings", {"doctor": "D6"}, **change)
    broken = failing(folder, tmp_path, *RULES)
    assert set(broken) == rules and "D6" in broken.get("cohort", "D6")


def test_two_do_not_relieve_one(tmp_path: Path) -> None:
    """The second who comes, on that day or on the day after the end, relieves nobody."""
    for start, end in (("2026-07-29", "2027-01-28"), ("2026-08-01", "2027-01-31")):
        folder = _relieved()
        folder.plan_add("postings", doctor="D4", institution="S2", specialty="K2", start=start, end=end, state="new")
        assert {"cohort", "post_limit"} <= set(failing(folder, tmp_path / start, *RULES))


@pytest.mark.parametrize("setting", [{"relief": False}, {"overlap_days": 1}, {"overlap_days": 0}])
def test_the_settings_decide(setting: dict[str, int], tmp_path: Path) -> None:
    """Without reliefs, or with another overlap, the 29th is no date to start on."""
    folder = _relieved()
    folder.settings["postings"].update(setting)
    assert {"cohort", "post_limit"} <= set(failing(folder, tmp_path, *RULES))
