"""Groupings from random trees: territories cut in two where both sides have their load, again and again.

Two neighbouring groups are joined, a random spanning tree is drawn through them, and one of its edges whose removal
leaves both sides with a load in their span parts them anew. What parts fewer neighbours stays, what parts more stays
now and then, ever less often. Loads within half a per cent, at which moves and exchanges of single units find
nothing, are met by construction. For groups in one piece whose seats are free. The idea is that of recombination in
studies of districts (DeFord, Duchin, Solomon 2021). Deterministic by its seed.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from math import exp, inf
from random import Random

from models.grouping_graph import pieces
from models.grouping_instance import LOADS, GroupingInstance
from models.grouping_model import Groups
from models.highs import interrupted

#: Steps of a search for each unit, trees drawn for a step or a group, and fresh starts where a part cannot be cut.
STEPS, TREES, STARTS = 300, 40, 60
#: Neighbours parted more that are accepted at first and at the end, in the mean.
WARM, COLD = 1.5, 0.15


class Trees:
    """Random partitions of the units of one instance into groups in one piece with loads in their spans."""

    def __init__(self, instance: GroupingInstance, seed: int = 0) -> None:
        self.instance = instance
        self.random = Random(seed)
        self.around = {unit: sorted(others) for unit, others in instance.around.items()}
        hard = [load for load in instance.balanced() if instance.state(LOADS[load][0]) == "hard"]
        any_centre = instance.centres[0].unit
        self.spans = [instance.span(load, any_centre) for load in hard]
        self.loads = {unit.id: [unit.loads.get(load, 0.0) for load in hard] for unit in instance.units}

    def best(self, steps: int | None = None, seconds: float | None = None) -> Groups | None:
        """Groups that part few neighbours; None where no first cut was found. The clock may end it before its steps."""
        end = inf if seconds is None else time.perf_counter() + seconds
        if len(pieces(self.instance.around, self.around)) > 1:
            return None
        part = next((found for _ in range(STARTS) if (found := self._started()) is not None), None)
        if part is None:
            return None
        parted = self._parted(part)
        best, least = dict(part), parted
        steps = STEPS * len(part) if steps is None else steps
        for step in range(steps):
            if interrupted() or time.perf_counter() > end:
                break
            warmth = WARM * (COLD / WARM) ** (step / steps)
            tried = self._recombined(part)
            if tried is None:
                continue
            count = self._parted(tried)
            if count <= parted or self.random.random() < exp((parted - count) / warmth):
                part, parted = tried, count
                if parted < least:
                    best, least = dict(part), parted
        return self._seated(best)

    def _parted(self, part: dict[str, int]) -> int:
        return sum(part[a] != part[b] for a, b in self.instance.edges)

    def _started(self) -> dict[str, int] | None:
        """One group after another cut off a tree through what is left."""
        left, part = sorted(self.loads), dict[str, int]()
        for number in range(self.instance.count, 1, -1):
            off = next((found for _ in range(TREES) if (found := self._cut(left, number - 1))), None)
            if off is None:
                return None
            part |= dict.fromkeys(off, number - 1)
            left = [unit for unit in left if unit not in off]
        return part | dict.fromkeys(left, 0)

    def _recombined(self, part: dict[str, int]) -> dict[str, int] | None:
        """Two neighbouring groups joined and cut anew; None where no tree could be cut."""
        a, b = self.instance.edges[self.random.randrange(len(self.instance.edges))]
        one, other = part[a], part[b]
        if one == other:
            return None
        both = [unit for unit, group in part.items() if group in (one, other)]
        for _ in range(TREES):
            off = self._cut(both, 1)
            if off:
                return {**part, **dict.fromkeys(both, one), **dict.fromkeys(off, other)}
        return None

    def _cut(self, units: Collection[str], rest: int) -> set[str]:
        """One group cut off a random tree through these units, where `rest` groups may be made of the others."""
        order, parent = self._tree(units)
        if len(order) < len(units):
            return set()
        sums = {unit: list(self.loads[unit]) for unit in order}
        for unit in reversed(order[1:]):
            above = sums[parent[unit]]
            for at, load in enumerate(sums[unit]):
                above[at] += load
        whole = sums[order[0]]
        fit = [unit for unit in order[1:] if self._fits(sums[unit], whole, rest)]
        if not fit:
            return set()
        top = fit[self.random.randrange(len(fit))]
        off = {top}
        for unit in order[order.index(top) + 1 :]:
            if parent[unit] in off:
                off.add(unit)
        return off

    def _fits(self, off: list[float], whole: list[float], rest: int) -> bool:
        return all(
            low - 1e-6 <= load <= high + 1e-6 and rest * low - 1e-6 <= total - load <= rest * high + 1e-6
            for load, total, (low, high) in zip(off, whole, self.spans, strict=True)
        )

    def _tree(self, units: Collection[str]) -> tuple[list[str], dict[str, str]]:
        """A random tree: its units in the order in which they were reached, and from where."""
        inside, draw = set(units), self.random.randrange
        start = sorted(inside)[draw(len(inside))]
        order, parent = [start], {start: start}
        border = [(start, other) for other in self.around[start] if other in inside]
        while border:
            at = draw(len(border))
            border[at], border[-1] = border[-1], border[at]
            unit, other = border.pop()
            if other not in parent:
                parent[other] = unit
                order.append(other)
                border += [(other, one) for one in self.around[other] if one in inside and one not in parent]
        return order, parent

    def _seated(self, part: dict[str, int]) -> Groups | None:
        """The centre of each unit: of each group the first unit that may be one."""
        seats: dict[int, str] = {}
        for unit in sorted(part):
            if unit in self.instance.centre:
                seats.setdefault(part[unit], unit)
        if len(seats) < self.instance.count:
            return None
        return {unit: seats[group] for unit, group in part.items()}
