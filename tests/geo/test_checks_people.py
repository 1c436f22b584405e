"""Doctors, departments, posts, duties, absences, and today's practice."""

from __future__ import annotations

from geo.fault_support import Desk, named, told


def test_home_that_is_no_hospital(desk: Desk) -> None:
    """A doctor of a township centre is a warning with the centre's level."""
    desk.set("doctors", 7, institution="T1", department="")
    problem = desk.sole()
    named(problem, "doctors", 7, "institution", "warning")
    assert "level 1" in problem.cure_en


def test_own_specialty_out_of_scope(desk: Desk) -> None:
    """A scope without the doctor's own specialty is a warning that says what to add."""
    desk.set("doctors", 3, scope="K2")
    problem = told(desk.check(), "doctors", 3, "scope")
    named(problem, "doctors", 3, "scope", "warning")
    assert "Add K1" in problem.cure_en


def test_title_below_every_floor(desk: Desk) -> None:
    """A resident gets no clinic anywhere."""
    desk.set("doctors", 7, title=1)
    problem = told(desk.check(), "doctors", 7, "title")
    named(problem, "doctors", 7, "title", "warning")
    assert "min_title" in problem.cure_zh


def test_one_person_with_two_homes(desk: Desk) -> None:
    """Two rows of one name and specialty are asked about; two specialties are two persons."""
    desk.set("doctors", 5, name="张伟")
    desk.set("doctors", 6, name="王芳", specialty="K1", scope="K1")
    problem = told(desk.check(), "doctors", 5, "name")
    named(problem, "doctors", 5, "name", "warning")
    assert "第 2 行" in problem.cure_zh


def test_absence_that_ends_before_it_starts(desk: Desk) -> None:
    """Exchanged dates of an absence are told at its end."""
    desk.set("absences", 2, end="2026-06-10")
    problem = desk.sole()
    named(problem, "absences", 2, "end")
    assert "对调" in problem.cure_zh


def test_absence_of_another_year(desk: Desk) -> None:
    """An absence outside the horizon is a warning that gives the horizon."""
    desk.set("absences", 2, start="2027-07-06", end="2027-07-10")
    problem = desk.sole()
    named(problem, "absences", 2, "start", "warning")
    assert "2026-06-01" in problem.expected_en and "2026-08-30" in problem.expected_en


def test_duty_on_a_weekday_that_is_not_its_date(desk: Desk) -> None:
    """A duty with a date and another weekday says which weekday the date is."""
    desk.set("duties", 2, date="2026-06-02")
    problem = told(desk.check(), "duties", 2, "weekday")
    named(problem, "duties", 2, "weekday")
    assert "周二" in problem.expected_zh


def test_duty_on_a_day_off(desk: Desk) -> None:
    """A duty on a Sunday takes no clinic time, which is a warning."""
    desk.set("duties", 3, weekday=7)
    named(desk.sole(), "duties", 3, "weekday", "warning")


def test_weekday_that_there_is_not(desk: Desk) -> None:
    """Weekday 8 is told by the reader with the row and what to write."""
    desk.set("duties", 3, weekday=8)
    problem = told(desk.check(), "duties", 3, "weekday")
    named(problem, "duties", 3, "weekday")


def test_department_with_fewer_people_than_doctors(desk: Desk) -> None:
    """A headcount below the doctors listed is told with their number."""
    desk.set("departments", 2, headcount=1, min_present="")
    problem = desk.sole()
    named(problem, "departments", 2, "headcount")
    assert "2" in problem.expected_en


def test_department_that_nobody_may_leave(desk: Desk) -> None:
    """A least presence of the whole department is a warning."""
    desk.set("departments", 3, min_present=8)
    named(desk.sole(), "departments", 3, "min_present", "warning")


def test_department_under_another_name(desk: Desk) -> None:
    """A doctor's department that the table does not have is a warning with those it has."""
    desk.set("doctors", 2, department="心血管内科")
    problem = desk.sole()
    named(problem, "doctors", 2, "department", "warning")
    assert "心内科" in problem.expected_zh


