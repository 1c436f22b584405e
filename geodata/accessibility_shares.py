"""How minutes and access are spread over residents: shares, quantiles, Gini and Theil, all weighted.

Those who reach nothing count: with infinite minutes in `share_within` and `quantiles`, with access
0 in `gini` and `theil`. Nobody is dropped, and no missing value is read as 0 minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Theil:
    """Theil T, and its two parts: between + within = total (NaN each when there is nothing to share)."""

    total: float
    between: float
    within: float


def share_within(minutes: npt.ArrayLike, people: npt.ArrayLike, limits: Sequence[float]) -> Floats:
    """Share of the people with at most each limit (inclusive); missing minutes are out of reach.

    minutes, people: (I,). NaN for every limit without people. Raises ValueError for bad people.
    """
    far, weight = _far(minutes), _weights(people)
    total = weight.sum()
    if total <= 0:
        return np.full(len(limits), np.nan)
    return np.array([weight[far <= limit].sum() / total for limit in limits])


def quantiles(minutes: npt.ArrayLike, people: npt.ArrayLike, shares: Sequence[float]) -> Floats:
    """The least minutes within which at least each share (0 to 1] of the people are: p50, p90, 1 for the farthest.

    inf where that share cannot be reached at all; NaN without people. Places without people do not count.
    """
    far, weight = _far(minutes), _weights(people)
    far, weight = far[weight > 0], weight[weight > 0]
    if not len(weight):
        return np.full(len(shares), np.nan)
    order = np.argsort(far, kind="stable")
    reached = np.cumsum(weight[order])
    # A hair of slack, so that the rounding of a sum of shares does not push p50 one place on.
    wanted = np.asarray(shares, dtype=float) * reached[-1] * (1 - 1e-12)
    return np.asarray(far[order][np.minimum(np.searchsorted(reached, wanted, side="left"), len(order) - 1)])


def gini(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Weighted Gini of values of at least 0: sum_ij w_i w_j |x_i - x_j| / (2 W^2 mean), in O(n log n).

    0 when all are equal, towards 1 when one holds all; NaN when there is nothing to share.
    """
    x, w = _values(values), _weights(weights)
    total, held = w.sum(), float((w * x).sum())
    if total <= 0 or held <= 0:
        return float("nan")
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    # Twice the area between the Lorenz curve and the diagonal: w_j (x_j (W_before + w_j / 2)) sums the ranks.
    rank = np.cumsum(w) - w / 2
    return float(max(0.0, 2 * (w * x * rank).sum() / (total * held) - 1))


def theil(values: npt.ArrayLike, weights: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Theil:
    """Weighted Theil T: sum_i s_i ln(x_i / mean), s_i = w_i x_i / total; values of 0 add 0.

    With groups (any labels, one for each value): between = sum_g s_g ln(mean_g / mean) and
    within = sum_g s_g T_g add up to the total (Theil 1967). Without, everybody is one group.
    """
    x, w = _values(values), _weights(weights)
    held = float((w * x).sum())
    if w.sum() <= 0 or held <= 0:
        return Theil(float("nan"), float("nan"), float("nan"))
    label = (
        np.zeros(len(x), dtype=np.int64) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    )
    size, sum_of = np.bincount(label, weights=w), np.bincount(label, weights=w * x)
    mean_of = np.divide(sum_of, size, out=np.zeros_like(sum_of), where=size > 0)
    mean, share = held / float(w.sum()), w * x / held
    between = float(((sum_of / held) * _log(mean_of / mean)).sum())
    own = mean_of[label]
    within = float((share * _log(np.divide(x, own, out=np.zeros_like(x), where=own > 0))).sum())
    return Theil(between + within, between, within)


def _far(minutes: npt.ArrayLike) -> Floats:
    found = np.asarray(minutes, dtype=float)
    return np.where(np.isnan(found), np.inf, found)


def _log(ratio: Floats) -> Floats:
    """Logarithms that a share of 0 multiplies are 0."""
    return np.log(np.where(ratio > 0, ratio, 1.0))


def _values(values: npt.ArrayLike) -> Floats:
    x = np.asarray(values, dtype=float)
    if not np.isfinite(x).all() or (x < 0).any():
        raise ValueError("values must be known and not negative; who reaches nothing has 0")
    return x


def _weights(weights: npt.ArrayLike) -> Floats:
    w = np.asarray(weights, dtype=float)
    if not np.isfinite(w).all() or (w < 0).any():
        raise ValueError("weights must be known and not negative")
    return w
