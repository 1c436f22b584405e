"""Locks on half-days that cannot all be kept: named with the rules in the way, and never without cause."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from blocks.test_roster_brute import ALL, MONDAYS, WEEKS, brute_force, people, two
from support.rosters import doctor, halves, need, pair, roster, site

from models import roster_pins
from models.instance import RuleSetting
from models.roster_instance import RosterDepartment, RosterInstance, RosterLock
from models.roster_pins import PinClash, pin_clashes


def pinned(x: RosterInstance, *pins: tuple[str, str, int], **changes: object) -> RosterInstance:
    """With hard locks (doctor, site, half-day), labelled by their place."""
    locks = tuple(RosterLock(f"row {n}", True, d, s, slots=frozenset({half})) for n, (d, s, half) in enumerate(pins))
    return replace(x, locks=locks, **changes)  # type: ignore[arg-type]


def told(clashes: list[PinClash]) -> list[tuple[list[str], tuple[str, ...], bool]]:
    return [([lock.label for lock in one.locks], one.rules, one.together) for one in clashes]


def test_pins_that_fit_are_no_clash() -> None:
    """Two clinics in two weeks, and one at the other site on the second morning."""
    assert pin_clashes(pinned(two(), ("D1", "S1", 0), ("D1", "S1", 14), ("D1", "S2", 2))) == []


def test_one_doctor_in_two_places() -> None:
    """Two sites in one half-day; the third lock has no part in it."""
    found = pin_clashes(pinned(two(), ("D1", "S1", 0), ("D1", "S1", 14), ("D1", "S2", 0)))
    assert told(found) == [(["row 0", "row 2"], ("one_place",), False)]


def test_the_weekly_limit() -> None:
    """Two half-days in a week in which one is allowed."""
    x = two()
    x = replace(x, doctors={"D1": replace(x.doctors["D1"], week_limit=1)})
    assert told(pin_clashes(pinned(x, ("D1", "S1", 0), ("D1", "S2", 2)))) == [
        (["row 0", "row 1"], ("week_limit",), False)
    ]


def test_one_room_for_two_visitors() -> None:
    """Both doctors locked to the only room."""
    x = people()
    x = replace(x, sites={"S1": replace(x.sites["S1"], rooms=1)})
    assert told(pin_clashes(pinned(x, ("D1", "S1", 0), ("D2", "S1", 0)))) == [
        (["row 0", "row 1"], ("room_half_day",), False)
    ]


def test_nobody_can_be_spared() -> None:
    """One lock alone, in a half-day in which the department keeps everybody."""
    home = RosterDepartment("H1/DEP", frozenset({"D1", "D2"}), {0: 0})
    x = people(departments={"H1/DEP": home})
    assert told(pin_clashes(pinned(x, ("D1", "S1", 0)))) == [(["row 0"], ("home_cover_half_day",), False)]


def test_a_gap_in_days_that_the_table_names() -> None:
    """Two clinics a week apart where the site wants two weeks between them."""
    x = two()
    x = replace(x, needs={key: replace(one, every=(1, 2)) for key, one in x.needs.items()})
    assert told(pin_clashes(pinned(x, ("D1", "S1", 0), ("D1", "S1", 14)))) == [
        (["row 0", "row 1"], ("least_gap",), False)
    ]


def test_several_rules_together() -> None:
    """A long trip and a clinic elsewhere on its afternoon, in a week with one half-day too few: two rules, not one."""
    x = roster(
        [doctor("D1", free=halves(1, weeks=WEEKS), week_limit=2)],
        [site("S1", open=ALL), site("S2", open=ALL)],
        [
            need("S1", "K1", pair("D1", 2, far=True), slots=ALL),
            need("S2", "K2", pair("D1", 2), slots=ALL, weight=20.0),
        ],
        weeks=WEEKS,
        quarters=(("Q1", 0, WEEKS),),
    )
    found = told(pin_clashes(pinned(x, ("D1", "S1", 0), ("D1", "S2", 1))))
    assert [labels for labels, _, _ in found] == [["row 0", "row 1"]]
    assert found[0][2] and set(found[0][1]) == {"one_place", "week_limit"}


def test_a_lock_against_a_lock() -> None:
    """What one lock asks for another forbids."""
    x = pinned(two(), ("D1", "S1", 0))
    x = replace(x, locks=(*x.locks, RosterLock("never", False, "D1", slots=frozenset({0}))))
    assert told(pin_clashes(x)) == [(["row 0"], ("lock",), False)]


@pytest.mark.parametrize("seed", range(12))
def test_a_clash_is_told_exactly_when_no_roster_keeps_all(seed: int) -> None:
    """Random locks: brute force over all rosters keeps them all if and only if there is no clash."""
    lot = random.Random(seed)
    x = two()
    x = replace(
        x,
        doctors={"D1": replace(x.doctors["D1"], week_limit=lot.choice([1, 2, 3]), budget=(lot.choice([2, 3, 9]),))},
        needs={key: replace(one, every=lot.choice([(1, 1), (1, 2)])) for key, one in x.needs.items()},
        site_minutes=x.site_minutes if lot.random() < 0.5 else {},
    )
    pins = [("D1", lot.choice(["S1", "S2"]), lot.choice([0, 2, 14, 16])) for _ in range(lot.randint(1, 4))]
    x = pinned(x, *dict.fromkeys(pins))
    assert (pin_clashes(x) == []) == (brute_force(x)[0] == 0.0)


def test_no_time_is_no_clash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that ends before it found a roster or a proof refuses no lock: twelve that can be kept are none."""
    monkeypatch.setattr(roster_pins, "EACH", 1e-4)
    x = two()
    assert pin_clashes(pinned(x, ("D1", "S1", 0), ("D1", "S1", 14), ("D1", "S2", 2))) == []


