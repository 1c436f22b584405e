"""The columns of a plan's model in its folder, so that a later question begins where the plan ended."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from models.allocation import Outcome
    from models.assemble import Model
    from models.instance import DateCut, Instance
    from models.matrix import Floats

FILE = "decisions.json"
#: What is less in a column is nothing.
NOTHING = 1e-12


def write_decisions(folder: Path, outcome: Outcome) -> None:
    """Write `decisions.json`: what of each variable is not zero, by its keys, and what dates were found to allow."""
    if outcome.model is None or outcome.x is None:
        return
    columns: dict[str, list[list[Any]]] = {}
    for one in outcome.model.sheet.columns:
        first = int(outcome.model.offsets[one.number])
        values = outcome.x[first : first + len(one)]
        used = np.flatnonzero(np.abs(values) > NOTHING)
        if used.size:
            columns[one.path] = [[_plain(one.keys[at]), float(values[at])] for at in used.tolist()]
    cuts = [asdict(cut) for cut in outcome.model.instance.date_cuts]
    text = json.dumps({"columns": columns, "date_cuts": cuts}, ensure_ascii=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_cuts(folder: Path, instance: Instance) -> Instance:
    """The instance with what the plan's dates were found to allow. Raises FileNotFoundError without the file."""
    return replace(instance, date_cuts=tuple(_cut(one) for one in _read(folder)["date_cuts"]))


def read_columns(folder: Path, model: Model) -> Floats | None:
    """The plan in the columns of a model of the same problem; None where a column of it is unknown there."""
    x = np.zeros(model.matrix.cols)
    for path, entries in _read(folder)["columns"].items():
        columns = model.variable(path)
        if columns is None:
            return None
        known = {json.dumps(_plain(key)): at for at, key in enumerate(columns.keys)}
        first = int(model.offsets[columns.number])
        for key, value in entries:
            at = known.get(json.dumps(key))
            if at is None:
                return None
            x[first + at] = value
    return x


def _read(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return found


def _cut(entry: dict[str, Any]) -> DateCut:
    from models.instance import DateCut

    return DateCut(**{**entry, "pairs": tuple((site, kind) for site, kind in entry["pairs"])})


def _plain(key: Any) -> Any:
    """A key as JSON knows it: lists of texts and numbers, days as ISO."""
    if isinstance(key, tuple):
        return [_plain(part) for part in key]
    return key.isoformat() if isinstance(key, date) else key
