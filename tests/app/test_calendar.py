"""Working days, and what a frequency means in weeks with holidays."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.instance import FREQUENCIES
from planner.calendar import (
    CalendarError,
    Closure,
    WorkCalendar,
    add_months,
    closures_by_institution,
    counts,
    week_fits,
    work_calendar,
)
from planner.sections import Calendar


def calendar(**settings: object) -> WorkCalendar:
    return work_calendar(Calendar(**settings))  # type: ignore[arg-type]


def test_year_2026_has_the_working_days_of_the_notice() -> None:
    """248 working days, month by month as in the State Council's notice."""
    year = calendar(start=date(2025, 12, 29), weeks=52)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    working = [day for day in days if year.is_working(day)]
    by_month = Counter(day.month for day in working)
    assert [by_month[month] for month in range(1, 13)] == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]
    assert len(working) == 248


def test_make_up_days_follow_the_setting() -> None:
    """A working Saturday counts as a weekday, or as the Saturday that it is."""
    saturday = date(2026, 2, 28)
    assert calendar(start=date(2026, 2, 2)).is_working(saturday)
    assert not calendar(start=date(2026, 2, 2), make_up_days="as_saturday").is_working(saturday)
    assert calendar(start=date(2026, 2, 2), make_up_days="as_saturday", open_weekdays=(1, 2, 3, 4, 5, 6)).is_working(
        saturday
    )


def test_typical_quarter_counts() -> None:
    """Thirteen open weeks: 3, 7, 13, 26 clinics, from 3, 6, 13, 26 on."""
    site = calendar().site_quarter(0)
    assert (site.weeks, site.least, site.half_days) == (13, 13, 130)
    assert list(site.regular.values()) == [3, 7, 13, 26]
    assert list(site.low.values()) == [3, 6, 13, 26]
    assert list(site.high.values()) == [5, 12, 25, 26]


def test_second_quarter_of_2026_counts() -> None:
    """The quarter of Tomb-sweeping, Labour Day and Dragon Boat: 3, 5, 11, 22 up to 3, 7, 13, 26."""
    site = calendar(start=date(2026, 3, 30)).site_quarter(0)
    assert (site.weeks, site.least) == (13, 11)
    assert list(site.low.values()) == [3, 5, 11, 22]
    assert list(site.regular.values()) == [3, 7, 13, 26]


def test_spring_festival_quarter_has_a_closed_week() -> None:
    """The week of 16 February 2026 has no open day, so that weekly means twelve clinics."""
    site = calendar(start=date(2025, 12, 29)).site_quarter(0)
    assert (site.weeks, site.regular["weekly"], site.low["weekly"]) == (12, 12, 11)


@given(weeks=st.integers(0, 19), lost=st.integers(0, 19))
def test_ranges_of_frequencies_touch(weeks: int, lost: int) -> None:
    """Every count from the least monthly one on belongs to some frequency, whatever the holidays."""
    regular, low, high = counts(weeks, max(0, weeks - lost))
    assert low["monthly"] >= 1
    for rarer, oftener in itertools.pairwise(FREQUENCIES):
        assert low[rarer] < low[oftener]
        assert high[rarer] >= low[oftener] - 1
    assert all(low[f] <= high[f] and regular[f] <= high[f] for f in FREQUENCIES)


def test_closures_take_days_weeks_and_halves() -> None:
    """A closed week lowers the open weeks; a closed morning takes one half-day and leaves the date."""
    year = calendar(start=date(2026, 6, 29))
    week = Closure(date(2026, 7, 6), date(2026, 7, 12))
    morning = Closure(date(2026, 7, 14), date(2026, 7, 14), "am")
    site = year.site_quarter(0, (week, morning))
    assert (site.weeks, site.least, site.half_days) == (12, 11, 130 - 10 - 1)
    assert year.open_halves(0, (morning,))[date(2026, 7, 14)] == {"pm"}


def test_two_closed_halves_make_a_closed_date() -> None:
    """Morning and afternoon closed by two rows: the date is not open."""
    year = calendar(start=date(2026, 6, 29))
    day = date(2026, 7, 14)
    assert day not in year.open_halves(0, (Closure(day, day, "am"), Closure(day, day, "pm")))


