"""The network as graphs of networkx: every flow an edge of its own, or one edge for each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planner.network.network import OUTSIDE, Network

if TYPE_CHECKING:
    import networkx as nx


def multigraph(network: Network, before: Network | None = None) -> nx.MultiDiGraph:
    """Every flow and tele-link as an edge with specialty, direction, patients, minutes and state.

    Nodes are institutions with name, level, kind, group, lead, lon, lat, and `outside`. state: `observed` or
    `planned`; with `before`, its flows are there too. Links without a trip have the direction `tele`.
    """
    import networkx as nx

    graph = nx.MultiDiGraph()
    for key, row in network.places.iterrows():
        texts = {name: str(row[name]) for name in ("name", "kind", "group")}
        numbers = {name: float(row[name]) for name in ("lon", "lat") if row[name] == row[name]}
        graph.add_node(str(key), **texts, **numbers, level=int(row["level"]), lead=bool(row["lead"]))
    graph.add_node(OUTSIDE, name=OUTSIDE, kind="", group="", level=-1, lead=False)
    for one in (before, network):
        if one is None:
            continue
        state = "planned" if one.planned else "observed"
        for flow in one.flows.itertuples(index=False):
            known = {"minutes": round(float(flow.minutes), 2)} if flow.minutes == flow.minutes else {}
            graph.add_edge(
                str(flow.origin), str(flow.destination), key=f"{state}:{flow.direction}:{flow.specialty}", state=state,
                specialty=str(flow.specialty), direction=str(flow.direction),
                patients=round(float(flow.patients), 4), slips=round(float(flow.slips), 4), **known,
            )  # fmt: skip
        for link in one.tele.itertuples(index=False):
            graph.add_edge(
                str(link.origin), str(link.destination), key=f"{state}:{link.kind}:{link.specialty}", state=state,
                specialty=str(link.specialty), direction="tele", kind=str(link.kind), unit=str(link.unit),
                amount=round(float(link.amount), 4),
            )  # fmt: skip
    return graph


def pairs(network: Network, direction: str = "") -> pd.DataFrame:
    """origin, destination, patients, minutes of the flows between institutions, all specialties together."""
    table = network.inside
    if direction:
        table = table[table["direction"] == direction]
    return table.groupby(["origin", "destination"], as_index=False).agg({"patients": "sum", "minutes": "min"})


def pair_graph(network: Network, direction: str = "") -> nx.DiGraph:
    """One edge for each pair of institutions with a flow: patients and minutes. Every institution is a node."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(str(key) for key in network.places.index)
    for row in pairs(network, direction).itertuples(index=False):
        graph.add_edge(str(row.origin), str(row.destination), patients=float(row.patients), minutes=float(row.minutes))
    return graph
