"""Bounds of the aims of a whole roster from those of its components.

A component alone (nobody else in its rooms and vehicles) bounds what it adds to every aim. The sum of
these bounds holds for `roster_promises` whatever the roster. A bound of any other aim was found with the
aims before it capped at what the component found; it holds among rosters that are as good in the aims
before, as long as a component cannot leave its caps there: it exceeds its bound of an earlier aim by no
more than the whole exceeds the sum of bounds, and its cap must be at least that much. Components that are in
each other's way make the whole pay more promises than the sum: a bound under a cap of promises may then be
false, and is left out; one that no cap of promises touched still holds. Later aims where a cap does not
stand rest on each component's share of the earlier aims where they were found on dates, and say so; that is no
bound of the whole, and is not told where the whole is better.

A lock that several components could keep is asked of one of them. The whole may keep it elsewhere, so that
its points (`loose`) are no part of the sum's bound, and a component may pay them beyond its share.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from models.roster_stages import FIRST, Stage

TOLERANCE = 1e-5


class Bounds:
    """What is known of each component, by the counting stage and alone on dates. loose: see above, by component."""

    def __init__(self, parts: int, loose: Sequence[float] = ()) -> None:
        self.loose = list(loose) or [0.0] * parts
        self._counts: list[dict[str, Stage]] = [{} for _ in range(parts)]
        self._alone: list[dict[str, Stage]] = [{} for _ in range(parts)]
        #: aim -> its stage and the caps
        self._again: list[dict[str, dict[str, Stage]]] = [{} for _ in range(parts)]
        #: bounds of the first aims of the whole with the change limit allotted at its best: of the second one
        #: in rosters that keep all promises
        self.moves: tuple[float, float] | None = None
        #: whether components were dated with a share of the change limit
        self.allotted = False
        self._unheld: dict[tuple[float, bool], list[float]] = {}

    def counted(self, part: int, stages: Iterable[Stage]) -> None:
        self._counts[part] = {stage.aim: stage for stage in stages}
        self._unheld.clear()

    def alone(self, part: int, stages: Iterable[Stage]) -> None:
        self._alone[part] = {stage.aim: stage for stage in stages}
        self._unheld.clear()

    def counted_again(self, part: int, aim: str, stages: Iterable[Stage]) -> None:
        """An aim's bound by counts with all aims before it capped; the caps are the values of their stages."""
        found = {stage.aim: stage for stage in stages}
        if aim in found:
            self._again[part][aim] = found
            self._unheld.clear()

    def low(self, part: int, aim: str, shares: bool = True) -> float:
        """The best bound of one component's share of an aim, within its caps; every aim is at least zero.

        shares: within the component's share of the change limit, too.
        """
        best = max([0.0, *(stages[aim].bound for stages in self._of(part, aim, shares))])
        return max(0.0, best - self.loose[part]) if aim == FIRST[0] else best

    def together(self, parts: Sequence[int]) -> tuple[dict[str, float], float]:
        """Bounds of the first aims of components together, and the most promises under which the second one holds."""
        shares = len(parts) == 1
        low = {aim: sum(self.low(part, aim, shares) for part in parts) for aim in FIRST}
        room = math.inf
        for part in parts:
            found = self._of(part, FIRST[1], shares)
            if any(stages[FIRST[1]].bound > 0.0 for stages in found):
                best = max(found, key=lambda stages: (stages[FIRST[1]].bound, _cap(stages)))
                room = min(room, _cap(best) - self.low(part, FIRST[0], shares) - self.loose[part])
        return low, low[FIRST[0]] + room

    def unheld(self, promised: float, shares: bool = False) -> list[float]:
        """Each component's bound of what it leaves out in rosters that pay no more for promises than that."""
        if (promised, shares) not in self._unheld:
            values = {FIRST[0]: promised, FIRST[1]: 0.0}
            self._unheld[promised, shares] = self.sure(FIRST, values, shares)[FIRST[1]]
        return self._unheld[promised, shares]

    def _of(self, part: int, aim: str, shares: bool) -> list[dict[str, Stage]]:
        """What bounds an aim of a component: its stage, and those of the aims that were capped before."""
        again = [self._again[part][aim]] if aim in self._again[part] else []
        dated = [self._alone[part]] if shares or not self.allotted else []
        return again + [stages for stages in (self._counts[part], *dated) if aim in stages]

    def sure(self, order: Sequence[str], values: Mapping[str, float], shares: bool = False) -> dict[str, list[float]]:
        """Aim -> each component's bound in every roster that is as good in the aims before.

        There a component exceeds its bound of an earlier aim by no more than the whole exceeds the sum of
        bounds: a bound found under caps of earlier aims holds where the caps are no less than that. shares: in
        rosters alone that keep the shares of the change limit, too.
        """
        found: dict[str, list[float]] = {}
        most: dict[str, list[float]] = {}
        for aim in order:
            found[aim] = []
            for part in range(len(self._alone)):
                fit = [
                    stages[aim].bound
                    for stages in self._of(part, aim, shares)
                    if all(
                        most[e][part] <= stages[e].value + TOLERANCE
                        for e in found
                        if e in stages and e != aim and stages[e].capped
                    )
                ]
                best = max([0.0, *fit])
                found[aim].append(max(0.0, best - self.loose[part]) if aim == FIRST[0] else best)
            spare = values[aim] - sum(found[aim])
            most[aim] = [low + spare for low in found[aim]]
            if aim == FIRST[0]:
                most[aim] = [most_of + loose for most_of, loose in zip(most[aim], self.loose, strict=True)]
        return found

    def total(self, aim: str, order: Sequence[str], values: Mapping[str, float]) -> tuple[float, str]:
        """The bound of an aim of the whole, and what it rests on ("" for nothing)."""
        parts = range(len(self._alone))
        if aim == FIRST[0]:
            low = sum(self.low(part, aim, shares=False) for part in parts)
            return max(low, self.moves[0] if self.moves is not None else 0.0), ""
        if aim == FIRST[1]:
            low = sum(self.unheld(values[FIRST[0]]))
            if self.moves is not None and values[FIRST[0]] <= TOLERANCE and not any(self.loose):
                low = max(low, self.moves[1])
            return low, "earlier aims" if low > sum(self._whatever(part) for part in parts) + TOLERANCE else ""
        sure = self.sure(order[: order.index(aim) + 1], values)[aim]
        alone = [self._alone[part].get(aim) for part in parts]
        more = [low if one is None else max(low, one.bound) for low, one in zip(sure, alone, strict=True)]
        if sum(sure) + TOLERANCE < sum(more) <= values[aim] + TOLERANCE:
            return sum(more), "each component's earlier aims"
        return sum(sure), "earlier aims"

    def _whatever(self, part: int) -> float:
        """A component's bound of what it leaves out whatever it promises."""
        found = self._of(part, FIRST[1], shares=False)
        return max([0.0, *(stages[FIRST[1]].bound for stages in found if _cap(stages) == math.inf)])


def _cap(stages: Mapping[str, Stage]) -> float:
    """The cap of promises under which the other bounds of a search were found."""
    first = stages.get(FIRST[0])
    return math.inf if first is None or not first.capped else first.value
