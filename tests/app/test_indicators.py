"""Indicators of the hand-made plan, checked on paper, and their place beside published figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.plan_folder import PlanFolder, clean_plan

from planner.audit.facts import Facts
from planner.audit.read import read_saved
from planner.indicators import COLUMNS, indicators
from planner.indicators_access import gini, quantile
from planner.network.measures import measures
from planner.network.network import planned

MONTHS = 91 / (365.25 / 12)


def _table(path: Path, *edits: Callable[[PlanFolder], None]) -> pd.DataFrame:
    folder = clean_plan()
    for edit in edits:
        edit(folder)
    table = indicators(folder.save(path / "plan"))
    assert list(table.columns) == COLUMNS
    return table.set_index(["indicator", "scope"])


def test_posts_and_fixed_doctors(tmp_path: Path) -> None:
    """Two posted at once of 400 staff; S1 and S3 have a weekly main doctor, S2 two posted doctors."""
    table = _table(tmp_path)
    assert table.loc[("sent_down_staff", ""), ["value", "current"]].tolist() == [2, 1]
    assert table.loc[("post_share_down", ""), "value"] == pytest.approx(2 / 400)
    assert table.loc[("fixed_doctors_per_township", "least"), ["value", "current"]].tolist() == [1, 0]
    assert table.loc[("townships_with_posted_doctor", ""), "value"] == 1


def test_clinics_and_robustness(tmp_path: Path) -> None:
    """35 clinics in 13 weeks at three townships, all held by main doctors; D1 or D5 away costs 13."""
    table = _table(tmp_path)
    assert table.loc[("sessions_per_site_week", ""), "value"] == pytest.approx(35 / 3 / 13)
    assert table.loc[("sessions_per_site_week", "S2"), "value"] == pytest.approx(6 / 13)
    assert table.loc[("sites_without_sessions", ""), ["value", "current"]].tolist() == [0, 3]
    assert table.loc[("continuity_share", ""), "value"] == 1
    assert table.loc[("sessions_lost_if_one_away", ""), "value"] == 13


def test_visits_kept_and_lost(tmp_path: Path) -> None:
    """Kept 49 + 4 + 7 + 20 + 60 + 18 of 660; 8 unmet, 91.5 leave; today 60 kept, 60 unmet, 110 leave."""
    table = _table(tmp_path)
    assert table.loc[("kept_visits", ""), ["value", "current"]].tolist() == pytest.approx([158, 60])
    assert table.loc[("in_county_visit_share", ""), "value"] == pytest.approx(1 - 91.5 / 652)
    assert table.loc[("in_county_visit_share", ""), "current"] == pytest.approx(1 - 110 / 600)
    assert table.loc[("primary_visit_share", ""), "value"] == pytest.approx((300 + 158) / 652)
    assert table.loc[("up_down_ratio", ""), "value"] == pytest.approx(102.5 / 2)


def test_access_of_residents(tmp_path: Path) -> None:
    """K1 is seen at S1, S2, H1, H2; residents of S3 (25,000 of 125,000 without H1) travel 30 minutes."""
    table = _table(tmp_path)
    assert table.loc[("clinic_minutes_max", "K1"), ["value", "current"]].tolist() == [30, 50]
    assert table.loc[("clinic_minutes_p50", "K1"), "value"] == 0
    # Of 125,000 people all have K2 at hand and all but S3's 25,000 have K1; need 320 against 340.
    assert table.loc[("residents_within_15_minutes", ""), "value"] == pytest.approx((320 * 0.8 + 340) / 660)


def test_communities_go_before_institutions(tmp_path: Path) -> None:
    """Minutes of a community's own trips; one without any travels from its institution."""

    def edit(folder: PlanFolder) -> None:
        folder.region["communities"] = pd.DataFrame(
            {"id": ["C1", "C2"], "name": ["a", "b"], "population": ["300", "100"], "institution": ["S1", "S3"]}
        )
        folder.add("travel", origin="C1", destination="S1", minutes=12, km=5, profile="", method="straight")

    table = _table(tmp_path, edit)
    assert table.loc[("clinic_minutes_p50", "K1"), "value"] == 12
    assert table.loc[("clinic_minutes_max", "K1"), "value"] == 30


