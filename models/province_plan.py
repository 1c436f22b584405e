"""The plan of a province: shares of its pool and budget by price, then every county's whole plan within its share.

What is proved of the people's floors and unmet visits holds for the whole plans, shared centres included; these make
the other aims as each county's committee ordered them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models import allocation
from models.closing import MONEY_SCALE
from models.coupled import Coupled, News, Settings, Tell, solve_coupled
from models.crew import Crew, Errand
from models.matrix import Floats
from models.province import Province
from models.province_piece import Finished, Share, available, payloads

#: A share is a little more than what was planned with it, by the rounding of the solver.
ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class ProvincePlan:
    """shares: county, thing (a pool's id or "money"), quarter, share, used, price; counties: their whole plans.

    value: weighted visits a month and shortfalls of the whole plans (of the people's, where no whole plans were asked
    for); bound: no plan of the province has less; gap: as `Coupled.gap`.
    """

    coupled: Coupled
    shares: pd.DataFrame
    counties: Mapping[str, Finished]
    value: float
    bound: float
    gap: float


def plan_province(
    province: Province,
    crew: Crew,
    settings: Settings | None = None,
    county: allocation.Settings | None = None,
    tell: Tell | None = None,
) -> ProvincePlan:
    """One plan for all counties. county: limits of each county's whole plan; None makes the people's plans only.

    Raises `models.errors.CoupledError` where no plan of all counties exists.
    """
    sent = payloads(province.counties, province.pool, province.yuan_per_year)
    size = {one.id: -len(one.instance.sites) * len(one.instance.doctors) for one in province.counties}
    keys = sorted(sent, key=lambda key: (size[key], key))  # the longest work first, so that no worker waits for it
    for key in keys:
        crew.send(key, "models.province_piece:prepare", sent[key])
    found = solve_coupled(crew, keys, available(province.pool, province.yuan_per_year), settings, tell)
    shares = _shares(province, found)
    if county is None:
        return ProvincePlan(found, shares, {}, found.value, found.bound, found.gap)
    errands = [Errand(key, "models.province_piece:finish", _share(province, found, key, county)) for key in keys]
    done = crew.run(errands, lambda at, of: _news(tell, at, of, found))
    counties: dict[str, Finished] = dict(zip(keys, done, strict=True))
    value = sum(one.weighed for one in counties.values())
    idle = found.nothing + sum(one.short for one in counties.values())
    gap = max(0.0, value - found.bound) / max(idle - found.bound, 1.0)
    return ProvincePlan(found, shares, counties, value, min(found.bound, value), gap)


def _news(tell: Tell | None, done: int, of: int, found: Coupled) -> None:
    if tell is not None:
        tell(News("whole plans", done, of, found.value, found.bound))


def _split(province: Province, numbers: Floats) -> tuple[dict[str, tuple[float, ...]], float | None]:
    """Half-days by pool and quarter, and yuan, from the numbers of the shared rows."""
    half_days, at = dict[str, tuple[float, ...]](), 0
    for name, one in province.pool.items():
        half_days[name] = tuple(numbers[at : at + len(one.half_days)].tolist())
        at += len(one.half_days)
    return half_days, None if province.yuan_per_year is None else float(numbers[at]) * MONEY_SCALE


def _share(province: Province, found: Coupled, key: str, settings: allocation.Settings) -> Share:
    """What the county uses, and of what is left over a part as large as its part of the use."""
    offer = found.offers[key]
    assert offer.x is not None
    left = np.maximum(found.available - found.used, 0.0)
    part = np.divide(offer.use, found.used, out=np.zeros_like(offer.use), where=found.used > 0)
    half_days, yuan = _split(province, np.maximum(offer.use, 0.0) + left * part)
    whole = {name: tuple(float(np.floor(number + ROUNDING)) for number in each) for name, each in half_days.items()}
    return Share(whole, yuan, offer.x, settings)


def _shares(province: Province, found: Coupled) -> pd.DataFrame:
    names = [(one.id, at) for one in province.pool.values() for at in range(len(one.half_days))]
    quarters = [one.name for one in province.counties[0].instance.quarters]
    rows = []
    for county in province.counties:
        use = found.offers[county.id].use
        for row, (name, at) in enumerate(names):
            rows.append((county.id, name, quarters[at], float(use[row]), float(found.prices[row])))
        if province.yuan_per_year is not None:
            yuan = MONEY_SCALE * float(use[-1]), float(found.prices[-1]) / MONEY_SCALE
            rows.append((county.id, "money", "", *yuan))
    return pd.DataFrame(rows, columns=["county", "thing", "quarter", "used", "price"])
