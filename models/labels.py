"""The identifiers of an instance, sorted and numbered: what arrays over columns and rows refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from models.keys import Keys

if TYPE_CHECKING:
    from models.instance import Instance


class Labels:
    """Sorted lists of identifiers, and the place of each; `quarters` are in the order of the horizon."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        cells = {*instance.needs, *instance.capabilities, *instance.posts}
        places = {level.institution for level in instance.levels} | {site for site, _ in instance.volumes}
        places |= {site for _, site, _ in instance.today_sessions}
        self.institutions, self.institution = _numbered({*instance.institutions, *places, *(i for i, _ in cells)})
        self.specialties, self.specialty = _numbered({*instance.specialties, *(k for _, k in cells)})
        self.doctors, self.doctor = _numbered(instance.doctors)
        self.services, self.service = _numbered(instance.services)
        self.quarters = [quarter.name for quarter in instance.quarters]
        self.quarter = {name: at for at, name in enumerate(self.quarters)}
        #: Numbers of the quarters in the order of their names, in which some rows stand.
        self.by_name = np.asarray(sorted(range(len(self.quarters)), key=self.quarters.__getitem__), dtype=np.int64)

    @property
    def cells(self) -> tuple[list[str], list[str], list[str]]:
        """The grid of (institution, specialty, quarter)."""
        return self.institutions, self.specialties, self.quarters

    @property
    def shape(self) -> tuple[int, int, int]:
        """Its size along each side."""
        return len(self.institutions), len(self.specialties), len(self.quarters)

    def cell_keys(self, cells: np.ndarray) -> Keys:
        """Names of cells by their places in the grid."""
        return Keys(self.cells, np.unravel_index(cells, self.shape))

    def named(self, grid: np.ndarray) -> np.ndarray:
        """Places in the grid of the cells where `grid` is true, ordered by names."""
        site, specialty, rank = np.nonzero(grid[:, :, self.by_name])
        found: np.ndarray = np.ravel_multi_index((site, specialty, self.by_name[rank]), self.shape)
        return found

    @cached_property
    def needs(self) -> Needs:
        return Needs(self._instance, self)


class Needs:
    """The needs, sorted, as arrays: `site` and `specialty` are numbers of labels, the rest as in `instance.Need`."""

    def __init__(self, instance: Instance, labels: Labels) -> None:
        self.keys = sorted(instance.needs)
        self.all = [instance.needs[key] for key in self.keys]
        self.site = np.asarray([labels.institution[i] for i, _ in self.keys], dtype=np.int64)
        self.specialty = np.asarray([labels.specialty[k] for _, k in self.keys], dtype=np.int64)
        self.need, self.own = numbers(one.need for one in self.all), numbers(one.own for one in self.all)
        self.left, self.unmet = numbers(one.left for one in self.all), numbers(one.unmet for one in self.all)
        self.outreach = numbers(one.outreach for one in self.all)
        self.referred = numbers(one.referred_today for one in self.all)
        self.recoverable = numbers(one.recoverable for one in self.all)
        self.calibration = numbers(one.calibration for one in self.all)
        self.priority = numbers(one.priority for one in self.all)
        self.has_outreach = np.asarray([one.has_outreach for one in self.all], dtype=bool)
        self.pool = np.maximum(0.0, self.need - self.own)
        self.recoverable_visits = self.recoverable * (self.left + self.referred) + self.unmet + self.outreach
        self.many = len(labels.quarters)
        #: Number of the need at (institution, specialty), -1 where there is none.
        self.at = np.full(labels.shape[:2], -1)
        self.at[self.site, self.specialty] = np.arange(len(self.keys))

    @property
    def quarter(self) -> np.ndarray:
        """Quarters of the cells of all needs, need by need."""
        return np.tile(np.arange(self.many), len(self.keys))

    def each(self, values: np.ndarray) -> np.ndarray:
        """One value per need, repeated for every quarter."""
        return np.repeat(values, self.many)


def _numbered(names: Iterable[str]) -> tuple[list[str], dict[str, int]]:
    ordered = sorted(names)
    return ordered, {name: at for at, name in enumerate(ordered)}


def numbers(items: Iterable[float]) -> np.ndarray:
    """The items as an array of floats."""
    return np.fromiter(items, dtype=float)


def looked_up(found: Mapping[str, float], labels: Sequence[str]) -> np.ndarray:
    """Values of a mapping in the order of the labels, NaN where there is none."""
    get = found.get
    return np.asarray([get(label, np.nan) for label in labels], dtype=float)
