"""Our road minutes beside Valhalla's and OSRM's: Malta by the reference files, Sao Paulo by OSRM run here.

    python -m benchmarks.roads.agreement

needs ALLIANCE_SHARED, and for Sao Paulo Python 3.12 with the extra `osrm`. Malta is compared as it
comes, with default speeds; Sao Paulo after a factor found on 20 trips, as a user would with the table
`known_trips`. Minutes of a plan include the walk to the road, which the references leave out: both
are told. "spread" is the middle 90 % of ours / theirs, divided by the median.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import GeodataError
from geodata.roads.network import RoadNetwork
from geodata.roads.paths import Trips, road_trips
from geodata.roads.read import RoadOptions, read_roads
from geodata.roads.snap import snap
from geodata.roads.speeds import speeds_of

Floats = npt.NDArray[np.float64]

SEED, KNOWN = 20260929, 20
LIMIT_MINUTES = 720.0
#: Trips too short to say much about an engine, minutes.
SHORT = 5.0
MALTA, SAO_PAULO = "data/mt_malta/malta-20180829.osm.pbf", "data/br_sao_paulo/spo_osm.pbf"
REFERENCES = {"Valhalla 3.9.1": "mt_malta_auto_valhalla391.csv", "OSRM 26.10": "mt_malta_car_osrm2610.csv"}


@dataclass(frozen=True)
class Agreement:
    """K pairs of one kind: median of ours / theirs, its middle 90 % over the median, correlation, km ratio."""

    pairs: int
    median: float
    low: float
    high: float
    correlation: float
    km: float
    within_quarter: float

    @classmethod
    def of(cls, ours: Floats, theirs: Floats, our_km: Floats, their_km: Floats) -> Agreement:
        ratio = ours / theirs
        median = float(np.median(ratio))
        low, high = np.percentile(ratio / median, (5, 95))
        correlation = float(np.corrcoef(ours, theirs)[0, 1])
        within = float(np.mean(np.abs(ratio - 1) <= 0.25))
        with np.errstate(divide="ignore", invalid="ignore"):
            km = float(np.nanmedian(our_km / their_km))
        return cls(len(ours), median, float(low), float(high), correlation, km, within)

    def row(self, name: str) -> str:
        return (
            f"| {name} | {self.pairs:,} | {self.median:.3f} | {self.low:.2f} to {self.high:.2f} "
            f"| {self.correlation:.4f} | {100 * self.within_quarter:.1f} % | {self.km:.3f} |"
        )


HEAD = "| pairs | number | median ours/theirs | spread | correlation | within 25 % | km ours/theirs |\n|" + "---|" * 7


def shared() -> Path:
    """The folder of the public data sets. Raises SystemExit without ALLIANCE_SHARED."""
    folder = os.environ.get("ALLIANCE_SHARED")
    if not folder:
        raise SystemExit("ALLIANCE_SHARED must name the folder that holds data/")
    return Path(folder)


def read(path: Path) -> RoadNetwork:
    return read_roads(path, speeds_of(None), RoadOptions())


def malta(folder: Path) -> dict[tuple[str, str, str], Agreement]:
    """Agreement by reference, kind of pair ("one island", "ferry") and minutes ("with walk", "road only").

    Every pair of the references is found: KeyError otherwise. "them" compares OSRM with Valhalla.
    """
    data = (folder / MALTA).parent
    network = read(folder / MALTA)
    tables = [pd.read_csv(data / name) for name in ("places_osm.csv", "facilities_osm.csv")]
    places = pd.concat(tables).drop_duplicates("osm_id").set_index("osm_id")
    files = {name: pd.read_csv(data / file) for name, file in REFERENCES.items()}
    pairs = files["OSRM 26.10"][["origin_id", "dest_id"]]
    origin, destination = (places.index.get_indexer(pairs[column]) for column in pairs)
    trips = road_trips(
        network, places["lon"], places["lat"], origin, destination, profile="vehicle", limit_minutes=LIMIT_MINUTES
    )
    ours = _frame(trips).loc[list(zip(origin, destination, strict=True))]
    found: dict[tuple[str, str, str], Agreement] = {}
    theirs = {}
    for name, file in files.items():
        reference = pairs.merge(file, on=["origin_id", "dest_id"], how="left")
        theirs[name] = reference
        minutes, km = reference["seconds"].to_numpy() / 60, reference["km"].to_numpy()
        ferry = ours["ferry"].to_numpy()
        for kind, some in (("one island", ~ferry & (minutes > SHORT)), ("ferry", ferry)):
            for what in ("with walk", "road only"):
                mine = ours[what].to_numpy()[some]
                found[name, kind, what] = Agreement.of(mine, minutes[some], ours["km"].to_numpy()[some], km[some])
    one, two = (theirs[name] for name in ("OSRM 26.10", "Valhalla 3.9.1"))
    for kind, some in (
        ("one island", ~ours["ferry"] & (two["seconds"].to_numpy() > SHORT * 60)),
        ("ferry", ours["ferry"]),
    ):
        a, b = one[some.to_numpy()], two[some.to_numpy()]
        found["them", kind, "OSRM / Valhalla"] = Agreement.of(
            a["seconds"].to_numpy(), b["seconds"].to_numpy(), a["km"].to_numpy(), b["km"].to_numpy()
        )
    return found


def _frame(trips: Trips) -> pd.DataFrame:
    walk = trips.snapped.walk_minutes
    road = trips.minutes - walk[trips.origin] - walk[trips.destination]
    index = pd.MultiIndex.from_arrays([trips.origin, trips.destination])
    return pd.DataFrame({"with walk": trips.minutes, "road only": road, "km": trips.km, "ferry": trips.ferry}, index)


def sao_paulo(folder: Path, cache: Path | None = None) -> dict[str, Agreement]:
    """Agreement with OSRM between hexagon centres, before and after a factor from 20 trips.

    The 20 are drawn at random (fixed seed) among trips over 5 minutes. OSRM is asked for the centres
    themselves. Raises `OsrmUnusable` without the extra.
    """
    from geodata.roads.osrm import needs_osrm, open_engine, prepared, table

    needs_osrm(folder / SAO_PAULO)
    centres = pd.read_csv((folder / SAO_PAULO).parent / "spo_hexgrid.csv")
    lon, lat = centres["lon"].to_numpy(), centres["lat"].to_numpy()
    network, count = read(folder / SAO_PAULO), len(centres)
    everywhere = np.arange(count)
    snapped = snap(network, lon, lat, "vehicle")
    trips = road_trips(
        network, lon, lat, everywhere, everywhere, profile="vehicle", limit_minutes=LIMIT_MINUTES, snapped=snapped
    )
    with prepared(folder / SAO_PAULO, "car", cache) as base:
        minutes, km, _ = table(open_engine(base), np.tile(lon, 2), np.tile(lat, 2), count)
    theirs, their_km = minutes[trips.origin, trips.destination], km[trips.origin, trips.destination]
    ours = _frame(trips)
    usable = np.flatnonzero(theirs > SHORT)
    known = np.random.default_rng(SEED).choice(usable, KNOWN, replace=False)
    others = np.setdiff1d(usable, known)
    found = {}
    for what in ("with walk", "road only"):
        mine = ours[what].to_numpy()
        factor = float(np.median(theirs[known] / mine[known]))
        for name, times in ((f"{what}, as it comes", 1.0), (f"{what}, x {factor:.3f} from {KNOWN} trips", factor)):
            found[name] = Agreement.of(mine[others] * times, theirs[others], trips.km[others], their_km[others])
    return found


def main() -> None:
    folder = shared()
    print(f"Malta, 64 places x 29 facilities, pairs over {SHORT:g} minutes on one island; every ferry pair\n\n{HEAD}")
    for (name, kind, what), result in malta(folder).items():
        print(result.row(f"{name}, {kind}, {what}"))
    print(f"\nSao Paulo, 323 x 322 hexagon centres over {SHORT:g} minutes, OSRM beside ours\n\n{HEAD}")
    try:
        for name, result in sao_paulo(folder).items():
            print(result.row(name))
    except GeodataError as error:
        print(error.sentence("en"))


if __name__ == "__main__":
    main()
