"""One model from the blocks: build them, close the shared sums, set the aims, compile to arrays."""

from __future__ import annotations

import gc
from collections import Counter
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
from models.closing import close
from models.errors import ModelError
from models.instance import Instance
from models.keys import Later
from models.ledger import Ledger
from models.matrix import Floats, Matrix
from models.rows import INF, Columns, Key, Rows, Sheet, Term
from models.rules import RULES
from models.terms import Terms
from models.values import Values

#: The catalogue, in the order in which the blocks are built.
BLOCKS: tuple[Block, ...] = (shared_centres, postings, sessions, referrals)


@dataclass(frozen=True, eq=False)
class Model:
    """A compiled model: the Pyomo model as far as it is written, its arrays and its aims (vector and constant each)."""

    instance: Instance
    written: Any
    sheet: Sheet
    ledger: Ledger
    matrix: Matrix
    aims: dict[str, tuple[Floats, float]]
    blocks: tuple[str, ...]
    shortfalls: dict[str, Columns]

    @property
    def pyomo(self) -> Any:
        """The Pyomo model, with every variable declared."""
        self.sheet.declare()
        return self.written

    @property
    def has_people(self) -> bool:
        """Whether people are planned, not centres alone."""
        return any(name in self.blocks for name in ("postings", "sessions", "referrals"))

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
        return float(self.ledger.money[part].vector(self.offsets) @ x)

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
        close(model.whole, instance, ledger, tuple(built), items_paid)
        model.add_component("aims", pyo.Block())
        if "worst_served" in instance.aims.order:
            aims.worst_served(model.aims, instance, ledger)
        _adopt_pyomo_rows(model, sheet)
        shortfalls = apply_states(model.whole, instance, ledger)
        matrix, offsets = compile_sheet(sheet), sheet.offsets()
        vectors = {
            name: (ledger.aims.get(name, Terms()).vector(offsets), ledger.constants.get(name, 0.0))
            for name in aims.UNITS
        }
    return Model(instance, model, sheet, ledger, matrix, vectors, tuple(built), shortfalls)


def _adopt_pyomo_rows(model: Any, sheet: Sheet) -> None:
    """Ordinary Pyomo constraints of the blocks become row families under their own name."""
    owners = {id(columns.var): columns for columns in sheet.columns if columns.written}
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
    below, above = np.flatnonzero(family.lower > -INF), np.flatnonzero(family.upper < INF)
    subjects = family.subjects

    def keys() -> list[Key]:
        # Keys of one length, whatever the subjects' (a capacity may be of one quarter, a budget is of nothing).
        longest = max(1, max(len(subject) for subject in subjects))
        found = [
            (*subjects[row], *[""] * (longest - len(subjects[row])), side)
            for side, rows in (("below", below), ("above", above))
            for row in rows.tolist()
        ]
        return found if len(set(found)) == len(found) else _told_apart(found)

    name, size = f"short_{family.owner}_{family.name}", len(below) + len(above)
    slack = Columns(ledger.sheet, block, name, Later(size, keys), doc=f"shortfall of {family.name}", unit=family.unit)
    for sign, rows, first in ((1.0, below, 0), (-1.0, above, len(below))):
        family.add(rows, slack, np.arange(first, first + len(rows)), np.full(len(rows), sign))
    ledger.aim_many("floors", slack, np.arange(size), np.full(size, weight))
    return slack


def _told_apart(keys: list[Key]) -> list[Key]:
    """Keys of several rows about one subject, with a number from the second on."""
    seen: Counter[Key] = Counter()
    found = []
    for key in keys:
        seen[key] += 1
        found.append((*key[:-1], str(seen[key]) if seen[key] > 1 else "", key[-1]))
    return found


def compile_sheet(sheet: Sheet) -> Matrix:
    """The arrays of all row families, columns and rows in the order of declaration."""
    offsets, families, columns = sheet.offsets(), sheet.families, sheet.columns
    terms, sizes = [family.terms for family in families], [len(family) for family in families]
    size = (sum(sizes), int(offsets[-1]))
    rows, cols = np.empty(sum(terms), dtype=np.int32), np.empty(sum(terms), dtype=np.int32)
    vals, at, first = np.empty(sum(terms)), 0, 0
    for family, many in zip(families, terms, strict=True):
        part = slice(at, at + many)
        family.fill(rows[part], cols[part], vals[part], first, offsets)
        at, first = at + many, first + len(family)
    rules = np.asarray([family.rule or f"{family.owner}.{family.name}" for family in families], dtype=np.str_)
    return Matrix(
        A=sp.coo_matrix((vals, (rows, cols)), shape=size).tocsc(),
        lower=_joined([c.lower for c in columns], float),
        upper=_joined([c.upper for c in columns], float),
        row_lower=_joined([f.lower for f in families], float),
        row_upper=_joined([f.upper for f in families], float),
        integer=np.repeat(np.asarray([c.integer for c in columns], dtype=bool), np.diff(offsets)),
        row_rules=np.repeat(rules, sizes),
        row_subjects=Later(size[0], lambda: [name for family in families for name in family.names()]),
        col_names=lambda: [
            f"{c.path}[{','.join(map(str, k)) if isinstance(k, tuple) else k}]" for c in columns for k in c.keys
        ],
    )


def _joined(parts: list[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)
