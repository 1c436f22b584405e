"""Chinese datums: the public formulas forward, exact inverses, and tables converted as declared."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.coordinates import (
    declared_datum,
    distance_km,
    from_wgs84,
    in_china,
    middle,
    possible,
    tables_to_wgs84,
    to_wgs84,
)

#: Urumqi, Beijing, Shanghai, Meizhou, Sanya, Harbin.
LON = np.array([87.60, 116.404, 121.47, 116.12, 109.51, 126.63])
LAT = np.array([43.80, 39.915, 31.23, 24.29, 18.25, 45.75])


def test_known_point() -> None:
    """Tiananmen in GCJ-02 and BD-09 as the published formulas give it, to a centimetre."""
    assert np.allclose(from_wgs84(116.404, 39.915, "gcj02"), (116.41024449916938, 39.91640428150164), atol=1e-7)
    assert np.allclose(from_wgs84(116.404, 39.915, "bd09"), (116.41662724378733, 39.922699552216216), atol=1e-7)


@pytest.mark.parametrize(("datum", "least", "most"), [("gcj02", 200, 700), ("bd09", 800, 1500)])
def test_shift_and_way_back(datum: str, least: float, most: float) -> None:
    """Points move by the metres that were measured, and come back to a millimetre."""
    x, y = from_wgs84(LON, LAT, datum)
    metres = 1000 * distance_km(LON, LAT, x, y)
    assert (metres > least).all() and (metres < most).all()
    back = to_wgs84(x, y, datum)
    assert (1000 * distance_km(LON, LAT, *back) < 0.001).all()


def test_blank_and_foreign_points_stay() -> None:
    """The formulas are for China: NaN, Malta and nonsense come back as they were."""
    lon, lat = np.array([np.nan, 14.5, 1233.0]), np.array([np.nan, 35.9, 23123.0])
    x, y = to_wgs84(lon, lat, "bd09")
    assert np.array_equal(x, lon, equal_nan=True) and np.array_equal(y, lat, equal_nan=True)


def test_unknown_datum() -> None:
    """A datum that there is not is refused with the known ones."""
    with pytest.raises(ValueError, match="gcj02"):
        to_wgs84(LON, LAT, "beijing54")


@pytest.mark.parametrize(
    ("settings", "table", "datum"),
    [
        ({}, "institutions", "wgs84"),
        ({"region": {"coordinates": "GCJ-02"}}, "communities", "gcj02"),
        ({"region": {"coordinates": {"institutions": "bd09"}}}, "institutions", "bd09"),
        ({"region": {"coordinates": {"institutions": "bd09"}}}, "communities", "wgs84"),
    ],
)
def test_declared_datum(settings: dict[str, object], table: str, datum: str) -> None:
    """One word for all tables, or one for each; without either WGS 84."""
    assert declared_datum(settings, table) == datum


def test_tables_are_converted_as_declared() -> None:
    """Only the declared table moves, and the table given is not changed."""
    x, y = from_wgs84(LON, LAT, "bd09")
    tables = {
        "institutions": pd.DataFrame({"id": list("abcdef"), "lon": x, "lat": y}),
        "communities": pd.DataFrame({"id": list("uvwxyz"), "lon": LON, "lat": LAT}),
    }
    converted = tables_to_wgs84(tables, {"region": {"coordinates": {"institutions": "bd09"}}})
    assert np.allclose(converted["institutions"]["lon"], LON, atol=1e-8)
    assert converted["communities"] is tables["communities"]
    assert np.array_equal(tables["institutions"]["lon"], x)


def test_distance_and_middle() -> None:
    """A degree of latitude is 111.2 km; the middle is not moved by a wrong point or by (0, 0)."""
    assert distance_km(116, 24, 116, 25) == pytest.approx(111.195, abs=0.01)
    lon = np.array([116.0, 116.1, 116.2, 116.1, 0.0, 1233.0])
    lat = np.array([24.0, 24.1, 24.2, 24.0, 0.0, 23123.0])
    centre = middle(lon, lat)
    assert centre is not None and centre[:2] == pytest.approx((116.1, 24.05))
    assert middle([], []) is None


def test_possible_points() -> None:
    """Degrees only, and not the (0, 0) of software that does not know."""
    assert possible([0, 181, 116, np.nan], [0, 24, 24, 24]).tolist() == [False, False, True, False]
    assert in_china([116, 14.5], [24, 35.9]).tolist() == [True, False]


@settings(max_examples=200, deadline=None)
@given(lon=st.floats(73.7, 134.9), lat=st.floats(18.2, 53.4), datum=st.sampled_from(["gcj02", "bd09"]))
def test_round_trip_over_china(lon: float, lat: float, datum: str) -> None:
    """Forward and back is the same point to a centimetre, anywhere in China, in both orders."""
    there = from_wgs84([lon], [lat], datum)
    assert 1000 * distance_km(lon, lat, *to_wgs84(*there, datum))[0] < 0.01
    back = to_wgs84([lon], [lat], datum)
    assert 1000 * distance_km(lon, lat, *from_wgs84(*back, datum))[0] < 0.01


def test_shifts_of_measured_places() -> None:
    """GCJ-02 lies 265 m off in Urumqi and 595 m in Hong Kong, as measured elsewhere; BD-09 0.86 to 1.38 km."""
    lon, lat = np.array([87.617, 114.169]), np.array([43.793, 22.319])
    assert 1000 * distance_km(lon, lat, *from_wgs84(lon, lat, "gcj02")) == pytest.approx([265, 595], abs=2)
    bd = 1000 * distance_km(LON, LAT, *from_wgs84(LON, LAT, "bd09"))
    assert bd.min() > 850 and bd.max() < 1400
