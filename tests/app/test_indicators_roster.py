"""Indicators of the dated roster on a plan that can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support.dated_folder import dated_plan, move, row

from planner.indicators import indicators


def measured(folder: Path) -> pd.DataFrame:
    table = indicators(folder)
    table = table[table["indicator"].str.startswith("roster_")]
    return table.set_index("indicator")[["value", "current"]]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The clean dated plan: 13 + 6 + 3 + 13 clinics, all in the morning, each on its weekday, each by one doctor."""
    return measured(dated_plan().save(tmp_path_factory.mktemp("plan")))


def test_counts_and_regularity(clean: pd.DataFrame) -> None:
    """35 clinics in 35 trips, all mornings, all on the fixed weekday and by the usual doctor, none in conflict."""
    value = clean["value"]
    assert value["roster_clinics"] == 35 and value["roster_trips"] == 35 and value["roster_conflicts"] == 0
    assert value["roster_mornings"] == value["roster_fixed_weekday"] == value["roster_main_doctor"] == 1.0


def test_gaps_are_runs_of_open_weeks(clean: pd.DataFrame) -> None:
    """D4 comes every fourth week, three times: after the last one four open weeks are left without a clinic."""
    assert clean["value"]["roster_gap_max"] == 4


def test_far_trips_are_those_of_one_doctor(clean: pd.DataFrame) -> None:
    """Only D2 goes far, six times: the spread over four doctors is that of 6, 0, 0, 0."""
    assert clean["value"]["roster_far_most"] == 6
    assert clean["value"]["roster_far_spread"] == pytest.approx(pd.Series([6, 0, 0, 0]).std(ddof=0))


def test_a_clinic_on_a_duty_is_a_conflict(tmp_path: Path) -> None:
    """A duty put on D1's Tuesday mornings makes all of his thirteen clinics conflicts."""
    folder = dated_plan(lambda f: row(f, "duties", doctor="D1", weekday="2", slot="am", weeks="all"))
    assert measured(folder.save(tmp_path))["value"]["roster_conflicts"] == 13


def test_a_moved_clinic_is_off_its_weekday(tmp_path: Path) -> None:
    """One of 35 clinics on another weekday leaves 34 on theirs."""
    folder = dated_plan(move("D5", "2026-06-08", date="2026-06-12"))
    found = measured(folder.save(tmp_path))["value"]
    assert found["roster_fixed_weekday"] == pytest.approx(34 / 35) and found["roster_fridays_most"] == 1
