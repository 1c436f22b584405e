"""The block `referrals`: LP snapshot, hand-made plans that break rules, brute force, docstring, tables."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.blocks import (
    alone,
    amounts,
    broken,
    check_docstring,
    check_snapshot,
    column_keys,
    lp_text,
    optimum,
    plan_vector,
    rich_instance,
)
from support.changes import two_quarters, with_added, with_minutes, with_need, with_option, with_record, with_rule
from support.tiny import MONTHS, need, tiny_instance

from models import referrals
from models.assemble import assemble
from models.flows import returned
from models.instance import Capability, Instance

Plan = dict[str, dict[Any, float]]


def test_the_rows_are_those_stored() -> None:
    """LP snapshot of the block on an instance in which every family has a row."""
    check_snapshot("referrals", lp_text(assemble(rich_instance()), "referrals"))


def test_the_docstring_names_what_is_built() -> None:
    """Variables and rows of the docstring are those of the model."""
    check_docstring(referrals, [assemble(rich_instance())])


# --- hand-made plans ------------------------------------------------------------------------------


def _today(x: Instance) -> Plan:
    """Everybody goes where they go today."""
    return {
        "referrals.referred": {(i, h, k, "Q1"): v for (i, k), n in x.needs.items() for h, v in n.referred.items()},
        "referrals.left": {(i, k, "Q1"): n.left for (i, k), n in x.needs.items()},
        "referrals.avoidable": {(i, k, "Q1"): n.recoverable * n.referred_today for (i, k), n in x.needs.items()},
    }


def _changed(plan: Plan, path: str, key: tuple[str, ...], value: float) -> Plan:
    return {**plan, f"referrals.{path}": {**plan.get(f"referrals.{path}", {}), key: value}}


def test_today_without_levers_breaks_nothing() -> None:
    """Today's flows, the rest unmet, are a plan; its `unmet` is 80 + half of 115 + a quarter of 54."""
    model = alone(tiny_instance(), "referrals")
    x = plan_vector(model, _today(tiny_instance()))
    assert broken(model, x) == set()
    assert model.value("unmet", x) == pytest.approx(80 + 0.5 * 115 + 0.25 * 0.4 * 135)


@pytest.mark.parametrize(
    ("path", "key", "amount", "rules"),
    [
        ("left", ("S1", "K1", "Q1"), 20.0, {("left_recoverable", "S1 K1 Q1")}),
        ("left", ("S1", "K1", "Q1"), 31.0, {("bounds", "referrals.left[S1,K1,Q1]")}),
        ("referred", ("S1", "H1", "K1", "Q1"), 20.0, {("referred_recoverable", "S1 K1 Q1")}),
        (
            "referred",
            ("S1", "H1", "K1", "Q1"),
            41.0,
            {("reserve", "S1 H1 K1 Q1"), ("referrals.above_must", "S1 K1 Q1")},
        ),
        ("extra", ("S1", "H1", "K1", "Q1"), 21.0, {("reserve", "H1 K1 Q1")}),
        ("tele", ("S1", "K1", "Q1"), 5.0, {("tele_capacity", "A K1 Q1")}),
        ("tele", ("S1", "K1", "Q1"), 11.0, {("tele_capacity", "A K1 Q1"), ("bounds", "referrals.tele[S1,K1,Q1]")}),
        ("desk", ("D1", "K1", "Q1"), 21.0, {("doctor_time", "D1 Q1")}),
        ("avoidable", ("S1", "K1", "Q1"), 0.0, {("referrals.above_must", "S1 K1 Q1")}),
        ("unmet", ("S1", "K1", "Q1"), 0.0, {("visit_balance", "S1 K1 Q1")}),
    ],
)
def test_a_broken_plan_breaks_exactly_these_rules(
    path: str, key: tuple[str, ...], amount: float, rules: set[tuple[str, str]]
) -> None:
    """One change of today's flows breaks the rule that it should, by name, and no other."""
    x = tiny_instance()
    plan = _changed(_today(x), path, key, amount)
    if path == "unmet":
        cells = {(i, k, "Q1"): n.unmet for (i, k), n in x.needs.items()}
        plan["referrals.unmet"] = {**cells, key: amount}  # type: ignore[dict-item]
    model = alone(x, "referrals")
    assert broken(model, plan_vector(model, plan)) == rules


