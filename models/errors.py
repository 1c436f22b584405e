"""What can go wrong while a model is built or solved, one class per cure."""

from __future__ import annotations


class ModelError(Exception):
    """A fault of the model or of the solver, never of a planner's table."""


class ShapeError(ModelError):
    """The arrays of a model do not fit together, or hold numbers that are none."""


class UnboundedModelError(ModelError):
    """The cost can fall for ever: a column lacks a bound or a row is missing."""


class SolverError(ModelError):
    """HiGHS gave no answer that can be trusted (refused model, no status, lost process)."""


class CrewError(ModelError):
    """Nobody to work at `address`: `reason` is "not_installed" (the extra `cluster`) or "no_answer"."""

    def __init__(self, reason: str, address: str) -> None:
        super().__init__(f"{reason}: {address}")
        self.reason, self.address = reason, address


class CoupledError(ModelError):
    """Pieces that share scarce things have no plan together, or one of them has none at all."""
