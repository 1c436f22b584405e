"""How far chosen rows must give for a plan to exist: fewest rows first, then the least amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models.answers import Job, Limits, Solution, Status, heed
from models.highs import FEASIBLE, solve, solve_many
from models.matrix import Bools, Floats, Matrix
from models.pieces import activity

Indices = NDArray[np.int64]
#: Where columns have no bounds: how many times the amount of a first solution a row may give.
REACH = 100.0


@dataclass(frozen=True, eq=False)
class Elastic:
    """A matrix with a slack column per side of the chosen rows, after its own columns.

    rows, sides: of each slack column (+1 adds to reach the lower bound, -1 takes off to reach
    the upper); units: what one of it gives; reach: the most it can ever need, from the bounds
    of the row's columns (inf where these have none); scale: of every row.
    """

    matrix: Matrix
    rows: Indices
    sides: Floats
    units: Floats
    reach: Floats
    scale: Floats

    @property
    def first(self) -> int:
        return self.matrix.cols - len(self.rows)

    def cost(self) -> Floats:
        """The sum of all amounts, each relative to the scale of its row."""
        return np.concatenate([np.zeros(self.first), self.units / self.scale[self.rows]])

    def needed(self, plan: Floats) -> Floats:
        """The slack columns that make `plan`, values of the matrix's own columns, hold every row."""
        activity = self.matrix.A[:, : self.first] @ plan
        short = np.where(self.sides > 0, self.matrix.row_lower[self.rows], activity[self.rows])
        over = np.where(self.sides > 0, activity[self.rows], self.matrix.row_upper[self.rows])
        return np.clip((short - over) / self.units, 0.0, self.reach)

    def amounts(self, x: Floats) -> Floats:
        """How much each slack column gives, in the unit of its row; noise of the solver is none."""
        given = x[self.first :] * self.units
        return np.where(given > np.maximum(FEASIBLE, 1e-10 * self.scale[self.rows]), given, 0.0)


@dataclass(frozen=True, eq=False)
class Give:
    """Which rows give, at which side (+1 lower, -1 upper), how much, and a plan `x` that then exists."""

    rows: Indices
    sides: Floats
    amounts: Floats
    x: Floats

    def applied(self, matrix: Matrix) -> Matrix:
        """The matrix with exactly these rows wider by exactly these amounts."""
        low, high = matrix.row_lower.copy(), matrix.row_upper.copy()
        np.subtract.at(low, self.rows[self.sides > 0], self.amounts[self.sides > 0])
        np.add.at(high, self.rows[self.sides < 0], self.amounts[self.sides < 0])
        return matrix.with_row_bounds(low, high)


def row_scales(matrix: Matrix) -> Floats:
    """What an amount of each row is compared with: its bound, its greatest coefficient, at least 1e-6."""
    sides = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (matrix.row_lower, matrix.row_upper)]
    biggest = np.zeros(matrix.rows)
    np.maximum.at(biggest, matrix.A.indices, np.abs(matrix.A.data))
    scale: Floats = np.maximum(np.maximum(np.maximum(sides[0], sides[1]), biggest), 1e-6)
    return scale


def soften(matrix: Matrix, mask: Bools) -> Elastic:
    """Slack for both sides of the rows in `mask`, where the bounds of the columns do not keep the side anyway.

    Rows keep their units, so that the solver's tolerance means the same; a slack column counts
    in at most thousands, so that neither it nor its cost is lost in the tolerance.
    """
    scale = row_scales(matrix)
    least, most = activity(matrix)
    with np.errstate(invalid="ignore"):  # absent bound against absent bound: no slack
        short, over = matrix.row_lower - least, most - matrix.row_upper
    low, high = np.flatnonzero(mask & (short > FEASIBLE)), np.flatnonzero(mask & (over > FEASIBLE))
    rows = np.concatenate([low, high])
    units = np.minimum(scale[rows], 1000.0)
    reach = np.concatenate([short[low], over[high]]) / units
    sides = np.concatenate([np.ones(len(low)), -np.ones(len(high))])
    count = len(rows)
    slack = sp.csc_matrix((sides * units, (rows, np.arange(count))), shape=(matrix.rows, count))
    soft = replace(
        matrix,
        A=sp.csc_matrix(sp.hstack([matrix.A, slack], format="csc")),
        lower=np.concatenate([matrix.lower, np.zeros(count)]),
        upper=np.concatenate([matrix.upper, reach]),
        integer=np.concatenate([matrix.integer, np.zeros(count, dtype=bool)]),
        col_names=None,
    )
    return Elastic(soft, rows, sides, units, reach, scale)


