"""Calendars of doctors and sites: valid, safe, and the same events when a roster is published again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from icalendar import Calendar
from support.dated_folder import dated_plan
from support.roster_plan import dated, roster_plan, roster_rows, write_roster_plan

from planner.calendar_identity import Event, Published, digest, identified, read_published
from planner.calendars import file_names, write_calendars
from planner.config import ConfigError, read_config
from planner.folder import SavedPlan, read_plan, write_table
from planner.plan import rewrite_report

FIRST, AFTER = date(2026, 3, 30), date(2026, 6, 29)


def publish(saved: SavedPlan, lang: str = "zh", before: Published | None = None) -> dict[str, Any]:
    """The events by UID of all calendars that the plan then has."""
    write_calendars(saved.path, saved, lang, before)
    return events_of(saved.path)


def events_of(folder: Path, pattern: str = "*.ics") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted((folder / "calendars").glob(pattern)):
        for part in Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
            assert str(part["UID"]) not in found
            found[str(part["UID"])] = part
    return found


def live(events: dict[str, Any]) -> dict[str, Any]:
    return {uid: one for uid, one in events.items() if one["STATUS"] == "CONFIRMED"}


@pytest.fixture
def saved(tmp_path: Path) -> SavedPlan:
    return roster_plan(tmp_path / "plan")


def test_calendars_are_valid(saved: SavedPlan) -> None:
    """Every file parses, has what RFC 5545 requires, one time zone, and times in it."""
    publish(saved)
    files = sorted((saved.path / "calendars").glob("*.ics"))
    assert [path.name for path in files] == [
        *(f"doctor-D{n}.ics" for n in (1, 2, 3, 4)),
        *(f"site-S{n}.ics" for n in (1, 2, 3)),
    ]
    for path in files:
        content = path.read_bytes()
        assert all(len(line) <= 75 and not line.endswith(b"\r") for line in content.split(b"\r\n"))
        calendar = Calendar.from_ical(content)
        assert calendar["VERSION"] == "2.0" and calendar["PRODID"] and calendar["METHOD"] == "PUBLISH"
        zones = calendar.walk("VTIMEZONE")
        assert [str(zone["TZID"]) for zone in zones] == ["Asia/Shanghai"]
        for part in calendar.walk("VEVENT"):
            assert {"UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION"} <= set(part)
            assert part["DTSTART"].params["TZID"] == "Asia/Shanghai"
            assert part["DTSTART"].dt.utcoffset() == timedelta(hours=8) and not part.errors


def test_events_say_what_the_roster_says(saved: SavedPlan) -> None:
    """Hours of morning and afternoon, place, people; a doctor's own calendar tells of the trip."""
    publish(saved)
    doctor = list(events_of(saved.path, "doctor-D2.ics").values())
    assert len(doctor) == 7 and str(doctor[0]["SUMMARY"]) == "坐诊：西镇卫生院 心血管内科"
    assert doctor[0]["DTSTART"].dt.replace(tzinfo=None) == datetime(2026, 4, 1, 14)
    assert doctor[0]["DTEND"].dt.replace(tzinfo=None) == datetime(2026, 4, 1, 17)
    assert str(doctor[0]["DESCRIPTION"]) == "备用：王伟\n单程约70分钟\n全天外出"
    site = list(events_of(saved.path, "site-S2.ics").values())
    assert str(site[0]["SUMMARY"]) == "坐诊：心血管内科 李芳" and str(site[0]["DESCRIPTION"]) == "备用：王伟"
    morning = next(iter(events_of(saved.path, "doctor-D1.ics").values()))
    assert morning["DTSTART"].dt.hour == 8 and (morning["DTEND"].dt.hour, morning["DTEND"].dt.minute) == (11, 30)


def test_settings_of_hours_and_zone(tmp_path: Path) -> None:
    """[output] morning, afternoon, timezone."""
    output = {"morning": "08:30-12:00", "timezone": "Asia/Urumqi"}
    publish(roster_plan(tmp_path / "plan", output=output), "en")
    event = next(iter(events_of(tmp_path / "plan", "doctor-D1.ics").values()))
    assert event["DTSTART"].params["TZID"] == "Asia/Urumqi" and event["DTSTART"].dt.minute == 30
    assert str(event["SUMMARY"]) == "Clinic: 东镇卫生院, 心血管内科"


