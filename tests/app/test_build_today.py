"""Today's clinics and postings, from roster rows to counts per quarter."""

from __future__ import annotations

from typing import Any

import pytest
from support.county import CALENDAR, build, notes, rows

KEY = ("D1", "S", "K")


def _with_roster(*roster: dict[str, Any]) -> dict[str, Any]:
    tables = rows()
    tables["roster"] = [{"doctor": "D1", "institution": "S", "slot": "am", **row} for row in roster]
    return tables


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ({"weekday": 1}, 13),
        ({"weekday": 1, "weeks": "odd"}, 7),
        ({"weekday": 1, "weeks": "even"}, 6),
        ({"weekday": 1, "slot": "day"}, 26),
        ({"weekday": 1, "slot": "day", "weeks": "even"}, 12),
    ],
)
def test_weekday_rows_count_open_dates(row: dict[str, Any], count: int) -> None:
    """A weekday row counts its open dates, by ISO week parity, a whole day twice."""
    assert build(_with_roster(row)).instance.today_sessions == {KEY: (count,)}


def test_holidays_and_closures_take_dates_away() -> None:
    """A day off and a closed week leave 11 of 13 Mondays; a closed morning leaves the date open."""
    tables = _with_roster({"weekday": 1})
    tables["closures"] = [
        {"institution": "S", "start": "2026-06-08", "end": "2026-06-12"},
        {"institution": "S", "start": "2026-06-15", "end": "2026-06-15", "slot": "pm"},
    ]
    built = build(tables, {"calendar": {**CALENDAR, "off": ["2026-06-01"]}})
    assert built.instance.today_sessions == {KEY: (11,)}


def test_dated_rows_are_practice_only_shortly_before_the_start() -> None:
    """Rows of the 13 weeks before the start count; older ones and those after it do not."""
    dates = ["2026-03-02", "2026-03-30", "2026-05-31", "2026-06-01", "2026-03-01"]
    built = build(_with_roster(*({"date": day} for day in (*dates, "2026-04-06"))))
    assert built.instance.today_sessions == {KEY: (4,)}
    assert "2 dated roster rows" in notes(built)


def test_dated_rows_give_way_to_weekday_rows() -> None:
    """Where the doctor has a weekday row at the institution, dated rows are history only."""
    dated = [{"date": f"2026-05-{day:02}"} for day in (4, 11, 18, 25)]
    assert build(_with_roster({"weekday": 2}, *dated)).instance.today_sessions == {KEY: (13,)}


def test_without_a_start_all_dated_rows_count() -> None:
    """A typical quarter has no dates, so every dated row is practice and every weekday has 13 dates."""
    tables = _with_roster(*({"date": f"2019-05-0{day}"} for day in (1, 2, 3)))
    tables["roster"].append({"doctor": "D2", "institution": "S", "slot": "am", "weekday": 1})
    built = build(tables, {"calendar": {"holidays": "cn"}})
    assert built.instance.today_sessions == {KEY: (3,), ("D2", "S", "K"): (13,)}


def test_rarer_than_monthly_is_dropped_with_a_note() -> None:
    """Two clinics in a quarter are no frequency (the least is three): counted as none."""
    built = build(_with_roster({"date": "2026-05-04"}, {"date": "2026-05-11"}))
    assert built.instance.today_sessions == {}
    assert "rarer than monthly" in notes(built)


def test_more_than_twice_weekly_is_cut_with_a_note() -> None:
    """39 clinics are cut to 26: who holds most keeps his, the others lose theirs."""
    tables = _with_roster({"weekday": 1, "slot": "day"}, {"weekday": 3, "doctor": "D2"})
    built = build(tables)
    assert built.instance.today_sessions == {KEY: (26,)}
    assert "cut to that" in notes(built)


def test_rows_name_another_specialty_or_the_doctors_own() -> None:
    """A row's specialty goes before the doctor's; the doctor's own is not the first of his scope."""
    tables = _with_roster({"weekday": 1}, {"weekday": 2, "specialty": "L"})
    tables["doctors"][0]["scope"] = "L;K"
    instance = build(tables).instance
    assert instance.today_sessions == {KEY: (13,), ("D1", "S", "L"): (13,)}
    assert instance.doctors["D1"].specialties == ("K", "L")


def test_home_clinics_and_strangers_are_no_outreach() -> None:
    """Clinics at the own institution and of unknown doctors are left out and told."""
    built = build(_with_roster({"weekday": 1, "institution": "H"}, {"weekday": 1, "doctor": "nobody"}))
    assert built.instance.today_sessions == {}
    assert "own institution" in notes(built) and "unknown doctor" in notes(built)


def test_postings_end_are_over_or_cover_weeks_by_their_mondays() -> None:
    """An end before the start is history; an end on a Monday covers that week too."""
    tables = rows()
    tables["current_postings"] = [
        {"doctor": "D1", "institution": "S", "start": "2026-01-01", "end": "2026-06-01"},
        {"doctor": "D2", "institution": "S", "start": "2026-01-01", "end": "2026-06-29"},
    ]
    built = build(tables)
    (posting,) = built.instance.current_postings
    assert (posting.doctor, posting.specialty, posting.cover) == ("D2", "K", (pytest.approx(5 / 13),))
    assert "ended before the horizon: D1@S" in notes(built)


def test_same_counts_in_every_quarter() -> None:
    """Dated practice repeats in each quarter; weekday rows count each quarter's dates."""
    tables = _with_roster({"weekday": 1})
    tables["roster"] += [
        {"doctor": "D2", "institution": "T", "slot": "am", "date": f"2026-05-{day:02}"} for day in (4, 11, 18)
    ]
    instance = build(tables, {"calendar": {**CALENDAR, "weeks": 26, "off": ["2026-08-31"]}}).instance
    assert instance.today_sessions == {KEY: (13, 12), ("D2", "T", "K"): (3, 3)}
