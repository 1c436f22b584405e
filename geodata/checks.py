"""Everything that can be wrong with a region beyond a single cell, found in one run.

    problems = region.problems + check_region(region)

Reading reports what one cell or one table shows; here is what only several rows or tables show
together. No check stops another: all of them run, whatever the earlier ones found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from geodata import (
    checks_boundaries,
    checks_centres,
    checks_coordinates,
    checks_datum,
    checks_fabricated,
    checks_keys,
    checks_lock_filters,
    checks_locks,
    checks_memberships,
    checks_needs,
    checks_people,
    checks_places,
    checks_practice,
    checks_reach,
    checks_references,
    checks_roads,
    checks_targets,
    checks_travel,
    datum_roads,
)
from geodata.checks_view import Check, View
from geodata.problems import Problem
from geodata.region import Region
from geodata.schema import TABLES

#: The catalogue of checks, in the order in which they run.
CHECKS: tuple[Callable[[View], Check], ...] = (
    *checks_references.CHECKS,
    *checks_keys.CHECKS,
    *checks_places.CHECKS,
    *checks_coordinates.CHECKS,
    *checks_datum.CHECKS,
    *datum_roads.CHECKS,
    *checks_boundaries.CHECKS,
    *checks_fabricated.CHECKS,
    *checks_travel.CHECKS,
    *checks_roads.CHECKS,
    *checks_people.CHECKS,
    *checks_practice.CHECKS,
    *checks_needs.CHECKS,
    *checks_centres.CHECKS,
    *checks_memberships.CHECKS,
    *checks_reach.CHECKS,
    *checks_locks.CHECKS,
    *checks_lock_filters.CHECKS,
)


def check_region(region: Region, indicators: Collection[str] | None = None) -> list[Problem]:
    """Every cross-table problem, errors and warnings, by table and row; [] for a clean region.

    indicators: the ids of the indicators that a plan shows; table `targets` is compared with them.
    """
    view = View(region)
    found = [problem for check in CHECKS for problem in check(view)]
    found += checks_targets.targets(view, indicators)
    order = {table: at for at, table in enumerate(TABLES)}
    return sorted(dict.fromkeys(found), key=lambda p: (order.get(p.table, len(order)), _row_number(p.row), p.column))


def _row_number(row: str) -> int:
    """Rows of sheets are numbers; a problem of a whole table comes before its rows."""
    return int(row) if row.isdecimal() else 0
