"""What a building block is: one file with these names, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from models.instance import Instance, RuleSetting, RuleState
from models.ledger import Ledger
from models.rules import RULES

if TYPE_CHECKING:
    import pandas as pd

    from models.values import Values


class Block(Protocol):
    """A file under `models/` that decides one thing. See docs/dev/add-a-block.md."""

    NAME: str
    NEEDS: tuple[str, ...]

    def wanted(self, instance: Instance) -> bool:
        """Whether the tables ask for this decision."""
        ...

    def build(self, block: Any, instance: Instance, ledger: Ledger) -> None:
        """Declare variables and rows on the Pyomo block; add terms to the ledger."""
        ...

    def read(self, values: Values, instance: Instance) -> Mapping[str, pd.DataFrame]:
        """Tables of the plan folder from a solution."""
        ...


class Ruled(Protocol):
    """What says how each rule is applied: the instance of any model."""

    @property
    def rules(self) -> Mapping[str, RuleSetting]: ...

    def state(self, rule: str) -> RuleState: ...


def admit(instance: Ruled, broken: list[str], explain: bool) -> tuple[str, ...] | None:
    """Rules that must forbid a column by a row, () for a free column, None to leave it out.

    `broken` are the filter rules that the column would break. A rule that is off forbids
    nothing; a soft one lets the column in at its price; a hard one leaves the column out, unless
    an explanation is asked for.
    """
    live = [rule for rule in broken if instance.state(rule) != "off"]
    if not live:
        return ()
    if explain or all(instance.state(rule) == "soft" for rule in live):
        return tuple(live)
    return None


def state_of(instance: Ruled, rule: str) -> str:
    """`hard`, `soft` or `off`; structure rules are always hard."""
    return "hard" if RULES[rule].kind == "structure" else instance.state(rule)
