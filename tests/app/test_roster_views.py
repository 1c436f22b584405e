"""The roster as people read it: days with their marks, changes against today, lists per sheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from support.roster_plan import dated, roster_plan, roster_rows

from planner import roster_tables
from planner.folder import SavedPlan
from planner.report.roster_chapter import roster_chapter
from planner.roster_changes import matched
from planner.roster_people import Departments, who_remains
from planner.roster_statistics import month_statistics
from planner.roster_views import RosterView
from planner.roster_words import DETAIL, WORDS
from planner.view import View


@pytest.fixture
def roster(tmp_path: Path) -> RosterView:
    return RosterView(View(roster_plan(tmp_path / "plan"), "zh"))


def test_every_word_has_two_languages() -> None:
    """The same placeholders in both."""
    for key, (zh, en) in WORDS.items():
        assert zh and en and sorted(_fields(zh)) == sorted(_fields(en)), key


def _fields(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_days_know_holidays_and_working_saturdays(roster: RosterView) -> None:
    """Days off have their holiday's name, the Saturday that is worked is marked."""
    days = {day.on: day for day in roster.days}
    assert len(days) == 91
    assert not days[date(2026, 4, 6)].working and days[date(2026, 4, 6)].holiday == "清明"
    assert days[date(2026, 5, 9)].make_up and roster.weekday_marked(date(2026, 5, 9)) == "周六 班"
    assert not days[date(2026, 4, 11)].working and days[date(2026, 4, 11)].holiday == ""
    assert roster.months == ((2026, 3), (2026, 4), (2026, 5), (2026, 6))


def test_unknown_year_shows_weekdays(tmp_path: Path) -> None:
    """A plan whose holidays this version does not know is shown without a roster rather than not at all."""
    saved = roster_plan(tmp_path / "plan", calendar={"start": "2031-01-06", "weeks": 13})
    assert RosterView(View(saved, "zh")).clinics == ()


def test_far_trip_takes_the_day_and_minutes_come_from_the_plan(roster: RosterView) -> None:
    """Over [sessions] half_day_minutes a clinic takes both half-days."""
    far = [one for one in roster.clinics if one.far]
    assert {one.doctor for one in far} == {"D2"} and all(one.minutes == 70.0 for one in far)
    assert far[0].halves == ((far[0].on, "am"), (far[0].on, "pm"))


def test_changes_against_today(roster: RosterView) -> None:
    """Clinics of today's roster that stand as they are have no mark; moved ones are paired with what was."""
    changed = {one.doctor: sum(c.changed for c in roster.clinics if c.doctor == one.doctor) for one in roster.clinics}
    # Of D1's Tuesdays 5 May is a day off: today's roster has nothing then, the plan another day.
    assert changed["D1"] == 1 and changed["D2"] == 7 and changed["D4"] == 2
    # Of D3's Mondays at S3 two are days off today as well: made up in the same week, and added.
    kinds = [one.kind for one in roster.changes if one.site == "S3"]
    assert kinds == ["added", "added"]


def test_change_pairs_the_nearest() -> None:
    """Same half-day first (another doctor), then the same doctor in that week, then anybody in that week."""
    monday, tuesday, next_week = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 9)
    found = list(
        matched(
            ("S", "K"),
            [(monday, "am", "A"), (monday, "pm", "A"), (next_week, "am", "B")],
            [(monday, "am", "B"), (tuesday, "am", "A"), (date(2026, 6, 30), "am", "B")],
        )
    )
    assert [one.kind for one in found] == ["swapped", "moved", "dropped", "added"]
    assert found[1].was == (monday, "pm", "A") and found[1].now == (tuesday, "am", "A")


def test_detail_has_its_columns_and_says_who_is_meant(roster: RosterView) -> None:
    """The sheet that is read back: fixed columns, two doctors of one name told apart, dates as dates."""
    table = roster_tables.detail(roster)
    assert tuple(table.columns) == DETAIL["zh"] and len(table) == len(roster_rows())
    assert set(table["医生"]) == {"王伟（D1）", "李芳", "王伟（D3）", "赵敏"}
    assert table["日期"].iloc[0] == date(2026, 3, 30) and set(table["时段"]) == {"上午", "下午"}
    assert set(table.loc[table["工号"] == "D2", "备用"]) == {"王伟（D1）"}


def test_schedule_of_a_doctor(roster: RosterView) -> None:
    """Departure is the clinic's begin less the trip, in fives; a far trip says so; the site's telephone only."""
    table = roster_tables.schedules(roster)
    mine = table[table["姓名"] == "李芳"]
    assert set(mine["出发"]) == {"12:50"} and set(mine["单程(分)"]) == {70}
    assert mine["备注"].str.contains("全天外出").all() and set(mine["交通"]) == {"单位派车"}
    assert set(table.loc[table["坐诊机构"] == "东镇卫生院", "机构电话"]) == {"0550-1111"}
    assert set(table.loc[table["派出单位"] == "中医院", "交通"]) == {"自行前往"}


