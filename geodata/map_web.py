"""Shapes of a map file as plain lists of rounded coordinates, for a page that draws them itself.

Latitude comes first, as map libraries in the browser want it; degrees in WGS 84.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Digits after the point: 1e-4 degrees are about 10 m, finer than a pixel of a county on a screen.
DIGITS = 4
#: Points of one layer at most; coarser until it fits.
MOST_POINTS = 40_000
Ring = list[float]


@dataclass(frozen=True)
class Shape:
    """A feature: its attributes in the order asked for, and its parts as flat lists lat, lon, lat, lon, ...

    A part of an area is a list of rings, the first the outline; a part of a line is a list of one line.
    """

    values: tuple[Any, ...]
    parts: list[list[Ring]]


def shapes(frame: Any, columns: Sequence[str]) -> list[Shape]:
    """Areas and lines of a layer, simplified for a screen; features that vanish are left out."""
    import shapely

    found = frame.geometry.to_numpy()
    low, high = np.nanmin(shapely.bounds(found), axis=0), np.nanmax(shapely.bounds(found), axis=0)
    step = max(high[2] - low[0], high[3] - low[1]) / 4000
    drawn = shapely.simplify(found, step)
    while shapely.get_num_coordinates(drawn).sum() > MOST_POINTS:
        step *= 1.6
        drawn = shapely.simplify(found, step)
    values = frame[list(columns)].itertuples(index=False, name=None)
    made = [Shape(tuple(row), _parts(shape)) for row, shape in zip(values, drawn, strict=True)]
    return [shape for shape in made if shape.parts]


def _parts(shape: Any) -> list[list[Ring]]:
    import shapely

    if shape is None or shape.is_empty:
        return []
    parts = []
    for part in shapely.get_parts(shape):
        kind = part.geom_type
        if kind == "Polygon":
            parts.append([_flat(part.exterior.coords), *(_flat(ring.coords) for ring in part.interiors)])
        elif kind in ("LineString", "LinearRing"):
            parts.append([_flat(part.coords)])
    return parts


def _flat(coords: Any) -> Ring:
    """lat, lon, ... rounded, equal neighbours once."""
    points = np.round(np.asarray(coords)[:, 1::-1], DIGITS)
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
    return [float(value) for value in points[keep].ravel()]
