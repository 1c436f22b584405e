"""A finished travel table in memory for one run, and in the cache for the next."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata import travel_network
from geodata.problems import Problem
from geodata.travel_cache import Arrays, load, store
from geodata.travel_options import TravelOptions
from geodata.travel_places import COLUMNS, Places
from geodata.travel_unreached import Trouble

if TYPE_CHECKING:
    from geodata.travel import Travel

_KIND = "table"
#: The last answer of this run: `check` and `plan` ask the same question one after the other.
_last: dict[str, Travel] = {}


def kept(places: Places, key: str, make: Callable[[], Travel], options: TravelOptions) -> Travel:
    """The answer to the question of this key: from memory, from disk, or made and kept in both."""
    if key in _last:
        return _copy(_last[key])
    started = time.monotonic()
    entry = load(_KIND, key)
    made = None if entry is None else _read(places, options, *entry)
    if made is None:
        made = make()
        store(_KIND, key, *_plain(places, made))
    made = replace(made, seconds=round(max(time.monotonic() - started, 1e-3), 3))
    _last.clear()
    _last[key] = made
    return _copy(made)


def forget() -> None:
    """Drop what is held in memory, as a new run would find it."""
    _last.clear()
    travel_network.forget()


def _copy(made: Travel) -> Travel:
    """An answer whose table may be changed; the columns are shared until they are (pandas copies on write)."""
    return replace(made, table=made.table.copy(deep=False), problems=list(made.problems), facts=dict(made.facts))


def _plain(places: Places, made: Travel) -> tuple[Arrays, Any]:
    """Names become positions; every text is in the JSON."""
    table = made.table
    arrays: Arrays = {name: table[name].to_numpy(float) for name in ("minutes", "km")}
    words: dict[str, list[str]] = {}
    for name in ("profile", "method"):
        codes, unique = pd.factorize(table[name], sort=True)
        arrays[name], words[name] = codes.astype(np.int16), [str(word) for word in unique]
    for name in ("origin", "destination"):
        codes, unique = pd.factorize(table[name])
        at = np.array([places.at[str(one)] for one in unique], np.int32)
        arrays[name] = at[codes] if len(at) else np.zeros(0, np.int32)
    told = [asdict(problem) for problem in made.problems]
    return arrays, {
        "words": words, "problems": told, "facts": made.facts, "metres": made.metres,
        "troubles": [asdict(trouble) for trouble in made.troubles], "calibration": made.options.calibration,
    }  # fmt: skip


def _read(places: Places, options: TravelOptions, arrays: Arrays, about: Any) -> Travel | None:
    from geodata.travel import Travel

    try:
        columns: dict[str, Any] = {name: places.ids[arrays[name]] for name in ("origin", "destination")}
        columns |= {name: arrays[name].astype(float) for name in ("minutes", "km")}
        for name in ("profile", "method"):
            columns[name] = np.array([*about["words"][name], ""], dtype=object)[arrays[name]]
        return Travel(
            pd.DataFrame(columns, columns=COLUMNS),
            replace(options, calibration=float(about["calibration"])),
            [Problem(**problem) for problem in about["problems"]],
            dict(about["facts"]),
            {str(place): float(metres) for place, metres in about["metres"].items()},
            [Trouble(**trouble) for trouble in about["troubles"]],
            from_cache=True,
        )
    except (KeyError, TypeError, ValueError, IndexError):
        return None