@pytest.mark.parametrize(
    "wrong", [{"morning": "8 to 12"}, {"afternoon": "17:00-14:00"}, {"morning": "25:00-26:00"}, {"timezone": "Mars/X"}]
)
def test_wrong_hours_and_zones_are_told(wrong: dict[str, str]) -> None:
    """The setting is named."""
    with pytest.raises(ConfigError) as caught:
        read_config({"output": wrong})
    assert [fault.key for fault in caught.value.faults] == list(wrong)


def test_same_roster_published_again_changes_no_byte(saved: SavedPlan) -> None:
    """Written twice, also over the calendars of before."""
    publish(saved)
    once = {path.name: path.read_bytes() for path in (saved.path / "calendars").iterdir()}
    publish(saved)
    assert once == {path.name: path.read_bytes() for path in (saved.path / "calendars").iterdir()}


def test_moved_clinics_keep_their_identity(saved: SavedPlan) -> None:
    """Five clinics move: two within their week, one by two weeks, two to another doctor.

    Those that did not move keep UID, SEQUENCE and every byte; moved ones keep UID with SEQUENCE 1; at a site a
    clinic keeps its UID whoever holds it, while the doctors' calendars get a cancelled and a new event.
    """
    before = publish(saved)
    rows = roster_rows()
    ones = [at for at, row in enumerate(rows) if row[3] == "D1"]
    twos = [at for at, row in enumerate(rows) if row[3] == "D2"]

    def move(at: int, on: date, **changes: str) -> None:
        _, _, slot, doctor, *rest = rows[at]
        rows[at] = (on.isoformat(), on.isoweekday(), changes.get("slot", slot), changes.get("doctor", doctor), *rest)

    move(ones[2], dated(2, 5))  # Tuesday -> Friday
    move(ones[3], dated(3, 2), slot="pm")  # morning -> afternoon
    move(twos[1], dated(4, 2))  # two weeks later, beside the clinic of that week
    move(ones[8], dated(8, 2), doctor="D5")
    move(ones[9], dated(9, 2), doctor="D5")
    write_roster_plan(saved.path, rows)
    after = publish(read_plan(saved.path), before=read_published(saved.path))

    site = {uid: one for uid, one in after.items() if "SUMMARY" in one and uid in events_of(saved.path, "site-*.ics")}
    assert set(live(site)) == {uid for uid in before if uid in site} and len(live(site)) == len(rows)
    moved = {uid for uid in site if int(site[uid]["SEQUENCE"]) == 1}
    assert len(moved) == 5
    for uid, one in before.items():
        again = after[uid]
        if int(again["SEQUENCE"]) == 0:
            assert again.to_ical() == one.to_ical()
        else:
            assert again["DTSTAMP"].dt == one["DTSTAMP"].dt + timedelta(minutes=1)
    mine = events_of(saved.path, "doctor-D1.ics")
    cancelled = [one for one in mine.values() if one["STATUS"] == "CANCELLED"]
    assert [one["DTSTART"].dt.date() for one in cancelled] == [dated(8, 2), dated(9, 2)]
    assert all(str(one["SUMMARY"]).startswith("（已取消）") and one["TRANSP"] == "TRANSPARENT" for one in cancelled)
    assert sum(int(one["SEQUENCE"]) for one in mine.values()) == 4
    # D2's clinic of week 2 moved to week 4 with its event; D5 has two new ones.
    assert sum(int(one["SEQUENCE"]) == 1 for one in events_of(saved.path, "doctor-D2.ics").values()) == 1
    assert [int(one["SEQUENCE"]) for one in events_of(saved.path, "doctor-D5.ics").values()] == [0, 0]


