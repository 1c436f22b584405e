"""Tables of what changes against today: institutions, hospitals, flows, costs."""

from __future__ import annotations

from planner.figures.change import Change
from planner.figures.costs import PARTS, SCENARIOS
from planner.figures.whole import Figures
from planner.money import cost_scale
from planner.report.grids import Cell, Grid, grid
from planner.report.tables import number
from planner.report.words import report_word
from planner.text import joined
from planner.view import View


def change_tables(view: View, figures: Figures) -> dict[str, Grid]:
    """The tables by key."""
    made = (_sites(view, figures), _hospitals(view, figures), _flows(view, figures), _costs(view, figures))
    return {one.key: one for one in made}


def change(view: View, value: Change, unit: str = "", digits: int | None = 1) -> Cell:
    """`today → plan`, sorted by the difference; one figure where nothing changes."""
    today, plan = (number(view, each, unit, digits).text for each in (value.today, value.plan))
    if value.today != value.today:
        return Cell(plan, value.plan)
    return Cell(plan if today == plan else f"{today} → {plan}", value.by)


def _sites(view: View, figures: Figures) -> Grid:
    def say(key: str) -> str:
        return report_word(key, view.lang)

    rows = [
        [
            Cell(view.name("institutions", one.institution)), Cell(say(f"v_{one.verdict}")),
            number(view, one.need, digits=0),
            change(view, one.kept), change(view, one.unmet), change(view, one.left), change(view, one.referred),
            change(view, one.clinics), change(view, one.posted, digits=0), change(view, one.minutes, digits=0),
            Cell(joined((view.name("specialties", key) for key in one.added), view.lang)),
            Cell(joined((view.name("specialties", key) for key in one.dropped), view.lang)),
        ]
        for one in figures.sites
    ]  # fmt: skip
    keys = "verdict need kept unmet left referred clinics_month posted minutes_mean added dropped".split()
    return grid("sites", [view.heading("institution"), *(say(key) for key in keys)], rows)


def _hospitals(view: View, figures: Figures) -> Grid:
    rows = [
        [
            Cell(view.name("institutions", one.institution)), change(view, one.half_days), change(view, one.doctors),
            change(view, one.posted), change(view, one.hours, digits=0), change(view, one.received, digits=0),
            change(view, one.forgone, digits=0), number(view, one.room, digits=0),
        ]
        for one in figures.hospitals
    ]  # fmt: skip
    keys = "half_days doctors_out posted_out road_hours received forgone room_left".split()
    return grid("hospitals", [view.heading("institution"), *(report_word(key, view.lang) for key in keys)], rows)


def _flows(view: View, figures: Figures) -> Grid:
    def say(key: str) -> str:
        return report_word(key, view.lang)

    rows = [
        [
            Cell(view.name("institutions", one.origin)), Cell(view.name("institutions", one.destination)),
            Cell(say("outside") if one.destination == "outside" else say(one.direction)),
            number(view, one.visits.today, digits=1), number(view, one.visits.plan, digits=1),
            Cell(f"{one.visits.by:+,.1f}", one.visits.by),
        ]
        for one in figures.flows
    ]  # fmt: skip
    headings = [say("flow_from"), say("flow_to"), view.heading("direction"), say("today"), say("plan"), "±"]
    return grid("flows", headings, rows)


def _costs(view: View, figures: Figures) -> Grid:
    """Parts in rows, scenarios in columns, in one unit of money a year."""
    costs, unit = figures.costs, cost_scale(figures.costs, view.lang).per
    if not costs.parts:
        return Grid("costs", (), (), ())
    rows = []
    for part in PARTS:
        amounts = [number(view, _in(unit, costs.parts.get((s, part))), digits=2) for s in SCENARIOS]
        rows.append([Cell(report_word(f"cost_{part}", view.lang)), *amounts])
    total = [number(view, costs.total(scenario) / unit, digits=2) for scenario in SCENARIOS]
    headings = [report_word("cost_part", view.lang), *(view.say(scenario) for scenario in SCENARIOS)]
    return grid("costs", headings, [*rows, [Cell(report_word("cost_total", view.lang)), *total]])


def _in(unit: float, yuan: float | None) -> float:
    return float("nan") if yuan is None else yuan / unit
