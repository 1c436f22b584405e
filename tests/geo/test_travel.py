"""The travel table: the user's minutes first, direction kept, straight lines for the rest."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.tables import region

from geodata.travel import travel_table

PLACES: list[dict[str, Any]] = [
    {"id": "H1", "level": 3, "lon": 119.0, "lat": 32.0},
    {"id": "T1", "level": 1, "lon": 119.1, "lat": 32.0},
    {"id": "T2", "level": 1, "lon": 119.0, "lat": 32.1},
    {"id": "N", "level": 1},
]
#: Great-circle km of 0.1 degrees of latitude on a sphere of 6371.0088 km.
KM = math.radians(0.1) * 6371.0088


def table(
    travel: list[dict[str, Any]] | None = None, places: list[dict[str, Any]] = PLACES, **settings: Any
) -> pd.DataFrame:
    """The travel table of these places, by origin, destination and profile."""
    made = travel_table(region({"institutions": places, "travel": travel or []}), {"travel": settings})
    assert list(made.columns) == ["origin", "destination", "minutes", "km", "profile", "method"]
    return made.set_index(["origin", "destination", "profile"]).sort_index()


def test_straight_lines() -> None:
    """Km are the straight line times circuity; minutes add both ends and the season."""
    made = table(circuity=1.4, speed_kmh=32, minutes_each_end=4, season_factor=1.3)
    row = made.loc[("H1", "T2", "")]
    assert row["km"] == pytest.approx(KM * 1.4, abs=1e-3)
    assert row["minutes"] == pytest.approx((KM * 1.4 / 32 * 60 + 8) * 1.3, abs=1e-3)
    assert row["method"] == "straight"


def test_defaults_are_those_of_the_design() -> None:
    """Without settings: circuity 1.3, 40 km/h, five minutes at each end; the section alone will do."""
    small = region({"institutions": PLACES})
    row = travel_table(small, {}).query("origin == 'H1' and destination == 'T2'").iloc[0]
    assert row["minutes"] == pytest.approx(KM * 1.3 / 40 * 60 + 10, abs=1e-3)
    pd.testing.assert_frame_equal(
        travel_table(small, {"circuity": 1.6}), travel_table(small, {"travel": {"circuity": 1.6}})
    )


def test_every_pair_once_and_none_to_itself() -> None:
    """All ordered pairs with coordinates are there; a place without coordinates is in none, never at zero."""
    made = table()
    assert len(made) == 6 and made.index.is_unique
    assert not any(origin == destination for origin, destination, _ in made.index)
    assert "N" not in set(made.reset_index()["origin"]) and (made["minutes"] > 0).all()


def test_the_users_minutes_come_first_and_keep_their_direction() -> None:
    """A row of the table is taken as it is; the way back is taken from it and says so."""
    made = table([{"origin": "H1", "destination": "T1", "minutes": 50, "km": 30}])
    assert tuple(made.loc[("H1", "T1", "")]) == (50.0, 30.0, "table")
    assert tuple(made.loc[("T1", "H1", "")]) == (50.0, 30.0, "table_reversed")
    assert made.loc[("T1", "T2", "")]["method"] == "straight"


def test_both_directions_given_stay_different() -> None:
    """Where both directions are given, neither is touched."""
    made = table(
        [{"origin": "H1", "destination": "T1", "minutes": 50}, {"origin": "T1", "destination": "H1", "minutes": 40}]
    )
    assert made.loc[("T1", "H1", "")]["minutes"] == 40.0 and made.loc[("T1", "H1", "")]["method"] == "table"


def test_profiles_are_apart_only_where_they_differ() -> None:
    """A row for patients leaves vehicles to the row for both, or to the straight line."""
    made = table([
        {"origin": "H1", "destination": "T1", "minutes": 30, "km": 20},
        {"origin": "H1", "destination": "T1", "minutes": 70, "km": 20, "profile": "patient"},
        {"origin": "H1", "destination": "T2", "minutes": 25, "km": 18, "profile": "vehicle"},
    ])  # fmt: skip
    assert made.loc[("H1", "T1", "patient")]["minutes"] == 70.0 and made.loc[("H1", "T1", "vehicle")]["minutes"] == 30.0
    assert ("H1", "T1", "") not in made.index
    assert made.loc[("H1", "T2", "vehicle")]["minutes"] == 25.0
    assert made.loc[("H1", "T2", "patient")]["method"] == "straight"


def test_care_outside_is_kept_and_never_turned_round() -> None:
    """Minutes to outside stay one way."""
    made = table([{"origin": "T1", "destination": "outside", "minutes": 90}])
    assert made.loc[("T1", "outside", "")]["minutes"] == 90.0
    assert "outside" not in set(made.reset_index()["origin"])


def test_missing_km_come_from_the_line_or_from_the_minutes() -> None:
    """Km that the table lacks are the straight line's, or the minutes' at the usual speed."""
    made = table(
        [{"origin": "H1", "destination": "T2", "minutes": 20}, {"origin": "N", "destination": "H1", "minutes": 60}]
    )
    assert made.loc[("H1", "T2", "")]["km"] == pytest.approx(KM * 1.3, abs=1e-3)
    assert made.loc[("N", "H1", "")]["km"] == 40.0


def test_a_place_without_coordinates_has_the_other_profiles_minutes() -> None:
    """With one profile given and no coordinates, both take the given minutes."""
    made = table([{"origin": "N", "destination": "H1", "minutes": 60, "profile": "vehicle"}])
    assert made.loc[("N", "H1", "")]["minutes"] == 60.0


def test_the_method_of_the_settings() -> None:
    """`table` adds no straight lines; `straight` takes nothing from the table but care outside."""
    rows = [
        {"origin": "H1", "destination": "T1", "minutes": 50},
        {"origin": "H1", "destination": "outside", "minutes": 99},
    ]
    assert len(table(rows, method="table")) == 3
    made = table(rows, method="straight")
    assert made.loc[("H1", "T1", "")]["method"] == "straight" and made.loc[("H1", "outside", "")]["minutes"] == 99.0


def test_rows_that_say_nothing_are_left_out() -> None:
    """A place to itself, a blank place and blank minutes are no rows; zero between places is kept."""
    made = table([
        {"origin": "H1", "destination": "H1", "minutes": 3}, {"origin": "", "destination": "T1", "minutes": 3},
        {"origin": "H1", "destination": "T1"}, {"origin": "H1", "destination": "T2", "minutes": 0},
    ])  # fmt: skip
    assert (
        len(made) == 6
        and made.loc[("H1", "T1", "")]["method"] == "straight"
        and made.loc[("H1", "T2", "")]["minutes"] == 0.0
    )


def test_communities_go_to_institutions_within_reach() -> None:
    """Residents' trips are listed up to max_minutes, institutions' all; the user's own rows always."""
    communities = [
        {"id": "V1", "lon": 119.0, "lat": 32.05, "population": 1},
        {"id": "V2", "lon": 121.0, "lat": 32.0, "population": 1},
    ]
    rows = {
        "institutions": PLACES,
        "communities": communities,
        "travel": [{"origin": "V2", "destination": "N", "minutes": 400}],
    }
    made = travel_table(region(rows), {"travel": {"max_minutes": 45}})
    assert set(made[made["origin"] == "V1"]["destination"]) == {"H1", "T1", "T2"}
    assert made[made["origin"] == "V2"][["destination", "minutes"]].values.tolist() == [["N", 400.0]]
    assert set(made[made["destination"] == "V2"]["method"]) == {"table_reversed"}
    assert (made[made["origin"] == "V1"]["minutes"] <= 45).all()