def test_without_memory_moves_within_a_week_keep_the_identity(tmp_path: Path) -> None:
    """Into a fresh folder: the UID is that of the week; the version makes SEQUENCE grow."""
    rows = roster_rows()
    one = publish(roster_plan(tmp_path / "one", rows))
    at = next(n for n, row in enumerate(rows) if row[3] == "D1")
    rows[at] = (dated(0, 5).isoformat(), 5, *rows[at][2:])
    two = publish(roster_plan(tmp_path / "two", rows, output={"version": 2}))
    assert set(one) == set(two)
    assert {int(event["SEQUENCE"]) for event in two.values()} == {1}


def test_cancelled_clinic_comes_back(saved: SavedPlan) -> None:
    """Dropped, it is cancelled once and stays so; planned again, it is the same event."""
    before = publish(saved)
    rows = roster_rows()
    write_roster_plan(saved.path, rows[1:])
    dropped = publish(read_plan(saved.path))
    gone = {uid for uid in dropped if dropped[uid]["STATUS"] == "CANCELLED"}
    assert len(gone) == 2 and set(dropped) == set(before)
    assert {uid: one.to_ical() for uid, one in publish(read_plan(saved.path)).items()} == {
        uid: one.to_ical() for uid, one in dropped.items()
    }
    write_roster_plan(saved.path, rows)
    back = publish(read_plan(saved.path))
    assert set(live(back)) == set(before)
    assert {int(back[uid]["SEQUENCE"]) for uid in gone} == {2}


def test_doctor_who_left_is_told(saved: SavedPlan) -> None:
    """All clinics gone: the calendar stays as a file of cancelled events."""
    publish(saved)
    write_roster_plan(saved.path, [row for row in roster_rows() if row[3] != "D2"])
    publish(read_plan(saved.path))
    mine = events_of(saved.path, "doctor-D2.ics")
    assert len(mine) == 7 and not live(mine)


def _event(on: date, hour: int = 8, **changes: Any) -> Event:
    start = datetime(on.year, on.month, on.day, hour)
    return Event(**{
        "file": "doctor-D1.ics", "key": "k", "start": start, "end": start + timedelta(hours=3), "summary": "s",
        "location": "l", "description": "", **changes,
    })  # fmt: skip


def _published(events: list[Event]) -> Published:
    return Published(tuple(identified(events, Published(), FIRST, AFTER, 1, "x {summary}")))


def test_two_clinics_of_one_week_are_two_events() -> None:
    """Identities are distinct, in the order of the week; moving one leaves the other alone."""
    monday, thursday, friday = (date(2026, 4, 13) + timedelta(days=n) for n in (0, 3, 4))
    before = _published([_event(monday), _event(thursday)])
    assert len({one.uid for one in before.events}) == 2
    after = identified([_event(monday), _event(friday)], before, FIRST, AFTER, 1, "x {summary}")
    assert [one.uid for one in after] == [one.uid for one in before.events]
    assert [one.sequence for one in after] == [0, 1]


def test_new_clinic_never_takes_an_identity_in_use() -> None:
    """An event that moved away from a week keeps its UID; a new clinic of that week gets another one."""
    monday, later = date(2026, 4, 13), date(2026, 4, 27)
    before = _published([_event(monday)])
    moved = identified([_event(later)], before, FIRST, AFTER, 1, "x {summary}")
    assert moved[0].uid == before.events[0].uid
    both = identified([_event(monday), _event(later)], Published(tuple(moved)), FIRST, AFTER, 1, "x {summary}")
    assert len({one.uid for one in both}) == 2 and both[1].uid == moved[0].uid


def test_far_away_clinics_are_not_one_moved() -> None:
    """Ten weeks apart: one is cancelled, the other is new. Past events are left to people's calendars."""
    before = _published([_event(date(2026, 4, 13))])
    after = identified([_event(date(2026, 6, 22))], before, FIRST, AFTER, 1, "x {summary}")
    assert [(one.cancelled, one.sequence) for one in after] == [(True, 1), (False, 0)]
    assert after[0].summary == "x s"
    next_quarter = identified([_event(date(2026, 7, 6))], before, date(2026, 6, 29), date(2026, 9, 28), 1, "{summary}")
    assert [one.start.date() for one in next_quarter] == [date(2026, 7, 6)]


