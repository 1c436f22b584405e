"""Aims in their order over one matrix: solve, cap, go on; independent pieces apart.

The cap that an aim leaves behind is its incumbent plus a tolerance, never its bound. Each
independent piece has a cap of its own, so that caps do not tie pieces together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import scipy.sparse as sp

from models.aims import rows_of_aims
from models.answers import Job, Limits, Progress, Proof, Solution, Status, joined, weakest
from models.assemble import Model
from models.clinic_days import settle_days
from models.clinic_turns import ACCOUNT, settle_turns
from models.highs import solve_many
from models.matrix import Floats, Matrix
from models.pieces import components, part_of

Report = Callable[[str, Progress], None]


@dataclass(frozen=True)
class Found:
    """One aim solved: value, bound (conditional on caps and fixings) and who proved it how, status, what stopped it."""

    aim: str
    value: float
    bound: float
    status: Status
    stopped_by: str
    seconds: float
    engine: str = ""
    proof: Proof = "none"


@dataclass
class Stages:
    """A matrix that shrinks from aim to aim, with the plan found so far.

    matrix: all columns of the model, some fixed; x: the plan, or None before the first aim.
    relaxed: bounds of aims by the linear relaxation, where it was solved, and how many rows it had then.
    """

    model: Model
    matrix: Matrix
    x: Floats | None = None
    found: list[Found] = field(default_factory=list)
    report: Report | None = None
    clocked: bool = False
    relaxed: dict[str, float] = field(default_factory=dict)
    relaxed_rows: dict[str, int] = field(default_factory=dict)

    def solve(self, aim: str, limits: Limits, tolerance: Callable[[float], float]) -> Found:
        """Minimise one aim over what is left, keep the plan, and cap the aim."""
        cost, constant = self.model.aims[aim]
        if aim == "fairness" and self.x is not None:
            self.x = self._settled(self.x.copy())
        matrix = self.without_later_aims(aim)
        pieces = _pieces(matrix)
        stuck, pieces = _stuck(matrix, pieces)
        if stuck:
            return Found(aim, np.inf, -np.inf, Status.INFEASIBLE, "none", 0.0)
        answers = self._answers(matrix, cost, pieces, limits, aim)
        x = np.clip(np.zeros(matrix.cols) if self.x is None else self.x.copy(), matrix.lower, matrix.upper)
        self.clocked |= any(answer.stopped_by == "clock" for answer in answers)
        held = True
        for (_, cols), answer in zip(pieces, answers, strict=True):
            if answer.x is not None:
                x[cols] = answer.x
            else:
                # Stopped before it looked at the start: the plan at hand stays, if it is one.
                held = held and answer.status is not Status.INFEASIBLE and self.x is not None
        held = held and (all(a.x is not None for a in answers) or matrix.worst(x) <= 1e-6)
        loose = np.setdiff1d(np.arange(matrix.cols), np.concatenate([c for _, c in pieces]) if pieces else [])
        x[loose] = _free_best(matrix, cost, loose)
        status = _worst([answer.status for answer in answers])
        if not held:
            return Found(aim, np.inf, -np.inf, status, _stop(answers), sum(a.seconds for a in answers))
        rest = constant + float(cost[loose] @ x[loose])
        self.x = self._settled(x)
        value, bound = float(cost @ self.x) + constant, sum(a.bound for a in answers) + rest
        told = (joined(answer.engine for answer in answers), weakest(answer.proof for answer in answers))
        done = Found(aim, value, min(bound, value), status, _stop(answers), sum(a.seconds for a in answers), *told)
        self.found.append(done)
        self._cap(aim, cost, pieces, tolerance(value), value)
        return done

    def accept(self, aim: str, bound: float | None, enough: float, tolerance: Callable[[float], float]) -> Found | None:
        """Take the plan at hand for an aim when its value is at most `enough`; else None."""
        if self.x is None or bound is None:
            return None
        cost, constant = self.model.aims[aim]
        value = float(cost @ self.x) + constant
        if value > enough:
            return None
        done = Found(aim, value, bound, Status.OPTIMAL, "gap", 0.0)
        self.found.append(done)
        self._cap(aim, cost, _pieces(self.without_later_aims(aim)), tolerance(value), value)
        return done

    def _answers(
        self, matrix: Matrix, cost: Floats, pieces: list[tuple[np.ndarray, np.ndarray]], limits: Limits, aim: str
    ) -> list[Solution]:
        base = np.clip(np.zeros(matrix.cols), matrix.lower, matrix.upper)
        jobs = []
        share = max(1.0, sum(1 for _, cols in pieces if matrix.integer[cols].any()))
        for rows, cols in pieces:
            part = part_of(matrix, rows, cols, base)
            start = None if self.x is None else self.x[cols]
            own = replace(limits, absolute_gap=limits.absolute_gap / share)
            news = partial(self.report, aim) if self.report is not None and len(pieces) == 1 else None
            jobs.append(Job(part, cost[cols], limits=own, start=start, progress=news))
        return solve_many(jobs)

    def _settled(self, x: Floats) -> Floats:
        """The plan without idle days, its units of far trips filled: no earlier aim has looked at them (in place)."""
        settle_days(self.model.sheet, self.matrix, x)
        if (self.matrix.row_rules == ACCOUNT).any():
            settle_turns(self.model.sheet, self.matrix, x)
        return x

    def without_later_aims(self, aim: str) -> Matrix:
        """Rows that only a later aim needs tie the pieces together: leave them out until then."""
        later = rows_of_aims(self.matrix, {aim, *(found.aim for found in self.found)})
        return self.matrix.drop_rows(later) if later.any() else self.matrix

    def _cap(
        self, aim: str, cost: Floats, pieces: list[tuple[np.ndarray, np.ndarray]], tolerance: float, total: float
    ) -> None:
        assert self.x is not None
        caps = []
        for _, cols in pieces:
            used = cols[cost[cols] != 0]
            if used.size:
                caps.append((used, float(cost[used] @ self.x[used])))
        whole = sum(abs(value) for _, value in caps) or 1.0
        for used, value in caps:
            self.add_cap(aim, used, cost[used], value + tolerance * max(abs(value) / whole, 1.0 / len(caps) ** 2))

    def add_cap(self, aim: str, cols: np.ndarray, coefs: Floats, limit: float) -> None:
        """Add the row coefs . x[cols] <= limit, scaled to coefficients of 1 to 1000 at most."""
        self.matrix = capped(self.matrix, cols, coefs, limit, f"cap.{aim}", aim)

    def keep(self, cols: np.ndarray) -> None:
        """Hold the given columns at the plan's values from now on."""
        assert self.x is not None
        values = np.where(self.matrix.integer[cols], np.round(self.x[cols]), self.x[cols])
        self.matrix = self.matrix.fixed(cols, values)


