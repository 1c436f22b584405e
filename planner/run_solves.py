"""The solves of one run within its clock: allocations, and the search for their dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.calendar import WorkCalendar
from planner.config import Config
from planner.progress import Progress
from planner.roster_run import Linked, Rostered, date_clinics, link
from planner.run_clock import RunClock

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from models.allocation import Outcome
    from models.instance import Instance
    from models.known_plan import KnownPlan

#: Seconds for dates after Ctrl-C has ended the allocation.
INTERRUPTED = 5.0


@dataclass
class Solves:
    """What a run solves: limits from `config`, time from `clock`, news to `progress`."""

    region: Region
    config: Config
    calendar: WorkCalendar
    progress: Progress
    clock: RunClock

    def allocate(
        self,
        instance: Instance,
        seconds: float,
        incumbent: Callable[[Mapping[str, pd.DataFrame]], None] | None = None,
        known: KnownPlan | None = None,
    ) -> Outcome:
        """One allocation; `incumbent` gets each better plan, `known` is a plan of other groups to begin with."""
        from models.allocation import Settings, plan

        solver = self.config.solver
        settings = Settings(seconds=seconds, gap=solver.gap, nodes=solver.node_limit, seed=solver.seed)
        return plan(instance, settings, self.progress, incumbent, known)

    def allocate_from(self, instance: Instance, known: KnownPlan, seconds: float) -> Outcome:
        """One allocation that begins with a plan of other groups."""
        return self.allocate(instance, seconds, known=known)

    def dated(self, instance: Instance, first: Outcome) -> Linked:
        """An allocation with its dates, as `planner.roster_run.link` finds them."""
        rounds = self.config.roster.rounds
        return link(self.allocate, self._date, instance, first, rounds, self.clock, self._tell)

    def _tell(self, clinics: int, cuts: int) -> None:
        self.progress.stage("feedback", clinics=clinics, cuts=cuts)

    def _date(self, instance: Instance, outcome: Outcome, roster: Rostered | None, seconds: float) -> Rostered:
        pressed = outcome.stopped_by == "user"
        seconds = min(seconds, INTERRUPTED) if pressed else seconds
        stage = "dating_pressed" if pressed else "dating" if roster is not None else "looking"
        self.progress.stage(stage, seconds=seconds)
        config, visits = self.config.override("roster", time_limit_s=seconds), () if roster is None else roster.visits
        asked = (self.region, config, self.calendar, instance, outcome.tables, self.progress)
        return date_clinics(*asked, explain=roster is None, brief=roster is None or pressed, start=visits)
