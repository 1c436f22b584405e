"""Regions without a plan: what clashes is named by rule, subject and amount, and relaxing it is enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from support.changes import with_record, with_rule
from support.tiny import tiny_instance

from models.allocation import Outcome, Settings, plan
from models.answers import Status
from models.assemble import assemble
from models.clashes import Clash
from models.highs import solve
from models.instance import Budget, Instance, Lock

QUICK = Settings(seconds=20.0)


def _relaxed(instance: Instance, clashes: Iterable[Clash]) -> Status:
    """Whether there is a plan with exactly the named rows wider by exactly the named amounts."""
    matrix = assemble(instance, explain=True).matrix
    low, high = matrix.row_lower.copy(), matrix.row_upper.copy()
    for clash in clashes:
        rows = [
            row
            for row in np.flatnonzero(matrix.row_rules == clash.rule).tolist()
            if matrix.row_subjects[row] == clash.subject
        ]
        assert clash.row in rows, "the rule and subject name the row"
        if clash.side == "least":
            low[clash.row] -= clash.amount
        else:
            high[clash.row] += clash.amount
    return solve(matrix.with_row_bounds(low, high), np.zeros(matrix.cols)).status


def _explained(instance: Instance) -> tuple[Outcome, dict[tuple[str, str], float]]:
    """The outcome, after checking what holds of every explanation, and the amounts by (rule, subject)."""
    outcome = plan(instance, QUICK)
    assert outcome.status is Status.INFEASIBLE and outcome.clashes
    assert outcome.tables == {} and outcome.aims == () and outcome.x is None
    assert outcome.proofs == {"sufficient": True, "minimal": True}
    assert _relaxed(instance, outcome.clashes) is Status.OPTIMAL
    for gone in range(len(outcome.clashes)):
        fewer = [clash for at, clash in enumerate(outcome.clashes) if at != gone]
        assert _relaxed(instance, fewer) is Status.INFEASIBLE, "every clash named is needed"
    assert all(clash.unit for clash in outcome.clashes), "amounts have units"
    return outcome, {(clash.rule, clash.subject): clash.amount for clash in outcome.clashes}


def test_too_few_doctors_for_floors_set_hard() -> None:
    """Three sites are promised 12 clinics each, and four doctors have 3 half-days each: 24 clinics too few at least."""
    x = with_rule(
        tiny_instance(levels=(), services={}, volumes={}, usage={}, posts={}, capabilities={}), "site_floor", "hard"
    )
    for name in x.doctors:
        x = with_record(x, "doctors", name, free=(3.0,))
    _, found = _explained(x)
    assert len({rule for rule, _ in found}) == 1 and {rule for rule, _ in found} <= {"doctor_time", "site_floor"}
    assert sum(found.values()) >= 36 - 12 - 1e-6


def test_a_turnaround_nobody_can_meet() -> None:
    """Sterile goods within ten hours, while the loop alone takes 16: everybody's link would have to be late."""
    x = tiny_instance(needs={}, doctors={}, posts={}, usage={})
    x = with_rule(with_record(x, "services", "sterile", turnaround=600.0, waits=(100.0,)), "served", "hard")
    _, found = _explained(x)
    assert len({rule for rule, _ in found}) == 1 and {rule for rule, _ in found} <= {"turnaround", "served"}
    assert all("sterile" in subject for _, subject in found)
    assert len(found) == 5 and all(amount == pytest.approx(1.0) for amount in found.values())


def test_two_locks_that_clash_only_through_a_rule() -> None:
    """D1 must hold clinics at S1 and at S2, each fortnightly at least, and has time for one of them."""
    locks = (
        Lock("locks row 1", "session", True, doctor="D1", institution="S1"),
        Lock("locks row 2", "session", True, doctor="D1", institution="S2"),
    )
    x = with_record(tiny_instance(levels=(), services={}, volumes={}, usage={}), "doctors", "D1", free=(16.0,))
    for site in ("S1", "S2"):
        x = replace(x, needs={**x.needs, (site, "K1"): replace(x.needs[site, "K1"], modes=("fortnightly", "posted"))})
    x = replace(x, doctors={"D1": x.doctors["D1"]})
    for one in locks:
        assert plan(replace(x, locks=(one,)), QUICK).x is not None
    _, found = _explained(replace(x, locks=locks))
    assert found == {("frequency", "S1 K1 Q1"): pytest.approx(1.0)} or {rule for rule, _ in found} <= {
        "doctor_time",
        "lock",
    }


def test_a_budget_below_the_forced_centres() -> None:
    """Two forced centres cost 650,000 yuan a year before any item; the budget is 500,000."""
    x = tiny_instance(needs={}, doctors={}, posts={}, usage={}, budget=Budget(500_000.0))
    for level in (0, 1):
        x = with_record(x, "levels", level, state="forced")
    _, found = _explained(x)
    assert found == {("budget", ""): pytest.approx(15.0, abs=1e-4)}


def test_a_budget_below_the_forced_centres_with_people() -> None:
    """The same with doctors and needs: the explanation does not drown in them."""
    x = tiny_instance(budget=Budget(500_000.0))
    for level in (0, 1):
        x = with_record(x, "levels", level, state="forced")
    _, found = _explained(x)
    assert found == {("budget", ""): pytest.approx(15.0, abs=1e-4)}


def test_a_title_that_nobody_has() -> None:
    """A lock on a doctor below the title: the filter is named, although the clinic is no column of the plan."""
    x = tiny_instance(levels=(), services={}, volumes={}, usage={}, posts={})
    x = with_record(x, "specialties", "K2", min_title=4)
    x = replace(x, locks=(Lock("locks row 1", "session", True, doctor="D3", institution="S1"),))
    _, found = _explained(x)
    assert set(found) in ({("title_floor", "D3 S1 K2 Q1")}, {("lock", "locks row 1")})


def test_the_same_explanation_twice() -> None:
    """Explanations are repeatable."""
    x = tiny_instance(needs={}, doctors={}, posts={}, usage={}, budget=Budget(500_000.0))
    x = with_record(with_record(x, "levels", 0, state="forced"), "levels", 1, state="forced")
    one, other = plan(x, QUICK).clashes, plan(x, QUICK).clashes
    assert one == other
