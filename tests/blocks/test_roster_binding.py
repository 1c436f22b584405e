"""Every rule of the dated roster binds somewhere: a rule without an entry in this table fails the suite.

As in `test_binding`: with the rule the optimum is strictly worse than without it, and the roster found
without it breaks the rule where that alone has a price.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from support.blocks import worse
from support.rosters import doctor, halves, need, pair, roster, site, with_state

from models.answers import Limits, Status
from models.highs import solve
from models.matrix import Matrix
from models.roster_counts import build_counts
from models.roster_dates import build_dates
from models.roster_instance import RosterDepartment, RosterInstance
from models.roster_model import RosterModel
from models.rules import RULES

AIMS = ("roster_promises", "roster_unheld")
EXACT = Limits(absolute_gap=1e-7, relative_gap=0.0)
MONDAYS = halves(1, slots=(0,))
NEAR = {("S1", "S2"): 10.0, ("S2", "S1"): 10.0}


def _one(**changes: Any) -> RosterInstance:
    """One doctor, one site, a weekly clinic."""
    return roster([doctor("D1", **changes)], [site("S1")], [need("S1", "K1", pair("D1"))])


def _two_places(free: frozenset[int], **changes: Any) -> RosterInstance:
    """One doctor and a weekly clinic at each of two sites."""
    needs = [need("S1", "K1", pair("D1")), need("S2", "K1", pair("D1"), weight=20.0)]
    return roster([doctor("D1", free=free)], [site("S1"), site("S2")], needs, **changes)


def _two_people(rooms: int = 2, stock: dict[str, int] | None = None, away: int | None = None) -> RosterInstance:
    """Two doctors of one department who are free on Monday mornings only, at one site."""
    needs = [need("S1", k, pair(d), equipment=("ecg",)) for d, k in (("D1", "K1"), ("D2", "K2"))]
    x = roster([doctor(d, free=MONDAYS) for d in ("D1", "D2")], [site("S1", rooms=rooms, equipment=stock)], needs)
    limit = {} if away is None else dict.fromkeys(MONDAYS, away)
    return replace(x, departments={"H1/DEP": RosterDepartment("H1/DEP", frozenset({"D1", "D2"}), limit)})


def _kept_today() -> RosterInstance:
    """Today's clinics on Mondays at S1 stand in the way of a better use of them at S2."""
    x = _two_places(MONDAYS, site_minutes=NEAR, change_limit=0)
    return replace(x, today=frozenset(("D1", "S1", "K1", half) for half in MONDAYS))


def _closed() -> RosterInstance:
    x = _one()
    opened = halves(1, 2, 3, 4, 5, weeks=3)
    return replace(x, sites={"S1": replace(x.sites["S1"], open=opened)})


CASES: dict[str, Callable[[], RosterInstance]] = {
    "roster_count": lambda: _one(free=halves(1, weeks=3)),
    "doctor_free": lambda: _one(free=halves(1, weeks=3)),
    "site_open": _closed,
    "one_place": lambda: _two_places(MONDAYS, site_minutes=NEAR),
    "two_sites": lambda: _two_places(halves(1)),
    "week_limit": lambda: replace(
        x := _two_places(halves(1, 2)), doctors={"D1": replace(x.doctors["D1"], week_limit=1)}
    ),
    "roster_time": lambda: _one(budget=(3,)),
    "room_half_day": lambda: _two_people(rooms=1),
    "equipment_half_day": lambda: _two_people(stock={"ecg": 1}),
    "home_cover_half_day": lambda: _two_people(away=1),
    "least_gap": lambda: _one(free=halves(1, 2, weeks=2)),
    "change_limit": _kept_today,
}


def _optimum(model: RosterModel, matrix: Matrix | None = None) -> tuple[tuple[float, ...], Any]:
    """The first aims in order, each capped at its optimum for the next; and the solution."""
    left, values, x = model.matrix if matrix is None else matrix, list[float](), np.zeros(0)
    for aim in AIMS:
        cost, constant = model.aims[aim]
        answer = solve(left, cost, constant, limits=EXACT)
        assert answer.x is not None and answer.status is Status.OPTIMAL
        x = answer.x
        values.append(answer.objective)
        left = left.with_rows(sp.csr_matrix(cost), [-np.inf], [answer.objective - constant + 1e-6], ["cap"], [aim])
    return tuple(values), x


def _model(rule: str, state: Any) -> RosterModel:
    x = with_state(CASES[rule](), rule, state)
    return build_dates(x, sorted(x.needs))


def _least_breach(rule: str, found: RosterModel, x: Any) -> float:
    """How far the rule must give for these clinics, in a model where only that has a price."""
    soft = _model(rule, "soft")
    columns, mine = found.columns("visit"), soft.columns("visit")
    assert columns is not None and mine is not None
    held = {columns.keys[at] for at in np.flatnonzero(x[found.places("visit")] > 0.5)}
    assert held <= set(mine.keys)
    matrix = soft.matrix.fixed(soft.places("visit"), np.array([float(key in held) for key in mine.keys]))
    cost, constant = soft.aims["roster_promises"]
    answer = solve(matrix, cost, constant, limits=EXACT)
    assert answer.x is not None, "the roster breaks another rule"
    return float(answer.objective)


def test_every_rule_of_the_roster_has_an_entry() -> None:
    """The table covers the block `roster` of the catalogue, and nothing else."""
    assert set(CASES) == {rule.id for rule in RULES.values() if rule.block == "roster"}


@pytest.mark.parametrize("rule", [rule for rule in CASES if RULES[rule].kind in ("hard", "filter")])
def test_a_rule_of_the_roster_binds(rule: str) -> None:
    """The rule makes the optimum strictly worse, and the roster found without it breaks it."""
    kept, _ = _optimum(_model(rule, "hard"))
    model = _model(rule, "off")
    free, x = _optimum(model)
    assert worse(kept, free), (kept, free)
    assert _least_breach(rule, model, x) > 1e-3


@pytest.mark.parametrize("rule", [rule for rule in CASES if RULES[rule].kind in ("hard", "filter")])
def test_a_soft_rule_of_the_roster_is_priced(rule: str) -> None:
    """A heavy weight keeps the rule; its shortfall is a promise, the first aim."""
    kept, _ = _optimum(_model(rule, "hard"))
    assert _optimum(_model(rule, "soft"))[0] == pytest.approx(kept)


@pytest.mark.parametrize("rule", CASES)
@pytest.mark.parametrize("state", ["hard", "soft", "off"])
def test_the_counting_stage_stays_a_bound(rule: str, state: Any) -> None:
    """Whatever the state of a rule, the counts promise no more than the dates hold."""
    if RULES[rule].kind == "structure" and state != "hard":
        return
    x = with_state(CASES[rule](), rule, state)
    bound, _ = _optimum(build_counts(x, sorted(x.needs)))
    dated, _ = _optimum(build_dates(x, sorted(x.needs)))
    assert not worse(bound, dated, 1e-6), (bound, dated)


def test_clinics_not_held_are_counted() -> None:
    """Without the rows of `roster_count` a clinic that has no half-day would cost nothing, and not add up."""
    model = _model("roster_count", "hard")
    matrix = model.matrix.drop_rows(model.matrix.row_rules == "roster_count")
    (kept, _), (free, x) = _optimum(model), _optimum(model, matrix)
    assert worse(kept, free)
    assert set(model.matrix.violations(x, 1e-3)["rule"]) == {"roster_count"}
