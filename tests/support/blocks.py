"""Helpers for the tests of the blocks: solving exactly, hand-made plans, LP snapshots, docstrings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp
from support.changes import with_added, with_need, with_option, with_record
from support.tiny import START, need, running_posting, tiny_instance

from models.answers import Limits, Status
from models.assemble import BLOCKS, Model, assemble
from models.clinic_turns import settle_turns
from models.highs import solve
from models.instance import Budget, DateCut, Instance, Lock, Post
from models.ledger import MONEY, SUMS
from models.matrix import Floats, Matrix
from models.rows import Columns, Rows, Term, print_rows
from models.rules import RULES

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
#: Set to 1 to write the stored LP files anew.
REWRITE = "ALLIANCE_REWRITE_SNAPSHOTS"
NAMES = tuple(block.NAME for block in BLOCKS)
EXACT = Limits(absolute_gap=1e-7, relative_gap=0.0)


def alone(instance: Instance, *names: str, explain: bool = False) -> Model:
    """The model of these blocks only."""
    return assemble(instance, tuple(name for name in NAMES if name not in names), explain)


def rich_instance() -> Instance:
    """Tiny with everything that makes a row somewhere: locks, running posting, patterns, equipment, budgets."""
    x = tiny_instance(budget=Budget(3_000_000.0))
    for site, items in (("S1", {"echo": 1}), ("S2", {"echo": 0}), ("S3", {"echo": 1})):
        x = with_record(x, "sites", site, equipment=items)
    x = with_record(x, "specialties", "K2", requires=("ecg",), equipment=("echo",))
    x = with_record(x, "doctors", "D1", specialties=("K1", "K2"))
    x = with_added(x, "needs", ("S2", "K2"), need("S2", "K2", 50, own=10, referred={"H1": 10.0}, left=10))
    x = with_record(x, "sites", "S2", equipment=None)
    x = with_need(x, "S1", "K2", floor=(6.0,))
    x = with_need(x, "S3", "K2", modes=("fortnightly", "posted"))
    x = with_need(x, "S2", "K1", outreach=5.0, has_outreach=True, calibration=0.5)
    x = with_record(x, "posts", ("S1", "K1"), doctors=2, locked=True)
    x = with_added(x, "posts", ("S3", "K1"), Post("S3", "K1", 1, 2, 6.0, 160.0, False, (START,), {START: (1.0,)}))
    x = with_option(x, "postings", max_posts=3, subsidy_budget=200_000.0)
    x = with_option(x, "shared_centres", backup=("sterile",))
    x = with_record(x, "services", "ecg", min_items_per_day=20.0, max_centres=2)
    x = with_record(x, "services", "sterile", unserved_cost=30.0)
    x = with_record(x, "levels", 0, state="existing", closing_cost=10_000.0)
    x = with_record(x, "levels", 2, state="forced")
    x = with_added(x, "levels", None, replace(x.levels[1], level="huge", cost_per_item=4.0, cost_per_item_minute=0.02))
    x = with_added(x, "levels", None, replace(x.levels[3], level="odd", state="forbidden"))
    locks = (
        Lock("locks row 1", "session", True, doctor="D1", institution="S2"),
        Lock("locks row 2", "session", False, doctor="D4", institution="S1"),
        Lock("locks row 3", "session", True, 2.0, institution="S3", specialty="K1"),
        Lock("locks row 4", "session", True, 3.0, institution="S3", specialty="K2"),
        Lock("locks row 5", "posting", False, doctor="D4"),
        Lock("locks row 6", "posting", True, 2.0, doctor="D1"),
        Lock("locks row 7", "centre", False, institution="H2", service="sterile"),
        Lock("locks row 8", "service", True, 1.0, institution="S1", service="ecg", host="H1"),
    )
    cuts = (
        DateCut("D1", (("S1", "K1"), ("S1", "K2")), 0, 9),
        DateCut("D1", (("S2", "K1"), ("S2", "K2")), 0, 7, "days"),
        DateCut("D3", (("S1", "K1"), ("S2", "K1")), 0, 20, "half_days"),
    )
    return replace(
        x,
        current_postings=(running_posting("D2", "S3"),),
        today_sessions={("D1", "S2", "K1"): (6,)},
        locks=locks,
        dateable={("D1", "S1", "K1"): (8,)},
        date_cuts=cuts,
        change_limit=4,
    )


# --- solving --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Best:
    """The optimum of aims in order; `values` is empty when there is no plan."""

    values: tuple[float, ...]
    x: Floats

    @property
    def found(self) -> bool:
        return bool(self.values)


def optimum(model: Model, aims: Iterable[str], matrix: Matrix | None = None) -> Best:
    """Minimise the aims in order, without any gap, each capped at its optimum for the next."""
    left, values, x = model.matrix if matrix is None else matrix, list[float](), np.zeros(0)
    for aim in aims:
        cost, constant = model.aims[aim]
        answer = solve(left, cost, constant, limits=EXACT)
        if answer.status is Status.INFEASIBLE:
            return Best((), x)
        assert answer.x is not None and answer.status is Status.OPTIMAL
        x = answer.x
        values.append(answer.objective)
        left = left.with_rows(sp.csr_matrix(cost), [-np.inf], [answer.objective - constant + 1e-6], ["cap"], [aim])
    return Best(tuple(values), x)


def worse(one: tuple[float, ...], other: tuple[float, ...], tolerance: float = 1e-3) -> bool:
    """Whether `one` is worse than `other` in the first aim in which they differ; no plan is worst."""
    if not one or not other:
        return bool(other) and not one
    for a, b in zip(one, other, strict=True):
        if abs(a - b) > tolerance:
            return a > b
    return False


# --- hand-made plans ------------------------------------------------------------------------------


def plan_vector(model: Model, values: Mapping[str, Mapping[Any, float]]) -> Floats:
    """The plan with these values by variable and key, all others zero; idle time, unmet need and trips fill up."""
    x = np.zeros(model.matrix.cols)
    for path, entries in values.items():
        columns = model.variable(path)
        assert columns is not None, f"no variable {path}"
        for key, value in entries.items():
            x[model.offsets[columns.number] + columns.position[key]] = value
    for path in ("whole.idle", "referrals.unmet"):
        if path not in values:
            _fill(model, x, path)
    if "sessions.far_unit" not in values:
        settle_turns(model.sheet, model.matrix, x)
    return x


def _fill(model: Model, x: Floats, path: str) -> None:
    """Let the columns of `path` take what their equality rows leave, never less than nothing."""
    cols = model.columns(path)
    matrix = model.matrix
    equal = np.flatnonzero(
        (matrix.row_lower == matrix.row_upper) & np.isin(matrix.row_rules, ["doctor_time", "visit_balance"])
    )
    part = sp.csr_matrix(matrix.A)[equal]
    rest = matrix.row_lower[equal] - part @ x
    mine = sp.coo_matrix(part[:, cols])
    x[cols[mine.col]] = np.maximum(0.0, rest[mine.row])


def broken(model: Model, x: Floats) -> set[tuple[str, str]]:
    """(rule, subject) of everything that the plan breaks."""
    found = model.matrix.violations(x)
    return set(zip(found["rule"], found["subject"], strict=True))


def rules_broken(model: Model, x: Floats) -> set[str]:
    """The rules of the rows that the plan breaks, quicker than by name."""
    return set(model.matrix.row_rules[model.matrix.row_excess(x) > 1e-6].tolist())


def amounts(model: Model, x: Floats) -> dict[tuple[str, str], float]:
    """How much the plan breaks each (rule, subject) by."""
    found = model.matrix.violations(x)
    return {(row.rule, row.subject): row.amount for row in found.itertuples()}


def moved(x: Floats, one: Model, other: Model) -> dict[int, float]:
    """The plan of one model as {column of the other: value}, for the decisions that both have."""
    found = {}
    for columns in one.sheet.columns:
        there = other.variable(columns.path)
        if there is None or columns.name.startswith("short_"):
            continue
        first, target = int(one.offsets[columns.number]), int(other.offsets[there.number])
        found.update(
            {target + there.position[k]: float(x[first + at]) for at, k in enumerate(columns.keys) if k in there}
        )
    return found


def amount(model: Model, x: Floats, path: str) -> float:
    """The sum of a variable over all keys."""
    return float(x[model.columns(path)].sum())


def value(model: Model, x: Floats, path: str, key: Any) -> float:
    """One decision of a plan."""
    columns = model.variable(path)
    assert columns is not None
    return float(x[model.offsets[columns.number] + columns.position[key]])


# --- LP snapshots ---------------------------------------------------------------------------------


def lp_text(model: Model, block: str) -> str:
    """The block's own rows, and what it adds to the shared sums, the money and the aims, as an LP file."""
    own = {columns.number for columns in model.sheet.columns if columns.path.split(".")[0] == block}
    print_rows(model.pyomo, model.sheet, lambda family: family.owner == block)
    _print_ledger(model, own)
    for constraint in model.pyomo.component_objects(pyo.Constraint, descend_into=True):
        place = constraint.parent_block()
        if place is not model.pyomo and place.local_name != block:
            constraint.deactivate()
    model.pyomo.objective = pyo.Objective(expr=0.0)
    path = SNAPSHOTS / f".{block}.{os.getpid()}.lp"
    try:
        model.pyomo.write(str(path), io_options={"symbolic_solver_labels": True})
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    finally:
        path.unlink(missing_ok=True)


