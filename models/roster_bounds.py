"""Bounds of the aims of a whole roster from those of its components.

A component alone (nobody else in its rooms and vehicles) bounds what it adds to every aim. The sum of
these bounds holds for the first aims whatever the roster. For a later aim it holds among rosters that
are as good in the aims before: a component can then exceed its bound of an earlier aim by no more than
the whole does, so that its cap stands when it is at least that much. Where it does not, a bound that was
found on dates rests on each component's share of the earlier aims, and says so; one by counts is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.roster_stages import FIRST, Stage

TOLERANCE = 1e-5


class Bounds:
    """What is known of each component, by the counting stage and alone on dates."""

    def __init__(self, parts: int) -> None:
        self._counts: list[dict[str, Stage]] = [{} for _ in range(parts)]
        self._alone: list[dict[str, Stage]] = [{} for _ in range(parts)]
        #: aim -> its stage and the caps
        self._again: list[dict[str, dict[str, Stage]]] = [{} for _ in range(parts)]
        #: bounds of the first aims of the whole with the change limit allotted at its best
        self.moves: tuple[float, float] | None = None
        #: whether components were dated with a share of the change limit
        self.allotted = False

    def counted(self, part: int, stages: Iterable[Stage]) -> None:
        self._counts[part] = {stage.aim: stage for stage in stages}

    def alone(self, part: int, stages: Iterable[Stage]) -> None:
        self._alone[part] = {stage.aim: stage for stage in stages}

    def counted_again(self, part: int, aim: str, stages: Iterable[Stage]) -> None:
        """A later aim's bound by counts with all aims before it capped; the caps are the values of their stages."""
        found = {stage.aim: stage for stage in stages}
        if aim in found:
            self._again[part][aim] = found

    def low(self, part: int, aim: str) -> float:
        """The bound of one component's share of an aim; every aim is at least zero."""
        return max([0.0, *(stages[aim].bound for stages in self._of(part, aim))])

    def _of(self, part: int, aim: str) -> list[dict[str, Stage]]:
        """What bounds an aim of a component: its stage, and those of the aims that were capped before."""
        again = [self._again[part][aim]] if aim in self._again[part] else []
        return again + [stages for stages in (self._counts[part], self._alone[part]) if aim in stages]

    def sure(self, order: Sequence[str], values: Mapping[str, float]) -> dict[str, list[float]]:
        """Aim -> each component's bound in every roster that is as good in the aims before.

        There a component exceeds its bound of an earlier aim by no more than the whole exceeds the sum of
        bounds: a bound found under caps of earlier aims holds where the caps are no less than that.
        """
        found: dict[str, list[float]] = {}
        most: dict[str, list[float]] = {}
        for aim in order:
            found[aim] = []
            for part in range(len(self._alone)):
                fit = [
                    stages[aim].bound
                    for stages in self._of(part, aim)
                    if aim in FIRST
                    or all(most[e][part] <= stages[e].value + TOLERANCE for e in found if e in stages and e != aim)
                ]
                found[aim].append(max([0.0, *fit]))
            spare = values[aim] - sum(found[aim])
            most[aim] = [low + spare for low in found[aim]]
        return found

    def total(self, aim: str, order: Sequence[str], values: Mapping[str, float]) -> tuple[float, str]:
        """The bound of an aim of the whole, and what it rests on ("" for nothing)."""
        parts = range(len(self._alone))
        if aim in FIRST:
            if self.allotted:
                assert self.moves is not None
                return self.moves[FIRST.index(aim)], ""
            return sum(self.low(part, aim) for part in parts), ""
        sure = self.sure(order[: order.index(aim) + 1], values)[aim]
        alone = [self._alone[part].get(aim) for part in parts]
        more = [low if one is None else max(low, one.bound) for low, one in zip(sure, alone, strict=True)]
        if sum(more) > sum(sure) + TOLERANCE or (self.allotted and len(parts) > 1):
            return sum(more), "each component's earlier aims"
        return sum(sure), "earlier aims"
