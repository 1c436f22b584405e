"""Suspicious cells of a travel table."""

from __future__ import annotations

import pytest
from geo.fault_support import Desk, named


def test_zero_between_different_places(desk: Desk) -> None:
    """Zero minutes are a warning unless the settings allow them."""
    row = desk.row("travel", origin="H1", destination="T1")
    back = desk.row("travel", origin="T1", destination="H1")
    for at in (row, back):
        desk.set("travel", at, minutes=0)
    problems = desk.check()
    assert [p.row for p in problems] == [str(row), str(back)]
    named(problems[0], "travel", row, "minutes", "warning")
    assert "allow_zero" in problems[0].cure_en
    desk.plan += "\n[travel]\nallow_zero = true\n"
    assert desk.check() == []


def test_place_to_itself(desk: Desk) -> None:
    """A row from a place to itself is a warning."""
    row = desk.add("travel", origin="T1", destination="T1", minutes=5)
    named(desk.sole(), "travel", row, "destination", "warning")


def test_negative_minutes(desk: Desk) -> None:
    """Negative minutes are an error."""
    desk.set("travel", 2, minutes=-12)
    named(desk.sole(), "travel", 2, "minutes")


def test_far_slower_than_the_distance(desk: Desk) -> None:
    """Minutes over five times the straight-line estimate are a warning with the estimate."""
    for origin, destination in (("H1", "T1"), ("T1", "H1")):
        desk.set("travel", desk.row("travel", origin=origin, destination=destination), minutes=600)
    problems = [p for p in desk.check() if p.table == "travel"]
    assert len(problems) == 2
    named(problems[0], "travel", desk.row("travel", origin="H1", destination="T1"), "minutes", "warning")
    assert "about" in problems[0].expected_en


def test_faster_than_anybody_drives(desk: Desk) -> None:
    """Five minutes for forty kilometres are a warning."""
    row = desk.row("travel", origin="T2", destination="T4")
    desk.set("travel", row, minutes=12)
    desk.set("travel", desk.row("travel", origin="T4", destination="T2"), minutes=13)
    problem = desk.check()[0]
    named(problem, "travel", row, "minutes", "warning")


def test_whole_table_in_seconds(desk: Desk) -> None:
    """A table in seconds is told once, with the unit."""
    for row in desk.tables["travel"]:
        row["minutes"] *= 60
    problem, *others = [p for p in desk.check() if p.table == "travel"]
    assert not others
    named(problem, "travel", 2, "minutes", "warning")
    assert "秒" in problem.cure_zh and "seconds" in problem.cure_en


def test_one_way_much_longer(desk: Desk) -> None:
    """There and back that differ by more than 30 per cent are a warning at the later row."""
    there, back = (desk.row("travel", origin=a, destination=b) for a, b in (("H1", "T1"), ("T1", "H1")))
    desk.set("travel", there, minutes=80)
    problem = desk.sole()
    named(problem, "travel", back, "minutes", "warning")
    assert f"row {there}" in problem.expected_en


def test_missing_pair(desk: Desk) -> None:
    """A pair missing from a full table is a warning at its origin."""
    desk.tables["travel"].pop(desk.row("travel", origin="T1", destination="T3") - 2)
    problem = desk.sole()
    named(problem, "travel", "", "destination", "warning")
    assert problem.value == "T1 → T3"


def test_missing_pair_that_nothing_stands_in_for(desk: Desk) -> None:
    """Without coordinates and without the way back a missing pair is out of reach: an error."""
    desk.set("institutions", 4, lon="", lat="")
    for pair in (("T1", "T3"), ("T3", "T1")):
        desk.tables["travel"].pop(desk.row("travel", origin=pair[0], destination=pair[1]) - 2)
    problems = desk.check()
    assert [p.value for p in problems] == ["T1 → T3", "T3 → T1"]
    named(problems[0], "travel", "", "destination")
    assert "out of reach" in problems[0].cure_en


@pytest.mark.parametrize("km", [2000, 2.2])
def test_kilometres_that_do_not_fit(desk: Desk, km: float) -> None:
    """Kilometres and minutes that make an impossible speed are a warning."""
    row = desk.row("travel", origin="T2", destination="T4")
    desk.set("travel", row, km=km)
    problem = desk.sole()
    named(problem, "travel", row, "km", "warning")
    assert "km/h" in problem.cure_en


def test_trip_given_twice(desk: Desk) -> None:
    """A second row for one trip is an error that names the first."""
    row = desk.add("travel", **desk.tables["travel"][0])
    problem = desk.sole()
    named(problem, "travel", row, "origin")
    assert "row 2" in problem.cure_en
