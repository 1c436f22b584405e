"""The solver layer: statuses, starts, limits, child processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import highspy
import numpy as np
import pytest
import scipy.sparse as sp

from models.errors import ShapeError, SolverError, UnboundedModelError
from models.hand_over import whole
from models.highs import Job, Limits, Status, close_workers, settle, solve, solve_many
from models.matrix import Floats, Matrix
from models.workers import Task, run_tasks

INF = np.inf
ROOT = Path(__file__).parents[2]


def make(
    A: object, lo: object, hi: object, lower: object = 0.0, upper: object = INF, integer: object = False
) -> Matrix:
    """A matrix with rules r0, r1, ... and subjects s0, s1, ..."""
    coefs = sp.csc_matrix(np.atleast_2d(np.asarray(A, dtype=float)))
    rows, cols = coefs.shape
    full = [np.broadcast_to(np.asarray(v, dtype=float), (n,)) for v, n in ((lower, cols), (upper, cols))]
    sides = [np.broadcast_to(np.asarray(v, dtype=float), (rows,)) for v in (lo, hi)]
    whole = np.broadcast_to(np.asarray(integer, dtype=bool), (cols,))
    names = [f"{kind}{at}" for kind in "rs" for at in range(rows)]
    return Matrix(coefs, *full, *sides, whole, np.array(names[:rows]), names[rows:])


def knapsacks(rows: int = 40, cols: int = 150, seed: int = 0) -> tuple[Matrix, Floats]:
    """A multi-dimensional knapsack that takes HiGHS minutes to close."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(5, 100, (rows, cols)).astype(float)
    worth = weights.mean(axis=0) + rng.integers(0, 30, cols)
    return make(weights, -INF, np.floor(weights.sum(axis=1) / 2), 0, 1, True), -worth


def test_whole_numbers_and_constant() -> None:
    """The optimum of max 5x + 4y, 6x + 5y <= 14 in whole numbers, x=2, y=0, is 10."""
    found = solve(make([[6, 5]], -INF, 14, 0, 10, True), np.array([-5.0, -4.0]), constant=100.0)
    assert found.status is Status.OPTIMAL
    assert found.stopped_by == "gap"
    assert found.x is not None
    assert found.x.tolist() == [2.0, 0.0]
    assert found.objective == found.bound == pytest.approx(90.0)


def test_linear_programme() -> None:
    """Without whole numbers the same model gives 14 / 6 of the better one, and nothing was searched."""
    found = solve(make([[6, 5]], -INF, 14, 0, 10, True), np.array([-5.0, -4.0]), relax=True)
    assert found.status is Status.OPTIMAL
    assert found.stopped_by == "none"
    assert found.objective == found.bound == pytest.approx(-5 * 14 / 6)


@pytest.mark.parametrize("integer", [False, True])
@pytest.mark.parametrize(
    "model",
    [
        {"A": [[1, 1], [1, 1]], "lo": [3, -INF], "hi": [INF, 2]},
        {"A": [[1, 1]], "lo": 1, "hi": 1, "lower": 2},
        {"A": [[1, 0]], "lo": 0, "hi": 5, "lower": 2, "upper": 1},
        {"A": [[1, 0], [0, 0]], "lo": [0, 1], "hi": [5, 2]},
        {"A": [[1, 1]], "lo": 3, "hi": 2},
        {"A": [[1, -1], [-1, 1]], "lo": [1, 1], "hi": INF},
    ],
)
def test_infeasible(model: dict[str, object], integer: bool) -> None:
    """However a model is infeasible, it is said, with no plan: also where the cost could fall for ever."""
    found = solve(make(**model, integer=integer), np.array([-1.0, -1.0]))  # type: ignore[arg-type]
    assert found.status is Status.INFEASIBLE
    assert found.x is None
    assert found.objective == INF


@pytest.mark.parametrize("integer", [False, True])
def test_unbounded_is_an_error(integer: bool) -> None:
    """A cost that can fall for ever is a fault of the model, and the column is named."""
    matrix = make([[1, -1]], -INF, 0, integer=integer)
    with pytest.raises(UnboundedModelError, match="column 1"):
        solve(matrix, np.array([0.0, -1.0]))


