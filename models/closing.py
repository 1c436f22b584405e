"""The rows that close the shared sums of the blocks: visits, doctors' time, hospitals, clinic items, the budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from models.instance import Instance
from models.keys import Keys
from models.labels import Labels
from models.ledger import Ledger
from models.rows import INF, Columns, Rows
from models.terms import Part, flat

#: The budget row is written in this many yuan, so that coefficients stay between 1e-3 and 1e5.
MONEY_SCALE = 10_000.0


def close(block: Any, instance: Instance, ledger: Ledger, built: tuple[str, ...], items_paid: bool) -> None:
    """Close the shared sums."""
    labels = instance.labels
    if "referrals" in built:
        _close_visits(ledger, labels)
    _close_time(block, instance, ledger, labels)
    _close_homes(instance, ledger, labels)
    if "shared_centres" in built:
        _close_items(instance, ledger, labels)
    elif items_paid:
        _pay_items(instance, ledger, labels)
    if instance.budget.yuan_per_year is not None:
        family = Rows(
            ledger.sheet, "whole", "budget", doc="money within the budget", rule="budget", unit="10,000 yuan/year"
        )
        family.row((), (), upper=instance.budget.yuan_per_year / MONEY_SCALE)
        for part in instance.budget.covers:
            for columns, places, yuan in ledger.money[part].parts():
                family.add(np.zeros(len(places), dtype=np.int32), columns, places, yuan / MONEY_SCALE)


def _fill(family: Rows, row_of: np.ndarray, parts: list[tuple[np.ndarray, Part]]) -> None:
    """Add terms to the rows of their cells; `row_of` is -1 where a cell has none."""
    for cells, (columns, places, coefs) in parts:
        rows = row_of[cells]
        kept = rows >= 0
        family.add(rows[kept], columns, places[kept], coefs[kept])


def _close_visits(ledger: Ledger, labels: Labels) -> None:
    family = Rows(
        ledger.sheet,
        "whole",
        "visit_balance",
        doc="all kinds of visits add up to the need",
        rule="visit_balance",
        unit="visits/month",
    )
    needs = labels.needs
    pool = needs.each(needs.pool)
    cells = flat(labels.cells, (needs.each(needs.site), needs.each(needs.specialty), needs.quarter))
    row_of = np.full(prod(labels.shape), -1)
    row_of[cells] = family.rows(labels.cell_keys(cells), pool, pool)
    _fill(family, row_of, ledger.sums["visits"].parts(labels.cells))


def _close_time(block: Any, instance: Instance, ledger: Ledger, labels: Labels) -> None:
    family = Rows(
        ledger.sheet,
        "whole",
        "doctor_time",
        doc="half-days fit the doctor's free time",
        rule="doctor_time",
        unit="half-days",
    )
    grid = (labels.doctors, sorted(labels.quarters))
    parts = ledger.sums["half_days"].parts(grid)
    cells = _present(parts, grid)
    doctor, quarter = np.divmod(cells, len(grid[1]))
    keys = Keys(grid, (doctor, quarter))
    idle = Columns(ledger.sheet, block, "idle", keys, doc="free half-days left", unit="half-days/quarter")
    free = np.asarray([instance.doctors[name].free for name in labels.doctors])
    free = free.reshape(len(grid[0]), len(grid[1]))
    free = free[doctor, np.asarray([labels.quarter[name] for name in grid[1]], dtype=np.int64)[quarter]]
    row_of = np.full(prod(map(len, grid)), -1)
    row_of[cells] = rows = family.rows(keys, free, free)
    _fill(family, row_of, parts)
    family.add(rows, idle, np.arange(len(cells)), np.ones(len(cells)))


def _present(parts: list[tuple[np.ndarray, Part]], grid: Sequence[Sequence[str]]) -> np.ndarray:
    """The cells of a grid that have terms, in order."""
    found = np.zeros(prod(map(len, grid)), dtype=bool)
    for cells, _ in parts:
        found[cells] = True
    return np.flatnonzero(found)


def _close_homes(instance: Instance, ledger: Ledger, labels: Labels) -> None:
    family = Rows(
        ledger.sheet,
        "whole",
        "home_capability",
        doc="hospitals treat no more than they can",
        rule="home_capability",
        unit="visits/month",
    )
    grid = (labels.institutions, labels.specialties, sorted(labels.quarters))
    parts = ledger.sums["home_load"].parts(grid)
    left = np.full((len(grid[0]), len(grid[1])), np.nan)
    for (hospital, specialty), capability in instance.capabilities.items():
        left[labels.institution[hospital], labels.specialty[specialty]] = capability.visits - capability.own_load
    cells = _present(parts, grid)
    most = np.repeat(left.ravel(), len(grid[2]))[cells]
    cells, most = cells[~np.isnan(most)], most[~np.isnan(most)]
    row_of = np.full(prod(map(len, grid)), -1)
    row_of[cells] = family.rows(Keys(grid, np.unravel_index(cells, [len(part) for part in grid])), upper=most)
    _fill(family, row_of, parts)


def _close_items(instance: Instance, ledger: Ledger, labels: Labels) -> None:
    """Clinic items go to the centres, or elsewhere at no cost."""
    family = Rows(
        ledger.sheet, "whole", "clinic_items", doc="clinic items go to the centres or elsewhere", unit="items/day"
    )
    grid = (labels.institutions, labels.services, sorted(labels.quarters))
    parts = ledger.sums["clinic_items"].parts(grid)
    cells = _present([(cells[part[2] < 0], part) for cells, part in parts], grid)
    row_of = np.full(prod(map(len, grid)), -1)
    keys = Keys(grid, np.unravel_index(cells, [len(part) for part in grid]))
    row_of[cells] = family.rows(keys, 0.0, 0.0)
    _fill(family, row_of, parts)


def _pay_items(instance: Instance, ledger: Ledger, labels: Labels) -> None:
    """Without centre columns clinic items are paid at their least unit cost.

    Only where a centre must take them: what no centre serves goes elsewhere at no cost, and a bound
    without centre columns must not charge more than the whole model does.
    """
    least: dict[str, float] = defaultdict(lambda: INF)
    for level in instance.levels:
        if level.state != "forbidden" or instance.state("forbidden_centre") != "hard":
            least[level.service] = min(least[level.service], level.cost_per_item)
    weeks = np.asarray([quarter.weeks / instance.weeks for quarter in instance.quarters])
    grid = (labels.institutions, labels.services, labels.quarters)
    price = np.zeros([len(part) for part in grid])
    for name, service in instance.services.items():
        must = service.unserved_cost is None and instance.state("served") != "off" and least[name] < INF
        for site in instance.members.get(name, ()) if must else ():
            price[labels.institution[site], labels.service[name]] = least[name] * service.days_per_year * weeks
    for cells, (columns, places, coefs) in ledger.sums["clinic_items"].parts(grid):
        ledger.pay_many("centres", columns, places, price.ravel()[cells] * coefs)
