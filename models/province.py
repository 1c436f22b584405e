"""Alliances of one province: who lends doctors to all of them, and one budget over all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.instance import Doctor, Instance


@dataclass(frozen=True)
class Pool:
    """What the province lends in one specialty. half_days: one number per quarter, over all counties together."""

    id: str
    specialty: str
    half_days: tuple[float, ...]


@dataclass(frozen=True)
class County:
    """One alliance. home: the institution that the lent doctors belong to; minutes, km: their trips to its sites.

    Raises ValueError where the alliance does not know `home`.
    """

    id: str
    instance: Instance
    home: str
    minutes: Mapping[str, float]
    km: Mapping[str, float]

    def __post_init__(self) -> None:
        if self.home not in self.instance.institutions:
            raise ValueError(f"{self.id}: the lent doctors' institution {self.home!r} is none of the alliance's.")


@dataclass(frozen=True)
class Province:
    """Alliances that share pools of doctors (by id) and yuan per year (None: no limit).

    Raises ValueError where two alliances have one id, or quarters differ among alliances and pools.
    """

    counties: tuple[County, ...]
    pool: Mapping[str, Pool]
    yuan_per_year: float | None

    def __post_init__(self) -> None:
        if len({one.id for one in self.counties}) < len(self.counties):
            raise ValueError("two alliances have the same id.")
        quarters = {one.instance.quarters for one in self.counties}
        if len(quarters) > 1:
            raise ValueError("the alliances plan for different quarters.")
        for pool in self.pool.values():
            if any(len(pool.half_days) != len(each) for each in quarters):
                raise ValueError(f"the pool {pool.id} needs one number of half-days for each quarter.")


def lent(pool: Pool) -> str:
    """The doctor record that stands for a pool in a county."""
    return f"pool:{pool.id}"


def with_share(county: County, pool: Mapping[str, Pool], yuan: float | None) -> Instance:
    """The county's own problem with these half-days and this money: an ordinary instance.

    A pool is one record whose free half-days are the county's share, so that the row of its time is the share.
    """
    instance = county.instance
    doctors = {
        lent(one): Doctor(
            id=lent(one),
            name=one.specialty,
            institution=county.home,
            department=lent(one),
            specialties=(one.specialty,),
            title=4,
            free=one.half_days,
            posting="no",
            home_visits=0.0,
            max_minutes=math.inf,
            minutes=county.minutes,
            km=county.km,
        )
        for one in pool.values()
    }
    budget = replace(instance.budget, yuan_per_year=yuan)
    return replace(instance, doctors={**instance.doctors, **doctors}, budget=budget)
