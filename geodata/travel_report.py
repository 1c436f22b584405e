"""Cells of a travel table that look wrong, each with what was expected and what to do.

Cells (straight km by the points, in WGS 84):
    zero          0 minutes between different places
    short         km below the straight line: no road is; such points are often made up from the town
    slow          minutes above five times the straight-line estimate, and by more than half an hour
    detour        km above three times the straight line, and by more than 3 km
    one_sided     there and back differ by more than 30 % (and 5 minutes)
Places: those without point, road or way, and those far from their road (`geodata.travel_unreached`).

Pairs over a ferry are neither slow nor a detour: the sea is the reason. One badly placed point spoils
all of its cells, so a place with `MANY` cells of a kind is told once, with its worst cell as example;
where most cells of the table are of a kind, that is told once for the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.coordinates import LOCATED, distance_km, possible, tables_to_wgs84
from geodata.region import Region
from geodata.sentences import said
from geodata.travel import Travel
from geodata.travel_unreached import sentence_of

#: Columns of the report: `place` (and its `name`) is the one to look at; `cells` how many cells the row stands for.
COLUMNS = (
    "place", "name", "origin", "destination", "kind", "cells", "profile", "method", "minutes", "km", "straight_km",
    "expected_zh", "expected_en", "cure_zh", "cure_en",
)  # fmt: skip
KINDS = ("zero", "short", "slow", "detour", "one_sided")
#: Cells of one place and kind from which on the place is told once.
MANY = 6
SLOW, SLOW_MINUTES = 5.0, 30.0
DETOUR, DETOUR_KM = 3.0, 3.0
#: Km are rounded and the earth is taken for a sphere: so much below the straight line is no fault.
SHORT, SHORT_KM = 0.98, 0.1
ONE_SIDED, ONE_SIDED_MINUTES = 0.3, 5.0
_CHUNK = 500_000

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Cells:
    """The table as numbers: origin, destination as positions in ids; back as `_back` says."""

    ids: npt.NDArray[Any]
    origin: Codes
    destination: Codes
    lon: Floats
    lat: Floats
    back: Floats

    def line(self, rows: Codes | slice) -> Floats:
        one, other = self.origin[rows], self.destination[rows]
        return distance_km(self.lon[one], self.lat[one], self.lon[other], self.lat[other])


def suspicious(region: Region, made: Travel, allow_zero: bool = False) -> pd.DataFrame:
    """The report, worst kind first: columns `COLUMNS`, one row per place in trouble and per odd cell or group."""
    rows: list[dict[str, Any]] = []
    for trouble in made.troubles:
        sentence = sentence_of(trouble, made.options)
        rows.append(_row(sentence, place=trouble.place, origin=trouble.place, kind=trouble.kind, cells=0))
    cells = _cells(region, made.table)
    for kind, at in _odd(made, cells, allow_zero).items():
        rows += _told(kind, at, made, cells)
    report = pd.DataFrame(rows, columns=list(COLUMNS))
    report["name"] = report["place"].map(_names(region)).fillna("")
    return report.astype(dict.fromkeys(("minutes", "km", "straight_km"), float))


def _names(region: Region) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in ("communities", "institutions"):
        frame = region.tables.get(table)
        if frame is not None and "name" in frame:
            found |= dict(zip(frame["id"].astype(str), frame["name"].fillna("").astype(str), strict=True))
    return found


def _cells(region: Region, table: pd.DataFrame) -> _Cells:
    both = pd.concat([table["origin"], table["destination"]], ignore_index=True)
    codes, ids = pd.factorize(both)
    points: dict[str, tuple[float, float]] = {}
    tables = tables_to_wgs84(region.tables, region.settings)
    for name in ("communities", "institutions"):
        if name in tables:
            frame, (lon, lat) = tables[name], LOCATED[name]
            x, y = frame[lon].to_numpy(float), frame[lat].to_numpy(float)
            for at in np.flatnonzero(possible(x, y)):
                points[str(frame["id"].iloc[at])] = (float(x[at]), float(y[at]))
    nowhere = (np.nan, np.nan)
    where = np.array([points.get(str(place), nowhere) for place in ids], float).reshape(-1, 2)
    half = len(table)
    origin, destination = codes[:half], codes[half:]
    back = _back(table, origin, destination, len(ids))
    return _Cells(np.asarray(ids, object), origin, destination, where[:, 0], where[:, 1], back)


def _odd(made: Travel, cells: _Cells, allow_zero: bool) -> dict[str, Codes]:
    """Rows of the table by kind; of the two directions of a pair both, of one kind per row the first that fits."""
    table, options = made.table, made.options
    found: dict[str, list[Codes]] = {kind: [] for kind in KINDS}
    all_minutes, all_km = table["minutes"].to_numpy(float), table["km"].to_numpy(float)
    # who goes on foot or by bus is slow for a reason
    timed = np.ones(len(table), bool)
    if options.patient_mode != "car":
        timed = (table["profile"] != "patient").to_numpy(bool)
    by_land = (table["method"] != "roads_ferry").to_numpy(bool)
    reversed_ = (table["method"] == "table_reversed").to_numpy(bool)
    for start in range(0, len(table), _CHUNK):
        rows = slice(start, start + _CHUNK)
        minutes, km, line = all_minutes[rows], all_km[rows], cells.line(rows)
        with np.errstate(invalid="ignore"):
            estimate = options.minutes(line * options.circuity)
            masks = {
                "zero": (minutes == 0) & (not allow_zero),
                "short": km < line * SHORT - SHORT_KM,
                "slow": (minutes > SLOW * estimate) & (minutes > estimate + SLOW_MINUTES) & timed[rows] & by_land[rows],
                "detour": (km > DETOUR * line) & (km > line + DETOUR_KM) & by_land[rows],
            }
        taken = reversed_[rows].copy()  # told where it was given
        for kind, mask in masks.items():
            found[kind].append(np.flatnonzero(mask & ~taken) + start)
            taken |= mask
    odd = {kind: np.concatenate(parts) if parts else np.zeros(0, np.int64) for kind, parts in found.items()}
    odd["one_sided"] = np.flatnonzero(np.isfinite(cells.back))
    return odd


def _back(table: pd.DataFrame, origin: Codes, destination: Codes, count: int) -> Floats:
    """(R,) minutes of the way back where it takes 30 % less than the row, else NaN."""
    minutes = table["minutes"].to_numpy(float)
    profile, _ = pd.factorize(table["profile"])
    key = (profile * np.int64(count) + origin) * count + destination
    order = np.argsort(key, kind="stable")
    ordered, found = key[order], np.full(len(table), np.nan)
    for start in range(0, len(table), _CHUNK):
        rows = slice(start, start + _CHUNK)
        back = (profile[rows] * np.int64(count) + destination[rows]) * count + origin[rows]
        at = np.minimum(np.searchsorted(ordered, back), len(ordered) - 1)
        there = ordered[at] == back
        less = minutes[order[at]]
        gap = minutes[rows] - less
        odd = there & (gap > ONE_SIDED * minutes[rows]) & (gap > ONE_SIDED_MINUTES)
        found[rows] = np.where(odd, less, np.nan)
    return found


def _told(kind: str, at: Codes, made: Travel, cells: _Cells) -> Iterator[dict[str, Any]]:
    """The rows of one kind: once for the table, once for a place, or one by one."""
    if not len(at):
        return
    weight = _weight(kind, at, made, cells)
    if len(at) > MANY and len(at) > len(made.table) / 2:
        worst = int(at[np.argmax(weight)])
        yield _cell("cell_everywhere", kind, worst, made, cells, "", len(at))
        return
    left = np.ones(len(at), bool)
    origin, destination = cells.origin[at], cells.destination[at]
    ends = np.concatenate([origin, destination])
    counts = np.bincount(ends, minlength=len(cells.ids))
    by_place = np.argsort(ends, kind="stable")
    begin = np.concatenate([[0], np.cumsum(counts)])
    # the place whose cells are odd by the greatest share is the likely cause
    of = np.bincount(cells.origin, minlength=len(cells.ids)) + np.bincount(cells.destination, minlength=len(cells.ids))
    while counts.max(initial=0) >= MANY:
        place = int(np.argmax(np.where(counts >= MANY, counts / np.maximum(of, 1), 0.0)))
        mine = np.sort(by_place[begin[place] : begin[place + 1]] % len(at))
        mine = mine[left[mine]]
        worst = int(at[mine[np.argmax(weight[mine])]])
        yield _cell(f"cell_{kind}", kind, worst, made, cells, str(cells.ids[place]), len(mine))
        left[mine] = False
        np.subtract.at(counts, np.concatenate([origin[mine], destination[mine]]), 1)
    # both directions of one pair are one line
    size = np.int64(len(cells.ids))
    pair = np.minimum(origin, destination) * size + np.maximum(origin, destination)
    rest = np.flatnonzero(left)
    _, first, times = np.unique(pair[rest], return_index=True, return_counts=True)
    for one in np.argsort(-weight[rest[first]], kind="stable"):
        row = int(at[rest[first[one]]])
        yield _cell(f"cell_{kind}", kind, row, made, cells, str(cells.ids[cells.origin[row]]), int(times[one]))


def _weight(kind: str, at: Codes, made: Travel, cells: _Cells) -> Floats:
    """How bad each row is, within its kind."""
    minutes, km = made.table["minutes"].to_numpy(float)[at], made.table["km"].to_numpy(float)[at]
    line = np.maximum(np.nan_to_num(cells.line(at)), 1e-3)
    if kind == "short":
        return np.asarray(line - km)
    if kind == "detour":
        return np.asarray(km / line)
    return np.asarray(minutes / line if kind == "slow" else minutes)


def _cell(sentence: str, kind: str, at: int, made: Travel, cells: _Cells, place: str, count: int) -> dict[str, Any]:
    row = made.table.iloc[at]
    line = float(cells.line(np.array([at]))[0])
    about = float(made.options.minutes(np.array([line * made.options.circuity]))[0])
    if kind == "one_sided":
        about = float(cells.back[at])
    return _row(
        said(sentence, line=f"{line:.1f}", about=f"{about:.0f}"), place=place, origin=row["origin"],
        destination=row["destination"], kind=kind, cells=count, profile=row["profile"], method=row["method"],
        minutes=float(row["minutes"]), km=float(row["km"]), straight_km=round(line, 3),
    )  # fmt: skip


def _row(sentence: Any, **values: Any) -> dict[str, Any]:
    told = {name: getattr(sentence, name) for name in ("expected_zh", "expected_en", "cure_zh", "cure_en")}
    blank = {"destination": "", "profile": "", "method": "", "minutes": np.nan, "km": np.nan, "straight_km": np.nan}
    return {**blank, **values, **told}
