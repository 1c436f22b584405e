"""A network as files: tables, sentences, GraphML, GeoPackage and pictures, in one folder that is whole or absent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.flows import FLOW
from planner.folder import whole_folder, write_table
from planner.network.analysis import Analysis
from planner.network.graph import multigraph, pairs
from planner.network.sentences import compared, remarks, sentences
from planner.papers.names import plain

if TYPE_CHECKING:
    from geodata.map_ground import Ground

#: What tells a folder of ours from any other.
SIGN = "network_measures.csv"
#: What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@")
GRAPH, MAP, TOLD = "network.graphml", "network.gpkg", "network.txt"


def write_network(found: Analysis, target: Path, lang: str, ground: Ground) -> None:
    """Write everything into the folder `target`, in the place of an older one of ours.

    Raises:
        planner.folder.FolderError: when the folder holds something else, or cannot be written.
    """
    with whole_folder(target, SIGN) as fresh:
        for name, table in tables(found).items():
            write_table(fresh / f"{name}.csv", _harmless(table), sort=False)
        told = [*remarks(found, lang), *sentences(found, lang), "", *compared(found, lang)]
        (fresh / TOLD).write_text("\n".join(told).rstrip() + "\n", encoding="utf-8", newline="\n")
        write_graph(found, fresh / GRAPH)
        _write_map(found, fresh / MAP, lang)
        for name, picture in pictures(found, lang, ground).items():
            (fresh / name).write_bytes(picture)


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts are on one line, and that no spreadsheet takes for a formula: those begin with `'`."""
    texts = table.select_dtypes(include=["object", "string"]).columns
    told = table.copy()
    for name in texts:
        told[name] = pd.Series([_text(value) for value in table[name]], index=table.index, dtype=object)
    return told


def _text(value: object) -> object:
    if not isinstance(value, str):
        return value
    told = plain(value)
    return f"'{told}" if told.startswith(FORMULA) else told


def tables(found: Analysis) -> dict[str, pd.DataFrame]:
    """The tables by the names of their files; those without rows only where they are the answer."""
    network = found.network
    flows = network.flows.sort_values(FLOW, kind="stable")
    every = {
        "network_measures": found.measures,
        "network_places": found.places,
        "network_flows": flows,
        "network_pairs": found.pairs,
        "network_bypass": found.bypass,
        "network_failures": found.hubs,
        "network_bottlenecks": found.cuts,
        "network_over": found.over,
        "network_overlap": found.overlap,
        "network_several": found.several,
        "network_tele": network.tele,
        "network_changes": changes(found),
        "network_lost": found.lost,
    }
    return {name: table for name, table in every.items() if len(table) or name == "network_measures"}


def changes(found: Analysis) -> pd.DataFrame:
    """Per flow: before and now (visits a month), and the change; empty without a before. The largest first."""
    if found.before is None:
        return pd.DataFrame(columns=[*FLOW, "before", "now", "change"])
    old, new = (one.flows.groupby(FLOW)["patients"].sum() for one in (found.before, found.network))
    both = pd.concat([old.rename("before"), new.rename("now")], axis=1).fillna(0.0)
    both["change"] = both["now"] - both["before"]
    both = both[both["change"].abs() > 5e-4].reset_index()
    order = both.assign(size=-both["change"].abs()).sort_values(["size", *FLOW], kind="stable").index
    return both.loc[order].reset_index(drop=True)


def write_graph(found: Analysis, path: Path) -> None:
    """The multigraph as GraphML (Gephi, yEd, Cytoscape, igraph); texts lose letters that XML cannot hold."""
    import networkx as nx

    from geodata.qgis_qml import NOT_XML

    graph: Any = multigraph(found.network, found.before)
    for _, data in graph.nodes(data=True):
        _cleaned(data, NOT_XML)
    graph = nx.relabel_nodes(graph, _apart({node: NOT_XML.sub(" ", str(node)) for node in graph}))
    for *_, data in graph.edges(keys=True, data=True):
        _cleaned(data, NOT_XML)
    nx.write_graphml(graph, path, encoding="utf-8", prettyprint=True, named_key_ids=True)


def _apart(names: dict[str, str]) -> dict[str, str]:
    """The same names by node, with a number where several would be one."""
    taken = {node for node, name in names.items() if node == name}
    found: dict[str, str] = {}
    for node, name in names.items():
        made, number = name, 2
        while node != name and made in taken:
            made, number = f"{name} ({number})", number + 1
        taken.add(made)
        found[node] = made
    return found


def _cleaned(data: dict[str, Any], pattern: Any) -> None:
    for key, value in data.items():
        if isinstance(value, str):
            data[key] = pattern.sub(" ", value)


def _write_map(found: Analysis, path: Path, lang: str) -> None:
    """Institutions with their figures as points, flows up and down as lines, tele-links as lines."""
    from geodata.map_file import MapLayer, write_map
    from geodata.map_layers import lines, points
    from planner.network.pictures import WORDS, located

    where = located(found)
    if where.empty:
        return
    figures = found.places.drop(columns=["name", "level", "group", "lead"])
    spots = points(where.drop(columns=["mark"]).merge(figures, left_on="id", right_on="institution"))
    frames: Mapping[str, Any] = {
        "network_up": lines(_named(found, pairs(found.network, "up")), where, "origin", "destination"),
        "network_down": lines(_named(found, pairs(found.network, "down")), where, "origin", "destination"),
        "network_tele": lines(_named(found, found.network.tele), where, "origin", "destination"),
        "network_institutions": spots,
    }
    layers = [
        MapLayer(name, WORDS.text(name, lang), WORDS.text(name, lang), frame)
        for name, frame in frames.items()
        if len(frame)
    ]
    write_map(path, layers)


def _named(found: Analysis, table: pd.DataFrame) -> pd.DataFrame:
    """A table of flows with the names of both ends."""
    named = {
        f"{end}_name": [found.name("institutions", key) for key in table[end]] for end in ("origin", "destination")
    }
    return table.assign(**named)


def pictures(found: Analysis, lang: str, ground: Ground) -> dict[str, bytes]:
    """`network_map` and `network_layers` as SVG and PNG by file name; PNG in Latin letters without a Chinese font."""
    from geodata.fonts import chinese_font
    from geodata.layered import draw_layers
    from geodata.picture import draw_map
    from planner.network.pictures import Drawn, layered, on_map

    made: dict[str, bytes] = {}
    readable = chinese_font() is not None
    for kind, drawn in (("svg", Drawn(found, lang)), ("png", Drawn(found, lang if readable else "en", not readable))):
        made[f"network_layers.{kind}"] = draw_layers(layered(drawn), "network-layers", (kind,))[kind]
        sheet = on_map(drawn, ground)
        if sheet is not None:
            made[f"network_map.{kind}"] = draw_map(sheet, "network-map", (kind,))[kind]
    return made
