"""Turns on far trips in the allocation: pools, accounts, the fairest plan, and quarters that go round."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.blocks import alone, optimum, plan_vector
from support.changes import two_quarters, with_added, with_record, with_rule, without
from support.tiny import tiny_instance

from models.allocation import Outcome, Settings, plan
from models.clinic_turns import pools
from models.instance import Aims, Instance, Lock
from models.visits import Staff, visits_allowed

QUICK = Settings(seconds=20.0)
KEPT = {"levels": (), "services": {}, "volumes": {}, "usage": {}, "capabilities": {}, "posts": {}}


def department(*accounts: float, free: float = 26.0) -> Instance:
    """As many doctors of one department as accounts; only the far site S2 needs them, once a week."""
    x = tiny_instance(**KEPT)
    who = replace(x.doctors["D1"], free=(free,))
    doctors = {f"D{n}": replace(who, id=f"D{n}", far_before=before) for n, before in enumerate(accounts, 1)}
    need = replace(x.needs["S2", "K1"], modes=("weekly",))
    x = replace(x, doctors=doctors, needs={("S2", "K1"): need})
    for site in x.sites:
        x = with_record(x, "sites", site, floor=(13.0 if site == "S2" else 0.0,))
    return x


def trips(outcome: Outcome) -> dict[str, int]:
    """Far trips of each doctor who has some."""
    held = outcome.tables["sessions"].groupby("doctor")["sessions"].sum()
    return {str(doctor): int(count) for doctor, count in held.items()}


def value(outcome: Outcome, aim: str) -> float:
    return next(one.value for one in outcome.aims if one.name == aim)


def fairest(accounts: tuple[float, ...], clinics: int, least: int) -> float:
    """The least sum of squares over all ways to share clinics of which one doctor holds `least` or more."""

    def shares(left: int, doctors: int) -> list[tuple[int, ...]]:
        if doctors == 1:
            return [(left,)]
        return [(n, *rest) for n in range(left + 1) for rest in shares(left - n, doctors - 1)]

    low = min(accounts)
    return min(
        sum((a - low + n) ** 2 - (a - low) ** 2 for a, n in zip(accounts, held, strict=True))
        for held in shares(clinics, len(accounts))
        if max(held) >= least
    )


# --- the fairest plan -------------------------------------------------------------------------------


@pytest.mark.parametrize("accounts", [(0.0, 0.0, 0.0), (12.0, 3.0, 0.0), (5.0, 5.0, 30.0), (1.0, 40.0)])
def test_the_plan_is_the_fairest_of_all(accounts: tuple[float, ...]) -> None:
    """Of all ways to share thirteen clinics with a main doctor for ten, the plan has the least squares, proved."""
    outcome = plan(department(*accounts), QUICK)
    found = next(aim for aim in outcome.aims if aim.name == "fairness")
    assert sum(trips(outcome).values()) == 13
    assert found.value == pytest.approx(fairest(accounts, 13, 10))
    assert found.bound == pytest.approx(found.value, abs=0.5 + 0.01 * found.value)
    assert outcome.model is not None and outcome.x is not None
    assert outcome.model.matrix.violations(outcome.x, 1e-5).empty


def test_quarters_go_round_against_the_pull_of_change() -> None:
    """Three doctors, one far site, each plan the next one's today: each leads once, all are even within four."""
    accounts, today, led = [0.0, 0.0, 0.0], dict[tuple[str, str, str], tuple[int, ...]](), list[str]()
    for _ in range(3):
        outcome = plan(replace(department(*accounts), today_sessions=today), QUICK)
        held = trips(outcome)
        led.append(max(held, key=lambda doctor: held[doctor]))
        accounts = [before + held.get(f"D{n}", 0) for n, before in enumerate(accounts, 1)]
        today = {(doctor, "S2", "K1"): (count,) for doctor, count in held.items()}
    assert sorted(led) == ["D1", "D2", "D3"]
    assert max(accounts) - min(accounts) <= 4.0
    without_turns, order = [0.0, 0.0, 0.0], tuple(aim for aim in Aims().order if aim != "fairness")
    today = {("D1", "S2", "K1"): (13,)}
    for _ in range(3):
        x = replace(department(*without_turns), today_sessions=today, aims=Aims(order=order))
        held = trips(plan(x, QUICK))
        without_turns = [before + held.get(f"D{n}", 0) for n, before in enumerate(without_turns, 1)]
    assert without_turns == [39.0, 0.0, 0.0]


