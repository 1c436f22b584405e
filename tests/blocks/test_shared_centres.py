"""The block `shared_centres`: its formulation, and its rules one by one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from support.one_service import FLOORS, PEOPLE, Best, alliance, backed, level, pair, peaks, service, split, two_services
from support.tiny import tiny_instance, with_record, with_rule

from models import shared_centres
from models.assemble import assemble
from models.highs import Status
from models.instance import Aims, Instance, Lock
from models.ledger import Ledger
from models.rows import Sheet, print_rows
from models.rules import RULES

SNAPSHOT = Path(__file__).resolve().parent.parent / "snapshots" / "shared_centres.lp"


# --- the formulation ------------------------------------------------------------------------------


def built(instance: Instance) -> tuple[Any, Ledger]:
    """The block alone, as Pyomo model and ledger."""
    model = pyo.ConcreteModel()
    model.shared_centres = pyo.Block()
    ledger = Ledger(Sheet())
    shared_centres.build(model.shared_centres, instance, ledger)
    return model, ledger


def rich() -> Instance:
    """A small case in which nearly every family has a row."""
    sterile = replace(tiny_instance().services["sterile"], unserved_cost=200.0, window=200.0, max_centres=1)
    ecg = replace(tiny_instance().services["ecg"], single_source=False, min_items_per_day=8.0)
    levels = tiny_instance().levels
    return tiny_instance(
        services={"ecg": ecg, "sterile": replace(sterile, single_source=True, turnaround=2000.0)},
        levels=(
            replace(levels[0], state="existing", closing_cost=5_000.0),
            replace(
                levels[0], level="small", items_per_day=60.0, servers=1.0, cost_per_item=7.0, cost_per_item_minute=0.1
            ),
            replace(levels[1], state="forced", opening_cost=20_000.0),
            levels[2],
            replace(levels[3], state="forbidden"),
        ),
        locks=(
            Lock("locks row 1", "centre", True, institution="H1", service="ecg"),
            Lock("locks row 2", "service", False, 3.0, institution="S1", service="ecg", host="H2"),
        ),
        rules=tiny_instance().rules,
        aims=Aims(order=("floors", "cost", "change", "farthest")),
        options={**tiny_instance().options, "shared_centres": shared_centres.Options(backup=("ecg",))},
    )


def test_docstring_names_what_is_built() -> None:
    """The names under Decisions and Constraints are exactly the variables and row families built."""
    text = shared_centres.__doc__ or ""
    decisions = text.split("Decisions\n")[1].split("Constraints\n")[0]
    constraints = text.split("Constraints\n")[1].split("What it adds")[0]
    model, ledger = built(rich())
    rows = {family.name for family in ledger.sheet.families}
    rows |= {one.local_name for one in model.shared_centres.component_objects(pyo.Constraint)}
    assert set(re.findall(r"``(\w+)``", decisions)) == {columns.name for columns in ledger.sheet.columns}
    assert set(re.findall(r"``(\w+)``", constraints)) == rows


def test_everything_is_documented_in_the_model() -> None:
    """Every variable and family has a doc, every rule named is one of the catalogue, of this block or the whole."""
    _, ledger = built(rich())
    for columns in ledger.sheet.columns:
        assert columns.doc
        assert columns.unit
    for family in ledger.sheet.families:
        assert family.doc
        if family.rule:
            assert RULES[family.rule].block in ("shared_centres", "whole")


def test_lp_snapshot(tmp_path: Path) -> None:
    """The block prints the same LP as before; ALLIANCE_REWRITE_SNAPSHOTS=1 rewrites the snapshot."""
    model, ledger = built(rich())
    print_rows(model, ledger.sheet)
    model.cost = pyo.Objective(expr=sum(coef * columns.var[key] for columns, key, coef in ledger.aims["cost"]))
    file = tmp_path / "model.lp"
    model.write(str(file), io_options={"symbolic_solver_labels": True})
    text = file.read_text(encoding="utf-8")
    if os.environ.get("ALLIANCE_REWRITE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8")


def test_printed_rows_are_the_arrays() -> None:
    """The arrays handed to the solver and the ordinary Pyomo rows have the same optimum."""
    instance = pair(service(max_centres=1), levels=(level("A", fixed=5.0), level("B", fixed=1.0)))
    model, ledger = built(instance)
    block = model.shared_centres
    print_rows(model, ledger.sheet)
    plan = {("A", "S", "one", 0.0): 0.0, ("B", "S", "one", 0.0): 1.0}
    for key, value in plan.items():
        block.open[key] = value
    for i in ("P", "R"):
        block.serve[i, "A", "S"], block.serve[i, "B", "S"], block.unserved[i, "S"] = 0.0, 1.0, 0.0
    for constraint in model.component_data_objects(pyo.Constraint, descend_into=True):
        body = pyo.value(constraint.body)
        assert constraint.lower is None or body >= pyo.value(constraint.lower) - 1e-9
        assert constraint.upper is None or body <= pyo.value(constraint.upper) + 1e-9
    paid = sum(coef * pyo.value(columns.var[key]) for columns, key, coef in ledger.aims["cost"])
    assert paid == pytest.approx(Best(instance).cost) == pytest.approx(401.0)


def violated(instance: Instance, plan: dict[str, float]) -> set[str]:
    """Rows that a hand-made plan breaks, by rule and subject; columns that are not named are 0."""
    model = assemble(instance, without=PEOPLE)
    names = model.matrix.col_names()  # type: ignore[operator,misc]
    unknown = set(plan) - set(names)
    assert not unknown, unknown
    x = np.array([plan.get(name, 0.0) for name in names])
    activity = model.matrix.A @ x
    low, high = model.matrix.row_lower - 1e-9, model.matrix.row_upper + 1e-9
    broken = np.flatnonzero((activity < low) | (activity > high))
    return {f"{model.matrix.row_rules[row]}[{model.matrix.row_subjects[row]}]" for row in broken}


def test_a_broken_plan_names_its_rows() -> None:
    """A plan made by hand breaks the rows that it should, and no others."""
    one = service(turnaround=30.0, waits=(15.0, 40.0), minutes_per_item=3.0, max_centres=1, min_items_per_day=50.0)
    instance = pair(one, levels=(level("A", items=15.0), level("B", items=15.0)), rules={})
    plan = {
        "shared_centres.open[A,S,one,40.0]": 1.0,
        "shared_centres.open[A,S,one,15.0]": 1.0,
        "shared_centres.open[B,S,one,15.0]": 1.0,
        "shared_centres.serve[P,A,S]": 1.0,
        "shared_centres.serve[R,A,S]": 1.0,
    }
    assert violated(instance, plan) == {"one_level[A S]", "max_centres[S]", "least_volume[A S]", "least_volume[B S]"}
    del plan["shared_centres.open[A,S,one,15.0]"]
    del plan["shared_centres.open[B,S,one,15.0]"]
    assert violated(instance, plan) == {
        "turnaround[P A S]", "turnaround[R A S]", "centre_capacity[A S]", "least_volume[A S]",
        "shared_centres.enough_capacity[S]",
    }  # fmt: skip
    plan = {"shared_centres.serve[P,B,S]": 1.0, "shared_centres.unserved[R,S]": 1.0}
    found = violated(instance, plan)
    assert found >= {"shared_centres.only_if_open[P B S]", "turnaround[P B S]", "served[R S]"}


# --- each rule binds ----------------------------------------------------------------------------------


def _grouped() -> Instance:
    groups = {("A", "S"): frozenset({"g"}), ("B", "S"): frozenset({"k"})}
    return pair(service_groups={("P", "S"): "k"}, host_groups=groups)


def _two_levels() -> Instance:
    """20 items need both levels of the only host, of 12 items each."""
    minutes = {("P", "A"): 10.0, ("R", "A"): 10.0}
    return alliance(minutes, {"P": 10.0, "R": 10.0}, [level("A", "one", 12.0), level("A", "two", 12.0)])


BINDING: dict[str, Callable[[], Instance]] = {
    "served": lambda: pair(levels=(level("A", items=10.0),)),
    "single_source": split,
    "one_level": _two_levels,
    "turnaround": lambda: pair(
        service(moves="goods", turnaround=1000.0, loops_per_week=14.0, waits=(25.0,)),
        levels=(level("A", items=1000.0), level("B", items=1000.0, fixed=1000.0)),
    ),
    "promised_wait": peaks,
    "centre_capacity": lambda: pair(levels=(level("A", items=10.0, fixed=1.0), level("B", fixed=1000.0))),
    "window": lambda: pair(service(window=135.0), levels=(level("A"), level("B", fixed=1000.0))),
    "service_max_minutes": lambda: pair(service(max_minutes=20.0), levels=(level("A"), level("B", fixed=1000.0))),
    "membership": _grouped,
    "least_volume": lambda: pair(service(min_items_per_day=15.0)),
    "max_centres": lambda: pair(service(max_centres=1)),
    "max_services": lambda: with_record(two_services(), "institutions", "A", max_services=1),
    "forced_centre": lambda: pair(levels=(level("A"), level("B", fixed=1000.0, state="forced"))),
    "forbidden_centre": lambda: pair(levels=(level("A"), level("B", state="forbidden"))),
    "backup": backed,
}


def test_every_rule_of_the_block_has_a_binding_case() -> None:
    """The cases cover the catalogue."""
    assert set(BINDING) == {rule.id for rule in RULES.values() if rule.block == "shared_centres"}


@pytest.mark.parametrize("rule", sorted(BINDING))
def test_the_rule_binds(rule: str) -> None:
    """Switching the rule off gives a better plan than keeping it; as a soft rule it has a price."""
    kept, free = Best(with_rule(BINDING[rule](), rule, "soft")), Best(with_rule(BINDING[rule](), rule, "off"))
    assert (free.floors, free.cost) < (kept.floors - 1e-6, np.inf) or free.cost < kept.cost - 1e-6
    hard = Best(with_rule(BINDING[rule](), rule, "hard"))
    assert FLOORS * hard.floors + hard.cost >= FLOORS * kept.floors + kept.cost - 1e-3


def test_the_lock_binds() -> None:
    """A lock on a centre and one on a service hold, hard and with a weight; `must = no` forbids."""
    assert Best(pair()).links == {"P": "A", "R": "B"}
    must = Lock("row 1", "service", True, institution="P", service="S", host="B")
    assert Best(pair(locks=(must,))).links["P"] == "B"
    assert Best(pair(locks=(replace(must, must=False, host="A"),))).links["P"] == "B"
    assert Best(pair(locks=(Lock("row 1", "centre", False, institution="A", service="S"),))).centres == ["B"]
    dear = (level("A", fixed=100.0), level("B"), level("C", fixed=100.0))
    held = Best(pair(levels=dear, locks=(Lock("row 1", "centre", True, institution="C", service="S"),)))
    assert held.centres == ["A", "B", "C"]
    soft = Lock("row 1", "service", True, 2.5, institution="P", service="S", host="nobody")
    assert Best(pair(locks=(soft,))).floors == pytest.approx(2.5)
    forbid = Best(with_rule(pair(locks=(must,)), "lock", "off"))
    assert forbid.links["P"] == "A"


def test_locks_that_nothing_can_keep_are_infeasible() -> None:
    """A hard lock on a host that is no candidate leaves no plan."""
    lock = Lock("row 1", "service", True, institution="P", service="S", host="nobody")
    assert Best(pair(locks=(lock,))).status is Status.INFEASIBLE
