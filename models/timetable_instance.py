"""A regular timetable (固定坐诊表): who holds clinics where in which half-days of which weeks, all decided at once.

Unlike the roster, which dates what an allocation counted, nothing is counted before: doctors, demand by week, and what
visits, regular half-days and opened ways cost.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.errors import ShapeError
from models.matrix import Bools, Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Costs:
    """What a plan pays.

    distance: per visit and unit of distance; way: a doctor goes to a site at all (then at least `least` visits, or as
    many as are possible where that is less); regular: each half-day of the week that a doctor keeps for a site, in
    however many weeks; unmet: per visit wanted and not held, times the specialty's weight; missed: two weeks in a row
    without a visit in a specialty that is wanted in both; uneven: the greatest load of a doctor, as a share of what he
    offers.
    """

    distance: float = 10.0
    way: float = 6.0
    regular: float = 2.0
    unmet: float = 10.0
    missed: float = 25.0
    uneven: float = 30.0
    least: int = 2


@dataclass(frozen=True, eq=False)
class TimetableInstance:
    """Doctors D, sites S, specialties C, weeks K, half-days T of a week (two a day, morning first).

    specialty, sessions (most visits a week), travel (most distance a week): (D,); free: (D, T); rooms: (S,); doctor,
    site, distance: the pairs who may go where, (P,); wanted: visits (S, C, K); weight: (C,).

    Raises `ShapeError` where lengths do not fit together, a number is negative, no number, or beyond what there is,
    what is counted is not whole, or a pair stands twice.
    """

    specialty: Ints
    sessions: Ints
    travel: Floats
    free: Bools
    rooms: Ints
    doctor: Ints
    site: Ints
    distance: Floats
    wanted: Ints
    weight: Floats
    costs: Costs = Costs()

    def __post_init__(self) -> None:
        doctors, half_days = self.free.shape
        sites, kinds, weeks = self.wanted.shape
        fits = (
            half_days % 2 == 0
            and {len(self.specialty), len(self.sessions), len(self.travel)} == {doctors}
            and (len(self.rooms), len(self.weight)) == (sites, kinds)
            and len(self.doctor) == len(self.site) == len(self.distance)
        )
        if not fits:
            raise ShapeError("doctors, sites, pairs and demand of the timetable do not have the same lengths.")
        counted = (self.specialty, self.sessions, self.rooms, self.doctor, self.site, self.wanted)
        if any(one.dtype.kind != "i" for one in counted):
            raise ShapeError("doctors, sites, specialties, visits and rooms of a timetable are whole numbers.")
        ends = ((self.specialty, kinds), (self.doctor, doctors), (self.site, sites))
        if any(one.size and (one.min() < 0 or one.max() >= end) for one, end in ends):
            raise ShapeError("a specialty, doctor or site of the timetable is none of those that there are.")
        amounts = (self.sessions, self.travel, self.rooms, self.distance, self.wanted, self.weight, astuple(self.costs))
        if not all((np.asarray(one) >= 0).all() for one in amounts) or weeks < 1:
            raise ShapeError("a timetable has a week, and no visits, distances, rooms, weights or costs below 0.")
        if len(np.unique(self.doctor * sites + self.site)) < len(self.doctor):
            raise ShapeError("a doctor and a site are paired twice.")

    @property
    def doctors(self) -> int:
        return int(self.free.shape[0])

    @property
    def half_days(self) -> int:
        return int(self.free.shape[1])

    @property
    def sites(self) -> int:
        return len(self.rooms)

    @property
    def weeks(self) -> int:
        return int(self.wanted.shape[2])

    @cached_property
    def asked(self) -> Ints:
        """Visits wanted of each pair's specialty at its site, (P, K)."""
        found: Ints = self.wanted[self.site, self.specialty[self.doctor]]
        return found

    @cached_property
    def most(self) -> Ints:
        """Visits that each pair can make at most in each week, (P, K); a visit nobody asked for is none."""
        offered = np.minimum(self.sessions, self.free.sum(axis=1))[self.doctor]
        found: Ints = np.minimum(self.asked, offered[:, None])
        return found

    def load(self, count: Ints) -> float:
        """The greatest load of a doctor where the pairs make so many visits, (P, K): a share of what he offers."""
        made = np.bincount(self.doctor, count.sum(axis=1), minlength=self.doctors)
        return float((made / np.maximum(self.sessions * self.weeks, 1)).max(initial=0.0))

    @cached_property
    def groups(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Site, specialty and week of each demand; and the demand of each of these, (S, C, K), -1 where none is."""
        site, kind, week = np.nonzero(self.wanted)
        number = np.full(self.wanted.shape, -1)
        number[site, kind, week] = np.arange(len(site))
        return site, kind, week, number

    @cached_property
    def pairs_of_weeks(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Site, specialty and first week of two weeks in a row that both want visits; and their number, (S, C, K)."""
        site, kind, week = np.nonzero((self.wanted[:, :, :-1] > 0) & (self.wanted[:, :, 1:] > 0))
        number = np.full(self.wanted.shape, -1)
        number[site, kind, week] = np.arange(len(site))
        return site, kind, week, number
