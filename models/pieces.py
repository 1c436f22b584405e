"""Independent parts of a model, solved apart: HiGHS does not split them by itself.

Four services that nothing couples take HiGHS four times as long in one model as one by one, and
end with a gap eighty times as wide. Columns held at one value and rows that no plan can break do
not couple, so a model falls apart as decisions are fixed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.answers import INF, Job, Limits, Progress, Solution, Status, StoppedBy, joined, weakest
from models.components import Indices, activity, components
from models.hand_over import whole
from models.highs import FEASIBLE, is_large, solve_many
from models.matrix import Floats, Matrix

__all__ = ["activity", "components", "part_of", "solve_pieces"]

#: Seconds that make a second round worth while.
AGAIN = 0.5
_WORST_FIRST: tuple[StoppedBy, ...] = ("user", "clock", "nodes", "gap", "none")


def solve_pieces(
    matrix: Matrix,
    cost: Floats,
    constant: float = 0.0,
    limits: Limits | None = None,
    start: Floats | None = None,
    relax: bool = False,
    progress: Callable[[Progress], None] | None = None,
    workers: int = 2,
) -> Solution:
    """As `models.highs.solve`, with every independent part solved apart.

    The absolute gap is shared out by the number of whole-number columns, what small parts leave
    of it goes to the large ones; the relative gap holds in each part. The time is shared by
    nonzeros, what is left goes to the parts that it stopped. Objective and bound are the sums;
    OPTIMAL means that every part is.
    """
    began, limits = time.time(), limits or Limits()
    rest = np.where(matrix.lower < matrix.upper, 0.0, matrix.lower)
    if (matrix.lower > matrix.upper + FEASIBLE).any():
        return Solution(Status.INFEASIBLE, None, INF, INF, time.time() - began)
    pieces = []
    for rows, cols in components(matrix):
        if not cols.size:
            if matrix.row_excess(rest)[rows].max() > FEASIBLE:
                return Solution(Status.INFEASIBLE, None, INF, INF, time.time() - began)
            continue
        part = part_of(matrix, rows, cols, rest)
        first = None if start is None else np.asarray(start, dtype=float)[cols]
        pieces.append(_Piece(cols, Job(part, cost[cols], limits=limits, start=first, relax=relax)))
    base = constant + float(cost @ rest)
    total = _Total(pieces, base, began, progress)
    _solve_in_turn(pieces, limits, began + (INF if limits.seconds is None else limits.seconds), workers, total)
    return _together(matrix, cost, constant, rest, pieces, base, began)


@dataclass
class _Piece:
    cols: Indices
    job: Job
    answer: Solution | None = None

    def take(self, answer: Solution) -> None:
        """Keep the better plan and bound of two rounds; the next starts from the plan."""
        if self.answer is not None:
            x = self.answer.x if answer.x is None else answer.x
            objective, bound = min(answer.objective, self.answer.objective), max(answer.bound, self.answer.bound)
            nodes, seconds = answer.nodes + self.answer.nodes, answer.seconds + self.answer.seconds
            answer = replace(answer, x=x, objective=objective, bound=bound, nodes=nodes, seconds=seconds)
            if answer.status is Status.UNSOLVED and x is not None:
                answer = replace(answer, status=Status.FEASIBLE)
        self.answer = answer
        self.job = replace(self.job, start=self.job.start if answer.x is None else answer.x)

    @property
    def stopped(self) -> bool:
        return self.answer is not None and self.answer.stopped_by == "clock"

    @property
    def weight(self) -> float:
        return 1.0 + self.job.matrix.A.nnz

    @property
    def whole(self) -> int:
        return 0 if self.job.relax else int(self.job.matrix.integer.sum())


def part_of(matrix: Matrix, rows: Indices, cols: Indices, rest: Floats) -> Matrix:
    """The model of one part, everything outside it held at `rest`."""
    kept = np.zeros(matrix.rows, dtype=bool)
    kept[rows] = True
    part = matrix.drop_rows(~kept) if len(rows) < matrix.rows else matrix
    return part.restricted(cols, rest)


class _Total:
    """News of the whole from news of its parts."""

    def __init__(
        self, pieces: Sequence[_Piece], base: float, began: float, told: Callable[[Progress], None] | None
    ) -> None:
        self.base, self.began, self.told = base, began, told
        self.last = [Progress(0.0, INF, -INF, 0) for _ in pieces]

    def hear(self, at: int) -> Callable[[Progress], None] | None:
        if self.told is None:
            return None

        def heard(news: Progress) -> None:
            self.last[at] = news
            objective = self.base + sum(p.objective for p in self.last)
            bound = self.base + sum(p.bound for p in self.last)
            assert self.told is not None
            self.told(Progress(time.time() - self.began, objective, bound, sum(p.nodes for p in self.last)))

        return heard


def _solve_in_turn(pieces: Sequence[_Piece], limits: Limits, end: float, workers: int, total: _Total) -> None:
    """Small parts first; then the large ones, the heaviest first, as many at a time as there are workers.

    A part that its share of the time stopped goes on, from its plan, with what the others left.
    """
    small = [[at] for at in range(len(pieces)) if not is_large(pieces[at].job)]
    large = [at for at in range(len(pieces)) if is_large(pieces[at].job)]
    large.sort(key=lambda at: -pieces[at].weight)
    waves = small + [large[at : at + workers] for at in range(0, len(large), workers)]
    allowance = limits.absolute_gap
    for _ in range(2):
        for number, wave in enumerate(waves):
            todo = [at for later in waves[number:] for at in later]
            weight, whole = sum(pieces[at].weight for at in todo), sum(pieces[at].whole for at in todo) or 1
            part = sum(pieces[at].weight for at in wave) / weight
            seconds = None if end == INF else max(0.0, end - time.time()) * part
            jobs = []
            for at in wave:
                share = replace(limits, seconds=seconds, absolute_gap=allowance * pieces[at].whole / whole)
                jobs.append(replace(pieces[at].job, limits=share, progress=total.hear(at)))
            for at, job, answer in zip(wave, jobs, solve_many(jobs, workers), strict=True):
                pieces[at].take(answer)
                total.last[at] = Progress(answer.seconds, answer.objective, answer.bound, answer.nodes)
                if answer.stopped_by != "clock":
                    allowance -= min(max(0.0, answer.objective - answer.bound), job.limits.absolute_gap)
            if any(_ends_all(pieces[at].answer) for at in wave):
                return
        waves = [wave for wave in waves if any(pieces[at].stopped for at in wave)]
        if end - time.time() < AGAIN:
            return


def _ends_all(answer: Solution | None) -> bool:
    return answer is not None and (answer.status is Status.INFEASIBLE or answer.stopped_by == "user")


def _not_begun(job: Job) -> Solution:
    x = None if job.start is None else whole(job, job.start)
    status = Status.UNSOLVED if x is None else Status.FEASIBLE
    return Solution(status, x, INF if x is None else float(job.cost @ x), -INF, 0.0)


def _together(
    matrix: Matrix,
    cost: Floats,
    constant: float,
    rest: Floats,
    pieces: Sequence[_Piece],
    base: float,
    began: float,
) -> Solution:
    """One answer from those of the parts; a part not begun is unsolved, or keeps its start."""
    answers = [piece.answer or _not_begun(piece.job) for piece in pieces]
    nodes = sum(answer.nodes for answer in answers)
    endings = {answer.stopped_by for answer in answers}
    stopped: StoppedBy = next((how for how in _WORST_FIRST if how in endings), "none")
    statuses = {answer.status for answer in answers}
    if Status.INFEASIBLE in statuses:
        return Solution(Status.INFEASIBLE, None, INF, INF, time.time() - began, nodes)
    bound = base + sum(answer.bound for answer in answers)
    if Status.UNSOLVED in statuses:
        return Solution(Status.UNSOLVED, None, INF, bound, time.time() - began, nodes, stopped)
    x = rest.copy()
    for piece, answer in zip(pieces, answers, strict=True):
        assert answer.x is not None
        x[piece.cols] = answer.x
    value = float(cost @ x) + constant
    status = Status.FEASIBLE if Status.FEASIBLE in statuses else Status.OPTIMAL
    found = Solution(status, x, value, min(bound, value), time.time() - began, nodes, stopped)
    return replace(
        found, engine=joined(answer.engine for answer in answers), proof=weakest(answer.proof for answer in answers)
    )
