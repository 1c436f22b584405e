"""Doing nothing, today's practice and the plan by hand, priced by the model's own accounting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.blocks import alone, amount, broken, optimum, rich_instance, value
from support.changes import two_quarters, with_added, with_need, with_option, with_record, with_rule
from support.tiny import START, running_posting, tiny_instance

from models import baselines, by_hand
from models.assemble import Model
from models.instance import Instance, Post
from models.matrix import Floats
from models.values import Values

PEOPLE = ("postings", "sessions", "referrals")
#: A clinic a week of D2 at S1, and one a fortnight of D4 at S3.
ROSTER = {("D2", "S1", "K1"): (13,), ("D4", "S3", "K1"): (6,)}


def _busy() -> Instance:
    """Tiny with a roster of today, its outreach as the builder makes it, and a running posting of D1 at S2."""
    x = with_record(tiny_instance(posts={}, today_sessions=ROSTER), "capabilities", ("H1", "K1"), visits=1200.0)
    months = x.quarters[0].months
    for site, count, share in (("S1", 13, 0.55), ("S3", 6, 0.35)):
        cell = x.needs[site, "K1"]
        could = min(15.0 * count / months, share * cell.pool)
        outreach = min(could, cell.unmet)
        x = with_need(x, site, "K1", outreach=outreach, has_outreach=True, calibration=outreach / could)
    x = replace(x, current_postings=(running_posting("D1", "S2"),))
    could = min(160.0, 0.75 * x.needs["S2", "K1"].pool)
    outreach = min(could, x.needs["S2", "K1"].unmet)
    return with_need(x, "S2", "K1", outreach=outreach, has_outreach=True, calibration=outreach / could)


def _priced(model: Model, baseline: baselines.Baseline, levers: bool = False) -> Floats:
    x = baselines.price(model, baseline, None, levers)
    assert x is not None
    return x


def differences(model: Model, x: Floats) -> dict[str, float]:
    """The greatest difference between a plan and today's figures, by kind of visit."""
    values, worst = Values(model.sheet, x), dict.fromkeys(("kept", "unmet", "left", "referred"), 0.0)
    clinics, posted = values.get("sessions.session_visits"), values.get("postings.posted_visits")
    unmet, left, sent = values.get("referrals.unmet"), values.get("referrals.left"), values.get("referrals.referred")
    for (site, kind), need in model.instance.needs.items():
        for quarter in model.instance.quarters:
            cell = (site, kind, quarter.name)
            up = sum(v for (i, _, k, q), v in sent.items() if (i, k, q) == cell)
            for name, found, wanted in (
                ("kept", clinics.get(cell, 0.0) + posted.get(cell, 0.0), need.outreach),
                ("unmet", unmet[cell], need.unmet),
                ("left", left[cell], need.left),
                ("referred", up, need.referred_today),
            ):
                worst[name] = max(worst[name], abs(found - wanted))
    return worst


def test_doing_nothing_moves_nobody() -> None:
    """No clinic, no posting, no desk; nobody beyond today's flows."""
    model = alone(tiny_instance(), *PEOPLE)
    x = _priced(model, baselines.nothing(model))
    for path in ("sessions.clinics", "postings.posted", "referrals.desk", "referrals.tele", "referrals.extra"):
        assert amount(model, x, path) == 0.0
    assert max(differences(model, x).values()) < 1e-3
    assert abs(model.value("change", x)) < 1e-9 and abs(model.value("cost", x)) < 1e-6


def test_today_keeps_the_roster_and_the_postings() -> None:
    """Today's clinics and running postings are there, with the modes that they make, and nothing changes."""
    model = alone(_busy(), *PEOPLE)
    x = _priced(model, baselines.today(model))
    assert value(model, x, "sessions.clinics", ("D2", "S1", "K1", "Q1")) == 13.0
    assert value(model, x, "sessions.mode", ("S1", "K1", "weekly", "Q1")) == 1.0
    assert value(model, x, "sessions.mode", ("S3", "K1", "fortnightly", "Q1")) == 1.0
    assert value(model, x, "sessions.mode", ("S2", "K1", "posted", "Q1")) == 1.0
    assert model.value("change", x) == pytest.approx(0.0)
    assert max(differences(model, x).values()) < 1e-3


