"""Rosters of large components: all of them filled at once by exchange, then bettered by moves of single clinics.

The counting stage bounds the first aims before, and the later ones after: given that the whole holds as
much as was found, each component holds at least that much less what the others could leave out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from models.roster_choices import Key
from models.roster_exchange import Exchange, Exchanged, exchange
from models.roster_improve import BATCH, again, batches, less, not_worse
from models.roster_instance import Visit
from models.roster_pieces import LATE, Piece
from models.roster_polish import Polish, Polished
from models.roster_stages import FIRST, Stage
from models.roster_values import promises_of, values_of
from models.workers import Task, run_tasks

if TYPE_CHECKING:
    from models.roster_route import Route

#: Shares of the time that are over when the exchange ends, and when moves for the later aims do.
FILLED, POLISHED = 0.40, 0.92
#: Seconds that must be left for a further batch of counts.
LEFT = 4.0
#: Seconds of search after Ctrl-C.
RESCUED = 3.0
#: Share of the time that is over when the exchange ends that fills what smaller components left out.
UPFILLED = 0.65
#: The last of the later aims that are counted again.
COUNTED_AGAIN = "roster_windows"


def date_wide(route: Route, start: list[Visit] | None, workers: int) -> None:
    """Dates of all components, from several seeds at once in each stage."""
    route.timed("exchange", lambda: _fill(route, start, workers))
    if any(route.promised(part) > route.bounds.low(part, FIRST[0]) + 1e-5 for part in route.plan):
        route.timed("again", lambda: again(route))
    if not route.settings.brief:
        route.timed("polish", lambda: polish_plan(route, POLISHED, workers))
    route.timed("bounds", lambda: bound_first(route))
    if not route.settings.brief:
        route.timed("later", lambda: _bound_later(route))


def _fill(route: Route, start: list[Visit] | None, workers: int) -> None:
    """Hold as much as can be found; the roster that holds most is kept, the first of equals."""
    _exchange(route, tuple(start or ()), FILLED, workers, (math.inf, math.inf))


def fill_up(route: Route, workers: int) -> None:
    """Hold more of what components dated beside each other left out; their plan is kept where nothing is better."""
    limited = route.instance.change_limit is not None and route.instance.state("change_limit") != "off"
    if limited or not any(route.gap(part) for part in route.plan):
        return
    start = tuple(sorted(visit for found in route.plan.values() for visit in found))
    first = sum(map(route.promised, route.plan)), sum(map(route.unheld, route.plan))
    _exchange(route, start, UPFILLED, workers, first)


def _exchange(route: Route, start: tuple[Visit, ...], until: float, workers: int, before: tuple[float, float]) -> None:
    low, under = route.bounds.together(list(route.plan))
    seconds = max(1.0, route.left(until))
    asked = Exchange(route.instance, seconds, route.settings.seed, start, low[FIRST[1]], under)
    best, least = [before], [sum(map(route.unheld, route.plan))]

    def told(found: Exchanged) -> None:
        least[0] = min(least[0], found.unheld)
        route.tell(least[0])

    def heard(found: Exchanged) -> None:
        plans = split(route, found.visits)
        promised = sum(promises_of(route.views[part], mine) for part, mine in plans.items())
        if less((promised, found.unheld), best[0]):
            best[:] = [(promised, found.unheld)]
            _take(route, found.visits, FIRST, found.stopped_by)
            route.dirty |= set(route.plan)
            route.tell()

    seeds = [replace(asked, seed=asked.seed + n) for n in range(workers)]
    _run(route, "models.roster_exchange:exchange", seeds, heard, told)


def polish_plan(route: Route, until: float, workers: int) -> None:
    """Better the later aims; a roster is taken where it is better in the first aim that differs."""
    seconds = route.left(until)
    if seconds <= 1.0:
        route.clocked = True
        return
    before = sorted(visit for found in route.plan.values() for visit in found)
    asked = Polish(route.instance, seconds, route.settings.seed, tuple(before), route.settings.replan)
    locks = sum(promises_of(route.views[part], mine) for part, mine in route.plan.items())
    soft = max(0.0, sum(map(route.promised, route.plan)) - locks)
    best = [(soft + promises_of(route.instance, before), values_of(route.instance, before))]

    def heard(found: Polished) -> None:
        values, (paid, old) = values_of(route.instance, found.visits), best[0]
        promised = promises_of(route.instance, found.visits)
        same = abs(promised - paid) <= 1e-6
        if promised < paid - 1e-6 or (same and values != old and not_worse(values, old, route.later)):
            best[:] = [(promised, values)]
            _take(route, found.visits, (*FIRST, *route.later), found.stopped_by)
            route.tell()

    seeds = [replace(asked, seed=asked.seed + n) for n in range(workers)]
    _run(route, "models.roster_polish:polish", seeds, heard, lambda _: route.tell())


def rescue(route: Route, start: list[Visit] | None) -> None:
    """After Ctrl-C: what stands of the plan beside itself, filled up; searched for a moment where it did not stand.

    Components that were dated alone may be in each other's way; those that were not are empty.
    """
    plan = sorted(visit for found in route.plan.values() for visit in found)
    stands = not any(route.clash(part, mine) for part, mine in route.plan.items())
    stands = stands and all(route.plan[part] for part, view in enumerate(route.views) if view.needs)
    # the search knows no change limit: today's clinics stay, and what is left out is filled up
    limited = route.instance.change_limit is not None and route.instance.state("change_limit") != "off"
    first = sorted(route.instance.today) if limited and not stands else []
    seconds = 0.0 if stands or limited else RESCUED
    found = exchange(Exchange(route.instance, seconds, route.settings.seed, (*first, *plan, *(start or ()))))
    if stands and sum(map(route.unheld, route.plan)) <= found.unheld + 1e-6:
        return
    _take(route, found.visits, FIRST, "user")


def _run(
    route: Route,
    function: str,
    asked: Sequence[Exchange | Polish],
    heard: Callable[..., None],
    told: Callable[..., None],
) -> None:
    """Children at work beside each other; what they end with is heard in the order in which they were asked.

    What they tell on the way comes by the clock: it is progress (`told`), and heard only of a child that was
    ended before its time.
    """
    last: dict[int, Exchanged | Polished] = {}

    def note(at: int, found: Exchanged | Polished) -> None:
        last[at] = found
        told(found)

    tasks = [Task(function, one, one.seconds, partial(note, at), grace=LATE) for at, one in enumerate(asked)]
    run_tasks(tasks, len(tasks))
    route.pressed |= any(task.ending == "user" for task in tasks)
    for at, task in enumerate(tasks):
        if isinstance(task.value, Exchanged | Polished):
            route.clocked |= task.value.stopped_by == "clock"
            heard(task.value)
        else:
            route.clocked = True
            if at in last:
                heard(last[at])


def _take(route: Route, visits: Sequence[Visit], aims: Sequence[str], stopped_by: str) -> None:
    """The roster as the plan of each component, with what it leaves of the first aims."""
    for part, mine in split(route, visits).items():
        route.plan[part] = mine
        values = {FIRST[0]: promises_of(route.views[part], mine), FIRST[1]: route.unheld(part)}
        # bounds of the whole are told by `models.roster_bounds`; none of these is asked
        route.stages[part] = {aim: Stage(aim, values.get(aim, 0.0), 0.0, stopped_by) for aim in aims}


def split(route: Route, visits: Iterable[Visit]) -> dict[int, list[Visit]]:
    """The visits of each component."""
    owner: dict[Key, int] = {key: part for part, keys in enumerate(route.parts) for key in keys}
    found: dict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        found[owner[visit[1], visit[2]]].append(visit)
    return {part: found[part] for part in route.plan}


def bound_first(route: Route) -> None:
    """Bounds of what is not held, counted again for components that may leave their cap of promises."""
    promised = sum(map(route.promised, route.plan))
    sure = route.bounds.unheld(promised)
    lost = [part for part in route.plan if route.bounds.low(part, FIRST[1], shares=False) > sure[part] + 1e-5]
    first = [route.bounds.low(part, FIRST[0], shares=False) for part in route.plan]
    spare = promised - sum(first)
    for at, batch in enumerate(batches(lost, BATCH)):
        seconds = route.share(1.0, len(lost) - at * BATCH)
        pieces = []
        for part in batch:
            caps = {FIRST[0]: first[part] + spare + route.bounds.loose[part]}
            view, keys = route.views[part], route.parts[part]
            pieces.append(Piece(view, keys, FIRST[1:], seconds, route.settings.seed, counts=True, caps=caps))
        for part, answer in zip(batch, route.solve(pieces), strict=True):
            route.bounds.counted_again(part, FIRST[1], answer.stages)
        if route.pressed:
            return


def _bound_later(route: Route) -> None:
    """Bounds of later aims by counts, each component capped at the most of the aims before that it may leave."""
    order = (*FIRST, *route.later)
    values = route.values(visit for found in route.plan.values() for visit in found)
    parts = sorted(route.plan, key=lambda part: (len(route.parts[part]), part))
    for aim in order[len(FIRST) : order.index(COUNTED_AGAIN) + 1]:
        earlier = order[: order.index(aim)]
        sure = route.bounds.sure(earlier, values)
        spare = {one: values[one] - sum(sure[one]) for one in earlier}
        for at, batch in enumerate(batches(parts, BATCH)):
            if route.left() <= LEFT or route.pressed:
                return
            seconds = route.share(1.0, len(parts) - at * BATCH)
            pieces = []
            for part in batch:
                caps = {one: sure[one][part] + spare[one] for one in earlier}
                caps[FIRST[0]] += route.bounds.loose[part]
                view, keys = route.views[part], route.parts[part]
                pieces.append(Piece(view, keys, (aim,), seconds, route.settings.seed, counts=True, caps=caps))
            for part, answer in zip(batch, route.solve(pieces), strict=True):
                route.bounds.counted_again(part, aim, answer.stages)
