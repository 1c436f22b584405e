"""Roads as the source of trips: a road file that cannot be used, places that it does not reach.

The table made for these checks is the one that the plan uses: it is held in memory and in the cache,
so nothing is computed twice.
"""

from __future__ import annotations

from dataclasses import asdict

from geodata.catalogue import Texts
from geodata.checks_view import Check, View
from geodata.coordinates import LOCATED, declared_datum, is_datum
from geodata.errors import GeodataError, RoadsUnreadable
from geodata.problems import Problem
from geodata.travel import NoRoadFile, Travel, make_travel, uses_roads

SAID = Texts("checks_roads", "geodata", "checks")


def travel_of(view: View) -> Travel | GeodataError | None:
    """The region's travel, the error that keeps it from being made, or None under wrong settings."""
    if not all(is_datum(declared_datum(view.region.settings, table)) for table in LOCATED):
        return None
    try:
        return make_travel(view.region, {"travel": asdict(view.travel_options)})
    except GeodataError as error:
        return error


def roads(view: View) -> Check:
    """The road file can be used, its roads reach every place, and known trips fit what is computed."""
    if not uses_roads(view.region, view.travel_options) and not view.has("known_trips"):
        return
    made = travel_of(view)
    if isinstance(made, GeodataError):
        yield _unusable(view, made)
    elif made is not None:
        yield from made.problems


def _unusable(view: View, error: GeodataError) -> Problem:
    """The error as a problem of the road file, or of the setting that asks for it."""
    if isinstance(error, NoRoadFile):
        return error.said.problem("plan.toml", column="travel.method", value=view.travel_options.method)
    expected, cure = getattr(error, "expected", None), getattr(error, "cure", None)
    if isinstance(error, RoadsUnreadable) and expected and cure:
        return Problem(error.path.name, "", "", "", expected[0], expected[1], cure[0], cure[1])
    usable = SAID.both("unusable.expected")
    return Problem("plan.toml", "", "travel.engine", view.travel_options.engine, *usable, error.zh, error.en)


CHECKS = (roads,)