def test_today_with_levers_is_at_least_as_good() -> None:
    """Teleconsultation and reserves can only help."""
    model = alone(_busy(), *PEOPLE)
    without, with_levers = (_priced(model, baselines.today(model), levers) for levers in (False, True))
    assert model.value("unmet", with_levers) < model.value("unmet", without) - 1.0


def test_a_roster_that_is_no_frequency_does_not_stop_its_pricing() -> None:
    """Two clinics a quarter are no mode: they draw nobody, but the rest of today is priced."""
    model = alone(replace(tiny_instance(), today_sessions={("D1", "S1", "K1"): (2,)}), *PEOPLE)
    x = _priced(model, baselines.today(model))
    assert value(model, x, "sessions.clinics", ("D1", "S1", "K1", "Q1")) == 2.0
    assert amount(model, x, "sessions.session_visits") == pytest.approx(0.0, abs=1e-6)


def test_two_holders_of_half_a_clinic_each_do_not_stop_its_pricing() -> None:
    """Nobody holds most of the clinic: continuity is a rule that today may break."""
    today = {("D1", "S1", "K1"): (7,), ("D2", "S1", "K1"): (6,)}
    model = alone(replace(tiny_instance(), today_sessions=today), *PEOPLE)
    x = _priced(model, baselines.today(model))
    assert amount(model, x, "sessions.session_visits") > 10.0


@pytest.mark.parametrize(
    ("clinics", "mode"),
    [(2, None), (3, "monthly"), (5, "monthly"), (6, "fortnightly"), (13, "weekly"), (40, "twice_weekly")],
)
def test_the_mode_of_a_count_is_the_most_frequent_that_it_reaches(clinics: int, mode: str | None) -> None:
    """Modes touch: 3 to 5 monthly, 6 to 12 fortnightly, 13 to 25 weekly, then twice weekly."""
    found = baselines.modes_for(tiny_instance(), {("D1", "S1", "K1", "Q1"): float(clinics)}, ())
    assert found == ({} if mode is None else {("S1", "K1", mode, "Q1"): 1.0})


def test_whole_days_of_long_trips() -> None:
    """Two specialties on one trip share days: max(3, ceil((3 + 2) / 2)) = 3; one specialty takes one each."""
    clinics = {("D1", "S2", "K1", "Q1"): 3.0, ("D1", "S2", "K2", "Q1"): 2.0, ("D2", "S2", "K1", "Q1"): 4.0}
    assert baselines.days_for(alone(tiny_instance(), "sessions"), clinics) == {
        ("D1", "S2", "Q1"): 3.0,
        ("D2", "S2", "Q1"): 4.0,
    }


@pytest.mark.parametrize(
    "make",
    [
        tiny_instance,
        rich_instance,
        _busy,
        lambda: two_quarters(_busy()),
        lambda: tiny_instance(groups=2),
        lambda: with_option(tiny_instance(), "postings", max_posts=0),
        lambda: with_record(tiny_instance(), "departments", ("H1", "DEP1"), headcount=2),
        lambda: with_record(tiny_instance(), "sites", "S1", slots=(3.0,)),
    ],
    ids=["tiny", "rich", "busy", "two quarters", "two groups", "no posts", "small department", "small room"],
)
def test_the_plan_by_hand_keeps_the_rules_it_thinks_of(make: Any) -> None:
    """Its clinics and postings fit time, rooms, departments, frequencies, continuity and posts."""
    model = alone(make(), *PEOPLE)
    plan = by_hand.by_hand(model)
    matrix = model.matrix
    x = _priced(model, plan, levers=True)
    thought_of = {
        "frequency",
        "room",
        "equipment",
        "continuity",
        "home_cover",
        "home_cover_posted",
        "post_limit",
        "post_share",
    }
    thought_of |= {"max_posts", "one_posting", "posting_kept", "doctor_time", "whole_day"}
    assert not {rule for rule, _ in broken(model, x)} & thought_of
    whole = x[matrix.integer]
    assert np.abs(whole - np.round(whole)).max() < 1e-6


