"""A compiled roster model: Pyomo variables and row families, arrays, and one cost vector per aim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.environ as pyo

from models.assemble import compile_sheet, no_garbage_collection
from models.matrix import Floats, Matrix
from models.roster_instance import RosterInstance
from models.rows import INF, Columns, Key, Rows, Sheet, Term

__all__ = ["Draft", "RosterModel", "no_garbage_collection"]

#: Aims of the roster in their order: unit, and the least difference that counts.
AIMS: Mapping[str, tuple[str, float]] = {
    "roster_promises": ("points of shortfall", 1e-6),
    "roster_unheld": ("visits", 1e-6),
    "roster_windows": ("windows without a clinic", 1e-6),
    "roster_regular": ("points", 1e-6),
    "roster_fair": ("points", 1e-6),
    "roster_travel": ("minutes", 1e-6),
    "roster_market": ("clinics", 1e-6),
    "roster_change": ("clinics moved", 1e-6),
}
#: Points of a visit that another doctor than allocated holds, and of one off the fixed weekday.
TAKEN_OVER, OFF_WEEKDAY = 40.0, 20.0
#: Points of a hard lock that is not kept, and of each clinic moved beyond the change limit.
BROKEN = 1_000.0
#: Minutes that a vehicle's day counts; people in one vehicle.
VEHICLE_MINUTES, SEATS = 120.0, 4


@dataclass
class Draft:
    """A model while it is built: variables, rows, and terms of the aims."""

    instance: RosterInstance
    name: str
    sheet: Sheet = field(default_factory=Sheet)
    pyomo: Any = None
    aims: dict[str, list[Term]] = field(default_factory=lambda: defaultdict(list))
    constants: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def __post_init__(self) -> None:
        self.pyomo = pyo.ConcreteModel()
        self.pyomo.add_component(self.name, pyo.Block())

    @property
    def block(self) -> Any:
        return self.pyomo.component(self.name)

    def columns(self, name: str, keys: Iterable[Key], doc: str, unit: str, **more: Any) -> Columns:
        return Columns(self.sheet, self.block, name, keys, doc=doc, unit=unit, **more)

    def rows(self, name: str, doc: str, rule: str = "", unit: str = "") -> Rows:
        return Rows(self.sheet, self.name, name, doc=doc, rule=rule, unit=unit)

    def aim(self, name: str, columns: Columns, key: Key, coef: float) -> None:
        self.aims[name].append((columns, key, coef))

    def off(self, rule: str) -> bool:
        return self.instance.state(rule) == "off"

    def compile(self) -> RosterModel:
        """Price the shortfalls of soft rules and make the arrays."""
        for family in [f for f in self.sheet.families if f.rule]:
            state = self.instance.state(family.rule)
            if state == "off":
                self.sheet.families.remove(family)
            elif state == "soft" and len(family):
                setting = self.instance.rules.get(family.rule)
                self._soften(family, setting.weight if setting is not None else 1.0)
        matrix = compile_sheet(self.sheet)
        offsets = self.sheet.offsets()
        vectors = {}
        for aim in AIMS:
            vector = np.zeros(matrix.cols)
            for columns, key, coef in self.aims.get(aim, ()):
                vector[offsets[columns.number] + columns.position[key]] += coef
            vectors[aim] = (vector, self.constants.get(aim, 0.0))
        return RosterModel(self.instance, self.pyomo, self.sheet, matrix, vectors)

    def _soften(self, family: Rows, weight: float) -> None:
        keys = [(str(at), side) for at in range(len(family)) for side in ("below", "above")]
        keys = [k for k in keys if (family.lower if k[1] == "below" else family.upper)[int(k[0])] not in (INF, -INF)]
        slack = self.columns(f"short_{family.name}", keys, f"shortfall of {family.name}", family.unit)
        for at, key in enumerate(keys):
            sign = 1.0 if key[1] == "below" else -1.0
            family.add(np.asarray([int(key[0])]), slack, np.asarray([at]), sign)
            self.aim("roster_promises", slack, key, weight)


@dataclass(frozen=True, eq=False)
class RosterModel:
    """Arrays of one model; `aims` has a cost vector and a constant per aim."""

    instance: RosterInstance
    pyomo: Any
    sheet: Sheet
    matrix: Matrix
    aims: dict[str, tuple[Floats, float]]

    def columns(self, name: str) -> Columns | None:
        return next((c for c in self.sheet.columns if c.name == name), None)

    def places(self, name: str) -> np.ndarray:
        """Numbers of the columns of one variable, in the order of its keys."""
        columns = self.columns(name)
        if columns is None:
            return np.zeros(0, dtype=np.int64)
        first = int(self.sheet.offsets()[columns.number])
        return np.arange(first, first + len(columns))

    def value(self, aim: str, x: Floats) -> float:
        vector, constant = self.aims[aim]
        return float(vector @ x) + constant
