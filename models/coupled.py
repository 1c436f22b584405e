r"""Many problems that share a few scarce things: one plan for all of them, with one proved bound.

Every piece is solved by itself, in whatever process (`models.crew`), with a price p on what it uses of the shared
things. With b_c(p) proved of piece c at these prices, no plan of the whole costs less than

.. math:: \sum_c b_c(p) - p \cdot available

(the Lagrangian bound, Geoffrion 1974), whatever p is. The steps: 1. prices by the pieces without whole numbers and a
master over what they offer; 2. plans at next to no price (what the pieces would ask for by themselves) and at these
prices; 3. the master's shares, in which every piece plans again, the best choice of one plan for each piece, and what
that leaves over lent out again, until the gap is closed. Limits are gaps and nodes, so that every crew gives the same
plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.answers import Limits
from models.coupled_master import Mixed, choose, mix
from models.coupled_piece import Ask, Offer
from models.coupled_records import Coupled, News, Settings, Tell
from models.crew import Crew, Errand
from models.errors import CoupledError
from models.matrix import Floats

__all__ = ["Coupled", "News", "Settings", "Tell", "solve_coupled"]

_AT = "models.coupled_piece:"
#: A price at which a piece asks for all that is of any use to it, as a share of what all gain for all that there is.
HARDLY = 1e-3
#: Those plans tell what is asked for and are hardly ever chosen: their gap is so many times as wide.
LOOSE = 3.0
#: How far the search for prices stays at the best prices so far while they improve (Wentges 1997).
STAY = 0.5
#: Part of the gap asked for at which the search for prices ends.
PRICED = 0.1
#: Part of the gap asked for that the choice of whole plans leaves open.
CHOSEN = 0.02
#: Of what a choice leaves over: the largest parts go first, and so many pieces share each thing at most.
LENT_TO = 6


def solve_coupled(
    crew: Crew, keys: Sequence[str], available: Floats, settings: Settings | None = None, tell: Tell | None = None
) -> Coupled:
    """One plan for the pieces that the crew knows by `keys`.

    Raises `CoupledError` where the pieces need more than there is whatever they do, or one has no plan.
    """
    run = _Run(crew, list(keys), np.asarray(available, dtype=float), settings or Settings(), tell)
    run.begin()
    run.find_prices()
    run.ask_alone()
    run.plans_at(run.best_prices, "plans at prices")
    for _ in range(run.settings.rounds):
        run.share_out()
        if run.gap() <= run.settings.gap:
            break
    return run.result()


@dataclass(eq=False)
class _Run:
    crew: Crew
    keys: list[str]
    available: Floats
    settings: Settings
    tell: Tell | None
    bound: float = -np.inf
    value: float = np.inf
    repeatable: bool = True
    history: list[tuple[str, float, float]] = field(default_factory=list)

    def begin(self) -> None:
        begun = self._errands("begin", [None] * len(self.keys), "districts")
        self.nothings = np.array([one[0] for one in begun])
        self.nothing = float(self.nothings.sum())
        #: Whole plans by piece; the relaxation's offers are kept apart, since nobody can do them.
        self.plans: list[list[Offer]] = [list(one[1]) for one in begun]
        self.chosen: list[int] | None = None
        for key, plans in zip(self.keys, self.plans, strict=True):
            if not plans:
                raise CoupledError(f"{key} has no plan at all.")
        self._choose()

    # --- prices ---------------------------------------------------------------------------------

    def find_prices(self) -> None:
        """Prices by the relaxations and their master; the bound that they prove."""
        scarce = len(self.available)
        self.best_prices = np.zeros(scarce)
        free = self._relaxed(np.zeros(scarce))
        #: What each piece can gain at most, promises not counted; what all lose who use as little as can be.
        self.rooms = np.maximum(self.nothings + np.array([one.short - one.cost for one in free]), 1.0)
        gains = max(float(self.rooms.sum()), 1.0)
        lost = sum(plans[0].cost - one.cost for plans, one in zip(self.plans, free, strict=True))
        self.dear = 10.0 * max(lost, gains) / np.maximum(self.available, 1.0)
        offers = [[one] for one in free]
        self._add(offers, self._relaxed(self.dear))
        stay = STAY
        for _ in range(self.settings.prices):
            mixed = mix(offers, self.available, self.dear)
            if mixed.value - self.bound <= PRICED * self.settings.gap * gains:
                break
            at = stay * self.best_prices + (1.0 - stay) * mixed.prices
            before = self.bound
            self._add(offers, self._relaxed(at))
            stay = STAY if self.bound > before else 0.0
        if (mixed.short > 1e-6 * np.maximum(self.available, 1.0)).any():
            raise CoupledError("the pieces need more than there is, whatever they do.")

    def _relaxed(self, prices: Floats) -> list[Offer]:
        found = self._errands("relaxed", [prices] * len(self.keys), "prices")
        for key, one in zip(self.keys, found, strict=True):
            if one is None:
                raise CoupledError(f"{key} has no plan at all.")
        self._prove(prices, found)
        return found

    def _prove(self, prices: Floats, found: Sequence[Offer | None]) -> None:
        proved = sum(-np.inf if one is None else one.bound for one in found) - float(prices @ self.available)
        if proved > self.bound:
            self.bound, self.best_prices = proved, prices

    def _add(self, offers: list[list[Offer]], found: Sequence[Offer]) -> None:
        for each, one in zip(offers, found, strict=True):
            each.append(one)

    # --- plans ----------------------------------------------------------------------------------

    def ask_alone(self) -> None:
        """What the pieces would use by themselves, each as if all were there for it alone."""
        hardly = HARDLY * self.rooms.sum() / np.maximum(self.available, 1.0)
        prices = self.best_prices
        found = self.plans_at(hardly, "plans alone", LOOSE)
        self.best_prices = prices  # what is proved counts, but nobody is told that it has a price
        self.asked = np.sum([one.use for one in found], axis=0)

    def plans_at(self, prices: Floats, step: str, loose: float = 1.0) -> list[Offer]:
        """A plan of every piece at these prices: the best known one where the search found none."""
        starts = [min(plans, key=lambda one: one.at(prices)) for plans in self.plans]
        asks = [Ask(prices, self._limits(at, loose), start.x) for at, start in enumerate(starts)]
        found = self._errands("priced", asks, step)
        self._prove(prices, found)
        return self._take(found, starts)

    def share_out(self) -> None:
        """Every piece plans within its share of the master's mix, then within its plan and what is left over."""
        mixed = mix(self.plans, self.available, self.dear)
        shares = self._shares(mixed)
        self._plan_within(shares, "plans within shares")
        self._choose()
        if self.chosen is not None and self.gap() > self.settings.gap:
            self._plan_within(self._left_over(), "what is left over")
            self._choose()
        self.history.append(("shares", self.value, self.bound))

    def _shares(self, mixed: Mixed) -> list[Floats]:
        """What each piece uses in the mix, and what the mix leaves over in proportion."""
        used = [
            np.sum([w * one.use for w, one in zip(weights, plans, strict=True)], axis=0)
            for weights, plans in zip(mixed.weights, self.plans, strict=True)
        ]
        total = np.sum(used, axis=0)
        more = np.where(total > 0, self.available / np.maximum(total, 1e-12), 1.0)
        return [one * np.minimum(np.maximum(more, 0.0), 2.0) for one in used]

    def _left_over(self) -> list[Floats]:
        """What the pieces use now; what is left of each thing goes to the few that would use more of it."""
        now = self.now()
        shares = [one.use.copy() for one in now]
        left = np.maximum(self.available - np.sum([one.use for one in now], axis=0), 0.0)
        for thing in np.flatnonzero(left > 0):
            wish = np.array([
                max(other.use[thing] for other in plans) - one.use[thing]
                for plans, one in zip(self.plans, now, strict=True)
            ])  # fmt: skip
            turn = len(self.history)  # others in the next round
            order = [at for at in np.argsort(-wish, kind="stable").tolist() if wish[at] > 0]
            order = order[turn * LENT_TO : (turn + 1) * LENT_TO] or order[:LENT_TO]
            for at in order:
                shares[at][thing] += left[thing] / len(order)
        return shares

    def _plan_within(self, shares: Sequence[Floats], step: str) -> None:
        asks, starts = [], []
        for at, share in enumerate(shares):
            fit = [one for one in self.plans[at] if (one.use <= share + 1e-9).all()]
            start = min(fit, key=lambda one: one.cost) if fit else None
            over = min(self.plans[at], key=lambda one: one.at(self.best_prices))
            cut = None if (over.use <= share + 1e-9).all() else over.x
            asks.append(Ask(share, self._limits(at), None if start is None else start.x, cut))
            starts.append(start)
        self._take(self._errands("within", asks, step), starts)

    def _take(self, found: Sequence[Offer | None], starts: Sequence[Offer | None]) -> list[Offer]:
        """Keep the new plans; what each piece has now."""
        have = []
        for at, (one, start) in enumerate(zip(found, starts, strict=True)):
            if one is not None and one.stopped in ("clock", "user"):
                self.repeatable = False
            if one is not None and one.x is not None:
                self.plans[at].append(one)
                have.append(one)
            else:
                have.append(start or self.plans[at][0])
        return have

    def _choose(self) -> None:
        gain = max(self.nothing - self.bound, 1.0) if np.isfinite(self.bound) else 1.0
        chosen = choose(self.plans, self.available, self.chosen, CHOSEN * self.settings.gap * gain)
        if chosen is None:
            return
        value = sum(plans[at].cost for plans, at in zip(self.plans, chosen, strict=True))
        if value < self.value:
            self.chosen, self.value = chosen, value

    def now(self) -> list[Offer]:
        """The plans chosen so far."""
        assert self.chosen is not None
        return [plans[at] for plans, at in zip(self.plans, self.chosen, strict=True)]

    def gap(self) -> float:
        if self.chosen is None:
            return np.inf
        idle = self.nothing + sum(one.short for one in self.now())
        return max(0.0, self.value - self.bound) / max(idle - self.bound, 1.0)

    def result(self) -> Coupled:
        if self.chosen is None:
            raise CoupledError("no choice of plans keeps what there is.")
        offers = dict(zip(self.keys, self.now(), strict=True))
        used = np.sum([one.use for one in offers.values()], axis=0)
        facts = (self.value, min(self.bound, self.value), self.nothing, self.gap(), self.best_prices, self.asked, used)
        return Coupled(offers, *facts, self.available, tuple(self.history), self.repeatable)

    # --- errands --------------------------------------------------------------------------------

    def _limits(self, at: int, loose: float = 1.0) -> Limits:
        asked = self.settings
        room = loose * asked.piece_gap * float(self.rooms[at])
        return Limits(asked.seconds, absolute_gap=room, relative_gap=0.0, nodes=asked.nodes, seed=asked.seed)

    def _errands(self, function: str, arguments: Sequence[object], step: str) -> list[Any]:
        errands = [Errand(key, _AT + function, one) for key, one in zip(self.keys, arguments, strict=True)]
        answers = self.crew.run(errands, lambda done, of: self._news(step, done, of))
        self.history.append((step, self.value, self.bound))
        return answers

    def _news(self, step: str, done: int, of: int) -> None:
        if self.tell is not None:
            self.tell(News(step, done, of, self.value, self.bound))
