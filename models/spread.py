"""Long solves of one run, spread over this machine's cores or over the workers of other machines.

A plan falls apart into tasks (`models.workers.run_tasks`): independent pieces of an aim, components of a roster. Each
depends on nothing but its own call, so that it does not matter for the plan who carries it out; a task that is lost
with its process is carried out again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from models.crew import TRIES
from models.workers import Task, run_here, working_at


@contextmanager
def spread(scheduler: str) -> Iterator[int]:
    """Carry out all tasks of this process at `scheduler` until the end of the block; how many it takes at once.

    scheduler: "" for this process and its children as they are, "local" for as many children as there are cores, else
    the address of a Dask scheduler. Raises `models.errors.CrewError` where nobody can work there.
    """
    if not scheduler:
        yield 0
        return
    if scheduler == "local":
        here = LocalPlace(cores())
        with working_at(here):
            yield here.at_once
        return
    from models.spread_dask import DaskPlace

    place = DaskPlace(scheduler)
    try:
        with working_at(place):
            yield place.at_once
    finally:
        place.close()


def cores() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


class LocalPlace:
    """Children of this process, `at_once` at a time, or more where the caller asks for more."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once

    def run(self, tasks: Sequence[Task], workers: int) -> None:
        run_again(tasks, max(workers, self.at_once))


def run_again(tasks: Sequence[Task], workers: int) -> None:
    """Run tasks in children; one whose child was lost runs again, `TRIES` times in all."""
    left = list(tasks)
    for _ in range(TRIES):
        run_here(left, workers)
        left = [task for task in left if task.ending == "lost"]
        if not left:
            return
