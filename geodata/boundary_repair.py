"""Polygons made valid, parts of one unit joined, and overlaps and gaps measured in metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from geodata.crs import metric_crs
from geodata.problems import Problem
from geodata.sentences import said

#: m2: smaller overlaps and gaps come from drawing.
DRAWN = 10_000.0
#: m2: what is smaller is no unit.
NO_AREA = 1_000.0
#: Share of the smaller unit from which an overlap is told.
OVERLAP = 0.01
#: Share of its area by which mending may change a unit without being told by name.
MENDED = 0.01
#: So many are named.
NAMED = 5


def mended(units: Any, problems: list[Problem]) -> Any:
    """Every geometry a valid polygon in two dimensions; units that have no area are left out and told."""
    import shapely

    if units.empty:
        return units
    shapes = shapely.force_2d(units.geometry.to_numpy())
    bad = ~shapely.is_valid(shapes)
    west, south, east, north = shapely.total_bounds(shapes)
    crs = metric_crs([west, east], [south, north])
    if bad.any():
        before = units.geometry[bad].to_crs(crs).area.to_numpy()
        shapes = shapes.copy()
        shapes[bad] = [areas_of(shape) for shape in shapely.make_valid(shapes[bad], method="structure")]
        after = units.set_geometry(shapes).geometry[bad].to_crs(crs).area.to_numpy()
        changed = np.abs(after - before) > MENDED * np.maximum(after, np.abs(before))
        names = units["name"].to_numpy()[bad]
        told, which = ("bounds_changed", names[changed]) if changed.any() else ("bounds_mended", names)
        _tell(problems, told, which, count=int(bad.sum()), changed=int(changed.sum()))
    whole = units.set_geometry(shapes)
    gone = whole.geometry.to_crs(crs).area.to_numpy() < NO_AREA
    if gone.any():
        _tell(problems, "bounds_gone", units["name"].to_numpy()[gone], count=int(gone.sum()))
    return whole[~gone].reset_index(drop=True)


def _tell(problems: list[Problem], sentence: str, names: Sequence[str], **values: object) -> None:
    problems.append(said(sentence, **values).problem("boundaries", value=listed(names), severity="warning"))


def areas_of(shape: Any) -> Any:
    """The polygonal part of a geometry."""
    import shapely

    parts = [part for part in shapely.get_parts(shape, return_index=False) if part.geom_type.endswith("Polygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def dissolved(units: Any, problems: list[Problem]) -> Any:
    """One row per unit: rows of one id, level and parent are its parts; told, since they may be repetitions.

    Population of parts: the sum where they lie apart, one of them where they are the same area twice.
    """
    import shapely

    if units.empty or not units.duplicated(["id", "level", "parent"]).any():
        return units
    rows: list[Any] = []
    parts: list[str] = []
    twice: list[str] = []
    for _, group in units.groupby(["id", "level", "parent"], sort=False, dropna=False):
        shapes = group.geometry.to_numpy()
        first = group.iloc[[0]].copy()
        if len(group) > 1:
            whole = shapely.union_all(shapes)
            repeated = whole.area < 0.5 * (shapely.area(shapes).sum() + shapely.area(shapes).max())
            (twice if repeated else parts).append(str(first["name"].iloc[0]))
            first = first.set_geometry([whole])
            for column in ("population", "population_65"):
                known = group[column].dropna()
                # parts drawn separately usually repeat the figure of the whole unit
                same = known.nunique() == 1
                first[column] = float("nan") if known.empty else known.iloc[0] if repeated or same else known.sum()
        rows.append(first)
    for sentence, names in (("bounds_parts", parts), ("bounds_twice", twice)):
        if names:
            _tell(problems, sentence, names, count=len(names))
    return pd.concat(rows, ignore_index=True)


def measured(metric: Any) -> list[Problem]:
    """Overlaps and gaps between units of one level, with their areas in km2; units in a metric CRS."""
    found = []
    for _, group in metric.groupby("level", sort=False):
        found += [*_overlaps(group), *_gaps(group)]
    return found


def overlapping(group: Any) -> pd.DataFrame:
    """Pairs of rows (first, second: positions) that share an area: m2, share (of the smaller one)."""
    import shapely

    shapes = group.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    area = shapely.area(shapes)
    share = shared / np.minimum(area[first], area[second])
    return pd.DataFrame({"first": first, "second": second, "m2": shared, "share": share})


def _overlaps(group: Any) -> list[Problem]:
    pairs = overlapping(group)
    pairs = pairs[(pairs["m2"] > DRAWN) & (pairs["share"] > OVERLAP)].sort_values("m2", ascending=False)
    if pairs.empty:
        return []
    names, worst = group["name"].to_numpy(), pairs.iloc[0]
    pair = [f"{names[int(a)]}/{names[int(b)]}" for a, b in zip(pairs["first"], pairs["second"], strict=True)]
    about = said(
        "bounds_overlap", count=len(pairs), km2=f"{pairs['m2'].sum() / 1e6:.2f}", share=f"{worst['share']:.0%}"
    )
    return [about.problem("boundaries", value=listed(pair), severity="warning")]


def gaps(group: Any) -> Any:
    """Areas in m2 inside the outline of the units that belong to none of them."""
    import shapely

    whole = shapely.union_all(group.geometry.to_numpy())
    rings = [ring for part in shapely.get_parts(whole) for ring in part.interiors]
    areas = np.array([shapely.Polygon(ring).area for ring in rings])
    return np.sort(areas[areas > DRAWN])[::-1] if len(areas) else areas


def _gaps(group: Any) -> list[Problem]:
    empty = gaps(group)
    if len(empty) == 0 or len(group) < 2:
        return []
    about = said("bounds_gaps", count=len(empty), km2=f"{empty.sum() / 1e6:.2f}", most=f"{empty[0] / 1e6:.2f}")
    return [about.problem("boundaries", severity="warning")]


def listed(names: Sequence[str]) -> str:
    """The first names and how many more there are."""
    more = len(names) - NAMED
    return "、".join(map(str, list(names)[:NAMED])) + (f" (+{more})" if more > 0 else "")
