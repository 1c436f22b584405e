"""How areas, lines and marks of a map are put on paper: looks as data, and matplotlib artists made of them.

Nothing is clipped by matplotlib: shapes are cut to the frame before, so that an SVG holds no clip
paths and several of them fit on one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata import map_look as look

if TYPE_CHECKING:
    import geopandas
    from matplotlib.axes import Axes

MM = 72.0 / 25.4


@dataclass(frozen=True)
class Areas:
    """Polygons of one look. hatch: matplotlib's, so that areas differ without colour."""

    frame: geopandas.GeoDataFrame
    fill: str
    opacity: float = 1.0
    edge: str = ""
    edge_mm: float = 0.2
    dash: bool = False
    hatch: str = ""


@dataclass(frozen=True)
class Lines:
    """Lines of one colour and dash (mm); width in mm for each.

    bend: share of the length that they arch by, to the left; with `pivot` (lon, lat) to the side on
    which their beginning lies of the way from there, so that lines of neighbours part.
    """

    frame: geopandas.GeoDataFrame
    colour: str
    width_mm: Sequence[float] | float = 0.3
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    bend: float = 0.0
    pivot: tuple[float, float] | None = None
    halo: bool = False


@dataclass(frozen=True)
class Marks:
    """Points of one look. offset_mm: (right, down) of the mark from its point. texts: written into the marks."""

    frame: geopandas.GeoDataFrame
    shape: str
    size_mm: float
    fill: str
    edge: str = "#ffffff"
    offset_mm: tuple[float, float] = (0.0, 0.0)
    texts: Sequence[str] = ()


def draw_areas(axes: Axes, one: Areas, shapes: Any, z: int) -> None:
    import shapely
    from matplotlib.collections import PathCollection
    from matplotlib.colors import to_rgba
    from matplotlib.path import Path

    paths = []
    parts = shapely.get_parts(shapely.get_parts(shapes))
    for part in parts[shapely.get_dimensions(parts) == 2]:
        rings = [np.asarray(ring.coords) for ring in (part.exterior, *part.interiors)]
        paths.append(Path.make_compound_path(*(Path(ring, closed=True) for ring in rings)))
    if not paths:
        return
    drawn = PathCollection(
        paths, facecolor=to_rgba(one.fill, one.opacity) if one.fill else "none", edgecolor=one.edge or "none",
        linewidth=one.edge_mm * MM if one.edge else 0.0, linestyle=(0, (4, 2)) if one.dash else "solid",
        hatch=one.hatch or None, zorder=z,
    )  # fmt: skip
    _add(axes, drawn)


def _add(axes: Axes, drawn: Any) -> None:
    axes.add_collection(drawn, autolim=False)
    drawn.set_clip_on(False)


