"""Communities that the flow itself forms against the declared groups, and the overlap of alliances."""

from __future__ import annotations

from collections.abc import Mapping
from math import comb, log
from typing import Any

import pandas as pd

from planner.network.graph import pair_graph
from planner.network.network import Network, groups_of

#: Runs of the search with different seeds; the best modularity counts.
RUNS = 8


def communities(network: Network) -> dict[str, int]:
    """Number of the community of each institution with a flow, the community of most institutions first.

    Louvain on patients up and down between institutions; the best modularity of `RUNS` seeded runs.
    """
    import networkx as nx

    graph, names = _undirected(network)
    if graph.number_of_edges() == 0:
        return {}
    runs = [nx.community.louvain_communities(graph, weight="patients", seed=seed) for seed in range(RUNS)]
    best = max(runs, key=lambda parts: nx.community.modularity(graph, parts, weight="patients"))
    order = sorted(best, key=lambda part: (-len(part), min(part)))
    return {names[node]: number for number, part in enumerate(order) for node in sorted(part)}


def modularity(network: Network, parts: Mapping[str, object]) -> float:
    """Share of the flow inside the parts, less what chance would put there; places without a part are left out."""
    import networkx as nx

    graph, names = _undirected(network)
    kept: Any = graph.subgraph([node for node in graph if names[node] in parts])
    sets: dict[object, set[int]] = {}
    for node in kept:
        sets.setdefault(parts[names[node]], set()).add(node)
    if kept.number_of_edges() == 0:
        return float("nan")
    return float(nx.community.modularity(kept, list(sets.values()), weight="patients"))


def _undirected(network: Network) -> tuple[Any, list[str]]:
    """Institutions with a flow as numbers (sets of texts have no fixed order), flows of both ways added up."""
    import networkx as nx

    directed = pair_graph(network)
    names = sorted(node for node in directed if directed.degree(node) > 0)
    number = {name: at for at, name in enumerate(names)}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(names)))
    for a, b, data in sorted(directed.edges(data=True), key=lambda edge: edge[:2]):
        u, v = number[a], number[b]
        before = graph[u][v]["patients"] if graph.has_edge(u, v) else 0.0
        graph.add_edge(u, v, patients=before + data["patients"])
    return graph, names


def agreement(one: Mapping[Any, object], other: Mapping[Any, object]) -> dict[str, float]:
    """How far two partitions of the same places agree, over the places that both know.

    rand: adjusted Rand index (1 the same, 0 no more than chance); nmi: mutual information over the mean of
    the two entropies (1 the same, 0 independent).
    """
    keys = sorted(set(one) & set(other))
    if not keys:
        return {"rand": float("nan"), "nmi": float("nan")}
    table = pd.crosstab(pd.Series([str(one[k]) for k in keys]), pd.Series([str(other[k]) for k in keys]))
    counts = table.to_numpy(int)
    n = int(counts.sum())
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    pairs = sum(comb(int(c), 2) for c in counts.ravel())
    a, b = (sum(comb(int(c), 2) for c in part) for part in (rows, columns))
    expected, most = a * b / comb(n, 2) if n > 1 else 0.0, (a + b) / 2
    rand = 1.0 if most == expected else (pairs - expected) / (most - expected)
    h1, h2 = (-sum(c / n * log(c / n) for c in part if c) for part in (rows, columns))
    mutual = sum(
        c / n * log(n * c / (rows[i] * columns[j]))
        for i, line in enumerate(counts.tolist())
        for j, c in enumerate(line)
        if c
    )
    return {"rand": float(rand), "nmi": 1.0 if h1 + h2 == 0 else float(2 * mutual / (h1 + h2))}


def declared(network: Network) -> dict[str, str]:
    """The declared group of the institutions."""
    return dict(groups_of(network))


def overlap(network: Network) -> pd.DataFrame:
    """Per pair of alliances with common members: members_a, members_b, common, jaccard, nested.

    nested: `a in b`, `b in a`, `same` or "". An alliance counts each institution once, for whatever service.
    """
    sets = {str(key): set(rows["institution"]) for key, rows in network.alliances.groupby("alliance")}
    names, rows = sorted(sets), []
    for at, a in enumerate(names):
        for b in names[at + 1 :]:
            common = sets[a] & sets[b]
            if not common:
                continue
            nested = "same" if sets[a] == sets[b] else "a in b" if sets[a] < sets[b] else ""
            nested = nested or ("b in a" if sets[b] < sets[a] else "")
            share = len(common) / len(sets[a] | sets[b])
            rows.append((a, b, len(sets[a]), len(sets[b]), len(common), share, nested))
    columns = ["alliance_a", "alliance_b", "members_a", "members_b", "common", "jaccard", "nested"]
    return pd.DataFrame(rows, columns=columns)


def several(network: Network) -> pd.DataFrame:
    """Institutions in more than one alliance: institution, alliances (names, `;`), count."""
    found = network.alliances.groupby("institution")["alliance"].agg(lambda part: sorted(set(part)))
    found = found[found.map(len) > 1]
    return pd.DataFrame(
        {
            "institution": list(found.index),
            "alliances": [";".join(one) for one in found],
            "count": found.map(len).tolist(),
        }
    )
