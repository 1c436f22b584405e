"""Solves spread over this machine or Dask: the same answers, nothing lost with a process, arrays sent once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import dask_client
from models.errors import CrewError, SolverError
from models.parcels import LARGE, packed, unpacked
from models.spread import LocalPlace, spread
from models.spread_dask import DaskPlace
from models.workers import Place, Task, run_tasks, working_at

ME = "blocks.test_spread"
NUMBERS = np.arange(LARGE, dtype=np.float64)


def summed(payload: tuple[np.ndarray, float], _: object, report: Callable[[Any], None]) -> float:
    """Adds in place, as solvers do, and tells so."""
    numbers, more = payload
    numbers += more
    report(("half-way", numbers))
    return float(numbers.sum())


def dies_once(mark: str, _: object, report: Callable[[Any], None]) -> int:
    """Kills its own process where nobody did so before."""
    report("begun")
    place = Path(mark)
    if not place.exists():
        place.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return 7


def kills_the_worker_once(mark: str, deadline: object, report: Callable[[Any], None]) -> int:
    """Kills the Dask worker whose child this is."""
    place = Path(mark)
    if not place.exists():
        place.write_text(str(os.getppid()))
        os.kill(os.getppid(), signal.SIGKILL)
    return 9


def dies(_: object, __: object, ___: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fails(_: object, __: object, ___: object) -> None:
    raise SolverError("not today")


def sleeps(_: object, __: object, report: Callable[[Any], None]) -> None:
    import time

    report("found")
    time.sleep(60.0)


def task(name: str, payload: object, heard: list[Any] | None = None, **more: Any) -> Task:
    told: list[Any] = [] if heard is None else heard
    return Task(f"{ME}:{name}", payload, more.pop("seconds", None), told.append, **more)


@pytest.fixture(scope="module")
def dask_place() -> Iterator[DaskPlace]:
    """Two Dask workers in processes of their own; skipped without the extra `cluster`."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        place = DaskPlace(cluster.scheduler_address)
        yield place
        place.close()


@pytest.fixture(params=["local", "dask"])
def place(request: pytest.FixtureRequest) -> Place:
    """Both places."""
    if request.param == "local":
        return LocalPlace(2)
    found: DaskPlace = request.getfixturevalue("dask_place")
    return found


def test_tasks_answer_alike_everywhere(place: Place) -> None:
    """Five tasks on one array: values and endings of this process's children, and the caller's array is untouched."""
    here = [task("summed", (NUMBERS, float(more))) for more in range(5)]
    there = [task("summed", (NUMBERS, float(more))) for more in range(5)]
    run_tasks(here, 2)
    with working_at(place):
        run_tasks(there, 2)
    assert [(one.value, one.ending) for one in there] == [(one.value, one.ending) for one in here]
    assert here[3].value == float(NUMBERS.sum()) + 3.0 * len(NUMBERS) and NUMBERS[1] == 1.0


def test_a_lost_process_loses_no_result(place: Place, tmp_path: Path) -> None:
    """A task whose process is killed in the middle runs again; the others are not touched."""
    tasks = [task("dies_once", str(tmp_path / "mark")), *(task("summed", (NUMBERS, float(at))) for at in range(3))]
    with working_at(place):
        run_tasks(tasks, 2)
    assert [one.ending for one in tasks] == ["done"] * 4 and tasks[0].value == 7
    assert (tmp_path / "mark").exists()


def test_without_a_place_a_lost_task_says_so(tmp_path: Path) -> None:
    """This process by itself keeps what a killed child told last, as before."""
    heard: list[Any] = []
    lost = task("dies_once", str(tmp_path / "mark"), heard)
    run_tasks([lost], 2)
    assert lost.ending == "lost" and heard == ["begun"]


