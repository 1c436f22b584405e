"""What speaks for or against the datum of a table: seats, the other table of places, outlines."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.boundaries import Boundaries
from geodata.boundary_units import institution_rows
from geodata.catalogue import Texts
from geodata.checks_view import Say, View
from geodata.coordinates import (
    LOCATED,
    declared_datum,
    distance_km,
    from_wgs84,
    in_mainland,
    is_datum,
    possible,
    to_wgs84,
)
from geodata.datum import LEAST_PAIRS, READINGS, SHOWN, Finding, compare, plain
from geodata.place_names import core_of, matches
from geodata.sentences import joined

SAID = Texts("datum_evidence", "geodata", "checks")

Array = npt.NDArray[np.float64]
Points = tuple[Array, Array]
TABLES = ("institutions", "communities")
#: Places that must come into their unit under another reading, and so many times more than leave it.
LEAST_MOVED, TIMES_MOVED = 6, 5


@dataclass(frozen=True)
class Verdict:
    """A comparison that speaks against what is declared for `table`.

    options: ways to set it right, the likeliest first, each the datums to declare by table or layer.
    shift: median metres by which the table's points move under the first, 0 where they do not.
    """

    table: str
    evidence: Say
    options: tuple[dict[str, str], ...]
    shift: float


def usable(view: View, table: str) -> bool:
    return view.has(table) and is_datum(declared_datum(view.region.settings, table))


def points_of(view: View, table: str) -> Points:
    """The points as they stand in the table; NaN where there is none."""
    lon, lat = (view.numbers(table, column).copy() for column in LOCATED[table])
    nowhere = ~possible(lon, lat)
    lon[nowhere] = lat[nowhere] = np.nan
    return lon, lat


def paired(points: Points, targets: Points, at: list[int]) -> tuple[Points, Points]:
    """The points that have a target, and their targets."""
    rows = np.flatnonzero(np.asarray(at) >= 0)
    spots = np.asarray(at, dtype=np.int64)[rows]
    return (points[0][rows], points[1][rows]), (targets[0][spots], targets[1][spots])


def against_seats(view: View, table: str, boundaries: Boundaries) -> Finding | None:
    seats = boundaries.seats
    if len(seats) < LEAST_PAIRS:
        return None
    names, blank = seats["name"].tolist(), [""] * len(seats)
    at = matches(view.texts(table, "name"), [""] * len(view.texts(table, "name")), names, blank)
    datum = declared_datum(view.region.settings, "boundaries")
    written = from_wgs84(seats["lon"].to_numpy(float), seats["lat"].to_numpy(float), datum)
    return compare(
        paired(points_of(view, table), written, at)[0],
        declared_datum(view.region.settings, table),
        paired(points_of(view, table), written, at)[1],
        datum,
    )


def told(table: str, reference: str, finding: Finding, what: Say) -> Verdict:
    options: tuple[dict[str, str], ...] = ({table: finding.likely},) if finding.likely != finding.declared else ()
    options += ({reference: finding.other},) if finding.other else ()
    evidence = SAID.both("evidence", pairs=finding.pairs, what=what, readings=readings(finding.metres))
    return Verdict(table, evidence, options, finding.shift)


def readings(metres: Mapping[str, float]) -> Say:
    """Metres by the datum that points are read in, as a list."""
    return joined(SAID.both("reading", datum=shown_datum(datum), metres=one) for datum, one in metres.items())


def shown_datum(datum: str) -> str:
    """A datum as people write it."""
    return SHOWN.get(datum, datum.upper())


def among_tables(view: View, wanted: dict[str, str] | None = None) -> Verdict | None:
    """Institutions against communities: those of the same name, else those that name them.

    wanted: datums by table in the place of the declared ones.
    """
    declared = {table: declared_datum(view.region.settings, table) for table in TABLES}
    datum, other = ({**declared, **(wanted or {})}[table] for table in TABLES)
    here, there = (points_of(view, table) for table in TABLES)
    members: dict[str, list[int]] = defaultdict(list)
    for at, institution in enumerate(view.texts("communities", "institution")):
        if institution and np.isfinite(there[0][at]):
            members[institution].append(at)
    ids = view.texts("institutions", "id")
    middle = [_middle(there, members.get(one, [])) for one in ids]
    same = _same_names(view)
    middles = (np.array([point[0] for point in middle]), np.array([point[1] for point in middle]))
    compared: tuple[tuple[Points, list[int], Say], ...] = (
        (there, same, SAID.both("same_name")),
        (middles, list(range(len(ids))), SAID.both("middles")),
    )
    for targets, matched, what in compared:
        points, targeted = paired(here, targets, matched)
        finding = compare(points, datum, targeted, other)
        if finding is not None and finding.wrong:
            return told("institutions", "communities", finding, what)
    return None


def _middle(points: Points, rows: list[int]) -> tuple[float, float]:
    if not rows:
        return math.nan, math.nan
    return float(np.median(points[0][rows])), float(np.median(points[1][rows]))


def _same_names(view: View) -> list[int]:
    """For each township institution the one community that is called after its township."""
    spots: dict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(view.texts("communities", "name")):
        spots[core_of(name)[1]].append(at)
    names = [core_of(name) for name in view.texts("institutions", "name")]
    cores = [core for kind, core in names if kind == "town"]
    return [
        spots[core][0] if kind == "town" and core and len(spots[core]) == 1 and cores.count(core) == 1 else -1
        for kind, core in names
    ]


def against_outlines(view: View, table: str, boundaries: Boundaries) -> Verdict | None:
    """Points in their own unit, or in any, under each reading: those that come in against those that go out."""
    import shapely

    from geodata.crs import metres

    settings = view.region.settings
    datum, other = declared_datum(settings, table), declared_datum(settings, "boundaries")
    lon, lat = points_of(view, table)
    now = to_wgs84(lon, lat, datum)
    good = np.isfinite(now[0])
    good[good] &= in_mainland(now[0][good], now[1][good])
    if good.sum() < LEAST_PAIRS:
        return None
    rows = institution_rows(boundaries) if table == "institutions" else boundaries.finest
    units = boundaries.units.iloc[rows]
    own = np.array(matches(view.texts(table, "name"), view.texts(table, "id"), units["name"], units["id"]))
    shapes = boundaries.metric.geometry.to_numpy()[rows]
    named = good & (own >= 0)
    if named.sum() >= LEAST_PAIRS:
        targets, rows_used = shapes[own[named]], named
    else:
        targets, rows_used = np.full(int(good.sum()), shapely.union_all(shapes), dtype=object), good
    shapely.prepare(targets)

    def inside(points: Points) -> npt.NDArray[np.bool_]:
        spots = shapely.points(*metres(boundaries.crs, points[0][rows_used], points[1][rows_used]))
        return np.asarray(shapely.intersects(targets, spots))

    tried = readings_of(table, datum, "boundaries", other, (lon, lat), now)
    before = inside(now)
    counts = {what: inside(points) for what, points in tried.items()}
    fits = {what: int(after.sum()) for what, after in counts.items() if _moved_in(before, after)}
    if not fits:
        return None
    most = max(fits.values())
    alike = sorted(
        (what for what in fits if fits[what] >= 0.9 * most), key=lambda what: (what[0] != table, -fits[what])
    )
    first = dict(reversed(alike))  # the best reading of each
    options = tuple({name: first[name]} for name in dict.fromkeys(name for name, _ in alike))
    shift = shift_of(table, options, now, tried)
    shown = {datum: int(before.sum()), **{r: int(counts[table, r].sum()) for t, r in tried if t == table}}
    total = int(rows_used.sum())
    counted = joined(SAID.both("in_unit", datum=shown_datum(datum), n=count) for datum, count in shown.items())
    evidence = SAID.both("outlines", total=total, readings=counted)
    return Verdict(table, evidence, options, shift)


def shift_of(
    table: str, options: tuple[dict[str, str], ...], now: Points, tried: dict[tuple[str, str], Points]
) -> float:
    """Median metres by which the points of a table move under the first of the options; 0 if it moves another."""
    first = options[0].get(table)
    return 0.0 if first is None else float(np.nanmedian(1000 * distance_km(*now, *tried[table, first])))


def readings_of(
    table: str, datum: str, layer: str, layer_datum: str, raw: Points, now: Points
) -> dict[tuple[str, str], Points]:
    """The points of a table, in WGS 84, if the table or the layer beside it were in another datum.

    (table or layer, datum) -> points. A layer read anew is the same as the points moved the other way.
    """
    tried = {(table, r): to_wgs84(*raw, r) for r in READINGS if r != plain(datum)}
    others = [reading for reading in READINGS if reading != plain(layer_datum)]
    return tried | {(layer, r): to_wgs84(*from_wgs84(*now, r), layer_datum) for r in others}


def _moved_in(before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_]) -> bool:
    """Whether many more places come into their unit than leave it."""
    came, left = int((after & ~before).sum()), int((before & ~after).sum())
    return came >= LEAST_MOVED and came >= TIMES_MOVED * left
