"""One planted violation for every rule: exactly that rule must fail, and it names the subject."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.plan_folder import PlanFolder, clean_plan

from models.rules import RULES
from planner.audit import CHECKS, audit_plan, audit_saved
from planner.audit.read import read_saved

Plant = Callable[[PlanFolder], None]


def _put(table: str, key: str, value: str, **values: object) -> Plant:
    """Change the rows of a region table whose column `key` is `value`."""
    return lambda folder: folder.put(table, {key: value}, **values)


def _visits(institution: str, specialty: str, **values: object) -> Plant:
    return lambda folder: folder.plan_put("visits", {"institution": institution, "specialty": specialty}, **values)


def _setting(section: str, **values: object) -> Plant:
    return lambda folder: folder.settings.setdefault(section, {}).update(values)


def _all(*plants: Plant) -> Plant:
    def run(folder: PlanFolder) -> None:
        for plant in plants:
            plant(folder)

    return run


def _drop(table: str, **where: str) -> Plant:
    return lambda folder: folder.plan_drop(table, **where)


def _flow(origin: str, destination: str, specialty: str, patients: float) -> Plant:
    where = {"origin": origin, "destination": destination, "specialty": specialty}
    return lambda folder: folder.plan_put("referrals", where, patients_per_month=patients)


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
PLANTINGS: dict[str, tuple[Plant, str]] = {
    "served": (lambda f: f.add("volumes", institution="H2", service="SSD", items_per_day=10, local_share=0), "H2"),
    "single_source": (_two_sources, "S1"),
    "one_level": (_two_sizes, "IMG"),
    "turnaround": (_put("services", "id", "IMG", turnaround_minutes=10), "IMG"),
    "promised_wait": (_put("volumes", "service", "IMG", peak_share=0.9), "IMG"),
    "centre_capacity": (
        _all(
            _put("centres", "level", "large", items_per_day=200),
            lambda f: f.plan_put("centres", {"service": "IMG"}, items_per_day=200),
        ),
        "IMG",
    ),
    "window": (_put("services", "id", "SSD", window_minutes=170), "S2"),
    "service_max_minutes": (_put("services", "id", "SSD", max_minutes=50), "S2"),
    "membership": (_put("memberships", "institution", "S3", group="B"), "S3"),
    "least_volume": (_put("services", "id", "IMG", min_items_per_day=500), "IMG"),
    "max_centres": (_put("services", "id", "SSD", max_centres=1), "SSD"),
    "forced_centre": (
        lambda f: f.add("centres", service="IMG", institution="H3", level="one", items_per_day=50, state="forced"),
        "H3",
    ),
    "forbidden_centre": (
        lambda f: f.put("centres", {"service": "SSD", "institution": "H2"}, state="forbidden"),
        "SSD",
    ),
    "backup": (_drop("service_links", institution="S1", service="SSD", centre="H2"), "S1"),
    "wish": (_put("doctors", "id", "D6", posting="no"), "D6"),
    "cohort": (lambda f: f.plan_put("postings", {"doctor": "D6"}, start="2026-06-08", end="2026-12-07"), "D6"),
    "one_posting": (_two_postings, "D6"),
    "posting_kept": (_drop("postings", doctor="D7"), "D7"),
    "post_limit": (_put("posts", "institution", "S2", doctors=1), "S2"),
    "post_floor": (_drop("shortfalls", rule="post_floor"), "S1"),
    "post_share": (_put("institutions", "id", "H1", staff=33), "H1"),
    "max_posts": (_setting("postings", max_posts=1), "alliance"),
    "home_cover_posted": (_put("departments", "department", "skin", headcount=3), "skin"),
    "subsidy_budget": (_setting("postings", subsidy_budget=150_000), "subsidies"),
    "title_floor": (_put("doctors", "id", "D4", title=1), "D4"),
    "scope": (_put("doctors", "id", "D4", scope="K1"), "D4"),
    "own_group": (_put("institutions", "id", "H3", group="C"), "D5"),
    "max_minutes": (_put("doctors", "id", "D2", max_minutes=50), "D2"),
    "pattern": (lambda f: f.put("needs", {"institution": "S1", "specialty": "K1"}, pattern="monthly"), "S1"),
    "whole_day": (_put("doctors", "id", "D2", sessions_per_week=0.8), "D2"),
    "frequency": (_all(lambda f: f.plan_put("sessions", {"doctor": "D4"}, sessions=2), _visits("S1", "K2")), "S1"),
    "doctor_time": (_put("doctors", "id", "D1", sessions_per_week=0.5), "D1"),
    "room": (_put("institutions", "id", "S1", open_slots=1), "S1"),
    "equipment": (_put("equipment", "institution", "S1", count=0), "ecg"),
    "requires_service": (_put("specialties", "id", "K2", requires="SSD"), "S3"),
    "continuity": (_shared_clinic, "S1"),
    "home_cover": (_put("departments", "department", "cardio", headcount=2), "cardio"),
    "site_floor": (_drop("shortfalls", rule="site_floor"), "S2"),
    "need_floor": (lambda f: f.plan_put("shortfalls", {"rule": "need_floor"}, amount=1), "S1"),
    "visit_balance": (_visits("S1", "K1", unmet=5), "S1"),
    "capture": (_put("specialties", "id", "K2", patients_per_session=5, first_session_patients=5), "S1"),
    "left_recoverable": (
        _all(_visits("S1", "K1", left=17.5, unmet=5), _flow("S1", "outside", "K1", 17.5)),
        "S1",
    ),
    "referred_recoverable": (_all(_visits("S1", "K1", referred=19.5, unmet=5), _flow("S1", "H1", "K1", 19.5)), "S1"),
    "reserve": (_put("reserves", "institution", "H2", visits_per_month=1), "H2"),
    "nearest_upper": (_farther_for_patients, "H2"),
    "referral_max_minutes": (_setting("referrals", max_minutes=40), "H2"),
    "tele_capacity": (lambda f: f.plan_put("teleconsultations", {"doctor": "D1"}, half_days=1), "K1"),
    "home_capability": (
        lambda f: f.put("capabilities", {"institution": "H1", "specialty": "K1"}, visits_per_month=10),
        "H1",
    ),
    "down_beds": (
        _all(_visits("S1", "K1", returned=20), _flow("H1", "S1", "K1", 20)),
        "S1",
    ),
    "budget": (_setting("budget", yuan_per_year=900_000), "budget"),
    "lock": (_put("locks", "kind", "session", must="no"), "locks row 2"),
}


def _failing(folder: PlanFolder, path: Path, *rules: str) -> dict[str, str]:
    """Rules that do not hold (of the named ones, or of all), with the text of their lines."""
    audit = audit_saved(read_saved(folder.save(path / "plan")), rules or tuple(RULES))
    broken = audit[audit["holds"] == "no"]
    text = broken["subject"] + ": " + broken["detail"]
    return text.groupby(broken["rule"]).agg("; ".join).to_dict()


def test_clean_plan_holds(tmp_path: Path) -> None:
    """The plan in which violations are planted breaks no rule, and the audit has a line for each."""
    folder = clean_plan()
    assert _failing(folder, tmp_path) == {}
    audit = audit_plan(tmp_path / "plan")
    assert list(audit["rule"]) == list(RULES)


def test_every_rule_has_a_check() -> None:
    """The registry knows every rule of the catalogue and no other."""
    assert list(CHECKS) == list(RULES)


def test_every_rule_has_a_planting() -> None:
    """A rule without a planted violation may not be added to the catalogue."""
    assert sorted(PLANTINGS) == sorted(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_planted_violation_breaks_exactly_its_rule(rule: str, tmp_path: Path) -> None:
    """The planted rule fails and names its subject; no other rule does."""
    plant, subject = PLANTINGS[rule]
    folder = clean_plan()
    plant(folder)
    failing = _failing(folder, tmp_path)
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
    assert _failing(folder, tmp_path) == {}
    audit = audit_plan(tmp_path / "plan").set_index("rule")
    assert audit.loc["room", "detail"] == "16 > 13 half-days with a room (rule is soft)"


def test_floor_made_hard_allows_no_shortfall(tmp_path: Path) -> None:
    """A promise that is a hard rule fails even where its shortfall is listed."""
    folder = clean_plan()
    folder.settings["rules"] = {"site_floor": "hard"}
    assert list(_failing(folder, tmp_path)) == ["site_floor"]


def test_shortfall_that_is_none_fails(tmp_path: Path) -> None:
    """What is listed as lacking must lack, also under another separator and order of ids."""
    folder = clean_plan()
    folder.plan_put("shortfalls", {"rule": "site_floor"}, subject="Q1/S2")
    folder.plan_add("shortfalls", rule="need_floor", subject="S1 K2 Q1", amount=3, unit="clinics")
    failing = _failing(folder, tmp_path)
    assert list(failing) == ["need_floor"] and "S1 K2 Q1" in failing["need_floor"]


def test_plan_without_tables_is_audited(tmp_path: Path) -> None:
    """Missing outputs are empty ones: what must be there is missed, nothing raises."""
    folder = clean_plan()
    folder.plan.clear()
    failing = _failing(folder, tmp_path)
    assert {"visit_balance", "served", "forced_centre", "posting_kept", "site_floor", "lock"} <= set(failing)


def test_audit_needs_a_plan(tmp_path: Path) -> None:
    """A folder that is no plan is an error, not a clean audit."""
    with pytest.raises(FileNotFoundError):
        audit_plan(tmp_path)


#: Lies in the plan's own tables that break a rule's accounting: what is changed, and the rule that notices.
LIES: dict[str, tuple[Plant, str]] = {
    "minutes of a clinic": (lambda f: f.plan_put("sessions", {"doctor": "D1"}, minutes=10), "max_minutes"),
    "minutes of a link": (
        lambda f: f.plan_put("service_links", {"institution": "S3"}, minutes=5),
        "service_max_minutes",
    ),
    "turnaround of a link": (
        lambda f: f.plan_put("service_links", {"institution": "S3"}, turnaround_minutes=5),
        "turnaround",
    ),
    "wait of a link": (lambda f: f.plan_put("service_links", {"institution": "S3"}, promised_wait=5), "one_level"),
    "wait not on offer": (
        _all(
            lambda f: f.plan_put("centres", {"service": "IMG"}, wait_minutes=16),
            lambda f: f.plan_put("service_links", {"service": "IMG"}, promised_wait=16, turnaround_minutes=16),
        ),
        "promised_wait",
    ),
    "use of a centre": (lambda f: f.plan_put("centres", {"service": "IMG"}, used=220), "centre_capacity"),
    "cost of a centre": (lambda f: f.plan_put("centres", {"service": "IMG"}, cost_per_year=1), "budget"),
    "size of a centre": (lambda f: f.plan_put("centres", {"service": "IMG"}, items_per_day=500), "one_level"),
    "mode of a cell": (_visits("S1", "K1", mode="twice_weekly"), "frequency"),
    "need of a cell": (_visits("S1", "K1", need=199), "visit_balance"),
    "own visits": (_visits("S1", "K1", own=101, unmet=-1), "visit_balance"),
    "referrals written apart": (_flow("S1", "H1", "K1", 23), "visit_balance"),
    "extra beyond reserves.csv": (
        lambda f: f.plan_put("reserves", {"institution": "H2"}, visits_per_month=1),
        "reserve",
    ),
    "more than today leaves": (
        _all(_visits("S1", "K2", left=23, unmet=0), _flow("S1", "outside", "K2", 23)),
        "left_recoverable",
    ),
    "a posting that is not running": (
        lambda f: f.plan_put("postings", {"doctor": "D6"}, state="running"),
        "posting_kept",
    ),
    "a short posting": (lambda f: f.plan_put("postings", {"doctor": "D6"}, end="2026-09-30"), "cohort"),
    "an unknown doctor": (lambda f: f.plan_put("teleconsultations", {"doctor": "D1"}, doctor="D9"), "scope"),
    "a second main doctor": (
        lambda f: f.plan_add(
            "sessions", doctor="D8", institution="S1", specialty="K1", quarter="Q1", sessions=3, main="yes", minutes=30
        ),
        "continuity",
    ),
    "half a clinic": (lambda f: f.plan_put("sessions", {"doctor": "D1"}, sessions="13.5"), "frequency"),
    "a row of visits missing": (_drop("visits", institution="S3", specialty="K2"), "visit_balance"),
    "a cell without a need": (
        lambda f: f.plan_add("visits", institution="S3", specialty="K1", quarter="Q1", need=1, own=1, mode=""),
        "visit_balance",
    ),
    "a mode that no posting makes": (_drop("postings", institution="S2"), "capture"),
}


@pytest.mark.parametrize("lie", LIES)
def test_false_figures_are_noticed(lie: str, tmp_path: Path) -> None:
    """Columns that the plan writes for its readers agree with the tables."""
    plant, rule = LIES[lie]
    folder = clean_plan()
    plant(folder)
    assert rule in _failing(folder, tmp_path, rule)
