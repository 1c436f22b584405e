"""Who stands between others and care: betweenness, single exits, members without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.network.graph import pair_graph
from planner.network.network import Network
from planner.network.routing import Problem

CARE = "\x00care"
#: Institutions of this level and above are care; whoever is below reaches it by referral. Where all are hospitals,
#: those of the highest level are.
HOSPITAL = 2


def care_level(network: Network) -> float:
    """The level from which on institutions count as care."""
    level = network.places["level"]
    return float(HOSPITAL) if (level < HOSPITAL).any() else float(level.max())


def betweenness(network: Network) -> pd.Series:
    """Share of the quickest referral ways between two institutions that pass through a third, by minutes."""
    import networkx as nx

    graph = pair_graph(network)
    for _, _, data in graph.edges(data=True):
        if data["minutes"] != data["minutes"]:
            data["minutes"] = float(network.max_minutes)
    return pd.Series(nx.betweenness_centrality(graph, weight="minutes", normalized=True), name="betweenness")


def exits(network: Network) -> pd.DataFrame:
    """By institution below care (see `care_level`): exits (different institutions it refers up to), through (the one
    institution that all its ways to a hospital pass, "" where there are two ways), cut_off (no way at all).

    `through` is the immediate dominator of the place on the ways from care down to it: if that institution
    fails, the place has no way of referral left.
    """
    import networkx as nx

    graph = pair_graph(network, "up")
    level, least = network.places["level"], care_level(network)
    back: Any = graph.reverse(copy=True)
    back.add_node(CARE)
    back.add_edges_from((CARE, str(key)) for key in level.index if level[key] >= least)
    above = dict(nx.immediate_dominators(back, CARE))
    rows = []
    for key in level.index[level < least]:
        through = above.get(key)
        rows.append((key, graph.out_degree(key), "" if through in (None, CARE) else through, through is None))
    return pd.DataFrame(rows, columns=["institution", "exits", "through", "cut_off"])


def single_hosts(problems: Mapping[str, Problem]) -> float:
    """Share of the visits referred up whose specialty has one capable hospital only in reach of their place."""
    alone = total = 0.0
    for one in problems.values():
        able = np.bincount(one.tail[one.capacity[one.head] > 0], minlength=len(one.places))
        alone += float(one.demand[able <= 1].sum())
        total += float(one.demand.sum())
    return alone / total if total > 0 else float("nan")
