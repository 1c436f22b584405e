"""Row families as arrays over real Pyomo variables.

Rows written as Pyomo objects cost 40 to 200 times the raw hand-over; rows kept as arrays cost
1 to 2.5 times. So a block declares its variables as ordinary Pyomo `Var`s (`Columns`) and its
large regular families as `Rows`: index arrays over those variables. `print_rows` writes them
out as ordinary Pyomo constraints for small cases, LP files and the parity test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

#: Keys are tuples of identifiers (or one identifier); their shape is the variable's own.
Key = Any
#: One term of a row: variable, its key, coefficient.
Term = tuple["Columns", Key, float]
INF = float("inf")


class Columns:
    """One indexed Pyomo variable of a block, with its keys numbered.

    lower, upper: a number, or one per key. `unit` is printed in the docs. Keys must be sorted by
    the caller, so that the same data gives the same model.
    """

    def __init__(
        self,
        sheet: Sheet,
        owner: Any,
        name: str,
        keys: Iterable[Key],
        *,
        doc: str,
        unit: str,
        lower: float | Sequence[float] = 0.0,
        upper: float | Sequence[float] = INF,
        integer: bool = False,
    ) -> None:
        self.name, self.doc, self.unit, self.integer = name, doc, unit, integer
        self.path = f"{owner.name}.{name}"
        self.keys: list[Key] = list(keys)
        self.position = {key: at for at, key in enumerate(self.keys)}
        size = len(self.keys)
        self.lower = np.broadcast_to(np.asarray(lower, dtype=float), (size,)).copy()
        self.upper = np.broadcast_to(np.asarray(upper, dtype=float), (size,)).copy()
        low, high, at = self.lower.tolist(), self.upper.tolist(), self.position

        def bounds(_: Any, *key: Any) -> tuple[float, float | None]:
            place = at[key if len(key) != 1 else key[0]]
            return low[place], (None if high[place] == INF else high[place])

        index = pyo.Set(initialize=self.keys, ordered=True, doc=f"index of {name}")
        setattr(owner, f"{name.upper()}_KEYS", index)
        domain = pyo.Integers if integer else pyo.Reals
        self.var = pyo.Var(getattr(owner, f"{name.upper()}_KEYS"), domain=domain, bounds=bounds, doc=f"{doc} [{unit}]")
        setattr(owner, name, self.var)
        self.number = len(sheet.columns)
        sheet.columns.append(self)

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: Key) -> bool:
        return key in self.position


@dataclass
class _Terms:
    rows: list[int]
    columns: list[int]
    places: list[int]
    coefs: list[float]


class Rows:
    """One family of linear rows `lower <= sum(coef * var) <= upper` under one rule id.

    `weight` is what one unit of shortfall counts in the aim `floors` when the rule is soft.
    """

    def __init__(
        self, sheet: Sheet, owner: str, name: str, *, doc: str, rule: str = "", unit: str = "", weight: float = 1.0
    ) -> None:
        self.owner, self.name, self.doc, self.rule, self.unit, self.weight = owner, name, doc, rule, unit, weight
        self.subjects: list[tuple[str, ...]] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self._terms = _Terms([], [], [], [])
        self._chunks: list[tuple[np.ndarray, int, np.ndarray, np.ndarray]] = []
        self.adopted = False  # already an ordinary Pyomo constraint
        sheet.families.append(self)

    def __len__(self) -> int:
        return len(self.lower)

    def row(self, subject: Iterable[object], terms: Iterable[Term], lower: float = -INF, upper: float = INF) -> int:
        """Add one row; returns its number in the family."""
        number, kept = len(self.lower), self._terms
        for columns, key, coef in terms:
            kept.rows.append(number)
            kept.columns.append(columns.number)
            kept.places.append(columns.position[key])
            kept.coefs.append(coef)
        self.subjects.append(tuple(str(part) for part in subject))
        self.lower.append(lower)
        self.upper.append(upper)
        return number

    def rows(
        self, subjects: Sequence[tuple[str, ...]], lower: float | np.ndarray = -INF, upper: float | np.ndarray = INF
    ) -> np.ndarray:
        """Add many empty rows; returns their numbers, to be filled by `add`."""
        first, size = len(self.lower), len(subjects)
        self.subjects.extend(subjects)
        self.lower.extend(np.broadcast_to(np.asarray(lower, dtype=float), (size,)).tolist())
        self.upper.extend(np.broadcast_to(np.asarray(upper, dtype=float), (size,)).tolist())
        return np.arange(first, first + size)

    def add(self, rows: np.ndarray, columns: Columns, places: np.ndarray, coefs: float | np.ndarray) -> None:
        """Add the terms `coefs * columns[places]` to the given rows (equal lengths)."""
        values = np.broadcast_to(np.asarray(coefs, dtype=float), rows.shape)
        self._chunks.append((rows, columns.number, places, values))

    def triples(self, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row numbers, column numbers and coefficients, given where each variable starts."""
        kept = self._terms
        rows = [np.asarray(kept.rows, dtype=np.int64)]
        cols = [offsets[np.asarray(kept.columns, dtype=np.int64)] + np.asarray(kept.places, dtype=np.int64)]
        vals = [np.asarray(kept.coefs, dtype=float)]
        for chunk_rows, number, places, values in self._chunks:
            rows.append(chunk_rows)
            cols.append(offsets[number] + places)
            vals.append(values)
        return np.concatenate(rows), np.concatenate(cols).astype(np.int64), np.concatenate(vals)


class Sheet:
    """All variables and row families of one model, in the order in which they were declared."""

    def __init__(self) -> None:
        self.columns: list[Columns] = []
        self.families: list[Rows] = []

    def offsets(self) -> np.ndarray:
        """Number of the first column of each variable."""
        return np.concatenate([[0], np.cumsum([len(c) for c in self.columns], dtype=np.int64)])

    def family(self, name: str) -> Rows:
        """The family of that name; raises KeyError."""
        for family in self.families:
            if family.name == name:
                return family
        raise KeyError(name)


def print_rows(model: Any, sheet: Sheet, keep: Callable[[Rows], bool] = lambda _: True) -> None:
    """Write the row families into `model` as ordinary Pyomo constraints, under their names."""
    for family in sheet.families:
        if not len(family) or family.adopted or not keep(family):
            continue
        body: list[list[tuple[float, Any]]] = [[] for _ in range(len(family))]
        flat = [column.var[key] for column in sheet.columns for key in column.keys]
        for row, col, coef in zip(*(part.tolist() for part in family.triples(sheet.offsets())), strict=True):
            body[row].append((coef, flat[col]))
        setattr(model, f"{family.owner}_{family.name}", _constraint(family, body))


def _constraint(family: Rows, body: list[list[tuple[float, Any]]]) -> Any:
    names = [" ".join(subject) or "all" for subject in family.subjects]
    if len(set(names)) < len(names):
        names = [f"{name} {number}" for number, name in enumerate(names)]
    place = {name: number for number, name in enumerate(names)}

    def rule(_: Any, name: str) -> Any:
        number = place[name]
        low, high = family.lower[number], family.upper[number]
        expr = sum((coef * var for coef, var in body[number]), start=0.0)
        if isinstance(expr, float):
            return pyo.Constraint.Feasible if low <= expr <= high else pyo.Constraint.Infeasible
        if low == high:
            return expr == low
        return (None if low == -INF else low, expr, None if high == INF else high)

    return pyo.Constraint(names, rule=rule, doc=family.doc)