def test_file_names_are_safe_whatever_ids_hold() -> None:
    """No separators, no dots, distinct on systems that take small and capital letters for one."""
    ids = ["D1", "d1", "../../etc/passwd", "a/b", "a\\b", "张三", "con", "x" * 300, "", "a b", "D2", "\u0000"]
    names = file_names("doctor", ids)
    assert names["D2"] == "doctor-D2.ics" and names["张三"] == "doctor-张三.ics"
    assert len({name.casefold() for name in names.values()}) == len(ids)
    for name in names.values():
        assert name.startswith("doctor-") and name.endswith(".ics") and len(name.encode()) < 200
        assert not set(name.removesuffix(".ics")) & set('/\\:*?"<>|. \x00')


def test_hostile_names_break_no_calendar(tmp_path: Path) -> None:
    """Line ends, semicolons and properties in names are text; ids with separators write inside the folder."""
    folder = write_roster_plan(tmp_path / "plan", [("2026-04-01", 3, "am", "../D/1", "S1", "K1", "")])
    doctors = pd.DataFrame(
        [("../D/1", "王;伟,\\n\r\nEND:VEVENT\rBEGIN:VALARM{x}", "H1", "心内科", "K1", "3")],
        columns=["id", "name", "institution", "department", "specialty", "title"],
    )
    write_table(folder / "region" / "doctors.csv", doctors)
    events = publish(read_plan(folder))
    assert len(events) == 2
    summary = next(str(one["SUMMARY"]) for one in events.values() if "王" in str(one["SUMMARY"]))
    assert "王;伟,\\n END:VEVENT BEGIN:VALARM{x}" in summary
    assert sorted(path.name for path in tmp_path.rglob("*.ics"))[0].startswith("doctor-D-1-")
    assert not any(part.name == "VALARM" for one in events.values() for part in one.walk())


def test_no_personal_data_beyond_names(saved: SavedPlan) -> None:
    """No telephone, no title, no id inside the files."""
    publish(saved)
    text = "".join(path.read_text(encoding="utf-8") for path in (saved.path / "calendars").glob("*.ics"))
    assert not any(part in text for part in ("0550", "副主任", "心内科", "D1", "D2"))


def test_spoilt_calendar_is_passed_over(saved: SavedPlan) -> None:
    """A file that is no calendar, or one of somebody else, does not stop a plan."""
    (saved.path / "calendars").mkdir()
    (saved.path / "calendars" / "doctor-D1.ics").write_bytes(b"\xff\xfe no calendar")
    (saved.path / "calendars" / "x.ics").write_text(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert len(publish(saved)) == 2 * len(roster_rows())


def test_plan_without_dates_has_no_calendars(fake_plan: SavedPlan, tmp_path: Path) -> None:
    """Nothing is written."""
    write_calendars(tmp_path, fake_plan, "zh")
    assert not (tmp_path / "calendars").exists()


def test_index_names_everybody(saved: SavedPlan) -> None:
    """Who has which file."""
    publish(saved)
    lines = (saved.path / "calendars" / "index.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "kind,id,name,file" and "doctor,D1,王伟,doctor-D1.ics" in lines and len(lines) == 8


def test_digest_keeps_parts_apart() -> None:
    """Parts cannot be shifted into each other."""
    assert digest("a", "bc") != digest("ab", "c") and len(digest("a")) == 32


def test_stamp_is_no_clock(saved: SavedPlan) -> None:
    """DTSTAMP of the first publication is a fixed moment in UTC."""
    assert {one["DTSTAMP"].dt for one in publish(saved).values()} == {datetime(2020, 1, 1, tzinfo=UTC)}


def test_report_written_again_keeps_the_calendars(tmp_path: Path) -> None:
    """`alliance report` writes them beside the report, and over itself without a change."""
    folder = dated_plan().save(tmp_path / "plan")
    rewrite_report(folder, "zh")
    once = {path.name: path.read_bytes() for path in (folder / "calendars").iterdir()}
    assert "doctor-D1.ics" in once and "site-S1.ics" in once
    rewrite_report(folder, "zh")
    assert once == {path.name: path.read_bytes() for path in (folder / "calendars").iterdir()}