def test_a_hospital_treats_no_more_than_it_can() -> None:
    """H2 can treat 400, treats 320 of its own and 40 referred; with 50 less it is 10 over, named in `floors`."""
    x = with_record(tiny_instance(), "capabilities", ("H2", "K1"), visits=350.0)
    model = alone(x, "referrals")
    found = amounts(model, plan_vector(model, _today(x)))
    assert found == {("home_capability", "H2 K1 Q1"): pytest.approx(10.0)}


def test_a_half_day_of_teleconsultation_counts_for_one_specialty() -> None:
    """A doctor of two specialties sees 8 patients in a half-day, not 8 of each."""
    x = with_record(tiny_instance(), "doctors", "D1", specialties=("K1", "K2"))
    model = alone(x, "referrals")
    per_half_day = 8.0 / MONTHS
    plan = _changed(_today(x), "desk", ("D1", "K1", "Q1"), 1.0)
    plan = _changed(plan, "tele", ("S1", "K1", "Q1"), per_half_day)
    assert broken(model, plan_vector(model, plan)) == set()
    plan = _changed(plan, "tele", ("S1", "K2", "Q1"), 1.0)
    assert broken(model, plan_vector(model, plan)) == {("tele_capacity", "A K2 Q1")}
    table = model.tables(plan_vector(model, plan))["teleconsultations"]
    assert table.to_numpy().tolist() == [["D1", "K1", "Q1", 1.0]]


def test_teleconsultation_costs_the_hospital_visits() -> None:
    """A half-day costs 5 visits at home in the quarter: 1.67 a month of H1's room of 40 in K1."""
    x = with_record(tiny_instance(), "capabilities", ("H1", "K1"), visits=960.0)
    model = alone(x, "referrals")
    plan = _changed(_today(x), "desk", ("D1", "K1", "Q1"), 1.0)
    assert amounts(model, plan_vector(model, plan)) == {("home_capability", "H1 K1 Q1"): pytest.approx(5 / MONTHS)}


# --- where extra referrals and teleconsultations may go ---------------------------------------------


def test_extra_referrals_go_to_the_nearest_capable_upper_hospital() -> None:
    """S1 to H1 (30 minutes), S2 and S3 to H2 in K1; only H1 treats K2; ties go by name."""
    ways = referrals.extra_ways(tiny_instance(), explain=False)
    assert set(ways) == {
        ("S1", "H1", "K1"), ("S2", "H2", "K1"), ("S3", "H2", "K1"), ("S1", "H1", "K2"), ("S3", "H1", "K2"),
    }  # fmt: skip
    tied = with_minutes(tiny_instance(), "S1", "H2", 30.0)
    assert ("S1", "H1", "K1") in referrals.extra_ways(tied, explain=False)


@pytest.mark.parametrize("rule", ["nearest_upper", "referral_max_minutes"])
def test_filters_of_extra_referrals(rule: str) -> None:
    """Hard leaves the way out, soft and explanations forbid it by a row, off frees it."""
    way = ("S2", "H1", "K1") if rule == "nearest_upper" else ("S2", "H2", "K1")
    x = with_option(tiny_instance(), "referrals", max_minutes=120.0 if rule == "nearest_upper" else 40.0)
    key = (*way, "Q1")
    plan = _changed(_today(x), "extra", key, 1.0)
    hard = alone(x, "referrals")
    assert key not in column_keys(hard.variable("referrals.extra"))
    for model in (alone(with_rule(x, rule, "soft"), "referrals"), alone(x, "referrals", explain=True)):
        assert broken(model, plan_vector(model, plan)) == {(rule, " ".join(key))}
    off = alone(with_rule(x, rule, "off"), "referrals")
    assert broken(off, plan_vector(off, plan)) == set()


def test_extra_referrals_and_teleconsultation_stay_in_the_group() -> None:
    """With two groups S3 is never sent to H1, and is heard by H2's doctors only; off opens both."""
    x = tiny_instance(groups=2)
    assert ("S3", "H1", "K2") not in referrals.extra_ways(x, explain=False)
    groups = referrals.tele_groups(x)
    assert groups == {("A", "K1"): ["D1", "D2"], ("A", "K2"): ["D3"], ("B", "K1"): ["D4"]}
    assert referrals.tele_possible(x, groups, x.needs["S3", "K1"]) == "B"
    assert referrals.tele_possible(x, groups, x.needs["S3", "K2"]) is None
    free = with_rule(x, "own_group", "off")
    assert ("S3", "H1", "K2") in referrals.extra_ways(free, explain=False)
    assert referrals.tele_possible(free, referrals.tele_groups(free), free.needs["S3", "K2"]) == ""


