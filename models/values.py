"""Reading a solution by the names of the variables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.rows import Columns, Key, Sheet


@dataclass(frozen=True)
class Values:
    """A solution vector seen through the model's variables."""

    sheet: Sheet
    x: np.ndarray

    def columns(self, path: str) -> Columns | None:
        """The variable `block.name`, or None when the model has none."""
        for columns in self.sheet.columns:
            if columns.path == path:
                return columns
        return None

    def of(self, path: str, least: float = 1e-9) -> dict[Key, float]:
        """Values of a variable by key; entries of absolute size up to `least` are left out."""
        columns = self.columns(path)
        if columns is None:
            return {}
        start = int(self.sheet.offsets()[columns.number])
        part = self.x[start : start + len(columns)]
        return {columns.keys[at]: float(part[at]) for at in np.flatnonzero(np.abs(part) > least).tolist()}

    def get(self, path: str) -> dict[Key, float]:
        """All values of a variable by key, zeros too."""
        columns = self.columns(path)
        if columns is None:
            return {}
        start = int(self.sheet.offsets()[columns.number])
        return dict(zip(columns.keys, self.x[start : start + len(columns)].tolist(), strict=True))
