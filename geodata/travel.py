"""Minutes and kilometres from every place to every place: the user's table first, then straight lines.

    km      = straight line x circuity
    minutes = (km / speed_kmh x 60 + 2 x minutes_each_end) x season_factor x calibration

Direction is kept: where only B to A is in the user's table, A to B is taken from it and says so
(`table_reversed`). A pair that cannot be known (no coordinates) is left out, never zero. Straight
lines are great circles on a sphere, right to 0.5 %; far less than what circuity leaves open
(network km / straight km of 1.2 to 2.1 on three real road networks).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.coordinates import distance_km, possible, tables_to_wgs84
from geodata.region import Region

OUTSIDE = "outside"
PROFILES = ("patient", "vehicle")
COLUMNS = ["origin", "destination", "minutes", "km", "profile", "method"]
#: Pairs computed at once, to bound memory (about 100 bytes each).
_CHUNK = 1_000_000

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TravelOptions:
    """How minutes are estimated where the user's table has none; see [travel] in `plan.toml`."""

    method: str = "auto"
    circuity: float = 1.3
    speed_kmh: float = 40.0
    minutes_each_end: float = 5.0
    season_factor: float = 1.0
    calibration: float = 1.0
    max_minutes: float = 240.0

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> TravelOptions:
        """From the whole configuration or its section `travel`; other keys are not for this room."""
        section = settings.get("travel", settings)
        given = section if isinstance(section, Mapping) else {}
        names = cls.__dataclass_fields__
        return cls(**{name: value for name, value in given.items() if name in names and value is not None})

    def minutes(self, km: Floats) -> Floats:
        """Minutes one way for road km."""
        driving = km / self.speed_kmh * 60.0
        return (driving + 2.0 * self.minutes_each_end) * self.season_factor * self.calibration

    @property
    def reach_km(self) -> float:
        """Road km that `max_minutes` allows."""
        driving = self.max_minutes / (self.season_factor * self.calibration) - 2.0 * self.minutes_each_end
        return max(0.0, driving) * self.speed_kmh / 60.0


@dataclass(frozen=True)
class _Places:
    """Every place of the region and of the user's table; institutions first, then communities."""

    ids: npt.NDArray[np.object_]
    at: dict[str, int]
    lon: Floats
    lat: Floats
    institutions: int
    communities: int

    def codes(self, origins: pd.Series[Any], destinations: pd.Series[Any]) -> Codes:
        """One whole number for each ordered pair."""
        return np.asarray(origins.map(self.at) * len(self.ids) + destinations.map(self.at), dtype=np.int64)

    def line_km(self, origins: Codes, destinations: Codes) -> Floats:
        return distance_km(self.lon[origins], self.lat[origins], self.lon[destinations], self.lat[destinations])


def travel_table(region: Region, settings: Mapping[str, Any]) -> pd.DataFrame:
    """The full table: origin, destination, minutes, km (one way), profile, method.

    Rows: the user's, every ordered pair of institutions, and communities to institutions within
    `max_minutes`. profile is "" where patients and vehicles take the same time. method is the
    user's own word or `table`, `table_reversed`, or `straight`. Raises ValueError for unknown
    `[region] coordinates`.
    """
    options = TravelOptions.of(settings)
    tables = tables_to_wgs84(region.tables, {**region.settings, **settings})
    given = _given(tables.get("travel"), options)
    places = _places(tables, given)
    own = {profile: _of_profile(given, profile, places) for profile in PROFILES}
    special = np.unique(np.concatenate([own[profile]["code"].to_numpy(np.int64) for profile in PROFILES]))
    straight = _straight(places, options) if options.method != "table" else _empty()
    common = straight[~np.isin(straight["code"].to_numpy(), special)].assign(profile="", method="straight")
    spare = straight[np.isin(straight["code"].to_numpy(), special)].assign(method="straight")
    rows = pd.concat([_joined(own, spare), common], ignore_index=True)
    return _finished(rows, places, options)


def _given(travel: pd.DataFrame | None, options: TravelOptions) -> pd.DataFrame:
    """The user's usable rows; all of them about care outside with the method `straight`."""
    if travel is None or travel.empty:
        return pd.DataFrame(columns=COLUMNS).astype({"minutes": "float64", "km": "float64"})
    rows = travel[COLUMNS]
    usable = (rows["origin"] != "") & (rows["destination"] != "") & (rows["origin"] != rows["destination"])
    usable &= rows["minutes"].notna()
    if options.method == "straight":
        usable &= (rows["destination"] == OUTSIDE) | (rows["origin"] == OUTSIDE)
    rows = rows[usable].drop_duplicates(["origin", "destination", "profile"])
    return rows.assign(method=rows["method"].where(rows["method"] != "", "table"))


