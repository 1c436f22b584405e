"""The places of a travel table, the user's own rows, and pairs as columns of numbers.

A region of 20,000 communities and 300 institutions has six million pairs: they are kept as numbers
(22 bytes a pair) until the table is written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.coordinates import distance_km, possible
from geodata.travel_options import TravelOptions

OUTSIDE = "outside"
PROFILES = ("patient", "vehicle")
COLUMNS = ["origin", "destination", "minutes", "km", "profile", "method"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    """P places of the region and of the user's table; institutions first, then communities.

    lon, lat: (P,) degrees in WGS 84, NaN where unknown or impossible. The code of an ordered pair is
    origin x P + destination.
    """

    ids: npt.NDArray[np.object_]
    at: dict[str, int]
    lon: Floats
    lat: Floats
    institutions: int
    communities: int

    @property
    def located(self) -> Bools:
        """(P,) whether the place has a point."""
        return np.asarray(np.isfinite(self.lon) & np.isfinite(self.lat))

    def codes(self, origins: pd.Series[Any], destinations: pd.Series[Any]) -> Codes:
        """One whole number for each ordered pair."""
        return np.asarray(origins.map(self.at) * len(self.ids) + destinations.map(self.at), dtype=np.int64)

    def ends(self, code: Codes) -> tuple[Codes, Codes]:
        """Origins and destinations of codes."""
        origins, destinations = np.divmod(code, max(1, len(self.ids)))
        return origins, destinations

    def line_km(self, origins: Codes, destinations: Codes) -> Floats:
        """Km in a straight line, NaN where an end has no point."""
        return distance_km(self.lon[origins], self.lat[origins], self.lon[destinations], self.lat[destinations])


@dataclass(frozen=True)
class Pairs:
    """Pairs as columns: code, minutes, km, and the method as a position in `words`."""

    code: Codes
    minutes: Floats
    km: Floats
    word: npt.NDArray[np.int16]
    words: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.code)

    def part(self, keep: Bools | Codes) -> Pairs:
        """Some of them, by truth values or positions."""
        return Pairs(self.code[keep], self.minutes[keep], self.km[keep], self.word[keep], self.words)

    def frame(self) -> pd.DataFrame:
        """As a table with the methods spelt out; for few pairs."""
        method = np.array(self.words, dtype=object)[self.word]
        return pd.DataFrame({"code": self.code, "minutes": self.minutes, "km": self.km, "method": method})

    @classmethod
    def none(cls, *words: str) -> Pairs:
        """No pair at all."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0, np.int16), words)


def given_rows(travel: pd.DataFrame | None, options: TravelOptions) -> pd.DataFrame:
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


def places_of(tables: Mapping[str, pd.DataFrame], given: pd.DataFrame) -> Places:
    """Every place of the region (tables in WGS 84) and those that only the user's rows name."""
    frames = [tables[table][["id", "lon", "lat"]] for table in ("institutions", "communities") if table in tables]
    located = pd.concat(frames).drop_duplicates("id") if frames else pd.DataFrame({"id": [], "lon": [], "lat": []})
    first = tables["institutions"]["id"].nunique() if "institutions" in tables else 0
    known = located["id"].tolist()
    listed = set(known)
    more = [place for place in pd.unique(pd.concat([given["origin"], given["destination"]])) if place not in listed]
    blank = np.full(len(more), np.nan)
    lon = np.concatenate([located["lon"].to_numpy(float), blank])
    lat = np.concatenate([located["lat"].to_numpy(float), blank])
    nowhere = ~possible(lon, lat)
    lon[nowhere] = lat[nowhere] = np.nan
    ids = np.array([*known, *more], dtype=object)
    return Places(ids, {place: at for at, place in enumerate(ids)}, lon, lat, first, len(known) - first)


def own_pairs(given: pd.DataFrame, profile: str, places: Places) -> pd.DataFrame:
    """What the user's table says for one profile: its own rows, those for both, then the way back.

    Columns code, minutes, km, method; the way back has the method `table_reversed`.
    """
    rows = given[given["profile"].isin([profile, ""])].sort_values("profile", ascending=False, kind="stable")
    rows = rows.drop_duplicates(["origin", "destination"])
    back = rows[~rows["origin"].eq(OUTSIDE) & ~rows["destination"].eq(OUTSIDE)]
    back = back.rename(columns={"origin": "destination", "destination": "origin"}).assign(method="table_reversed")
    both = pd.concat([rows, back[rows.columns]], ignore_index=True).drop_duplicates(["origin", "destination"])
    return pd.DataFrame({
        "code": places.codes(both["origin"], both["destination"]), "minutes": both["minutes"].to_numpy(float),
        "km": both["km"].to_numpy(float), "method": both["method"].to_numpy(object),
    })  # fmt: skip
