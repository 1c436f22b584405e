"""The safe loads of shared centres against published figures, closed forms and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.simulate import Stage, simulate_batches, simulate_days, simulate_steady

from models.turnaround import (
    goods_safe_load,
    headway_minutes,
    safe_peak_per_hour,
    sojourn_probability,
    sojourn_quantile,
)

CASES = [
    # per hour, servers, minutes, verifiers, minutes, within
    (12.0, 1, 3.0, 1, 0.0, 10.0),
    (30.0, 2, 3.0, 1, 0.0, 15.0),
    (30.0, 2, 3.0, 1, 1.0, 15.0),
    (18.0, 1, 2.0, 1, 2.0, 12.0),
    (40.0, 3, 4.0, 2, 2.0, 20.0),
    (100.0, 6, 3.0, 2, 1.0, 12.0),
]


@pytest.mark.parametrize(
    ("loops", "minutes"),
    [(21, 960), (14, 960), (13, 1440), (7, 1440), (6, 2880), (5, 4320), (3, 4320), (2, 5760), (1, 10080), (0.5, 10080)],
)
def test_headway_counts_nights_and_weekends(loops: float, minutes: float) -> None:
    """The longest gap between two loops is that of the weekly timetable, not seven days over loops."""
    assert headway_minutes(loops) == minutes


@pytest.mark.parametrize(("films", "readers", "share"), [(100, 1, 0.918), (100, 2, 0.998), (240, 2, 0.9545)])
def test_liangxi_films_within_twenty_minutes(films: float, readers: float, share: float) -> None:
    """Liangxi reads films of 3 minutes within 20 minutes: the published shares come out."""
    assert sojourn_probability(films / 8.0, readers, 3.0, 1, 0.0, 20.0) == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize("case", CASES)
def test_share_and_quantile_are_those_of_a_simulation(case: tuple[float, ...]) -> None:
    """Against an event simulation of both stages: the share within two points, the quantile within 5 %."""
    rate, readers, minutes, verifiers, verify, within = case
    spent = simulate_steady(rate, [Stage(int(readers), minutes), Stage(int(verifiers), verify)], 60_000)
    assert sojourn_probability(*case) == pytest.approx(float((spent <= within).mean()), abs=0.02)
    promised = sojourn_quantile(rate, readers, minutes, verifiers, verify, 0.95)
    assert promised == pytest.approx(float(np.quantile(spent, 0.95)), rel=0.05)


def test_one_reader_alone_is_the_closed_form() -> None:
    """A single M/M/1 stage is exponential with rate mu - lambda."""
    assert sojourn_probability(12.0, 1, 3.0, 1, 0.0, 7.0) == pytest.approx(1 - math.exp(-(1 / 3 - 0.2) * 7.0))


def test_two_equal_stages_are_the_closed_form() -> None:
    """Two M/M/1 stages with the same rates give an Erlang law: coinciding rates do no harm."""
    x = (1 / 3 - 0.2) * 25.0
    assert sojourn_probability(12.0, 1, 3.0, 1, 3.0, 25.0) == pytest.approx(1 - math.exp(-x) * (1 + x))


def test_quantile_and_probability_are_inverse() -> None:
    """Putting the quantile back gives the share that was asked for."""
    minutes = sojourn_quantile(20.0, 2, 4.0, 1, 1.5, 0.9)
    assert sojourn_probability(20.0, 2, 4.0, 1, 1.5, minutes) == pytest.approx(0.9)


def test_a_queue_that_cannot_keep_up_never_ends() -> None:
    """At or above the capacity of either stage nothing is promised."""
    assert sojourn_probability(20.0, 1, 3.0, 1, 0.0, 1e6) == 0.0
    assert sojourn_probability(20.0, 2, 3.0, 1, 3.0, 1e6) == 0.0
    assert math.isinf(sojourn_quantile(20.0, 1, 3.0, 1, 0.0, 0.95))


@given(
    st.integers(1, 6),
    st.floats(0.5, 20.0),
    st.integers(1, 4),
    st.sampled_from([0.0, 0.5, 3.0]),
    st.floats(1.0, 200.0),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
@settings(derandomize=True, deadline=None, max_examples=25)
def test_the_safe_load_is_the_largest_that_keeps_the_promise(
    servers: int, minutes: float, verifiers: int, verify: float, wait: float, quantile: float
) -> None:
    """At the safe load the promise holds, a little above it does not, and more time allows more."""
    safe = safe_peak_per_hour(servers, minutes, verifiers, verify, wait, quantile)
    if safe == 0.0:
        assert sojourn_probability(0.0, servers, minutes, verifiers, verify, wait) < quantile
        return
    assert sojourn_probability(safe, servers, minutes, verifiers, verify, wait) >= quantile
    assert sojourn_probability(safe * 1.001 + 1e-6, servers, minutes, verifiers, verify, wait) < quantile
    assert safe_peak_per_hour(servers, minutes, verifiers, verify, wait * 1.5, quantile) >= safe
    assert safe_peak_per_hour(servers + 1, minutes, verifiers, verify, wait, quantile) >= safe - 1e-9


def test_work_without_minutes_is_always_safe() -> None:
    """Where an item takes no time there is no limit from the wait."""
    assert math.isinf(safe_peak_per_hour(1, 0.0, 1, 0.0, 10.0, 0.95))


def test_whole_persons_count() -> None:
    """Two and a half readers are two; half a reader is none."""
    assert safe_peak_per_hour(2.5, 3.0, 1, 0.0, 30.0, 0.9) == safe_peak_per_hour(2, 3.0, 1, 0.0, 30.0, 0.9)
    assert safe_peak_per_hour(0.5, 3.0, 1, 0.0, 30.0, 0.9) == 0.0


@pytest.mark.parametrize(
    ("wait", "headway", "load"),
    [
        (480.0, 960.0, 80.0),  # a whole working day of 8 hours for one day's items
        (240.0, 960.0, 40.0),  # half of it
        (1440.0, 1440.0, 80.0),  # the night adds nothing
        (1680.0, 1440.0, 120.0),  # a day and four hours
        (480.0, 4320.0, 80.0 / 3),  # three days' items at once
        (0.0, 960.0, 0.0),
    ],
)
def test_goods_are_worked_off_in_working_hours(wait: float, headway: float, load: float) -> None:
    """80 items in 8 hours: what can be done within the wait, spread over the days that a batch gathers."""
    assert goods_safe_load(80.0, 8.0, wait, headway) == pytest.approx(load)


def test_goods_at_the_safe_load_are_done_in_time() -> None:
    """Batches of Poisson size at the safe load keep their wait for all but a few in a hundred."""
    for wait, headway in ((360.0, 960.0), (1500.0, 2880.0)):
        load = min(80.0, goods_safe_load(80.0, 8.0, wait, headway))
        assert (simulate_batches(load, 80.0, 8.0, headway) <= wait).mean() >= 0.95 - 0.05


@pytest.mark.parametrize(
    ("servers", "minutes", "verifiers", "verify", "wait"),
    [(2, 3.0, 1, 1.0, 20.0), (1, 3.0, 1, 0.0, 15.0), (4, 5.0, 2, 2.0, 30.0)],
)
def test_a_day_with_a_peak_hour_at_the_safe_load_keeps_the_promise(
    servers: int, minutes: float, verifiers: int, verify: float, wait: float
) -> None:
    """A day whose peak hour has the safe load keeps its quantile, in the peak hour too, within five points."""
    peak = safe_peak_per_hour(servers, minutes, verifiers, verify, wait, 0.95)
    stages = [Stage(servers, minutes), Stage(verifiers, verify)]
    every, rush = simulate_days(peak / 0.14, peak, 8.0, stages, days=150)
    assert (every <= wait).mean() >= 0.95 - 0.05
    assert (rush <= wait).mean() >= 0.95 - 0.05