def test_the_plan_by_hand_does_something_and_never_beats_the_best() -> None:
    """It is better than nothing and no better than the optimum."""
    model = alone(tiny_instance(), *PEOPLE)
    x = by_hand.office_plan(model, model.matrix)
    assert x is not None and model.matrix.worst(x) <= 1e-5
    best = optimum(model, ("floors", "unmet")).values
    idle = _priced(model, baselines.nothing(model))
    assert best[0] - 1e-6 <= model.value("floors", x) < model.value("floors", idle)


def test_the_plan_by_hand_keeps_out_where_a_service_is_missing() -> None:
    """Closed cells get neither a clinic nor a posting."""
    model = alone(tiny_instance(), *PEOPLE)
    plan = by_hand.by_hand(model, frozenset({("S1", "K1")}))
    cells = {key[1:3] for path in ("sessions.clinics", "postings.posted") for key in plan.values[path]}
    assert ("S1", "K1") not in cells and cells


def test_an_overloaded_hospital_sends_fewer_doctors() -> None:
    """H1 can treat what it treats today and nothing less at home: the repaired plan has no shortfall there."""
    x = with_record(tiny_instance(posts={}), "capabilities", ("H1", "K1"), visits=961.0, reserve=0.0)
    model = alone(x, *PEOPLE)
    plan = by_hand.office_plan(model, model.matrix)
    assert plan is not None
    raw = _priced(model, by_hand.by_hand(model), levers=True)
    assert model.value("floors", plan) <= model.value("floors", raw) + 1e-6


def test_running_postings_alone_are_a_last_resort() -> None:
    """A lock that the office does not think of: the running postings alone are tried, and may fail too."""
    x = replace(tiny_instance(), current_postings=(running_posting(),))
    model = alone(x, *PEOPLE)
    plan = by_hand.running_plan(model, model.matrix)
    assert plan is not None and amount(model, plan, "postings.posted") == 1.0
    assert amount(model, plan, "sessions.clinics") == 0.0


# --- faults that the pricing once had ----------------------------------------------------------------


def test_without_levers_today_is_reproduced_to_a_millionth() -> None:
    """Never embarrass (a), on an alliance with clinics and a posting of today."""
    model = alone(_busy(), *PEOPLE)
    assert max(differences(model, _priced(model, baselines.today(model))).values()) <= 1e-6


def test_an_overloaded_hospital_of_today_is_reproduced() -> None:
    """H1 treats more today than it says it can: the flows are today's, and the shortfall is named."""
    x = with_record(tiny_instance(), "capabilities", ("H1", "K1"), visits=950.0)
    model = alone(x, *PEOPLE)
    assert max(differences(model, _priced(model, baselines.nothing(model))).values()) <= 1e-3


def test_a_roster_beyond_the_doctors_time_is_priced() -> None:
    """26 clinics of a doctor who has 20 half-days: today's practice, and it has a price."""
    model = alone(replace(tiny_instance(), today_sessions={("D1", "S1", "K1"): (26,)}), *PEOPLE)
    assert baselines.price(model, baselines.today(model), None, levers=False) is not None


def test_doing_nothing_has_a_price_where_floors_are_hard() -> None:
    """A committee may set a floor hard; doing nothing breaks it, and is still priced."""
    model = alone(with_rule(tiny_instance(), "site_floor", "hard"), *PEOPLE)
    assert baselines.price(model, baselines.nothing(model), None, levers=False) is not None


def test_clinics_beside_a_posting_draw_no_more_than_either() -> None:
    """A posting and fortnightly clinics in one cell keep 0.75 of the pool of 160 together, not 1.10."""
    x = tiny_instance(posts={}, capabilities={}, today_sessions={("D2", "S1", "K1"): (6,)})
    x = with_added(x, "posts", ("S1", "K1"), Post("S1", "K1", 1, 2, 6.0, 160.0, False, (START,), {START: (1.0,)}))
    x = replace(x, current_postings=(running_posting("D1", "S1"),))
    x = with_need(x, "S1", "K1", own=40.0, referred={}, left=0.0, outreach=120.0, has_outreach=True)
    model = alone(x, *PEOPLE)
    assert differences(model, _priced(model, baselines.today(model)))["kept"] < 1e-3
