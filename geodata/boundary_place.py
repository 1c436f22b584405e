"""Where on earth a layer lies: its CRS, or what its numbers show when the CRS is missing or wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from geodata.coordinates import to_wgs84
from geodata.crs import crs_of, declared_metres, epsg_of, guessed_metres
from geodata.problems import Problem
from geodata.sentences import said


def in_degrees(frame: Any, datum: str, layer: str, problems: list[Problem]) -> Any | None:
    """The layer in WGS 84 degrees (EPSG:4326); None where its place on earth cannot be known.

    datum: as declared for the layer. Features in metres among features in degrees are each read as what
    they are. What was assumed is added to `problems`.
    """
    frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if frame.empty:
        return frame.set_crs(4326, allow_override=True)
    bounds = frame.geometry.bounds.to_numpy(float)
    fits = (np.abs(bounds[:, [0, 2]]) <= 180.5).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90.5).all(axis=1)
    exchanged = _exchanged(bounds)
    code = epsg_of(datum)
    metric = code if code is not None and crs_of(code).is_projected else None
    if exchanged.all():
        _tell(problems, "bounds_exchanged", layer)
        return _shifted(_plain(frame, _exchange), datum)
    if frame.crs is not None and frame.crs.is_projected and fits.all():
        _tell(problems, "bounds_crs_wrong", layer, name=frame.crs.name)
        return _shifted(frame.set_crs(4326, allow_override=True), datum)
    if frame.crs is not None and frame.crs.is_projected:
        return _shifted(frame.to_crs(4326), "wgs84" if metric else datum)
    if fits.all():
        if frame.crs is None and metric is None and datum == "wgs84":
            _tell(problems, "bounds_no_crs", layer)
        known = frame if frame.crs is not None else frame.set_crs(4326)
        return _shifted(known.to_crs(4326), datum)
    return _of_metres(frame, fits, metric, datum, layer, problems)


def _of_metres(
    frame: Any, fits: np.ndarray[Any, Any], metric: int | None, datum: str, layer: str, problems: list[Problem]
) -> Any | None:
    """Features in metres that no CRS explains: by the declared code, or by the zone in the eastings."""
    import pandas as pd

    bounds = frame.geometry.bounds.to_numpy(float)[~fits]
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    metres = declared_metres(metric, x, y) if metric is not None else guessed_metres(x, y)
    if metres is None:
        return None
    name = crs_of(metres.code).name
    if metric is None:
        _tell(problems, "bounds_metres", layer, code=f"EPSG:{metres.code}", name=name, count=len(x))
    placed = _plain(frame[~fits], metres.degrees)
    if not fits.any():
        return placed
    _tell(problems, "bounds_mixed", layer, count=len(x), rest=int(fits.sum()))
    rest = _shifted(frame[fits].set_crs(4326, allow_override=True), datum)
    return pd.concat([rest, placed]).sort_index()


def _exchanged(bounds: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Whether boxes have a latitude of China first and its longitude second."""
    return np.asarray((bounds[:, 0] > 3) & (bounds[:, 2] < 54) & (bounds[:, 1] > 73) & (bounds[:, 3] < 136))


def _exchange(x: Any, y: Any) -> tuple[Any, Any]:
    return y, x


def _shifted(frame: Any, datum: str) -> Any:
    """Degrees of `datum` as WGS 84."""
    if datum in ("wgs84", "cgcs2000"):
        return frame
    return _plain(frame, lambda x, y: to_wgs84(x, y, datum))


def _plain(frame: Any, change: Any) -> Any:
    """The layer with every vertex changed, in EPSG:4326; heights are dropped."""
    import shapely

    def moved(points: Any) -> Any:
        return np.column_stack(change(points[:, 0], points[:, 1]))

    shapes = shapely.transform(shapely.force_2d(frame.geometry.to_numpy()), moved)
    return frame.set_geometry(shapes).set_crs(4326, allow_override=True)


def _tell(problems: list[Problem], sentence: str, layer: str, **values: object) -> None:
    problems.append(said(sentence, **values).problem("boundaries", value=layer, severity="warning"))
