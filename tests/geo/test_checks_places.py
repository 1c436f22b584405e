"""Institutions, groups, people, closures and points that cannot be right."""

from __future__ import annotations

import pytest
from geo.fault_support import Desk, named, told


def test_circle_of_parents(desk: Desk) -> None:
    """A circle of parents is told once, with all its members."""
    desk.set("institutions", 2, parent="H2")
    desk.set("institutions", 3, parent="H1")
    problem = desk.sole()
    named(problem, "institutions", 2, "parent")
    assert "H1 → H2 → H1" in problem.cure_zh


def test_own_parent(desk: Desk) -> None:
    """An institution that is its own parent is a circle of one."""
    desk.set("institutions", 4, parent="T1")
    named(desk.sole(), "institutions", 4, "parent")


def test_parent_of_a_lower_level(desk: Desk) -> None:
    """A hospital under a township centre has its parent or its level wrong."""
    desk.set("institutions", 2, parent="T3")
    desk.set("institutions", 6, parent="")
    problem = desk.sole()
    named(problem, "institutions", 2, "parent")
    assert "level 1" in problem.cure_en


def test_two_leads(desk: Desk) -> None:
    """Two leads of one group are told with both rows."""
    desk.set("institutions", 3, group="东片")
    for row in (6, 7):
        desk.set("institutions", row, group="东片")
    desk.tables["memberships"] = []
    problem = desk.sole()
    named(problem, "institutions", 3, "lead")
    assert "2、3" in problem.cure_zh


def test_group_without_a_lead(desk: Desk) -> None:
    """A group whose hospital is not marked as lead is a warning."""
    desk.set("institutions", 3, lead="no")
    problem = desk.sole()
    named(problem, "institutions", 3, "lead", "warning")
    assert "西片" in problem.cure_zh


def test_group_without_a_hospital(desk: Desk) -> None:
    """A group of townships alone can be served by nobody."""
    desk.set("institutions", 7, group="北片")
    named(told(desk.check(), "institutions", 7, "lead"), "institutions", 7, "lead")


def test_people_of_communities(desk: Desk) -> None:
    """An institution with far more people than its communities is a warning."""
    desk.set("institutions", 4, population=90000)
    problem = desk.sole()
    named(problem, "institutions", 4, "population", "warning")
    assert "30000" in problem.expected_en


def test_more_old_people_than_people(desk: Desk) -> None:
    """The old are some of the people."""
    desk.set("communities", 2, population_65=20000)
    named(desk.sole(), "communities", 2, "population_65")


def test_closure_that_ends_before_it_starts(desk: Desk) -> None:
    """Exchanged dates of a closure are told at its end."""
    desk.set("closures", 2, end="2026-06-12")
    problem = desk.sole()
    named(problem, "closures", 2, "end")
    assert "2026-06-22" in problem.expected_en


def test_closure_of_another_year(desk: Desk) -> None:
    """A closure outside the horizon is a warning."""
    desk.set("closures", 2, start="2025-06-22", end="2025-06-26")
    named(desk.sole(), "closures", 2, "start", "warning")


def test_market_day_that_cannot_be_read(desk: Desk) -> None:
    """A market-day rule in free words shows how to write it."""
    desk.set("market_days", 2, rule="逢双日")
    problem = desk.sole()
    named(problem, "market_days", 2, "rule")
    assert "lunar 2,5,8" in problem.expected_en


def test_promise_without_a_room(desk: Desk) -> None:
    """A site that is promised more clinics than its rooms hold is a warning."""
    desk.set("institutions", 4, min_sessions_per_month=40, open_slots=5)
    named(desk.sole(), "institutions", 4, "min_sessions_per_month", "warning")


def test_swapped_coordinates(desk: Desk) -> None:
    """A latitude in the longitude column is named as a swap, though 119 degrees are no latitude."""
    desk.set("institutions", 4, lon=32.78, lat=119.12)
    problem = told(desk.check(), "institutions", 4, "lon")
    named(problem, "institutions", 4, "lon")
    assert "对调" in problem.cure_zh and "swapped" in problem.cure_en


def test_swapped_coordinates_that_are_both_degrees(desk: Desk) -> None:
    """West of 90 degrees both numbers could be either; the other places tell them apart."""
    for row in desk.tables["institutions"] + desk.tables["communities"]:
        row["lon"] = round(row["lon"] - 40, 6)
    first = desk.tables["communities"][0]
    first["lon"], first["lat"] = first["lat"], first["lon"]
    problem = desk.sole()
    named(problem, "communities", 2, "lon")
    assert "exchange" in problem.cure_en


def test_zero_coordinates(desk: Desk) -> None:
    """0, 0 stands for unknown and is told so."""
    desk.set("institutions", 4, lon=0, lat=0)
    problem = desk.sole()
    named(problem, "institutions", 4, "lon")
    assert "0,0" in problem.cure_en


def test_point_in_another_province(desk: Desk) -> None:
    """A point hundreds of km from all others is an error with the distance."""
    desk.set("institutions", 6, lon=113.26, lat=23.13)
    problem = told(desk.check(), "institutions", 6, "lon")
    named(problem, "institutions", 6, "lon")
    assert " km from the middle" in problem.cure_en


def test_point_abroad(desk: Desk) -> None:
    """A point outside China is named as such in a Chinese region."""
    desk.set("communities", 3, lon=2.35, lat=48.85)
    problem = told(desk.check(), "communities", 3, "lon")
    named(problem, "communities", 3, "lon")
    assert "Outside China" in problem.cure_en


def test_half_a_point(desk: Desk) -> None:
    """Longitude without latitude is told at the missing cell."""
    desk.set("institutions", 5, lat="")
    named(told(desk.check(), "institutions", 5, "lat"), "institutions", 5, "lat")


def test_many_places_on_one_spot(desk: Desk) -> None:
    """Villages geocoded to their town share its point; told once with their rows."""
    for row in (2, 3, 4, 5):
        desk.set("communities", row, lon=119.1, lat=32.7)
    problem = desk.sole()
    named(problem, "communities", 2, "lon", "warning")
    assert "2、3、4、5" in problem.cure_zh


def test_institution_nowhere(desk: Desk) -> None:
    """Without coordinates and without travel rows no time can be found."""
    desk.set("institutions", 7, lon="", lat="")
    desk.tables["travel"] = [r for r in desk.tables["travel"] if "T4" not in (r["origin"], r["destination"])]
    problem = desk.sole()
    named(problem, "institutions", 7, "lon")
    assert "travel" in problem.cure_en


def test_site_that_nobody_reaches(desk: Desk) -> None:
    """A township farther than the longest trip from every doctor is a warning with the minutes."""
    desk.plan += "\n[sessions]\nmax_minutes = 38\n"
    problems = desk.check()
    assert {p.row for p in problems} <= {"4", "5", "6", "7"} and problems
    named(problems[0], "institutions", problems[0].row, "id", "warning")
    assert "max_minutes" in problems[0].cure_zh


@pytest.mark.parametrize("value", ['"gcj2"', '{ institutions = "baidu" }'])
def test_unknown_coordinate_system(desk: Desk, value: str) -> None:
    """A datum that there is not is named with the known ones."""
    desk.plan = desk.plan.replace("[calendar]", f"coordinates = {value}\n\n[calendar]")
    problem = desk.sole()
    named(problem, "plan.toml", "", "region.coordinates")
    assert "bd09" in problem.expected_en
