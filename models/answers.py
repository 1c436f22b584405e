"""What is asked of the solver and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

import numpy as np

from models.matrix import Floats, Matrix

INF = float("inf")
StoppedBy = Literal["gap", "nodes", "clock", "user", "none"]
Proof = Literal["search", "prices", "fixing", "linear", "none"]


class Status(Enum):
    """What we hold. OPTIMAL: proved within the gap asked for; FEASIBLE: a plan, less proof."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNSOLVED = "unsolved"


@dataclass(frozen=True)
class Limits:
    """When to stop: the first of these.

    seconds: wall clock, None for ever; absolute_gap: in units of the cost; relative_gap: share
    of the objective; nodes: of the search tree; enough: the value of a plan that ends the search, constant
    included; HiGHS does such a job, whatever its rows. options: further HiGHS options by name.
    """

    seconds: float | None = None
    absolute_gap: float = 1e-6
    relative_gap: float = 1e-4
    nodes: int | None = None
    enough: float | None = None
    seed: int = 0
    threads: int = 1
    options: tuple[tuple[str, bool | int | float | str], ...] = ()


def relative_gap(objective: float, bound: float) -> float:
    """(objective - bound) / max(|objective|, 1); inf while either is unknown."""
    if not (np.isfinite(objective) and np.isfinite(bound)):
        return INF
    return (objective - bound) / max(abs(objective), 1.0)


@dataclass(frozen=True)
class Progress:
    """News of a running solve; objective is +inf while there is no plan, bound -inf while no bound."""

    seconds: float
    objective: float
    bound: float
    nodes: int

    @property
    def gap(self) -> float:
        """See `relative_gap`."""
        return relative_gap(self.objective, self.bound)


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan `x` (None without one) of value `objective` (+inf), and a proved lower `bound`.

    stopped_by: "gap" or "nodes" (repeatable), "clock" or "user" (not), "none" where there was
    nothing to search: linear programmes, infeasible models. row_dual: what one unit more of a
    row's bound adds to the cost, for linear programmes solved to the end.

    engine: what proved the bound ("highs", "prices", "tree", ...: docs/dev/engines), several with commas. proof: how.
    "search": a search over the whole model, nothing left out; "fixing": a search over what exact reduced costs left;
    "prices": a relaxation by prices; "linear": the linear programme; "none": there is no bound.
    """

    status: Status
    x: Floats | None
    objective: float
    bound: float
    seconds: float
    nodes: int = 0
    stopped_by: StoppedBy = "none"
    row_dual: Floats | None = None
    engine: str = "highs"
    proof: Proof = "search"

    @property
    def gap(self) -> float:
        """See `relative_gap`."""
        return relative_gap(self.objective, self.bound)


def joined(told: Iterable[str]) -> str:
    """The different ones among engines, or proofs, of parts: sorted, with commas."""
    return ", ".join(sorted({name for one in told for name in one.split(", ") if name}))


def weakest(proofs: Iterable[Proof]) -> Proof:
    """What the sum of their bounds rests on: the weakest of their proofs."""
    order: tuple[Proof, ...] = ("none", "prices", "fixing", "search", "linear")
    return min(proofs, key=order.index, default="linear")


def heed(found: Solution) -> Solution:
    """The same solution; after Ctrl-C raises KeyboardInterrupt, where part of an answer is no answer."""
    if found.stopped_by == "user":
        raise KeyboardInterrupt
    return found


@dataclass(frozen=True, eq=False)
class Job:
    """One solve: minimise cost . x + constant over the matrix.

    start: a plan to begin with; its whole numbers are kept and the rest settled by a linear
    programme, so that it need not be right for this cost. relax: without whole numbers.
    cutoff: only plans of at most this value (a row: INFEASIBLE then means that there is none).
    """

    matrix: Matrix
    cost: Floats
    constant: float = 0.0
    limits: Limits = field(default_factory=Limits)
    start: Floats | None = None
    relax: bool = False
    cutoff: float | None = None
    progress: Callable[[Progress], None] | None = None
