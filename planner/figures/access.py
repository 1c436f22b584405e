"""Access and equity before and after, as whole curves: residents by minutes, clinics by need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.accessibility_shares import gini
from planner.audit.facts import Facts
from planner.figures.change import Change
from planner.indicators_access import places_seen
from planner.indicators_residents import residents
from planner.situation import Situation

Floats = npt.NDArray[np.float64]
#: Minutes at which the curves are read.
GRID = tuple(2.5 * n for n in range(49))


@dataclass(frozen=True)
class Reach:
    """Share of the residents within each minute of `GRID` of the nearest place to be seen; `specialty` "" is the
    mean over specialties by need."""

    specialty: str
    today: tuple[float, ...]
    plan: tuple[float, ...]


@dataclass(frozen=True)
class Lorenz:
    """Cumulative shares of need (x) and of what is measured (y), the sites with least per need first."""

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Access:
    """reach: the mean first, then every specialty by need; clinics, kept: Lorenz curves today and by the plan,
    None where there is nothing; gini_*: of clinics and of visits kept per need."""

    reach: tuple[Reach, ...]
    clinics: tuple[Lorenz | None, Lorenz | None]
    kept: tuple[Lorenz | None, Lorenz | None]
    gini_clinics: Change
    gini_kept: Change


def access(facts: Facts, before: Situation, plan: Situation) -> Access:
    """The curves of a plan; without residents there are none of minutes."""
    held = [_per_site(facts, now, "clinics") for now in (before, plan)]
    kept = [_per_site(facts, now, "kept") for now in (before, plan)]
    return Access(
        _reach(facts, before, plan),
        (_lorenz(held[0]), _lorenz(held[1])), (_lorenz(kept[0]), _lorenz(kept[1])),
        Change(_gini(held[0]), _gini(held[1])), Change(_gini(kept[0]), _gini(kept[1])),
    )  # fmt: skip


def _reach(facts: Facts, before: Situation, plan: Situation) -> tuple[Reach, ...]:
    lived = residents(facts)
    need = plan.visits.groupby("specialty")["need"].sum()
    if not len(lived.people) or lived.people.sum() <= 0 or need.sum() <= 0:
        return ()
    both = [places_seen(facts, now) for now in (before, plan)]
    curves: list[Reach] = []
    for specialty in need.sort_values(ascending=False, kind="stable").index:
        today, planned = (_curve(lived.nearest(at.get(specialty, set())), lived.people) for at in both)
        curves.append(Reach(str(specialty), today, planned))
    weights = [float(need[one.specialty]) for one in curves]
    mean = Reach("", *(_mean([getattr(one, when) for one in curves], weights) for when in ("today", "plan")))
    return (mean, *curves)


def _curve(minutes: Floats, people: Floats) -> tuple[float, ...]:
    # A band holds its bound: exactly 30 minutes is within 30 minutes.
    total = people.sum()
    return tuple(float(people[minutes <= limit + 1e-9].sum() / total) for limit in GRID)


def _mean(curves: list[tuple[float, ...]], weights: list[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.average(np.array(curves), axis=0, weights=weights))


def _per_site(facts: Facts, now: Situation, what: str) -> pd.DataFrame:
    """`need` and `value` by site below the hospitals with a need."""
    level = facts.institutions["level"]
    need = now.visits.groupby("institution")["need"].sum()
    need = need[(need > 0) & (level.reindex(need.index) < 2)]
    if what == "clinics":
        value = now.clinics.groupby("institution")["sessions"].sum()
    else:
        value = now.visits.groupby("institution")["kept"].sum()
    return pd.DataFrame({"need": need, "value": value.reindex(need.index).fillna(0.0)})


def _lorenz(table: pd.DataFrame) -> Lorenz | None:
    if len(table) < 2 or table["value"].sum() <= 0:
        return None
    order = (table["value"] / table["need"]).sort_values(kind="stable").index
    shares = table.loc[order].cumsum() / table.sum()
    x, y = ([0.0, *shares[name]] for name in ("need", "value"))
    return Lorenz(tuple(float(v) for v in x), tuple(float(v) for v in y))


def _gini(table: pd.DataFrame) -> float:
    if len(table) < 2 or table["value"].sum() <= 0:
        return float("nan")
    rate = (table["value"] / table["need"]).to_numpy(dtype=float)
    return gini(rate, table["need"].to_numpy(dtype=float))
