"""A trade-off curve on paper: points found, what is proved below them, and what lies between the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata import map_look as look
from geodata.picture_files import rendered

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Millimetres.
WIDE, HIGH = 178.0, 112.0


@dataclass(frozen=True)
class Curve:
    """points: (x, y) from the largest x to the least; proved: (x, y) of the proved lower bound, any number, by x.

    found_name, proved_name, between_name: their lines of the legend; x_name, y_name: the axes; notes: small print.
    """

    title: str
    x_name: str
    y_name: str
    points: Sequence[tuple[float, float]]
    proved: Sequence[tuple[float, float]]
    found_name: str
    proved_name: str
    between_name: str
    notes: Sequence[str] = ()


def draw_curve(curve: Curve, prefix: str = "curve", kinds: Sequence[str] = ("svg", "png")) -> dict[str, bytes]:
    """The picture as "svg" and "png" by kind (see `geodata.picture_files.rendered`)."""
    return rendered(lambda: _figure(curve), prefix, kinds)


def _figure(curve: Curve) -> Figure:
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    figure = Figure(figsize=(WIDE / 25.4, (HIGH + 4.5 * len(curve.notes)) / 25.4), facecolor=look.PAPER)
    foot = (13.0 + 4.5 * len(curve.notes)) / (HIGH + 4.5 * len(curve.notes))
    axes = figure.add_axes((0.11, foot + 0.03, 0.86, 0.86 - foot))
    points = sorted(curve.points)
    x, y = (np.array(part) for part in zip(*points, strict=True))
    # Between two limits the tighter one's plan is the best that is known: a step, not a line.
    axes.step(x, y, where="post", color=look.BLUE, linewidth=1.6, label=curve.found_name, zorder=4)
    axes.plot(x, y, "o", color=look.BLUE, markersize=5, zorder=5)
    if curve.proved:
        at, bound = (np.array(part) for part in zip(*curve.proved, strict=True))
        axes.plot(at, bound, color=look.RED, linewidth=1.2, linestyle=(0, (4, 2)), label=curve.proved_name, zorder=3)
        known = y[np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(y) - 1)]
        axes.fill_between(at, bound, known, color=look.SKY, alpha=0.25, linewidth=0, label=curve.between_name, zorder=2)
    for number, (a, b) in enumerate(curve.points, start=1):
        axes.annotate(str(number), (a, b), (6, 5), textcoords="offset points", fontsize=8, ha="left", color=look.INK)
    axes.set_title(curve.title, fontsize=12, fontweight="bold", color=look.INK, loc="left", pad=10)
    axes.set_xlabel(curve.x_name, fontsize=9, color=look.INK)
    axes.set_ylabel(curve.y_name, fontsize=9, color=look.INK)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(7))
        axis.set_major_formatter(FuncFormatter(_number))
    axes.tick_params(labelsize=8, colors=look.INK)
    axes.grid(color="#e3e1da", linewidth=0.6)
    axes.margins(x=0.04, y=0.10)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(fontsize=8, frameon=False, loc="upper right")
    for at_line, note in enumerate(curve.notes):
        figure.text(0.02, 0.02 + 0.033 * (len(curve.notes) - 1 - at_line), note, fontsize=7.5, color=look.QUIET)
    return figure


def _number(value: float, _: int | None) -> str:
    return f"{value:,.10g}"