def test_teleconsultation_asks_for_title_capture_and_a_hospital() -> None:
    """No doctor below the title, none without capture, none when switched off."""
    x = tiny_instance()
    kind = x.specialties["K2"]
    for changed in (
        with_record(x, "doctors", "D3", title=1),
        with_record(x, "specialties", "K2", capture={**kind.capture, "tele": 0.0}),
        with_record(x, "doctors", "D3", institution="S2"),
    ):
        assert ("A", "K2") not in referrals.tele_groups(changed)
    assert referrals.tele_groups(with_option(x, "referrals", tele=False)) == {}


# --- tables ---------------------------------------------------------------------------------------


def test_who_returns_is_cut_to_the_beds_below() -> None:
    """A tenth of 300 referred would return for 8 days: 240 bed-days; with 4 beds only 121.75 fit."""
    x = with_record(tiny_instance(), "institutions", "S1", beds=4.0)
    sent = {("S1", "K1", "Q1"): 200.0, ("S1", "K2", "Q1"): 100.0, ("S2", "K1", "Q1"): 10.0}
    back = returned(x, sent)
    assert back["S1", "K1", "Q1"] + back["S1", "K2", "Q1"] == pytest.approx(4 * 365.25 / 12 / 8)
    assert back["S1", "K1", "Q1"] == pytest.approx(2 * back["S1", "K2", "Q1"])
    assert back["S2", "K1", "Q1"] == pytest.approx(1.0)
    assert returned(with_rule(x, "down_beds", "off"), sent)["S1", "K1", "Q1"] == pytest.approx(20.0)


def test_tables_add_up() -> None:
    """In `visits.csv` the kinds add up to the need, and `referrals.csv` and `reserves.csv` say the same."""
    x = two_quarters(tiny_instance())
    model = assemble(x)
    best = optimum(model, ("floors", "unmet"))
    tables = model.tables(best.x)
    visits = tables["visits"]
    kinds = ["own", "sessions", "posted", "tele", "referred", "left", "unmet"]
    assert np.allclose(visits[kinds].sum(axis=1), visits["need"], atol=1e-5)
    assert len(visits) == 10 and (visits[kinds] > -1e-6).all().all()
    ways = tables["referrals"]
    up = ways[(ways["direction"] == "up") & (ways["destination"] != "outside")]
    assert up["patients_per_month"].sum() == pytest.approx(visits["referred"].sum(), abs=1e-4)
    outside = ways[ways["destination"] == "outside"]
    assert outside["patients_per_month"].sum() == pytest.approx(visits["left"].sum(), abs=1e-4)
    assert ways[ways["direction"] == "down"]["patients_per_month"].sum() == pytest.approx(
        visits["returned"].sum(), abs=1e-4
    )
    assert (visits["sessions"] + visits["posted"] <= visits["offered"] + 1e-6).all()
    for row in tables["reserves"].itertuples():
        assert row.extra <= x.capabilities[row.institution, row.specialty].reserve + 1e-6
        assert row.visits_per_month >= row.extra - 1e-6


# --- brute force ----------------------------------------------------------------------------------

HOSPITALS = ("H1", "H2")


