"""One model from the blocks: build them, close the shared sums, set the aims, compile to arrays."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import scipy.sparse as sp
from pyomo.repn import generate_standard_repn

from models import aims, postings, referrals, sessions, shared_centres
from models.block import Block, Ruled, state_of
from models.errors import ModelError
from models.instance import Instance
from models.ledger import Ledger
from models.matrix import Floats, Matrix
from models.rows import INF, Columns, Rows, Sheet, Term
from models.rules import RULES
from models.values import Values

#: The catalogue, in the order in which the blocks are built.
BLOCKS: tuple[Block, ...] = (shared_centres, postings, sessions, referrals)
#: The budget row is written in this many yuan, so that coefficients stay between 1e-3 and 1e5.
MONEY_SCALE = 10_000.0


@dataclass(frozen=True, eq=False)
class Model:
    """A compiled model: the Pyomo model, its arrays and its aims (vector and constant each)."""

    instance: Instance
    pyomo: Any
    sheet: Sheet
    ledger: Ledger
    matrix: Matrix
    aims: dict[str, tuple[Floats, float]]
    blocks: tuple[str, ...]
    shortfalls: dict[str, Columns]

    @cached_property
    def offsets(self) -> np.ndarray:
        return self.sheet.offsets()

    def columns(self, *paths: str) -> np.ndarray:
        """Numbers of all columns of the named variables (`block` or `block.name`)."""
        parts = [
            np.arange(self.offsets[c.number], self.offsets[c.number + 1])
            for c in self.sheet.columns
            if c.path in paths or c.path.split(".")[0] in paths
        ]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    def variable(self, path: str) -> Columns | None:
        return Values(self.sheet, np.zeros(0)).columns(path)

    def value(self, aim: str, x: Floats) -> float:
        vector, constant = self.aims[aim]
        return float(vector @ x) + constant

    def money(self, part: str, x: Floats) -> float:
        """Yuan per year of one part of the money (`models.ledger.MONEY`)."""
        offsets = self.offsets
        return float(sum(yuan * x[offsets[c.number] + c.position[key]] for c, key, yuan in self.ledger.money[part]))

    def tables(self, x: Floats) -> dict[str, pd.DataFrame]:
        """The plan's tables from a solution."""
        values, found = Values(self.sheet, x), dict[str, pd.DataFrame]()
        for block in BLOCKS:
            if block.NAME in self.blocks:
                found.update(block.read(values, self.instance))
        found["shortfalls"] = self._shortfalls(values)
        return found

    def _shortfalls(self, values: Values) -> pd.DataFrame:
        units = {f"{f.owner}.{f.name}": f.unit for f in self.sheet.families}
        rules = {f"{f.owner}.{f.name}": f.rule for f in self.sheet.families}
        rows = []
        for family, columns in self.shortfalls.items():
            for key, amount in values.of(columns.path, 1e-6).items():
                subject = " ".join(key[:-1]).strip()
                rows.append((rules[family], subject, amount, units[family]))
        return pd.DataFrame(sorted(rows), columns=["rule", "subject", "amount", "unit"])


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Pause the collector: many live objects make every collection longer (2 to 6 times, measured)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def assemble(
    instance: Instance, without: tuple[str, ...] = (), explain: bool = False, items_paid: bool = True
) -> Model:
    """Build every wanted block but those in `without`, and compile.

    With `explain`, columns that a filter rule forbids are there too, each held at zero by a row
    under its rule. Without centre columns clinic items are paid at their least unit cost when
    `items_paid` (every plan worth comparing serves all members); else they cost nothing.
    Raises `ModelError` when a block needs an offer that nobody makes.
    """
    with no_garbage_collection():
        model, sheet = pyo.ConcreteModel(), Sheet()
        ledger = Ledger(sheet, explain=explain)
        built = []
        for block in BLOCKS:
            if block.NAME in without or not block.wanted(instance):
                continue
            for need in block.NEEDS:
                if need not in ledger.offers:
                    raise ModelError(f"block {block.NAME} needs the offer {need!r}, which no earlier block makes.")
            model.add_component(block.NAME, pyo.Block())
            block.build(model.component(block.NAME), instance, ledger)
            built.append(block.NAME)
        model.add_component("whole", pyo.Block())
        _close(model.whole, instance, ledger, tuple(built), items_paid)
        model.add_component("aims", pyo.Block())
        if "worst_served" in instance.aims.order:
            aims.worst_served(model.aims, instance, ledger)
        _adopt_pyomo_rows(model, sheet)
        shortfalls = apply_states(model.whole, instance, ledger)
        matrix = compile_sheet(sheet)
        vectors = {
            name: (_vector(sheet, ledger.aims.get(name, [])), ledger.constants.get(name, 0.0)) for name in aims.UNITS
        }
    return Model(instance, model, sheet, ledger, matrix, vectors, tuple(built), shortfalls)


