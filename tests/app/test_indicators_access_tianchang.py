"""Tianchang's villages before and after more clinics: the direction that a planner expects, and no free lunch."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from geodata.coordinates import distance_km
from geodata.read import read_region
from planner import indicators_access, indicators_shared, situation
from planner.audit.facts import Facts
from planner.audit.read import typed
from planner.bundled import find_region
from planner.indicators_residents import residents
from planner.indicators_supply import capacity

#: A specialty that few townships have today.
RARE = "dermatology"


@cache
def county() -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The region's tables with minutes of its own making (straight line x 1.3 at 40 km/h), and its townships."""
    tables = dict(read_region(find_region("tianchang")).tables)
    sites = tables["institutions"]
    pairs = pd.concat([sites, tables["communities"]])[["id", "lon", "lat"]].merge(
        sites[["id", "lon", "lat"]], how="cross", suffixes=("", "_to")
    )
    pairs = pairs[pairs["id"] != pairs["id_to"]]
    km = 1.3 * distance_km(*(pairs[name].to_numpy(float) for name in ("lon", "lat", "lon_to", "lat_to")))
    travel = pd.DataFrame({"origin": pairs["id"], "destination": pairs["id_to"], "minutes": 1.5 * km + 10, "km": km})
    return tables | {"travel": travel.assign(profile="", method="test")}, list(sites.loc[sites["level"] == 1, "id"])


def facts_of(weekly_at: list[str]) -> Facts:
    """Today's clinics go on, and one doctor of the rare specialty holds a weekly clinic at each of some places."""
    tables, _ = county()
    held = Facts(typed(tables, {}, {})).clinics_today
    doctors = tables["doctors"]
    doctor = doctors.loc[doctors["specialty"] == RARE, "id"].iloc[0]
    more = pd.DataFrame(
        {"doctor": doctor, "institution": weekly_at, "specialty": RARE, "quarter": "Q1", "sessions": 13}
    )
    quarter = held["quarter"].iloc[0]
    sessions = pd.concat([held, more.assign(quarter=quarter)]).assign(main="yes")
    postings = tables["current_postings"].assign(state="running")
    return Facts(typed(tables, {"sessions": sessions, "postings": postings}, {}))


def measured(weekly_at: list[str], plan: bool = True) -> pd.Series:
    facts = facts_of(weekly_at)
    now = situation.planned(facts) if plan else situation.today(facts)
    rows = [*indicators_access.access(facts, now), *indicators_access.catchment(facts, now)]
    rows += indicators_shared.shared(facts, plan)
    return pd.Series({(name, scope): value for name, scope, value, _, _ in rows})


def test_today_and_a_plan_of_today_agree() -> None:
    """A plan that changes nothing has the access of today, row by row."""
    plan, today = measured([]), measured([], plan=False)
    mine = [key for key in plan.index if "service" not in key[0] and "centre" not in key[0]]
    pd.testing.assert_series_equal(plan[mine], today[mine], rtol=1e-9)


def test_clinics_at_every_township_bring_the_specialty_near() -> None:
    """Everybody is as near as before or nearer, more live within 30 minutes, and access is more even."""
    _, towns = county()
    before, after = measured([]), measured(towns)
    for part in ("p50", "p90", "max"):
        assert after[f"clinic_minutes_{part}", RARE] < before[f"clinic_minutes_{part}", RARE]
    for band in (15, 30):
        name = f"residents_within_{band}_minutes"
        assert after[name, RARE] > before[name, RARE] and after[name, ""] > before[name, ""]
        assert after[f"elderly_within_{band}_minutes", ""] > before[f"elderly_within_{band}_minutes", ""]
    assert after["visits_in_reach_gini", RARE] < before["visits_in_reach_gini", RARE]
    assert after["visits_in_reach_theil", RARE] < before["visits_in_reach_theil", RARE]
    assert after["primary_clinics_in_reach", ""] > before["primary_clinics_in_reach", ""]


def test_other_specialties_stay_as_they_are() -> None:
    """Clinics of one specialty move no other one."""
    _, towns = county()
    before, after = measured([]), measured(towns)
    scopes = {scope for _, scope in before.index if scope} - {RARE}
    same = [key for key in before.index if key[1] in scopes]
    pd.testing.assert_series_equal(before[same], after[same], rtol=1e-9)


def test_everybody_together_has_what_there_is() -> None:
    """The mean access is the capacity over the residents, before and after, in every specialty."""
    _, towns = county()
    for sites in ([], towns[:3]):
        facts = facts_of(sites)
        now = situation.planned(facts)
        people = residents(facts).people
        mean = np.average(
            residents(facts).access(capacity(facts, now), residents(facts).within_60), weights=people, axis=0
        )
        np.testing.assert_allclose(mean * people.sum() / 10_000, capacity(facts, now).sum(), rtol=1e-9)


def test_a_clinic_is_taken_from_home() -> None:
    """The hospital treats fewer while its doctor is away: the county gains less than the clinics hold."""
    _, towns = county()
    totals = []
    for sites in ([], towns):
        facts = facts_of(sites)
        totals.append(float(capacity(facts, situation.planned(facts))[RARE].sum()))
    facts = facts_of(towns)
    months = float(facts.quarters["months"].sum())
    clinics = 13 * len(towns) * float(facts.specialties.loc[RARE, "patients_per_session"]) / months
    assert 0 < totals[1] - totals[0] < clinics


@pytest.mark.parametrize("service", ["imaging", "laboratory"])
def test_no_centre_no_service(service: str) -> None:
    """A plan without any centre serves nobody; today's existing centres do."""
    plan, today = measured([]), measured([], plan=False)
    assert plan["service_within_60_minutes", service] == 0 and np.isnan(plan["service_minutes_p50", service])
    assert today["service_within_60_minutes", service] == 1 and today["service_in_reach", service] > 0
