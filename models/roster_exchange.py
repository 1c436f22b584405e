"""Large rosters filled by exchange: a clinic that is not held takes a half-day, and what is in its way goes.

Simulated annealing (Kirkpatrick, Gelatt, Vecchi 1983) over rosters that keep every rule, all components at
once: a clinic without a date is tried in a half-day at random, clinics in its way are sent away (an
ejection, Glover 1996) where they are worth no more than it and a margin that shrinks; clinics with a date
move to others of theirs, which opens ways. It proves nothing: bounds come from counts. The number of moves
is fixed by the number of clinics, so that a search which the clock does not stop repeats itself.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from models.roster_choices import fits
from models.roster_instance import RosterInstance, Visit
from models.roster_state import RosterState
from models.roster_values import promises_of

#: Margin at first and at last, in mean weights of a clinic; each round after the first begins at so much of it.
HOT, COLD, AGAIN = 0.20, 0.03, 0.5
#: Moves tried per clinic in a round; rounds without success before the search ends; most rounds.
MOVES, PATIENCE, MOST = 1_000, 1, 6
#: Share of moves that begin with a clinic that is not held; moves between two looks at the clock.
FILL, BATCH = 0.6, 200
#: Share of the time by which moves may lag behind the clock before the margin shrinks by the clock.
LAG = 0.1
#: Seconds between two plans that are told.
TELL = 5.0
NEAR = 1e-6


@dataclass(frozen=True)
class Exchange:
    """What a child needs: seconds for all; bound: unheld weight at which the search may end.

    under: the most promises beside which the bound stands.
    """

    instance: RosterInstance
    seconds: float
    seed: int
    start: tuple[Visit, ...] = ()
    bound: float = 0.0
    under: float = math.inf


@dataclass(frozen=True)
class Exchanged:
    """A roster that keeps every rule, the weight of what it does not hold, and what ended the search."""

    visits: tuple[Visit, ...]
    unheld: float
    stopped_by: str


def exchange(
    asked: Exchange, deadline: float | None = None, report: Callable[[Exchanged], None] | None = None
) -> Exchanged:
    """Hold as much as can be found. Never worse than what of the start keeps the rules; tells better rosters."""
    ends, rng = time.time() + asked.seconds, random.Random(asked.seed)
    state = RosterState(asked.instance)
    put(state, asked.start)
    promise(state)
    kept = [visit for at, visit in enumerate(state.visits) if state.kept[at]]
    # what is promised and kept stays; a bound that broken promises may undercut is no place to stop
    bound = asked.bound if asked.under == math.inf or promises_of(asked.instance, kept) <= asked.under + NEAR else 0.0
    fill(state, rng)
    search = _Search(state, rng, ends, bound, report)
    idle = 0
    for number in range(MOST):
        before = search.best
        if before <= bound + NEAR or search.clocked or idle > PATIENCE:
            break
        search.anneal(HOT if number == 0 else AGAIN * HOT)
        idle = 0 if search.best < before - NEAR else idle + 1
    stopped = "gap" if search.best <= bound + NEAR else "clock" if search.clocked else "nodes"
    return Exchanged(tuple(search.visits()), search.best, stopped)


def put(state: RosterState, visits: Iterable[Visit]) -> None:
    """Hold the visits that are choices with nothing in their way, in their order."""
    for visit in visits:
        at = state.index.get(visit)
        if at is None or state.held[at] or state.short[state.target[at]] <= 0:
            continue
        if state.in_the_way(at, 0.0) == []:
            state.add(at)


def promise(state: RosterState) -> None:
    """Hold one clinic for each lock that asks for one, dear locks first; such clinics stay."""
    instance = state.instance
    asked = [lock for lock in instance.locks if lock.must]
    for lock in sorted(asked, key=lambda lock: -math.inf if lock.weight is None else -lock.weight):
        able = [
            at
            for at, (doctor, site, specialty, half) in enumerate(state.visits)
            if fits(lock, instance.needs[site, specialty], doctor) and (not lock.slots or half in lock.slots)
        ]
        held = [at for at in able if state.held[at]]
        if held:
            state.kept[held[0]] = True
            continue
        for at in able:
            out = state.in_the_way(at, math.inf)
            if out is None:
                continue
            room = [one for one in state.of_target[state.target[at]] if one not in out and not state.kept[one]]
            spare = state.short[state.target[at]] + sum(state.target[one] == state.target[at] for one in out)
            if not spare and not room:
                continue
            for one in out if spare else [*out, room[0]]:
                state.drop(one)
            state.add(at)
            state.kept[at] = True
            break


def fill(state: RosterState, rng: random.Random) -> None:
    """Hold what nothing is in the way of, targets with the fewest choices a clinic first."""
    order = sorted(range(len(state.short)), key=lambda n: (len(state.options[n]) / max(1, state.short[n]), n))
    for target in order:
        for at in rng.sample(state.options[target], len(state.options[target])):
            if state.short[target] <= 0:
                break
            if not state.held[at] and state.in_the_way(at, 0.0) == []:
                state.add(at)


class _Search:
    """The best roster so far, and annealing from it."""

    def __init__(
        self,
        state: RosterState,
        rng: random.Random,
        ends: float,
        bound: float,
        report: Callable[[Exchanged], None] | None,
    ) -> None:
        self.state, self.rng, self.ends, self.bound, self.report = state, rng, ends, bound, report
        self.best, self.clocked, self.told = state.unheld(), False, time.time()
        self.saved = self._held()
        self.targets = [target for target, options in enumerate(state.options) if options]

    def visits(self) -> list[Visit]:
        return sorted(self.state.visits[at] for at in self.saved)

    def anneal(self, hot: float) -> None:
        """One round from the best roster, from a wide margin to a narrow one."""
        state, clinics = self.state, sum(self.state.targets.limits)
        weights = [w for w, n in zip(state.weight, state.targets.limits, strict=True) for _ in range(n)]
        mean = sum(weights) / max(1, len(weights))
        self._restore()
        cost, done, moves, began = self.best, 0, MOVES * clinics, time.time()
        while done < moves and self.best > self.bound + NEAR and self.targets:
            now = time.time()
            late = (now - began) / max(1e-9, self.ends - began) - LAG
            self.clocked |= late > done / moves or now >= self.ends
            if now >= self.ends:
                break
            margin = mean * hot * (COLD / hot) ** max(done / moves, late)
            cost = self._moves(cost, margin)
            done += BATCH
            if self.report is not None and now > self.told + TELL:
                self.told = now
                self.report(Exchanged(tuple(self.visits()), self.best, "nodes"))

    def _moves(self, cost: float, margin: float) -> float:
        """Some moves; the cost after them."""
        state, draw, log = self.state, self.rng.random, math.log
        waiting = [target for target in self.targets if state.short[target] > 0]
        fresh = cost > self.best + NEAR  # nothing to save before the next loss
        for _ in range(BATCH):
            moved = -1
            if waiting and draw() < FILL:
                target = waiting[int(draw() * len(waiting))]
                gain = state.weight[target]
                if state.short[target] <= 0:
                    continue
            else:
                target, gain = self.targets[int(draw() * len(self.targets))], 0.0
                moved = 0
            options = state.options[target]
            at = options[int(draw() * len(options))]
            if state.held[at]:
                continue
            if not moved:
                mine = state.of_target[target]
                moved = state.rival(at) if mine else -1
                if mine and moved < 0:
                    moved = mine[int(draw() * len(mine))]
                if moved < 0 or state.kept[moved]:
                    continue
                state.drop(moved)
            out = state.in_the_way(at, gain - margin * log(draw() + 1e-12))
            if out is None:
                if moved >= 0:
                    state.add(moved)
                continue
            lost = sum(state.worth[one] for one in out)
            if lost > gain and not fresh:
                self._save(moved)
                fresh = True
            for one in out:
                state.drop(one)
                waiting.append(state.target[one])
            state.add(at)
            cost += lost - gain
            if cost < self.best - NEAR:
                self.best, fresh = cost, False
        if not fresh:
            self._save(-1)
        return cost

    def _held(self) -> list[int]:
        return [at for mine in self.state.of_target for at in mine]

    def _save(self, also: int) -> None:
        self.saved = self._held() if also < 0 else [*self._held(), also]

    def _restore(self) -> None:
        wanted = set(self.saved)
        for at in self._held():
            if at not in wanted:
                self.state.drop(at)
        for at in self.saved:
            if not self.state.held[at]:
                self.state.add(at)
