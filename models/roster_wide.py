"""Rosters of large components: all of them filled at once by exchange (`models.roster_exchange`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from models.roster_choices import Key
from models.roster_exchange import Exchange, Exchanged
from models.roster_instance import Visit
from models.roster_stages import FIRST, Stage
from models.roster_values import promises_of
from models.workers import Task, run_tasks

if TYPE_CHECKING:
    from models.roster_route import Route

#: Share of the time that is over when the exchange ends.
FILLED = 0.45


def fill_all(route: Route, start: list[Visit] | None, workers: int) -> None:
    """Fill the roster from several seeds at once; the one that holds most is kept."""
    bound = sum(route.bounds.low(part, FIRST[1]) for part in route.plan)
    seconds = max(1.0, route.left(FILLED))
    best: list[Exchanged] = []

    def heard(found: Exchanged) -> None:
        if not best or found.unheld < best[0].unheld:
            best[:] = [found]
            _take(route, found)
            route.tell()

    asked = Exchange(route.instance, seconds, route.settings.seed, tuple(start or ()), bound)
    tasks = [
        Task("models.roster_exchange:exchange", replace(asked, seed=asked.seed + n), seconds + 20.0, heard)
        for n in range(workers)
    ]
    run_tasks(tasks, workers)
    route.pressed |= any(task.ending == "user" for task in tasks)
    for task in tasks:
        if isinstance(task.value, Exchanged):
            route.clocked |= task.value.stopped_by == "clock"
            heard(task.value)


def _take(route: Route, found: Exchanged) -> None:
    """The roster as the plan of each component, with what it leaves of the first aims."""
    plans = split(route, found.visits)
    for part, visits in plans.items():
        short, unheld = promises_of(route.views[part], visits), 0.0
        route.plan[part] = visits
        unheld = route.unheld(part)
        route.stages[part] = {
            aim: Stage(aim, value, min(value, route.bounds.low(part, aim)), found.stopped_by)
            for aim, value in zip(FIRST, (short, unheld), strict=True)
        }
    route.dirty = set(plans)


def split(route: Route, visits: Iterable[Visit]) -> dict[int, list[Visit]]:
    """The visits of each component."""
    owner: dict[Key, int] = {key: part for part, keys in enumerate(route.parts) for key in keys}
    found: dict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        found[owner[visit[1], visit[2]]].append(visit)
    return {part: found[part] for part in route.plan}
