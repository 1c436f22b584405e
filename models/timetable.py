"""Timetables: counts first, cut back where half-days cannot hold them, then half-days, then repair; one bound over all.

1. *Counts* of visits by pair and week (`models.timetable_counts`), part by part. Each row follows from the whole
   model, so that the sum of what is proved of the parts is proved of every timetable.
2. *Cuts* (`models.timetable_cuts`): rooms that cannot hold the counts of a site are told to the counts, whose touched
   parts are solved again, as often as something is cut. Bound and counts both come nearer to a timetable.
3. *Half-days* (`models.timetable_search`): the whole model in the pairs and weeks that were counted, part by part.
4. *Repair*, where the gap is wider than asked: neighbourhoods around the places that cost more than their counts.
5. The *whole* model of a small timetable, where the gap is still wider: its search proves what counts cannot.

Doctors who differ in nothing are ordered by their visits (`models.timetable_alike`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models import hand_over
from models.answers import Job, Limits, Solution
from models.components import components
from models.matrix import Floats
from models.timetable_alike import in_order, ordered
from models.timetable_counts import Counts, counts
from models.timetable_cuts import cut_back
from models.timetable_half_days import completed, half_days
from models.timetable_instance import Ints, TimetableInstance
from models.timetable_search import Search, accounts

#: Parts of the gap asked for: what the counts of a part leave open of its own value, and a search for half-days.
COUNTED, DATED = 0.2, 0.1
#: Part of the gap asked for that the load may leave open before all doctors are counted as one part.
LOADED = 0.5
#: Nodes of one part's counts; rounds of cuts.
NODES, ROUNDS = 2_000, 30
#: Shares of the value that are rounding.
EVEN = 1e-9
#: Columns up to which the whole model is searched.
SMALL = 20_000


@dataclass(frozen=True, eq=False)
class Timetable:
    """Visits as pair, half-day and week; value and the proved bound.

    steps: (name, seconds since the begin, value, bound) of each step; the value of counts is no plan's.
    """

    pair: Ints
    half_day: Ints
    week: Ints
    value: float
    bound: float
    steps: tuple[tuple[str, float, float, float], ...]

    @property
    def gap(self) -> float:
        """(value - bound) / value; 0 where nothing is paid."""
        return max(0.0, self.value - self.bound) / max(self.value, 1e-9)


def solve_timetable(
    given: TimetableInstance,
    gap: float = 1e-3,
    seconds: float | None = None,
    last: tuple[Ints, Ints, Ints] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Timetable:
    """The timetable, within `gap` of its bound where time allows.

    last: pair, half-day and week of the last timetable's visits, where the searches begin; visits in half-days that
    are no longer offered or wanted are passed over, and all of them where the rest breaks a rule. seconds: by `clock`;
    the best timetable so far is given when they are over.
    """
    run = _Run(given, gap, seconds, clock)
    run.begin(last)
    counted = run.count()
    run.note("counts", run.counted)
    run.search.date(counted, DATED * gap * run.counted)
    run.note("half-days", run.search.value)
    if run.open():
        run.search.repair(run.accounts, run.bound / (1.0 - gap), DATED * gap * run.counted)
        run.note("repair", run.search.value)
    if run.open() and run.search.model.matrix.cols <= SMALL and not run.over():
        run.bound = max(run.bound, run.search.whole(gap))
        run.note("whole", run.search.value)
    return run.result()


class _Run:
    def __init__(self, given: TimetableInstance, gap: float, seconds: float | None, clock: Callable[[], float]) -> None:
        self.given, self.gap, self.seconds, self.clock = given, gap, seconds, clock
        self.began = clock()
        self.bound, self.counted = 0.0, 0.0
        self.done: dict[tuple[bytes, ...], Solution] = {}
        self.steps: list[tuple[str, float, float, float]] = []

    def over(self) -> bool:
        return self.seconds is not None and self.clock() - self.began > self.seconds

    def open(self) -> bool:
        """Whether the gap is wider than asked."""
        return self.search.value - self.bound > max(self.gap, EVEN) * self.search.value

    def note(self, step: str, value: float) -> None:
        self.steps.append((step, self.clock() - self.began, value, self.bound))

    def begin(self, last: tuple[Ints, Ints, Ints] | None) -> None:
        """No visit at all, or the last timetable's visits as far as they keep every row."""
        given = self.given
        model = half_days(given)
        none = completed(given, model, np.zeros(0, dtype=np.int64))
        self.search = Search(given, model, self.over, none, float(model.cost @ none))
        if last is not None:
            names = (model.pair * given.half_days + model.half_day) * given.weeks + model.week
            pair, half_day, week = (np.asarray(one, dtype=np.int64) for one in last)
            here = (half_day < given.half_days) & (week < given.weeks)
            pair, half_day, week = pair[here], half_day[here], week[here]
            held = np.flatnonzero(np.isin(names, (pair * given.half_days + half_day) * given.weeks + week))
            if model.matrix.worst(completed(given, model, held)) <= hand_over.FEASIBLE:
                self.search.take(held)

    # --- counts ---------------------------------------------------------------------------------

    def count(self) -> Ints:
        """Counts (P, K) that no cut forbids, or those of the last round; the bound, and what they cost by place.

        The load is that of the doctors of one part: of the largest, then of the one in which it is greatest; where that
        leaves too much open, of all doctors, whose parts are one then.
        """
        given = self.given
        nobody = counts(given, np.zeros(0, dtype=np.int64))
        parts = [nobody.pair[np.isin(nobody.count, cols)] for _, cols in components(nobody.matrix)]
        parts = [np.unique(given.doctor[pairs]) for pairs in parts]
        found, load = self._counted(max(parts, key=len, default=None))
        for share, choose in ((COUNTED, self._fullest), (LOADED, lambda *_: None)):
            left = given.costs.uneven * (given.load(found) - load)
            if left > share * self.gap * self.counted and not self.over():
                found, load = self._counted(choose(parts, found))
        return found

    def _fullest(self, parts: list[Ints], count: Ints) -> Ints:
        """The part that has the doctor with the greatest load."""
        return max(parts, key=lambda doctors: self.given.load(count * np.isin(self.given.doctor, doctors)[:, None]))

    def _counted(self, loaded: Ints | None) -> tuple[Ints, float]:
        """Counts with the loads of these doctors, and their greatest load."""
        given, known = self.given, set[bytes]()
        model = ordered(given, counts(given, loaded))
        for _ in range(ROUNDS):
            x = self._parts(model)
            count = np.zeros(given.most.shape, dtype=np.int64)
            count[model.pair, model.week] = np.round(x[model.count]).astype(np.int64)
            cut = None if self.over() else cut_back(given, model, count, known)
            if cut is None:
                break
            model = replace(model, matrix=cut)
        columns = model.columns
        self.accounts = accounts(given, count, count.max(axis=1).astype(float), x[columns.unmet], x[columns.missed])
        return count, float(x[columns.load][0])

    def _parts(self, model: Counts) -> Floats:
        """The plan of counts, part by part; parts that are as they were are not solved again."""
        x, value, bound = self._start(model), 0.0, 0.0
        for _, cols in sorted(components(model.matrix), key=lambda part: -len(part[1])):
            small, cost = model.matrix.restricted(cols, x), model.cost[cols]
            arrays = (cols, small.A.indptr, small.A.indices, small.A.data, small.row_lower, small.row_upper)
            name = tuple(one.tobytes() for one in arrays)
            if name not in self.done and not self.over():
                limits = Limits(absolute_gap=1e-6, relative_gap=COUNTED * self.gap, nodes=NODES)
                start = x[cols] if len(self.search.held) else None
                self.done[name] = hand_over.run(
                    Job(small, cost, limits=limits, start=start), None, lambda _: self.over()
                )
            found = self.done.get(name)
            if found is not None and found.x is not None:
                x[cols] = found.x
            value += float(cost @ x[cols])
            bound += 0.0 if found is None else max(0.0, found.bound)  # no cost is below 0
        self.counted, self.bound = value, max(self.bound, bound)
        return x

    def _start(self, model: Counts) -> Floats:
        """The counts of the best timetable so far."""
        search, given, x = self.search, self.given, np.zeros(model.matrix.cols)
        count = np.zeros(given.most.shape)
        np.add.at(count, (search.model.pair[search.held], search.model.week[search.held]), 1.0)
        count = in_order(given, count)
        whole, mine = search.model.columns, model.columns
        x[model.count] = count[model.pair, model.week]
        x[mine.ways] = count.sum(axis=1) > 0
        for name in ("unmet", "missed", "load"):
            x[getattr(mine, name)] = search.x[getattr(whole, name)]
        x[model.regular] = count.max(axis=1)
        return x

    def result(self) -> Timetable:
        search, model = self.search, self.search.model
        held, bound = search.held, min(self.bound, search.value)
        found = (model.pair[held], model.half_day[held], model.week[held])
        return Timetable(*found, search.value, bound, tuple(self.steps))
