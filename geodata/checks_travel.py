"""Cells of a travel table that look wrong: zero, one-sided, missing, or out of proportion.

Minutes out of proportion are a warning: a ferry or a mountain road may be the reason. Where most
rows are, the unit is told once instead. Whole columns are compared at once, since a table of 900
places has 800,000 rows; only rows that are told become records.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from geodata.catalogue import Texts
from geodata.checks_view import Check, Say, View
from geodata.coordinates import LOCATED, distance_km, possible
from geodata.problems import Problem

SAID = Texts("checks_travel", "geodata", "checks")

#: Times the straight-line estimate, and minutes beyond it, at which a trip is worth a look.
SLOW, SLOW_MINUTES = 5.0, 30.0
#: Km/h in a straight line that nobody drives; km/h of a row that no road allows.
FASTEST, ROAD_SPEEDS = 120.0, (3.0, 180.0)
#: Shortest trip, km, of which a speed says anything.
SHORT_KM = 2.0
#: Share of the longer trip, and minutes, by which the two directions may differ.
ONE_SIDED, ONE_SIDED_MINUTES = 0.3, 10.0
#: From this share of all pairs on, a table is meant to be complete.
COMPLETE = 0.5
#: More odd rows of one kind than these, if most rows are odd, are told once.
MANY = 20


def _table(view: View) -> pd.DataFrame:
    """The table's pairs, minutes and km; empty where it is not given."""
    columns = {name: view.texts("travel", name) for name in ("origin", "destination", "profile")}
    numbers = {name: view.numbers("travel", name) for name in ("minutes", "km")}
    return pd.DataFrame({**columns, **numbers})


def _told(view: View, at: int, column: str, expected: Say, cure: Say) -> Problem:
    """A warning that names both ends: in a square the row does not tell the destination."""
    row = view.row("travel", at)
    value = f"{row['origin']} → {row['destination']}: {row.number('minutes'):g}"
    return view.problem(row, column, expected, cure, value=value, severity="warning")


def same_place(view: View) -> Check:
    """A trip leads somewhere else, and takes time."""
    table = _table(view)
    same = ((table["origin"] == table["destination"]) & (table["origin"] != "")).to_numpy(bool)
    for at in np.flatnonzero(same):
        yield _told(
            view,
            int(at),
            "destination",
            SAID.both("same_place.expected"),
            SAID.both("same_place.cure"),
        )
    if view.setting("travel", "allow_zero", False) is True:
        return
    for at in np.flatnonzero((table["minutes"] == 0).to_numpy(bool) & ~same):
        yield _told(
            view,
            int(at),
            "minutes",
            SAID.both("no_minutes.expected"),
            SAID.both("no_minutes.cure"),
        )


def _points(view: View) -> dict[str, tuple[float, float]]:
    points: dict[str, tuple[float, float]] = {}
    for table in ("communities", "institutions"):
        lon, lat = LOCATED[table]
        x, y = view.numbers(table, lon), view.numbers(table, lat)
        good = possible(x, y)
        ids = view.texts(table, "id")
        points |= {ids[at]: (float(x[at]), float(y[at])) for at in np.flatnonzero(good)}
    return points


