"""Far trips in turns: clinics change hands between doctors of one department, and nothing else changes."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import pytest
from support.rosters import doctor, halves, need, pair, roster, site

from models.roster_choices import Key
from models.roster_instance import RosterInstance, RosterLock
from models.roster_turns import turns

FREE = halves(1, 2, 3, 4, 5)


def department(ledger: tuple[float, ...], clinics: int = 3, **changes: object) -> RosterInstance:
    """As many doctors as accounts; each holds one site, the first of them a far one."""
    doctors = [
        doctor(f"D{n}", free=FREE, budget=(9,), week_limit=4, ledger={"far": before}) for n, before in enumerate(ledger)
    ]
    sites = [site(f"S{n}") for n in range(len(ledger))]
    needs = [need(f"S{n}", "K1", pair(f"D{n}", clinics, far=n == 0)) for n in range(len(ledger))]
    return roster(doctors, sites, needs, **changes)


def anybody(name: str, key: Key) -> float | None:
    return 30.0


def no_more(name: str, lines: object) -> bool:
    return True


def accounts(x: RosterInstance, changed: dict[tuple[Key, str], str]) -> list[float]:
    """Far trips of each doctor with the ledger, after the changes."""
    found = {name: who.ledger.get("far", 0.0) for name, who in x.doctors.items()}
    for key, one in x.needs.items():
        for held in one.pairs:
            if held.far:
                found[changed.get((key, held.doctor), held.doctor)] += sum(held.count)
    return [found[name] for name in sorted(found)]


def test_the_one_with_least_on_the_account_takes_the_far_site() -> None:
    """D0 has six far trips on the account, D1 none: they exchange sites; D2 with two stays."""
    x = department((6.0, 0.0, 2.0))
    changed = turns(x, anybody, no_more)
    assert changed == {(("S0", "K1"), "D0"): "D1", (("S1", "K1"), "D1"): "D0"} or changed == {
        (("S0", "K1"), "D0"): "D1"
    }
    assert accounts(x, changed) == [6.0, 3.0, 2.0]


def test_four_quarters_go_round() -> None:
    """Four doctors and one far site: after four quarters with the ledger everybody had it once."""
    ledger = [0.0] * 4
    for _ in range(4):
        x = department(tuple(ledger))
        ledger = accounts(x, turns(x, anybody, no_more))
    assert ledger == [3.0] * 4


@pytest.mark.parametrize("why", ["today", "lock", "way", "department", "budget", "days", "limits", "title"])
def test_what_holds_a_clinic_where_it_is(why: str) -> None:
    """Today's clinics, locks, another way, another department, time, days, rows of the allocation, filters."""
    x = department((6.0, 0.0))
    may, limits = anybody, no_more
    if why == "today":
        x = replace(x, today=frozenset({("D0", "S0", "K1", 0)}))
    elif why == "lock":
        x = replace(x, locks=(RosterLock("row 2", False, "D0", "S0", slots=frozenset({3})),))
    elif why == "way":
        may = lambda name, key: 30.0 if name == "D0" else 31.0  # noqa: E731
    elif why == "title":
        may = lambda name, key: 30.0 if (name, key[0]) != ("D1", "S0") else None  # noqa: E731
    elif why == "department":
        x = replace(x, doctors={**x.doctors, "D1": replace(x.doctors["D1"], department="H1/OTHER")})
    elif why == "budget":
        x = replace(x, doctors={**x.doctors, "D1": replace(x.doctors["D1"], budget=(5,))})
    elif why == "days":
        x = replace(x, doctors={**x.doctors, "D1": replace(x.doctors["D1"], free=halves(1, 2, slots=(0,)))})
    else:
        limits = lambda name, lines: name != "D1" or ("S0", "K1") not in lines  # noqa: E731
    assert turns(x, may, limits) == {}


def _least(x: RosterInstance) -> float:
    """The least sum of squares over all ways to share the lines out that keep the budgets."""
    lines = [(key, held.count[0], held.far) for key, one in x.needs.items() for held in one.pairs]
    names, best = sorted(x.doctors), float("inf")
    for chosen in product(names, repeat=len(lines)):
        half_days = dict.fromkeys(names, 0)
        far = {name: x.doctors[name].ledger["far"] for name in names}
        for (_, count, away), name in zip(lines, chosen, strict=True):
            half_days[name] += count * (2 if away else 1)
            far[name] += count if away else 0
        if all(half_days[name] <= x.doctors[name].budget[0] for name in names):
            best = min(best, sum(value**2 for value in far.values()))
    return best


@pytest.mark.parametrize("seed", range(20))
def test_random_departments_come_near_the_fairest_of_all(seed: int) -> None:
    """Three doctors and five lines: never worse than before, and in most cases the best of all that budgets allow."""
    lot = random.Random(seed)
    ledger = tuple(float(lot.randint(0, 9)) for _ in range(3))
    doctors = [doctor(f"D{n}", free=FREE, budget=(16,), week_limit=10, ledger={"far": ledger[n]}) for n in range(3)]
    sites = [site(f"S{n}") for n in range(5)]
    needs = [
        need(f"S{n}", "K1", pair(f"D{lot.randrange(3)}", lot.randint(1, 3), far=lot.random() < 0.6)) for n in range(5)
    ]
    x = roster(doctors, sites, needs)
    if any(
        sum(one.pairs[0].count[0] * (2 if one.pairs[0].far else 1) for one in needs if one.pairs[0].doctor == who.id)
        > 16
        for who in doctors
    ):
        pytest.skip("no allocation would count this")
    before, after = (sum(value**2 for value in accounts(x, changed)) for changed in ({}, turns(x, anybody, no_more)))
    assert after <= before
    assert after <= 1.15 * _least(x) + 4.0
