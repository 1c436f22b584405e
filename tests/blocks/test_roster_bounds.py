"""Bounds of a whole roster from its components, against exact solutions of the whole where components clash."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from support.roster_random import random_roster
from support.rosters import doctor, need, pair, roster, site

from models.aims import AimResult
from models.roster import FalseBoundWarning, RosterOutcome, RosterSettings, checked, solve_roster
from models.roster_bounds import Bounds
from models.roster_choices import choices, components
from models.roster_instance import RosterInstance, RosterLock
from models.roster_moves import bounds_of, cheapest

#: Seeds of `clashing` in which the bound of what is not held was above the optimum, and some beside them.
SEEDS = (*range(1, 25), 135)
APART, WHOLE = RosterSettings(seconds=30, whole=0, brief=True), RosterSettings(seconds=30, whole=100_000, brief=True)


def clashing(seed: int, blank: bool = False) -> RosterInstance | None:
    """A random roster with one room a site, and locks of several components for one half-day in it.

    blank: the locks name no doctor, so that a component may keep what is asked of another.
    """
    x = replace(random_roster(seed), locks=(), change_limit=None, today=frozenset())
    rng, owner = random.Random(seed), {key: part for part, keys in enumerate(components(x)) for key in keys}
    x = replace(x, sites={name: replace(one, rooms=1) for name, one in x.sites.items()})
    by: dict[tuple[str, int], list[tuple[tuple[str, str], str]]] = {}
    for (key, who), halves in choices(x, sorted(x.needs)).items():
        for half in halves:
            by.setdefault((key[0], half), []).append((key, who))
    crowded = [(place, able) for place, able in by.items() if len({owner[key] for key, _ in able}) > 1]
    locks: list[RosterLock] = []
    for (name, half), able in rng.sample(crowded, min(3, len(crowded))):
        for (_, kind), who in rng.sample(able, min(3, len(able))):
            asked = ("", name, "") if blank else (who, name, kind)
            locks.append(RosterLock(f"L{len(locks)}", True, *asked, frozenset({half})))
    return replace(x, locks=tuple(locks)) if locks else None


def first(found: RosterOutcome) -> tuple[AimResult, AimResult]:
    return found.aims[0], found.aims[1]


@pytest.mark.parametrize("blank", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_stay_below_the_optimum_of_the_whole(seed: int, blank: bool) -> None:
    """However components are in each other's way, what is said to be proved is no better than the exact optimum."""
    x = clashing(seed, blank)
    if x is None:
        pytest.skip("no room that two components want")
    apart, whole = first(solve_roster(x, APART)), first(solve_roster(x, WHOLE))
    assert whole[0].gap == whole[1].gap == 0.0
    assert apart[0].bound <= whole[0].value + 1e-6
    assert apart[1].bound <= whole[1].value + 1e-6
    if not apart[1].given:
        free = first(solve_roster(replace(x, locks=()), WHOLE))
        assert apart[1].bound <= free[1].value + 1e-6


def two_in_one_room() -> RosterInstance:
    """Two doctors locked to one room in one half-day; the one whose lock gives way can hold a dearer clinic then."""
    docs = [doctor("A", free=frozenset({0})), doctor("B", free=frozenset({0}))]
    needs = [
        need("S", "KA", pair("A", 1), count=(1,), weight=1.0),
        need("T", "KA", pair("A", 1), count=(1,), weight=10.0),
        need("S", "KB", pair("B", 1), count=(1,), weight=1.0),
    ]
    locks = [RosterLock(f"L{who}", True, who, "S", f"K{who}", frozenset({0})) for who in "AB"]
    return replace(roster(docs, [site("S"), site("T")], needs), locks=tuple(locks))


def test_a_broken_promise_undercuts_the_sum_of_components() -> None:
    """Alone each keeps its lock and A leaves out a clinic of weight 10; together one lock breaks and 1 is left out."""
    apart, whole = first(solve_roster(two_in_one_room(), APART)), first(solve_roster(two_in_one_room(), WHOLE))
    assert [one.value for one in whole] == [1000.0, 1.0]
    assert apart[1].bound <= 1.0
    assert apart[1].value == 1.0


def test_a_bound_above_its_value_is_withdrawn() -> None:
    """It is never clamped to a gap of nothing: a warning (an error in tests) says so, and nothing is proved."""
    with pytest.warns(FalseBoundWarning, match="bound 3 of roster_unheld is above its value 1"):
        assert checked("roster_unheld", 1.0, 3.0, "") == (0.0, "withdrawn")
    assert checked("roster_unheld", 1.0, 1.0 + 1e-9, "") == (1.0, "")


def test_a_false_bound_of_a_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever way a bound comes, a roster that disproves it withdraws it."""
    monkeypatch.setattr(Bounds, "total", lambda *_: (5000.0, ""))
    with pytest.warns(FalseBoundWarning):
        found = solve_roster(two_in_one_room(), APART)
    assert [(one.bound, one.given) for one in found.aims[:2]] == [(0.0, "withdrawn")] * 2
    assert found.aims[1].gap > 0.0


def test_a_change_limit_that_was_not_dated_has_the_bound_of_the_next_one() -> None:
    """With 0 and 2 moves dated, a roster that moves 1 is bounded by what 2 reach: 3, where 0 alone says 5."""
    curve = {0: ((0.0, 5.0), (0.0, 5.0)), 2: ((0.0, 5.0), (0.0, 3.0))}
    assert bounds_of(curve, 2) == {0: (0.0, 5.0), 1: (0.0, 3.0), 2: (0.0, 3.0)}
    assert cheapest([bounds_of(curve, 2)] * 2, 2)[1] == (0.0, 6.0)
    assert bounds_of({}, 1) == {0: (0.0, 0.0), 1: (0.0, 0.0)}