def _straight_km(view: View, table: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Km in a straight line of each row; NaN where an end has no point."""
    points = _points(view)
    lon, lat = ({place: point[part] for place, point in points.items()} for part in (0, 1))
    ends = [table[end].map(axis).to_numpy(float) for end in ("origin", "destination") for axis in (lon, lat)]
    return distance_km(*ends)


def proportion(view: View) -> Check:
    """Minutes agree roughly with the distance in a straight line."""
    table = _table(view)
    if table.empty:
        return
    km, minutes = _straight_km(view, table), table["minutes"].to_numpy(float)
    options = view.travel_options
    estimate = options.minutes(km * options.circuity)
    slow = (minutes > SLOW * estimate) & (minutes > estimate + SLOW_MINUTES)
    fast = (km > SHORT_KM) & (minutes > 0) & (km * 60 > FASTEST * minutes) & ~slow
    for odd, unit in ((slow, SAID.both("unit.slow")), (fast, SAID.both("unit.fast"))):
        rows = np.flatnonzero(odd)
        if len(rows) > MANY and len(rows) > np.isfinite(km).sum() / 2:
            first = int(rows[0])
            about = estimate[first]
            yield _told(
                view,
                first,
                "minutes",
                SAID.both("other_unit.expected", about=about),
                SAID.both("other_unit.cure", n=len(rows), unit=unit),
            )
            continue
        for at in rows:
            yield _told(
                view,
                int(at),
                "minutes",
                SAID.both("proportion.expected", km=km[at], minutes=estimate[at]),
                SAID.both("proportion.cure"),
            )


def one_sided(view: View) -> Check:
    """There and back take about as long; told at the later of the two rows."""
    table = _table(view)
    table["at"] = np.arange(len(table))
    back = table.rename(columns={"origin": "destination", "destination": "origin"})
    both = table.merge(back, on=["origin", "destination", "profile"], suffixes=("", "_back"))
    both = both[both["at"] > both["at_back"]]
    one, other = both["minutes_back"].to_numpy(float), both["minutes"].to_numpy(float)
    odd = np.abs(one - other) > np.maximum(ONE_SIDED * np.maximum(one, other), ONE_SIDED_MINUTES)
    if odd.sum() > MANY and odd.sum() > len(odd) / 2:
        yield _told(
            view,
            int(both["at"][odd].iloc[0]),
            "minutes",
            SAID.both("all_one_sided.expected"),
            SAID.both("all_one_sided.cure", n=odd.sum()),
        )
        return
    for at, before, minutes in zip(both["at"][odd], both["at_back"][odd], one[odd], strict=True):
        label = view.label("travel", int(before))
        yield _told(
            view,
            int(at),
            "minutes",
            SAID.both("one_sided.expected", minutes=minutes, row=label),
            SAID.both("one_sided.cure"),
        )


def missing_pairs(view: View) -> Check:
    """A table that has most pairs of institutions has them all; told once for each origin."""
    institutions, table = view.ids("institutions"), _table(view)
    known = table["origin"].isin(institutions) & table["destination"].isin(institutions)
    given: dict[str, set[str]] = defaultdict(set)
    for origin, destination in zip(table["origin"][known], table["destination"][known], strict=True):
        if origin != destination:
            given[origin].add(destination)
    listed = set(given) | {place for places in given.values() for place in places}
    pairs = len(listed) * (len(listed) - 1)
    if not pairs or sum(map(len, given.values())) < COMPLETE * pairs:
        return
    points = _points(view)
    for origin in view.texts("institutions", "id"):
        missing = sorted(listed - given[origin] - {origin}) if origin in listed else []
        if missing:
            lost = [d for d in missing if origin not in given[d] and not (origin in points and d in points)]
            yield _missing(view, origin, missing, len(lost))


def _missing(view: View, origin: str, missing: list[str], lost: int) -> Problem:
    names = "、".join(missing[:5]) + ("…" if len(missing) > 5 else "")
    return view.problem(
        None,
        "destination",
        SAID.both("missing.expected", origin=origin),
        SAID.both("missing.cure_lost" if lost else "missing.cure", names=names, n=len(missing), lost=lost),
        value=f"{origin} → {names}",
        # nothing stands in for a trip that is neither given, nor given back, nor measurable
        severity="error" if lost else "warning",
        table="travel",
    )


def speeds(view: View) -> Check:
    """Kilometres and minutes of one row make a speed that a road allows."""
    table = _table(view)
    km, minutes = table["km"].to_numpy(float), table["minutes"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = km / minutes * 60
    low, high = ROAD_SPEEDS
    for at in np.flatnonzero((minutes > 0) & (km > SHORT_KM) & ((speed < low) | (speed > high))):
        yield _told(
            view,
            int(at),
            "km",
            SAID.both("speeds.expected", minutes=minutes[at]),
            SAID.both("speeds.cure", speed=speed[at]),
        )


CHECKS = (same_place, proportion, one_sided, missing_pairs, speeds)
