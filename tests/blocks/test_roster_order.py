"""All aims of the roster in their order, against every roster there is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from blocks.test_roster_brute import CASES, found_values
from support.roster_check import breaches, every_visit, prices
from support.roster_random import random_roster

from models.roster_instance import RosterInstance, Visit
from models.roster_model import AIMS

#: Visits of an instance that may still be listed one by one.
MOST = 13


def best_of_all(instance: RosterInstance) -> tuple[float, ...]:
    """The least values of all aims in their order, over all rosters that break no rule."""
    options, best = every_visit(instance), tuple([float("inf")] * len(AIMS))

    def search(at: int, chosen: list[Visit]) -> None:
        nonlocal best
        if at == len(options):
            value = prices(instance, chosen)
            best = min(best, tuple(round(value[aim], 6) for aim in AIMS))
            return
        search(at + 1, chosen)
        if not breaches(instance, [*chosen, options[at]]):
            search(at + 1, [*chosen, options[at]])

    search(0, [])
    return best


def check(instance: RosterInstance) -> None:
    """The roster found has these values, aim by aim, and no bound lies above them."""
    values, bounds, _ = found_values(instance)
    best = dict(zip(AIMS, best_of_all(instance), strict=True))
    for aim, value in values.items():
        assert value == pytest.approx(best[aim], abs=1e-4), (aim, values, best)
        assert bounds[aim] <= best[aim] + 1e-4


@pytest.mark.parametrize("rule", CASES)
def test_the_order_of_the_aims_where_a_rule_binds(rule: str) -> None:
    """Each rule's instance, and the same without the rule."""
    for instance in CASES[rule]():
        if len(every_visit(instance)) <= MOST:
            check(instance)


def _small(seed: int) -> RosterInstance | None:
    """A random roster cut to its first needs and to half-days few enough to be listed."""
    instance = random_roster(seed)
    keys = sorted(instance.needs)[:2]
    needs = {key: instance.needs[key] for key in keys}
    small = replace(instance, needs=needs, today=frozenset(v for v in instance.today if (v[1], v[2]) in needs))
    while len(every_visit(small)) > MOST:
        longest = max(keys, key=lambda key: (len(small.needs[key].slots), key))
        slots = sorted(small.needs[longest].slots)[:-1]
        cut = replace(small.needs[longest], slots=frozenset(slots))
        small = replace(small, needs={**small.needs, longest: cut})
    return small if len(every_visit(small)) >= 4 else None


SEEDS = [seed for seed in range(400, 520) if _small(seed) is not None]


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_random_rosters_in_the_order_of_the_aims(seed: int) -> None:
    """Random tiny rosters with every feature: the lexicographic optimum of all rosters."""
    small = _small(seed)
    assert small is not None
    check(small)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[12:])
def test_many_random_rosters_in_the_order_of_the_aims(seed: int) -> None:
    """The same on many more."""
    test_random_rosters_in_the_order_of_the_aims(seed)
