"""A plan and a curve are the same whoever solves their pieces, also where a worker is killed in the middle."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from planner.cli import main

pytestmark = pytest.mark.slow

#: A gap that kedong reaches in seconds, so that no clock decides the plan.
ENOUGH = ["--gap", "0.05", "--time-limit", "120", "--lang", "en"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two Dask workers in processes of their own; skipped without the extra `cluster`."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as found:
        yield found


def _plan(target: Path, *more: str) -> dict[str, bytes]:
    done = CliRunner().invoke(main, ["plan", "kedong", "-o", str(target), *ENOUGH, "--no-report", *more])
    assert done.exit_code == 0, done.output
    assert not more or "at a time" in done.output
    return {path.name: path.read_bytes() for path in sorted(target.glob("*.csv"))}


def _curve(target: Path, *more: str) -> pd.DataFrame:
    done = CliRunner().invoke(main, ["frontier", "kedong", "-o", str(target), "--points", "3", *ENOUGH, *more])
    assert done.exit_code == 0, done.output
    return pd.read_csv(target / "frontier.csv").drop(columns="seconds")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The tables of kedong planned without a scheduler."""
    return _plan(tmp_path_factory.mktemp("alone") / "plan")


def test_cores_give_the_same_plan(alone: dict[str, bytes], tmp_path: Path) -> None:
    """`--scheduler local` writes the same bytes in every table."""
    assert _plan(tmp_path / "plan", "--scheduler", "local") == alone and len(alone) > 10


def test_dask_gives_the_same_plan_though_a_worker_dies(alone: dict[str, bytes], cluster: Any, tmp_path: Path) -> None:
    """Workers of a Dask scheduler, one of them killed while it solves: the same bytes in every table."""
    killed = threading.Event()

    def kill() -> None:
        """Kill the first worker that is seen at work."""
        with distributed_client(cluster) as client:
            while not killed.wait(0.05):
                for worker, tasks in client.processing().items():
                    if tasks and not killed.is_set():
                        os.kill(client.run(os.getpid, workers=[worker])[worker], signal.SIGKILL)
                        killed.set()

    watch = threading.Thread(target=kill)
    watch.start()
    try:
        found = _plan(tmp_path / "plan", "--scheduler", cluster.scheduler_address)
        died = killed.is_set()
    finally:
        killed.set()
        watch.join()
    assert died and found == alone


def distributed_client(cluster: Any) -> Any:
    import distributed

    return distributed.Client(cluster.scheduler_address, set_as_default=False)


def test_a_curve_is_the_same(cluster: Any, tmp_path: Path) -> None:
    """Three points of a frontier: values, bounds and limits of one process, of all cores and of Dask."""
    alone = _curve(tmp_path / "alone")
    for name, place in (("local", "local"), ("dask", cluster.scheduler_address)):
        pd.testing.assert_frame_equal(_curve(tmp_path / name, "--scheduler", place), alone)
    assert len(alone) == 3
