"""Large rosters bettered in the later aims by moving clinics one by one, nothing of the first aim given up.

Simulated annealing over rosters that keep every rule and hold at least as much (by weight): a clinic moves
to another half-day or doctor; clinics in its way move on to places of their own (the one that it leaves
first), or nothing moves. Aims are weighed (`WEIGHTS`); the plan that comes back is compared with the one
before aim by aim, so that weights steer the search and never decide. It proves nothing.
"""

from __future__ import annotations

import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.roster_exchange import BATCH, LAG, TELL, promise, put
from models.roster_instance import RosterInstance, Visit
from models.roster_prices import Prices
from models.roster_state import RosterState

#: Points of one unit of each aim.
WEIGHTS: Mapping[str, float] = MappingProxyType({
    "roster_windows": 300.0,
    "roster_regular": 1.0,
    "roster_fair": 0.5,
    "roster_travel": 0.01,
    "roster_market": 0.5,
    "roster_change": 0.5,
})  # fmt: skip
#: Points of a moved clinic where `change` stands before regularity.
MOVED = 100.0
#: Margin at first and at last, in points; what accounts and travel may make up for.
HOT, COLD, SLACK = 30.0, 1.0, 10.0
#: Moves tried per clinic; most clinics that move on; half-days tried for each.
MOVES, PUSHED, TRIES = 800, 2, 6
#: Share of moves to the weekday of another clinic of the need.
GUIDED = 0.5


@dataclass(frozen=True)
class Polish:
    """What a child needs: a roster that keeps every rule, and seconds. replan: clinics of today's roster are dear."""

    instance: RosterInstance
    seconds: float
    seed: int
    start: tuple[Visit, ...]
    replan: bool = False


@dataclass(frozen=True)
class Polished:
    """A roster that keeps every rule and holds at least the start's weight; what ended the search."""

    visits: tuple[Visit, ...]
    points: float
    stopped_by: str


def polish(asked: Polish, deadline: float | None = None, report: Callable[[Polished], None] | None = None) -> Polished:
    """Better the later aims of a roster; tells better rosters while it works."""
    began, told = time.time(), time.time()
    ends = began + asked.seconds
    state = RosterState(asked.instance)
    put(state, asked.start)
    promise(state)
    limited = asked.instance.change_limit is not None and asked.instance.state("change_limit") != "off"
    for visit in asked.instance.today if limited else ():
        at = state.index.get(visit, -1)
        if at >= 0 and state.held[at]:
            state.kept[at] = True
    weights = {**WEIGHTS, "roster_change": MOVED if asked.replan else WEIGHTS["roster_change"]}
    search = _Search(state, random.Random(asked.seed), weights)
    moves, done, clocked = MOVES * len(search.slots), 0, False
    best, saved = search.points(), state.plan()
    while done < moves:
        now = time.time()
        late = (now - began) / max(1e-9, ends - began) - LAG
        clocked |= late > done / moves or now >= ends
        if now >= ends:
            break
        search.margin = HOT * (COLD / HOT) ** max(done / moves, late)
        for _ in range(BATCH):
            search.move()
        done += BATCH
        if search.points() < best - 1e-6:
            best, saved = search.points(), state.plan()
        if report is not None and now > told + TELL:
            told = now
            report(Polished(tuple(saved), best, "nodes"))
    return Polished(tuple(saved), best, "clock" if clocked else "nodes")


class _Search:
    """Moves of one clinic and of those in its way."""

    def __init__(self, state: RosterState, rng: random.Random, weights: Mapping[str, float]) -> None:
        self.state, self.rng, self.margin = state, rng, HOT
        self.prices = Prices(state, weights)
        self.slots = [t for t, n in enumerate(state.targets.limits) if state.options[t] for _ in range(n)]
        self.alike: dict[tuple[int, int], list[int]] = defaultdict(list)
        for at, target in enumerate(state.target):
            self.alike[target, state.instance.weekday(state.half[at])].append(at)
        # dearer than all later aims together: a clinic more is always taken
        self.unheld = 1e7

    def points(self) -> float:
        return self.unheld * self.state.unheld() + self.prices.total

    def move(self) -> bool:
        """Try one move; whether it was made."""
        state, draw = self.state, self.rng.random
        target = self.slots[int(draw() * len(self.slots))]
        options, mine = state.options[target], state.of_target[target]
        if mine and draw() < GUIDED:
            like = mine[int(draw() * len(mine))]
            options = self.alike[target, state.instance.weekday(state.half[like])]
        at = options[int(draw() * len(options))]
        if state.held[at]:
            return False
        less, most = -1, -self.margin * math.log(draw() + 1e-12)
        if state.short[target] <= 0:
            less = state.rival(at)
            if less < 0:
                less = state.of_target[target][int(draw() * len(state.of_target[target]))]
            if state.kept[less]:
                return False
            need = state.need[at]
            if self.prices.of_need(need, less, at) - self.prices.by_need[need] > most + SLACK:
                return False
        else:
            most = math.inf
        return self._try(at, less, most)

    def _try(self, at: int, less: int, most: float) -> bool:
        """Hold `at` instead of `less`; clinics in its way move on. Everything is undone where it costs too much."""
        state, prices = self.state, self.prices
        done, change = list[int](), 0.0
        if less >= 0:
            change += prices.drop(less)
            done.append(less)
        out = state.in_the_way(at, math.inf)
        if out is None or len(out) > PUSHED:
            self._undo(done)
            return False
        for one in out:
            change += prices.drop(one)
            done.append(one)
        change += prices.add(at)
        done.append(at)
        for one in out:
            place = self._place(one, less)
            if place < 0:
                self._undo(done)
                return False
            change += prices.add(place)
            done.append(place)
        needs = {state.need[one] for one in done}
        after = {need: prices.of_need(need) for need in needs}
        change += sum(after.values()) - sum(prices.by_need[need] for need in needs)
        if change > most:
            self._undo(done)
            return False
        prices.total += change
        for need, value in after.items():
            prices.by_need[need] = value
        return True

    def _place(self, one: int, less: int) -> int:
        """A half-day for a clinic that has to go, nothing in its way: the one that was left, or any; -1: none."""
        state = self.state
        doctor, site, kind, _ = state.visits[one]
        if less >= 0:
            left, _, _, when = state.visits[less]
            for name in dict.fromkeys((doctor, left)):
                at = state.index.get((name, site, kind, when), -1)
                same = at >= 0 and at != one and state.target[at] == state.target[one]
                if same and not state.held[at] and state.in_the_way(at, 0.0) == []:
                    return at
        options = state.options[state.target[one]]
        for _ in range(TRIES):
            at = options[int(self.rng.random() * len(options))]
            if at != one and not state.held[at] and state.in_the_way(at, 0.0) == []:
                return at
        return -1

    def _undo(self, done: list[int]) -> None:
        for one in reversed(done):
            if self.state.held[one]:
                self.prices.drop(one)
            else:
                self.prices.add(one)
