"""Points that somebody made up: the published road kilometres do not fit the straight line.

A road is never shorter than the straight line and, outside gorges and ferries, rarely three times as long
(measured: 1.0 to 1.9 in hills, 2.1 on an island). One public list of "all townships of China" is the county's
middle with a jitter; its ratios run from 1.3 to 14. The kilometres are those of `travel`, or a column
"distance to the county seat" in `institutions` or `communities`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.catalogue import Texts
from geodata.checks_travel import ROAD_SPEEDS
from geodata.checks_view import Check, View
from geodata.coordinates import LOCATED, declared_datum, distance_km, is_datum, possible, tables_to_wgs84
from geodata.problems import Problem
from geodata.text import key

SAID = Texts("checks_fabricated", "geodata", "checks")

#: Road km over straight km that can be.
LEAST_RATIO, MOST_RATIO = 1.0, 3.0
#: Km: a seat is a town, not a point, and published figures are rounded.
ROUNDING_KM = 1.0
#: Km: a road between two places in one town may be any multiple of the straight line.
SHORT_KM = 1.5
#: Times the straight line from which a whole column is in another unit.
OTHER_UNIT = 100.0
#: Methods of rows that were computed from the points themselves.
COMPUTED = frozenset({"straight", "roads", "roads_ferry", "estimated"})
_TO_SEAT = re.compile(r"距(离)?(县|区|市|旗)(城|城区|政府|府|驻地)|distancetocounty(seat)?|kmtocounty(seat)?")
#: More places than these are told together.
MANY = 10


@dataclass(frozen=True)
class _Trips:
    """Published kilometres between places: positions into the places, the last of which is the county seat."""

    origin: npt.NDArray[np.int64]
    destination: npt.NDArray[np.int64]
    km: npt.NDArray[np.float64]


def fabricated(view: View) -> Check:
    """Published road kilometres are one to three times the straight line; each place is told once."""
    if not all(is_datum(declared_datum(view.region.settings, table)) for table in LOCATED):
        return
    places = _places(view)
    trips = _trips(view, places)
    if not len(trips.km):
        return
    lon, lat = places["lon"].to_numpy(float), places["lat"].to_numpy(float)
    straight = distance_km(lon[trips.origin], lat[trips.origin], lon[trips.destination], lat[trips.destination])
    with np.errstate(invalid="ignore"):
        short = trips.km < LEAST_RATIO * straight - ROUNDING_KM
        long = trips.km > MOST_RATIO * np.maximum(straight, SHORT_KM) + ROUNDING_KM
    bad = short | long
    guilty = _guilty(trips, bad, trips.km / np.maximum(straight, 0.01), len(places))
    for at, rows in guilty[:MANY]:
        first = rows[int(np.argmax(np.abs(np.log(trips.km[rows] / np.maximum(straight[rows], 0.01)))))]
        yield _told(view, places, at, float(trips.km[first]), float(straight[first]), len(rows), len(guilty))


def _places(view: View) -> pd.DataFrame:
    """id, lon, lat (WGS 84), table, row of institutions and communities, then the county seat."""
    tables = tables_to_wgs84(
        {t: view.region.tables[t] for t in ("institutions", "communities") if view.has(t)}, view.region.settings
    )
    frames = [
        pd.DataFrame({"id": f["id"], "lon": f["lon"], "lat": f["lat"], "table": table, "row": np.arange(len(f))})
        for table, f in tables.items()
    ]
    places = pd.concat([*frames, _seat(view, tables.get("institutions"))], ignore_index=True)
    nowhere = ~possible(places["lon"], places["lat"])
    places.loc[nowhere, ["lon", "lat"]] = np.nan
    return places


def _seat(view: View, institutions: pd.DataFrame | None) -> pd.DataFrame:
    """The county seat: the middle of the hospitals of the highest level."""
    lon = lat = np.nan
    if institutions is not None:
        level = pd.to_numeric(institutions["level"], errors="coerce")
        top = institutions[(level >= 2) & possible(institutions["lon"], institutions["lat"])]
        if len(top):
            lon, lat = float(top["lon"].median()), float(top["lat"].median())
    return pd.DataFrame({"id": [""], "lon": [lon], "lat": [lat], "table": [""], "row": [-1]})


def _trips(view: View, places: pd.DataFrame) -> _Trips:
    at = {place: spot for spot, place in reversed(list(enumerate(places["id"])))}
    seat = len(places) - 1
    origins, destinations = view.texts("travel", "origin"), view.texts("travel", "destination")
    km, methods = view.numbers("travel", "km"), view.texts("travel", "method")
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = 60 * km / view.numbers("travel", "minutes")
    low, high = ROAD_SPEEDS
    rows = [
        (at[o], at[d], float(k))
        for o, d, k, method, fast in zip(origins, destinations, km, methods, speed, strict=True)
        if k > 0 and o != d and o in at and d in at and o and d and method not in COMPUTED
        if not (fast < low or fast > high)  # the kilometres are wrong, not the points: told by the checks of travel
    ]
    for table in ("institutions", "communities"):
        column = next((str(c) for c in _columns(view, table) if _TO_SEAT.search(key(str(c)))), None)
        if column is None:
            continue
        metres = bool(re.search(r"(?<!千)米|\bm\b", column))
        first = int((places["table"] == table).to_numpy().argmax())
        for row, text in enumerate(view.texts(table, column)):
            found = re.fullmatch(r"(?:约)?(\d+(?:\.\d+)?)(?:公里|千米|km)?", text.strip())
            if found and float(found[1]) > 0:
                rows.append((first + row, seat, float(found[1]) / (1000.0 if metres else 1.0)))
    origin, destination, length = (list(part) for part in zip(*rows, strict=True)) if rows else ([], [], [])
    return _Trips(np.array(origin, np.int64), np.array(destination, np.int64), np.array(length, float))


def _columns(view: View, table: str) -> list[object]:
    frame = view.region.tables.get(table)
    return [] if frame is None else list(frame.columns)


def _guilty(
    trips: _Trips, bad: npt.NDArray[np.bool_], ratio: npt.NDArray[np.float64], count: int
) -> list[tuple[int, npt.NDArray[np.int64]]]:
    """Places that explain the odd rows, with those rows: the one with most of its rows odd comes first.

    The county seat (the last place) is to blame only where the unit of the whole column is another.
    """
    found = []
    bad = bad.copy()
    ends = np.concatenate([trips.origin, trips.destination])
    rows = np.maximum(np.bincount(ends, minlength=count), 1)
    seat = count - 1
    of_seat = bad & (trips.destination == seat)
    if of_seat.any():
        usual = float(np.median(ratio[of_seat]))
        if of_seat.sum() > rows[seat] / 2 and not 1 / OTHER_UNIT < usual < OTHER_UNIT:
            found.append((seat, np.flatnonzero(of_seat)))
            bad &= ~of_seat
    while bad.any():
        odd = np.bincount(ends[np.concatenate([bad, bad])], minlength=count)
        odd[seat] = 0
        at = int(np.lexsort((-odd, -odd / rows))[0])
        mine = bad & ((trips.origin == at) | (trips.destination == at))
        found.append((at, np.flatnonzero(mine)))
        bad &= ~mine
    return found


def _told(view: View, places: pd.DataFrame, at: int, km: float, straight: float, count: int, several: int) -> Problem:
    ratio = km / straight if straight > 0 else float("inf")
    seat = at == len(places) - 1
    table = "institutions" if seat else str(places["table"].iloc[at])
    row = None if seat else view.row(table, int(places["row"].iloc[at]))
    return view.problem(
        row,
        "lon",
        SAID.both("told.expected", least=LEAST_RATIO, most=MOST_RATIO),
        SAID.both(
            "told.cure_seat" if seat else "told.cure",
            km=km,
            straight=straight,
            ratio=ratio,
            n=count,
            more=SAID.both("told.more", several=several) if several > 1 else "",
        ),
        severity="warning",
        value="" if row is None else f"{row['id']} ({row['lon']}, {row['lat']})",
        table=table,
    )


CHECKS = (fabricated,)