def _print_ledger(model: Model, own: set[int]) -> None:
    ledger = model.ledger
    lists: dict[tuple[str, ...], list[Term]] = {}
    for name in SUMS:
        for key, terms in ledger.sums[name].items():
            lists["sum", name, *(str(part) for part in key)] = terms  # type: ignore[attr-defined]
    lists |= {("money", part): ledger.money[part] for part in MONEY}
    lists |= {("aim", name): terms for name, terms in ledger.aims.items()}
    family = Rows(model.sheet, "ledger", "adds", doc="what the block adds to the shared sums")
    for name, terms in sorted(lists.items()):
        mine = [term for term in terms if term[0].number in own]
        if mine:
            family.row(name, mine, lower=0.0)
    print_rows(model.pyomo, model.sheet, lambda one: one is family)
    model.sheet.families.remove(family)


def check_snapshot(block: str, text: str) -> None:
    """Compare with the stored file, or write it when asked to."""
    path = SNAPSHOTS / f"{block}.lp"
    if os.environ.get(REWRITE):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.is_file(), f"no snapshot {path.name}: run with {REWRITE}=1"
    assert text == path.read_text(encoding="utf-8"), (
        f"{path.name} differs: look at the difference, then run with {REWRITE}=1"
    )


# --- docstrings -----------------------------------------------------------------------------------