def _close(block: Any, instance: Instance, ledger: Ledger, built: tuple[str, ...], items_paid: bool) -> None:
    """Close the shared sums."""
    sheet = ledger.sheet
    if "referrals" in built:
        balance = Rows(
            sheet,
            "whole",
            "visit_balance",
            doc="all kinds of visits add up to the need",
            rule="visit_balance",
            unit="visits/month",
        )
        for (site, specialty), need in sorted(instance.needs.items()):
            for quarter in instance.quarters:
                cell = (site, specialty, quarter.name)
                balance.row(cell, ledger.sums["visits"][cell], need.pool, need.pool)
    time = Rows(
        sheet, "whole", "doctor_time", doc="half-days fit the doctor's free time", rule="doctor_time", unit="half-days"
    )
    spent = sorted(ledger.sums["half_days"])
    idle = Columns(sheet, block, "idle", spent, doc="free half-days left", unit="half-days/quarter")
    at = {q.name: number for number, q in enumerate(instance.quarters)}
    for key in spent:
        free = instance.doctors[key[0]].free[at[key[1]]]
        time.row(key, [*ledger.sums["half_days"][key], (idle, key, 1.0)], free, free)
    home = Rows(
        sheet,
        "whole",
        "home_capability",
        doc="hospitals treat no more than they can",
        rule="home_capability",
        unit="visits/month",
    )
    for key in sorted(ledger.sums["home_load"]):
        capability = instance.capabilities.get(key[:2])
        if capability is not None:
            home.row(key, ledger.sums["home_load"][key], upper=capability.visits - capability.own_load)
    _close_items(instance, ledger, "shared_centres" in built, items_paid)
    if instance.budget.yuan_per_year is not None:
        family = Rows(sheet, "whole", "budget", doc="money within the budget", rule="budget", unit="10,000 yuan/year")
        terms = [(c, key, yuan / MONEY_SCALE) for part in instance.budget.covers for c, key, yuan in ledger.money[part]]
        family.row((), terms, upper=instance.budget.yuan_per_year / MONEY_SCALE)


def _close_items(instance: Instance, ledger: Ledger, centres: bool, paid: bool) -> None:
    """Clinic items go to the centres; without centre columns they are paid at their least unit cost.

    Only where a centre must take them: what no centre serves goes elsewhere at no cost, and a bound
    without centre columns must not charge more than the whole model does.
    """
    items = ledger.sums["clinic_items"]
    if centres:
        family = Rows(
            ledger.sheet, "whole", "clinic_items", doc="clinic items go to the centres or elsewhere", unit="items/day"
        )
        for key in sorted(items):
            if any(coef < 0 for _, _, coef in items[key]):
                family.row(key, items[key], 0.0, 0.0)
        return
    if not paid:
        return
    least: dict[str, float] = defaultdict(lambda: INF)
    for level in instance.levels:
        if level.state != "forbidden" or instance.state("forbidden_centre") != "hard":
            least[level.service] = min(least[level.service], level.cost_per_item)
    weeks = {quarter.name: quarter.weeks / instance.weeks for quarter in instance.quarters}
    for key, terms in items.items():
        site, name, quarter = key
        service = instance.services[name]
        must = (
            site in instance.members.get(name, ())
            and service.unserved_cost is None
            and instance.state("served") != "off"
        )
        price = least[name] if must and least[name] < INF else 0.0
        for columns, column_key, coef in terms:
            ledger.pay("centres", columns, column_key, price * coef * service.days_per_year * weeks[quarter])


def _adopt_pyomo_rows(model: Any, sheet: Sheet) -> None:
    """Ordinary Pyomo constraints of the blocks become row families under their own name."""
    owners = {id(columns.var): columns for columns in sheet.columns}
    for block in model.component_objects(pyo.Block, descend_into=False):
        for constraint in block.component_objects(pyo.Constraint, descend_into=False):
            name = constraint.local_name
            rule = name if name in RULES else ""
            family = Rows(sheet, block.local_name, name, doc=constraint.doc or name, rule=rule, unit="")
            for index, data in constraint.items():
                repn = generate_standard_repn(data.body, compute_values=True)
                terms: list[Term] = [
                    (owners[id(var.parent_component())], var.index(), float(coef))
                    for var, coef in zip(repn.linear_vars, repn.linear_coefs, strict=True)
                ]
                low = -INF if data.lower is None else pyo.value(data.lower) - repn.constant
                high = INF if data.upper is None else pyo.value(data.upper) - repn.constant
                subject = index if isinstance(index, tuple) else (() if index is None else (index,))
                family.row(subject, terms, low, high)
            family.adopted = True


