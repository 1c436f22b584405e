"""`brief.html`: the two pages for the meeting, and `brief.pdf` where this machine has a browser that prints.

Each page is a box of one A4 page, so that it prints to exactly two whatever the names are; how much is shown follows
from the room there is.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from planner import __version__, overview
from planner.figures.whole import Figures, figures_of
from planner.folder import SavedPlan
from planner.money import cost_scale
from planner.papers.brief_changes import Changes
from planner.papers.brief_gains import Gains
from planner.papers.names import short
from planner.papers.print_pdf import print_pdf
from planner.papers.words import brief_word
from planner.report.evidence import audit_section
from planner.roster_views import RosterView
from planner.view import View

PAGE, PDF = "brief.html", "brief.pdf"


def write_brief(folder: Path, saved: SavedPlan, lang: str, figures: Figures | None = None) -> None:
    """Write the brief of an audited plan; an older PDF goes where no new one can be printed."""
    path, printed = folder / PAGE, folder / PDF
    path.write_text(render(saved, lang, figures), encoding="utf-8", newline="\n")
    if not print_pdf(path, printed):
        printed.unlink(missing_ok=True)


def environment() -> Environment:
    """Templates of the papers: every value is escaped, a missing one is an error."""
    return Environment(
        loader=PackageLoader("planner", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(saved: SavedPlan, lang: str, figures: Figures | None = None) -> str:
    """The brief as HTML text."""
    view = View(saved, lang)
    figures = figures_of(saved) if figures is None else figures
    return environment().get_template("papers/brief.html.j2").render(_context(view, figures))


def _context(view: View, figures: Figures) -> dict[str, Any]:
    changes, gains = Changes(view, figures), Gains(view, figures)
    return {
        "lang": view.lang,
        "w": lambda key, **values: brief_word(key, view.lang, **values),
        "title": brief_word("title", view.lang, name=region_name(view)),
        "subtitle": subtitle(view),
        "version": __version__,
        "answer": overview.answer(view),
        "rows": changes.rows(),
        "checks": gains.answer.checks(),
        "bars": changes.bars(),
        "why": changes.why(),
        "costs": gains.costs(),
        "cost_unit": cost_scale(figures.costs, view.lang).yearly,
        "cost_lines": gains.cost_lines(),
        "verdicts": gains.verdicts(),
        "sites": gains.sites(),
        "sites_more": gains.left_out(),
        "hospitals": gains.hospitals(),
        "hospitals_more": gains.hospitals_left_out(),
        "sure": gains.sure(audit_section(view)["told"]),
        "decisions": gains.decisions(),
    }


def region_name(view: View, most: float = 22) -> str:
    return short(view.saved.info.get("region") or view.say("untitled"), most)


def subtitle(view: View) -> str:
    """The horizon, and the roster's version where there are dates."""
    calendar = view.saved.info.get("settings", {}).get("calendar", {})
    weeks = calendar.get("weeks", 13)
    if not calendar.get("start"):
        return view.say("subtitle_typical", weeks=weeks)
    start = date.fromisoformat(str(calendar["start"]))
    told = view.say("subtitle", start=start - timedelta(days=start.isoweekday() - 1), weeks=weeks)
    roster = RosterView(view)
    if not roster.clinics:
        return told
    return f"{told}　{roster.say('version', number=roster.config.output.version, code=roster.code)}"
