"""The smallest sets of rules without which a model has a plan.

An oracle answers "is there a plan without these rules?". Every set of rules that cannot hold
together (a core) must lose one of them; the smallest set that hits all cores found so far is
asked next, until one leaves a plan. Cores come from the dual of an elastic linear programme
where the linear part clashes already, and are shrunk by halves (QuickXplain, Junker 2004; the
loop is the implicit hitting set algorithm, Moreno-Centeno and Karp 2013).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import combinations

import numpy as np

from models.answers import Limits, Status, heed
from models.elastic import soften
from models.highs import FEASIBLE, solve
from models.matrix import Bools, Floats, Matrix

Rules = frozenset[str]
NONE: Rules = frozenset()
#: Sets of equal size that are compared.
COMPARED = 6


class RuleSearch:
    """`rules` are those of `relaxable` with a row that some values of the columns would break.

    end: as `time.time()`; patience: seconds for a question that may be left open.
    """

    def __init__(
        self, matrix: Matrix, relaxable: Callable[[str], bool] | Collection[str], limits: Limits, end: float
    ) -> None:
        self.matrix, self.limits, self.end = matrix, limits, end
        self.patience = 0.1 * self.left()
        may = relaxable if callable(relaxable) else relaxable.__contains__
        names, self.code = np.unique(matrix.row_rules, return_inverse=True)
        self.number = {str(name): at for at, name in enumerate(names)}
        live = np.unique(matrix.row_rules[soften(matrix, np.ones(matrix.rows, dtype=bool)).rows])
        self.rules: Rules = frozenset(rule for rule in live.tolist() if may(rule))
        self.yes: dict[Rules, Floats] = {}
        self.no: list[Rules] = []
        self.linear_yes: list[Rules] = []
        #: False once a set was passed over because time did not do.
        self.exact = True

    def left(self) -> float:
        """Seconds."""
        return max(0.0, self.end - time.time())

    def limits_of(self, share: float) -> Limits:
        """Limits with a share of the time left, at least a second."""
        return replace(self.limits, seconds=max(1.0, share * self.left()))

    def mask(self, rules: Rules) -> Bools:
        """Which rows belong to these rules."""
        return np.asarray(np.isin(self.code, [self.number[rule] for rule in rules]), dtype=bool)

    def without(self, rules: Rules) -> Matrix:
        """The matrix with the rows of these rules open on both sides."""
        mask, matrix = self.mask(rules), self.matrix
        low, high = np.where(mask, -np.inf, matrix.row_lower), np.where(mask, np.inf, matrix.row_upper)
        return matrix.with_row_bounds(low, high)

    def feasible(self, dropped: Rules, linear: bool = False) -> bool | None:
        """Whether there is a plan without these rules; None when time did not do.

        linear: without whole numbers, so that only a "no" counts for the model.
        """
        if any(dropped <= known for known in self.no):
            return False
        if any(known <= dropped for known in self.yes):
            return True
        known_linear = any(known <= dropped for known in self.linear_yes)
        answer = True if known_linear else self._ask(dropped, relax=True)
        if answer is True and not linear:
            answer = self._ask(dropped, relax=False)
        return answer

    def _ask(self, dropped: Rules, relax: bool) -> bool | None:
        if self.left() <= 0:
            return None
        vital = dropped in (NONE, self.rules)
        seconds = max(0.1, self.left() / 3 if vital else min(self.left() / 3, self.patience))
        limits = replace(self.limits, seconds=seconds)
        found = heed(solve(self.without(dropped), np.zeros(self.matrix.cols), limits=limits, relax=relax))
        if found.status is Status.INFEASIBLE:
            self.no.append(dropped)
            return False
        if found.x is None:
            return None
        if relax:
            self.linear_yes.append(dropped)
        else:
            self.yes[self._broken(found.x) & dropped] = found.x
        return True

    def _broken(self, x: Floats) -> Rules:
        return frozenset(self.matrix.row_rules[self.matrix.row_excess(x) > FEASIBLE].tolist())

    def know(self, x: Floats) -> None:
        """Take `x` as the plan that it is without the rules that it breaks; useless ones are passed over."""
        matrix, broken = self.matrix, self._broken(x)
        bounds = np.maximum(matrix.lower - x, x - matrix.upper)
        fractions = np.abs(x - np.round(x))[matrix.integer]
        if broken <= self.rules and max(bounds.max(initial=0.0), fractions.max(initial=0.0)) <= FEASIBLE:
            self.yes[broken] = x

    def plan(self, dropped: Rules) -> Floats | None:
        """A known plan without these rules."""
        return next((x for known, x in reversed(self.yes.items()) if known <= dropped), None)

    def smallest_sets(self) -> list[Rules]:
        """The first `COMPARED` smallest sets without which there is a plan; [] if none was found.

        Empty also where there is a plan with all rules, or none without any.
        """
        if self.feasible(NONE) is True or self.feasible(self.rules) is False:
            return []
        cores, tried, found = [self._core(NONE)], set[Rules](), list[Rules]()
        for size in range(1, len(self.rules) + 1):
            while len(found) < COMPARED and (rules := _hitting(cores, size, tried)) is not None:
                if self.left() <= 0:
                    self.exact = self.exact and bool(found)
                    return found
                tried.add(rules)
                answer = self.feasible(rules)
                if answer is True:
                    found.append(rules)
                elif answer is False:
                    cores.append(self._core(rules))
                else:
                    self.exact = self.exact and bool(found)
            if found:
                break
        return found

    def _core(self, dropped: Rules) -> Rules:
        """A minimal set of other rules that cannot hold together; `dropped` are gone."""
        kept = sorted(self.rules - dropped)
        dual = sorted(self._dual_core(dropped))
        linear = bool(dual) and self._clash(dual, True)
        kept = dual if linear else kept
        if not linear and not dropped:
            return frozenset(kept)  # whole numbers clash: ask single rules first, mostly one will do
        core = self._conflict([], kept, False, linear)
        return frozenset(core if self._clash(core, linear) else kept)

    def _clash(self, kept: Collection[str], linear: bool) -> bool:
        return self.feasible(self.rules - frozenset(kept), linear) is False

    def _conflict(self, ground: list[str], rules: list[str], grown: bool, linear: bool) -> list[str]:
        if grown and self._clash(ground, linear):
            return []
        if len(rules) <= 1:
            return rules
        half = len(rules) // 2
        second = self._conflict(ground + rules[:half], rules[half:], True, linear)
        first = self._conflict(ground + second, rules[:half], bool(second), linear)
        return first + second

    def _dual_core(self, dropped: Rules) -> Rules:
        """Rules whose rows have a price where as little as possible gives: a certificate by duality."""
        kept = self.rules - dropped
        soft = soften(self.without(dropped), self.mask(kept))
        limits = replace(self.limits, seconds=max(0.1, self.left() / 3))
        found = heed(solve(soft.matrix, soft.cost(), limits=limits, relax=True))
        if found.row_dual is None or found.objective <= FEASIBLE:
            return NONE
        priced = np.abs(found.row_dual) * soft.scale > 1e-6
        return frozenset(np.unique(self.matrix.row_rules[priced]).tolist()) & kept


def _hitting(cores: list[Rules], size: int, tried: set[Rules]) -> Rules | None:
    """The first set of `size` rules, not tried yet, that hits every core."""
    for rules in combinations(sorted(frozenset().union(*cores)), size):
        chosen = frozenset(rules)
        if chosen not in tried and all(chosen & core for core in cores):
            return chosen
    return None
