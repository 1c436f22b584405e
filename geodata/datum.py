"""Which datum a list of points is in, judged by points of the same places whose datum is known.

Points read in a wrong datum miss their places by the shift between the two: 265 to 620 m for GCJ-02, 0.86
to 1.38 km for BD-09. So the points are read in each datum in turn, and the reading that comes nearest
wins if it is clearly nearer: the median distance by a good third, and four places of five one by one. Two
tables that disagree do not say which of them is wrong, so the other one is read anew as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.coordinates import distance_km, in_mainland, to_wgs84

Array = npt.NDArray[np.float64]

#: What is tried. CGCS2000 is WGS 84 to better than a metre.
READINGS = ("wgs84", "gcj02", "bd09")
SHOWN = {"wgs84": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09", "cgcs2000": "CGCS2000"}
#: Fewer pairs of places say nothing.
LEAST_PAIRS = 8
#: Median distance under the better reading over that under the declared one, at most.
CLEARLY = 0.65
#: Share of places that come nearer, at least.
MOST_PLACES = 0.8
#: Metres by which the median must become less.
LEAST_GAIN = 100.0


@dataclass(frozen=True)
class Finding:
    """What the comparison showed.

    pairs: places compared. metres: the median distance under each reading (the declared one included).
    likely: the reading that fits, the declared one where no other is clearly better. shift: median metres
    by which the points move from the declared to the likely reading. other: the reading of the reference
    that would explain it as well, "" for none. fits: whether the declared reading is confirmed, that is,
    nearer than any other.
    """

    pairs: int
    metres: dict[str, float]
    declared: str
    likely: str
    shift: float
    other: str = ""

    @property
    def wrong(self) -> bool:
        """Whether another reading than the declared one fits clearly better."""
        return self.likely != self.declared or bool(self.other)

    @property
    def confirmed(self) -> bool:
        """Whether the declared reading is the nearest of all, and clearly nearer than the second."""
        others = [value for reading, value in self.metres.items() if reading != self.declared]
        return not self.wrong and self.metres[self.declared] <= CLEARLY * min(others)


def compare(
    points: tuple[npt.ArrayLike, npt.ArrayLike],
    declared: str,
    reference: tuple[npt.ArrayLike, npt.ArrayLike],
    reference_declared: str = "wgs84",
) -> Finding | None:
    """Pairs of points of the same places, as they stand in their tables: what the points' datum is.

    Both (lon, lat) of equal length, degrees in the declared datum. None with fewer than `LEAST_PAIRS`
    pairs in mainland China, the only place where the shifted datums exist.
    """
    lon, lat = (np.asarray(v, dtype=float) for v in points)
    to_lon, to_lat = (np.asarray(v, dtype=float) for v in reference)
    good = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(to_lon) & np.isfinite(to_lat)
    good[good] &= in_mainland(lon[good], lat[good]) & in_mainland(to_lon[good], to_lat[good])
    if good.sum() < LEAST_PAIRS:
        return None
    lon, lat, to_lon, to_lat = lon[good], lat[good], to_lon[good], to_lat[good]
    fixed = to_wgs84(to_lon, to_lat, reference_declared)
    readings = dict.fromkeys((declared, *(r for r in READINGS if r != plain(declared))))
    metres = {r: 1000 * distance_km(*to_wgs84(lon, lat, r), *fixed) for r in readings}
    best = min(metres, key=lambda r: float(np.median(metres[r])))
    clearly = best != declared and clearly_nearer(metres[best], metres[declared])
    other = _other(to_wgs84(lon, lat, declared), (to_lon, to_lat), reference_declared, metres[declared])
    moved = 0.0
    likely = best if clearly else declared
    if clearly:
        moved = float(np.median(1000 * distance_km(*to_wgs84(lon, lat, best), *to_wgs84(lon, lat, declared))))
    medians = {r: float(np.median(values)) for r, values in metres.items()}
    return Finding(int(good.sum()), medians, declared, likely, moved, other)


def _other(points: tuple[Array, Array], reference: tuple[Array, Array], declared: str, now: Array) -> str:
    """The reading of the reference under which it fits clearly better than now."""
    tried = {r: 1000 * distance_km(*points, *to_wgs84(*reference, r)) for r in READINGS if r != plain(declared)}
    best = min(tried, key=lambda r: float(np.median(tried[r])))
    return best if clearly_nearer(tried[best], now) else ""


def clearly_nearer(new: Array, now: Array) -> bool:
    """Whether distances in metres under another reading are so much less that chance is no explanation."""
    median, before = float(np.median(new)), float(np.median(now))
    return median <= CLEARLY * before and before - median >= LEAST_GAIN and bool((new < now).mean() >= MOST_PLACES)


def plain(datum: str) -> str:
    """The datum as one of `READINGS` where it is the same to a metre."""
    return "wgs84" if datum == "cgcs2000" else datum