def capped(matrix: Matrix, cols: np.ndarray, coefs: Floats, limit: float, rule: str, subject: str) -> Matrix:
    """The matrix with the row coefs . x[cols] <= limit at the end, divided by its `scale_of`."""
    scale = scale_of(coefs)
    row = sp.csr_matrix((coefs / scale, (np.zeros(cols.size, dtype=int), cols)), shape=(1, matrix.cols))
    return matrix.with_rows(row, [-np.inf], [limit / scale], [rule], [subject])


def scale_of(coefs: Floats) -> float:
    """What the coefficients of a cap are divided by: they are 1000 at most then."""
    return max(float(np.abs(coefs).max()) / 1000.0, 1e-9)


def _pieces(matrix: Matrix) -> list[tuple[np.ndarray, np.ndarray]]:
    """Independent pieces as (rows, columns); those without whole numbers together, as one linear programme."""
    whole, rows, cols = [], list[np.ndarray](), list[np.ndarray]()
    for part_rows, part_cols in components(matrix):
        if matrix.integer[part_cols].any() or not part_cols.size:
            whole.append((part_rows, part_cols))
        else:
            rows.append(part_rows)
            cols.append(part_cols)
    if cols:
        whole.append((np.sort(np.concatenate(rows)), np.sort(np.concatenate(cols))))
    return whole


def _stuck(
    matrix: Matrix, pieces: list[tuple[np.ndarray, np.ndarray]]
) -> tuple[bool, list[tuple[np.ndarray, np.ndarray]]]:
    """Whether a row without free columns is broken; and the pieces that have columns to decide."""
    held = np.where(matrix.lower < matrix.upper, 0.0, matrix.lower)
    left_over = [rows for rows, cols in pieces if not cols.size and rows.size]
    broken = any(float(matrix.row_excess(held)[rows].max()) > 1e-6 for rows in left_over)
    return broken, [piece for piece in pieces if piece[1].size]


def _free_best(matrix: Matrix, cost: Floats, cols: np.ndarray) -> Floats:
    """Columns that no row touches sit at the better bound."""
    low, high = matrix.lower[cols], matrix.upper[cols]
    best = np.where(cost[cols] < 0, high, low)
    return np.where(np.isfinite(best), best, np.where(np.isfinite(low), low, 0.0))


def _worst(found: list[Status]) -> Status:
    for status in (Status.INFEASIBLE, Status.UNSOLVED, Status.FEASIBLE):
        if status in found:
            return status
    return Status.OPTIMAL


def _stop(answers: list[Solution]) -> str:
    for reason in ("user", "clock", "nodes"):
        if any(answer.stopped_by == reason for answer in answers):
            return reason
    return "gap"
