r"""How much a centre can take and still keep its promise: queues for data, batches for goods.

*Data* (films, ECG, prescriptions) queue for `servers` readers and then for `verifiers` who sign.
Arrivals in the peak hour are Poisson, both services exponential, first come first served, so each
stage is M/M/c. By Burke's theorem the second stage sees Poisson arrivals and the two times in the
system are independent (P. J. Burke, "The output process of a stationary M/M/s queueing system",
Ann. Math. Stat. 39, 1968). A stage is "wait at rate c mu - lambda with the Erlang C probability,
then work at rate mu"; the sum of two such stages is a phase-type law with four phases, computed
by a matrix exponential, which stays exact when rates coincide.

*Goods* (sterile packs, specimens) arrive in batches with the loop of a vehicle; a batch must be
worked off within the promised wait.

Units: minutes, items per hour (data) and items per day (goods). Percentiles are never added up.
Whole persons count: 2.5 readers are two, half a reader is none.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

INF = float("inf")
#: Longest time between two loops, weekends and nights included, by loops per week at least.
_HEADWAYS = ((14.0, 960.0), (7.0, 1440.0), (6.0, 2880.0), (3.0, 4320.0), (2.0, 5760.0))
_STEPS = 60


def headway_minutes(loops_per_week: float) -> float:
    """Longest time in minutes that goods wait for the next loop, weekends included."""
    for least, minutes in _HEADWAYS:
        if loops_per_week >= least:
            return minutes
    return 10080.0


def sojourn_probability(
    rate: float, servers: float, minutes: float, verifiers: float, verify_minutes: float, within: float
) -> float:
    """Share of items read and verified `within` minutes when `rate` items arrive per hour.

    A stage with 0 minutes takes no time; a stage that cannot keep up gives 0.
    """
    stages = [(n, m) for n, m in ((servers, minutes), (verifiers, verify_minutes)) if m > 0]
    if within < 0 or any(not _keeps_up(rate / 60.0, n, m) for n, m in stages):
        return 0.0
    if not stages:
        return 1.0
    phases = [_phases(rate / 60.0, n, m) for n, m in stages]
    size = 2 * len(phases)
    generator = np.zeros((size, size))
    for number, (_, wait_rate, work_rate) in enumerate(phases):
        at = 2 * number
        generator[at, at], generator[at, at + 1] = -wait_rate, wait_rate
        generator[at + 1, at + 1] = -work_rate
        if number + 1 < len(phases):
            next_delayed = phases[number + 1][0]
            generator[at + 1, at + 2] = work_rate * next_delayed
            generator[at + 1, at + 3] = work_rate * (1.0 - next_delayed)
    still = _exponential(generator * within)
    delayed = phases[0][0]
    left = delayed * still[0].sum() + (1.0 - delayed) * still[1].sum()
    return float(min(1.0, max(0.0, 1.0 - left)))


def _exponential(matrix: np.ndarray) -> np.ndarray:
    """exp of a matrix of a few rows by scaling and squaring (Higham 2005, with a Taylor polynomial).

    For four rows this is forty times faster than the general routine, whose threads cost more than
    its work; the bisection of safe loads calls it some thousand times.
    """
    squarings = max(0, int(np.ceil(np.log2(max(float(np.abs(matrix).sum(axis=1).max()), 1e-300)))) + 4)
    step = matrix / 2.0**squarings
    term = result = np.eye(len(matrix))
    for power in range(1, 13):
        term = term @ step / power
        result = result + term
    for _ in range(squarings):
        result = result @ result
    return result


def sojourn_quantile(
    rate: float, servers: float, minutes: float, verifiers: float, verify_minutes: float, quantile: float
) -> float:
    """Minutes within which the share `quantile` of the items is done; infinite if never."""
    arguments = (rate, servers, minutes, verifiers, verify_minutes)
    if sojourn_probability(*arguments, 0.0) >= quantile:
        return 0.0
    high = minutes + verify_minutes
    while sojourn_probability(*arguments, high) < quantile:
        high *= 2.0
        if high > 1e7:
            return INF
    low = 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if sojourn_probability(*arguments, middle) >= quantile else (middle, high)
    return high


@lru_cache(maxsize=4096)
def safe_peak_per_hour(
    servers: float, minutes: float, verifiers: float, verify_minutes: float, wait: float, quantile: float
) -> float:
    """Most items per hour of which the share `quantile` is done within `wait` minutes.

    0 when even a lone item is too slow; infinite when nothing takes time.
    """
    stages = [(n, m) for n, m in ((servers, minutes), (verifiers, verify_minutes)) if m > 0]
    if not stages:
        return INF
    if sojourn_probability(0.0, servers, minutes, verifiers, verify_minutes, wait) < quantile:
        return 0.0
    low, high = 0.0, min(math.floor(n) / m for n, m in stages) * 60.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        holds = sojourn_probability(middle, servers, minutes, verifiers, verify_minutes, wait) >= quantile
        low, high = (middle, high) if holds else (low, middle)
    return low


def goods_safe_load(items_per_day: float, hours: float, wait: float, headway: float) -> float:
    """Most items per day of which a whole batch is worked off within `wait` clock minutes.

    A batch is what gathers in `headway` minutes, at least a day's items. It is there when the
    working day starts; the centre works `hours` a day at items_per_day / hours an hour.
    """
    if items_per_day <= 0 or hours <= 0 or wait <= 0:
        return 0.0
    days, rest = divmod(wait, 1440.0)
    worked = days * hours + min(hours, rest / 60.0)
    return worked * items_per_day / hours / max(1.0, headway / 1440.0)


def _keeps_up(rate: float, servers: float, minutes: float) -> bool:
    return rate * minutes < math.floor(servers)


def _phases(rate: float, servers: float, minutes: float) -> tuple[float, float, float]:
    """Erlang C probability of waiting, rate of the wait and rate of the work, per minute."""
    persons = math.floor(servers)
    load, blocked = rate * minutes, 1.0
    for person in range(1, persons + 1):
        blocked = load * blocked / (person + load * blocked)
    delayed = blocked / (1.0 - load / persons * (1.0 - blocked))
    return delayed, persons / minutes - rate, 1.0 / minutes
