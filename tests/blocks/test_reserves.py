"""Sizes of reserves by pencil and simulation, designated institutions, places of down-referral."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from support.tiny import tiny_instance

from models.options import Referrals
from models.reserves import booked_in_time, designations, down_places, enough, reserve_table, used
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
    """40 referred a month, 40 % booked, a day of release at three days ahead: 0.555 a day, two visits, two beds."""
    table = reserve_table(SETTINGS, {("H", "k", "Q1"): 30.0, ("H", "k", "Q2"): 40.0}, {("H", "k", "Q1"): 5.0})
    row = table.iloc[0]
    assert 40 * 0.4 * exp(-1 / 3) / 20.67 == pytest.approx(0.55464, abs=1e-4)
    assert row["slots_per_day"] == 2 and row["visits_per_month"] == pytest.approx(2 * 20.67)
    assert row["beds"] == 2 and row["inflow"] == 40.0 and row["extra"] == 5.0
    assert 0 < row["released"] < row["visits_per_month"]


def test_an_earlier_release_keeps_fewer_and_extra_is_always_covered() -> None:
    """The earlier reserved visits go back, the fewer book in time; what the plan sends beyond today stays."""
    flows = {("H", "k", "Q1"): 800.0}
    sizes = [
        reserve_table(replace(SETTINGS, release_hours=hours), flows, {}).iloc[0]["visits_per_month"]
        for hours in (0.0, 24.0, 72.0, 240.0)
    ]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 1.5 * sizes[2]
    assert booked_in_time(replace(SETTINGS, release_hours=0.0)) == SETTINGS.booked_share
    late = reserve_table(replace(SETTINGS, release_hours=336.0), flows, {("H", "k", "Q1"): 150.0}).iloc[0]
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
