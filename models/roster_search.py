"""Better rosters by dating a few needs again and keeping the rest (large neighbourhoods: Shaw 1998).

Proves nothing. The order of neighbourhoods and their node limits are fixed, so that a search which the
clock does not stop repeats itself.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from models.answers import Job, Limits
from models.hand_over import run
from models.matrix import Floats
from models.roster_choices import Key
from models.roster_model import RosterModel

#: Needs dated again at once; in models of many needs.
FREED, FREED_OF_MANY, MANY = 4, 6, 15
#: Nodes and seconds of one neighbourhood.
NODES, SECONDS = 30, 3.0
#: Neighbourhoods tried without success, times the needs, before a search ends; and most in all.
PATIENCE, MOST = 2, 6


def improve(
    model: RosterModel, vector: Floats, x: Floats, bound: float, ends: float, seed: int, step: float
) -> tuple[Floats, bool]:
    """A plan at least as good as `x` in `vector`, which keeps every row; and whether the clock stopped it.

    ends: as `time.time()`. bound: of vector . x; the search stops within `step` of it.
    """
    columns = model.columns("visit")
    own: dict[Key, list[int]] = defaultdict(list)
    for name in ("visit", "fixed"):
        found = model.columns(name)
        for place, key in zip(model.places(name).tolist(), found.keys if found is not None else (), strict=True):
            own[key[0], key[1]].append(place)
    needs = sorted(own)
    size = FREED_OF_MANY if len(needs) >= MANY else FREED
    if columns is None or len(needs) <= size + 1:
        return x, False
    near = _near(model, needs)
    held = np.concatenate([np.asarray(own[key], dtype=np.int64) for key in needs])
    rng, tried, idle = random.Random(seed), 0, 0
    while idle < PATIENCE * len(needs) and tried < MOST * len(needs):
        value = float(vector @ x)
        if value <= bound + step:
            break
        left = ends - time.time()
        if left <= 0.05:
            return x, True
        free = _neighbourhood(needs, near, tried, size, rng)
        kept = np.setdiff1d(held, np.concatenate([np.asarray(own[key], dtype=np.int64) for key in free]))
        # only strictly better plans: most neighbourhoods are then closed by the first linear programme
        least = max(step * 0.5, 1e-3 * abs(value - bound), 1e-5)
        matrix = model.matrix.fixed(kept, np.round(x[kept]))
        limits = Limits(min(SECONDS, left), absolute_gap=step, relative_gap=1e-3, nodes=NODES, seed=seed)
        answer = run(Job(matrix, vector, 0.0, limits, cutoff=value - least), time.time() + min(SECONDS, left), _quiet)
        tried += 1
        idle += 1
        if answer.x is not None and float(vector @ answer.x) < value - 0.5 * least:
            x, idle = answer.x, 0
    return x, False


def _quiet(_: object) -> None:
    """No news of a neighbourhood."""


def _near(model: RosterModel, needs: Sequence[Key]) -> dict[Key, dict[Key, float]]:
    """How much two needs have to do with each other: doctors in common, and the site."""
    doctors = {key: {pair.doctor for pair in model.instance.needs[key].pairs} for key in needs}
    return {
        one: {other: len(doctors[one] & doctors[other]) + 0.5 * (one[0] == other[0]) for other in needs if other != one}
        for one in needs
    }


def _neighbourhood(
    needs: Sequence[Key], near: dict[Key, dict[Key, float]], tried: int, size: int, rng: random.Random
) -> list[Key]:
    """One need after the other, with those nearest to it, ties and near ties by lot."""
    centre = needs[tried % len(needs)]
    others = sorted(near[centre], key=lambda key: -(near[centre][key] + 2.0 * rng.random()))
    return [centre, *others[: size - 1]]
