"""A plan found before, under other groups or rules, as a start of a new search: carried over by the names of columns.

Where the new rules only permit more (no groups), such a plan is feasible as it is, so that the search never ends
with less. Where they forbid something (a site in another group), the cells that lost a column begin empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.assemble import Model
from models.baselines import centre_columns
from models.by_hand import settle_whole
from models.matrix import Floats, Matrix
from models.neighbourhood import SITE_AT, SPECIALTY_AT
from models.rows import Columns, Key


@dataclass(frozen=True)
class KnownPlan:
    """The model that a plan was found in, and its columns."""

    model: Model
    x: Floats

    def value(self, aim: str) -> float | None:
        """Its value of an aim; None where its model has no such aim."""
        return self.model.value(aim, self.x) if aim in self.model.aims else None


def carried(known: KnownPlan, model: Model) -> Floats:
    """The whole numbers of a known plan in the columns of another model, everything else zero.

    A cell (site, specialty) of which a column does not exist there is left empty.
    """
    x, lost = np.zeros(model.matrix.cols), set[tuple[str, str]]()
    pairs = [(here, model.variable(here.path)) for here in known.model.sheet.columns if here.integer]
    for old, new in pairs:
        if old.path in SPECIALTY_AT:
            lost |= {_cell(old, key) for key in _used(known, old) if new is None or key not in new}
    for old, new in pairs:
        if new is None:
            continue
        first = int(model.offsets[new.number])
        for key, value in _used(known, old).items():
            if key in new and not (old.path in SPECIALTY_AT and _cell(old, key) in lost):
                x[first + new.position[key]] = value
    return x


def settled(model: Model, matrix: Matrix, whole: Floats) -> Floats | None:
    """The plan with the people of `whole` in a matrix with its centres held; None where some rule breaks."""
    people = model.columns("sessions", "postings")
    return settle_whole(model, matrix, people[matrix.integer[people]], whole)


def with_centres(model: Model, whole: Floats) -> Matrix:
    """The model with the centres of `whole` held."""
    columns = centre_columns(model)
    columns = columns[model.matrix.integer[columns]]
    return model.matrix.fixed(columns, whole[columns])


def _used(known: KnownPlan, columns: Columns) -> dict[Key, float]:
    first = int(known.model.offsets[columns.number])
    values = np.round(known.x[first : first + len(columns)])
    return {columns.keys[at]: float(values[at]) for at in np.flatnonzero(values).tolist()}


def _cell(columns: Columns, key: Key) -> tuple[str, str]:
    return key[SITE_AT[columns.path]], key[SPECIALTY_AT[columns.path]]
