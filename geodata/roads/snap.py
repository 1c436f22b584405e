"""Places onto roads: the nearest point on an edge of the main part, and the walk from the place to it.

Only edges whose two ends lie in the largest strongly connected part are candidates: a place put on a
stub that nobody can leave would have no trip at all (3 % of Malta's junctions). Ferries, tunnels and
motorways with their ramps are none either: nobody lives at sea or turns off a motorway at its fence.
The search runs in the Mercator projection, which keeps angles and
so, nearby, the order of distances; the metres are then measured on the WGS 84 ellipsoid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.roads.network import RoadNetwork

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

#: First eccentricity and half axis (m) of WGS 84.
_ECCENTRICITY, _AXIS_M = 0.0818191908426215, 6378137.0
#: Lines in one search tree: 250,000 shapes are about 100 MB, so a province is searched strip by strip.
_STRIP = 250_000
#: Classes of `RoadNetwork.roads` without gates and side roads.
FENCED = ("motorway", "motorway_link")
#: Feet closer than this to the end of an edge are the junction itself, km.
_AT_END_KM = 1e-6


@dataclass(frozen=True)
class PathOptions:
    """Settings of the way between a place and its road, and of the memory a search may take.

    walk_kmh: speed of the walking leg. snap_limit_km: a place farther from every road has no road.
    memory_mb: MB of one block of distances; what the result itself takes comes on top.
    """

    walk_kmh: float = 4.5
    snap_limit_km: float = 5.0
    memory_mb: int = 128


@dataclass(frozen=True)
class Snapped:
    """Where P places meet the roads of one profile. A place without a road has line -1 and NaN metres.

    metres: (P,) from the place to its foot on the road; walk_minutes: (P,) the same at walk_kmh.
    lon, lat: (P,) the foot, degrees. line: (P,) shape that carries it; share: (P,) 0 to 1 along the
    shape as drawn. ahead, back: (P,) edges of the network with and against the drawing, -1 where the
    profile may not go that way. junction: (P,) where the foot is a junction itself, else -1.
    """

    metres: Floats
    walk_minutes: Floats
    lon: Floats
    lat: Floats
    line: Whole
    share: Floats
    ahead: Whole
    back: Whole
    junction: Whole

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """(P,) whether a place has a road."""
        return np.asarray(self.line >= 0)


def usable_edges(network: RoadNetwork, profile: str) -> npt.NDArray[np.bool_]:
    """(M,) edges a profile may use with both ends in its main part. Raises KeyError for an unknown profile."""
    minutes, main = network.minutes[profile], network.main_part(profile)
    return np.asarray(np.isfinite(minutes) & main[network.tail] & main[network.head])


def snap(
    network: RoadNetwork, lon: npt.ArrayLike, lat: npt.ArrayLike, profile: str, options: PathOptions | None = None
) -> Snapped:
    """The nearest point on the roads of `profile` for each place (lon, lat: (P,) degrees, WGS 84).

    Right to 1 m up to 2 km from a road and to 0.1 % beyond. Of shapes equally near the first wins.
    Blank coordinates and places beyond `snap_limit_km` have no road.
    """
    options = options or PathOptions()
    x, y = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
    ahead_of, back_of = _edges_of_lines(network, usable_edges(network, profile) & ~network.ferry)
    some = (ahead_of >= 0) | (back_of >= 0)
    open_to = some & ~_fenced(network)
    lines = np.flatnonzero(open_to if open_to.any() else some)
    centre = float(network.lon[0]) if len(network.lon) else 0.0
    line, share, foot_x, foot_y = _nearest(network, lines, x, y, centre, options.snap_limit_km * 1000)
    foot_lon, foot_lat = _from_mercator(foot_x, foot_y, centre)
    metres = np.round(_metres(x, y, foot_lon, foot_lat), 3)  # a place on the road walks no micrometre
    none = (line < 0) | ~(metres <= options.snap_limit_km * 1000)
    line[none], share[none] = -1, np.nan
    for values in (metres, foot_lon, foot_lat):
        values[none] = np.nan
    ahead, back = (np.where(none, -1, of[line] if len(of) else -1) for of in (ahead_of, back_of))
    junction = _junctions(network, ahead, back, share)
    walk = metres / 1000 / options.walk_kmh * 60
    return Snapped(metres, walk, foot_lon, foot_lat, line, share, ahead, back, junction)


def _fenced(network: RoadNetwork) -> npt.NDArray[np.bool_]:
    """(L,) lines that are passed, not entered from the side: motorways, their ramps, tunnels."""
    fenced = np.zeros(len(network.roads), bool)
    if "class" in network.roads:
        fenced |= network.roads["class"].isin(FENCED).to_numpy(bool)
    if "tunnel" in network.roads:
        fenced |= network.roads["tunnel"].eq(True).to_numpy(bool)
    return np.asarray(fenced[network.road])


def _edges_of_lines(network: RoadNetwork, usable: npt.NDArray[np.bool_]) -> tuple[Whole, Whole]:
    """The edge with and the edge against the drawing of each line, -1 without one."""
    edges = np.flatnonzero(usable)
    found = []
    for wanted in (False, True):
        of = np.full(len(network.line_offsets) - 1, -1, np.int64)
        mine = edges[network.backward[edges] == wanted]
        of[network.line[mine]] = mine
        found.append(of)
    return found[0], found[1]


def _junctions(network: RoadNetwork, ahead: Whole, back: Whole, share: Floats) -> Whole:
    """The junction under each foot that lies at an end of its shape, else -1."""
    edge = np.where(ahead >= 0, ahead, back)
    junction = np.full(len(edge), -1, np.int64)
    some = np.flatnonzero(edge >= 0)
    first = np.where(ahead[some] >= 0, network.tail[edge[some]], network.head[edge[some]])
    last = np.where(ahead[some] >= 0, network.head[edge[some]], network.tail[edge[some]])
    km = network.km[edge[some]]
    junction[some[share[some] * km <= _AT_END_KM]] = first[share[some] * km <= _AT_END_KM]
    end = (1 - share[some]) * km <= _AT_END_KM
    junction[some[end]] = np.where(junction[some[end]] >= 0, junction[some[end]], last[end])
    return junction


def _nearest(
    network: RoadNetwork, lines: Whole, lon: Floats, lat: Floats, centre: float, limit_m: float
) -> tuple[Whole, Floats, Floats, Floats]:
    """Nearest line (-1 for none), share along it, and the foot in Mercator metres, for each place."""
    import shapely

    count = len(lon)
    line, share = np.full(count, -1, np.int64), np.full(count, np.nan)
    best, foot_x, foot_y = np.full(count, np.inf), np.full(count, np.nan), np.full(count, np.nan)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) < 89))
    if not len(known):
        return line, share, foot_x, foot_y
    x, y = _mercator(lon[known], lat[known], centre)
    # a metre on the ground is more than a metre on the map, most of all at the highest latitude
    within = limit_m * 1.01 / np.cos(np.radians(np.abs(lat[known]).max()))
    for ids, shapes, west, east in _strips(network, lines, centre):
        asked = np.flatnonzero((x >= west - within) & (x <= east + within))
        if not len(asked):
            continue
        points = shapely.points(x[asked], y[asked])
        (which, hit), metres = shapely.STRtree(shapes).query_nearest(
            points, max_distance=within, return_distance=True, all_matches=True
        )
        order = np.lexsort((ids[hit], metres, which))
        order = order[np.diff(which[order], prepend=-1) > 0]
        which, hit, metres = which[order], hit[order], metres[order]
        place = known[asked[which]]
        nearer = (metres < best[place]) | ((metres == best[place]) & (ids[hit] < line[place]))
        which, hit, place = which[nearer], hit[nearer], place[nearer]
        best[place], line[place] = metres[nearer], ids[hit]
        # 1e-9 of a shape is less than a millimetre: feet that differ by less are one foot
        # (a shape without length has no share: its foot is its start)
        along = shapely.line_locate_point(shapes[hit], points[which], normalized=True)
        share[place] = np.round(np.nan_to_num(along), 9)
        foot = shapely.line_interpolate_point(shapes[hit], share[place], normalized=True)
        foot_x[place], foot_y[place] = shapely.get_x(foot), shapely.get_y(foot)
    return line, share, foot_x, foot_y


def _strips(
    network: RoadNetwork, lines: Whole, centre: float
) -> Iterator[tuple[Whole, npt.NDArray[np.object_], float, float]]:
    """Lines from west to east, a tree's worth at a time: their ids, shapes, and western and eastern end."""
    import shapely

    first = network.line_lon[network.line_offsets[lines]]
    lines = lines[np.argsort((first - centre + 180) % 360, kind="stable")]
    for start in range(0, len(lines), _STRIP):
        ids = lines[start : start + _STRIP]
        sizes = np.diff(network.line_offsets)[ids]
        begin = np.repeat(np.cumsum(sizes) - sizes, sizes)
        at = np.repeat(network.line_offsets[ids], sizes) + np.arange(len(begin)) - begin
        x, y = _mercator(network.line_lon[at], network.line_lat[at], centre)
        shapes = shapely.linestrings(x, y, indices=np.repeat(np.arange(len(ids)), sizes))
        yield ids, np.asarray(shapes, object), float(x.min()), float(x.max())


def _mercator(lon: Floats, lat: Floats, centre: float) -> tuple[Floats, Floats]:
    """Degrees -> metres of the ellipsoidal Mercator projection (Snyder 1987, 7-6 and 7-7) about a meridian."""
    sine = np.sin(np.radians(lat))
    east = np.radians((lon - centre + 180) % 360 - 180)
    return _AXIS_M * east, _AXIS_M * (np.arctanh(sine) - _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine))


def _from_mercator(x: Floats, y: Floats, centre: float) -> tuple[Floats, Floats]:
    """The way back (Snyder 1987, 7-9): a fixed point, to far below a millimetre in six rounds."""
    sine = np.tanh(y / _AXIS_M)
    for _ in range(6):
        sine = np.tanh(y / _AXIS_M + _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine))
    return (np.degrees(x / _AXIS_M) + centre + 180) % 360 - 180, np.degrees(np.arcsin(sine))


def _metres(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Metres on the ellipsoid; NaN stays NaN."""
    from pyproj import Geod

    good = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(to_lon) & np.isfinite(to_lat)
    metres = np.full(len(lon), np.nan)
    metres[good] = Geod(ellps="WGS84").inv(lon[good], lat[good], to_lon[good], to_lat[good])[2]
    return metres
