"""Floating catchments: the published reference values, brute force, and what must hold for any region."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.accessibility import (
    ZONES_30,
    ZONES_60,
    Decay,
    Reach,
    catchment,
    enhanced_two_step,
    floating,
    gaussian,
    gravity,
    three_step,
    two_step,
    zones,
)

STEPS = {2000.0: 1.0, 4000.0: 0.68, 6000.0: 0.22}
#: Zones, a Gaussian, a plain limit and gravity, each with a limit of 60 minutes.
DECAYS: tuple[Decay, ...] = (zones(ZONES_60), gaussian(60), catchment(60), gravity(-1.5, 60, least=1.0))


@pytest.fixture
def reference(shared: Path) -> Path:
    return shared / "benchmarks" / "access_reference"


def san_francisco(folder: Path) -> tuple[Reach, np.ndarray, np.ndarray, pd.DataFrame]:
    cost, people = pd.read_csv(folder / "sf_cost.csv"), pd.read_csv(folder / "sf_demand.csv")
    sites, wanted = pd.read_csv(folder / "sf_supply.csv"), pd.read_csv(folder / "sf_expected.csv")
    origin = pd.Index(people["name"]).get_indexer(pd.Index(cost["origin"]))
    destination = pd.Index(sites["site"]).get_indexer(pd.Index(cost["dest"]))
    reach = Reach.of_triples(origin, destination, cost["cost"], (len(people), len(sites)))
    found = people[["name"]].merge(wanted, on="name", how="left", validate="one_to_one")
    return reach, sites["supply"].to_numpy(float), people["pop"].to_numpy(float), found


def test_four_measures_equal_the_reference(reference: Path) -> None:
    """2SFCA, E2SFCA, 3SFCA and gravity 2SFCA at 205 places of San Francisco, each value and its mean, to 1e-9."""
    reach, supply, people, wanted = san_francisco(reference)
    found = {
        "s2": two_step(reach, supply, people, 6000),
        "e2": enhanced_two_step(reach, supply, people, zones(STEPS)),
        "s3": three_step(reach, supply, people, zones(STEPS)),
        "g2": enhanced_two_step(reach, supply, people, gravity(-1, 6000, scale=1000)),
    }
    best = pd.read_csv(reference / "best_known.csv").set_index("instance")["value"]
    for name, values in found.items():
        # The file has twelve digits after the point: each value may be off by half of the last one, no more.
        np.testing.assert_allclose(values, wanted[name].fillna(0.0), rtol=0, atol=5.01e-13)
        assert values.mean() == pytest.approx(best[f"sf/{name}"], rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("scenario", range(4))
def test_hospital_example_equals_the_reference(reference: Path, scenario: int) -> None:
    """Three tracts with 15, 20 and 100 doctors under four states of congestion, gravity 1 / cost below 61."""
    cost = pd.read_csv(reference / "hospital_example_cost.csv")
    cost = cost[cost["scenario"] == scenario]
    tracts = pd.read_csv(reference / "hospital_example_tracts.csv")
    reach = Reach.of_triples(cost["origin"] - 1, cost["dest"] - 1, cost["cost"], (3, 3))
    found = enhanced_two_step(reach, tracts["doc"], tracts["pop"], gravity(-1, 61))
    best = pd.read_csv(reference / "best_known.csv").set_index("instance")["value"]
    wanted = [best[f"hospital_example/scenario={scenario}/tract={tract}"] for tract in (1, 2, 3)]
    # The reference has ten digits after the point.
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-10)


def test_steps_are_inclusive() -> None:
    """A trip of exactly the limit belongs to the zone, one a hair longer to the next."""
    weight = zones(ZONES_30)(np.array([0.0, 10.0, 10.0001, 20.0, 30.0, 30.0001]))
    assert weight.tolist() == [1.0, 1.0, 0.68, 0.68, 0.22, 0.0]
    assert catchment(15)(np.array([15.0, 15.1])).tolist() == [1.0, 0.0]


def test_gaussian_runs_from_one_to_nothing() -> None:
    """The Gaussian is 1 at the door, falls all the way, and is 0 at the limit and beyond."""
    weight = gaussian(60)(np.linspace(0.0, 90.0, 91))
    assert weight[0] == 1.0 and (np.diff(weight[:61]) < 0).all() and (weight[60:] == 0).all()


@pytest.mark.filterwarnings("ignore")
def test_equal_the_library_where_it_is_installed(reference: Path) -> None:
    """PySAL's `access` gives the same E2SFCA, but for its NaN where nobody can travel, which is 0 here."""
    access = pytest.importorskip("access")
    reach, supply, people, _ = san_francisco(reference)
    cost = pd.DataFrame({"origin": reach.origin, "dest": reach.destination, "cost": reach.minutes})
    theirs = access.Access(
        demand_df=pd.DataFrame({"id": range(len(people)), "pop": people}), demand_index="id", demand_value="pop",
        supply_df=pd.DataFrame({"id": range(len(supply)), "supply": supply}), supply_index="id",
        supply_value="supply", cost_df=cost, cost_origin="origin", cost_dest="dest", cost_name="cost",
    )  # fmt: skip
    theirs.enhanced_two_stage_fca(name="e2", weight_fn=access.weights.step_fn(STEPS), max_cost=6000)
    ours = enhanced_two_step(reach, supply, people, zones(STEPS))
    np.testing.assert_allclose(ours, theirs.access_df["e2_supply"].fillna(0.0), rtol=1e-12)


