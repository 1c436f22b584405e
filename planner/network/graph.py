"""The network as graphs of networkx: every flow an edge of its own, or one edge for each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.flows import OUTSIDE
from planner.network.network import Network

if TYPE_CHECKING:
    import networkx as nx


def multigraph(network: Network, before: Network | None = None) -> nx.MultiDiGraph[str]:
    """Every flow and tele-link as an edge with specialty, direction, patients, minutes and state.

    Nodes are institutions with name, level, kind, group, lead, lon, lat, and `outside`. state: `observed` or
    `planned`; with `before`, its flows are there too. Links without a trip have the direction `tele`.
    """
    import networkx as nx

    graph: Any = nx.MultiDiGraph()
    for row in network.places.reset_index(names="id").to_dict("records"):
        texts = {name: str(row[name]) for name in ("name", "kind", "group")}
        numbers = {name: float(row[name]) for name in ("lon", "lat") if row[name] == row[name]}
        graph.add_node(str(row["id"]), **texts, **numbers, level=int(row["level"]), lead=bool(row["lead"]))
    graph.add_node(OUTSIDE, name=OUTSIDE, kind="", group="", level=-1, lead=False)
    for one in (before, network):
        if one is not None:
            _add_edges(graph, one)
    made: nx.MultiDiGraph[str] = graph
    return made


def _add_edges(graph: Any, network: Network) -> None:
    state = "planned" if network.planned else "observed"
    for flow in network.flows.to_dict("records"):
        ends, minutes = (str(flow["origin"]), str(flow["destination"])), float(flow["minutes"])
        known = {"minutes": round(minutes, 2)} if minutes == minutes else {}
        texts = {name: str(flow[name]) for name in ("specialty", "direction")}
        sizes = {name: round(float(flow[name]), 4) for name in ("patients", "slips")}
        key = f"{state}:{texts['direction']}:{texts['specialty']}"
        graph.add_edge(*ends, key=key, state=state, **texts, **sizes, **known)
    for link in network.tele.to_dict("records"):
        texts = {name: str(link[name]) for name in ("specialty", "kind", "unit")}
        key = f"{state}:{texts['kind']}:{texts['specialty']}"
        amount = round(float(link["amount"]), 4)
        ends = str(link["origin"]), str(link["destination"])
        graph.add_edge(*ends, key=key, state=state, direction="tele", amount=amount, **texts)


def pairs(network: Network, direction: str = "") -> pd.DataFrame:
    """origin, destination, patients, minutes of the flows between institutions, all specialties together."""
    table = network.inside
    if direction:
        table = table[table["direction"] == direction]
    return _paired(table)


def _paired(flows: pd.DataFrame) -> pd.DataFrame:
    return flows.groupby(["origin", "destination"], as_index=False).agg({"patients": "sum", "minutes": "min"})


def pair_graph(network: Network, direction: str = "") -> nx.DiGraph[str]:
    """One edge for each pair of institutions with a flow: patients and minutes. Every institution is a node."""
    return _graph(network, pairs(network, direction))


def one_edge_a_pair(network: Network, flows: pd.DataFrame) -> nx.DiGraph[str]:
    """The same of some flows."""
    return _graph(network, _paired(flows))


def _graph(network: Network, table: pd.DataFrame) -> nx.DiGraph[str]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(str(key) for key in network.places.index)
    for row in table.to_dict("records"):
        sizes = {name: float(row[name]) for name in ("patients", "minutes")}
        graph.add_edge(str(row["origin"]), str(row["destination"]), **sizes)
    return graph
