"""Roads that the user closes: by name, by number (ref), or as way/id."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace

import numpy as np
import pandas as pd

from geodata.coordinates import distance_km
from geodata.problems import Problem
from geodata.roads.network import Bools
from geodata.roads.ways import Ways
from geodata.sentences import said

_SOURCE = re.compile(r"(way|row)?\s*[/:#]?\s*(\d+)", re.IGNORECASE)
#: km between ways of one name from which they hardly are one road.
_SPREAD_KM = 10.0


def close_roads(ways: Ways, entries: tuple[str, ...]) -> Ways:
    """The ways with those that `entries` name marked `closed`.

    An entry fits a way's whole name, one of its numbers ("G210;S14"), or its source ("way/123", or
    123 alone), without regard to case and spaces. One that fits nothing is an error naming the
    nearest that there is; a name whose roads lie far apart is a warning, since it may be two roads.
    """
    entries = tuple(entry for entry in entries if entry.strip())
    if not entries:
        return ways
    roads = ways.roads
    names, sources = roads["name"].map(_plain), roads["source"].map(_plain)
    refs = roads["ref"].map(lambda text: frozenset(_plain(part) for part in re.split(r"[;,、/]", text) if part.strip()))
    closed = roads["closed"].to_numpy(bool).copy()
    problems = list(ways.problems)
    for entry in entries:
        hit = _hits(entry, names, refs, sources)
        if not hit.any():
            problems.append(_unknown(entry, roads))
            continue
        closed |= hit
        spread = _spread_km(ways, hit)
        if spread > _SPREAD_KM and bool((names == _plain(entry)).any()):
            told = said("closed_spread", count=int(hit.sum()), km=round(spread))
            problems.append(told.problem("plan.toml", column="travel.closed_roads", value=entry, severity="warning"))
    return replace(ways, roads=roads.assign(closed=closed), problems=problems)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def _hits(entry: str, names: pd.Series, refs: pd.Series, sources: pd.Series) -> Bools:
    wanted = _plain(entry)
    hit = (names == wanted) | (sources == wanted) | refs.map(lambda known: wanted in known)
    if not hit.any() and (number := _SOURCE.fullmatch(entry.strip())):
        kind = (number[1] or "way").lower()
        hit = sources == f"{kind}/{number[2]}"
    return np.asarray(hit, bool)


def _spread_km(ways: Ways, hit: Bools) -> float:
    """km between the corners of the box around the chosen ways' first points."""
    first = ways.points[ways.offsets[:-1][hit]]
    lon, lat = ways.lon[first], ways.lat[first]
    return float(distance_km(lon.min(), lat.min(), lon.max(), lat.max()))


def _unknown(entry: str, roads: pd.DataFrame) -> Problem:
    known = pd.unique(pd.concat([roads["name"], roads["ref"]]))
    by_plain = {_plain(text): text for text in known.tolist() if text}
    wanted = _plain(entry)
    near = [text for plain, text in by_plain.items() if wanted in plain][:3]
    if not near:
        near = [by_plain[plain] for plain in difflib.get_close_matches(wanted, list(by_plain), n=3, cutoff=0.5)]
    listed = "、".join(near)
    told = said("closed_near", near=listed) if near else said("closed_unknown")
    return told.problem("plan.toml", column="travel.closed_roads", value=entry)
