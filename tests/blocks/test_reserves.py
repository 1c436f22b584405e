"""Sizes of reserves by pencil and simulation, designated institutions, places of down-referral."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from support.tiny import tiny_instance

from models.instance import Instance
from models.options import Referrals
from models.reserves import designations, down_places, early, enough, reserve_table, used
from planner.audit.reserves import poisson_enough

SETTINGS = Referrals()


@pytest.mark.parametrize("mean", [0.01, 0.1, 0.54, 1.0, 3.7, 20.0, 130.0, 900.0])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_enough_is_the_least_number_that_suffices(mean: float, share: float) -> None:
    """Simulated days need no more on the share asked for, and one fewer is too few; the audit's sum says the same."""
    count = enough(mean, share)
    assert count == poisson_enough(mean, share)
    days = np.random.default_rng(0).poisson(mean, 400_000)
    assert (days <= count).mean() >= share - 0.003
    assert count == 0 or (days <= count - 1).mean() < share + 0.003
    assert used(mean, count) == pytest.approx(np.minimum(days, count).mean(), rel=0.01, abs=2e-3)


def test_reserves_are_those_of_the_pencil() -> None:
    """40 referred a month, 40 % booked, a day of release at three days ahead: 0.555 a day, two visits; one bed."""
    flows = {("H1", "K1", "Q1"): 30.0, ("H1", "K1", "Q2"): 40.0}
    row = reserve_table(tiny_instance(), SETTINGS, flows, {("H1", "K1", "Q1"): 5.0}).iloc[0]
    assert 40 * 0.4 * exp(-1 / 3) / 20.67 == pytest.approx(0.55464, abs=1e-4)
    assert row["slots_per_day"] == 2 and row["visits_per_month"] == pytest.approx(2 * 20.67)
    assert row["booked"] == pytest.approx(16.0) and row["inflow"] == 40.0 and row["extra"] == 5.0
    assert (
        row["beds"] == 1
    )  # 16 x 8 % x 8 days / 30.4375 = 0.336 occupied: none suffices on 71 % of the days, one on 95 %
    assert 0 < row["released"] < row["visits_per_month"]


def _stays(**stays: tuple[float, float]) -> Instance:
    """The tiny instance with (admission share, days) of some specialties."""
    x = tiny_instance()
    given = {k: replace(x.specialties[k], admission_share=share, stay_days=days) for k, (share, days) in stays.items()}
    return replace(x, specialties={**x.specialties, **given})


def test_nobody_is_admitted_by_diagnostics() -> None:
    """Of two specialties with the same inflow the one without admissions keeps visits and no bed."""
    x = _stays(K1=(0.0, 8.0), K2=(0.08, 8.0))
    table = reserve_table(x, SETTINGS, {("H1", k, "Q1"): 800.0 for k in ("K1", "K2")}, {}).set_index("specialty")
    assert table.loc["K1", "beds"] == 0 and table.loc["K2", "beds"] > 0
    assert table.loc["K1", "visits_per_month"] == table.loc["K2", "visits_per_month"] > 0


def test_beds_of_a_hospital_are_one_pool() -> None:
    """Two specialties share beds: what both need on 90 % of days is less than what each needs; the split is by mean."""
    x = _stays(K1=(0.08, 8.0), K2=(0.16, 8.0))
    flows = {("H1", "K1", "Q1"): 400.0, ("H1", "K2", "Q1"): 400.0}
    alone = sum(reserve_table(x, SETTINGS, {key: flows[key]}, {})["beds"].sum() for key in flows)
    table = reserve_table(x, SETTINGS, flows, {}).set_index("specialty")["beds"]
    mean = 400 * 0.4 * (0.08 + 0.16) * 8 / (365.25 / 12)
    assert table.sum() == enough(mean, SETTINGS.reserve_quantile) < alone
    assert abs(table["K1"] - table.sum() / 3) < 1 and abs(table["K2"] - 2 * table.sum() / 3) < 1


