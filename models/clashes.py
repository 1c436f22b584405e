"""Why there is no plan: the smallest set of rules that must give, in which rows and by how much.

`models.cores` finds the rules, `models.elastic` the rows and amounts: fewest rules first, then
fewest rows, then the least amounts relative to each row's scale. What is named is solved again
to prove it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models.answers import Limits, heed
from models.cores import NONE, Rules, RuleSearch
from models.elastic import Give, Softened, fewest, least_amounts, polished
from models.errors import ShapeError
from models.highs import FEASIBLE, solve
from models.matrix import Floats, Matrix

#: Seconds where the limits name none.
SECONDS = 60.0


@dataclass(frozen=True)
class Clash:
    """One row that must give, by `amount` in `unit`.

    side: "least" where its lower bound has to sink, "most" where its upper bound has to rise;
    row: its number in the matrix.
    """

    rule: str
    subject: str
    amount: float
    unit: str
    side: Literal["least", "most"]
    row: int


@dataclass(frozen=True)
class Explanation:
    """The clashes, and what was proved about them by solving again.

    proved_sufficient: with exactly these rows wider by exactly these amounts there is a plan.
    proved_minimal: with any one of the named rules kept and the others dropped there is none.
    proved_smallest: no smaller set of rules would do. proved_least: no smaller amounts in as few
    rows. alternatives: other sets of as many rules that would do.
    feasible: there is a plan after all. hopeless: none even without all relaxable rules.
    """

    clashes: tuple[Clash, ...]
    proved_sufficient: bool
    proved_minimal: bool
    seconds: float
    proved_smallest: bool = False
    proved_least: bool = False
    alternatives: tuple[tuple[str, ...], ...] = ()
    feasible: bool = False
    hopeless: bool = False

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules named, each once."""
        return tuple(sorted({clash.rule for clash in self.clashes}))


def find_clashes(
    matrix: Matrix,
    relaxable: Callable[[str], bool] | Collection[str],
    limits: Limits | None = None,
    unit: Callable[[str], str] = lambda _: "",
    plans: Sequence[Floats] = (),
) -> Explanation:
    """Explain an infeasible matrix; only rows of relaxable rules may give.

    unit: names the unit of a rule's rows. plans: that break some rules (doing nothing, today's
    practice): good starts make the amounts small where time is short.
    When `limits.seconds` (default 60) run out, what was found is returned, the proof flags saying
    what was not proved. Ctrl-C raises KeyboardInterrupt. Raises `ShapeError` for a row whose own
    bounds cross: that is a fault of the model.
    """
    began, limits = time.time(), limits or Limits()
    _refuse_crossed(matrix)
    seconds = SECONDS if limits.seconds is None else limits.seconds
    search = RuleSearch(matrix, relaxable, limits, began + 0.5 * seconds)
    for plan in plans:
        search.know(np.asarray(plan, dtype=float))
    sets = search.smallest_sets()
    if search.feasible(NONE) is True:
        return Explanation((), True, True, time.time() - began, True, True, feasible=True)
    if not sets and search.feasible(search.rules) is False:
        return Explanation((), False, True, time.time() - began, True, hopeless=True)
    best, rules = _best(search, sets or _some_rules(search, began + 0.7 * seconds), began, seconds)
    exact = search.exact and bool(sets)
    others = tuple(tuple(sorted(other)) for other in sets if other != rules)
    if best is None:
        return Explanation((), False, False, time.time() - began, exact, alternatives=others)
    search.end = began + seconds
    give, sufficient = _confirmed(search, best.give())
    named: Rules = frozenset(matrix.row_rules[give.rows].tolist())
    minimal = all(search.feasible(named - {rule}) is False for rule in sorted(named))
    clashes = _clashes(matrix, give, unit)
    return Explanation(clashes, sufficient, minimal, time.time() - began, exact, best.proved, others)


def _refuse_crossed(matrix: Matrix) -> None:
    for row in np.flatnonzero(matrix.row_lower > matrix.row_upper + FEASIBLE)[:1].tolist():
        name = f"{matrix.row_rules[row]} ({matrix.row_subjects[row]})"
        raise ShapeError(f"{name} asks for at least {matrix.row_lower[row]:g} and at most {matrix.row_upper[row]:g}.")


def _some_rules(search: RuleSearch, end: float) -> list[Rules]:
    """When time was too short for the smallest set: few rules, from one elastic model over all."""
    search.end = end
    mask, plan = search.mask(search.rules), search.plan(search.rules)
    first = least_amounts(search.matrix, [mask], [plan], search.limits_of(0.3))[0]
    if first is None:
        return [search.rules]
    few = fewest(first, search.code, search.limits_of(0.8))
    return [frozenset(search.matrix.row_rules[few.give().rows].tolist())]


def _best(search: RuleSearch, sets: list[Rules], began: float, seconds: float) -> tuple[Softened | None, Rules]:
    """The set of rules that gives in the fewest rows, then by the least; ties by name."""
    every = np.arange(search.matrix.rows)

    def rank(pair: tuple[Softened, Rules]) -> tuple[int, float, list[str]]:
        return pair[0].count(every), round(pair[0].relative, 9), sorted(pair[1])

    search.end = began + 0.75 * seconds
    waves = -(-len(sets) // 2)
    masks, plans = [search.mask(rules) for rules in sets], [search.plan(rules) for rules in sets]
    first = least_amounts(search.matrix, masks, plans, search.limits_of(1.0 / waves))
    able = [(one, rules) for one, rules in zip(first, sets, strict=True) if one is not None]
    if not able:
        return None, sets[0]
    able.sort(key=rank)
    search.end = began + 0.9 * seconds
    best, rules = able[0]
    for at, (one, mine) in enumerate(able):
        # a set that gives in as many rows as it has rules has the fewest rows possible
        beaten = best.count(every) <= len(mine) and one.bound >= best.relative - 1e-9
        if one.count(every) > len(mine) and not beaten:
            one = fewest(one, every, search.limits_of(1.0 / (len(able) - at)))
        best, rules = min((best, rules), (one, mine), key=rank)
    search.end = began + seconds
    return (best if best.proved else polished(best, search.limits_of(0.5))), rules


def _confirmed(search: RuleSearch, give: Give) -> tuple[Give, bool]:
    """The amounts rounded up to six decimals, and whether a plan exists with exactly these."""
    nothing = np.zeros(search.matrix.cols)
    for extra in (0.0, 1e-6, 1e-5):
        amounts = np.ceil((give.amounts * (1 + extra) + extra) * 1e6 - 1e-3) / 1e6
        wider = replace(give, amounts=amounts)
        found = heed(solve(wider.applied(search.matrix), nothing, limits=search.limits_of(1.0), start=give.x))
        if found.x is not None:
            return wider, True
    return give, False


def _clashes(matrix: Matrix, give: Give, unit: Callable[[str], str]) -> tuple[Clash, ...]:
    found = []
    for row, side, amount in zip(give.rows.tolist(), give.sides.tolist(), give.amounts.tolist(), strict=True):
        rule, subject = str(matrix.row_rules[row]), matrix.row_subjects[row]
        found.append(Clash(rule, subject, amount, unit(rule), "least" if side > 0 else "most", row))
    return tuple(sorted(found, key=lambda clash: (clash.rule, clash.row, clash.side)))
