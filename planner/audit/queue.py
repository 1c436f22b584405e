"""Does a centre keep its promised wait? Recomputed at the actual load, apart from the model.

Data (films, traces): items arrive at random in the peak hour, are read by one of c readers and
then verified by one of v verifiers; the promise is a quantile of the sum of both sojourns. Goods
(packs, specimens): the batch that a loop brings is drained in working hours. Minutes and items.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)


def persons(servers: float, minutes: float) -> tuple[int, float]:
    """Whole persons and minutes an item: 2.5 readers are two, half a reader is one who takes twice as long."""
    if 0 < servers < 1:
        return 1, minutes / servers
    return math.floor(servers + 1e-9), minutes


def waiting_chance(load: float, servers: int) -> float:
    """Erlang C: the chance that an item has to wait, for an offered load in erlangs below `servers`."""
    term, total = 1.0, 0.0
    for k in range(servers):
        total += term
        term *= load / (k + 1)
    queueing = term * servers / (servers - load)
    return queueing / (total + queueing)


def sojourn(times: np.ndarray, per_minute: float, minutes: float, servers: float) -> np.ndarray:
    """Share of items through one M/M/c stage within each of `times` (minutes); 0 when overloaded.

    A stage without work (`minutes` 0) takes no time.
    """
    times = np.asarray(times, dtype=float)
    if minutes <= 0:
        return np.ones_like(times)
    servers, minutes = persons(servers, minutes)
    rate = 1.0 / minutes
    load = per_minute / rate
    if servers < 1 or load >= servers - 1e-12:
        return np.zeros_like(times)
    wait = waiting_chance(load, servers) if load > 0 else 0.0
    drain = servers * rate - per_minute
    direct = np.exp(-rate * times)
    # An item that waits takes an exponential wait (rate drain) and then its own work (rate).
    if math.isclose(drain, rate, rel_tol=1e-7):
        queued = direct * (1.0 + rate * times)
    else:
        queued = (drain * direct - rate * np.exp(-drain * times)) / (drain - rate)
    return 1.0 - (1.0 - wait) * direct - wait * queued


def share_within(
    wait: float, per_hour: float, read: float, servers: float, verify: float = 0.0, verifiers: float = 0.0
) -> float:
    """Share of items read and verified within `wait` minutes at `per_hour` items in the peak hour.

    `read`, `verify`: minutes of work per item; a second stage of 0 minutes is left out. The sum of the
    two independent sojourns is integrated with 200 Gauss points on two pieces (error below 1e-7 where
    the stages' rates differ by less than a factor of 1,000).
    """
    if wait < 0:
        return 0.0
    per_minute = per_hour / 60.0
    whole = np.array([wait])
    if verify <= 0:
        return float(sojourn(whole, per_minute, read, servers)[0])
    if read <= 0:
        return float(sojourn(whole, per_minute, verify, verifiers)[0])
    # F1 * dF2: the second stage in steps, so that no density has to be written out.
    edges = np.unique(np.concatenate([np.linspace(0, wait, 3), [min(wait, 5 * verify)]]))
    total = 0.0
    for low, high in pairwise(edges.tolist()):
        nodes = low + (high - low) * (_NODES + 1) / 2
        first = sojourn(wait - nodes, per_minute, read, servers)
        total += float(np.sum(_WEIGHTS * first * _density(nodes, per_minute, verify, verifiers))) * (high - low) / 2
    return total


def _density(times: np.ndarray, per_minute: float, minutes: float, servers: float) -> np.ndarray:
    """Density of the sojourn in one stage (per minute); 0 when overloaded."""
    servers, minutes = persons(servers, minutes)
    rate = 1.0 / minutes
    load = per_minute / rate
    if servers < 1 or load >= servers - 1e-12:
        return np.zeros_like(times)
    wait = waiting_chance(load, servers) if load > 0 else 0.0
    drain = servers * rate - per_minute
    direct = rate * np.exp(-rate * times)
    if math.isclose(drain, rate, rel_tol=1e-7):
        queued = rate * direct * times
    else:
        queued = drain * rate * (np.exp(-rate * times) - np.exp(-drain * times)) / (drain - rate)
    return np.asarray((1.0 - wait) * direct + wait * queued)


def headway_minutes(loops_per_week: float) -> float:
    """The longest time between two loops, weekends included (minutes)."""
    for least, minutes in ((14, 960.0), (7, 1440.0), (6, 2880.0), (3, 4320.0), (2, 5760.0)):
        if loops_per_week >= least:
            return minutes
    return 10080.0


def drained(wait: float, items_per_day: float, hours_per_day: float) -> float:
    """Items done within `wait` clock minutes from the start of a working day."""
    if wait <= 0 or hours_per_day <= 0:
        return 0.0
    days, rest = divmod(wait, 1440.0)
    return items_per_day * (days + min(rest / 60.0, hours_per_day) / hours_per_day)


def batch(items_per_day: float, headway: float) -> float:
    """Items that the longest pause between loops brings at once."""
    return items_per_day * max(1.0, headway / 1440.0)
