"""The roster: counts first for a proved bound, dates second, searched specialty by specialty.

Needs that share doctors form a component; components meet only in rooms, equipment, home cover and
vehicles. The counting stage (`models.roster_counts`) bounds each component by itself; the sum is a
bound for the whole roster. Dates (`models.roster_dates`) are found component by component beside what
the others use, in two orders (fewest options for each clinic first; largest first), the better kept; a search
then opens again what lost a room to others, and at last the later aims are taken in their order with the first one
capped. See design section 4 and the figures measured there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.aims import AimResult
from models.answers import Limits, Progress
from models.highs import Job, solve_many
from models.roster_choices import Key, Used, choices, components, used_by
from models.roster_counts import build_counts
from models.roster_dates import build_dates
from models.roster_instance import RosterInstance, RosterLock, Visit
from models.roster_model import AIMS, RosterModel, no_garbage_collection
from models.roster_reasons import Missed, Unheld, backups_of, missed_of, unheld_of
from models.roster_stages import FIRST, Stage, capped, solve_aims, start_of, total, visits_of

#: Shares of the time: counting bounds, first dates, opening again, later aims.
SHARES = (0.25, 0.30, 0.15, 0.30)


@dataclass(frozen=True)
class RosterSettings:
    """Limits: seconds for everything, gap (share) of the first aim, seed; `replan` takes `change` third."""

    seconds: float = 60.0
    gap: float = 0.01
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
        self.views = _views(instance, self.parts)
        self.plan: dict[int, list[Visit]] = {part: [] for part in range(len(self.parts))}
        self.bound: dict[int, dict[str, Stage]] = {}
        self.first: dict[int, dict[str, Stage]] = {}
        self.later: dict[int, dict[str, Stage]] = {}
        self.timings: dict[str, float] = {}

    def run(self, start: Iterable[Visit] | None) -> RosterOutcome:
        with no_garbage_collection():
            self._timed("counts", self._count)
            self._timed("dates", lambda: self._date(None if start is None else list(start)))
            self._timed("again", self._again)
            self._timed("later", self._later)
        return self._outcome()

    def _timed(self, name: str, do: Callable[[], None]) -> None:
        before = time.perf_counter()
        do()
        self.timings[name] = time.perf_counter() - before

    def _left(self, until: float = 1.0) -> float:
        """Seconds until a share of the time limit is used up."""
        return until * self.settings.seconds - (time.perf_counter() - self.began)

    # --- the bound ------------------------------------------------------------------------------

    def _count(self) -> None:
        """Bounds of the first two aims of every component, two components at a time."""
        models = [build_counts(self.views[part], keys) for part, keys in enumerate(self.parts)]
        each = max(1.0, SHARES[0] * self.settings.seconds * 2.0 / max(1, len(models)))
        caps = [model.matrix for model in models]
        for aim in (*FIRST, "roster_windows"):
            jobs = []
            for part, model in enumerate(models):
                vector, constant = model.aims[aim]
                jobs.append(Job(caps[part], vector, constant, self._limits(each), progress=self._tell(aim)))
            answers = solve_many(jobs)
            for part, (model, answer) in enumerate(zip(models, answers, strict=True)):
                low = max(answer.bound, 0.0)
                self.bound.setdefault(part, {})[aim] = Stage(aim, answer.objective, low, answer.stopped_by)
                if answer.x is not None:
                    vector, constant = model.aims[aim]
                    caps[part] = capped(caps[part], vector, answer.objective - constant, aim)

    def _limits(self, seconds: float) -> Limits:
        return Limits(seconds=seconds, absolute_gap=0.999, relative_gap=0.0, seed=self.settings.seed)

    def _tell(self, aim: str) -> Callable[[Progress], None] | None:
        return None if self.report is None else (lambda news, aim=aim: self.report(aim, news))  # type: ignore[misc]

    # --- dates ----------------------------------------------------------------------------------

    def _date(self, start: list[Visit] | None) -> None:
        orders = self._orders()
        best: tuple[float, ...] | None = None
        kept: dict[int, list[Visit]] = {}
        stages: dict[int, dict[str, Stage]] = {}
        for number, order in enumerate(orders):
            share = SHARES[0] + SHARES[1] * (number + 1) / len(orders)
            self.plan = {part: [] for part in self.plan}
            for at, part in enumerate(order):
                seconds = max(0.5, 2.0 * self._left(share) / max(1, len(order) - at))
                mine = None if start is None else [v for v in start if (v[1], v[2]) in set(self.parts[part])]
                self._solve(part, seconds, mine)
            value = self._value()
            if best is None or value < best:
                best, kept, stages = value, dict(self.plan), dict(self.first)
            if all(self._open(part) <= 0 for part in self.plan):
                break
        self.plan, self.first = kept, stages

    def _orders(self) -> list[list[int]]:
        parts = list(range(len(self.parts)))
        options: dict[int, float] = {}
        for part, keys in enumerate(self.parts):
            found = choices(self.views[part], keys)
            clinics = sum(sum(self.instance.needs[key].count) for key in keys)
            options[part] = sum(len(halves) for halves in found.values()) / max(1, clinics)
        scarce = sorted(parts, key=lambda part: (options[part], part))
        large = sorted(parts, key=lambda part: (-len(self.parts[part]), part))
        return [scarce] if scarce == large else [scarce, large]

    def _others(self, part: int) -> Used:
        visits = (visit for other, found in self.plan.items() if other != part for visit in found)
        return used_by(self.instance, visits)

    def _solve(self, part: int, seconds: float, start: list[Visit] | None) -> None:
        """The first aims of one component beside what the others use."""
        used = self._others(part)
        model = build_dates(self.views[part], self.parts[part], used)
        x = None if not start else start_of(model, start, used)
        limits = [min(seconds, 10.0), seconds]
        found, stages = solve_aims(model, FIRST, limits, x, self.settings.seed)
        if found is not None:
            self.plan[part] = visits_of(model, found)
        self.first[part] = {stage.aim: stage for stage in stages}

    def _open(self, part: int) -> float:
        """How far the first aim of a component is from its bound."""
        mine, low = self.first.get(part, {}).get("roster_unheld"), self.bound[part]["roster_unheld"].bound
        return 0.0 if mine is None else max(0.0, mine.value - low - 1e-6)

    def _value(self) -> tuple[float, ...]:
        return tuple(sum(self.first[part][aim].value for part in self.plan if aim in self.first[part]) for aim in FIRST)

    def _again(self) -> None:
        """Open components that are off their bound together with those that hold the rooms they lack."""
        until = sum(SHARES[:3])
        for part in sorted(self.plan, key=lambda part: (-self._open(part), part)):
            if self._open(part) <= 0 or self._left(until) <= 1.0:
                continue
            rivals = self._rivals(part)
            if not rivals:
                self._improve([part], min(10.0, self._left(until)))
            for rival in rivals[:3]:
                if self._open(part) <= 0 or self._left(until) <= 1.0:
                    break
                self._improve([part, rival], min(10.0, self._left(until)))

    def _rivals(self, part: int) -> list[int]:
        """Components with clinics at the sites of this one, most first."""
        sites = {site for site, _ in self.parts[part]}
        shared = {
            other: sum(visit[1] in sites for visit in found) for other, found in self.plan.items() if other != part
        }
        return sorted((other for other, count in shared.items() if count), key=lambda other: (-shared[other], other))

    def _improve(self, parts: Sequence[int], seconds: float) -> None:
        """Solve components together from the plan at hand; the better plan is kept."""
        keys = sorted(key for part in parts for key in self.parts[part])
        visits = [visit for other, found in self.plan.items() if other not in parts for visit in found]
        used = used_by(self.instance, visits)
        view = replace(self.instance, locks=tuple(lock for part in parts for lock in self.views[part].locks))
        model = build_dates(view, keys, used)
        before = [visit for part in parts for visit in self.plan[part]]
        x = start_of(model, before, used)
        if x is None:
            return
        found, _ = solve_aims(model, FIRST, [seconds, seconds], x, self.settings.seed)
        if found is None:
            return
        after = visits_of(model, found)
        for part in parts:
            mine = set(self.parts[part])
            self.plan[part] = [visit for visit in after if (visit[1], visit[2]) in mine]
            for aim in FIRST:
                if aim in self.first[part]:
                    value = self._value_of(part, aim)
                    self.first[part][aim] = replace(self.first[part][aim], value=value)

    def _value_of(self, part: int, aim: str) -> float:
        if aim == "roster_unheld":
            return sum(
                one.sessions * self.instance.needs[one.site, one.specialty].weight
                for one in unheld_of(self.instance, self.plan[part], self.parts[part], None)
            )
        return self.first[part][aim].value

    # --- the later aims -------------------------------------------------------------------------

    def _later(self) -> None:
        aims = [aim for aim in AIMS if aim not in FIRST and not (aim == "roster_change" and not self.instance.today)]
        if self.settings.replan and "roster_change" in aims:
            aims.remove("roster_change")
            aims.insert(0, "roster_change")
        order = sorted(self.plan, key=lambda part: (-len(self.parts[part]), part))
        weights = {part: 1.0 + len(self.plan[part]) for part in order}
        for at, part in enumerate(order):
            share = weights[part] / sum(weights[other] for other in order[at:])
            seconds = max(0.05, self._left() * share / len(aims))
            used = self._others(part)
            model = build_dates(self.views[part], self.parts[part], used)
            x = start_of(model, self.plan[part], used)
            if x is None:
                continue
            model = _held(model, x)
            found, stages = solve_aims(model, aims, [seconds] * len(aims), x, self.settings.seed)
            if found is not None:
                self.plan[part] = visits_of(model, found)
            self.later[part] = {stage.aim: stage for stage in stages}

    # --- the answer -----------------------------------------------------------------------------

    def _outcome(self) -> RosterOutcome:
        visits = tuple(sorted(visit for found in self.plan.values() for visit in found))
        results, stopped = [], "gap"
        order = ["none", "gap", "nodes", "clock", "user"]
        first = total(stage for stages in self.first.values() for stage in stages.values())
        later = total(stage for stages in self.later.values() for stage in stages.values())
        bounds = total(stage for stages in self.bound.values() for stage in stages.values())
        nothing = sum(need.weight * sum(need.count) for need in self.instance.needs.values())
        for aim in AIMS:
            stage = first.get(aim) or later.get(aim)
            if stage is None:
                continue
            given = ""
            low = stage.bound
            if aim in bounds and aim in FIRST:
                low = min(stage.value, bounds[aim].bound)
            elif aim not in FIRST:
                given = "rooms and earlier aims"
                if aim == "roster_windows" and first["roster_unheld"].value <= bounds["roster_unheld"].value + 1e-6:
                    # The counting stage held as many: its windows are a bound given them, rooms or not.
                    low = min(stage.value, max(low, bounds["roster_windows"].bound))
            base = max(nothing - low, 1.0) if aim == "roster_unheld" else max(abs(stage.value), 1.0)
            gap = max(0.0, stage.value - low) / base
            results.append(AimResult(aim, stage.value, low, gap, AIMS[aim][0], given))
            # A search that ended at the counting bound is proved, whatever the clock said on the way.
            if not (aim in FIRST and gap <= 1e-9):
                stopped = max(stopped, stage.stopped_by, key=order.index)
        return RosterOutcome(
            aims=tuple(results),
            visits=visits,
            backups=backups_of(self.instance, visits),
            unheld=tuple(unheld_of(self.instance, visits, sorted(self.instance.needs), self.bound_of())),
            missed=tuple(missed_of(self.instance, visits)),
            stopped_by=stopped,
            seconds=time.perf_counter() - self.began,
            timings=self.timings,
        )

    def bound_of(self) -> Mapping[Key, float]:
        """Need -> what its component must leave unheld, whatever the dates (weighted visits)."""
        return {key: self.bound[part]["roster_unheld"].bound for part, keys in enumerate(self.parts) for key in keys}


def _views(instance: RosterInstance, parts: Sequence[tuple[Key, ...]]) -> list[RosterInstance]:
    """The instance of each component: its own asked-for locks, each lock in the first that can keep it."""
    taken: set[str] = set()
    views = []
    for keys in parts:
        mine = [
            lock
            for lock in instance.locks
            if not lock.must or (lock.label not in taken and _speaks(instance, lock, keys))
        ]
        taken |= {lock.label for lock in mine if lock.must}
        views.append(replace(instance, locks=tuple(mine)))
    return views


def _speaks(instance: RosterInstance, lock: RosterLock, keys: Iterable[Key]) -> bool:
    from models.roster_choices import fits

    return any(fits(lock, instance.needs[key], pair.doctor) for key in keys for pair in instance.needs[key].pairs)


def _held(model: RosterModel, x: object) -> RosterModel:
    """The model with the first aims held at what was found."""
    import numpy as np

    matrix = model.matrix
    for aim in FIRST:
        vector, _ = model.aims[aim]
        if vector.any():
            matrix = capped(matrix, vector, float(vector @ np.asarray(x, dtype=float)), aim)
    return replace(model, matrix=matrix)
