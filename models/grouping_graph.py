"""Pieces, separators and ways on the graph of neighbouring units."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping

Around = Mapping[str, frozenset[str]]


def reached(around: Around, start: str, inside: Collection[str]) -> set[str]:
    """Units of `inside` that a walk from `start` within `inside` reaches; `start` itself belongs to it."""
    found, queue = {start}, deque([start])
    while queue:
        for other in around[queue.popleft()]:
            if other in inside and other not in found:
                found.add(other)
                queue.append(other)
    return found


def pieces(around: Around, inside: Iterable[str]) -> list[set[str]]:
    """The connected pieces of the units `inside`, the first units first."""
    left, found = list(dict.fromkeys(inside)), list[set[str]]()
    rest = set(left)
    for unit in left:
        if unit in rest:
            piece = reached(around, unit, rest)
            rest -= piece
            found.append(piece)
    return found


def separator(around: Around, piece: Collection[str], root: str) -> set[str]:
    """Units next to `piece` that part it from `root`, none of them needless: the walk from `root` touches each.

    Needs `root` outside of `piece` and not next to it.
    """
    border = {other for unit in piece for other in around[unit]} - set(piece)
    outside = reached(around, root, set(around) - border - set(piece))
    return {unit for unit in border if around[unit] & outside}


def lightest_ways(around: Around, root: str, weight: Callable[[str], float]) -> dict[str, float]:
    """The least weight of a walk from `root` to each unit, both ends counted; unreached units are absent."""
    found: dict[str, float] = {}
    queue = [(weight(root), root)]
    while queue:
        so_far, unit = heapq.heappop(queue)
        if unit in found:
            continue
        found[unit] = so_far
        for other in sorted(around[unit]):
            if other not in found:
                heapq.heappush(queue, (so_far + weight(other), other))
    return found
