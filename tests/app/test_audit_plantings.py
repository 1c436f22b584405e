"""One planted violation for every rule: exactly that rule must fail, and it names the subject."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.plan_folder import PlanFolder, clean_plan
from support.planting import Plant, all_of, drop, flow, region_put, setting, visits
from support.planting import failing as broken_rules

from models.rules import RULES
from planner.audit import CHECKS, audit_plan, audit_saved
from planner.audit.read import read_saved


def _two_sizes(folder: PlanFolder) -> None:
    folder.plan_add(
        "centres", service="IMG", institution="H1", level="small", wait_minutes=15, items_per_day=150,
        used="220.6408", opens="yes", cost_per_year="710320.4",
    )  # fmt: skip


def _two_sources(folder: PlanFolder) -> None:
    link = {"institution": "S1", "service": "SSD", "backup": "no"}
    folder.plan_put("service_links", link, share="0.5", items_per_day="10")
    folder.plan_add(
        "service_links", institution="S1", service="SSD", centre="H1", backup="no", share="0.5", items_per_day="10",
        minutes=30, promised_wait=600, turnaround_minutes=2310,
    )  # fmt: skip


def _two_postings(folder: PlanFolder) -> None:
    folder.plan_add(
        "postings", doctor="D6", institution="S1", specialty="K2", start="2026-06-01", end="2026-11-30", state="new"
    )
    folder.plan_drop("shortfalls", rule="post_floor")


def _shared_clinic(folder: PlanFolder) -> None:
    folder.plan_put("sessions", {"doctor": "D1"}, sessions=7)
    folder.plan_add(
        "sessions", doctor="D8", institution="S1", specialty="K1", quarter="Q1", sessions=6, main="no", minutes=30
    )


def _farther_for_patients(folder: PlanFolder) -> None:
    folder.add("travel", origin="S2", destination="H2", minutes=80, km=22, profile="patient", method="table")


#: Rule -> (what is planted, an id that the broken line must name).
#: Plans since reserves are sized say how long before the day they are released.
SIZED = setting("referrals", release_hours=24.0)
PLANTINGS: dict[str, tuple[Plant, str]] = {
    "served": (lambda f: f.add("volumes", institution="H2", service="SSD", items_per_day=10, local_share=0), "H2"),
    "single_source": (_two_sources, "S1"),
    "one_level": (_two_sizes, "IMG"),
    "turnaround": (region_put("services", "id", "IMG", turnaround_minutes=10), "IMG"),
    "promised_wait": (region_put("volumes", "service", "IMG", peak_share=0.9), "IMG"),
    "centre_capacity": (
        all_of(
            region_put("centres", "level", "large", items_per_day=200),
            lambda f: f.plan_put("centres", {"service": "IMG"}, items_per_day=200),
        ),
        "IMG",
    ),
    "window": (region_put("services", "id", "SSD", window_minutes=170), "S2"),
    "service_max_minutes": (region_put("services", "id", "SSD", max_minutes=50), "S2"),
    "membership": (region_put("memberships", "institution", "S3", group="B"), "S3"),
    "least_volume": (region_put("services", "id", "IMG", min_items_per_day=500), "IMG"),
    "max_centres": (region_put("services", "id", "SSD", max_centres=1), "SSD"),
    "max_services": (region_put("institutions", "id", "H1", max_services=1), "H1"),
    "forced_centre": (
        lambda f: f.add("centres", service="IMG", institution="H3", level="one", items_per_day=50, state="forced"),
        "H3",
    ),
    "forbidden_centre": (
        lambda f: f.put("centres", {"service": "SSD", "institution": "H2"}, state="forbidden"),
        "SSD",
    ),
    "backup": (drop("service_links", institution="S1", service="SSD", centre="H2"), "S1"),
    "wish": (region_put("doctors", "id", "D6", posting="no"), "D6"),
    "cohort": (lambda f: f.plan_put("postings", {"doctor": "D6"}, start="2026-06-08", end="2026-12-07"), "D6"),
    "one_posting": (_two_postings, "D6"),
    "posting_kept": (drop("postings", doctor="D7"), "D7"),
    "post_limit": (region_put("posts", "institution", "S2", doctors=1), "S2"),
    "post_floor": (drop("shortfalls", rule="post_floor"), "S1"),
    "post_share": (region_put("institutions", "id", "H1", staff=33), "H1"),
    "max_posts": (setting("postings", max_posts=1), "alliance"),
    "home_cover_posted": (region_put("departments", "department", "skin", headcount=3), "skin"),
    "subsidy_budget": (setting("postings", subsidy_budget=150_000), "subsidies"),
    "title_floor": (region_put("doctors", "id", "D4", title=1), "D4"),
    "scope": (region_put("doctors", "id", "D4", scope="K1"), "D4"),
    "own_group": (region_put("institutions", "id", "H3", group="C"), "D5"),
    "max_minutes": (region_put("doctors", "id", "D2", max_minutes=50), "D2"),
    "pattern": (lambda f: f.put("needs", {"institution": "S1", "specialty": "K1"}, pattern="monthly"), "S1"),
    "whole_day": (region_put("doctors", "id", "D2", sessions_per_week=0.8), "D2"),
    "frequency": (all_of(lambda f: f.plan_put("sessions", {"doctor": "D4"}, sessions=2), visits("S1", "K2")), "S1"),
    "doctor_time": (region_put("doctors", "id", "D1", sessions_per_week=0.5), "D1"),
    "room": (region_put("institutions", "id", "S1", open_slots=1), "S1"),
    "equipment": (region_put("equipment", "institution", "S1", count=0), "ecg"),
    "requires_service": (region_put("specialties", "id", "K2", requires="SSD"), "S3"),
    "continuity": (_shared_clinic, "S1"),
    "home_cover": (region_put("departments", "department", "cardio", headcount=2), "cardio"),
    "site_floor": (drop("shortfalls", rule="site_floor"), "S2"),
    "need_floor": (lambda f: f.plan_put("shortfalls", {"rule": "need_floor"}, amount=1), "S1"),
    "visit_balance": (visits("S1", "K1", unmet=5), "S1"),
    "capture": (region_put("specialties", "id", "K2", patients_per_session=5, first_session_patients=5), "S1"),
    "left_recoverable": (
        all_of(visits("S1", "K1", left=17.5, unmet=5), flow("S1", "outside", "K1", 17.5)),
        "S1",
    ),
    "referred_recoverable": (all_of(visits("S1", "K1", referred=19.5, unmet=5), flow("S1", "H1", "K1", 19.5)), "S1"),
    "reserve": (region_put("reserves", "institution", "H2", visits_per_month=1), "H2"),
    "nearest_upper": (_farther_for_patients, "H2"),
    "referral_max_minutes": (setting("referrals", max_minutes=40), "H2"),
    "tele_capacity": (lambda f: f.plan_put("teleconsultations", {"doctor": "D1"}, half_days=1), "K1"),
    "home_capability": (
        lambda f: f.put("capabilities", {"institution": "H1", "specialty": "K1"}, visits_per_month=10),
        "H1",
    ),
    "reserve_size": (all_of(SIZED, lambda f: f.plan_put("reserves", {"institution": "H3"}, beds=2)), "H3"),
    "designated_upper": (
        all_of(SIZED, lambda f: f.plan_put("designations", {"institution": "S2"}, upper="H1", second="H2")),
        "S2",
    ),
    "down_place": (all_of(SIZED, drop("down_places", institution="S1")), "S1"),
    "down_beds": (
        all_of(visits("S1", "K1", returned=20), flow("H1", "S1", "K1", 20)),
        "S1",
    ),
    "budget": (setting("budget", yuan_per_year=900_000), "budget"),
    "lock": (region_put("locks", "kind", "session", must="no"), "locks row 2"),
}


def test_clean_plan_holds(tmp_path: Path) -> None:
    """The plan in which violations are planted breaks no rule, and the audit has a line for each."""
    folder = clean_plan()
    assert broken_rules(folder, tmp_path) == {}
    audit = audit_plan(tmp_path / "plan")
    assert list(audit["rule"]) == list(RULES)


def test_sizes_and_designations_of_the_clean_plan_hold(tmp_path: Path) -> None:
    """With release hours in its settings, the plan's reserves, designations and places are those of the audit."""
    folder = clean_plan()
    SIZED(folder)
    assert broken_rules(folder, tmp_path) == {}


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (lambda f: f.plan_put("reserves", {"institution": "H1", "specialty": "K1"}, beds=2), "H1: reserved beds is 3"),
        (region_put("specialties", "id", "K2", name="超声诊断"), "H1 K2: nobody is admitted"),
        (lambda f: f.put("specialties", {"id": "K2"}, admission_share=0.9), "H3: reserved beds is 1"),
        (lambda f: f.put("specialties", {"id": "K2"}, admission_share=0.07, stay_days=90), "H1: reserved beds is 2"),
        (lambda f: f.put("referrals", {"destination": "H1"}, slips_per_month=1), "H1 K1: booked is 15.4"),
        (setting("referrals", release_hours=24.0, booked_share=0.2), "H3 K2: booked is 5.6"),
    ],
)
def test_sizes_of_reserves_are_those_of_the_tables(tmp_path: Path, plant: Plant, told: str) -> None:
    """Beds are one pool of a hospital, none for diagnostics; admissions, stays and slips are the region's."""
    folder = clean_plan()
    SIZED(folder)
    plant(folder)
    assert told in broken_rules(folder, tmp_path, "reserve_size")["reserve_size"]


