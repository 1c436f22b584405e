"""Budget, aims and block options, from the configuration to the instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.instance import Aims, Budget

if TYPE_CHECKING:
    from planner.config import Config

#: No capture share exceeds this, whatever the scenario says: somebody always goes elsewhere.
CAPTURE_CAP = 0.95


def budget(config: Config) -> Budget:
    """The one budget, in yuan per year."""
    given = config.budget
    return Budget(given.yuan_per_year, tuple(given.covers), given.annualise_years)


def aims(config: Config) -> Aims:
    """The committee's order of aims."""
    given = config.aims
    return Aims(tuple(given.order), given.left_weight, given.avoidable_weight, dict(given.tolerances))


def options(config: Config) -> Mapping[str, object]:
    """The options of each block, by the block's name."""
    return {
        "shared_centres": config.shared_centres,
        "postings": config.postings,
        "sessions": config.sessions,
        "referrals": config.referrals,
    }
