"""Every rule binds somewhere: a rule without an entry in this table fails the suite.

Each entry is a small instance and aims in order. With the rule, the optimum must be strictly worse
than without it, and the plan found without it must break the rule when it is checked against the
model with the rule: a rule that is declared and never felt, or felt and never declared, is a fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from support.blocks import NAMES, Best, alone, moved, optimum, worse
from support.changes import (
    two_quarters,
    with_added,
    with_minutes,
    with_need,
    with_option,
    with_record,
    with_rule,
    without,
)
from support.one_service import two_services
from support.tiny import START, running_posting, tiny_instance

from models.answers import Limits
from models.assemble import Model
from models.flows import returned
from models.highs import solve
from models.instance import Budget, Instance, Lock, Post
from models.rules import RULES

PEOPLE = ("postings", "sessions", "referrals")
CENTRES = ("shared_centres",)
SECOND = two_quarters(tiny_instance()).quarters[1].start


@dataclass(frozen=True)
class Case:
    """An instance in which a rule binds, the blocks that matter and the aims that show it."""

    make: Callable[[], Instance]
    aims: tuple[str, ...] = ("floors", "unmet")
    blocks: tuple[str, ...] = PEOPLE


# --- instances ------------------------------------------------------------------------------------


def _centre(levels: dict[str, float] | None = None, service: str = "ecg", **changes: Any) -> Instance:
    """One service without a promise, five members of 110 items a day, levels by host and capacity."""
    x = tiny_instance()
    one = replace(x.services[service], **({"turnaround": None, "waits": ()} | changes))
    kept = tuple(v for v in x.levels if v.service == service and (levels is None or v.institution in levels))
    kept = tuple(replace(v, items_per_day=(levels or {}).get(v.institution, 200.0)) for v in kept)
    volumes = {key: v for key, v in x.volumes.items() if key[1] == service}
    members = {service: x.members[service]}
    return replace(
        x,
        services={service: one},
        levels=kept,
        volumes=volumes,
        usage={},
        members=members,
        doctors={},
        posts={},
        needs={},
    )


def _people(**changes: Any) -> Instance:
    """No centres, no teleconsultation, no limits of hospitals, no floors: only what a case adds."""
    x = tiny_instance(levels=(), services={}, volumes={}, usage={}, capabilities={}, posts={})
    for site in x.sites:
        x = with_record(x, "sites", site, floor=(0.0,))
    return replace(with_option(x, "referrals", tele=False), **changes)


def _clinic(*doctors: str, cell: tuple[str, str] = ("S1", "K1"), **changes: Any) -> Instance:
    """Clinics in one cell by these doctors, whose records may be changed."""
    x = _people()
    x = replace(x, needs={cell: x.needs[cell]}, doctors={d: x.doctors[d] for d in doctors})
    for name in doctors:
        x = with_record(x, "doctors", name, **changes)
    return x


def _posting(*doctors: str, sites: tuple[str, ...] = ("S1",), **changes: Any) -> Instance:
    """Posts of K1 at these sites for these doctors; nobody can travel to a clinic."""
    x = with_option(_people(), "sessions", max_minutes=1.0)
    posts = {(i, "K1"): Post(i, "K1", 1, 2, 6.0, 160.0, False, (START,), {START: (1.0,)}) for i in sites}
    x = replace(x, posts=posts, doctors={d: x.doctors[d] for d in doctors})
    x = replace(x, needs={(i, "K1"): x.needs[i, "K1"] for i in sites})
    for name in doctors:
        x = with_record(x, "doctors", name, **changes)
    return x


def _flows(**need: Any) -> Instance:
    """Referrals and outflow of one cell, with two hospitals; `need` changes its figures."""
    x = tiny_instance(levels=(), services={}, volumes={}, usage={}, posts={}, doctors={})
    x = replace(x, needs={("S1", "K1"): x.needs["S1", "K1"]})
    return with_need(x, "S1", "K1", **need) if need else x


def _small_and_large() -> Instance:
    """One host with two levels of 60 items each, for 110."""
    x = _centre({"H1": 60.0})
    return with_added(x, "levels", None, replace(x.levels[0], level="more"))


def _far_sterile() -> Instance:
    """2455 minutes are enough from everywhere but from S2 (2460 to H2, 2475 to H1)."""
    return _centre(None, "sterile", turnaround=2455.0, waits=(1395.0,))


def _grouped() -> Instance:
    """S1 belongs to the hospital group of the dearer host H1."""
    x = _centre()
    return replace(
        x,
        service_groups={("S1", "ecg"): "A"},
        host_groups={("H1", "ecg"): frozenset("A"), ("H2", "ecg"): frozenset("B")},
    )


def _townships_only() -> Instance:
    """Only 20 items a day in all, and no centre below 60."""
    return replace(_centre(min_items_per_day=60.0), members={"ecg": ("S1", "S2", "S3")})


def _late_cohort() -> Instance:
    """Half a year from the second quarter on; from the first day it would cover both."""
    x = two_quarters(_posting("D1"))
    return with_record(x, "posts", ("S1", "K1"), starts=(SECOND,), cover={SECOND: (0.0, 1.0)})


def _without_service() -> Instance:
    """K1 requires ECG, and S1 is no member of it."""
    x = replace(tiny_instance(), usage={}, needs={("S1", "K1"): tiny_instance().needs["S1", "K1"]})
    x = with_record(x, "specialties", "K1", requires=("ecg",))
    return replace(x, members={**x.members, "ecg": ("H1", "H2", "S2", "S3")})


def _costly_clinics() -> Instance:
    """H1 has room for its referrals and not for a doctor less at home."""
    x = with_added(_clinic("D1"), "capabilities", ("H1", "K1"), tiny_instance().capabilities["H1", "K1"])
    return with_record(x, "capabilities", ("H1", "K1"), visits=940.0, reserve=0.0)


def _second_hospital() -> Instance:
    """The nearest hospital keeps no reserve, the next one does."""
    x = with_record(_flows(), "capabilities", ("H1", "K1"), reserve=0.0)
    return with_record(x, "capabilities", ("H2", "K1"), reserve=10.0)


CASES: dict[str, Case] = {
    # --- shared centres
    "served": Case(_centre, ("floors", "cost"), CENTRES),
    "single_source": Case(lambda: _centre({"H1": 68.0, "H2": 42.0}), ("floors",), CENTRES),
    "one_level": Case(_small_and_large, ("floors",), CENTRES),
    "turnaround": Case(_far_sterile, ("floors", "cost"), CENTRES),
    "promised_wait": Case(lambda: _centre(None, turnaround=30.0, waits=(8.0,)), ("floors", "cost"), CENTRES),
    "centre_capacity": Case(lambda: _centre({"H1": 80.0, "H2": 80.0}), ("floors", "cost"), CENTRES),
    "window": Case(lambda: _centre(window=150.0), ("floors",), CENTRES),
    "service_max_minutes": Case(lambda: _centre(max_minutes=40.0), ("floors",), CENTRES),
    "membership": Case(_grouped, ("floors", "cost"), CENTRES),
    "least_volume": Case(_townships_only, ("floors",), CENTRES),
    "max_centres": Case(lambda: _centre({"H1": 80.0, "H2": 80.0}, max_centres=1), ("floors",), CENTRES),
    "max_services": Case(
        lambda: with_record(two_services(), "institutions", "A", max_services=1), ("floors", "cost"), CENTRES
    ),
    "forced_centre": Case(lambda: with_record(_centre(), "levels", 0, state="forced"), ("floors", "cost"), CENTRES),
    "forbidden_centre": Case(
        lambda: with_record(_centre(), "levels", 1, state="forbidden"), ("floors", "cost"), CENTRES
    ),
    "backup": Case(lambda: with_option(_centre(), "shared_centres", backup=("ecg",)), ("floors", "cost"), CENTRES),
    # --- postings
    "wish": Case(lambda: _posting("D1", "D2", posting="no")),
    "cohort": Case(_late_cohort),
    "one_posting": Case(lambda: _posting("D1", sites=("S1", "S3"), free=(0.0,))),
    "posting_kept": Case(lambda: replace(_people(), current_postings=(running_posting(),)), ("cost",)),
    "post_limit": Case(lambda: with_record(_posting("D1"), "posts", ("S1", "K1"), doctors=0)),
    "post_floor": Case(lambda: with_record(_posting("D1"), "posts", ("S1", "K1"), locked=True), ("floors", "cost")),
    "post_share": Case(lambda: with_record(_posting("D1"), "institutions", "H1", staff=33)),
    "max_posts": Case(lambda: with_option(_posting("D1", "D4", sites=("S1", "S3")), "postings", max_posts=1)),
    "home_cover_posted": Case(lambda: with_record(_posting("D1"), "departments", ("H1", "DEP1"), headcount=3)),
    "subsidy_budget": Case(lambda: with_option(_posting("D1"), "postings", subsidy_budget=79_000.0)),
    # --- sessions
    "title_floor": Case(lambda: with_record(_clinic("D1"), "specialties", "K1", min_title=4)),
    "scope": Case(lambda: _clinic("D1", cell=("S1", "K2"))),
    "own_group": Case(
        lambda: replace(_clinic("D1", cell=("S3", "K1")), institutions=tiny_instance(groups=2).institutions)
    ),
    "max_minutes": Case(lambda: _clinic("D1", max_minutes=29.0)),
    "pattern": Case(lambda: with_need(_clinic("D1"), "S1", "K1", modes=("monthly", "posted"))),
    "whole_day": Case(lambda: _clinic("D1", cell=("S2", "K1"), free=(10.0,))),
    "frequency": Case(lambda: _clinic("D1", free=(5.0,))),
    "doctor_time": Case(lambda: without(_people(), "doctors", ["D2", "D3", "D4"])),
    "room": Case(lambda: with_record(_clinic("D1"), "sites", "S1", slots=(7.0,))),
    "equipment": Case(
        lambda: with_record(
            with_record(_clinic("D1"), "specialties", "K1", equipment=("echo",)),
            "sites",
            "S1",
            equipment={"echo": 1},
            half_days=(7.0,),
        )
    ),
    "requires_service": Case(_without_service, blocks=NAMES),
    "continuity": Case(lambda: _clinic("D1", "D2", free=(7.0,))),
    "home_cover": Case(lambda: with_record(_clinic("D1"), "departments", ("H1", "DEP1"), headcount=2)),
    "site_floor": Case(lambda: with_record(_clinic("D1"), "sites", "S1", floor=(12.0,)), ("floors", "cost")),
    "need_floor": Case(lambda: with_need(_clinic("D1"), "S1", "K1", floor=(12.0,)), ("floors", "cost")),
    # --- referrals
    "visit_balance": Case(_flows),
    "capture": Case(lambda: _clinic("D1", free=(5.0,))),
    "left_recoverable": Case(lambda: with_need(_clinic("D1"), "S1", "K1", referred={}, left=60.0, own=140.0)),
    "referred_recoverable": Case(
        lambda: with_record(_flows(), "capabilities", ("H1", "K1"), visits=910.0), ("floors",)
    ),
    "reserve": Case(_flows),
    "nearest_upper": Case(_second_hospital),
    "referral_max_minutes": Case(lambda: with_option(_flows(), "referrals", max_minutes=29.0)),
    "tele_capacity": Case(lambda: with_option(_clinic("D1", free=(1.0,)), "referrals", tele=True)),
    "home_capability": Case(_costly_clinics),
    # --- everything
    "budget": Case(lambda: replace(_posting("D1"), budget=Budget(79_000.0))),
    "lock": Case(lambda: replace(_clinic("D1"), locks=(Lock("locks row 1", "session", False, doctor="D1"),))),
}


# --- judging --------------------------------------------------------------------------------------


def _least_breach(case: Case, rule: str, found: Model, x: Any) -> float:
    """How far the rule must give for this plan, at the least, in a model where only that has a price.

    Decisions that the plan has are held (other rows may be off by rounding); auxiliary columns are free.
    """
    soft = alone(with_rule(case.make(), rule, "soft"), *case.blocks)
    matrix, held = soft.matrix, moved(x, found, soft)
    decisions = {c: v for c, v in held.items() if c not in set(soft.columns("whole", "aims").tolist())}
    places = np.fromiter(decisions, dtype=np.int64)
    values = np.fromiter(decisions.values(), dtype=float)
    matrix = matrix.fixed(places, np.where(matrix.integer[places], np.round(values), values))
    matrix = matrix.with_row_bounds(matrix.row_lower - 1e-5, matrix.row_upper + 1e-5)
    rules = {f"{f.owner}.{f.name}": f.rule for f in soft.sheet.families}
    own = [columns.path for family, columns in soft.shortfalls.items() if rules[family] == rule]
    assert own, "no row under this rule"
    cost = np.zeros(matrix.cols)
    cost[soft.columns(*own)] = 1.0
    answer = solve(matrix, cost, limits=Limits(absolute_gap=1e-7, relative_gap=0.0))
    assert answer.x is not None, "the plan breaks another rule"
    return answer.objective


def _solved(case: Case, rule: str, state: str) -> tuple[Model, Best]:
    model = alone(with_rule(case.make(), rule, state), *case.blocks)
    return model, optimum(model, case.aims)


def test_every_rule_has_an_entry() -> None:
    """The table covers the catalogue but for dates, groups and the tables of reserves; `down_beds` has its own test."""
    assert set(CASES) | {"down_beds", "designated_upper", "down_place", "reserve_size"} == {
        rule.id for rule in RULES.values() if rule.block not in ("roster", "grouping")
    }


@pytest.mark.parametrize("rule", [r for r in CASES if RULES[r].kind in ("hard", "filter")])
def test_a_hard_rule_binds(rule: str) -> None:
    """The rule makes the optimum strictly worse, and the plan found without it breaks it."""
    case = CASES[rule]
    _, kept = _solved(case, rule, "hard")
    model, free = _solved(case, rule, "off")
    assert free.found and worse(kept.values, free.values), (kept.values, free.values)
    assert _least_breach(case, rule, model, free.x) > 1e-3


@pytest.mark.parametrize("rule", [r for r in CASES if RULES[r].kind == "floor"])
def test_a_floor_binds(rule: str) -> None:
    """The promise costs something, and without it the shortfall is larger."""
    case = CASES[rule]
    with_it, kept = _solved(case, rule, "soft")
    model, free = _solved(case, rule, "off")
    assert free.found and worse(kept.values, free.values), (kept.values, free.values)
    assert _least_breach(case, rule, model, free.x) > _least_breach(case, rule, with_it, kept.x) + 1e-3


@pytest.mark.parametrize("rule", [r for r in CASES if RULES[r].kind == "structure"])
def test_an_identity_binds(rule: str) -> None:
    """Without its rows the optimum would be better, and the plan would not add up."""
    case = CASES[rule]
    model = alone(case.make(), *case.blocks)
    matrix = model.matrix.drop_rows(model.matrix.row_rules == rule)
    kept, free = optimum(model, case.aims), optimum(model, case.aims, matrix)
    assert worse(kept.values, free.values)
    assert set(model.matrix.violations(free.x, 1e-3)["rule"]) == {rule}


def test_beds_below_bind() -> None:
    """`down_beds` is kept by the tables: with 4 beds fewer return than a tenth of 300 referred."""
    x = with_record(tiny_instance(), "institutions", "S1", beds=4.0)
    sent = {("S1", "K1", "Q1"): 300.0}
    kept, free = returned(x, sent), returned(with_rule(x, "down_beds", "off"), sent)
    days = x.specialties["K1"].down_bed_days
    assert sum(kept.values()) < sum(free.values()) == pytest.approx(30.0)
    assert sum(kept.values()) * days <= 4 * 365.25 / 12 + 1e-6 < sum(free.values()) * days


def test_two_rules_that_share_a_filter_bind_for_postings_too() -> None:
    """Title, group and scope hold for postings as for clinics."""
    base = _posting("D1")
    cases = {
        "title_floor": with_record(base, "posts", ("S1", "K1"), min_title=4),
        "own_group": replace(
            with_record(base, "doctors", "D1", institution="H2"), institutions=tiny_instance(groups=2).institutions
        ),
        "scope": with_record(base, "doctors", "D1", specialties=("K2",)),
    }
    for rule, x in cases.items():
        kept, free = (
            optimum(alone(with_rule(x, rule, state), *PEOPLE), ("floors", "unmet")).values for state in ("hard", "off")
        )
        assert worse(kept, free), rule


def test_new_postings_wait_for_the_service_they_require() -> None:
    """A locked post is not filled where the required service is missing, at the price of its shortfall."""
    x = with_record(_without_service(), "posts", ("S1", "K1"), locked=True)
    x = with_option(x, "sessions", max_minutes=1.0)
    kept, free = (
        optimum(alone(with_rule(x, "requires_service", s), *NAMES), ("floors",)).values for s in ("hard", "off")
    )
    assert kept[0] == pytest.approx(free[0] + 10.0, abs=1e-3)


def test_an_extra_minute_unbinds() -> None:
    """The instances bind for the reason given: with one minute or one item more the rule costs nothing."""
    near = Case(lambda: with_minutes(_far_sterile(), "S2", "H2", 40.0), ("floors", "cost"), CENTRES)
    wide = Case(lambda: _centre({"H1": 80.0, "H2": 110.0}), ("floors", "cost"), CENTRES)
    for rule, case in (("turnaround", near), ("centre_capacity", wide)):
        assert _solved(case, rule, "hard")[1].values == pytest.approx(_solved(case, rule, "off")[1].values, abs=1e-3)
