"""The aims: units, gaps, tolerances, and the mean of the worst tenth against plain arithmetic."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.blocks import EXACT, alone, optimum
from support.changes import with_need, with_option, with_record
from support.tiny import MONTHS, tiny_instance

from models import aims
from models.assemble import Model, assemble
from models.highs import solve
from models.instance import Aims, Instance

QUIET = {"capabilities": {}, "posts": {}}


def test_every_aim_has_a_unit_and_every_default_is_known() -> None:
    """The committee's default order names aims with a unit and a least difference."""
    assert set(Aims().order) <= set(aims.UNITS)
    assert all(unit and least > 0 for unit, least in aims.UNITS.values())
    assert set(aims.TOLERANCES) <= set(aims.UNITS)


@pytest.mark.parametrize(
    ("name", "value", "bound", "nothing", "gap"),
    [
        ("unmet", 60.0, 50.0, 150.0, 0.1),  # of what can be gained over doing nothing, not of the need
        ("unmet", 50.4, 50.0, 50.2, 0.4),  # at least one visit can be gained
        ("floors", 20.0, 10.0, 110.0, 0.1),
        ("floors", 10.0, 10.0, None, 0.0),
        ("cost", 1000.0, 900.0, 5000.0, 0.1),
        ("travel", 0.5, 0.0, None, 0.5),
        ("cost", 900.0, 1000.0, None, 0.0),
    ],
)
def test_gaps(name: str, value: float, bound: float, nothing: float | None, gap: float) -> None:
    """The gap of design section 4."""
    assert aims.gap_of(name, value, bound, nothing) == pytest.approx(gap)


def test_tolerances_are_a_unit_or_a_share_of_what_was_gained() -> None:
    """Of `unmet` 0.1 % of the gain but one visit at least; of `cost` 1 %; as the committee says where it does."""
    x = tiny_instance()
    assert aims.tolerance_of(x, "unmet", 1000.0, 5000.0) == pytest.approx(4.0)
    assert aims.tolerance_of(x, "unmet", 1000.0, 1500.0) == 1.0
    assert aims.tolerance_of(x, "floors", 500.0, 1000.0) == 1e-6
    assert aims.tolerance_of(x, "cost", 1e6, None) == pytest.approx(1e4)
    own = replace(x, aims=Aims(tolerances={"cost": 0.1}))
    assert aims.tolerance_of(own, "cost", 1e6, None) == pytest.approx(1e5)


def test_attainable_by_hand() -> None:
    """S1: K1 twice a week or posted and by telephone, at most what is recoverable; the same for K2; S3 likewise."""
    model = assemble(tiny_instance())
    found = aims.attainable(model.instance, model.ledger)
    # S1 K1: min((0.75 + 0.10) x 100, 0.4 x 70 + 30) = 58; K2: min(0.8 x 50, 0.4 x 40 + 10) = 26
    assert found["S1"] == pytest.approx(58 + 26)
    # S2 K1: min(0.8 x 60, 0.4 x 50 + 10) = 30
    assert found["S2"] == pytest.approx(30)
    # S3 K1: min(0.8 x 80, 0.4 x 60 + 20) = 44; K2: min(0.8 x 40, 0.4 x 30 + 10) = 22
    assert found["S3"] == pytest.approx(44 + 22)


def test_sites_that_nothing_can_reach_are_left_out() -> None:
    """Without a doctor in reach and without teleconsultation a site is not averaged."""
    x = with_option(tiny_instance(posts={}), "sessions", max_minutes=40.0)
    model = assemble(with_option(x, "referrals", tele=False))
    assert set(aims.attainable(model.instance, model.ledger)) == {"S1", "S3"}
    nobody = replace(tiny_instance(), doctors={}, posts={})
    vector, constant = assemble(nobody).aims["worst_served"]
    assert not vector.any() and constant == 0.0


