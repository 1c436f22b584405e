"""Indicators of the rotation of postings: posts without anybody, and how they change hands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from planner.folder import read_plan
from planner.indicators_access import Measure
from planner.rotation import Rotation


def rotation(folder: Path, planned: bool) -> Iterator[Measure]:
    """Measures of the plan, or (`planned` false) of today's postings if nobody new came; none without dates."""
    made = Rotation(read_plan(folder), planned)
    if not made.turns:
        return
    found = made.figures()
    yield ("posts_with_gap", "", float(found.posts_with_gap), "posts", "held, and empty for some working days")
    yield ("gap_days", "", float(found.gap_days), "working days", "at posts that somebody holds or held")
    yield ("posts_never_filled", "", float(found.never_filled), "posts", "asked for and held by nobody")
    yield ("handovers", "", float(found.handovers), "handovers", "reliefs that begin in the horizon")
    if found.handovers:
        yield ("handovers_short", "", float(found.short), "handovers", "fewer working days together than asked for")