def documented(module: ModuleType) -> set[str]:
    """Names in double backticks in the sections Decisions and Constraints of a block's docstring."""
    text = module.__doc__ or ""
    sections = re.split(r"\n([^\n]+)\n-{3,}\n", text)
    parts = dict(zip(sections[1::2], sections[2::2], strict=True))
    return set(re.findall(r"``([a-z_]+)``", parts["Decisions"] + parts["Constraints"]))


def built(models: Iterable[Model], block: str) -> set[str]:
    """Names of the columns and row families of a block, but for filters written as rows."""
    found: set[str] = set()
    for model in models:
        found |= {columns.name for columns in model.sheet.columns if columns.path.split(".")[0] == block}
        found |= {family.name for family in model.sheet.families if family.owner == block and not is_filter(family)}
    return found


def is_filter(family: Rows) -> bool:
    """Whether a family writes out a filter rule: `<rule>_clinic`, `_posting` or `_extra`."""
    return family.rule != "lock" and family.name in {f"{family.rule}_{what}" for what in ("clinic", "posting", "extra")}


def check_docstring(module: ModuleType, models: list[Model]) -> None:
    """The docstring names exactly what the block builds, filter rules and sums closed elsewhere apart."""
    block = module.NAME
    names, made = documented(module), built(models, block)
    elsewhere = {family.name for model in models for family in model.sheet.families if family.owner == "whole"}
    filters = {rule.id for rule in RULES.values() if rule.kind == "filter"}
    assert made - names == set(), "built but not in the docstring"
    assert names - made - elsewhere - filters == set(), "in the docstring but never built"


def column_keys(columns: Columns | None) -> set[Any]:
    """The keys of a variable, none when the model has none."""
    return set() if columns is None else set(columns.keys)
