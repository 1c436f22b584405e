"""Shares, quantiles, Gini and Theil of residents: brute force, and what holds for any spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.accessibility_shares import gini, quantiles, share_within, theil

steady = settings(deadline=None, derandomize=True, database=None)
value = st.one_of(st.just(0.0), st.floats(0.01, 1000))
#: Values with weights and groups, at least one weight above 0.
spreads = st.lists(st.tuples(value, value, st.sampled_from("abc")), min_size=1, max_size=8).filter(
    lambda rows: sum(row[1] for row in rows) > 0
)


def split(rows: list[tuple[float, float, str]]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    return np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), [r[2] for r in rows]


@steady
@given(spreads)
def test_gini_equals_the_sum_over_pairs(rows: list[tuple[float, float, str]]) -> None:
    """The sorted formula is the mean gap between two residents over twice the mean; between 0 and 1."""
    x, w, _ = split(rows)
    held = (x * w).sum()
    if held <= 0:
        assert np.isnan(gini(x, w))
        return
    pairs = (w[:, None] * w[None, :] * abs(x[:, None] - x[None, :])).sum() / (2 * w.sum() * held)
    assert gini(x, w) == pytest.approx(pairs, abs=1e-9)
    assert 0 <= gini(x, w) <= 1


@steady
@given(spreads, st.floats(0.5, 100))
def test_all_equal_is_even(rows: list[tuple[float, float, str]], each: float) -> None:
    """Where everybody has the same, Gini and Theil and both of its parts are 0."""
    _, w, groups = split(rows)
    same = np.full(len(w), each)
    found = theil(same, w, groups)
    assert gini(same, w) == pytest.approx(0, abs=1e-12)
    assert (found.total, found.between, found.within) == pytest.approx((0, 0, 0), abs=1e-12)


@steady
@given(spreads)
def test_theil_adds_up(rows: list[tuple[float, float, str]]) -> None:
    """Between and within groups add up to Theil without groups, and neither is negative."""
    x, w, groups = split(rows)
    found, alone = theil(x, w, groups), theil(x, w)
    if (x * w).sum() <= 0:
        assert np.isnan([found.total, found.between, found.within, alone.total]).all()
        return
    assert found.between + found.within == pytest.approx(alone.total, abs=1e-9)
    assert found.between >= -1e-12 and found.within >= -1e-12
    assert alone.between == pytest.approx(0, abs=1e-12)


@steady
@given(spreads, st.integers(2, 4))
def test_weights_are_people(rows: list[tuple[float, float, str]], times: int) -> None:
    """A place of n people is n places of one, and the unit of supply does not matter."""
    x, w, groups = split(rows)
    if (x * w).sum() <= 0:
        return
    many, crowd = np.tile(x, times), np.tile(w, times)
    assert gini(many, crowd) == pytest.approx(gini(x, w), abs=1e-9)
    assert gini(7 * x, w) == pytest.approx(gini(x, w), abs=1e-9)
    assert theil(many, crowd, groups * times).within == pytest.approx(theil(x, w, groups).within, abs=1e-9)


def test_one_has_all() -> None:
    """A quarter of the people with everything: Gini 3/4 and Theil ln 4, all of it between the groups."""
    found = theil([1.0, 0.0], [1.0, 3.0], ["a", "b"])
    assert gini([1.0, 0.0], [1.0, 3.0]) == pytest.approx(0.75)
    assert (found.total, found.between) == pytest.approx((np.log(4), np.log(4)))
    assert found.within == pytest.approx(0, abs=1e-12)


def test_nothing_to_share_is_not_even() -> None:
    """Where nobody has anything there is no Gini: never a proud 0."""
    assert np.isnan(gini([0.0, 0.0], [1.0, 1.0])) and np.isnan(theil([0.0], [1.0]).total)
    assert np.isnan(gini([], [])) and np.isnan(theil([], []).total)


def test_out_of_reach_counts() -> None:
    """Missing and infinite minutes are people out of reach: in no band, and at the far end of the quantiles."""
    minutes, people = [10.0, np.nan, 30.0, np.inf], [50.0, 5.0, 40.0, 5.0]
    assert share_within(minutes, people, [15, 30, 60]).tolist() == [0.5, 0.9, 0.9]
    assert quantiles(minutes, people, [0.5, 0.9, 1.0]).tolist() == [10.0, 30.0, np.inf]


@steady
@given(spreads)
def test_quantiles_and_shares_agree(rows: list[tuple[float, float, str]]) -> None:
    """At least the share lives within its quantile, and less than it within anything shorter."""
    x, w, _ = split(rows)
    for share in (0.1, 0.5, 0.9, 1.0):
        (limit,) = quantiles(x, w, [share])
        assert share_within(x, w, [limit])[0] >= share - 1e-9
        shorter = x[(x < limit) & (w > 0)]
        assert not len(shorter) or share_within(x, w, [shorter.max()])[0] < share


def test_places_without_people_set_no_maximum() -> None:
    """The farthest resident, not the farthest dot on the map; without people there is no answer."""
    assert quantiles([10.0, 90.0], [5.0, 0.0], [1.0]).tolist() == [10.0]
    assert np.isnan(quantiles([10.0], [0.0], [0.5])[0]) and np.isnan(share_within([10.0], [0.0], [15])[0])


def test_bad_values_are_refused() -> None:
    """A missing access or a negative weight is an error: who reaches nothing has 0."""
    with pytest.raises(ValueError, match="reaches nothing"):
        gini([np.nan], [1.0])
    with pytest.raises(ValueError, match="weights"):
        theil([1.0], [-1.0])
    with pytest.raises(ValueError, match="weights"):
        share_within([1.0], [np.nan], [15])
