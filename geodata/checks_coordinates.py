"""Points that cannot be right: not degrees, swapped, zero, far away, many on one spot, or missing.

"Far" is measured in the region's own scale, the median distance to its median point, so that a city
and a province are judged alike and a few wrong points do not move the measure.
"""

from __future__ import annotations

import difflib
import math
from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from geodata.catalogue import Texts
from geodata.checks_view import Check, Row, View
from geodata.coordinates import (
    CHINA,
    LAYERS,
    LOCATED,
    declared_datum,
    distance_km,
    in_china,
    is_datum,
    middle,
    possible,
)
from geodata.problems import Problem

SAID = Texts("checks_coordinates", "geodata", "checks")

#: Times the median distance at which a point is worth a look, and the least km for it.
ODD, ODD_KM = 3.0, 20.0
#: Times the median distance at which a point is in another region, and the least km for it.
AWAY, AWAY_KM = 8.0, 100.0
#: So many other places within these km make an outlying point part of the region: an island, a far valley.
COMPANIONS, COMPANION_KM = 5, 12.0
#: Degrees within which a longitude is taken for the region's latitude.
SWAP_DEGREES = 3.0
#: So many different places on one spot look like one geocoded town.
SAME_SPOT = 3
#: More such spots than these in a table are told together.
MANY_SPOTS = 3


def points(view: View) -> Check:
    """Every pair of coordinates is a point of the region, by the measure of all of them."""
    centre = _centre(view)
    for table, (lon, lat) in LOCATED.items():
        for row in view.rows(table):
            x, y = row.number(lon), row.number(lat)
            if math.isnan(x) and math.isnan(y):
                continue
            if math.isnan(y) and centre and _is_latitude(x, centre):
                # the reader has refused a longitude as latitude; what is left is the latitude
                yield _swapped(view, row, (lon, lat), f"{x:g}")
            elif math.isnan(x) or math.isnan(y):
                yield view.problem(
                    row,
                    lon if math.isnan(x) else lat,
                    SAID.both("half.expected"),
                    SAID.both("half.cure"),
                )
            else:
                yield from _point(view, row, (lon, lat), (x, y), centre)


def _centre(view: View) -> tuple[float, float, float] | None:
    """The middle of the institutions; of the communities where hardly any institution has a point."""
    for table in ("institutions", "communities"):
        x, y = view.numbers(table, "lon"), view.numbers(table, "lat")
        if int(possible(x, y).sum()) >= 4:
            return middle(x, y)
    return None


def _point(
    view: View,
    row: Row,
    names: tuple[str, str],
    point: tuple[float, float],
    centre: tuple[float, float, float] | None,
) -> Check:
    x, y = point
    if x == 0 and y == 0:
        yield view.problem(
            row,
            names[0],
            SAID.both("zero.expected"),
            SAID.both("zero.cure"),
            value="0, 0",
        )
        return
    far = _far(x, y, centre)
    if far and abs(x) <= 90 and not _far(y, x, centre):
        yield _swapped(view, row, names, f"{x:g}, {y:g}")
    elif not possible(x, y):
        yield view.problem(
            row,
            names[0] if abs(x) > 180 else names[1],
            SAID.both("not_degrees.expected"),
            SAID.both("not_degrees.cure"),
            value=f"{x:g}, {y:g}",
        )
    elif far == "odd" and _in_company(view, point):
        return
    elif far and centre:
        yield _far_away(view, row, names, point, centre, far)


def _is_latitude(x: float, centre: tuple[float, float, float]) -> bool:
    """Whether a longitude can only be a latitude: near the region's, or no longitude of China."""
    near = abs(x - centre[1]) < SWAP_DEGREES < abs(x - centre[0])
    west, _, south, north = CHINA
    return near or (bool(in_china(centre[0], centre[1])) and south <= x <= north < west)


def _in_company(view: View, point: tuple[float, float]) -> bool:
    """Whether enough other places lie around a point, each counted once per spot."""
    near = 0
    for table in ("institutions", "communities"):
        x, y = view.numbers(table, "lon"), view.numbers(table, "lat")
        spots = np.unique(np.column_stack([x, y])[possible(x, y)], axis=0)
        km = distance_km(spots[:, 0], spots[:, 1], *point)
        near += int(((km > 0.05) & (km < COMPANION_KM)).sum())
    return near >= COMPANIONS


