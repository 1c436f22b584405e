"""Why a lock is not kept: the filter that took its half-days is named, in words of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from blocks.test_roster_brute import two
from support.roster_random import random_roster

from models.roster_choices import choices, refused_by
from models.roster_instance import RosterDepartment, RosterInstance, RosterLock
from models.roster_reasons import REASONS
from models.roster_values import WHY, broken_of
from planner.catalogue import texts

KEY = ("S1", "K1")
ASKED = RosterLock("row 7", True, doctor="D1", site="S1", slots=frozenset({0}))
FILTERS = (
    "site_open",
    "doctor_free",
    "whole_day",
    "home_cover_half_day",
    "room_half_day",
    "equipment_half_day",
    "lock",
)


def filtered(rule: str) -> RosterInstance:
    """Half-day 0 of D1 at S1 is asked for, and one filter alone takes it."""
    x = two(locks=(ASKED,))
    place, who, need = x.sites["S1"], x.doctors["D1"], x.needs[KEY]
    match rule:
        case "site_open":
            return replace(x, sites={**x.sites, "S1": replace(place, open=place.open - {0})})
        case "doctor_free":
            return replace(x, doctors={"D1": replace(who, free=who.free - {0})})
        case "whole_day":
            far = tuple(replace(pair, far=True) for pair in need.pairs)
            return replace(x, needs={**x.needs, KEY: replace(need, pairs=far)})
        case "home_cover_half_day":
            home = RosterDepartment("H1/DEP", frozenset({"D1"}), {0: 0})
            return replace(x, doctors={"D1": replace(who, department=home.id)}, departments={home.id: home})
        case "room_half_day":
            return replace(x, sites={**x.sites, "S1": replace(place, rooms=0)})
        case "equipment_half_day":
            bare = {**x.sites, "S1": replace(place, equipment={})}
            return replace(x, needs={**x.needs, KEY: replace(need, equipment=("ecg",))}, sites=bare)
    return replace(x, locks=(ASKED, RosterLock("never", False, "D1", "S1", slots=frozenset({0}))))


@pytest.mark.parametrize("rule", FILTERS)
def test_the_filter_is_named(rule: str) -> None:
    """Where one filter alone removes the half-day, it is the reason; the choices agree."""
    x = filtered(rule)
    assert 0 not in choices(x, [KEY]).get((KEY, "D1"), [])
    assert 0 in choices(two(), [KEY])[KEY, "D1"]
    told = [one for one in broken_of(x, ()) if one.label == "row 7"]
    assert [one.rule for one in told] == [rule]
    why = "lock_against_lock" if rule == "lock" else rule
    words = texts("roster.broken")
    assert [one.why for one in told] == [why] and list(words.values()).count(words[why]) == 1


def test_every_reason_has_its_own_words() -> None:
    """What the models name as a reason, of locks and of clinics without a date, is a message, and no other is there."""
    assert set(texts("roster.broken")) == set(WHY) and set(texts("roster.unheld")) == set(REASONS)


def test_the_filter_of_most_half_days_is_named() -> None:
    """Two of three mornings the site is closed, in one the doctor is away: the site is the reason."""
    x = two()
    closed = {**x.sites, "S1": replace(x.sites["S1"], open=x.sites["S1"].open - {0, 2})}
    x = replace(x, sites=closed, doctors={"D1": replace(x.doctors["D1"], free=x.doctors["D1"].free - {14})})
    x = replace(x, locks=(replace(ASKED, slots=frozenset({0, 2, 14})),))
    assert [one.rule for one in broken_of(x, ())] == ["site_open"]


def test_filters_agree_with_the_choices() -> None:
    """A half-day is a choice exactly when no filter refuses it, on random rosters with locks."""
    for seed in range(20):
        x = random_roster(seed)
        forbidden = [lock for lock in x.locks if not lock.must and lock.weight is None]
        found = choices(x, sorted(x.needs))
        for key, need in x.needs.items():
            for pair in need.pairs:
                halves = [h for h in range(14 * x.weeks) if not refused_by(x, need, pair, h, forbidden)]
                assert halves == found.get((key, pair.doctor), []), (seed, key, pair.doctor)
