"""What earlier periods left on the doctors' accounts: far trips, Fridays, days next to holidays."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from planner.build.tables import number_or, rows, text

if TYPE_CHECKING:
    from geodata.region import Region

#: Periods of the fairness account that still count: four quarters.
PERIODS = 4


def accounts(region: Region) -> dict[str, dict[str, float]]:
    """What the last periods of `history` left on each doctor's account."""
    table = rows(region, "history")
    kept = sorted({text(row, "period") for row in table})[-PERIODS:]
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in table:
        if text(row, "period") in kept:
            for kind in ("far", "fridays", "holiday_adjacent"):
                found[text(row, "doctor")][kind] += number_or(row, kind, 0.0)
    return {doctor: dict(values) for doctor, values in found.items()}
