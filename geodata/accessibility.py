"""Spatial accessibility by floating catchments: how much supply each resident can count on.

Every measure has the same two steps over pairs of an origin i (people P_i) and a destination j
(supply S_j) that are d_ij minutes apart, with a weight W(d) that falls with the minutes:

    R_j = S_j / sum_i P_i W(d_ij)          what one weighted resident finds at j
    A_i = sum_j R_j W(d_ij)                what i finds in all places together

    2SFCA        W = 1 up to a limit                         Luo and Wang 2003
    E2SFCA       W falls in zones, or as a Gaussian          Luo and Qi 2009; Dai 2010
    gravity      W = (d / scale) ** power up to a limit      Shen 1998; Luo and Wang 2003
    3SFCA        W times its share over the places that i    Wan, Zou and Sternberg 2012
                 can choose from

All limits are inclusive. Supply that somebody reaches is handed out exactly once:
sum_i A_i P_i = sum of S_j over the places that anybody reaches (tested). Nobody is dropped: an
origin without a trip has access 0, a place that nobody reaches hands out nothing, and a missing
trip is never a trip of 0 minutes.

Pure numpy and scipy.sparse; pairs are either a dense matrix or triples, so that 20,000 x 300 fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: Weight of each trip by its minutes (shape kept).
Decay = Callable[[Floats], Floats]
#: Three zones of specialist care within 60 minutes, and of primary care within 30 (Luo and Qi 2009).
ZONES_60: Mapping[float, float] = {20.0: 1.0, 40.0: 0.68, 60.0: 0.22}
ZONES_30: Mapping[float, float] = {10.0: 1.0, 20.0: 0.68, 30.0: 0.22}


@dataclass(frozen=True)
class Reach:
    """Known trips between `origins` x `destinations` places; a pair that is not here cannot be travelled.

    origin, destination: int64 (M,) positions; minutes: float64 (M,), finite, at least 0.
    """

    origin: Ints
    destination: Ints
    minutes: Floats
    origins: int
    destinations: int

    @classmethod
    def of_triples(
        cls, origin: npt.ArrayLike, destination: npt.ArrayLike, minutes: npt.ArrayLike, shape: tuple[int, int]
    ) -> Reach:
        """From positions (M,), (M,) and minutes (M,); minutes that are NaN or infinite are no trip.

        Raises ValueError for negative minutes, a position outside `shape` and a pair given twice.
        """
        o, d = np.asarray(origin, dtype=np.int64), np.asarray(destination, dtype=np.int64)
        m = np.asarray(minutes, dtype=float)
        known = np.isfinite(m)
        o, d, m = o[known], d[known], m[known]
        if len(m) and (m.min() < 0 or o.min() < 0 or d.min() < 0 or o.max() >= shape[0] or d.max() >= shape[1]):
            raise ValueError("minutes must not be negative, and positions must lie within the shape")
        if _repeated(o * shape[1] + d, shape[0] * shape[1]):
            raise ValueError("a pair of origin and destination is given twice")
        return cls(o, d, m, *shape)

    @classmethod
    def of_matrix(cls, minutes: npt.ArrayLike) -> Reach:
        """From a dense (I, J) matrix; NaN and inf are no trip. Raises ValueError for negative minutes."""
        table = np.asarray(minutes, dtype=float)
        if table.ndim != 2 or (table < 0).any():
            raise ValueError("minutes must be a matrix without negative entries")
        origin, destination = np.nonzero(np.isfinite(table))
        return cls(origin, destination, table[origin, destination], *table.shape)

    def weights(self, decay: Decay) -> sparse.csr_array:
        """(I, J) weights of the trips, only those above 0 stored."""
        values = np.asarray(decay(self.minutes), dtype=float)
        if not np.isfinite(values).all() or (values < 0).any():
            raise ValueError("a weight must be finite and not negative")
        kept = values > 0
        pairs = (values[kept], (self.origin[kept], self.destination[kept]))
        return sparse.coo_array(pairs, shape=(self.origins, self.destinations)).tocsr()

    def nearest(self, open_places: npt.ArrayLike) -> Floats:
        """Minutes (I,) to the nearest of the places marked in the bool array (J,); inf where none is reached."""
        chosen = np.asarray(open_places, dtype=bool)[self.destination]
        best = np.full(self.origins, np.inf)
        np.minimum.at(best, self.origin[chosen], self.minutes[chosen])
        return best


def _repeated(codes: Ints, count: int) -> bool:
    """Whether one of the codes below `count` occurs twice; by marking, ten times as fast as sorting, where it fits."""
    if count > 200_000_000:
        return len(np.unique(codes)) < len(codes)
    seen = np.zeros(count, dtype=bool)
    seen[codes] = True
    return int(np.count_nonzero(seen)) < len(codes)


def catchment(limit: float) -> Decay:
    """1 up to the limit (minutes, inclusive), 0 beyond."""
    return lambda minutes: (minutes <= limit).astype(float)


def zones(steps: Mapping[float, float]) -> Decay:
    """The weight of the first zone whose upper bound (minutes, inclusive) is not exceeded; 0 beyond the last.

    Raises ValueError when no zone is given.
    """
    if not steps:
        raise ValueError("at least one zone is needed")
    bounds = np.array(sorted(steps), dtype=float)
    values = np.array([*(steps[bound] for bound in sorted(steps)), 0.0], dtype=float)
    return lambda minutes: values[np.searchsorted(bounds, minutes, side="left")]


def gaussian(limit: float) -> Decay:
    """(exp(-(d / limit)^2 / 2) - exp(-1/2)) / (1 - exp(-1/2)) up to the limit: 1 at 0 minutes, 0 at it (Dai 2010)."""
    floor = np.exp(-0.5)

    def weight(minutes: Floats) -> Floats:
        value = (np.exp(-0.5 * (np.minimum(minutes, limit) / limit) ** 2) - floor) / (1 - floor)
        return np.asarray(np.where(minutes < limit, value, 0.0))

    return weight


def gravity(power: float, limit: float, scale: float = 1.0, least: float = 0.0) -> Decay:
    """(d / scale) ** power up to the limit (inclusive); minutes below `least` count as `least`.

    With a negative power a trip of 0 minutes has no weight that is finite: `least` must then be
    above 0 where such trips occur (`Reach.weights` raises ValueError).
    """

    def weight(minutes: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            value = (np.maximum(minutes, least) / scale) ** power
        return np.asarray(np.where(minutes <= limit, value, 0.0))

    return weight


def floating(weights: sparse.csr_array, supply: npt.ArrayLike, people: npt.ArrayLike) -> Floats:
    """Access of each origin, supply per resident: (I,) for supply (J,), (I, K) for K kinds of supply (J, K).

    weights (I, J) enter both steps. Raises ValueError for missing or negative supply or people and
    for shapes that do not fit.
    """
    given, residents = _amounts(supply, "supply"), _amounts(people, "people")
    if weights.shape != (len(residents), len(given)):
        raise ValueError(f"weights {weights.shape} do not fit {len(residents)} origins and {len(given)} places")
    demand = np.asarray(weights.T @ residents)
    reached = demand > 0
    # A place without anybody in its catchment hands out nothing, instead of an infinite ratio.
    each = np.where(reached, 1.0, 0.0) / np.where(reached, demand, 1.0)
    return np.asarray(weights @ (given * (each if given.ndim == 1 else each[:, None])))


def two_step(reach: Reach, supply: npt.ArrayLike, people: npt.ArrayLike, limit: float) -> Floats:
    """2SFCA: everything within the limit counts fully (see `floating` for shapes and errors)."""
    return floating(reach.weights(catchment(limit)), supply, people)


def enhanced_two_step(reach: Reach, supply: npt.ArrayLike, people: npt.ArrayLike, decay: Decay) -> Floats:
    """E2SFCA with `zones(...)` or `gaussian(...)`; with `gravity(...)` the gravity measure."""
    return floating(reach.weights(decay), supply, people)


def three_step(reach: Reach, supply: npt.ArrayLike, people: npt.ArrayLike, decay: Decay) -> Floats:
    """3SFCA: each weight times its share over all places that the origin can choose from.

    supply (J,): a place without supply is no choice, and its share goes to the others.
    """
    given = _amounts(supply, "supply")
    if given.ndim != 1:
        raise ValueError("3SFCA takes one kind of supply at a time: its choice depends on who has any")
    weights = reach.weights(decay) @ sparse.diags_array((given > 0).astype(float))
    total = np.asarray(weights.sum(axis=1))
    share = sparse.diags_array(np.where(total > 0, 1.0, 0.0) / np.where(total > 0, total, 1.0)) @ weights
    return floating(sparse.csr_array(weights.multiply(share)), given, people)


def _amounts(values: npt.ArrayLike, what: str) -> Floats:
    found = np.asarray(values, dtype=float)
    if not np.isfinite(found).all() or (found < 0).any():
        raise ValueError(f"{what} must be known and not negative")
    return found
