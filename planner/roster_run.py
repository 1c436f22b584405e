"""From the counts of an allocation to dates: build the roster, solve it, and make its tables."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from planner.calendar import WorkCalendar
from planner.catalogue import texts
from planner.run_clock import LEAST, RunClock
from planner.text import MESSAGES

if TYPE_CHECKING:
    import pandas as pd

    from geodata.region import Region
    from models.aims import AimResult
    from models.allocation import Outcome
    from models.instance import DateCut, Instance
    from models.roster import RosterOutcome
    from models.roster_instance import RosterInstance, Visit
    from models.roster_values import Broken
    from planner.config import Config

Tables = Mapping[str, "pd.DataFrame"]
Report = Callable[..., None]


#: Share of all allocated visits without a date from which a new allocation is worth its time.
WORTH = 0.01
#: Visits that are the rounding of a sum.
SAME = 1e-6


#: Why clinics have no date, and why locks are not kept, by the keys of `models.roster_reasons` and `roster_values`.
UNHELD, BROKEN = texts("roster.unheld"), texts("roster.broken")


@dataclass(frozen=True)
class Rostered:
    """A dated plan: tables `roster`, `unheld`, `fairness`, the roster's aims, and what was assumed.

    unheld: visits of the horizon (weighted by priority) without a date; allocated: all of them.
    cuts: what the allocation should know (`models.roster_cuts`), when asked for.
    """

    tables: Tables
    aims: tuple[AimResult, ...]
    notes: tuple[tuple[str, str], ...]
    stopped_by: str
    seconds: float
    timings: Mapping[str, float]
    unheld: float
    allocated: float
    cuts: tuple[DateCut, ...] = ()
    visits: tuple[Visit, ...] = ()


#: A roster to improve where there is none yet.
NOTHING = Rostered({}, (), (), "none", 0.0, {}, 0.0, 0.0)


@dataclass(frozen=True)
class Linked:
    """An allocation with its dates, how many allocations it took, and the problem with all cuts that it answers."""

    outcome: Outcome
    rostered: Rostered
    rounds: int
    instance: Instance


def link(
    allocate: Callable[[Instance, float], Outcome],
    date: Callable[[Instance, Outcome, Rostered | None, float], Rostered],
    instance: Instance,
    first: Outcome,
    rounds: int,
    clock: RunClock,
    tell: Callable[[int, int], None],
) -> Linked:
    """Date an allocation; while much of it has no date, say why to a new allocation; the better plan is kept.

    allocate(instance, seconds) and date(instance, outcome, roster to improve, seconds) do the work: where there
    is no roster to improve, only what has no date is asked. `tell` hears of clinics without a date and
    cuts before each new round. Where no time would be left for another round, none is prepared.
    """
    if rounds < 1 or first.stopped_by == "user" or not clock.again(looked=False):
        return Linked(first, date(instance, first, NOTHING, clock.last()), 1, instance)
    best = Linked(first, date(instance, first, None, clock.look()), 1, instance)
    cuts = instance.date_cuts
    for number in range(2, rounds + 2):
        more = tuple(cut for cut in best.rostered.cuts if cut not in cuts)
        seconds = clock.again()
        if best.rostered.unheld <= WORTH * best.rostered.allocated or not more or not seconds:
            break
        tell(int(best.rostered.tables["unheld"]["sessions"].sum()), len(more))
        cuts = (*cuts, *more)
        changed = replace(instance, date_cuts=cuts)
        outcome = allocate(changed, seconds)
        if not outcome.tables:
            break
        again = Linked(outcome, date(changed, outcome, None, clock.look()), number, changed)
        if _value(instance, again) >= _value(instance, best):
            break
        best = again
    if best.rostered.stopped_by == "user":
        return best
    last = date(best.instance, best.outcome, best.rostered, clock.last())
    return replace(best, rostered=last if last.unheld <= best.rostered.unheld + SAME else best.rostered)


def _value(instance: Instance, linked: Linked) -> tuple[float, float]:
    """Floors, then unmet visits a month with those of clinics that have no date."""
    values = {aim.name: aim.value for aim in linked.outcome.aims}
    months = sum(quarter.months for quarter in instance.quarters)
    return values.get("floors", 0.0), values.get("unmet", 0.0) + linked.rostered.unheld / months


def rosterable(calendar: WorkCalendar, tables: Tables) -> bool:
    """Whether there is anything to date: clinics, and a horizon with dates."""
    return calendar.dated and "sessions" in tables and len(tables["sessions"]) > 0


def date_clinics(
    region: Region,
    config: Config,
    calendar: WorkCalendar,
    instance: Instance,
    tables: Tables,
    report: Report | None = None,
    explain: bool = False,
    brief: bool = False,
    start: Sequence[Visit] = (),
) -> Rostered:
    """Date the clinics of an allocation. The calendar must have a start (see `rosterable`).

    explain: also prove what doctors of unheld clinics could hold at most (`Rostered.cuts`). brief: the first
    aims only. start: a roster to improve.
    """
    from models.roster import RosterSettings, solve_roster
    from models.roster_cuts import cuts_of
    from planner.build.roster import build_roster
    from planner.fair_turns import in_turns

    built = build_roster(region, config, calendar, instance, tables)
    even = in_turns(instance, built.instance, tables) if config.roster.turns else None
    if even is not None:
        tables, built = even, build_roster(region, config, calendar, instance, even)
    settings = RosterSettings(seconds=config.roster.time_limit_s, seed=config.solver.seed, brief=brief)
    until = time.time() + max(LEAST, config.roster.time_limit_s)
    found = solve_roster(built.instance, settings, report, start or None)
    made = {
        "sessions": tables["sessions"],
        "roster": roster_table(built.instance, found),
        "unheld": unheld_table(found),
        "fairness": fairness_table(built.instance, found),
    }
    needs = built.instance.needs
    lost = sum(one.sessions * needs[one.site, one.specialty].weight for one in found.unheld)
    every = sum(need.weight * sum(need.count) for need in needs.values())
    cuts = cuts_of(built.instance, found.unheld, until=until) if explain and lost > WORTH * every else ()
    done = (found.stopped_by, found.seconds, found.timings)
    notes = (*built.notes, *broken_notes(found.broken))
    return Rostered(made, found.aims, notes, *done, lost, every, cuts, found.visits)


def broken_notes(broken: Iterable[Broken]) -> list[tuple[str, str]]:
    """Locks that the roster does not keep, where they are written and what stood in the way, as (zh, en)."""
    from planner.build.roster_pins import lock_places

    return [MESSAGES.both("lock_broken", place=lock_places([one.label]), why=BROKEN[one.why]) for one in broken]


def roster_table(instance: RosterInstance, found: RosterOutcome) -> pd.DataFrame:
    """One row per dated clinic; a far trip takes the doctor's whole day and is one row."""
    import pandas as pd

    rows = [
        (
            instance.date(half).isoformat(),
            instance.weekday(half),
            instance.slot(half),
            doctor,
            site,
            specialty,
            _backup(found, doctor, (site, specialty)),
        )
        for doctor, site, specialty, half in found.visits
    ]
    columns = ["date", "weekday", "slot", "doctor", "institution", "specialty", "backup"]
    keys = ["date", "slot", "institution", "specialty", "doctor"]
    return pd.DataFrame(rows, columns=columns).sort_values(keys, kind="stable", ignore_index=True)


