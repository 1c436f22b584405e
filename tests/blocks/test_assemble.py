"""Assembling blocks into one model: states of rules, shared sums, explanations, tables."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from support.blocks import NAMES, alone, broken, built, column_keys, documented, optimum, plan_vector, rich_instance
from support.changes import two_quarters, with_need, with_option, with_record, with_rule
from support.tiny import START, tiny_instance

from models import assemble as whole
from models.assemble import BLOCKS, Model, assemble
from models.errors import ModelError
from models.instance import Budget, Instance
from models.ledger import Ledger
from models.rows import Sheet
from models.rules import RULES
from models.values import Values

#: Rules of the allocation; those of dates have a model of their own (`test_roster_binding`).
ALLOCATED = {rule.id for rule in RULES.values() if rule.block not in ("roster", "grouping")}
#: Rules of tables that are made from a plan (`models.reserves`): no row of the model, whatever their state.
TABLES = {"designated_upper", "down_place", "reserve_size"}


def _rules_of(model: Model) -> set[str]:
    return set(model.matrix.row_rules.tolist())


def test_every_component_says_what_it_is() -> None:
    """Variables, constraints and row families of the whole model have a sentence, variables a unit."""
    model = assemble(rich_instance())
    for columns in model.sheet.columns:
        assert columns.doc and columns.unit, columns.path
    for family in model.sheet.families:
        assert family.doc, family.name
        assert family.unit or not family.rule or family.adopted, family.name
    for component in model.pyomo.component_objects((pyo.Var, pyo.Constraint), descend_into=True):
        assert component.doc, component.name


def test_every_rule_of_the_model_is_in_the_catalogue_and_has_a_row_somewhere() -> None:
    """No row under an unknown rule, and no rule without a row (`down_beds` is one of the tables, dates apart)."""
    x = replace(two_quarters(rich_instance()), institutions=tiny_instance(groups=2).institutions)
    x = with_option(with_option(x, "sessions", max_minutes=50.0), "referrals", max_minutes=30.0)
    soft = x = with_record(x, "specialties", "K1", min_title=3)
    for rule in RULES.values():
        soft = with_rule(soft, rule.id, "soft" if rule.kind == "filter" else "hard")
    families = [
        f for m in (assemble(x), assemble(soft), assemble(rich_instance(), explain=True)) for f in m.sheet.families
    ]
    found = {family.rule for family in families} - {""}
    assert found <= set(RULES)
    assert ALLOCATED - found == {"down_beds", *TABLES}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.NAME)
def test_every_rule_of_a_block_is_in_its_docstring(block: Any) -> None:
    """The formulation names each rule that the catalogue gives to the block, as a row or in words."""
    named = documented(block)
    mine = {rule.id for rule in RULES.values() if rule.block == block.NAME}
    rows = {f.rule for f in assemble(rich_instance()).sheet.families if f.owner == block.NAME and f.name in named}
    elsewhere = {"doctor_time", "frequency", "continuity", "down_beds", "reserve", *TABLES}
    assert mine - named - rows <= elsewhere


@pytest.mark.parametrize("rule", sorted(ALLOCATED - TABLES))
def test_a_rule_that_is_off_leaves_no_row(rule: str) -> None:
    """Off drops the rows, except for accounting identities, which cannot be switched off."""
    model = assemble(with_rule(rich_instance(), rule, "off"))
    assert (rule in _rules_of(model)) == (RULES[rule].kind == "structure")


def test_a_soft_rule_has_a_shortfall_with_its_weight() -> None:
    """A room too small by three clinics costs three times the weight, and is named in the table."""
    x = with_record(with_rule(tiny_instance(), "room", "soft", 4.0), "sites", "S1", slots=(10.0,), floor=(0.0,))
    model = alone(x, "sessions")
    plan = {
        "sessions.clinics": {("D1", "S1", "K1", "Q1"): 13.0},
        "sessions.mode": {("S1", "K1", "weekly", "Q1"): 1.0},
        "sessions.main": {("D1", "S1", "K1", "weekly", "Q1"): 1.0},
        "whole.short_sessions_room": {("S1", "Q1", "above"): 3.0},
        "whole.short_sessions_site_floor": {("S2", "Q1", "below"): 12.0, ("S3", "Q1", "below"): 12.0},
    }
    vector = plan_vector(model, plan)
    assert broken(model, vector) == set()
    assert model.value("floors", vector) == 3 * 4 + 24 * 10
    table = model.tables(vector)["shortfalls"]
    assert table.to_numpy().tolist() == [
        ["room", "S1 Q1", 3.0, "half-days"],
        ["site_floor", "S2 Q1", 12.0, "clinics"],
        ["site_floor", "S3 Q1", 12.0, "clinics"],
    ]


def test_an_equality_that_is_soft_may_give_both_ways() -> None:
    """Doctors' time as a soft rule has a shortfall above; the free rest is no shortfall."""
    model = alone(with_rule(tiny_instance(), "doctor_time", "soft"), "sessions")
    keys = column_keys(model.variable("whole.short_whole_doctor_time"))
    assert {key[-1] for key in keys} == {"below", "above"}  # type: ignore[index]