def test_declared_coordinates_are_turned_into_wgs84() -> None:
    """A table in BD-09 beside one in WGS 84 is not a kilometre off."""
    from geodata.coordinates import from_wgs84

    x, y = from_wgs84([119.0], [32.05], "bd09")
    rows = {"institutions": PLACES, "communities": [{"id": "V", "lon": x[0], "lat": y[0], "population": 1}]}
    settings = {"region": {"coordinates": {"communities": "bd09"}}}
    made = travel_table(region(rows, settings), {})
    km = made.query("origin == 'V' and destination == 'H1'")["km"].iloc[0]
    assert km == pytest.approx(KM / 2 * 1.3, abs=0.01)


def test_the_table_made_is_a_travel_table_again() -> None:
    """Given back as the user's table, it gives itself."""
    first = travel_table(
        region({"institutions": PLACES, "travel": [{"origin": "H1", "destination": "T1", "minutes": 50}]}), {}
    )
    again = travel_table(region({"institutions": PLACES, "travel": first.to_dict("records")}), {})
    pd.testing.assert_frame_equal(first, again)


def test_a_large_county_takes_seconds() -> None:
    """Three hundred institutions and four thousand villages: 1.3 million pairs in a few seconds."""
    rng = np.random.default_rng(7)
    places = [{"id": f"I{n}", "level": 1, "lon": 119 + rng.random(), "lat": 32 + rng.random()} for n in range(300)]
    villages = [
        {"id": f"V{n}", "lon": 119 + rng.random(), "lat": 32 + rng.random(), "population": 1} for n in range(4000)
    ]
    made = region({"institutions": places, "communities": villages})
    started = time.perf_counter()
    rows = travel_table(made, {"travel": {"max_minutes": 600}})
    assert time.perf_counter() - started < 20
    assert len(rows) == 300 * 299 + 4000 * 300