def _places(tables: Mapping[str, pd.DataFrame], given: pd.DataFrame) -> _Places:
    frames = [tables[table][["id", "lon", "lat"]] for table in ("institutions", "communities") if table in tables]
    located = pd.concat(frames).drop_duplicates("id") if frames else pd.DataFrame({"id": [], "lon": [], "lat": []})
    first = tables["institutions"]["id"].nunique() if "institutions" in tables else 0
    known = located["id"].tolist()
    more = [place for place in pd.unique(pd.concat([given["origin"], given["destination"]])) if place not in set(known)]
    blank = np.full(len(more), np.nan)
    lon = np.concatenate([located["lon"].to_numpy(float), blank])
    lat = np.concatenate([located["lat"].to_numpy(float), blank])
    nowhere = ~possible(lon, lat)
    lon[nowhere] = lat[nowhere] = np.nan
    ids = np.array([*known, *more], dtype=object)
    return _Places(ids, {place: at for at, place in enumerate(ids)}, lon, lat, first, len(known) - first)


def _of_profile(given: pd.DataFrame, profile: str, places: _Places) -> pd.DataFrame:
    """What the user's table says for one profile: its own rows, those for both, then the way back."""
    rows = given[given["profile"].isin([profile, ""])].sort_values("profile", ascending=False, kind="stable")
    rows = rows.drop_duplicates(["origin", "destination"])
    back = rows[~rows["origin"].eq(OUTSIDE) & ~rows["destination"].eq(OUTSIDE)]
    back = back.rename(columns={"origin": "destination", "destination": "origin"}).assign(method="table_reversed")
    both = pd.concat([rows, back[rows.columns]], ignore_index=True).drop_duplicates(["origin", "destination"])
    return pd.DataFrame({
        "code": places.codes(both["origin"], both["destination"]), "minutes": both["minutes"].to_numpy(float),
        "km": both["km"].to_numpy(float), "method": both["method"].to_numpy(object),
    })  # fmt: skip


def _empty() -> pd.DataFrame:
    return pd.DataFrame({"code": np.zeros(0, np.int64), "minutes": np.zeros(0), "km": np.zeros(0)})


def _straight(places: _Places, options: TravelOptions) -> pd.DataFrame:
    """Every pair with coordinates at both ends: institutions among themselves, communities to them."""
    pieces = [_empty(), *_blocks(places, options)]
    return pd.concat(pieces, ignore_index=True)


def _blocks(places: _Places, options: TravelOptions) -> Iterator[pd.DataFrame]:
    here = np.arange(places.institutions, dtype=np.int64)
    step = max(1, _CHUNK // max(1, places.institutions))
    for start in range(0, places.institutions + places.communities, step):
        block = np.arange(start, min(start + step, places.institutions + places.communities), dtype=np.int64)
        origins, destinations = np.repeat(block, len(here)), np.tile(here, len(block))
        km = places.line_km(origins, destinations) * options.circuity
        keep = np.isfinite(km) & (origins != destinations)
        keep &= (origins < places.institutions) | (km <= options.reach_km)
        origins, destinations, km = origins[keep], destinations[keep], km[keep]
        code = origins * len(places.ids) + destinations
        yield pd.DataFrame({"code": code, "minutes": options.minutes(km), "km": km})


def _joined(own: dict[str, pd.DataFrame], spare: pd.DataFrame) -> pd.DataFrame:
    """Patients and vehicles side by side: one row with profile "" where they agree, else two.

    A profile that the table leaves out has the straight line; without coordinates, the other's row.
    """
    full = {
        profile: pd.concat([rows, spare[~spare["code"].isin(rows["code"])]], ignore_index=True).set_index("code")
        for profile, rows in own.items()
    }
    patient, vehicle = full["patient"], full["vehicle"]
    patient = pd.concat([patient, vehicle[~vehicle.index.isin(patient.index)]]).sort_index()
    vehicle = pd.concat([vehicle, patient[~patient.index.isin(vehicle.index)]]).sort_index()
    same_km = (patient["km"] == vehicle["km"]) | (patient["km"].isna() & vehicle["km"].isna())
    same = (patient["minutes"] == vehicle["minutes"]) & same_km
    parts = [
        vehicle[same].assign(profile=""),
        patient[~same].assign(profile="patient"),
        vehicle[~same].assign(profile="vehicle"),
    ]
    return pd.concat(parts).reset_index()


def _finished(rows: pd.DataFrame, places: _Places, options: TravelOptions) -> pd.DataFrame:
    """Names, missing km, rounding (0.001 minutes, 1 m) and the order of the places."""
    rows = rows.sort_values(["code", "profile"], kind="stable")
    code = rows["code"].to_numpy(np.int64)
    origins, destinations = np.divmod(code, max(1, len(places.ids)))
    km, minutes = rows["km"].to_numpy(float).copy(), rows["minutes"].to_numpy(float)
    lacking = np.isnan(km)
    # The straight line says how far; without coordinates the minutes at the usual speed do.
    km[lacking] = places.line_km(origins[lacking], destinations[lacking]) * options.circuity
    lacking = np.isnan(km)
    km[lacking] = minutes[lacking] / 60.0 * options.speed_kmh
    return pd.DataFrame({
        "origin": places.ids[origins], "destination": places.ids[destinations], "minutes": np.round(minutes, 3),
        "km": np.round(km, 3), "profile": rows["profile"].to_numpy(object), "method": rows["method"].to_numpy(object),
    }, columns=COLUMNS)  # fmt: skip