def test_no_columns() -> None:
    """A model without columns costs its constant, unless a row asks for something."""
    nothing = make(np.zeros((1, 0)), 0, 0)
    found = solve(nothing, np.zeros(0), constant=7.0)
    assert (found.status, found.objective) == (Status.OPTIMAL, 7.0)
    assert solve(make(np.zeros((1, 0)), 1, 1), np.zeros(0)).status is Status.INFEASIBLE


def test_no_rows() -> None:
    """A model without rows goes to its bounds."""
    found = solve(make(np.zeros((0, 2)), 0, 0, 1, 3, True), np.array([1.0, -1.0]))
    assert found.x is not None
    assert found.x.tolist() == [1.0, 3.0]


def test_wrong_numbers_are_refused() -> None:
    """A cost that is too short or not a number never reaches the solver."""
    matrix = make([[1, 1]], 0, 1)
    with pytest.raises(ShapeError):
        solve(matrix, np.array([1.0]))
    with pytest.raises(ShapeError):
        solve(matrix, np.array([1.0, np.nan]))


def test_unknown_option_is_refused() -> None:
    """A misspelt solver option is an error, not a silent default."""
    with pytest.raises(SolverError, match="no_such"):
        solve(make([[1, 1]], 0, 1), np.ones(2), limits=Limits(options=(("no_such", 1),)))


def test_cutoff() -> None:
    """With a cutoff below the optimum there is no plan; at the optimum there is one."""
    matrix, cost = make([[6, 5]], -INF, 14, 0, 10, True), np.array([-5.0, -4.0])
    assert solve(matrix, cost, 100.0, cutoff=90.0).objective == pytest.approx(90.0)
    assert solve(matrix, cost, 100.0, cutoff=89.5).status is Status.INFEASIBLE


@pytest.mark.parametrize("constant", [0.0, 1000.0])
def test_a_plan_that_is_enough_ends_the_search(constant: float) -> None:
    """The first plan at or below the value that is enough is the answer, constant included; its bound stays true."""
    matrix, cost = knapsacks(8, 40)
    best = solve(matrix, cost, constant, limits=Limits(absolute_gap=0.999, relative_gap=0.0))
    enough = best.objective + 0.02 * abs(best.objective - constant)
    found = solve(matrix, cost, constant, limits=Limits(absolute_gap=0.999, relative_gap=0.0, enough=enough))
    assert best.status is Status.OPTIMAL and found.status is Status.FEASIBLE and found.stopped_by == "gap"
    assert best.objective <= found.objective <= enough
    assert found.bound <= best.bound + 1e-6 and found.nodes < best.nodes


def test_settle() -> None:
    """Whole numbers stay, the rest becomes as cheap as they allow; impossible ones give None."""
    matrix = make([[1, -1], [1, 1]], [-INF, 2], [0, 9], 0, 5, [True, False])
    assert settle(matrix, np.array([0.0, 1.0]), np.array([2.0, 5.0])) == pytest.approx([2.0, 2.0])
    assert settle(make([[2]], 1, 1, 0, 5, True), np.ones(1), np.ones(1)) is None


def test_start_is_settled_and_kept() -> None:
    """A start that is no plan for its continuous part is settled and bounds the answer from the first node."""
    matrix, cost = knapsacks()
    found = solve(matrix, cost, limits=Limits(nodes=20))
    assert found.x is not None
    again = solve(matrix, cost, limits=Limits(nodes=0), start=found.x)
    assert again.objective <= found.objective


def test_useless_start_is_dropped() -> None:
    """A start whose whole numbers fit no plan does no harm."""
    found = solve(make([[1, 1]], 3, 3, 0, 5, True), np.array([1.0, 2.0]), start=np.array([5.0, 5.0]))
    assert found.objective == pytest.approx(3.0)


def test_rounding_is_settled_again() -> None:
    """A point whose whole number is off by the solver's tolerance becomes an exact plan."""
    matrix = make([[1e7, -1]], -INF, 0, 0, [1, 1e9], [True, False])
    almost = np.array([1 - 1e-7, 1e7 - 1])
    assert matrix.worst(np.round(almost)) == pytest.approx(1.0)
    exact = whole(Job(matrix, np.array([0.0, 1.0])), almost)
    assert exact is not None
    assert exact.tolist() == [1.0, 1e7]


