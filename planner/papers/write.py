"""All papers of a plan, one after the other."""

from __future__ import annotations

from pathlib import Path

from planner.folder import SavedPlan
from planner.papers.brief import write_brief
from planner.progress import Tell, silent


def write_papers(folder: Path, saved: SavedPlan, lang: str, tell: Tell = silent) -> None:
    """Write the papers into the folder of an audited plan.

    tell: takes the key of each part (`part_...` of `planner.report.words`) as it begins.
    """
    tell("part_brief")
    write_brief(folder, saved, lang)
