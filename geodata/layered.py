"""A network in layers, drawn from level to level: the upper institutions above, lines between for the flow.

Not a map: places stand by level and group. Lines to the top are solid, lines down dashed, the way outside
grey and dotted; their width is the flow. Only tables go in; what is drawn is told by them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata import map_look as look
from geodata.fonts import width_of
from geodata.picture_files import NAME, rendered
from geodata.picture_shapes import MM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Millimetres: page, edges, height of a layer, room for the slanting names below the lowest layer.
PAGE, EDGE, HIGH, TITLE, FOOT, LEGEND = 238.0, 8.0, 62.0, 12.0, 12.0, 16.0
UPRIGHT = 34.0
#: Points.
LETTERS = 8.0
#: Names stand upright in layers of more places than this.
CROWDED = 7


@dataclass(frozen=True)
class Layers:
    """nodes: id, label, layer (0 is the top), group (number, -1 for none), mark (key of `map_look.MARK`), each layer in
    its order from left to right. edges: origin, destination, weight, kind (up, down, out), series (number of a colour).
    layers: label of each layer. legend: (text, kind, series) of the lines. notes: small print.
    """

    title: str
    nodes: pd.DataFrame
    edges: pd.DataFrame
    layers: Sequence[str]
    legend: Sequence[tuple[str, str, int]]
    notes: Sequence[str] = ()


def draw_layers(layers: Layers, prefix: str = "layers", kinds: Sequence[str] = ("svg", "png")) -> dict[str, bytes]:
    """The picture as "svg" and "png" by kind (see `geodata.picture_files.rendered`)."""
    return rendered(lambda: _figure(layers), prefix, kinds)


def _figure(layers: Layers) -> Figure:
    from matplotlib.figure import Figure

    count = len(layers.layers)
    lowest = layers.nodes[layers.nodes["layer"] == count - 1]
    longest = max((width_of(str(text)) for text in lowest["label"]), default=1.0) * LETTERS / MM
    below = min(UPRIGHT, longest + 8.0) if len(lowest) > CROWDED else 12.0
    tall = TITLE + LEGEND + HIGH * (count - 1) + 18.0 + below + FOOT + 4.0 * len(layers.notes)
    figure = Figure(figsize=(PAGE / 25.4, tall / 25.4), facecolor=look.PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, PAGE)
    axes.set_ylim(0, tall)
    axes.axis("off")
    axes.text(EDGE, tall - 7.0, layers.title, fontsize=13, fontweight="bold", color=look.INK, va="center")
    _legend(axes, layers, tall - TITLE - 4.0)
    top = tall - TITLE - LEGEND - 10.0
    places = _places(layers, top)
    for at, label in enumerate(layers.layers):
        y = top - HIGH * at
        axes.plot([EDGE, PAGE - EDGE], [y, y], color="#e3e1da", linewidth=5.0 * MM, zorder=1, solid_capstyle="round")
        axes.text(
            EDGE + 1.0,
            y + 5.0 if at == count - 1 else y - 5.0,
            label,
            fontsize=8.5,
            color=look.QUIET,
            va="center",
            zorder=30,
        )
    _edges(axes, layers.edges, places)
    _nodes(axes, layers, places, count)
    for at, note in enumerate(layers.notes):
        axes.text(
            EDGE, FOOT - 6.0 + 4.0 * (len(layers.notes) - 1 - at), note, fontsize=7.5, color=look.QUIET, va="center"
        )
    return figure


def _places(layers: Layers, top: float) -> dict[str, tuple[float, float]]:
    """x and y of every node: each layer spread over the page."""
    found: dict[str, tuple[float, float]] = {}
    for layer, rows in layers.nodes.groupby("layer", sort=True):
        step = (PAGE - 4 * EDGE) / max(len(rows), 1)
        for at, key in enumerate(rows["id"]):
            found[str(key)] = (2 * EDGE + step * (at + 0.5), top - HIGH * int(str(layer)))
    return found


def _edges(axes: Axes, edges: pd.DataFrame, places: dict[str, tuple[float, float]]) -> None:
    from matplotlib.collections import LineCollection

    if edges.empty:
        return
    most = float(edges["weight"].max())
    # Wide ones first, so that the thin ones are seen.
    for kind in ("out", "up", "down"):
        rows = edges[edges["kind"] == kind].sort_values("weight", ascending=False, kind="stable")
        if rows.empty:
            continue
        curves = [_curve(places[a], places[b], kind) for a, b in zip(rows["origin"], rows["destination"], strict=True)]
        widest = 1.2 if kind == "out" else 3.6  # dots are for the eye, not for measuring
        widths = [look.width(value, most, 0.25, widest) * MM for value in rows["weight"]]
        colours = [_colour(kind, int(series)) for series in rows["series"]]
        drawn = LineCollection(
            curves, colors=colours, linewidths=widths, alpha=0.72, zorder={"out": 5, "up": 8, "down": 11}[kind],
            linestyles={"out": (0, (1, 1.6)), "up": "solid", "down": (0, (3.0, 1.6))}[kind], capstyle="butt",
        )  # fmt: skip
        axes.add_collection(drawn, autolim=False)
        drawn.set_clip_on(False)


def _colour(kind: str, series: int) -> str:
    return look.QUIET if kind == "out" else look.SERIES[series % len(look.SERIES)]


def _curve(start: tuple[float, float], stop: tuple[float, float], kind: str) -> np.ndarray:
    """An S from layer to layer, an arch inside one; down runs to the right of up."""
    aside = 1.3 if kind == "down" else 0.0
    (x0, y0), (x1, y1) = (start[0] + aside, start[1]), (stop[0] + aside, stop[1])
    t = np.linspace(0, 1, 24)[:, None]
    if abs(y1 - y0) < 1e-6:
        handles = np.array([[x0, y0], [x0, y0 + 12.0], [x1, y1 + 12.0], [x1, y1]])
    else:
        middle = (y0 + y1) / 2
        handles = np.array([[x0, y0], [x0, middle], [x1, middle], [x1, y1]])
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return np.asarray(weights @ handles)


def _nodes(axes: Axes, layers: Layers, places: dict[str, tuple[float, float]], count: int) -> None:
    for layer, rows in layers.nodes.groupby("layer", sort=True):
        lowest = int(str(layer)) == count - 1
        upright = lowest and len(rows) > CROWDED
        step = (PAGE - 4 * EDGE) / max(len(rows), 1)
        staggered = not lowest and len(rows) > CROWDED
        for at, (key, text, group, look_of) in enumerate(
            rows[["id", "label", "group", "mark"]].itertuples(index=False)
        ):
            x, y = places[str(key)]
            higher = 4.2 if staggered and at % 2 else 0.0
            mark = look.MARK.get(str(look_of))
            shape, size, fill = (mark.plot, mark.size, mark.fill) if mark else ("h", 4.4, "#c9c5ba")
            size = min(size, 0.62 * step)
            edge = look.SERIES[int(group) % len(look.SERIES)] if int(group) >= 0 else look.PAPER
            axes.plot(
                [x], [y], linestyle="none", marker=shape, markersize=size * MM * 1.25, markerfacecolor=fill,
                markeredgecolor=edge, markeredgewidth=1.6, zorder=40, clip_on=False,
            )  # fmt: skip
            wide = max(width_of(str(text)), 1.0)
            room = (step * (1 + staggered) - 1.0) * MM / wide
            fits = min((UPRIGHT - 4.0) * MM / wide, step * MM * 0.85) if upright else room
            axes.text(
                x, y - 4.6 if lowest else y + 4.6 + higher, str(text), color=look.INK,
                fontsize=min(LETTERS, max(4.5, fits)),
                ha="center", va="top" if lowest else "bottom", rotation=90 if upright else 0, zorder=50,
                gid=f"{NAME}{layer}-{len(axes.texts)}",
            )  # fmt: skip


def _legend(axes: Axes, layers: Layers, y: float) -> None:
    """The lines' meanings in rows of four."""
    wide = (PAGE - 2 * EDGE) / 4
    for at, (text, kind, series) in enumerate(layers.legend):
        row, column = divmod(at, 4)
        left, height = EDGE + column * wide, y - 5.0 * row
        style = {"out": (0, (1, 1.6)), "up": "solid", "down": (0, (3.0, 1.6))}[kind]
        axes.plot([left, left + 9], [height, height], color=_colour(kind, series), linewidth=1.4 * MM, linestyle=style)
        letters = min(8.0, (wide - 13.0) * MM / max(width_of(text), 1.0))
        axes.text(left + 11.0, height, text, fontsize=letters, color=look.INK, va="center")
