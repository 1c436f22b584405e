"""What happens at points of the road: barriers that stop a profile, and the time lost at junctions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from geodata.coordinates import distance_km
from geodata.roads.network import Bools, Floats, Ints
from geodata.roads.ways import Ways

Positions = npt.NDArray[np.int64]

#: Seconds that a car loses where it enters a greater road, and where four or more streets meet. The
#: Highway Capacity Manual calls up to 10 s at a junction without signals the best level of service.
#: With them Malta's times agree with OSRM's (which charges turns up to 7.5 s) in the median.
GIVE_WAY_SECONDS = 5.0
CROSSING_SECONDS = 3.0
_STREETS = 4
#: km/h of a class up to which a road is a drive or a track, not a street that makes a crossing.
_DRIVE_KMH = 15.0
#: km of road that a barrier closes on either side of it.
_GAP_KM = 0.002


def with_gaps(ways: Ways) -> Ways:
    """The ways with a joint two metres on either side of every barrier.

    A profile that a barrier stops may then not use the short piece beside it, while the road up to
    there stays open from both sides and other profiles pass.
    """
    stops = np.any([ways.barrier[name] for name in ways.barrier], axis=0)
    at_barrier = stops[ways.points]
    if not at_barrier.any():
        return ways
    way = np.repeat(np.arange(len(ways.roads)), np.diff(ways.offsets))
    goes_on = np.zeros(len(way), bool)
    goes_on[:-1] = way[1:] == way[:-1]
    after = np.flatnonzero(at_barrier & goes_on)
    before = np.flatnonzero(goes_on[:-1] & at_barrier[1:])
    where = np.concatenate([after, before])  # the new vertex follows this one
    near = np.concatenate([after, before + 1])  # the barrier
    far = np.concatenate([after + 1, before])
    x, y = ways.lon[ways.points], ways.lat[ways.points]
    km = distance_km(x[near], y[near], x[far], y[far])
    share = np.minimum(_GAP_KM / np.maximum(km, 1e-9), 0.4)
    order = np.lexsort((np.arange(len(where)) >= len(after), where))
    where, near, far, share = where[order], near[order], far[order], share[order]
    new = len(ways.lon) + np.arange(len(where))
    offsets = ways.offsets + np.searchsorted(where, ways.offsets - 1, side="left")
    offsets[0] = 0
    return replace(
        ways,
        lon=np.concatenate([ways.lon, x[near] + share * (x[far] - x[near])]),
        lat=np.concatenate([ways.lat, y[near] + share * (y[far] - y[near])]),
        offsets=offsets,
        points=np.insert(ways.points, where + 1, new).astype(np.int32),
        barrier={name: _longer(values, len(where), False) for name, values in ways.barrier.items()},
        joints=_longer(ways.joints | stops, len(where), True),
    )


def _longer(values: Bools, count: int, filler: bool) -> Bools:
    return np.concatenate([values, np.full(count, filler)])


def junction_minutes(
    count: int, tail: Ints | Positions, head: Ints | Positions, rank: Floats, ferry: Bools
) -> Callable[[Positions, Ints], Floats]:
    """Minutes lost by cars at the junction that an edge runs into.

    count: junctions. tail, head, rank, ferry: of the pieces (both directions). The answer takes the
    piece and the head of each edge. Sources: see `GIVE_WAY_SECONDS`.
    """
    best = np.zeros(count)
    streets = np.zeros(count, np.int32)
    for ends in (tail, head):
        np.maximum.at(best, ends[~ferry], rank[~ferry])
        np.add.at(streets, ends[~ferry & (rank > _DRIVE_KMH)], 1)

    def lost(piece: Positions, into: Ints) -> Floats:
        gives_way = best[into] > rank[piece]
        crossing = streets[into] >= _STREETS
        seconds = np.where(gives_way, GIVE_WAY_SECONDS, np.where(crossing, CROSSING_SECONDS, 0.0))
        return np.where(ferry[piece], 0.0, seconds) / 60.0

    return lost
