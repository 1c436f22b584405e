"""Which institutions' areas touch, for groups in one piece: from outlines, else estimated from points.

    table, problems = neighbours_for(region, network)

Two units are neighbours on land where their outlines run within `TOLERANCE` metres of each other for
more than `BORDER` metres: slivers and gaps of drawing do not part them, a common corner does not join
them. Across water they are neighbours only where a ferry or a bridge joins them, or the user says so:
that two shores face each other makes nobody's way shorter. Units without an institution count as part
of the unit that they share their longest border with. Institutions in one unit are neighbours.

The user's table `neighbours` goes first: with land borders in it, it is the whole list; with water
alone, it adds to what is found here. Village institutions (level 0) go with their township and are
left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.boundaries import Boundaries, usable_boundaries
from geodata.boundary_repair import listed
from geodata.boundary_units import institution_rows, place
from geodata.coordinates import declared_datum, is_datum, possible, tables_to_wgs84
from geodata.gabriel import COLUMNS, estimated_neighbours, neighbour_table
from geodata.problems import Problem
from geodata.region import Region
from geodata.sentences import said

if TYPE_CHECKING:
    from geodata.roads.network import RoadNetwork

#: Metres between outlines that count as touching, and the length of border that makes neighbours.
TOLERANCE, BORDER = 10.0, 50.0
#: Metres from a pier or the foot of a bridge to its unit.
SHORE = 1_000.0
#: More institutions to a unit than this, on average, and the units are too coarse.
CROWDED = 5
Pair = tuple[int, int]


def neighbours_for(region: Region, network: RoadNetwork | None = None) -> tuple[pd.DataFrame, list[Problem]]:
    """The region's neighbours in `COLUMNS`, each pair once, and what is to say about them.

    kind: land or water. border_m: metres of common border, NaN where none was measured. source: table,
    boundaries, crossing (a ferry or bridge of the network), or estimated (points alone).
    """
    given = region.tables.get("neighbours")
    own = _own(given)
    if given is not None and (given["kind"] != "water").any():
        return own, []
    institutions = _with_care(region)
    boundaries = usable_boundaries(region)
    problems: list[Problem] = []
    if boundaries is not None and len(boundaries.units) and _fine(boundaries, institutions):
        crossings = None if network is None else crossings_of(network)
        found = neighbours_of(boundaries, institutions, crossings, problems)
    else:
        found = estimated_neighbours(institutions)
        problems.append(said("neighbours_estimated").problem("neighbours", severity="warning"))
    both = pd.concat([own, found], ignore_index=True) if len(own) else found
    pairs = [frozenset(pair) for pair in zip(both["institution"], both["neighbour"], strict=True)]
    first = ~pd.Series(pairs, dtype=object).duplicated().to_numpy(bool)
    return both[first].reset_index(drop=True), problems


def _own(given: pd.DataFrame | None) -> pd.DataFrame:
    if given is None:
        return pd.DataFrame(columns=COLUMNS)
    return given[["institution", "neighbour", "kind"]].assign(border_m=np.nan, source="table")


def _with_care(region: Region) -> pd.DataFrame:
    """Institutions of level 1 and above, in WGS 84; NaN where a point is none."""
    if not is_datum(declared_datum(region.settings, "institutions")):
        return pd.DataFrame({"id": [], "name": [], "lon": [], "lat": []})
    table = tables_to_wgs84({"institutions": region.tables["institutions"]}, region.settings)["institutions"]
    table = table[~(pd.to_numeric(table["level"], errors="coerce") < 1)].copy()
    table.loc[~possible(table["lon"], table["lat"]), ["lon", "lat"]] = np.nan
    return table.reset_index(drop=True)


def _fine(boundaries: Boundaries, institutions: pd.DataFrame) -> bool:
    """Whether the units tell institutions apart: not the outline of a county around all of them."""
    names, ids = institutions["name"].tolist(), institutions["id"].astype(str).tolist()
    unit = place(boundaries, institution_rows(boundaries), names, ids, institutions["lon"], institutions["lat"]).unit
    filled = len(set(unit[unit >= 0].tolist()))
    return filled >= max(2, len(ids) / CROWDED)


def neighbours_of(
    boundaries: Boundaries,
    institutions: pd.DataFrame,
    crossings: pd.DataFrame | None = None,
    problems: list[Problem] | None = None,
) -> pd.DataFrame:
    """Neighbouring institutions by the outlines of their units, in `COLUMNS`, each pair once.

    institutions: id, name, lon, lat (WGS 84). crossings: as `crossings_of` gives them. What is to be said
    of units that touch nothing is added to `problems`.
    """
    rows = institution_rows(boundaries)
    names = institutions["name"].tolist() if "name" in institutions else institutions["id"].tolist()
    ids = institutions["id"].astype(str).tolist()
    placed = place(boundaries, rows, names, ids, institutions["lon"], institutions["lat"])
    members: dict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(placed.unit):
        if row >= 0:
            members[int(row)].append(at)
    borders = unit_borders(boundaries, rows)
    home = _homes(borders, rows, set(members))
    links: dict[Pair, tuple[str, float, str]] = {}
    for first, second, metres in borders.itertuples(index=False):
        a, b = home.get(int(first), -1), home.get(int(second), -1)
        if a >= 0 and b >= 0 and a != b:
            _, before, _ = links.get((min(a, b), max(a, b)), ("", 0.0, ""))
            links[min(a, b), max(a, b)] = ("land", before + float(metres), "boundaries")
    for first, second in _joined_by(boundaries, rows, crossings):
        a, b = home.get(first, -1), home.get(second, -1)
        if a >= 0 and b >= 0 and a != b:
            links.setdefault((min(a, b), max(a, b)), ("water", float("nan"), "crossing"))
    found = [(pair, ("land", float("nan"), "boundaries")) for one in members.values() for pair in combinations(one, 2)]
    for (a, b), link in links.items():
        found += [((min(p), max(p)), link) for p in product(members[a], members[b])]
    if problems is not None:
        problems += _told(boundaries, rows, set(members), home, links)
    return neighbour_table([(ids[a], ids[b], *link) for (a, b), link in sorted(found)])


def unit_borders(boundaries: Boundaries, rows: Sequence[int]) -> pd.DataFrame:
    """Pairs of units that touch: first, second (rows of the units), metres of common border."""
    import shapely

    some = np.asarray(rows, dtype=np.int64)
    shapes = boundaries.metric.geometry.to_numpy()[some]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOLERANCE)
    first, second = first[first < second], second[first < second]
    wide = shapely.buffer(shapes, TOLERANCE, quad_segs=2)
    lines = shapely.boundary(shapes)
    there = shapely.length(shapely.intersection(lines[first], wide[second]))
    back = shapely.length(shapely.intersection(lines[second], wide[first]))
    metres = np.minimum(there, back)  # a jagged outline beside a smooth one is as long as the smooth one
    table = pd.DataFrame({"first": some[first], "second": some[second], "metres": metres})
    return table[table["metres"] > BORDER].reset_index(drop=True)


def _homes(borders: pd.DataFrame, rows: Sequence[int], filled: set[int]) -> dict[int, int]:
    """Unit -> the unit whose institution serves it: itself, else along the longest borders; islands have none."""
    home = {row: row for row in rows if row in filled}
    both = [(float(m), int(a), int(b)) for a, b, m in borders.itertuples(index=False)]
    both.sort(key=lambda link: (-link[0], link[1], link[2]))
    while True:
        step = next((pair for _, *pair in both if (pair[0] in home) != (pair[1] in home)), None)
        if step is None:
            return home
        inside, outside = (step[0], step[1]) if step[0] in home else (step[1], step[0])
        home[outside] = home[inside]


def _joined_by(boundaries: Boundaries, rows: Sequence[int], crossings: pd.DataFrame | None) -> list[Pair]:
    """Units that a ferry or a bridge joins."""
    if crossings is None or crossings.empty:
        return []
    import shapely

    from geodata.crs import metres

    some = np.asarray(rows, dtype=np.int64)
    tree = shapely.STRtree(boundaries.metric.geometry.to_numpy()[some])
    units: list[npt.NDArray[np.int64]] = []
    for end in ("from", "to"):
        points = shapely.points(*metres(boundaries.crs, crossings[f"{end}_lon"], crossings[f"{end}_lat"]))
        hit = np.full(len(points), -1, dtype=np.int64)
        at, unit = tree.query_nearest(points, max_distance=SHORE, all_matches=False)
        hit[at] = some[unit]
        units.append(hit)
    pairs = {
        (min(a, b), max(a, b)) for a, b in zip(*(u.tolist() for u in units), strict=True) if a >= 0 <= b and a != b
    }
    return sorted(pairs)


def _told(
    boundaries: Boundaries,
    rows: Sequence[int],
    filled: set[int],
    home: dict[int, int],
    links: dict[Pair, tuple[str, float, str]],
) -> list[Problem]:
    names = boundaries.units["name"].tolist()
    joined = {row for pair in links for row in pair}
    alone = [names[row] for row in sorted(filled) if row not in joined] if len(filled) > 1 else []
    empty = [names[row] for row in rows if row not in filled and row in home]
    found = []
    for sentence, which in (("neighbours_alone", alone), ("neighbours_empty_units", empty)):
        if which:
            about = said(sentence, count=len(which))
            found.append(about.problem("neighbours", value=listed(which), severity="warning"))
    return found


def crossings_of(network: RoadNetwork) -> pd.DataFrame:
    """Ferries and bridges of a network as pairs of ends: from_lon, from_lat, to_lon, to_lat (WGS 84).

    Edges of one ferry or bridge that follow each other are one crossing; its ends are where other roads
    begin.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    columns = ["from_lon", "from_lat", "to_lon", "to_lat"]
    bridge = np.zeros(len(network.tail), dtype=bool)
    if "bridge" in network.roads and len(network.road):
        flags: npt.NDArray[Any] = network.roads["bridge"].fillna(False).to_numpy().astype(bool)
        bridge = flags[network.road[network.line]]
    over = np.asarray(network.ferry | bridge, dtype=bool)
    if not over.any():
        return pd.DataFrame(columns=columns)
    tail, head, count = network.tail[over], network.head[over], len(network.lon)
    graph = csr_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(count, count))
    _, part = connected_components(graph, directed=False)
    ashore = np.zeros(count, dtype=bool)
    ashore[network.tail[~over]] = ashore[network.head[~over]] = True
    ends: dict[int, list[int]] = defaultdict(list)
    for node in np.unique(np.concatenate([tail, head])):
        if ashore[node]:
            ends[int(part[node])].append(int(node))
    pairs = [pair for nodes in ends.values() for pair in combinations(nodes, 2)]
    rows = [(network.lon[a], network.lat[a], network.lon[b], network.lat[b]) for a, b in pairs]
    return pd.DataFrame(rows, columns=columns)
