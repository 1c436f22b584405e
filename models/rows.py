"""Row families as arrays over real Pyomo variables.

Rows written as Pyomo objects cost 40 to 200 times the raw hand-over; rows kept as arrays cost
1 to 2.5 times. So a block declares its variables as ordinary Pyomo `Var`s (`Columns`) and its
large regular families as `Rows`: index arrays over those variables. `print_rows` writes them
out as ordinary Pyomo constraints for small cases, LP files and the parity test.

Pyomo variables, keys and subjects are made when somebody reads them, never while a model is built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyomo.environ as pyo

from models.keys import Keys, Later, joined

#: Keys are tuples of identifiers (or one identifier); their shape is the variable's own.
Key = Any
#: One term of a row: variable, its key, coefficient.
Term = tuple["Columns", Key, float]
INF = float("inf")
Subject = tuple[Any, ...]
Numbers = list[float] | np.ndarray


class Columns:
    """One indexed Pyomo variable of a block, with its keys numbered.

    lower, upper: a number, or one per key. `unit` is printed in the docs. Keys must be sorted by
    the caller, so that the same data gives the same model; `models.keys.Keys` are read when needed.
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
        lower: float | Sequence[float] | np.ndarray = 0.0,
        upper: float | Sequence[float] | np.ndarray = INF,
        integer: bool = False,
    ) -> None:
        self.name, self.doc, self.unit, self.integer = name, doc, unit, integer
        self.owner, self.path = owner, f"{owner.name}.{name}"
        self.keys: Sequence[Key] = keys if isinstance(keys, Later) else list(keys)
        self.size = len(self.keys)
        self.lower = np.full(self.size, lower, dtype=float)
        self.upper = np.full(self.size, upper, dtype=float)
        self.number = len(sheet.columns)
        sheet.columns.append(self)

    def __len__(self) -> int:
        return self.size

    def __contains__(self, key: Key) -> bool:
        return key in self.position

    @cached_property
    def position(self) -> dict[Key, int]:
        """Place of each key."""
        return {key: at for at, key in enumerate(self.keys)}

    @property
    def written(self) -> bool:
        """Whether somebody has asked for the Pyomo variable."""
        return "var" in self.__dict__

    @cached_property
    def var(self) -> Any:
        """The Pyomo variable, declared on its block when it is first asked for."""
        low, high = self.lower.tolist(), [None if one == INF else one for one in self.upper.tolist()]
        bounds: Any = (low[0], high[0]) if low else None
        if len(set(low)) > 1 or len(set(high)) > 1:
            at = self.position

            def bounds(_: Any, *key: Any) -> tuple[float, float | None]:
                place = at[key if len(key) != 1 else key[0]]
                return low[place], high[place]

        index = f"{self.name.upper()}_KEYS"
        setattr(self.owner, index, pyo.Set(initialize=list(self.keys), ordered=True, doc=f"index of {self.name}"))
        domain = pyo.Integers if self.integer else pyo.Reals
        var = pyo.Var(getattr(self.owner, index), domain=domain, bounds=bounds, doc=f"{self.doc} [{self.unit}]")
        setattr(self.owner, self.name, var)
        return var