def test_change_decides_among_equals() -> None:
    """Two doctors have as much on their accounts: the one of today's roster stays."""
    x = replace(department(4.0, 4.0), today_sessions={("D2", "S2", "K1"): (10,), ("D1", "S2", "K1"): (3,)})
    outcome = plan(x, QUICK)
    assert trips(outcome) == {"D2": 10, "D1": 3}
    assert value(outcome, "change") == 0.0


# --- what stands before fairness ----------------------------------------------------------------------


def test_locks_and_limits_on_change_come_first() -> None:
    """D1 has forty on the account and stays: locked there with nobody else, or with none of the clinics to give up."""
    x = replace(department(40.0, 0.0), today_sessions={("D1", "S2", "K1"): (13,)})
    assert trips(plan(x, QUICK))["D2"] >= 10
    locked = replace(x, locks=(Lock("locks row 1", "session", False, doctor="D2"),))
    assert trips(plan(locked, QUICK)) == {"D1": 13}
    assert trips(plan(replace(x, change_limit=0), QUICK)) == {"D1": 13}
    assert trips(plan(replace(x, change_limit=2), QUICK)) == {"D1": 11, "D2": 2}


def test_nobody_is_spared_at_the_patients_cost() -> None:
    """The clinics are as many as without the aim, though fewer would be fairer still."""
    x = department(9.0, 7.0, 8.0)
    order = tuple(aim for aim in Aims().order if aim != "fairness")
    plain = plan(replace(x, aims=Aims(order=order)), QUICK)
    fair = plan(x, QUICK)
    assert sum(trips(fair).values()) == sum(trips(plain).values())
    for aim in ("floors", "unmet", "travel", "cost"):
        assert value(fair, aim) == pytest.approx(value(plain, aim), abs=1e-3, rel=1e-6)


# --- pools and accounts -------------------------------------------------------------------------------


def _pools(x: Instance) -> list[list[str]]:
    who, _ = visits_allowed(x, explain=False)
    found: dict[int, list[str]] = {}
    for name, pool in zip(x.labels.doctors, pools(x, who, Staff(x).minutes_to(*who[:2])).tolist(), strict=True):
        found.setdefault(pool, []).append(name)
    return sorted(names for pool, names in found.items() if pool >= 0)


def test_a_pool_is_who_could_go_instead() -> None:
    """K1: D1 and D2 share S2 and S3, and D4 could hold the same clinics from nearby; D3 alone has K2."""
    x = tiny_instance()
    assert _pools(x) == [["D1", "D2", "D4"]]
    groups = tiny_instance(groups=2)
    assert _pools(groups) == [["D1", "D2"]]
    more = with_added(x, "doctors", "D5", replace(x.doctors["D3"], id="D5"))
    assert _pools(more) == [["D1", "D2", "D4"], ["D3", "D5"]]


def test_nothing_is_built_where_nobody_shares_a_far_site() -> None:
    """No far site, one doctor, or the aim left out: no column, and the model is that of before."""
    near = department(0.0, 0.0)
    near = with_record(near, "doctors", "D1", minutes={"S2": 45.0})
    near = with_record(near, "doctors", "D2", minutes={"S2": 45.0})
    alone_there = without(department(0.0, 9.0), "doctors", ["D2"])
    left_out = replace(department(0.0, 9.0), aims=Aims(order=("floors", "unmet", "change")))
    for x in (near, alone_there, left_out):
        model = alone(x, "sessions", "referrals")
        assert model.variable("sessions.far_unit") is None and not model.aims["fairness"][0].any()


@pytest.mark.parametrize("state", ["hard", "soft", "off"])
def test_the_value_is_the_square_of_account_and_trips(state: str) -> None:
    """Seven trips on an account three above the least: (3 + 7)^2 - 3^2 and 2^2, with whole days and without."""
    x = with_rule(department(5.0, 2.0), "whole_day", state)
    model = alone(x, "sessions")
    held = {("D1", "S2", "K1", "Q1"): 7.0, ("D2", "S2", "K1", "Q1"): 2.0}
    days = {} if state == "off" else {"sessions.days": {(d, "S2", "Q1"): n for (d, *_), n in held.items()}}
    x0 = plan_vector(model, {"sessions.clinics": held, **days})
    assert model.value("fairness", x0) == pytest.approx((3 + 7) ** 2 - 3**2 + 2**2)


def test_the_horizon_is_one_account() -> None:
    """Over two quarters the trips add up: whoever leads the first one spares the second."""
    x = two_quarters(department(0.0, 0.0))
    best = optimum(alone(x, "sessions", "referrals"), ("floors", "unmet", "fairness"))
    assert best.values[2] == pytest.approx(13**2 + 13**2)