# --- brute force and properties ----------------------------------------------------------------

steady = settings(deadline=None, derandomize=True, database=None)
places = st.integers(1, 5)
minute = st.one_of(st.just(np.inf), st.sampled_from([0.0, 10.0, 20.0, 40.0, 60.0, 61.0]), st.floats(0, 120))
amount = st.one_of(st.just(0.0), st.floats(0.01, 1000))


@st.composite
def regions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Minutes (I, J) with holes, supply (J,), people (I,), zeros among them."""
    rows, columns = draw(places), draw(places)
    minutes = np.array([[draw(minute) for _ in range(columns)] for _ in range(rows)])
    supply = np.array([draw(amount) for _ in range(columns)])
    return minutes, supply, np.array([draw(amount) for _ in range(rows)])


def by_hand(minutes: np.ndarray, supply: np.ndarray, people: np.ndarray, decay: Decay, third: bool) -> np.ndarray:
    """The three steps as loops."""
    rows, columns = minutes.shape
    weight = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            if np.isfinite(minutes[i, j]):
                weight[i, j] = decay(np.array([minutes[i, j]]))[0]
    if third:
        choice = weight * (supply > 0)
        for i in range(rows):
            if choice[i].sum() > 0:
                weight[i] = weight[i] * choice[i] / choice[i].sum()
    found = np.zeros(rows)
    for j in range(columns):
        crowd = sum(people[k] * weight[k, j] for k in range(rows))
        for i in range(rows):
            if crowd > 0:
                found[i] += weight[i, j] * supply[j] / crowd
    return found


@steady
@given(regions())
def test_all_measures_equal_loops(region: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Sparse products give what loops over every pair give, for each decay and for 3SFCA."""
    minutes, supply, people = region
    reach = Reach.of_matrix(minutes)
    for decay in DECAYS:
        found = enhanced_two_step(reach, supply, people, decay)
        np.testing.assert_allclose(found, by_hand(minutes, supply, people, decay, False), rtol=1e-9)
        found = three_step(reach, supply, people, decay)
        np.testing.assert_allclose(found, by_hand(minutes, supply, people, decay, True), rtol=1e-9)