class Rows:
    """One family of linear rows `lower <= sum(coef * var) <= upper` under one rule id.

    `weight` is what one unit of shortfall counts in the aim `floors` when the rule is soft.
    """

    def __init__(
        self, sheet: Sheet, owner: str, name: str, *, doc: str, rule: str = "", unit: str = "", weight: float = 1.0
    ) -> None:
        self.owner, self.name, self.doc, self.rule, self.unit, self.weight = owner, name, doc, rule, unit, weight
        self.adopted = False  # already an ordinary Pyomo constraint
        self._size = 0
        self._sides: list[tuple[Sequence[Subject], Numbers, Numbers]] = []
        self._single: tuple[list[Subject], list[float], list[float]] = ([], [], [])
        self._terms: tuple[list[int], list[int], list[int], list[float]] = ([], [], [], [])
        self._chunks: list[tuple[np.ndarray, int | np.ndarray, np.ndarray, np.ndarray]] = []
        sheet.families.append(self)

    def __len__(self) -> int:
        return self._size

    def row(self, subject: Iterable[object], terms: Iterable[Term], lower: float = -INF, upper: float = INF) -> int:
        """Add one row; returns its number in the family."""
        number = self._size
        rows, columns, places, coefs = self._terms
        for variable, key, coef in terms:
            rows.append(number)
            columns.append(variable.number)
            places.append(variable.position[key])
            coefs.append(coef)
        subjects, low, high = self._single
        subjects.append(tuple(str(part) for part in subject))
        low.append(lower)
        high.append(upper)
        self._size += 1
        return number

    def rows(
        self, subjects: Sequence[Subject], lower: float | np.ndarray = -INF, upper: float | np.ndarray = INF
    ) -> np.ndarray:
        """Add many empty rows; returns their numbers, to be filled by `add`. Subjects are read when needed."""
        self._flush()
        first, size = self._size, len(subjects)
        subjects = subjects.tuples() if isinstance(subjects, Keys) else subjects
        self._sides.append((subjects, np.full(size, lower, dtype=float), np.full(size, upper, dtype=float)))
        self._size += size
        return np.arange(first, first + size, dtype=np.int32)

    def add(self, rows: np.ndarray, columns: Columns, places: np.ndarray, coefs: float | np.ndarray) -> None:
        """Add the terms `coefs * columns[places]` to the given rows (equal lengths)."""
        if len(rows):
            self._chunks.append((rows, columns.number, places, np.asarray(coefs, dtype=float)))

    def _flush(self) -> None:
        """Rows written one by one, and their terms, become arrays."""
        subjects, low, high = self._single
        if subjects:
            self._sides.append((subjects, low, high))
            self._single = ([], [], [])
        rows, columns, places, coefs = self._terms
        if rows:
            number, place = np.asarray(rows, dtype=np.int32), np.asarray(places, dtype=np.int32)
            self._chunks.append((number, np.asarray(columns), place, np.asarray(coefs, dtype=float)))
            self._terms = ([], [], [], [])

    @property
    def subjects(self) -> Sequence[Subject]:
        """What each row is about."""
        self._flush()
        return joined([part for part, _, _ in self._sides]) if self._sides else []

    @property
    def lower(self) -> np.ndarray:
        self._flush()
        return _joined([low for _, low, _ in self._sides])

    @property
    def upper(self) -> np.ndarray:
        self._flush()
        return _joined([high for _, _, high in self._sides])

    def sides(self) -> list[tuple[float, float]]:
        """Lower and upper side of each row, as the block wrote them."""
        self._flush()
        return [pair for _, *both in self._sides for pair in zip(*map(list, both), strict=True)]

    def names(self) -> Sequence[str]:
        """The subjects in words."""
        subjects = self.subjects
        return Later(len(subjects), lambda: [" ".join(map(str, subject)) for subject in subjects])

    @property
    def terms(self) -> int:
        """How many terms there are."""
        self._flush()
        return sum(len(chunk[0]) for chunk in self._chunks)

    def fill(self, rows: np.ndarray, cols: np.ndarray, vals: np.ndarray, first: int, offsets: np.ndarray) -> None:
        """Write row numbers (from `first` on), column numbers and coefficients into arrays of `terms` entries."""
        self._flush()
        at = 0
        for chunk_rows, variables, places, values in self._chunks:
            end = at + len(chunk_rows)
            rows[at:end] = chunk_rows
            cols[at:end] = places
            cols[at:end] += offsets[variables]
            vals[at:end] = values
            at = end
        rows += first

    def triples(self, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row numbers, column numbers and coefficients, given where each variable starts."""
        size = self.terms
        rows, cols, vals = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32), np.empty(size)
        self.fill(rows, cols, vals, 0, offsets)
        return rows, cols, vals


def _joined(parts: list[Numbers]) -> np.ndarray:
    return np.concatenate([np.asarray(part, dtype=float) for part in parts]) if parts else np.zeros(0)


class Sheet:
    """All variables and row families of one model, in the order in which they were declared."""

    def __init__(self) -> None:
        self.columns: list[Columns] = []
        self.families: list[Rows] = []

    def offsets(self) -> np.ndarray:
        """Number of the first column of each variable."""
        return np.cumsum([0, *(len(c) for c in self.columns)], dtype=np.int64)

    def family(self, name: str) -> Rows:
        """The family of that name; raises KeyError."""
        for family in self.families:
            if family.name == name:
                return family
        raise KeyError(name)

    def declare(self) -> None:
        """Declare every Pyomo variable that nobody has asked for yet, in order."""
        for columns in self.columns:
            _ = columns.var


def print_rows(model: Any, sheet: Sheet, keep: Callable[[Rows], bool] = lambda _: True) -> None:
    """Write the row families into `model` as ordinary Pyomo constraints, under their names."""
    flat = [column.var[key] for column in sheet.columns for key in column.keys]
    for family in sheet.families:
        if not len(family) or family.adopted or not keep(family):
            continue
        body: list[list[tuple[float, Any]]] = [[] for _ in range(len(family))]
        for row, col, coef in zip(*(part.tolist() for part in family.triples(sheet.offsets())), strict=True):
            body[row].append((coef, flat[col]))
        setattr(model, f"{family.owner}_{family.name}", _constraint(family, body))


def _constraint(family: Rows, body: list[list[tuple[float, Any]]]) -> Any:
    names = [name or "all" for name in family.names()]
    if len(set(names)) < len(names):
        names = [f"{name} {number}" for number, name in enumerate(names)]
    place = {name: number for number, name in enumerate(names)}
    sides = family.sides()

    def rule(_: Any, name: str) -> Any:
        number = place[name]
        low, high = sides[number]
        expr = sum((coef * var for coef, var in body[number]), start=0.0)
        if isinstance(expr, float):
            return pyo.Constraint.Feasible if low <= expr <= high else pyo.Constraint.Infeasible
        if low == high:
            return expr == low
        return (None if low == -INF else low, expr, None if high == INF else high)

    return pyo.Constraint(names, rule=rule, doc=family.doc)
