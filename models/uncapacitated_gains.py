"""Which host to branch on, by what opening and closing it has lifted the bound by (Benichou and others 1971)."""

from __future__ import annotations

import numpy as np

from models.matrix import Floats
from models.uncapacitated_bounds import Ints

#: A side is expected to lift the bound by this much at least, so that products of both sides tell hosts apart.
LEAST_GAIN = 1e-3


class Gains:
    """What opening and closing a host has lifted the bound by, for each unit of it that was turned (pseudo-costs)."""

    def __init__(self, hosts: int) -> None:
        self.sums, self.times = np.zeros((2, hosts)), np.zeros((2, hosts))

    def known(self, host: int) -> bool:
        """Whether both sides have been tried."""
        return bool(self.times[0, host] > 0.0)

    def learn(self, host: int, y: float, up: float, down: float) -> None:
        """What its sides lifted the bound by where the programme opened it by y."""
        self.sums[:, host] += max(0.0, up) / (1.0 - y), max(0.0, down) / y
        self.times[:, host] += 1.0

    def worth(self, host: int, y: float) -> float:
        """The product of what both sides are expected to lift it by."""
        return float(self._worth(np.array([host]), np.array([y]))[0])

    def ordered(self, hosts: Ints, x: Floats) -> list[int]:
        """The hosts, the most promising first."""
        return [int(host) for host in hosts[np.argsort(-self._worth(hosts, x[hosts]), kind="stable")]]

    def _worth(self, hosts: Ints, y: Floats) -> Floats:
        sums, times = self.sums[:, hosts], self.times[:, hosts]
        usual = self.sums.sum(axis=1) / np.maximum(1.0, self.times.sum(axis=1))
        usual = np.where(usual > 0.0, usual, 1.0)
        each = np.where(times > 0.0, sums / np.maximum(1.0, times), usual[:, None])
        lifts = np.maximum(each * np.stack([1.0 - y, y]), LEAST_GAIN)
        return np.asarray(lifts[0] * lifts[1])
