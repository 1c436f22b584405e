"""Where a problem of location with capacities stands in a model: plans as columns, columns as open hosts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.capacitated_plan import Plan
from models.capacitated_problem import Ints, Problem
from models.matrix import Bools, Floats


@dataclass(frozen=True, eq=False)
class Form:
    """The problem and its place in the model. constant: cost of the fixed columns.

    link: column of each arc; host: column of each host, -1 where it is open whatever is decided; always: column of
    what a member has besides, -1 without; held: values of all fixed columns; single: members are whole.
    """

    problem: Problem
    constant: float
    link: Ints
    host: Ints
    always: Ints
    held: Floats
    single: bool = False

    def columns(self, plan: Plan) -> Floats:
        """The model's columns of a plan."""
        x = self.held.copy()
        x[self.link] = plan.flow
        named = self.host >= 0
        x[self.host[named]] = plan.opened[named]
        has = self.always >= 0
        x[self.always[has]] = plan.left[has]
        return x

    def opened(self, x: Floats) -> Bools:
        """The open hosts of some columns."""
        found = np.ones(self.host.size, dtype=bool)
        named = self.host >= 0
        found[named] = x[self.host[named]] > 0.5
        return found
