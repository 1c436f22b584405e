"""Shapes of the map layers: points, lines between places, areas of groups, the backdrop of main roads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.coordinates import possible
from geodata.crs import metric_crs

if TYPE_CHECKING:
    import geopandas

    from geodata.roads.network import RoadNetwork

WGS84 = "EPSG:4326"
#: Classes of the backdrop from the widest down; links are drawn with their road.
MAIN_ROADS = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified")
#: The backdrop stops at the class at which it would have more points than this.
MOST_POINTS = 40_000
#: Metres that backdrop and boundaries may be off: half a millimetre on a map of 1 : 100,000.
SIMPLIFIED = 40.0
#: Metres around the places of a group where no boundaries say what belongs to it.
GROUP_MARGIN = 2_500.0


def located(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with possible coordinates, one row for each id; lon and lat as numbers."""
    lon = pd.to_numeric(table["lon"], errors="coerce")
    lat = pd.to_numeric(table["lat"], errors="coerce")
    good = possible(lon.to_numpy(float), lat.to_numpy(float))
    return table.assign(lon=lon, lat=lat)[good].drop_duplicates("id").reset_index(drop=True)


def points(table: pd.DataFrame) -> geopandas.GeoDataFrame:
    """Rows with lon and lat (WGS 84 degrees) as points; the two columns go."""
    import geopandas

    shapes = geopandas.points_from_xy(table["lon"], table["lat"], crs=WGS84)
    return geopandas.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=shapes)


def lines(table: pd.DataFrame, places: pd.DataFrame, origin: str, destination: str) -> geopandas.GeoDataFrame:
    """Rows as straight lines from the place in column `origin` to that in `destination`.

    places: id, lon, lat. Rows whose ends are unknown, or one and the same point, are left out.
    """
    import geopandas
    import shapely

    lon, lat = places.set_index("id")["lon"], places.set_index("id")["lat"]
    ends = np.stack(
        [
            np.column_stack([table[name].map(lon).astype(float), table[name].map(lat).astype(float)])
            for name in (origin, destination)
        ],
        axis=1,
    ).reshape(-1, 2, 2)
    good = np.isfinite(ends).all(axis=(1, 2)) & (ends[:, 0] != ends[:, 1]).any(axis=1)
    shapes = geopandas.GeoSeries(shapely.linestrings(ends[good]), crs=WGS84)
    return geopandas.GeoDataFrame(table[good].reset_index(drop=True), geometry=shapes)


def group_areas(places: pd.DataFrame, units: geopandas.GeoDataFrame | None) -> geopandas.GeoDataFrame:
    """One area for each group: group, members, method (boundaries, nearest).

    places: id, name, group, lon, lat. With boundary units that hold a member each, the units of a
    group together; without, what is nearer to its members than to others', within `GROUP_MARGIN`
    of the hull of all: a sketch of who belongs together, no border.
    """
    import geopandas

    members = places[places["group"].fillna("").astype(str) != ""]
    if members.empty:
        return geopandas.GeoDataFrame({"group": [], "members": [], "method": []}, geometry=[], crs=WGS84)
    crs = metric_crs(members["lon"].to_numpy(float), members["lat"].to_numpy(float))
    spots = geopandas.GeoSeries(geopandas.points_from_xy(members["lon"], members["lat"], crs=WGS84)).to_crs(crs)
    shapes, method = None, "boundaries"
    if units is not None and len(units):
        shapes = _by_units(members, spots, units.to_crs(crs))
    if shapes is None:
        shapes, method = _by_nearness(members, spots), "nearest"
    rows = [
        {"group": group, "members": int((members["group"] == group).sum()), "method": method} for group in shapes.index
    ]
    return geopandas.GeoDataFrame(pd.DataFrame(rows), geometry=shapes.to_numpy(), crs=crs).to_crs(WGS84)


def _by_units(members: pd.DataFrame, spots: Any, units: Any) -> pd.Series[Any] | None:
    """Boundary units joined by the group of the member inside; None when under half hold one."""
    import shapely

    of_unit: dict[int, str] = {}
    tree = shapely.STRtree(units.geometry.to_numpy())
    at, unit = tree.query(spots.to_numpy(), predicate="within")
    # A primary member says more about where its township belongs than a hospital in the seat does.
    order = (
        np.argsort(members["level"].to_numpy(float)[at], kind="stable") if "level" in members else np.arange(len(at))
    )
    for spot, where in zip(at[order], unit[order], strict=True):
        of_unit.setdefault(int(where), str(members["group"].iloc[int(spot)]))
    if len(of_unit) * 2 < len(units):
        return None
    parts: dict[str, list[Any]] = {}
    for where in sorted(of_unit):
        parts.setdefault(of_unit[where], []).append(units.geometry.iloc[where])
    return pd.Series({group: shapely.union_all(shapes) for group, shapes in sorted(parts.items())}, dtype=object)


