"""A county of a province as one piece of `models.coupled`: its people, priced in lent half-days and money.

The first two aims are one sum, a point of shortfall for `FLOORS_FIRST` visits, since a scarce thing can be split by
prices over one sum only. Shared centres are not in the piece: the people without them, each visit paying its items at
the least unit cost, are a relaxation of the county's whole plan (`models.people_start`), so that what is proved of the
pieces is proved of the province; the centres come when a county makes its whole plan of its share (`finish`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from models import allocation, baselines, by_hand
from models.aims import AimResult
from models.assemble import Model, assemble
from models.centre_route import least_of_services
from models.closing import MONEY_SCALE
from models.coupled_piece import Piece
from models.known_plan import KnownPlan
from models.matrix import Floats
from models.people_route import FLOORS_FIRST
from models.people_start import people_alone
from models.pricing import DONE
from models.province import County, Pool, lent, with_share
from models.route import Route


@dataclass(frozen=True, eq=False)
class CountyPiece(Piece):
    """A piece that remembers its county."""

    county: County | None = None
    pool: Mapping[str, Pool] | None = None
    yuan: float | None = None


def prepare(payload: tuple[County, Mapping[str, Pool], float | None]) -> CountyPiece:
    """The piece of a county that may use all of the pool and all of the money (yuan per year, None: no limit)."""
    county, pool, yuan = payload
    model, floors, paid = _people(county, pool, yuan)
    matrix = model.matrix
    uses, used = _uses(model, pool, yuan, paid)
    nothing = baselines.price(model, baselines.nothing(model), None, levers=False)
    starts = [x for x in (by_hand.running_plan(model, matrix), by_hand.office_plan(model, matrix)) if x is not None]
    done = model.columns(*DONE)
    (short, lacks), (unmet, more) = model.aims["floors"], model.aims["unmet"]
    lacks = FLOORS_FIRST * (lacks + floors)
    return CountyPiece(
        matrix.without_names(), FLOORS_FIRST * short + unmet, lacks + more, uses, used, FLOORS_FIRST * short, lacks,
        _unmet(model, nothing), done[matrix.integer[done]], starts, county, pool, yuan,
    )  # fmt: skip


def _people(county: County, pool: Mapping[str, Pool], yuan: float | None) -> tuple[Model, float, float]:
    """The people of a county, and what its centres add at least: points of shortfall, yuan under the budget."""
    instance = with_share(county, pool, yuan)
    if not instance.levels:
        return assemble(instance), 0.0, 0.0
    route = Route(instance, allocation.Settings(seconds=60.0), None, None)
    route.least = least_of_services(route)
    covered = yuan is not None and "centres" in instance.budget.covers
    return people_alone(route).model, max(0.0, route.least[0]), route.least[1] if covered else 0.0


def _uses(model: Model, pool: Mapping[str, Pool], yuan: float | None, paid: float) -> tuple[sp.csr_matrix, Floats]:
    """Rows of what is shared: half-days of each pool and quarter, then 10,000 yuan a year."""
    matrix, names = model.matrix, [q.name for q in model.instance.quarters]
    at = {key: row for row, key in enumerate(zip(matrix.row_rules.tolist(), matrix.row_subjects, strict=True))}
    wanted = [("doctor_time", f"{lent(one)} {quarter}") for one in pool.values() for quarter in names]
    wanted += [] if yuan is None else [("budget", "")]
    idle = np.ones(matrix.cols)
    idle[model.columns("whole.idle")] = 0.0
    rows = sp.csr_matrix(matrix.A.tocsr() @ sp.diags(idle))
    none = sp.csr_matrix((1, matrix.cols))
    if not wanted:
        return sp.csr_matrix((0, matrix.cols)), np.zeros(0)
    uses = sp.csr_matrix(sp.vstack([rows[at[key]] if key in at else none for key in wanted], format="csr"))
    used = np.zeros(len(wanted))
    if yuan is not None:
        used[-1] = paid / MONEY_SCALE
    return uses, used


def available(pool: Mapping[str, Pool], yuan: float | None) -> Floats:
    """How much there is of each row of `uses`."""
    half_days = [number for one in pool.values() for number in one.half_days]
    return np.array(half_days if yuan is None else [*half_days, yuan / MONEY_SCALE])


def _unmet(model: Model, x: Floats | None) -> float:
    """Visits unmet when nothing is done; all of the need where that cannot be priced."""
    return model.value("unmet", x) if x is not None else sum(need.pool for need in model.instance.needs.values())


# --- the county's whole plan ------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """Argument of `finish`: half-days of each pool by quarter, yuan per year, the people's plan, settings."""

    half_days: Mapping[str, tuple[float, ...]]
    yuan: float | None
    x: Floats
    settings: allocation.Settings


@dataclass(frozen=True)
class Finished:
    """A county's whole plan: its aims, the tables of the plan folder, and its part of the province's sum.

    weighed: unmet visits and shortfalls in one sum, `short` the shortfalls' part of it (inf: no plan was found); used:
    half-days of each pool by quarter.
    """

    status: str
    aims: tuple[AimResult, ...]
    tables: Mapping[str, pd.DataFrame]
    weighed: float
    short: float
    used: Mapping[str, tuple[float, ...]]


def finish(piece: CountyPiece, share: Share) -> Finished:
    """The plan with all aims, centres too, within the county's share; the people's plan is where it begins."""
    assert piece.county is not None and piece.pool is not None
    known = KnownPlan(_people(piece.county, piece.pool, piece.yuan)[0], share.x)
    pool = {name: replace(one, half_days=share.half_days[name]) for name, one in piece.pool.items()}
    found = allocation.plan(with_share(piece.county, pool, share.yuan), share.settings, known=known)
    if found.model is None or found.x is None:
        return Finished(found.status.value, found.aims, dict(found.tables), np.inf, np.inf, {})
    short = FLOORS_FIRST * found.model.value("floors", found.x)
    weighed = short + found.model.value("unmet", found.x)
    uses, _ = _uses(found.model, pool, share.yuan, 0.0)
    spent, quarters = uses @ found.x, len(found.model.instance.quarters)
    used = {name: tuple(spent[at * quarters : (at + 1) * quarters].tolist()) for at, name in enumerate(pool)}
    return Finished(found.status.value, found.aims, dict(found.tables), weighed, short, used)


def payloads(
    counties: Sequence[County], pool: Mapping[str, Pool], yuan: float | None
) -> dict[str, tuple[County, Mapping[str, Pool], float | None]]:
    """What a crew is sent, by county."""
    return {one.id: (one, pool, yuan) for one in counties}
