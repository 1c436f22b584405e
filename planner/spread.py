"""Where the long solves of a command are carried out: `--scheduler` of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from planner.progress import Progress


@contextmanager
def spread_over(scheduler: str, progress: Progress) -> Iterator[None]:
    """Solve at a scheduler (`models.spread.spread`) until the end of the block; "" for this process and its children.

    Raises `models.errors.CrewError` where nobody can work there.
    """
    from models.spread import spread

    with spread(scheduler) as at_once:
        if scheduler:
            progress.stage("spread_over", place=scheduler, n=at_once)
        yield