def test_start_moves_to_its_monday_with_a_note() -> None:
    """A start in mid-week is moved, and says so in both languages."""
    year = calendar(start=date(2026, 4, 1))
    assert year.start == date(2026, 3, 30)
    assert "不是周一" in year.notes[0][0] and "no Monday" in year.notes[0][1]


def test_without_start_a_typical_quarter_is_planned() -> None:
    """No dates: every week is open, holidays do not apply, and it is said."""
    year = calendar()
    assert not year.dated and "典型季度" in year.notes[0][0]


@pytest.mark.parametrize(
    ("weeks", "lengths"),
    [
        (5, [5]),
        (13, [13]),
        (16, [16]),
        (19, [19]),
        (20, [13, 7]),
        (26, [13, 13]),
        (52, [13] * 4),
        (58, [13] * 3 + [19]),
    ],
)
def test_quarters(weeks: int, lengths: list[int]) -> None:
    """Pieces of 13 weeks; a short rest joins the piece before it."""
    quarters = calendar(start=date(2026, 1, 5), weeks=weeks, holidays="none").quarters
    assert [q.weeks for q in quarters] == lengths
    assert [q.name for q in quarters] == [f"Q{n + 1}" for n in range(len(lengths))]
    assert sum(q.months for q in quarters) == pytest.approx(weeks * 7 / (365.25 / 12))


def test_unknown_year_is_an_error_with_a_cure() -> None:
    """Nobody guesses the holidays of a year whose notice is not known."""
    with pytest.raises(CalendarError) as caught:
        calendar(start=date(2031, 1, 6))
    assert "2031" in caught.value.en and 'holidays = "none"' in caught.value.zh
    assert calendar(start=date(2031, 1, 6), holidays="none").is_working(date(2031, 1, 6))


def test_horizon_that_ends_in_an_unknown_year() -> None:
    """The last day counts: a horizon that reaches into an unknown year is refused too."""
    with pytest.raises(CalendarError):
        calendar(start=date(2026, 12, 28), weeks=1)


def test_local_edits_win() -> None:
    """`off` and `work` change single days of any calendar."""
    edited = calendar(start=date(2026, 6, 29), off=(date(2026, 6, 30),), work=(date(2026, 7, 4),))
    assert not edited.is_working(date(2026, 6, 30)) and edited.is_working(date(2026, 7, 4))


def test_odd_and_even_weeks() -> None:
    """Week parity is by ISO week, and the two halves make up all weeks."""
    year = calendar(start=date(2026, 6, 29))
    odd, even = (year.weekday_dates(0, 3, weeks) for weeks in ("odd", "even"))
    assert sorted((*odd, *even)) == list(year.weekday_dates(0, 3))
    assert all(week_fits(day, "odd") for day in odd) and week_fits(date(2026, 6, 29), "all")


def test_cover_is_the_share_of_weeks() -> None:
    """A posting of half a quarter covers half of its weeks; one outside covers nothing."""
    year = calendar(start=date(2026, 6, 29), weeks=13)
    assert year.cover(0, date(2026, 6, 29), date(2026, 12, 29)) == 1.0
    assert year.cover(0, date(2026, 6, 29), date(2026, 7, 20)) == pytest.approx(3 / 13)
    assert year.cover(0, date(2027, 1, 4), date(2027, 7, 4)) == 0.0


def test_add_months_keeps_the_day_or_takes_the_last() -> None:
    """Six months after the end of August is the end of February."""
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert add_months(date(2026, 1, 1), 0.5) == date(2026, 1, 16)


def test_closures_table_by_institution() -> None:
    """Rows without an end are one day, rows without a start are skipped."""
    table = pd.DataFrame(
        {
            "institution": ["A", "A", "B"],
            "start": pd.to_datetime(["2026-07-06", None, "2026-07-08"]),
            "end": pd.to_datetime([None, None, "2026-07-10"]),
            "slot": ["", "", "am"],
        }
    )
    found = closures_by_institution(table)
    assert found["A"] == (Closure(date(2026, 7, 6), date(2026, 7, 6)),)
    assert found["B"] == (Closure(date(2026, 7, 8), date(2026, 7, 10), "am"),)
    assert closures_by_institution(None) == {}