def _backup(found: RosterOutcome, doctor: str, key: tuple[str, str]) -> str:
    """The named stand-in of a clinic; where that is who holds it, the need's main doctor."""
    backup = found.backups.get(key, "")
    if backup != doctor:
        return backup
    counts = Counter(visit[0] for visit in found.visits if (visit[1], visit[2]) == key)
    others = [name for name, _ in counts.most_common() if name != doctor]
    return others[0] if others else ""


def unheld_table(found: RosterOutcome) -> pd.DataFrame:
    """Allocated clinics without a date, with the rule in the way."""
    import pandas as pd

    rows = [(u.site, u.specialty, u.quarter, u.sessions, u.rule, *UNHELD[u.rule]) for u in found.unheld]
    columns = ["institution", "specialty", "quarter", "sessions", "rule", "reason_zh", "reason_en"]
    return pd.DataFrame(rows, columns=columns)


def fairness_table(instance: RosterInstance, found: RosterOutcome) -> pd.DataFrame:
    """What the roster adds to each doctor's account, by quarter; `carried_over` is what was on it before."""
    import pandas as pd

    from models.roster_choices import pair_of

    counts: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    days: set[tuple[str, str, int]] = set()
    for doctor, site, specialty, half in found.visits:
        mine = counts[doctor, instance.quarter(half)]
        mine["sessions"] += 1
        mine["fridays"] += instance.weekday(half) == 5
        mine["holiday_adjacent"] += half // 2 in instance.holiday_adjacent
        if pair_of(instance.needs[site, specialty], doctor).far and (doctor, site, half // 2) not in days:
            days.add((doctor, site, half // 2))
            mine["far"] += 1
    kinds = ("sessions", "far", "fridays", "holiday_adjacent")
    rows: list[tuple[Any, ...]] = []
    for (doctor, q), mine in sorted(counts.items()):
        _, first, weeks = instance.quarters[q]
        # A quarter is called by its middle: one from 30 March is the second.
        middle = instance.date(14 * first + 7 * weeks)
        ledger = sum(instance.doctors[doctor].ledger.get(kind, 0.0) for kind in kinds[1:])
        rows.append((doctor, f"{middle.year}Q{(middle.month - 1) // 3 + 1}", *(mine[kind] for kind in kinds), ledger))
    return pd.DataFrame(rows, columns=["doctor", "period", *kinds, "carried_over"])
