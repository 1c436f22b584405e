"""Crews: the same answers from this process, from child processes and from Dask; a lost worker loses nothing."""

from __future__ import annotations

import os
import signal
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.crew import AloneCrew, Crew, Errand, crew_of
from models.crew_local import LocalCrew
from models.errors import CrewError, SolverError

ME = "blocks.test_crew"


def made(payload: tuple[int, types.MappingProxyType[str, int]]) -> list[int]:
    """An object of its payload: read-only mappings go along."""
    return [payload[0], payload[1]["more"]]


def given(seconds: float) -> float:
    return seconds


def noted(payload: tuple[Path, int]) -> int:
    """An object that leaves a mark each time that it is made."""
    with payload[0].open("a") as file:
        file.write(f"{payload[1]}\n")
    return payload[1]


def added(numbers: list[int], more: int) -> int:
    return sum(numbers) + more


def times(number: int, factor: int) -> int:
    return number * factor


def takes(seconds: float, order: str) -> None:
    """Leaves its name, here its seconds, and takes so long."""
    with Path(order).open("a") as file:
        file.write(f"{seconds} ")
    time.sleep(seconds)


def dies_once(number: int, mark: str) -> int:
    """Kills its own process where nobody did so before."""
    place = Path(mark)
    if not place.exists():
        place.write_text("gone")
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dies(_: int, __: object) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def fails(_: int, __: object) -> int:
    raise SolverError("not today")


def known(crew: Crew) -> Crew:
    for at in range(4):
        crew.send(f"k{at}", f"{ME}:made", (at, types.MappingProxyType({"more": 10})))
    return crew


ERRANDS = [Errand(f"k{at % 4}", f"{ME}:added", 100 * at) for at in range(9)]


@pytest.fixture
def local() -> Iterator[LocalCrew]:
    crew = LocalCrew(2)
    yield crew
    crew.close()


@pytest.fixture(scope="module")
def dask_address() -> Iterator[str]:
    """Two Dask workers in processes of their own; skipped without the extra `cluster`."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def test_children_answer_in_the_order_of_errands(local: LocalCrew) -> None:
    """Nine errands on four objects: the answers of this process, in their order, and progress to the end."""
    told: list[tuple[int, int]] = []
    here = known(AloneCrew()).run(ERRANDS)
    assert here == [10 + at % 4 + 100 * at for at in range(9)]
    assert known(local).run(ERRANDS, lambda done, of: told.append((done, of))) == here
    assert told == [(done, 9) for done in range(1, 10)]


def test_objects_are_made_once(local: LocalCrew, tmp_path: Path) -> None:
    """With one child each object is sent and made once, however many errands and runs use it; sent anew, again."""
    local.workers = 1
    for at in range(3):
        local.send(f"k{at}", f"{ME}:noted", (tmp_path / "made", at))
    errands = [Errand(f"k{at % 3}", f"{ME}:times", at) for at in range(9)]
    assert local.run(errands) == local.run(errands)
    assert (tmp_path / "made").read_text().split() == ["0", "1", "2"]
    local.send("k1", f"{ME}:noted", (tmp_path / "made", 5))
    assert local.run(errands[:2]) == [0, 5]
    assert (tmp_path / "made").read_text().split() == ["0", "1", "2", "5"]


def test_the_longest_errand_goes_first(local: LocalCrew, tmp_path: Path) -> None:
    """Errands go from the longest of the run before to the shortest; the first run also starts the child."""
    local.workers = 1
    for at, seconds in enumerate((0.0, 0.3, 0.1)):
        local.send(f"k{at}", f"{ME}:given", seconds)
    errands = [Errand(f"k{at}", f"{ME}:takes", str(tmp_path / "order")) for at in range(3)]
    for _ in range(3):
        local.run(errands)
    assert (tmp_path / "order").read_text().split()[-3:] == ["0.3", "0.1", "0.0"]


def test_a_lost_child_loses_nothing(local: LocalCrew, tmp_path: Path) -> None:
    """A child that is killed in the middle is replaced; its errand runs again, and every answer is there."""
    local.send("k", f"{ME}:noted", (tmp_path / "made", 7))
    errands = [Errand("k", f"{ME}:times", at) for at in range(6)]
    errands.insert(3, Errand("k", f"{ME}:dies_once", str(tmp_path / "mark")))
    assert local.run(errands) == [0, 7, 14, 7, 21, 28, 35]
    assert (tmp_path / "mark").exists() and 2 <= len((tmp_path / "made").read_text().split()) <= 3


def test_an_errand_that_always_kills_ends(local: LocalCrew) -> None:
    """After three lost children the errand is at fault, and the crew goes on with others."""
    known(local)
    with pytest.raises(SolverError, match="memory"):
        local.run([Errand("k0", f"{ME}:dies")])
    assert local.run(ERRANDS[:1]) == [10]


def test_errors_of_errands_are_raised(local: LocalCrew) -> None:
    """What an errand raises reaches the caller from every crew, and the crew lives on."""
    for crew in (known(AloneCrew()), known(local)):
        with pytest.raises(SolverError, match="not today"):
            crew.run([ERRANDS[0], Errand("k1", f"{ME}:fails"), ERRANDS[1]])
        assert crew.run(ERRANDS[:2]) == [10, 111]


def test_dask_answers_the_same(dask_address: str, tmp_path: Path) -> None:
    """Dask workers give the answers of this process, and a worker killed in the middle loses none."""
    crew = known(crew_of(dask_address))
    try:
        assert crew.run(ERRANDS) == known(AloneCrew()).run(ERRANDS)
        crew.send("k", f"{ME}:noted", (tmp_path / "made", 7))
        errands = [Errand("k", f"{ME}:dies_once", str(tmp_path / "mark")), *ERRANDS]
        assert crew.run(errands) == [7, *(10 + at % 4 + 100 * at for at in range(9))]
        with pytest.raises(SolverError, match="not today"):
            crew.run([Errand("k1", f"{ME}:fails")])
    finally:
        crew.close()


def test_no_scheduler_is_told() -> None:
    """An address where nobody answers is named with its cure, not with a traceback of the network."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    from models import dask_client

    dask_client.ANSWER = 1
    with pytest.raises(CrewError) as raised:
        crew_of("tcp://127.0.0.1:9")
    assert (raised.value.reason, raised.value.address) == ("no_answer", "tcp://127.0.0.1:9")
