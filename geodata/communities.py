"""Communities where the region has no table of them: townships or villages of the boundaries with residents.

A village has its own population; villages without one share what is left of their township's by area, which
is right only as far as people live evenly; a township without villages is one community. It stands at
its seat where the boundaries have one, else at a point inside it (of the largest part).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from geodata.boundaries import Boundaries, usable_boundaries
from geodata.coordinates import declared_datum, from_wgs84, is_datum
from geodata.place_names import code_of, matches
from geodata.problems import Problem
from geodata.region import Region
from geodata.schema import columns_of
from geodata.sentences import said

#: In front of the ids of units where an institution has the same id (both use division codes).
PREFIX = "R-"
PEOPLE = ("population", "population_65")


def with_communities(region: Region) -> Region:
    """The region with communities from its boundaries, if it has none and they tell how many people live where.

    What was done is told as a warning: the points stand for whole units.
    """
    if "communities" in region.tables:
        return region
    boundaries = usable_boundaries(region)
    if boundaries is None or boundaries.units.empty:
        return region
    taken = set(region.tables["institutions"]["id"]) if "institutions" in region.tables else set()
    table = communities_of(boundaries, taken)
    if table.empty:
        return replace(region, problems=[*region.problems, _told("communities_none", 0, 0)])
    datum = declared_datum(region.settings, "communities")
    if is_datum(datum):
        lon, lat = from_wgs84(table["lon"].to_numpy(float), table["lat"].to_numpy(float), datum)
        table = table.assign(lon=lon, lat=lat)
    people, shared = float(table["population"].sum()), int(table.pop("shared").sum())
    labels = [str(at + 1) for at in range(len(table))]
    problems = [_told("communities_made", len(table), people)]
    if shared:
        problems.append(_told("communities_shared", shared, people))
    return replace(
        region,
        tables={**region.tables, "communities": table},
        rows={**region.rows, "communities": labels},
        problems=[*region.problems, *problems],
    )


def _told(sentence: str, count: int, people: float) -> Problem:
    return said(sentence, count=count, people=f"{people:.0f}").problem("communities", severity="warning")


def communities_of(boundaries: Boundaries, taken: Collection[str] = ()) -> pd.DataFrame:
    """Units with residents in the columns of `communities` (WGS 84), and `shared`: whether people were shared out.

    taken: ids of institutions, which a community must not have. `institution` is blank.
    """
    units = boundaries.units
    area = boundaries.metric.area.to_numpy(float)
    rows = _leaves(boundaries)
    people = {column: units[column].to_numpy(float).copy() for column in PEOPLE}
    shared = np.zeros(len(units), dtype=bool)
    for above, below in rows.items():
        blank = [row for row in below if np.isnan(people["population"][row])]
        if above < 0 or not blank or np.isnan(people["population"][above]):
            continue
        known = [row for row in below if row not in blank]
        for column in PEOPLE:
            rest = max(0.0, people[column][above] - float(np.nansum(people[column][known])))
            people[column][blank] = _whole(rest, area[blank])
        shared[blank] = True
    leaves = sorted(row for below in rows.values() for row in below)
    leaves = [row for row in leaves if people["population"][row] > 0]
    lon, lat = _points(boundaries, leaves)
    ids = [str(units["id"].iloc[row]) for row in leaves]
    if set(ids) & set(taken) or len(set(ids)) < len(ids):
        ids = [PREFIX + one for one in ids]
    twice = pd.Series(ids, dtype=object).duplicated(keep=False).to_numpy()
    ids = [f"{one}-{row + 1}" if again else one for one, row, again in zip(ids, leaves, twice, strict=True)]
    table = pd.DataFrame({
        "id": ids, "name": [str(units["name"].iloc[row]) for row in leaves], "lon": lon, "lat": lat,
        "population": people["population"][leaves], "population_65": people["population_65"][leaves],
    })  # fmt: skip
    for column in columns_of("communities"):
        if column not in table:
            table[column] = ""
    return table[list(columns_of("communities"))].assign(shared=shared[leaves])


def _whole(total: float, parts: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    """A number of people shared out in proportion, in whole persons that add up (largest remainders)."""
    if np.isnan(total):
        return [total] * len(parts)
    exact = parts / parts.sum() * round(total)
    whole = np.floor(exact)
    more = round(round(total) - float(whole.sum()))
    whole[np.argsort(-(exact - whole), kind="stable")[:more]] += 1
    return [float(one) for one in whole]


def _leaves(boundaries: Boundaries) -> dict[int, list[int]]:
    """Unit above (-1 for none) -> its smallest units: villages of a township, or the township alone."""
    import shapely

    units, metric = boundaries.units, boundaries.metric.geometry.to_numpy()
    level = units["level"].tolist()
    villages = [row for row, one in enumerate(level) if one == "village"]
    towns = [row for row, one in enumerate(level) if one in ("town", "")]
    if not villages and not towns:
        return {-1: list(range(len(units)))}
    found: dict[int, list[int]] = defaultdict(list)
    by_id = {str(units["id"].iloc[row]): row for row in towns}
    tree = shapely.STRtree(metric[towns]) if towns else None
    for row in villages:
        parent = str(units["parent"].iloc[row])
        code = code_of(str(units["id"].iloc[row]))[:9]
        above = by_id.get(parent, by_id.get(code, -1))
        if above < 0 and tree is not None:
            hits = tree.query(metric[row].representative_point(), predicate="intersects")
            above = towns[int(hits[0])] if len(hits) else -1
        found[above].append(row)
    covered = set(found)
    found[-1] += [row for row in towns if row not in covered]
    return dict(found)


def _points(boundaries: Boundaries, rows: list[int]) -> tuple[list[float], list[float]]:
    """A point for each unit: its seat if that lies inside, else a point inside its largest part."""
    import shapely

    units, seats = boundaries.units.iloc[rows], boundaries.seats
    shapes = units.geometry.to_numpy()
    spots = [max(shapely.get_parts(shape), key=lambda part: part.area).representative_point() for shape in shapes]
    names, blank = units["name"].tolist(), [""] * len(units)
    at = matches(names, blank, seats["name"].tolist(), [""] * len(seats)) if len(seats) else [-1] * len(units)
    for spot, seat in enumerate(at):
        if seat >= 0:
            point = shapely.Point(seats["lon"].iloc[seat], seats["lat"].iloc[seat])
            if shapely.intersects(shapes[spot], point):
                spots[spot] = point
    return [float(spot.x) for spot in spots], [float(spot.y) for spot in spots]
