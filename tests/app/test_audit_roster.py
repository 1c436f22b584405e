"""The audit of dated rosters: one planted violation for every rule, and what is no violation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.dated_folder import dated_plan, day, move, row
from support.plan_folder import PlanFolder
from support.planting import Plant, all_of, failing, region_put, setting

from models.rules import RULES
from planner.audit import audit_plan


def _two_with_one_machine(folder: PlanFolder) -> None:
    folder.put("specialties", {"id": "K2"}, equipment="ecg")
    folder.put("institutions", {"id": "S1"}, rooms="2")
    folder.add("equipment", institution="S3", item="ecg", count=1)
    move("D4", day(0, 4), date=day(0, 2))(folder)


def _two_near_sites(folder: PlanFolder) -> None:
    """With 60 minutes as half a day D1 is at S1 in the morning and at S2, half an hour on, in the afternoon."""
    folder.settings["sessions"] = {"half_day_minutes": 60}
    move("D2", day(0, 3), doctor="D1", date=day(0, 2), slot="pm")(folder)


def lock(**values: Any) -> Plant:
    cells = {"kind": "session", "must": "yes", "doctor": "D1", "institution": "S1", "specialty": "K1"} | values
    return lambda folder: folder.add("locks", **cells)


#: Rule -> what is planted in the dated plan, and what the broken line must name.
PLANTINGS: dict[str, tuple[Plant, str]] = {
    "roster_count": (lambda f: f.plan_drop("roster", doctor="D1", date=day(1, 2)), "S1 K1 Q1: 12 dated"),
    "doctor_free": (lambda f: row(f, "duties", doctor="D1", date=day(1, 2), slot="am"), f"D1 S1 K1 {day(1, 2)} am"),
    "site_open": (lambda f: f.put("needs", {"institution": "S1", "specialty": "K2"}, weekday="5"), "D4 S1 K2"),
    "one_place": (
        all_of(setting("roster", week_limit=4), move("D2", day(0, 3), doctor="D1", date=day(0, 2))),
        f"D1 {day(0, 2)} am: 2 at once: S1, S2",
    ),
    "two_sites": (_two_near_sites, f"D1 {day(0, 2)} S1 S2: 30 > 20"),
    "week_limit": (move("D2", day(0, 3), doctor="D1"), f"D1 {day(0, 1)}: 3 > 2"),
    "roster_time": (
        all_of(setting("roster", week_limit=4), lambda f: f.plan_put("roster", {"doctor": "D2"}, doctor="D1")),
        "D1 Q1: 25 > 21",
    ),
    "room_half_day": (move("D4", day(0, 4), date=day(0, 2)), f"S1 {day(0, 2)} am: 2 > 1"),
    "equipment_half_day": (_two_with_one_machine, f"S1 ecg {day(0, 2)} am: 2 > 1"),
    "home_cover_half_day": (setting("roster", present_share=1), "H1 cardio"),
    "least_gap": (move("D4", day(4, 4), date=day(1, 4)), f"S1 K2 {day(0, 1)}: 2 > 1 clinics within 2 weeks"),
    "change_limit": (
        all_of(
            setting("roster", change_limit=0),
            lambda f: row(f, "roster", doctor="D1", institution="S1", specialty="K1", date=day(0, 3), slot="am"),
        ),
        "1 > 0",
    ),
}

#: Rules of the allocation that a roster can break as well.
BESIDE: dict[str, tuple[str, Plant, str]] = {
    "a far trip on half a day": (
        "whole_day",
        lambda f: row(f, "duties", doctor="D2", date=day(0, 3), slot="pm"),
        f"D2 S2 K1 {day(0, 3)} am",
    ),
    "title of a backup": ("title_floor", region_put("doctors", "id", "D8", title=1), "D8 S1 K1 as backup"),
    "scope of a stand-in": ("scope", move("D4", day(0, 4), doctor="D8"), "D8 S1 K2 in the roster"),
    "nobody of that name": ("scope max_minutes roster_time", move("D4", day(0, 4), doctor="D99"), "D99 S1 K2"),
    "group of a stand-in": ("own_group", move("D4", day(0, 4), doctor="D5"), "D5 S1 K2"),
    "trip of a backup": ("max_minutes", region_put("doctors", "id", "D8", max_minutes=20), "D8 S1 K1 as backup"),
    "lock of a date": ("lock", lock(date=day(2, 3)), "locks row 4"),
    "lock of a half-day": ("lock", lock(date=day(2, 2), slot="pm"), "locks row 4"),
    "lock of a weekday": ("lock", lock(weekday=3), "locks row 4"),
    "lock of a weekday, once off it": ("lock", all_of(lock(weekday=2), move("D1", day(5, 2), date=day(5, 3))), "row 4"),
    "a date that is forbidden": ("lock", lock(date=day(2, 2), must="no"), "locks row 4"),
    "a weekday that is forbidden": ("lock", lock(institution="", weekday=2, must="no"), "locks row 4"),
    "no more from a date on": ("lock", lock(start=day(12, 1), must="no"), "locks row 4"),
    "site closed": (
        "site_open",
        lambda f: row(f, "closures", institution="S3", start=day(1, 1), end=day(1, 1), slot="am"),
        f"D5 S3 K2 {day(1, 1)} am: the site is closed",
    ),
    "half-day asked for": (
        "site_open",
        lambda f: f.put("needs", {"institution": "S3", "specialty": "K2"}, slot="pm"),
        "D5 S3 K2",
    ),
    "week of the month asked for": (
        "site_open",
        lambda f: f.put("needs", {"institution": "S1", "specialty": "K2"}, weekday="4", week_of_month="1"),
        f"D4 S1 K2 {day(8, 4)} am",
    ),
    "absent": (
        "doctor_free",
        lambda f: row(f, "absences", doctor="D5", start=day(1, 1), end=day(1, 1), slot="am"),
        f"D5 S3 K2 {day(1, 1)} am",
    ),
    "rest after a night": (
        "doctor_free",
        lambda f: row(f, "duties", doctor="D1", date=day(1, 1), slot="night"),
        f"D1 S1 K1 {day(1, 2)} am",
    ),
    "home closed": (
        "doctor_free",
        lambda f: row(f, "closures", institution="H3", start=day(1, 1), end=day(1, 1), slot=""),
        f"D5 S3 K2 {day(1, 1)} am: the home institution is closed",
    ),
    "posted": ("doctor_free roster_time", move("D4", day(0, 4), doctor="D6"), f"D6 S1 K2 {day(0, 4)} am"),
    "two on one day": (
        "least_gap",
        all_of(
            setting("roster", week_limit=4),
            move("D1", day(1, 2), doctor="D8", date=day(0, 2), slot="pm"),
        ),
        f"S1 K1 {day(0, 2)}: 2 on one day",
    ),
    "days asked for": (
        "least_gap",
        all_of(
            lambda f: f.put("needs", {"institution": "S2", "specialty": "K1"}, min_gap_days=12),
            move("D2", day(2, 3), date=day(1, 3)),
        ),
        f"S2 K1 {day(0, 1)}: 2 > 1 clinics within 2 weeks",
    ),
    "weekday written": ("roster_count", lambda f: f.plan_put("roster", {"date": day(0, 3)}, weekday=4), "weekday"),
    "outside the horizon": ("roster_count", move("D1", day(0, 2), date=day(13, 2)), "no half-day of the horizon"),
    "no date at all": ("roster_count", lambda f: f.plan_put("roster", {"date": day(0, 3)}, date="soon"), "no date"),
    "not allocated": (
        "roster_count",
        lambda f: f.plan_add(
            "roster", date=day(1, 5), weekday=5, slot="am", doctor="D8", institution="S2", specialty="K1", backup=""
        ),
        "S2 K1 Q1: 7 dated",
    ),
    "unheld without a reason": (
        "roster_count",
        lambda f: (
            f.plan_drop("roster", doctor="D1", date=day(1, 2)),
            f.plan.update(unheld=_unheld(rule="search", reason_zh="", reason_en="")),
        ),
        "without a rule and a reason",
    ),
}  # fmt: skip


def _unheld(**values: str) -> Any:
    import pandas as pd

    line = {"institution": "S1", "specialty": "K1", "quarter": "Q1", "sessions": "1"} | values
    return pd.DataFrame([line], dtype=object)


#: Rules that look at dates; the others are the same with and without a roster.
DATED = (*PLANTINGS, "whole_day", "title_floor", "scope", "own_group", "max_minutes", "lock")


def _shown(folder: PlanFolder, path: Path) -> dict[str, str]:
    return failing(folder, path, *DATED)


def test_dated_plan_holds(tmp_path: Path) -> None:
    """The plan in which violations are planted breaks no rule, and every dated clinic was looked at."""
    assert failing(dated_plan(), tmp_path) == {}
    audit = audit_plan(tmp_path / "plan").set_index("rule")
    assert audit.loc["doctor_free", "detail"] == "35 checked"


def test_every_rule_of_the_roster_has_a_planting() -> None:
    """A rule without a planted violation may not be added to the block."""
    assert sorted(PLANTINGS) == sorted(rule.id for rule in RULES.values() if rule.block == "roster")


@pytest.mark.parametrize("rule", PLANTINGS)
def test_planted_violation_breaks_exactly_its_rule(rule: str, tmp_path: Path) -> None:
    """The planted rule fails and names its subject; no other rule does."""
    plant, told = PLANTINGS[rule]
    broken = failing(dated_plan(plant), tmp_path)
    assert list(broken) == [rule], broken
    assert told in broken[rule], broken


@pytest.mark.parametrize("name", BESIDE)
def test_further_violations(name: str, tmp_path: Path) -> None:
    """Other ways of breaking a rule with dates, each seen by that rule alone (or those that follow from it)."""
    rules, plant, told = BESIDE[name]
    broken = _shown(dated_plan(plant), tmp_path)
    assert set(broken) == set(rules.split()), broken
    assert told in broken[rules.split()[0]], broken


@pytest.mark.parametrize("rule", [rule for rule in PLANTINGS if RULES[rule].kind != "structure"])
def test_a_roster_rule_that_is_off_does_not_fail(rule: str, tmp_path: Path) -> None:
    """With the rule off its violation is told and the audit holds."""
    folder = dated_plan(PLANTINGS[rule][0])
    folder.settings["rules"] = {rule: "off"}
    assert _shown(folder, tmp_path) == {}
    audit = audit_plan(tmp_path / "plan")
    assert audit.loc[audit["rule"] == rule, "detail"].str.contains("rule is off").all()


#: What breaks nothing.
HARMLESS: dict[str, Plant] = {
    "unheld and told": lambda f: (
        f.plan_drop("roster", doctor="D1", date=day(1, 2)),
        f.plan.update(unheld=_unheld(rule="search", reason_zh="没有位置", reason_en="no place")),
    ),
    "taken over": move("D1", day(1, 2), doctor="D8"),
    "a far trip in the afternoon": move("D2", day(0, 3), slot="pm"),
    "lock of what is dated": all_of(
        lock(date=day(2, 2), slot="am"), lock(weekday=2), lock(weekday=3, must="no"), lock(start=day(5, 1))
    ),
    "lock of another year": all_of(lock(date="2027-06-01"), lock(date="2027-06-01", must="no")),
    "a wish that is not kept": lock(date=day(2, 3), weight=2),
    "today kept": all_of(
        setting("roster", change_limit=0),
        lambda f: row(f, "roster", doctor="D1", institution="S1", specialty="K1", date=day(0, 2), slot="am"),
    ),
    "a whole day today is one clinic": all_of(
        setting("roster", change_limit=0),
        lambda f: row(f, "roster", doctor="D1", institution="S1", specialty="K1", date=day(0, 2), slot="day"),
    ),
    "today not possible any more": all_of(
        setting("roster", change_limit=0),
        lambda f: row(f, "roster", doctor="D1", institution="S1", specialty="K1", date=day(0, 3), slot="am"),
        lambda f: row(f, "absences", doctor="D1", start=day(0, 3), end=day(0, 3), slot=""),
    ),
    "own weekday closed": all_of(
        lambda f: f.put("needs", {"institution": "S1", "specialty": "K1"}, weekday="2"),
        lambda f: row(f, "closures", institution="S1", start=day(2, 2), end=day(2, 2), slot=""),
        move("D1", day(2, 2), date=day(2, 5)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_changes_break_nothing(name: str, tmp_path: Path) -> None:
    """The checks do not cry at what is allowed."""
    assert _shown(dated_plan(HARMLESS[name]), tmp_path) == {}


def test_history_counts_across_the_edge(tmp_path: Path) -> None:
    """A monthly clinic in the last week before the start leaves no room for one in the first week."""
    folder = dated_plan(
        lambda f: row(f, "roster", doctor="D4", institution="S1", specialty="K2", date=day(-1, 4), slot="am")
    )
    broken = failing(folder, tmp_path, "least_gap")
    assert f"S1 K2 {day(-1, 1)}: 2 > 1 clinics within 2 weeks" in broken["least_gap"]
    earlier = dated_plan(
        lambda f: row(f, "roster", doctor="D4", institution="S1", specialty="K2", date=day(-2, 4), slot="am")
    )
    assert failing(earlier, tmp_path / "earlier", "least_gap") == {}


def test_weekly_rows_are_carried_back(tmp_path: Path) -> None:
    """Today's weekly clinic was held in the week before the start: a gap of 15 days spans the edge."""

    def plant(folder: PlanFolder) -> None:
        folder.put("needs", {"institution": "S2", "specialty": "K1"}, min_gap_days="12")
        row(folder, "roster", doctor="D2", institution="S2", specialty="K1", weekday=3, weeks="all", slot="am")

    broken = failing(dated_plan(plant), tmp_path, "least_gap")
    assert broken["least_gap"].startswith(f"S2 K1 {day(-1, 1)}: 2 > 1")


def test_roster_that_is_gone_is_missed(tmp_path: Path) -> None:
    """Where the aims tell of a roster and there is none, every clinic is missing; a plan without one lacks nothing."""
    folder = dated_plan()
    del folder.plan["roster"]
    assert _shown(folder, tmp_path) == {}
    info = tmp_path / "plan" / "plan.json"
    info.write_text(info.read_text().replace('"status"', '"aims": [{"name": "roster_unheld"}], "status"'))
    audit = audit_plan(tmp_path / "plan")
    assert set(audit.loc[audit["holds"] == "no", "rule"]) == {"roster_count", "lock"}


def test_roster_needs_a_start(tmp_path: Path) -> None:
    """Dates without a start of the horizon are no half-days of it."""
    folder = dated_plan()
    folder.settings["calendar"] = {k: v for k, v in folder.settings["calendar"].items() if k != "start"}
    assert "no half-day of the horizon" in failing(folder, tmp_path, "roster_count")["roster_count"]
