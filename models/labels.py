"""The identifiers of an instance, sorted and numbered: what arrays over columns and rows refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from models.instance import Instance
from models.keys import Keys


class Labels:
    """Sorted lists of identifiers, and the place of each; `quarters` are in the order of the horizon."""

    def __init__(self, instance: Instance) -> None:
        cells = {*instance.needs, *instance.capabilities, *instance.posts}
        places = {level.institution for level in instance.levels} | {site for site, _ in instance.volumes}
        self.institutions, self.institution = _numbered({*instance.institutions, *places, *(i for i, _ in cells)})
        self.specialties, self.specialty = _numbered({*instance.specialties, *(k for _, k in cells)})
        self.doctors, self.doctor = _numbered(instance.doctors)
        self.services, self.service = _numbered(instance.services)
        self.quarters = [quarter.name for quarter in instance.quarters]
        self.quarter = {name: at for at, name in enumerate(self.quarters)}

    @property
    def cells(self) -> tuple[list[str], list[str], list[str]]:
        """The grid of (institution, specialty, quarter)."""
        return self.institutions, self.specialties, self.quarters

    def cell_keys(self, institution: np.ndarray, specialty: np.ndarray, quarter: np.ndarray) -> Keys:
        return Keys(self.cells, (institution, specialty, quarter))

    def codes(self, pairs: Iterable[tuple[str, str]]) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of (institution, specialty) pairs."""
        both = [(self.institution[i], self.specialty[k]) for i, k in pairs]
        array = np.asarray(both, dtype=np.int64).reshape(len(both), 2)
        return array[:, 0], array[:, 1]


def _numbered(names: Iterable[str]) -> tuple[list[str], dict[str, int]]:
    ordered = sorted(names)
    return ordered, {name: at for at, name in enumerate(ordered)}


def numbers(items: Iterable[float]) -> np.ndarray:
    """The items as an array of floats, empty where there are none."""
    return np.fromiter(items, dtype=float)


def looked_up(found: Mapping[str, float], labels: Sequence[str], missing: float = np.nan) -> np.ndarray:
    """Values of a mapping in the order of the labels."""
    get = found.get
    return np.asarray([get(label, missing) for label in labels], dtype=float)
