"""A compiled grouping: the block's rows as arrays, its aims as vectors, and groups to and from a solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models import grouping
from models.assemble import apply_states, compile_sheet, no_garbage_collection
from models.grouping_instance import GroupingInstance
from models.ledger import Ledger
from models.matrix import Floats, Matrix
from models.options import GROUPING_AIMS
from models.rows import Columns, Sheet
from models.values import Values

#: unit of each aim, the least difference that counts, and what a gap is measured by at least
UNITS: Mapping[str, tuple[str, float, float]] = {
    "floors": ("points of shortfall", 1e-6, 1.0),
    "balance": ("share", 1e-6, 0.01),
    "travel": ("minutes", 1e-6, 1.0),
    "cut_edges": ("pairs", 1e-6, 1.0),
    "change": ("institutions moved", 1e-6, 1.0),
}
#: Which centre each unit belongs to.
Groups = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class GroupingModel:
    """Arrays of one grouping; `aims` has a cost vector per aim, `shortfalls` the slacks by row family."""

    instance: GroupingInstance
    pyomo: Any
    sheet: Sheet
    matrix: Matrix
    aims: Mapping[str, Floats]
    shortfalls: Mapping[str, Columns]
    explain: bool = False

    def place(self, name: str, key: Any) -> int | None:
        """Number of a column, None where it is not there."""
        columns = self.variable(name)
        if columns is None or key not in columns:
            return None
        return int(self.sheet.offsets()[columns.number]) + columns.position[key]

    def variable(self, name: str) -> Columns | None:
        return next((c for c in self.sheet.columns if c.path == f"grouping.{name}"), None)

    def groups(self, x: Floats) -> Groups:
        """The centre of each unit in a solution."""
        return {unit: centre for (unit, centre), _ in Values(self.sheet, x).of("grouping.x", 0.5).items()}

    def start(self, groups: Groups) -> Floats:
        """A column vector with these groups; the columns that are no whole numbers are left at zero."""
        x = np.zeros(self.matrix.cols)
        named = self._named(groups)
        for unit, centre in named.items():
            at = self.place("x", (unit, centre))
            if at is not None:
                x[at] = 1.0
        return x

    def _named(self, groups: Groups) -> Groups:
        """The same groups, called by their first unit where any unit may stand for its group."""
        if not self.instance.anonymous:
            return groups
        rank = grouping.ranked(self.instance, self.explain)
        first: dict[str, str] = {}
        for unit, centre in groups.items():
            if centre not in first or rank[unit] < rank[first[centre]]:
                first[centre] = unit
        return {unit: first[centre] for unit, centre in groups.items()}

    def tables(self, x: Floats) -> dict[str, pd.DataFrame]:
        """`groups` and `shortfalls` of a solution."""
        values = Values(self.sheet, x)
        return {**grouping.read(values, self.instance), "shortfalls": self._shortfalls(values)}

    def _shortfalls(self, values: Values) -> pd.DataFrame:
        families = {f"{f.owner}.{f.name}": f for f in self.sheet.families}
        rows = []
        for name, columns in self.shortfalls.items():
            for key, amount in values.of(columns.path, 1e-6).items():
                rows.append((families[name].rule, " ".join(key[:-1]).strip(), amount, families[name].unit))
        for (unit, centre), amount in values.of("grouping.apart", 1e-6).items():
            rows.append(("contiguous", f"{unit} {self.instance.centre[centre].group}", amount, "units"))
        for label, amount in values.of("grouping.unlocked", 1e-6).items():
            rows.append(("lock", str(label), amount, "units"))
        return pd.DataFrame(sorted(rows), columns=["rule", "subject", "amount", "unit"])


def compile_grouping(instance: GroupingInstance, explain: bool = False) -> GroupingModel:
    """Build the block alone, price the shortfalls of soft rules, and make the arrays.

    With `explain`, what a filter or a bound would leave out is there, held at zero by named rows.
    """
    with no_garbage_collection():
        model, sheet = pyo.ConcreteModel(), Sheet()
        ledger = Ledger(sheet, explain=explain)
        model.add_component(grouping.NAME, pyo.Block())
        grouping.build(model.component(grouping.NAME), instance, ledger)
        model.add_component("whole", pyo.Block())
        shortfalls = apply_states(model.whole, instance, ledger)
        matrix = compile_sheet(sheet)
    offsets, vectors = sheet.offsets(), {}
    for aim in GROUPING_AIMS:
        vectors[aim] = np.zeros(matrix.cols)
        for columns, key, coef in ledger.aims.get(aim, ()):
            vectors[aim][offsets[columns.number] + columns.position[key]] += coef
    return GroupingModel(instance, model, sheet, matrix, vectors, shortfalls, explain)
