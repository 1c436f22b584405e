"""Who stands between others and care: betweenness, single exits, members without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.network.graph import one_edge_a_pair, pair_graph
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
    """Share of the visits referred up whose quickest ways up to care pass through the institution.

    Ways are those of referrals up, by minutes, and end at care (see `care_level`); a place's visits are split evenly
    over the care that it reaches, and over ways of the same length. Zero where every referral is one step.
    """
    graph: Any = pair_graph(network, "up")
    for _, _, data in graph.edges(data=True):
        if data["minutes"] != data["minutes"]:
            data["minutes"] = float(network.max_minutes)
    care = set(network.places.index[network.places["level"] >= care_level(network)].astype(str))
    sent = network.up.groupby("origin")["patients"].sum()
    through, whole = dict.fromkeys(graph, 0.0), 0.0
    for origin, visits in sent.items():
        between = _between(graph, str(origin), care)
        whole += float(visits) if between is not None else 0.0
        for key, share in (between or {}).items():
            through[key] += float(visits) * share
    return pd.Series({key: value / whole if whole > 0 else 0.0 for key, value in through.items()}, name="betweenness")


def _between(graph: Any, origin: str, care: set[str]) -> dict[str, float] | None:
    """Mean share, over the care in reach, of the quickest ways that pass through others; None without any care.

    Brandes' sums along the quickest ways, from the farthest back.
    """
    import networkx as nx

    before, far = nx.dijkstra_predecessor_and_distance(graph, origin, weight="minutes")
    ends = [key for key in far if key in care and key != origin]
    if not ends:
        return None
    order = list(far)
    ways = {origin: 1.0}
    for key in order[1:]:
        ways[key] = sum(ways[one] for one in before[key])
    share = dict.fromkeys(order, 0.0)
    for key in reversed(order[1:]):
        for one in before[key]:
            share[one] += ways[one] / ways[key] * (share[key] + (key in care) / len(ends))
    del share[origin]
    return share


def exits(network: Network) -> pd.DataFrame:
    """By institution below care (see `care_level`): exits (different institutions it refers up to), visits (a month
    up), hanging (share of them that hang on one institution), through (the institution on which most of these hang,
    "" where none do), cut_off (refers to nobody, or no way of its referrals ends at care).

    Visits of a specialty hang on an institution when every way of that specialty's referrals to care passes it: the
    immediate dominator of the place on the ways from care down to it. If it fails, they have no way of referral left.
    """
    level, least = network.places["level"], care_level(network)
    care = [str(key) for key in level.index if level[key] >= least]
    hung: dict[str, dict[str, float]] = {}
    found: set[str] = set()
    for _, flows in network.up.groupby("specialty"):
        above = _dominators(one_edge_a_pair(network, flows), care)
        sent = flows.groupby("origin")["patients"].sum()
        for key, visits in sent.items():
            through = above.get(str(key))
            if through is not None:
                found.add(str(key))
                mine = hung.setdefault(str(key), {})
                mine[through] = mine.get(through, 0.0) + float(visits)
    whole = network.up.groupby("origin")["patients"].sum()
    different = network.up.groupby("origin")["destination"].nunique()
    rows = []
    for key in level.index[level < least]:
        alone = {one: visits for one, visits in hung.get(key, {}).items() if one != CARE}
        visits = float(whole.get(key, 0.0))
        share = sum(alone.values()) / visits if visits > 0 else 0.0
        through = min(alone, key=lambda one: (-alone[one], one)) if alone else ""
        rows.append((key, int(different.get(key, 0)), visits, share, through, key not in found))
    return pd.DataFrame(rows, columns=["institution", "exits", "visits", "hanging", "through", "cut_off"])


def _dominators(graph: Any, care: list[str]) -> dict[str, str | None]:
    """The institution that all ways to care pass, by place; `CARE` where there are several ways, absent without one."""
    import networkx as nx

    back: Any = graph.reverse(copy=True)
    back.add_node(CARE)
    back.add_edges_from((CARE, key) for key in care)
    return {key: above for key, above in nx.immediate_dominators(back, CARE).items() if key != CARE}


def hanging_share(ways: pd.DataFrame) -> float:
    """Share of the visits up of a table of `exits` that hang on one institution."""
    whole = float(ways["visits"].sum())
    return float((ways["visits"] * ways["hanging"]).sum()) / whole if whole > 0 else float("nan")


def single_hosts(problems: Mapping[str, Problem]) -> float:
    """Share of the visits referred up whose specialty has one capable hospital only in reach of their place."""
    alone = total = 0.0
    for one in problems.values():
        able = np.bincount(one.tail[one.capacity[one.head] > 0], minlength=len(one.places))
        alone += float(one.demand[able <= 1].sum())
        total += float(one.demand.sum())
    return alone / total if total > 0 else float("nan")
