"""Random choices and whole-number splits that are the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice:
    """Choices from uniform doubles only, whose stream numpy keeps stable."""

    def __init__(self, seed: int) -> None:
        self._draw = np.random.Generator(np.random.PCG64(seed))

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * float(self._draw.random())

    def chance(self, share: float) -> bool:
        return float(self._draw.random()) < share

    def whole(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + min(high - low, int(float(self._draw.random()) * (high - low + 1)))

    def pick(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        if weights is None:
            return options[self.whole(0, len(options) - 1)]
        mark, total = float(self._draw.random()) * sum(weights), 0.0
        for option, weight in zip(options, weights, strict=True):
            total += weight
            if mark < total:
                return option
        return options[-1]

    def some(self, options: Sequence[T], count: int, weights: Sequence[float] | None = None) -> list[T]:
        """`count` different options, drawn one after the other."""
        left, chances = list(options), list(weights or [1.0] * len(options))
        out: list[T] = []
        while left and len(out) < count:
            at = self.pick(range(len(left)), chances)
            out.append(left.pop(at))
            chances.pop(at)
        return out


def split_whole(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to `weights` that add up to `total` (largest remainder)."""
    exact = [total * w / sum(weights) for w in weights]
    out = [floor(x) for x in exact]
    for at in sorted(range(len(out)), key=lambda j: (out[j] - exact[j], j))[: total - sum(out)]:
        out[at] += 1
    return out