@dataclass(frozen=True, eq=False)
class Softened:
    """An elastic matrix with a plan; bound: no plan of it gives less (sum of relative amounts)."""

    soft: Elastic
    x: Floats
    bound: float
    proved: bool

    @property
    def relative(self) -> float:
        """The sum of the amounts, each relative to the scale of its row."""
        return float((self.soft.amounts(self.x) / self.soft.scale[self.soft.rows]).sum())

    def count(self, labels: Indices) -> int:
        """How many labels (one per row of the matrix) have a row that gives."""
        return len(np.unique(labels[self.soft.rows[self.soft.amounts(self.x) > 0]]))

    def give(self) -> Give:
        soft, amounts = self.soft, self.soft.amounts(self.x)
        used = np.flatnonzero(amounts)
        return Give(soft.rows[used], soft.sides[used], amounts[used], self.x[: soft.first])

    def taking(self, found: Solution) -> Softened:
        """This, with the plan of a solve over the same first columns if there is one."""
        return self if found.x is None else replace(self, x=found.x[: self.soft.matrix.cols])


def least_amounts(
    matrix: Matrix, masks: Sequence[Bools], plans: Sequence[Floats | None], limits: Limits
) -> list[Softened | None]:
    """For each mask the least that its rows must give, whatever the number of rows; None without a plan.

    plans: columns' values that hold all rows outside the mask, to start from.
    """
    softs = [soften(matrix, mask) for mask in masks]
    jobs = []
    for soft, plan in zip(softs, plans, strict=True):
        start = None if plan is None else np.concatenate([plan, soft.needed(plan)])
        jobs.append(Job(soft.matrix, soft.cost(), limits=limits, start=start))
    found = [heed(answer) for answer in solve_many(jobs)]
    return [
        None if one.x is None else Softened(soft, one.x, one.bound, one.status is Status.OPTIMAL)
        for soft, one in zip(softs, found, strict=True)
    ]


def fewest(first: Softened, labels: Indices, limits: Limits) -> Softened:
    """As few giving labels as found in time, and the least amounts among those; half the time each.

    labels: of each row of the matrix; its own number for the fewest rows, its rule's for rules.
    """
    half = replace(limits, seconds=None if limits.seconds is None else limits.seconds / 2)
    switched, start = _switched(first.soft, first.x, labels[first.soft.rows])
    base = first.soft.matrix.cols
    switches = np.concatenate([np.zeros(base), np.ones(switched.cols - base)])
    found = heed(solve(switched, switches, limits=replace(half, absolute_gap=0.99, relative_gap=0.0), start=start))
    fewer = first.taking(found)
    most = fewer.count(labels)
    if found.x is None or most >= first.count(labels):
        return first
    capped = switched.with_rows(sp.csr_matrix(switches), [-np.inf], [most], ["switch"], ["all"])
    cost = np.concatenate([first.soft.cost(), np.zeros(switched.cols - base)])
    least = heed(solve(capped, cost, limits=half, start=found.x))
    return replace(fewer.taking(least), proved=least.status is Status.OPTIMAL)


def polished(chosen: Softened, limits: Limits) -> Softened:
    """The least amounts with no other rows than those that give now."""
    soft = chosen.soft
    closed = soft.matrix.upper.copy()
    closed[soft.first :][~np.isin(soft.rows, chosen.give().rows)] = 0.0
    only = soft.matrix.with_bounds(soft.matrix.lower, closed)
    found = heed(solve(only, soft.cost(), limits=limits, start=chosen.x))
    better = chosen.taking(found)
    if better.relative > chosen.relative:
        return chosen
    alone = bool(np.isin(soft.rows, chosen.give().rows).all())
    return replace(better, proved=chosen.proved or (alone and found.status is Status.OPTIMAL))


def _switched(soft: Elastic, x: Floats, labels: Indices) -> tuple[Matrix, Floats]:
    """The elastic matrix with a switch per label of the slack columns, and the plan `x` with its switches."""
    given = soft.amounts(x)
    bound = REACH * float((given / soft.scale[soft.rows]).max()) * soft.scale[soft.rows] / soft.units
    reach = np.where(np.isfinite(soft.reach), soft.reach, bound)
    kinds, switch = np.unique(labels, return_inverse=True)
    base, count, size = soft.matrix, len(kinds), len(soft.rows)
    # slack - reach * switch <= 0: reach is each row's own, never one number for all
    choose = sp.csr_matrix((-reach, (np.arange(size), switch)), shape=(size, count))
    links = sp.csr_matrix(sp.hstack([sp.csr_matrix((size, soft.first)), sp.eye(size), choose], format="csr"))
    switched = replace(
        base,
        A=sp.csc_matrix(sp.hstack([base.A, sp.csc_matrix((base.rows, count))], format="csc")),
        lower=np.concatenate([base.lower, np.zeros(count)]),
        upper=np.concatenate([base.upper, np.ones(count)]),
        integer=np.concatenate([base.integer, np.ones(count, dtype=bool)]),
    ).with_rows(links, np.full(size, -np.inf), np.zeros(size), ["switch"] * size, [""] * size)
    on = np.zeros(count)
    on[switch[given > 0]] = 1.0
    return switched, np.concatenate([x, on])
