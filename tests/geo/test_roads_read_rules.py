"""What single tags mean: limits, durations, access, surfaces."""

from __future__ import annotations

import math

import pytest

from geodata.roads.rules import barrier_blocks, directions, duration_minutes, kmh_both, limit_kmh
from geodata.roads.speeds import LIMIT_SHARE, MODES, built_in


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50),
        ("30 mph", 48.28),
        ("30mph", 48.28),
        ("walk", 10),
        ("CN:urban", 50),
        ("CN:rural", 70),
        ("MT:urban", 50),
        ("DE:zone:30", 30),
        ("80;60", 60),
        ("60 km/h", 60),
        ("none", None),
        ("signals", None),
        ("", None),
        (None, None),
        ("0", None),
        ("fast", None),
    ],
)
def test_limits(text: str | None, kmh: float | None) -> None:
    """Numbers, miles, the word walk, a country's word; what says no number says nothing."""
    assert limit_kmh(text) == (kmh if kmh is None else pytest.approx(kmh, abs=0.01))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("25", 25), ("00:25", 25), ("1:45", 105), ("00:05:00", 5), ("PT25M", 25), ("PT1H30M", 90), ("25 min", 25)],
)
def test_durations(text: str, wanted: float) -> None:
    """The spellings of a ferry's duration that occur."""
    assert duration_minutes(text) == pytest.approx(wanted)


@pytest.mark.parametrize("text", [None, "", "soon", "0", "00:00", "-5"])
def test_durations_that_say_nothing(text: str | None) -> None:
    """Without sound minutes there are none, rather than zero."""
    assert math.isnan(duration_minutes(text))


def car(**tags: str) -> tuple[float, float]:
    plain = {key.replace("__", ":"): value for key, value in tags.items()}
    return kmh_both({"highway": "tertiary"} | plain, "car", "vehicle", built_in())


def test_limit_takes_the_place_of_the_class_speed() -> None:
    """A tagged limit, up or down, times the documented share; each direction may have its own."""
    assert car() == (45, 45)
    assert car(maxspeed="80") == (80 * LIMIT_SHARE,) * 2
    assert car(maxspeed="30 mph")[0] == pytest.approx(48.28 * LIMIT_SHARE, abs=0.01)
    assert car(maxspeed="60", maxspeed__backward="30") == (60 * LIMIT_SHARE, 30 * LIMIT_SHARE)


@pytest.mark.parametrize(
    ("tags", "open_"),
    [
        ({"access": "no"}, False),
        ({"access": "private"}, False),
        ({"motor_vehicle": "agricultural"}, False),
        ({"access": "no", "motor_vehicle": "yes"}, True),
        ({"access": "private; yes"}, True),
        ({"access": "destination"}, True),
        ({"access": "customers"}, True),
        ({"highway": "construction"}, False),
        ({"highway": "footway"}, False),
        ({"highway": "footway", "motor_vehicle": "yes"}, True),
        ({"highway": "footway", "access": "yes"}, False),
        ({"highway": "track", "tracktype": "grade5"}, False),
        ({"area": "yes"}, False),
    ],
)
def test_access_for_cars(tags: dict[str, str], open_: bool) -> None:
    """The most special access tag decides; customers of a hospital's yard may drive into it."""
    assert (car(**tags)[0] > 0) == open_


def test_surface_slows_cars() -> None:
    """No limit of 80 makes a muddy road fast."""
    assert car(maxspeed="80", surface="mud") == (10, 10)
    assert car(surface="asphalt") == (45, 45)


def test_bicycles_against_one_ways() -> None:
    """An e-bike obeys a one-way street unless bicycles are excepted, and keeps off expressways."""
    assert directions({"oneway": "yes"}, "ebike") == (True, False)
    assert directions({"oneway": "yes", "oneway:bicycle": "no"}, "ebike") == (True, True)
    assert directions({"oneway": "yes"}, "walk") == (True, True)
    assert kmh_both({"highway": "motorway"}, "ebike", "patient", built_in()) == (0, 0)
    assert kmh_both({"highway": "trunk", "motorroad": "yes"}, "ebike", "patient", built_in()) == (0, 0)
    assert directions({"highway": "motorway"}, "car") == (True, False)


def test_barriers_by_mode() -> None:
    """A bollard stops a car, a gate only when it says so, a wall everybody."""
    assert barrier_blocks({"barrier": "bollard"}, "car") and not barrier_blocks({"barrier": "bollard"}, "walk")
    assert not barrier_blocks({"barrier": "gate"}, "car")
    assert barrier_blocks({"barrier": "gate", "access": "private"}, "car")
    assert not barrier_blocks({"barrier": "bollard", "motor_vehicle": "yes"}, "car")
    assert barrier_blocks({"barrier": "wall"}, "walk")


@pytest.mark.parametrize(
    ("word", "kmh"), [("高速", 100), ("国道", 70), ("省道", 60), ("县道", 45), ("乡道", 30), ("村道", 20)]
)
def test_chinese_classes(word: str, kmh: float) -> None:
    """The Chinese classes have the speeds of the domain dossier."""
    speeds = built_in()
    kind = speeds.class_of(word)
    assert kind is not None and speeds.of(kind, "car", "vehicle") == kmh


def test_every_class_has_a_speed_for_every_mode() -> None:
    """No class lacks a mode, none is faster than a car can be, every word means one class."""
    for kmh in built_in().kmh.values():
        assert set(kmh) == set(MODES) and all(0 <= value <= 120 for value in kmh.values())
    assert all(kind in built_in().kmh for kind in built_in().words.values())