def test_a_core_that_time_cut_is_not_called_smallest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without time to leave locks out the clash is told with all of them, and not as the smallest."""
    monkeypatch.setattr(roster_pins, "ALL", -1.0)
    found = pin_clashes(pinned(two(), ("D1", "S1", 0), ("D1", "S1", 14), ("D1", "S2", 0)))
    assert [one.smallest for one in found] == [False] and {"row 0", "row 2"} <= {lock.label for lock in found[0].locks}


def test_a_soft_rule_is_no_clash() -> None:
    """A rule that may give way at a price does not make locks impossible."""
    x = two()
    x = replace(x, doctors={"D1": replace(x.doctors["D1"], week_limit=1)})
    x = replace(x, rules={**x.rules, "week_limit": RuleSetting("soft", 1e6)})
    assert pin_clashes(pinned(x, ("D1", "S1", 0), ("D1", "S2", 2))) == []


def test_other_clinics_do_not_take_a_locked_room() -> None:
    """The room of a locked clinic is kept for it, though the component with more to gain is placed first."""
    doctors = [doctor(f"D{n}", free=MONDAYS, department="") for n in range(2)]
    needs = [
        need("S1", "K0", pair("D0", 2), slots=ALL, weight=1.0),
        need("S1", "K1", pair("D1", 2), slots=ALL, weight=90.0),
    ]
    x = roster(doctors, [site("S1", open=ALL)], needs, weeks=WEEKS, quarters=(("Q1", 0, WEEKS),), departments={})
    from models.roster import RosterSettings, solve_roster

    x = pinned(x, ("D0", "S1", 0), ("D0", "S1", 14))
    found = solve_roster(x, RosterSettings(seconds=20, whole=0))
    assert found.broken == () and {visit[0] for visit in found.visits} == {"D0"}


def test_all_clashes_are_told_at_once() -> None:
    """Locks in a half-day that is not free hide that their doctor would be in two places: both are told."""
    x = two()
    x = replace(x, doctors={"D1": replace(x.doctors["D1"], free=x.doctors["D1"].free - {0})})
    pins = [("D1", "S1", 0), ("D1", "S2", 0)]
    assert told(pin_clashes(pinned(x, *pins))) == [
        (["row 0"], ("doctor_free",), False),
        (["row 1"], ("doctor_free",), False),
        (["row 0", "row 1"], ("one_place",), False),
    ]


def test_clashes_apart_are_all_told() -> None:
    """Two pairs of locks, each in one half-day at two sites, although all four are near each other."""
    found = pin_clashes(pinned(two(), ("D1", "S1", 0), ("D1", "S1", 14), ("D1", "S2", 0), ("D1", "S2", 14)))
    assert sorted(labels for labels, _, _ in told(found)) == [["row 0", "row 2"], ["row 1", "row 3"]]
