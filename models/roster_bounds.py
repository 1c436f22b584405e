"""Bounds of the aims of a whole roster from those of its components.

A component alone (nobody else in its rooms and vehicles) bounds what it adds to every aim. The sum of
these bounds holds for the first aims whatever the roster. For a later aim it holds among rosters that
are as good in the aims before: a component can then exceed its bound of an earlier aim by no more than
the whole does, so that its cap stands when it is at least that much. Where it does not, the bound rests
on each component's share of the earlier aims, and says so.
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
        #: bounds of the first aims of the whole with the change limit allotted at its best
        self.moves: tuple[float, float] | None = None
        #: whether components were dated with a share of the change limit
        self.allotted = False

    def counted(self, part: int, stages: Iterable[Stage]) -> None:
        self._counts[part] = {stage.aim: stage for stage in stages}

    def alone(self, part: int, stages: Iterable[Stage]) -> None:
        self._alone[part] = {stage.aim: stage for stage in stages}

    def low(self, part: int, aim: str) -> float:
        """The bound of one component's share of an aim; every aim is at least zero."""
        found = [stages[aim].bound for stages in (self._counts[part], self._alone[part]) if aim in stages]
        return max([0.0, *found])

    def _value(self, part: int, aim: str) -> float | None:
        """The cap with which a component's later aims were bounded."""
        stage = self._alone[part].get(aim)
        return None if stage is None else stage.value

    def total(self, aim: str, order: Sequence[str], values: Mapping[str, float]) -> tuple[float, str]:
        """The bound of an aim of the whole, and what it rests on ("" for nothing)."""
        parts = range(len(self._alone))
        if aim in FIRST:
            if self.allotted:
                assert self.moves is not None
                return self.moves[FIRST.index(aim)], ""
            return sum(self.low(part, aim) for part in parts), ""
        low = sum(self.low(part, aim) for part in parts)
        for earlier in order[: order.index(aim)]:
            spare = values[earlier] - sum(self.low(part, earlier) for part in parts)
            for part in parts:
                cap = self._value(part, earlier)
                if cap is not None and self.low(part, earlier) + spare > cap + TOLERANCE:
                    return low, "each component's earlier aims"
        return low, "each component's earlier aims" if self.allotted and len(parts) > 1 else "earlier aims"
