"""Rows of the block `grouping`: LP snapshot, docstring, a broken grouping, and an instance in which each rule binds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pyomo.environ as pyo
import pytest
from support.blocks import SNAPSHOTS, check_snapshot
from support.grids import grid, instance, locked, ruled

from models import grouping
from models.answers import Status
from models.grouping_cuts import Separation, with_cuts
from models.grouping_instance import GroupingInstance, Unit
from models.grouping_model import GroupingModel, compile_grouping
from models.grouping_route import GroupingOutcome, GroupSettings, solve_grouping
from models.instance import RuleSetting
from models.rows import Rows, print_rows
from models.rules import GROUP_RULES, RULES

EXACT = GroupSettings(seconds=None, gap=0.0)
ALL = ("floors", "balance", "travel", "cut_edges", "change")


def rich() -> GroupingInstance:
    """A 2 x 3 grid with an island, two leads, three loads, capabilities, locks, today's groups and a longest trip."""
    x = grid(2, 3, [(0, 0), (1, 2)], today={"u01": "G u12", "u02": "G u12"}, order=ALL, max_minutes=25.0)
    units = [
        replace(u, loads={**u.loads, "need": 10.0 + at, "risk": 800.0}, sent={"K1": 2.0 + at}, weight=1.0 + at)
        for at, u in enumerate(x.units)
    ]
    units.append(Unit("u99", ("u99", "v1"), "G u00", {"population": 300.0}, 0.5))
    centres = tuple(replace(c, capability={"K1": 9.0}) for c in x.centres)
    minutes = {**x.minutes, ("u99", "u00"): 20.0, ("u99", "u12"): 30.0}
    x = replace(x, units=tuple(units), centres=centres, minutes=minutes)
    x = locked(locked(x, "u01", "u12", must=False), "u02", "u12", weight=3.0)
    return ruled(x, group_minutes="soft")


def soft() -> GroupingInstance:
    """The same with pieces and longer trips allowed at a price."""
    return ruled(rich(), contiguous="soft")


def free() -> GroupingInstance:
    """Two groups of four units in a row, centres to be chosen."""
    return grid(1, 4, (), 2, {"u00": 3_000.0}, order=("floors", "travel"), centres="any", tolerance_population=0.5)


def held() -> GroupingInstance:
    """The same with two companions kept together by a lock."""
    return locked(free(), "u02", "u03")


def lp(model: GroupingModel) -> str:
    """All rows, and the aims as rows, as an LP file."""
    family = Rows(model.sheet, "grouping", "aims", doc="the aims")
    for aim, vector in model.aims.items():
        terms = []
        for columns in model.sheet.columns:
            first = int(model.sheet.offsets()[columns.number])
            terms += [(columns, key, vector[first + at]) for at, key in enumerate(columns.keys) if vector[first + at]]
        if terms:
            family.row((aim,), terms, lower=0.0)
    print_rows(model.pyomo, model.sheet)
    model.pyomo.objective = pyo.Objective(expr=0.0)
    path = SNAPSHOTS / f".grouping.{os.getpid()}.lp"
    try:
        model.pyomo.write(str(path), io_options={"symbolic_solver_labels": True})
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    finally:
        path.unlink(missing_ok=True)


@pytest.mark.parametrize(("name", "make"), [("grouping", rich), ("grouping_free", free)])
def test_the_rows_are_those_stored(name: str, make: Callable[[], GroupingInstance]) -> None:
    """LP snapshot with leads, and with centres to be chosen."""
    check_snapshot(name, lp(compile_grouping(make())))


def test_the_docstring_names_what_is_built() -> None:
    """Variables and rows in the docstring are those of the models, and no others."""
    models = [compile_grouping(make()) for make in (rich, soft, free, held)]
    names = set(re.findall(r"``([a-z_]+)``", grouping.__doc__ or ""))
    made = {columns.name for model in models for columns in model.sheet.columns if columns.path.startswith("grouping.")}
    made |= {family.name for model in models for family in model.sheet.families}
    assert made - names == set(), "built but not in the docstring"
    assert names - made == set(), "in the docstring but never built"


def test_every_rule_of_the_catalogue_is_a_row_or_a_table() -> None:
    """All rules of groups have rows but `follows_parent`, which is how units are made."""
    found = {family.rule for make in (rich, free) for family in compile_grouping(make()).sheet.families} - {""}
    assert found - {"lock"} == {rule.id for rule in GROUP_RULES.values()} - {"follows_parent"}
    assert found <= set(RULES)


