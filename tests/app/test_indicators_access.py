"""Access before and after the hand-made plan, checked on paper: specialties, services, elderly, other ways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.plan_folder import PlanFolder, clean_plan

from geodata.accessibility_shares import gini, theil
from planner import indicator_words
from planner.indicators import indicators

MONTHS = 91 / (365.25 / 12)
PEOPLE = {"H1": 50_000, "S1": 30_000, "S2": 20_000, "S3": 25_000}
#: Minutes of residents (rows as PEOPLE) to H1, H2, H3, S1, S2, S3.
MINUTES = np.array(
    [[0, 20, 15, 30, 60, 50], [30, 35, 40, 0, 30, 30], [60, 45, 70, 30, 0, 30], [50, 50, 20, 30, 30, 0]], dtype=float
)


def _table(path: Path, *edits: Callable[[PlanFolder], None]) -> pd.DataFrame:
    folder = clean_plan()
    for edit in edits:
        edit(folder)
    return indicators(folder.save(path / "plan")).set_index(["indicator", "scope"])


def by_hand(supply: list[float], bounds: tuple[float, float, float]) -> np.ndarray:
    """E2SFCA per 10,000 of the four places with residents, as loops; supply at H1, H2, H3, S1, S2, S3."""

    def weight(minutes: float) -> float:
        return next((w for bound, w in zip(bounds, (1.0, 0.68, 0.22), strict=True) if minutes <= bound), 0.0)

    people = list(PEOPLE.values())
    found = [0.0] * 4
    for j, given in enumerate(supply):
        crowd = sum(p * weight(MINUTES[i, j]) for i, p in enumerate(people))
        for i in range(4):
            found[i] += weight(MINUTES[i, j]) * given / crowd if crowd else 0.0
    return np.array(found) * 10_000


def test_shares_per_specialty(tmp_path: Path) -> None:
    """K1 is at H1, H2, S1, S2 (today H1, H2), so S3 is 30 minutes away (today 50) and S1, S2 0 (30, 45)."""
    table = _table(tmp_path)
    rows = [table.loc[(f"residents_within_{band}_minutes", "K1"), ["value", "current"]] for band in (15, 30, 60)]
    assert [row.tolist() for row in rows] == [[0.8, 0.4], [1.0, 0.64], [1.0, 1.0]]
    whole = table.loc[("residents_within_15_minutes", ""), "value"]
    parts = [table.loc[("residents_within_15_minutes", k), "value"] for k in ("K1", "K2")]
    assert whole == pytest.approx((320 * parts[0] + 340 * parts[1]) / 660)


def test_visits_in_reach_of_the_plan(tmp_path: Path) -> None:
    """Clinics of 15, two posted of 160, 4 by tele; homes lose 5 a half-day (S2 is far: 12 for 6), 80 a posting."""
    table = _table(tmp_path)
    k1 = [1000 - (13 + 12 + 2) * 5 / MONTHS, 1000, 0, 13 * 15 / MONTHS + 4, 6 * 15 / MONTHS, 0]
    k2 = [1000 - 3 * 5 / MONTHS - 80, 1000 - 80, 1000 - 13 * 5 / MONTHS, 3 * 15 / MONTHS, 320, 13 * 15 / MONTHS]
    people = np.array(list(PEOPLE.values()), dtype=float)
    for specialty, supply in (("K1", k1), ("K2", k2)):
        found = by_hand(supply, (20, 40, 60))
        assert table.loc[("visits_in_reach", specialty), "value"] == pytest.approx(np.average(found, weights=people))
        # Everybody together has exactly what there is: 125,000 residents.
        assert table.loc[("visits_in_reach", specialty), "value"] * 12.5 == pytest.approx(sum(supply))
        assert table.loc[("visits_in_reach_gini", specialty), "value"] == pytest.approx(gini(found, people))
        assert table.loc[("visits_in_reach_theil", specialty), "value"] == pytest.approx(theil(found, people).total)


def test_visits_in_reach_today(tmp_path: Path) -> None:
    """Today no clinic is held, and D7 of H2 is posted at S2: 160 there, 80 less at H2."""
    table = _table(tmp_path)
    assert table.loc[("visits_in_reach", "K1"), "current"] * 12.5 == pytest.approx(2000)
    assert table.loc[("visits_in_reach", "K2"), "current"] * 12.5 == pytest.approx(3000 - 80 + 160)
    found = by_hand([1000, 920, 1000, 0, 160, 0], (20, 40, 60))
    wanted = gini(found, list(PEOPLE.values()))
    assert table.loc[("visits_in_reach_gini", "K2"), "current"] == pytest.approx(wanted)
    for specialty in ("K1", "K2"):
        row = table.loc[("visits_in_reach_gini", specialty)]
        assert row["value"] < row["current"]


def test_primary_clinics_within_30_minutes(tmp_path: Path) -> None:
    """16, 6 and 13 clinics at S1, S2, S3; a trip of 30 minutes counts, with the weight of the last zone."""
    table = _table(tmp_path)
    found = by_hand([0, 0, 0, 16 / MONTHS, 6 / MONTHS, 13 / MONTHS], (10, 20, 30))
    for name, wanted in (("_least", found.min()), ("", 35 / MONTHS / 12.5)):
        row = table.loc[(f"primary_clinics_in_reach{name}", "")]
        assert row[["value", "current"]].tolist() == pytest.approx([wanted, 0.0])
    assert np.isnan(table.loc[("primary_clinics_in_reach_gini", ""), "current"])


def test_theil_between_the_groups(tmp_path: Path) -> None:
    """Group A (S1, S2) holds 22 clinics for 560 visits, group B (S3) 13 for 100; both parts give the whole."""
    table = _table(tmp_path)
    rates, needs = np.array([22 / 560, 13 / 100]), np.array([560, 100])
    assert table.loc[("sessions_theil_between", ""), "value"] == pytest.approx(theil(rates, needs).total)
    parts = [table.loc[(f"sessions_theil_{part}", ""), "value"] for part in ("between", "within")]
    assert sum(parts) == pytest.approx(table.loc[("sessions_theil", ""), "value"])


def test_services_before_and_after(tmp_path: Path) -> None:
    """IMG opens: today nobody has it, then all four places do; 400 a day by items 100, 50, 40, 30."""
    table = _table(tmp_path)
    assert table.loc[("service_within_15_minutes", "IMG"), ["value", "current"]].tolist() == [1, 0]
    assert table.loc[("service_minutes_max", "IMG"), "value"] == 0
    assert np.isnan(table.loc[("service_minutes_p50", "IMG"), "current"])
    found = by_hand([400 * 100 / 220, 0, 0, 400 * 50 / 220, 400 * 40 / 220, 400 * 30 / 220], (10, 20, 30))
    people = list(PEOPLE.values())
    assert table.loc[("service_in_reach", "IMG"), "value"] == pytest.approx(400 / 12.5)
    assert table.loc[("service_in_reach", "IMG"), "current"] == 0
    assert table.loc[("service_in_reach_gini", "IMG"), "value"] == pytest.approx(gini(found, people))
    assert ("centre_minutes_max", "IMG") not in table.index  # films do not drive


def test_goods_drive_to_their_centre(tmp_path: Path) -> None:
    """S1 and S2 send 20 each to the existing centre H1, 30 and 60 minutes away, before and after."""
    table = _table(tmp_path)
    for part, minutes in (("p50", 30), ("p90", 60), ("max", 60)):
        assert table.loc[(f"centre_minutes_{part}", "SSD"), ["value", "current"]].tolist() == [minutes, minutes]


def test_unserved_members_are_out_of_reach(tmp_path: Path) -> None:
    """A member without a link counts: the farthest item is never brought, and its residents travel to another place."""
    table = _table(tmp_path, lambda folder: folder.plan_drop("service_links", institution="S2", service="SSD"))
    assert table.loc[("centre_minutes_p50", "SSD"), "value"] == 30
    assert np.isnan(table.loc[("centre_minutes_max", "SSD"), "value"])
    assert table.loc[("service_minutes_max", "SSD"), ["value", "current"]].tolist() == [30, 30]
    assert table.loc[("service_within_15_minutes", "SSD"), ["value", "current"]].tolist() == [0.64, 0.8]


def _communities(*rows: dict[str, object]) -> Callable[[PlanFolder], None]:
    def edit(folder: PlanFolder) -> None:
        frame = pd.DataFrame(rows).astype(object)
        folder.region["communities"] = frame.where(frame.notna(), "").astype(str)
        folder.add("travel", origin="C1", destination="S1", minutes=12, km=5, profile="", method="roads")

    return edit


C1 = {"id": "C1", "name": "a", "lon": 119.1, "lat": 32.8, "population": 300, "population_65": 30, "institution": "S1"}
C2 = {"id": "C2", "name": "b", "population": 100, "population_65": 70, "institution": "S3"}


def test_out_of_reach_is_never_zero_minutes(tmp_path: Path) -> None:
    """A place with coordinates and without any trip is out of reach, although its own institution has clinics."""
    table = _table(tmp_path, _communities(C1, {**C2, "lon": 119.4, "lat": 32.7}))
    assert table.loc[("residents_without_trip", ""), "value"] == 0.25
    assert np.isnan(table.loc[("clinic_minutes_max", "K2"), "value"])
    assert table.loc[("clinic_minutes_p50", "K2"), "value"] == 12
    assert table.loc[("residents_within_60_minutes", "K2"), "value"] == 0.75
    assert table.loc[("service_within_60_minutes", "IMG"), "value"] == 0.75


def test_a_place_nobody_can_locate_travels_from_its_institution(tmp_path: Path) -> None:
    """Without coordinates nothing is known of the way, so the institution's minutes are taken, and the note says so."""
    table = _table(tmp_path, _communities(C1, C2))
    row = table.loc[("residents_without_trip", "")]
    assert row["value"] == 0 and "25.0% travel as their institution does" in row["note"]
    assert table.loc[("clinic_minutes_max", "K1"), "value"] == 30