def _swapped(view: View, row: Row, names: tuple[str, str], value: str) -> Problem:
    return view.problem(
        row,
        names[0],
        SAID.both("swapped.expected", lon=names[0], lat=names[1]),
        SAID.both("swapped.cure"),
        value=value,
    )


def _far(x: float, y: float, centre: tuple[float, float, float] | None) -> str:
    """ "" near the others, "odd" or "away" (another province, another country)."""
    if not possible(x, y):
        return "away"
    if centre is None:
        return ""
    km = float(distance_km(x, y, centre[0], centre[1]))
    if km > max(AWAY * centre[2], AWAY_KM):
        return "away"
    return "odd" if km > max(ODD * centre[2], ODD_KM) else ""


def _far_away(
    view: View,
    row: Row,
    names: tuple[str, str],
    point: tuple[float, float],
    centre: tuple[float, float, float],
    far: str,
) -> Problem:
    km = float(distance_km(*point, centre[0], centre[1]))
    datum = declared_datum(view.region.settings, row.table)
    abroad = bool(in_china(centre[0], centre[1]) and not in_china(*point))
    where = SAID.both("far_away.abroad") if abroad else ""
    return view.problem(
        row,
        names[0],
        SAID.both("far_away.expected", median=centre[2]),
        SAID.both("far_away.cure", km=km, datum=datum, where=where),
        value=f"{point[0]:g}, {point[1]:g}",
        severity="error" if far == "away" else "warning",
    )


def same_spot(view: View) -> Check:
    """Different places do not share one point; many that do were placed at their town by a geocoder."""
    for table in ("institutions", "communities"):
        spots: dict[tuple[float, float], list[Row]] = defaultdict(list)
        for row in view.rows(table):
            x, y = row.number("lon"), row.number("lat")
            if not math.isnan(x) and not math.isnan(y) and (x, y) != (0.0, 0.0):
                spots[round(x, 6), round(y, 6)].append(row)
        crowded = {spot: rows for spot, rows in spots.items() if len(rows) >= SAME_SPOT}
        if len(crowded) > MANY_SPOTS:  # a whole table placed so is told once
            crowded = {next(iter(crowded)): [row for rows in crowded.values() for row in rows]}
            several = len([rows for rows in spots.values() if len(rows) >= SAME_SPOT])
        else:
            several = 1
        for (x, y), rows in crowded.items():
            yield view.problem(
                rows[0],
                "lon",
                SAID.both("same_spot.expected"),
                SAID.both("same_spot.cure", n=len(rows), spots=several, rows=_few(view, rows)),
                value=f"{x:g}, {y:g}",
                severity="warning",
            )


def _few(view: View, rows: list[Row]) -> str:
    return view.labels(rows[:5]) + ("…" if len(rows) > 5 else "")


def nowhere(view: View) -> Check:
    """An institution has a point, or stands in the travel table."""
    in_travel = set(view.texts("travel", "origin")) | set(view.texts("travel", "destination"))
    if len(view.rows("institutions")) < 2:
        return
    for row in view.rows("institutions"):
        if math.isnan(row.number("lon")) and math.isnan(row.number("lat")) and row["id"] not in in_travel:
            yield view.problem(
                row,
                "lon",
                SAID.both("nowhere.expected"),
                SAID.both("nowhere.cure"),
            )


def coordinate_systems(view: View) -> Check:
    """`[region] coordinates` names systems that there are, for tables and layers that there are."""
    declared = view.setting("region", "coordinates", "wgs84")
    known = (*LOCATED, *LAYERS)
    for table in declared if isinstance(declared, Mapping) else ():
        if table not in known:
            near = difflib.get_close_matches(str(table), known, n=1)
            yield view.problem(
                None,
                "region.coordinates",
                SAID.both("unknown_layer.expected", known="、".join(known)),
                SAID.both("unknown_layer.cure_near", table=table, near=near[0])
                if near
                else SAID.both("unknown_layer.cure", table=table),
                value=str(table),
                table="plan.toml",
            )
    for table in known:
        datum = declared_datum(view.region.settings, table)
        if not is_datum(datum) and (view.has(table) or table in view.region.layers):
            yield view.problem(
                None,
                "region.coordinates",
                SAID.both("coordinate_systems.expected"),
                SAID.both("coordinate_systems.cure"),
                value=datum,
                table="plan.toml",
            )
            return


CHECKS = (points, same_spot, nowhere, coordinate_systems)
