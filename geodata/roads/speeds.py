"""Speeds by class of road: the built-in table `speeds.csv`, and the region's own in its place."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd

MODES = ("car", "ebike", "bus", "walk")
#: A tagged limit is a ceiling, not a mean: OSRM's car profile drives 0.8 of it, and so do we.
LIMIT_SHARE = 0.8


@dataclass(frozen=True)
class Speeds:
    """km/h by class of road (OpenStreetMap's word) and mode; 0 closes the class to the mode.

    words: other names of a class -> class, in lower case. own: by profile ("vehicle", "patient"),
    class -> km/h that the region's table writes; these are used as written, also where the file
    tags a limit. limit_share: km/h driven per km/h of a tagged limit.
    """

    kmh: Mapping[str, Mapping[str, float]]
    words: Mapping[str, str]
    own: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: {"vehicle": {}, "patient": {}})
    limit_share: float = LIMIT_SHARE

    def class_of(self, word: str) -> str | None:
        """The class that a word of a road file or of the table means; None for an unknown word."""
        plain = word.strip().lower().replace(" ", "_").replace("-", "_")
        return plain if plain in self.kmh or self._is_own(plain) else self.words.get(plain)

    def of(self, kind: str, mode: str, profile: str) -> float:
        """km/h of a class (0: closed) for a mode under a profile; 0 for an unknown class."""
        own = self.own[profile].get(kind)
        return own if own is not None else self.kmh.get(kind, {}).get(mode, 0.0)

    def is_own(self, kind: str, profile: str) -> bool:
        """Whether the region's table writes this speed."""
        return kind in self.own[profile]

    def shown(self) -> list[str]:
        """A word for each class of road, for people: its Chinese word where it has one."""
        chinese = {kind: word for word, kind in reversed(list(self.words.items()))}
        return [f"{chinese[kind]} {kind}" if kind in chinese else kind for kind in self.kmh if "_" not in kind]

    def ranks(self, kinds: pd.Series) -> npt.NDArray[np.float64]:
        """(n,) built-in km/h of classes for cars: which of two roads is the greater. 0 for unknown ones."""
        return np.asarray(kinds.map(lambda kind: self.kmh.get(kind, {}).get("car", 0.0)), float)

    def _is_own(self, kind: str) -> bool:
        return any(kind in own for own in self.own.values())


@cache
def built_in() -> Speeds:
    """The table `speeds.csv`: domain.md B6 for the Chinese classes, mapped to OpenStreetMap's."""
    text = files("geodata").joinpath("roads", "speeds.csv").read_text(encoding="utf-8")
    kmh: dict[str, dict[str, float]] = {}
    words: dict[str, str] = {}
    for row in csv.DictReader(text.splitlines()):
        kmh[row["class"]] = {mode: float(row[mode]) for mode in MODES}
        words |= {word.lower(): row["class"] for word in row["words"].split(";") if word}
    return Speeds(kmh, words)


def speeds_of(table: pd.DataFrame | None) -> Speeds:
    """The built-in speeds with the region's table `road_speeds` in their place where it has a value.

    `table` has the columns class, vehicle_kmh, patient_kmh (both km/h, may be blank). A class that
    the built-in table does not know is added under its own word, so that a layer may use it.
    """
    base = built_in()
    if table is None or table.empty:
        return base
    own: dict[str, dict[str, float]] = {"vehicle": {}, "patient": {}}
    for row in table.to_dict("records"):
        word = str(row["class"])
        kind = base.class_of(word) or word.strip().lower().replace(" ", "_").replace("-", "_")
        for profile, column in (("vehicle", "vehicle_kmh"), ("patient", "patient_kmh")):
            value = row.get(column)
            if value is not None and pd.notna(value):
                own[profile][kind] = float(value)
        known = base.kmh.get(kind)
        if known is None and kind in own["vehicle"]:
            # A new class with one speed only: patients by car drive it too.
            own["patient"].setdefault(kind, own["vehicle"][kind])
    return Speeds(base.kmh, base.words, own, base.limit_share)