def test_a_broken_grouping_is_named_by_its_rules() -> None:
    """A unit with two groups, a lead away, an end cut off and a full group break these rows and no others."""
    x = grid(1, 5, [(0, 0), (0, 4)], tolerance_population=0.3, order=("floors", "travel"))
    model = compile_grouping(x, explain=True)
    groups = {"u00": "u00", "u01": "u04", "u02": "u00", "u03": "u00", "u04": "u04"}
    broken = model.matrix.violations(model.start(groups))
    assert set(broken["rule"]) == {"contiguous"} and set(broken["subject"]) == {"u01 G u04"}
    cuts = Separation(model).broken(groups)
    broken = with_cuts(model, model.matrix, cuts).violations(model.start(groups))
    assert set(broken["rule"]) == {"contiguous"} and set(broken["subject"]) == {"u01 G u04", "u02 G u00", "u03 G u00"}
    away = model.start({**dict.fromkeys(x.unit, "u00"), "u04": "u00"})
    away[model.place("x", ("u02", "u04"))] = 1.0  # type: ignore[index]
    table = model.matrix.violations(away)
    assert set(table["rule"]) == {"balance_population", "contiguous", "lead_home", "one_group"}
    assert set(table[table["rule"] == "lead_home"]["subject"]) == {"u04"}


# --- every rule binds -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """An instance and what must differ between a rule in force and the same without it."""

    make: Callable[[], GroupingInstance]
    aim: str = "travel"


def _bend() -> GroupingInstance:
    spots = {f"a{n}": (float(n), 0.0) for n in range(4)} | {f"b{n}": (float(n), 0.6) for n in range(4)}
    edges = [(f"a{n}", f"a{n + 1}") for n in range(3)] + [(f"b{n}", f"b{n + 1}") for n in range(3)] + [("a3", "b3")]
    return instance(spots, edges, ["a0", "b3"], order=("floors", "travel"))


def _loaded(load: str) -> GroupingInstance:
    x = grid(1, 5, [(0, 0), (0, 4)], order=("floors", "travel"), tolerance_need=0.2, tolerance_risk=0.2)
    heavy = {"u03": 20.0, "u04": 60.0}
    units = tuple(replace(u, loads={**u.loads, load: heavy.get(u.id, 10.0)}) for u in x.units)
    return replace(x, units=units)


def _capable() -> GroupingInstance:
    x = grid(1, 5, [(0, 0), (0, 4)], order=("floors", "travel"))
    units = tuple(replace(u, sent={"K1": 5.0}) for u in x.units)
    centres = tuple(replace(c, capability={"K1": 5.0 if c.unit == "u00" else 100.0}) for c in x.centres)
    return replace(x, units=units, centres=centres)


CASES: dict[str, Case] = {
    "contiguous": Case(_bend),
    "balance_population": Case(
        lambda: grid(
            1, 5, [(0, 0), (0, 4)], people={"u00": 4_000.0}, order=("floors", "travel"), tolerance_population=0.1
        )
    ),
    "balance_need": Case(lambda: _loaded("need")),
    "balance_risk": Case(lambda: _loaded("risk")),
    "group_capability": Case(_capable),
    "group_minutes": Case(
        lambda: locked(
            grid(
                1,
                5,
                [(0, 0), (0, 4)],
                order=("floors", "change"),
                today=dict.fromkeys(["u03"], "G u00"),
                max_minutes=25.0,
            ),
            "u02",
            "u00",
        ),
        "change",
    ),
}


def _solved(rule: str, state: str) -> GroupingOutcome:
    x = CASES[rule].make()
    return solve_grouping(replace(x, rules={**x.rules, rule: RuleSetting(state)}), EXACT)  # type: ignore[arg-type]


def _value(found: GroupingOutcome, aim: str) -> float:
    return next(result.value for result in found.aims if result.name == f"group_{aim}")


def test_every_rule_that_can_be_set_has_a_case() -> None:
    """A rule that no instance feels may not be added to the catalogue."""
    assert set(CASES) == {rule.id for rule in GROUP_RULES.values() if rule.kind != "structure"}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_binds(rule: str) -> None:
    """In force the aim is strictly worse than without it; soft with a small weight it is told as a shortfall."""
    aim = CASES[rule].aim
    kept, without = _solved(rule, "hard"), _solved(rule, "off")
    assert kept.status is without.status is Status.OPTIMAL
    assert _value(kept, aim) > _value(without, aim) + 1e-6
    x = CASES[rule].make()
    forced = replace(x, rules={**x.rules, rule: RuleSetting("soft", 1.0)})
    for unit, seat in without.groups.items():
        forced = locked(forced, unit, seat)
    told = solve_grouping(forced, EXACT).tables["shortfalls"]
    assert set(told["rule"]) == {rule}, "the grouping found without the rule breaks it"


@pytest.mark.parametrize("rule", ["one_group", "lead_home", "group_count"])
def test_an_identity_binds(rule: str) -> None:
    """Without the rows of an identity the optimum is better, and breaks them alone."""
    x = free() if rule == "group_count" else grid(1, 4, [(0, 0), (0, 3)], order=("floors", "travel"))
    x = ruled(x, contiguous="off", balance_population="off")
    if rule == "lead_home":
        x = locked(replace(x, minutes={**x.minutes, ("u03", "u03"): 0.0}), "u03", "u00", weight=9.0)
    model = compile_grouping(x)
    from models.highs import solve

    cost = model.aims["floors"] * 100 + model.aims["travel"]
    kept = solve(model.matrix, cost)
    eased = solve(model.matrix.drop_rows(model.matrix.row_rules == rule), cost)
    assert eased.x is not None and eased.objective < kept.objective - 1e-6
    assert set(model.matrix.violations(eased.x)["rule"]) == {rule}
