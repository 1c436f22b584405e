"""Trips along straight lines, where a region has no road file.

    km = straight line x circuity; minutes = (km / speed_kmh x 60 + 2 x minutes_each_end) x factors

Straight lines are great circles on a sphere, right to 0.5 %; far less than what circuity leaves open
(network km / straight km of 1.2 to 2.1 on three real road networks).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from geodata.travel_options import TravelOptions
from geodata.travel_places import Codes, Floats, Pairs, Places

WORDS = ("straight",)
#: Pairs computed at once, to bound memory (about 100 bytes each).
_CHUNK = 1_000_000


def straight_pairs(places: Places, options: TravelOptions) -> Pairs:
    """Every pair with coordinates at both ends: institutions among themselves, communities to them in reach."""
    pieces = list(_blocks(places, options))
    if not pieces:
        return Pairs.none(*WORDS)
    code = np.concatenate([piece[0] for piece in pieces])
    km = np.concatenate([piece[1] for piece in pieces])
    return Pairs(code, options.minutes(km), km, np.zeros(len(code), np.int16), WORDS)


def straight_minutes(places: Places, origins: Codes, destinations: Codes, options: TravelOptions) -> Floats:
    """Minutes on the road (no ends, no factors) of given pairs, NaN where an end has no point."""
    return places.line_km(origins, destinations) * options.circuity / options.speed_kmh * 60.0


def _blocks(places: Places, options: TravelOptions) -> Iterator[tuple[Codes, Floats]]:
    here = np.arange(places.institutions, dtype=np.int64)
    step = max(1, _CHUNK // max(1, places.institutions))
    for start in range(0, places.institutions + places.communities, step):
        block = np.arange(start, min(start + step, places.institutions + places.communities), dtype=np.int64)
        origins, destinations = np.repeat(block, len(here)), np.tile(here, len(block))
        km = places.line_km(origins, destinations) * options.circuity
        keep = np.isfinite(km) & (origins != destinations)
        keep &= (origins < places.institutions) | (km <= options.reach_km)
        yield origins[keep] * len(places.ids) + destinations[keep], km[keep]