def apply_states(block: Any, instance: Ruled, ledger: Ledger) -> dict[str, Columns]:
    """Drop the families of rules that are off; give those of soft rules priced slacks. Returns these by family."""
    sheet, shortfalls = ledger.sheet, dict[str, Columns]()
    for family in [f for f in sheet.families if f.rule]:
        state = state_of(instance, family.rule)
        if family.adopted and state != "hard":  # what Pyomo holds is no longer what counts
            block.parent_block().component(family.owner).component(family.name).deactivate()
            family.adopted = False
        if state == "off":
            sheet.families.remove(family)
        elif state == "soft" and len(family):
            setting = instance.rules.get(family.rule)
            weight = family.weight * (setting.weight if setting is not None else 1.0)
            name = f"{family.owner}.{family.name}"
            shortfalls[name] = _slacks(block, ledger, family, weight)
    return shortfalls


def _slacks(block: Any, ledger: Ledger, family: Rows, weight: float) -> Columns:
    # Keys of one length, whatever the subjects' (a capacity may be of one quarter, a budget is of nothing).
    longest = max(1, max(len(subject) for subject in family.subjects))
    subjects = [(*subject, *[""] * (longest - len(subject))) for subject in family.subjects]
    below = [(*subject, "below") for at, subject in enumerate(subjects) if family.lower[at] > -INF]
    above = [(*subject, "above") for at, subject in enumerate(subjects) if family.upper[at] < INF]
    name = f"short_{family.owner}_{family.name}"
    slack = Columns(ledger.sheet, block, name, [*below, *above], doc=f"shortfall of {family.name}", unit=family.unit)
    rows = {subject: at for at, subject in enumerate(subjects)}
    for sign, keys in ((1.0, below), (-1.0, above)):
        if keys:
            at = np.asarray([rows[key[:-1]] for key in keys], dtype=np.int64)
            places = np.asarray([slack.position[key] for key in keys], dtype=np.int64)
            family.add(at, slack, places, sign)
    for key in slack.keys:
        ledger.aim("floors", slack, key, weight)
    return slack


def compile_sheet(sheet: Sheet) -> Matrix:
    """The arrays of all row families, columns and rows in the order of declaration."""
    offsets, first = sheet.offsets(), 0
    rows, cols, vals, rules, subjects = [], [], [], list[str](), list[str]()
    for family in sheet.families:
        r, c, v = family.triples(offsets)
        rows.append(r + first)
        cols.append(c)
        vals.append(v)
        first += len(family)
        rules += [family.rule or f"{family.owner}.{family.name}"] * len(family)
        subjects += [" ".join(subject) for subject in family.subjects]
    size = (first, int(offsets[-1]))
    matrix = sp.coo_matrix(
        (_joined(vals, float), (_joined(rows, np.int64), _joined(cols, np.int64))), shape=size
    ).tocsc()
    columns = sheet.columns
    return Matrix(
        A=matrix,
        lower=_joined([c.lower for c in columns], float),
        upper=_joined([c.upper for c in columns], float),
        row_lower=_joined([np.asarray(f.lower, dtype=float) for f in sheet.families], float),
        row_upper=_joined([np.asarray(f.upper, dtype=float) for f in sheet.families], float),
        integer=_joined([np.full(len(c), c.integer) for c in columns], bool),
        row_rules=np.asarray(rules, dtype=np.str_),
        row_subjects=subjects,
        col_names=lambda: [
            f"{c.path}[{','.join(map(str, k)) if isinstance(k, tuple) else k}]" for c in columns for k in c.keys
        ],
    )


def _joined(parts: list[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)


def _vector(sheet: Sheet, terms: list[Term]) -> Floats:
    offsets = sheet.offsets()
    vector = np.zeros(int(offsets[-1]))
    if terms:
        at = np.asarray([offsets[c.number] + c.position[key] for c, key, _ in terms], dtype=np.int64)
        np.add.at(vector, at, np.asarray([coef for _, _, coef in terms], dtype=float))
    return vector