def test_rounding_that_fits_no_plan_looks_next_to_it() -> None:
    """Where the nearest whole number fits no plan, its neighbour is taken; where none does, there is no plan."""
    matrix = make([[1e7, -1]], -INF, 0, 0, [1, 1e6], [True, False])
    exact = whole(Job(matrix, np.array([0.0, 1.0])), np.array([1 - 1e-5, 1e6]))
    assert exact is not None
    assert exact.tolist() == [0.0, 0.0]
    none = make([[2]], 1, 1, 0, 5, True)
    assert whole(Job(none, np.ones(1)), np.array([0.5])) is None


def test_same_plan_twice_here_and_apart() -> None:
    """Stopped by nodes, the same arrays and seed give the same plan, whichever process solves."""
    matrix, cost = knapsacks(rows=20)
    jobs = [Job(matrix, cost, limits=Limits(nodes=30, seed=3))] * 2
    small = solve_many(jobs)
    wide = matrix.with_rows(sp.csr_matrix(np.ones((20, 150))), [0] * 20, [INF] * 20, ["x"] * 20, ["x"] * 20)
    large = [solve(wide, cost, limits=Limits(nodes=30, seed=3)) for _ in range(2)]
    for one, two in (small, large):
        assert one.x is not None and two.x is not None
        assert one.x.tolist() == two.x.tolist()
        assert (one.bound, one.nodes, one.stopped_by) == (two.bound, two.nodes, "nodes")


def test_threads_may_change() -> None:
    """Another number of threads gives a plan: HiGHS would answer with no status and zeros."""
    matrix, cost = make([[6, 5]], -INF, 14, 0, 10, True), np.array([-5.0, -4.0])
    for threads in (1, 2, 1):
        assert solve(matrix, cost, limits=Limits(threads=threads)).objective == pytest.approx(-10.0)


def test_no_status_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends without a status is an error, never read as a plan of zeros."""
    monkeypatch.setattr(highspy.Highs, "getModelStatus", lambda _: highspy.HighsModelStatus.kNotset)
    with pytest.raises(SolverError, match="kNotset"):
        solve(make([[1, 1]], 0, 1), np.ones(2))


def test_limit_is_kept_with_a_plan_and_a_bound() -> None:
    """A search stopped by the clock holds its plan and a bound below it, and tells on the way."""
    matrix, cost = knapsacks()
    news: list[float] = []
    began = time.monotonic()
    idle = np.zeros(matrix.cols)
    found = solve(matrix, cost, limits=Limits(seconds=1.5), start=idle, progress=lambda p: news.append(p.objective))
    assert time.monotonic() - began < 5
    assert (found.status, found.stopped_by) == (Status.FEASIBLE, "clock")
    assert found.x is not None
    assert matrix.worst(found.x) <= 1e-6
    assert found.bound < found.objective == pytest.approx(float(cost @ found.x))
    assert news and min(news) == pytest.approx(found.objective)


def test_side_by_side() -> None:
    """Two searches of two seconds each on two workers end together."""
    jobs = [Job(*knapsacks(seed=s), limits=Limits(seconds=2.0), start=np.zeros(150)) for s in (1, 2)]
    began = time.monotonic()
    found = solve_many(jobs, workers=2)
    assert time.monotonic() - began < 3.9
    assert [f.stopped_by for f in found] == ["clock", "clock"]
    assert all(f.objective == pytest.approx(float(j.cost @ f.x)) for f, j in zip(found, jobs, strict=True))


STUBBORN = """
import os, time
from models.answers import Progress
def finds(job, deadline, report):
    report((Progress(0.1, 0.0, -9000.0, 3), job.matrix.lower))
    if deadline is None: os._exit(9)
    while True: time.sleep(1)
def deaf(payload, deadline, report):
    report(payload)
    while True: time.sleep(1)
def dies(payload, deadline, report):
    os._exit(9)
