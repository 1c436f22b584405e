"""Half-days for counted visits, and the repair where they cost more than the counts: neighbourhoods searched again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from models import hand_over
from models.answers import Job, Limits
from models.components import components
from models.matrix import Bools, Floats
from models.timetable_half_days import HalfDays, completed
from models.timetable_instance import Ints, TimetableInstance

#: Nodes of the search of a part, and of the whole.
NODES, WHOLE = 400, 20_000
#: Doctors of a neighbourhood: small ones around every place that lost something, then larger ones.
DOCTORS = (12, 30, 75)


@dataclass(eq=False)
class Search:
    """The best timetable so far, in the columns of the whole model. stop: whether time is over."""

    given: TimetableInstance
    model: HalfDays
    stop: Callable[[], bool]
    x: Floats
    value: float

    @property
    def held(self) -> Ints:
        """Numbers of the visits of the best timetable."""
        return np.flatnonzero(self.x[self.model.visit] > 0.5)

    def date(self, count: Ints, room: float) -> None:
        """Half-days for counts (P, K): visits of other pairs and weeks are none."""
        nothing = completed(self.given, self.model, np.zeros(0, dtype=np.int64))
        nothing[self.model.columns.load] = self.given.load(count)
        self.over(count[self.model.pair, self.model.week] > 0, room, nothing)

    def over(self, may: Bools, room: float, base: Floats | None = None) -> bool:
        """Search the visits that `may`, beside the others of `base` (None: of the best), until `room` is left open.

        The greatest load may be as it is there, lower only where every visit may: so that its rows do not tie parts
        together, which are searched one by one. Whether the timetable found is better than the best.
        """
        model, here = self.model, (self.x if base is None else base).copy()
        free = np.zeros(model.matrix.cols, dtype=bool)
        for columns in (model.visit, model.regular, model.day, model.columns.ways[model.pair]):
            free[columns[may]] = True
        free[model.columns.unmet] = free[model.columns.missed] = True
        free[model.columns.load] = may.all()
        kept = np.flatnonzero(free)
        part, x, cost = model.matrix.restricted(kept, here), here[kept], model.cost[kept]
        pieces = [cols for rows, cols in components(part) if rows.size and part.integer[cols].any()]
        for cols in sorted(pieces, key=len, reverse=True):
            if self.stop():
                break
            limits = Limits(absolute_gap=room / len(pieces), relative_gap=0.0, nodes=NODES)
            job = Job(part.restricted(cols, x), cost[cols], limits=limits, start=x[cols])
            found = hand_over.run(job, None, lambda _: self.stop())
            if found.x is not None:
                x[cols] = found.x
        here[kept] = x
        return self.take(np.flatnonzero(here[model.visit] > 0.5))

    def whole(self, gap: float) -> float:
        """Search everything until `gap` (a share of the value) is left open; the bound that is proved."""
        limits = Limits(absolute_gap=1e-6, relative_gap=gap, nodes=WHOLE)
        job = Job(self.model.matrix, self.model.cost, limits=limits, start=self.x)
        found = hand_over.run(job, None, lambda _: self.stop())
        if found.x is not None:
            self.take(np.flatnonzero(found.x[self.model.visit] > 0.5))
        return found.bound

    def take(self, held: Ints) -> bool:
        """Keep the timetable of these visits where it is better."""
        x = completed(self.given, self.model, held)
        value = float(self.model.cost @ x)
        better = value < self.value - 1e-9
        if better:
            self.x, self.value = x, value
        return better

    def repair(self, counted: Floats, enough: float, room: float) -> None:
        """Search around the places where the timetable costs more than the counts did, the worst first.

        counted: what the counts cost by site and specialty, (S, C); ends at a value of `enough`.
        """
        for size in DOCTORS:
            again = True
            while again and self.value > enough and not self.stop():
                again = False
                for site in self._losses(counted):
                    if self.value <= enough or self.stop():
                        return
                    if self.over(self._around(site, size)[self.given.doctor[self.model.pair]], room):
                        again = True

    def _losses(self, counted: Floats) -> Iterator[int]:
        """Sites where more is lost than the counts lose, the worst first."""
        lost = (self.accounts() - counted).sum(axis=1)
        yield from (int(site) for site in np.argsort(-lost, kind="stable") if lost[site] > 1e-6)

    def _around(self, site: int, size: int) -> Bools:
        """Doctors who may go to the site, then those who may go where these may, until there are `size` of them."""
        given = self.given
        chosen = np.zeros(given.doctors, dtype=bool)
        chosen[given.doctor[given.site == site]] = True
        while chosen.sum() < size:
            places = np.unique(given.site[chosen[given.doctor]])
            near = np.unique(given.doctor[np.isin(given.site, places)])
            more = near[~chosen[near]][: size - int(chosen.sum())]
            if not more.size:
                break
            chosen[more] = True
        return chosen

    def accounts(self) -> Floats:
        """What the best timetable costs by site and specialty, (S, C)."""
        given, model, held = self.given, self.model, self.held
        count = np.zeros(given.most.shape, dtype=np.int64)
        np.add.at(count, (model.pair[held], model.week[held]), 1)
        kept = np.unique(model.pair[held] * given.half_days + model.half_day[held]) // given.half_days
        regular = np.bincount(kept, minlength=len(given.doctor)).astype(float)
        columns = model.columns
        return accounts(given, count, regular, self.x[columns.unmet], self.x[columns.missed])


def accounts(given: TimetableInstance, count: Ints, regular: Floats, unmet: Floats, missed: Floats) -> Floats:
    """What a plan costs by site and specialty, (S, C), the greatest load left out.

    count: visits (P, K); regular: half-days (P,); unmet, missed: of each demand, of each two weeks in a row.
    """
    costs, made = given.costs, count.sum(axis=1)
    paid = costs.distance * given.distance * made + costs.way * (made > 0) + costs.regular * regular
    told = np.zeros(given.wanted.shape[:2])
    np.add.at(told, (given.site, given.specialty[given.doctor]), paid)
    sites, kinds, _, _ = given.groups
    np.add.at(told, (sites, kinds), costs.unmet * given.weight[kinds] * unmet)
    sites, kinds, _, _ = given.pairs_of_weeks
    np.add.at(told, (sites, kinds), costs.missed * missed)
    return told