def _many_sites(shares: list[float]) -> tuple[Model, dict[str, float]]:
    """One need of 100 attainable visits at each of many sites; kept visits by telephone are given."""
    x = with_record(
        tiny_instance(**QUIET), "specialties", "K1", capture={**tiny_instance().specialties["K1"].capture, "tele": 1.0}
    )
    names = [f"T{n:02}" for n in range(len(shares))]
    one = tiny_instance().needs["S1", "K1"]
    needs = {
        (i, "K1"): replace(one, institution=i, need=100.0, own=0.0, referred={}, left=0.0, unmet=100.0) for i in names
    }
    places = {i: replace(x.institutions["S1"], id=i) for i in names}
    x = replace(
        x, needs=needs, institutions={**x.institutions, **places}, sites={}, outside_minutes=dict.fromkeys(names, 90.0)
    )
    for name in x.doctors:
        x = with_record(x, "doctors", name, free=(1000.0,))
    return alone(x, "referrals"), dict(zip(names, shares, strict=True))


@settings(max_examples=15, derandomize=True, deadline=None)
@given(st.lists(st.floats(0.0, 1.0, allow_subnormal=False), min_size=1, max_size=25))
def test_the_worst_tenth_is_averaged(shares: list[float]) -> None:
    """With given visits kept, the aim is one less the mean share of the worst tenth of the sites, rounded up."""
    model, kept = _many_sites(shares)
    assert set(aims.attainable(model.instance, model.ledger).values()) == {100.0}
    tele = model.variable("referrals.tele")
    assert tele is not None
    given_shares = [100.0 * kept[key[0]] for key in tele.keys]
    matrix = model.matrix.fixed(model.columns("referrals.tele"), given_shares)
    cost, constant = model.aims["worst_served"]
    found = solve(matrix, cost, constant, limits=EXACT).objective
    worst = sorted(shares)[: ceil(len(shares) / 10)]
    assert found == pytest.approx(1.0 - float(np.mean(worst)), abs=1e-6)


def _with_order(*order: str) -> Instance:
    return replace(tiny_instance(), aims=Aims(order=order))


def test_worst_served_has_rows_only_when_asked_for() -> None:
    """Without the aim there are no columns for it."""
    assert assemble(_with_order("floors", "unmet")).variable("aims.level") is None
    assert assemble(_with_order("floors", "worst_served")).variable("aims.level") is not None


def test_weights_of_unmet_left_and_avoidable() -> None:
    """A visit unmet counts 1, left 0.5, referred without need 0.25, all times the priority of the cell."""
    x = with_need(tiny_instance(), "S1", "K1", priority=3.0)
    model = alone(x, "referrals")
    vector, _ = model.aims["unmet"]
    for name, weight in (("unmet", 1.0), ("left", 0.5), ("avoidable", 0.25)):
        columns = model.variable(f"referrals.{name}")
        assert columns is not None
        found = dict(zip(columns.keys, vector[model.columns(f"referrals.{name}")], strict=True))
        assert found["S1", "K1", "Q1"] == pytest.approx(3.0 * weight)
        assert found["S2", "K1", "Q1"] == pytest.approx(weight)


def test_travel_counts_patients_both_ways_and_unmet_as_left() -> None:
    """An unmet visit travels as far as one that leaves, so that dropping patients saves no minutes."""
    model = alone(tiny_instance(), "referrals")
    vector, _ = model.aims["travel"]
    by_path = {}
    for name, key in (
        ("unmet", ("S1", "K1", "Q1")),
        ("left", ("S1", "K1", "Q1")),
        ("referred", ("S1", "H1", "K1", "Q1")),
    ):
        columns = model.variable(f"referrals.{name}")
        assert columns is not None
        by_path[name] = float(vector[model.offsets[columns.number] + columns.position[key]])
    assert by_path == {"unmet": pytest.approx(180.0), "left": pytest.approx(180.0), "referred": pytest.approx(60.0)}
    assert pytest.approx(13 * 7 / (365.25 / 12)) == MONTHS


def test_the_order_of_the_aims_matters() -> None:
    """Least cost first leaves everything undone; least unmet first spends."""
    model = alone(tiny_instance(**QUIET), "sessions", "referrals")
    thrifty, generous = optimum(model, ("cost", "unmet")), optimum(model, ("unmet", "cost"))
    assert thrifty.values[0] == pytest.approx(0.0) and generous.values[1] > 1000.0
    assert generous.values[0] < thrifty.values[1] - 1.0
