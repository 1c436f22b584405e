"""Neighbours estimated from points alone, where nobody has drawn the areas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.crs import metres, metric_crs

#: Columns of a table of neighbours; see `geodata.neighbours`.
COLUMNS = ["institution", "neighbour", "kind", "border_m", "source"]
#: Estimated neighbours are at most so many times as far apart as is usual among them.
FAR = 3.0
#: Up to so many points every pair is tried; above, the edges of Delaunay's triangulation.
ALL_PAIRS = 300


def neighbour_table(rows: Sequence[tuple[str, str, str, float, str]]) -> pd.DataFrame:
    """Rows in `COLUMNS`, borders to a decimetre."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(border_m=table["border_m"].astype(float).round(1))


def estimated_neighbours(institutions: pd.DataFrame) -> pd.DataFrame:
    """Neighbours by points alone: pairs with no third place in the circle over their connection.

    This is the graph of Gabriel and Sokal (1969). Pairs more than `FAR` times as far apart as the median
    pair are left out. source is "estimated".
    """
    table = institutions[institutions["lon"].notna() & institutions["lat"].notna()]
    ids = table["id"].astype(str).tolist()
    if len(ids) < 2:
        return neighbour_table([])
    x, y = metres(metric_crs(table["lon"], table["lat"]), table["lon"], table["lat"])
    spots, at = np.unique(np.column_stack([x, y]).round(1), axis=0, return_inverse=True)
    members: dict[int, list[int]] = defaultdict(list)
    for number, spot in enumerate(np.ravel(at).tolist()):
        members[spot].append(number)
    pairs = gabriel(spots)
    if len(pairs):
        length = np.hypot(*(spots[pairs[:, 0]] - spots[pairs[:, 1]]).T)
        pairs = pairs[length <= FAR * np.median(length)]
    found = [pair for one in members.values() for pair in combinations(one, 2)]
    found += [(min(p), max(p)) for a, b in pairs.tolist() for p in product(members[a], members[b])]
    return neighbour_table([(ids[a], ids[b], "land", float("nan"), "estimated") for a, b in sorted(found)])


def gabriel(spots: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """(K, 2) pairs of different points (N, 2) with no third one inside the circle over their connection."""
    from scipy.spatial import Delaunay, KDTree

    count = len(spots)
    if count < 2:
        return np.empty((0, 2), dtype=np.int64)
    if count <= ALL_PAIRS:
        first, second = np.triu_indices(count, 1)
        pairs = np.column_stack([first, second])
    else:
        corners = Delaunay(spots, qhull_options="QJ").simplices
        pairs = np.unique(np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])), axis=0)
    middle = (spots[pairs[:, 0]] + spots[pairs[:, 1]]) / 2
    radius = np.hypot(*(spots[pairs[:, 0]] - spots[pairs[:, 1]]).T) / 2
    nearest, _ = KDTree(spots).query(middle)
    return np.asarray(pairs[nearest >= radius * (1 - 1e-9)], dtype=np.int64)
