"""Promises that the roads do not allow: turnaround, window and longest trip, and sites nobody reaches.

All of these are warnings: the plan is possible, and names who stays unserved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from geodata.catalogue import Texts
from geodata.checks_centres import items_by_service, levels_by_service
from geodata.checks_people import may_serve, scope_of
from geodata.checks_roads import travel_of
from geodata.checks_view import Check, Row, Say, View
from geodata.problems import Problem
from geodata.travel import Travel

SAID = Texts("checks_reach", "geodata", "checks")

Trips = Mapping[tuple[str, str], float]


def headway_minutes(loops_per_week: float) -> float:
    """Longest minutes between two courier loops, weekends included, by loops a week (on working days)."""
    for loops, minutes in ((14, 960), (7, 1440), (6, 2880), (3, 4320), (2, 5760)):
        if loops_per_week >= loops:
            return float(minutes)
    return 10080.0


def trips(view: View) -> Trips | None:
    """Vehicle minutes to and from hosts and hospitals; None where the settings do not let them be found."""
    made = travel_of(view)
    if not isinstance(made, Travel):
        return None
    table = made.table
    ends = {*view.texts("centres", "institution"), *view.texts("doctors", "institution")}
    # communities, of which there may be twenty thousand, are neither members nor sites
    places = view.ids("institutions")
    table = table[table["origin"].isin(places) & table["destination"].isin(places)]
    table = table[(table["profile"] != "patient") & (table["origin"].isin(ends) | table["destination"].isin(ends))]
    return dict(zip(zip(table["origin"], table["destination"], strict=True), table["minutes"], strict=True))


def _nearest(roads: Trips, origin: str, places: set[str]) -> float:
    return min((0.0 if origin == h else roads.get((origin, h), math.inf) for h in places), default=math.inf)


def reach(view: View) -> Check:
    """Centres are near enough to their members, and doctors to the sites."""
    roads = trips(view)
    if roads is not None:
        yield from services(view, roads)
        yield from sites(view, roads)


def services(view: View, roads: Trips) -> Check:
    """Some candidate of a service can keep its times for each member."""
    limits = ("turnaround_minutes", "window_minutes", "max_minutes")
    rows = [row for row in view.rows("services") if any(row.said(column) for column in limits)]
    items, levels = items_by_service(view), levels_by_service(view)
    known = {place for pair in roads for place in pair}
    collection = view.number_setting("shared_centres", "collection_minutes", 120.0)
    for row in rows:
        hosts, members = set(levels.get(row["id"], {})), sorted(known & set(items.get(row["id"], {})))
        if not hosts or not members:
            continue
        work, headway = _given(row, "work_minutes"), headway_minutes(_given(row, "loops_per_week", 5.0))
        spare = {
            "turnaround_minutes": row.number("turnaround_minutes") - work - headway
            if row["moves"] != "data"
            else math.nan,
            "window_minutes": row.number("window_minutes") - collection,
            "max_minutes": row.number("max_minutes"),
        }
        added = {
            "turnaround_minutes": SAID.both("turnaround", headway=headway, work=work),
            "window_minutes": SAID.both("window", collection=collection),
            "max_minutes": ("", ""),
        }
        for column in limits:
            late = [i for i in members if _nearest(roads, i, hosts) > spare[column]]
            if late:
                yield _too_late(view, row, column, late, len(members), added[column])


def _given(row: Row, column: str, default: float = 0.0) -> float:
    value = row.number(column)
    return default if math.isnan(value) else value


def _too_late(view: View, row: Row, column: str, late: list[str], members: int, added: Say) -> Problem:
    names = "、".join(late[:5]) + ("…" if len(late) > 5 else "")
    everybody = len(late) == members
    return view.problem(
        row,
        column,
        SAID.both("too_late.expected", added=added),
        SAID.both("too_late.cure_all" if everybody else "too_late.cure", n=len(late), members=members, names=names),
        severity="warning",
    )


def sites(view: View, roads: Trips) -> Check:
    """Some doctor's home is near enough to every site that needs clinics."""
    needs, institutions = view.grouped("needs", "institution"), view.by_id("institutions")
    longest = view.number_setting("sessions", "max_minutes", 90.0)
    for (site,), rows in needs.items():
        place = institutions.get(site)
        if place is None or not place.number("level") < 2:
            continue
        wanted = {row["specialty"] for row in rows}
        homes = {
            d["institution"] for d in view.rows("doctors") if wanted & set(scope_of(d)) and may_serve(view, d, site)
        }
        homes.discard(site)
        minutes = min((roads.get((home, site), math.inf) for home in homes), default=math.nan)
        if longest < minutes < math.inf:  # an unknown trip is told by the checks of coordinates and travel
            yield view.problem(
                place,
                "id",
                SAID.both("sites.expected", longest=longest),
                SAID.both("sites.cure", minutes=minutes),
                severity="warning",
            )


CHECKS = (reach,)