def test_a_task_past_its_time_is_ended_and_leaves_its_news(place: Place) -> None:
    """A task that does not look at its clock is ended, and what it told is heard."""
    heard: list[Any] = []
    late = task("sleeps", None, heard, seconds=1.0, grace=0.5)
    with working_at(place):
        run_tasks([late], 2)
    assert late.ending == "clock" and "found" in heard


def test_errors_reach_the_caller(place: Place) -> None:
    """What a task raises is raised, and the place works on."""
    with working_at(place):
        with pytest.raises(SolverError, match="not today"):
            run_tasks([task("fails", None)], 2)
        again = task("summed", (NUMBERS, 0.0))
        run_tasks([again], 2)
    assert again.ending == "done"


def test_a_lost_dask_worker_loses_no_result(dask_place: DaskPlace, tmp_path: Path) -> None:
    """A worker that is killed with its task is made up for by the others; arrays that it held are there again."""
    first = [task("summed", (NUMBERS, 1.0)) for _ in range(2)]
    tasks = [task("kills_the_worker_once", str(tmp_path / "mark")), *(task("summed", (NUMBERS, 2.0)) for _ in range(3))]
    with working_at(dask_place):
        run_tasks(first, 2)
        run_tasks(tasks, 2)
    assert (tmp_path / "mark").exists()
    assert [one.value for one in tasks] == [9, *([first[0].value + len(NUMBERS)] * 3)]


def test_a_task_that_always_kills_ends(dask_place: DaskPlace) -> None:
    """A task whose child is killed time and again is at fault itself."""
    with working_at(dask_place), pytest.raises(SolverError, match="memory"):
        run_tasks([task("dies", None)], 2)


def test_arrays_are_sent_once(dask_place: DaskPlace) -> None:
    """The same array in ten tasks of two runs travels once; afterwards a task is a few hundred bytes."""
    mine, before = NUMBERS + 0.25, dask_place.sent
    with working_at(dask_place):
        for _ in range(2):
            run_tasks([task("summed", (mine.copy(), float(at))) for at in range(5)], 2)
    assert mine.nbytes <= dask_place.sent - before < mine.nbytes + 10 * 1000


def test_parcels_are_what_was_packed() -> None:
    """Large arrays lie apart, equal ones under one name; what is unpacked is equal and may be written to."""
    made = {"large": NUMBERS, "again": NUMBERS.copy(), "small": np.ones(3)}
    parcel = packed(made)
    assert len(parcel.buffers) == 2 and len({digest for digest, _ in parcel.buffers}) == 1
    found: Any = unpacked(parcel.frame, [body for _, body in parcel.buffers])
    assert all((found[name] == made[name]).all() for name in made)
    found["large"] += 1.0
    assert found["again"][0] == 0.0 and parcel.size > 2 * NUMBERS.nbytes


@pytest.mark.filterwarnings("ignore")
def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody at the address, no worker, and a worker with another solver: each has a reason of its own."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(dask_client, "ANSWER", 1)
    with pytest.raises(CrewError) as raised, spread("tcp://127.0.0.1:9"):
        pass
    assert raised.value.reason == "no_answer"
    with distributed.LocalCluster(n_workers=0, processes=True, dashboard_address=None) as cluster:
        with pytest.raises(CrewError) as raised, spread(cluster.scheduler_address):
            pass
        assert raised.value.reason == "no_workers"
        monkeypatch.setattr(dask_client, "ANSWER", 30)
        cluster.scale(1)
        monkeypatch.setattr(dask_client, "SAME", ("highspy", "numpy"))
        with pytest.raises(CrewError) as raised, spread(cluster.scheduler_address):
            pass
        assert raised.value.reason == "other_versions" and "alliance-planner" in raised.value.detail


def test_no_scheduler_changes_nothing() -> None:
    """Without a name everything stays in this process; a place ends with its block."""
    with spread("") as at_once:
        assert at_once == 0
    with spread("local") as at_once:
        assert at_once >= 1
    done = task("summed", (NUMBERS, 0.0))
    run_tasks([done], 1)
    assert done.ending == "done"
