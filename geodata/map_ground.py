"""The ground under a map: boundaries, main roads, and the travel bands over them.

Made once when a plan is made, from the files beside the region's tables. They may be gone when the
report of a saved plan is written again, so then the ground is read back from the plan's own map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import GeodataError
from geodata.map_file import read_layer
from geodata.map_layers import WGS84, road_backdrop, simplified
from geodata.region import Region
from geodata.travel_options import TravelOptions

if TYPE_CHECKING:
    import geopandas

    from geodata.roads.network import RoadNetwork

LIMITS = (15, 30, 60)
#: Bands on roads are made for so many sets of places that junctions x sets stay below this.
MOST_SEARCHES = 300_000


@dataclass(frozen=True)
class Offer:
    """Places where something is offered: what (an id), when (today, plan, both), and the ids of institutions."""

    key: str
    moment: str
    places: frozenset[str]


@dataclass(frozen=True)
class Ground:
    """units: boundaries; roads: the backdrop; network: for travel bands; bands: those of an older map.

    Any may be None: then there is no such layer, and bands are circles.
    """

    units: geopandas.GeoDataFrame | None = None
    roads: geopandas.GeoDataFrame | None = None
    network: RoadNetwork | None = field(default=None, repr=False)
    bands: geopandas.GeoDataFrame | None = None


def ground_of(region: Region, settings: Mapping[str, Any]) -> Ground:
    """The ground of a region from its layers; a layer that cannot be read is left out (its check has said so)."""
    network: RoadNetwork | None = None
    roads = None
    options = TravelOptions.of(settings)
    if "roads" in region.layers:
        from geodata.travel_network import network_of

        try:
            network = network_of(region, options)
            roads = road_backdrop(network)
        except GeodataError:
            network = None
    # The user's own table or straight lines decide the plan: bands on roads would tell another story.
    return Ground(_units(region), roads, network if options.method in ("auto", "roads") else None)


def ground_from(path: Path) -> Ground:
    """The ground that an older map of the same plan holds; an empty one where there is no map."""
    return Ground(read_layer(path, "boundaries"), read_layer(path, "roads"), None, read_layer(path, "travel_bands"))


def _units(region: Region) -> geopandas.GeoDataFrame | None:
    from geodata.boundaries import usable_boundaries

    found = usable_boundaries(region)
    if found is None or not len(found.units):
        return None
    units = found.units
    columns = [name for name in ("id", "name", "level", "population", "parent") if name in units]
    return simplified(units[[*columns, units.geometry.name]])


def travel_bands(
    places: pd.DataFrame, offers: Sequence[Offer], ground: Ground, options: TravelOptions
) -> geopandas.GeoDataFrame:
    """Bands of 15, 30 and 60 minutes around each set of places: offer, moment, minutes, estimated, rank.

    places: id, lon, lat. Minutes are residents' one-way trips as the plan counts them: season,
    calibration and the minutes at both ends included. A band holds the shorter ones. Offers for
    which roads would take too long to search are left out from the end.
    """
    import geopandas

    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    road_minutes = [limit / options.factor - 2.0 * options.minutes_each_end for limit in LIMITS]
    maker = _OnRoads(ground.network, options, places) if ground.network is not None else None
    if maker is not None:
        offers = offers[: max(3, MOST_SEARCHES // max(1, len(maker.network.lon)))]
    for rank, offer in enumerate(offers):
        chosen = places["id"].isin(offer.places).to_numpy()
        if not chosen.any():
            continue
        crs, found = (
            maker.bands(chosen, road_minutes) if maker is not None else _circles(places[chosen], road_minutes, options)
        )
        for minutes, shape in zip(LIMITS, found, strict=True):
            if shape is not None:
                rows.append({
                    "offer": offer.key, "moment": offer.moment, "minutes": minutes,
                    "estimated": "yes" if maker is None else "no", "rank": rank,
                })  # fmt: skip
                shapes.append(_rounded(shape, crs))
    columns = ["offer", "moment", "minutes", "estimated", "rank"]
    return geopandas.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=shapes, crs=WGS84)


class _OnRoads:
    """Bands on one network: what does not depend on the set of places is done once."""

    def __init__(self, network: RoadNetwork, options: TravelOptions, places: pd.DataFrame) -> None:
        from geodata.roads.bands import road_points
        from geodata.roads.snap import PathOptions, snap

        self.network = network
        self.options = PathOptions(walk_kmh=options.walk_kmh, snap_limit_km=options.snap_limit_km)
        self.points = road_points(network, "patient")
        self.lon, self.lat = places["lon"].to_numpy(float), places["lat"].to_numpy(float)
        self.snapped = snap(network, self.lon, self.lat, "patient", self.options)

    def bands(self, chosen: npt.NDArray[np.bool_], limits: Sequence[float]) -> tuple[Any, list[Any | None]]:
        """CRS, and one shape for each limit; None where it is not positive or nothing is reached."""
        from geodata.roads.bands import road_bands
        from geodata.roads.reach import node_minutes

        possible = [limit for limit in limits if limit > 0]
        snapped = replace(
            self.snapped, **{one.name: getattr(self.snapped, one.name)[chosen] for one in fields(self.snapped)}
        )
        if not possible or not snapped.found.any():
            return self.points.crs, [None] * len(limits)
        lon, lat = self.lon[chosen], self.lat[chosen]
        minutes = node_minutes(self.network, lon, lat, "patient", max(possible), self.options, snapped=snapped)
        found = road_bands(self.points, minutes, snapped, possible, self.options.walk_kmh)
        return self.points.crs, [None] * (len(limits) - len(possible)) + found


def _circles(
    places: pd.DataFrame, road_minutes: Sequence[float], options: TravelOptions
) -> tuple[Any, list[Any | None]]:
    from geodata.roads.bands import circle_bands

    radii = [minutes / 60.0 * options.speed_kmh / options.circuity for minutes in road_minutes]
    return circle_bands(places["lon"].to_numpy(float), places["lat"].to_numpy(float), radii)


def _rounded(shape: Any, crs: Any) -> Any:
    """A shape in degrees, to a metre: smaller files, and the same ones on every machine."""
    import geopandas
    import shapely

    degrees = geopandas.GeoSeries([shape], crs=crs).to_crs(WGS84).iloc[0]
    return shapely.make_valid(shapely.transform(degrees, lambda xy: np.round(xy, 5)))


def distinct(offers: Sequence[tuple[str, Set[str], Set[str]]]) -> list[Offer]:
    """(what, places today, places by the plan) as offers: one for both moments where nothing changes."""
    found = []
    for key, today, plan in offers:
        if today == plan:
            found.append(Offer(key, "both", frozenset(plan)))
        else:
            found += [Offer(key, "today", frozenset(today)), Offer(key, "plan", frozenset(plan))]
    return found
