"""Places against the outlines of their townships and villages.

All are warnings: an outline may be old, and a health centre may stand outside its township. They are
told in metres, and together where there are many.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from geodata.boundaries import Boundaries, BoundariesUnreadable, boundaries_of
from geodata.boundary_repair import listed
from geodata.boundary_units import Placed, institution_rows, place
from geodata.catalogue import Texts
from geodata.checks_view import Check, View
from geodata.coordinates import declared_datum, is_datum, possible, tables_to_wgs84
from geodata.place_names import code_of
from geodata.problems import Problem

SAID = Texts("checks_boundaries", "geodata", "checks")

#: More of one kind than these are told together.
MANY = 3
#: Metres: nearer than this to its unit, a place outside it may be an inexact outline.
BESIDE = 100.0
#: Share by which people of a unit and of its communities may differ.
PEOPLE = 0.2
#: Kinds of institutions of which a township has one.
CENTRES = ("township_centre", "community_centre")


def boundaries(view: View) -> Check:
    """The layer can be read, and places lie where their names and codes say."""
    found = layer(view)
    if isinstance(found, Problem):
        yield found
        return
    if found is None:
        return
    yield from found.problems
    if len(found.units):
        placed = placed_in(view, found, "institutions", institution_rows(found))
        yield from _outside(view, found, "institutions", placed)
        yield from _centres(view, found, placed)
        if view.has("communities"):
            yield from _communities(view, found)


def layer(view: View) -> Boundaries | Problem | None:
    """The region's boundaries, what stops them from being read, or None without any."""
    if not is_datum(declared_datum(view.region.settings, "boundaries")):
        return None  # told by the check of coordinate systems
    try:
        return boundaries_of(view.region)
    except BoundariesUnreadable as error:
        return error.said.problem("boundaries", value=error.path.name)
    except OSError as error:
        from geodata.sentences import said

        return said("no_access", why=error.strerror or "").problem("boundaries")


def placed_in(view: View, found: Boundaries, table: str, rows: list[int]) -> Placed:
    """Where the places of a table lie among some units."""
    frame = view.region.tables.get(table)
    if frame is None or not is_datum(declared_datum(view.region.settings, table)):
        none = np.empty(0, dtype=np.int64)
        return Placed(none, none, np.empty(0), np.empty(0))
    frame = tables_to_wgs84({table: frame}, view.region.settings)[table]
    lon, lat = frame["lon"].to_numpy(float).copy(), frame["lat"].to_numpy(float).copy()
    lon[~possible(lon, lat)] = np.nan
    return place(found, rows, view.texts(table, "name"), view.texts(table, "id"), lon, lat)


def _outside(view: View, found: Boundaries, table: str, placed: Placed) -> Check:
    """Points outside their own unit, and points outside all of them."""
    names = found.units["name"].to_numpy()
    for at in np.flatnonzero(placed.to_own > BESIDE):
        here = names[placed.inside[at]] if placed.inside[at] >= 0 else ""
        own, metres = names[placed.own[at]], placed.to_own[at]
        where = SAID.both("outside.here", unit=here) if here else ""
        yield view.problem(
            view.row(table, int(at)),
            "lon",
            SAID.both("outside.expected", own=own),
            SAID.both("outside.cure", own=own, metres=metres, where=where),
            severity="warning",
            value=_point(view, table, int(at)),
        )
    lost = np.flatnonzero((placed.to_any > BESIDE) & (placed.own < 0))
    if len(lost) > MANY:
        ids = view.texts(table, "id")
        most = float(placed.to_any[lost].max())
        yield view.problem(
            None,
            "lon",
            SAID.both("outside_all.expected"),
            SAID.both("outside_all.cure", n=len(lost), most=most),
            severity="warning",
            value=listed([ids[at] for at in lost]),
            table=table,
        )
        return
    for at in lost:
        yield view.problem(
            view.row(table, int(at)),
            "lon",
            SAID.both("outside_any.expected"),
            SAID.both("outside_any.cure", metres=placed.to_any[at]),
            severity="warning",
            value=_point(view, table, int(at)),
        )


