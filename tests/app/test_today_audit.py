"""Today's roster is audited like the plan's, on the dates of the plan."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from support.dated_folder import dated_plan, day, row
from support.plan_folder import PlanFolder

from planner.audit.practice import audit_today
from planner.audit.read import read_saved
from planner.indicators import indicators
from planner.roster_today import write_today_audit


def broken(folder: PlanFolder, path: Path) -> dict[str, list[str]]:
    """Rule -> subjects that today's roster breaks."""
    lines = audit_today(read_saved(folder.save(path / "plan")))
    found = lines[lines["holds"] == "no"]
    return {str(rule): sorted(group) for rule, group in found.groupby("rule")["subject"]}


def today(folder: PlanFolder, doctor: str, site: str, specialty: str, slot: str = "am", **when: object) -> None:
    row(folder, "roster", doctor=doctor, institution=site, specialty=specialty, slot=slot, **when)


def test_a_sound_roster_breaks_nothing(tmp_path: Path) -> None:
    """One weekly clinic of a free doctor; the lines say how much was looked at."""
    folder = dated_plan(lambda f: today(f, "D1", "S1", "K1", weekday=2))
    assert broken(folder, tmp_path) == {}
    lines = audit_today(read_saved(tmp_path / "plan"))
    assert "least_gap" in set(lines["rule"]) and "roster_count" not in set(lines["rule"])


def test_two_places_a_duty_and_a_closure(tmp_path: Path) -> None:
    """A doctor at two sites at once, on duty at home, and at a closed site: each told with its dates."""

    def plant(folder: PlanFolder) -> None:
        today(folder, "D1", "S1", "K1", date=day(1, 2))
        today(folder, "D1", "S3", "K1", date=day(1, 2))
        today(folder, "D8", "S1", "K1", date=day(2, 3))
        today(folder, "D5", "S3", "K2", date=day(3, 1))
        row(folder, "duties", doctor="D8", date=day(2, 3), slot="day")
        row(folder, "closures", institution="S3", start=day(3, 1), end=day(3, 1), slot="")

    found = broken(dated_plan(plant), tmp_path)
    assert found["one_place"] == [f"D1 {day(1, 2)} am"]
    assert f"D8 S1 K1 {day(2, 3)} am" in found["doctor_free"]
    assert found["site_open"] == [f"D5 S3 K2 {day(3, 1)} am"]


def test_both_half_days_of_a_day_are_one_clinic(tmp_path: Path) -> None:
    """A whole day at a site is no second clinic of the day."""
    assert "least_gap" not in broken(dated_plan(lambda f: today(f, "D1", "S1", "K1", "day", weekday=2)), tmp_path)


def test_the_postings_of_the_plan_do_not_count(tmp_path: Path) -> None:
    """Whom the plan posts is free in today's roster; whom today's postings hold is not."""

    def plant(folder: PlanFolder) -> None:
        today(folder, "D1", "S1", "K1", date=day(1, 2))
        folder.plan_add("postings", doctor="D1", institution="S2", specialty="K1", start=day(0, 1), end="2027-01-01")

    assert "doctor_free" not in broken(dated_plan(plant), tmp_path)

    def running(folder: PlanFolder) -> None:
        plant(folder)
        row(
            folder,
            "current_postings",
            doctor="D1",
            institution="S2",
            specialty="K1",
            start="2026-01-01",
            end="2026-12-31",
        )

    assert broken(dated_plan(running), tmp_path / "running")["doctor_free"] == [f"D1 S1 K1 {day(1, 2)} am"]


def test_it_is_written_and_counted(tmp_path: Path) -> None:
    """`today_audit.csv` beside the plan, and an indicator: none in the plan, two today."""

    def plant(folder: PlanFolder) -> None:
        today(folder, "D1", "S1", "K1", date=day(1, 2))
        today(folder, "D1", "S3", "K1", date=day(1, 2))

    plan = dated_plan(plant).save(tmp_path / "plan")
    write_today_audit(plan)
    lines = pd.read_csv(plan / "today_audit.csv", dtype=str)
    count = int((lines["holds"] == "no").sum())
    table = indicators(plan).set_index("indicator")
    assert count > 0 and table.loc["roster_breaches", "value"] == 0
    assert table.loc["roster_breaches", "current"] == count


def test_no_roster_today_no_audit(tmp_path: Path) -> None:
    """Without a roster of today nothing is written."""
    plan = dated_plan().save(tmp_path / "plan")
    write_today_audit(plan)
    assert not (plan / "today_audit.csv").exists()
