"""The datum of a table judged by roads: places lie at roads, so the right reading brings them nearer.

problems = datum_by_roads(region, network)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geodata.catalogue import Texts
from geodata.checks_datum import wrong_datum
from geodata.checks_view import Check, View
from geodata.coordinates import declared_datum, in_mainland, to_wgs84
from geodata.datum import LEAST_PAIRS
from geodata.datum_evidence import TABLES, Array, Points, Verdict, points_of, readings, readings_of, shift_of, usable
from geodata.errors import GeodataError
from geodata.problems import Problem
from geodata.region import Region
from geodata.roads.network import RoadNetwork
from geodata.travel import uses_roads
from geodata.travel_network import network_of

SAID = Texts("datum_roads", "geodata", "checks")

#: Ratio of medians, metres gained, and chance of the places being nearer one by one.
RATIO, GAIN, CHANCE = 0.65, 5.0, 0.001


def datum_by_roads(region: Region, network: RoadNetwork) -> list[Problem]:
    """Warnings where places lie clearly nearer to the roads under another reading than the declared one.

    Weaker than seats, since another road is never far; a chance of one in a thousand is asked for.
    """
    view = View(region)
    found = (_verdict(view, table, network) for table in TABLES if usable(view, table))
    return [wrong_datum(view, verdict) for verdict in found if verdict is not None]


def _verdict(view: View, table: str, network: RoadNetwork) -> Verdict | None:
    from scipy.stats import binomtest

    settings = view.region.settings
    datum, other = declared_datum(settings, table), declared_datum(settings, "roads")
    raw = points_of(view, table)
    now = to_wgs84(*raw, datum)
    good = np.isfinite(now[0])
    good[good] &= in_mainland(now[0][good], now[1][good])
    count = int(good.sum())
    if count < LEAST_PAIRS or not len(network.lon):
        return None
    tried = readings_of(table, datum, "roads", other, raw, now)
    if _of_openstreetmap(view):
        tried = {what: points for what, points in tried.items() if what[0] == table}
    away = road_metres(network, {("", datum): now, **tried}, good)
    before = away.pop(("", datum))
    median = {what: float(np.median(metres)) for what, metres in away.items()}
    most = min(RATIO * float(np.median(before)), float(np.median(before)) - GAIN)
    fits = [
        what
        for what in sorted(median, key=lambda what: median[what])
        if median[what] <= most
        and median[what] <= 1.1 * min(median.values())
        and binomtest(int((away[what] < before).sum()), count, alternative="greater").pvalue < CHANCE
    ]
    if not fits:
        return None
    # of two that explain it alike the table comes first: a road layer is drawn by others for many
    options = tuple({name: reading} for name, reading in sorted(fits, key=lambda what: what[0] != table))
    shown = {
        datum: float(np.median(before)),
        **{reading: median[name, reading] for name, reading in median if name == table},
    }
    evidence = SAID.both("evidence", n=count, readings=readings(shown))
    return Verdict(table, evidence, options, shift_of(table, options, now, tried))


def _of_openstreetmap(view: View) -> bool:
    """Whether the roads are an extract of OpenStreetMap, which is WGS 84 always."""
    path = view.region.layers.get("roads")
    return path is not None and ".osm" in path.name.lower() + ".osm" * path.name.lower().endswith(".pbf")


def road_metres(
    network: RoadNetwork, readings: Mapping[tuple[str, str], Points], good: npt.NDArray[np.bool_]
) -> dict[tuple[str, str], Array]:
    """Metres from the good points to the nearest road, for each reading of them."""
    import shapely

    from geodata.crs import metres, metric_crs

    some = next(iter(readings.values()))
    crs = metric_crs(some[0][good], some[1][good])
    x, y = metres(crs, network.line_lon, network.line_lat)
    line = np.repeat(np.arange(len(network.line_offsets) - 1), np.diff(network.line_offsets))
    lines = shapely.linestrings(np.column_stack([x, y]), indices=line)
    tree = shapely.STRtree(lines)
    found = {}
    for what, (lon, lat) in readings.items():
        points = shapely.points(*metres(crs, lon[good], lat[good]))
        found[what] = np.asarray(shapely.distance(points, lines[tree.nearest(points)]))
    return found


def road_datum(view: View) -> Check:
    """Places lie at the roads of the region's road file; looked at only where a shifted datum can be."""
    if not uses_roads(view.region, view.travel_options) or not any(_in_china(view, table) for table in TABLES):
        return
    try:
        network = network_of(view.region, view.travel_options)
    except GeodataError:
        return  # told by the checks of roads
    yield from datum_by_roads(view.region, network)


def _in_china(view: View, table: str) -> bool:
    if not usable(view, table):
        return False
    raw = points_of(view, table)
    good = np.isfinite(raw[0])
    return int(in_mainland(raw[0][good], raw[1][good]).sum()) >= LEAST_PAIRS


CHECKS = (road_datum,)