def test_what_a_block_needs_must_be_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block whose offer nobody makes is named, before anything is built."""
    hungry = SimpleNamespace(NAME="hungry", NEEDS=("nothing",), wanted=lambda _: True)
    monkeypatch.setattr(whole, "BLOCKS", (*BLOCKS, hungry))
    with pytest.raises(ModelError, match=r"hungry.*nothing"):
        assemble(tiny_instance())


def test_shared_sums_have_fixed_names() -> None:
    """A term for an unknown sum is an error."""
    with pytest.raises(KeyError):
        Ledger(Sheet()).add("visitz", ("S1",), None, "a", 1.0)  # type: ignore[arg-type]


def test_blocks_are_built_where_their_tables_are() -> None:
    """Each decision needs its tables; `without` leaves one out."""
    x = tiny_instance()
    assert assemble(x).blocks == NAMES
    assert assemble(replace(x, levels=())).blocks == ("postings", "sessions", "referrals")
    assert assemble(replace(x, posts={})).blocks == ("shared_centres", "sessions", "referrals")
    assert assemble(replace(x, doctors={}, posts={})).blocks == ("shared_centres", "referrals")
    assert assemble(replace(x, needs={}, posts={})).blocks == ("shared_centres",)
    assert assemble(replace(x, needs={})).blocks == ("shared_centres", "postings")
    assert assemble(x, without=("sessions",)).blocks == ("shared_centres", "postings", "referrals")


def test_the_same_data_give_the_same_arrays() -> None:
    """Two assemblies of equal instances are equal, number by number."""
    one, other = (assemble(two_quarters(rich_instance())).matrix for _ in range(2))
    assert (one.A != other.A).nnz == 0 and (one.A.indices == other.A.indices).all()
    for name in ("lower", "upper", "row_lower", "row_upper", "integer", "row_rules"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert list(one.row_subjects) == list(other.row_subjects)


def test_an_explanation_allows_the_same_plans() -> None:
    """Columns that filters forbid are there, but held at zero: the optimum stays."""
    x = with_option(tiny_instance(), "sessions", max_minutes=50.0)
    x = with_need(x, "S1", "K2", modes=("monthly", "posted"))
    plain, explained = alone(x, "sessions", "referrals"), alone(x, "sessions", "referrals", explain=True)
    # who takes turns explains nothing
    assert {c.path for c in plain.sheet.columns} - {"sessions.far_unit"} == {c.path for c in explained.sheet.columns}
    assert explained.matrix.cols > plain.matrix.cols
    aims = ("floors", "unmet")
    assert optimum(explained, aims).values == pytest.approx(optimum(plain, aims).values, abs=1e-4)


# --- shared sums ----------------------------------------------------------------------------------


def test_the_budget_row_counts_what_it_covers() -> None:
    """A posting of 80,000 yuan a year within a budget of 50,000 for postings; not for sessions alone."""
    post = {"postings.posted": {("D1", "S1", "K1", START): 1.0}}
    covered = alone(tiny_instance(budget=Budget(50_000.0, ("postings",))), "postings")
    found = covered.matrix.violations(plan_vector(covered, post))
    budget = found[found["rule"] == "budget"]
    assert budget["amount"].tolist() == [pytest.approx(3.0)]  # in 10,000 yuan
    assert {f.unit for f in covered.sheet.families if f.rule == "budget"} == {"10,000 yuan/year"}
    other = alone(tiny_instance(budget=Budget(50_000.0, ("sessions",))), "postings")
    assert "budget" not in {rule for rule, _ in broken(other, plan_vector(other, post))}
    free = alone(tiny_instance(budget=Budget(None)), "postings")
    assert "budget" not in _rules_of(free)


def _paid(x: Instance) -> float:
    """Yuan a year that one posted visit a month at S1 costs in items when centres are left out."""
    model = assemble(x, without=("shared_centres", "sessions", "referrals"))
    return model.value("cost", plan_vector(model, {"postings.posted_visits": {("S1", "K1", "Q1"): 1.0}}))


def test_without_centre_columns_items_cost_no_more_than_with_them() -> None:
    """One item a visit is 12 items a year at the least unit cost, nothing where it may go elsewhere at no cost."""
    x = replace(tiny_instance(), usage={("K1", "ecg"): 1.0})
    assert _paid(x) == pytest.approx(12 * 5.0)
    assert _paid(with_record(x, "volumes", ("S1", "ecg"), local_share=0.5)) == pytest.approx(6 * 5.0)
    assert _paid(replace(x, members={**x.members, "ecg": ("H1", "H2")})) == 0.0
    assert _paid(with_record(x, "services", "ecg", unserved_cost=100.0)) == 0.0
    assert _paid(with_rule(x, "served", "off")) == 0.0
    long = two_quarters(x)
    quarters = (long.quarters[0], replace(long.quarters[1], weeks=26, months=2 * long.quarters[1].months))
    assert _paid(replace(long, quarters=quarters)) == pytest.approx(12 * 5.0 / 3)


def test_people_without_centre_columns_are_never_dearer() -> None:
    """The model without centres is a relaxation: under any budget it is at least as good."""
    x = with_record(
        replace(tiny_instance(), usage={("K1", "ecg"): 2.0, ("K2", "ecg"): 2.0}), "services", "ecg", unserved_cost=1.0
    )
    x = replace(x, services={"ecg": x.services["ecg"]}, levels=x.levels[:2], budget=Budget(30_000.0))
    aims = ("floors", "unmet")
    whole_model, people = optimum(assemble(x), aims), optimum(assemble(x, without=("shared_centres",)), aims)
    assert people.values[0] <= whole_model.values[0] + 1e-4
    assert people.values[1] <= whole_model.values[1] + 1e-4


def test_values_are_read_by_name() -> None:
    """A variable that the model does not have reads as empty."""
    model = alone(tiny_instance(), "postings")
    values = Values(model.sheet, plan_vector(model, {"postings.posted": {("D1", "S1", "K1", START): 1.0}}))
    assert values.of("postings.posted") == {("D1", "S1", "K1", START): 1.0}
    assert len(values.get("postings.posted")) == 3
    assert values.of("sessions.clinics") == {} and values.get("sessions.clinics") == {} and values.columns("x") is None


def test_every_block_builds_something() -> None:
    """The rich instance exercises every block."""
    model = assemble(rich_instance())
    assert all(built([model], name) for name in NAMES)