def test_evenness_and_burden(tmp_path: Path) -> None:
    """Clinics per need of the three townships; clinics per eligible doctor of the hospitals; trips of a month."""
    table = _table(tmp_path)
    rate = np.array([16 / 280, 6 / 280, 13 / 100])
    share = np.array([280, 280, 100]) / 660
    assert table.loc[("sessions_gini", ""), "value"] == pytest.approx(gini(rate, share))
    assert table.loc[("sessions_per_doctor_spread", ""), "value"] == pytest.approx(13)
    hours = 2 * (13 * 30 + 6 * 60 + 3 * 30 + 13 * 20) / 60 / MONTHS
    assert table.loc[("doctor_travel_hours", ""), "value"] == pytest.approx(hours)


def test_costs_and_centres(tmp_path: Path) -> None:
    """Subsidies of two, allowances of 41 half-days (S2 is far), centres as written, and how full they are."""
    table = _table(tmp_path)
    assert table.loc[("cost:postings", ""), ["value", "current"]].tolist() == [160_000, 80_000]
    assert table.loc[("cost:sessions", ""), "value"] == pytest.approx(41 * 150 * 365.25 / 91)
    assert table.loc[("cost:centres", ""), "value"] == pytest.approx(940_320.4, abs=0.1)
    assert table.loc[("centre_utilisation", "IMG H1"), "value"] == pytest.approx(220.6408 / 400, abs=1e-5)
    assert table.loc[("share_within_turnaround", "IMG H1"), "value"] > 0.999
    assert table.loc[("quantile_minutes", "IMG H1"), "value"] < 15


def test_targets_beside_the_values(tmp_path: Path) -> None:
    """Tolerance 0 is a target, another a published figure; what no plan shows has a row of its own."""
    table = _table(tmp_path)
    primary = table.loc[("primary_visit_share", "")]
    assert (primary["target"], primary["published"]) == (0.65, 0.5)
    assert "criterion 0.65" in primary["note"] and "published 0.5, differs by +40%" in primary["note"]
    assert "within 10%" in table.loc[("sent_down_staff", ""), "note"]
    split = table.loc["surplus_split"]
    assert split["value"].tolist() == [0.6, 0.1] and split["published"].tolist() == [0.6, 0.1]
    assert table.loc[("referrals_up", ""), "value"] == pytest.approx(1025)
    chains = table.loc[("mentor_chains", "")]
    assert np.isnan(chains["value"]) and chains["published"] == 395


def test_published_referrals_are_held_against_slips(tmp_path: Path) -> None:
    """Half of the visits up carry a slip: the published count and the ratio stand beside these, as in the network."""

    def slips(folder: PlanFolder) -> None:
        rows = folder.region["referrals"]
        half = rows["patients_per_month"].astype(float) / 2
        folder.region["referrals"] = rows.assign(slips_per_month=half.where(rows["destination"] != "outside", 0.0))

    table, whole = _table(tmp_path, slips), _table(tmp_path / "whole")
    assert table.loc[("referrals_up", ""), "value"] == pytest.approx(1025 / 2)
    assert table.loc[("slips_up_month", ""), ["value", "current"]].tolist() == pytest.approx([102.5 / 2, 130 / 2])
    assert whole.loc[("slips_up_month", ""), ["value", "current"]].tolist() == pytest.approx([102.5, 130])
    assert table.loc[("referrals_up_month", ""), "value"] == whole.loc[("referrals_up_month", ""), "value"]
    assert table.loc[("down_up_ratio", ""), "value"] == pytest.approx(2 * whole.loc[("down_up_ratio", ""), "value"])
    network = measures(planned(Facts(read_saved(tmp_path / "plan"))))
    for name in ("slips_up_month", "down_up_ratio"):
        assert table.loc[(name, ""), "value"] == pytest.approx(network[name])


def test_empty_plan_has_indicators(tmp_path: Path) -> None:
    """A plan without clinics, postings or centres still says what it does not do."""

    def edit(folder: PlanFolder) -> None:
        for name in ("sessions", "postings", "centres", "service_links", "teleconsultations"):
            folder.plan.pop(name)

    table = _table(tmp_path, edit)
    assert table.loc[("sites_without_sessions", ""), "value"] == 3


def test_weighted_quantile_and_gini() -> None:
    """The least value that the share of people does not exceed; NaN out of reach; Gini of two."""
    minutes, people = pd.Series([10.0, 50.0, np.nan]), pd.Series([60.0, 30.0, 10.0])
    assert quantile(minutes, people, 0.5) == 10
    assert quantile(minutes, people, 0.9) == 50
    assert np.isnan(quantile(minutes, people, 1.0))
    assert gini(np.array([0.0, 1.0]), np.array([0.5, 0.5])) == pytest.approx(0.5)
    assert gini(np.array([2.0, 2.0]), np.array([0.3, 0.7])) == 0