def draw_lines(axes: Axes, one: Lines, shapes: Any, window: Any, z: int, pivot: Any = None) -> None:
    """Draw the lines inside the window. shapes: projected; pivot: (x, y) of `one.pivot`."""
    import shapely
    from matplotlib.collections import LineCollection

    widths = np.broadcast_to(np.asarray(one.width_mm, float), (len(shapes),))
    if one.bend:
        shapes = np.array([_bent(shape, one.bend * _side(shape, pivot)) for shape in shapes], dtype=object)
    cut = shapely.intersection(shapes, window)
    parts, which = shapely.get_parts(cut, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    which = which[inner]
    keep = shapely.get_dimensions(parts) == 1
    parts, which = parts[keep], which[keep]
    if not len(parts):
        return
    if np.ndim(one.width_mm) == 0:
        _one_path(axes, one, parts, float(widths[0]), z)
        return
    # Wide ones first, so that the thin ones are seen.
    order = np.argsort(-widths[which], kind="stable")
    drawn = [np.asarray(parts[at].coords) for at in order]
    thick = widths[which][order]
    if one.halo:
        _add(axes, LineCollection(drawn, colors=look.PAPER, linewidths=(thick + 0.5) * MM, alpha=0.7, zorder=z - 0.5))
    dash: Any = [_dashes(one.dash, float(width)) for width in thick]
    lines = LineCollection(
        drawn, colors=one.colour, linewidths=thick * MM, alpha=one.opacity, linestyles=dash, zorder=z,
        capstyle="butt" if one.dash else "round",
    )  # fmt: skip
    _add(axes, lines)


def _one_path(axes: Axes, one: Lines, parts: Any, width: float, z: int) -> None:
    """Lines of one width as a single path: a backdrop of thousands of roads stays a small file."""
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    path = Path.make_compound_path(*(Path(np.asarray(part.coords)) for part in parts))
    drawn = PathCollection(
        [path], facecolor="none", edgecolor=one.colour, linewidth=width * MM, alpha=one.opacity,
        linestyle=[_dashes(one.dash, width)], zorder=z, capstyle="butt" if one.dash else "round",
    )  # fmt: skip
    _add(axes, drawn)


def _dashes(dash: tuple[float, ...], width: float) -> Any:
    """A dash pattern in mm as matplotlib wants it, in widths of the line."""
    return (0.0, tuple(length / max(width, 0.2) for length in dash)) if dash else "solid"


def _bent(shape: Any, bend: float) -> Any:
    """A straight line as an arch to its left."""
    import shapely

    ends = np.asarray(shape.coords)
    start, stop = ends[0], ends[-1]
    along = stop - start
    middle = (start + stop) / 2 + bend * np.array([-along[1], along[0]])
    t = np.linspace(0, 1, 15)[:, None]
    return shapely.LineString((1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * stop)


def _side(shape: Any, pivot: Any) -> float:
    """1 or -1: whether the beginning of a line lies left or right of the way from the pivot to its end; 0 on it."""
    if pivot is None:
        return 1.0
    ends = np.asarray(shape.coords)
    way, off = ends[-1] - pivot, ends[0] - pivot
    return float(np.sign(way[0] * off[1] - way[1] * off[0]))


def draw_marks(axes: Axes, one: Marks, projected: Any, metre: float, frame: Sequence[float], z: int) -> Any:
    """Draw the marks inside the frame; returns their places, (P, 2) in metres. metre: mm of paper for one."""
    x = projected.geometry.x.to_numpy() + one.offset_mm[0] / metre
    y = projected.geometry.y.to_numpy() - one.offset_mm[1] / metre
    inside = (x >= frame[0]) & (x <= frame[2]) & (y >= frame[1]) & (y <= frame[3])
    size = one.size_mm * MM
    axes.plot(
        x[inside], y[inside], linestyle="none", marker=one.shape, markersize=size, markerfacecolor=one.fill,
        markeredgecolor=one.edge, markeredgewidth=0.6, zorder=z, clip_on=False,
    )  # fmt: skip
    for at in np.flatnonzero(inside) if len(one.texts) else ():
        axes.text(
            x[at], y[at], one.texts[int(at)], fontsize=size * 0.62, color=readable(one.fill), ha="center",
            va="center_baseline", zorder=z + 0.2, fontweight="bold",
        )  # fmt: skip
    return np.column_stack([x[inside], y[inside]])


def readable(fill: str) -> str:
    """Black or white, whichever reads on this colour."""
    red, green, blue = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


def draw_sample(axes: Axes, sample: Areas | Lines | Marks, left: float, y: float) -> None:
    from matplotlib.patches import Rectangle

    if isinstance(sample, Marks):
        axes.plot(
            [left + 4.5], [y], linestyle="none", marker=sample.shape, markersize=sample.size_mm * MM,
            markerfacecolor=sample.fill, markeredgecolor=sample.edge, markeredgewidth=0.6, clip_on=False,
        )  # fmt: skip
        if len(sample.texts):
            axes.text(
                left + 4.5, y, sample.texts[0], fontsize=sample.size_mm * MM * 0.62, color=readable(sample.fill),
                ha="center", va="center_baseline", fontweight="bold",
            )  # fmt: skip
        return
    if isinstance(sample, Areas):
        box = Rectangle(
            (left + 0.5, y - 1.6), 8.0, 3.2, facecolor=sample.fill or "none", alpha=None, linewidth=sample.edge_mm * MM,
            edgecolor=sample.edge or "none", linestyle=(0, (4, 2)) if sample.dash else "solid",
            hatch=sample.hatch or None,
        )  # fmt: skip
        if sample.fill:
            from matplotlib.colors import to_rgba

            box.set_facecolor(to_rgba(sample.fill, sample.opacity))
        axes.add_patch(box)
        box.set_clip_on(False)
        return
    width = float(np.max(sample.width_mm))
    dash = _dashes(sample.dash, width)
    axes.plot(
        [left + 0.5, left + 8.5], [y, y], color=sample.colour, linewidth=width * MM, linestyle=dash,
        alpha=sample.opacity, solid_capstyle="butt", dash_capstyle="butt", clip_on=False,
    )  # fmt: skip