def fails(payload, deadline, report):
    raise ValueError("no such thing")
"""


@pytest.fixture
def stubborn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A module of functions that misbehave, importable in fresh children."""
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    monkeypatch.syspath_prepend(str(tmp_path))
    close_workers()
    yield
    close_workers()


@pytest.mark.usefixtures("stubborn")
def test_child_that_does_not_listen_is_killed() -> None:
    """A child deaf to its limit is killed; what it told before is kept."""
    heard: list[object] = []
    task = Task("stubborn:deaf", "plan", 2.0, heard.append)
    began = time.monotonic()
    run_tasks([task], 1)
    assert time.monotonic() - began < 5
    assert (task.ending, heard) == ("clock", ["plan"])


@pytest.mark.usefixtures("stubborn")
@pytest.mark.parametrize(("seconds", "stopped_by"), [(1.0, "clock"), (None, "none")])
def test_killed_search_keeps_what_it_told(
    seconds: float | None, stopped_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search that had to be killed, or died, leaves its last plan and bound; one that told nothing its start."""
    monkeypatch.setattr("models.highs._RUN", "stubborn:finds")
    matrix, cost = knapsacks()
    found = solve(matrix, cost, limits=Limits(seconds=seconds))
    assert (found.status, found.stopped_by) == (Status.FEASIBLE, stopped_by)
    assert (found.objective, found.bound, found.nodes) == (0.0, -9000.0, 3)
    monkeypatch.setattr("models.highs._RUN", "stubborn:dies")
    assert solve(matrix, cost, start=np.zeros(matrix.cols)).objective == 0.0
    with pytest.raises(SolverError, match="memory"):
        solve(matrix, cost)


@pytest.mark.usefixtures("stubborn")
def test_child_that_dies_or_fails() -> None:
    """A child that dies is noticed at once, one that raises passes its error on; both are replaced."""
    task = Task("stubborn:dies", None, 60.0, lambda _: None)
    run_tasks([task], 1)
    assert task.ending == "lost"
    with pytest.raises(SolverError, match="no such thing"):
        run_tasks([Task("stubborn:fails", None, 60.0, lambda _: None)], 1)
    assert solve(*knapsacks(), limits=Limits(nodes=1)).x is not None


SCRIPT = """
import signal
# A shell that starts the tests in the background has them ignore Ctrl-C; nobody's terminal does.
signal.signal(signal.SIGINT, signal.default_int_handler)
import sys
sys.path[:0] = [{root!r}, {here!r}]
from test_highs import Limits, knapsacks, solve
from models import workers
def told(progress):
    for child in workers._children:
        print("child", child.process.pid, flush=True)
    print("told", flush=True)
matrix, cost = knapsacks()
found = solve(matrix, cost, limits=Limits(seconds=60), progress=told)
print("end", found.stopped_by, found.x is not None and matrix.worst(found.x) <= 1e-6, found.bound > -1e30, flush=True)
"""


def _running(tmp_path: Path) -> tuple[subprocess.Popen[str], int]:
    """A script without a `__main__` guard in the middle of its solve, and the child it started."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(root=str(ROOT), here=str(Path(__file__).parent)))
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert process.stdout is not None
    child, told = 0, 0
    while told < 5:
        word = process.stdout.readline().split()
        told += word[0] == "told"
        child = int(word[1]) if word[0] == "child" else child
    return process, child


def _gone(pid: int, seconds: float) -> bool:
    """Whether the process ends in time (a zombie waiting for its reaper counts as ended)."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(os.name != "posix", reason="signals of posix")
def test_ctrl_c_keeps_the_plan_and_leaves_no_child(tmp_path: Path) -> None:
    """After Ctrl-C the solve returns its plan and bound, and the child is gone."""
    process, child = _running(tmp_path)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert rest.splitlines()[-1] == "end user True True"
    assert process.returncode == 0
    assert _gone(child, 2)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_killed_parent_leaves_no_child(tmp_path: Path) -> None:
    """When the parent is killed outright, its child ends by itself."""
    process, child = _running(tmp_path)
    process.kill()
    process.communicate(timeout=60)
    assert _gone(child, 4)
