"""A factor from known trips: robust, stated, and overruled by the setting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from geo.travel_support import TOWNS, minutes, on_roads, point, travel
from support.tables import Rows, region

from geodata.travel import make_travel

MORE: Rows = [*TOWNS, {"id": "D", "level": 1, **point(15, 0)}, {"id": "E", "level": 1, **point(20, 0)}]
PAIRS = [("A", "C"), ("A", "D"), ("A", "E"), ("C", "E"), ("D", "T")]


def known(folder: Path, factors: dict[int, float], count: int = 5, **more: Any) -> Rows:
    """Known trips at a factor of the computed ones; 1.2 where `factors` says nothing."""
    plain = minutes(travel(on_roads(folder / "plain", {"institutions": MORE})))
    return [
        {"origin": a, "destination": b, "minutes": plain[a, b, ""] * factors.get(at, 1.2), **more}
        for at, (a, b) in enumerate(PAIRS[:count])
    ]


def test_the_median_of_known_trips_is_the_factor(tmp_path: Path) -> None:
    """One wrong figure of five moves nothing and is named; the spread is told."""
    trips = known(tmp_path, {0: 3.0})
    made = travel(on_roads(tmp_path, {"institutions": MORE, "known_trips": trips}))
    plain = travel(on_roads(tmp_path, {"institutions": MORE}))
    found = made.facts["calibration"]
    assert found["source"] == "known_trips" and found["factor"] == pytest.approx(1.2, abs=1e-3)
    assert found["trips"] == 5 and found["low"] == pytest.approx(1, abs=0.01) and found["high"] > 1.5
    assert minutes(made)["A", "E", ""] == pytest.approx(minutes(plain)["A", "E", ""] * 1.2, rel=1e-3)
    (odd,) = [one for one in made.problems if one.table == "known_trips"]
    assert odd.row == "2" and odd.value.startswith("A → C") and odd.severity == "warning"


def test_fewer_than_three_usable_trips_are_no_factor(tmp_path: Path) -> None:
    """Two are told and not used; so are trips that roads do not know, of zero minutes, or to oneself."""
    trips = known(tmp_path, {}, 2)
    trips += [
        {"origin": "A", "destination": "A", "minutes": 5}, {"origin": "A", "destination": "T", "minutes": 0},
        {"origin": "A", "destination": "nowhere", "minutes": 9},
    ]  # fmt: skip
    made = travel(on_roads(tmp_path, {"institutions": MORE, "known_trips": trips}))
    assert made.facts["calibration"]["source"] == "none" and made.options.calibration == 1.0
    (told,) = [one for one in made.problems if one.table == "known_trips"]
    assert "2 can be used" in told.cure_en


def test_the_setting_wins_and_says_so(tmp_path: Path) -> None:
    """[travel] calibration other than 1 is used; what the trips say is told beside it."""
    trips = known(tmp_path, {})
    made = travel(on_roads(tmp_path, {"institutions": MORE, "known_trips": trips}), calibration=0.9)
    found = made.facts["calibration"]
    assert (found["source"], found["factor"]) == ("setting", 0.9) and found["measured"] == pytest.approx(1.2, abs=1e-3)
    (told,) = [one for one in made.problems if one.table == "known_trips"]
    assert "1.2" in told.cure_en and "0.9" in told.cure_en


def test_the_season_comes_on_top(tmp_path: Path) -> None:
    """Known trips are those of the usual season: a winter factor of 1.5 still makes winter longer."""
    trips = known(tmp_path, {})
    usual = travel(on_roads(tmp_path, {"institutions": MORE, "known_trips": trips}))
    winter = travel(on_roads(tmp_path, {"institutions": MORE, "known_trips": trips}), season_factor=1.5)
    assert minutes(winter)["A", "C", ""] == pytest.approx(minutes(usual)["A", "C", ""] * 1.5, rel=1e-3)


def test_a_factor_far_from_one_is_told(tmp_path: Path) -> None:
    """Known trips in hours give a factor that nobody should take without a look."""
    trips = known(tmp_path, dict.fromkeys(range(5), 1 / 60))
    made = travel(on_roads(tmp_path, {"institutions": MORE, "known_trips": trips}))
    assert any(one.table == "known_trips" and one.column == "minutes" for one in made.problems)


def test_straight_lines_are_calibrated_too() -> None:
    """Without roads the factor is that of known trips over straight-line estimates."""
    plain = make_travel(region({"institutions": MORE}), {})
    trips = [
        {"origin": a, "destination": b, "minutes": minutes(plain)[a, b, ""] * 0.8} for a, b in PAIRS
    ]  # fmt: skip
    made = make_travel(region({"institutions": MORE, "known_trips": trips}), {})
    assert made.facts["calibration"]["factor"] == pytest.approx(0.8, abs=1e-3)
    assert minutes(made)["A", "T", ""] == pytest.approx(minutes(plain)["A", "T", ""] * 0.8, abs=0.01)


def test_the_limit_of_residents_is_one_of_calibrated_minutes(tmp_path: Path) -> None:
    """A factor of 2 halves what lies within max_minutes."""
    tables = {"institutions": MORE, "communities": [{"id": "V", "population": 1, **point(0, 0)}]}
    wide = travel(on_roads(tmp_path, tables), calibration=2.0, max_minutes=42)
    assert all(value <= 42 for key, value in minutes(wide).items() if key[0] == "V")
    assert {key[1] for key in minutes(wide) if key[0] == "V"} == {"A", "C"}
