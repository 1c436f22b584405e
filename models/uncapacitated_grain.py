"""Values that differ by whole steps: a bound between two of them is worth the next one."""

from __future__ import annotations

import numpy as np

from models.uncapacitated_bounds import Problem

#: A whole number may be missed by this much by rounding.
ROUNDING = 1e-6


def grain(problem: Problem) -> float:
    """What values of two plans differ by at least: 1 where all costs are whole numbers, else 0."""
    parts = (problem.fixed, problem.cost, problem.always)
    whole = all(bool((np.round(part) == part)[np.isfinite(part)].all()) for part in parts)
    return 1.0 if whole else 0.0


def raised(bound: float, step: float) -> float:
    """The least multiple of `step` that a plan above the bound can cost; the bound itself where there is no step."""
    return float(np.ceil(bound / step - ROUNDING) * step) if step > 0.0 and np.isfinite(bound) else bound