def test_every_rule_has_a_check() -> None:
    """The registry knows every rule of the catalogue and no other."""
    assert list(CHECKS) == list(RULES)


def test_every_rule_has_a_planting() -> None:
    """A rule without a planted violation may not be added to the catalogue (dates: `test_audit_roster`)."""
    assert sorted(PLANTINGS) == sorted(rule.id for rule in RULES.values() if rule.block not in ("roster", "grouping"))


@pytest.mark.parametrize("rule", PLANTINGS)
def test_planted_violation_breaks_exactly_its_rule(rule: str, tmp_path: Path) -> None:
    """The planted rule fails and names its subject; no other rule does."""
    plant, subject = PLANTINGS[rule]
    folder = clean_plan()
    plant(folder)
    failing = broken_rules(folder, tmp_path)
    assert list(failing) == [rule], failing
    assert subject in failing[rule]


@pytest.mark.parametrize("rule", ["room", "post_floor", "served", "wish"])
def test_rule_that_is_off_is_reported_but_does_not_fail(rule: str, tmp_path: Path) -> None:
    """With the rule off its planted violation is told and the audit holds."""
    folder = clean_plan()
    PLANTINGS[rule][0](folder)
    folder.settings["rules"] = {rule: "off"}
    audit = audit_saved(read_saved(folder.save(tmp_path / "plan")), [rule])
    assert set(audit["holds"]) == {"yes"}
    assert audit["detail"].str.contains("rule is off").all()


