"""What a rule is: its id, its block, its kind, and its sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.instance import RuleState


@dataclass(frozen=True)
class Rule:
    id: str
    block: str
    kind: Literal["hard", "floor", "structure", "filter"]
    zh: str
    en: str

    @property
    def default(self) -> RuleState:
        return "soft" if self.kind == "floor" else "hard"
