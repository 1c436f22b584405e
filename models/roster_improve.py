"""A roster improved: components off their bound opened with their rivals, then the later aims beside the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from models.roster_pieces import Dated
from models.roster_stages import FIRST
from models.roster_values import moved_of, values_apart, values_of, values_together

if TYPE_CHECKING:
    from models.roster_route import Route

#: Components begun together; share of the time that is over when components are no longer opened together.
BATCH, AGAIN = 8, 0.70
#: Aims whose value in a component does not depend on the others.
APART = ("roster_windows", "roster_regular", "roster_market", "roster_change")


def again(route: Route) -> None:
    """Open components off their bound together with those at the same sites, more and more of them."""
    for part in sorted(route.plan, key=lambda part: (-route.gap(part), part)):
        rivals = _rivals(route, part)
        for size in range(min(3, len(rivals)) + 1):
            if route.pressed or not route.gap(part):
                break
            if route.left(AGAIN) <= 0.5:
                route.clocked = True
                return
            _improve(route, [part, *rivals[:size]], route.share(AGAIN, len(route.plan)))


def _rivals(route: Route, part: int) -> list[int]:
    """Components with clinics at the sites of this one or from its departments, most first."""
    sites, homes = route.views[part].sites, route.views[part].departments
    shared = {
        other: sum(v[1] in sites or route.instance.doctors[v[0]].department in homes for v in found)
        for other, found in route.plan.items()
        if other != part
    }
    return sorted((other for other, count in shared.items() if count), key=lambda other: (-shared[other], other))


def _windows_again(route: Route) -> None:
    """Components that miss more runs of weeks than alone, dated again together with their nearest rival."""
    aims = [aim for aim in route.later if aim != "roster_windows"]
    for part in sorted(route.plan):
        if route.pressed or "roster_windows" not in route.later[:1]:
            return
        missed = values_apart(route.views[part], route.plan[part])["roster_windows"]
        if missed <= route.bounds.low(part, "roster_windows") + 1e-6:
            continue
        for rival in _rivals(route, part)[:2]:
            if route.left() <= 1.0:
                route.clocked = True
                return
            both = [part, rival]
            before = tuple(visit for one in both for visit in route.plan[one])
            seconds = route.left() / 4
            answer = route.solve([route.piece(both, ("roster_windows", *aims), seconds, before, FIRST)])[0]
            if answer.visits is None or not answer.stages:
                continue
            others = route.others(both)
            after = values_of(route.instance, [*others, *answer.visits])
            if not_worse(after, values_of(route.instance, [*others, *before]), route.later):
                for one in both:
                    route.plan[one] = [v for v in answer.visits if (v[1], v[2]) in route.views[one].needs]


def _improve(route: Route, parts: Sequence[int], seconds: float) -> None:
    """Solve components together from the plan at hand; the better plan is kept."""
    before = tuple(visit for part in parts for visit in route.plan[part])
    was = sum(route.promised(part) for part in parts), sum(map(route.unheld, parts))
    answer = route.solve([route.piece(parts, FIRST, seconds, before)])[0]
    if answer.visits is None or len(answer.stages) < len(FIRST):
        return
    now = tuple(stage.value for stage in answer.stages)
    if not less(now, was):
        return
    for part in parts:
        route.plan[part] = [visit for visit in answer.visits if (visit[1], visit[2]) in route.views[part].needs]
        route.stages[part] = {s.aim: replace(s, value=0.0, bound=0.0) for s in answer.stages}
    route.stages[parts[0]][FIRST[0]] = answer.stages[0]
    route.dirty |= set(parts)


def later(route: Route) -> None:
    """Later aims beside the others: all of them for components dated again, else those that depend on others."""
    apart = [aim for aim in route.later[: _first_coupled(route)] if aim in APART]
    # large components have only been dated for the first aims as yet
    route.dirty |= {part for part, stages in route.stages.items() if not stages.keys() >= set(route.later[:1])}
    order = sorted(route.plan, key=lambda part: (part not in route.dirty, -len(route.parts[part]), part))
    for at, batch in enumerate(batches(order, BATCH)):
        left = route.left()
        if left <= 1.0:
            route.clocked = True
            return
        pieces = []
        for part in batch:
            held = FIRST if part in route.dirty else (*FIRST, *apart)
            aims = [aim for aim in route.later if aim not in held]
            _pool(route, part, part == batch[0])
            seconds = route.share(1.0, len(order) - at * BATCH)
            pieces.append(route.piece([part], aims, seconds, tuple(route.plan[part]), held))
        for part, answer in zip(batch, route.solve(pieces), strict=True):
            _accept(route, part, answer)
        if route.pressed:
            return
    _windows_again(route)


def _first_coupled(route: Route) -> int:
    return next((at for at, aim in enumerate(route.later) if aim not in APART), len(route.later))


def _pool(route: Route, part: int, all_left: bool) -> None:
    """A component may move what it moves now and, one at a time, what nobody else uses of the limit."""
    limit = route.instance.change_limit
    if limit is None or route.instance.state("change_limit") == "off":
        return
    mine = len(moved_of(route.views[part], route.plan[part]))
    spare = limit - sum(len(moved_of(route.views[p], found)) for p, found in route.plan.items())
    route.views[part] = replace(route.views[part], change_limit=mine + (max(0, spare) if all_left else 0))


def _accept(route: Route, part: int, answer: Dated) -> None:
    """Take a component's new dates unless those taken before in the batch are in the way, or make them worse."""
    if answer.visits is None or not answer.stages:
        return
    mine = list(answer.visits)
    route.stages[part] = route.stages[part] | {stage.aim: stage for stage in answer.stages}
    if route.clash(part, mine):
        return
    others = route.others([part])
    before, after = (
        values_apart(route.views[part], one) | values_together(route.instance, [*others, *one])
        for one in (route.plan[part], mine)
    )
    if not_worse(after, before, route.later):
        route.plan[part] = mine


def less(now: Sequence[float], was: Sequence[float]) -> bool:
    """Whether the first value that differs is smaller."""
    differ = [(a, b) for a, b in zip(now, was, strict=True) if a == math.inf or b == math.inf or abs(a - b) > 1e-6]
    return bool(differ) and differ[0][0] < differ[0][1]


def not_worse(after: dict[str, float], before: dict[str, float], aims: Sequence[str]) -> bool:
    """Whether the first aim that differs is better (or none differs)."""
    for aim in ("roster_unheld", *aims):
        if abs(after[aim] - before[aim]) > 1e-6 * max(1.0, abs(before[aim])):
            return after[aim] < before[aim]
    return True


def batches(order: Sequence[int], size: int) -> list[list[int]]:
    """The order in pieces of a size."""
    return [list(order[at : at + size]) for at in range(0, len(order), size)]
