"""The change limit of a whole roster, shared out to its components.

Each component with clinics of today's roster is dated alone with k = 0, 1, ... of them moved; the
limit is then allotted so that the sum of (shortfalls, unheld) is least: a table by k over the components
one after the other (a multiple-choice knapsack). What rooms in common may cost is not seen here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.roster_choices import today_possible
from models.roster_pieces import Dated, Piece
from models.roster_stages import FIRST

if TYPE_CHECKING:
    from models.roster_route import Route

#: Shortfalls from which a bound of them is no rounding.
SHORT = 1e-3
#: (shortfalls, unheld) of a component, and bounds of both: of the latter where nothing falls short
Curve = dict[int, tuple[tuple[float, float], tuple[float, float]]]


def allot(route: Route, seconds: float) -> None:
    """Give each component's view its share of the limit; note the bound of the first aims that follows."""
    limit = route.instance.change_limit
    assert limit is not None
    held = {part: len(today_possible(view, sorted(view.needs))) for part, view in enumerate(route.views)}
    active = [part for part, count in held.items() if count]
    if len(active) < 2:
        return
    curves: dict[int, Curve] = {part: {} for part in active}
    ends = [(part, k) for part in active for k in sorted({0, min(limit, held[part])})]
    _add(route, curves, ends, seconds)
    between = [
        (part, k)
        for part in active
        for k in range(1, min(limit, held[part]))
        if _differ(curves[part].get(0), curves[part].get(min(limit, held[part])))
    ]
    _add(route, curves, between, seconds)
    chosen, _ = cheapest([{k: v[0] for k, v in curves[part].items()} for part in active], limit)
    for part, k in zip(active, chosen, strict=True):
        route.views[part] = replace(route.views[part], change_limit=k)
    bounds = [bounds_of(curves[part], min(limit, held[part])) for part in active]
    _, (short, _) = cheapest(bounds, limit)
    # a component that must fall short has no place in a roster that keeps all promises
    kept = [{k: (0.0, unheld) for k, (short, unheld) in curve.items() if short < SHORT} for curve in bounds]
    unheld = cheapest(kept, limit)[1][1] if short < SHORT and all(kept) else 0.0
    rest = [part for part in route.plan if part not in active]
    low = tuple(sum(route.bounds.low(part, aim) for part in rest) for aim in FIRST)
    short = max(0.0, short - sum(route.bounds.loose[part] for part in active))
    route.bounds.moves = (low[0] + short, low[1] + unheld)
    route.bounds.allotted = True


def bounds_of(curve: Curve, most: int) -> dict[int, tuple[float, float]]:
    """Bounds of (shortfalls, unheld) with at most k clinics moved, k = 0 to `most`.

    What k moves reach, more moves reach too: a k that was not dated has the bound of the next one that was.
    """
    found: dict[int, tuple[float, float]] = {}
    last = (0.0, 0.0)
    for k in range(most, -1, -1):
        found[k] = last = curve[k][1] if k in curve else last
    return found


def _differ(one: tuple[tuple[float, float], object] | None, other: tuple[tuple[float, float], object] | None) -> bool:
    """Whether moving clinics makes a component better."""
    if one is None or other is None:
        return True
    return any(abs(a - b) > 1e-6 for a, b in zip(one[0], other[0], strict=True))


def _add(route: Route, curves: dict[int, Curve], asked: list[tuple[int, int]], seconds: float) -> None:
    pieces = [
        Piece(replace(route.views[part], change_limit=k), route.parts[part], FIRST, seconds, route.settings.seed)
        for part, k in asked
    ]
    for (part, k), answer in zip(asked, route.solve(pieces), strict=True):
        curves[part][k] = _point(answer)


def _point(answer: Dated) -> tuple[tuple[float, float], tuple[float, float]]:
    """What was found and its bound; a search that ended without a roster is as bad as can be, and bounds nothing."""
    found = {stage.aim: stage for stage in answer.stages}
    if answer.visits is None or len(found) < len(FIRST):
        return (1e9, 1e9), (0.0, 0.0)
    one, two = (found[aim] for aim in FIRST)
    return (one.value, two.value), (one.bound, two.bound)


def cheapest(curves: list[dict[int, tuple[float, float]]], limit: int) -> tuple[list[int], tuple[float, float]]:
    """The k of each curve, in all at most `limit`, whose sum is least (first parts first, then the fewest moves)."""
    table: dict[int, tuple[tuple[float, float], list[int]]] = {0: ((0.0, 0.0), [])}
    for curve in curves:
        new: dict[int, tuple[tuple[float, float], list[int]]] = {}
        for used, (value, ks) in sorted(table.items()):
            for k, cost in sorted(curve.items()):
                total = (round(value[0] + cost[0], 6), round(value[1] + cost[1], 6))
                if used + k <= limit and (used + k not in new or total < new[used + k][0]):
                    new[used + k] = (total, [*ks, k])
        table = new
    best = min(table, key=lambda used: (table[used][0], used))
    return table[best][1], table[best][0]
