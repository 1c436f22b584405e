"""The way to a roster: bounds from counts, components alone, components beside each other, later aims.

Needs that share doctors form a component; components meet only in rooms, equipment, home cover,
vehicles, accounts of groups, and the change limit. A small roster is one component.

1. counts: the counting stage bounds the first aims of each component; the sum bounds the whole.
2. moves: the change limit is allotted to the components (`models.roster_moves`).
3. alone: each component is dated as if nobody else used rooms or vehicles: a bound for every aim, and
   a plan that stands wherever nobody else is in its way.
4. place: components in the way of others are dated again beside them, in two orders, the better kept.
5. exchange: what is left out is tried clinic by clinic, all components at once (`models.roster_exchange`).
6. again: components off their bound are opened together with those at the same sites.
7. polish: the later aims clinic by clinic (`models.roster_polish`).
8. later: the later aims of each component beside the others, the earlier ones held.

With a component that is too large for step 3, steps 3 to 8 are an exchange from nothing, moves for the
later aims, and counts that bound these (`models.roster_wide`). After Ctrl-C what was found is filled up.

Within a component a search ends by gap or node limit; the clock is a safeguard, and is named where it
ended anything, so that what it did not touch repeats itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from models.answers import Progress
from models.roster_bounds import Bounds
from models.roster_choices import Key, choices, components, today_possible
from models.roster_improve import BATCH, again, batches, later
from models.roster_instance import RosterInstance, Visit
from models.roster_locks import locked_of, locks_of, loose_of
from models.roster_model import AIMS
from models.roster_moves import allot
from models.roster_pieces import Dated, Piece, beside, part_of, riders, solve_pieces
from models.roster_stages import FIRST, Stage
from models.roster_values import in_conflict, values_of
from models.roster_wide import bound_first, date_wide, fill_up, polish_plan, rescue

#: Shares of the time that are over when a stage ends.
COUNTED, MOVED, ALONE, PLACED = 0.15, 0.25, 0.55, 0.70
#: The same of moves of single clinics for the later aims.
MOVED_ON = 0.75
#: Possible visits from which a component is large: alone it is dated for the first aims only.
LARGE_PART = 800
#: Children at work at once.
WORKERS = 2
#: A piece may take so many times its share of the time (most end long before), and at least so many seconds.
GENEROUS, LEAST = 2.5, 1.5
#: Aims that a component alone is only bounded for: the dates beside the others decide them.
TOGETHER = ("roster_travel", "roster_market", "roster_change")
Report = Callable[[str, Progress], None]


@dataclass(frozen=True)
class RosterSettings:
    """Limits: seconds for everything and seed; `replan` takes `change` third, after windows.

    All children have one deadline, the end of the time; one that must begin later, so that each component has
    a plan, has `models.roster_pieces.SHORT` seconds. A child that does not answer within `LATE` seconds more is
    killed, and leaves its last plan.

    whole: a roster of at most so many possible visits (doctor, need, half-day) is solved in one piece.
    brief: dates for the first aims only, as after Ctrl-C.
    """

    seconds: float = 60.0
    seed: int = 0
    replan: bool = False
    whole: int = 200
    brief: bool = False


class Route:
    """The state of one run. `plan`: part -> its visits; `later`: aims after the first, in order."""

    def __init__(self, instance: RosterInstance, settings: RosterSettings, report: Report | None) -> None:
        self.instance, self.settings, self.report = instance, settings, report
        self.began, self.ends = time.perf_counter(), time.time() + settings.seconds
        self.options = {key: len(halves) for key, halves in choices(instance, sorted(instance.needs)).items()}
        self.parts: list[tuple[Key, ...]] = components(instance)
        if sum(self.options.values()) <= settings.whole and len(self.parts) > 1:
            self.parts = [tuple(sorted(instance.needs))]
        locks = locks_of(instance, self.parts)
        self.views = [replace(part_of(instance, keys), locks=locks[at]) for at, keys in enumerate(self.parts)]
        self.plan: dict[int, list[Visit]] = {part: [] for part in range(len(self.parts))}
        self.solo: dict[int, list[Visit]] = {}
        self.bounds = Bounds(len(self.parts), loose_of(instance, self.parts))
        self.stages: dict[int, dict[str, Stage]] = {part: {} for part in self.plan}
        self.dirty: set[int] = set()
        self.timings: dict[str, float] = {}
        self.pressed = self.clocked = False
        self.later = [aim for aim in AIMS if aim not in FIRST and (aim != "roster_change" or instance.today)]
        if settings.replan and "roster_change" in self.later:
            self.later.remove("roster_change")
            self.later.insert(1, "roster_change")

    def go(self, start: Iterable[Visit] | None) -> None:
        """Run every stage; afterwards `plan`, `bounds` and `stages` hold what was found."""
        given = None if start is None else sorted(start)
        self.timed("counts", self._count)
        self.timed("moves", self._allot)
        if self._wide():
            date_wide(self, given, WORKERS)
        else:
            self._date(given)
        if self.pressed:
            rescue(self, given)

    def _date(self, given: list[Visit] | None) -> None:
        """Components alone, beside each other, and their later aims."""
        self.timed("alone", lambda: self._alone(given))
        if len(self.parts) > 1:
            self.timed("place", self._place)
            self.timed("exchange", lambda: fill_up(self, WORKERS))
            self.timed("again", lambda: again(self))
            if not self.settings.brief:
                self.timed("polish", lambda: polish_plan(self, MOVED_ON, WORKERS))
                self.dirty = set(self.plan)
                self.timed("later", lambda: later(self))
            self.timed("bounds", lambda: bound_first(self))

    def _wide(self) -> bool:
        """Whether a component is too large to be dated alone in its share of the time."""
        limited = self.instance.change_limit is not None and self.instance.state("change_limit") != "off"
        return not limited and any(self._size(part) > LARGE_PART for part in self.plan)

    def timed(self, name: str, do: Callable[[], None]) -> None:
        before = time.perf_counter()
        if not self.pressed:
            do()
        self.timings[name] = time.perf_counter() - before

    def spent(self) -> float:
        return time.perf_counter() - self.began

    def left(self, until: float = 1.0) -> float:
        """Seconds until a share of the time limit is used up."""
        return until * self.settings.seconds - self.spent()

    def solve(self, pieces: Sequence[Piece]) -> list[Dated]:
        answers, pressed = solve_pieces(pieces, WORKERS, self.ends)
        self.pressed |= pressed
        for piece, answer in zip(pieces, answers, strict=True):
            ended = {stage.aim for stage in answer.stages if stage.stopped_by != "clock"}
            self.clocked |= piece.counts and not ended >= set(piece.aims)
        return answers

    def share(self, until: float, pieces: int) -> float:
        """Seconds that one of so many pieces may take."""
        each = GENEROUS * WORKERS * self.left(until) / max(1, pieces)
        return max(LEAST, min(each, self.left(until) * (1.0 if pieces <= WORKERS else 0.5)))

    # --- bounds and plans of components by themselves --------------------------------------------

    def _count(self) -> None:
        for batch in batches(list(self.plan), 4 * BATCH):
            if self.left() <= 0.0:
                self.clocked = True
                break
            seconds = self.share(COUNTED, len(self.parts) - batch[0])
            pieces = [
                Piece(self.views[p], self.parts[p], self._counted(p), seconds, self.settings.seed, counts=True)
                for p in batch
            ]
            for part, answer in zip(batch, self.solve(pieces), strict=True):
                self.bounds.counted(part, answer.stages)
            if self.pressed:
                break

    def _counted(self, part: int) -> tuple[str, ...]:
        return FIRST if self.settings.brief or self._size(part) > LARGE_PART else (*FIRST, "roster_windows")

    def _allot(self) -> None:
        """Share the change limit out; each component's view gets its own."""
        if self.instance.change_limit is not None and self.instance.state("change_limit") != "off":
            allot(self, self.share(MOVED, len(self.parts)))

    def _alone(self, start: list[Visit] | None) -> None:
        order = sorted(self.plan.keys() - self.solo.keys(), key=lambda part: (-self._size(part), part))
        for at, batch in enumerate(batches(order, 2 * BATCH)):
            until = ALONE if len(self.parts) > 1 else 1.0
            seconds = self.share(until, len(order) - 2 * at * BATCH)
            pieces = [self._solo_piece(part, seconds, start) for part in batch]
            for part, answer in zip(batch, self.solve(pieces), strict=True):
                self.bounds.alone(part, answer.stages)
                self.stages[part] = {stage.aim: stage for stage in answer.stages}
                if answer.visits is not None:
                    self.solo[part] = list(answer.visits)
                self.plan[part] = self.solo.get(part, [])
                self.tell()
            if self.pressed:
                break

    def _solo_piece(self, part: int, seconds: float, start: list[Visit] | None) -> Piece:
        keys, view = self.parts[part], self.views[part]
        mine = riders(self.instance, keys)
        others = (key for other, found in enumerate(self.parts) if other != part for key in found)
        used = beside(self.instance, view, ())
        used = replace(used, shared=mine & riders(self.instance, others))
        first = None if start is None else tuple(v for v in start if (v[1], v[2]) in view.needs)
        low, under = self.bounds.together([part])
        if len(self.parts) == 1:
            aims = FIRST if self.settings.brief else (*FIRST, *self.later)
            return Piece(view, keys, aims, seconds, self.settings.seed, used, first, low=low, under=under)
        large = self.settings.brief or self._size(part) > LARGE_PART
        aims, seed = FIRST if large else (*FIRST, *self.later), self.settings.seed
        relaxed = tuple(aim for aim in TOGETHER if not (aim == "roster_change" and self.settings.replan))
        return Piece(view, keys, aims, seconds, seed, used, first, low=low, relaxed=relaxed, under=under)

    def _size(self, part: int) -> int:
        mine = set(self.parts[part])
        return sum(count for (key, _), count in self.options.items() if key in mine)

    # --- components beside each other -------------------------------------------------------------

    def _place(self) -> None:
        """Keep what nobody is in the way of; date the others again beside it. Two orders, the better kept."""
        best: tuple[float, ...] | None = None
        kept = stages, dirty = dict(self.stages), set[int]()
        plan = dict(self.plan)
        for order in self._orders():
            self.stages, self.dirty = dict(kept[0]), set()
            self._in_order(order)
            value = self._value()
            if best is None or value < best:
                best, plan, stages, dirty = value, dict(self.plan), dict(self.stages), set(self.dirty)
            if self.pressed or not any(self.gap(part) for part in self.plan):
                break
            if self.left(PLACED) <= 0:
                self.clocked = True
                break
        self.plan, self.stages, self.dirty = plan, stages, dirty

    def _in_order(self, order: Sequence[int]) -> None:
        self.plan = {part: self._reserved(part) for part in self.plan}
        waiting = []
        for part in order:
            mine = self.solo.get(part, [])
            if part in self.solo and not self.clash(part, mine):
                self.plan[part] = mine
            else:
                waiting.append(part)
        self.dirty = set(waiting)
        while waiting and not self.pressed:
            batch = self._beside_each_other(waiting)
            seconds = self.share(PLACED, len(batch) + len(waiting))
            pieces = []
            for part in batch:
                wanted = self.solo.get(part, [])
                start = sorted(set(wanted) - set(self.clash(part, wanted)))
                pieces.append(self.piece([part], FIRST, seconds, tuple(start)))
            for part, answer in zip(batch, self.solve(pieces), strict=True):
                self.plan[part] = [] if answer.visits is None else list(answer.visits)
                self.stages[part] = {stage.aim: stage for stage in answer.stages}
                self.tell()

    def _reserved(self, part: int) -> list[Visit]:
        """Before its turn a component keeps what is locked, and today's clinics where few of them may move."""
        view = self.views[part]
        kept = set(locked_of(view, self.solo.get(part, [])))
        if self.instance.change_limit is not None and self.instance.state("change_limit") != "off":
            possible = today_possible(view, self.parts[part])
            kept |= {(doctor, site, specialty, half) for site, specialty, doctor, half in possible}
        return sorted(kept)

    def clash(self, part: int, visits: Iterable[Visit]) -> list[Visit]:
        view = self.views[part]
        return in_conflict(view, visits, beside(self.instance, view, self.others([part])))

    def others(self, parts: Sequence[int]) -> list[Visit]:
        return [visit for other, found in self.plan.items() if other not in parts for visit in found]

    def piece(
        self,
        parts: Sequence[int],
        aims: Sequence[str],
        seconds: float,
        start: tuple[Visit, ...],
        held: tuple[str, ...] = (),
    ) -> Piece:
        view = self._joined(parts)
        keys = tuple(sorted(key for part in parts for key in self.parts[part]))
        used = beside(self.instance, view, self.others(parts))
        low, under = self.bounds.together(parts)
        return Piece(view, keys, tuple(aims), seconds, self.settings.seed, used, start, held, low, under=under)

    def _joined(self, parts: Sequence[int]) -> RosterInstance:
        """One view of several components, with the locks and the moves of all."""
        if len(parts) == 1:
            return self.views[parts[0]]
        views = [self.views[part] for part in parts]
        whole = part_of(self.instance, [key for part in parts for key in self.parts[part]])
        locks = tuple(dict.fromkeys(lock for view in views for lock in view.locks))
        limits = [view.change_limit for view in views if view.change_limit is not None]
        return replace(whole, locks=locks, change_limit=sum(limits) if limits else None)

    def _beside_each_other(self, waiting: list[int]) -> list[int]:
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
        """Fewest possible half-days a clinic first; largest first."""
        clinics = [sum(sum(self.instance.needs[key].count) for key in keys) for keys in self.parts]
        scarce = sorted(self.plan, key=lambda part: (self._size(part) / max(1, clinics[part]), part))
        large = sorted(self.plan, key=lambda part: (-len(self.parts[part]), part))
        # what a large roster lacks is found by opening it again, not by dating all of it twice
        once = scarce == large or any(self._size(part) > LARGE_PART for part in self.plan)
        return [scarce] if once else [scarce, large]

    # --- values -----------------------------------------------------------------------------------

    def values(self, visits: Iterable[Visit]) -> dict[str, float]:
        """Every aim of a whole roster; shortfalls of rules and locks are those that the models priced."""
        return values_of(self.instance, visits) | {FIRST[0]: sum(map(self.promised, self.plan))}

    def promised(self, part: int) -> float:
        stage = self.stages[part].get(FIRST[0])
        return 0.0 if stage is None else stage.value

    def unheld(self, part: int) -> float:
        needs = [self.instance.needs[key] for key in self.parts[part]]
        held: dict[Key, int] = {}
        for _, site, specialty, _ in self.plan[part]:
            held[site, specialty] = held.get((site, specialty), 0) + 1
        return sum(need.weight * (sum(need.count) - held.get(need.key, 0)) for need in needs)

    def gap(self, part: int) -> float:
        """How far the first aims of a component are from their bounds."""
        gap = self.promised(part) - self.bounds.low(part, FIRST[0])
        gap = gap if gap > 1e-5 else 0.0
        more = self.unheld(part) - self.bounds.unheld(sum(map(self.promised, self.plan)), shares=True)[part]
        return 1e3 * gap + (more if more > 1e-5 else 0.0)

    def _value(self) -> tuple[float, float]:
        return sum(map(self.promised, self.plan)), sum(map(self.unheld, self.plan))

    def bound_of(self, aim: str, values: dict[str, float]) -> tuple[float, str]:
        """The bound of an aim of the whole, and what it rests on."""
        return self.bounds.total(aim, (*FIRST, *self.later), values)

    def stopped(self, aim: str) -> str:
        """What ended the search of an aim in the component where it ended earliest."""
        order = ["none", "gap", "nodes", "clock", "user"]
        found = [stages[aim].stopped_by if aim in stages else "clock" for stages in self.stages.values()]
        return max(found, key=order.index, default="none")

    def tell(self, unheld: float | None = None) -> None:
        """Progress: what is not held by the plan, or as a child says, and its bound."""
        if self.report is not None:
            promised, value = self._value()
            low, _ = self.bounds.total(FIRST[1], FIRST, {FIRST[0]: promised})
            self.report(FIRST[1], Progress(self.spent(), value if unheld is None else unheld, low, 0))
