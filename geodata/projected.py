"""Metres in the columns of degrees: projected coordinates become degrees while a table is read.

Land surveys hand out eastings and northings. Which projection they are in is declared
(`[region] coordinates = "EPSG:4549"`) or told by an easting of eight digits, which begins with the
number of its CGCS2000 zone. Anything else in metres is one sentence for the table, not one per cell.
Values that are degrees already stay: a copy of the region written in degrees is read again as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.coordinates import LOCATED, declared_datum
from geodata.crs import NO_DEGREES, Metres, crs_of, declared_metres, epsg_of, guessed_metres, is_known
from geodata.layout import RawTable
from geodata.problems import Problem
from geodata.sentences import said
from geodata.text import clean

#: Fewer rows in metres than this, or than half of all, are slips and told cell by cell.
LEAST_ROWS, LEAST_SHARE = 2, 0.5


def metres_to_degrees(raw: RawTable, settings: Mapping[str, Any]) -> tuple[list[Problem], frozenset[str]]:
    """Turn metres of a located table into WGS 84 degrees, in place.

    Returns what there is to say, and the headings of the columns whose metres could not be read: their
    cells stay as they are, and their being no degrees has been said.
    """
    nothing: tuple[list[Problem], frozenset[str]] = ([], frozenset())
    if raw.table not in LOCATED or not set(LOCATED[raw.table]) <= set(raw.columns):
        return nothing
    spots = tuple(raw.columns.index(name) for name in LOCATED[raw.table])
    x, y = (np.array([_number(row[spot]) for row in raw.rows]) for spot in spots)
    with np.errstate(invalid="ignore"):
        far = (np.abs(x) > NO_DEGREES) & (np.abs(y) > NO_DEGREES)
    given = int((np.isfinite(x) & np.isfinite(y)).sum())
    datum = declared_datum(settings, raw.table)
    code = epsg_of(datum)
    declared = code is not None and is_known(code) and bool(crs_of(code).is_projected)
    if not far.any() or (not declared and (far.sum() < LEAST_ROWS or far.sum() < LEAST_SHARE * given)):
        return nothing
    headings = [raw.headings[spot] for spot in spots]
    place = (raw.table, "", "、".join(headings), f"{x[far][0]:.10g}, {y[far][0]:.10g}")
    if declared and code is not None:
        metres, name = declared_metres(code, x[far], y[far]), "metres_unfit"
    else:
        metres, name = guessed_metres(x[far], y[far]), "metres_unknown"
    if metres is None:
        about = {"code": datum.upper(), "name": crs_of(code).name if declared and code else "", "name_of": raw.table}
        return [said(name, count=int(far.sum()), **about).problem(*place)], frozenset(headings)
    _convert(raw, spots, far, metres, x, y)
    return _notes(metres, declared, int(far.sum()), given, place), frozenset()


def _convert(
    raw: RawTable,
    spots: tuple[int, ...],
    far: npt.NDArray[np.bool_],
    metres: Metres,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
) -> None:
    lon, lat = metres.degrees(x[far], y[far])
    for at, east, north in zip(np.flatnonzero(far), lon, lat, strict=True):
        for spot, value in zip(spots, (east, north), strict=True):
            if np.isfinite(value):  # what has no degrees stays and is told as no degree
                raw.rows[at][spot] = round(float(value), 9)


def _notes(metres: Metres, declared: bool, count: int, given: int, place: tuple[str, str, str, str]) -> list[Problem]:
    """What a user should know: a system that was guessed, columns exchanged, metres and degrees mixed."""
    found = []
    if not declared:
        about = said("metres_read", count=count, code=f"EPSG:{metres.code}", name=crs_of(metres.code).name)
        found.append(about.problem(*place, "warning"))
    if metres.swapped:
        found.append(said("metres_swapped").problem(*place, "warning"))
    if count < given:
        found.append(said("metres_mixed", count=count, rest=given - count).problem(*place, "warning"))
    return found


def _number(cell: object) -> float:
    text = clean(cell).replace(",", "").replace(" ", "").removesuffix("米").removesuffix("m")
    try:
        return float(text)
    except ValueError:
        return float("nan")
