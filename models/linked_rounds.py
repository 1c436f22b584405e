"""The hunt of `models.linked` over openings alone, where the rows allow it.

1. The linear programme of `models.linked_openings` is tightened by cuts half-way to a point inside (in-out: Ben-Ameur
   and Neto 2007).
2. Every part is searched alone at prices of the ties, over its openings and cuts; the sum bounds the whole, and what a
   part costs at least at these prices is one more cut (cross decomposition: Van Roy 1983). Prices, and the best choice
   of one plan for each part, as in `models.linked_search`.
3. HiGHS searches all openings; every choice that it meets becomes a plan, and the cuts there make the next search
   dearer where this one was too cheap.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from models import hand_over
from models.answers import INF, Job, Limits, Progress, Solution, Status
from models.linked_form import most_of_cost, rows_of_parts, signed
from models.linked_openings import Openings
from models.linked_search import STAY, Hunt
from models.linked_shares import Cut, Shares, kind_of
from models.linked_strong import append
from models.matrix import Floats

#: Rounds of the relaxation, what one adds to the bound (a part of it) unless it is idle, and idle ones that end it.
ROUNDS, GAIN, IDLE = 60, 2e-5, 3
#: Turns of prices in a row that close less than this part of the gap, and end them.
TURNS, STEP = 2, 0.05
#: Searches of one part at most, and nodes of each.
AGAIN, PART_NODES = 8, 2_000
#: How often missing something is made dearer at most.
DEAREST = 4
#: Of a search over all openings: the part of the gap that it may leave and nodes, and how much finer and longer the
#: next one is where it brought nothing. Nodes to see whether any openings keep the rows.
LOOSE, NODES, FINER, LONGER, SEE = 0.3, 1_000, 0.2, 4, 500


def openings_of(hunt: Hunt) -> Openings | None:
    """The choice of openings; None where nothing ties the parts, or a part's rows are of another kind."""
    matrix, tight, form = hunt.job.matrix, hunt.tight, hunt.form
    if not form.ties.size:
        return None
    gone = np.zeros(tight.rows, dtype=bool)
    gone[form.ties] = True
    apart, bare = tight.drop_rows(gone), matrix.drop_rows(gone[: matrix.rows])
    shares: list[Shares] = []
    for _, cols in form.parts:
        plain = bare.restricted(cols, hunt.rest)
        kind = kind_of(plain)
        if kind is None:
            return None
        shares.append(Shares(plain, apart.restricted(cols, hunt.rest), hunt.job.cost[cols], kind))
    return Openings(matrix, hunt.job.cost, form, hunt.rest, shares)


