"""A factor on computed minutes from a few trips that somebody knows from door to door.

    ratio_r = known minutes_r / (road minutes_r + 2 x minutes_each_end)
    factor  = median of the ratios of at least three usable trips

The median is not moved by a few wrong figures; ratios below half or above twice the median are named.
Sound engines differ by up to 20 % in the median, so the factor is worth having. Known trips are those
of the usual season: `season_factor` comes on top, else calibrating would take it away again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.problems import Problem
from geodata.region import Region
from geodata.sentences import said
from geodata.travel_options import TravelOptions
from geodata.travel_places import Codes, Floats, Places

#: Fewest usable trips that make a factor.
ENOUGH = 3
#: Ratios outside these times the median are named as odd.
ODD = (0.5, 2.0)
#: A factor outside these is worth a look: are the known figures minutes?
STRANGE = (0.5, 2.0)

#: Free-flow minutes on the road for origins, destinations, profile; NaN where unknown.
RoadMinutes = Callable[[Codes, Codes, str], Floats]


@dataclass(frozen=True)
class Calibration:
    """factor: in force. source: "setting" (its own wins), "known_trips" or "none". trips: usable ones.

    measured: the factor that the known trips give, None with fewer than three. low, high: the first and
    ninth decile of ratio / median, which says how well one factor fits; None without a factor.
    """

    factor: float = 1.0
    source: str = "none"
    trips: int = 0
    measured: float | None = None
    low: float | None = None
    high: float | None = None
    problems: list[Problem] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """As plain values, without the problems."""
        return {name: value for name, value in asdict(self).items() if name != "problems"}


def calibrate(
    region: Region, places: Places, options: TravelOptions, road_minutes: Callable[..., Floats]
) -> Calibration:
    """The factor for computed minutes: [travel] calibration where it is not 1, else that of `known_trips`.

    road_minutes: see `RoadMinutes`; called once for each profile of the table.
    """
    known = region.tables.get("known_trips")
    explicit = options.calibration != 1.0
    if known is None or known.empty:
        return Calibration(options.calibration, "setting" if explicit else "none")
    ratio = _ratios(known, places, options, road_minutes)
    usable = np.flatnonzero(np.isfinite(ratio))
    problems: list[Problem] = []
    if len(usable) < ENOUGH:
        if not explicit:
            sentence = said("known_trips_few", usable=len(usable), enough=ENOUGH)
            problems.append(sentence.problem("known_trips", value=str(len(known)), severity="warning"))
        return Calibration(options.calibration, "setting" if explicit else "none", len(usable), problems=problems)
    measured = float(np.median(ratio[usable]))
    against = ratio / measured
    low, high = (round(float(value), 3) for value in np.quantile(against[usable], (0.1, 0.9)))
    measured = round(measured, 4)
    for at in usable[(against[usable] < ODD[0]) | (against[usable] > ODD[1])]:
        problems.append(_odd(region, known, int(at), float(known["minutes"].iloc[at]) / float(against[at])))
    if explicit and abs(measured / options.calibration - 1.0) > 0.05:
        sentence = said("known_trips_overruled", measured=f"{measured:g}", setting=f"{options.calibration:g}")
        problems.append(sentence.problem("known_trips", severity="warning"))
    if not explicit and not STRANGE[0] <= measured <= STRANGE[1]:
        sentence = said("known_trips_strange", measured=f"{measured:g}", trips=len(usable))
        problems.append(sentence.problem("known_trips", column="minutes", severity="warning"))
    factor, source = (options.calibration, "setting") if explicit else (measured, "known_trips")
    return Calibration(factor, source, len(usable), measured, low, high, problems)


def _ratios(known: pd.DataFrame, places: Places, options: TravelOptions, road_minutes: RoadMinutes) -> Floats:
    """(R,) known over computed minutes, NaN where a row says nothing or its trip is not found."""
    origins, destinations = (known[end].map(places.at).to_numpy(float) for end in ("origin", "destination"))
    minutes = known["minutes"].to_numpy(float)
    profiles = known["profile"].to_numpy(object)
    good = np.isfinite(origins) & np.isfinite(destinations) & (origins != destinations) & (minutes > 0)
    ratio: npt.NDArray[np.float64] = np.full(len(known), np.nan)
    for profile in ("patient", "vehicle"):
        # a row for both is compared with vehicles, whose speeds are the more certain
        rows = np.flatnonzero(good & ((profiles == profile) | ((profiles != "patient") & (profile == "vehicle"))))
        if len(rows):
            road = road_minutes(origins[rows].astype(np.int64), destinations[rows].astype(np.int64), profile)
            computed = road + 2.0 * options.minutes_each_end
            ratio[rows] = minutes[rows] / np.where(computed > 0, computed, np.nan)
    return ratio


def _odd(region: Region, known: pd.DataFrame, at: int, about: float) -> Problem:
    row = known.iloc[at]
    value = f"{row['origin']} → {row['destination']}: {row['minutes']:g}"
    sentence = said("known_trip_odd", about=f"{about:.0f}")
    return sentence.problem("known_trips", region.row("known_trips", at), "minutes", value, "warning")