def _point(view: View, table: str, at: int) -> str:
    row = view.row(table, at)
    return f"{row['id']} ({row['lon']}, {row['lat']})"


def _centres(view: View, found: Boundaries, placed: Placed) -> Check:
    """Two township centres in one township, and townships without any institution."""
    names = found.units["name"].to_numpy()
    unit = placed.unit
    centres: dict[int, list[int]] = defaultdict(list)
    kinds, levels = view.texts("institutions", "kind"), view.numbers("institutions", "level")
    for at, row in enumerate(unit):
        if row >= 0 and levels[at] == 1 and kinds[at] in CENTRES:
            centres[int(row)].append(at)
    for row, ats in centres.items():
        if len(ats) > 1:
            rows = [view.row("institutions", at) for at in ats]
            yield view.problem(
                rows[1],
                "lon",
                SAID.both("two_centres.expected", unit=names[row]),
                SAID.both("two_centres.cure", rows=view.labels(rows), unit=names[row]),
                severity="warning",
                value=listed([one["id"] for one in rows]),
            )
    filled = set(unit.tolist())
    empty = [row for row in institution_rows(found) if row not in filled]
    if empty and len(unit):
        yield view.problem(
            None,
            "",
            SAID.both("no_institution.expected"),
            SAID.both("no_institution.cure", n=len(empty)),
            severity="warning",
            value=listed([str(names[row]) for row in empty]),
            table="boundaries",
        )


def _communities(view: View, found: Boundaries) -> Check:
    """Communities lie in their township, and their people add up to its population."""
    towns = found.of_level("town", "county", "village", "")
    ids = view.texts("communities", "id")
    placed = placed_in(view, found, "communities", found.finest)
    yield from _outside(view, found, "communities", placed)
    if towns == found.finest:
        in_town = placed
    else:
        in_town = placed_in(view, found, "communities", towns)
    by_code = {code_of(str(found.units["id"].iloc[row])): row for row in towns}
    coded = np.array([by_code.get(code_of(one)[:9], -1) if code_of(one) else -1 for one in ids], dtype=np.int64)
    astray = np.flatnonzero((coded >= 0) & (in_town.inside >= 0) & (in_town.inside != coded))
    if len(astray):
        first = int(astray[0])
        names = found.units["name"].to_numpy()
        yield view.problem(
            view.row("communities", first),
            "lon",
            SAID.both("communities.expected", unit=names[coded[first]]),
            SAID.both("communities.cure", n=len(astray), other=names[in_town.inside[first]]),
            severity="warning",
            value=listed([ids[at] for at in astray]),
        )
    yield from _people(view, found, np.where(coded >= 0, coded, in_town.unit))


def _people(view: View, found: Boundaries, unit: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Check:
    """Residents of a unit and of the communities in it, where both are given."""
    people = view.numbers("communities", "population")
    total: dict[int, float] = defaultdict(float)
    for at, row in enumerate(unit):
        if row >= 0 and np.isfinite(people[at]):
            total[int(row)] += float(people[at])
    given = found.units["population"].to_numpy(float)
    names = found.units["name"].to_numpy()
    odd = [row for row, sum_of in total.items() if abs(sum_of - given[row]) > PEOPLE * max(sum_of, given[row])]
    if odd:
        worst = max(odd, key=lambda row: abs(total[row] - given[row]))
        yield view.problem(
            None,
            "population",
            SAID.both("people.expected"),
            SAID.both("people.cure", n=len(odd), unit=names[worst], counted=total[worst], given=given[worst]),
            severity="warning",
            value=listed([str(names[row]) for row in odd]),
            table="communities",
        )


CHECKS = (boundaries,)