def test_post_that_nobody_has_the_title_for(desk: Desk) -> None:
    """A post for a chief in a group without one says how many fit otherwise."""
    desk.set("posts", 2, min_title=4)
    problem = desk.sole()
    named(problem, "posts", 2, "min_title", "warning")
    assert "1 whatever their title" in problem.cure_en


def test_post_for_more_doctors_than_there_are(desk: Desk) -> None:
    """A post for nine doctors is a warning at the number."""
    desk.set("posts", 2, doctors=9)
    named(desk.sole(), "posts", 2, "doctors", "warning")


def test_clinic_at_home(desk: Desk) -> None:
    """A roster row at the doctor's own hospital belongs in the duties."""
    desk.set("roster", 2, institution="H1")
    problem = desk.sole()
    named(problem, "roster", 2, "institution")
    assert "duties" in problem.cure_zh


def test_two_places_in_a_half_day(desk: Desk) -> None:
    """A whole day at one place and a morning at another clash; odd and even weeks do not."""
    fine = {"doctor": "D2", "institution": "T1", "weekday": 2, "slot": "day", "weeks": "even"}
    desk.add("roster", **fine)
    row = desk.add("roster", **{**fine, "institution": "T2", "slot": "pm", "weeks": "all"})
    problem = desk.sole()
    named(problem, "roster", row, "institution")
    assert "T1" in problem.cure_en and "周二" in problem.cure_zh


def test_two_places_on_one_date(desk: Desk) -> None:
    """Dated rows of one doctor at two places clash as well."""
    row = desk.add("roster", doctor="D5", institution="T4", date="2026-05-13", slot="am", weeks="all")
    named(desk.sole(), "roster", row, "institution")


def test_more_visitors_than_rooms(desk: Desk) -> None:
    """Three visiting doctors in two rooms are a warning with all their rows."""
    for doctor in ("D2", "D3"):
        row = desk.add("roster", doctor=doctor, institution="T1", weekday=1, slot="am", weeks="all")
    problem = desk.sole()
    named(problem, "roster", row, "institution", "warning")
    assert "2、6、7" in problem.cure_zh


def test_clinic_during_an_absence(desk: Desk) -> None:
    """A dated clinic while the doctor is away is told with the absence."""
    row = desk.add("roster", doctor="D2", institution="T1", date="2026-07-07", slot="am", weeks="all")
    problem = desk.sole()
    named(problem, "roster", row, "date")
    assert "Row 2 of absences" in problem.cure_en


def test_clinic_of_a_doctor_who_is_away_all_the_time(desk: Desk) -> None:
    """A weekly clinic of a doctor who is away the whole horizon is a warning."""
    desk.set("absences", 2, start="2026-05-01", end="2026-12-31")
    named(desk.sole(), "roster", 3, "doctor", "warning")


def test_clinic_during_a_duty(desk: Desk) -> None:
    """A clinic elsewhere in a half-day of duty at home is told with the duty."""
    desk.set("duties", 2, weekday=1)
    problem = desk.sole()
    named(problem, "roster", 2, "slot")
    assert "专家门诊" in problem.cure_zh


def test_posting_that_ends_before_it_starts(desk: Desk) -> None:
    """Exchanged dates of a posting are told at its end."""
    desk.set("current_postings", 2, end="2025-07-05")
    named(desk.sole(), "current_postings", 2, "end")


def test_two_postings_at_once(desk: Desk) -> None:
    """A second posting of one doctor in the same months is told with the first."""
    row = desk.add("current_postings", doctor="D6", institution="T3", start="2026-06-01", end="2026-11-30")
    problem = desk.sole()
    named(problem, "current_postings", row, "start")
    assert "T4" in problem.cure_en


def test_posting_at_home(desk: Desk) -> None:
    """A posting to the doctor's own hospital is no posting."""
    desk.set("current_postings", 2, institution="H2")
    named(desk.sole(), "current_postings", 2, "institution")


def test_department_of_an_unknown_hospital(desk: Desk) -> None:
    """The department of a doctor whose hospital is unknown is not told besides."""
    desk.set("doctors", 2, institution="ZZ9")
    assert [p.column for p in desk.check() if (p.table, p.row) == ("doctors", "2")] == ["institution"]
