"""One run of HiGHS: arrays handed over, news while it runs, the answer read with suspicion.

The only file that knows the solver. Used through `models.highs`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from models import held
from models.answers import INF, Job, Limits, Progress, Solution, Status, StoppedBy
from models.errors import ShapeError, SolverError, UnboundedModelError
from models.matrix import Floats, Matrix

#: Rows may be broken by this much in a plan (own units of the row).
FEASIBLE = 1e-6
#: Seconds between two pieces of news.
NEWS = 0.2

#: What a running solve tells: how far it is and, when new, the plan. True asks it to stop.
Report = Callable[[tuple[Progress, Floats | None]], bool | None]
_Highs: Any = highspy.Highs
#: Statuses after which HiGHS may hold a plan, and what they say about the end of the search.
_ENDS: dict[str, StoppedBy] = {
    "kOptimal": "gap",
    "kObjectiveTarget": "gap",
    "kTimeLimit": "clock",
    "kSolutionLimit": "nodes",
    "kIterationLimit": "nodes",
    "kInterrupt": "user",
    "kHighsInterrupt": "user",
}
_UNBOUNDED = ("kUnbounded", "kUnboundedOrInfeasible")
#: Statuses worth a second run without presolve.
_OPEN = (*_UNBOUNDED, "kUnknown", "kSolveError", "kPostsolveError")
_TIGHT = ("mip_feasibility_tolerance", 1e-9)
_threads = 1


def run(job: Job, deadline: float | None, report: Report) -> Solution:
    """Solve `job` until `deadline` (as `time.time()`); see `models.highs.solve`."""
    began = time.time()
    job = _checked(job)
    if _plainly_infeasible(job.matrix):
        return Solution(Status.INFEASIBLE, None, INF, INF, time.time() - began)
    if job.matrix.cols == 0:
        return Solution(Status.OPTIMAL, np.zeros(0), job.constant, job.constant, time.time() - began)
    search = _Search(job, began, deadline, report)
    if job.start is not None and not job.relax:
        search.begin_with(settle(job.matrix, job.cost, np.asarray(job.start, dtype=float), _left(deadline)))
    return search.answer()


def settle(matrix: Matrix, cost: Floats, x: Floats, seconds: float | None = None) -> Floats | None:
    """The cheapest plan with the whole numbers of `x`, or None if there is none (in time)."""
    whole = np.flatnonzero(matrix.integer)
    values = np.clip(np.round(x[whole]), matrix.lower[whole], matrix.upper[whole])
    job = Job(matrix.fixed(whole, values), cost, limits=Limits(seconds=seconds), relax=True)
    deadline = None if seconds is None else time.time() + seconds
    return run(job, deadline, lambda _: None).x


def whole(job: Job, x: Floats) -> Floats | None:
    """`x` with its whole numbers exact; the rest settled again where rounding breaks a row.

    Where that fails, the whole numbers next to `x` are searched with a tight tolerance.
    """
    matrix = job.matrix
    integer = matrix.integer & (not job.relax)
    exact: Floats = np.clip(np.where(integer, np.round(x), x), matrix.lower, matrix.upper)
    if job.relax or matrix.row_excess(exact).max(initial=0.0) <= FEASIBLE:
        return exact
    settled = settle(matrix, job.cost, exact)
    if settled is not None or _TIGHT in job.limits.options:
        return settled
    low = np.where(integer, np.maximum(matrix.lower, np.floor(x - 1e-4)), matrix.lower)
    high = np.where(integer, np.minimum(matrix.upper, np.ceil(x + 1e-4)), matrix.upper)
    near = replace(job, matrix=matrix.with_bounds(low, high), limits=Limits(seconds=5.0, options=(_TIGHT,)), start=None)
    return run(replace(near, cutoff=None), time.time() + 5.0, lambda _: None).x


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.01, deadline - time.time())


def _checked(job: Job) -> Job:
    cost = np.ascontiguousarray(job.cost, dtype=np.float64)
    if cost.shape != (job.matrix.cols,) or not np.isfinite(cost).all():
        raise ShapeError(f"the cost needs {job.matrix.cols} finite numbers.")
    if job.cutoff is None:
        return replace(job, cost=cost)
    # HiGHS's own `objective_bound` reports such models as solved with a wrong bound: use a row
    scale = float(np.abs(cost).max(initial=0.0)) or 1.0
    row, limit = sp.csr_matrix(cost / scale), (job.cutoff - job.constant) / scale
    return replace(job, cost=cost, matrix=job.matrix.with_rows(row, [-INF], [limit], ["cutoff"], ["cost"]))


def _plainly_infeasible(matrix: Matrix) -> bool:
    """Crossed bounds, or a row without columns that asks for something."""
    crossed = (matrix.lower > matrix.upper + FEASIBLE).any() or (matrix.row_lower > matrix.row_upper + FEASIBLE).any()
    without = np.bincount(matrix.A.indices, minlength=matrix.rows) == 0
    asks = (matrix.row_lower > FEASIBLE) | (matrix.row_upper < -FEASIBLE)
    return bool(crossed or (without & asks).any())


class _Search:
    """One job in the hands of HiGHS."""

    def __init__(self, job: Job, began: float, deadline: float | None, report: Report) -> None:
        self.job, self.began, self.deadline, self.report = job, began, deadline, report
        self.mip = not job.relax and bool(job.matrix.integer.any())
        self.start: Floats | None = None
        self.best, self.told, self.stop = INF, began, False
        self.failure: BaseException | None = None

    def begin_with(self, start: Floats | None) -> None:
        """Take a settled plan as the first incumbent."""
        if start is not None:
            self.start = start
            self.best = float(self.job.cost @ start) + self.job.constant
            self._tell(-INF, 0, start)

    def answer(self) -> Solution:
        mine = self._go(presolve=True)
        if mine.solver.getModelStatus().name in _OPEN and not self.stop:
            held.give_back(mine)
            mine = self._go(presolve=False)
        return self._read(mine)

    def _go(self, presolve: bool) -> held.Held:
        """Run the job on the model that is held, changed for it, else on a new one."""
        mine = _changed(self.job, _left(self.deadline), presolve)
        solver = mine.solver
        if self.start is not None:
            solver.setSolution(len(self.start), np.arange(len(self.start), dtype=np.int32), self.start)
        if self.mip:
            solver.cbMipImprovingSolution += self._improved
            solver.cbMipInterrupt += self._tick
        else:
            solver.cbSimplexInterrupt += self._tick
            solver.cbIpmInterrupt += self._tick
        solver.run()
        solver.clearCallbacks()
        mine.scaled |= not self.mip
        if self.failure is not None:
            raise self.failure
        return mine

    # HiGHS calls these; what they raise must not fly through its frames
    def _improved(self, event: Any) -> None:
        try:
            out = event.data_out
            if out.objective_function_value < self.best:
                self.best = float(out.objective_function_value)
                self._tell(float(out.mip_dual_bound), int(out.mip_node_count), np.array(out.mip_solution, dtype=float))
        except BaseException as error:
            self.failure, self.stop = error, True

    def _tick(self, event: Any) -> None:
        try:
            if time.time() - self.told > NEWS:
                out = event.data_out
                bound, nodes = (float(out.mip_dual_bound), int(out.mip_node_count)) if self.mip else (-INF, 0)
                self._tell(bound, nodes, None)
        except BaseException as error:
            self.failure, self.stop = error, True
        if self.stop:
            event.interrupt()

    def _tell(self, bound: float, nodes: int, x: Floats | None) -> None:
        self.told = time.time()
        news = Progress(self.told - self.began, self.best, min(bound, self.best), max(nodes, 0))
        if self.report((news, x)):
            self.stop = True

    def _read(self, mine: held.Held) -> Solution:
        solver = mine.solver
        says, info, values = solver.getModelStatus().name, solver.getInfo(), solver.getSolution()
        nodes = max(int(info.mip_node_count), 0)
        bound = float(info.mip_dual_bound) if self.mip else -INF
        x, row_dual = np.array(values.col_value, dtype=float), np.array(values.row_dual, dtype=float)
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if not self.stop:  # HiGHS remembers that it was asked to stop: the next job would end before it began
            held.give_back(mine)  # everything is read: settling the plan below may use it
        if says == "kInfeasible":
            return Solution(Status.INFEASIBLE, None, INF, INF, time.time() - self.began, nodes)
        if says in _UNBOUNDED:
            return self._without_end()
        if says not in _ENDS:
            raise SolverError(f"HiGHS ended without an answer ({says}).")
        ended: StoppedBy = _ENDS[says] if self.mip or says != "kOptimal" else "none"
        plan = whole(self.job, x) if feasible and x.size == self.job.matrix.cols else None
        if plan is None:
            return Solution(Status.UNSOLVED, None, INF, bound, time.time() - self.began, nodes, ended)
        value = float(self.job.cost @ plan) + self.job.constant
        duals: Floats | None = None
        if not self.mip and says == "kOptimal":
            bound, duals = value, row_dual
        limits = self.job.limits
        allowed = max(limits.absolute_gap, limits.relative_gap * abs(value), 1e-6 * max(1.0, abs(value)))
        proved = says == "kOptimal" and value - bound <= allowed
        status = Status.OPTIMAL if proved else Status.FEASIBLE
        return Solution(status, plan, value, min(bound, value), time.time() - self.began, nodes, ended, duals)

    def _without_end(self) -> Solution:
        """HiGHS calls the model unbounded: true only if it has a plan at all."""
        free = replace(self.job, cost=np.zeros(self.job.matrix.cols), start=None, cutoff=None)
        if run(free, self.deadline, self.report).status is Status.INFEASIBLE:
            return Solution(Status.INFEASIBLE, None, INF, INF, time.time() - self.began)
        matrix, cost = self.job.matrix, self.job.cost
        falls = ((cost < 0) & np.isposinf(matrix.upper)) | ((cost > 0) & np.isneginf(matrix.lower))
        names = ", ".join(matrix.column_name(int(c)) for c in np.flatnonzero(falls)[:3])
        raise UnboundedModelError(f"the cost can fall for ever, for instance by {names or 'columns without cost'}.")


def loaded(job: Job, seconds: float | None = None, presolve: bool = True) -> Any:
    """A new HiGHS that holds the job's model and limits, ready to run."""
    _use_threads(job.limits)
    solver = _Highs()
    _set_options(solver, job.limits, seconds, presolve)
    with _gc_paused():
        _pass(solver, job)
    return solver