def test_doctors_of_one_trip_share_a_car(tmp_path: Path) -> None:
    """Two of one hospital for one site at the same time are named to each other."""
    rows = [("2026-04-01", 3, "am", doctor, "S1", "K1", "") for doctor in ("D1", "D2")]
    table = roster_tables.schedules(RosterView(View(roster_plan(tmp_path / "plan", rows), "zh")))
    assert list(table["交通"]) == ["单位派车；同车：李芳", "单位派车；同车：王伟"]


def test_public_notice_has_no_personal_data(roster: RosterView) -> None:
    """Names, titles and the site's telephone; no ids, no backup, nothing of trips; market days marked."""
    table = roster_tables.notices(roster)
    told = " ".join(str(value) for value in table.to_numpy().ravel())
    assert not any(key in told for key in ("D1", "D2", "70", "全天", "备用"))
    first = table[table["机构"] == "东镇卫生院"].iloc[0]
    assert first["星期"] == "周二 集" and first["上午"] == "心血管内科 王伟（副主任·人民医院）"
    assert first["机构电话"] == "0550-1111"


def test_department_counts_who_remains(roster: RosterView) -> None:
    """Headcount less those at clinics, posted and on leave, each person once."""
    departments = Departments(roster)
    key = ("H1", "心内科")
    # 1 April: D2 is out all day although the clinic is in the afternoon, D5 is on leave.
    gone = departments.absent(key, (date(2026, 4, 1), "am"))
    assert gone.away == ("D2",) and gone.leave == ("D5",)
    assert departments.present(key, (date(2026, 4, 1), "am")) == 6
    # From 6 April D4 is posted.
    assert departments.absent(("H2", "中医科"), (date(2026, 4, 20), "am")).posted == ("D4",)
    table = who_remains(roster)
    assert {"外出坐诊", "派驻", "休假等", "在岗"} <= set(table.columns)


def test_month_statistics_add_up(roster: RosterView) -> None:
    """Months sum to the total, targets of the months to what was allocated, kinds to the same clinics."""
    table = month_statistics(roster)
    months = [column for column in table.columns if column in ("3月", "4月", "5月", "6月")]
    assert (table[months].sum(axis=1) == table["合计"]).all()
    by_kind = table.groupby("类别")["合计"].sum()
    assert set(by_kind) == {len(roster_rows())}
    due = [column for column in table.columns if column.endswith("应排")]
    assert ((table[due].sum(axis=1) - table["分配次数"]).abs() < 0.3).all()
    sites = table[table["类别"] == "受援机构"].set_index("单位/人员")
    assert sites.loc["西镇卫生院", "每月底线"] == 2 and sites.loc["东镇卫生院", "每月底线"] == 4
    assert sites.loc["东镇卫生院", "差额"] == 0 and sites.loc["西镇卫生院", "差额"] == -1


def test_code_tells_rosters_apart(tmp_path: Path, roster: RosterView) -> None:
    """The same roster has the same code, one moved clinic another one."""
    rows = roster_rows()
    same = RosterView(View(roster_plan(tmp_path / "same", rows), "en"))
    rows[0] = (dated(0, 4).isoformat(), 4, *rows[0][2:])
    moved = RosterView(View(roster_plan(tmp_path / "moved", rows), "zh"))
    assert same.code == roster.code != moved.code


def test_plan_without_roster_has_no_clinics(fake_plan: SavedPlan) -> None:
    """Views of a plan without dates are empty, not an error."""
    roster = RosterView(View(fake_plan, "zh"))
    assert roster.clinics == () and roster.sites == () and who_remains(roster).empty


def test_report_has_a_small_chapter(tmp_path: Path, fake_plan: SavedPlan) -> None:
    """Clinics by site and month with their sum, what has no date, and where the rest is; none without dates."""
    saved = roster_plan(tmp_path / "plan")
    chapter = roster_chapter(View(saved, "zh"))
    table = chapter["grid"]
    assert [row[0].text for row in table.rows] == ["东镇卫生院", "西镇卫生院", "南镇卫生院"]
    assert table.headings[1:6] == ("3月", "4月", "5月", "6月", "合计")
    assert sum(row[5].value or 0 for row in table.rows) == len(roster_rows())
    assert sum(week["clinics"] for week in chapter["weeks"]) == len(roster_rows())
    assert f"{len(roster_rows())} 次门诊已定日期，1 次未能排定" in chapter["note"]
    assert roster_chapter(View(fake_plan, "zh"))["grid"].rows == ()