class Rounds:
    """The turns between openings and shares; plans and bounds are the hunt's."""

    def __init__(self, hunt: Hunt, openings: Openings) -> None:
        self.hunt, self.openings = hunt, openings
        self.dear = 0
        #: More than any plan costs: a bound above it says that there is none.
        self.worst = hunt.job.constant + most_of_cost(hunt.job.matrix, hunt.job.cost)

    def run(self) -> bool:
        """All turns; False where a part has no plan, or nothing has."""
        hunt = self.hunt
        hunt.take_start()
        if self._nothing():
            return False
        if self._above(self._relaxed()) or not self._turns() or not self._searches():
            return False
        if not hunt.near and not hunt.late():
            hunt.over_all()
        return True

    def _go(self, job: Job, met: list[Floats] | None = None) -> Solution:
        """HiGHS on a model of openings; met: takes what it meets."""

        def tick(news: tuple[Progress, Floats | None]) -> bool:
            if met is not None and news[1] is not None:
                met.append(news[1])
            return self.hunt.late()

        found = hand_over.run(job, None, tick)
        self.hunt.nodes += found.nodes
        return found

    def _nothing(self) -> bool:
        """Whether rows over whole numbers alone leave no openings."""
        base = self.openings.base
        found = self._go(Job(base, np.zeros(base.cols), limits=Limits(nodes=SEE)))
        self.hunt.none = found.status is Status.INFEASIBLE
        return self.hunt.none

    def _above(self, bound: float) -> bool:
        """Whether this bound is more than any plan costs."""
        self.hunt.none |= self.hunt.x is None and bound > self.worst
        return self.hunt.none

    # --- the relaxation -------------------------------------------------------------------------

    def _relaxed(self) -> float:
        """Cuts of the linear programme, the root's prices first, until they add little; its bound."""
        openings, hunt = self.openings, self.hunt
        for part, (rows, one) in enumerate(
            zip(rows_of_parts(hunt.job.matrix, hunt.form), openings.shares, strict=True)
        ):
            openings.add(part, hunt.root.prices[rows[one.rows]])
        solver = hand_over.loaded(Job(openings.model(), openings.cost, relax=True), presolve=False)
        inside, last, idle = hunt.root.x[openings.whole], -INF, 0
        for _ in range(ROUNDS):
            solver.run()
            if solver.getModelStatus().name != "kOptimal" or hunt.late():
                break
            value = float(solver.getInfo().objective_function_value)
            idle = idle + 1 if value < last + GAIN * abs(last) else 0
            last = max(last, value)
            if idle > IDLE:
                break
            inside = 0.5 * (inside + np.array(solver.getSolution().col_value)[: openings.whole.size])
            self._separate(solver, inside)
        return last + hunt.base

    def _separate(self, solver: Any, y: Floats) -> None:
        openings, before = self.openings, len(self.openings.cuts)
        for part in range(len(openings.shares)):
            openings.answer(part, y[openings.first[part] : openings.first[part + 1]])
        rows, low = openings.rows(openings.cuts[before:])
        append(solver, rows, low, np.full(low.size, INF))

    # --- parts at prices of the ties ------------------------------------------------------------

    def _turns(self) -> bool:
        """Prices, and the best choice of the parts' plans, while that closes some of the gap."""
        hunt, prices, idle, best = self.hunt, self.hunt.best, 0, -INF
        while idle < TURNS and not hunt.near and not hunt.late():
            value, bound = hunt.value, hunt.bound
            found = self._priced(prices)
            if found is None or self._above(found):
                return False
            if found > best:
                best, hunt.best = found, prices
            if not hunt.late() and all(hunt.master.plans):
                hunt.take(hunt.master.chosen(lambda _: hunt.late()))
                self._plan(None if hunt.x is None else hunt.x[self.openings.whole])
            if hunt.x is None:
                self._dearer()
            mixed = hunt.master.prices(hunt.best)
            if mixed is not None:
                prices = signed(hunt.job.matrix, hunt.form.ties, STAY * hunt.best + (1 - STAY) * mixed)
            gained = hunt.bound - bound + (value - hunt.value if value < INF else 0.0)
            first = value == INF and hunt.value < INF
            idle = 0 if first or gained > STEP * (hunt.gap() + gained) else idle + 1
        return True

    def _priced(self, prices: Floats) -> float | None:
        """Every part at these prices: a bound of the whole, and a cut of each; None where one has no plan."""
        hunt, openings = self.hunt, self.openings
        cost, total = hunt.costs_at(prices)
        asked = hunt.asked() / len(openings.shares)
        for part in range(len(openings.shares)):
            own = openings.whole[openings.first[part] : openings.first[part + 1]]
            least = self._part(part, cost[own], asked)
            if least is None:
                return None
            total += least
            if least > -INF:
                openings.cuts.append((part, Cut(least, -cost[own])))
        hunt.prove(total, "prices", "prices")
        return total

    def _part(self, part: int, cost: Floats, asked: float) -> float | None:
        """What a part costs at least at these costs of its openings, its plans kept; None where it has none."""
        hunt, openings = self.hunt, self.openings
        limits = Limits(absolute_gap=0.5 * asked, relative_gap=0.0, nodes=PART_NODES, seed=hunt.job.limits.seed)
        _, cols = hunt.form.parts[part]
        whole, best, bound, start = cols[openings.shares[part].hosts], INF, -INF, None
        for _ in range(AGAIN):
            met: list[Floats] = []
            job = Job(openings.part_model(part), np.r_[cost, 1.0], limits=limits, start=start)
            found = self._go(job, met)
            if found.status is Status.INFEASIBLE:
                return None
            bound = max(bound, found.bound)
            for y in [np.round(x[:-1]) for x in (*met, found.x) if x is not None]:
                answer = openings.answer(part, y)
                if answer is None or answer.x is None:
                    continue
                x = np.zeros(hunt.job.matrix.cols)
                x[cols], x[whole] = answer.x, y
                hunt.master.add(part, x[cols])
                if (value := float(cost @ y) + answer.value) < best:
                    best, start = value, np.r_[y, answer.value]
            if best - bound <= asked or hunt.late():
                break
        return bound

    # --- all openings ---------------------------------------------------------------------------

    def _searches(self) -> bool:
        """Searches over all openings, until the gap is closed or they bring nothing; False where there are none."""
        hunt, openings, loose, nodes = self.hunt, self.openings, LOOSE, NODES
        while not hunt.near and not hunt.late():
            cuts, value, bound = len(openings.cuts), hunt.value, hunt.bound
            met: list[Floats] = []
            least = hunt.asked()
            limits = replace(hunt.job.limits, absolute_gap=max(loose * hunt.gap(), least), nodes=nodes, seconds=None)
            start = None if hunt.x is None else openings.start(hunt.x)
            job = Job(openings.model(), openings.cost, hunt.base, replace(limits, relative_gap=0.0), start)
            found = self._go(job, met)
            if found.status is Status.INFEASIBLE:
                hunt.none = hunt.x is None
                return False
            hunt.prove(found.bound, "openings", "search")
            if self._above(found.bound):
                return False
            for x in [*met[::-1], *([] if found.x is None else [found.x])]:
                self._plan(x)
            if len(openings.cuts) > cuts or hunt.value < value or hunt.bound > bound:
                continue
            if self.dear < DEAREST and found.x is not None and openings.plan(found.x) is None:
                self._dearer()
            elif limits.absolute_gap <= least and found.stopped_by == "gap":
                return True
            loose, nodes = FINER * loose, LONGER * nodes
        return True

    def _dearer(self) -> None:
        """No plan, perhaps because missing something seems cheap: it costs more from now on."""
        if self.dear < DEAREST:
            self.dear += 1
            self.openings.dearer()

    def _plan(self, y: Floats | None) -> None:
        if y is not None:
            self.hunt.take(self.openings.plan(y))