def _changed(job: Job, seconds: float | None, presolve: bool) -> held.Held:
    """The model that this process holds, changed for the job where it is the same; else a new one."""
    mine = held.take(job.matrix) if _threads == job.limits.threads else None
    if mine is not None and mine.change(job.matrix, job.cost, float(job.constant), _whole(job)):
        mine.solver.resetOptions()
        # A linear programme's clock goes on from run to run, a search's begins anew.
        spent = 0.0 if not job.relax and job.matrix.integer.any() else float(mine.solver.getRunTime())
        _set_options(mine.solver, job.limits, None if seconds is None else seconds + spent, presolve)
        return mine
    return held.Held(loaded(job, seconds, presolve), job.matrix.A)


def _use_threads(limits: Limits) -> None:
    global _threads
    if limits.threads != _threads:  # else HiGHS keeps the old pool and returns no status
        held.forget()
        _Highs.resetGlobalScheduler(True)
        _threads = limits.threads


def _set_options(solver: Any, limits: Limits, seconds: float | None, presolve: bool) -> None:
    options: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": limits.threads,
        "random_seed": limits.seed,
        "mip_rel_gap": float(limits.relative_gap),
        "mip_abs_gap": float(limits.absolute_gap),
        "presolve": "choose" if presolve else "off",
    }
    if limits.nodes is not None:
        options["mip_max_nodes"] = limits.nodes
    if limits.enough is not None:
        options["objective_target"] = limits.enough
    if seconds is not None:
        options["time_limit"] = seconds
    for name, value in (*options.items(), *limits.options):
        _accept(solver.setOptionValue(name, value), f"the option {name} = {value}")


def _whole(job: Job) -> NDArray[np.bool_]:
    return job.matrix.integer & (not job.relax)


def _accept(status: Any, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS refused {what}.")


@contextmanager
def _gc_paused() -> Iterator[None]:
    """Collections cost 2 to 6 times the hand-over where many objects live."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _pass(solver: Any, job: Job) -> None:
    """The array overload of `passModel`: column-wise, minimise, no Python object per number."""
    matrix, A = job.matrix, job.matrix.A
    integrality = _whole(job).astype(np.int32)
    arrays = (A.indptr.astype(np.int32), A.indices.astype(np.int32), A.data.astype(np.float64), integrality)
    sides = (matrix.lower, np.maximum(matrix.lower, matrix.upper), matrix.row_lower, matrix.row_upper)
    done = solver.passModel(matrix.cols, matrix.rows, int(A.nnz), 1, 1, float(job.constant), job.cost, *sides, *arrays)
    _accept(done, "the model")