@st.composite
def small_regions(draw: st.DrawFn) -> Instance:
    """Two townships, two hospitals, whole numbers everywhere: a half-day is one teleconsultation a month."""
    x = tiny_instance(levels=(), services={}, volumes={}, usage={}, posts={})
    kind = replace(x.specialties["K1"], tele_per_session=MONTHS, home_patients_per_session=MONTHS)
    kind = replace(kind, capture={**kind.capture, "tele": 0.5})
    needs = {}
    for site in ("S1", "S2"):
        sent = {h: float(draw(st.integers(0, 2))) for h in HOSPITALS}
        left, unmet = 2 * draw(st.integers(0, 1)), draw(st.integers(0, 2))
        unmet += int(sum(sent.values()) + unmet) % 2  # half of an even pool is whole
        total = sum(sent.values()) + left + unmet + 10
        one = need(site, "K1", total, own=10, referred=sent, left=float(left), recoverable=1.0)
        needs[site, "K1"] = replace(one, priority=draw(st.sampled_from([1.0, 3.0])))
    abilities = {}
    for h in HOSPITALS:
        spare, reserve = float(draw(st.integers(0, 6))), float(draw(st.integers(0, 2)))
        abilities[h, "K1"] = Capability(h, "K1", 50.0 + spare, 50.0, reserve)
    doctors = {
        "D1": replace(x.doctors["D1"], free=(float(draw(st.integers(0, 2))),)),
        "D4": replace(x.doctors["D4"], free=(float(draw(st.integers(0, 1))),)),
    }
    return replace(x, needs=needs, capabilities=abilities, doctors=doctors, specialties={"K1": kind})


def _cell(x: Instance, site: str) -> list[tuple[np.ndarray, float]]:
    """All flows of one cell in whole visits as (to H1, to H2, extra at own nearest, tele) with their `unmet`."""
    one, nearest = x.needs[site, "K1"], {"S1": 0, "S2": 1}[site]
    reserve = int(x.capabilities[HOSPITALS[nearest], "K1"].reserve)
    most = [int(one.referred[h]) for h in HOSPITALS]
    ranges = [range(most[at] + (reserve if at == nearest else 0) + 1) for at in (0, 1)]
    found = []
    for first, second, left, tele in product(*ranges, range(int(one.left) + 1), range(int(0.5 * one.pool) + 1)):
        unmet = one.pool - first - second - left - tele
        if unmet < 0 or left < one.left * (1 - 0.5):  # recoverable in full, half of it drawn by teleconsultation
            continue
        extra = max(0, (first, second)[nearest] - most[nearest])
        loss = unmet + 0.5 * left + 0.25 * (first + second)
        found.append((np.array([first, second, extra, tele]), one.priority * loss))
    return found


def _best(x: Instance) -> tuple[float, float]:
    """The least (shortfall of capability, unmet) over all whole flows and desks."""
    best = (np.inf, np.inf)
    spare = [x.capabilities[h, "K1"].visits - 50.0 for h in HOSPITALS]
    free = (int(x.doctors["D1"].free[0]), int(x.doctors["D4"].free[0]))
    for (one, lost), (other, more) in product(_cell(x, "S1"), _cell(x, "S2")):
        load, tele = one[:2] + other[:2], int(one[3] + other[3])
        if one[2] > x.capabilities["H1", "K1"].reserve or other[2] > x.capabilities["H2", "K1"].reserve:
            continue
        for desk in range(tele + 1):
            if desk <= free[0] and tele - desk <= free[1]:
                short = max(0.0, load[0] + desk - spare[0]) + max(0.0, load[1] + tele - desk - spare[1])
                best = min(best, (short, lost + more))
    return best


@settings(max_examples=25, derandomize=True, deadline=None)
@given(small_regions())
def test_the_optimum_is_that_of_all_whole_flows(x: Instance) -> None:
    """Every whole flow of two cells, with reserves, desks and capabilities, enumerated: the same floors and unmet."""
    assert optimum(alone(x, "referrals"), ("floors", "unmet")).values == pytest.approx(_best(x), abs=1e-4)


def test_met_needs_ask_for_nothing() -> None:
    """Where all is own, nothing is referred, left or unmet, and the aim is zero."""
    x = tiny_instance()
    for site, kind in x.needs:
        x = with_need(x, site, kind, own=x.needs[site, kind].need, referred={}, left=0.0)
    assert optimum(alone(x, "referrals"), ("unmet",)).values == (pytest.approx(0.0),)


def test_an_institution_without_a_hospital_above_keeps_its_flows() -> None:
    """No capable hospital: today's referrals remain possible, extra ones do not exist."""
    x = with_added(replace(tiny_instance(), capabilities={}), "needs", ("S1", "K1"), tiny_instance().needs["S1", "K1"])
    model = alone(x, "referrals")
    assert len(column_keys(model.variable("referrals.extra"))) == 0
    assert broken(model, plan_vector(model, _today(x))) == set()
