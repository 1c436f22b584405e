"""Points whose published road kilometres do not fit the straight line are told once each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from geo.fault_support import TOWNS, Desk

from geodata.checks_fabricated import fabricated
from geodata.checks_view import View
from geodata.coordinates import distance_km
from geodata.region import Region

LON, LAT = 118.8 + 0.09 * (np.arange(12) % 4), 32.5 + 0.09 * (np.arange(12) // 4)


def _region(lon: np.ndarray, lat: np.ndarray, km: np.ndarray, heading: str = "距县城（公里）") -> Region:
    count = len(lon)
    table = pd.DataFrame({
        "id": ["H", *(f"T{at}" for at in range(1, count))], "level": [2.0] + [1.0] * (count - 1),
        "lon": lon, "lat": lat,
        heading: ["", *(f"{one:.1f}" for one in km[1:])],
    })  # fmt: skip
    return Region("县", {"institutions": table}, rows={"institutions": [str(at + 2) for at in range(count)]})


def _km(factor: float = 1.35) -> np.ndarray:
    return factor * distance_km(LON, LAT, LON[0], LAT[0])


def _rows(region: Region) -> list[str]:
    return [problem.row for problem in fabricated(View(region))]


@pytest.mark.parametrize("factor", [1.02, 1.35, 2.1, 2.9])
def test_real_roads_pass(factor: float) -> None:
    """From the straight road of a plain to the bends of an island nothing is told."""
    assert _rows(_region(LON, LAT, _km(factor))) == []


def test_a_made_up_point_is_told_once() -> None:
    """A township put beside the county seat, whose road is 30 km, is told by its row and no other."""
    lon, lat = LON.copy(), LAT.copy()
    lon[11], lat[11] = LON[0] + 0.02, LAT[0] + 0.01
    assert _rows(_region(lon, lat, _km())) == ["13"]


def test_a_road_shorter_than_the_straight_line() -> None:
    """A point thrown 40 km away has a road that is too short."""
    lon = LON.copy()
    lon[5] += 0.5
    assert _rows(_region(lon, LAT, _km())) == ["7"]


def test_the_middle_of_the_county_with_a_jitter() -> None:
    """A public list of generated points is found: most of its points are told."""
    dice = np.random.default_rng(7)
    lon, lat = LON.mean() + dice.normal(0, 0.02, 12), LAT.mean() + dice.normal(0, 0.02, 12)
    assert len(_rows(_region(lon, lat, _km()))) >= 6


def test_kilometres_of_the_travel_table(desk: Desk) -> None:
    """One wrong point among right ones is told, though every other place has a row to it."""
    points = {row["id"]: row for row in desk.tables["institutions"]}
    for row in desk.tables["travel"]:
        a, b = points[row["origin"]], points[row["destination"]]
        row["km"] = round(1.35 * float(distance_km(a["lon"], a["lat"], b["lon"], b["lat"])), 1)
    assert desk.check() == []
    points["T1"]["lon"], points["T1"]["lat"] = points["H1"]["lon"] + 0.005, points["H1"]["lat"]
    told = [p for p in desk.check() if "made up" in p.cure_en]
    assert [p.row for p in told] == ["4"] and TOWNS[0] in told[0].value


def test_rows_that_we_computed_are_no_evidence(desk: Desk) -> None:
    """Kilometres of straight lines or of our own roads say nothing about the points."""
    for row in desk.tables["travel"]:
        row["km"], row["method"] = 500.0, "straight"
    assert [p for p in desk.check() if "made up" in p.cure_en] == []


def test_metres_for_kilometres_are_one_sentence() -> None:
    """A column in another unit is told of the seat once, not of every place."""
    region = _region(LON, LAT, 1000 * _km())
    assert _rows(region) == [""]
    assert _rows(_region(LON, LAT, 1000 * _km(), "距县城（米）")) == []
