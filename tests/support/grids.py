"""Small groupings on grids and islands, and every grouping of them by enumeration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import networkx as nx

from models.grouping_instance import Centre, GroupingInstance, GroupLock, Unit
from models.instance import RuleSetting
from models.options import Grouping


def grid(
    rows: int,
    columns: int,
    leads: Sequence[tuple[int, int]] = (),
    count: int | None = None,
    people: Mapping[str, float] | None = None,
    today: Mapping[str, str] | None = None,
    **options: Any,
) -> GroupingInstance:
    """Units `u<row><column>` of 1,000 persons, neighbours by side; leads by place, else any unit is a centre.

    Minutes are ten times the straight line.
    """
    spots = {f"u{r}{c}": (r, c) for r in range(rows) for c in range(columns)}
    edges = [(a, b) for a, b in combinations(spots, 2) if math.dist(spots[a], spots[b]) == 1.0]
    return instance(spots, edges, [f"u{r}{c}" for r, c in leads], count, people, today, **options)


def instance(
    spots: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[str, str]],
    leads: Sequence[str] = (),
    count: int | None = None,
    people: Mapping[str, float] | None = None,
    today: Mapping[str, str] | None = None,
    **options: Any,
) -> GroupingInstance:
    """A grouping over units at the given spots; balance is wide unless said otherwise."""
    chosen = {"tolerance_population": 10.0, **options}
    units = tuple(
        Unit(
            unit,
            (unit,),
            (today or {}).get(unit, ""),
            {"population": (people or {}).get(unit, 1_000.0)},
        )
        for unit in sorted(spots)
    )
    seats = sorted(leads) or sorted(spots)
    centres = tuple(Centre(seat, f"G {seat}", seat if leads else "") for seat in seats)
    minutes = {(a, b): 10.0 * math.dist(spots[a], spots[b]) for a in spots for b in seats}
    pairs = tuple(sorted((min(pair), max(pair)) for pair in edges))
    return GroupingInstance(units, centres, count or len(centres), pairs, minutes, Grouping(**chosen))


def ruled(x: GroupingInstance, **states: str) -> GroupingInstance:
    """The instance with rules set to hard, soft or off."""
    rules = {**x.rules, **{rule: RuleSetting(state) for rule, state in states.items()}}  # type: ignore[arg-type]
    return replace(x, rules=rules)


def locked(x: GroupingInstance, unit: str, seat: str, must: bool = True, weight: float | None = None) -> Any:
    return replace(x, locks=(*x.locks, GroupLock(f"row {len(x.locks)}", unit, seat, must, weight)))


def graph(x: GroupingInstance) -> nx.Graph[str]:
    made: nx.Graph[str] = nx.Graph()
    made.add_nodes_from(unit.id for unit in x.units)
    made.add_edges_from(x.edges)
    return made


def apart(x: GroupingInstance, groups: Mapping[str, str]) -> int:
    """Units that are not in the piece of their seat (without it there: in the first piece), by networkx."""
    whole, count = graph(x), 0
    for part in nx.connected_components(whole):
        for seat in set(groups.values()):
            members = {unit for unit in part if groups[unit] == seat}
            pieces = sorted(nx.connected_components(whole.subgraph(members)), key=lambda p: (seat not in p, min(p)))
            count += sum(len(piece) for piece in pieces[1:])
    return count


def every(x: GroupingInstance) -> Iterator[dict[str, str]]:
    """Every way to give each unit a centre, the centres themselves in their own group."""
    names = [unit.id for unit in x.units]
    for seats in combinations([centre.unit for centre in x.centres], x.count):
        rest = [name for name in names if name not in seats]
        for choice in product(seats, repeat=len(rest)):
            yield dict(zip(seats, seats, strict=True)) | dict(zip(rest, choice, strict=True))


def holds(x: GroupingInstance, groups: Mapping[str, str]) -> bool:
    """Whether a grouping keeps the hard rules, found without the model."""
    for load in x.balanced():
        if x.state(f"balance_{load}") == "hard":
            for seat in set(groups.values()):
                low, high = x.span(load, seat)
                amount = sum(x.unit[u].loads.get(load, 0.0) for u, g in groups.items() if g == seat)
                if not low - 1e-6 <= amount <= high + 1e-6:
                    return False
    named = len(x.centres) == x.count or any(centre.lead for centre in x.centres)
    hard = [lock for lock in x.locks if lock.weight is None]
    if any((groups[k.unit] == (k.centre if named else groups[k.centre])) != k.must for k in hard):
        return False
    longest = x.options.max_minutes
    if longest is not None and any(u != g and x.minutes[u, g] > longest for u, g in groups.items()):
        return False
    return x.state("contiguous") != "hard" or apart(x, groups) == 0


def travel(x: GroupingInstance, groups: Mapping[str, str]) -> float:
    """Mean minutes to the seat."""
    total = sum(unit.weight for unit in x.units)
    return sum(x.unit[u].weight * (0.0 if u == g else x.minutes[u, g]) for u, g in groups.items()) / total


def parted(x: GroupingInstance, groups: Mapping[str, str]) -> int:
    """Neighbours in different groups."""
    return sum(groups[a] != groups[b] for a, b in x.edges)
