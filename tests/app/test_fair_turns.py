"""Far trips in turns on the tables of a plan: sessions change hands, sums and rules stay."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from support.dated_folder import row
from support.plan_folder import PlanFolder, clean_plan

from planner.audit import audit_saved
from planner.audit.read import read_saved
from planner.build import build_instance
from planner.build.roster import build_roster
from planner.calendar import work_calendar
from planner.config import read_config
from planner.fair_turns import Tables, in_turns
from planner.inputs import read_inputs
from planner.opening import travel_of

KEYS = ["institution", "specialty", "quarter"]
#: Rules about who is allocated where.
RULES = ("doctor_time", "whole_day", "continuity", "home_cover", "title_floor", "scope", "own_group", "max_minutes")


def planned(*accounts: tuple[str, int]) -> PlanFolder:
    """The clean plan without locks, with far trips on these accounts."""
    folder = clean_plan()
    folder.region["locks"] = folder.region["locks"].iloc[:0]
    for doctor, far in accounts:
        row(folder, "history", doctor=doctor, period="2026Q1", sessions=far, far=far, fridays=0, holiday_adjacent=0)
    return folder


def turned(folder: PlanFolder, path: Path) -> tuple[Tables, Tables | None]:
    """The plan's tables, and those with clinics handed over."""
    plan = folder.save(path)
    inputs, config = read_inputs(plan / "region"), read_config(folder.settings)
    instance = build_instance(inputs.region, config, travel_of(inputs, config)).instance
    tables = {name: table.copy() for name, table in folder.plan.items()}
    for name, column in (("sessions", "sessions"), ("teleconsultations", "half_days"), ("visits", "sessions")):
        tables[name][column] = tables[name][column].astype(float)
    roster = build_roster(inputs.region, config, work_calendar(config.calendar), instance, tables).instance
    return tables, in_turns(instance, roster, tables)


def test_the_far_site_changes_hands(tmp_path: Path) -> None:
    """D2 went far six times last quarter: D1, of the same department, takes S2; every rule still holds."""
    folder = planned(("D2", 6))
    before, after = turned(folder, tmp_path / "plan")
    assert after is not None
    moved = before["sessions"].merge(after["sessions"], on=KEYS, suffixes=("", "_now"))
    moved = moved[moved["doctor"] != moved["doctor_now"]]
    assert "S2" in set(moved["institution"]) and "D2" not in set(moved.loc[moved["institution"] == "S2", "doctor_now"])
    sums = [table["sessions"].groupby(KEYS)["sessions"].sum() for table in (before, after)]
    pd.testing.assert_series_equal(*sums)
    folder.plan["sessions"] = after["sessions"].astype(str)
    audit = audit_saved(read_saved(folder.save(tmp_path / "after")), RULES)
    assert set(audit["holds"]) == {"yes"}


def test_even_accounts_change_nothing(tmp_path: Path) -> None:
    """Where the colleagues went far as often, everybody keeps his clinics."""
    assert turned(planned(("D1", 9), ("D8", 9)), tmp_path)[1] is None


def test_todays_clinics_stay(tmp_path: Path) -> None:
    """A clinic of today's roster is its doctor's, whatever the accounts say."""
    folder = planned(("D2", 6))
    row(folder, "roster", doctor="D2", institution="S2", specialty="K1", weekday=3, weeks="odd", slot="am")
    after = turned(folder, tmp_path)[1]
    table = folder.plan["sessions"] if after is None else after["sessions"]
    assert set(table.loc[table["institution"] == "S2", "doctor"]) == {"D2"}


def test_clinics_of_the_weeks_before_stay(tmp_path: Path) -> None:
    """Today's roster is also the dated one that ends where the plan starts: its clinics keep their doctor."""
    folder = planned(("D2", 6))
    start = date.fromisoformat(str(folder.settings["calendar"]["start"]))
    for weeks in range(2, 13, 2):
        day = start + timedelta(days=2, weeks=-weeks)
        row(folder, "roster", doctor="D2", institution="S2", specialty="K1", date=str(day), slot="am")
    after = turned(folder, tmp_path)[1]
    table = folder.plan["sessions"] if after is None else after["sessions"]
    assert set(table.loc[table["institution"] == "S2", "doctor"]) == {"D2"}
