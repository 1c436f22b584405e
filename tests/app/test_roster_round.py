"""From tables to dates and through the audit: whatever the tables say, the roster that is found keeps every rule."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.dated_folder import day, row
from support.plan_folder import PlanFolder, clean_plan

from models.roster import RosterOutcome, RosterSettings, solve_roster
from models.roster_instance import RosterInstance
from planner.audit import audit_saved
from planner.audit.read import read_saved
from planner.build import build_instance
from planner.build.roster import build_roster
from planner.calendar import work_calendar
from planner.config import read_config
from planner.edited_audit import DATED
from planner.inputs import read_inputs
from planner.opening import travel_of
from planner.roster_run import roster_table, unheld_table

PLACES = [("D1", "S1", "K1"), ("D2", "S2", "K1"), ("D4", "S1", "K2"), ("D5", "S3", "K2")]
PEOPLE = ["D1", "D2", "D4", "D5", "D8"]
DAYS = [day(week, weekday) for week in range(13) for weekday in range(1, 6)]


def _dated(folder: PlanFolder, path: Path, seconds: float = 4.0) -> tuple[Path, RosterInstance, RosterOutcome]:
    """The plan with its clinics dated, as a run would save it."""
    plan = folder.save(path)
    inputs, config = read_inputs(plan / "region"), read_config(folder.settings)
    calendar = work_calendar(config.calendar)
    instance = build_instance(inputs.region, config, travel_of(inputs, config)).instance
    tables = {name: table.copy() for name, table in folder.plan.items()}
    for name, column in (("sessions", "sessions"), ("teleconsultations", "half_days"), ("visits", "sessions")):
        tables[name][column] = tables[name][column].astype(float)
    built = build_roster(inputs.region, config, calendar, instance, tables).instance
    found = solve_roster(built, RosterSettings(seconds=seconds))
    roster_table(built, found).to_csv(plan / "roster.csv", index=False)
    unheld_table(found).to_csv(plan / "unheld.csv", index=False)
    return plan, built, found


def _broken(plan: Path) -> dict[str, str]:
    audit = audit_saved(read_saved(plan), DATED)
    broken = audit[audit["holds"] == "no"]
    return dict(zip(broken["rule"], broken["subject"], strict=True))


def _varied(seed: int) -> PlanFolder:
    """Duties, rests, absences, closures, wishes, history, locks, rooms and settings by lot."""
    lot, folder = random.Random(seed), clean_plan()

    def span(most: int) -> dict[str, str]:
        at = lot.randrange(len(DAYS) - 8)
        return {"start": DAYS[at], "end": DAYS[at + lot.randint(0, most)], "slot": lot.choice(["", "am", "pm"])}

    for _ in range(lot.randint(0, 6)):
        slot, weeks = lot.choice(["am", "pm", "day", "night"]), lot.choice(["all", "odd", "even"])
        row(folder, "duties", doctor=lot.choice(PEOPLE), weekday=lot.randint(1, 7), slot=slot, weeks=weeks)
    for _ in range(lot.randint(0, 4)):
        row(folder, "absences", doctor=lot.choice(PEOPLE), **span(7))
        row(folder, "closures", institution=lot.choice(["S1", "S2", "S3", "H1", "H3"]), **span(3))
    for _, site, specialty in PLACES:
        if lot.random() < 0.4:
            wish: dict[str, Any] = {
                "weekday": lot.choice(["", lot.randint(1, 5)]),
                "slot": lot.choice(["", "am", "pm"]),
            }
            wish |= {"week_of_month": lot.choice(["", "", lot.randint(1, 4)])}
            wish |= {"min_gap_days": lot.choice(["", 5, 12, 19, 26])}
            folder.put("needs", {"institution": site, "specialty": specialty}, **wish)
    for _ in range(lot.randint(0, 6)):
        doctor, site, specialty = lot.choice(PLACES)
        when: dict[str, Any] = {"weekday": lot.randint(1, 6), "weeks": lot.choice(["all", "odd", "even"])}
        if lot.random() < 0.5:
            when = {"date": day(lot.randint(-9, 12), lot.randint(1, 7))}
        half = {"slot": lot.choice(["am", "pm", "day"])}
        row(folder, "roster", doctor=doctor, institution=site, specialty=specialty, **half, **when)
    for _ in range(lot.randint(0, 3)):
        doctor, site, specialty = lot.choice(PLACES)
        when = lot.choice([{"date": lot.choice(DAYS)}, {"weekday": lot.randint(1, 5)}, {"start": day(14, 1)}])
        row(folder, "locks", kind="session", doctor=doctor, institution=site, specialty=specialty, must="no", **when)
    folder.put("institutions", {"id": "S1"}, rooms=lot.choice([1, 2]))
    folder.settings["roster"] = {
        "week_limit": lot.choice([1, 2, 3]),
        "present_share": lot.choice([0.8, 0.9]),
        "two_sites_minutes": lot.choice([0, 20, 40]),
    }
    folder.settings["sessions"] = {"half_day_minutes": lot.choice([25, 45, 60, 70])}
    if lot.random() < 0.4:
        more = [("D1", "S2", "K1", "Q1", "4", "no", "60"), ("D8", "S1", "K1", "Q1", "5", "no", "30")]
        sessions = folder.plan["sessions"]
        folder.plan["sessions"] = pd.concat([sessions, pd.DataFrame(more, columns=sessions.columns)], ignore_index=True)
    if lot.random() < 0.3:
        folder.settings["calendar"] |= {"start": "2026-04-06", "holidays": "cn"}
    # The lock of the clean plan asks for a clinic, which these tables may leave no half-day for.
    folder.region["locks"] = folder.region["locks"][folder.region["locks"]["must"] == "no"]
    return folder


@pytest.mark.slow
def test_tiny_roster_holds(tmp_path: Path) -> None:
    """The tiny plan is dated whole, and the audit agrees."""
    plan, _, found = _dated(clean_plan(), tmp_path / "plan", 60.0)
    assert len(found.visits) == 35 and found.unheld == ()
    assert _broken(plan) == {}


@pytest.mark.parametrize("seed", range(4))
def test_varied_rosters_hold(seed: int, tmp_path: Path) -> None:
    """Builder, model and audit read the same tables alike, wherever the clock stops the search."""
    plan, _, _ = _dated(_varied(seed), tmp_path / "plan")
    assert not {rule for rule in _broken(plan) if rule != "whole_day"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 60))
def test_more_varied_rosters_hold(seed: int, tmp_path: Path) -> None:
    """The same on many more."""
    test_varied_rosters_hold(seed, tmp_path)


def test_locks_of_another_year_say_nothing(tmp_path: Path) -> None:
    """A lock on dates beyond the horizon neither forbids a clinic nor asks for one."""
    folder = clean_plan()
    for must in ("no", "yes"):
        for when in ({"date": "2027-06-01"}, {"start": "2027-06-01"}):
            folder.add("locks", kind="session", doctor="D1", institution="S1", specialty="K1", must=must, **when)
    plan, built, _ = _dated(folder, tmp_path / "plan")
    assert [lock.label for lock in built.locks] == ["locks row 2"]
    assert _broken(plan) == {}


def test_a_whole_day_today_is_one_clinic(tmp_path: Path) -> None:
    """Thirteen whole days of today's roster are thirteen clinics to be kept, in the half-day that is possible."""
    folder = clean_plan()
    row(folder, "roster", doctor="D2", institution="S2", specialty="K1", weekday=3, weeks="all", slot="day")
    folder.put("needs", {"institution": "S2", "specialty": "K1"}, slot="pm")
    _, built, _ = _dated(folder, tmp_path / "plan", 1.0)
    assert sorted(visit[3] for visit in built.today) == [14 * week + 5 for week in range(13)]


@pytest.mark.slow
def test_edits_come_back_as_locks(tmp_path: Path) -> None:
    """What the office moved stays where it was put when the plan is made again."""
    from planner.edited import Edit, Edited, kept_locks
    from planner.edited_names import Clinic

    plan, built, found = _dated(clean_plan(), tmp_path / "plan", 60.0)
    doctor, site, specialty, half = next(visit for visit in found.visits if visit[0] == "D1")
    was = Clinic(built.date(half), built.slot(half), doctor, site, specialty)
    now = Clinic(built.date(half + 2), "pm", doctor, site, specialty)
    edited = Edited((now,), (Edit("moved", was, now),), ())
    folder = clean_plan()
    for line in kept_locks(edited).to_dict("records"):
        folder.add("locks", **{str(key): value for key, value in line.items()})
    plan, built, found = _dated(folder, tmp_path / "again", 60.0)
    clinics = {(built.date(v[3]), built.slot(v[3]), *v[:3]) for v in found.visits}
    assert (now.on, now.slot, "D1", "S1", "K1") in clinics and (was.on, was.slot, "D1", "S1", "K1") not in clinics
    assert _broken(plan) == {}