@steady
@given(regions())
def test_supply_that_is_reached_is_handed_out_once(region: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """sum(access x people) is the supply of the places that somebody can reach, no more and no less."""
    minutes, supply, people = region
    reach = Reach.of_matrix(minutes)
    for decay in DECAYS:
        reached = reach.weights(decay).T @ people > 0
        total = supply[reached].sum()
        assert enhanced_two_step(reach, supply, people, decay) @ people == pytest.approx(total, rel=1e-9)
        assert three_step(reach, supply, people, decay) @ people == pytest.approx(total, rel=1e-9)


@steady
@given(regions(), st.integers(0, 4), st.floats(0.1, 100))
def test_more_supply_lowers_nobodys_access(
    region: tuple[np.ndarray, np.ndarray, np.ndarray], place: int, more: float
) -> None:
    """In 2SFCA, E2SFCA and gravity the access of everybody stays or rises when one place has more.

    3SFCA has no such promise: a new choice draws people from other places.
    """
    minutes, supply, people = region
    reach, richer = Reach.of_matrix(minutes), supply.copy()
    richer[place % len(supply)] += more
    for decay in DECAYS:
        before, after = (enhanced_two_step(reach, given, people, decay) for given in (supply, richer))
        assert (after >= before * (1 - 1e-12)).all()


@steady
@given(regions())
def test_who_cannot_travel_has_no_access(region: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """An origin without any trip has access 0 and takes nothing from the others; a missing trip is not 0 minutes."""
    minutes, supply, people = region
    alone = np.vstack([minutes, np.full(minutes.shape[1], np.nan)])
    reach, wider = Reach.of_matrix(minutes), Reach.of_matrix(alone)
    for decay in DECAYS:
        found = enhanced_two_step(wider, supply, [*people, 500.0], decay)
        assert found[-1] == 0
        np.testing.assert_allclose(found[:-1], enhanced_two_step(reach, supply, people, decay), rtol=1e-12)
    assert np.isinf(wider.nearest(np.ones(len(supply), dtype=bool))[-1])


@steady
@given(regions())
def test_nearest_is_the_least_of_the_row(region: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """The nearest of the open places, infinite when none of them is reached or none is open."""
    minutes, supply, _ = region
    wanted = np.where(supply > 0, minutes, np.inf).min(axis=1)
    np.testing.assert_array_equal(Reach.of_matrix(minutes).nearest(supply > 0), wanted)


@steady
@given(regions())
def test_several_kinds_at_once_are_each_alone(region: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """A column of supply gives what it gives alone."""
    minutes, supply, people = region
    weights = Reach.of_matrix(minutes).weights(DECAYS[0])
    both = floating(weights, np.column_stack([supply, 2 * supply[::-1]]), people)
    np.testing.assert_allclose(both[:, 0], floating(weights, supply, people), rtol=1e-12)
    np.testing.assert_allclose(both[:, 1], floating(weights, 2 * supply[::-1], people), rtol=1e-12)


def test_triples_equal_the_matrix() -> None:
    """Triples in any order, with holes and a trip of 0 minutes, are the matrix that they come from."""
    minutes = np.array([[0.0, np.nan, 30.0], [45.0, 20.0, np.inf]])
    at = np.array([5, 0, 2, 3, 4, 1])
    reach = Reach.of_triples(at // 3, at % 3, minutes.ravel()[at], (2, 3))
    for decay in DECAYS:
        found = enhanced_two_step(reach, [3, 4, 5], [10, 20], decay)
        np.testing.assert_allclose(found, enhanced_two_step(Reach.of_matrix(minutes), [3, 4, 5], [10, 20], decay))


def test_bad_input_is_refused() -> None:
    """Negative minutes, a pair twice, a place off the map, missing people and an infinite weight are errors."""
    with pytest.raises(ValueError, match="negative"):
        Reach.of_triples([0], [0], [-1.0], (1, 1))
    with pytest.raises(ValueError, match="negative"):
        Reach.of_matrix([[-1.0]])
    with pytest.raises(ValueError, match="twice"):
        Reach.of_triples([0, 0], [0, 0], [1.0, 2.0], (1, 1))
    with pytest.raises(ValueError, match="within the shape"):
        Reach.of_triples([0], [1], [1.0], (1, 1))
    reach = Reach.of_matrix([[0.0]])
    with pytest.raises(ValueError, match="people must be known"):
        two_step(reach, [1.0], [np.nan], 30)
    with pytest.raises(ValueError, match="supply must be known"):
        two_step(reach, [-1.0], [1.0], 30)
    with pytest.raises(ValueError, match="do not fit"):
        two_step(reach, [1.0, 2.0], [1.0], 30)
    with pytest.raises(ValueError, match="finite"):
        enhanced_two_step(reach, [1.0], [1.0], gravity(-1, 60))
    with pytest.raises(ValueError, match="one kind"):
        three_step(reach, [[1.0]], [1.0], DECAYS[0])
    with pytest.raises(ValueError, match="zone"):
        zones({})


def test_twenty_thousand_places_fit() -> None:
    """20,000 x 300 with a hundred destinations within the limit each: two million trips, seven kinds at once."""
    rng = np.random.default_rng(7)
    origin = np.repeat(np.arange(20_000), 100)
    destination = (rng.integers(0, 300, 20_000)[:, None] + np.arange(100)) % 300
    reach = Reach.of_triples(origin, destination.ravel(), rng.uniform(1, 90, 2_000_000), (20_000, 300))
    supply, people = rng.uniform(0, 100, (300, 7)), rng.uniform(10, 3000, 20_000)
    found = enhanced_two_step(reach, supply, people, zones(ZONES_60))
    np.testing.assert_allclose(people @ found, supply.sum(axis=0), rtol=1e-9)
