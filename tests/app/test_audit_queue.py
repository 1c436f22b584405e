"""The audit's own queue: known cases, limits, a simulation, and goods in batches."""

from __future__ import annotations

import heapq
import random

import numpy as np
import pytest

from planner.audit import queue


@pytest.mark.parametrize(
    ("films", "readers", "expected"),
    [(100, 1, 0.918), (100, 2, 0.998), (240, 2, 0.954)],
)
def test_liangxi_films_within_twenty_minutes(films: int, readers: int, expected: float) -> None:
    """Three minutes a film, eight hours: the shares of design section 4."""
    assert queue.share_within(20, films / 8, 3, readers) == pytest.approx(expected, abs=5e-4)


def test_one_server_is_an_exponential_sojourn() -> None:
    """M/M/1: the sojourn is exponential with the rate of the work less that of the arrivals."""
    assert queue.share_within(10, 10, 3, 1) == pytest.approx(1 - np.exp(-(1 / 3 - 1 / 6) * 10), abs=1e-9)


def test_two_stages_are_the_convolution_of_both() -> None:
    """Two M/M/1 stages of equal rate r: 1 - (1 + r t) exp(-r t)."""
    rate = 1 / 3 - 1 / 6
    expected = 1 - (1 + rate * 10) * np.exp(-rate * 10)
    assert queue.share_within(10, 10, 3, 1, 3, 1) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("readers", "verifiers"), [(2, 1), (3, 2), (4, 1)])
def test_two_stages_as_simulated(readers: int, verifiers: int) -> None:
    """Read, then verified: the share within 15 minutes as a simulation of 150,000 items gives it."""
    dice = random.Random(11)
    free = [[0.0] * readers, [0.0] * verifiers]
    arrivals, clock = [], 0.0
    for _ in range(150_000):
        clock += dice.expovariate(25 / 60)
        arrivals.append((clock, clock))
    for work, servers in zip((3.0, 1.5), free, strict=True):
        heapq.heapify(servers)
        done = []
        for ready, came in sorted(arrivals):
            start = max(ready, heapq.heappop(servers))
            end = start + dice.expovariate(1 / work)
            heapq.heappush(servers, end)
            done.append((end, came))
        arrivals = done
    share = sum(end - came <= 15 for end, came in arrivals) / len(arrivals)
    assert queue.share_within(15, 25, 3, readers, 1.5, verifiers) == pytest.approx(share, abs=0.01)


def test_overload_keeps_nothing() -> None:
    """A stage that cannot keep up has no share within any wait; half a reader works half as fast."""
    assert queue.share_within(60, 41, 3, 2) == 0
    assert queue.share_within(60, 10, 3, 2, 7, 1) == 0
    assert queue.share_within(20, 5, 3, 0.5) == pytest.approx(queue.share_within(20, 5, 6, 1))
    assert queue.share_within(20, 5, 3, 2.7) == pytest.approx(queue.share_within(20, 5, 3, 2))


@pytest.mark.parametrize(
    ("loops", "minutes"), [(14, 960), (7, 1440), (6, 2880), (5, 4320), (3, 4320), (2, 5760), (1, 10080), (0.5, 10080)]
)
def test_longest_pause_between_loops(loops: float, minutes: float) -> None:
    """Weekends and nights included."""
    assert queue.headway_minutes(loops) == minutes


def test_goods_are_drained_in_working_hours() -> None:
    """100 items in 8 hours: half a day's work in 240 minutes, a whole one by night, 1.5 in a day and 240 minutes."""
    assert queue.drained(240, 100, 8) == pytest.approx(50)
    assert queue.drained(600, 100, 8) == pytest.approx(100)
    assert queue.drained(1440 + 240, 100, 8) == pytest.approx(150)
    assert queue.drained(0, 100, 8) == 0
    assert queue.batch(20, 960) == 20
    assert queue.batch(20, 4320) == 60
