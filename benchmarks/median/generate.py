"""Places in clusters that are hosts too: distances in whole numbers, weights of members, from a seed. numpy alone."""

from __future__ import annotations

import numpy as np


def places(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights (count) and distances (count, count); one town for every sixty places, four at least."""
    draw = np.random.default_rng(seed)
    towns = draw.random((max(4, count // 60), 2))
    at = towns[draw.integers(0, len(towns), count)] + draw.normal(0, 0.07, (count, 2))
    weight = np.round(draw.lognormal(2, 1, count)) + 1
    away = np.sqrt(((at[:, None] - at[None]) ** 2).sum(-1))
    return weight, np.round(1000 * away)


def hosts(count: int) -> int:
    """How many hosts are to be opened: one for every twenty places."""
    return max(3, count // 20)


def radius(distances: np.ndarray, most: int) -> float:
    """A radius of covering that is neither trivial nor hopeless."""
    return float(np.median(np.sort(distances, axis=1)[:, len(distances) // most]))
