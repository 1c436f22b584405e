"""All figures of a saved plan, each computed once."""

from __future__ import annotations

from dataclasses import dataclass

from planner import situation
from planner.audit.facts import Facts
from planner.audit.read import typed
from planner.figures.access import Access, access
from planner.figures.centres import Centre, centres
from planner.figures.checks import Check, checks
from planner.figures.costs import Costs, costs
from planner.figures.flows import Flow, flows
from planner.figures.hospitals import Hospital, hospitals
from planner.figures.sites import Site, sites
from planner.folder import SavedPlan


@dataclass(frozen=True)
class Figures:
    """What a plan changes; `access` is None, and sites, hospitals and flows are empty, without the region's needs."""

    checks: tuple[Check, ...]
    sites: tuple[Site, ...]
    hospitals: tuple[Hospital, ...]
    access: Access | None
    flows: tuple[Flow, ...]
    centres: tuple[Centre, ...]
    costs: Costs


def figures_of(saved: SavedPlan) -> Figures:
    """The figures of a plan; nothing here depends on the language."""
    facts = facts_of(saved)
    if facts is None:
        return Figures(checks(saved, None), (), (), None, (), centres(saved), costs(saved))
    before, plan = situation.today(facts), situation.planned(facts)
    return Figures(
        checks(saved, facts), sites(facts, before, plan), hospitals(facts, before, plan), access(facts, before, plan),
        flows(facts, before), centres(saved), costs(saved),
    )  # fmt: skip


def facts_of(saved: SavedPlan) -> Facts | None:
    """The audit's facts of a plan; None where the saved region has no needs to start from."""
    region = saved.region
    if any(region.get(table) is None or region[table].empty for table in ("institutions", "needs", "specialties")):
        return None
    return Facts(typed(region, saved.tables, saved.info.get("settings", {})))