def test_soft_rule_is_told_with_its_amount(tmp_path: Path) -> None:
    """A hard rule made soft with a weight is reported, and does not fail."""
    folder = clean_plan()
    PLANTINGS["room"][0](folder)
    folder.settings["rules"] = {"room": {"soft": 2.0}}
    assert broken_rules(folder, tmp_path) == {}
    audit = audit_plan(tmp_path / "plan").set_index("rule")
    assert audit.loc["room", "detail"] == "16 > 13 half-days with a room (rule is soft)"


def test_floor_made_hard_allows_no_shortfall(tmp_path: Path) -> None:
    """A promise that is a hard rule fails even where its shortfall is listed."""
    folder = clean_plan()
    folder.settings["rules"] = {"site_floor": "hard"}
    assert list(broken_rules(folder, tmp_path)) == ["site_floor"]


def test_shortfall_that_is_none_fails(tmp_path: Path) -> None:
    """What is listed as lacking must lack, also under another separator and order of ids."""
    folder = clean_plan()
    folder.plan_put("shortfalls", {"rule": "site_floor"}, subject="Q1/S2")
    folder.plan_add("shortfalls", rule="need_floor", subject="S1 K2 Q1", amount=3, unit="clinics")
    failing = broken_rules(folder, tmp_path)
    assert list(failing) == ["need_floor"] and "S1 K2 Q1" in failing["need_floor"]


def test_plan_without_tables_is_audited(tmp_path: Path) -> None:
    """Missing outputs are empty ones: what must be there is missed, nothing raises."""
    folder = clean_plan()
    folder.plan.clear()
    failing = broken_rules(folder, tmp_path)
    assert {"visit_balance", "served", "forced_centre", "posting_kept", "site_floor", "lock"} <= set(failing)


def test_audit_needs_a_plan(tmp_path: Path) -> None:
    """A folder that is no plan is an error, not a clean audit."""
    with pytest.raises(FileNotFoundError):
        audit_plan(tmp_path)
