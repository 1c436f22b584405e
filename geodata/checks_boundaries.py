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
from geodata.checks_view import Check, View
from geodata.coordinates import declared_datum, is_datum, possible, tables_to_wgs84
from geodata.place_names import code_of
from geodata.problems import Problem

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
        where = (f"现在{here}内，" if here else "", f"it lies in {here}, " if here else "")
        yield view.problem(
            view.row(table, int(at)),
            "lon",
            (f"在{own}内", f"a point in {own}"),
            (
                f"{where[0]}在{own}边界外 {metres:.0f} 米：核对坐标或边界",
                f"{where[1]}{metres:.0f} m outside {own}: check the point or the outline",
            ),
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
            ("在某个单位的边界内", "points inside some unit"),
            (
                f"{len(lost)} 处在所有边界之外（最远 {most:.0f} 米）：核对坐标、坐标系，或补全边界",
                f"{len(lost)} lie outside all of them (up to {most:.0f} m): check points and coordinate systems, "
                "or complete the boundaries",
            ),
            severity="warning",
            value=listed([ids[at] for at in lost]),
            table=table,
        )
        return
    for at in lost:
        yield view.problem(
            view.row(table, int(at)),
            "lon",
            ("在某个单位的边界内", "a point inside some unit"),
            (
                f"在所有边界之外，最近的相距 {placed.to_any[at]:.0f} 米：核对坐标或补全边界",
                f"outside all of them, {placed.to_any[at]:.0f} m from the nearest: check the point, or complete them",
            ),
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
                (f"{names[row]}只有一个乡镇（社区）中心", f"one township or community centre in {names[row]}"),
                (
                    f"第 {view.labels(rows)} 行都在{names[row]}：核对坐标、类别和边界",
                    f"rows {view.labels(rows)} are all in {names[row]}: check points, kinds and outlines",
                ),
                severity="warning",
                value=listed([one["id"] for one in rows]),
            )
    filled = set(unit.tolist())
    empty = [row for row in institution_rows(found) if row not in filled]
    if empty and len(unit):
        yield view.problem(
            None,
            "",
            ("每个单位有一个机构", "an institution in every unit"),
            (
                f"{len(empty)} 个单位没有机构，其居民按路程归其他机构：如有遗漏请补上",
                f"{len(empty)} units have none, and their residents go elsewhere by travel: add what is missing",
            ),
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
            (f"在{names[coded[first]]}内（按代码）", f"a point in {names[coded[first]]}, by its code"),
            (
                f"{len(astray)} 个居民点不在其代码所属的单位内（第一个在{names[in_town.inside[first]]}）："
                "核对坐标或代码",
                f"{len(astray)} communities lie outside the unit of their code (the first in "
                f"{names[in_town.inside[first]]}): check points or codes",
            ),
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
            ("与边界图层中的人口相近", "about the population of the unit in the boundaries"),
            (
                f"{len(odd)} 个单位相差 20% 以上，如{names[worst]}：居民点合计 {total[worst]:.0f}，"
                f"边界图层 {given[worst]:.0f}：核对人口口径（常住或户籍）和归属",
                f"{len(odd)} units differ by more than 20 %, such as {names[worst]}: {total[worst]:.0f} in the "
                f"communities, {given[worst]:.0f} in the boundaries. Are both resident, or both registered?",
            ),
            severity="warning",
            value=listed([str(names[row]) for row in odd]),
            table="communities",
        )


CHECKS = (boundaries,)
