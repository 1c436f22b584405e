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
    """Nobody to work at `address`; `detail` says more where there is more to say.

    reason: "not_installed" (the extra `cluster`), "no_answer", "no_workers", "other_versions" (of what
    `models.dask_client.SAME` names), or in the middle of the work "lost" (the scheduler), "lost_workers" (all of them).
    """

    def __init__(self, reason: str, address: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {address} {detail}".strip())
        self.reason, self.address, self.detail = reason, address, detail


class CoupledError(ModelError):
    """Pieces that share scarce things have no plan together, or one of them has none at all."""
