"""What a rule is: its id, its block and its kind. Its sentence is in `models/locale`, by the id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.instance import RuleState


@dataclass(frozen=True)
class Rule:
    id: str
    block: str
    kind: Literal["hard", "floor", "structure", "filter"]

    @property
    def default(self) -> RuleState:
        return "soft" if self.kind == "floor" else "hard"
