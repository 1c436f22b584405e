"""All papers of a plan, one after the other."""

from __future__ import annotations

from pathlib import Path

from planner.figures.whole import Figures
from planner.folder import SavedPlan
from planner.papers.brief import write_brief
from planner.papers.monthly import write_monthly
from planner.papers.posters import write_posters
from planner.progress import Tell, silent


def write_papers(
    folder: Path, saved: SavedPlan, lang: str, tell: Tell = silent, figures: Figures | None = None
) -> None:
    """Write the papers into the folder of an audited plan.

    tell: takes the key of each part (`part_...` of `planner.report.words`) as it begins.
    """
    tell("part_brief")
    write_brief(folder, saved, lang, figures)
    tell("part_posters")
    write_posters(folder, saved, lang)
    tell("part_monthly")
    write_monthly(folder, saved, lang)
