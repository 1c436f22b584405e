"""The roster: counts first for a proved bound, dates second, searched component by component.

Needs that share doctors form a component; components meet only in rooms, equipment, home cover and
vehicles. The counting stage (`models.roster_counts`) bounds each component by itself; the sum is a
bound for the whole roster. Dates (`models.roster_dates`) are found beside what other components use,
in two orders (fewest options for each clinic first, largest first), the better kept. Components off
their bound are then opened together with those at the same sites, and at last the later aims are taken
in their order with the first ones held. Components without a common site or department are solved side
by side. See design section 4 (Roster).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.aims import AimResult
from models.answers import Progress
from models.roster_choices import Key, choices, components, fits
from models.roster_instance import RosterInstance, RosterLock, Visit
from models.roster_model import AIMS
from models.roster_pieces import Dated, Piece, beside, part_of, solve_pieces
from models.roster_reasons import Missed, Unheld, backups_of, missed_of, unheld_of
from models.roster_stages import FIRST, Stage, total

#: Shares of the time that are over when a stage ends: bounds, first dates, opening again.
COUNTED, DATED, AGAIN = 0.25, 0.50, 0.65
#: Children at work at once, and pieces begun together.
WORKERS, BATCH = 2, 24
#: Longest search of one aim of one component, seconds.
LONG = 12.0


@dataclass(frozen=True)
class RosterSettings:
    """Limits: seconds for everything and seed; `replan` takes `change` third, after windows."""

    seconds: float = 60.0
    seed: int = 0
    replan: bool = False


@dataclass(frozen=True)
class RosterOutcome:
    """What was found. aims in order, gaps of `roster_unheld` relative to holding nothing.

    visits: sorted (doctor, site, specialty, half-day); backups: need -> the named stand-in ("" for none).
    """

    aims: tuple[AimResult, ...]
    visits: tuple[Visit, ...]
    backups: Mapping[Key, str]
    unheld: tuple[Unheld, ...]
    missed: tuple[Missed, ...]
    stopped_by: str
    seconds: float
    timings: Mapping[str, float] = field(default_factory=dict)


Report = Callable[[str, Progress], None]


def solve_roster(
    instance: RosterInstance,
    settings: RosterSettings | None = None,
    report: Report | None = None,
    start: Iterable[Visit] | None = None,
) -> RosterOutcome:
    """Date the allocated clinics. `start`: a roster to begin with; what breaks a rule in it is left out.

    Always returns a roster that keeps every hard rule; at worst an empty one.
    """
    return _Run(instance, settings or RosterSettings(), report).run(start)


class _Run:
    """The state of one run."""

    def __init__(self, instance: RosterInstance, settings: RosterSettings, report: Report | None) -> None:
        self.instance, self.settings, self.report = instance, settings, report
        self.began = time.perf_counter()
        self.parts = components(instance)
        self.views = [
            replace(part_of(instance, keys), locks=locks)
            for keys, locks in zip(self.parts, _locks_of(instance, self.parts), strict=True)
        ]
        self.plan: dict[int, list[Visit]] = {part: [] for part in range(len(self.parts))}
        self.bound: dict[int, dict[str, Stage]] = {part: {} for part in self.plan}
        self.first: dict[int, dict[str, Stage]] = {}
        self.later: dict[int, dict[str, Stage]] = {}
        self.timings: dict[str, float] = {}
        self.pressed = False

    def run(self, start: Iterable[Visit] | None) -> RosterOutcome:
        given = None if start is None else list(start)
        self._timed("counts", self._count)
        self._timed("dates", lambda: self._date(given))
        self._timed("again", self._again)
        self._timed("later", self._later)
        return self._outcome()

    def _timed(self, name: str, do: Callable[[], None]) -> None:
        before = time.perf_counter()
        if not self.pressed:
            do()
        self.timings[name] = time.perf_counter() - before

    def _left(self, until: float = 1.0) -> float:
        """Seconds until a share of the time limit is used up."""
        return until * self.settings.seconds - (time.perf_counter() - self.began)

    def _solve(self, pieces: Sequence[Piece]) -> list[Dated]:
        answers, pressed = solve_pieces(pieces, WORKERS)
        self.pressed |= pressed
        return answers

    # --- the bound ------------------------------------------------------------------------------

    def _count(self) -> None:
        """Bounds of the first aims and of the windows, every component by itself."""
        each = min(LONG, max(1.0, COUNTED * self._left() * WORKERS / max(1, len(self.parts))))
        aims = (*FIRST, "roster_windows")
        pieces = [
            Piece(self.views[part], keys, aims, (each,) * len(aims), self.settings.seed, counts=True)
            for part, keys in enumerate(self.parts)
        ]
        for part, answer in enumerate(self._solve(pieces)):
            self.bound[part] = {stage.aim: stage for stage in answer.stages}

    def _low(self, part: int, aim: str) -> float:
        stage = self.bound[part].get(aim)
        return 0.0 if stage is None else stage.bound

    # --- dates ----------------------------------------------------------------------------------

    def _date(self, start: list[Visit] | None) -> None:
        orders = self._orders()
        best: tuple[float, ...] | None = None
        kept: dict[int, list[Visit]] = dict(self.plan)
        stages: dict[int, dict[str, Stage]] = {}
        for number, order in enumerate(orders):
            share = COUNTED + (DATED - COUNTED) * (number + 1) / len(orders)
            self.plan, self.first = {part: [] for part in self.plan}, {}
            waiting = list(order)
            while waiting and not self.pressed:
                batch = self._batch(waiting)
                seconds = WORKERS * self._left(share) / max(1, len(batch) + len(waiting))
                self._first_aims(batch, min(LONG, max(1.0, seconds)), start)
            value = self._value()
            if best is None or value < best:
                best, kept, stages = value, dict(self.plan), dict(self.first)
            if self.pressed or all(self._open(part) <= 0 for part in self.plan):
                break
        self.plan, self.first = kept, stages

    def _first_aims(self, batch: Sequence[int], seconds: float, start: list[Visit] | None) -> None:
        pieces = []
        for part in batch:
            mine = None if start is None else tuple(v for v in start if (v[1], v[2]) in self.views[part].needs)
            pieces.append(self._piece([part], FIRST, (seconds,) * len(FIRST), mine))
        for part, answer in zip(batch, self._solve(pieces), strict=True):
            if answer.visits is not None:
                self.plan[part] = list(answer.visits)
            self.first[part] = {stage.aim: stage for stage in answer.stages}
            self._tell(part)

    def _tell(self, part: int) -> None:
        if self.report is not None:
            low = sum(self._low(other, FIRST[1]) for other in self.plan)
            value = low + sum(self._open(other) for other in self.plan)
            self.report(FIRST[1], Progress(time.perf_counter() - self.began, value, low, 0))

    def _piece(
        self,
        parts: Sequence[int],
        aims: Sequence[str],
        seconds: Sequence[float],
        start: tuple[Visit, ...] | None,
        held: bool = False,
    ) -> Piece:
        if len(parts) == 1:
            keys, view = self.parts[parts[0]], self.views[parts[0]]
        else:
            keys = tuple(sorted(key for part in parts for key in self.parts[part]))
            locks = tuple(lock for part in parts for lock in self.views[part].locks)
            view = replace(part_of(self.instance, keys), locks=tuple(dict.fromkeys(locks)))
        others = (visit for other, found in self.plan.items() if other not in parts for visit in found)
        used = beside(self.instance, view, others)
        return Piece(view, keys, tuple(aims), tuple(seconds), self.settings.seed, used, start, held)

    def _batch(self, waiting: list[int]) -> list[int]:
        """Take the next components that share neither site nor department with each other."""
        taken: list[int] = []
        sites: set[str] = set()
        homes: set[str] = set()
        for part in list(waiting):
            view = self.views[part]
            if len(taken) < BATCH and not sites & view.sites.keys() and not homes & view.departments.keys():
                taken.append(part)
                sites |= view.sites.keys()
                homes |= view.departments.keys()
                waiting.remove(part)
        return taken

    def _orders(self) -> list[list[int]]:
        options: dict[int, float] = {}
        for part, keys in enumerate(self.parts):
            found = choices(self.views[part], keys)
            clinics = sum(sum(self.instance.needs[key].count) for key in keys)
            options[part] = sum(len(halves) for halves in found.values()) / max(1, clinics)
        scarce = sorted(self.plan, key=lambda part: (options[part], part))
        large = sorted(self.plan, key=lambda part: (-len(self.parts[part]), part))
        return [scarce] if scarce == large else [scarce, large]

    def _open(self, part: int) -> float:
        """How far the first aim of a component is from its bound."""
        mine = self.first.get(part, {}).get(FIRST[1])
        return 0.0 if mine is None else max(0.0, mine.value - self._low(part, FIRST[1]) - 1e-6)

    def _value(self) -> tuple[float, ...]:
        found = total(stage for stages in self.first.values() for stage in stages.values())
        return tuple(found[aim].value if aim in found else 0.0 for aim in FIRST)

    def _again(self) -> None:
        """Open components off their bound together with those at the same sites."""
        for part in sorted(self.plan, key=lambda part: (-self._open(part), part)):
            for rival in self._rivals(part)[:3]:
                if self.pressed or self._open(part) <= 0 or self._left(AGAIN) <= 1.0:
                    break
                self._improve([part, rival], min(LONG, self._left(AGAIN)))

    def _rivals(self, part: int) -> list[int]:
        """Components with clinics at the sites of this one, most first."""
        sites = self.views[part].sites
        shared = {
            other: sum(visit[1] in sites for visit in found) for other, found in self.plan.items() if other != part
        }
        return sorted((other for other, count in shared.items() if count), key=lambda other: (-shared[other], other))

    def _improve(self, parts: Sequence[int], seconds: float) -> None:
        """Solve components together from the plan at hand; the better plan is kept."""
        before = tuple(visit for part in parts for visit in self.plan[part])
        answer = self._solve([self._piece(parts, FIRST, (seconds, seconds), before)])[0]
        if answer.visits is None:
            return
        for part in parts:
            self.plan[part] = [visit for visit in answer.visits if (visit[1], visit[2]) in self.views[part].needs]
            value = sum(
                one.sessions * self.instance.needs[one.site, one.specialty].weight
                for one in unheld_of(self.instance, self.plan[part], self.parts[part], None)
            )
            self.first[part][FIRST[1]] = replace(self.first[part][FIRST[1]], value=value)

    # --- the later aims -------------------------------------------------------------------------

    def _later(self) -> None:
        aims = [aim for aim in AIMS if aim not in FIRST and not (aim == "roster_change" and not self.instance.today)]
        if self.settings.replan and "roster_change" in aims:
            aims.remove("roster_change")
            aims.insert(1, "roster_change")
        waiting = sorted(self.plan, key=lambda part: (-len(self.parts[part]), part))
        while waiting and not self.pressed:
            batch = self._batch(waiting)
            seconds = WORKERS * self._left() / (max(1, len(batch) + len(waiting)) * len(aims))
            each = min(LONG, max(0.1, seconds * 2.0))  # most searches end long before their limit
            pieces = [
                self._piece([part], aims, (each,) * len(aims), tuple(self.plan[part]), held=True) for part in batch
            ]
            for part, answer in zip(batch, self._solve(pieces), strict=True):
                if answer.visits is not None:
                    self.plan[part] = list(answer.visits)
                    self.later[part] = {stage.aim: stage for stage in answer.stages}

    # --- the answer -----------------------------------------------------------------------------

    def _outcome(self) -> RosterOutcome:
        visits = tuple(sorted(visit for found in self.plan.values() for visit in found))
        results = [self._result(aim) for aim in AIMS]
        order = ["none", "gap", "nodes", "clock", "user"]
        # A search that ended at its bound is proved, whatever the clock said on the way.
        stops = [stop for result, stop in results if result is not None and result.gap > 1e-9]
        stopped = "user" if self.pressed else max(stops, key=order.index, default="gap")
        return RosterOutcome(
            aims=tuple(result for result, _ in results if result is not None),
            visits=visits,
            backups=backups_of(self.instance, visits),
            unheld=tuple(unheld_of(self.instance, visits, sorted(self.instance.needs), self._bounds())),
            missed=tuple(missed_of(self.instance, visits)),
            stopped_by=stopped,
            seconds=time.perf_counter() - self.began,
            timings=self.timings,
        )

    def _result(self, aim: str) -> tuple[AimResult | None, str]:
        """Value and bound of one aim; bounds of later ones rest on rooms and on the aims before."""
        stages = self.first if aim in FIRST else self.later
        found = total(stage for mine in stages.values() for stage in mine.values()).get(aim)
        if found is None:
            return None, "none"
        bounds = total(stage for mine in self.bound.values() for stage in mine.values())
        low, given = found.bound, "rooms and earlier aims"
        if aim in FIRST:
            low, given = min(found.value, sum(self._low(part, aim) for part in self.plan)), ""
        elif aim == "roster_windows" and sum(self._open(part) for part in self.plan) <= 0 and aim in bounds:
            # The counting stage held as many: its windows are a bound given them, rooms or not.
            low, given = min(found.value, bounds[aim].bound), "earlier aims"
        nothing = sum(need.weight * sum(need.count) for need in self.instance.needs.values())
        base = max(nothing - low, 1.0) if aim == FIRST[1] else max(abs(found.value), 1.0)
        gap = max(0.0, found.value - low) / base
        return AimResult(aim, found.value, low, gap, AIMS[aim][0], given), found.stopped_by

    def _bounds(self) -> Mapping[Key, float]:
        """Need -> what its component must leave unheld, whatever the dates (weighted visits)."""
        return {key: self._low(part, FIRST[1]) for part, keys in enumerate(self.parts) for key in keys}


def _locks_of(instance: RosterInstance, parts: Sequence[tuple[Key, ...]]) -> list[tuple[RosterLock, ...]]:
    """The locks of each component: what is asked for once, in the first component that can keep it."""
    taken: set[str] = set()
    found = []
    for keys in parts:
        mine = []
        for lock in instance.locks:
            if not lock.must:
                mine.append(lock)
            elif lock.label not in taken and _speaks(instance, lock, keys):
                taken.add(lock.label)
                mine.append(lock)
        found.append(tuple(mine))
    return found


def _speaks(instance: RosterInstance, lock: RosterLock, keys: Iterable[Key]) -> bool:
    return any(fits(lock, instance.needs[key], pair.doctor) for key in keys for pair in instance.needs[key].pairs)