def _by_nearness(members: pd.DataFrame, spots: Any) -> pd.Series[Any]:
    """Voronoi cells of the members, joined by group, within a margin of the hull of all."""
    import shapely

    frame = shapely.buffer(shapely.convex_hull(shapely.union_all(spots.to_numpy())), GROUP_MARGIN)
    groups = members["group"].to_numpy(object)
    found: dict[str, Any] = {}
    distinct, first = np.unique(shapely.get_coordinates(spots.to_numpy()), axis=0, return_index=True)
    if len(set(groups)) == 1 or len(distinct) < 2:
        return pd.Series({str(groups[0]): frame}, dtype=object)
    cells = shapely.voronoi_polygons(shapely.multipoints(distinct), extend_to=frame)
    cells = shapely.intersection(shapely.get_parts(cells), frame)
    spot, cell = shapely.STRtree(cells).query(shapely.points(distinct), predicate="intersects")
    owner = {int(c): str(groups[first[s]]) for s, c in zip(spot, cell, strict=True)}
    for group in sorted(set(owner.values())):
        found[group] = shapely.union_all([cells[c] for c, name in sorted(owner.items()) if name == group])
    return pd.Series(found, dtype=object)


def simplified(frame: geopandas.GeoDataFrame, metres: float = SIMPLIFIED) -> geopandas.GeoDataFrame:
    """Boundaries for drawing: shared borders stay shared, coordinates to about a metre."""
    import shapely

    degrees = metres / 111_320.0
    shapes = frame.to_crs(WGS84).geometry.to_numpy()
    whole = shapely.make_valid(shapes)
    try:
        whole = shapely.coverage_simplify(whole, degrees)
    except (AttributeError, shapely.errors.GEOSException):
        whole = shapely.simplify(whole, degrees, preserve_topology=True)
    return frame.to_crs(WGS84).set_geometry(shapely.transform(whole, lambda xy: np.round(xy, 5)))


def road_backdrop(network: RoadNetwork) -> geopandas.GeoDataFrame:
    """Main roads as one shape for each class, name and number: class, name, ref. Simplified; at most `MOST_POINTS`."""
    import geopandas
    import shapely

    described = network.roads.reindex(columns=["class", "name", "ref", "ferry"]).fillna(
        {"class": "", "name": "", "ref": ""}
    )
    kind = described["class"].astype(str).str.removesuffix("_link").to_numpy(object)[network.road]
    kind = np.where(described["ferry"].fillna(False).astype(bool).to_numpy()[network.road], "ferry", kind)
    sizes = np.diff(network.line_offsets)
    keep = kind == "ferry"
    classes: tuple[str, ...] = MAIN_ROADS if np.isin(kind, MAIN_ROADS).any() else tuple(sorted(set(kind)))
    for name in classes:
        more = keep | (kind == name)
        # Simplifying takes about two thirds of the points away.
        if keep.any() and sizes[more].sum() / 3 > MOST_POINTS:
            break
        keep = more
    chosen = np.flatnonzero(keep)
    if not len(chosen):
        return geopandas.GeoDataFrame({"class": [], "name": [], "ref": []}, geometry=[], crs=WGS84)
    at = np.concatenate([np.arange(network.line_offsets[line], network.line_offsets[line + 1]) for line in chosen])
    shapes = shapely.linestrings(
        np.column_stack([network.line_lon[at], network.line_lat[at]]),
        indices=np.repeat(np.arange(len(chosen)), sizes[chosen]),
    )
    table = described.iloc[network.road[chosen]][["class", "name", "ref"]].astype(str)
    table["class"] = kind[chosen]
    frame = geopandas.GeoDataFrame(table.reset_index(drop=True), geometry=shapes, crs=WGS84)
    merged = frame.dissolve(["class", "name", "ref"], sort=True).reset_index()
    whole = shapely.line_merge(merged.geometry.to_numpy())
    whole = shapely.simplify(whole, SIMPLIFIED / 111_320.0)
    return merged.set_geometry(shapely.transform(whole, lambda xy: np.round(xy, 5)))