def test_a_table_without_communities_speaks_of_institutions(tmp_path: Path) -> None:
    """Where no community has a trip of its own, each travels as its institution does, and the note says so."""

    def edit(folder: PlanFolder) -> None:
        _communities(C1, {**C2, "lon": 119.4, "lat": 32.7})(folder)
        folder.region["travel"] = folder.region["travel"][lambda table: table["origin"] != "C1"]

    table = _table(tmp_path, edit)
    assert table.loc[("clinic_minutes_max", "K1"), "value"] == 30
    assert "100.0% travel as their institution does" in table.loc[("residents_without_trip", ""), "note"]


def test_elderly_where_their_number_is_given(tmp_path: Path) -> None:
    """30 of 100 elderly live 12 minutes from S1, 70 at S3, 30 minutes from K1 and beside K2."""
    table = _table(tmp_path, _communities(C1, C2))
    value = table.loc[("elderly_within_15_minutes", ""), "value"]
    assert value == pytest.approx((320 * 0.3 + 340 * 1.0) / 660)
    assert "elderly_within_15_minutes" not in _table(tmp_path / "none").index.get_level_values(0)


def test_patients_by_bus_beside_vehicles(tmp_path: Path) -> None:
    """Where patients have minutes of their own these count, the note names the bus, and cars are shown beside."""

    def edit(folder: PlanFolder) -> None:
        folder.settings["travel"] = {"patient_mode": "bus"}
        for site in ("H1", "H2", "S1", "S2"):
            folder.add("travel", origin="S3", destination=site, minutes=90, km=9, profile="patient", method="roads")

    table = _table(tmp_path, edit)
    assert table.loc[("clinic_minutes_max", "K1"), "value"] == 90
    within = table.loc[("residents_within_30_minutes", "")]
    assert within["value"] == pytest.approx((320 * 0.8 + 340) / 660) and within["note"].endswith("patients by bus")
    assert table.loc[("residents_within_30_minutes_by_car", ""), "value"] == 1
    assert ("residents_within_30_minutes_by_car", "") not in _table(tmp_path / "plain").index


def test_every_new_row_has_words(tmp_path: Path) -> None:
    """Names in both languages, and no part of a note is left in English for Chinese readers."""
    for _, row in _table(tmp_path, _communities(C1, C2)).reset_index().iterrows():
        name = row["indicator"]
        if any(word in name for word in ("within", "reach", "minutes", "theil", "gini", "without_trip")):
            assert name in indicator_words.INDICATORS, name
            parts = indicator_words.note(str(row["note"]), "zh").split("；")
            assert not [part for part in parts if part.isascii() and part], (name, row["note"])


def test_rows_are_unique(tmp_path: Path) -> None:
    """Each indicator and scope once, so that plan and today stand side by side."""
    assert _table(tmp_path).index.is_unique