def test_the_pool_is_that_of_the_fullest_quarter() -> None:
    """Specialties that are full in different quarters need no more beds than the fuller quarter asks for."""
    x = _stays(K1=(0.08, 8.0), K2=(0.08, 8.0))
    turns = {("H1", "K1", "Q1"): 900.0, ("H1", "K2", "Q1"): 100.0, ("H1", "K1", "Q2"): 100.0, ("H1", "K2", "Q2"): 900.0}
    mean = 1000 * 0.4 * 0.08 * 8 / (365.25 / 12)
    assert reserve_table(x, SETTINGS, turns, {})["beds"].sum() == enough(mean, SETTINGS.reserve_quantile)


def test_slips_at_the_hospital_say_how_many_book() -> None:
    """Where 7 % of the referred carry a slip, visits and beds are kept for 7 %, not for the share that is set."""
    x = tiny_instance()
    places = {**x.institutions, "H1": replace(x.institutions["H1"], booked_share=0.07)}
    flows = {("H1", "K1", "Q1"): 1000.0, ("H2", "K1", "Q1"): 1000.0}
    table = reserve_table(replace(x, institutions=places), SETTINGS, flows, {}).set_index("institution")
    assert table.loc["H1", "booked"] == pytest.approx(70.0) and table.loc["H2", "booked"] == pytest.approx(400.0)
    assert table.loc["H1", "beds"] == enough(70 * 0.08 * 8 / (365.25 / 12), 0.9) < table.loc["H2", "beds"]
    assert table.loc["H1", "slots_per_day"] == enough(70 * exp(-1 / 3) / 20.67, 0.9)


def test_an_earlier_release_keeps_fewer_and_extra_is_always_covered() -> None:
    """The earlier reserved visits go back, the fewer book in time; what the plan sends beyond today stays."""
    x, flows = tiny_instance(), {("H1", "K1", "Q1"): 800.0}
    sizes = [
        reserve_table(x, replace(SETTINGS, release_hours=hours), flows, {}).iloc[0]["visits_per_month"]
        for hours in (0.0, 24.0, 72.0, 240.0)
    ]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 1.5 * sizes[2]
    assert early(replace(SETTINGS, release_hours=0.0)) == 1.0
    late = reserve_table(x, replace(SETTINGS, release_hours=336.0), flows, {("H1", "K1", "Q1"): 150.0}).iloc[0]
    assert late["visits_per_month"] == 150.0


def test_the_designated_institution_is_the_nearest_capable_one_of_the_group() -> None:
    """Every cell names it with its minutes, inside group, level and capability; a tight limit leaves none."""
    instance = tiny_instance()
    table = designations(instance, SETTINGS, {})
    assert len(table)
    for row in table.to_dict("records"):
        site, kind, upper = row["institution"], row["specialty"], row["upper"]
        able = [
            h
            for (h, k), capability in instance.capabilities.items()
            if k == kind
            and capability.visits > 0
            and instance.institutions[h].level > instance.institutions[site].level
            and instance.same_group(site, h)
            and (site, h) in instance.patient_minutes
        ]
        assert upper in able and row["minutes"] == min(instance.patient_minutes[site, h] for h in able)
    assert designations(instance, replace(SETTINGS, max_minutes=0.5), {}).empty


def test_places_of_down_referral_have_beds_and_their_use() -> None:
    """Bed-days are patients times days of their stay; a place without beds is none."""
    instance = tiny_instance()
    site, kind = sorted(instance.needs)[0]
    quarter = instance.quarters[0].name
    table = down_places(instance, {(site, kind, quarter): 3.0}).set_index(["institution", "quarter"])
    stay = instance.specialties[kind].down_bed_days
    if instance.institutions[site].beds > 0:
        assert table.loc[(site, quarter), "used_bed_days"] == pytest.approx(3.0 * stay)
    bare = {key: replace(one, beds=0.0) for key, one in instance.institutions.items()}
    assert down_places(replace(instance, institutions=bare), {(site, kind, quarter): 3.0}).empty
